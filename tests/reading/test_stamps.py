"""How stamps are written is found on their values: digits, days of a sheet, relative clocks, offsets and zone names."""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb
import pytest

import cxkit as cx
from cxkit.reading import stamps
from cxkit.words import CLOCKS

MAY = datetime(2024, 5, 6, 7, 8, 9)


def read(stamp, type_="VARCHAR", name=None, zone="UTC"):
    """The writing found for a column of equal stamps, and the moment that they are read as."""
    kind = {"VARCHAR": "text", "BIGINT": "integer", "DOUBLE": "number"}[type_]
    connection = duckdb.connect()
    connection.execute(f"SET TimeZone = '{zone}'")
    connection.execute(f"CREATE TABLE log AS SELECT $stamp::{type_} AS c0, 0 AS row", {"stamp": stamp})
    writing, share = stamps.find(connection, "log", "c0", kind, name)
    moment = stamps.sql(writing, "c0", kind)
    [found] = connection.execute(f"SELECT {moment} FROM log", stamps.values(writing, moment)).fetchone()
    assert share == (found is not None)
    return writing, None if found is None else datetime.fromtimestamp(found / 1e6, UTC).replace(tzinfo=None)


@pytest.mark.parametrize("type_", ["VARCHAR", "BIGINT", "DOUBLE"])
@pytest.mark.parametrize("form", ["%Y%m%d", "%Y%m%d%H", "%Y%m%d%H%M", "%Y%m%d%H%M%S"])
def test_digits_of_a_date_are_read_as_they_stand(form, type_):
    writing, found = read(MAY.strftime(form), type_)
    assert writing.name == stamps.COMPACT.name
    assert found == datetime.strptime(MAY.strftime(form), form)
    assert ("Two readings are possible" in writing.doubt) == (form in ("%Y%m%d%H", "%Y%m%d%H%M"))


@pytest.mark.parametrize("text", ["20240506070809.000", "20240506T070809Z", "20240506 07:08:09", "20240506070809000"])
def test_digits_with_signs_between_or_parts_of_a_second(text):
    assert read(text)[1] == MAY


@pytest.mark.parametrize("name", stamps.EPOCHS)
@pytest.mark.parametrize("type_", ["VARCHAR", "BIGINT"])
def test_epochs_stay_epochs(name, type_):
    number = round(MAY.replace(tzinfo=UTC).timestamp() * 1e6 / stamps.EPOCHS[name][1])
    assert read(number, type_, name="when") == (stamps.Writing(name), MAY)


def test_one_odd_value_among_digits_does_not_make_them_an_epoch():
    connection = duckdb.connect()
    connection.execute("CREATE TABLE log AS SELECT unnest([202401041011, 202401051011, 202413419999]) AS c0, 0 AS row")
    assert stamps.find(connection, "log", "c0", "integer")[0].name == stamps.COMPACT.name


def test_days_of_a_spreadsheet_need_a_name_that_says_time():
    assert read("45352.375", name="when", zone="Europe/Berlin")[1] == datetime(2024, 3, 1, 8)
    assert read(45352.375, "DOUBLE", name="date") == (stamps.Writing(stamps.SHEET), datetime(2024, 3, 1, 9))
    assert read("45352.375")[1] is None


@pytest.mark.parametrize(("name", "unit"), [("hours", "hours"), ("Stunde", "hours"), ("elapsedMinutes", "minutes")])
def test_a_relative_clock_has_the_unit_that_its_name_says(name, unit):
    writing, found = read(90, "BIGINT", name)
    assert writing == stamps.relative(unit)
    assert (found - datetime(1970, 1, 1)).total_seconds() * 1e6 == 90 * CLOCKS[unit]


def test_a_relative_clock_without_a_unit_is_doubted():
    writing, found = read("-10", name="time")
    assert writing.name == "hours since the beginning"
    assert "time_format=" in writing.doubt
    assert found == datetime(1969, 12, 31, 14)


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-06 09:08:09 CEST", "2024-05-06 08:08:09 CET", "2024-05-06 03:08:09 EDT", "2024-05-06 08:08:09 BST",
        "2024-05-06 09:08:09 (MESZ)", "06.05.2024 09:08:09 CEST", "05/16/2024 03:08:09 AM EDT", "2024-05-06T07:08:09Z",
        "2024-05-06 09:08:09 +0200", "2024-05-06 09:08:09 +02", "06/05/2024 09:08:09 +02:00", "6 May 2024 07:08:09 GMT",
    ],
)  # fmt: skip
@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo"])
def test_names_of_zones_and_offsets_are_read_in_every_way_of_writing(text, zone):
    day = 16 if "16" in text else 6
    if "CET" in text:
        pytest.skip("in summer CET is taken for the time that Central Europe has")
    assert read(text, zone=zone)[1] == MAY.replace(day=day)


def test_the_hour_that_comes_twice_is_told_apart_by_its_name():
    first, second = (read(f"2024-10-27 02:10:00 {name}")[1] for name in ("CEST", "CET"))
    assert (second - first).total_seconds() == 3600


def hours(tmp_path, head, factor=1):
    rows = [f"p{n},{step},{time * factor}" for n in range(6) for step, time in (("a", n), ("b", n + 6), ("c", n + 30))]
    path = tmp_path / "log.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("head", "words", "seconds"),
    [
        ("person,event,time", {}, 30 * 3600),
        ("person,event,day", {}, 30 * 86_400),
        ("person,event,t", {"time": "t", "time_format": "minutes"}, 30 * 60),
    ],
)
def test_a_log_with_a_relative_clock(tmp_path, head, words, seconds):
    log = cx.read(hours(tmp_path, head))
    log = log.roles(journey="person", activity="event", **words) if words else log
    journeys = cx.prepare(log, tmp_path / "store", progress=False)
    assert set(journeys.journeys().df()["seconds"]) == {seconds}
    assert "since the beginning" in journeys.manifest.reading["time"]
    assert "No dates are known" in log.settled.reads
    assert "since the beginning" in repr(log)
    assert "1970" not in repr(journeys.summary())
    again = cx.Engagement.of_log(log).applied(cx.read(hours(tmp_path, head)))
    assert again.settled.writing.name == log.settled.writing.name


def test_numbers_that_do_not_go_forward_are_no_clock(tmp_path):
    rows = [f"p{n},{step},{time}" for n in range(20) for step, time in (("a", 9 + n), ("b", n), ("c", 4 * n % 7))]
    (tmp_path / "log.csv").write_text("\n".join(["person,event,handling_time", *rows]) + "\n", encoding="utf-8")
    assert cx.read(tmp_path / "log.csv").settled.time is None
