"""A memo: what stands out, a numbered sentence each, with how sure it is and where to look."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cxkit.views import theme
from cxkit.views.picture import MARGIN, WIDTH, Picture, drawing, empty, heading, keyed, number, text
from cxkit.words import many

Row = Mapping[str, Any]
LEFT, SIZE, SMALL, LEADING, GAP = 44, 14, 12, 20, 16
MOST_LINES = 4
WHERE = {"data": "look at the data", "not said": "look at what the data can answer", "callbacks": "look at customers"}
NOTHING = (
    "Nothing stands out in these journeys.",
    "No difference, change or wait is large and sure enough to be told.",
)


def memo(rows: Sequence[Row], *, title: str, population: object, note: str = "") -> Picture:
    """What stands out: the findings, the weightiest first.

    `rows` has one row a finding: `finding`, `sure`, `kind`, `count` and `customers`.
    """
    if not rows:
        return empty(title, population, note, **({} if str(population).startswith("0 ") else {"why": NOTHING}))
    head, y = heading(title, [str(population), note], WIDTH)
    parts, y = [head], y + 14
    for place, row in enumerate(rows):
        drawn, tall = _finding(place + 1, row)
        parts.append(f'<g transform="translate(0 {number(y)})">{drawn}</g>')
        y += tall
    told = " ".join(f"{place + 1}. {theme.clean(row['finding'])}" for place, row in enumerate(rows))
    return Picture(title, drawing(title, told, "".join(parts), WIDTH + 2 * MARGIN, y + 2 * MARGIN))


def _finding(place: int, row: Row) -> tuple[str, float]:
    lines = theme.wrap(theme.clean(row["finding"]), WIDTH - LEFT - 8, SIZE, lines=MOST_LINES)
    tall = len(lines) * LEADING + LEADING + GAP
    differs = row["kind"] in ("change", "difference", "episode")
    colour = theme.LONG if differs else theme.ACCENT
    drawn = f'<rect width="{WIDTH}" height="{number(tall - 4)}" rx="4" fill="none" pointer-events="all"/>'
    drawn += f'<circle cx="15" cy="11" r="13" fill="none" stroke="{colour}" stroke-width="1.5"/>'
    drawn += text(15, 16, str(place), size=SIZE, fill=colour, more='text-anchor="middle" font-weight="600"')
    drawn += "".join(text(LEFT, 16 + nr * LEADING, line, size=SIZE) for nr, line in enumerate(lines))
    small = theme.fit(theme.clean(" · ".join(_small(row))), WIDTH - LEFT - 8, SMALL)
    drawn += text(LEFT, 16 + len(lines) * LEADING, small, size=SMALL, fill=theme.MUTED)
    tip = html.escape(theme.clean(row["finding"]))
    return f'<g class="cx-bar"{keyed(row.get("key"))}><title>{tip}</title>{drawn}</g>', tall


def _small(row: Row) -> Iterator[str]:
    yield row["sure"]
    if row["count"] is not None:
        yield f"opens {many(row['count'], 'journey')} of {many(row['customers'], 'customer')}"
    else:
        yield WHERE.get(row["kind"], "")
