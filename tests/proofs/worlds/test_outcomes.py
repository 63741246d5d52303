"""Does the product tell how the sample's journeys ended, from the log and the engagement file alone?"""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest
from support.machine import ROOT

import cxkit as cx

TRUTH = json.loads((ROOT / "data" / "truth" / "truth.json").read_text(encoding="utf-8"))["truths"]
ENDED = ("goal", "cancel", "silent")


@pytest.fixture(scope="module")
def journeys():
    return cx.sample_journeys()


@pytest.mark.parametrize("ending", ENDED)
@pytest.mark.parametrize(("by", "part"), [(None, None), ("kind", "kinds")])
def test_shares_of_ended_journeys_are_the_truth_within_its_half_width(journeys, ending, by, part):
    entry = TRUTH[f"outcome.{ending}"]
    planted = entry[part] if part else {"all": entry}
    found = journeys.outcomes(by=by).df().set_index(["segment", "outcome"])
    assert {segment for segment, _ in found.index} == set(planted)
    for segment, truth in planted.items():
        assert abs(found.share[segment, ending] - truth["realised"]) <= truth["half_width"], segment
        assert found.share_low[segment, ending] <= found.share[segment, ending] <= found.share_high[segment, ending]


def test_open_journeys_are_counted_apart(journeys):
    found = journeys.outcomes().df().set_index("outcome")["count"]
    entry = TRUTH["outcome.open"]
    assert abs(found["open"] / found.sum() - entry["realised"]) <= entry["half_width"]
    assert found.sum() == journeys.n.journeys


def test_journey_by_journey_only_the_silence_is_uncertain(journeys):
    """Who fell silent in the last month is open to everybody; hardly anybody is silent and comes back."""
    hidden = pq.read_table(ROOT / "data" / "truth" / "journeys.parquet").to_pandas().set_index("journey")["ending"]
    told = journeys.journeys(rows=10_000)
    pages = [journeys.journeys(page=page, rows=10_000).df() for page in (1, 2)]
    found = {row.journey: row.outcome for page in pages for row in page.itertuples()}
    assert len(found) == told.n.journeys == len(hidden)
    pairs = hidden.to_frame("truth").assign(told=found).groupby(["truth", "told"]).size()
    assert set(pairs.index) <= {*((word, word) for word in (*ENDED, "open")), ("silent", "open"), ("open", "silent")}
    assert pairs["silent", "open"] < 0.1 * (hidden == "silent").sum()
    assert pairs.get(("open", "silent"), 0) <= 0.05 * (hidden == "open").sum()
