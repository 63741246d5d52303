"""A later part of a log beside the store it goes into: read under the store's mapping, compared, and made one with it.

Journeys, customers and activities that are known keep their numbers. Only journeys that the part touches are built
anew, from the store's rows and the part's; all others are taken over. This step always runs in DuckDB, which streams.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import narwhals as nw

from cxkit import schema
from cxkit.append import comparison as comparing
from cxkit.append import levels, widen
from cxkit.append.aligned import aligned
from cxkit.cached import cached_property
from cxkit.errors import InputError, StoreError
from cxkit.schema import CUSTOMER, JOURNEY, KEY, PATH, POSITION, ROW, VARIANT
from cxkit.shaping.beside import check
from cxkit.shaping.columns import EVERY, Fits, key_fits, kind, text_of
from cxkit.store import digests, manifest, stage
from cxkit.store.changes import LEAVE_OUT, Changes, enforce, ranked
from cxkit.store.engine import Engine, Frame
from cxkit.store.manifest import Manifest
from cxkit.store.prepare import Batch, Draw, Step, made, version_of
from cxkit.store.publish import alone, publish

if TYPE_CHECKING:
    from cxkit.log import Log

DERIVED = (POSITION, schema.NEXT, schema.GAP, schema.FIRST_VISIT, schema.FIRST_MOVE, *schema.STAMP_COLUMNS)
BEFORE = 2**32  # taken from a row's place: what was there comes before what is added


def append(
    log: Log, folder: Path, engine: Engine, draw: Draw, step: Step, contract: Mapping[str, str]
) -> tuple[Manifest, str]:
    """Publish the store that is there with a later part of its log; also says why, where nothing was to be done."""
    manifest.read(folder)
    with alone(folder), log.source.lock:
        old = manifest.read(folder)
        digests.check(folder, old)
        with log.source.guarded():
            before = Before(folder / old.version, old, log, contract)
            version = version_of(log, engine, before.roles, old.version)
        if before.known:
            return old, before.known
        try:
            with engine.sparing():
                published = publish(
                    folder, old, version, lambda scratch: made(before, engine, scratch, version, draw, step)
                )
        except NothingNew as nothing:
            return old, str(nothing)
        return published, ""


class NothingNew(Exception):
    """Every row of a part is in the store already."""


class Before(Batch):
    """The store that a part goes into, laid out beside the part's rows.

    Tables: `old_events`, `old_rows`, `old_journeys`, `old_customers`, `old_activities` are the store's; `fresh` has the
    part's coded events, under the store's own names of columns.
    """

    def __init__(self, folder: Path, described: Manifest, log: Log, contract: Mapping[str, str]) -> None:
        if not described.parts or not described.columns:
            raise StoreError("This store was made by an earlier version of cxkit. Prepare its log again, then append.")
        self.folder, self.described, self.contract = folder, described, contract
        self.reading = aligned(log, described)
        super().__init__(self.reading.source, self.reading.roles, log.tables, log.engagement)
        check(log.tables, self.source, self.roles)
        self.before = {table.name: (table, folder) for table in described.tables}
        self.run = self.source.connection.execute

    @property
    def known(self) -> str:
        """Whether this very source is in the store already, in words; empty where it is not."""
        for number, part in enumerate(self.described.parts, 1):
            if part.fingerprint == self.source.fingerprint:
                return f'"{self.source.name}" is in the store already, as part {number}; nothing was changed.'
        return ""

    def staged(self, folder: Path) -> stage.Staged:
        """Write the coded events of the part, and of the store's journeys that it touches, into the folder."""
        self._lay_out()
        source, roles, described = self.source, self.roles, self.described
        fits = {name: tuple(kept for kept in held if kept in self.found[name]) for name, held in self.fits.items()}
        if roles.order is not None:
            fits[KEY] = self._key_fits(roles.order)
        columns = [replace(a, kind=kind(fits[a.column])) for a in self.was]
        key, part = kind(fits.get(KEY, ())), len(described.parts)
        dropped = stage.read(source, roles, tuple(a for a in columns if a.column != KEY), key, folder, part)
        stage.number(source, roles)
        self.run("CREATE OR REPLACE TEMP TABLE fresh AS SELECT * FROM coded")
        columns = columns if described.chosen else levels.levelled(source.connection, self.was, columns, self.held)
        self.changes = self._compared(columns, dropped)
        self._unite(columns)
        self._keep_rejected(folder)
        backwards = stage.backwards(source, roles)
        stage.write(source, folder)
        attributes = levels.in_order(columns, described.chosen)
        return stage.Staged(attributes, dropped, roles.time is not None, backwards, fits)

    # ---- what is there ------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        connection = self.source.connection
        for table, view in widen.VIEWS.items():
            widen.view(connection, self.folder / table, view)
        self._check()
        stage.known(self.source, "old_journeys", "old_customers", "old_activities")

    def _check(self) -> None:
        """Raise unless the store's tables hold the columns that its manifest speaks of, with values of their kinds."""
        own = {JOURNEY: "INTEGER", POSITION: "INTEGER", CUSTOMER: "INTEGER", schema.ACTIVITY: "SMALLINT"}
        own |= dict.fromkeys((schema.TIME, schema.FIRST, schema.LAST, schema.HASH), "BIGINT")
        own |= {schema.PART: "INTEGER", schema.LINE: "BIGINT"}
        own |= dict.fromkeys((schema.ID, schema.NAME, schema.SYMBOL, schema.REASON, schema.TEXT), "VARCHAR")
        attributes = self.described.of_rows
        own |= {a.column: widen.TYPES[a.kind] for a in attributes}
        of = {level: [a.column for a in attributes if a.level == level] for level in ("event", "journey")}
        wanted = {
            "old_events": [JOURNEY, POSITION, schema.ACTIVITY, schema.TIME, *of["event"]],
            "old_rows": [JOURNEY, POSITION, CUSTOMER, *of["journey"]],
            "old_journeys": [JOURNEY, schema.ID, schema.HASH, CUSTOMER, schema.FIRST, schema.LAST, *of["journey"]],
            "old_customers": [schema.ID],
            "old_activities": [schema.NAME, schema.SYMBOL],
            "old_rejected": [schema.LINE, schema.REASON, schema.TEXT, schema.PART],
        }
        for table, columns in wanted.items():
            held = self._types(table)
            if any(held.get(name) != own[name] for name in columns):
                raise StoreError(f'The table "{table}" is not what its manifest says. Prepare the log again.')
        if self.roles.order is not None and KEY not in self._types("old_rows"):
            raise StoreError("The store lacks the values that order its events. Prepare the log again.")
        if self.roles.start is not None and self._types("old_rows").get(schema.STARTED) != "BIGINT":
            raise StoreError("The store lacks the stamps at which its events started. Prepare the log again.")

    def _types(self, table: str) -> dict[str, str]:
        return {name: kind for name, kind, *_ in self.run(f"DESCRIBE {table}").fetchall()}

    @cached_property
    def found(self) -> Fits:
        """Which kinds hold all values of a column in this part."""
        return stage.fits_of(self.source, self.roles)

    @cached_property
    def fits(self) -> Fits:
        """Which kinds hold all values of a column in the parts that are there; every kind where it is new."""
        new = {a.column for a in self.new}
        wanted = [name for name in stage.columns_of(self.roles) if name not in new]
        if not all(set(self.described.fits.get(name, ["?"])) <= set(EVERY) for name in wanted):
            raise StoreError("The manifest of this store does not say which values fit its columns. Prepare it again.")
        return {name: self.described.fits[name] for name in wanted} | dict.fromkeys(new, EVERY)

    @cached_property
    def new(self) -> tuple[schema.Attribute, ...]:
        """The attributes that the part brings, where all columns are kept; what was there has no values of them."""
        columns = () if self.described.chosen else self.reading.source.new
        named = ((self.source.columns[n], f"x{n}") for n in columns)
        return tuple(schema.Attribute(name, column, "journey", kind(self.found[column])) for name, column in named)

    def _key_fits(self, order: int) -> tuple[schema.Kind, ...]:
        """Which kinds hold nearly all values that put events in order, in the parts that are there and in this one."""
        source = self.source
        here = source.connection, text_of(source, order), source.rows
        return key_fits((source.connection, self.held[KEY].text, "old_rows r"), here)

    @cached_property
    def was(self) -> tuple[schema.Attribute, ...]:
        """The attributes of rows, as the store has them, and new ones; what orders events of the same time is last."""
        every = (*self.described.of_rows, *self.new)
        if self.roles.order is None:
            return every
        name = self.source.columns[self.roles.order]
        return (*every, schema.Attribute(name, KEY, "journey", kind(self.fits[KEY])))

    @cached_property
    def held(self) -> dict[str, widen.Held]:
        """How the store holds the values of each column."""
        texts, zone = self._types("old_rows"), self.described.zone
        held = {a.column: widen.held(a, f"{a.column}_{schema.TEXT}" in texts, zone) for a in self.was}
        return held | {a.column: widen.nothing(a) for a in self.new}

    # ---- what differs -------------------------------------------------------------------------------------------

    def _compared(self, columns: list[schema.Attribute], dropped: dict[str, int]) -> Changes:
        """How the part differs from what is there; raises where the contract refuses that."""
        comparison = comparing.Comparison(self.reading, self.described, self.was, tuple(columns), self.held)
        ranked_changes = ranked(comparison.changes(dropped))
        changes = Changes(self.source.name, comparison.brings, ranked_changes)
        enforce(self.contract, changes)
        if self.contract["overlap"] == LEAVE_OUT and comparing.leave_out(comparison):
            raise NothingNew(f'Every row of "{self.source.name}" is in the store already; nothing was changed.')
        return changes

    # ---- becoming one -------------------------------------------------------------------------------------------

    def _unite(self, columns: list[schema.Attribute]) -> None:
        """Lay out as `coded` the part's events and the store's events of the journeys that it touches."""
        was = {a.column: a for a in self.was}
        self.whole = bool(self.new) or any(was[a.column] != a for a in columns)
        touched = "true" if self.whole else "e.journey IN (SELECT DISTINCT journey FROM fresh)"
        given = [*was, *(f"{name}_{schema.TEXT}" for name in was)]
        plain = {"e": (*DERIVED, *given), "r": (JOURNEY, POSITION, *given)}
        tables = {"e": "old_events", "r": "old_rows"}
        kept = [f"{t}.{name}" for t, table in tables.items() for name in self._types(table) if name not in plain[t]]
        kept += [column for a in columns for column in widen.carried(was[a.column], a, self.held[a.column])]
        old = f"""
            SELECT {", ".join(kept)}, e.position::BIGINT - {BEFORE} AS {ROW}
            FROM old_events e JOIN old_rows r USING (journey, position) WHERE {touched}"""
        self.run(f"CREATE OR REPLACE TEMP TABLE carried AS {old}")
        if self.roles.order is not None and was[KEY].kind == "text" != columns[-1].kind:
            self._check_order()
        self.run("CREATE OR REPLACE TEMP VIEW coded AS SELECT * FROM fresh UNION ALL BY NAME SELECT * FROM carried")
        self.several_before = self._several([CUSTOMER, *(a.column for a in columns if a.level == "journey")])

    def _check_order(self) -> None:
        """Raise where numbers leave the order to the rows of the source, which texts had decided: it is not kept."""
        ties = f"GROUP BY {JOURNEY}, {schema.TIME}, {KEY} HAVING min({KEY}_{schema.TEXT}) <> max({KEY}_{schema.TEXT})"
        if self.run(f"SELECT 1 FROM carried {ties} LIMIT 1").fetchone():
            raise InputError(
                f'With "{self.source.name}" nearly all values of "{self.described.roles["order"]}" are numbers, while '
                "those that are there were ordered as texts. Prepare all parts anew, read together as a folder."
            )

    def _several(self, columns: list[str]) -> dict[str, int]:
        """In how many of the touched journeys a column had several values before."""
        columns = [name for name in columns if name != KEY]
        asked = ", ".join(f"count(*) FILTER ({name})" for name in columns)
        each = ", ".join(f"min({name}) <> max({name}) AS {name}" for name in columns)
        counts = self.run(f"SELECT {asked} FROM (SELECT {each} FROM carried GROUP BY journey)").fetchone()
        return dict(zip(columns, counts or (), strict=True))

    def _keep_rejected(self, folder: Path) -> None:
        for number, file in enumerate(sorted((self.folder / schema.REJECTED).glob("*.parquet"))):
            shutil.copyfile(file, folder / schema.REJECTED / f"before-{number}.parquet")

    def rest(self, engine: Engine, placed: Frame) -> dict[str, Frame]:
        """What the part does not touch: events, their rows, paths and journeys, by the name of the table."""
        if self.whole:
            return {}
        touched = placed.select(JOURNEY).unique()
        names = (schema.EVENTS, schema.ROWS, schema.JOURNEYS)
        tables = {name: engine.scan(self.folder / name).join(touched, on=JOURNEY, how="anti") for name in names}
        texts = [name for name in placed.collect_schema().names() if name.endswith(f"_{schema.TEXT}")]
        held = tables[schema.ROWS].collect_schema().names()
        empty = [nw.lit(None).cast(nw.String).alias(name) for name in texts if name not in held]
        tables[schema.ROWS] = tables[schema.ROWS].with_columns(*empty) if empty else tables[schema.ROWS]
        paths = engine.scan(self.folder / schema.VARIANTS).select(VARIANT, PATH)
        tables[PATH] = tables[schema.JOURNEYS].join(paths, on=VARIANT, how="inner").select(JOURNEY, PATH)
        return tables

    def joined(self, made: Manifest) -> Manifest:
        """What is to be said of both together; `made` speaks of all events, but of the source of the part."""
        old, [part] = self.described, made.parts
        part = replace(part, events=made.counts["events"] - old.counts["events"], changes=self.changes.found)
        part = replace(part, brings=self.changes.head)
        unread = {} if self.whole else old.several
        several = {
            column: unread.get(column, 0) - (0 if self.whole else self.several_before.get(column, 0)) + now
            for column in (CUSTOMER, *(a.column for a in made.attributes))
            for now in [made.several.get(column, 0)]
        }
        reading = dict(old.reading)
        for word, answer in made.reading.items():
            before = reading.setdefault(word, answer)
            reading[word] = before if answer in before.split(", ") else f"{before}, {answer}"
        lines = {word: old.lines.get(word, 0) + made.lines.get(word, 0) for word in (*old.lines, *made.lines)}
        reasons = (*old.dropped, *made.dropped)
        return replace(
            made,
            source=f"{old.parts[0].source} and {len(old.parts)} more",
            fingerprint=sha256(f"{old.fingerprint}{made.fingerprint}".encode()).hexdigest(),
            roles=old.roles,
            zone=old.zone,
            anonymous=old.anonymous,
            order=old.order,
            dropped={reason: old.dropped.get(reason, 0) + made.dropped.get(reason, 0) for reason in reasons},
            reading=reading,
            lines=lines,
            about=old.about,
            origin={},
            engagement=made.engagement or old.engagement,
            backwards=old.backwards + made.backwards,
            several={column: count for column, count in several.items() if count},
            parts=(*old.parts, part),
        )
