"""What is done again: a bar for each activity, cut into repeats in a row and returns after other steps."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from cxkit.views import theme
from cxkit.views.picture import MARGIN, WIDTH, Picture, area, drawing, empty, heading, keyed, number, text
from cxkit.words import many, percent, sentences

Row = Mapping[str, Any]
MOST, HIGH, NAME, FIGURES, SIZE = 25, 28, 240, 300, 13
IN_A_ROW, RETURNS = theme.CATEGORIES[1][0], theme.CATEGORIES[0][0]
NEVER = "Nothing is done again in these journeys.", "Every journey has each of its activities once."


def rework(rows: Sequence[Row], *, title: str, population: object, note: str = "", top: int = MOST) -> Picture:
    """The activities that most journeys repeat first; `top` of them are drawn, and the others counted.

    `rows` has one row an activity: `activity`, `count`, `visited`, `journeys`, `customers`, `repeat_share`, `in_a_row`,
    `self_loops`, `returns` and the journeys of both.
    """
    if not rows:
        return empty(title, population, note)
    repeated = [row for row in rows if row["journeys"]]
    if not repeated:
        return empty(title, population, note, why=NEVER)
    shown, rest = repeated[:top], repeated[top:]
    once = len(rows) - len(repeated)
    words = [
        f"{many(once, 'activity', 'activities')} never repeated" if once else "",
        f"{many(len(rest), 'activity', 'activities')} with {many(_events(rest), 'repeat')} left out" if rest else "",
    ]
    head, height = heading(title, [str(population), sentences(note, *words)], WIDTH)
    most = max(row["in_a_row"] + row["returns"] for row in shown)
    body = head + _legend(height + 20)
    for place, row in enumerate(shown):
        body += _bar(row, height + 36 + place * HIGH, (WIDTH - NAME - FIGURES) / most)
    size = WIDTH + 2 * MARGIN, height + 36 + len(shown) * HIGH + 2 * MARGIN
    return Picture(title, drawing(title, ". ".join(map(_spoken, shown)), body, *size))


def _events(rows: Sequence[Row]) -> int:
    return sum(row["in_a_row"] + row["returns"] for row in rows)


def _legend(y: float) -> str:
    drawn, x = "", float(NAME)
    for colour, words in ((IN_A_ROW, "again in a row"), (RETURNS, "back after other steps")):
        drawn += f'<rect x="{number(x)}" y="{number(y - 10)}" width="12" height="12" rx="2" fill="{colour}"/>'
        drawn += text(x + 18, y, words, fill=theme.MUTED)
        x += 40 + theme.text_width(words, 12)
    return drawn


def _bar(row: Row, y: float, scale: float) -> str:
    row_wide, back = row["in_a_row"] * scale, row["returns"] * scale
    loops = _stretch(NAME, y, row_wide, IN_A_ROW)
    if loops:
        words = html.escape(f"{theme.clean(row['activity'])}: {_in_a_row(row)}")
        loops = f'<g class="cx-bar"{keyed(row.get("row_key"))}><title>{words}</title>{loops}</g>'
    figures = f"{many(row['journeys'], 'journey')} · {percent(row['repeat_share'])} of those that have it"
    label = theme.fit(theme.clean(row["activity"]), NAME - 20, SIZE)
    return (
        f'<g class="cx-bar"{keyed(row.get("key"))}><title>{html.escape(_spoken(row))}</title>{area(y, HIGH)}'
        + text(NAME - 12, y + 18, label, size=SIZE, more='text-anchor="end"')
        + _stretch(NAME + row_wide, y, back, RETURNS)
        + text(NAME + row_wide + back + 8, y + 18, figures, fill=theme.MUTED)
        + f"</g>{loops}"
    )


def _stretch(x: float, y: float, width: float, fill: str) -> str:
    if not width:
        return ""
    wide = number(max(1.0, width))
    return f'<rect x="{number(x)}" y="{number(y + 5)}" width="{wide}" height="18" rx="2" fill="{fill}"/>'


def _in_a_row(row: Row) -> str:
    times = f"{many(row['in_a_row'], 'event')} in a row in {many(row['in_a_row_journeys'], 'journey')}"
    return f"{times} ({many(row['self_loops'], 'run')})"


def _spoken(row: Row) -> str:
    back = f"{many(row['returns'], 'return')} after other steps in {many(row['return_journeys'], 'journey')}"
    return (
        f"{theme.clean(row['activity'])}: repeated in {many(row['journeys'], 'journey')} of "
        f"{many(row['customers'], 'customer')}, {percent(row['repeat_share'])} of those that have it; "
        f"{_in_a_row(row)}, {back}"
    )
