"""Journeys over time: the toy counted by hand, on both engines; periods of every kind; what the edges may not say."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pyarrow as pa
import pytest
from support.rows import assert_rows_keep_their_journeys
from support.toy import bound, hours, rows

import cxkit as cx

ENDS = {"goals": ["Deliver"], "cancels": ["Cancel"], "silence": "2d"}
COUNTS = ("period", "complete", "started", "customers", "completed", "reached", "cancelled", "ended", "open")


@pytest.fixture(scope="module")
def toy_there(engine):
    """The toy log's journeys on the engine under test."""
    return cx.toy_journeys(engine=engine)


# Nine in ten of the journeys take up to 96.9 h, and a customer may be silent for 48: those that began up to 144.1 h
# before the log's end at 289 h are old enough. A07 began at 144 h.
def test_weeks_of_the_toy(toy_there):
    answer = bound(toy_there, cx.Engagement(**ENDS)).over_time(per="week")
    assert rows(answer, *COUNTS) == [
        ("2025-W23", False, 7, 6, 4, 3, 1, 7, 0),
        ("2025-W24", False, 5, 5, 8, 2, 3, 0, 5),
    ]
    assert rows(answer, "goal_share", "median_seconds", "within_seconds")[0] == (5 / 7, *hours(74, 144.9))
    low, high = rows(answer, "share_low", "share_high")[0]
    assert 0.2 < low < 5 / 7 < high < 1
    assert rows(answer, "goal_share", "share_low", "median_seconds")[1] == (None, None, None)


def test_days_of_the_toy_add_up_and_are_there_when_empty(toy_there):
    answer = toy_there.over_time(per="day")
    days = rows(answer, "first_day", "started", "completed")
    assert [day for day, *_ in days] == [date(2025, 6, 2) + timedelta(days=place) for place in range(13)]
    assert [sum(column) for column in list(zip(*days, strict=True))[1:]] == [12, 12]
    assert rows(answer, "reached", "goal_share")[0] == (None, None), "nobody said what a goal is"
    assert answer.table["complete"].to_pylist() == [False, *[True] * 11, False]


@pytest.mark.parametrize("call", [{"per": "day"}, {"per": "week", "by": "plan"}, {"per": "month"}], ids=str)
def test_a_row_keeps_the_journeys_that_started_then(toy_there, call):
    assert assert_rows_keep_their_journeys(toy_there, "over_time", call)


def test_rarer_values_stand_together_and_can_be_kept(tmp_path):
    when = datetime(2025, 6, 2, tzinfo=UTC)
    kinds = [None, *(f"k{place}" for place in range(8) for _ in range(9 - place))]
    table = [{"case": str(n), "what": "Go", "when": when + timedelta(days=n), "kind": kinds[n]} for n in range(45)]
    log = cx.read(pa.Table.from_pylist(table)).roles(journey="case", activity="what", time="when")
    log = log.roles(journey="case", activity="what", time="when", journey_attributes=["kind"])
    journeys = cx.prepare(log, tmp_path / "store", progress=False)
    answer = journeys.over_time(per="month", by="kind")
    assert list(dict.fromkeys(answer.table["segment"].to_pylist())) == [*(f"k{n}" for n in range(6)), "(other)"]
    assert sum(answer.table["started"].to_pylist()) == 45
    assert_rows_keep_their_journeys(journeys, "over_time", {"per": "month", "by": "kind"})


SPANS = [(59, "day"), (61, "week"), (1_100, "week"), (1_200, "month"), (5_000, "quarter")]


@pytest.mark.parametrize(("days", "grain"), SPANS)
def test_the_span_of_the_log_chooses_the_periods(tmp_path, days, grain):
    """Also where clocks change: every period begins where the one before it ends."""
    begin = datetime(2024, 11, 20, 23, 30, tzinfo=UTC)
    moments = [begin + timedelta(days=day) for day in range(0, days + 1, max(1, days // 90))]
    table = pa.Table.from_pylist([{"case": str(n), "what": "Go", "when": when} for n, when in enumerate(moments)])
    log = cx.read(table).roles(journey="case", activity="what", time="when", zone="Europe/Berlin")
    journeys = cx.prepare(log, tmp_path / "store", progress=False)
    answer, named = journeys.over_time(), journeys.over_time(per=grain)
    assert answer.table == named.table
    every = rows(answer, "first_day", "last_day")
    assert all(after - last == timedelta(days=1) for (_, last), (after, _) in pairwise(every))
    assert every[0][0] <= date(2024, 11, 21) <= every[0][1], "half past midnight in Berlin"
    assert sum(answer.table["started"].to_pylist()) == len(moments)
    assert_rows_keep_their_journeys(journeys, "over_time", {})


def test_too_many_periods_are_refused(tmp_path):
    table = [{"case": str(year), "what": "Go", "when": datetime(year, 1, 1, tzinfo=UTC)} for year in (1_500, 2_025)]
    log = cx.read(pa.Table.from_pylist(table)).roles(journey="case", activity="what", time="when")
    journeys = cx.prepare(log, tmp_path / "store", progress=False)
    with pytest.raises(cx.CxError, match="more than 1,000 quarters"):
        assert journeys.over_time().table
    with pytest.raises(KeyError, match="week"):
        journeys.over_time(per="weeks")


@pytest.mark.parametrize("figure", ["started", "completed", "goals", "median"])
def test_what_is_not_whole_is_hatched_or_hollow(toy, figure):
    answer = bound(toy, cx.Engagement(**ENDS)).over_time(per="day")
    for small in (False, True):
        svg = ET.fromstring(answer.chart(figure=figure, small=small).svg)
        periods = [node for node in svg.iter() if node.get("class") == "cx-period"]
        assert len(periods) == 13
        said = [node.get("aria-label") for node in periods]
        assert ["(not whole)" in words for words in said] == [True, *[False] * 11, True]
        pale = [any(part.get("fill-opacity") == ".2" for part in node) for node in periods]
        assert not any(pale[1:-1])
    with pytest.raises(KeyError, match='Closest: "goals"'):
        answer.chart(figure="goal")


def test_rates_of_another_mix_are_standardised(tmp_path):
    """Two kinds, of which 9 and 3 in 10 reach the goal; in July the poor kind begins four times as often."""
    begin, rows = datetime(2025, 5, 1, tzinfo=UTC), []
    for month, kinds in ((0, {"good": 40, "poor": 10}), (1, {"good": 40, "poor": 10}), (2, {"good": 40, "poor": 40})):
        for kind, count in kinds.items():
            for number in range(count):
                when = begin + timedelta(days=30 * month + 10, minutes=number)
                last = "Deliver" if number % 10 < (9 if kind == "good" else 3) else "Cancel"
                for what, later in (("Order", 0), (last, 1)):
                    case = f"{month}{kind}{number}"
                    rows.append({"case": case, "kind": kind, "what": what, "when": when + timedelta(hours=later)})
    late = {"case": "late", "kind": "good", "what": "Order", "when": begin + timedelta(days=130)}
    log = cx.read(pa.Table.from_pylist([*rows, late])).roles(
        journey="case", activity="what", time="when", journey_attributes=["kind"])  # fmt: skip
    cx.prepare(log, tmp_path / "mixed", progress=False)
    journeys = cx.open(tmp_path / "mixed", engagement=cx.Engagement(goals=["Deliver"], cancels=["Cancel"]))
    raw, even = (
        {row["period"]: row for row in journeys.over_time(per="month", mix=mix).table.to_pylist()}
        for mix in (None, "kind")
    )
    assert [raw[f"2025-0{month}"]["goal_share"] for month in (5, 6, 7)] == pytest.approx([0.78, 0.78, 0.6])
    standard = 0.9 * 120 / 180 + 0.3 * 60 / 180
    assert [even[f"2025-0{month}"]["goal_share"] for month in (5, 6, 7)] == pytest.approx([standard] * 3)
    assert all(even[month]["share_low"] < standard < even[month]["share_high"] for month in ("2025-05", "2025-07"))
    assert even["2025-07"]["ended"] == raw["2025-07"]["ended"] == 80
    assert "same mix of kind" in journeys.over_time(mix="kind").note
