"""A table as HTML or as text: the twin of a picture, and the face of answers that have none."""

from __future__ import annotations

import html
import math
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from cxkit.views import theme
from cxkit.views.picture import Picture, escape, number
from cxkit.words import many, percent, precise, safe, timed

Row = Mapping[str, Any]

ON_A_LINE = 40  # characters that stay on one line
WIDEST = 64  # characters of a cell in a table of text
SHARES = ("share", "coverage", "confidence", "score")  # what the columns of shares are called
NAMED = ("variant",)  # numbers that are names
BAR = 12  # em
BELOW = "        "  # before a cell that stands below its row


def captioned(rows: Sequence[Row], columns: Sequence[str], *, caption: str, left_out: int, empty: str) -> str:
    """Rows as an HTML table under a caption, which is a paragraph as wide as the page, and the table's name."""
    named = f'<p class="cx-note">{escape(caption)}</p>'
    if not rows:
        return f'{named}<p class="cx-empty">{escape(empty)}</p>'
    more = f'<p class="cx-note">{many(left_out)} more rows; .df() has them all.</p>' if left_out > 0 else ""
    return named + table(rows, columns, label=caption) + more


def under(picture: Picture | None, rows: str, line: str = "") -> str:
    """A table folded under its picture and a line about both, or alone where there is no picture."""
    if picture is None:
        return f'<div class="cx-result {theme.NO_MATH}">{rows}{line}</div>'
    folded = f'<details class="cx-table"><summary>Table</summary>{rows}</details>'
    return f'<div class="cx-result {theme.NO_MATH}">{picture._repr_html_()}{line}{folded}</div>'


def table(
    rows: Sequence[Row], columns: Sequence[str], *, label: str, bar: str = "", strong: Collection[int] = ()
) -> str:
    """Rows as an HTML table; numbers to the right, times to the minute, everything escaped.

    The numbers of the column `bar` are drawn as bars too; the rows at the places of `strong` are bold.
    """
    texts = [{name: _said(row, name) for name in columns} for row in rows]
    looks = _looks(rows, columns, texts, bar)
    most = max((row.get(bar) or 0 for row in rows), default=0)
    bars = [_bar(row[bar] / most) if most and row.get(bar) is not None else "" for row in rows]
    head = "".join(f'<th scope="col"{look}>{escape(name)}</th>' for name, look in looks.items())
    drawn_rows = [
        "".join(f"<td{look}>{drawn * (name == bar)}{html.escape(line[name])}</td>" for name, look in looks.items())
        for line, drawn in zip(texts, bars, strict=True)
    ]
    body = "".join(f"<tr{_weight(place in strong)}>{cells}</tr>" for place, cells in enumerate(drawn_rows))
    return (
        f'<div class="cx-scroll" style="overflow-x:auto"><table class="cx-rows" aria-label="{escape(label)}">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def as_text(rows: Sequence[Row], columns: Sequence[str], *, prose: Sequence[str] = ()) -> str:
    """Rows as aligned text, long cells cut; one row alone is written downwards, and so are the columns of `prose`."""
    if len(rows) == 1:
        width = max(map(len, columns))
        return "\n".join(f"{name:<{width}}  {_said(rows[0], name)}" for name in columns)
    return lines(rows, [name for name in columns if name not in prose], WIDEST, under=prose)


def lines(rows: Sequence[Row], columns: Sequence[str], widest: int | None = None, *, under: Sequence[str] = ()) -> str:
    """Rows as aligned text under their heads; cells are cut where they are wider than said.

    The cells of the columns `under` stand on lines of their own below their row, each after its name.
    """
    numeric = {name for name in columns if all(_is_number(row.get(name)) for row in rows)}
    cells = [list(columns), *([_cut(_said(row, name), widest) for name in columns] for row in rows)]
    widths = [max(len(line[place]) for line in cells) for place in range(len(columns))]
    sides = [">" if name in numeric else "<" for name in columns]
    form = "  ".join(f"{{:{side}{width}}}" for side, width in zip(sides, widths, strict=True))
    below = [[], *([f"{BELOW}{name}: {row[name]}" for name in under if row.get(name)] for row in rows)]
    written = [form.format(*line).rstrip() for line in cells]
    return "\n".join(line for row, rest in zip(written, below, strict=True) for line in (row, *map(safe, rest)))


def _cut(text: str, widest: int | None) -> str:
    line = " ".join(text.split())
    return line if widest is None or len(line) <= widest else f"{line[: widest - 1]}…"


def _weight(strong: bool) -> str:
    return ' style="font-weight:600"' if strong else ""


def _bar(part: float) -> str:
    """A bar as long as this part of the longest, in front of its figure."""
    look = f"display:inline-block;height:.8em;width:{number(BAR * part)}em;margin-right:.5em;background:{theme.BOX}"
    return f'<span class="cx-gauge" style="{look}"></span>'


def _looks(rows: Sequence[Row], columns: Sequence[str], texts: Sequence[Mapping[str, str]], bar: str) -> dict[str, str]:
    """How the cells of each column stand, in a page with our style sheet or without: only long texts break."""
    numeric = {name for name in columns if name != bar and all(_is_number(row.get(name)) for row in rows)}
    prose = {name for name in columns if any(len(line[name]) > ON_A_LINE for line in texts)}
    breaking = f"min-width:{16 if len(prose) < 2 else 8}em"
    looks = {}
    for name in columns:
        kept = breaking if name in prose else "white-space:nowrap"
        words, side = ("", "right") if name in numeric else (' class="cx-words"', "left")
        looks[name] = f'{words} style="text-align:{side};{kept}"'
    return looks


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _said(row: Row, name: str) -> str:
    value = row.get(name)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, list):
        return " → ".join(safe(str(part)) for part in value)
    if _is_number(value) and name.endswith("seconds"):
        return timed(row, name)
    if isinstance(value, float):
        return percent(value) if any(word in name for word in SHARES) else precise(value)
    if isinstance(value, int) and not isinstance(value, bool) and name not in NAMED:
        return many(value)
    return safe(str(value))
