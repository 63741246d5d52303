"""Matrices: a cell for each pair, as dark as its share is high, with the figure in it."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cxkit.views import theme
from cxkit.views.picture import MARGIN, WIDTH, Picture, drawing, empty, heading, keyed, number, text
from cxkit.words import many, percent

Row = Mapping[str, Any]
Words = Callable[[Row], str]
NAME, HIGH, SIZE, NARROW, UPRIGHT, WIDEST = 190, 26, 11, 30, 150, 84
CALLED = {"other": "other activities", "ended": "ended so far"}
NO_COHORT = "A longer log, or one that names its customers, would show it."
LIMITS = (0.05, 0.2, 0.4, 0.65)  # shares from which a cell takes the next tone
END = 'text-anchor="end"'
MIDDLE = 'text-anchor="middle"'


def step_matrix(rows: Sequence[Row], *, title: str, population: object, note: str = "") -> Picture:
    """A line for each activity, a column for each step; others and ended journeys stand below.

    `rows` has one row a line and step: `kind` (activity, other, ended), `activity`, `step`, `count`, `customers`,
    `share`.
    """
    if not rows:
        return empty(title, population, note)
    lines = [[row for row in rows if (row["kind"], row["activity"]) == line] for line in
             dict.fromkeys((row["kind"], row["activity"]) for row in rows)]  # fmt: skip

    def called(row: Row) -> str:
        return theme.clean(row["activity"]) if row["kind"] == "activity" else CALLED[row["kind"]]

    def tip(row: Row) -> str:
        return f"Step {row['step']}, {called(row)}: {_figures(row, 'share')} of all journeys"

    heads = [str(row["step"]) for row in lines[0]]
    return _matrix(lines, heads, called, tip, "share", (title, population, note), upright=False)


def follow_matrix(rows: Sequence[Row], *, title: str, population: object, note: str = "") -> Picture:
    """A line for each activity, a column for each that ever follows it.

    `rows` has one row a pair: `activity`, `next_activity` (null for all others), `count`, `customers`,
    `followed_share`, `visited`.
    """
    if not rows:
        return empty(title, population, note)
    lines = [[row for row in rows if row["activity"] == name] for name in dict.fromkeys(r["activity"] for r in rows)]

    def tip(row: Row) -> str:
        first, then = _name(row["activity"]), _name(row["next_activity"])
        of = f"of the {many(row['visited'], 'journey')} with {first}"
        return f"{first}, at any time later {then}: {_figures(row, 'followed_share')} {of}"

    heads = [_name(row["next_activity"]) for row in lines[0]]

    def called(row: Row) -> str:
        visited = f" ({many(row['visited'])})"
        room = NAME - 12 - theme.text_width(visited, SIZE + 1)
        return theme.fit(_name(row["activity"]), room, SIZE + 1) + visited

    return _matrix(lines, heads, called, tip, "followed_share", (title, population, note), upright=True)


def retention(
    rows: Sequence[Row], *, title: str, population: object, note: str = "", per: str = "month", why: str = ""
) -> Picture:
    """A line for each cohort, a column for each period since its first journey; what is not yet known is blank.

    `rows` has one row a cohort and period: `segment`, `later`, `customers`, `cohort`, `share` and its ends.
    """
    if not rows:
        return empty(title, population, note, why=(why, NO_COHORT)) if why else empty(title, population, note)
    lines = [[row for row in rows if row["segment"] == name] for name in dict.fromkeys(row["segment"] for row in rows)]

    def tip(row: Row) -> str:
        when = f"{many(row['later'], per)} later" if row["later"] else f"in the {per} of the first journey"
        sure = f"{percent(row['share_low'])} to {percent(row['share_high'])}"
        of = f"{many(row['customers'])} of {many(row['cohort'], 'customer')}"
        return f"{theme.clean(row['segment'])}, {when}: {of}, {percent(row['share'])} ({sure})"

    def called(row: Row) -> str:
        cohort = f" ({many(row['cohort'])})"
        room = NAME - 12 - theme.text_width(cohort, SIZE + 1)
        return theme.fit(theme.clean(row["segment"]), room, SIZE + 1) + cohort

    heads = [f"+{later}" if later else per for later in range(max(len(line) for line in lines))]
    return _matrix(lines, heads, called, tip, "share", (title, population, note), upright=False)


def _name(name: str | None) -> str:
    return CALLED["other"] if name is None else theme.clean(name)


def _figures(row: Row, share: str) -> str:
    return f"{many(row['count'], 'journey')} of {many(row['customers'], 'customer')}, {percent(row[share])}"


def _matrix(
    lines: Sequence[Sequence[Row]],
    heads: Sequence[str],
    called: Words,
    tip: Words,
    share: str,
    said: tuple[str, object, str],
    *,
    upright: bool,
) -> Picture:
    title, population, note = said
    head, y = heading(title, [str(population), note], WIDTH)
    wide = min(WIDEST, (WIDTH - NAME) / len(heads))
    top = y + (UPRIGHT if upright else 22) + 4
    body = head + "".join(_head(words, NAME + (place + 0.5) * wide, top - 6, upright)
                          for place, words in enumerate(heads))  # fmt: skip
    for line, row in enumerate(lines):
        at = top + line * HIGH
        label = theme.fit(called(row[0]), NAME - 12, SIZE + 1)
        body += text(NAME - 8, at + 17, label, size=SIZE + 1, more=END)
        body += "".join(_cell(cell, NAME + place * wide, at, wide, tip(cell), share) for place, cell in enumerate(row))
    spoken = ". ".join(tip(cell) for row in lines[:12] for cell in row[:12] if cell[share])
    size = WIDTH + 2 * MARGIN, top + len(lines) * HIGH + 2 * MARGIN
    return Picture(title, drawing(title, spoken or "Nothing.", body, *size))


def _head(words: str, x: float, y: float, upright: bool) -> str:
    if not upright:
        return text(x, y, words, fill=theme.MUTED, more=MIDDLE)
    turned = f'transform="rotate(-90 {number(x + 4)} {number(y)})"'
    return text(x + 4, y, theme.fit(words, UPRIGHT - 10, SIZE + 1), size=SIZE + 1, fill=theme.MUTED, more=turned)


def _cell(row: Row, x: float, y: float, wide: float, tip: str, share: str) -> str:
    part = row[share] or 0.0
    fill, ink = theme.MANY[sum(part >= limit for limit in LIMITS)] if part else (theme.PAPER, theme.MUTED)
    words = percent(part) if part and wide >= NARROW else ""
    figure = text(x + wide / 2, y + 16.5, words, size=SIZE, fill=ink, more=MIDDLE) if words else ""
    return (
        f'<g class="cx-bar"{keyed(row.get("key"))}><title>{html.escape(tip)}</title>'
        f'<rect x="{number(x)}" y="{number(y)}" width="{number(wide - 1.5)}" height="{HIGH - 1.5}" rx="2" '
        f'fill="{fill}" pointer-events="all"/>{figure}</g>'
    )
