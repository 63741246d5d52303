"""Where are the gaps between events rarest? A natural threshold lies in the valley between two modes.

The logarithms of gaps are smoothed (Gaussian kernel, Silverman's rule of thumb, 1986), as Halfaker et al. 2015 look at
them ("User session identification based on strong regularities in inter-activity time", WWW,
doi 10.1145/2736277.2741117). What a valley must have to count is ours ("house"): at its lowest at most half of the
lower of the two modes around it, a hundredth of the gaps on either side, and the same in nearly all of 200 samples of
whole journeys drawn with replacement.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cxkit.statistics.density import silverman, smoothed
from cxkit.statistics.resampling import drawn

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

GROUPS = 64  # of journeys, which samples draw from
PER_OCTAVE = 8  # bins for each doubling of a gap
SHORTEST, LONGEST = -10, 32  # gaps from 2^-10 to 2^32 seconds
FEWEST_GAPS, FEWEST_GROUPS = 100, 20
NARROWEST = 0.5  # octaves: so that days and double days are one mode
DEEPEST, LEAST_SIDE, SAMPLES, MOST_SAMPLES = 0.5, 0.01, 200, 0.95


@dataclass(frozen=True)
class Valley:
    """The emptiest valley between two modes: where it and they lie (seconds), how empty it is, and what lies beyond.

    `depth` is the density there by that of the lower mode; `beyond` the share of gaps that are longer; `found` the
    share of samples in which it counts, there between `low` and `high`.
    """

    at: float
    left: float
    right: float
    depth: float
    beyond: float
    found: float = 0.0
    low: float = 0.0
    high: float = 0.0

    @property
    def counts(self) -> bool:
        """Whether it is deep enough."""
        return self.depth <= DEEPEST


def valley(counts: Array) -> tuple[Valley | None, bool]:
    """The emptiest valley, and whether it is a natural threshold; counts has a row per group and a column per bin."""
    import numpy as np

    whole = counts.sum(axis=0)
    if whole.sum() < FEWEST_GAPS or (counts.sum(axis=1) > 0).sum() < FEWEST_GROUPS:
        return None, False
    width = max(silverman(whole), NARROWEST * PER_OCTAVE)
    best = _emptiest(whole, smoothed(whole, width))
    if best is None or not best.counts:
        return best, False
    samples = drawn(len(counts), SAMPLES) @ counts
    valleys = [_emptiest(sample, smooth) for sample, smooth in zip(samples, smoothed(samples, width), strict=True)]
    places = [sampled.at for sampled in valleys if sampled is not None and sampled.counts]
    low, high = np.quantile(places, [0.05, 0.95]) if places else (best.at, best.at)
    share = len(places) / SAMPLES
    best = Valley(best.at, best.left, best.right, best.depth, best.beyond, share, float(low), float(high))
    return best, share >= MOST_SAMPLES


def _octaves() -> Array:
    """The middle of each bin, in doublings of a second."""
    import numpy as np

    return np.arange(SHORTEST * PER_OCTAVE, LONGEST * PER_OCTAVE) / PER_OCTAVE + 0.5 / PER_OCTAVE


def _emptiest(counts: Array, smooth: Array) -> Valley | None:
    """The valley with the least density by that of the lower of the highest modes on its sides, if both are large."""
    import numpy as np

    beyond = 1 - np.cumsum(counts) / counts.sum()
    before, after = np.maximum.accumulate(smooth), np.maximum.accumulate(smooth[::-1])[::-1]
    lower = np.minimum(before, after)
    inside = (smooth < before) & (smooth < after) & (beyond >= LEAST_SIDE) & (beyond <= 1 - LEAST_SIDE)
    if not inside.any():
        return None
    depth = np.where(inside, smooth / np.where(lower > 0, lower, 1), 1.0)
    level = np.flatnonzero(depth <= depth.min() + 1e-9)
    place = int(level[len(level) // 2])
    at = 2 ** _octaves()
    return Valley(
        float(at[place]),
        float(at[: place + 1][smooth[: place + 1].argmax()]),
        float(at[place:][smooth[place:].argmax()]),
        float(depth[place]),
        float(beyond[place]),
    )
