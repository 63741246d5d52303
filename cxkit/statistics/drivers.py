"""What goes with an outcome, alone and when other things are held, and how well all of it together foretells it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from cxkit.statistics.families import NORMAL, shares, sides

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

FOLDS, FIFTHS = 5, 5
FEWEST = 50  # journeys with the outcome, and without, on which a model can be made
IN_A_CELL, TINY = 5, 1e-8
ALIKE = 0.95  # the correlation from which on two columns say the same thing
SEED = 0


class Effect(NamedTuple):
    """The share of an outcome with something and without it, their difference with its 95 % interval, and its p."""

    has: float
    lacks: float
    difference: float
    low: float
    high: float
    p: float
    n_has: int
    n_lacks: int


class Held(NamedTuple):
    """A difference in the share of an outcome when other things are held, with its 95 % interval."""

    value: float
    low: float
    high: float


class Skill(NamedTuple):
    """How well a model foretells journeys that it has not seen.

    area : how often it gives the higher chance to the one that comes to the outcome, of two that end differently.
    chance : up to which area it may be by chance (95 in 100).
    off : by how much what it foretells differs from what came, at most, in fifths of the journeys.
    """

    area: float
    chance: float
    off: float


def effect(customers: Array, outcome: Array, side: Array) -> Effect | None:
    """Is the share of an outcome another one with something than without it? None where too few customers tell.

    customers : whose each journey is, as codes that never fall.
    outcome : 1 for a journey with the outcome, 0 without.
    side : 1 for a journey that has it, -1 for one that lacks it, 0 for one that does not count.

    The test is that of `families`: by customer, the larger of two variances.

    >>> import numpy as np
    >>> came = np.r_[np.ones(30), np.zeros(10), np.ones(10), np.zeros(30)]
    >>> told = effect(np.arange(80), came, np.repeat([1, -1], 40))
    >>> told.has, told.lacks, told.p < 0.001
    (0.75, 0.25, True)
    """
    from scipy.sparse import csr_array

    differ = shares(csr_array(outcome[:, None].astype(float)), sides(customers, side))
    if not differ.enough[0]:
        return None
    low, high = differ.ends
    has, lacks, difference, first, last, p = (
        float(figure[0]) for figure in (differ.left, differ.right, differ.difference, low, high, differ.p)
    )
    return Effect(has, lacks, difference, first, last, p, *(int(count) for count in differ.journeys[:, 0]))


def held(customers: Array, outcome: Array, column: Array, others: Array) -> Held | None:
    """What is left of a difference when the other columns are held? None where no model can be made.

    customers : whose each journey is, as codes.
    outcome, column : 0 or 1 for each journey.
    others : a column of 0 and 1 for each other thing.

    The mean change of the chance of the outcome, journey by journey, were the column 1 and not 0 (a logistic
    regression of statsmodels, standardised to the journeys at hand). Its interval is that of the coefficient, whose
    covariance is robust by customer, on the scale of the difference. Columns that follow from those before them, and
    those with fewer than 5 journeys with, or without, the outcome are not held.

    >>> import numpy as np
    >>> ill = np.random.default_rng(0).integers(0, 2, 4000)
    >>> seen = np.where(np.random.default_rng(1).random(4000) < 0.9, ill, 1 - ill)
    >>> dies = (np.random.default_rng(2).random(4000) < 0.1 + 0.4 * ill).astype(int)
    >>> raw, left = effect(np.arange(4000), dies, 2 * seen - 1), held(np.arange(4000), dies, seen, ill[:, None])
    >>> raw.low > 0.2, left.low < 0 < left.high
    (True, True)
    """
    import numpy as np
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import PerfectSeparationError

    table = _holding(outcome, column, others)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            groups = {"groups": np.unique(customers, return_inverse=True)[1]}
            fit = sm.Logit(outcome, table).fit(disp=0, maxiter=100, cov_type="cluster", cov_kwds=groups)
        except (np.linalg.LinAlgError, PerfectSeparationError):
            return None
    slope, error = float(fit.params[1]), float(fit.bse[1])
    if not fit.mle_retvals["converged"] or not np.isfinite([slope, error]).all() or not slope:
        return None
    chances = []
    for value in (1.0, 0.0):
        table[:, 1] = value
        chances.append(float(fit.predict(table).mean()))
    change = chances[0] - chances[1]
    reach = NORMAL * error * abs(change / slope)
    return Held(change, change - reach, change + reach)


def _holding(outcome: Array, column: Array, others: Array) -> Array:
    """The columns of a model: one of ones, the column, and those of the others that tell something besides."""
    import numpy as np

    table = np.column_stack([np.ones(len(outcome)), column, others]).astype(float)
    cells = [((table == value) & (outcome[:, None] == came)).sum(axis=0) for value in (0, 1) for came in (0, 1)]
    keeps = np.min(cells, axis=0) >= IN_A_CELL
    keeps[:2] = True
    table = table[:, keeps]
    own = abs(np.diag(np.linalg.qr(table, mode="r")))
    return table[:, own > TINY * np.sqrt((table**2).sum(axis=0))]


def skill(customers: Array, outcome: Array, table: Array) -> Skill | None:
    """How well do all columns together foretell the outcome of customers that were not seen? None where few are.

    A logistic regression (scikit-learn, ridge of 1), made on four fifths of the customers and asked about the last,
    five times.
    """
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import GroupKFold, cross_val_predict

    ones, people = int(outcome.sum()), len(np.unique(customers))
    zeros = len(outcome) - ones
    if min(ones, zeros) < FEWEST or people < FEWEST or not table.size:
        return None
    folds = GroupKFold(FOLDS, shuffle=True, random_state=SEED)
    model = LogisticRegression(solver="newton-cholesky")
    told = cross_val_predict(model, table, outcome, groups=customers, cv=folds, method="predict_proba")[:, 1]
    error = np.sqrt((ones + zeros + 1) / (12 * ones * zeros)) * np.sqrt(len(outcome) / people)
    parts = np.array_split(np.argsort(told, kind="stable"), FIFTHS)
    off = max(abs(float(told[part].mean() - outcome[part].mean())) for part in parts)
    return Skill(float(roc_auc_score(outcome, told)), 0.5 + NORMAL * float(error), off)


def distinct(table: Array) -> list[list[int]]:
    """Which columns say the same thing? Groups of places, each led by the first; those before count more.

    >>> import numpy as np
    >>> distinct(np.array([[1, 0, 1], [1, 0, 0], [0, 1, 1], [0, 1, 0]]))
    [[0, 1], [2]]
    """
    import numpy as np

    centred = table - table.mean(axis=0)
    size = np.sqrt((centred**2).sum(axis=0))
    near = abs(centred.T @ centred) / np.maximum(np.outer(size, size), 1e-12) >= ALIKE
    groups: list[list[int]] = []
    for place in range(table.shape[1]):
        leader = next((group for group in groups if near[group[0], place]), None)
        if leader is None:
            groups.append([place])
        else:
            leader.append(place)
    return groups


def without(groups: Sequence[str], place: int) -> list[int]:
    """The places of the columns that are of another group than this one."""
    return [other for other, group in enumerate(groups) if group != groups[place]]
