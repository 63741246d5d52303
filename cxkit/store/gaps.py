"""The gaps of all moves in order, as arrays: under any selection, counts, means and quantiles are one look at them.

A move's gaps stand beside each other, the shortest first. Of a selection the k-th shortest is then found by counting
the chosen ones, and no gap is put in order again. Arrays take the place of a pass over the events where the log is in
memory; both ways give the same rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.schema import ACTIVITY, COUNT, FIRST_MOVE, GAP, JOURNEY, JOURNEYS, MEAN, NEXT
from cxkit.store.engine import Kept

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.store.star import Star

MOST_GAPS = 12_000_000
CELLS = 4  # of the arrays, for each gap
SAFE = 2.0**62
HALF = 32  # bits

Array = Any


@dataclass(frozen=True)
class Gaps:
    """For each event its journey, the gap after it and whether it makes its move for another time; by move and gap.

    `moves` has the activity and the next one of each move; its gaps stand from one of `begins` to the next.
    """

    moves: pa.Table
    begins: Array
    journey: Array
    gap: Array
    again: Array  # the places of what is no journey's first use of its move

    def under(self, chosen: Array | None, shares: Mapping[str, float]) -> pa.Table:
        """The moves of the chosen journeys (by number; None for all): how often, of how many, and their gaps.

        Gaps are in microseconds: their mean, and a column for each share, linear between neighbours; none at an end.
        """
        import numpy as np
        import pyarrow as pa

        within = self._within(chosen)
        so_far = np.concatenate(([0], np.cumsum(within, dtype=np.int64)))
        bounds = so_far[self.begins]
        counts = np.diff(bounds)
        repeats = self.again if chosen is None else self.again[within[self.again]]
        place = np.searchsorted(self.begins, repeats, side="right") - 1
        columns = {COUNT: counts, JOURNEYS: counts - np.bincount(place, minlength=len(counts))}
        ends = self.moves[NEXT].is_null().to_numpy()
        taken = counts > 0
        columns[MEAN] = pa.array(self._sums(within) / np.maximum(counts, 1), mask=ends | ~taken)
        for name, share in shares.items():
            columns[name] = pa.array(self._quantile(so_far, bounds, counts, share), mask=ends | ~taken)
        found = self.moves
        for name, column in columns.items():
            found = found.append_column(name, pa.array(column))
        return found.filter(pa.array(taken))

    def _within(self, chosen: Array | None) -> Array:
        """Of each event whether its journey is chosen."""
        import numpy as np

        if chosen is None:
            return np.ones(len(self.journey), bool)
        wanted = np.zeros(self.journey.max(initial=-1) + 1, bool)
        wanted[chosen[chosen < len(wanted)]] = True
        return wanted[self.journey]

    def _sums(self, within: Array) -> Array:
        """The sum of each move's gaps among those within; in two halves where a number could not hold it."""
        import numpy as np

        if not len(self.gap):
            return np.zeros(0)
        gap = np.where(within, self.gap, 0)
        if float(np.abs(self.gap).max()) * len(gap) < SAFE:
            return np.add.reduceat(gap, self.begins[:-1])
        low = np.add.reduceat(gap & (2**HALF - 1), self.begins[:-1])
        return np.add.reduceat(gap >> HALF, self.begins[:-1]) * 2.0**HALF + low

    def _quantile(self, so_far: Array, bounds: Array, counts: Array, share: float) -> Array:
        """The quantile of each move's gaps among those within."""
        import numpy as np

        place = np.maximum(counts - 1, 0) * share
        below = np.floor(place).astype(np.int64)
        above = np.ceil(place).astype(np.int64)
        low, high = (self._nth(so_far, bounds[:-1] + nth) for nth in (below, above))
        return low + (high - low) * (place - below)

    def _nth(self, so_far: Array, nth: Array) -> Array:
        import numpy as np

        place = np.searchsorted(so_far, nth + 1) - 1
        return self.gap[np.minimum(place, len(self.gap) - 1)].astype(float)


def gaps(star: Star) -> Gaps | None:
    """The gaps of a star, put in order once; None where the log is too large, has no time, or is on a cluster."""
    if not star.engine.local or not star.timed:
        return None
    held: Gaps | None = star.engine.hold(_key(star), lambda: _held(star))
    return held


def are_at_hand(star: Star) -> bool:
    """Whether the gaps of a star have been put in order already."""
    return star.engine.holds(_key(star)) and gaps(star) is not None


def _key(star: Star) -> str:
    return f"{star.key}|{GAP}"


def _held(star: Star) -> Kept:
    rows = star.engine.collect(star.moves.select(nw.len().alias(COUNT)))[COUNT][0].as_py()
    made = _ordered(star) if rows <= MOST_GAPS else None
    return Kept(made, CELLS * rows if made else 0, lambda: None)


def _ordered(star: Star) -> Gaps | None:
    import numpy as np
    import pyarrow as pa

    wanted = star.moves.select(ACTIVITY, NEXT, JOURNEY, GAP, FIRST_MOVE).sort(ACTIVITY, NEXT, GAP, nulls_last=True)
    table = star.engine.collect(wanted)
    if table[GAP].null_count != table[NEXT].null_count:
        return None
    activity, after = (table[name].fill_null(-1).to_numpy() for name in (ACTIVITY, NEXT))
    changes = (np.diff(activity, prepend=-2) != 0) | (np.diff(after, prepend=-2) != 0)
    begins = np.flatnonzero(changes)
    return Gaps(
        table.select([ACTIVITY, NEXT]).take(pa.array(begins)).combine_chunks(),
        np.append(begins, len(table)),
        table[JOURNEY].to_numpy(),
        table[GAP].fill_null(0).to_numpy(),
        np.flatnonzero(table[FIRST_MOVE].to_numpy() == 0),
    )
