"""Hours that the clocks leave out or bring twice are counted, and rows that stand in order keep it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

import cxkit as cx

LOG = """case,step,when
a,Start,2024-10-27 01:50:00
a,Check,2024-10-27 02:10:00
a,Check again,2024-10-27 02:50:00
a,Pay,2024-10-27 02:20:00
a,Close,2024-10-27 03:05:00
b,Start,2024-03-31 01:50:00
b,Check,2024-03-31 02:30:00
b,Pay,2024-03-31 03:10:00
c,Start,2024-10-26 12:00:00
c,Close,2024-10-27 12:00:00
d,Start,2024-03-30 12:00:00
d,Close,2024-03-31 12:00:00
"""
DAY = {"a": 8_100, "b": 1_200, "c": 25 * 3600, "d": 23 * 3600}


def made(tmp_path, text, zone, **words):
    path = tmp_path / "log.csv"
    path.write_text(text, encoding="utf-8")
    log = cx.read(path).roles(zone=zone, **words)
    return log, cx.prepare(log, tmp_path / "store", progress=False)


def ways(journeys):
    """The steps of each journey."""
    star = journeys.base
    rows = star.engine.collect(star.events.sort("journey", "position")).to_pylist()
    found: dict[int, list[str]] = {}
    for row in rows:
        found.setdefault(row["journey"], []).append(star.names[row["activity"]])
    return list(found.values())


def told(log):
    """How many rows each finding of this check counts."""
    return [finding.count for finding in log.readiness().findings if finding.check.name == "clock_changes"]


def test_hours_that_come_twice_or_never_are_counted_and_keep_the_order_of_rows(tmp_path):
    log, journeys = made(tmp_path, LOG, "Europe/Berlin")
    assert ways(journeys)[:2] == [["Start", "Check", "Check again", "Pay", "Close"], ["Start", "Check", "Pay"]]
    assert journeys.journeys().df().set_index("journey")["seconds"].to_dict() == DAY
    assert sorted(told(log)) == [1, 3]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
def test_a_zone_without_these_changes_has_none(tmp_path, zone):
    log, _ = made(tmp_path, LOG, zone)
    assert told(log) == []


def test_the_clocks_of_another_country_and_way_of_writing(tmp_path):
    text = (
        LOG.replace("2024-10-27", "03.11.2024").replace("2024-03-31", "10.03.2024").replace("2024-10-26", "02.11.2024")
    )
    for hour in ("01", "02", "03"):  # America changes an hour later in spring, and earlier in autumn
        text = text.replace(f"03.11.2024 {hour}:", f"03.11.2024 {int(hour) - 1:02}:")
    text = text.replace("2024-03-30", "09.03.2024").replace(",when", ";when").replace(",", ";")
    log, journeys = made(tmp_path, text, "America/New_York")
    assert ways(journeys)[:2] == [["Start", "Check", "Check again", "Pay", "Close"], ["Start", "Check", "Pay"]]
    assert sorted(told(log)) == [1, 3]


def test_rows_in_no_order_keep_the_reading_they_had(tmp_path):
    lines = LOG.splitlines()
    shuffled = "\n".join([lines[0], lines[5], lines[3], lines[4], lines[1], lines[2], *lines[9:]]) + "\n"
    _, journeys = made(tmp_path, shuffled, "Europe/Berlin")
    assert ways(journeys)[0] == ["Start", "Check", "Pay", "Check again", "Close"]


def test_times_that_say_their_offset_are_not_looked_at(tmp_path):
    text = "".join(f"{line}+02:00\n" if number else f"{line}\n" for number, line in enumerate(LOG.splitlines()))
    log, _ = made(tmp_path, text, "Europe/Berlin")
    assert told(log) == []


@pytest.mark.parametrize(
    ("winter", "summer", "zone"),
    [("+01:00", "+02:00", "Europe/Berlin"), ("-0500", "-0400", "America/New_York"), ("+00:00", "+00:00", None)],
)
def test_offsets_of_one_zone_name_it(tmp_path, winter, summer, zone):
    rows = []
    for month in range(1, 13):
        when = datetime(2024, month, 5, 9)
        offset = summer if 4 <= month <= 10 else winter
        rows += [
            f"c{month},{step},{when + timedelta(hours=n):%Y-%m-%dT%H:%M:%S}{offset}" for n, step in enumerate("AB")
        ]
    log, _ = made(tmp_path, "\n".join(["case,step,when", *rows]) + "\n", "UTC")
    said = [finding.what for finding in log.readiness().findings if finding.check.name == "own_zone"]
    assert len(said) == (zone is not None)
    assert all(zone in what for what in said)
