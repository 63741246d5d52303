"""What else could the log have been? Groups of customers or journeys, drawn again with replacement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]


def drawn(groups: int, samples: int, seed: int = 0) -> Array:
    """How often does each group come in each sample? A row per sample, a column per group; each row sums to groups.

    The bootstrap of whole groups (Efron 1979; Field and Welsh 2007): what is summed by group becomes the sums of all
    samples with one product of matrices.

    >>> drawn(4, 2).sum(axis=1)
    array([4, 4])
    """
    import numpy as np

    return np.random.default_rng(seed).multinomial(groups, [1 / groups] * groups, samples)
