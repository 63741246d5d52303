"""Segments: how many journeys have which value of an attribute."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.result import Result
from cxkit.schema import CUSTOMER, FIRST, LAST, SECOND
from cxkit.selection import segment
from cxkit.selection.segment import SEGMENT

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Filter, Frame


def segments(journeys: Journeys, *, by: str) -> Result:
    """Which kinds of journeys are these?

    Parameters
    ----------
    by : an attribute of journeys, or a tag.

    Returns a Result with a row per value, the most frequent first: `segment` (the value as text; "(missing)" where a
    journey has none), `count` (journeys), `customers`, `share` (of the selected journeys), `median_seconds` (from the
    first event to the last one seen).

    Errors: an unknown attribute, one of events, or one that holds times.

    >>> import cxkit as cx
    >>> cx.toy_journeys().segments(by="plan").df()[["segment", "count"]].values.tolist()
    [['basic', 6], ['plus', 5], ['(missing)', 1]]
    """
    segment.check(journeys, by)
    return Result(
        name="segments",
        unit="journeys",
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: _table(journeys, by),
        count=lambda: journeys.n,
        parameters={"by": by},
        note=f"By {by}.",
    )


def having(row: Mapping[str, Any], journeys: Journeys, asked: Mapping[str, Any]) -> Filter:
    """The journeys that have the value of a row."""
    return segment.clause(row[SEGMENT], journeys, asked["by"])


def _table(journeys: Journeys, by: str) -> pa.Table:
    total = journeys.n.journeys
    return journeys.collect(lambda selection: _counts(selection, by, total))


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
