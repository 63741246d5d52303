"""From a log to a published journey store: staged, ordered, grouped, described, and swapped in at once.

Tables go into a new version folder; replacing `manifest.json` publishes it. A later part of the log goes through the
same steps, together with the journeys that it touches; the other journeys are taken over as they are.
"""

from __future__ import annotations

import importlib.metadata
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, get_args

import narwhals as nw

from cxkit import schema
from cxkit.errors import StoreError
from cxkit.reading.source import Source
from cxkit.schema import CUSTOMER, EVENT_COLUMNS, GAP, JOURNEY, JOURNEY_COLUMNS, PATH, POSITION, VARIANT, Table
from cxkit.shaping.beside import Beside, check
from cxkit.shaping.columns import NUMERIC
from cxkit.shaping.roles import Roles
from cxkit.store import manifest, stage, star
from cxkit.store import tables as beside
from cxkit.store.changes import NAMED
from cxkit.store.engine import Engine, Frame
from cxkit.store.geometry import PICTURE
from cxkit.store.manifest import Manifest, Part
from cxkit.store.origin import origin
from cxkit.store.publish import alone, publish, published
from cxkit.store.star import Star
from cxkit.words import are, many, quoted

if TYPE_CHECKING:
    from cxkit.log import Log

STEPS = ("reading rows", "ordering events", "finding variants", "writing journeys", "drawing the map")
MOST_EVENTS_IN_MEMORY = 20_000_000
Draw = Callable[[Star], str]
Step = Callable[[str], None]


def prepare(log: Log, folder: Path, engine: Engine, draw: Draw, step: Step) -> Manifest:
    """Build and publish the store of a log; `draw` makes the map's geometry, `step` hears how far it is."""
    with log.source.lock, log.source.guarded():
        batch = Batch(log.source, log.settled, log.tables, log.engagement)
        check(log.tables, log.source, log.settled)
        version = version_of(log, engine, batch.roles)
    old = published(folder)
    if old is not None and (old.version, old.engagement) == (version, log.engagement):
        return old
    with alone(folder), log.source.lock:
        old = published(folder)
        if old is not None and old.version == version:
            return manifest.amended(old, folder, engagement=log.engagement)
        with engine.sparing():
            return publish(folder, old, version, lambda scratch: made(batch, engine, scratch, version, draw, step))


class Batch:
    """Rows that go into a store: a source under its roles, alone, or beside what is there already."""

    before: Mapping[str, tuple[Table, Path]] = MappingProxyType({})  # the tables that lie beside what is there already

    def __init__(self, source: Source, roles: Roles, tables: Sequence[Beside] = (), engagement: str = "") -> None:
        self.source, self.roles, self.tables, self.engagement = source, roles, tables, engagement

    def staged(self, folder: Path) -> stage.Staged:
        """Write the coded events into the folder."""
        return stage.stage(self.source, self.roles, folder)

    def rest(self, engine: Engine, placed: Frame) -> dict[str, Frame]:
        """What is there already and stays as it is, by the name of the table."""
        return {}

    def joined(self, made: Manifest) -> Manifest:
        """What is to be said of both together."""
        return made


def made(batch: Batch, engine: Engine, folder: Path, version: str, draw: Draw, step: Step) -> Manifest:
    """Build a version in a folder, its picture too."""
    described = _build(batch, engine, folder, version, step)
    engine.forget(version)
    step(STEPS[4])
    (folder / PICTURE).write_text(draw(open_star(folder, described, engine)), encoding="utf-8")
    return described


def open_star(folder: Path, described: Manifest, engine: Engine) -> Star:
    """The star whose tables lie in a version's folder."""
    tables: dict[str, Any] = {table: engine.scan(folder / table) for table in schema.TABLES if table != schema.REJECTED}
    columns = {level: tables[f"{level}s"].collect_schema().names() for level in get_args(schema.Level)}
    for attribute in described.attributes:
        if attribute.column not in columns[attribute.level]:
            raise StoreError(f'The store has no values of "{attribute.name}". Prepare the log again.')
    moves = tables.pop(schema.VARIANT_MOVES)
    return Star(
        engine,
        described.version,
        **tables,
        moves_kept=moves,
        tables={table.name: engine.scan(folder / schema.BESIDE / table.name) for table in described.tables},
        attributes=described.attributes,
        zone=described.zone,
        timed=described.timed,
        direct=described.counts["events"] > MOST_EVENTS_IN_MEMORY,
    )


def _build(batch: Batch, engine: Engine, folder: Path, version: str, step: Step) -> Manifest:
    step(STEPS[0])
    source, roles = batch.source, batch.roles
    with source.guarded():
        staged = batch.staged(folder)
    coded = engine.scan(folder / stage.CODED)
    step(STEPS[1])
    order = [*([schema.TIME] if staged.timed else []), *([schema.KEY] if roles.order is not None else []), schema.ROW]
    placed = engine.materialise(f"{version}|{star.ORDERED}", lambda: star.ordered(coded, order))
    rest = batch.rest(engine, placed)
    step(STEPS[2])
    activities = engine.scan(folder / schema.ACTIVITIES)
    routes = engine.materialise(
        f"{version}|{PATH}", lambda: _with(star.paths(engine, placed, activities), rest.get(PATH))
    )
    engine.write(star.variants(engine, routes, activities), folder / schema.VARIANTS, [VARIANT])
    step(STEPS[3])
    columns = [*EVENT_COLUMNS, *schema.STAMP_COLUMNS, *(a.column for a in staged.attributes if a.level == "event")]
    said = [JOURNEY, POSITION, *(name for name in placed.collect_schema().names() if name not in columns)]
    events = {schema.EVENTS: star.firsts(placed).select(*columns), schema.ROWS: placed.select(*said)}
    for table, found in events.items():
        engine.write(_with(found, rest.get(table)), folder / table, [JOURNEY, POSITION])
    journeys = [a for a in staged.attributes if a.level == "journey"]
    several = _write_journeys(engine, folder, placed, routes, journeys, rest.get(schema.JOURNEYS))
    shutil.rmtree(folder / stage.CODED)
    written = engine.scan(folder / schema.EVENTS), engine.scan(folder / schema.JOURNEYS)
    moves = [VARIANT, schema.ACTIVITY, schema.NEXT]
    engine.write(star.variant_moves(*written), folder / schema.VARIANT_MOVES, moves)
    tables = beside.write(batch.tables, folder, roles.zone, batch.before, source.connection)
    staged = replace(staged, attributes=(*staged.attributes, *beside.attributes(tables)))
    described = _described(source, roles, engine, folder, version, staged, several)
    described = batch.joined(replace(described, tables=tables, engagement=batch.engagement))
    return replace(described, notes=tuple(_notes(described, engine, folder)))


def _with(frame: Frame, others: Frame | None) -> Frame:
    """The frame together with rows of the same columns."""
    return frame if others is None else nw.concat([frame, others.select(*frame.collect_schema().names())])


def _write_journeys(
    engine: Engine,
    folder: Path,
    placed: Frame,
    routes: Frame,
    attributes: list[schema.Attribute],
    others: Frame | None,
) -> dict[str, int]:
    """Write one row per journey; returns in how many of them a column has several values."""
    columns = [CUSTOMER, *(attribute.column for attribute in attributes)]
    values, several = star.values(engine, placed, columns)
    ids = folder / f"{schema.JOURNEYS}-ids"
    (folder / schema.JOURNEYS).replace(ids)
    variant_of = routes.join(engine.scan(folder / schema.VARIANTS).select(VARIANT, PATH), on=PATH, how="inner")
    own = (-nw.col(JOURNEY) - 1).cast(nw.Int32)
    found = (
        engine.scan(ids)
        .join(star.spans(placed), on=JOURNEY, how="inner")
        .join(values, on=JOURNEY, how="inner")
        .with_columns(nw.when(nw.col(CUSTOMER).is_null()).then(own).otherwise(nw.col(CUSTOMER)).alias(CUSTOMER))
    )
    names = [*(name for name in JOURNEY_COLUMNS if name != VARIANT), *columns[1:]]
    journeys = _with(found.select(*names), others).join(variant_of.select(JOURNEY, VARIANT), on=JOURNEY, how="inner")
    engine.write(journeys.select(*JOURNEY_COLUMNS, *columns[1:]), folder / schema.JOURNEYS, [JOURNEY])
    shutil.rmtree(ids)
    return several


def _notes(made: Manifest, engine: Engine, folder: Path) -> Iterator[str]:
    """What should be known about the sources and their values."""
    yield from dict.fromkeys([*(note for part in made.parts for note in part.notes), *made.open.values()])
    names = {CUSTOMER: "the customer", **{a.column: f'"{a.name}"' for a in made.attributes}}
    for column, count in made.several.items():
        yield f"{many(count)} journeys have several values of {names[column]}; the first is kept."
    if made.backwards:
        yield f"{many(made.backwards)} events would end before they start; when they started is unknown."
    yield from _odd_keys(made, engine, folder)
    alone = engine.scan(folder / schema.JOURNEYS).filter(nw.col(CUSTOMER) < 0).select(nw.len().alias("n"))
    yield from beside.notes(made.tables, made.timed)
    orphans = engine.collect(alone)["n"][0].as_py()
    if orphans:
        yield f"{many(orphans)} journeys have no customer; each counts as a customer of its own."


def _odd_keys(made: Manifest, engine: Engine, folder: Path) -> Iterator[str]:
    """Which values of the column that puts events in order are no numbers, where nearly all are."""
    rows, text = engine.scan(folder / schema.ROWS), f"{schema.KEY}_{schema.TEXT}"
    if not made.fits.get(schema.KEY) or text not in rows.collect_schema().names():
        return
    odd = rows.filter(~nw.col(text).str.contains(f"^{NUMERIC}$")).group_by(text).agg(nw.len().alias("n"))
    counts = {row[text]: row["n"] for row in engine.collect(odd.sort(text)).to_pylist()}
    if counts:
        count = sum(counts.values())
        yield (
            f'{many(count, "value")} of "{made.roles["order"]}" {are(count)} no number among numbers: '
            f"{quoted(list(counts), NAMED)}; such a value counts as the number it begins with."
        )


def _described(
    source: Source,
    roles: Roles,
    engine: Engine,
    folder: Path,
    version: str,
    staged: stage.Staged,
    several: dict[str, int],
) -> Manifest:
    columns, facts = source.columns, _facts(engine, folder)
    named = {
        "journey": roles.journey,
        "activity": roles.activity,
        "time": roles.time,
        "customer": roles.customer,
        "order": roles.order,
        "start": roles.start,
    }
    tie_break = [f'"{columns[roles.order]}"'] if roles.order is not None else []
    part = Part(source.name, source.fingerprint, facts["events"], roles.writing.name, notes=tuple(source.notes))
    part = replace(
        part, doubt=roles.writing.doubt, dropped=staged.dropped, first_dropped=_first_dropped(engine, folder)
    )
    return Manifest(
        version=version,
        source=source.name,
        fingerprint=source.fingerprint,
        roles={role: None if number is None else columns[number] for role, number in named.items()},
        order=", then ".join([*(["time"] if staged.timed else []), *tie_break, "row"]),
        zone=roles.zone,
        timed=staged.timed,
        attributes=staged.attributes,
        first=facts.pop("first"),
        last=facts.pop("last"),
        ties=facts.pop("ties"),
        counts=facts,
        dropped=staged.dropped,
        reading={**source.reading, "time": roles.writing.name if staged.timed else "none"},
        about=source.about,
        origin=origin(source, roles, folder.parent),
        repairs=tuple(repair.to_json() for repair in source.repairs),
        made_with={name: importlib.metadata.version(name) for name in ("duckdb", "narwhals")} | {"engine": engine.name},
        columns=source.columns,
        several=several,
        fits=staged.fits,
        backwards=staged.backwards,
        parts=(replace(part, noun="line" if source.tally else "row"),),
        chosen=roles.chosen,
        anonymous=roles.anonymous,
        lines=asdict(source.tally) if source.tally else {},
    )


def _first_dropped(engine: Engine, folder: Path) -> int | None:
    """The line of the first row that the newest part could not use."""
    rejected = engine.scan(folder / schema.REJECTED).group_by(schema.PART).agg(nw.col(schema.LINE).min())
    lines = {row[schema.PART]: row[schema.LINE] for row in engine.collect(rejected).to_pylist()}
    return lines[max(lines)] if lines else None


def _facts(engine: Engine, folder: Path) -> dict[str, Any]:
    events, journeys = engine.scan(folder / schema.EVENTS), engine.scan(folder / schema.JOURNEYS)
    tied = ((nw.col(GAP) == 0).cast(nw.Int64)).sum().cast(nw.Int64).alias("ties")
    of_events = engine.collect(events.select(nw.len().alias("events"), tied)).to_pylist()[0]
    of_journeys = engine.collect(
        journeys.select(
            nw.len().alias("journeys"),
            nw.col(CUSTOMER).n_unique().alias("customers"),
            nw.col(schema.FIRST).min().alias("first"),
            nw.col(schema.LAST).max().alias("last"),
        )
    ).to_pylist()[0]
    sizes = {
        table: engine.collect(engine.scan(folder / table).select(nw.len().alias("n")))["n"][0].as_py()
        for table in (schema.ACTIVITIES, schema.VARIANTS)
    }
    return {**of_events, **of_journeys, **sizes}


def version_of(log: Log, engine: Engine, roles: Roles, old: str = "") -> str:
    """The name of the version: the same source, roles and format, after the same version, give the same one."""
    facts = (
        schema.FORMAT,
        importlib.metadata.version("cxkit"),
        log.source.fingerprint,
        log.source.name,
        log.source.about,
        log.source.reading,
        replace(roles, evidence=(), chosen=False),
        engine.name,
        *(table.facts for table in log.tables),
        *([old] if old else []),
    )
    return f"v-{sha256(repr(facts).encode()).hexdigest()[:16]}"
