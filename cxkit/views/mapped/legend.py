"""The legend of a process map: what the width of a line, the colour of a box and a coloured number mean."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from cxkit.views import theme
from cxkit.views.mapped.metrics import METRICS, TIMES, Metric
from cxkit.views.picture import number, text
from cxkit.words import WORKING, lasting, many, percent

THIN, THICK = 1.4, 8.0
SIZE = 12
SLOW = (theme.LINES[0], theme.LONGER[3][0], theme.LONGER[4][0])


def shades(metric: Metric | None) -> Sequence[str]:
    """The colours of lines, from light to heavy ones: times have colours of their own."""
    return SLOW if metric and metric.is_time else theme.LINES


def line_width(weight: float) -> float:
    """How wide is the line of a move with this weight, 0 to 1?"""
    return THIN + (THICK - THIN) * weight


def legend(
    words: str,
    most_taken: float,
    most: int,
    width: float,
    *,
    days: bool = True,
    metric: Metric | None = None,
    left_out: bool = False,
) -> tuple[str, float]:
    """What line width, box colour and coloured numbers mean, after these words; and the height that takes.

    The sign for what is `left_out` is told where something is. Without `days` the times are working time.
    """
    parts, x, y = [], 0.0, 0.0
    keys = [_inline((words, theme.INK))] if words else []
    keys.append(_width_key(most_taken, metric, days))
    keys += [] if metric and metric.is_time else [_colour_key(most)]
    if left_out:
        tick = f'<path d="M3,-6V6" stroke="{theme.LINES[1]}" stroke-width="1.6" stroke-dasharray="3 2"/>'
        keys.append(_inline((tick, 6.0), "by moves not drawn"))
    if metric is None:
        sample, time = (3.2 * 86_400, "time") if days else (15 * 3_600, WORKING)
        keys.append(_inline((lasting(sample, days), theme.LONG), f"median {time} between"))
    for key, wide in keys:
        if x and x + wide > width:
            x, y = 0.0, y + 20
        parts.append(f'<g transform="translate({number(x)} {number(y)})">{key}</g>')
        x += wide + 24
    return "".join(parts), y + 8


def _width_key(most: float, metric: Metric | None, days: bool) -> tuple[str, float]:
    figure = metric or METRICS[TIMES]
    items: list[Any] = [figure.words if days or not figure.is_time else f"{figure.words} ({WORKING})"]
    for value in sorted({most / 4, most} if figure.is_time or most <= 1 else {max(1, round(most / 4)), most}):
        weight = math.sqrt(value / most) if most else 0
        shade = shades(metric)[min(2, int(3 * weight))]
        items.append((f'<path d="M0,0H20" stroke="{shade}" stroke-width="{number(line_width(weight))}"/>', 20.0))
        items.append(_figure(figure, value, days))
    return _inline(*items)


def _figure(metric: Metric, value: float, days: bool) -> str:
    if metric.is_time:
        return lasting(value, days)
    return percent(value) if metric.name == "share" else many(value)


def _colour_key(most: int) -> tuple[str, float]:
    swatches = "".join(
        f'<rect x="{12 * i}" y="-5" width="12" height="10" fill="{fill}" stroke="{theme.BOX}" stroke-width=".6"/>'
        for i, (fill, _) in enumerate(theme.MANY)
    )
    return _inline("visits 1", (swatches, 60.0), many(most))


def _inline(*items: Any) -> tuple[str, float]:
    """Words (text, or text with its colour) and small drawings (with their width) side by side."""
    parts, x = [], 0.0
    for item in items:
        content, extra = item if isinstance(item, tuple) else (item, theme.MUTED)
        if isinstance(extra, float):
            parts.append(f'<g transform="translate({number(x)} 0)">{content}</g>')
            x += extra + 6
        else:
            parts.append(text(x, 4, content, size=SIZE, fill=extra))
            x += theme.text_width(content, SIZE) + 6
    return "".join(parts), x - 6
