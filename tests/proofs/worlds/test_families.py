"""The sample's 16,721 variants read as some twenty families; many variants are bounded in time and memory."""

from __future__ import annotations

import time
import tracemalloc

import pytest

import cxkit as cx


@pytest.fixture(scope="module")
def sample():
    return cx.sample_journeys()


def test_twenty_families_hold_four_fifths_of_the_sample(sample):
    rows = sample.families().table.to_pylist()
    own = [row for row in rows if row["family"] != "other"]
    assert 15 <= len(own) <= 20
    assert sum(row["share"] for row in own) >= 0.8
    assert sum(row["count"] for row in rows) == sample.n.journeys
    assert rows[0]["within"] <= 0.5, "more than half of the steps in common"
    kinds = {row["activities"][0] for row in own}
    assert {"Fault reported", "Renewal offer sent"} <= kinds | {name for row in own for name in row["activities"]}


def test_families_take_a_few_seconds_and_little_memory(sample):
    assert sample.families().table.num_rows
    begun = time.process_time()
    tracemalloc.start()
    assert sample.families(seed=1).table.num_rows
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert time.process_time() - begun < 15, "with every allocation traced"
    assert most < 300_000_000


def test_five_journeys_stand_for_most(sample):
    rows = sample.representatives(5).table.to_pylist()
    assert [row["journey"] is None for row in rows] == [False] * 5 + [True]
    assert sum(row["stands_for"] for row in rows[:5]) >= 0.8 * sample.n.journeys
    for row in rows[:5]:
        assert sample.events(journey=row["journey"]).table["activity"].to_pylist() == row["activities"]
