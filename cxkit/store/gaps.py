"""The gaps of all moves in order, as arrays: under any selection, counts, means and quantiles are one look at them.

A move's gaps stand beside each other, the shortest first. Of a selection the k-th shortest is then table by counting
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
    again: Array  # the places of what is no journey's first use of its move, and which move each is
    again_move: Array

    def under(self, chosen: Array | None, shares: Mapping[str, float]) -> pa.Table:
        """The moves of the chosen journeys (by number; None for all): how often, of how many, and their gaps.

        Gaps are in microseconds: their mean, and a column for each share, linear between neighbours; none at an end.
        """
        import numpy as np
        import pyarrow as pa

        within = self._within(chosen)
        places = np.flatnonzero(within)
        gap = self.gap[places]
        bounds: Array = np.searchsorted(places, self.begins)
        counts = np.diff(bounds)
        repeats = np.bincount(self.again_move[within[self.again]], minlength=len(counts))
        taken = counts > 0
        table = self.moves.filter(pa.array(taken))
        counts, begins, ends = counts[taken], bounds[:-1][taken], table[NEXT].is_null().to_numpy()
        columns = {COUNT: counts, JOURNEYS: counts - repeats[taken]}
        columns[MEAN] = pa.array(_sums(gap, begins) / counts, mask=ends)
        for name, share in shares.items():
            columns[name] = pa.array(_quantile(gap, begins, counts, share), mask=ends)
        for name, column in columns.items():
            table = table.append_column(name, pa.array(column))
        return table

    def _within(self, chosen: Array | None) -> Array:
        """Of each event whether its journey is chosen."""
        import numpy as np

        if chosen is None:
            return np.ones(len(self.journey), bool)
        wanted = np.zeros(self.journey.max(initial=-1) + 1, bool)
        wanted[chosen[chosen < len(wanted)]] = True
        return wanted[self.journey]


def _sums(gap: Array, begins: Array) -> Array:
    """The sum of each move's gaps; in two halves where a number could not hold it."""
    import numpy as np

    if not len(gap):
        return np.zeros(0)
    if float(np.abs(gap).max()) * len(gap) < SAFE:
        return np.add.reduceat(gap, begins)
    low = np.add.reduceat(gap & (2**HALF - 1), begins)
    return np.add.reduceat(gap >> HALF, begins) * 2.0**HALF + low


def _quantile(gap: Array, begins: Array, counts: Array, share: float) -> Array:
    """The quantile of each move's gaps, which stand in order."""
    import numpy as np

    place = (counts - 1) * share
    below, above = (begins + end(place).astype(np.int64) for end in (np.floor, np.ceil))
    low = gap[below].astype(float)
    return low + (gap[above] - low) * (place - np.floor(place))


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
    again = np.flatnonzero(table[FIRST_MOVE].to_numpy() == 0)
    return Gaps(
        table.select([ACTIVITY, NEXT]).take(pa.array(begins)).combine_chunks(),
        np.append(begins, len(table)),
        table[JOURNEY].to_numpy(),
        table[GAP].fill_null(0).to_numpy(),
        again,
        np.searchsorted(begins, again, side="right") - 1,
    )
