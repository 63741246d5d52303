"""Activities: how often each occurs, and how often it is visited again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.result import Result
from cxkit.schema import ACTIVITY, CUSTOMER, FIRST_VISIT, JOURNEY, NAME, NEXT, POSITION
from cxkit.where.visits import contains

if TYPE_CHECKING:
    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Filter, Frame


def activities(journeys: Journeys) -> Result:
    """What do customers do, and what do they have to do again?

    Returns a Result with a row per activity, the most frequent first: `activity`, `count` (events), `journeys` (that
    visit it), `customers` (of these journeys), `revisit_share` (of these journeys, those that visit it twice or more),
    `starts` and `ends` (journeys whose first or last event it is).

    >>> import cxkit as cx
    >>> cx.toy_journeys().activities().df()[["activity", "count", "journeys"]].head(2).values.tolist()
    [['Order', 12, 12], ['Pay', 9, 9]]
    """
    return Result(
        name="activities",
        unit="events",
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: journeys.collect(_table),
        count=lambda: journeys.n,
    )


def visiting(row: Mapping[str, Any], _journeys: Journeys, _asked: Mapping[str, Any]) -> Filter:
    """The journeys that visit the activity of a row."""
    return contains(row["activity"])


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
