"""Is a step slow always, or now and then? Each time it was taken is a line from when it began to when it ended."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from cxkit.views import theme
from cxkit.views.picture import MARGIN, WIDTH, Picture, drawing, empty, heading, keyed, number, text
from cxkit.views.small.frame import NOTHING, framed, nothing
from cxkit.views.times import axis as axes
from cxkit.words import lasting, many

Row = Mapping[str, Any]
TALL, SMALL, SMALL_FRAME, SMALL_TALL = 200, 620, 250, 150
ABOVE, BELOW = 44, 30
QUARTERS = ("fastest quarter", "second", "third", "slowest quarter")
COLOURS = (theme.MANY[3][0], theme.LINES[0], theme.LONGER[3][0], theme.LONGER[4][0])
NO_STEP = ("No such step was taken, or nobody knows when.", "Choose two steps that follow each other directly.")


def performance_spectrum(
    rows: Sequence[Row], *, title: str, population: object, note: str = "", of: int = 0
) -> Picture:
    """A line from the upper edge, where the step begins, to the lower one, where it ends; slow ones lean far.

    `of` is the number of journeys looked at.
    """
    if not rows:
        return empty(title, population, note, **({"why": NO_STEP} if of else {}))
    head, height = heading(title, [str(population), f"{note}. {_shown(rows)}."], WIDTH)
    drawn = _drawn(rows, WIDTH, TALL)
    body = head + f'<g transform="translate(0 {number(height + 6)})">{drawn}</g>'
    size = WIDTH + 2 * MARGIN, height + 6 + ABOVE + TALL + BELOW + 14 + 2 * MARGIN
    return Picture(title, drawing(title, _shown(rows), body, *size))


def performance_spectrum_small(
    rows: Sequence[Row], *, title: str, population: object, note: str = "", of: int = 0
) -> Picture:
    """The same without a heading, as one of several pictures of a page."""
    size = {"wide": SMALL, "tall": SMALL_FRAME}
    if not rows:
        return nothing(title, NO_STEP[0] if of else NOTHING, **size)
    told = text(0, SMALL_FRAME - 3, theme.fit(f"{_shown(rows)}.", SMALL, 11), size=11, fill=theme.MUTED)
    return framed(title, f"{population}. {note}. {_shown(rows)}", _drawn(rows, SMALL, SMALL_TALL) + told, **size)


def _shown(rows: Sequence[Row]) -> str:
    times = rows[0]["times"]
    some = "all" if len(rows) == times else f"{many(len(rows))} of"
    return f"Shown: {some} {many(times)} times the step was taken{'' if len(rows) == times else ', evenly chosen'}"


def _drawn(rows: Sequence[Row], width: float, tall: float) -> str:
    begins = [(row["time"], row["log_seconds"]) for row in rows]
    line = axes.line(begins)
    line = line._replace(high=max(row["log_seconds"] + row["seconds"] for row in rows))
    names = [theme.fit(theme.clean(rows[0][end]), width - 10, 12) for end in ("activity", "next_activity")]
    edges = (f'<path d="M0,{number(y)}H{number(width)}" stroke="{theme.LINES[0]}"/>' for y in (0.0, tall))
    marks = [(at * width, word, whole) for at, word, whole in line.marks() if 0 <= at <= 1]
    parts = [
        text(0, -6, names[0], more='font-weight="600"'),
        *edges,
        *(_quarter(rows, place, line, width, tall) for place in range(1, 5)),
        text(0, tall + 15, names[1], more='font-weight="600"'),
        f'<g transform="translate(0 16)">{axes.labels(marks, width, tall)}</g>',
    ]
    return _legend(rows) + f'<g transform="translate(0 {ABOVE})">{"".join(parts)}</g>'


def _quarter(rows: Sequence[Row], quarter: int, line: axes.Line, width: float, tall: float) -> str:
    """The lines of a quarter, as one path."""
    own = [row for row in rows if row["quarter"] == quarter]
    if not own:
        return ""
    ends = ((line.place(row["log_seconds"]), line.place(row["log_seconds"] + row["seconds"])) for row in own)
    path = "".join(f"M{number(a * width)},0L{number(b * width)},{number(tall)}" for a, b in ends)
    tip = html.escape(f"{_told(own[0])}; {many(len(own), 'time')} shown")
    look = f'stroke="{COLOURS[quarter - 1]}" stroke-opacity=".55" fill="none"'
    return f'<path class="cx-spans" d="{path}" {look}{keyed(own[0].get("key"))}><title>{tip}</title></path>'


def _named(row: Row) -> str:
    return f"{QUARTERS[row['quarter'] - 1]}, up to {lasting(row['up_to_seconds'])}"


def _told(row: Row) -> str:
    return f"{_named(row)}: {many(row['journeys'], 'journey')} of {many(row['customers'], 'customer')}"


def _legend(rows: Sequence[Row]) -> str:
    firsts = {row["quarter"]: row for row in reversed(rows)}
    parts, x = [], 0.0
    for quarter, row in sorted(firsts.items()):
        words = _named(row)
        sign = f'<rect x="{number(x)}" y="3" width="14" height="4" rx="1" fill="{COLOURS[quarter - 1]}"/>'
        sign += text(x + 20, 10, words, size=11, fill=theme.MUTED)
        tip = html.escape(_told(row))
        parts.append(f'<g class="cx-name"{keyed(row.get("key"))}><title>{tip}</title>{sign}</g>')
        x += 34 + theme.text_width(words, 11)
    return "".join(parts)
