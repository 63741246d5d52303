"""Samples of groups: every one is complete, all groups are alike, and a seed draws them again."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import bootstrap

from cxkit.statistics.resampling import drawn


def test_a_sample_has_as_many_groups_as_there_are():
    samples = drawn(30, 200, seed=1)
    assert samples.shape == (200, 30)
    assert (samples.sum(axis=1) == 30).all()
    assert (samples >= 0).all()


def test_every_group_is_drawn_as_often():
    """Once a sample on average, with the spread of a binomial."""
    samples = drawn(40, 5_000, seed=2)
    assert np.abs(samples.mean(axis=0) - 1).max() < 0.07
    assert samples.var() == pytest.approx(1 - 1 / 40, rel=0.03)
    assert (samples == 0).mean() == pytest.approx((1 - 1 / 40) ** 40, rel=0.02)


def test_a_seed_draws_the_same_again():
    assert (drawn(8, 5, seed=3) == drawn(8, 5, seed=3)).all()
    assert (drawn(8, 5) == drawn(8, 5, seed=0)).all()
    assert (drawn(8, 5, seed=3) != drawn(8, 5, seed=4)).any()


def test_sums_of_samples_spread_as_scipys_bootstrap_says():
    sums = np.random.default_rng(6).lognormal(0, 1, 80)
    mine = (drawn(80, 4_000) @ sums / 80).std()
    oracle = bootstrap((sums,), np.mean, n_resamples=4_000, rng=np.random.default_rng(7), method="percentile")
    assert mine == pytest.approx(oracle.standard_error, rel=0.05)


def test_of_one_group_there_is_one_sample():
    assert drawn(1, 3).tolist() == [[1], [1], [1]]
