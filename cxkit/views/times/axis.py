"""Axes of the pictures of time: round steps for counts, shares and lengths of time, and days that can be read."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from cxkit.views import theme
from cxkit.views.picture import number, text
from cxkit.words import dated, lasting, many, percent

MINUTE, HOUR, DAY, YEAR = 60, 3_600, 86_400, 31_557_600
TIMES = (
    *(1, 2, 5, 10, 15, 30),
    *(minutes * MINUTE for minutes in (1, 2, 5, 10, 15, 30)),
    *(hours * HOUR for hours in (1, 2, 3, 6, 12)),
    *(days * DAY for days in (1, 2, 5, 10, 20, 30, 60, 100, 200)),
    *(years * YEAR for years in (1, 2, 5, 10, 20, 50)),
)
MONTHLY = timedelta(days=100)  # a line that is longer has the beginnings of months on it
MOST_STEPS = 4
APART = 14  # pixels between two labels


class Axis(NamedTuple):
    """Where the marks of an axis are, what they say, and how far it goes."""

    top: float
    marks: Sequence[float]
    say: Callable[[float], str]


def counts(most: float) -> Axis:
    """An axis of counts from 0."""
    return _axis(most, max(1.0, _round_step(most)), many)


def shares(most: float) -> Axis:
    """An axis of shares from 0, to 1 at most."""
    step = next((step for step in (0.01, 0.02, 0.05, 0.1, 0.2) if most <= MOST_STEPS * step), 0.25)
    return _axis(min(most, 1.0), step, percent)


def seconds(most: float) -> Axis:
    """An axis of lengths of time from 0."""
    step = next((step for step in TIMES if most <= MOST_STEPS * step), _round_step(most))
    return _axis(most, step, lasting)


def _round_step(most: float) -> float:
    least = max(most, 1e-9) / MOST_STEPS
    size = 10.0 ** math.floor(math.log10(least))
    return next(size * factor for factor in (1, 2, 5, 10) if size * factor >= least * (1 - 1e-9))


def _axis(most: float, step: float, say: Callable[[float], str]) -> Axis:
    steps = max(1, math.ceil(most / step - 1e-9))
    return Axis(steps * step, [place * step for place in range(steps + 1)], say)


def grid(axis: Axis, width: float, height: float) -> str:
    """The lines of a vertical axis and their words to the left of it."""
    parts = []
    for mark in axis.marks:
        y = height * (1 - mark / axis.top)
        parts.append(f'<path d="M0,{number(y)}H{number(width)}" stroke="{theme.GRID if mark else theme.LINES[0]}"/>')
        parts.append(text(-8, y + 4, axis.say(mark), fill=theme.MUTED, more='text-anchor="end"'))
    return "".join(parts)


class Line(NamedTuple):
    """A line of time: the seconds since the beginning of the log at its ends, and when that was, if dates are known."""

    low: float
    high: float
    beginning: datetime | None

    def place(self, seconds: float) -> float:
        """Where a moment is, from 0 at the left end to 1 at the right."""
        return (seconds - self.low) / ((self.high - self.low) or 1.0)

    def marks(self) -> list[tuple[float, str, str]]:
        """Where there are words, what they say, and the year."""
        if self.beginning is None:
            return [(self.place(mark), lasting(mark), "") for mark in seconds(self.high).marks if mark >= self.low]
        ends = [self.beginning + timedelta(seconds=end) for end in (self.low, self.high)]
        begin = self.beginning
        return [(self.place((day - begin).total_seconds()), *_clock(day, ends)) for day in _days(*ends)]


def line(moments: Sequence[tuple[datetime | None, float]]) -> Line:
    """The line of time on which these moments are: each its date, if that is known, and the seconds since the log's."""
    since = [far for _, far in moments]
    day = next(((time, far) for time, far in moments if time is not None), None)
    return Line(min(since), max(since), day and day[0] - timedelta(seconds=day[1]))


def _days(first: datetime, last: datetime) -> Iterator[datetime]:
    """The hours, days or months that begin between two moments."""
    span, day = last - first, first.replace(hour=0, minute=0, second=0, microsecond=0)
    step = timedelta(hours=1) if span <= timedelta(days=2) else timedelta(days=1)
    if span > MONTHLY:
        day = day.replace(day=1)
    while day <= last:
        if day >= first:
            yield day
        day = (day + timedelta(days=32)).replace(day=1) if span > MONTHLY else day + step


def _clock(moment: datetime, ends: Sequence[datetime]) -> tuple[str, str]:
    """What a mark says of its moment, and what it says besides where that changes."""
    if ends[1] - ends[0] <= timedelta(days=2):
        return f"{moment.hour:02d}:00", dated(moment)
    words = dated(moment, year=False)
    return words.partition(" ")[2] if ends[1] - ends[0] > MONTHLY else words, str(moment.year)


def labels(places: Sequence[tuple[float, str, str]], width: float, y: float, *, room: float = 0) -> str:
    """Words under places of a horizontal axis, as many as can be read; the third part is said where it changes.

    `room` is how far words may reach out to the left.
    """
    parts, free, told = [], -math.inf, ""
    for x, word, whole in places:
        words = f"{word} {whole}" if whole != told else word
        half = theme.text_width(words, 12) / 2
        middle = min(max(x, half - room), width - half)
        if middle - half >= free:
            parts.append(f'<path d="M{number(x)},{number(y)}v4" stroke="{theme.LINES[0]}"/>')
            parts.append(text(middle, y + 17, words.strip(), fill=theme.MUTED, more='text-anchor="middle"'))
            free, told = middle + half + APART, whole
    return "".join(parts)
