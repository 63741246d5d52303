"""How do journeys flow from activity to activity? The process map, drawn on a layout that was made once."""

import html
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cxkit.schema import END, START
from cxkit.views import theme
from cxkit.views.legend import legend, line_width
from cxkit.views.others import unseen
from cxkit.views.picture import MARGIN, Picture, drawing, empty, heading, keyed, number, text
from cxkit.views.placing import curves, layout
from cxkit.views.placing.curves import Box, Spline
from cxkit.views.placing.labels import places
from cxkit.views.placing.layout import FEW_MOVES, Geometry
from cxkit.words import CLOCK, given, in_days, many, percent, timed

Row = Mapping[str, Any]
COVERAGE, MOST_MOVES = 0.9, 40
LABEL_SIZE, LABEL_LEADING = 11, 13
MOST_LABELS = 60  # more than anybody can read; the other moves speak when the pointer rests on them
NARROWEST, ASIDE = 700, 160

# Where a journey leaves the map: code -> (words, colour).
ENDS: dict[int, tuple[str, str]] = {END: ("Ended", theme.ENDED)}

STYLE = (
    ".cx-map .cx-plate{fill-opacity:.88}.cx-move:hover .cx-line{stroke:var(--cx-accent, #1d63a8)}"
    ".cx-move:hover .cx-tip{fill:var(--cx-accent, #1d63a8)}.cx-node:hover .cx-box{stroke-width:2.5}"
)


@dataclass(frozen=True)
class Move:
    """A move as it is drawn."""

    row: Row
    spline: Spline
    weight: float  # 0 to 1

    @property
    def width(self) -> float:
        return line_width(self.weight)

    @property
    def data(self) -> str:
        row = self.row
        ends = f'data-source="{row["source"]}" data-target="{row["target"]}"{keyed(row.get("key"))}'
        return f'{ends} data-count="{row["count"]}" data-coverage="{row["coverage"]:.6g}"'


def process_map(
    rows: Sequence[Row],
    *,
    title: str,
    population: object,
    geometry: Geometry | None,
    coverage: float | None = None,
    note: str = "",
) -> Picture:
    """How do journeys flow from activity to activity?

    `rows` has one row a move: `activity`, `next_activity` (None at start and end), `source`, `target` (codes, -1 and -2
    for start and end), `count`, `journeys`, `share` of journeys, `coverage` above which it shows, and where times are
    known `mean_seconds`, `median_seconds`, `p90_seconds`. `geometry` is what `layout.map_geometry` says of the log,
    None to lay it out anew. `coverage` in [0, 1] says how much to show; None: all of up to 25 moves, else up to 0.9 and
    about 40 moves, and always a way from start to end. What starts and ends by other moves is said at start and end,
    and at an activity that has a place while all that lead to it, or on from it, have none.
    """
    if not rows:
        return empty(title, population, note)
    geometry = geometry or _laid_out(rows)
    boxes = {node["code"]: Box(*node["box"]) for node in geometry["nodes"]}
    limit = default_coverage(rows) if coverage is None else coverage
    shown = [row for row in rows if row["coverage"] < limit and {row["source"], row["target"]} <= boxes.keys()]
    moves = _routed(shown, boxes, geometry)
    words = _summary(rows, shown, boxes)
    body, width, height = _composed(title, [str(population), words, note], rows, moves, boxes)
    return Picture(title, drawing(title, f"{population}. {words}", body, width, height, STYLE))


def _laid_out(rows: Sequence[Row]) -> Geometry:
    """Where everything stands on a map that was not laid out with its store, such as one of stages."""
    visits, names = Counter[int](), dict[int, str]()
    for row in rows:
        visits[row["target"]] += row["count"]
        names[row["target"]] = row["next_activity"]
    activities = [{"code": code, "activity": name, "count": visits[code]} for code, name in names.items() if code >= 0]
    return layout.map_geometry(rows, activities)


def default_coverage(rows: Sequence[Row]) -> float:
    """All of a small log; else the most up to 0.9 and about 40 moves, or what it takes to get from start to end."""
    if len(rows) <= FEW_MOVES:
        return 1.0
    ranked = sorted(row["coverage"] for row in rows)
    readable = min(COVERAGE, ranked[MOST_MOVES] if len(ranked) > MOST_MOVES else COVERAGE)
    steps = [step for step in dict.fromkeys(ranked) if step > readable]
    for limit in (readable, *steps):
        if _connected([row for row in rows if row["coverage"] < limit]):
            return limit
    return 1.0


def _connected(rows: Sequence[Row]) -> bool:
    following: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        following[row["source"]].append(row["target"])
    reached, waiting = {START}, [START]
    while waiting:
        fresh = [code for code in following[waiting.pop()] if code not in reached]
        reached.update(fresh)
        waiting += fresh
    return not reached.isdisjoint(ENDS)


def _summary(rows: Sequence[Row], shown: Sequence[Row], boxes: Mapping[int, Box]) -> str:
    every, visible = ({row[side] for row in part for side in ("source", "target")} for part in (rows, shown))
    total, activities = sum(row["count"] for row in rows), len(list(filter(_is_activity, every)))
    part = percent(sum(row["count"] for row in shown) / total if total else None)
    moves, drawn = many(len(rows), "move"), len(list(filter(_is_activity, visible)))
    if len(shown) == len(rows):
        return f"Shows every one of {moves} between {many(activities, 'activity', 'activities')}."
    words = (
        f"Shows {many(len(shown))} of {moves}, starts and ends included ({part} of all steps taken), and "
        f"{many(drawn)} of {many(activities, 'activity', 'activities')}."
    )
    unplaced = len([code for code in every if _is_activity(code) and code not in boxes])
    rare = many(unplaced, "rare activity has", "rare activities have")
    return f"{words} {rare} no place on the map." if unplaced else words


def _is_activity(code: int) -> bool:
    return code >= 0


# ---- the whole -------------------------------------------------------------------------------------------------------


def _composed(
    title: str, lines: list[str], rows: Sequence[Row], moves: Sequence[Move], boxes: Mapping[int, Box]
) -> tuple[str, float, float]:
    """Heading, map and legend, cropped to what is shown; returns the drawing and its size."""
    visits, tips = _visits(rows), _tips(move.row for move in moves)
    nodes = _nodes(rows, moves, boxes, visits)
    others = list(unseen(rows, [move.row for move in moves]))
    rings = [_caption_box(boxes[code], code, _caption(code, visits[code])) for code in nodes if not _is_activity(code)]
    rings += [other.room(boxes[other.code]) for other in others if other.rest]
    fixed, tracks = [boxes[code] for code in nodes] + rings, [curves.sampled(move.spline) for move in moves]
    sizes = [_label_size(move.row) for move in moves[:MOST_LABELS]]
    rooms = places(tracks, sizes, fixed + [_tip_box(move) for move in moves])
    labels = [(move, room) for move, room in zip(moves, rooms, strict=False) if room]
    crop = _around(fixed + [room for _, room in labels] + [_along(way) for way in tracks])
    width = max(crop.width, NARROWEST)
    head, above = heading(title, lines, width)
    most = max((visits[code] for code in nodes if _is_activity(code)), default=0)
    key, below = legend(moves[0].row["count"] if moves else 1, most, width, all(map(in_days, rows)))
    inner = [_drawn_move(move, tips[move.row["source"], move.row["target"]]) for move in reversed(moves)]
    inner += [*nodes.values(), *(other.drawn(boxes[other.code]) for other in others)]
    inner += [_drawn_label(move, room) for move, room in labels]
    shift = f"{number((width - crop.width) / 2 - crop.left)} {number(above + 12 - crop.top)}"
    foot = above + crop.height + 32
    body = (
        f'{head}<g class="cx-map" transform="translate({shift})">{"".join(inner)}</g>'
        f'<g class="cx-legend" transform="translate(0 {number(foot)})">{key}</g>'
    )
    return body, width + 2 * MARGIN, foot + below + 2 * MARGIN


def _along(way: Sequence[tuple[float, float]]) -> Box:
    """A box around a line and the thickness of its head."""
    xs, ys = zip(*way, strict=True)
    left, top = min(xs) - 5, min(ys) - 5
    return Box(left, top, max(xs) + 5 - left, max(ys) + 5 - top)


def _around(boxes: Sequence[Box]) -> Box:
    left, top = min((box.left for box in boxes), default=0), min((box.top for box in boxes), default=0)
    right, bottom = max((box.right for box in boxes), default=0), max((box.bottom for box in boxes), default=0)
    return Box(left, top, right - left, bottom - top)


def _visits(rows: Iterable[Row]) -> dict[int, int]:
    """How often each activity (and the end) was entered, and how often the start was left; hidden moves included."""
    visits: dict[int, int] = defaultdict(int)
    for row in rows:
        visits[row["target"]] += row["count"]
        if row["source"] == START:
            visits[START] += row["count"]
    return visits


def _nodes(
    rows: Sequence[Row], moves: Sequence[Move], boxes: Mapping[int, Box], visits: Mapping[int, int]
) -> dict[int, str]:
    """The drawn nodes by code: whatever a shown move touches."""
    names, keys = _names(rows), _keys(rows)
    first: dict[int, float] = {}
    for move in moves:
        for side in ("source", "target"):
            code = move.row[side]
            first[code] = min(first.get(code, 1.0), move.row["coverage"])
    most = max((visits[code] for code in first if _is_activity(code)), default=0)
    drawn = {}
    for code in sorted(first):
        box, n = boxes[code], visits[code]
        if code in names:
            tip, shape = f"{names[code]}\n{many(n, 'visit')}", _drawn_node(box, names[code], n, most)
        else:
            tip, shape = _caption(code, n), _drawn_ring(box, code, _caption(code, n))
        drawn[code] = (
            f'<g class="cx-node" data-activity="{code}" data-coverage="{first[code]:.6g}"{keyed(keys[code])}>'
            f"<title>{html.escape(tip)}</title>{shape}</g>"
        )
    return drawn


def _names(rows: Iterable[Row]) -> dict[int, str]:
    sides = (("source", "activity"), ("target", "next_activity"))
    return {row[code]: theme.clean(row[name]) for row in rows for code, name in sides if _is_activity(row[code])}


def _keys(rows: Iterable[Row]) -> dict[int, str | None]:
    return {row[code]: row.get(f"{code}_key") for row in rows for code in ("source", "target")}


def _caption(code: int, visits: int) -> str:
    return f"{ENDS[code][0] if code in ENDS else 'Start'} \N{MIDDLE DOT} {many(visits)}"


def _tips(rows: Iterable[Row]) -> dict[tuple[int, int], str]:
    """What a move says when the pointer rests on it, escaped."""
    tips = {}
    for row in rows:
        ends = (
            (row["activity"] if _is_activity(row["source"]) else "Start"),
            (row["next_activity"] if _is_activity(row["target"]) else ENDS[row["target"]][0]),
        )
        words = " \N{RIGHTWARDS ARROW} ".join(theme.isolated(theme.clean(name)) for name in ends)
        words += f"\n{many(row['count'], 'time')} in {many(row['journeys'], 'journey')}"
        words += f" ({percent(row['share'])} of journeys)"
        if given(row.get("median_seconds")) is not None:
            times = (("median", "median_seconds"), ("mean", "mean_seconds"), ("P90", "p90_seconds"))
            parts = (f"{word} {timed(row, key)}" for word, key in times)
            words += "\n" + " \N{MIDDLE DOT} ".join(parts) + (f" ({row[CLOCK]})" if row.get(CLOCK) else "")
        tips[row["source"], row["target"]] = html.escape(words)
    return tips


# ---- curves ----------------------------------------------------------------------------------------------------------


def _routed(shown: Sequence[Row], boxes: Mapping[int, Box], geometry: Geometry) -> list[Move]:
    """Every move with its way, the most frequent first."""
    ways = {(edge["source"], edge["target"]): edge["spline"] for edge in geometry["edges"]}
    most = max((row["count"] for row in shown), default=1)
    ranked = sorted(shown, key=lambda row: (-row["count"], row["source"], row["target"]))
    touched = [boxes[row[side]] for row in shown for side in ("source", "target")]
    sides = min((box.left for box in touched), default=0), max((box.right for box in touched), default=0)

    def way(source: int, target: int) -> Spline:
        points = ways.get((source, target)) or curves.curve(boxes[source], boxes[target])
        return [(_drawn_in(x, *sides), y) for x, y in points]

    return [Move(row, way(row["source"], row["target"]), math.sqrt(row["count"] / most)) for row in ranked]


def _drawn_in(x: float, left: float, right: float) -> float:
    """A way around activities that are hidden now comes close to those that are shown."""
    beyond = max(x - right, 0) - max(left - x, 0)
    return x - beyond + math.copysign(ASIDE * (1 - math.exp(-abs(beyond) / ASIDE)), beyond)


def _path(spline: Spline) -> str:
    first, *rest = (f"{number(x)},{number(y)}" for x, y in spline)
    return f"M{first}C{' '.join(rest)}"


def _drawn_move(move: Move, tip: str) -> str:
    length, half = 6 + 1.1 * move.width, 3 + 0.75 * move.width
    line = curves.shortened(move.spline, length)
    (x, y), end = line[-1], move.spline[-1]
    far = math.dist((x, y), end) or 1
    nx, ny = -(end[1] - y) / far * half, (end[0] - x) / far * half
    colour = theme.LINES[min(2, int(3 * move.weight))]
    head = " ".join(f"{number(px)},{number(py)}" for px, py in ((x + nx, y + ny), end, (x - nx, y - ny)))
    d, width = _path(line), number(move.width)
    return (
        f'<g class="cx-move" {move.data}><title>{tip}</title>'
        f'<path d="{d}" fill="none" stroke="{theme.PAPER}" stroke-width="{number(move.width + 3)}"/>'
        f'<path class="cx-line" d="{d}" fill="none" stroke="{colour}" stroke-width="{width}"/>'
        f'<polygon class="cx-tip" points="{head}" fill="{colour}"/></g>'
    )


# ---- labels ----------------------------------------------------------------------------------------------------------


def _label_size(row: Row) -> tuple[float, float]:
    words = _label(row)
    return max(theme.text_width(word, LABEL_SIZE, bold=True) for word in words) + 6, LABEL_LEADING * len(words) + 2


def _tip_box(move: Move) -> Box:
    (x, y), half = move.spline[-1], 5 + move.width
    return Box(x - half, y - half, 2 * half, 2 * half)


def _label(row: Row) -> list[str]:
    median = given(row.get("median_seconds"))
    return [many(row["count"])] + ([timed(row, "median_seconds")] if median is not None else [])


def _drawn_label(move: Move, box: Box) -> str:
    words, x, anchor = _label(move.row), box.middle[0], 'text-anchor="middle"'
    parts = [text(x, box.top + 11, words[0], size=LABEL_SIZE, more=f'{anchor} font-weight="600"')]
    parts += [text(x, box.top + 24, word, size=LABEL_SIZE, fill=theme.LONG, more=anchor) for word in words[1:]]
    return (
        f'<g class="cx-label" {move.data} pointer-events="none"><rect class="cx-plate" x="{number(box.left)}" '
        f'y="{number(box.top)}" width="{number(box.width)}" height="{number(box.height)}" rx="4" '
        f'fill="{theme.PAPER}"/>{"".join(parts)}</g>'
    )


# ---- nodes -----------------------------------------------------------------------------------------------------------


def _step(visits: int, most: int) -> int:
    return min(4, int(5 * math.sqrt(visits / most))) if most else 0


def _drawn_node(box: Box, name: str, visits: int, most: int) -> str:
    fill, ink = theme.MANY[_step(visits, most)]
    x, y, lines, middle = box.middle[0], box.top + 20, layout.name_lines(name), 'text-anchor="middle"'
    words = [
        text(x, y + i * layout.LINE_HEIGHT, line, size=layout.NAME_SIZE, fill=ink, more=f'{middle} font-weight="600"')
        for i, line in enumerate(lines)
    ]
    below = y + len(lines) * layout.LINE_HEIGHT
    return (
        f'<rect class="cx-box" x="{number(box.left)}" y="{number(box.top)}" width="{number(box.width)}" '
        f'height="{number(box.height)}" rx="8" fill="{fill}" stroke="{theme.BOX}" stroke-width="1.2"/>'
        + "".join(words)
        + text(x, below, many(visits), size=layout.VISITS_SIZE, fill=ink, more=middle)
    )


def _drawn_ring(box: Box, code: int, caption: str) -> str:
    x, y = box.middle
    colour = ENDS[code][1] if code in ENDS else theme.ENDED
    inner, stroke = (4.5, 2) if code == START else (0, 4)
    where = box.top - 8 if code == START else box.bottom + 18
    return (
        f'<circle class="cx-box" cx="{number(x)}" cy="{number(y)}" r="11" fill="{theme.PAPER}" stroke="{colour}" '
        f'stroke-width="{stroke}"/>'
        + (f'<circle cx="{number(x)}" cy="{number(y)}" r="{inner}" fill="{colour}"/>' if inner else "")
        + text(x, where, caption, size=12.5, fill=theme.MUTED, more='text-anchor="middle" font-weight="600"')
    )


def _caption_box(box: Box, code: int, caption: str) -> Box:
    width = theme.text_width(caption, 12.5, bold=True)
    return Box(box.middle[0] - width / 2, box.top - 22 if code == START else box.bottom + 4, width, 20)
