"""Segments: how many journeys have which value of an attribute."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.facts import working as clocks
from cxkit.facts.working import Clock
from cxkit.result import Result
from cxkit.schema import CUSTOMER, FIRST, LAST, SECOND
from cxkit.selection import segment
from cxkit.selection.segment import SEGMENT
from cxkit.words import sentences

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Filter, Frame


def segments(journeys: Journeys, *, by: str, working: bool | None = None) -> Result:
    """Which kinds of journeys are these?

    Parameters
    ----------
    by : an attribute of journeys, or a tag.
    working : True for working time, by the engagement's [calendar] (a column `clock` then says so), False for calendar
        time; where nothing is given the calendar's `default` counts.

    Returns a Result with a row per value, the most frequent first: `segment` (the value as text; "(missing)" where a
    journey has none), `count` (journeys), `customers`, `share` (of the selected journeys), `median_seconds` (from the
    first event to the last one seen).

    Errors: an unknown attribute, one of events, or one that holds times; working time where nobody has said when
    the firm works.

    >>> import cxkit as cx
    >>> cx.toy_journeys().segments(by="plan").df()[["segment", "count"]].values.tolist()
    [['basic', 6], ['plus', 5], ['(missing)', 1]]
    """
    segment.check(journeys, by)
    clock = clocks.clock(journeys, working)
    return Result(
        name="segments",
        unit=clock.unit("journeys"),
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: clock.told(_table(journeys, by, clock)),
        count=lambda: journeys.n,
        parameters={"by": by, "working": working},
        note=sentences(f"By {by}", clock.note),
    )


def having(row: Mapping[str, Any], journeys: Journeys, asked: Mapping[str, Any]) -> Filter:
    """The journeys that have the value of a row."""
    return segment.clause(row[SEGMENT], journeys, asked["by"])


def _table(journeys: Journeys, by: str, clock: Clock) -> pa.Table:
    total = journeys.n.journeys
    return journeys.collect(lambda selection: _counts(clock.at(selection), by, total))


def _counts(selection: Selection, by: str, total: int) -> Frame:
    lasting = ((nw.col(LAST) - nw.col(FIRST)).median() / SECOND).alias("median_seconds")
    return (
        segment.segmented(selection, by)
        .group_by(SEGMENT)
        .agg(nw.len().cast(nw.Int64).alias("count"), nw.col(CUSTOMER).n_unique().alias("customers"), lasting)
        .with_columns((nw.col("count") / max(total, 1)).alias("share"))
        .select(SEGMENT, "count", "customers", "share", "median_seconds")
        .sort("count", SEGMENT, descending=[True, False])
    )
