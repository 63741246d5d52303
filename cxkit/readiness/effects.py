"""What a repair would do: to which rows, and to the number of events, journeys, variants and activities.

Computed on the staged rows, without a store: a repair of a column without a role changes no count, and only a repair
of one with a role, or one that leaves out rows, is counted again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from cxkit.readiness.ground import Ground
from cxkit.reading import stamps
from cxkit.schema import ROW
from cxkit.shaping.events import in_zone, judged
from cxkit.shaping.mending.mend import applied, mended_columns
from cxkit.shaping.mending.offers import Counts, Effect
from cxkit.shaping.mending.repairs import DropCopies, DropEchoes, InZone, Repair, Restamp

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from cxkit.reading.source import Source

FEW = 3  # rows that are shown
Asked = tuple[str, dict[str, Any]]
Shown = tuple[tuple[str, str | None], ...]


class Laid(NamedTuple):
    """Rows that were laid out as a table, in place of a source's."""

    rows: str
    kinds: tuple[str, ...]
    connection: DuckDBPyConnection
    laid: dict[str, bool]


def effects(ground: Ground, repairs: Iterable[Repair]) -> dict[Repair, Effect]:
    """What each of these repairs alone would do to the log."""
    wanted = [*repairs]
    if not wanted:
        return {}
    with in_zone(ground.source, ground.roles.zone):
        before = _counted(ground, (f"SELECT * FROM {ground.source.rows}", {}), ground.source.kinds)
        return {repair: _effect(ground, repair, before) for repair in wanted}


def _effect(ground: Ground, repair: Repair, before: Counts) -> Effect:
    source, roles = ground.source, ground.roles
    if isinstance(repair, DropCopies | DropEchoes):
        asked = applied(source, roles, repair, f"SELECT * FROM {source.rows}", "r")
        return Effect(*_left_out(ground, asked), before, _counted(ground, asked, source.kinds))
    columns = mended_columns(source, roles, repair)
    asked = applied(source, roles, repair, f"SELECT *, c{columns[0]} AS before FROM {source.rows}", "r")
    rows, shown = _changed(ground, repair, columns[0], asked)
    if not {roles.journey, roles.activity, roles.time, roles.start, roles.order}.intersection(columns):
        return Effect(rows, shown, before, before)
    kinds = tuple("text" if n in columns else kind for n, kind in enumerate(source.kinds))
    return Effect(rows, shown, before, _counted(ground, asked, kinds))


def _counted(ground: Ground, asked: Asked, kinds: tuple[str, ...]) -> Counts:
    """What the log would have if these were its rows: as `prepare` would count it."""
    key = "NULL" if ground.roles.order is None else f"c{ground.roles.order}"
    keys = [f"TRY_CAST({key} AS DOUBLE) AS key", f"{key}::VARCHAR AS key_text"]
    ground.ask(f"CREATE OR REPLACE TEMP TABLE ready_mended AS {asked[0]}", **asked[1])
    rows = cast("Source", Laid("ready_mended", kinds, ground.source.connection, {}))
    statement, values = judged(rows, ground.roles, keys)
    way = f"hash(list(activity_name ORDER BY time, key, key_text, {ROW}))"
    [(ways, events, journeys)] = ground.ask(
        f"""SELECT count(DISTINCT way), coalesce(sum(events), 0)::BIGINT, count(*) FROM (
            SELECT {way} AS way, count(*) AS events FROM ({statement}) WHERE reason IS NULL GROUP BY journey_id)""",
        **values,
    )
    activities = ground.one(f"SELECT count(DISTINCT activity_name) FROM ({statement}) WHERE reason IS NULL", **values)
    return Counts(events, journeys, ways, activities)


def _left_out(ground: Ground, asked: Asked) -> tuple[int, Shown]:
    """How many rows are no longer there, and what the first of them say."""
    gone = f"FROM ready_rows ANTI JOIN ({asked[0]}) USING ({ROW})"
    line = "concat_ws(' · ', journey, activity, stamp)"
    rows = ground.one(f"SELECT count(*) {gone}", **asked[1])
    shown = ground.ask(f"SELECT {line} {gone} ORDER BY {ROW} LIMIT {FEW}", **asked[1])
    return rows, tuple((text, None) for (text,) in shown)


def _changed(ground: Ground, repair: Repair, column: int, asked: Asked) -> tuple[int, Shown]:
    """How many rows have another value, or another moment, and what the first ones said and would say."""
    old, new, values = "before::VARCHAR", f"c{column}::VARCHAR", asked[1]
    differ = f"{old} IS DISTINCT FROM {new}"
    if isinstance(repair, InZone | Restamp):
        moment = stamps.sql(ground.roles.writing, "before", ground.source.kinds[column], "was")
        differ = f"{moment} IS DISTINCT FROM epoch_us(TRY_CAST({new} AS TIMESTAMPTZ))"
        values = values | stamps.values(ground.roles.writing, moment, "was")
    changed = f"FROM ({asked[0]}) WHERE {differ}"
    rows = ground.one(f"SELECT count(*) {changed}", **values)
    shown = ground.ask(
        f"SELECT coalesce({old}, ''), coalesce({new}, '') {changed} ORDER BY {ROW} LIMIT {FEW}", **values
    )
    return rows, tuple((before, after) for before, after in shown)
