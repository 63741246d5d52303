"""Rework: what is done again, at once or after other steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.result import Result
from cxkit.schema import ACTIVITY, CUSTOMER, FIRST_VISIT, JOURNEY, NAME, NEXT, POSITION
from cxkit.where.order import follows
from cxkit.where.ways import passes
from cxkit.words import sentences

if TYPE_CHECKING:
    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Filter, Frame

AGAIN, ROW, BACK = "in_a_row", "row", "returns"


def rework(journeys: Journeys) -> Result:
    """What is done again in a row, and to what do journeys come back after other steps?

    Returns a Result with a row per activity, the one that most journeys repeat first: `activity`, `count` (events),
    `visited` (journeys that have it), `journeys` (of these, those that have it twice or more), `customers` (of the
    latter), `repeat_share` (of those that have it), `in_a_row` (events directly after one of the same activity),
    `self_loops` (runs of two or more such events), `in_a_row_journeys`, `returns` (times that a journey comes back to
    it after other steps), `return_journeys`. `count` is `visited`, `in_a_row` and `returns` together.

    Self-loops and returns are counted as bupaR's number_of_selfloops and number_of_repetitions count them
    (Janssenswillen et al. 2019): a run is one loop, and each later run is one return.

    >>> import cxkit as cx
    >>> again = cx.toy_journeys().rework().df()
    >>> again[["activity", "journeys", "self_loops", "returns"]].head(1).values.tolist()
    [['Call', 1, 1, 0]]
    """
    return Result(
        name="rework",
        unit="events",
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: journeys.collect(_table),
        count=lambda: journeys.n,
        note=sentences("A bar is all events that repeat: in a row, and after other steps"),
    )


def repeating(row: Mapping[str, Any], _journeys: Journeys, _asked: Mapping[str, Any]) -> Filter:
    """The journeys that have the activity of a row twice or more."""
    return passes([row[ACTIVITY], row[ACTIVITY]])


def in_a_row(row: Mapping[str, Any], _journeys: Journeys, _asked: Mapping[str, Any]) -> Filter | None:
    """The journeys that have the activity of a row directly after itself."""
    return follows(row[ACTIVITY], row[ACTIVITY], directly=True) if row[AGAIN] else None


def _table(selection: Selection) -> Frame:
    moves = selection.moves
    counts = moves.group_by(ACTIVITY).agg(_counted("count"), _sum(nw.col(FIRST_VISIT), "visited"))
    same = moves.filter(nw.col(NEXT) == nw.col(ACTIVITY)).select(JOURNEY, ACTIVITY, POSITION)
    loops = same.join(same.with_columns(nw.col(POSITION) + 1), on=[JOURNEY, POSITION], how="anti")
    runs = loops.group_by(ACTIVITY).agg(_counted("self_loops"))
    again = same.group_by(JOURNEY, ACTIVITY).agg(_counted(ROW))
    later = moves.filter(nw.col(FIRST_VISIT) == 0).group_by(JOURNEY, ACTIVITY).agg(_counted("later"))
    each = later.join(again, on=[JOURNEY, ACTIVITY], how="left").with_columns(nw.col(ROW).fill_null(0))
    owned = each.join(selection.outlines.select(JOURNEY, CUSTOMER), on=JOURNEY, how="inner")
    repeats = owned.group_by(ACTIVITY).agg(
        _counted("journeys"),
        nw.col(CUSTOMER).n_unique().cast(nw.Int64).alias("customers"),
        _sum(nw.col(ROW), AGAIN),
        _sum(nw.col(ROW) > 0, "in_a_row_journeys"),
        _sum(nw.col("later") - nw.col(ROW), BACK),
        _sum(nw.col("later") > nw.col(ROW), "return_journeys"),
    )
    parts = ("journeys", "customers", AGAIN, "self_loops", "in_a_row_journeys", BACK, "return_journeys")
    return (
        counts.join(repeats, on=ACTIVITY, how="left")
        .join(runs, on=ACTIVITY, how="left")
        .join(selection.star.activities, on=ACTIVITY, how="inner")
        .with_columns(*(nw.col(part).fill_null(0) for part in parts))
        .with_columns((nw.col("journeys") / nw.col("visited")).alias("repeat_share"), nw.col(NAME).alias(ACTIVITY))
        .select(ACTIVITY, "count", "visited", "journeys", "customers", "repeat_share", *parts[2:])
        .sort("journeys", "count", ACTIVITY, descending=[True, True, False])
    )


def _sum(values: nw.Expr, name: str) -> nw.Expr:
    return values.cast(nw.Int64).sum().cast(nw.Int64).alias(name)


def _counted(name: str) -> nw.Expr:
    return nw.len().cast(nw.Int64).alias(name)
