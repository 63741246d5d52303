"""Is there a stretch of a series that is unlike all the rest of it?"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from cxkit.statistics.changes import borders

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike

    Array = np.ndarray[Any, Any]

DEGREES = 4  # what a stretch takes from the values: its level, that of the rest, and its two ends


class Episode(NamedTuple):
    """A stretch from one place to below another, and how often a series without one would have one as unlike."""

    start: int
    end: int
    p: float


def episode(values: ArrayLike) -> Episode | None:
    """Which stretch is least like all other values, and how likely is one as unlike by chance? None: there is none.

    values : the series, evenly spaced; at least 12 values, else nothing is looked for.

    The stretches are those of `changes`, but for one of more than half of the values. Of each the level is compared
    with that of all other values by Student's t, the variance being that of the values around both, wider where
    neighbours are alike (by their correlation, Kendall 1954); p is multiplied by the number of stretches that there
    might be (Bonferroni).

    >>> import numpy as np
    >>> noise = np.random.default_rng(1).normal(size=30)
    >>> told = episode(noise - 4 * ((np.arange(30) >= 12) & (np.arange(30) < 15)))
    >>> told.start, told.end, told.p < 0.05, episode(noise)
    (12, 15, True, None)
    """
    import numpy as np

    series = np.asarray(values, float)
    stretches = list(pairwise(borders(series)))
    if len(stretches) < 2:
        return None
    short = [pair for pair in stretches if 2 * (pair[1] - pair[0]) <= len(series)]
    return min((_judged(series, *pair) for pair in short or stretches), key=lambda told: told.p)


def _judged(series: Array, start: int, end: int) -> Episode:
    import numpy as np
    from scipy.stats import t

    inside = np.zeros(len(series), bool)
    inside[start:end] = True
    rest = np.where(inside, series - series[inside].mean(), series - series[~inside].mean())
    n, k, degrees = len(series), end - start, len(series) - DEGREES
    squares = float((rest**2).sum())
    alike = float((rest[1:] * rest[:-1]).sum()) / squares if squares else 0.0
    alike = min(max((n * alike + 1) / (n - 4), 0.0), 0.9)
    error = np.sqrt(squares / degrees * (1 + alike) / (1 - alike) * (1 / k + 1 / (n - k)))
    apart = abs(float(series[inside].mean() - series[~inside].mean()))
    p = 2 * float(t.sf(apart / error, degrees)) if error else float(not apart)
    return Episode(start, end, min(1.0, p * n * (n + 1) / 2))
