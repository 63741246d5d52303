"""How far apart are two groups in one variable? The standardised difference, which does not grow with their size.

Austin (2009): the difference over the root of the mean of both variances. From 0.1 on the groups count as unbalanced.
"""

from __future__ import annotations

import math

UNBALANCED = 0.1


def of_shares(before: float, after: float) -> float:
    """The standardised difference of two shares.

    >>> round(of_shares(0.4, 0.6), 3), of_shares(0.0, 0.0)
    (0.408, 0.0)
    """
    return of_means(before, math.sqrt(before * (1 - before)), after, math.sqrt(after * (1 - after)))


def of_means(before: float, spread_before: float, after: float, spread_after: float) -> float:
    """The standardised difference of two means, with their standard deviations."""
    spread = math.sqrt((spread_before**2 + spread_after**2) / 2)
    if spread == 0:
        return 0.0 if after == before else math.copysign(math.inf, after - before)
    return (after - before) / spread
