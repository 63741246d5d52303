"""When is the firm open? Its hours by weekday, holidays and days of their own, as a running total of open time.

The firm is open at a moment when the clock on its wall shows one of the hours of that day: where clocks go forward the
hour that is skipped is none, where they go back the hour that comes twice counts twice. A night shift belongs to the
day on which it begins. Open time is counted from the beginning of a period, day by day, so that a span of time is two
look-ups in a small table: the total at its end less the total at its beginning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from cxkit.schema import SECOND
from cxkit.times import EPOCH, zone_of

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Times = np.ndarray[Any, np.dtype[np.int64]]

Hours = Sequence[tuple[int, int]]  # spans of a day in minutes after midnight; a night ends above 24 * 60
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MINUTE, DAY = 60 * SECOND, 86_400 * SECOND
THURSDAY = 3  # the weekday of 1970-01-01
FIRST_DAY, LAST_DAY = date.min.toordinal() - EPOCH.toordinal() + 2, date.max.toordinal() - EPOCH.toordinal() - 2
UTC_DAY, BEFORE = "utc_day", "open_before"


@dataclass(frozen=True)
class WorkingHours:
    """When somebody works: the hours of each weekday, what is public holiday, and days with hours of their own.

    >>> office = WorkingHours("Europe/Berlin", {"monday": [(540, 1020)]}, country="DE")
    >>> office.open_seconds(EPOCH.replace(year=2026, month=3, day=30), EPOCH.replace(year=2026, month=4, day=7))
    28800.0
    """

    zone: str
    weekly: Mapping[str, Hours]
    own: Mapping[date, Hours] = field(default_factory=dict)
    country: str | None = None
    region: str | None = None

    def open_seconds(self, since: datetime, until: datetime) -> float:
        """How many seconds of the time between two moments are working time?"""
        first, last = ((moment - EPOCH) // timedelta(microseconds=1) for moment in (since, until))
        return int(sum(shuts - opens for opens, shuts in zip(*self._open(first, last), strict=True))) / SECOND

    def days(self, since: int, until: int) -> pa.Table:
        """The running total of open time from the day of one moment to that of another, in microseconds since 1970.

        A row per day in UTC: `utc_day` (0 for the first), `open_before` (open microseconds of all days before it), and
        in as many pieces as a day may have `opens_0`, `shuts_0`, ... (microseconds after the day's beginning; a piece
        that a day lacks is empty).
        """
        import numpy as np
        import pyarrow as pa

        first, last = since // DAY, until // DAY
        opens, shuts = _by_day(*self._open(first * DAY, (last + 1) * DAY))
        day = opens // DAY - first
        piece = np.arange(len(day)) - np.searchsorted(day, day)
        pieces = int(piece.max(initial=-1)) + 1
        bounds = np.full((2, pieces, last - first + 1), DAY, np.int64)
        bounds[0, piece, day], bounds[1, piece, day] = opens - (day + first) * DAY, shuts - (day + first) * DAY
        total = (bounds[1] - bounds[0]).sum(axis=0)
        columns = {UTC_DAY: np.arange(last - first + 1), BEFORE: np.cumsum(total) - total}
        for number in range(pieces):
            columns |= {f"opens_{number}": bounds[0, number], f"shuts_{number}": bounds[1, number]}
        return pa.table({name: pa.array(column) for name, column in columns.items()})

    def _open(self, since: int, until: int) -> tuple[Times, Times]:
        """When the firm opens and when it shuts again, in order, as microseconds since 1970 in UTC."""
        import numpy as np

        spans = []
        opens, shuts = self._by_the_clock(_inside(since // DAY - 2), _inside(until // DAY + 2))
        for begin, end, offset in offsets(zone_of(self.zone), since, until):
            first = np.searchsorted(shuts, begin + offset, "right")
            last = np.searchsorted(opens, end + offset, "left")
            spans.append(np.clip(np.stack([opens[first:last], shuts[first:last]]) - offset, begin, end))
        both = np.concatenate(spans, axis=1) if spans else np.zeros((2, 0), np.int64)
        return _merged(*both)

    def _by_the_clock(self, first: int, last: int) -> tuple[Times, Times]:
        """When the clock on the wall shows that the firm opens and shuts, from one day to another, in order."""
        import numpy as np

        days = np.arange(first, last + 1)
        own = {day.toordinal() - EPOCH.toordinal(): hours for day, hours in self._special(first, last).items()}
        usual = days[~np.isin(days, list(own))] if own else days
        parts = [np.zeros((2, 0), np.int64)]
        for weekday, name in enumerate(WEEKDAYS):
            same = usual[(usual + THURSDAY) % 7 == weekday]
            parts += [
                np.stack([same * DAY + a * MINUTE, same * DAY + b * MINUTE]) for a, b in self.weekly.get(name, ())
            ]
        special = [(day * DAY + a * MINUTE, day * DAY + b * MINUTE) for day, hours in own.items() for a, b in hours]
        parts += [np.array(special, np.int64).T] if special else []
        both = np.concatenate(parts, axis=1)
        return _merged(*both[:, np.argsort(both[0], kind="stable")])

    def _special(self, first: int, last: int) -> dict[date, Hours]:
        """The days whose hours are not those of their weekday; holidays have none, unless they are named."""
        years = [(EPOCH + timedelta(days=day)).year for day in (first, last)]
        closed: dict[date, Hours] = dict.fromkeys(holidays_of(self.country, self.region, *years), ())
        return closed | dict(self.own)


def holidays_of(country: str | None, region: str | None, first: int, last: int) -> list[date]:
    """The public holidays of a country, and of a region of it, from one year to another."""
    if country is None:
        return []
    import holidays

    of_country = holidays.country_holidays(country, subdiv=region)
    years = range(max(first, of_country.start_year), min(last, of_country.end_year) + 1)
    return sorted(holidays.country_holidays(country, subdiv=region, years=years)) if years else []


def regions_of() -> Mapping[str, Sequence[str]]:
    """The countries whose holidays are known, such as "DE", each with its regions, such as "BY"."""
    import holidays

    return holidays.list_supported_countries()


def _inside(day: int) -> int:
    """A day that has a date, counted from 1970."""
    return min(max(day, FIRST_DAY), LAST_DAY)


def offsets(zone: tzinfo, since: int, until: int) -> Iterator[tuple[int, int, int]]:
    """The stretches of a period in which the clock differs from UTC by the same: from, to, by how much."""
    begin = since
    offset = _offset(zone, since)
    for day in range(since // DAY + 1, until // DAY + 2):
        low, high = (day - 1) * DAY, day * DAY
        other = _offset(zone, high)
        while other != offset and high - low > SECOND:
            middle = (low + high) // 2 // SECOND * SECOND
            low, high = (low, middle) if _offset(zone, middle) != offset else (middle, high)
        if other != offset and high < until:
            if high > begin:
                yield begin, high, offset
            begin = max(high, since)
        offset = other
    if begin < until:
        yield begin, until, _offset(zone, begin)


def _offset(zone: tzinfo, moment: int) -> int:
    day = _inside(moment // DAY)
    local = (EPOCH + timedelta(days=day, microseconds=moment % DAY)).astimezone(zone)
    return (local.utcoffset() or timedelta()) // timedelta(microseconds=1)


def _merged(opens: Times, shuts: Times) -> tuple[Times, Times]:
    """Spans in the order of their beginnings, those that touch or overlap made one."""
    import numpy as np

    if not len(opens):
        return opens, shuts
    reached = np.maximum.accumulate(shuts)
    apart = opens[1:] > reached[:-1]
    kept = np.concatenate([[True], apart]), np.concatenate([apart, [True]])
    opens, shuts = opens[kept[0]], reached[kept[1]]
    return opens[shuts > opens], shuts[shuts > opens]


def _by_day(opens: Times, shuts: Times) -> tuple[Times, Times]:
    """The same spans, cut at every midnight in UTC."""
    import numpy as np

    first, count = opens // DAY, (shuts - 1) // DAY - opens // DAY + 1
    place = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    midnight = (np.repeat(first, count) + place) * DAY
    return np.maximum(np.repeat(opens, count), midnight), np.minimum(np.repeat(shuts, count), midnight + DAY)
