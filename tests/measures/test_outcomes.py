"""Outcomes of the toy counted by hand, and laws of the shares."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from support.toy import bound, rows

import cxkit as cx
from cxkit import where as w

# The log ends with A11 at 289 h; A06 ended at 217 h, A09 at 193 h, A10 at 220 h: 72, 96 and 69 h before.
ENDS = {"goals": ["Deliver"], "cancels": ["Cancel"]}
TOY = {
    "2d": [("goal", 5, 5), ("cancel", 4, 4), ("silent", 3, 3), ("open", 0, 0)],
    "69h": [("goal", 5, 5), ("cancel", 4, 4), ("silent", 2, 2), ("open", 1, 1)],  # A10 is within it
    "3d": [("goal", 5, 5), ("cancel", 4, 4), ("silent", 1, 1), ("open", 2, 2)],
    "4d": [("goal", 5, 5), ("cancel", 4, 4), ("silent", 0, 0), ("open", 3, 3)],
    None: [("goal", 5, 5), ("cancel", 4, 4), ("silent", 0, 0), ("open", 3, 3)],
}
BY_PLAN = {
    "basic": {"goal": 3, "cancel": 2, "silent": 1, "open": 0},
    "plus": {"goal": 2, "cancel": 1, "silent": 2, "open": 0},
    "(missing)": {"goal": 0, "cancel": 1, "silent": 0, "open": 0},
}


@pytest.mark.parametrize("silence", TOY)
def test_the_toy_counted_by_hand(toy, silence):
    result = bound(toy, cx.Engagement(**ENDS, silence=silence)).outcomes()
    assert rows(result, "outcome", "count", "customers") == TOY[silence]
    assert ("No silence is declared" in repr(result)) == (silence is None)
    ended = sum(count for outcome, count, _ in TOY[silence] if outcome != "open")
    shares = rows(result, "outcome", "share")
    assert shares == [(word, None if word == "open" else count / ended) for word, count, _ in TOY[silence]]


def test_by_an_attribute_and_by_a_tag(toy):
    journeys = bound(toy, cx.Engagement(**ENDS, silence="2d"))
    found = {}
    for segment, outcome, count in rows(journeys.outcomes(by="plan"), "segment", "outcome", "count"):
        found.setdefault(segment, {})[outcome] = count
    assert found == BY_PLAN
    assert list(found) == list(BY_PLAN)
    called = journeys.tag("called", w.contains("Call")).outcomes(by="called").df().set_index(["segment", "outcome"])
    assert called["count"][["true"]].tolist() == [1, 1, 1, 0]
    crossed = journeys.outcomes(by="outcome").df()
    assert crossed[crossed["count"] > 0][["segment", "outcome"]].values.tolist() == [
        [word] * 2 for word in found["plus"] if word != "open"
    ]


@pytest.mark.parametrize("by", [None, "plan", "outcome"])
@pytest.mark.parametrize("silence", TOY)
def test_everything_adds_up(toy, silence, by):
    journeys = bound(toy, cx.Engagement(**ENDS, silence=silence)).drop(w.attribute("channel", "desk"))
    found = journeys.outcomes(by=by).df()
    assert found["count"].sum() == journeys.n.journeys == 6
    sizes = journeys.segments(by=by).df().set_index("segment")["count"] if by else {"all": journeys.n.journeys}
    for segment, part in found.groupby("segment"):
        assert part["count"].sum() == sizes[segment]
        assert part["outcome"].tolist() == [
            "goal",
            "cancel",
            "silent",
            "open",
        ]
        shares = part["share"].dropna()
        assert shares.sum() == pytest.approx(1) if len(shares) else part["count"].iloc[:3].sum() == 0
    known = found.dropna(subset=["share_low"])
    assert (known["share_low"] <= known["share"]).all()
    assert (known["share"] <= known["share_high"]).all()
    assert not found[found.outcome == "open"][["share", "share_low", "share_high"]].notna().any(axis=None)


def test_a_goal_that_is_followed_by_a_cancel_is_a_goal(toy):
    said = cx.Engagement(goals=["Pay"], cancels=["Cancel"])  # A11: Order, Pay, Cancel
    assert rows(bound(toy, said).outcomes(), "outcome", "count")[:2] == [("goal", 9), ("cancel", 3)]
    other = cx.Engagement(goals=["Cancel"], cancels=["Pay"])
    assert rows(bound(toy, other).outcomes(), "outcome", "count")[:2] == [("goal", 4), ("cancel", 8)]


def test_nothing_is_invented(toy):
    for journeys in (toy, bound(toy, cx.Engagement(silence="2d"))):
        result = journeys.outcomes()
        assert result.table.num_rows == 0
        assert 'such as goals = ["Deliver"]' in repr(result)
        assert "Name goals in the engagement file" in result.chart().svg
        assert "goal_journeys" not in journeys.summary().table.column_names
        assert result.table.schema == bound(toy, cx.Engagement(**ENDS)).outcomes().table.schema


def test_the_summary_says_how_journeys_ended(toy):
    journeys = bound(toy, cx.Engagement(**ENDS, silence="3d"))
    words = [f"{word}_journeys" for word in ("goal", "cancel", "silent", "open")]
    assert rows(journeys.summary(), *words) == [(5, 4, 1, 2)]
    text = " ".join(ET.fromstring(journeys.summary().chart().svg).itertext())
    assert "Goal reached" in text
    assert "of 10 ended journeys" in text
    assert "Still open" in text
    nobody = journeys.keep(w.attribute("outcome", "open"))
    assert rows(nobody.summary(), *words) == [(0, 0, 0, 2)]
    assert "of 0 ended journeys" in " ".join(ET.fromstring(nobody.summary().chart().svg).itertext())


def test_the_picture_cuts_each_bar_into_its_outcomes(toy):
    result = bound(toy, cx.Engagement(**ENDS, silence="3d")).outcomes(by="plan")
    drawing = ET.fromstring(result.chart().svg)
    bars = drawing.findall(".//*[@class='cx-bar']")
    drawn = [[part.get("data-outcome") for part in bar.findall(".//*[@class='cx-outcome']")] for bar in bars]
    assert drawn == [["goal", "cancel"], ["goal", "cancel", "silent"], ["cancel"]]
    assert "5 ended, 1 still open" in "".join(bars[0].itertext())
    assert "2 smaller segments with 6 journeys left out." in " ".join(ET.fromstring(result.chart(top=1).svg).itertext())


def test_a_number_names_its_engagement(toy):
    said = cx.Engagement(**ENDS)
    journeys = bound(toy, said)
    mark = f"engagement {said.fingerprint[:8]}"
    for result in (journeys.summary(), journeys.keep(w.contains("Pay")).outcomes(), journeys.data_plan()):
        assert mark in repr(result)
        assert mark in result.chart().svg
    assert mark in journeys.events()._repr_html_()
    assert "engagement" not in repr(toy.summary())
    assert cx.Engagement(**ENDS).fingerprint == said.fingerprint != cx.Engagement(**ENDS, silence="1d").fingerprint
