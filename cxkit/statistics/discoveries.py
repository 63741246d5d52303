"""Which of many tests say something? One family of tests is judged together."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

FALSE = 0.05  # of what is called a difference, the share that may be none
POWER = 0.8  # of the difference that is said to be detectable


def discoveries(ps: ArrayLike) -> list[float]:
    """The q values of a family of p values (Benjamini, Hochberg 1995).

    >>> discoveries([0.01, 0.5, 0.04])
    [0.03, 0.5, 0.06]
    """
    import numpy as np
    from scipy.stats import false_discovery_control

    family = np.asarray(ps, float)
    return [float(q) for q in false_discovery_control(family)] if len(family) else []


def detectable(errors: Sequence[float]) -> float | None:
    """How large a difference would have been found in four of five cases? None where nothing was tested.

    errors : the standard errors of the family's differences.

    The normal quantiles of the strictest level (.05 by the number of tests, Bonferroni) and of the power, times the
    median error.

    >>> round(detectable([0.01, 0.02, 0.03]), 3)
    0.065
    """
    from scipy.stats import norm

    if not errors:
        return None
    return float(norm.isf(FALSE / (2 * len(errors))) + norm.ppf(POWER)) * median(errors)
