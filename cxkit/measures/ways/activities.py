"""Activities: how often each occurs, and how often it is visited again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.result import Result
from cxkit.schema import ACTIVITY, CUSTOMER, FIRST_VISIT, JOURNEY, NAME, NEXT, POSITION
from cxkit.selection import segment
from cxkit.where.visits import contains
from cxkit.words import sentences

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Filter, Frame


def activities(journeys: Journeys, *, by: str | None = None) -> Result:
    """What do customers do, and what do they have to do again?

    Parameters
    ----------
    by : an attribute of journeys or customers, or a tag, to compare by: further columns such as "plan: basic" count the
        journeys that visit the activity, for the six segments that are largest in the log, and "(other)".

    Returns a Result with a row per activity, the most frequent first: `activity`, `count` (events), `journeys` (that
    visit it), `customers` (of these journeys), `revisit_share` (of these journeys, those that visit it twice or more),
    `starts` and `ends` (journeys whose first or last event it is).

    Errors: an unknown attribute, one of events, or one that holds times.

    >>> import cxkit as cx
    >>> cx.toy_journeys().activities().df()[["activity", "count", "journeys"]].head(2).values.tolist()
    [['Order', 12, 12], ['Pay', 9, 9]]
    """
    segment.check(journeys, by)
    names = segment.named(journeys, by)
    return Result(
        name="activities",
        unit="events",
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: _split(journeys, by, names),
        count=lambda: journeys.n,
        parameters={"by": by},
        note=sentences(f"By {by}" if by else ""),
        shown=lambda: {"parts": names},
    )


def visiting(row: Mapping[str, Any], _journeys: Journeys, _asked: Mapping[str, Any]) -> Filter:
    """The journeys that visit the activity of a row."""
    return contains(row["activity"])


def _split(journeys: Journeys, by: str | None, names: dict[str, str]) -> pa.Table:
    """The table, and the journeys of each segment beside it."""
    table = journeys.collect(_table)
    if by is None:
        return table
    counted = journeys.collect(lambda selection: _segments(selection, by, list(names)))
    return segment.columns(table, table["activity"].to_pylist(), counted, lambda row: row[NAME], names)


def _segments(selection: Selection, by: str, shown: list[str]) -> Frame:
    parted = segment.gathered(selection, by, shown).select(JOURNEY, segment.SEGMENT)
    visits = selection.moves.filter(nw.col(FIRST_VISIT) == 1).join(parted, on=JOURNEY, how="inner")
    counted = visits.group_by(ACTIVITY, segment.SEGMENT).agg(nw.len().cast(nw.Int64).alias("count"))
    return counted.join(selection.star.activities.select(ACTIVITY, NAME), on=ACTIVITY, how="inner")


def _table(selection: Selection) -> Frame:
    events, people = selection.moves, selection.outlines.select(JOURNEY, CUSTOMER)
    counts = events.group_by(ACTIVITY).agg(
        nw.len().cast(nw.Int64).alias("count"),
        _sum(nw.col(FIRST_VISIT), "journeys"),
        _sum(nw.col(POSITION) == 0, "starts"),
        _sum(nw.col(NEXT).is_null(), "ends"),
    )
    visits = events.filter(nw.col(FIRST_VISIT) == 1).join(people, on=JOURNEY, how="inner")
    customers = visits.group_by(ACTIVITY).agg(nw.col(CUSTOMER).n_unique().cast(nw.Int64).alias("customers"))
    others = events.filter(nw.col(FIRST_VISIT) == 0)
    again = others.group_by(ACTIVITY).agg(nw.col(JOURNEY).n_unique().cast(nw.Int64).alias("again"))
    return (
        counts.join(customers, on=ACTIVITY, how="inner")
        .join(again, on=ACTIVITY, how="left")
        .with_columns((nw.col("again").fill_null(0) / nw.col("journeys")).alias("revisit_share"))
        .join(selection.star.activities, on=ACTIVITY, how="inner")
        .select(nw.col(NAME).alias("activity"), "count", "journeys", "customers", "revisit_share", "starts", "ends")
        .sort("count", "activity", descending=[True, False])
    )


def _sum(values: nw.Expr, name: str) -> nw.Expr:
    return values.cast(nw.Int64).sum().cast(nw.Int64).alias(name)
