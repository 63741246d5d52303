"""Outcomes as bars: a row for each segment, cut into goal, cancel and silent, with the open journeys beside it."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from cxkit.views import theme
from cxkit.views.picture import MARGIN, WIDTH, Picture, area, drawing, empty, heading, number, text

Row = Mapping[str, Any]
_MOST, _ROW, _NAME, _FIGURES, _SIZE, _BAR = 20, 40, 200, 190, 13, 22
_NOT_KNOWN = (
    "How journeys end is not known.",
    "Name goals in the engagement file, and open the store with it.",
)
_COLOURS = dict(zip(("goal", "cancel", "silent"), theme.CATEGORIES, strict=False))
_SAID = {"goal": "goal reached", "cancel": "cancelled", "silent": "fell silent"}


def outcomes(
    rows: Sequence[Row], *, title: str, population: object, note: str = "", known: bool = True, top: int = _MOST
) -> Picture:
    """A bar for each segment, the largest first; `top` of them are drawn and the others are counted.

    `rows` has one row a segment and outcome: `segment`, `outcome` (goal, cancel, silent, open), `count`, `customers`,
    and of ended ones `share`, `share_low`, `share_high`. `known` is whether anybody said what a goal is.
    """
    if not rows:
        return empty(title, population, note) if known else empty(title, population, note, why=_NOT_KNOWN)
    parts: dict[str, list[Row]] = {}
    for row in rows:
        parts.setdefault(row["segment"], []).append(row)
    shown = list(parts.values())[:top]
    words = f"{note} {_left_out(list(parts.values())[top:])}".strip()
    head, height = heading(title, [str(population), words], WIDTH)
    bars = "".join(_drawn(part, place, height + 42 + place * _ROW) for place, part in enumerate(shown))
    said = ". ".join(f"{theme.clean(part[0]['segment'])}: {_spoken(part)}" for part in shown)
    size = WIDTH + 2 * MARGIN, height + 42 + len(shown) * _ROW + 2 * MARGIN
    return Picture(title, drawing(title, said, head + _legend(height + 24) + bars, *size))


def _left_out(rest: Sequence[Sequence[Row]]) -> str:
    if not rest:
        return ""
    journeys = theme.plural(sum(row["count"] for part in rest for row in part), "journey")
    return f"{theme.plural(len(rest), 'smaller segment')} with {journeys} left out."


def _spoken(part: Sequence[Row]) -> str:
    return ", ".join(f"{_SAID.get(row['outcome'], 'still open')} {theme.count(row['count'])}" for row in part)


def _legend(y: float) -> str:
    drawn, x = [], float(_NAME)
    for outcome, (colour, _) in _COLOURS.items():
        drawn.append(f'<rect x="{number(x)}" y="{number(y - 10)}" width="12" height="12" rx="2" fill="{colour}"/>')
        drawn.append(text(x + 18, y, _SAID[outcome], fill=theme.MUTED))
        x += 40 + theme.text_width(_SAID[outcome], 12)
    return "".join(drawn)


def _drawn(part: Sequence[Row], rank: int, y: float) -> str:
    """One segment's bar: each outcome is a stretch as long as its share, with its figure where there is room."""
    name, base = theme.clean(part[0]["segment"]), y + 24
    ended = sum(row["count"] for row in part if row["outcome"] in _COLOURS)
    still = sum(row["count"] for row in part if row["outcome"] not in _COLOURS)
    figures = f"{theme.count(ended)} ended" + (f", {theme.count(still)} still open" if still else "")
    x, drawn = float(_NAME), []
    for row in part:
        if row["outcome"] in _COLOURS and row["count"]:
            width = (WIDTH - _NAME - _FIGURES) * row["count"] / ended
            drawn.append(_stretch(row, x, y + 8, width))
            x += width
    return (
        f'<g class="cx-bar" data-rank="{rank}">'
        + area(y, _ROW)
        + text(_NAME - 12, base, theme.fit(name, _NAME - 20, _SIZE), size=_SIZE, more='text-anchor="end"')
        + "".join(drawn)
        + text(WIDTH - _FIGURES + 10, base, figures, fill=theme.MUTED)
        + "</g>"
    )


def _stretch(row: Row, x: float, y: float, width: float) -> str:
    colour, ink = _COLOURS[row["outcome"]]
    share = theme.share(row["share"])
    sure = "" if row["share_low"] is None else f", {theme.share(row['share_low'])} to {theme.share(row['share_high'])}"
    tip = (
        f"{theme.clean(row['segment'])}, {_SAID[row['outcome']]}: {theme.plural(row['count'], 'journey')} of "
        f"{theme.plural(row['customers'], 'customer')}, {share} of ended ones{sure}"
    )
    fits = width > theme.text_width(share, 12, bold=True) + 12
    figure = text(x + 7, y + 15.5, share, fill=ink, more='font-weight="600"') if fits else ""
    return (
        f'<g class="cx-outcome" data-outcome="{row["outcome"]}"><title>{html.escape(tip)}</title>'
        f'<rect x="{number(x)}" y="{number(y)}" width="{number(max(1.0, width))}" height="{_BAR}" fill="{colour}"/>'
        f"{figure}</g>"
    )
