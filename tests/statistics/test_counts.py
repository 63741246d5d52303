"""What would be usual of a count: Student's quantiles, exact Poisson tails, laws, and how often it errs."""

from __future__ import annotations

from math import exp, factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import poisson
from statsmodels.regression.linear_model import OLS

from cxkit.statistics.intervals import RARE, most_by_chance, next_count

before = st.lists(st.integers(0, 1_000), min_size=2, max_size=12)


@pytest.mark.parametrize("looked_at", [1, 5, 200])
def test_it_is_students_prediction_interval(looked_at):
    """As statsmodels predicts one more observation of a mean."""
    counts = [120, 80, 140, 95, 60, 110]
    fit = OLS(np.array(counts, float), np.ones(6)).fit()
    [[low, high]] = fit.get_prediction([1]).conf_int(obs=True, alpha=0.01 / looked_at)
    estimate = next_count(counts, looked_at)
    assert estimate.value == pytest.approx(sum(counts) / 6)
    assert (estimate.n, estimate.unit) == (6, "periods")
    assert estimate.high == pytest.approx(high)
    assert estimate.low == pytest.approx(max(low, 0))


@pytest.mark.parametrize(("n", "looked_at", "quantile"), [(5, 1, 4.604), (12, 1, 3.106), (12, 10, 4.437)])
def test_students_quantiles_are_those_of_tables(n, looked_at, quantile):
    counts = [10_000 + 500 * place for place in range(n)]
    estimate = next_count(counts, looked_at)
    half = quantile * np.std(counts, ddof=1) * np.sqrt(1 + 1 / n)
    assert estimate.high - estimate.value == pytest.approx(half, rel=2e-4)


def test_counts_that_never_differ_may_still_differ_by_chance():
    estimate = next_count([400] * 9, 1)
    half = 2.5758 * 20 * np.sqrt(10 / 9)
    assert (estimate.low, estimate.high) == pytest.approx((400 - half, 400 + half), rel=1e-4)
    none = next_count([0] * 9, 1)
    assert (none.value, none.low) == (0, 0)
    assert none.high == pytest.approx(2.5758 * np.sqrt(10 / 9), rel=1e-4)


@pytest.mark.parametrize("counts", [[], [7]])
def test_of_fewer_than_two_counts_nothing_is_usual(counts):
    estimate = next_count(counts, 1)
    assert estimate.value == (7 if counts else None)
    assert estimate.low is estimate.high is None
    assert estimate.distance(1_000_000) == 0


@settings(max_examples=50, deadline=None)
@given(before, st.integers(1, 50))
def test_laws(counts, looked_at):
    estimate, wider = next_count(counts, looked_at), next_count(counts, looked_at + 1)
    assert 0 <= estimate.low <= estimate.value <= estimate.high
    assert wider.low <= estimate.low
    assert estimate.high < wider.high
    turned = next_count(counts[::-1], looked_at)
    assert (turned.low, turned.high) == pytest.approx((estimate.low, estimate.high))
    assert estimate.high - estimate.value >= 2.57 * np.sqrt(estimate.value * (1 + 1 / len(counts)))


@pytest.mark.parametrize(("mean", "spread"), [(40, 0), (400, 0), (400, 60)])
def test_the_next_count_is_unusual_in_one_of_a_hundred_cases(mean, spread):
    """600 series of eight counts; also where they spread more than by chance alone."""
    random = np.random.default_rng(4)
    series = random.poisson(np.maximum(random.normal(mean, spread, (600, 9)), 0)).tolist()
    odd = sum(next_count(counts[:8], 1).distance(counts[8]) > 1 for counts in series)
    assert odd / 600 <= 0.025
    double = sum(next_count(counts[:8], 1).distance(2 * mean + 100) > 1 for counts in series[:100])
    assert double >= 80


# ---- chance ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("expected", [0, 0.05, 1, 3.7, 12, 100])
def test_more_than_these_come_rarely_and_no_fewer_will_do(expected):
    most = most_by_chance(expected)
    assert poisson.sf(most, expected) <= RARE
    assert most == 0 or poisson.sf(most - 1, expected) > RARE


def test_the_tail_is_exact():
    """Where one is expected, more than four come in 1 - (1 + 1 + 1/2 + 1/6 + 1/24)/e = .4 of 100 cases."""
    tails = [1 - exp(-1) * sum(1 / factorial(count) for count in range(most + 1)) for most in (3, 4)]
    assert tails[1] < RARE < tails[0]
    assert most_by_chance(1) == 4


@settings(max_examples=50, deadline=None)
@given(st.floats(0, 1_000), st.floats(0, 100))
def test_where_more_is_expected_more_may_come(expected, more):
    assert most_by_chance(expected) <= most_by_chance(expected + more)
