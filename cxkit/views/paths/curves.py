"""Curves over time: which share has ended how, with bands that say how sure it is."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from cxkit.views import theme
from cxkit.views.picture import MARGIN, WIDTH, Picture, drawing, empty, heading, keyed, number, text
from cxkit.words import lasting, many, percent

Row = Mapping[str, Any]
LEFT, RIGHT, HIGH, SIZE, TICKS, APART = 48, 190, 340, 12, 6, 17
CALLED = {"goal": "goal reached", "cancel": "cancelled", "silent": "fell silent"}
NOT_KNOWN = (
    "When journeys end is not known.",
    "Name goals in the engagement file, and open the store with it.",
)


def time_to_goal(rows: Sequence[Row], *, title: str, population: object, note: str = "", known: bool = True) -> Picture:
    """A curve for each outcome; where segments are compared, for each segment the curve of the goal.

    `rows` has one row a segment, outcome and time: `segment`, `outcome`, `seconds`, `share`, its ends, `left`, `count`.
    """
    if not rows:
        return empty(title, population, note) if known else empty(title, population, note, why=NOT_KNOWN)
    segments = list(dict.fromkeys(row["segment"] for row in rows))
    compared = len(segments) > 1
    curves = [
        part
        for segment in segments
        for word in (("goal",) if compared else CALLED)
        if (part := [row for row in rows if (row["segment"], row["outcome"]) == (segment, word)])[0]["count"]
    ]
    words = "Share that has reached the goal" if compared else "Share that has ended so"
    head, y = heading(title, [str(population), f"{note} {words}, by time since the first event."], WIDTH)
    top, most = y + 14, max((row["share_high"] or row["share"] for part in curves for row in part), default=0.0)
    scale = Scale(max(row["seconds"] for row in rows) or 1.0, _ceiling(most), top)
    colours = [theme.CATEGORIES[place][0] for place in range(len(curves))]
    names = [theme.clean(part[0]["segment"]) if compared else CALLED[part[0]["outcome"]] for part in curves]
    body = head + scale.grid(rows)
    body += "".join(_band(part, scale, colour) for part, colour in zip(curves, colours, strict=True))
    body += "".join(_curve(*drawn, scale) for drawn in zip(curves, names, colours, strict=True))
    body += _labels(curves, names, colours, scale)
    spoken = ". ".join(f"{name}: {_spoken(part[-1])}" for part, name in zip(curves, names, strict=True))
    return Picture(title, drawing(title, spoken or "Nothing.", body, WIDTH + 2 * MARGIN, top + HIGH + 62 + 2 * MARGIN))


class Scale:
    """Where a time and a share stand."""

    def __init__(self, longest: float, most: float, top: float) -> None:
        self.longest, self.most, self.top = longest, most, top

    def x(self, seconds: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * seconds / self.longest

    def y(self, share: float) -> float:
        return self.top + HIGH * (1 - share / self.most)

    def grid(self, rows: Sequence[Row]) -> str:
        """Lines across with their shares, the times below, and how many journeys are still looked at."""
        drawn = ""
        for step in range(5):
            y = self.y(self.most * step / 4)
            drawn += f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{number(y)}" y2="{number(y)}" stroke="{theme.GRID}"/>'
            drawn += text(LEFT - 8, y + 4, percent(self.most * step / 4), fill=theme.MUTED, more='text-anchor="end"')
        moments = sorted({row["seconds"] for row in rows})
        shown = moments[:: max(1, (len(moments) - 1) // TICKS)]
        base = self.top + HIGH
        for seconds in shown:
            left = sum({row["segment"]: row["left"] for row in rows if row["seconds"] == seconds}.values())
            x = self.x(seconds)
            drawn += text(x, base + 20, lasting(seconds), fill=theme.MUTED, more='text-anchor="middle"')
            drawn += text(x, base + 44, many(left), fill=theme.MUTED, size=11, more='text-anchor="middle"')
        return drawn + text(WIDTH - RIGHT + 40, base + 44, "journeys still looked at", fill=theme.MUTED, size=11)


def _ceiling(most: float) -> float:
    """The share at the top of the picture: a round one above all of them."""
    return next((limit for limit in (0.04, 0.08, 0.2, 0.4, 0.6, 0.8) if most <= limit), 1.0)


def _band(part: Sequence[Row], scale: Scale, colour: str) -> str:
    sure = [row for row in part if row["share_low"] is not None]
    if len(sure) < 2:
        return ""
    upper = [f"{number(scale.x(row['seconds']))},{number(scale.y(row['share_high']))}" for row in sure]
    lower = [f"{number(scale.x(row['seconds']))},{number(scale.y(row['share_low']))}" for row in reversed(sure)]
    return f'<polygon points="{" ".join(upper + lower)}" fill="{colour}" fill-opacity="0.18"/>'


def _curve(part: Sequence[Row], name: str, colour: str, scale: Scale) -> str:
    points = " ".join(f"{number(scale.x(row['seconds']))},{number(scale.y(row['share']))}" for row in part)
    dots = "".join(
        f'<circle cx="{number(scale.x(row["seconds"]))}" cy="{number(scale.y(row["share"]))}" r="6" fill="{colour}" '
        f'fill-opacity="0"><title>{html.escape(f"{name}: {_spoken(row)}")}</title></circle>'
        for row in part
    )
    return (
        f'<g class="cx-bar"{keyed(part[0].get("key"))}><polyline points="{points}" fill="none" stroke="{colour}" '
        f'stroke-width="2.5" stroke-linejoin="round"/>{dots}</g>'
    )


def _labels(curves: Sequence[Sequence[Row]], names: Sequence[str], colours: Sequence[str], scale: Scale) -> str:
    """The name of each curve where it ends, moved apart where they end close together."""
    ends = sorted(zip(curves, names, colours, strict=True), key=lambda curve: -curve[0][-1]["share"])
    wanted = [scale.y(part[-1]["share"]) + 4 for part, *_ in ends]
    lowest = scale.top + HIGH
    drawn, y = "", 0.0
    for place, (part, name, colour) in enumerate(ends):
        room = lowest - APART * (len(ends) - place - 1)
        y = min(max(wanted[place], y + APART if place else wanted[place]), room)
        words = f"{theme.fit(name, RIGHT - 70, SIZE)} {percent(part[-1]['share'])}"
        drawn += f'<rect x="{WIDTH - RIGHT + 10}" y="{number(y - 9)}" width="10" height="10" rx="2" fill="{colour}"/>'
        drawn += text(WIDTH - RIGHT + 26, y, words, size=SIZE)
    return drawn


def _spoken(row: Row) -> str:
    sure = "" if row["share_low"] is None else f" ({percent(row['share_low'])} to {percent(row['share_high'])})"
    left = f"{many(row['left'], 'journey')} still looked at"
    return f"{percent(row['share'])}{sure} within {lasting(row['seconds'])}, {left}"
