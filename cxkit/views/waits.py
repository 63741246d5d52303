"""Waiting and work side by side: for each activity the mean wait before it and the mean time it takes."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from cxkit.views import theme
from cxkit.views.picture import MARGIN, WIDTH, Picture, area, drawing, empty, heading, keyed, number, text
from cxkit.words import given, lasting, many

Row = Mapping[str, Any]
MOST, ROW, NAME, FIGURES, SIZE = 20, 34, 240, 270, 13
WAIT, WORK = theme.LONGER[2][0], theme.BOX
UNKNOWN = "No starts and ends are known here.", "Map a column of starts to tell work and waiting apart."


def waiting(
    rows: Sequence[Row], *, title: str, population: object, note: str = "", of: int = 0, top: int = MOST
) -> Picture:
    """Two bars in one row for each activity, those with most waiting in all first; `top` of them are drawn.

    `of` is the number of journeys in the selection: without rows it tells an empty one from a log without starts.
    """
    if not of:
        return empty(title, population)
    if not rows:
        return empty(title, population, note, why=UNKNOWN)
    shown, rest = rows[:top], rows[top:]
    left_out = f"{many(len(rest), 'activity', 'activities')} with less waiting left out." if rest else ""
    head, height = heading(title, [str(population), f"{note}. {left_out}".strip()], WIDTH)
    longest = max(_long(row) for row in shown) or 1.0
    legend, first = _legend(height + 22), height + 40
    bars = "".join(_row(row, first + place * ROW, longest) for place, row in enumerate(shown))
    said = ". ".join(f"{_called(row)}: {_figures(row)}" for row in shown)
    size = WIDTH + 2 * MARGIN, first + len(shown) * ROW + 2 * MARGIN
    return Picture(title, drawing(title, said, head + legend + bars, *size))


def _legend(y: float) -> str:
    parts, x = [], float(NAME)
    for colour, words in ((WAIT, "mean wait before it"), (WORK, "mean time worked on it")):
        parts.append(f'<rect x="{number(x)}" y="{number(y - 10)}" width="12" height="12" rx="2" fill="{colour}"/>')
        parts.append(text(x + 18, y, words, fill=theme.MUTED))
        x += 40 + theme.text_width(words, 12)
    return "".join(parts)


def _row(row: Row, y: float, longest: float) -> str:
    base, scale = y + 21, (WIDTH - NAME - FIGURES) / longest
    wait, work = (_mean(row, kind) * scale for kind in ("waiting", "service"))
    end = NAME + wait + work
    tip = (
        f"{_called(row)}: {_figures(row)}; P90 {lasting(row['p90_waiting_seconds'])} and "
        f"{lasting(row['p90_service_seconds'])}; {many(row['count'], 'event')}, "
        f"{many(row['waited'])} waits and {many(row['worked'])} times of work known"
    )
    return (
        f'<g class="cx-bar"{keyed(row.get("key"))}><title>{html.escape(tip)}</title>'
        + area(y, ROW)
        + text(NAME - 12, base, theme.fit(_called(row), NAME - 20, SIZE), size=SIZE, more='text-anchor="end"')
        + _bar(NAME, y, wait, WAIT)
        + _bar(NAME + wait, y, work, WORK)
        + text(end + 8, base, _figures(row), fill=theme.MUTED)
        + "</g>"
    )


def _bar(x: float, y: float, width: float, colour: str) -> str:
    if not width:
        return ""
    return f'<rect x="{number(x)}" y="{number(y + 8)}" width="{number(max(1.0, width))}" height="18" fill="{colour}"/>'


def _called(row: Row) -> str:
    name = theme.clean(row["activity"])
    return f"{name} ({theme.clean(row['segment'])})" if "segment" in row else name


def _figures(row: Row) -> str:
    waits = f"median wait {lasting(row['median_waiting_seconds'])}" if row["waited"] else "no wait known"
    works = f"work {lasting(row['median_service_seconds'])}" if row["worked"] else "no time of work known"
    return f"{waits} · {works}"


def _mean(row: Row, kind: str) -> float:
    return given(row[f"mean_{kind}_seconds"]) or 0.0


def _long(row: Row) -> float:
    return _mean(row, "waiting") + _mean(row, "service")
