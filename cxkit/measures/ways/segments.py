"""Segments: how many journeys have which value of an attribute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.facts import working as clocks
from cxkit.facts.working import Clock
from cxkit.result import Result
from cxkit.schema import CUSTOMER, FIRST, JOURNEY, LAST, SECOND
from cxkit.selection import segment
from cxkit.selection.segment import HIGH, LOW, SEGMENT
from cxkit.store.columns import VALUE
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
    first event to the last one seen), `low` (included) and `high` (not included) of a bin. Numbers of more than 20
    different values come in at most 20 bins of equal width, in their order.

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
        hidden=(LOW, HIGH),
    )


def having(row: Mapping[str, Any], journeys: Journeys, asked: Mapping[str, Any]) -> Filter:
    """The journeys that have the value of a row."""
    return segment.inside(row[SEGMENT], row[LOW], row[HIGH], journeys, asked["by"])


def _table(journeys: Journeys, by: str, clock: Clock) -> pa.Table:
    import pyarrow as pa

    total, edges = journeys.n.journeys, segment.edges(journeys, by)
    counted = journeys.collect(lambda selection: _counts(clock.at(selection), by, total, edges))
    if not edges:
        none = pa.nulls(len(counted), pa.float64())
        return counted.append_column(LOW, none).append_column(HIGH, none)
    rows = [row | _bin(row[SEGMENT], edges) for row in counted.to_pylist()]
    kinds = {field.name: field.type for field in counted.schema}
    kinds |= {SEGMENT: pa.string(), LOW: pa.float64(), HIGH: pa.float64()}
    return pa.Table.from_pylist(rows, schema=pa.schema(list(kinds.items())))


def _bin(number: int | None, edges: Sequence[float]) -> dict[str, Any]:
    if number is None:
        return {SEGMENT: segment.MISSING, LOW: None, HIGH: None}
    return segment.bin_at(number, edges, SEGMENT)


def _counts(selection: Selection, by: str, total: int, edges: Sequence[float]) -> Frame:
    lasting = ((nw.col(LAST) - nw.col(FIRST)).median() / SECOND).alias("median_seconds")
    parted = _binned(selection, by, edges) if edges else segment.segmented(selection, by)
    counted = (
        parted.group_by(SEGMENT)
        .agg(nw.len().cast(nw.Int64).alias("count"), nw.col(CUSTOMER).n_unique().alias("customers"), lasting)
        .with_columns((nw.col("count") / max(total, 1)).alias("share"))
        .select(SEGMENT, "count", "customers", "share", "median_seconds")
    )
    if edges:
        return counted.sort(SEGMENT, nulls_last=True)
    return counted.sort("count", SEGMENT, descending=[True, False])


def _binned(selection: Selection, by: str, edges: Sequence[float]) -> Frame:
    """The selected journeys with the number of their bin."""
    number = segment.binned(nw.col(VALUE), edges).cast(nw.Int32).alias(SEGMENT)
    return selection.outlines.join(selection.star.of_journeys(by).select(JOURNEY, number), on=JOURNEY, how="left")
