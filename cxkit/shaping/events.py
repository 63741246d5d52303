"""Which row is an event? One that names a journey and an activity, and whose time can be read.

The one definition of it: the store, the ways to regroup a log and the readiness checks all ask here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cxkit import schema
from cxkit.reading import stamps
from cxkit.schema import ROW
from cxkit.shaping.columns import filled, text_of

if TYPE_CHECKING:
    from cxkit.reading.source import Source
    from cxkit.shaping.roles import Roles

NO_JOURNEY, NO_ACTIVITY, NO_STAMP, BAD_STAMP = "no journey id", "no activity", "no time", "time not readable"


def judged(source: Source, roles: Roles, more: Sequence[str] = ()) -> tuple[str, dict[str, Any]]:
    """The statement of all rows as events, or as what they lack, and its bound values; to be run `in_zone`.

    Its columns: row, journey_id, customer_id, activity_name (as they are written), ended and time (microseconds; began
    and started too where the log has starts), those of `more`, and reason: why the row is no event, else null.
    """
    stamped = [number for number in (roles.time, roles.start) if number is not None]
    empty = " AND ".join(f"NOT {filled(f'c{number}')}" for number in stamped) or "false"
    columns = [
        ROW,
        f"{text_of(source, roles.journey)} AS journey_id",
        f"{text_of(source, roles.customer)} AS customer_id",
        f"{text_of(source, roles.activity)} AS activity_name",
        *_stamps(source, roles),
        *more,
        f"{empty} AS no_stamp",
    ]
    untimed = "false" if roles.time is None else f"{schema.TIME} IS NULL"
    reason = f"""CASE WHEN NOT {filled("journey_id")} THEN '{NO_JOURNEY}'
        WHEN NOT {filled("activity_name")} THEN '{NO_ACTIVITY}'
        WHEN {untimed} THEN CASE WHEN no_stamp THEN '{NO_STAMP}' ELSE '{BAD_STAMP}' END END AS {schema.REASON}"""
    statement = f"""
        SELECT * EXCLUDE (no_stamp), {reason}
        FROM (SELECT *, {_time(roles)} FROM (SELECT {", ".join(columns)} FROM {source.rows}))"""
    return statement, stamps.values(roles.writing, statement) | stamps.values(roles.start_writing, statement, "starts")


def _stamps(source: Source, roles: Roles) -> Iterator[str]:
    """The SQL of the stamps of a row: of its end, and of its start where the log has one."""
    ended = "NULL::BIGINT"
    if roles.time is not None:
        ended = stamps.sql(roles.writing, f"c{roles.time}", source.kinds[roles.time])
    yield f"{ended} AS {schema.ENDED}"
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
