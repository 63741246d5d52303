"""Bars: how many journeys have which value, drawn by us so that each can be chosen."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from cxkit.views import theme
from cxkit.views.picture import MARGIN, WIDTH, Picture, area, drawing, empty, heading, number, text

Row = Mapping[str, Any]
_MOST, _ROW, _NAME, _FIGURES, _SIZE = 20, 28, 260, 250, 13


def segments(rows: Sequence[Row], *, title: str, population: object, note: str = "", top: int = _MOST) -> Picture:
    """A bar for each value, the most frequent first; `top` of them are drawn and the others are counted."""
    if not rows:
        return empty(title, population, note)
    shown, rest = rows[:top], rows[top:]
    words = f"{note} {_left_out(rest)}".strip()
    head, height = heading(title, [str(population), words], WIDTH)
    most = max(row["count"] for row in shown)
    bars = "".join(_bar(row, rank, height + 12 + rank * _ROW, most) for rank, row in enumerate(shown))
    said = ", ".join(f"{theme.clean(row['segment'])}: {theme.count(row['count'])}" for row in shown)
    size = WIDTH + 2 * MARGIN, height + 12 + len(shown) * _ROW + 2 * MARGIN
    return Picture(title, drawing(title, said, head + bars, *size))


def _left_out(rest: Sequence[Row]) -> str:
    if not rest:
        return ""
    journeys = theme.plural(sum(row["count"] for row in rest), "journey")
    return f"{theme.plural(len(rest), 'rarer value')} with {journeys} left out."


def _bar(row: Row, rank: int, y: float, most: int) -> str:
    name, base = theme.clean(row["segment"]), y + 18
    width = max(1.0, (WIDTH - _NAME - _FIGURES) * row["count"] / most)
    figures = (
        f"{theme.count(row['count'])} · {theme.share(row['share'])} · median {theme.duration(row['median_seconds'])}"
    )
    tip = f"{name}: {figures}, {theme.plural(row['customers'], 'customer')}"
    label = theme.fit(name, _NAME - 20, _SIZE)
    return (
        f'<g class="cx-bar" data-rank="{rank}"><title>{html.escape(tip)}</title>'
        + area(y, _ROW)
        + text(_NAME - 12, base, label, size=_SIZE, more='text-anchor="end"')
        + f'<rect x="{_NAME}" y="{number(y + 5)}" width="{number(width)}" height="18" rx="2" fill="{theme.BOX}"/>'
        + text(_NAME + width + 8, base, figures, fill=theme.MUTED)
        + "</g>"
    )
