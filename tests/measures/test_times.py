"""Hours of the week, dots and spans of the toy, counted by hand on both engines; what is drawn of many is even."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pyarrow as pa
import pytest
from support.toy import rows

import cxkit as cx
from cxkit import where as w


@pytest.fixture(scope="module")
def toy_there(engine):
    """The toy log's journeys on the engine under test."""
    return cx.toy_journeys(engine=engine)


def test_hours_of_the_week(toy_there):
    answer = toy_there.time_of_week()
    assert [row[:2] for row in rows(answer, "weekday", "hour")] == [
        (day, hour) for day in range(1, 8) for hour in range(24)
    ]
    events = toy_there.events(rows=100).table["time"].to_pylist()
    counted = Counter((time.isoweekday(), time.hour) for time in events)
    filled = {(day, hour): count for day, hour, count in rows(answer, "weekday", "hour", "count") if count}
    assert filled == counted
    assert sum(answer.table["share"].to_pylist()) == pytest.approx(1)
    starts = toy_there.time_of_week(of="starts")
    assert rows(starts, "count", "journeys") == [(count, count) for (count,) in rows(starts, "count")]
    assert sum(starts.table["count"].to_pylist()) == 12


def test_hours_are_those_of_the_zone_also_after_the_clocks_change(tmp_path):
    """Berlin: nine o'clock in winter is eight in UTC, in summer seven."""
    moments = [
        datetime(2025, 1, 6, 8, tzinfo=UTC),
        datetime(2025, 7, 7, 7, tzinfo=UTC),
        datetime(2025, 12, 1, 8, tzinfo=UTC),
    ]
    table = pa.Table.from_pylist([{"case": str(n), "what": "Go", "when": when} for n, when in enumerate(moments)])
    log = cx.read(table).roles(journey="case", activity="what", time="when", zone="Europe/Berlin")
    week = cx.prepare(log, tmp_path / "store", progress=False).time_of_week()
    assert [row for row in rows(week, "weekday", "hour", "count") if row[2]] == [(1, 9, 3)]


def test_dots_are_the_events_of_the_journeys_in_order(toy_there):
    by_start, by_length = toy_there.dotted_chart(), toy_there.dotted_chart(order="duration")
    assert list(dict.fromkeys(by_start.table["journey"].to_pylist())) == [f"A{n:02d}" for n in range(1, 13)]
    # A09 lasts 1 h, A07 2 h, A10 4 h, A12 6 h, A08 48 h; A06 97 h and A04 121 h come last
    shortest = list(dict.fromkeys(by_length.table["journey"].to_pylist()))
    assert (shortest[:5], shortest[-1]) == (["A09", "A07", "A10", "A12", "A08"], "A04")
    assert len(by_start.table) == len(by_length.table) == 40
    first = [row for row in by_start.table.to_pylist() if row["journey"] == "A02"]
    assert first[0]["seconds"] == 0
    assert first[0]["log_seconds"] == (first[0]["time"] - datetime(2025, 6, 2, 9, tzinfo=UTC)).total_seconds()


def test_spans_of_one_step(toy_there):
    answer = toy_there.performance_spectrum("Pay", "Ship")
    spans = rows(answer, "journey", "seconds", "quarter", "times")
    assert [(journey, seconds / 3600) for journey, seconds, *_ in spans] == [
        ("A01", 24), ("A02", 24), ("A03", 24), ("A04", 48), ("A05", 24)
    ]  # fmt: skip
    assert [quarter for _, _, quarter, _ in spans] == [1, 1, 1, 4, 1]
    slowest = toy_there.performance_spectrum().table.to_pylist()[0]
    assert (slowest["activity"], slowest["next_activity"]) == ("Ship", "Deliver"), "240 h in all"
    with pytest.raises(cx.CxError, match="two activities"):
        toy_there.performance_spectrum("Pay")
    with pytest.raises(KeyError, match='Closest: "Pay"'):
        toy_there.performance_spectrum("Pays", "Ship")
    assert toy_there.performance_spectrum("Ship", "Pay").table.num_rows == 0


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A thousand journeys, an hour apart, of ten events each."""
    begin = datetime(2025, 1, 1, tzinfo=UTC)
    table = [
        {"case": f"{n:04d}", "what": f"S{step}", "when": begin + timedelta(hours=n, minutes=step)}
        for n in range(1_000)
        for step in range(10)
    ]
    log = cx.read(pa.Table.from_pylist(table)).roles(journey="case", activity="what", time="when")
    return cx.prepare(log, tmp_path_factory.mktemp("many") / "store", progress=False)


def test_what_is_drawn_of_many_is_bounded_even_and_said(many):
    dots = many.dotted_chart()
    places = list(dict.fromkeys(dots.table["place"].to_pylist()))
    assert len(places) == 300
    assert {b - a for a, b in pairwise(places)} == {3, 4}
    assert "Shown: 300 of 1,000 journeys, evenly chosen; 3,000 events." in dots.chart().svg
    spans = many.performance_spectrum("S1", "S2")
    assert len(spans.table) == 600
    assert "Shown: 600 of 1,000 times" in spans.chart().svg
    few = many.keep(w.during("2025-01-01", how="started")).dotted_chart().chart(against="since").svg
    assert "Shown: all 24 journeys; 240 events." in few


def test_a_log_without_dates_has_seconds_only(tmp_path):
    table = pa.table({"case": ["a", "a", "b"], "what": ["x", "y", "x"], "hours": ["0", "1.5", "4"]})
    log = cx.read(table).roles(journey="case", activity="what", time="hours", time_format="hours")
    journeys = cx.prepare(log, tmp_path / "store", progress=False)
    assert journeys.time_of_week().table.num_rows == journeys.over_time().table.num_rows == 0
    assert "no calendar" in journeys.over_time().chart().svg
    dots = journeys.dotted_chart()
    assert rows(dots, "journey", "time", "log_seconds") == [("a", None, 0), ("a", None, 5_400), ("b", None, 14_400)]
    assert "1 h" in dots.chart().svg
    assert rows(journeys.performance_spectrum(), "time", "seconds") == [(None, 5_400)]
