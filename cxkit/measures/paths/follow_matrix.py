"""Follow matrix: what is ever followed by what, however much later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.errors import InputError
from cxkit.result import Result
from cxkit.schema import ACTIVITY, CUSTOMER, JOURNEY, NEXT, POSITION
from cxkit.where.ways import passes
from cxkit.words import sentences

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Filter, Frame

OTHERS = "others"
BEGINS, ENDS = "begins", "ends"
MOST = 40
REST = -1


def follow_matrix(journeys: Journeys, *, top: int = 15) -> Result:
    """What is ever followed by what, directly or later, and in how many journeys?

    Parameters
    ----------
    top : how many activities are told apart, 1 to 40: those that most journeys visit; the others are taken together.

    Returns a Result with a row per pair, the most frequent activities first: `activity` (null for all others together),
    `next_activity` (likewise), `count` (journeys in which an event of the first is followed by one of the second, at
    once or at any time later), `customers`, `followed_share` (of the journeys with the first), `visited` (journeys with
    the first), `others` (the activities that null stands for).

    This is the eventually-follows relation over journeys: one count for each journey, however often it happens.

    Errors: a top outside its limits.

    >>> import cxkit as cx
    >>> pairs = cx.toy_journeys().follow_matrix(top=2).df().fillna("")
    >>> pairs[["activity", "next_activity", "count"]].values.tolist()[:3]
    [['Order', 'Order', 0], ['Order', 'Pay', 9], ['Order', '', 10]]
    """
    if not isinstance(top, int) or isinstance(top, bool) or not 1 <= top <= MOST:
        raise InputError(f"top={top!r} is no whole number from 1 to {MOST}.")
    return Result(
        name="follow_matrix",
        unit="journeys",
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: _table(journeys, top),
        count=lambda: journeys.n,
        parameters={"top": top},
        note=sentences("Share of the journeys with the step at the left that have the one above at any time later"),
        hidden=(OTHERS,),
    )


def following(row: Mapping[str, Any], _journeys: Journeys, _asked: Mapping[str, Any]) -> Filter:
    """The journeys in which the first activity of a row is ever followed by the second."""
    ends = (row[ACTIVITY], row[NEXT])
    return passes([tuple(row[OTHERS]) if name is None else name for name in ends])


def _table(journeys: Journeys, top: int) -> pa.Table:
    import pyarrow as pa

    alone = journeys.n.customers == journeys.n.journeys
    rows = journeys.ask(lambda selection: list(_rows(selection, top, alone))) if journeys.n.journeys else []
    text, whole = pa.string(), pa.int64()
    kinds = {ACTIVITY: text, NEXT: text, "count": whole, "customers": whole, "followed_share": pa.float64()}
    return pa.Table.from_pylist(rows, schema=pa.schema([*kinds.items(), ("visited", whole), (OTHERS, pa.list_(text))]))


def _rows(selection: Selection, top: int, alone: bool) -> Iterator[dict[str, Any]]:
    star, engine = selection.star, selection.star.engine
    visits = selection.moves.group_by(JOURNEY, ACTIVITY).agg(
        nw.col(POSITION).min().alias(BEGINS), nw.col(POSITION).max().alias(ENDS)
    )
    spans = selection.kept("spans of activities", lambda: visits)
    sizes = {row[ACTIVITY]: row["count"] for row in engine.collect(_journeys(spans)).to_pylist()}
    ranked = sorted(sizes, key=lambda code: (-sizes[code], star.names[code]))
    shown, rest = ranked[:top], [star.names[code] for code in ranked[top:]]
    places = selection.kept(f"spans of {shown}", lambda: _gathered(spans, shown)) if rest else spans
    counted = engine.collect(_pairs(selection, places, alone)).to_pylist()
    pairs = {(row[ACTIVITY], row[NEXT]): (row["count"], row["customers"]) for row in counted}
    if rest:
        sizes = {row[ACTIVITY]: row["count"] for row in engine.collect(_journeys(places)).to_pylist()}
    codes = [*shown, *([REST] if rest else [])]
    for first in codes:
        for then in codes:
            count, customers = pairs.get((first, then), (0, 0))
            yield {
                ACTIVITY: star.names.get(first), NEXT: star.names.get(then), "count": count, "customers": customers,
                "followed_share": count / sizes[first], "visited": sizes[first], OTHERS: sorted(rest),
            }  # fmt: skip


def _journeys(spans: Frame) -> Frame:
    return spans.group_by(ACTIVITY).agg(nw.len().cast(nw.Int64).alias("count"))


def _gathered(spans: Frame, shown: list[int]) -> Frame:
    """The first and last visit of each activity in each journey, those that are not shown taken as one."""
    own = nw.col(ACTIVITY)
    row = nw.when(own.is_in(shown)).then(own).otherwise(nw.lit(REST)).cast(nw.Int32).alias(ACTIVITY)
    rows = spans.with_columns(row).group_by(JOURNEY, ACTIVITY)
    return rows.agg(nw.col(BEGINS).min(), nw.col(ENDS).max())


def _pairs(selection: Selection, places: Frame, alone: bool) -> Frame:
    """How many journeys, of how many customers, have a pair in this order; `alone`: each customer has one."""
    firsts = places.select(JOURNEY, ACTIVITY, BEGINS)
    lasts = places.select(JOURNEY, nw.col(ACTIVITY).alias(NEXT), ENDS)
    both = firsts.join(lasts, on=JOURNEY, how="inner").filter(nw.col(BEGINS) < nw.col(ENDS))
    count = nw.len().cast(nw.Int64).alias("count")
    if alone:
        return both.group_by(ACTIVITY, NEXT).agg(count, nw.len().cast(nw.Int64).alias("customers"))
    owned = both.join(selection.outlines.select(JOURNEY, CUSTOMER), on=JOURNEY, how="inner")
    people = owned.group_by(ACTIVITY, NEXT, CUSTOMER).agg(count).group_by(ACTIVITY, NEXT)
    return people.agg(nw.col("count").sum().cast(nw.Int64).alias("count"), nw.len().cast(nw.Int64).alias("customers"))
