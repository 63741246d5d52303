"""How do journeys flow from activity to activity? The process map, laid out for what it shows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cxkit.schema import END, START
from cxkit.views import theme
from cxkit.views.mapped import boxes as placing
from cxkit.views.mapped import lines
from cxkit.views.mapped.boxes import Form, Place
from cxkit.views.mapped.legend import legend
from cxkit.views.mapped.lines import Move
from cxkit.views.mapped.metrics import METRICS, TIMES, Metric, metric
from cxkit.views.mapped.others import Other, free, placed, unseen
from cxkit.views.picture import MARGIN, Picture, drawing, empty, heading, number
from cxkit.views.placing import chosen, curves, layout
from cxkit.views.placing.curves import Box, Point, Spline
from cxkit.views.placing.layout import RING, Geometry
from cxkit.words import in_days, many, percent

Row = Mapping[str, Any]
Size = tuple[float, float]
Ends = tuple[int, int]
NARROWEST, WIDEST, TALLEST = 700, 1100, 1500  # of a picture that stands alone
LARGEST, LEGIBLE = 1.15, 0.96  # scales
AMOUNTS = (9, 12, 15, 18, 21, 25, 29, 33, 37, chosen.READABLE)  # of moves, to be tried until they fit
RINGS = (RING, RING)
EDGE, FOOT, LINE = 12, 22, 8  # paper around the map; below it, where it fills a panel, with a legend of one line

STYLE = (
    ".cx-map .cx-plate{fill-opacity:.9}.cx-move:hover .cx-line{stroke:var(--cx-accent, #1d63a8)}"
    ".cx-move:hover .cx-tip{fill:var(--cx-accent, #1d63a8)}.cx-node:hover .cx-box{stroke-width:2.5}"
    ".cx-ghost,.cx-pale{opacity:.35}.cx-node[aria-pressed=true] .cx-box{stroke:var(--cx-long, #9a4f00)}"
)


@dataclass(frozen=True)
class Shape:
    """A layout as it is drawn: boxes by code, ways by their ends, how much paper, and at which scale it fits."""

    boxes: Mapping[int, Box]
    ways: Mapping[Ends, Spline]
    form: Form
    scale: float


@dataclass(frozen=True)
class Asked:
    """How much a map is to show: shares, activities that are to stay, and the room that there is."""

    coverage: float | None = None
    activities: float | None = None
    moves: float | None = None
    stay: Collection[str] = ()
    size: Size | None = None

    @property
    def says_how_much(self) -> bool:
        return any(share is not None for share in (self.coverage, self.activities, self.moves))

    @property
    def canvas(self) -> Size:
        """The room for the map itself."""
        return (self.size[0], self.size[1] - FOOT - LINE) if self.size else (WIDEST, TALLEST)


def process_map(
    rows: Sequence[Row],
    *,
    title: str,
    population: object,
    geometry: Geometry | None,
    ranks: Mapping[str, int] | None = None,
    coverage: float | None = None,
    activities: float | None = None,
    moves: float | None = None,
    stay: Collection[str] = (),
    show: str | None = None,
    reach: Mapping[str, int] | None = None,
    ghosts: Sequence[Row] = (),
    size: Size | None = None,
    note: str = "",
) -> Picture:
    """How do journeys flow from activity to activity?

    `rows` has one row a move: `activity`, `next_activity` (None at start and end), `source`, `target` (codes, -1 and -2
    for start and end), `count`, `journeys`, `share` of journeys, `coverage` above which it shows, and where times are
    known `mean_seconds`, `median_seconds`, `p90_seconds`. `geometry` is what `layout.map_geometry` says of the log: the
    order in which the layout begins. `ranks` are those of the activities in their store, for their colours.

    How much it shows: `coverage`, the share of all moves from the most frequent down; or `activities` and `moves`, the
    shares of the activities and of the moves between these, with the activities named in `stay` always there; or, where
    none is given, all of up to 25 moves, else about 42 that can be read. What is left out stands as "other" at every
    box, start and end. `show` is the figure at the lines: times, journeys, share, median, p90 or total; how often and
    the median where it is not given. `reach` says how many journeys visit each activity, `ghosts` are rows that are
    drawn pale where they have no line. `size`, in pixels, makes the map fill a panel, without a title.
    """
    if not rows:
        return empty(title, population, note)
    asked, figure = Asked(coverage, activities, moves, stay, size), None if show is None else metric(show)
    shown, pale, shape = laid_out(rows, ghosts, asked, _seed(geometry))
    drawn = lines.moves(shown, shape.ways, figure)
    every = placing.places([*ghosts, *rows], ranks, reach) | placing.places(rows, ranks, reach)
    sheet = Sheet(rows, drawn, pale, shape, every, figure)
    words = summary(rows, shown, asked)
    if size is not None:
        return Picture(title, sheet.filling(title, f"{population}. {words}", size, in_short(rows, shown)))
    return Picture(title, sheet.alone(title, [str(population), words, note]))


# ---- what is shown, and where ----------------------------------------------------------------------------------------


def _seed(geometry: Geometry | None) -> dict[int, Point]:
    nodes = geometry["nodes"] if geometry else ()
    return {node["code"]: (node["box"][0] + node["box"][2] / 2, node["box"][1]) for node in nodes}


def laid_out(
    rows: Sequence[Row], ghosts: Sequence[Row], asked: Asked, seed: Mapping[int, Point]
) -> tuple[list[Row], list[Row], Shape]:
    """Which moves are drawn, which ghosts beside them, and where does all of it stand?

    Where nobody says how much, it is less than can be read as long as that does not fit at a size that can be read.
    """
    codes = {row[side]: row[name] for row in rows for side, name in placing.SIDES}
    stay = {code for code, name in codes.items() if name in set(asked.stay)}
    left = chosen.readable(ghosts) if ghosts else []

    def tried(most: int) -> tuple[list[Row], list[Row], Shape]:
        shown = _chosen(rows, asked, stay, most)
        taken = {_ends(row) for row in shown}
        pale = [row for row in left if _ends(row) not in taken]
        return shown, pale, _fitted([*shown, *pale], asked, seed)

    first = tried(AMOUNTS[-1])
    if asked.size is None or asked.says_how_much or first[2].scale >= LEGIBLE:
        return first
    low, high, best = 1, len(AMOUNTS) - 1, tried(AMOUNTS[0])
    while low < high:
        middle = (low + high) // 2
        now = tried(AMOUNTS[middle])
        low, high, best = (middle + 1, high, now) if now[2].scale >= LEGIBLE else (low, middle, best)
    return best


def _chosen(rows: Sequence[Row], asked: Asked, stay: set[int], most: int) -> list[Row]:
    if asked.coverage is not None:
        return chosen.by_coverage(rows, asked.coverage)
    if not asked.says_how_much:
        return chosen.readable(rows, most, stay)
    activities, moves = (1.0 if share is None else share for share in (asked.activities, asked.moves))
    return chosen.by_shares(rows, activities, moves, stay)


def _ends(row: Row) -> Ends:
    return row["source"], row["target"]


def _fitted(shown: Sequence[Row], asked: Asked, seed: Mapping[int, Point]) -> Shape:
    """The first form in which the map has room at its own size, else the one in which it can be drawn largest."""
    best: Shape | None = None
    for form in (Form(), Form(flat=True), Form(across=True))[:: 1 if asked.size else 2]:
        shape = _shape(shown, asked, seed, form)
        if best is None or shape.scale > 1.03 * best.scale:
            best = shape
        if best.scale >= 1:
            break
    assert best is not None
    return best


def _shape(shown: Sequence[Row], asked: Asked, seed: Mapping[int, Point], form: Form) -> Shape:
    names = {row[side]: theme.clean(row[name]) for row in shown for side, name in placing.SIDES}
    nodes = [(code, *(layout.box_size(name, form.flat) if code >= 0 else RINGS)) for code, name in names.items()]
    turned = {code: (y, x) for code, (x, y) in seed.items()} if form.across else seed
    edges = [(*_ends(row), row["count"]) for row in shown]
    apart = 65 if form.across else 26 if asked.size else 37
    made = layout.layout(nodes, edges, seed=turned, across=form.across, apart=apart)
    boxes = {node["code"]: Box(*node["box"]) for node in made["nodes"]}
    ways = {_ends(edge): [(x, y) for x, y in edge["spline"]] for edge in made["edges"]}
    ways |= {
        _ends(row): curves.curve(boxes[row["source"]], boxes[row["target"]]) for row in shown if _ends(row) not in ways
    }
    wide, tall = asked.canvas
    beyond = 20 if form.across else 2  # what captions of rings take beyond the boxes
    scale = min((wide - 2 * EDGE) / max(made["width"], 1), (tall - 2 * EDGE) / (made["height"] + beyond), LARGEST)
    return Shape(boxes, ways, form, scale)


# ---- words -----------------------------------------------------------------------------------------------------------


def summary(rows: Sequence[Row], shown: Sequence[Row], asked: Asked | None = None) -> str:
    """How much of everything a map shows, and why not all where all was asked for."""
    total, drawn = _activities(rows), _activities(shown)
    part = percent(_steps(shown) / _steps(rows) if rows else None)
    moves, activities = many(len(rows), "move"), many(total, "activity", "activities")
    if len(shown) == len(rows):
        return f"Shows every one of {moves} between {activities}."
    words = (
        f"Shows {many(len(shown))} of {moves}, starts and ends included ({part} of all steps taken), and "
        f"{many(drawn)} of {activities}."
    )
    if asked and 1.0 in (asked.coverage, asked.moves) and asked.activities in (None, 1.0):
        most = f"{many(chosen.MOST_BOXES)} activities and {many(chosen.MOST_MOVES)} moves"
        words += f" A picture holds at most {most}; the table has all."
    return words


def in_short(rows: Sequence[Row], shown: Sequence[Row]) -> str:
    """The same in a few words."""
    return f"Shows {percent(_steps(shown) / _steps(rows))} of all moves"


def _steps(rows: Sequence[Row]) -> int:
    return sum(row["count"] for row in rows)


def _activities(rows: Sequence[Row]) -> int:
    return len({row[side] for row in rows for side in ("source", "target")} - {START, END})


# ---- the whole -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sheet:
    """All that is drawn, before it is known how large and among what."""

    rows: Sequence[Row]
    moves: Sequence[Move]
    pale: Sequence[Row]
    shape: Shape
    every: Mapping[int, Place]
    metric: Metric | None

    @property
    def map(self) -> tuple[str, Box]:
        """The map, and what of the paper it covers."""
        boxes, ways = self.shape.boxes, self.shape.ways
        tracks = [curves.sampled(way) for way in ways.values()]
        points = [at for track in tracks for at in track]
        captions = self._captions(points)
        rooms = [*boxes.values(), *captions.values()]
        others = unseen(self.rows, [move.row for move in self.moves])
        stubs = placed(others, boxes, captions, rooms, points)
        labels = lines.labelled(self.moves, [*rooms, *stubs])
        crop = _around([*rooms, *stubs, *(room for _, room in labels), *map(_along, tracks)])
        parts = [lines.drawn_ghost(row, ways[_ends(row)]) for row in self.pale]
        parts += [lines.drawn_line(move) for move in reversed(self.moves)]
        parts += [*self._places(captions), *self._stubs(others, stubs)]
        parts += [lines.drawn_label(move, room) for move, room in labels]
        return "".join(parts), crop

    def _captions(self, points: Sequence[Point]) -> dict[int, Box]:
        """Where start and end are named: off the boxes, and off the lines if there is such a place."""
        boxes, form = self.shape.boxes, self.shape.form
        taken = [box for code, box in boxes.items() if code >= 0]
        return {
            code: free(placing.caption_rooms(self.every[code], box, form), taken, points)
            for code, box in boxes.items()
            if code < 0
        }

    def _places(self, captions: Mapping[int, Box]) -> list[str]:
        alive = {row[side] for row in (move.row for move in self.moves) for side in ("source", "target")}
        words = self.most, self.shape.form, self.metric
        return [
            placing.drawn_place(self.every[code], box, *words, caption=captions.get(code), ghost=code not in alive)
            for code, box in sorted(self.shape.boxes.items())
        ]

    def _stubs(self, others: Sequence[Other], rooms: Sequence[Box]) -> list[str]:
        return [other.drawn(self.shape.boxes[other.code], room) for other, room in zip(others, rooms, strict=True)]

    @property
    def most(self) -> int:
        """How often the most visited of the drawn activities was entered."""
        return max((self.every[code].visits for code in self.shape.boxes if code >= 0), default=0)

    def legend(self, words: str, width: float) -> tuple[str, float]:
        """What the signs mean, after these words; and its height."""
        figure = self.metric or METRICS[TIMES]
        most = max((figure.value(move.row) or 0 for move in self.moves), default=1)
        days, some = all(map(in_days, self.rows)), len(self.moves) < len(self.rows)
        return legend(words, most, self.most, width, days=days, metric=self.metric, left_out=some)

    def alone(self, title: str, said: list[str]) -> str:
        """The picture with its title above and its legend below."""
        inner, crop = self.map
        width = max(crop.width, NARROWEST)
        head, above = heading(title, said, width)
        key, below = self.legend("", width)
        shift = f"{number((width - crop.width) / 2 - crop.left)} {number(above + 12 - crop.top)}"
        foot = above + crop.height + 32
        body = (
            f'{head}<g class="cx-map" transform="translate({shift})">{inner}</g>'
            f'<g class="cx-legend" transform="translate(0 {number(foot)})">{key}</g>'
        )
        words = f"{said[0]}. {said[1]}"
        return drawing(title, words, body, width + 2 * MARGIN, foot + below + 2 * MARGIN, STYLE)

    def _shares(self) -> str:
        """How much of how much is drawn, for the sliders of a panel: moves count among the drawn activities."""
        codes = self.shape.boxes.keys() | {START, END}
        within = sum(row["source"] in codes and row["target"] in codes for row in self.rows)
        drawn, of = _activities([move.row for move in self.moves]), _activities(self.rows)
        return f'data-activities="{drawn}" data-of="{of}" data-moves="{len(self.moves)}" data-within="{within}"'

    def filling(self, title: str, words: str, size: Size, short: str) -> str:
        """The map fitted into a panel of this size, cut off at its edges, with the legend below."""
        inner, crop = self.map
        form = self.shape.form
        key, below = self.legend(short, size[0] - 2 * EDGE)
        width, height = size[0], size[1] - FOOT - below
        scale = min((width - 2 * EDGE) / crop.width, (height - 2 * EDGE) / crop.height, LARGEST)
        left, top = (width - scale * crop.width) / 2, (height - scale * crop.height) / 2
        x, y = number(left - scale * crop.left), number(top - scale * crop.top)
        placed = f'transform="translate({x} {y}) scale({scale:.3g})" data-across="{int(form.across)}"'
        body = (
            f'<svg class="cx-canvas" width="{number(width)}" height="{number(height)}" overflow="hidden" '
            f'data-scale="{scale:.3g}" {self._shares()}><g class="cx-map" {placed}>{inner}</g></svg>'
            f'<g class="cx-legend" transform="translate({EDGE} {number(height + 14)})">{key}</g>'
        )
        return drawing(title, words, body, width, size[1], STYLE, margin=0)


def _along(way: Sequence[Point]) -> Box:
    """A box around a line and the thickness of its head."""
    xs, ys = zip(*way, strict=True)
    left, top = min(xs) - 5, min(ys) - 5
    return Box(left, top, max(xs) + 5 - left, max(ys) + 5 - top)


def _around(boxes: Sequence[Box]) -> Box:
    left, top = min((box.left for box in boxes), default=0), min((box.top for box in boxes), default=0)
    right, bottom = max((box.right for box in boxes), default=0), max((box.bottom for box in boxes), default=0)
    return Box(left, top, right - left, bottom - top)
