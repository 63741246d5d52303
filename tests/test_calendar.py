"""Working time against counting: the oracle looks at the clock on the wall at every second, or at every minute."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cxkit.calendar import DAY, WEEKDAYS, WorkingHours, holidays_of, regions_of

SECOND, MINUTE, NIGHT = timedelta(seconds=1), timedelta(minutes=1), 24 * 60
OFFICE = [(8 * 60, 16 * 60)]
SPLIT = [(8 * 60, 12 * 60), (13 * 60, 17 * 60 + 30)]
SHIFT = [(22 * 60, 30 * 60)]  # from ten in the evening to six in the morning
SMALL = [(90, 150), (165, 210)]
EDGES = [(0, 480), (1380, 1440)]
ALWAYS = {day: [(0, NIGHT)] for day in WEEKDAYS}
WORKDAYS = WEEKDAYS[:5]

CALENDARS = {
    "office": WorkingHours("Europe/Berlin", dict.fromkeys(WORKDAYS, OFFICE), country="DE", region="BE"),
    "split days": WorkingHours(
        "Europe/Berlin",
        dict.fromkeys(WORKDAYS, SPLIT),
        {date(2026, 12, 24): [(480, 720)], date(2026, 1, 6): [], date(2026, 5, 1): [(600, 660)]},
        country="DE",
    ),
    "nights": WorkingHours("America/New_York", dict.fromkeys(WEEKDAYS, SHIFT), country="US"),
    "always": WorkingHours("Europe/Berlin", ALWAYS),
    "small hours": WorkingHours("Europe/Berlin", dict.fromkeys(WEEKDAYS, SMALL)),
    "half an hour's change": WorkingHours("Australia/Lord_Howe", dict.fromkeys(WEEKDAYS, SMALL[:1]), country="AU"),
    "Sunday to Thursday": WorkingHours("Asia/Kuwait", dict.fromkeys((*WORKDAYS[:4], "sunday"), OFFICE), country="KW"),
    "odd offset": WorkingHours("Asia/Kathmandu", dict.fromkeys(WORKDAYS, EDGES)),
}
SEASONS = (datetime(2026, 3, 27, tzinfo=UTC), datetime(2026, 10, 23, tzinfo=UTC), datetime(2025, 12, 19, tzinfo=UTC))


def is_open(hours: WorkingHours, moment: datetime, closed: set[date]) -> bool:
    """Whether the clock on the wall shows an hour of its day, or of a night that began the day before."""
    wall = moment.astimezone(ZoneInfo(hours.zone)).replace(tzinfo=None)
    for back in (0, 1):
        day = wall.date() - timedelta(days=back)
        usual = [] if day in closed else hours.weekly.get(WEEKDAYS[day.weekday()], [])
        since_midnight = wall - datetime.combine(day, datetime.min.time())
        spans = hours.own.get(day, usual)
        if any(since * MINUTE <= since_midnight < until * MINUTE for since, until in spans):
            return True
    return False


def counted(hours: WorkingHours, since: datetime, until: datetime, step: timedelta) -> float:
    """Open seconds by looking at every step from one moment to the other."""
    closed = set(holidays_of(hours.country, hours.region, since.year - 1, until.year + 1))
    steps = range((until - since) // step)
    return sum(is_open(hours, since + number * step, closed) for number in steps) * step.total_seconds()


def spans(seed: int, few: int, longest: timedelta, step: timedelta) -> list[tuple[datetime, datetime]]:
    """Spans around the changes of the clock and the turn of the year, whole steps long."""
    draw = random.Random(seed)
    found = []
    for _ in range(few):
        since = draw.choice(SEASONS) + draw.randrange(8 * 86_400) // step.total_seconds() * step
        found.append((since, since + draw.randrange(1, longest // step) * step))
    return found


@pytest.mark.parametrize("name", CALENDARS)
def test_working_time_is_what_one_counts_minute_by_minute(name):
    """Over weeks: whole minutes, in each of which the firm is open or shut all along."""
    hours = CALENDARS[name]
    for since, until in spans(len(name), 12, timedelta(days=12), MINUTE):
        assert hours.open_seconds(since, until) == counted(hours, since, until, MINUTE), (since, until)


@pytest.mark.parametrize("name", CALENDARS)
def test_working_time_is_what_one_counts_second_by_second(name):
    hours = CALENDARS[name]
    for since, until in spans(7 * len(name), 64, timedelta(hours=1), SECOND):
        assert hours.open_seconds(since, until) == counted(hours, since, until, SECOND), (since, until)


@pytest.mark.parametrize("name", CALENDARS)
def test_the_running_total_of_days_gives_the_same(name):
    """Two look-ups in the table of days, as engines make them."""
    hours = CALENDARS[name]
    first, last = (round(moment.timestamp()) * 1_000_000 for moment in (SEASONS[2], SEASONS[1] + timedelta(days=40)))
    days = hours.days(first, last)
    rows, pieces = days.to_pylist(), range(len(days.column_names) // 2 - 1)
    assert [row["utc_day"] for row in rows] == list(range(last // DAY - first // DAY + 1))

    def total(moment: datetime) -> int:
        far = round(moment.timestamp() * 1_000_000) - first // DAY * DAY
        row, hour = rows[far // DAY], far % DAY
        return row["open_before"] + sum(max(0, min(hour, row[f"shuts_{n}"]) - row[f"opens_{n}"]) for n in pieces)

    for since, until in spans(3, 60, timedelta(days=30), SECOND):
        assert (total(until) - total(since)) / 1_000_000 == hours.open_seconds(since, until)


def berlin(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo("Europe/Berlin"))


def test_hand_counted():
    office = CALENDARS["office"]
    hours = [
        (berlin(2026, 1, 5, 8), berlin(2026, 1, 9, 16), 40),
        (berlin(2026, 1, 9, 15), berlin(2026, 1, 12, 9), 2),
        (berlin(2026, 1, 10, 10), berlin(2026, 1, 11, 12), 0),
        (berlin(2026, 4, 2, 15), berlin(2026, 4, 7, 9), 2),  # Good Friday to Easter Monday
        (berlin(2025, 12, 23, 8), berlin(2026, 1, 2, 16), 6 * 8),  # 23, 24, 29 to 31 December and 2 January
        (berlin(2026, 3, 9, 0), berlin(2026, 3, 10, 0), 8),
        (berlin(2026, 1, 1, 0), berlin(2027, 1, 1, 0), 254 * 8),  # 261 weekdays, 7 of them holidays in Berlin
    ]
    for since, until, expected in hours:
        assert office.open_seconds(since, until) == expected * 3600, (since, until)
    assert office.open_seconds(berlin(2026, 1, 5, 9), berlin(2026, 1, 5, 9)) == 0


def test_a_day_with_hours_of_its_own_counts_before_holidays():
    split = CALENDARS["split days"]
    assert split.open_seconds(berlin(2026, 12, 24, 0), berlin(2026, 12, 25, 0)) == 4 * 3600
    assert split.open_seconds(berlin(2026, 5, 1, 0), berlin(2026, 5, 2, 0)) == 3600
    assert split.open_seconds(berlin(2026, 1, 6, 0), berlin(2026, 1, 7, 0)) == 0


def test_a_night_belongs_to_the_day_on_which_it_begins():
    only_friday = WorkingHours("Europe/Berlin", {"friday": SHIFT}, {date(2026, 1, 16): []})
    assert only_friday.open_seconds(berlin(2026, 1, 10, 0), berlin(2026, 1, 11, 0)) == 6 * 3600
    assert only_friday.open_seconds(berlin(2026, 1, 16, 0), berlin(2026, 1, 18, 0)) == 0


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 29), 7), ((2026, 10, 25), 9)])
def test_a_night_in_which_the_clock_changes_is_as_long_as_it_is(day, hours):
    night = WorkingHours("Europe/Berlin", dict.fromkeys(WEEKDAYS, SHIFT))
    start = berlin(*day, 12) - timedelta(hours=24)
    assert night.open_seconds(start, berlin(*day, 12)) == hours * 3600


def test_always_open_is_calendar_time_over_centuries():
    always = CALENDARS["always"]
    for since, until in ((datetime(1890, 1, 1, tzinfo=UTC), datetime(2190, 1, 1, tzinfo=UTC)), SEASONS[:2]):
        assert always.open_seconds(since, until) == (until - since).total_seconds()


@pytest.mark.parametrize("year", [1, 1893, 1945, 2150, 9999])
def test_the_ends_of_all_time_are_no_error(year):
    since, until = datetime(year, 1, 1, tzinfo=UTC), datetime(year, 12, 31, 23, tzinfo=UTC)
    working = CALENDARS["split days"].open_seconds(since, until)
    assert 240 * 8.5 * 3600 < working < 262 * 8.5 * 3600


def test_every_country_has_holidays():
    known = regions_of()
    assert {"DE", "US", "KW", "GB"} <= known.keys()
    assert "BY" in known["DE"]
    assert date(2026, 11, 26) in holidays_of("US", None, 2026, 2026)
    assert date(2026, 1, 6) in holidays_of("DE", "BY", 2026, 2026)
    assert date(2026, 1, 6) not in holidays_of("DE", "BE", 2026, 2026)
    assert holidays_of("DE", None, 1700, 1800) == []
