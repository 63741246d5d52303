"""When do things happen? Local time, opening hours and the moments people choose."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from .parameters import DAY, HOUR, World

YEARS = range(2015, 2041)
EPOCH = dt.date(1970, 1, 1)


def _last_sunday(year: int, month: int) -> int:
    last = dt.date(year, month, 31)
    return (last - dt.timedelta(days=(last.weekday() + 1) % 7) - EPOCH).days


# Central European summer time runs from the last Sunday of March to the last Sunday of October, 01:00 UTC.
SWITCHES = [_last_sunday(year, month) * DAY + HOUR for year in YEARS for month in (3, 10)]
FIXED_HOLIDAYS = ((1, 1), (5, 1), (10, 3), (12, 25), (12, 26))
HOLIDAYS = frozenset((dt.date(year, m, d) - EPOCH).days for year in YEARS for m, d in FIXED_HOLIDAYS)


def local(moment: float) -> float:
    """What does the clock on the wall show? Seconds since 1970 in Central European time."""
    return moment + HOUR * (1 + bisect_right(SWITCHES, moment) % 2)


def local_date(moment: float) -> dt.date:
    """Which day is it for the customer?"""
    return EPOCH + dt.timedelta(days=int(local(moment) // DAY))


def midnight(date: dt.date) -> float:
    """When does this day begin for the customer? Seconds since 1970, UTC."""
    wall = (date - EPOCH).days * DAY
    return wall - HOUR if local(wall - HOUR) == wall else wall - 2 * HOUR


@dataclass(frozen=True)
class Hours:
    """How likely is a moment? One weight from 0 (closed) to 100 per hour of a weekday, a Saturday, a Sunday.

    `patience` is the mean number of hours after which somebody who found a bad moment tries another.
    """

    weekday: tuple[int, ...]
    saturday: tuple[int, ...]
    sunday: tuple[int, ...]
    patience: float = 4

    def weight(self, moment: float) -> int:
        """How busy is this hour of this day, from 0 to 100?"""
        day, second = divmod(local(moment), DAY)
        weekday = 6 if day in HOLIDAYS else (int(day) + 3) % 7
        week = self.weekday if weekday < 5 else self.saturday if weekday == 5 else self.sunday
        return week[int(second // HOUR)]

    def settle(self, rng: np.random.Generator, moment: float, same_sitting: bool = False) -> float:
        """When does it really happen? At once in the same sitting, else when people like to do it."""
        if same_sitting and self.weight(moment) > 0:
            return moment
        while 100 * rng.random() >= self.weight(moment):
            moment += rng.exponential(self.patience * HOUR)
        return moment


def _open(first: int, last: int, weights: tuple[int, ...] = (100,)) -> tuple[int, ...]:
    """Weights of a day that is open from `first` to `last`; the given weights are spread over it."""
    span = last - first
    return tuple(weights[(hour - first) * len(weights) // span] if first <= hour < last else 0 for hour in range(24))


CLOSED = (0,) * 24
ALWAYS = (100,) * 24
WORKDAY = (6, 3, 2, 2, 2, 4, 12, 22, 28, 30, 32, 34, 42, 36, 32, 34, 42, 58, 74, 92, 100, 94, 60, 24)
WEEKEND = (10, 5, 3, 2, 2, 2, 6, 16, 38, 62, 82, 90, 84, 78, 80, 84, 86, 86, 86, 94, 100, 86, 54, 26)

MACHINE = Hours(ALWAYS, ALWAYS, ALWAYS)
NIGHT_RUN = Hours(_open(1, 5), _open(1, 5), _open(1, 5))
ONLINE = Hours(WORKDAY, WEEKEND, WEEKEND)
PHONE = Hours(_open(8, 20, (80, 100, 70, 65, 85, 60)), _open(9, 16, (60,)), CLOSED, patience=8)
SHOP = Hours(_open(10, 19, (45, 60, 80)), _open(10, 18), CLOSED, patience=8)
DESK = Hours(_open(8, 18, (90, 100, 60, 90, 50)), CLOSED, CLOSED)
FIELD = Hours(_open(8, 18, (100, 90, 60, 80, 40)), _open(8, 13, (20,)), CLOSED, patience=8)
WAREHOUSE = Hours(_open(6, 20, (50, 70, 100, 90)), CLOSED, CLOSED)
PARCEL = Hours(_open(9, 19, (60, 100, 80, 50)), _open(9, 15, (70,)), CLOSED, patience=8)


class Calendar:
    """On which day do journeys begin? Growth times season, one weight per day of the log."""

    def __init__(self, world: World) -> None:
        self.begin = world.begin
        days = np.arange(int((world.horizon - world.begin) // DAY))
        dates = np.datetime64(world.first_month, "D") + days
        months = dates.astype("datetime64[M]").astype(np.int64) % 12
        weights = (1 + world.growth_per_year * days / 365) * np.array(world.season)[months]
        self.cumulative = np.cumsum(weights) / weights.sum()

    def draw(self, rng: np.random.Generator, count: int) -> list[float]:
        """When do this customer's journeys begin? Sorted seconds since 1970."""
        days = np.searchsorted(self.cumulative, rng.random(count), side="right") + rng.random(count)
        return sorted(float(self.begin + day * DAY) for day in days)
