"""Groups that hold, and data without any: what the gate lets through."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from cxkit.statistics.clusters import GatedKMeans, nearest

SIDES = ((0, 1, 2), (3, 4, 5), (6, 7, 8))


def planted(customers: int = 800, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Square roots of counts of three kinds of customers, and the kind of each."""
    random = np.random.default_rng(seed)
    kinds, rates = random.integers(3, size=customers), np.full((3, 9), 0.2)
    for kind, own in enumerate(SIDES):
        rates[kind, own] = 1.8
    return np.sqrt(random.poisson(rates[kinds])), kinds


def test_planted_groups_are_found_and_hold():
    rows, kinds = planted()
    model = GatedKMeans(random_state=3).fit(rows)
    assert model.n_clusters_ == 3
    assert model.gate_.verdict == "holds"
    assert model.gate_.z > 5
    assert adjusted_rand_score(kinds, model.labels_) > 0.75
    assert (model.predict(rows) == model.labels_).all()


@pytest.mark.parametrize("kind", ["counts", "flags", "one factor"])
def test_data_without_groups_has_none(kind):
    random = np.random.default_rng(5)
    counts = {
        "counts": random.poisson(0.8, (600, 8)),
        "flags": random.random((600, 8)) < 0.3,
        "one factor": random.poisson(0.8 * np.exp(random.standard_normal((600, 1)) * np.linspace(-1, 1, 8))),
    }
    model = GatedKMeans(random_state=0).fit(np.sqrt(counts[kind]))
    assert model.n_clusters_ == 1
    assert model.gate_.verdict == "none"
    assert set(model.labels_) == {0}


def test_groups_that_are_asked_for_are_cut_and_judged():
    random = np.random.default_rng(5)
    model = GatedKMeans(k=4, random_state=0).fit(random.standard_normal((500, 5)))
    assert model.n_clusters_ == 4
    assert model.gate_.verdict == "none"


def test_the_same_seed_finds_the_same():
    rows, _ = planted(600)
    first, again = (GatedKMeans(random_state=7).fit(rows) for _ in range(2))
    assert first.gate_ == again.gate_
    assert (first.labels_ == again.labels_).all()


def test_the_nearest_centre_by_hand():
    assert nearest(np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([[3.0, 3.0], [1.0, 0.0]])).tolist() == [1, 0]
