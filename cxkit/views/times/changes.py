"""When may something have changed? A question for each change: since when, from which level to which."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cxkit.views import theme
from cxkit.views.picture import MARGIN, WIDTH, Picture, drawing, empty, heading, keyed, number, text
from cxkit.views.small.frame import NOTHING, framed, nothing
from cxkit.words import dated, lasting, many, percent

Row = Mapping[str, Any]
NAMES = {"started": "journeys started", "goals": "goal rate", "median": "median duration"}
SAY: Mapping[str, Callable[[Any], str]] = {"journeys": many, "share": percent, "seconds": lasting}
NONE = ("No change stands out.", "What changes from week to week is within the usual ups and downs.")
QUESTION = "What happened then?"
SIZE, LEADING, SMALL, GAP = 13, 18, 300, 10
MOST, MOST_SMALL = 20, 2
SMALL_FRAME = 262


def change_points(rows: Sequence[Row], *, title: str, population: object, note: str = "", of: int = 0) -> Picture:
    """A question for each change, in the order of their days; `of` is the number of journeys looked at."""
    if not rows:
        return empty(title, population, note, **({"why": NONE} if of else {}))
    head, height = heading(title, [str(population), _more(rows, MOST), note], WIDTH)
    body, y = _questions(rows[:MOST], WIDTH, height + 6)
    size = WIDTH + 2 * MARGIN, y + 2 * MARGIN
    return Picture(title, drawing(title, "; ".join(map(_said, rows)), head + body, *size))


def change_points_small(rows: Sequence[Row], *, title: str, population: object, note: str = "", of: int = 0) -> Picture:
    """The clearest few for a narrow column."""
    size = {"wide": SMALL, "tall": SMALL_FRAME}
    if not rows:
        return nothing(title, f"{NONE[0]} n = {many(of, 'journey')}" if of else NOTHING, **size)
    clearest = sorted(sorted(rows, key=lambda row: row["q"])[:MOST_SMALL], key=lambda row: row["first_day"])
    body, _ = _questions(clearest, SMALL, 0)
    more = text(0, SMALL_FRAME - 5, _more(rows, MOST_SMALL), fill=theme.MUTED)
    return framed(title, f"{population}. {note} {'; '.join(map(_said, rows))}", body + more, **size)


def _more(rows: Sequence[Row], most: int) -> str:
    return f"{many(len(rows) - most, 'other change')} left out" if len(rows) > most else ""


def _questions(rows: Sequence[Row], wide: float, y: float) -> tuple[str, float]:
    parts = []
    for row in rows:
        drawn, y = _question(row, wide, y)
        parts.append(drawn)
    return "".join(parts), y


def _question(row: Row, wide: float, y: float) -> tuple[str, float]:
    """A question on as many lines as it takes, and on a line below how sure it is; where the next one begins."""
    lines = theme.wrap(f"{_said(row)} {QUESTION}", wide - 14, SIZE, lines=4)
    sure = theme.wrap(_sure(row), wide - 14, 12, lines=3)
    tall = LEADING * (len(lines) + len(sure)) + 8
    written = [text(12, y + 17 + place * LEADING, line, size=SIZE) for place, line in enumerate(lines)]
    below = y + 17 + len(lines) * LEADING
    written += [text(12, below + place * LEADING - 1, line, fill=theme.MUTED) for place, line in enumerate(sure)]
    tip = html.escape(f"{_said(row)} {_sure(row)}. Keep the journeys that started from then on.")
    touch = f'<rect y="{number(y)}" width="{number(wide)}" height="{number(tall)}" fill="none" pointer-events="all"/>'
    edge = f'<rect y="{number(y + 4)}" width="3" height="{number(tall - 8)}" rx="1.5" fill="{theme.LONG}"/>'
    drawn = f'<g class="cx-change"{keyed(row.get("key"))}><title>{tip}</title>{touch}{edge}{"".join(written)}</g>'
    return drawn, y + tall + GAP


def _said(row: Row) -> str:
    say = SAY[row["unit"]]
    name = f"{NAMES[row['figure']]}{_per(row['period']) if row['figure'] == 'started' else ''}"
    name += f" of “{theme.clean(row['segment'])}”" if "segment" in row else ""
    levels = f"{name} {say(row['before'])} before, {say(row['after'])} after"
    return f"Something may have changed around {dated(row['first_day'])}: {levels}."


def _per(period: str) -> str:
    """The grain of a period, by how it is written."""
    grain = "week" if "W" in period else "quarter" if "Q" in period else "month" if len(period) == 7 else "day"
    return f" per {grain}"


def _sure(row: Row) -> str:
    """Both intervals, and on how many journeys they rest."""
    say = SAY[row["unit"]]
    spans = (f"{say(row[f'{side}_low'])} to {say(row[f'{side}_high'])}" for side in ("before", "after"))
    return f"95% intervals {', '.join(spans)}; n = {many(row['n_before'])} and {many(row['n_after'], 'journey')}"
