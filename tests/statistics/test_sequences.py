"""Distances against brute force, the normal form of traces against every swap, the greedy cover against all covers."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxkit.statistics import sequences
from cxkit.statistics.sequences import collapsed, commuting, covers, distances, settled

WORDS = st.text("abcd", min_size=1, max_size=7)
FREE = {"a": frozenset("bc"), "b": frozenset("a"), "c": frozenset("ad"), "d": frozenset("c")}


def common(word, other):
    """The length of the longest common subsequence, by trying every subset of the shorter word."""
    short, long = sorted((word, other), key=len)
    for size in range(len(short), 0, -1):
        for places in combinations(range(len(short)), size):
            steps = iter(long)
            if all(short[place] in steps for place in places):
                return size
    return 0


@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=4), st.lists(WORDS, min_size=1, max_size=4))
def test_the_distance_is_that_of_brute_force(words, others):
    found = distances(words, others)
    for row, word in zip(found, words, strict=True):
        for far, other in zip(row, others, strict=True):
            assert far == pytest.approx(1 - 2 * common(word, other) / (len(word) + len(other)))
    near = distances(words, others, 0.5)
    assert (near[found <= 0.5] == found[found <= 0.5]).all()
    assert (near[found > 0.5] == 1).all()


@settings(max_examples=60, deadline=None)
@given(WORDS)
def test_all_words_of_a_trace_have_one_normal_form(word):
    trace, new = {word}, {word}
    while new:
        swaps = {
            other[:place] + other[place + 1] + other[place] + other[place + 2 :]
            for other in new
            for place in range(len(other) - 1)
            if other[place + 1] in FREE[other[place]]
        }
        new = swaps - trace
        trace |= new
    assert {settled(other, FREE) for other in trace} == {collapsed(min(trace))}


def test_neighbours_commute_where_both_orders_are_usual_and_no_loop():
    # a before b 14 times and after it 6 times: 30 % of 20. c and d as often, but back and forth. e and f too seldom.
    words = ["ab", "ba", "cdc", "dcd", "ef", "fe", "gh", "hg"]
    free = commuting(words, [14, 6, 7, 7, 9, 9, 15, 5])
    assert free == {"a": frozenset("b"), "b": frozenset("a")}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(WORDS, st.integers(1, 9)), min_size=1, max_size=7), st.integers(1, 3))
def test_a_greedy_cover_is_within_its_bound(weighted, most):
    words, weights = [word for word, _ in weighted], np.array([weight for _, weight in weighted])
    apart = distances(words, words)
    for cover in covers(apart, weights, most, (0.0, 0.3, 0.6)):
        within = apart <= cover.reach
        held = [
            weights[within[list(some)].any(axis=0)].sum()
            for some in combinations(range(len(words)), min(most, len(words)))
        ]
        assert cover.covered == pytest.approx(weights[within[list(cover.places)].any(axis=0)].sum() / weights.sum())
        assert cover.covered >= (1 - 1 / np.e) * max(held) / weights.sum() - 1e-9
        assert len(cover.places) <= most


def test_nothing_is_covered_by_nothing():
    assert [cover.places for cover in covers(np.zeros((0, 0)), np.zeros(0), 3, (0.5,))] == [()]
    assert sequences.distances(["ab"], ["ab"]).tolist() == [[0.0]]
