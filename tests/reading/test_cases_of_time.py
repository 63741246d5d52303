"""Small logs of other people, and what is right about their times."""

from __future__ import annotations

import pytest

import cxkit as cx


@pytest.fixture
def cases(shared):
    return shared.parent / "cases"


def checks(log):
    return {finding.check.name: finding.count for finding in log.readiness().findings}


def made(log, folder):
    return cx.prepare(log, folder, progress=False)


def test_a_date_and_a_time_of_day_in_two_columns(cases, tmp_path):
    log = cx.read(cases / "20-date-and-time.csv")
    facts = made(log, tmp_path / "store").manifest
    assert (facts.counts["variants"], facts.ties, facts.counts["events"]) == (1, 0, 1200)
    assert "ties" not in checks(log)
    assert "hidden_times" not in checks(log)


def test_minutes_as_digits(cases, tmp_path):
    log = cx.read(cases / "17-compact-minutes-300.csv")
    journeys = made(log, tmp_path / "store")
    assert str(journeys.summary().df()["first"][0]).startswith("2024-01-04")
    assert journeys.summary().df()["median_seconds"][0] == 180_300
    assert any("Two readings are possible" in doubt for doubt in log.doubts)
    assert any("Two readings are possible" in note for note in journeys.manifest.notes)
    few = made(cx.read(cases / "17-compact-minutes.csv"), tmp_path / "few")
    assert str(few.summary().df()["first"][0]).startswith("2020-04-22 04:55")


def test_milestones(cases, tmp_path):
    log = cx.read(cases / "26-milestones.csv")
    names = ["created", "paid", "shipped", "delivered"]
    assert any("unpivot" in doubt for doubt in log.doubts)
    facts = made(log.unpivot(names), tmp_path / "store").manifest
    assert (facts.counts["journeys"], facts.counts["activities"], facts.counts["customers"]) == (50, 4, 20)
    assert facts.counts["events"] == sum(
        1 for line in (cases / "26-milestones.csv").read_text().splitlines()[1:] for cell in line.split(",")[2:] if cell
    )


def test_a_life_cycle_of_five_steps(cases, tmp_path):
    log = cx.read(cases / "10-lifecycle.csv").roles(lifecycle="phase")
    facts = made(log, tmp_path / "store").manifest
    assert sum(facts.dropped.values()) == 34
    said = " ".join(facts.notes)
    assert '"Change contract"' in said
    assert '"99"' in said
    assert "Suspended time stays in the service time" in said
    assert "count as an event each" not in said


def test_a_relative_clock(cases, tmp_path):
    log = cx.read(cases / "relative_hours.csv")
    journeys = made(log, tmp_path / "store")
    assert log.columns[log.settled.time] == "time"
    assert "hours since the beginning" in repr(log)
    assert journeys.manifest.clock == "hours"
    assert "since the beginning" in journeys.summary().df()["last"][0]
    assert "1970" not in journeys.summary()._repr_html_()
    assert set(journeys.journeys().df()["seconds"] / 3600) <= {30, 31, 32, 33, 34, 35}


def test_a_start_stamp_and_a_resource_called_start(cases):
    log = cx.read(cases / "start_end_resource_and_start_stamp.csv")
    assert any('start="start_timestamp", time="timestamp"' in doubt for doubt in log.doubts)
    assert not any("start and complete" in doubt for doubt in log.doubts)
    assert {candidate.column for candidate in log.guess().candidates if candidate.role == "lifecycle"} == set()


def test_what_was_right_stays_right(cases, tmp_path):
    unsorted = made(cx.read(cases / "01-unsorted.csv"), tmp_path / "01")
    activities = unsorted.activities().df().set_index("activity")["count"]
    assert (activities["Start"], activities["End"], unsorted.manifest.counts["variants"]) == (300, 300, 3)
    assert "mixed_precision" in checks(cx.read(cases / "04-day-only.csv"))
    offsets = made(cx.read(cases / "06-offsets.xes"), tmp_path / "06").journeys().df().set_index("journey")["seconds"]
    assert (offsets["r1"], offsets["r2"]) == (5400, 0)
    assert made(cx.read(cases / "13-no-times.csv"), tmp_path / "13").manifest.counts["journeys"] == 3
    zero = cx.read(cases / "27-zero-times.csv")
    assert checks(zero)["default_times"] == 3
    for name, day in (("28-1904.xlsx", "2024-03-01"), ("28-mixed-text.xlsx", "2024-03-02")):
        first = made(cx.read(cases / name), tmp_path / name).summary().df()["first"][0]
        assert str(first).startswith(day)
