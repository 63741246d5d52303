"""How often is each move taken by the chosen journeys, by how many of them, and in what time?

How often, by their variants where these are few: how many journeys have each, times how often it makes the move, so
that no event is touched. Else, and for times, in one look at the gaps where they are at hand in order, or one pass over
the events. All ways give the same rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import narwhals as nw

from cxkit.schema import ACTIVITY, COUNT, FIRST_MOVE, GAP, JOURNEY, JOURNEYS, MEAN, NEXT, TIMES, VARIANT
from cxkit.store.engine import Kept
from cxkit.store.gaps import Gaps, are_at_hand, gaps

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Frame

QUANTILES: Mapping[str, float] = MappingProxyType({"median_seconds": 0.5, "p90_seconds": 0.9})  # that maps have
NO_SHARES: Mapping[str, float] = MappingProxyType({})


def counted(selection: Selection) -> pa.Table:
    """Each move with `count` (times taken) and `journeys` (that take it); the next activity is null at an end."""
    star = selection.star
    if star.few_variants:
        return star.engine.collect(of_variants(selection))
    if are_at_hand(star) or star.engine.holds(_key(selection, QUANTILES)):
        return timed(selection, QUANTILES).select([ACTIVITY, NEXT, COUNT, JOURNEYS])
    return star.engine.collect(of_events(selection).drop(MEAN))


def timed(selection: Selection, shares: Mapping[str, float] = NO_SHARES) -> pa.Table:
    """Each move with counts, and the mean and these quantiles of its gaps in microseconds; unknown at an end."""
    table: pa.Table = selection.star.engine.hold(_key(selection, shares), lambda: _kept(_timed(selection, shares)))
    return table


def _timed(selection: Selection, shares: Mapping[str, float]) -> pa.Table:
    """The whole log is asked once, so its gaps are put in order for its first selection."""
    star = selection.star
    ordered = gaps(star) if selection.chosen is not None or are_at_hand(star) else None
    return star.engine.collect(of_events(selection, shares)) if ordered is None else of_gaps(selection, ordered, shares)


def _key(selection: Selection, shares: Mapping[str, float]) -> str:
    return f"{selection.star.key}|moves {dict(shares)} of {selection.key}"


def _kept(table: pa.Table) -> Kept:
    return Kept(table, len(table) * len(table.column_names), lambda: None)


def variants(selection: Selection) -> Frame:
    """How many of the chosen journeys have each variant."""
    return selection.kept(
        VARIANT, lambda: selection.outlines.group_by(VARIANT).agg(nw.len().cast(nw.Int64).alias(COUNT))
    )


def of_variants(selection: Selection) -> Frame:
    """The moves, counted by the variants of the journeys."""
    taken = selection.star.variant_moves.join(variants(selection), on=VARIANT, how="inner")
    return taken.group_by(ACTIVITY, NEXT).agg(
        _sum(nw.col(TIMES) * nw.col(COUNT), COUNT),
        _sum(nw.col(COUNT), JOURNEYS),
    )


def of_gaps(selection: Selection, ordered: Gaps, shares: Mapping[str, float]) -> pa.Table:
    """The moves, counted among their gaps in order."""
    chosen = selection.chosen
    numbers = None if chosen is None else selection.star.engine.collect(chosen.select(JOURNEY))[JOURNEY].to_numpy()
    return ordered.under(numbers, shares)


def of_events(selection: Selection, shares: Mapping[str, float] = NO_SHARES) -> Frame:
    """The moves, counted among the events."""
    moves = selection.moves
    counts = moves.group_by(ACTIVITY, NEXT).agg(
        nw.len().cast(nw.Int64).alias(COUNT),
        _sum(nw.col(FIRST_MOVE), JOURNEYS),
        nw.col(GAP).mean().alias(MEAN),
    )
    if not shares:
        return counts
    quantiles = selection.star.engine.quantiles(moves.filter(~nw.col(NEXT).is_null()), [ACTIVITY, NEXT], GAP, shares)
    return counts.join(quantiles, on=[ACTIVITY, NEXT], how="left")


def _sum(values: nw.Expr, name: str) -> nw.Expr:
    return values.cast(nw.Int64).sum().cast(nw.Int64).alias(name)
