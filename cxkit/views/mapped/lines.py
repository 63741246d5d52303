"""The moves of a map: lines with heads, and their labels."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cxkit.schema import END, START
from cxkit.views import theme
from cxkit.views.mapped.legend import line_width, shades
from cxkit.views.mapped.metrics import METRICS, TIMES, Metric
from cxkit.views.picture import keyed, number, text
from cxkit.views.placing import curves
from cxkit.views.placing.curves import Box, Spline
from cxkit.views.placing.labels import places
from cxkit.words import CLOCK, given, many, percent, timed

Row = Mapping[str, Any]
LABEL_SIZE, LABEL_LEADING = 11.5, 13
APART = 8  # pixels between two labels, so that they are not read as one
MOST_LABELS = 90  # more than anybody can read; the other moves speak when the pointer rests on them
ENDS = {END: "Ended", START: "Start"}


@dataclass(frozen=True)
class Move:
    """A move as it is drawn: its row, its way, how much it weighs (0 to 1), and the figure that it shows.

    Without a metric it shows how often it was taken and the median time.
    """

    row: Row
    spline: Spline
    weight: float
    metric: Metric | None = None

    @property
    def width(self) -> float:
        return line_width(self.weight)

    @property
    def colour(self) -> str:
        return shades(self.metric)[min(2, int(3 * self.weight))]

    @property
    def data(self) -> str:
        """What a page knows it by."""
        row = self.row
        return f'data-source="{row["source"]}" data-target="{row["target"]}" data-count="{row["count"]}"'

    @property
    def label(self) -> list[str]:
        """What stands at the line, on one line or two; nothing where the figure is unknown."""
        if self.metric:
            return [self.metric.said(self.row)] if self.metric.value(self.row) is not None else []
        median = given(self.row.get("median_seconds"))
        return [many(self.row["count"])] + ([timed(self.row, "median_seconds")] if median is not None else [])

    @property
    def tip(self) -> str:
        """What it says when the pointer rests on it."""
        return said(self.row)

    @property
    def size(self) -> tuple[float, float]:
        """The room that the label takes, with some to the next."""
        wide = max(theme.text_width(word, LABEL_SIZE, bold=True) for word in self.label)
        return wide + 4 + APART, LABEL_LEADING * len(self.label) + 4

    @property
    def tip_box(self) -> Box:
        """Around the head of the line."""
        (x, y), half = self.spline[-1], 2 + 0.75 * self.width
        return Box(x - half, y - half, 2 * half, 2 * half)


def moves(rows: Sequence[Row], ways: Mapping[tuple[int, int], Spline], metric: Metric | None) -> list[Move]:
    """The moves of these rows, the most frequent first."""
    figure = metric or METRICS[TIMES]
    values = [figure.value(row) or 0 for row in rows]
    most = max(values, default=0) or 1
    return [
        Move(row, ways[row["source"], row["target"]], math.sqrt(value / most), metric)
        for row, value in zip(rows, values, strict=True)
    ]


def said(row: Row) -> str:
    """What a move says when the pointer rests on it."""
    ends = (
        (row["activity"] if row["source"] >= 0 else ENDS[START]),
        (row["next_activity"] if row["target"] >= 0 else ENDS[row["target"]]),
    )
    words = " \N{RIGHTWARDS ARROW} ".join(theme.isolated(theme.clean(name)) for name in ends)
    words += f"\n{many(row['count'], 'time')} in {many(row['journeys'], 'journey')}"
    words += f" ({percent(row['share'])} of journeys)"
    if given(row.get("median_seconds")) is not None:
        times = (("median", "median_seconds"), ("mean", "mean_seconds"), ("P90", "p90_seconds"))
        parts = (f"{word} {timed(row, key)}" for word, key in times)
        words += "\n" + " \N{MIDDLE DOT} ".join(parts) + (f" ({row[CLOCK]})" if row.get(CLOCK) else "")
    return words


def drawn_line(move: Move) -> str:
    """The line of a move with its head; a wider one of paper below sets it off where it crosses others."""
    length, half = 6 + 1.1 * move.width, 3 + 0.75 * move.width
    line = curves.shortened(move.spline, length)
    (x, y), end = line[-1], move.spline[-1]
    far = math.dist((x, y), end) or 1
    nx, ny = -(end[1] - y) / far * half, (end[0] - x) / far * half
    head = " ".join(f"{number(px)},{number(py)}" for px, py in ((x + nx, y + ny), end, (x - nx, y - ny)))
    d, width = _path(line), number(move.width)
    return (
        f'<g class="cx-move" {move.data}{keyed(move.row.get("key"))}><title>{html.escape(move.tip)}</title>'
        f'<path class="cx-under" d="{d}" fill="none" stroke="{theme.PAPER}" stroke-width="{number(move.width + 3)}"/>'
        f'<path class="cx-touch" d="{d}" fill="none" stroke="none" stroke-width="14" pointer-events="stroke"/>'
        f'<path class="cx-line" d="{d}" fill="none" stroke="{move.colour}" stroke-width="{width}"/>'
        f'<polygon class="cx-tip" points="{head}" fill="{move.colour}"/></g>'
    )


def drawn_ghost(row: Row, spline: Spline) -> str:
    """The line of a move that is not taken any more."""
    return (
        f'<g class="cx-ghost"><title>{html.escape(said(row))}\nnot in this selection</title>'
        f'<path d="{_path(spline)}" fill="none" stroke="{theme.ENDED}" stroke-width="1.4" stroke-dasharray="2 4"/></g>'
    )


def _path(spline: Spline) -> str:
    first, *rest = (f"{number(x)},{number(y)}" for x, y in spline)
    return f"M{first}C{' '.join(rest)}"


def labelled(drawn: Sequence[Move], fixed: Sequence[Box]) -> list[tuple[Move, Box]]:
    """Where the labels stand; a move for whose label there is no room has none."""
    spoken = [move for move in drawn[:MOST_LABELS] if move.label]
    silent = [move for move in drawn if move not in spoken]
    tracks = [curves.sampled(move.spline) for move in (*spoken, *silent)]
    rooms = places(tracks, [move.size for move in spoken], [*fixed, *(move.tip_box for move in drawn)])
    return [(move, room) for move, room in zip(spoken, rooms, strict=True) if room]


def drawn_label(move: Move, room: Box) -> str:
    """The figure of a move on a plate of paper."""
    words, x, anchor = move.label, room.middle[0], 'text-anchor="middle"'
    parts = [text(x, room.top + 12, words[0], size=LABEL_SIZE, more=f'{anchor} font-weight="600"')]
    parts += [text(x, room.top + 25, word, size=LABEL_SIZE, fill=theme.LONG, more=anchor) for word in words[1:]]
    left, width = room.left + APART / 2, room.width - APART
    return (
        f'<g class="cx-label" {move.data} pointer-events="none"><rect class="cx-plate" x="{number(left)}" '
        f'y="{number(room.top)}" width="{number(width)}" height="{number(room.height)}" rx="4" '
        f'fill="{theme.PAPER}"/>{"".join(parts)}</g>'
    )
