"""Filters by when a journey was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import narwhals as nw

from cxkit import times
from cxkit.calendar import DAY, THURSDAY, WEEKDAYS, offsets
from cxkit.errors import InputError, not_found
from cxkit.schema import FIRST, JOURNEY, LAST, TIME
from cxkit.where.filter import Frame, Leaf

if TYPE_CHECKING:
    from cxkit.store.star import Star

HOUR, HOURS, WEEK = DAY // 24, 24, 7
Of = Literal["events", "starts"]
How = Literal["contained", "intersecting", "started", "completed", "covering"]
SAID: dict[How, str] = {
    "contained": "lies in",
    "intersecting": "touches",
    "started": "started in",
    "completed": "was last seen in",
    "covering": "is under way all through",
}


@dataclass(frozen=True, repr=False, eq=False)
class during(Leaf):
    """Journeys in a period of the log's time zone, which covers its whole length ("2026-06" includes June 30).

    `start` and `end` are "2026", "2026-Q2", "2026-06", "2026-W23", "2026-06-15", "2026-06-15 10:30", or ".." for an
    open side. `how`: all events inside (contained), any time inside (intersecting), the first event inside (started),
    the last event inside (completed), or begun by its beginning and not over before its end (covering).
    """

    start: str
    end: str | None = None
    how: How = "contained"
    positional = ("start", "end")
    needs_time = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", times.check_period(self.start))
        if self.end is not None:
            object.__setattr__(self, "end", times.check_period(self.end))
        if self.how not in get_args(How):
            raise not_found("way to be during a period", self.how, get_args(How))
        self._span("UTC")

    @property
    def says(self) -> str:
        span = self.start if self.end is None else f"{self.start} to {self.end}"
        return f"{SAID[self.how]} {span}"

    def _span(self, zone: str) -> tuple[int, int]:
        return times.period(self.start, self.end or self.start, zone)

    def journeys(self, star: Star) -> Frame:
        since, until = self._span(star.zone)
        begins, ends = nw.col(FIRST), nw.col(LAST)
        inside = {
            "contained": (begins >= since, ends < until),
            "intersecting": (begins < until, ends >= since),
            "started": (begins >= since, begins < until),
            "completed": (ends >= since, ends < until),
            "covering": (begins <= since, ends >= until - 1),
        }
        return star.outlines.filter(*inside[self.how]).select(JOURNEY)


@dataclass(frozen=True, repr=False, eq=False)
class in_week(Leaf):
    """Journeys that have an event at such hours of the week, in the log's time zone; or that begin at them.

    Parameters
    ----------
    days : weekdays as numbers, Monday is 1 and Sunday 7; all of them where none is given.
    hours : the hours of the day, each by its beginning (9 is 09:00 to 10:00); all of them where none is given.
    of : "events" for any event, "starts" for the first one of the journey.
    """

    days: Any = ()
    hours: Any = ()
    of: Of = "events"
    needs_time = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "days", _numbers("days", self.days, range(1, WEEK + 1)))
        object.__setattr__(self, "hours", _numbers("hours", self.hours, range(HOURS)))
        if not self.days and not self.hours:
            raise InputError("w.in_week needs days=, hours= or both.")
        if self.of not in get_args(Of):
            raise not_found("thing to look at", self.of, get_args(Of))

    @property
    def says(self) -> str:
        days = " or ".join(WEEKDAYS[day - 1].capitalize() for day in self.days)
        hours = " or ".join(f"{since:02d}:00 to {until:02d}:00" for since, until in _runs(self.hours))
        when = " ".join(filter(None, (days and f"on {days}", hours and f"from {hours}")))
        return f"begins {when}" if self.of == "starts" else f"has an event {when}"

    def journeys(self, star: Star) -> Frame:
        ends = star.outlines.select(nw.col(FIRST).min().alias(FIRST), nw.col(LAST).max().alias(LAST))
        (span,) = star.engine.collect(ends).to_pylist() or [{}]
        moments, moment = (star.outlines, FIRST) if self.of == "starts" else (star.moves, TIME)
        if span.get(FIRST) is None:
            return moments.filter(nw.lit(False)).select(JOURNEY)
        weekday, hour = on_the_clock(nw.col(moment), star.zone, (span[FIRST], span[LAST]))
        wanted = [weekday.is_in(list(self.days))] if self.days else []
        wanted += [hour.is_in(list(self.hours))] if self.hours else []
        inside = moments.filter(~nw.col(moment).is_null(), *wanted).select(JOURNEY)
        return inside if self.of == "starts" else inside.unique()


def on_the_clock(moment: nw.Expr, zone: str, span: tuple[int, int]) -> tuple[nw.Expr, nw.Expr]:
    """The weekday (1 is Monday) and the hour that a zone's clock shows at moments between the two of `span`."""
    ahead: nw.Expr | None = None
    for since, _, offset in offsets(times.zone_of(zone), span[0], span[1] + 1):
        other = nw.lit(offset)
        ahead = other if ahead is None else nw.when(moment >= since).then(other).otherwise(ahead)
    local = moment if ahead is None else moment + ahead
    weekday = ((local // DAY + THURSDAY) % WEEK + 1).cast(nw.Int64)
    return weekday, (local % DAY // HOUR).cast(nw.Int64)


def _numbers(word: str, given: object, allowed: range) -> tuple[int, ...]:
    """Numbers in their order, each once; raises where one is not among those allowed."""
    numbers = given if isinstance(given, list | tuple | set | range) else (given,)
    for number in numbers:
        if not isinstance(number, int) or isinstance(number, bool) or number not in allowed:
            raise InputError(f"{word}={number!r} is no number from {allowed[0]} to {allowed[-1]}.")
    return tuple(sorted(set(numbers)))


def _runs(hours: tuple[int, ...]) -> list[tuple[int, int]]:
    """The stretches that hours make: where each begins and ends."""
    runs: list[tuple[int, int]] = []
    for hour in hours:
        if runs and runs[-1][1] == hour:
            runs[-1] = runs[-1][0], hour + 1
        else:
            runs.append((hour, hour + 1))
    return runs
