"""Cumulative incidence against statsmodels and lifelines, and its interval against Greenwood's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight

from cxkit.statistics.survival import horizon, incidence

LINES = st.lists(st.tuples(st.integers(1, 9), st.integers(0, 2)), min_size=2, max_size=40)


def at_times(times, values, at, before=0.0):
    """A step curve at some times."""
    places = np.searchsorted(times, at, side="right") - 1
    return np.where(places < 0, before, np.asarray(values)[places])


def drawn(n, seed=0):
    draw = np.random.default_rng(seed)
    ends = np.stack([draw.exponential(scale, n) for scale in (3.0, 5.0, 4.0)])
    return ends.min(axis=0), ends.argmin(axis=0)


@settings(max_examples=60, deadline=None)
@given(LINES)
def test_as_statsmodels_estimates_it(lines):
    times, causes = (np.array(column) for column in zip(*lines, strict=True))
    at = np.arange(10)
    found = incidence(times, causes, np.arange(len(times)), at, 2)
    if (causes > 0).any():
        with np.errstate(all="ignore"):  # where all have ended, its error is unknown
            theirs = CumIncidenceRight(times, causes)
        for cause in range(min(causes.max(), 2)):
            assert found.share[cause] == pytest.approx(at_times(theirs.times, theirs.cinc[cause], at))
    alone = incidence(times, (causes > 0).astype(int), np.arange(len(times)), at, 1)
    if (causes > 0).any():
        with np.errstate(all="ignore"):
            kaplan = SurvfuncRight(times, causes > 0)
        assert 1 - alone.share[0] == pytest.approx(at_times(kaplan.surv_times, kaplan.surv_prob, at, 1.0))
    assert found.left.tolist() == [(times > moment).sum() for moment in at]


def test_as_lifelines_estimates_it():
    lifelines = pytest.importorskip("lifelines")
    times, causes = drawn(400)
    at = np.linspace(0.2, 4, 12)
    found = incidence(times, causes, np.arange(400), at, 2)
    for cause in (1, 2):
        theirs = lifelines.AalenJohansenFitter(calculate_variance=False).fit(times, causes, event_of_interest=cause)
        curve = theirs.cumulative_density_
        assert found.share[cause - 1] == pytest.approx(at_times(curve.index, curve.iloc[:, 0], at))
    kaplan = lifelines.KaplanMeierFitter().fit(times, causes > 0).survival_function_
    alone = incidence(times, (causes > 0).astype(int), np.arange(400), at, 1)
    assert 1 - alone.share[0] == pytest.approx(at_times(kaplan.index, kaplan.iloc[:, 0], at))


def test_the_interval_is_about_greenwoods_where_customers_have_one_journey():
    times, causes = drawn(2_000)
    at = np.array([0.5, 1.0, 2.0])
    found = incidence(times, (causes > 0).astype(int), np.arange(2_000), at, 1)
    kaplan = SurvfuncRight(times, causes > 0)
    greenwood = at_times(kaplan.surv_times, kaplan.surv_prob_se, at)
    assert (found.high - found.low)[0] / 2 / 1.96 == pytest.approx(greenwood, rel=0.35)


def test_the_interval_is_wider_where_customers_have_many_journeys():
    times, causes = drawn(400)
    copies = np.tile(np.arange(400), 5)
    at = np.array([1.0])
    same = incidence(np.tile(times, 5), np.tile(causes, 5), copies, at, 2)
    once = incidence(times, causes, np.arange(400), at, 2)
    apart = incidence(np.tile(times, 5), np.tile(causes, 5), np.arange(2_000), at, 2)
    widths = [float((answer.high - answer.low)[0, 0]) for answer in (same, once, apart)]
    assert widths[0] == pytest.approx(widths[1], rel=1e-9)
    assert widths[2] < 0.7 * widths[0]


def test_of_one_customer_nobody_knows_how_sure_it_is():
    found = incidence([1, 2], [1, 0], [7, 7], [1.0, 2.0], 1)
    assert found.share.tolist() == [[0.5, 0.5]]
    assert np.isnan(found.low).all()
    assert horizon([1, 2, 3]) == pytest.approx(2.9)
