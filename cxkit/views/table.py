"""A table as HTML or as text: the twin of a picture, and the face of answers that have none."""

from __future__ import annotations

import html
import math
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from cxkit.views import theme
from cxkit.views.picture import Picture, escape, number
from cxkit.words import many, percent, precise, safe

Row = Mapping[str, Any]

ON_A_LINE = 40  # characters that stay on one line
WIDEST = 64  # characters of a cell in a table of text
SHARES = ("share", "coverage", "confidence", "score")  # what the columns of shares are called
NAMED = ("variant",)  # numbers that are names
BAR = 12  # em


def captioned(rows: Sequence[Row], columns: Sequence[str], *, caption: str, left_out: int, empty: str) -> str:
    """Rows as an HTML table under a caption, which is a paragraph as wide as the page, and the table's name."""
    named = f'<p class="cx-note">{escape(caption)}</p>'
    if not rows:
        return f'{named}<p class="cx-empty">{escape(empty)}</p>'
    more = f'<p class="cx-note">{many(left_out)} more rows; .df() has them all.</p>' if left_out > 0 else ""
    return named + table(rows, columns, label=caption) + more


def under(picture: Picture | None, rows: str) -> str:
    """A table folded under its picture, or alone where there is none."""
    if picture is None:
        return f'<div class="cx-result">{rows}</div>'
    folded = f'<details class="cx-table"><summary>Table</summary>{rows}</details>'
    return f'<div class="cx-result">{picture._repr_html_()}{folded}</div>'


def table(
    rows: Sequence[Row], columns: Sequence[str], *, label: str, bar: str = "", strong: Collection[int] = ()
) -> str:
    """Rows as an HTML table; numbers to the right, times to the minute, everything escaped.

    The numbers of the column `bar` are drawn as bars too; the rows at the places of `strong` are bold.
    """
    numeric = {name for name in columns if name != bar and all(_is_number(row.get(name)) for row in rows)}
    most = max((row.get(bar) or 0 for row in rows), default=0)
    head = "".join(f'<th scope="col"{_look(name, numeric, name)}>{escape(name)}</th>' for name in columns)
    sizes = {name: most if name == bar else 0 for name in columns}
    cells = ["".join(_cell(row, name, numeric, size) for name, size in sizes.items()) for row in rows]
    body = "".join(f"<tr{_weight(place in strong)}>{drawn}</tr>" for place, drawn in enumerate(cells))
    return (
        f'<div class="cx-scroll" style="overflow-x:auto"><table class="cx-rows" aria-label="{escape(label)}">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def as_text(rows: Sequence[Row], columns: Sequence[str]) -> str:
    """Rows as aligned text, long cells cut; one row alone is written downwards."""
    if len(rows) == 1:
        width = max(map(len, columns))
        return "\n".join(f"{name:<{width}}  {_said(rows[0][name], name)}" for name in columns)
    return lines(rows, columns, WIDEST)


def lines(rows: Sequence[Row], columns: Sequence[str], widest: int | None = None) -> str:
    """Rows as aligned text under their heads; cells are cut where they are wider than said."""
    numeric = {name for name in columns if all(_is_number(row.get(name)) for row in rows)}
    cells = [list(columns), *([_cut(_said(row.get(name), name), widest) for name in columns] for row in rows)]
    widths = [max(len(line[place]) for line in cells) for place in range(len(columns))]
    sides = [">" if name in numeric else "<" for name in columns]
    form = "  ".join(f"{{:{side}{width}}}" for side, width in zip(sides, widths, strict=True))
    return "\n".join(form.format(*line).rstrip() for line in cells)


def _cut(text: str, widest: int | None) -> str:
    line = " ".join(text.split())
    return line if widest is None or len(line) <= widest else f"{line[: widest - 1]}…"


def _weight(strong: bool) -> str:
    return ' style="font-weight:600"' if strong else ""


def _cell(row: Row, name: str, numeric: set[str], most: float) -> str:
    value = row.get(name)
    text = _said(value, name)
    drawn = _bar(value / most) if most and value is not None else ""
    return f"<td{_look(name, numeric, text)}>{drawn}{html.escape(text)}</td>"


def _bar(part: float) -> str:
    """A bar as long as this part of the longest, in front of its figure."""
    look = f"display:inline-block;height:.8em;width:{number(BAR * part)}em;margin-right:.5em;background:{theme.BOX}"
    return f'<span class="cx-bar" style="{look}"></span>'


def _look(name: str, numeric: set[str], text: str) -> str:
    """How a cell stands, in a page with our style sheet or without."""
    kept = "white-space:nowrap" if len(text) <= ON_A_LINE else "min-width:16em"
    if name in numeric:
        return f' style="text-align:right;{kept}"'
    return f' class="cx-words" style="text-align:left;{kept}"'


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _said(value: Any, name: str) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, list):
        return " → ".join(safe(str(part)) for part in value)
    if isinstance(value, float):
        return percent(value) if any(word in name for word in SHARES) else precise(value)
    if isinstance(value, int) and not isinstance(value, bool) and name not in NAMED:
        return many(value)
    return safe(str(value))
