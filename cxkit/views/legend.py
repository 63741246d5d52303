"""The legend of a process map: what the width of a line, the colour of a box and a coloured number mean."""

from __future__ import annotations

import math
from typing import Any

from cxkit.views import theme
from cxkit.views.picture import number, text
from cxkit.words import WORKING, lasting, many

THIN, THICK = 1.4, 8.0


def line_width(weight: float) -> float:
    """How wide is the line of a move with this weight, 0 to 1?"""
    return THIN + (THICK - THIN) * weight


def legend(most_taken: int, most: int, width: float, days: bool = True) -> tuple[str, float]:
    """What line width, box colour and coloured numbers mean, on as many lines as it takes; and their height.

    Without `days` the times are working time.
    """
    parts, x, y = [], 0.0, 0.0
    sample, time = (3.2 * 86_400, "time") if days else (15 * 3_600, WORKING)
    median = _inline((lasting(sample, days), theme.LONG), f"median {time} between")
    for key, wide in (_width_key(most_taken), _colour_key(most), median):
        if x and x + wide > width:
            x, y = 0.0, y + 24
        parts.append(f'<g transform="translate({number(x)} {number(y)})">{key}</g>')
        x += wide + 32
    return "".join(parts), y + 8


def _width_key(most: int) -> tuple[str, float]:
    items: list[Any] = ["times taken"]
    for n in sorted({1, max(1, round(most / 4)), most}):
        weight = math.sqrt(n / most)
        thick, colour = number(line_width(weight)), theme.LINES[min(2, int(3 * weight))]
        items += [(f'<path d="M0,0H24" stroke="{colour}" stroke-width="{thick}"/>', 24.0), many(n)]
    return _inline(*items)


def _colour_key(most: int) -> tuple[str, float]:
    swatches = "".join(
        f'<rect x="{18 * i}" y="-6" width="18" height="12" fill="{fill}" stroke="{theme.BOX}" stroke-width=".6"/>'
        for i, (fill, _) in enumerate(theme.MANY)
    )
    return _inline("visits", "1", (swatches, 90.0), many(most))


def _inline(*items: Any) -> tuple[str, float]:
    """Words (text, or text with its colour) and small drawings (with their width) side by side."""
    parts, x = [], 0.0
    for item in items:
        content, extra = item if isinstance(item, tuple) else (item, theme.MUTED)
        if isinstance(extra, float):
            parts.append(f'<g transform="translate({number(x)} 0)">{content}</g>')
            x += extra + 8
        else:
            parts.append(text(x, 4, content, size=12, fill=extra))
            x += theme.text_width(content, 12) + 8
    return "".join(parts), x - 8
