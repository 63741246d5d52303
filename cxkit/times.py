"""Words for time: durations such as "2d", periods such as "2026-06", stamps as microseconds."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from cxkit.errors import InputError
from cxkit.schema import SECOND

if TYPE_CHECKING:
    import pyarrow as pa

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST_CHANGE = datetime(2050, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
OPEN_END = ".."
LONGEST = 2**62

UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|min|h|d|w)", re.ASCII)
PERIOD = re.compile(
    r"(?P<year>\d{4})(?:-Q(?P<quarter>[1-4])|-W(?P<week>\d{2})|-(?P<month>\d{2})(?:-(?P<day>\d{2})"
    r"(?:[T ](?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?)?)?)?",
    re.ASCII,
)


def duration(text: str, word: str = "within") -> int:
    """How many microseconds a duration such as "90s", "15min", "36h", "2d" or "1w 2d" lasts."""
    if not isinstance(text, str):
        raise InputError(f'{word}={text!r} has no unit. Write a duration such as "2d", "36h" or "15min".')
    parts = DURATION.findall(text)
    if not parts or DURATION.sub("", text).strip():
        raise InputError(f'{word}="{text}" is no duration. Write a number and s, min, h, d or w, such as "2d".')
    microseconds = sum(float(amount) * UNITS[unit] * SECOND for amount, unit in parts)
    if microseconds > LONGEST:
        raise InputError(f'{word}="{text}" is longer than any log. Choose a shorter duration.')
    return round(microseconds)


def period(start: str, end: str, zone: str) -> tuple[int, int]:
    """The half-open span [since, until) in microseconds from the beginning of `start` to the end of `end`.

    Both are periods in the log's time zone: "2026", "2026-Q2", "2026-06", "2026-W23", "2026-06-15" or
    "2026-06-15 10:30"; each covers its whole length. ".." leaves a side open.
    """
    since = -LONGEST if start == OPEN_END else _bounds(start, zone)[0]
    until = LONGEST if end == OPEN_END else _bounds(end, zone)[1]
    if since >= until:
        raise InputError(f'The period from "{start}" to "{end}" is empty: it ends before it starts.')
    return since, until


def instant(text: str, zone: str) -> int:
    """The first microsecond of a period, as `trim` uses it."""
    return _bounds(text, zone)[0]


def check_period(text: str) -> str:
    """The text itself if it is a period (or ".."), else an error that shows how to write one."""
    if isinstance(text, date):
        text = text.isoformat(" ", "seconds") if isinstance(text, datetime) else text.isoformat()
    if text != OPEN_END:
        _bounds(text, "UTC")
    return text


def zone_of(name: str) -> ZoneInfo:
    """The time zone of that name, such as "Europe/Berlin"."""
    if name not in _zones():
        raise InputError(f'No time zone "{name}". Write an IANA name such as "UTC" or "Europe/Berlin".')
    return ZoneInfo(name)


class ClockChange(NamedTuple):
    """When clocks are put on or back: the moment, and the offsets before and after it, all in microseconds."""

    at: int
    before: int
    after: int

    @property
    def twice(self) -> bool:
        """Whether the hour on the wall comes twice; else it does not come at all."""
        return self.after < self.before

    @property
    def wall(self) -> tuple[int, int]:
        """The times on the wall, from and to, that come twice or not at all."""
        return self.at + min(self.before, self.after), self.at + max(self.before, self.after)


@cache
def clock_changes(zone: str) -> tuple[ClockChange, ...]:
    """When the clocks of the zone were or will be put on or back, from 1970 to 2050.

    >>> len(clock_changes("UTC")), clock_changes("Europe/Berlin")[-1].twice
    (0, True)
    """
    here, changes, moment = zone_of(zone), list[ClockChange](), EPOCH
    while moment < LAST_CHANGE:
        later = moment + timedelta(days=1)
        if moment.astimezone(here).utcoffset() != later.astimezone(here).utcoffset():
            changes.append(_change(here, moment, later))
        moment = later
    return tuple(change for change in changes if change.before != change.after)


def _change(here: ZoneInfo, before: datetime, after: datetime) -> ClockChange:
    """The change of the clocks between two moments, to the minute."""
    old, new = (moment.astimezone(here).utcoffset() or timedelta(0) for moment in (before, after))
    while after - before > timedelta(minutes=1):
        middle = before + (after - before) // 2
        before, after = (middle, after) if middle.astimezone(here).utcoffset() == old else (before, middle)
    minutes = round((after - EPOCH) / timedelta(minutes=1))
    return ClockChange(minutes * 60 * SECOND, old // MICROSECOND, new // MICROSECOND)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones() - {"Factory", "localtime"})


def zoned(microseconds: pa.Array | pa.ChunkedArray, zone: str) -> pa.Array | pa.ChunkedArray:
    """Microseconds since 1970 in UTC as time stamps of the zone; null stays null."""
    import pyarrow as pa

    return microseconds.cast(pa.int64()).cast(pa.timestamp("us", tz=zone))


def _bounds(text: str, zone: str) -> tuple[int, int]:
    match = PERIOD.fullmatch(text) if isinstance(text, str) else None
    if not match:
        raise InputError(
            f'"{text}" is no period. Write "2026", "2026-Q2", "2026-06", "2026-W23", "2026-06-15" '
            'or "2026-06-15 10:30".'
        )
    parts = {name: int(value) for name, value in match.groupdict().items() if value}
    try:
        start, end = _span(parts)
    except (ValueError, OverflowError):
        raise InputError(f'"{text}" is not in the calendar.') from None
    since = _microseconds(start, zone)
    return since, since + (end - start) // MICROSECOND if "hour" in parts else _microseconds(end, zone)


def _span(parts: dict[str, int]) -> tuple[datetime, datetime]:
    year = parts["year"]
    if "week" in parts:
        monday = datetime.fromisocalendar(year, parts["week"], 1)
        return monday, monday + timedelta(days=7)
    if "quarter" in parts:
        return datetime(year, 3 * parts["quarter"] - 2, 1), _month_after(year, 3 * parts["quarter"])
    if "month" not in parts:
        return datetime(year, 1, 1), datetime(year + 1, 1, 1)
    if "day" not in parts:
        return datetime(year, parts["month"], 1), _month_after(year, parts["month"])
    start = datetime(
        year, parts["month"], parts["day"], parts.get("hour", 0), parts.get("minute", 0), parts.get("second", 0)
    )
    step = {"second": timedelta(seconds=1), "minute": timedelta(minutes=1)}
    return start, start + next((step[word] for word in step if word in parts), timedelta(days=1))


def _month_after(year: int, month: int) -> datetime:
    return datetime(year + month // 12, month % 12 + 1, 1)


def _microseconds(local: datetime, zone: str) -> int:
    return (local.replace(tzinfo=zone_of(zone)) - EPOCH) // MICROSECOND
