"""From a log to a published journey store: staged, ordered, grouped, described, and swapped in at once.

Tables go into a new version folder; replacing `manifest.json` publishes it. Whoever is interrupted leaves the old
store as it was. One process prepares a folder at a time.
"""

from __future__ import annotations

import importlib.metadata
import secrets
import shutil
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import narwhals as nw

from cxkit.errors import CxError, StoreError
from cxkit.store import manifest, schema, stage, star
from cxkit.store.engine import Engine, Frame
from cxkit.store.manifest import Manifest
from cxkit.store.origin import origin
from cxkit.store.read import Log
from cxkit.store.schema import CUSTOMER, EVENT_COLUMNS, GAP, JOURNEY, JOURNEY_COLUMNS, PATH, POSITION, VARIANT
from cxkit.store.star import Star

PICTURE = "picture.json"
STEPS = ("reading rows", "ordering events", "finding variants", "writing journeys", "drawing the map")
MOST_EVENTS_IN_MEMORY = 20_000_000
Draw = Callable[[Star], str]
Step = Callable[[str], None]


def prepare(log: Log, folder: Path, engine: Engine, draw: Draw, step: Step) -> Manifest:
    """Build and publish the store of a log; `draw` makes the map's geometry, `step` hears how far it is."""
    with log.source.lock, log.source.guarded():
        version = f"v-{_fingerprint(log, engine)}"
    old = _published(folder)
    if old is not None and old.version == version:
        return old
    with _alone(folder), log.source.lock:
        old = _published(folder)
        if old is not None and old.version == version:
            return old
        with _scratch(folder) as scratch, engine.sparing():
            made = _build(log, engine, scratch, version, step)
            engine.forget(version)
            step(STEPS[4])
            (scratch / PICTURE).write_text(draw(open_star(scratch, made, engine)), encoding="utf-8")
            shutil.rmtree(folder / version, ignore_errors=True)
            scratch.replace(folder / version)
        with _writing(folder):
            made.write(folder)
        _sweep(folder, {version, old.version if old else version})
        return made


def open_star(folder: Path, described: Manifest, engine: Engine) -> Star:
    """The star whose tables lie in a version's folder."""
    tables: dict[str, Any] = {table: engine.scan(folder / table) for table in schema.TABLES if table != schema.REJECTED}
    columns = {level: tables[f"{level}s"].collect_schema().names() for level in ("journey", "event")}
    for attribute in described.attributes:
        if attribute.column not in columns[attribute.level]:
            raise StoreError(f'The store has no values of "{attribute.name}". Prepare the log again.')
    return Star(
        engine,
        described.version,
        **tables,
        attributes=described.attributes,
        zone=described.zone,
        timed=described.timed,
        direct=described.counts["events"] > MOST_EVENTS_IN_MEMORY,
    )


def _build(log: Log, engine: Engine, folder: Path, version: str, step: Step) -> Manifest:
    step(STEPS[0])
    roles = log.settled
    with log.source.guarded():
        staged = stage.stage(log.source, roles, folder)
    coded = engine.scan(folder / stage.CODED)
    step(STEPS[1])
    order = [*([schema.TIME] if staged.timed else []), *([schema.KEY] if roles.order is not None else []), schema.ROW]
    placed = engine.materialise(f"{version}|{star.ORDERED}", lambda: star.ordered(coded, order))
    step(STEPS[2])
    activities = engine.scan(folder / schema.ACTIVITIES)
    routes = engine.materialise(f"{version}|{PATH}", lambda: star.paths(engine, placed, activities))
    engine.write(star.variants(routes), folder / schema.VARIANTS, [VARIANT])
    step(STEPS[3])
    event_columns = [
        *EVENT_COLUMNS,
        *schema.STAMP_COLUMNS,
        *(a.column for a in staged.attributes if a.level == "event"),
    ]
    engine.write(star.firsts(placed).select(*event_columns), folder / schema.EVENTS, [JOURNEY, POSITION])
    notes = _write_journeys(engine, folder, placed, routes, [a for a in staged.attributes if a.level == "journey"])
    shutil.rmtree(folder / stage.CODED)
    return _described(log, engine, folder, version, staged, [*log.source.notes, *notes])


def _write_journeys(
    engine: Engine, folder: Path, placed: Frame, routes: Frame, attributes: list[schema.Attribute]
) -> list[str]:
    """Write one row per journey; returns what should be known about its values."""
    columns = [CUSTOMER, *(attribute.column for attribute in attributes)]
    values, several = star.values(engine, placed, columns)
    ids = folder / f"{schema.JOURNEYS}-ids"
    (folder / schema.JOURNEYS).replace(ids)
    variant_of = routes.join(engine.scan(folder / schema.VARIANTS).select(VARIANT, PATH), on=PATH, how="inner")
    own = (-nw.col(JOURNEY) - 1).cast(nw.Int32)
    journeys = (
        engine.scan(ids)
        .join(variant_of.select(JOURNEY, VARIANT), on=JOURNEY, how="inner")
        .join(star.spans(placed), on=JOURNEY, how="inner")
        .join(values, on=JOURNEY, how="inner")
        .with_columns(nw.when(nw.col(CUSTOMER).is_null()).then(own).otherwise(nw.col(CUSTOMER)).alias(CUSTOMER))
    )
    engine.write(journeys.select(*JOURNEY_COLUMNS, *columns[1:]), folder / schema.JOURNEYS, [JOURNEY])
    shutil.rmtree(ids)
    names = {CUSTOMER: "the customer", **{a.column: f'"{a.name}"' for a in attributes}}
    return [
        f"{count:,} journeys have several values of {names[column]}; the first is kept."
        for column, count in several.items()
    ]


def _described(
    log: Log, engine: Engine, folder: Path, version: str, staged: stage.Staged, notes: list[str]
) -> Manifest:
    roles, columns = log.settled, log.source.columns
    facts = _facts(engine, folder)
    orphans = facts.pop("orphans")
    if orphans:
        notes = [*notes, f"{orphans:,} journeys have no customer; each counts as a customer of its own."]
    if staged.backwards:
        notes = [*notes, f"{staged.backwards:,} events would end before they start; when they started is unknown."]
    if roles.writing.doubt:
        notes = [*notes, roles.writing.doubt]
    named = {
        "journey": roles.journey,
        "activity": roles.activity,
        "time": roles.time,
        "customer": roles.customer,
        "order": roles.order,
        "start": roles.start,
    }
    tie_break = [f'"{columns[roles.order]}"'] if roles.order is not None else []
    return Manifest(
        version=version,
        source=log.source.name,
        fingerprint=log.source.fingerprint,
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
        reading={**log.source.reading, "time": roles.writing.name if staged.timed else "none"},
        notes=tuple(notes),
        about=log.source.about,
        origin=origin(log.source),
        made_with={name: importlib.metadata.version(name) for name in ("duckdb", "narwhals")} | {"engine": engine.name},
    )


def _facts(engine: Engine, folder: Path) -> dict[str, Any]:
    events, journeys = engine.scan(folder / schema.EVENTS), engine.scan(folder / schema.JOURNEYS)
    tied = ((nw.col(GAP) == 0).cast(nw.Int64)).sum().cast(nw.Int64).alias("ties")
    alone = ((nw.col(CUSTOMER) < 0).cast(nw.Int64)).sum().cast(nw.Int64).alias("orphans")
    of_events = engine.collect(events.select(nw.len().alias("events"), tied)).to_pylist()[0]
    of_journeys = engine.collect(
        journeys.select(
            nw.len().alias("journeys"),
            nw.col(CUSTOMER).n_unique().alias("customers"),
            nw.col(schema.FIRST).min().alias("first"),
            nw.col(schema.LAST).max().alias("last"),
            alone,
        )
    ).to_pylist()[0]
    sizes = {
        table: engine.collect(engine.scan(folder / table).select(nw.len().alias("n")))["n"][0].as_py()
        for table in (schema.ACTIVITIES, schema.VARIANTS)
    }
    return {**of_events, **of_journeys, **sizes}


def _fingerprint(log: Log, engine: Engine) -> str:
    """The name of the version: the same source, roles and format give the same one."""
    facts = (
        schema.FORMAT,
        importlib.metadata.version("cxkit"),
        log.source.fingerprint,
        log.source.name,
        log.source.about,
        log.source.reading,
        replace(log.settled, evidence=(), chosen=False),
        engine.name,
    )
    return sha256(repr(facts).encode()).hexdigest()[:16]


def _published(folder: Path) -> Manifest | None:
    try:
        old = manifest.read(folder)
    except StoreError:
        return None
    version = folder / old.version
    whole = (version / PICTURE).is_file() and all(any((version / table).glob("*.parquet")) for table in schema.TABLES)
    return old if whole else None


@contextmanager
def _alone(folder: Path) -> Any:
    """Hold the folder's lock: only one process prepares it."""
    import filelock

    lock = filelock.FileLock(folder / ".lock", timeout=0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except filelock.Timeout:
        raise StoreError(f'Another process is preparing "{folder}". Wait for it, or choose another folder.') from None
    except (OSError, ValueError) as error:
        raise StoreError(f'"{folder}" cannot hold a store: {error}.') from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _scratch(folder: Path) -> Any:
    with _writing(folder):
        scratch = folder / f".making-{secrets.token_hex(8)}"
        scratch.mkdir()
        try:
            yield scratch
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def _writing(folder: Path) -> Any:
    """Say in our own words that the folder cannot be written; a publication that fails changes nothing."""
    import duckdb

    try:
        yield
    except CxError:
        raise
    except (OSError, duckdb.IOException) as error:
        raise StoreError(f'"{folder}" cannot be written: {error}. What was there before is as it was.') from None


def _sweep(folder: Path, used: set[str]) -> None:
    """Remove what interrupted runs left, and every version but the new one and the one before it."""
    for entry in folder.iterdir():
        old_version = manifest.VERSION.fullmatch(entry.name) and entry.name not in used
        if old_version or entry.name.startswith(".making-"):
            shutil.rmtree(entry, ignore_errors=True)
        elif entry.name.startswith(".manifest-"):
            entry.unlink(missing_ok=True)
