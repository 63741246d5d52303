"""Small bars: how many journeys have which value, and on which steps the most time is spent waiting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cxkit.views import theme
from cxkit.views.picture import Picture
from cxkit.views.small.frame import END, ROWS, WIDTH, bar, framed, last, line, nothing, word
from cxkit.words import given, many, percent, timed

Row = Mapping[str, Any]
NAME, FIGURE = 148, 104
STEPS = 236


def segments(rows: Sequence[Row], *, title: str, population: object, note: str = "") -> Picture:
    """A bar for each value, the most frequent first; the others are counted in the last line."""
    if not rows:
        return nothing(title)
    shown, rest = rows[:ROWS], rows[ROWS:]
    most = max(row["count"] for row in shown)
    bars = "".join(_segment(row, place, most) for place, row in enumerate(shown))
    left, journeys = sum(row["count"] for row in rest), many(sum(row["count"] for row in rows), "journey")
    words = f"other: {many(len(rest), 'value')} with {many(left, 'journey')}" if rest else f"n = {journeys}"
    description = ", ".join(f"{theme.clean(row['segment'])}: {many(row['count'])}" for row in shown)
    return framed(title, f"{population}. {note} {description}. {words}", bars + last(words))


def _segment(row: Row, place: int, most: int) -> str:
    name, room = theme.clean(row["segment"]), WIDTH - NAME - FIGURE
    tip = (
        f"{name}: {many(row['count'])} · {percent(row['share'])} · median {timed(row, 'median_seconds')}, "
        f"{many(row['customers'], 'customer')}"
    )
    drawn = (
        word(NAME - 8, place, theme.fit(name, NAME - 10, 12), more=END)
        + bar(NAME, place, room * row["count"] / most)
        + word(WIDTH, place, f"{many(row['count'])} · {percent(row['share'])}", fill=theme.MUTED, more=END)
    )
    return line(place, row.get("key"), tip, drawn, "cx-bar")


def moves(rows: Sequence[Row], *, title: str) -> Picture:
    """A bar for the time that all journeys together wait on each step, the longest first; the others in one line."""
    ranked = sorted(rows, key=lambda row: -total(row))
    shown, rest = ranked[:ROWS], ranked[ROWS:]
    every = sum(map(total, rows)) or 1.0
    most = total(shown[0]) or 1.0
    bars = "".join(_move(row, place, most, every) for place, row in enumerate(shown))
    left = sum(map(total, rest)) / every
    words = f"other: {many(len(rest), 'step')} with {percent(left)} of all waiting" if rest else "all steps"
    return framed(title, f"The steps on which journeys wait longest. {words}", bars + last(words))


def total(row: Row) -> float:
    """The seconds that all journeys together wait on a step."""
    return float(row["count"] * (given(row["mean_seconds"]) or 0.0))


def _move(row: Row, place: int, most: float, every: float) -> str:
    names = [theme.clean(row[end]) for end in ("activity", "next_activity")]
    label = " \N{RIGHTWARDS ARROW} ".join(theme.isolated(theme.fit(name, STEPS / 2 - 14, 12)) for name in names)
    share = percent(total(row) / every)
    tip = (
        f"Step from {names[0]} to {names[1]}: {share} of all waiting; {many(row['count'])} times in "
        f"{many(row['journeys'], 'journey')}, median {timed(row, 'median_seconds')}"
    )
    drawn = (
        word(0, place, label)
        + bar(STEPS, place, (WIDTH - STEPS - 92) * total(row) / most, theme.LONGER[3][0])
        + word(WIDTH - 50, place, share, more=END)
        + word(WIDTH, place, timed(row, "median_seconds"), fill=theme.MUTED, more=END)
    )
    return line(place, row.get("key"), tip, drawn, "cx-bar")
