"""Which row is an event? One that names a journey and an activity, and whose time can be read.

The one definition of it: the store, the ways to regroup a log and the readiness checks all ask here.

Times on the wall come twice, or not at all, where the clocks are put back or on. Such a time is read as the later one,
or an hour on. Where the rows of a journey stand in the order of their times but for that hour, they keep their order:
what comes before a step back was in the first of the two hours, and a time that does not exist is the moment of change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from zlib import crc32

from cxkit import schema
from cxkit.reading import stamps
from cxkit.schema import ROW, SECOND
from cxkit.shaping.columns import filled, text_of
from cxkit.times import clock_changes

if TYPE_CHECKING:
    from cxkit.reading.source import Source
    from cxkit.shaping.roles import Roles

NO_JOURNEY, NO_ACTIVITY, NO_STAMP, BAD_STAMP = "no journey id", "no activity", "no time", "time not readable"
QUARTER = 900 * SECOND
KNOWS_ITS_OFFSET = r"[0-9]{2}:?[0-9]{2}.*([+-][0-9]{2}(:?[0-9]{2})?|Z|\pL{3,5}\)?)\s*$"


def judged(source: Source, roles: Roles, more: Sequence[str] = ()) -> tuple[str, dict[str, Any]]:
    """The statement of all rows as events, or as what they lack, and its bound values; to be run `in_zone`.

    Its columns: row, journey_id, customer_id, activity_name (as they are written), ended and time (microseconds; began
    and started too where the log has starts), those of `more`, and reason: why the row is no event, else null.
    """
    ordered = turned(source, roles)
    stamped = [number for number in (roles.time, roles.start) if number is not None]
    empty = " AND ".join(f"NOT {filled(f'c{number}')}" for number in stamped) or "false"
    columns = [
        ROW,
        f"{text_of(source, roles.journey)} AS journey_id",
        f"{text_of(source, roles.customer)} AS customer_id",
        f"{text_of(source, roles.activity)} AS activity_name",
        *_stamps(source, roles, ordered),
        *more,
        f"{empty} AS no_stamp",
    ]
    untimed = "false" if roles.time is None else f"{schema.TIME} IS NULL"
    reason = f"""CASE WHEN NOT {filled("journey_id")} THEN '{NO_JOURNEY}'
        WHEN NOT {filled("activity_name")} THEN '{NO_ACTIVITY}'
        WHEN {untimed} THEN CASE WHEN no_stamp THEN '{NO_STAMP}' ELSE '{BAD_STAMP}' END END AS {schema.REASON}"""
    rows = f"{source.rows} LEFT JOIN {ordered} USING ({ROW})" if ordered else source.rows
    statement = f"""
        SELECT * EXCLUDE (no_stamp), {reason}
        FROM (SELECT *, {_time(roles)} FROM (SELECT {", ".join(columns)} FROM {rows}))"""
    return statement, stamps.values(roles.writing, statement) | stamps.values(roles.start_writing, statement, "starts")


def _stamps(source: Source, roles: Roles, ordered: str | None) -> Iterator[str]:
    """The SQL of the stamps of a row: of its end, and of its start where the log has one."""
    ended = "NULL::BIGINT"
    if roles.time is not None:
        ended = stamps.sql(roles.writing, f"c{roles.time}", source.kinds[roles.time])
    yield f"coalesce({ordered}.moment, {ended}) AS {schema.ENDED}" if ordered else f"{ended} AS {schema.ENDED}"
    if roles.start is not None:
        began = stamps.sql(roles.start_writing, f"c{roles.start}", source.kinds[roles.start], "starts")
        yield f"{began} AS began"


def _time(roles: Roles) -> str:
    """The SQL of an event's time: when it started where that is known; a start after the end is not believed."""
    if roles.start is None:
        return f"{schema.ENDED} AS {schema.TIME}"
    started = f"CASE WHEN {schema.ENDED} IS NULL OR began <= {schema.ENDED} THEN began END AS {schema.STARTED}"
    return f"{started}, coalesce({schema.STARTED}, {schema.ENDED}) AS {schema.TIME}"


@contextmanager
def in_zone(source: Source, zone: str) -> Iterator[Callable[..., Any]]:
    """What runs statements on a source while its local times are those of the zone."""
    run = source.connection.execute
    run("SET TimeZone = $zone", {"zone": zone})
    try:
        yield run
    finally:
        run("SET TimeZone = 'UTC'")


def unsure(source: Source, roles: Roles) -> str | None:
    """The name of a table of the rows whose time on the wall comes twice or never; None where there is none.

    Its columns: row, journey, wall (microseconds), and the change's begins, ends, at, before, after.
    """
    if roles.time is None or not clock_changes(roles.zone) or roles.writing.relative:
        return None
    if roles.writing.name in stamps.EPOCHS or _is_instant(source, roles.time):
        return None
    told = roles.journey, roles.time, roles.writing.name, roles.zone, source.rows
    name = f"unsure_{crc32(repr(told).encode())}"
    if name not in source.laid:
        source.laid[name] = bool(_lay_unsure(source, roles, name))
    return name if source.laid[name] else None


def _is_instant(source: Source, column: int) -> bool:
    """Whether the stamps are of a type that knows its offset."""
    asked = f"SELECT typeof(c{column}) LIKE '%TIME ZONE' FROM {source.rows} LIMIT 1"
    return bool((source.connection.execute(asked).fetchone() or (False,))[0])


def _walls(source: Source, roles: Roles, where: str = "true") -> tuple[str, dict[str, Any]]:
    """The statement of the times on the wall of rows without an offset, to be run in UTC, and its bound values."""
    time = f"c{roles.time}"
    wall = stamps.sql(roles.writing, time, source.kinds[roles.time or 0])
    text = source.kinds[roles.time or 0] == "text"
    bare = f"NOT regexp_matches({time}::VARCHAR, '{KNOWS_ITS_OFFSET}')" if text else "true"
    asked = f"SELECT {ROW}, c{roles.journey} AS journey, {wall} AS wall FROM {source.rows} WHERE {bare} AND {where}"
    return asked, stamps.values(roles.writing, asked)


def _in_utc(source: Source, statement: str, values: dict[str, Any]) -> None:
    """Run a statement while local times are read as they stand."""
    run = source.connection.execute
    [zone] = run("SELECT current_setting('TimeZone')").fetchone() or ("UTC",)
    run("SET TimeZone = 'UTC'")
    try:
        run(statement, values or None)
    finally:
        run("SET TimeZone = $zone", {"zone": zone})


def _lay_unsure(source: Source, roles: Roles, name: str) -> int:
    rows, values = _walls(source, roles)
    changes = clock_changes(roles.zone)
    spans = ", ".join(f"({change.wall[0]}, {change.wall[1]}, {', '.join(map(str, change))})" for change in changes)
    quarters = sorted({at // QUARTER for change in changes for at in range(*change.wall, QUARTER)})
    statement = f"""
        CREATE OR REPLACE TEMP TABLE {name} AS
        SELECT u.*, c.* FROM (SELECT * FROM ({rows}) WHERE wall // {QUARTER} IN {tuple(quarters)}) u
        JOIN (VALUES {spans}) c(begins, ends, "at", "before", "after") ON wall >= begins AND wall < ends"""
    _in_utc(source, statement, values)
    return source.connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # type: ignore[index]


def turned(source: Source, roles: Roles) -> str | None:
    """The name of a table of rows and their moments, where those keep the order of rows; None where none need it."""
    table = unsure(source, roles) if roles.start is None else None
    if table is None:
        return None
    name = table.replace("unsure", "turned")
    if name not in source.laid:
        rows, values = _walls(source, roles, f"c{roles.journey} IN (SELECT journey FROM {table})")
        _in_utc(source, _moments(table, name, rows), values)
        source.laid[name] = bool(source.connection.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone())
    return name if source.laid[name] else None


def _moments(table: str, name: str, rows: str) -> str:
    """The statement that lays the moments out, to be run in UTC."""
    earlier = f"OVER (PARTITION BY journey, begins ORDER BY {ROW} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
    so_far = f"OVER (PARTITION BY journey, begins ORDER BY {ROW})"
    return f"""
        CREATE OR REPLACE TEMP TABLE {name} AS
        WITH walls AS MATERIALIZED ({rows}),
        steps AS (SELECT {ROW}, journey, wall, lag(wall) OVER journeys AS earlier, lead(wall) OVER journeys AS later
            FROM walls WHERE wall IS NOT NULL WINDOW journeys AS (PARTITION BY journey ORDER BY {ROW})),
        disordered AS (SELECT DISTINCT journey FROM steps ANTI JOIN {table} USING ({ROW}) WHERE wall < earlier),
        back AS (SELECT *, coalesce(wall < max(wall) {earlier}, false) AS steps_back FROM {table}),
        hours AS (SELECT *, bool_or(steps_back) {so_far} AS second,
            bool_or(steps_back) OVER (PARTITION BY journey, begins) AS twice FROM back)
        SELECT {ROW}, CASE WHEN "after" < "before" THEN wall - "before" ELSE "at" END AS moment
        FROM hours JOIN (SELECT {ROW}, later FROM steps) USING ({ROW}) ANTI JOIN disordered USING (journey)
        WHERE ("after" < "before" AND twice AND NOT second)
            OR ("after" > "before" AND later >= wall AND later < wall + ends - begins AND later >= ends)"""
