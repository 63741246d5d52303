"""A tree of ways: columns of boxes, each as high as the journeys that are there, beside what they grow from."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from cxkit.views import theme
from cxkit.views.picture import MARGIN, WIDTH, Picture, drawing, empty, heading, keyed, number, text
from cxkit.words import many, percent, timed

Row = Mapping[str, Any]
HEIGHT, TOP, SIZE, PAD, APART = 540, 24, 12, 7, 2
ONE_LINE, TWO_LINES, LEADING = 15, 31, 15
CALLED = {"rest": "other steps", "end": "nothing more", "start": "start"}
BEFORE = {"end": "nothing before", "start": "end so far"}


def path_tree(
    rows: Sequence[Row],
    *,
    title: str,
    population: object,
    note: str = "",
    ranks: Mapping[str, int] | None = None,
    backward: bool = False,
) -> Picture:
    """The start at one side, and column by column the steps that follow; backward it is at the right.

    `rows` has one row a place: `node`, `parent`, `depth`, `kind` (start, step, rest, end), `activity`, `count`,
    `customers`, `share`, `parent_share`, `median_seconds`. Boxes that are too low for a name say it on hover.
    """
    if not rows or not rows[0]["count"]:
        return empty(title, population, note)
    head, y = heading(title, [str(population), note], WIDTH)
    deepest = max(row["depth"] for row in rows)
    wide = WIDTH / (deepest + 1)
    places = _placed(rows, HEIGHT / rows[0]["count"])
    body = head + "".join(_column(depth, wide, y + 14, deepest, backward) for depth in range(deepest + 1))
    colours = ranks or {}
    for row in rows:
        column = deepest - row["depth"] if backward else row["depth"]
        low, high = places[row["node"]]
        body += _box(row, (column * wide, y + TOP + low, wide - APART, high - low), colours, backward)
    spoken = ". ".join(_spoken(row, backward) for row in rows[:40])
    return Picture(title, drawing(title, spoken, body, WIDTH + 2 * MARGIN, y + TOP + HEIGHT + 2 * MARGIN))


def _placed(rows: Sequence[Row], scale: float) -> dict[int, tuple[float, float]]:
    """From where to where each place reaches: those that grow from one fill it, in their order."""
    places: dict[int, tuple[float, float]] = {}
    filled: dict[int, float] = {}
    for row in rows:
        low = 0.0 if row["parent"] is None else filled.get(row["parent"], places[row["parent"]][0])
        high = low + row["count"] * scale
        places[row["node"]] = (low, high)
        if row["parent"] is not None:
            filled[row["parent"]] = high
    return places


def _column(depth: int, wide: float, y: float, deepest: int, backward: bool) -> str:
    words = "" if not depth else many(depth, "step") + (" before" if backward else " after")
    column = deepest - depth if backward else depth
    return text(column * wide + PAD, y, words, fill=theme.MUTED) if words else ""


def _look(row: Row, ranks: Mapping[str, int]) -> tuple[str, str, str]:
    """The fill of a box, the ink on it, and its edge."""
    if row["kind"] == "step" or (row["kind"] == "start" and row["activity"] is not None):
        return (*theme.activity_colour(ranks.get(row["activity"])), "none")
    if row["kind"] == "rest":
        return theme.GRID, theme.INK, "none"
    return theme.PAPER, theme.INK, theme.LINES[0]


def _box(row: Row, place: tuple[float, float, float, float], ranks: Mapping[str, int], backward: bool) -> str:
    x, y, wide, high = place
    drawn = max(high - 1, 0.7)
    fill, ink, edge = _look(row, ranks)
    labels = _labels(row, x, y, wide, drawn, ink, backward)
    return (
        f'<g class="cx-bar" data-depth="{row["depth"]}"{keyed(row.get("key"))}>'
        f"<title>{html.escape(_spoken(row, backward))}</title>"
        f'<rect x="{number(x)}" y="{number(y)}" width="{number(wide)}" height="{number(drawn)}" rx="2" fill="{fill}" '
        f'stroke="{edge}" pointer-events="all"/>{labels}</g>'
    )


def _labels(row: Row, x: float, y: float, wide: float, high: float, ink: str, backward: bool) -> str:
    """Name and figures, where the box has room for them."""
    room, figures = wide - 2 * PAD, f"{many(row['count'])} · {percent(row['share'])}"
    if high < ONE_LINE:
        return ""
    if high < TWO_LINES:
        share = percent(row["share"])
        name = theme.fit(_name(row, backward), room - theme.text_width(share, SIZE) - PAD, SIZE)
        beside = text(x + wide - PAD, y + 12, share, size=SIZE, fill=ink, more='text-anchor="end"')
        return text(x + PAD, y + 12, name, size=SIZE, fill=ink) + beside
    first = text(x + PAD, y + 14, theme.fit(_name(row, backward), room, SIZE, bold=True), size=SIZE, fill=ink,
                 more='font-weight="600"')  # fmt: skip
    second = text(x + PAD, y + 14 + LEADING, theme.fit(figures, room, SIZE), size=SIZE, fill=ink)
    if row["median_seconds"] is None or high < TWO_LINES + LEADING:
        return first + second
    third = theme.fit(f"median {timed(row, 'median_seconds')}", room, SIZE)
    return first + second + text(x + PAD, y + 14 + 2 * LEADING, third, size=SIZE, fill=ink)


def _name(row: Row, backward: bool) -> str:
    if row["activity"] is not None:
        return theme.clean(row["activity"])
    return (BEFORE if backward else CALLED).get(row["kind"], CALLED[row["kind"]])


def _spoken(row: Row, backward: bool) -> str:
    median = "" if row["median_seconds"] is None else f", median {timed(row, 'median_seconds')} from the step before"
    return (
        f"{_name(row, backward)}: {many(row['count'], 'journey')} of {many(row['customers'], 'customer')}, "
        f"{percent(row['share'])} of all at the start, {percent(row['parent_share'])} of those one step before{median}"
    )
