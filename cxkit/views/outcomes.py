"""Outcomes as bars: a row for each segment, cut into goal, cancel and silent, with the open journeys beside it."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from cxkit.views import theme
from cxkit.views.picture import MARGIN, WIDTH, Picture, area, drawing, empty, heading, keyed, number, text
from cxkit.words import many, percent

Row = Mapping[str, Any]
MOST, ROW, NAME, FIGURES, SIZE, BAR = 20, 40, 200, 190, 13, 22
NOT_KNOWN = (
    "How journeys end is not known.",
    "Name goals in the engagement file, and open the store with it.",
)
COLOURS = dict(zip(("goal", "cancel", "silent"), theme.CATEGORIES, strict=False))
CALLED = {"goal": "goal reached", "cancel": "cancelled", "silent": "fell silent"}


def outcomes(
    rows: Sequence[Row], *, title: str, population: object, note: str = "", known: bool = True, top: int = MOST
) -> Picture:
    """A bar for each segment, the largest first; `top` of them are drawn and the others are counted.

    `rows` has one row a segment and outcome: `segment`, `outcome` (goal, cancel, silent, open), `count`, `customers`,
    and of ended ones `share`, `share_low`, `share_high`. `known` is whether anybody said what a goal is.
    """
    if not rows:
        return empty(title, population, note) if known else empty(title, population, note, why=NOT_KNOWN)
    parts: dict[str, list[Row]] = {}
    for row in rows:
        parts.setdefault(row["segment"], []).append(row)
    shown = list(parts.values())[:top]
    words = f"{note} {_left_out(list(parts.values())[top:])}".strip()
    head, height = heading(title, [str(population), words], WIDTH)
    bars = "".join(_drawn(part, place, height + 42 + place * ROW) for place, part in enumerate(shown))
    said = ". ".join(f"{theme.clean(part[0]['segment'])}: {_spoken(part)}" for part in shown)
    size = WIDTH + 2 * MARGIN, height + 42 + len(shown) * ROW + 2 * MARGIN
    return Picture(title, drawing(title, said, head + _legend(height + 24) + bars, *size))


def _left_out(rest: Sequence[Sequence[Row]]) -> str:
    if not rest:
        return ""
    journeys = many(sum(row["count"] for part in rest for row in part), "journey")
    return f"{many(len(rest), 'smaller segment')} with {journeys} left out."


def _spoken(part: Sequence[Row]) -> str:
    return ", ".join(f"{CALLED.get(row['outcome'], 'still open')} {many(row['count'])}" for row in part)


def _legend(y: float) -> str:
    drawn, x = [], float(NAME)
    for outcome, (colour, _) in COLOURS.items():
        drawn.append(f'<rect x="{number(x)}" y="{number(y - 10)}" width="12" height="12" rx="2" fill="{colour}"/>')
        drawn.append(text(x + 18, y, CALLED[outcome], fill=theme.MUTED))
        x += 40 + theme.text_width(CALLED[outcome], 12)
    return "".join(drawn)


def _drawn(part: Sequence[Row], rank: int, y: float) -> str:
    """One segment's bar: each outcome is a stretch as long as its share, with its figure where there is room."""
    name, base = theme.clean(part[0]["segment"]), y + 24
    ended = sum(row["count"] for row in part if row["outcome"] in COLOURS)
    still = sum(row["count"] for row in part if row["outcome"] not in COLOURS)
    figures = f"{many(ended)} ended" + (f", {many(still)} still open" if still else "")
    x, drawn = float(NAME), []
    for row in part:
        if row["outcome"] in COLOURS and row["count"]:
            width = (WIDTH - NAME - FIGURES) * row["count"] / ended
            drawn.append(_stretch(row, x, y + 8, width))
            x += width
    return (
        f'<g class="cx-bar" data-rank="{rank}">'
        + area(y, ROW)
        + text(NAME - 12, base, theme.fit(name, NAME - 20, SIZE), size=SIZE, more='text-anchor="end"')
        + "".join(drawn)
        + text(WIDTH - FIGURES + 10, base, figures, fill=theme.MUTED)
        + "</g>"
    )


def _stretch(row: Row, x: float, y: float, width: float) -> str:
    colour, ink = COLOURS[row["outcome"]]
    share = percent(row["share"])
    sure = "" if row["share_low"] is None else f", {percent(row['share_low'])} to {percent(row['share_high'])}"
    tip = (
        f"{theme.clean(row['segment'])}, {CALLED[row['outcome']]}: {many(row['count'], 'journey')} of "
        f"{many(row['customers'], 'customer')}, {share} of ended ones{sure}"
    )
    fits = width > theme.text_width(share, 12, bold=True) + 12
    figure = text(x + 7, y + 15.5, share, fill=ink, more='font-weight="600"') if fits else ""
    return (
        f'<g class="cx-outcome" data-outcome="{row["outcome"]}"{keyed(row.get("key"))}>'
        f"<title>{html.escape(tip)}</title>"
        f'<rect x="{number(x)}" y="{number(y)}" width="{number(max(1.0, width))}" height="{BAR}" fill="{colour}"/>'
        f"{figure}</g>"
    )
