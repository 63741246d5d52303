"""A table as HTML or as text: the twin of a picture, and the face of answers that have none."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from cxkit.views import theme
from cxkit.views.picture import escape

_SHORT = 40  # characters that stay on one line
_WIDEST = 64  # characters of a cell in a table of text


def table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, caption: str, left_out: int, empty: str) -> str:
    """Rows as an HTML table with a caption; numbers to the right, times to the minute, everything escaped.

    The caption is a paragraph of its own, as wide as the page, and the table's name.
    """
    said = f'<p class="cx-note">{escape(caption)}</p>'
    if not rows:
        return f'{said}<p class="cx-empty">{escape(empty)}</p>'
    numeric = {name for name in columns if all(_is_number(row[name]) for row in rows)}
    head = "".join(f"<th{_look(name, numeric, name)}>{escape(name)}</th>" for name in columns)
    body = "".join(f"<tr>{''.join(_cell(row[name], name, numeric) for name in columns)}</tr>" for row in rows)
    more = f'<p class="cx-note">{left_out:,} more rows; .df() has them all.</p>' if left_out > 0 else ""
    return (
        f'{said}<div class="cx-scroll" style="overflow-x:auto"><table class="cx-rows" aria-label="{escape(caption)}">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{more}"
    )


def as_text(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Rows as aligned text; one row alone is written downwards."""
    if len(rows) == 1:
        width = max(map(len, columns))
        return "\n".join(f"{name:<{width}}  {_said(rows[0][name], name)}" for name in columns)
    numeric = {name for name in columns if all(_is_number(row[name]) for row in rows)}
    lines = [list(columns), *([_cut(_said(row[name], name)) for name in columns] for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(columns))]
    sides = [">" if name in numeric else "<" for name in columns]
    cells = zip(sides, widths, strict=True)
    form = "  ".join(f"{{:{side}{width}}}" for side, width in cells)
    return "\n".join(form.format(*line).rstrip() for line in lines)


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WIDEST else f"{line[: _WIDEST - 1]}…"


def _cell(value: Any, name: str, numeric: set[str]) -> str:
    said = _said(value, name)
    return f"<td{_look(name, numeric, said)}>{escape(said) if said else ''}</td>"


def _look(name: str, numeric: set[str], said: str) -> str:
    """How a cell stands, in a page with our style sheet or without."""
    kept = "white-space:nowrap" if len(said) <= _SHORT else "min-width:16em"
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
        return " → ".join(map(str, value))
    if isinstance(value, float):
        if "share" in name or name == "coverage":
            return theme.share(value)
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) and name != "variant" else str(value)
