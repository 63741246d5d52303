"""Stages: roll-ups add up, whatever the stages are; what has no stage is a place of its own."""

from __future__ import annotations

from collections import Counter
from itertools import groupby, pairwise

import pytest
from support.toy import bound, ids

import cxkit as cx
from cxkit import where as w

STAGES = {
    "two": {"buy": ["Order", "Pay"], "get": ["Ship", "Deliver"]},
    "all": {"order": ["Order"], "care": ["Call", "Cancel"], "rest": ["Pay", "Ship", "Deliver"]},
    "one for all": {"all": ["Order", "Pay", "Ship", "Deliver", "Call", "Cancel"]},
    "not of this log": {"none": ["Refund"], "late": ["Ship"], "later": []},
    "each its own": {name.lower(): [name] for name in ("Deliver", "Cancel", "Ship", "Order", "Pay", "Call")},
}
SELECTIONS = {
    "whole": lambda j: j,
    "kept": lambda j: j.keep(w.contains("Call") | w.contains("Cancel")),
    "nothing": lambda j: j.keep(w.starts_with("Pay")),
    "trimmed": lambda j: j.trim(since="2025-06-05", until="2025-06-10"),
}
PATHS = {
    ("buy", "get"): 4,
    ("buy", "(no stage)"): 4,
    ("buy",): 2,
    ("buy", "(no stage)", "buy", "get"): 1,
    ("buy", "(no stage)", "get"): 1,
}


@pytest.fixture(params=STAGES)
def stages(request):
    return STAGES[request.param]


@pytest.fixture(params=SELECTIONS)
def journeys(request, toy, stages):
    return SELECTIONS[request.param](bound(toy, cx.Engagement(stages=stages)))


def stage_of(stages):
    return {activity: name for name, activities in stages.items() for activity in activities}


def test_moves_between_stages_are_the_moves_between_their_activities(journeys, stages):
    of = stage_of(stages)
    moves, seconds, inside = Counter(), Counter(), 0
    for row in journeys.process_map().table.to_pylist():
        ends = [name and of.get(name, "(no stage)") for name in (row["activity"], row["next_activity"])]
        if ends[0] == ends[1]:
            inside += row["count"]
            continue
        moves[tuple(ends)] += row["count"]
        seconds[tuple(ends)] += row["count"] * (row["mean_seconds"] or 0)
    found = {
        (row["activity"], row["next_activity"]): row for row in journeys.process_map(level="stage").table.to_pylist()
    }
    assert {move: row["count"] for move, row in found.items()} == moves
    for move, row in found.items():
        assert row["count"] * (row["mean_seconds"] or 0) == pytest.approx(seconds[move])
        assert row["journeys"] <= row["count"]
        assert row["journeys"] <= journeys.n.journeys
    visits = sum(row["count"] for row in found.values() if row["next_activity"])
    assert visits + inside == journeys.summary().table["events"][0].as_py()


def test_variants_of_stages_are_those_of_activities_with_repeats_as_one(journeys, stages):
    of, paths = stage_of(stages), Counter()
    for row in journeys.variants().table.to_pylist():
        path = [of.get(name, "(no stage)") for name in row["activities"]]
        paths[tuple(name for name, _ in groupby(path))] += row["count"]
    rows = journeys.variants(level="stage").table.to_pylist()
    assert {tuple(row["activities"]): row["count"] for row in rows} == paths
    assert [row["length"] for row in rows] == [len(row["activities"]) for row in rows]
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    counts = [row["count"] for row in rows]
    assert counts == sorted(counts, reverse=True)
    assert sum(counts) == journeys.n.journeys
    moves = Counter(move for path, count in paths.items() for move in pairwise(path) for _ in range(count))
    found = {
        (row["activity"], row["next_activity"]): row["count"]
        for row in journeys.process_map(level="stage").table.to_pylist()
        if row["activity"] and row["next_activity"]
    }
    assert found == moves


def test_customers_and_journeys_of_a_move_counted_event_by_event(journeys, stages):
    of, takers = stage_of(stages), {}
    owner = dict(zip(*(journeys.journeys(rows=1_000).df()[name] for name in ("journey", "customer")), strict=True))
    events = journeys.events(rows=1_000).df()
    for journey, part in events.groupby("journey") if len(events) else ():
        visits = [name for name, _ in groupby(of.get(name, "(no stage)") for name in part["activity"])]
        for move in pairwise([None, *visits, None]):
            takers.setdefault(move, set()).add(journey)
    rows = journeys.process_map(level="stage", customers=True).table.to_pylist()
    found = {(row["activity"], row["next_activity"]): (row["journeys"], row["customers"]) for row in rows}
    assert found == {move: (len(own), len({owner[journey] for journey in own})) for move, own in takers.items()}


def test_the_toys_stages_counted_by_hand(toy):
    journeys = bound(toy, cx.Engagement(stages=STAGES["two"]))
    rows = journeys.variants(level="stage", top=3).table.to_pylist()
    assert {tuple(row["activities"]): row["count"] for row in rows}.items() <= PATHS.items()
    assert "8 of 40 events have none" in repr(journeys.variants(level="stage"))
    assert "8 of 40 events have none" in journeys.process_map(level="stage").chart().svg
    whole = bound(toy, cx.Engagement(stages=STAGES["one for all"]))
    assert "every event has one" in repr(whole.process_map(level="stage"))


def test_a_stage_is_an_attribute_of_events(toy):
    journeys = bound(toy, cx.Engagement(stages=STAGES["two"], lanes={"support": ["Call", "Cancel"]}))
    assert journeys.attributes["stage"] == journeys.attributes["lane"] == "derived: text of each event"
    assert ids(journeys.keep(w.attribute("lane", "support"))) == "A05 A06 A07 A08 A11 A12"
    assert ids(journeys.drop(w.attribute("stage", "get"))) == "A07 A08 A09 A10 A11 A12"
    told = journeys.events(journey="A12").df()[["activity", "stage", "lane"]].fillna("").values.tolist()
    assert told == [["Order", "buy", ""], ["Call", "", "support"], ["Cancel", "", "support"]]


def test_a_column_of_the_log_goes_before_the_sections(toy):
    assert bound(toy, cx.Engagement(channels={"talk": ["Call"]})).attributes["channel"] == "text of each event"
    named = cx.Engagement(stages=STAGES["two"], roles={"stage": "channel"})
    assert "stage" not in bound(toy, named).attributes


def test_an_activity_of_two_channels_has_none(toy, tmp_path):
    log = cx.read(cx.toy_table()).roles(journey="order", activity="step", time="when", event_attributes=[])
    cx.prepare(log, tmp_path / "s", progress=False)
    said = cx.Engagement(channels={"web": ["Order", "Pay"], "shop": ["Order"], "phone": ["Call"]})
    journeys = cx.open(tmp_path / "s", engagement=said)
    found = journeys.events(journey="A05").df()[["activity", "channel"]].fillna("").values.tolist()
    assert found == [["Order", ""], ["Call", "phone"], ["Pay", "web"], ["Ship", ""], ["Deliver", ""]]


@pytest.mark.parametrize("ask", ["process_map", "variants"])
def test_what_cannot_be_asked_is_told(toy, ask):
    with pytest.raises(cx.CxError, match="No stage of this log's activities is known"):
        getattr(toy, ask)(level="stage")
    with pytest.raises(cx.CxError, match="No stage of this log's activities is known"):
        getattr(bound(toy, cx.Engagement(stages={"late": ["Refund"]})), ask)(level="stage")
    with pytest.raises(cx.CxError, match=r'No level "stages". Closest: "stage"'):
        getattr(toy, ask)(level="stages")
