"""A small histogram of durations, or the steps by how long they keep journeys waiting."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from cxkit.views import theme
from cxkit.views.picture import Picture, keyed, number, text
from cxkit.views.small.bars import moves
from cxkit.views.small.frame import END, WIDTH, framed, nothing
from cxkit.words import given, in_days, lasting, many, percent, timed

Row = Mapping[str, Any]
RIGHT, TOP, FLOOR, LABELS = 0.6, 34, 136, 152
LEAST_LABEL = 44  # pixels between two labels of the axis
UNTIMED = "No time is known that could be measured here."


def durations(rows: Sequence[Row], *, title: str, population: object, note: str = "", of: int | None = None) -> Picture:
    """How long do so many journeys take, or how long do their steps wait?

    `rows` are those of `cxkit.views.histogram.durations`, without segments.
    """
    measured = [row for row in rows if row["count"] and given(row["median_seconds"]) is not None]
    if not measured:
        return nothing(title) if of == 0 else nothing(title, UNTIMED)
    if "low_seconds" not in measured[0]:
        return moves(measured, title=title)
    lows = [row["low_seconds"] for row in measured]
    bins = [row for row in rows if min(lows) <= row["low_seconds"] <= max(lows)]
    wide, most = WIDTH / len(bins), max(row["count"] for row in bins)
    bars = "".join(_bar(row, place * wide, wide, most) for place, row in enumerate(bins))
    drawn = (
        f'<g class="root"><path class="background" d="M0,{TOP}H{WIDTH}V{FLOOR}H0Z" fill="none"/><g>{bars}</g></g>'
        f'<path d="M0,{FLOOR}.5H{WIDTH}" stroke="{theme.LINES[0]}"/>'
        + _axis(bins, wide)
        + _quantile("P50", "median_seconds", bins, wide, 28)
        + _quantile("P90", "p90_seconds", bins, wide, 12)
        + text(0, 168, f"n = {many(bins[0]['journeys'], 'journey')}", size=12, fill=theme.MUTED)
    )
    words = f"Half take up to {timed(bins[0], 'median_seconds')}, nine in ten up to {timed(bins[0], 'p90_seconds')}."
    return framed(title, f"{population}. {words} {note}", drawn)


def _bar(row: Row, x: float, wide: float, most: int) -> str:
    """A bar; the first and the last of a trimmed axis hold all that is shorter or longer."""
    tall = max(1.0 if row["count"] else 0.0, (FLOOR - TOP) * row["count"] / most)
    tip = f"{_span(row)}, {many(row['count'], 'journey')}, {percent(row['share'])}"
    fill = theme.LINES[0] if row["high_seconds"] is None else theme.LONGER[3][0]
    shape = f"M{number(x + 0.5)},{FLOOR}v{number(-tall)}h{number(wide - 1)}v{number(tall)}Z"
    words = html.escape(tip)
    return (
        f'<path class="cx-bin"{keyed(row.get("key"))} aria-label="{words}" fill="{fill}" d="{shape}">'
        f"<title>{words}</title></path>"
    )


def _span(row: Row) -> str:
    days, high = in_days(row), row["high_seconds"]
    if high is None:
        return f"{lasting(row['low_seconds'], days)} or more"
    return f"{lasting(row['low_seconds'], days)} to {lasting(high, days)}"


def _axis(bins: Sequence[Row], wide: float) -> str:
    """The borders of bars, as many as can be read."""
    parts, free = [], 0.0
    for place, row in enumerate(bins):
        words = lasting(row["low_seconds"], in_days(row))
        x, half = place * wide, theme.text_width(words, 12) / 2
        if x - half >= free and x + half <= WIDTH:
            parts.append(text(x, LABELS, words, size=12, fill=theme.MUTED, more='text-anchor="middle"'))
            parts.append(f'<path d="M{number(x)},{FLOOR}v4" stroke="{theme.LINES[0]}"/>')
            free = max(x + LEAST_LABEL - half, x + half + 6)
    return "".join(parts)


def _quantile(name: str, column: str, bins: Sequence[Row], wide: float, y: int) -> str:
    """A line where so many journeys have ended, with its words beside it."""
    seconds = given(bins[0][column])
    if seconds is None:
        return ""
    place = next((place for place, row in reversed([*enumerate(bins)]) if row["low_seconds"] <= seconds), 0)
    low, high = bins[place]["low_seconds"], bins[place]["high_seconds"]
    x = wide * (place + (0.5 if high is None else (seconds - low) / (high - low)))
    words = f"{name} {timed(bins[0], column)}"
    left = x > RIGHT * WIDTH
    label = text(x - 6 if left else x + 6, y, words, size=12, more=f'font-weight="600"{" " + END if left else ""}')
    return f'<path d="M{number(x)},{y - 9}V{FLOOR}" stroke="{theme.INK}" pointer-events="none"/>{label}'
