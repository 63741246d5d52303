"""What has a sample of customers not shown? The chance that the next goes a new way, and how many ways there are."""

from __future__ import annotations

from math import exp, log, sqrt

from cxkit.statistics.estimate import Estimate
from cxkit.statistics.intervals import FEWEST, LEVEL

COVERAGE = "Good-Turing coverage (Chao and Jost 2012); interval by Esty (1983), no surer than the exact limits"
RICHNESS = "at least so many (Chao 1984, corrected for bias); log-normal interval (Chao 1987)"


def coverage(n: int, once: int, twice: int) -> Estimate:
    """How likely is it that the next customer goes a way that was seen?

    n : customers, each with one way.
    once, twice : how many ways were seen with one customer, and with two.

    The interval has the normal limit of Esty (1983), and reaches at least as far as the exact binomial limit of what
    none of n customers does, near 3 / n (Clopper and Pearson 1934; the rule of three). Where no two customers go alike
    it reaches from 0 to what the limit of no pair says (Garwood 1936): so many of the n (n - 1) / 2 pairs, about 3,
    could have met, and by chance did not. Unknown below two customers.

    >>> estimate = coverage(10, once=2, twice=2)
    >>> round(estimate.value, 3), round(estimate.low, 3), estimate.high
    (0.836, 0.373, 1.0)
    """
    from scipy.stats import beta, chi2, norm

    if n < FEWEST:
        return Estimate(None, None, None, n, "customers", COVERAGE)
    rare = (n - 1) * once if twice else (n - 1) * (once - 1)
    covered = 1 - (once / n * rare / (rare + 2 * (twice or 1)) if once else 0.0)
    if once == n:
        pairs = float(chi2.isf(LEVEL, 2)) / 2
        return Estimate(covered, 0.0, min(2 * pairs / (n - 1), 1.0), n, "customers", COVERAGE)
    error = float(norm.isf(LEVEL / 2)) * sqrt(max(once / n + 2 * twice / n - (once / n) ** 2, 0.0) / n)
    low = min(covered - error, 1 - float(beta.isf(LEVEL, 1, n)))
    return Estimate(covered, max(low, 0.0), min(covered + error, 1.0), n, "customers", COVERAGE)


def richness(n: int, seen: int, once: int, twice: int) -> Estimate:
    """How many ways are there at least, seen or not?

    n : customers, each with one way.
    seen : how many ways were seen; once, twice : of them, with one customer, and with two.

    Unknown below two customers. Where no two ways are seen once nothing speaks for a way that was not seen, and the
    interval has no width.

    >>> estimate = richness(10, seen=5, once=2, twice=2)
    >>> round(estimate.value, 1), round(estimate.low, 2), round(estimate.high, 1)
    (5.3, 5.02, 10.5)
    """
    from scipy.stats import norm

    if n < FEWEST:
        return Estimate(None, None, None, n, "customers", RICHNESS)
    part, both = (n - 1) / n, twice + 1
    unseen = part * once * (once - 1) / (2 * both)
    if not unseen:
        return Estimate(seen, seen, seen, n, "customers", RICHNESS)
    spread = unseen + (part / (2 * both)) ** 2 * once * ((2 * once - 1) ** 2 + once * twice * ((once - 1) / both) ** 2)
    factor = exp(float(norm.isf(LEVEL / 2)) * sqrt(log(1 + spread / unseen**2)))
    return Estimate(seen + unseen, seen + unseen / factor, seen + unseen * factor, n, "customers", RICHNESS)
