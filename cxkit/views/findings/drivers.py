"""What goes with an outcome: a line for each, from the share without it to the share with it."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from cxkit.views import theme
from cxkit.views.picture import MARGIN, WIDTH, Picture, area, drawing, empty, heading, keyed, number, text
from cxkit.words import many, percent, sentences

Row = Mapping[str, Any]
NAME, RIGHT, HIGH, SIZE = 330, 190, 34, 13
TOP = 12
NONE = "Nothing differs beyond chance. The largest differences are drawn in grey: they cannot be told from chance."
TOO_FEW = ("Too few customers to test anything.", "Twenty must have a thing, and twenty lack it.")
MOST_GREY = 5
HELD = {
    "yes": "holds with others held",
    "vanishes": "vanishes with others held",
    "decides it": "decides it alone",
    "not checked": "not checked with others held",
}


def drivers(rows: Sequence[Row], *, title: str, population: object, note: str = "", top: int = TOP) -> Picture:
    """The surest `top` things that go with an outcome; where none does, the largest differences in grey.

    `rows` has one row a thing, the surest first: `driver`, `n_with`, `n_without`, `with_share`, `without_share`,
    `low`, `high`, `q_value`, `significant`, `holds` and `alike`.
    """
    if not rows:
        return empty(title, population, note, why=TOO_FEW) if _any(population) else empty(title, population, note)
    sure = [row for row in rows if row["significant"]]
    shown = _apart(sure, top) if sure else rows[:MOST_GREY]
    left = len(sure) - len(shown) if sure else 0
    words = [f"{many(left)} more differ, some of which say the same" if left else "", "" if sure else NONE]
    head, height = heading(title, [str(population), sentences(note, *words)], WIDTH)
    most = max(max(row["with_share"], row["without_share"]) for row in shown) or 1.0
    scale = (WIDTH - NAME - RIGHT) / most
    body = head + _legend(height + 20)
    for place, row in enumerate(shown):
        body += _line(row, height + 40 + place * HIGH, scale)
    size = WIDTH + 2 * MARGIN, height + 40 + len(shown) * HIGH + 2 * MARGIN
    return Picture(title, drawing(title, ". ".join(map(_spoken, shown)), body, *size))


def _any(population: object) -> bool:
    return not str(population).startswith("0 ")


def _apart(sure: Sequence[Row], top: int) -> list[Row]:
    """The first of those that say the same, and those that nothing else says."""
    told: set[str] = set()
    shown = []
    for row in sure:
        if row["driver"] not in told:
            shown.append(row)
        told.update(row["alike"])
    return shown[:top]


def _legend(y: float) -> str:
    drawn, x = "", float(NAME)
    for fill, words in ((theme.PAPER, "without it"), (theme.ACCENT, "with it: share that comes to this outcome")):
        drawn += f'<circle cx="{number(x + 6)}" cy="{number(y - 4)}" r="5" fill="{fill}" stroke="{theme.ACCENT}"/>'
        drawn += text(x + 18, y, words, fill=theme.MUTED)
        x += 40 + theme.text_width(words, 12)
    return drawn


def _line(row: Row, y: float, scale: float) -> str:
    weak = not row["significant"] or row["holds"] in ("vanishes", "decides it")
    colour = theme.MUTED if weak else theme.ACCENT
    lacks, has = (NAME + row[f"{side}_share"] * scale for side in ("without", "with"))
    middle, ring = number(y + HIGH / 2 - 4), f'fill="{theme.PAPER}" stroke="{colour}" stroke-width="1.5"'
    name = theme.fit(theme.clean(row["driver"]), NAME - 20, SIZE)
    words = HELD[row["holds"]] if row["significant"] else "not distinguishable"
    figures = f"{percent(row['with_share'])} against {percent(row['without_share'])}"
    x = WIDTH - RIGHT + 16
    return (
        f'<g class="cx-bar"{keyed(row.get("key"))}><title>{html.escape(_spoken(row))}</title>{area(y, HIGH)}'
        + text(NAME - 12, y + 18, name, size=SIZE, more='text-anchor="end"')
        + f'<path d="M{number(lacks)},{middle}H{number(has)}" stroke="{colour}" stroke-width="3"/>'
        + f'<circle cx="{number(lacks)}" cy="{middle}" r="5" {ring}/>'
        + f'<circle cx="{number(has)}" cy="{middle}" r="6" fill="{colour}"/>'
        + text(x, y + 13, figures, size=SIZE)
        + text(x, y + 28, words, size=11, fill=theme.MUTED)
        + "</g>"
    )


def _spoken(row: Row) -> str:
    alike = f"; says the same: {', '.join(map(theme.clean, row['alike']))}" if row["alike"] else ""
    return (
        f"{theme.clean(row['driver'])}: {percent(row['with_share'])} of {many(row['n_with'], 'journey')} with it, "
        f"{percent(row['without_share'])} of {many(row['n_without'])} without it; "
        f"{HELD[row['holds']] if row['significant'] else 'not distinguishable from chance'}{alike}"
    )
