"""Did a series change its level, and where? Asked so that the usual ups and downs are not taken for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from cxkit.statistics.estimate import Estimate
from cxkit.statistics.intervals import LEVEL

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike

    Array = np.ndarray[Any, Any]

SHORTEST = 3  # values of a stretch of one level
FEWEST = 4 * SHORTEST  # values below which nothing is asked
PRICE = 3.0  # of a change, in logarithms of the number of values
DRAWN, ENOUGH, SEED = 999, 20, 0  # series without a change, and how many that seem to change as much settle it
BEFORE = 30  # values ahead of each of these, until its start is forgotten
FAR = 2.0  # standard deviations from the median, beyond which a value does not make its neighbours alike
TRUST = 0.6  # how much of the likeness of neighbours is taken as if no level had changed
MOST_ALIKE = 0.9
MAD = 0.6745 * 2**0.5  # of the median difference of neighbours, by their standard deviation
MEAN = "mean of the values of a stretch; Student's interval, wider where neighbours are alike"


class Stretch(NamedTuple):
    """A part of a series with a level of its own: from one place to below another."""

    start: int
    end: int
    level: Estimate


class Changes(NamedTuple):
    """The stretches of a series, and how often a series without a change would seem to change as much."""

    stretches: Sequence[Stretch]
    p: float


def changes(values: ArrayLike, seed: int = SEED) -> Changes:
    """Where does a series change its level, and how likely is as much by chance?

    values : the series, evenly spaced. Below 12 values, and where all are equal, it is one stretch.

    Levels are found by PELT (Killick, Fearnhead, Eckley 2012) with squared distances, a price of 3 log n a change (in
    variances of the noise, by the median difference of neighbours) and stretches of at least 3 values. p is the share
    of drawn series that gain as much, of 999, or of so many as 20 of them were found among (Besag and Clifford 1991);
    each is a series of the residuals, drawn again, with neighbours as alike as
    here (autoregression of order 1, corrected for its bias by Kendall 1954) and no change. How alike they are is said
    between what the series shows as it is, which takes a change for likeness, and what is left once the levels are
    gone, which takes likeness for changes. In the former a few values far from all others are drawn near, or three
    broken weeks would be taken for the habit of a year.

    >>> import numpy as np
    >>> noise = np.random.default_rng(1).normal(size=60)
    >>> broken = noise + 5 * ((np.arange(60) >= 30) & (np.arange(60) < 33))
    >>> [(stretch.start, stretch.end) for stretch in changes(broken).stretches], changes(broken).p < 0.05
    ([(0, 30), (30, 33), (33, 60)], True)
    """
    import numpy as np
    from scipy.signal import lfilter

    series = np.asarray(values, float)
    n = len(series)
    gained, borders = _cut(series) if n >= FEWEST else (0.0, [0, n])
    rest = _rest(series, borders)
    alike = _alike(series, borders)
    stretches = [_stretch(series, rest, pair, alike) for pair in pairwise(borders)]
    if len(borders) == 2:
        return Changes(stretches, 1.0)
    shocks = rest[1:] - _neighbours(rest) * rest[:-1]
    shocks = (shocks - shocks.mean()) * np.sqrt(n / max(n - len(borders), 1))
    drawn = np.random.default_rng(seed).choice(shocks, (DRAWN, n + BEFORE))
    others = lfilter([1.0], [1.0, -alike], drawn, axis=1)[:, BEFORE:]
    return Changes(stretches, _p(gained, others))


def _p(gained: float, others: Iterable[Array]) -> float:
    """How often series without a change gain as much, looked at one after another until that is settled."""
    as_much = 0
    for number, other in enumerate(others, 1):
        as_much += _cut(other)[0] >= gained
        if as_much == ENOUGH:
            return as_much / number
    return (1 + as_much) / (DRAWN + 1)


def borders(values: ArrayLike) -> list[int]:
    """Where the stretches of a series begin, and where the last ends; nothing is asked of how sure they are.

    >>> borders([0, 1] * 6 + [9, 8] * 6)
    [0, 12, 24]
    """
    import numpy as np

    series = np.asarray(values, float)
    return _cut(series)[1] if len(series) >= FEWEST else [0, len(series)]


def _cut(series: Array) -> tuple[float, list[int]]:
    """What the changes of level are worth beyond their price, and the borders of the stretches."""
    import numpy as np
    import ruptures

    steps = np.diff(series)
    noise = float(np.median(np.abs(steps - np.median(steps)))) / MAD or float(series.std())
    if not noise:
        return 0.0, [0, len(series)]
    price = PRICE * float(np.log(len(series)))
    plain = ((series - series.mean()) / noise).reshape(-1, 1)
    ends = ruptures.KernelCPD(kernel="linear", min_size=SHORTEST).fit(plain).predict(pen=price)
    borders = [0, *map(int, ends)]
    left = float((_rest(plain[:, 0], borders) ** 2).sum())
    return float((plain**2).sum()) - left - price * (len(ends) - 1), borders


def _rest(series: Array, borders: Sequence[int]) -> Array:
    """The series without the levels of its stretches."""
    import numpy as np

    return np.concatenate([series[a:b] - series[a:b].mean() for a, b in pairwise(borders)]) if len(series) else series


def _neighbours(rest: Array) -> float:
    """The correlation of each value with the one before it."""
    squares = float((rest[:-1] ** 2).sum())
    return float((rest[1:] * rest[:-1]).sum()) / squares if squares else 0.0


def _alike(series: Array, borders: Sequence[int]) -> float:
    """How alike neighbours are, corrected for the means that were taken away."""
    shown = 0.0
    for trust, values, some in ((TRUST, _near(series), [0, len(series)]), (1 - TRUST, series, borders)):
        seen = _neighbours(_rest(values, some))
        shown += trust * (seen + (1 + 3 * seen) * (len(some) - 1) / max(len(series), 1))
    return min(max(shown, 0.0), MOST_ALIKE)


def _near(series: Array) -> Array:
    """The series with values that lie far from its median drawn to the edge of what is usual."""
    import numpy as np
    from scipy.stats import median_abs_deviation

    if not len(series):
        return series
    middle, usual = np.median(series), FAR * median_abs_deviation(series, scale="normal")
    return np.clip(series, middle - usual, middle + usual) if usual else series


def _stretch(series: Array, rest: Array, ends: tuple[int, int], alike: float) -> Stretch:
    """A stretch with its level, whose interval rests on the noise of the whole series."""
    from scipy.stats import t

    start, end = ends
    n = end - start
    if not n:
        return Stretch(start, end, Estimate(None, None, None, 0, "periods", MEAN))
    level = float(series[start:end].mean())
    if len(series) < FEWEST:
        return Stretch(start, end, Estimate(level, None, None, n, "periods", MEAN))
    error = float(rest.std(ddof=1)) * ((1 + alike) / (1 - alike) / n) ** 0.5
    width = float(t.isf(LEVEL / 2, len(series) - 1)) * error
    return Stretch(start, end, Estimate(level, level - width, level + width, n, "periods", MEAN))
