"""Needs, the value zone and turns on logs that can be counted by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from support.rows import assert_rows_keep_their_journeys
from support.toy import rows

import cxkit as cx

MONDAY = datetime(2025, 6, 2, 9, tzinfo=UTC)
REGISTER = [
    {"name": "talk", "evidence": ["Call"], "offerings": ["hotline"], "within": "1d"},
    {"name": "know", "evidence": ["Look"], "offerings": ["page"]},
    {"name": "green", "evidence": []},
]
OFFERED = [
    {"name": "hotline", "activities": ["Answer"], "within": "2h"},
    {"name": "page", "activities": ["Look"], "within": "1h"},
]
STEPS = """
A c1 Order 0, Call 1, Answer 2, Ship 9, Deliver 20
B c2 Order 0, Call 1, Call 5, Look 6, Ship 7
C c3 Order 0, Look 2, Look 3, Ship 4, Deliver 8, Call 9
D c1 Order 40, Call 60, Answer 70, Ship 80
"""
SAID = "c1 talk 9, c1 know 3, c2 know 8, c2 talk 8, c3 green 7, c3 know 2, c9 talk 5"


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """Four journeys of three customers, and what they and a stranger say."""
    events, folder = [], tmp_path_factory.mktemp("needs")
    for line in STEPS.strip().splitlines():
        case, who, steps = line.split(None, 2)
        for step in steps.split(", "):
            name, hours = step.split()
            events.append({"case": case, "who": who, "what": name, "when": MONDAY + timedelta(hours=int(hours))})
    answers = [dict(zip(("who", "wish", "matters"), part.split(), strict=True)) for part in SAID.split(", ")]
    beside = pa.Table.from_pylist([row | {"matters": int(row["matters"])} for row in answers])
    read = cx.read(pa.Table.from_pylist(events)).roles(journey="case", activity="what", time="when", customer="who")
    store = cx.prepare(read.beside("survey", beside, customer="who"), folder, progress=False)
    lanes = {"customer action": ["Order", "Call", "Look"], "front-stage": ["Answer"], "back-stage": ["Ship", "Deliver"]}
    said = cx.Engagement(needs=REGISTER, offerings=OFFERED, lanes=lanes, goals=["Deliver"], informs=["Ship"])
    return cx.open(store.folder, engagement=said)


def test_what_is_shown_and_what_is_said(log):
    """c1 calls twice; c2 calls twice and looks once; c3 looks twice and calls once. c1 says talk, c2 both, c3 green."""
    told = {row["need"]: row for row in log.needs().table.to_pylist()}
    assert told["talk"]["revealed"] == pytest.approx((1 + 2 / 3 + 1 / 3) / 3)
    assert told["know"]["revealed"] == pytest.approx((0 + 1 / 3 + 2 / 3) / 3)
    assert [told[need]["stated"] for need in ("talk", "know", "green")] == pytest.approx([0.5, 1 / 6, 1 / 3])
    assert [told[need]["customers"] for need in ("talk", "know", "green")] == [3, 2, 0]
    assert (told["green"]["verdict"], told["green"]["revealed"]) == ("not observable", None)
    assert told["talk"]["importance"] == pytest.approx((9 + 8) / 2)
    assert told["talk"]["asked"] == 3
    assert told["talk"]["ratio"] == pytest.approx((2 / 3) / 0.5)


def test_without_answers_a_need_is_only_shown(log):
    plain = cx.open(cx.toy_journeys().folder, engagement=cx.Engagement(needs=[{"name": "talk", "evidence": ["Call"]}]))
    assert rows(plain.needs(), "need", "verdict", "customers") == [("talk", "shown", 3)]
    assert "Nobody was asked" in plain.needs().note
    assert cx.toy_journeys().needs().table.num_rows == 0


def test_the_row_of_a_need_keeps_those_who_show_it(log):
    assert assert_rows_keep_their_journeys(log, "needs", {}) == len(REGISTER)


def test_episodes_are_met_in_time_or_not(log):
    """Calls: c1's first is answered after 1 h, the second after 10 h; c2's two within a day are one, never answered;
    c3's is the last event of its journey, but not of the log. Looking is its own answer."""
    cells = {row["offering"]: row for row in log.value_zone().table.to_pylist()}
    told = [(cells["hotline"][word]) for word in ("episodes", "fulfilled", "abandoned", "open", "customers")]
    assert told == [4, 1, 3, 0, 3]
    assert [cells["page"][word] for word in ("episodes", "fulfilled")] == [2, 2]
    assert cells["hotline"]["demand"] == pytest.approx(4 / 6)
    assert cells["hotline"]["fit"] == pytest.approx(1 / 4)
    assert {row["verdict"] for row in cells.values()} == {"too few"}


def test_the_parts_of_all_gaps_are_the_time_from_first_to_last(log):
    table = log.turns().table.to_pydict()
    assert sum(table["seconds"]) == (20 + 7 + 9 + 40) * 3600
    assert dict(zip(table["state"], table["gaps"], strict=True))["over"] == 1
    assert set(cx.open(log.folder).turns().table["state"].to_pylist()) == {"unknown"}


@pytest.mark.parametrize("wrong", [{"target": 2}, {"target": "all"}, {"k": 0}])
def test_a_zone_that_cannot_be_asked_for(log, wrong):
    with pytest.raises(cx.CxError, match="Write a"):
        log.value_zone(**wrong)


def test_another_row_of_needs_is_told(log):
    with pytest.raises(cx.CxError, match=r'No row of needs "patern"\. Closest: "pattern"'):
        log.needs(per="patern")
