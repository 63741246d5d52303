"""From a source to a log: find what is there, show it, and say which column means what.

A source is a file, a table in a database or a data frame. Reading looks and stages; nothing is changed or lost.
"""

from __future__ import annotations

import hashlib
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from glob import escape as escape_glob
from html import escape
from pathlib import Path
from threading import RLock
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from cxkit.cached import cached_property
from cxkit.errors import InputError
from cxkit.store import delimited, roles
from cxkit.store.engine import LITTLE_MEMORY, connect
from cxkit.store.roles import Given, Roles
from cxkit.store.says import plain
from cxkit.store.schema import ROW

if TYPE_CHECKING:
    import pandas as pd

    from cxkit.store.guessed import Guessed
    from cxkit.store.identities import Identities
    from cxkit.store.readiness import Readiness
    from cxkit.store.repairs import Repair
    from cxkit.store.silences import Silences

KINDS = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"), "integer"),
    **dict.fromkeys(("FLOAT", "DOUBLE", "UBIGINT", "HUGEINT", "UHUGEINT"), "number"),
    **dict.fromkeys(("TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMP_MS", "TIMESTAMP_S", "TIMESTAMP WITH TIME ZONE"), "time"),
    "BOOLEAN": "boolean",
    "DATE": "date",
}


class Source(ABC):
    """Rows with named columns, staged as one Parquet file that DuckDB reads as `source_rows(c0, c1, ..., row)`."""

    name: str
    about = ""
    path = ""
    asked: Mapping[str, str] = MappingProxyType({})
    columns: tuple[str, ...]
    reading: dict[str, str]
    delimiter = ","
    notes: tuple[str, ...] = ()
    repairs: tuple[Repair, ...] = ()
    joined_by: Mapping[str, str] = MappingProxyType({})
    named: Mapping[str, str] = MappingProxyType({})

    def __init__(self) -> None:
        self.lock = RLock()
        self.connection = connect()
        self.connection.execute(f"SET memory_limit = '{LITTLE_MEMORY}'")
        self._scratch = tempfile.TemporaryDirectory(prefix="cxkit-", ignore_cleanup_errors=True)
        self.scratch = Path(self._scratch.name)

    @abstractmethod
    def stage(self) -> Path:
        """The Parquet file that holds the rows in their order, made if need be."""

    @cached_property
    def rows(self) -> str:
        """The name of the view that holds every row under numbered column names, with its row number."""
        names = [f"c{number}" for number in range(len(self.columns))]
        plain = [
            f"{name}::VARCHAR AS {name}" if kind == "text" else name
            for name, kind in zip(names, self.kinds, strict=True)
        ]
        self.connection.execute(
            f"CREATE OR REPLACE VIEW source_rows AS SELECT {', '.join(plain)}, {ROW} "
            f"FROM staged AS q({', '.join(names)}, {ROW})"
        )
        return "source_rows"

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The kind of value in each column: text, integer, number, boolean, time or date."""
        self.connection.read_parquet([escape_glob(str(self.stage()))], file_row_number=True).create_view("staged")
        types = self.connection.execute("DESCRIBE staged").fetchall()
        return tuple(_kind(entry[1]) for entry in types[: len(self.columns)])

    @property
    def fields(self) -> Sequence[int]:
        """The numbers of the columns, in the order in which a line of the source has them."""
        return range(len(self.columns))

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Turn what DuckDB says of a damaged source into our own error."""
        import duckdb

        try:
            yield
        except duckdb.OutOfMemoryException:
            raise MemoryError from None
        except (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException):
            raise
        except (duckdb.Error, FileNotFoundError) as error:
            raise InputError(f'"{self.name}" cannot be read: {str(error).splitlines()[0]}') from None

    def settle(self, given: Given, on: Source | None = None) -> Roles:
        """The roles of the columns, of this source or of one made `on` it: as given, and guessed where they are not."""
        return roles.settle(on or self, given)

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of the staged rows."""
        with self.stage().open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    @cached_property
    def unfit(self) -> list[tuple[int, str, str]]:
        """Rows of the source that have no place in its table: line, reason, text."""
        return []

    def lines(self, rows: list[int]) -> list[int | None]:
        """Where the given rows (0, 1, ...) stand in the source, as a person counts."""
        return [row + 1 for row in rows]


def _kind(sql_type: str) -> str:
    return "number" if sql_type.startswith("DECIMAL") else KINDS.get(sql_type, "text")


class TextFile(Source):
    """A file with separated columns: CSV and its relatives, packed with gzip or not."""

    def __init__(self, path: Path, delimiter: str | None, encoding: str | None) -> None:
        super().__init__()
        look = delimited.look(path, encoding)
        self.name, self.fingerprint = path.name, look.fingerprint
        self._path = path if look.clean else delimited.rewrite(path, look.encoding, self.scratch / "clean.csv")
        self._seen = self._path.stat().st_mtime_ns
        self._dialect = delimited.dialect(self.connection, self._path, path.name, delimiter)
        self.columns = self._dialect.columns
        self.delimiter = self._dialect.delimiter
        separator = delimited.DELIMITERS.get(self.delimiter, self.delimiter)
        self.reading = {"delimiter": separator, "encoding": look.encoding.removesuffix("-sig")}

    def stage(self) -> Path:
        target = self.scratch / "rows.parquet"
        if not target.exists():
            if self._seen != self._path.stat().st_mtime_ns:
                raise InputError(f'"{self.name}" has changed since it was read. Read it again.')
            delimited.load(self.connection, self._path, self._dialect, target)
        return target

    @cached_property
    def unfit(self) -> list[tuple[int, str, str]]:
        self.stage()
        return delimited.unfit(self.connection, self._path)

    def lines(self, rows: list[int]) -> list[int | None]:
        return delimited.lines_of(self._path, self._dialect, rows, {line for line, _, _ in self.unfit}) if rows else []


@dataclass(frozen=True)
class Log:
    """A source and what its columns mean. Make one with `cx.read`, settle it with `.roles`, then `cx.prepare` it."""

    source: Source
    mapping: Roles | None = None

    @property
    def columns(self) -> list[str]:
        """The source's column names, in order."""
        return list(self.source.columns)

    def head(self, rows: int = 10) -> pd.DataFrame:
        """The first rows, as they are in the source."""
        with self.source.lock, self.source.guarded():
            asked = f"SELECT * EXCLUDE ({ROW}) FROM {self.source.rows} ORDER BY {ROW}"
            table = self.source.connection.sql(asked).limit(rows).to_arrow_table()
            return table.rename_columns(self.columns).to_pandas()

    def roles(
        self,
        *,
        journey: str | None = None,
        activity: str | None = None,
        time: str | None = None,
        customer: str | None = None,
        order: str | None = None,
        start: str | None = None,
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
        journey, activity : the columns that name the journey and the activity of an event.
        time : the column of time stamps. A log without one (`time=""`) keeps its row order, and every duration is
            unknown.
        customer : the column that names the customer; the journey itself where a log has none (`customer=""`).
        order : a column that puts events with the same time stamp in order.
        start : the column of the stamps at which events start, where `time` is when they end. Events are then ordered
            by their start where it is known, and `j.waiting()` tells service and waiting time apart.
        lifecycle : the column that says whether a row is the start or the end of an event: each start becomes one
            event with its end. See `cxkit.store.lifecycle`.
        instance : the column that says which start and which end are of one event, where the log has one.
        journey_attributes, event_attributes : further columns to keep: one value per journey, or one per event.
            Without them every other column is kept, at the level at which it varies.
        zone : the time zone of stamps without an offset, and of periods in filters, such as "Europe/Berlin".
        time_format : how the stamps are written, in strptime's letters, where the reading found is wrong.

        Errors
        ------
        A column that does not exist (with the closest that does), one column in two roles, no usable journey or
        activity column, an unknown time zone.
        """
        given = Given(
            journey, activity, time, customer, order, start, journey_attributes, event_attributes, zone, time_format
        )
        with self.source.lock, self.source.guarded():
            if lifecycle is not None:
                from cxkit.store.lifecycle import paired

                return paired(self.source, given, lifecycle, instance)
            if instance is not None:
                raise InputError("instance= says which start belongs to which end: it needs lifecycle= too.")
            return replace(self, mapping=self.source.settle(given))

    @cached_property
    def settled(self) -> Roles:
        """The roles as given, or all of them guessed."""
        return self.mapping or self.roles().mapping  # type: ignore[return-value]

    def guess(self) -> Guessed:
        """Which column is most likely what, which one comes next, and what speaks for each?

        Displaying the answer shows it; `.df()` is the table. See `cxkit.store.guessed`.
        """
        from cxkit.store.guessed import guess

        return guess(self)

    @cached_property
    def doubts(self) -> tuple[str, ...]:
        """What is hardly meant by these roles, or cannot be prepared: such as a journey of its own on every row."""
        from cxkit.store.trial import trial

        found = trial(self)
        return (*found.faults, *found.doubts)

    def readiness(self) -> Readiness:
        """What is wrong with this log, how much does it matter, and how can it be mended?

        Displaying the answer shows the findings; `.df()`, `.scores()`, `.patterns()` and `.lines(check)` lead further,
        `.repairs` are what would mend them. See `cxkit.store.readiness`.
        """
        from cxkit.store.readiness import readiness

        return readiness(self)

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
        as they are. See `cxkit.store.split`.
        """
        from cxkit.store.split import split

        return split(self, silence=silence, after=after, start=start, end=end, by=by)

    def silences(self, *, silence: str | None = None, after: str | Sequence[str] = ()) -> Silences:
        """How long are the gaps between events, and what would splitting at each length do?

        Displaying the answer shows thresholds and what each would do; `.suggested` is a natural one, if the gaps show
        one. See `cxkit.store.silences`.
        """
        from cxkit.store.silences import silences

        return silences(self, silence=silence, after=after)

    def stitch(self, keys: Any, *, id: str | None = None, same_as: str | None = None, column: str | None = None) -> Log:
        """Which ids are one customer? The log with each customer under one id, as a key table says.

        `log.stitch("keys.csv", id="web", same_as="shop")`, then `.identities()` for what was merged and what looks
        wrong. See `cxkit.store.stitch`.
        """
        from cxkit.store.stitch import stitch

        return stitch(self, keys, id=id, same_as=same_as, column=column)

    def identities(self) -> Identities:
        """Which ids were merged by `stitch`, which were never seen, and which merges look wrong?"""
        from cxkit.store.stitch import identities

        return identities(self)

    @property
    def notion(self) -> tuple[Log, dict[str, Any]]:
        """The log before it was split or stitched, and how it was, in the words of an engagement file."""
        from cxkit.store.regrouped import notion

        return notion(self)

    def mend(self, *repairs: Repair) -> Log:
        """The log as it would be without these faults; the source stays as it is. See `cxkit.store.mend`."""
        from cxkit.store.mend import mend

        return mend(self, repairs)

    def __repr__(self) -> str:
        reading = ", ".join(f"{name} {value}" for name, value in self.source.reading.items())
        evidence = [f"  {role:<9} {column or '-':<28} {why}" for role, column, why in self.settled.evidence]
        notes = [f"  note      {note}" for note in self.source.notes]
        notes += [f"  doubt     {doubt}" for doubt in self.doubts]
        head = f"{self.source.name}: {len(self.columns)} columns ({reading})"
        return "\n".join(map(plain, [head, *evidence, *notes]))

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{role}</th><td>{escape(column or '-')}</td><td>{escape(why)}</td></tr>"
            for role, column, why in self.settled.evidence
        )
        said = [*(("note", note) for note in self.source.notes), *(("doubt", doubt) for doubt in self.doubts)]
        rows += "".join(f'<tr><th>{word}</th><td colspan="2">{escape(text)}</td></tr>' for word, text in said)
        reading = escape(", ".join(f"{name} {value}" for name, value in self.source.reading.items()))
        head = "<tr><th>role</th><th>column</th><th>evidence</th></tr>"
        caption = f"<caption>{escape(self.source.name)}: {reading}</caption>"
        return f'<table class="cx-words">{caption}<thead>{head}</thead><tbody>{rows}</tbody></table>'


def read(
    source: Any,
    *,
    name: str | None = None,
    about: str = "",
    delimiter: str | None = None,
    encoding: str | None = None,
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
    sheet : for XLSX, the sheet to read; without it the one that looks most like a log.
    table, query : for a database, the table to read ("events" or "schema.events"), or a SELECT in its own SQL.
    object_type : for OCEL, the type of the objects that are the journeys, such as "orders".

    Returns a Log; displaying it shows delimiter, encoding, time format and the guessed roles with their evidence.

    Errors: a file that is missing, empty, of an unknown kind or in another encoding than the one given.
    """
    from cxkit.store import sources

    found = sources.find(source, sources.Options(delimiter, encoding, sheet, table, query, object_type))
    found.name = name or found.name
    found.about = about
    return Log(found)
