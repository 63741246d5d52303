"""How many have come to an end by when, and by which of several, where some are still under way?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from cxkit.statistics.intervals import LEVEL

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike

    Array = np.ndarray[Any, Any]

PARTS = 40  # of the customers, left out in turn
FEWEST_LEFT = 0.05  # of all that are still looked at: beyond, curves say little
WIDEST = 50.0  # on the scale of log(-log): from 0 to 1


class Incidence(NamedTuple):
    """Cumulative incidence at some times: a row for each cause, a column for each time; `left` are still looked at."""

    share: Array
    low: Array
    high: Array
    left: Array


def incidence(times: ArrayLike, causes: ArrayLike, customers: ArrayLike, at: ArrayLike, kinds: int) -> Incidence:
    """Which share has ended by each time, by each cause?

    times : how long each was looked at, until it ended or was last seen.
    causes : why it ended, 1 to `kinds`; 0 where it was still under way.
    customers : whose each is, as any codes.
    at : the times that are asked for.

    The estimator of Aalen and Johansen (1978): the sum over times of the share still under way before it, times the
    share of those that end then; with one cause it is one minus that of Kaplan and Meier (1958). Intervals hold in 95
    of 100 logs; the standard error is that of the jackknife that leaves out one part of the customers in turn (Tukey
    1958; Shao and Wu 1989), so customers with several journeys are taken as one.

    >>> answer = incidence([1, 2, 2, 3], [1, 2, 0, 1], [1, 2, 3, 4], at=[1, 2, 3], kinds=2)
    >>> answer.share.round(3).tolist()
    [[0.25, 0.25, 0.75], [0.0, 0.25, 0.25]]
    """
    import numpy as np

    ends, places = np.unique(np.asarray(times, float), return_inverse=True)
    why, asked = np.asarray(causes), np.searchsorted(ends, np.asarray(at, float), side="right") - 1
    parts = _parts(customers)
    tables = [_table(places[parts == part], why[parts == part], len(ends), kinds) for part in range(parts.max() + 1)]
    whole = np.sum(tables, axis=0)
    share = _curves(whole, asked)
    errors = _errors([_curves(whole - table, asked) for table in tables])
    low, high = _interval(share, errors)
    under = np.searchsorted(np.sort(np.asarray(times, float)), np.asarray(at, float), side="right")
    return Incidence(share, low, high, len(places) - under)


def _parts(customers: ArrayLike) -> Array:
    """In which part each journey is: customers by turns, so that parts are alike."""
    import numpy as np

    _, codes = np.unique(np.asarray(customers), return_inverse=True)
    shuffled = np.random.default_rng(0).permutation(codes.max() + 1)
    return shuffled[codes] % min(PARTS, len(shuffled))


def _table(places: Array, causes: Array, ends: int, kinds: int) -> Array:
    """For each time how many leave for each reason; the first row is those last seen under way."""
    import numpy as np

    counts = np.bincount(causes * ends + places, minlength=ends * (kinds + 1))
    return counts.reshape(kinds + 1, ends).astype(float)


def _curves(table: Array, asked: Array) -> Array:
    """The curve of each cause at the times asked for; nothing before the first end."""
    import numpy as np

    leaving = table.sum(axis=0)
    looked_at = leaving[::-1].cumsum()[::-1]
    risk = np.divide(table[1:], looked_at, out=np.zeros_like(table[1:]), where=looked_at > 0)
    under_way = np.cumprod(1 - risk.sum(axis=0))
    before = np.concatenate([[1.0], under_way[:-1]])
    curves = np.concatenate([np.zeros((len(risk), 1)), (before * risk).cumsum(axis=1)], axis=1)
    return curves[:, asked + 1]


def _errors(without: Sequence[Array]) -> Array | None:
    """The jackknife's standard errors; unknown of a single customer."""
    import numpy as np

    n = len(without)
    if n < 2:
        return None
    curves = np.stack(without)
    return np.sqrt((n - 1) / n * ((curves - curves.mean(axis=0)) ** 2).sum(axis=0))


def _interval(share: Array, errors: Array | None) -> tuple[Array, Array]:
    """The ends on the scale of log(-log), on which they stay between 0 and 1; unknown at 0 and at 1."""
    import numpy as np
    from scipy.stats import norm

    unknown = np.full_like(share, np.nan)
    if errors is None:
        return unknown, unknown
    inside = (share > 0) & (share < 1)
    safe = np.where(inside, share, 0.5)
    width = np.minimum(norm.isf(LEVEL / 2) * errors / np.abs(safe * np.log(safe)), WIDEST)
    low, high = safe ** np.exp(width), safe ** np.exp(-width)
    return np.where(inside, low, unknown), np.where(inside, high, unknown)


def horizon(times: ArrayLike) -> float:
    """Until when enough are still looked at for a curve to say something."""
    import numpy as np

    return float(np.quantile(np.asarray(times, float), 1 - FEWEST_LEFT))
