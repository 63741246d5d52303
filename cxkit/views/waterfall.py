"""A waterfall: how many journeys are left after each choice, and whom it left."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from cxkit.views import theme
from cxkit.views.picture import MARGIN, NOTHING, WIDTH, Picture, area, drawing, empty, heading, number, text
from cxkit.words import many, percent, precise

Row = Mapping[str, Any]
ROW_HEIGHT, BAR, SIZE, FIGURES, MOST = 62, 14, 13, 250, 30
NO_CHOICE = ("Nothing is chosen, so nothing is lost.", "Keep some journeys, and see here what that costs.")
IN_TABLE = ("Each attribute is in the table.", "The picture is that of the choices.")
AVERAGE = "(mean)"


def attrition(rows: Sequence[Row], *, title: str, population: object, note: str = "", known: bool = True) -> Picture:
    """A bar for each choice, in their order: what it leaves, and in pale what it takes away.

    `rows` has one row a choice, as `attrition` gives them; with a row for each attribute there is a table only.
    `known` says whether there is a choice at all.
    """
    if not known:
        return empty(title, population, why=NO_CHOICE)
    if not rows:
        return empty(title, population, note)
    if "lost" not in rows[0]:
        return empty(title, population, note, why=IN_TABLE)
    left = "" if rows[-1]["journeys"] else NOTHING
    rest = f"{many(len(rows) - MOST, 'later choice')} left out." if len(rows) > MOST else ""
    lines = [str(population), " ".join(part for part in (left, note, rest) if part)]
    head, top = heading(title, lines, WIDTH)
    every = rows[0]["journeys"] + rows[0]["lost"]
    shown = rows[:MOST]
    bars = _line("All journeys", many(every), "", every, every, every, top + 8)
    for place, row in enumerate(shown, 1):
        lost = f" · {_less(row['lost'])}" if row["lost"] else ""
        figures = f"{many(row['journeys'])} left ({percent(row['share'])}){lost}"
        label, before = theme.clean(row["says"]), row["journeys"] + row["lost"]
        bars += _line(label, figures, _details(row), row["journeys"], before, every, top + 8 + place * ROW_HEIGHT)
    description = ", ".join(f"{theme.clean(row['says'])}: {many(row['journeys'])}" for row in shown)
    size = WIDTH + 2 * MARGIN, top + 8 + (len(shown) + 1) * ROW_HEIGHT + 2 * MARGIN
    return Picture(title, drawing(title, description, head + bars, *size))


def _line(label: str, figures: str, details: str, kept: int, before: int, every: int, y: float) -> str:
    """One choice: its words and figures, the bar under them, and under that what is to be known of it."""
    scale = WIDTH / max(every, 1)
    tip = " · ".join(part for part in (f"{label}: {figures}", details) if part)
    anchor = 'text-anchor="end"'
    return (
        f'<g class="cx-bar"><title>{html.escape(tip)}</title>{area(y, ROW_HEIGHT)}'
        + text(0, y + 15, theme.fit(label, WIDTH - FIGURES, SIZE), size=SIZE)
        + text(WIDTH, y + 15, figures, fill=theme.MUTED, more=anchor)
        + _bar(kept * scale, (before - kept) * scale, y + 22)
        + text(0, y + 22 + BAR + 15, theme.fit(details, WIDTH, 12), fill=theme.MUTED)
        + "</g>"
    )


def _bar(kept: float, lost: float, y: float) -> str:
    """What is left, and beside it in pale what is lost."""
    return "".join(
        f'<rect x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{BAR}" rx="2" fill="{fill}"/>'
        for x, width, fill in ((0.0, kept, theme.BOX), (kept, lost, theme.LONGER[1][0]))
        if width > 0
    )


def _details(row: Row) -> str:
    alone = f"alone {_less(row['alone'])} · beside the others {_less(row['beside'])}"
    return f"{alone}{_shift(row)}"


def _shift(row: Row) -> str:
    """Whom it leaves: the attribute whose mix it shifts most."""
    if not row["shifts"]:
        return " · leaves the mix as it is"
    figure = precise if row["value"] == AVERAGE else percent
    value = " mean" if row["value"] == AVERAGE else f" {theme.clean(row['value'])}"
    more = f" and {many(row['shifts'] - 1)} more" if row["shifts"] > 1 else ""
    return f" · shifts {theme.clean(row['attribute'])}:{value} {figure(row['before'])} → {figure(row['after'])}{more}"


def _less(count: int) -> str:
    return f"\N{MINUS SIGN}{many(count)}" if count else "nothing"
