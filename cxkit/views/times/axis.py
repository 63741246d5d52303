"""Axes of the pictures of time: round steps for counts, shares and lengths of time, and days that can be read."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from cxkit.views import theme
from cxkit.views.picture import number, text
from cxkit.words import lasting, many, percent

MINUTE, HOUR, DAY, YEAR = 60, 3_600, 86_400, 31_557_600
TIMES = (
    *(1, 2, 5, 10, 15, 30),
    *(minutes * MINUTE for minutes in (1, 2, 5, 10, 15, 30)),
    *(hours * HOUR for hours in (1, 2, 3, 6, 12)),
    *(days * DAY for days in (1, 2, 5, 10, 20, 30, 60, 100, 200)),
    *(years * YEAR for years in (1, 2, 5, 10, 20, 50)),
)
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


def labels(places: Sequence[tuple[float, str, str]], width: float, y: float) -> str:
    """Words under places of a horizontal axis, as many as can be read; the third part is said where it changes."""
    parts, free, told = [], -math.inf, ""
    for x, word, whole in places:
        words = f"{word} {whole}" if whole != told else word
        half = theme.text_width(words, 12) / 2
        middle = min(max(x, half - 40), width - half)
        if middle - half >= free:
            parts.append(f'<path d="M{number(x)},{number(y)}v4" stroke="{theme.LINES[0]}"/>')
            parts.append(text(middle, y + 17, words.strip(), fill=theme.MUTED, more='text-anchor="middle"'))
            free, told = middle + half + APART, whole
    return "".join(parts)
