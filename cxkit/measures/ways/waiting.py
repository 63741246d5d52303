"""Waiting: how long events are worked on, and how long nothing happens before them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.facts import working as clocks
from cxkit.facts.working import Clock
from cxkit.result import Result
from cxkit.schema import ACTIVITY, CUSTOMER, JOURNEY, NAME, NEXT, SECOND, SERVICE, WAITING
from cxkit.selection import segment
from cxkit.selection.segment import SEGMENT
from cxkit.where.visits import contains
from cxkit.words import sentences

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Filter, Frame

SHARES = {"median": 0.5, "p90": 0.9}
UNKNOWN = (
    "No starts and ends of events are known here, so work and waiting cannot be told apart. "
    "Name the column of starts with start=, or the one that says start and complete with lifecycle=."
)
KNOWN = "Only events with both stamps count as worked, only waits between two known stamps as waited"


def waiting(journeys: Journeys, *, by: str | None = None, working: bool | None = None) -> Result:
    """Where do customers wait, and where is work done?

    Service time is from the start of an event to its end. Waiting time before an event is from the end of all that
    came before it in its journey to its start; where events overlap nobody waits (Dumas, La Rosa, Mendling, Reijers
    2018, chapter 7). A log with one stamp per event cannot tell the two apart.

    Parameters
    ----------
    by : an attribute of journeys or a tag, to compare its values; they stand in the column `segment`.
    working : True for working time: only the hours in which the firm works, by the engagement's [calendar]; a column
        `clock` then says so. False for all of the calendar's time. Where nothing is given the calendar's `default`
        counts.

    Returns a Result with a row per activity, the one with most waiting in all first: `activity`, `count` (events),
    `customers` (who have such an event), `worked` (events whose service time is known), `mean_service_seconds`,
    `median_service_seconds`, `p90_service_seconds`, `waited` (events whose waiting time is known),
    `mean_waiting_seconds`, `median_waiting_seconds`, `p90_waiting_seconds`, `waiting_share` (of the known service and
    waiting time of the activity). No rows where the log has no starts.

    Errors: an unknown attribute; working time where nobody has said when the firm works.

    >>> import cxkit as cx
    >>> cx.toy_journeys().waiting().df().empty
    True
    """
    segment.check(journeys, by)
    clock = clocks.clock(journeys, working)
    return Result(
        name="waiting",
        unit=clock.unit("events"),
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: clock.told(_table(journeys, by, clock)),
        count=lambda: journeys.n,
        parameters={"by": by, "working": working},
        shown=lambda: {"of": journeys.n.journeys},
        note=sentences(clock.note, KNOWN),
        empty=UNKNOWN,
        hidden=("customers",),
    )


def visiting(row: Mapping[str, Any], journeys: Journeys, asked: Mapping[str, Any]) -> Filter:
    """The journeys that visit the activity of a row."""
    return segment.within(contains(row["activity"]), row, journeys, asked.get("by"))


def _table(journeys: Journeys, by: str | None, clock: Clock) -> pa.Table:
    table = journeys.collect(lambda selection: _rows(clock.at(selection), by))
    return table.drop_columns([SEGMENT]) if by is None else table


def _rows(selection: Selection, by: str | None) -> Frame:
    segments = segment.segmented(selection, by).select(JOURNEY, SEGMENT, CUSTOMER)
    events = selection.events.select(JOURNEY, ACTIVITY, NEXT, SERVICE, WAITING).join(segments, on=JOURNEY, how="inner")
    people = nw.col(CUSTOMER).n_unique().cast(nw.Int64).alias("customers")
    counted = events.group_by(SEGMENT, ACTIVITY).agg(nw.len().cast(nw.Int64).alias("count"), people)
    before = events.select(SEGMENT, nw.col(NEXT).alias(ACTIVITY), WAITING)
    worked = _timed(selection, events, SERVICE).rename({"known": "worked"})
    waited = _timed(selection, before, WAITING).rename({"known": "waited"})
    whole = nw.col("sum_service_seconds").fill_null(0) + nw.col("sum_waiting_seconds").fill_null(0)
    share = nw.when(whole > 0).then(nw.col("sum_waiting_seconds").fill_null(0) / whole)
    return (
        counted.join(worked, on=[SEGMENT, ACTIVITY], how="left")
        .join(waited, on=[SEGMENT, ACTIVITY], how="left", suffix="_waited")
        .filter(~nw.col("worked").is_null() | ~nw.col("waited").is_null())
        .with_columns(
            nw.col("worked").fill_null(0),
            nw.col("waited").fill_null(0),
            share.alias("waiting_share"),
            nw.col("sum_waiting_seconds").fill_null(0).alias("all"),
        )
        .join(selection.star.activities, on=ACTIVITY, how="inner", suffix="_code")
        .sort("all", SEGMENT, NAME, descending=[True, False, False])
        .select(
            SEGMENT,
            nw.col(NAME).alias("activity"),
            "count",
            "customers",
            "worked",
            *(f"{share}_service_seconds" for share in ("mean", *SHARES)),
            "waited",
            *(f"{share}_waiting_seconds" for share in ("mean", *SHARES)),
            "waiting_share",
        )
    )


def _timed(selection: Selection, events: Frame, column: str) -> Frame:
    """Count, sum, mean and quantiles of a column of microseconds where it is known, by segment and activity."""
    timed = events.filter(~nw.col(column).is_null(), ~nw.col(ACTIVITY).is_null())
    groups, kind = [SEGMENT, ACTIVITY], f"_{column}_seconds"
    counted = timed.group_by(groups).agg(
        nw.len().cast(nw.Int64).alias("known"),
        (nw.col(column).cast(nw.Float64).sum() / SECOND).alias(f"sum{kind}"),
        (nw.col(column).mean() / SECOND).alias(f"mean{kind}"),
    )
    shares = {f"{name}{kind}": share for name, share in SHARES.items()}
    quantiles = selection.star.engine.quantiles(timed, groups, column, shares)
    return counted.join(
        quantiles.with_columns(*((nw.col(name) / SECOND).alias(name) for name in shares)), on=groups, how="inner"
    )
