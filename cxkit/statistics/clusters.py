"""Are there groups among these rows, how many, and do they hold? A gate before k-means; this module loads scikit-learn.

Data without any groups can always be cut into some: a continuum falls into slices that look tidy. So the cut is
compared with cuts of data that have the same columns and the same dependence between them, and no groups; and it must
come out the same when rows are drawn again, and when one half judges the other.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Self

import numpy as np
from scipy.stats import norm, rankdata
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from sklearn.utils.validation import check_is_fitted, check_random_state, validate_data
from threadpoolctl import threadpool_limits

Array = np.ndarray[Any, Any]

FEWEST, MOST = 2, 7  # groups
FITTED, GATED, MEASURED = 10_000, 2_000, 800  # rows for the centres, for the gate, for silhouettes
DRAWS, ROUNDS, HALVES = 15, 20, 5  # of the null, of rows drawn again, of halves
STARTS, FEW_STARTS = 8, 3  # of k-means
LEAST_Z, LEAST_JACCARD, LEAST_STRENGTH = 3.0, 0.75, 0.8
UNSURE = 0.6  # of both: below it nothing is shown
HOLDS, DOUBTFUL, NONE = "holds", "unsure", "none"
CALIBRATIONS, LARGEST = 6, 0.98
FEWEST_ROWS = 40


class Gate(NamedTuple):
    """How well a cut into groups stands: `z` against data without groups, `jaccard` of the least stable group when rows
    are drawn again, `strength` with which one half predicts the other's least stable group; and the verdict."""

    k: int
    z: float
    jaccard: float
    strength: float
    silhouettes: tuple[float, ...] = ()

    @property
    def verdict(self) -> str:
        """Whether the groups hold, are doubtful, or are none."""
        if self.k < FEWEST or self.z < LEAST_Z or min(self.jaccard, self.strength) < UNSURE:
            return NONE
        return HOLDS if self.jaccard >= LEAST_JACCARD and self.strength >= LEAST_STRENGTH else DOUBTFUL


class GatedKMeans(ClusterMixin, BaseEstimator):
    """k-means that says no: into as many groups as hold, or into one where none do.

    k : how many groups; None for as many as have the highest silhouette, from 2 to 7, if they pass the gate.
    random_state : the seed of all that is drawn.

    After `fit`: `n_clusters_`, `cluster_centers_`, `labels_`, and `gate_`, which is made for a given k too. Rows should
    be on one scale, such as roots of counts. k-means (Lloyd 1982) on 10,000 rows, all others by the nearest centre.
    """

    def __init__(self, k: int | None = None, random_state: int | None = None) -> None:
        self.k = k
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> Self:
        """Find the groups of these rows."""
        rows = validate_data(self, X, dtype=np.float64, ensure_min_samples=2)
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        with threadpool_limits(1):
            self.gate_ = gate(rows, self.k, seed)
            wanted = self.k if self.k is not None else self.gate_.k if self.gate_.verdict != NONE else 1
            some = rows[_some(len(rows), FITTED, seed)]
            self.n_clusters_ = min(wanted, len(np.unique(some, axis=0)))
            self.cluster_centers_ = _centres(some, self.n_clusters_, STARTS, seed)
        self.labels_ = nearest(rows, self.cluster_centers_)
        return self

    def predict(self, X: Any) -> Array:
        """The group of each row: that of the nearest centre."""
        check_is_fitted(self)
        return nearest(validate_data(self, X, dtype=np.float64, reset=False), self.cluster_centers_)


def gate(rows: Array, k: int | None, seed: int) -> Gate:
    """How many groups are there among these rows, and do they hold?

    rows : a row per customer, a column per feature, on one scale.
    k : how many groups to judge; None for the number from 2 to 7 with the highest silhouette.

    On 2,000 rows: the silhouette (Rousseeuw 1987, on 800 of them) less the mean of the highest silhouettes of 15 tables
    without groups, in their standard deviations; these tables have the same columns and the same rank correlations (a
    Gaussian copula, calibrated on what it draws). The bootstrap's Jaccard similarity of the least stable group (Hennig
    2007). The prediction strength of one half for the other (Tibshirani and Walther 2005).
    """
    some = rows[_some(len(rows), GATED, seed)]
    some = some[:, some.std(axis=0) > 0]
    asked = range(FEWEST, MOST + 1) if k is None else [k]
    different = len(np.unique(some, axis=0)) if some.size else 1
    asked = [count for count in asked if FEWEST <= count < min(different, len(some))]
    if not asked or len(some) < FEWEST_ROWS:
        return Gate(1, 0.0, 0.0, 0.0)
    tidy = _silhouettes(some, asked, seed)
    best = asked[int(np.argmax(tidy))]
    usual = [max(_silhouettes(drawn, asked, seed)) for drawn in _without_groups(some, DRAWS, seed)]
    spread = float(np.std(usual, ddof=1))
    z = (max(tidy) - float(np.mean(usual))) / max(spread, 1e-9)
    shown = tuple(round(float(value), 4) for value in tidy)
    if z < LEAST_Z and k is None:
        return Gate(best, z, 0.0, 0.0, shown)
    return Gate(best, z, _jaccard(some, best, seed), _strength(some, best, seed), shown)


def nearest(rows: Array, centres: Array) -> Array:
    """The number of the nearest centre of each row."""
    apart = (centres**2).sum(axis=1) - 2 * rows @ centres.T
    return np.asarray(apart.argmin(axis=1))


def centres_of(rows: Array, k: int, seed: int) -> Array:
    """The centres of so many groups of these rows, asked for without a gate."""
    with threadpool_limits(1):
        return _centres(rows, k, STARTS, seed)


def _some(rows: int, most: int, seed: int) -> Array:
    """The places of so many rows, drawn once each; of all where they are no more."""
    if rows <= most:
        return np.arange(rows)
    return np.random.default_rng(seed).choice(rows, most, replace=False)


def _centres(rows: Array, k: int, starts: int, seed: int) -> Array:
    if k == 1:
        return rows.mean(axis=0, keepdims=True)
    return np.asarray(KMeans(k, n_init=starts, random_state=seed).fit(rows).cluster_centers_)


def _silhouettes(rows: Array, asked: list[int], seed: int) -> list[float]:
    """The mean silhouette of each number of groups, on the first 800 rows."""
    values = []
    for k in asked:
        labels = nearest(rows, _centres(rows, k, FEW_STARTS, seed))[:MEASURED]
        several = 1 < len(np.unique(labels)) < len(labels)
        values.append(float(silhouette_score(rows[:MEASURED], labels)) if several else -1.0)
    return values


# ---- data without groups ---------------------------------------------------------------------------------------------


def _without_groups(rows: Array, draws: int, seed: int) -> list[Array]:
    """Tables with the same columns and rank correlations as these rows, drawn from a Gaussian copula."""
    random = np.random.default_rng([seed, 1])
    ordered, wanted = np.sort(rows, axis=0), _ranked(rows)
    trial = random.standard_normal((2 * len(rows), rows.shape[1]))
    latent = np.asarray(2 * np.sin(np.pi / 6 * wanted))
    for _ in range(CALIBRATIONS):
        latent = np.asarray(latent + wanted - _ranked(_drawn(trial, latent, ordered)))
        np.fill_diagonal(latent, 1.0)
        latent = np.asarray(np.clip(latent, -LARGEST, LARGEST) + (1 - LARGEST) * np.eye(len(latent)))
    return [_drawn(np.asarray(random.standard_normal(rows.shape)), latent, ordered) for _ in range(draws)]


def _drawn(normal: Array, latent: Array, ordered: Array) -> Array:
    """Values of the columns for standard normal ones, made to depend on each other so."""
    sizes, vectors = np.linalg.eigh(latent)
    factor = vectors * np.sqrt(np.clip(sizes, 0, None))
    dependent = normal @ factor.T / np.sqrt((factor**2).sum(axis=1))
    places = (norm.cdf(dependent) * len(ordered)).astype(int).clip(0, len(ordered) - 1)
    return np.take_along_axis(ordered, places, axis=0)


def _ranked(rows: Array) -> Array:
    """The rank correlations of the columns (Spearman's); none where a column has one value."""
    ranks = rankdata(rows, axis=0)
    ranks -= ranks.mean(axis=0)
    lengths = np.sqrt((ranks**2).sum(axis=0))
    ranks /= np.where(lengths > 0, lengths, 1)
    return np.asarray(ranks.T @ ranks)


# ---- stability -------------------------------------------------------------------------------------------------------


def _jaccard(rows: Array, k: int, seed: int) -> float:
    """How alike is the least stable group to its nearest when rows are drawn again? On the rows that were drawn."""
    own = nearest(rows, _centres(rows, k, STARTS, seed))
    random, alike = np.random.default_rng([seed, 2]), np.zeros(k)
    for _ in range(ROUNDS):
        places = random.integers(len(rows), size=len(rows))
        again = nearest(rows[places], _centres(rows[places], k, FEW_STARTS, seed))
        both = np.zeros((k, k))
        np.add.at(both, (own[places], again), 1)
        either = both.sum(axis=1)[:, None] + both.sum(axis=0)[None, :] - both
        alike += (both / np.maximum(either, 1)).max(axis=1)
    return float(alike.min() / ROUNDS)


def _strength(rows: Array, k: int, seed: int) -> float:
    """How often are two rows of a group together by the other half's centres too? Of the least of the groups."""
    random, values = np.random.default_rng([seed, 3]), []
    for _ in range(HALVES):
        order = random.permutation(len(rows))
        half, other = rows[order[: len(rows) // 2]], rows[order[len(rows) // 2 :]]
        own = nearest(half, _centres(half, k, FEW_STARTS, seed))
        judged = nearest(half, _centres(other, k, FEW_STARTS, seed))
        both = np.zeros((k, k))
        np.add.at(both, (own, judged), 1)
        pairs = both.sum(axis=1) * (both.sum(axis=1) - 1)
        together = (both * (both - 1)).sum(axis=1)
        values.append(float((together / np.maximum(pairs, 1))[pairs > 0].min()) if (pairs > 0).any() else 0.0)
    return float(np.mean(values))
