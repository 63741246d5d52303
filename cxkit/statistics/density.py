"""How dense are values that were counted in bins of one width?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]


def silverman(counts: Array) -> float:
    """How wide a Gaussian kernel suits the counted values, in bins? Silverman's rule of thumb (1986, 3.31).

    counts : a number per bin, not all 0; a bin's values are taken as spread evenly over it.
    """
    import numpy as np
    from scipy.stats import rv_histogram

    values = rv_histogram((counts, np.arange(len(counts) + 1.0)), density=False)
    low, high = values.ppf([0.25, 0.75])
    spread = float(values.std())
    return float(0.9 * min(spread, (high - low) / 1.34) * counts.sum() ** -0.2)


def smoothed(counts: Array, width: float) -> Array:
    """The counts under a Gaussian kernel of a width in bins, along the last axis; beyond the ends lies nothing.

    >>> import numpy as np
    >>> smoothed(np.array([0, 0, 8, 0, 0]), 0.5).round(1)
    array([0. , 0.9, 6.3, 0.9, 0. ])
    """
    from scipy.ndimage import gaussian_filter1d

    return gaussian_filter1d(counts, width, output=float, mode="constant", radius=counts.shape[-1] - 1)
