"""The log: a source and what its columns mean. It stands beside `Journeys`; its verbs give a changed log.

A source is a file, a table in a database or a data frame. Reading looks and stages; nothing is changed or lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxkit.cached import cached_property
from cxkit.errors import CxError, InputError, not_found
from cxkit.reading import stamps
from cxkit.reading.find import OPTIONS, Options, find
from cxkit.reading.source import Source
from cxkit.shaping import beside as besides
from cxkit.shaping import spread
from cxkit.shaping.beside import Beside
from cxkit.shaping.derived import Derived
from cxkit.shaping.roles import OPTIONAL, ROLES, Given, Roles
from cxkit.store.origin import JOINED, READING
from cxkit.words import safe

if TYPE_CHECKING:
    import pandas as pd

    from cxkit.answers.columns import Guess
    from cxkit.answers.identities import Identities
    from cxkit.answers.readiness import Readiness
    from cxkit.answers.silences import Silences
    from cxkit.shaping.mending.offers import Offer
    from cxkit.shaping.mending.repairs import Repair
    from cxkit.store.manifest import Manifest


@dataclass(frozen=True)
class Log:
    """A source and what its columns mean. Make one with `cx.read`, settle it with `.roles`, then `cx.prepare` it."""

    source: Source
    mapping: Roles | None = None
    tables: tuple[Beside, ...] = ()
    engagement: str = ""  # the fingerprint of the engagement that said so

    @property
    def columns(self) -> list[str]:
        """The source's column names, in order."""
        return list(self.source.columns)

    @property
    def reading(self) -> dict[str, str]:
        """How the source is written, as it was found or given: delimiter, encoding, format and the like."""
        return dict(self.source.reading)

    def head(self, rows: int = 10) -> pd.DataFrame:
        """The first rows, as they are in the source."""
        with self.source.lock, self.source.guarded():
            return self.source.head(rows).rename_columns(self.columns).to_pandas()

    def roles(
        self,
        *,
        journey: str | None = None,
        activity: str | Sequence[str] | None = None,
        time: str | Sequence[str] | None = None,
        customer: str | None = None,
        order: str | None = None,
        start: str | Sequence[str] | None = None,
        lifecycle: str | None = None,
        instance: str | None = None,
        journey_attributes: Sequence[str] | None = None,
        event_attributes: Sequence[str] | None = None,
        zone: str = "UTC",
        time_format: str | None = None,
    ) -> Log:
        """Which column is what? Roles that are not given are guessed; displaying the log shows the evidence.

        Parameters
        ----------
        journey, activity : the columns that name the journey and the activity of an event. An activity of several, as
            XES has them by its classifiers (`["concept:name", "lifecycle:transition"]`), has their values with a +.
        time : the column of time stamps, or the columns over which they are spread, such as
            `["change_date", "change_time"]`: the day first, then the time of day, then an offset. A log without one
            (`time=""`) keeps its row order, and every duration is unknown.
        customer : the column that names the customer; the journey itself where a log has none (`customer=""`).
        order : a column that puts events with the same time stamp in order.
        start : the column of the stamps at which events start, where `time` is when they end. Events are then ordered
            by their start where it is known, and `j.waiting()` tells service and waiting time apart.
        lifecycle : the column that says whether a row is the start or the end of an event: each start becomes one
            event with its end. See `cxkit.shaping.lifecycle`.
        instance : the column that says which start and which end are of one event, where the log has one.
        journey_attributes, event_attributes : further columns to keep: one value per journey, or one per event.
            Without them every other column is kept, at the level at which it varies.
        zone : the time zone of stamps without an offset, and of periods in filters, such as "Europe/Berlin".
        time_format : how the stamps are written, in strptime's letters, where the reading found is wrong; or "hours",
            "days" or another unit of plain numbers that count from a beginning.

        Errors
        ------
        A column that does not exist (with the closest that does), one column in two roles, no usable journey or
        activity column, an unknown time zone.
        """
        given = Given(
            journey, activity, time, customer, order, start, journey_attributes, event_attributes, zone, time_format
        )
        with self.source.lock, self.source.guarded():
            source, given = spread.under(self.source, given)
            if lifecycle is not None:
                from cxkit.shaping.lifecycle import paired

                joined = paired(source, given, lifecycle, instance)
                return replace(self, source=joined, mapping=joined.roles)
            if instance is not None:
                raise InputError("instance= says which start belongs to which end: it needs lifecycle= too.")
            return replace(self, source=source, mapping=spread.settled(source, given))

    @cached_property
    def settled(self) -> Roles:
        """The roles as given, or all of them guessed."""
        with self.source.lock, self.source.guarded():
            return self.mapping or spread.settled(self.source, Given())

    def guess(self) -> Guess:
        """Which column is most likely what, which one comes next, and what speaks for each?

        Displaying the answer shows it; `.df()` is the table. See `cxkit.shaping.guessed`.
        """
        from cxkit.answers.answer import Extent
        from cxkit.answers.columns import Guess
        from cxkit.shaping.guessed import guess

        return Guess.about(guess(self), lambda: Extent(self.source.size))

    @cached_property
    def doubts(self) -> tuple[str, ...]:
        """What is hardly meant by these roles, or cannot be prepared: such as a journey of its own on every row."""
        from cxkit.shaping.trial import trial

        try:
            tried = trial(self)
        except InputError as error:  # no column looks like the journey or the activity
            return (str(error),)
        return (*tried.faults, *tried.doubts)

    def readiness(self) -> Readiness:
        """What is wrong with this log, how much does it matter, and how can it be mended?

        Displaying the answer shows the findings; `.df()`, `.scores()`, `.patterns()` and `.lines(check)` lead further,
        `.repairs` are what would mend them. See `cxkit.readiness.readiness`.
        """
        from cxkit.answers.answer import Extent
        from cxkit.answers.readiness import Readiness
        from cxkit.readiness.readiness import readiness

        facts = readiness(self)
        return Readiness.about(facts, lambda: Extent(facts.sizes["rows"], facts.sizes["journeys"]))

    def split(
        self,
        *,
        silence: str | None = None,
        after: str | Sequence[str] = (),
        start: str | Sequence[str] = (),
        end: str | Sequence[str] = (),
        by: str | None = None,
    ) -> Log:
        """What are the journeys, if they end after a silence, at certain activities, or by a column?

        `silence="30d"`, `start="Order placed"`, `end=["Delivered", "Cancelled"]`, `by="session"`; rows and source stay
        as they are. See `cxkit.shaping.split`.
        """
        from cxkit.shaping.split import split

        return split(self, silence=silence, after=after, start=start, end=end, by=by)

    def unpivot(self, milestones: Sequence[str]) -> Log:
        """What happened, if each of these columns is the stamp of a milestone of the row's journey?

        `log.unpivot(["created", "paid", "shipped"])` for a table with one row per order. See `cxkit.shaping.unpivot`.
        """
        from cxkit.shaping.unpivot import unpivot

        return unpivot(self, milestones)

    def silences(self, *, silence: str | None = None, after: str | Sequence[str] = ()) -> Silences:
        """How long are the gaps between events, and what would splitting at each length do?

        Displaying the answer shows thresholds and what each would do; `.suggested` is a natural one, if the gaps show
        one. See `cxkit.shaping.silences`.
        """
        from cxkit.answers.answer import Extent
        from cxkit.answers.silences import Silences
        from cxkit.shaping.silences import silences

        facts = silences(self, silence=silence, after=after)
        return Silences.about(facts, lambda: Extent(facts.events, facts.journeys))

    def stitch(self, keys: Any, *, id: str | None = None, same_as: str | None = None, column: str | None = None) -> Log:
        """Which ids are one customer? The log with each customer under one id, as a key table says.

        `log.stitch("keys.csv", id="web", same_as="shop")`, then `.identities()` for what was merged and what looks
        wrong. See `cxkit.shaping.stitch`.
        """
        from cxkit.shaping.stitch import stitch

        table = keys.source if isinstance(keys, Log) else find(keys, Options())
        address = str(keys) if isinstance(keys, str | Path) else None
        return stitch(self, table, id=id, same_as=same_as, column=column, address=address)

    def identities(self) -> Identities:
        """Which ids were merged by `stitch`, which were never seen, and which merges look wrong?"""
        from cxkit.answers.answer import Extent
        from cxkit.answers.identities import Identities
        from cxkit.shaping.stitch import identities

        facts = identities(self)
        return Identities.about(facts, lambda: Extent(sum(facts.seen.values())), facts.note)

    def customers(self, source: Any, *, key: str, attributes: Sequence[str] | None = None, **reading: Any) -> Log:
        """What is known of each customer? The log with the columns of a table of customers as attributes.

        Parameters
        ----------
        source : a path, a data frame, or what `cx.read` gave: one row per customer.
        key : its column of ids, as the log has them. Ids are compared as texts; 17.0 of a data frame is 17.
        attributes : the columns to keep; all of them when not given.
        reading : how a file is read, as `cx.read` takes it: sheet=, table=, query=, delimiter=, encoding=, skip=,
            header=, quote=, escape=.

        Returns a Log. The table lies in the store as `tables/customers`, and its columns are attributes of customers.
        A later part of the log brings a new table, or the old one holds for the customers that come, too.

        Errors: a customer with several rows, a column that does not exist, an attribute that the log has already.
        """
        table, place = _beside(source, reading)
        return replace(self, tables=besides.added(self.tables, besides.customers(table, place, key, attributes)))

    def beside(
        self,
        name: str,
        source: Any,
        *,
        journey: str | None = None,
        customer: str | None = None,
        time: str | None = None,
        **reading: Any,
    ) -> Log:
        """What lies beside the log? The log with a table such as surveys or tickets, which the store keeps and joins.

        Parameters
        ----------
        name : what it is called: letters, digits, "_" and "-". One of the same name takes its place.
        source : a path, a data frame, or what `cx.read` gave.
        journey, customer : its columns of ids, as the log has them; neither for a table without a key, such as prices.
        time : its column of times: a row is then joined to the last event of its journey at or before its time, or
            where it names a customer only, to the last one of all the customer's journeys. An event counts from when
            it was done.
        reading : how a file is read, as `cx.read` takes it: sheet=, table=, query=, delimiter=, encoding=, skip=,
            header=, quote=, escape=.

        Returns a Log; after `cx.prepare`, `j.table(name)` has the rows. Every row is kept, and counted by what it was
        joined to: an event, a journey or customer only, or nothing.

        Errors: a name that no folder can have, a column that does not exist or is named twice, a time without an id.

        >>> import cxkit as cx
        >>> import pandas as pd
        >>> log = cx.read(cx.toy_table()).roles(journey="order", activity="step", time="when", customer="client")
        >>> calls = pd.DataFrame({"order": ["A01", "A05", "B99"], "score": [9, 4, 1]})
        >>> cx.prepare(log.beside("calls", calls, journey="order"), getfixture("tmp_path") / "shop").manifest.notes
        ('calls: 1 of 3 rows speak of no journey or customer of the log.',)
        """
        table, place = _beside(source, reading)
        return replace(
            self, tables=besides.added(self.tables, besides.beside(name, table, place, journey, customer, time))
        )

    @property
    def notion(self) -> tuple[Log, dict[str, Any]]:
        """The log before it was split or stitched, and how it was, in the words of an engagement file."""
        from cxkit.shaping.regrouped import notion

        return notion(self)

    def mend(self, *repairs: Repair | Offer) -> Log:
        """The log as it would be without these faults; the source stays as it is. See `cxkit.shaping.mending.mend`.

        `log.mend(*log.readiness().repairs)` applies the certain ones of what is offered, and no question.
        """
        from cxkit.shaping.mending.mend import mend

        return mend(self, repairs)

    def __repr__(self) -> str:
        from cxkit.answers.columns import Columns

        return repr(Columns.of_log(self))

    def _repr_html_(self) -> str:
        from cxkit.answers.columns import Columns

        return Columns.of_log(self)._repr_html_()


def read(
    source: Any,
    *,
    name: str | None = None,
    about: str = "",
    delimiter: str | None = None,
    encoding: str | None = None,
    skip: int | None = None,
    header: bool | None = None,
    quote: str | None = None,
    escape: str | None = None,
    sheet: str | None = None,
    table: str | None = None,
    query: str | None = None,
    object_type: str | None = None,
) -> Log:
    """What does this source hold? A file, a folder, a database or a data frame, ready to be given roles.

    Parameters
    ----------
    source : path of a CSV, TSV, XLSX, Parquet, XES or OCEL file (CSV also as .gz and .zst, XES and OCEL as .gz), or a
        pandas, polars or arrow data frame. XES and OCEL (2.0 as JSON, XML or SQLite, 1.0 as JSON) name their own roles.
        A folder, or a pattern such as "exports/2024-*.csv": its CSV or Parquet files are one log, in name order.
        A database: "postgresql://user@host/shop", better "env:SHOP_DB" for the variable that holds such an address
        and its password, or the path of a SQLite file.
    name : what reports call it; the file's name when not given.
    about : what a reader should know of it, in a few lines; the first page of the book shows them.
    delimiter, encoding : how a text file is written, where the reading found is wrong.
    skip, header : for text files and workbooks: how many lines stand above the header, and False where there is none
        and the table begins with a row; its columns are then called "column 1", "column 2" and so on.
    quote, escape : for a text file too: what encloses values (`"` or `'`; "" where quotes are letters), and what makes
        a quote within them a letter (`"\\"`; the quote itself, doubled).
    sheet : for XLSX, the sheet to read; without it the one that looks most like a log.
    table, query : for a database, the table to read ("events" or "schema.events"), or a SELECT in its own SQL.
    object_type : for OCEL, the type of the objects that are the journeys, such as "orders".

    Returns a Log; displaying it shows delimiter, encoding, time format and the guessed roles with their evidence.

    Errors: a file that is missing, empty, of an unknown kind or in another encoding than the one given.
    """
    rows = find(source, Options(delimiter, encoding, skip, header, quote, escape, sheet, table, query, object_type))
    rows.name = safe(name or rows.name)
    rows.about = about
    return Log(spread.joined(rows))


def _beside(source: Any, reading: Mapping[str, Any]) -> tuple[Source, Mapping[str, Any] | None]:
    """A table that is given as a path, a data frame or a log; where it is, and how it is read."""
    for option in reading:
        if option not in OPTIONS:
            raise not_found("option of reading", option, OPTIONS)
    if not isinstance(source, Log):
        place = {"path": str(source), **reading} if isinstance(source, str | Path) else None
        return find(source, Options(**reading)), place
    if reading:
        raise InputError(f"{next(iter(reading))}= is for a file. Give it to cx.read, which read this one.")
    table = source.source.original if isinstance(source.source, spread.Spread) else source.source
    return table, {"path": table.path, **table.asked} if table.path and not isinstance(table, Derived) else None


def reopened(described: Manifest, folder: Path) -> Log | None:
    """The log that the store in a folder was prepared from, as it was before repairs, splits and stitches.

    None if it is not there: if its file is gone or another one, or if the store has come in parts.
    """
    origin = described.origin
    written = described.reading.get("time", "")
    try:
        if not origin or not (path := (folder.resolve() / origin["path"]).resolve()).is_file():
            return None
        reading: dict[str, Any] = {word: origin[word] for word in READING if word in origin}
        reading |= {"skip": int(reading["skip"])} if "skip" in reading else {}
        reading |= {"header": reading["header"] == str(True)} if "header" in reading else {}
        log = read(path, name=described.source, about=described.about, **reading)
        if log.source.fingerprint != origin["fingerprint"]:
            return None
        roles = dict.fromkeys(OPTIONAL, "") | {word: origin[word] for word in (*ROLES, *JOINED) if word in origin}
        if "lifecycle" in roles:
            roles.pop("start")
        return log.roles(**roles, zone=described.zone, time_format=stamps.Writing(written).format)
    except (CxError, OSError, ValueError, KeyError):
        return None
