"""How sure is a share, and what would be usual of a count?"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import fmean, variance
from typing import TYPE_CHECKING

from cxkit.statistics.estimate import Estimate
from cxkit.statistics.units import Sums, by_customer

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

LEVEL = 0.05  # what an interval may miss: it holds in 95 of 100 logs
RARE = 0.01  # how often a count like the others may be called unusual
FEWEST = 2  # units, below which nothing is known of how they differ
WILSON = "share of journeys; Wilson interval at the effective number of journeys, by customer"
MOVER = "directly standardised share; interval by MOVER from those of the parts"
OF_UNITS = "share of customers; Wilson interval"
OF_TWO = "difference of two shares of customers; Newcombe interval"
PREDICTED = "mean of earlier counts; prediction interval that holds in 99 of 100 cases, for all counts looked at"


def share_by_customer(customers: ArrayLike, hits: ArrayLike, of: ArrayLike | None = None) -> Estimate:
    """Which share of the journeys is it, and how sure is that, where customers have several journeys?

    customers : whose each row is, as any codes.
    hits : how many journeys of the row count; whether it counts, where each row is a journey.
    of : how many journeys the row stands for; one each where it is left out.

    Returns the share of journeys (sum of hits by sum of journeys), n in customers. The interval is Wilson's (1927) for
    as many independent journeys as tell as much: the journeys divided by the design effect, which is the variance by
    customer (cluster-robust) by the variance of so many independent journeys, with the correction for few customers of
    Korn and Graubard (1998, Survey Methodology 24). With one journey per customer this is Wilson's interval itself.
    Where all journeys or none count the data do not show how alike those of one customer are; then they are taken to be
    all alike (Kish 1965). Below two customers the interval is unknown, without journeys the share too.

    >>> estimate = share_by_customer([1, 1, 1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 1, 0, 0])
    >>> estimate.value, round(estimate.low, 2), round(estimate.high, 2), estimate.n, estimate.unit
    (0.5, 0.14, 0.86, 6, 'customers')
    """
    from statsmodels.stats.proportion import proportion_confint

    sums = by_customer(customers, hits, of)
    n = len(sums.m)
    if not n:
        return Estimate(None, None, None, 0, "customers", WILSON)
    share = float(sums.y.sum() / sums.m.sum())
    if n < FEWEST:
        return Estimate(share, None, None, n, "customers", WILSON)
    size = _effective(sums, share)
    low, high = proportion_confint(share * size, size, alpha=LEVEL, method="wilson")
    return Estimate(share, min(float(low), share), max(float(high), share), n, "customers", WILSON)


def weighted(shares: Sequence[Estimate], weights: Sequence[float]) -> Estimate:
    """What would a share be if its parts had these weights?

    shares : one of each part, all of different customers or near to it; a share that is unknown takes its weight along.
    weights : of the parts; they need not add up to 1.

    Direct standardisation; the interval is made of those of the parts, each of which stays on its side of the value
    (MOVER; Zou and Donner 2008, Statistics in Medicine 27). A part without an interval may be anything from 0 to 1.

    >>> both = weighted([share_of_units(8, 10), share_of_units(90, 300)], [1, 3])
    >>> round(both.value, 3), round(both.low, 2), round(both.high, 2), both.n
    (0.425, 0.34, 0.48, 310)
    """
    import numpy as np

    parts = [(share, weight) for share, weight in zip(shares, weights, strict=True) if share.value is not None]
    total = sum(weight for _, weight in parts)
    if not total:
        return Estimate(None, None, None, 0, "customers", MOVER)
    part = np.array([weight / total for _, weight in parts])
    value, low, high = (np.array(side) for side in zip(*[_ends(share) for share, _ in parts], strict=True))
    middle = float((part * value).sum())
    below, above = (float(np.sqrt((part**2 * (value - end) ** 2).sum())) for end in (low, high))
    n = sum(share.n for share, _ in parts)
    return Estimate(middle, max(middle - below, 0.0), min(middle + above, 1.0), n, "customers", MOVER)


def _ends(share: Estimate) -> tuple[float, float, float]:
    value = share.value if share.value is not None else 0.0
    return value, 0.0 if share.low is None else share.low, 1.0 if share.high is None else share.high


def share_of_units(hits: int, of: int) -> Estimate:
    """Which share of customers is it, and how sure is that, where each of them counts once?

    hits : how many of them count.
    of : how many there are.

    The interval is Wilson's (1927).

    >>> estimate = share_of_units(3, 12)
    >>> estimate.value, round(estimate.low, 2), round(estimate.high, 2), estimate.n
    (0.25, 0.09, 0.53, 12)
    """
    from statsmodels.stats.proportion import proportion_confint

    if not of:
        return Estimate(None, None, None, 0, "customers", OF_UNITS)
    low, high = proportion_confint(hits, of, alpha=LEVEL, method="wilson")
    share = hits / of
    return Estimate(share, min(float(low), share), max(float(high), share), of, "customers", OF_UNITS)


def difference_of_shares(hits: int, of: int, other_hits: int, other_of: int) -> Estimate:
    """How much larger is one share of customers than another's, where each counts once?

    hits, of : how many of the one side count, and how many there are.
    other_hits, other_of : the same of the other side.

    The interval is Newcombe's (1998), of two Wilson intervals.

    >>> estimate = difference_of_shares(30, 100, 20, 100)
    >>> round(estimate.value, 2), round(estimate.low, 2), round(estimate.high, 2), estimate.n
    (0.1, -0.02, 0.22, 200)
    """
    from statsmodels.stats.proportion import confint_proportions_2indep

    if not of or not other_of:
        return Estimate(None, None, None, of + other_of, "customers", OF_TWO)
    difference = hits / of - other_hits / other_of
    low, high = confint_proportions_2indep(hits, of, other_hits, other_of, method="newcomb", alpha=LEVEL)
    return Estimate(difference, float(low), float(high), of + other_of, "customers", OF_TWO)


def _effective(sums: Sums, share: float) -> float:
    """How many journeys of as many customers would tell as much as these do."""
    import numpy as np
    from scipy.stats import t
    from statsmodels.regression.linear_model import WLS

    n, journeys = len(sums.m), float(sums.m.sum())
    if 0 < share < 1:
        # The sandwich of the weighted mean of the customers' own shares is that of the ratio: n/(n-1) sum (y - R m)^2.
        error = WLS(sums.y / sums.m, np.ones(n), weights=sums.m).fit(cov_type="HC1").bse[0]
        size = min(share * (1 - share) / error**2 * journeys / (journeys - 1), journeys) if error else journeys
    else:
        size = journeys**2 / float((sums.m**2).sum())
    return size * float(t.isf(LEVEL / 2, journeys - 1) / t.isf(LEVEL / 2, n - 1)) ** 2


def next_count(before: Sequence[int], looked_at: int) -> Estimate:
    """Between which counts would the next one usually lie?

    before : the counts of earlier periods.
    looked_at : how many counts are looked at together, so that one like its own past is called unusual in one of a
        hundred cases among all of them (Bonferroni).

    The interval is Student's prediction interval, and never narrower than that of counts that differ by chance only
    (Poisson, by its normal limit). Below two earlier counts it is unknown.

    >>> usual = next_count([98, 104, 91, 107, 100], looked_at=1)
    >>> usual.value, round(usual.low), round(usual.high), usual.n, usual.unit
    (100.0, 69, 131, 5, 'periods')
    """
    from scipy.stats import norm, t

    n = len(before)
    centre = fmean(before) if n else None
    if centre is None or n < FEWEST:
        return Estimate(centre, None, None, n, "periods", PREDICTED)
    tail = RARE / looked_at / 2
    seen = t.isf(tail, n - 1) * sqrt(variance(before))
    least = norm.isf(tail) * sqrt(max(centre, 1.0))
    width = float(max(seen, least)) * sqrt(1 + 1 / n)
    return Estimate(centre, max(centre - width, 0.0), centre + width, n, "periods", PREDICTED)


def most_by_chance(expected: float) -> int:
    """How many may be counted where so many are expected, if all come by chance (Poisson)?

    More than these come by chance in at most one of a hundred cases; the expected number is taken as known.

    >>> most_by_chance(0), most_by_chance(1), most_by_chance(100)
    (0, 4, 124)
    """
    from scipy.stats import poisson

    return int(poisson.isf(RARE, expected))
