"""The unit of every interval is the customer: journeys of one customer are alike, and are summed before all else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike

    Array = np.ndarray[Any, Any]


class Sums(NamedTuple):
    """For each customer what was counted (y) and of how many (m); m is never 0."""

    y: Array
    m: Array


def by_customer(customers: ArrayLike, values: ArrayLike, of: ArrayLike | None = None) -> Sums:
    """What does each customer sum up to?

    customers : whose each row is, as any codes.
    values : what is counted in each row, for instance whether a journey reached its goal.
    of : of how many each row speaks; one each where it is left out, so that a row is a journey. Rows of 0 say nothing.

    >>> by_customer([7, 3, 7], [True, False, True])
    Sums(y=array([0., 2.]), m=array([1., 2.]))
    """
    import numpy as np

    codes, places = np.unique(np.asarray(customers), return_inverse=True)
    weights = np.ones(len(places)) if of is None else np.asarray(of, float)
    y = np.bincount(places, np.asarray(values, float), len(codes))
    m = np.bincount(places, weights, len(codes))
    return Sums(y[m > 0], m[m > 0])
