"""Stamps that are spread over columns: joined where they belong together, and nowhere else."""

from __future__ import annotations

from datetime import datetime, timedelta
from json import dumps

import pandas as pd
import pytest

import cxkit as cx
from cxkit.shaping.spread import stem

FIRST = datetime(2024, 3, 5, 8)
MINUTES = 95  # from step to step


def export(path, head, *forms, orders=20, sep=","):
    """Three steps of each order, on one day, MINUTES apart, with the columns of stamps in these forms."""
    lines = [sep.join(head)]
    for order in range(orders):
        for place, step in enumerate("ABC"):
            when = FIRST + timedelta(days=order, minutes=place * MINUTES + order)
            lines.append(sep.join([f"o{order}", step, *(when.strftime(form) for form in forms)]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def made(log, folder):
    return cx.prepare(log, folder, progress=False)


@pytest.mark.parametrize(
    ("columns", "forms", "sep"),
    [
        (("change_date", "change_time"), ("%d.%m.%Y", "%H:%M:%S"), ","),
        (("Datum", "Uhrzeit"), ("%d.%m.%Y", "%H:%M"), ";"),
        (("date", "heure"), ("%d/%m/%Y", "%Hh%M"), ","),
        (("event_date", "event_time"), ("%Y%m%d", "%H%M"), ","),
        (("CreateDate", "CreateTime"), ("%Y-%m-%d 00:00:00", "%H:%M:%S"), ","),
        (("order date", "order time"), ("%m/%d/%Y", "%I:%M %p"), ","),
        (("date", "time", "offset"), ("%d/%m/%Y", "%H:%M:%S", "+0200"), ","),
        (("date", "time", "tz"), ("%Y-%m-%d", "%H:%M:%S", "CEST"), ","),
    ],
)
def test_a_day_and_a_time_of_day_are_joined(tmp_path, columns, forms, sep):
    log = cx.read(export(tmp_path / "log.csv", ("case", "step", *columns), *forms, sep=sep))
    journeys = made(log, tmp_path / "store")
    facts = journeys.manifest
    assert facts.roles["time"] == " + ".join(columns)
    assert (facts.counts["events"], facts.counts["variants"], facts.ties, facts.attributes) == (60, 1, 0, ())
    assert set(journeys.journeys().df()["seconds"]) == {2 * MINUTES * 60}
    zone = timedelta(hours=2) if len(columns) == 3 else timedelta(0)
    assert facts.first == ((FIRST - zone) - datetime(1970, 1, 1)) // timedelta(microseconds=1)


def test_a_day_and_an_hour_are_joined(tmp_path):
    log = cx.read(export(tmp_path / "log.csv", ("case", "step", "date", "hour"), "%Y-%m-%d", "%H"))
    assert made(log, tmp_path / "store").manifest.ties == 0


@pytest.mark.parametrize("as_part", [False, True])
def test_a_day_and_a_time_of_a_workbook_are_joined(tmp_path, as_part):
    frame = pd.read_csv(export(tmp_path / "log.csv", ("case", "step", "date", "time"), "%Y-%m-%d", "%H:%M:%S"))
    frame["date"] = pd.to_datetime(frame["date"])
    clock = pd.to_datetime(frame["time"], format="%H:%M:%S")
    frame["time"] = (clock.dt.hour * 60 + clock.dt.minute) / 1440 if as_part else clock.dt.time
    frame.to_excel(tmp_path / "log.xlsx", index=False)
    journeys = made(cx.read(tmp_path / "log.xlsx"), tmp_path / "store")
    assert set(journeys.journeys().df()["seconds"]) == {2 * MINUTES * 60}


def test_what_belongs_to_different_things_is_offered_at_most(tmp_path):
    log = cx.read(export(tmp_path / "log.csv", ("case", "step", "due_date", "call_time"), "%Y-%m-%d", "%H:%M"))
    assert log.columns == ["case", "step", "due_date", "call_time"]
    assert any('time=["due_date", "call_time"]' in doubt for doubt in log.doubts)
    joined = log.roles(time=["due_date", "call_time"])
    assert made(joined, tmp_path / "store").manifest.ties == 0
    assert joined.doubts == ()


def test_a_whole_stamp_beside_them_comes_first(tmp_path):
    head = ("case", "step", "date", "time", "timestamp")
    log = cx.read(export(tmp_path / "log.csv", head, "%Y-%m-%d", "%H:%M", "%Y-%m-%dT%H:%M:%S"))
    assert log.columns == list(head)
    assert made(log, tmp_path / "store").manifest.roles["time"] == "timestamp"


def test_the_joined_stamps_come_back_from_everywhere(tmp_path):
    path = export(tmp_path / "log.csv", ("case", "step", "due_date", "call_time"), "%Y-%m-%d", "%H:%M")
    log = cx.read(path).roles(time=["due_date", "call_time"])
    journeys = made(log, tmp_path / "store")
    engagement = cx.Engagement.of_log(log)
    assert engagement.roles.time == "due_date + call_time"
    for again in (engagement.applied(cx.read(path)), journeys.log):
        assert made(again, tmp_path / "again").manifest.roles == journeys.manifest.roles
    assert journeys.manifest.origin["time"] == "due_date + call_time"
    assert dumps(journeys.manifest.roles)


def test_a_later_part_is_joined_as_the_first_was(tmp_path):
    columns = ("case", "step", "due_date", "call_time")
    path = export(tmp_path / "log.csv", columns, "%Y-%m-%d", "%H:%M")
    lines = path.read_text(encoding="utf-8").splitlines()
    for name, part in (("one.csv", lines[:31]), ("two.csv", [lines[0], *lines[31:]])):
        (tmp_path / name).write_text("\n".join(part) + "\n", encoding="utf-8")
    roles = {"journey": "case", "activity": "step", "time": ["due_date", "call_time"]}
    made(cx.read(tmp_path / "one.csv").roles(**roles), tmp_path / "parts")
    parts = cx.prepare(cx.read(tmp_path / "two.csv"), tmp_path / "parts", append=True, progress=False)
    whole = made(cx.read(path).roles(**roles), tmp_path / "whole")
    assert parts.manifest.counts == whole.manifest.counts
    assert parts.manifest.ties == 0
    assert parts.journeys().df().equals(whole.journeys().df())


def test_a_missing_time_of_day_is_counted_and_a_reject_is_the_line_as_it_was(tmp_path):
    path = export(tmp_path / "log.csv", ("case", "step", "date", "time"), "%Y-%m-%d", "%H:%M")
    text = path.read_text(encoding="utf-8").replace("o3,B,2024-03-08,09:38", "o3,B,2024-03-08,")
    path.write_text(text.replace("o4,A", ",A"), encoding="utf-8")
    journeys = made(cx.read(path), tmp_path / "store")
    assert any("1 row" in note and "midnight is taken" in note for note in journeys.manifest.notes)
    assert journeys.rejected().df()["text"].tolist() == [",A,2024-03-09,08:04"]


def test_names_that_belong_together():
    assert stem("change_date") == stem("ChangeTime") == frozenset({"change"})
    assert stem("Datum") == stem("Uhrzeit") == frozenset()
    assert stem("due_date") != stem("call_time")
