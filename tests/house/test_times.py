"""Words for time: durations, and periods that tile the calendar of every time zone."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxkit import CxError, times

SECOND = 1_000_000
HOUR = 3600 * SECOND
BERLIN = "Europe/Berlin"
ZONES = st.sampled_from(["UTC", BERLIN, "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo"])
DAYS = st.dates(date(1900, 1, 1), date(2200, 1, 1))


def span(text: str, zone: str = "UTC") -> tuple[int, int]:
    return times.period(text, text, zone)


def utc(*parts: int) -> int:
    return round(datetime(*parts, tzinfo=UTC).timestamp()) * SECOND


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("15min", 900),
        ("36h", 129_600),
        ("2d", 172_800),
        ("1w", 604_800),
        ("1w 2d", 777_600),
        ("1d12h", 129_600),
        ("1.5h", 5_400),
        ("0.25s", 0.25),
        ("2 d", 172_800),
        ("0s", 0),
    ],
)
def test_duration(text, seconds):
    assert times.duration(text) == seconds * SECOND


NO_DURATIONS = [
    "",
    "2",
    "d",
    "2x",
    "2 days",
    "-2d",
    "2d!",
    "2d 3",
    "1e3d",
    "1,5h",
    "1.2.3d",
    "٢d",
    "2D",
    "nand",
    "9" * 400 + "d",
]


@pytest.mark.parametrize("text", [*NO_DURATIONS, 2, 2.0, None, True, ["2d"]])
def test_what_is_no_duration_is_refused_with_an_example(text):
    with pytest.raises(CxError, match="duration"):
        times.duration(text)


def test_a_bare_number_is_told_that_it_has_no_unit():
    with pytest.raises(CxError, match=r'within=2 has no unit.*"2d"'):
        times.duration(2)


@given(st.text())
def test_any_text_is_a_duration_or_a_cxkit_error(text):
    with suppress(CxError):
        assert times.duration(text) >= 0


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("2025", utc(2025, 1, 1), utc(2026, 1, 1)),
        ("2025-Q1", utc(2025, 1, 1), utc(2025, 4, 1)),
        ("2025-Q4", utc(2025, 10, 1), utc(2026, 1, 1)),
        ("2024-02", utc(2024, 2, 1), utc(2024, 3, 1)),
        ("2025-12", utc(2025, 12, 1), utc(2026, 1, 1)),
        ("2025-W01", utc(2024, 12, 30), utc(2025, 1, 6)),
        ("2020-W53", utc(2020, 12, 28), utc(2021, 1, 4)),
        ("2024-02-29", utc(2024, 2, 29), utc(2024, 3, 1)),
        ("2025-06-15 10:30", utc(2025, 6, 15, 10, 30), utc(2025, 6, 15, 10, 31)),
        ("2025-06-15T10:30", utc(2025, 6, 15, 10, 30), utc(2025, 6, 15, 10, 31)),
        ("2025-06-15 23:59:59", utc(2025, 6, 15, 23, 59, 59), utc(2025, 6, 16)),
    ],
)
def test_a_period_covers_its_whole_length(text, since, until):
    assert span(text) == (since, until)
    assert times.instant(text, "UTC") == since


def test_a_range_goes_from_the_start_of_one_to_the_end_of_the_other():
    assert times.period("2025-01", "2025-06", "UTC") == (utc(2025, 1, 1), utc(2025, 7, 1))
    assert times.period("2025-Q2", "2025-05", "UTC") == (utc(2025, 4, 1), utc(2025, 6, 1))
    since, until = times.period("..", "2025", "UTC")
    assert since < utc(1, 1, 2)
    assert until == utc(2026, 1, 1)
    assert times.period("2025", "..", "UTC")[1] > utc(9999, 12, 31)


@pytest.mark.parametrize(
    ("day", "hours"), [("2025-03-29", 24), ("2025-03-30", 23), ("2025-10-26", 25), ("2025-10-27", 24)]
)
def test_days_on_which_the_clock_changes(day, hours):
    since, until = span(day, BERLIN)
    assert until - since == hours * HOUR


def test_a_period_is_in_the_zone_of_the_log():
    assert span("2025-06-15", BERLIN) == (utc(2025, 6, 14, 22), utc(2025, 6, 15, 22))
    assert span("2025-01-15 10:30", BERLIN)[0] == utc(2025, 1, 15, 9, 30)
    assert span("2025-03", BERLIN) == (utc(2025, 2, 28, 23), utc(2025, 3, 31, 22))


@pytest.mark.parametrize("clock", ["01:59", "02:00", "02:30", "02:58", "02:59", "03:00"])
def test_a_minute_lasts_a_minute_when_the_clock_goes_back(clock):
    since, until = span(f"2025-10-26 {clock}", BERLIN)
    assert until - since == 60 * SECOND


@given(DAYS, ZONES)
def test_periods_contain_each_other(day, zone):
    year, week, _ = day.isocalendar()
    inside = [f"{day} 12:00:30", f"{day} 12:00", f"{day}"]
    months = [f"{day:%Y-%m}", f"{day.year}-Q{(day.month + 2) // 3}", f"{day.year}"]
    for narrow, wide in [*pairwise([*inside, *months]), (f"{day}", f"{year}-W{week:02d}")]:
        (a, b), (since, until) = span(narrow, zone), span(wide, zone)
        assert since <= a < b <= until


@given(DAYS, ZONES)
def test_days_follow_each_other_without_gap_or_overlap(day, zone):
    assert span(f"{day}", zone)[1] == span(f"{day + timedelta(days=1)}", zone)[0]


@given(st.integers(1900, 2200), ZONES)
def test_parts_make_up_a_year(year, zone):
    for parts in ([f"{year}-Q{n}" for n in range(1, 5)], [f"{year}-{n:02d}" for n in range(1, 13)]):
        spans = [span(part, zone) for part in parts]
        assert all(before[1] == after[0] for before, after in pairwise(spans))
        assert (spans[0][0], spans[-1][1]) == span(f"{year}", zone)


NOT_IN_THE_CALENDAR = ["2025-13", "2025-00", "2025-02-30", "2025-W54", "2025-W53", "2025-W00", "0000", "9999-12-31"]
NO_PERIODS = [
    "",
    "now",
    "25-06",
    "2025/06",
    "2025-6",
    " 2025",
    "2025\n",
    "٢٠٢٥",
    "2025-Q5",
    "2025-06-15 10",
    2025,
    None,
]


@pytest.mark.parametrize("text", [*NOT_IN_THE_CALENDAR, *NO_PERIODS, "2025-06-15 24:00", "2025-06-15 10:30Z"])
def test_what_is_no_period_is_refused(text):
    with pytest.raises(CxError, match=r"no period|not in the calendar"):
        span(text)


@given(st.text() | st.from_regex(r"\d{4}(-(Q\d|W\d\d|\d\d(-\d\d)?))?", fullmatch=True), ZONES)
def test_any_text_is_a_period_or_a_cxkit_error(text, zone):
    try:
        since, until = span(text, zone)
    except CxError:
        return
    assert since < until


def test_a_period_that_ends_before_it_starts_is_refused():
    with pytest.raises(CxError, match="ends before it starts"):
        times.period("2025-06", "2025-05", "UTC")


def test_dates_are_periods():
    assert times.check_period(date(2025, 6, 15)) == "2025-06-15"
    assert times.check_period(datetime(2025, 6, 15, 10, 30)) == "2025-06-15 10:30:00"


@pytest.mark.parametrize("name", ["Berlin", "", "../etc/passwd", "/etc/passwd", "UTC\0", None])
def test_an_unknown_zone_is_refused(name):
    with pytest.raises(CxError, match=r"No time zone .*Europe/Berlin"):
        times.zone_of(name)
