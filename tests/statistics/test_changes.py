"""Noise offers no change; a break of three weeks, or a shift, is found where it was planted."""

from __future__ import annotations

import numpy as np
import pytest

from cxkit.statistics.changes import changes

WEEKS = 78


def noise(rng, alike=0.0):
    shocks = rng.normal(size=WEEKS + 30)
    series = np.zeros(WEEKS + 30)
    for week in range(1, WEEKS + 30):
        series[week] = alike * series[week - 1] + shocks[week]
    return series[30:]


@pytest.mark.parametrize("alike", [0.0, 0.3])
def test_noise_offers_a_change_in_at_most_one_series_of_twenty(alike):
    rng = np.random.default_rng(5)
    offered = sum(changes(noise(rng, alike)).p <= 0.05 for _ in range(200))
    assert offered <= 10


@pytest.mark.parametrize(("borders", "size"), [((40, 43), 5.0), ((40, WEEKS), 2.5)])
def test_what_was_planted_is_found(borders, size):
    first, last = borders
    rng, hits = np.random.default_rng(7), 0
    for _ in range(20):
        series = noise(rng)
        series[first:last] += size
        answer = changes(series)
        starts = [stretch.start for stretch in answer.stretches[1:]]
        hits += answer.p <= 0.05 and any(abs(start - first) <= 1 for start in starts)
        levels = [stretch.level for stretch in answer.stretches]
        assert all(level.low < level.value < level.high for level in levels)
    assert hits >= 17


@pytest.mark.parametrize("series", [[], [1.0], [1.0] * 5, [2.0] * 40, [1.0, 9.0] * 3])
def test_what_is_short_or_equal_is_one_stretch(series):
    answer = changes(series)
    assert [(stretch.start, stretch.end) for stretch in answer.stretches] == [(0, len(series))]
    assert answer.p == 1
