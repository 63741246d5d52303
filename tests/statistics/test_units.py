"""Sums by customer: by hand, and against plain Python."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxkit.statistics.units import by_customer

rows = st.lists(st.tuples(st.integers(-3, 5), st.integers(0, 3), st.integers(0, 4)), max_size=30)


def test_by_hand():
    """Customer a has three journeys, two of which count; b has one that does; c none that says anything."""
    y, m = by_customer(list("abacab"), [1, 1, 0, 0, 1, 0], [1, 1, 1, 0, 1, 0])
    assert y.tolist() == [2, 1]
    assert m.tolist() == [3, 1]


def test_without_rows_there_is_nobody():
    y, m = by_customer([], [])
    assert len(y) == len(m) == 0


@settings(max_examples=40, deadline=None)
@given(rows)
def test_plain_python_sums_alike(drawn):
    values, weights = Counter(), Counter()
    for customer, value, of in drawn:
        values[customer] += value
        weights[customer] += of
    told = [customer for customer in sorted(weights) if weights[customer]]
    y, m = (
        by_customer(*(np.array(column, int) for column in zip(*drawn, strict=True))) if drawn else by_customer([], [])
    )
    assert y.tolist() == [values[customer] for customer in told]
    assert m.tolist() == [weights[customer] for customer in told]


def test_a_row_per_journey_and_a_row_per_customer_say_the_same():
    single = by_customer([4, 4, 9, 4], [True, False, True, True])
    counted = by_customer([9, 4], [1, 2], [1, 3])
    assert [column.tolist() for column in single] == [column.tolist() for column in counted]


def test_columns_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="length"):
        by_customer([1, 2], [1])
