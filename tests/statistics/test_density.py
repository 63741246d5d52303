"""Smoothing: scipy's kernel density of single values, statsmodels' bandwidth, and what no smoothing may change."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import gaussian_kde
from statsmodels.nonparametric.bandwidths import bw_silverman

from cxkit.statistics.density import silverman, smoothed

bins = st.lists(st.integers(0, 50), min_size=2, max_size=40)


def histogram(values, count=200):
    return np.histogram(values, np.arange(count + 1.0))[0]


def test_it_is_the_kernel_density_of_the_bins_middles():
    counts = histogram(np.random.default_rng(1).normal(100, 12, 500))
    middles = np.arange(200) + 0.5
    oracle = gaussian_kde(middles, weights=counts)
    oracle.set_bandwidth(1)
    oracle.set_bandwidth(5 / np.sqrt(oracle.covariance[0, 0]))
    assert smoothed(counts, 5) / counts.sum() == pytest.approx(oracle(middles), abs=1e-9)


@pytest.mark.parametrize("make", [lambda r: r.normal(100, 12, 3_000), lambda r: 60 + r.gamma(2, 9, 3_000)])
def test_the_width_is_the_one_of_single_values(make):
    """Their rule, with 1.34 in place of 1.349, and bins as wide as a tenth of it."""
    values = make(np.random.default_rng(2))
    assert silverman(histogram(values)) == pytest.approx(bw_silverman(values), rel=0.015)


def test_the_width_by_hand():
    """Four bins alike: quartiles at 1 and 3, deviation 4 / sqrt(12); 32 values: 32 ** -.2 = 1/2."""
    assert silverman(np.array([8, 8, 8, 8])) == pytest.approx(0.9 * min(2 / 1.34, 4 / np.sqrt(12)) / 2)


@given(bins, st.floats(0.3, 20))
def test_laws_of_smoothing(counts, width):
    """Nothing is made, turning round and adding change nothing, and no place is fuller than the fullest was."""
    counts = np.array(counts)
    smooth = smoothed(counts, width)
    assert len(smooth) == len(counts)
    assert smooth.sum() <= counts.sum() * (1 + 1e-9)
    assert (smooth >= 0).all()
    assert smooth.max() <= counts.max() + 1e-9
    assert smoothed(counts[::-1], width) == pytest.approx(smooth[::-1])
    assert smoothed(counts + counts[::-1], width) == pytest.approx(smooth + smooth[::-1])


def test_far_from_the_ends_nothing_is_lost():
    assert smoothed(histogram([100] * 7), 4).sum() == pytest.approx(7)


def test_many_samples_are_smoothed_one_by_one():
    samples = np.random.default_rng(3).integers(0, 9, (4, 50))
    assert smoothed(samples, 3) == pytest.approx(np.array([smoothed(sample, 3) for sample in samples]))
