"""An estimate says how wide its interval is and how far another value lies from it."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxkit.statistics.estimate import Estimate


def between(low, value, high):
    return Estimate(value, low, high, n=10, unit="customers", method="by hand")


def test_half_width_and_distance_by_hand():
    estimate = between(0.2, 0.3, 0.6)
    assert estimate.half_width == pytest.approx(0.2)
    assert estimate.distance(0.3) == 0
    assert estimate.distance(0.1) == pytest.approx(2)  # a width of .1 below
    assert estimate.distance(0.9) == pytest.approx(2)  # and of .3 above


def test_of_the_unknown_nothing_is_outside():
    assert between(None, None, None).half_width is None
    assert between(None, 0.3, None).half_width is None
    assert between(None, None, None).distance(5) == 0
    assert between(None, 0.3, None).distance(5) == 0
    assert between(None, 3, 4).distance(1) == 0
    assert between(None, 3, 4).distance(5) == 2


def test_an_interval_without_width_holds_its_value_only():
    assert between(5, 5, 5).distance(5) == 0
    assert between(5, 5, 5).distance(6) == math.inf == between(5, 5, 5).distance(4)


@given(st.lists(st.integers(-50, 50), min_size=3, max_size=3, unique=True), st.integers(-100, 100))
def test_what_is_farther_than_one_is_outside(ends, other):
    low, value, high = sorted(ends)
    assert (between(low, value, high).distance(other) > 1) == (not low <= other <= high)


def test_an_estimate_does_not_change():
    with pytest.raises(FrozenInstanceError):
        between(1, 2, 3).value = 4
    assert between(1, 2, 3) == between(1, 2, 3)
    assert between(1, 2, 3).seed is None
