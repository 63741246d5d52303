"""Shares by customer: closed forms of scipy and statsmodels, laws, and whether the interval keeps its word."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, t
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.proportion import proportion_confint

from cxkit.statistics.intervals import share_by_customer
from cxkit.statistics.resampling import drawn

journeys = st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=1, max_size=40)
few = settings(max_examples=30, deadline=None)


def ends(estimate):
    return estimate.low, estimate.high


def alike(random, customers, share, icc, mean=2.5):
    """Journeys and hits of customers, each of whom has a share of his own: beta-binomial, with the correlation icc."""
    m = 1 + random.poisson(mean - 1, customers)
    own = random.beta(share * (1 - icc) / icc, (1 - share) * (1 - icc) / icc, customers)
    return m, random.binomial(m, own)


def columns(rows):
    customers, hits = zip(*rows, strict=True)
    return np.array(customers), np.array(hits)


# ---- closed forms ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hits", "n"), [(0, 7), (7, 7), (1, 2), (30, 100), (1, 100_000)])
def test_with_one_journey_each_it_is_wilsons_interval(hits, n):
    estimate = share_by_customer(np.arange(n), np.arange(n) < hits)
    oracle = binomtest(hits, n).proportion_ci(0.95, "wilson")
    assert estimate.value == hits / n
    assert estimate.n == n
    assert estimate.unit == "customers"
    assert ends(estimate) == pytest.approx((oracle.low, oracle.high), abs=1e-12)


def test_the_variance_is_the_clustered_one_of_a_regression_on_journeys():
    """An intercept, fitted over journeys with errors clustered by customer, has the same value and error."""
    m, y = alike(np.random.default_rng(2), 60, 0.3, 0.4)
    customers = np.repeat(np.arange(60), m)
    hits = np.concatenate([np.arange(of) < hit for hit, of in zip(y, m, strict=True)])
    fit = OLS(hits.astype(float), np.ones(len(hits))).fit(cov_type="cluster", cov_kwds={"groups": customers})
    share, variance, total = fit.params[0], fit.bse[0] ** 2, m.sum()
    size = share * (1 - share) / variance * total / (total - 1) * (t.isf(0.025, total - 1) / t.isf(0.025, 59)) ** 2
    estimate = share_by_customer(customers, hits)
    assert estimate.value == pytest.approx(share)
    assert ends(estimate) == pytest.approx(proportion_confint(share * size, size, method="wilson"))


def test_the_clustered_variance_by_hand():
    """Customers with 2 of 2, 0 of 2 and 1 of 1: R = 3/5, residuals .8, -1.2, .4, V = 3/2 x 2.24 / 25."""
    size = 5 / (3 / 2 * 2.24 / 25) * (0.24 / 4) * (t.isf(0.025, 4) / t.isf(0.025, 2)) ** 2
    estimate = share_by_customer(list("aabbc"), [1, 1, 0, 0, 1])
    assert estimate.value == 0.6
    assert ends(estimate) == pytest.approx(proportion_confint(0.6 * size, size, method="wilson"))


def test_where_all_count_each_customer_tells_once():
    """Three customers with two journeys each tell as much as 36 / 12 = 3 journeys, corrected for few customers."""
    estimate = share_by_customer([1, 1, 2, 2, 3, 3], [1] * 6)
    size = 3 * (t.isf(0.025, 5) / t.isf(0.025, 2)) ** 2
    assert ends(estimate) == pytest.approx(proportion_confint(size, size, method="wilson"))


def test_of_one_customer_nothing_follows_and_of_none_less():
    single, none = share_by_customer([1, 1], [1, 0]), share_by_customer([], [])
    assert (single.value, single.low, single.high, single.half_width, single.n) == (0.5, None, None, None, 1)
    assert (none.value, none.low, none.high, none.n) == (None, None, None, 0)


def test_customers_who_are_all_alike_tell_as_much_as_their_journeys():
    estimate = share_by_customer([1, 1, 2, 2, 3, 3, 4, 4], [1, 0] * 4)
    size = 8 * (t.isf(0.025, 7) / t.isf(0.025, 3)) ** 2
    assert ends(estimate) == pytest.approx(proportion_confint(size / 2, size, method="wilson"))


# ---- laws ------------------------------------------------------------------------------------------------------------


@few
@given(journeys)
def test_the_value_lies_within_and_all_is_a_share(rows):
    customers, hits = columns(rows)
    estimate = share_by_customer(customers, hits)
    assert estimate.value == pytest.approx(hits.mean())
    assert estimate.n == len(set(customers.tolist()))
    if estimate.n > 1:
        assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1


@few
@given(journeys)
def test_what_does_not_count_is_the_mirror_of_what_does(rows):
    customers, hits = columns(rows)
    estimate, rest = share_by_customer(customers, hits), share_by_customer(customers, ~hits)
    assert estimate.value == pytest.approx(1 - rest.value)
    if estimate.n > 1:
        assert ends(estimate) == pytest.approx((1 - rest.high, 1 - rest.low), abs=1e-9)


@few
@given(journeys, st.randoms(use_true_random=False))
def test_neither_order_nor_names_nor_counting_before_matter(rows, random):
    estimate = share_by_customer(*columns(rows))
    again = [(f"C{customer}", hit) for customer, hit in rows]
    random.shuffle(again)
    codes = sorted({customer for customer, _ in rows})
    counted = [(sum(hit for c, hit in rows if c == code), sum(c == code for c, _ in rows)) for code in codes]
    for other in (share_by_customer(*columns(again)), share_by_customer(codes, *zip(*counted, strict=True))):
        assert (other.value, other.n) == (pytest.approx(estimate.value), estimate.n)
        if estimate.n > 1:
            assert ends(other) == pytest.approx(ends(estimate), abs=1e-9)


@pytest.mark.parametrize("share", [0, 0.2, 1])
def test_more_customers_of_the_same_kind_say_more(share):
    widths = []
    for times in (1, 2, 4, 8):
        hits = np.tile(np.arange(20) < 20 * share, times)
        widths.append(share_by_customer(np.arange(len(hits)) // 2, hits).half_width)
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] < widths[0] / 2


def test_journeys_of_one_customer_that_are_alike_say_less():
    hits = np.arange(400) % 4 == 0
    mixed, alone = share_by_customer(np.arange(400) // 4, hits), share_by_customer(np.arange(400), hits)
    together = share_by_customer(np.arange(400) % 100, hits)  # each customer's four all count, or none
    assert mixed.value == alone.value == together.value
    assert together.half_width > 1.9 * alone.half_width
    assert mixed.half_width <= 1.01 * alone.half_width


# ---- simulations -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("customers", "share", "icc"), [(15, 0.5, 0.8), (40, 0.1, 0.3), (150, 0.3, 0.5)])
def test_the_interval_keeps_its_word_where_journeys_are_alike(customers, share, icc):
    """Of 150 logs about 142 intervals hold the true share; those that take journeys as independent, far fewer."""
    random, held, naive = np.random.default_rng(7), 0, 0
    for _ in range(150):
        m, y = alike(random, customers, share, icc)
        estimate = share_by_customer(np.arange(customers), y, m)
        low, high = proportion_confint(y.sum(), m.sum(), method="wilson")
        held, naive = held + (estimate.low <= share <= estimate.high), naive + (low <= share <= high)
    assert 0.9 <= held / 150 <= 0.99
    assert naive < held - 5


def test_samples_of_customers_spread_as_wide():
    """The bootstrap of customers, an independent way, gives the same width."""
    m, y = alike(np.random.default_rng(11), 300, 0.3, 0.5)
    samples = drawn(300, 2_000, seed=1)
    low, high = np.quantile((samples @ y) / (samples @ m), [0.025, 0.975])
    estimate = share_by_customer(np.arange(300), y, m)
    assert estimate.half_width == pytest.approx((high - low) / 2, rel=0.08)
    assert ends(estimate) == pytest.approx((low, high), abs=0.01)
