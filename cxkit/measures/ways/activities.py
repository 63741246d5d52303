"""Activities: how often each occurs, and how often it is visited again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.result import Result
from cxkit.schema import ACTIVITY, CUSTOMER, JOURNEY, NAME, NEXT, POSITION
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
    visits = selection.moves.group_by(JOURNEY, ACTIVITY).agg(
        nw.len().cast(nw.Int64).alias("count"),
        (nw.col(POSITION) == 0).cast(nw.Int64).sum().cast(nw.Int64).alias("starts"),
        nw.col(NEXT).is_null().cast(nw.Int64).sum().cast(nw.Int64).alias("ends"),
    )
    again = (nw.col("count") > 1).cast(nw.Int64).alias("again")
    totals = {name: nw.col(name).sum().cast(nw.Int64).alias(name) for name in ("count", "again", "starts", "ends")}
    people = nw.col(CUSTOMER).n_unique().cast(nw.Int64).alias("customers")
    return (
        visits.with_columns(again)
        .join(selection.outlines.select(JOURNEY, CUSTOMER), on=JOURNEY, how="inner")
        .group_by(ACTIVITY)
        .agg(nw.len().cast(nw.Int64).alias("journeys"), people, *totals.values())
        .with_columns((nw.col("again") / nw.col("journeys")).alias("revisit_share"))
        .join(selection.star.activities, on=ACTIVITY, how="inner")
        .select(nw.col(NAME).alias("activity"), "count", "journeys", "customers", "revisit_share", "starts", "ends")
        .sort("count", "activity", descending=[True, False])
    )
