"""What was not seen: forms as they are printed, exact limits, laws, and whether the intervals keep their word."""

from __future__ import annotations

from collections import Counter
from math import exp, log, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from statsmodels.stats.rates import confint_poisson

from cxkit.statistics.unseen import coverage, richness

counts = st.lists(st.integers(1, 30), min_size=1, max_size=40)
few = settings(max_examples=40, deadline=None)


def seen_in(sizes):
    """Customers, ways, ways seen once and twice, where each way has so many customers."""
    times = Counter(sizes)
    return int(sum(sizes)), len(sizes), times[1], times[2]


def both(sizes):
    n, ways, once, twice = seen_in(sizes)
    return coverage(n, once, twice), richness(n, ways, once, twice)


def test_by_hand():
    """n = 10, S = 5, f1 = 2, f2 = 2: C = 1 - .2 x 18/22; error 1.96 sqrt(.056); Chao1 = 5.3, its variance .725."""
    covered, ways = coverage(10, 2, 2), richness(10, 5, 2, 2)
    assert covered.value == pytest.approx(1 - 0.2 * 18 / 22)
    assert covered.high == 1
    assert covered.low == pytest.approx(1 - 0.2 * 18 / 22 - 1.959964 * sqrt(0.056))
    factor = exp(1.959964 * sqrt(log(1 + 0.725 / 0.3**2)))
    assert (ways.low, ways.value, ways.high) == pytest.approx((5 + 0.3 / factor, 5.3, 5 + 0.3 * factor))
    assert (covered.n, covered.unit, ways.n, ways.unit) == (10, "customers", 10, "customers")


def test_without_pairs_the_other_form_holds():
    """f2 = 0: C = 1 - 3/6 x (5 x 2)/(5 x 2 + 2)."""
    assert coverage(6, 3, 0).value == pytest.approx(1 - 3 / 6 * 10 / 12)


@pytest.mark.parametrize("n", [5, 100, 10_000])
def test_what_nobody_did_may_still_be_done(n):
    """All alike: the exact binomial limit of none in n, which is near the rule of three."""
    estimate = coverage(n, 0, 0)
    limit = binomtest(0, n, alternative="less").proportion_ci(0.95, "exact").high
    assert estimate.value == estimate.high == 1
    assert estimate.low == pytest.approx(1 - limit, abs=1e-9)
    assert 1 - estimate.low == pytest.approx(3 / n, rel=0.25 if n < 100 else 0.02)


@pytest.mark.parametrize("n", [20, 330])
def test_where_no_two_go_alike_pairs_may_have_missed_each_other(n):
    """None of the n (n - 1) / 2 pairs met: the Poisson limit of none over so many, times n."""
    pairs = confint_poisson(0, n * (n - 1) / 2, method="exact-c", alpha=0.1)[1]
    estimate = coverage(n, n, 0)
    assert estimate.low == 0
    assert estimate.high == pytest.approx(n * pairs)
    assert estimate.value == pytest.approx(2 / ((n - 1) ** 2 + 2))


def test_two_customers_with_two_ways_say_hardly_anything():
    estimate = coverage(2, 2, 0)
    assert (estimate.low, estimate.high) == (0, 1)


@pytest.mark.parametrize("n", [0, 1])
def test_below_two_customers_nothing_is_said(n):
    for estimate in (coverage(n, n, 0), richness(n, n, n, 0)):
        assert estimate.value is estimate.low is estimate.high is None
        assert estimate.n == n


def test_ways_that_many_went_leave_none_to_find():
    estimate = richness(100, 4, 0, 3)
    assert estimate.low == estimate.value == estimate.high == 4


@few
@given(counts)
def test_shares_are_shares_and_bounds_bound(sizes):
    covered, ways = both(sizes)
    if covered.n > 1:
        assert 0 <= covered.low <= covered.value <= covered.high <= 1
        assert len(sizes) <= ways.low <= ways.value <= ways.high


@few
@given(counts)
def test_a_new_way_lowers_what_is_covered(sizes):
    """Where one more customer goes a way of his own, more is unseen than where he goes the commonest."""
    if sum(sizes) > 1 and max(sizes) > 2:
        new, common = both([*sizes, 1])[0], both([*sorted(sizes)[:-1], max(sizes) + 1])[0]
        assert new.value <= common.value
        assert new.low <= common.low


@few
@given(counts)
def test_the_same_ways_gone_more_often_are_surer(sizes):
    """Ten times as many customers on each way: nothing was seen once or twice any more."""
    covered, ways = both([10 * size for size in sizes])
    assert covered.value == 1
    assert ways.high == len(sizes)


def test_the_estimates_keep_their_word():
    """150 draws of 200 customers from 300 ways of known chances: no bias in the cover, the interval holds it."""
    random = np.random.default_rng(3)
    weights = 1 / np.arange(1, 301)
    weights /= weights.sum()
    errors, held, over = [], 0, 0
    for drawn in random.multinomial(200, weights, 150):
        truth = weights[drawn > 0].sum()
        covered, ways = both(drawn[drawn > 0].tolist())
        errors.append(covered.value - truth)
        held, over = held + (covered.low <= truth <= covered.high), over + (ways.value > 300)
    assert abs(np.mean(errors)) < 0.01
    assert held / 150 > 0.92
    assert over / 150 < 0.2


@pytest.mark.parametrize("customers", [20, 100])
def test_where_hardly_two_go_alike_the_interval_still_holds(customers):
    """150 draws from 5,000 equally likely ways."""
    random, held = np.random.default_rng(5), 0
    for _ in range(150):
        sizes = np.unique(random.integers(0, 5_000, customers), return_counts=True)[1].tolist()
        estimate = both(sizes)[0]
        held += estimate.low <= len(sizes) / 5_000 <= estimate.high
    assert held / 150 > 0.9
