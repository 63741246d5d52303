"""Time of the week: on which weekdays, and at which hours, things happen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, get_args

import narwhals as nw

from cxkit.errors import not_found
from cxkit.measures.times import periods
from cxkit.measures.times.periods import NO_CALENDAR
from cxkit.result import Result
from cxkit.schema import CUSTOMER, FIRST, JOURNEY, TIME
from cxkit.where.moments import HOURS, WEEK, Of, in_week, on_the_clock

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Filter, Frame

COUNTS = ("count", "journeys", "customers")


def time_of_week(journeys: Journeys, *, of: Of = "events") -> Result:
    """When in the week does it happen?

    Parameters
    ----------
    of : "events", or "starts" for the first event of each journey only.

    Returns a Result with a row per weekday and hour of the log's time zone, all 168 of them: `weekday` (1 is Monday),
    `hour` (from its beginning, 0 to 23), `count` (events, or journeys that start), `journeys` and `customers` (that
    have such an event), `share` (of all counted). A log whose clock tells no dates has no rows.

    Errors: an unknown thing to count.

    >>> import cxkit as cx
    >>> week = cx.toy_journeys().time_of_week().df()
    >>> len(week), int(week["count"].sum())
    (168, 40)
    """
    if of not in get_args(Of):
        raise not_found("thing to count", of, get_args(Of))
    return Result(
        name="time_of_week",
        unit="events" if of == "events" else "journeys",
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: _table(journeys, of),
        count=lambda: journeys.n,
        parameters={"of": of},
        shown=lambda: {"known": periods.has_calendar(journeys) or not journeys.n.journeys},
        note=f"Hours in {journeys.base.zone}",
        empty=Result.empty if periods.has_calendar(journeys) else NO_CALENDAR,
    )


def _table(journeys: Journeys, of: Of) -> pa.Table:
    import pyarrow as pa

    span = periods.ends(journeys)
    kinds = {"weekday": pa.int64(), "hour": pa.int64(), **dict.fromkeys(COUNTS, pa.int64()), "share": pa.float64()}
    schema = pa.schema(list(kinds.items()))
    if span is None or not journeys.n.journeys:
        return pa.Table.from_pylist([], schema=schema)
    rows = journeys.collect(lambda selection: _counts(selection, of, span)).to_pylist()
    counted = {(row["weekday"], row["hour"]): row for row in rows}
    total = sum(row["count"] for row in rows)
    return pa.Table.from_pylist(
        [_row(day, hour, counted, total) for day in range(1, WEEK + 1) for hour in range(HOURS)], schema=schema
    )


def _row(day: int, hour: int, counted: dict[tuple[int, int], dict[str, Any]], total: int) -> dict[str, Any]:
    row = counted.get((day, hour), dict.fromkeys(COUNTS, 0))
    return {**row, "weekday": day, "hour": hour, "share": row["count"] / max(total, 1)}


def _counts(selection: Selection, of: Of, span: tuple[int, int]) -> Frame:
    people = selection.outlines.select(JOURNEY, CUSTOMER, FIRST)
    events, moment = people, FIRST
    if of == "events":
        events, moment = selection.moves.select(JOURNEY, TIME).join(people, on=JOURNEY, how="inner"), TIME
    weekday, hour = on_the_clock(nw.col(moment), selection.star.zone, span)
    placed = events.with_columns(weekday.alias("weekday"), hour.alias("hour"))
    unique = (
        nw.col(name).n_unique().cast(nw.Int64).alias(to)
        for name, to in ((JOURNEY, "journeys"), (CUSTOMER, "customers"))
    )
    return placed.group_by("weekday", "hour").agg(nw.len().cast(nw.Int64).alias("count"), *unique)


def happening(row: Mapping[str, Any], _journeys: Journeys, asked: Mapping[str, Any]) -> Filter:
    """The journeys that have an event, or begin, at the hour of a row."""
    return in_week([row["weekday"]], [row["hour"]], asked["of"])


def on_the_day(row: Mapping[str, Any], _journeys: Journeys, asked: Mapping[str, Any]) -> Filter:
    """The journeys that have an event, or begin, on the weekday of a row."""
    return in_week([row["weekday"]], of=asked["of"])
