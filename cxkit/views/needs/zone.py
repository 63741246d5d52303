"""The value zone as a matrix: a row for each persona, a column for each offering, a cell for what the two make."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from cxkit.views import theme
from cxkit.views.picture import MARGIN, WIDTH, Picture, drawing, empty, heading, number, text
from cxkit.words import given, many, percent

Row = Mapping[str, Any]
NAME, HIGH, HEAD, SIZE = 190, 74, 44, 13
COLOURS = {  # fill and ink of each verdict
    "value zone": theme.MANY[2],
    "unmet": theme.LONGER[2],
    "over-served": theme.MANY[0],
    "little used": (theme.GRID, theme.INK),
    "between": theme.LONGER[0],
    "too few": (theme.PAPER, theme.MUTED),
}


def value_zone(rows: Sequence[Row], *, title: str, population: object, note: str = "") -> Picture:
    """A cell for each persona and offering: its verdict, how well it fits, and how much is asked of it.

    `rows` has one row a cell: `persona`, `offering`, `verdict`, `episodes`, `customers`, `fit` and `demand` with their
    intervals.
    """
    if not rows:
        return empty(title, population, note)
    head, height = heading(title, [str(population), note] if note else [str(population)], WIDTH)
    personas = list(dict.fromkeys(row["persona"] for row in rows))
    offerings = list(dict.fromkeys(row["offering"] for row in rows))
    wide = (WIDTH - NAME) / len(offerings)
    body = head + "".join(
        text(NAME + place * wide + 6, height + 30, theme.fit(theme.clean(name), wide - 10, SIZE), size=SIZE)
        for place, name in enumerate(offerings)
    )
    for place, name in enumerate(personas):
        y = height + HEAD + place * HIGH + HIGH / 2
        body += text(0, y, theme.fit(theme.clean(name), NAME - 16, SIZE), size=SIZE, more='font-weight="600"')
    for row in rows:
        x = NAME + offerings.index(row["offering"]) * wide
        body += _cell(row, x, height + HEAD + personas.index(row["persona"]) * HIGH, wide)
    size = WIDTH + 2 * MARGIN, height + HEAD + len(personas) * HIGH + 2 * MARGIN
    return Picture(title, drawing(title, ". ".join(map(_spoken, rows)), body, *size))


def _cell(row: Row, x: float, y: float, wide: float) -> str:
    fill, ink = COLOURS[row["verdict"]]
    fit = given(row["fit"])
    lines = [row["verdict"], f"{percent(fit)} met" if fit is not None else "", f"{percent(row['demand'])} of needs"]
    words = "".join(
        text(x + 8, y + 20 + 18 * place, theme.fit(line, wide - 14, 12), size=12, fill=ink,
             more='font-weight="600"' if place == 0 else "")
        for place, line in enumerate(lines)
    )  # fmt: skip
    frame = f'width="{number(wide - 4)}" height="{HIGH - 4}" rx="4" fill="{fill}"'
    return f'<g><title>{html.escape(_spoken(row))}</title><rect x="{number(x)}" y="{number(y)}" {frame}/>{words}</g>'


def _spoken(row: Row) -> str:
    cell = f"{theme.clean(row['persona'])}, {theme.clean(row['offering'])}: {row['verdict']}"
    counts = f"{many(row['episodes'], 'episode')} of {many(row['customers'], 'customer')}"
    fit = f", {percent(row['fit'])} met ({percent(row['fit_low'])} to {percent(row['fit_high'])})"
    return f"{cell}; {counts}{fit if given(row['fit']) is not None else ''}, {percent(row['demand'])} of its needs"
