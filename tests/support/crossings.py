"""What is wrong with a drawn map, counted in its SVG alone: lines that cross, lines behind boxes, labels in the way."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import combinations, pairwise
from typing import NamedTuple

SVG = "{http://www.w3.org/2000/svg}"
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
STEPS = 16  # points on a piece of a curve
GRAZED = 1.0  # pixels inside a box that a line may touch: coordinates are rounded


class Line(NamedTuple):
    source: str
    target: str
    points: list[tuple[float, float]]

    @property
    def box(self):
        xs, ys = zip(*self.points, strict=True)
        return min(xs), min(ys), max(xs), max(ys)


class Counted(NamedTuple):
    moves: int
    crossings: int
    behind: int
    overlapping: int
    smallest: float  # size of text, in pixels at 100 %


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def groups(svg: ET.Element, name: str) -> list[ET.Element]:
    """The groups of this class."""
    return [group for group in svg.iter(f"{SVG}g") if name in (group.get("class") or "").split()]


def counted(svg: ET.Element) -> Counted:
    """How many moves are drawn, and what is wrong with them."""
    lines, labels = _lines(svg), _labels(svg)
    boxes = _boxes(svg)
    behind = sum(
        _runs_behind(line, box)
        for line in lines
        for code, box in boxes.items()
        if code not in (line.source, line.target)
    )
    clashes = [pair for pair in combinations(labels, 2) if _meet(*pair)]
    covered = [(label, box) for label in labels for box in boxes.values() if _meet(label, box)]
    sizes = [float(text.get("font-size")) for text in groups(svg, "cx-map")[0].iter(f"{SVG}text")]
    return Counted(len(lines), _crossings(lines), behind, len(clashes) + len(covered), min(sizes))


def _lines(svg: ET.Element) -> list[Line]:
    return [
        Line(group.get("data-source"), group.get("data-target"), _points(path.get("d")))
        for group in groups(svg, "cx-move")
        for path in group.iter(f"{SVG}path")
        if path.get("class") == "cx-line"
    ]


def _points(d: str) -> list[tuple[float, float]]:
    numbers = [float(number) for number in NUMBER.findall(d)]
    corners = list(zip(numbers[::2], numbers[1::2], strict=True))
    points = corners[:1]
    for i in range(0, len(corners) - 3, 3):
        points += [_at(corners[i : i + 4], step / STEPS) for step in range(1, STEPS + 1)]
    return points


def _at(corners, t):
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    return tuple(sum(weight * corner[axis] for weight, corner in zip(weights, corners, strict=True)) for axis in (0, 1))


def _boxes(svg: ET.Element) -> dict[str, tuple[float, float, float, float]]:
    """Left, top, right and bottom of each activity, the start and the end."""
    boxes = {}
    for group in groups(svg, "cx-node"):
        shape = next(part for part in group if part.get("class") == "cx-box")
        if shape.tag == f"{SVG}rect":
            boxes[group.get("data-activity")] = _rect(shape)
        else:
            x, y, r = (float(shape.get(key)) for key in ("cx", "cy", "r"))
            boxes[group.get("data-activity")] = x - r, y - r, x + r, y + r
    return boxes


def _rect(rect: ET.Element) -> tuple[float, float, float, float]:
    left, top, width, height = (float(rect.get(key)) for key in ("x", "y", "width", "height"))
    return left, top, left + width, top + height


def _labels(svg: ET.Element) -> list[tuple[float, float, float, float]]:
    return [_rect(rect) for rect in svg.iter(f"{SVG}rect") if rect.get("class") == "cx-plate"]


def _meet(one, other, room: float = 0.2) -> bool:
    return (
        one[0] + room < other[2] and other[0] + room < one[2] and one[1] + room < other[3] and other[1] + room < one[3]
    )


def _runs_behind(line: Line, box) -> bool:
    left, top, right, bottom = box[0] + GRAZED, box[1] + GRAZED, box[2] - GRAZED, box[3] - GRAZED
    dense = [
        (a[0] + (b[0] - a[0]) * step / 4, a[1] + (b[1] - a[1]) * step / 4)
        for a, b in pairwise(line.points)
        for step in range(4)
    ]
    return any(left < x < right and top < y < bottom for x, y in dense)


def _crossings(lines: list[Line]) -> int:
    pairs = combinations([line for line in lines if line.source != line.target], 2)
    return sum(_crossed(one.points, other.points) for one, other in pairs if _meet(one.box, other.box, 0))


def _crossed(one, other) -> int:
    return sum(_cut(*a, *b) for a in pairwise(one) for b in pairwise(other))


def _cut(p, q, r, s) -> bool:
    """Whether two pieces of line cut each other."""
    turn = (q[0] - p[0]) * (s[1] - r[1]) - (q[1] - p[1]) * (s[0] - r[0])
    if abs(turn) < 1e-9:
        return False
    t = ((r[0] - p[0]) * (s[1] - r[1]) - (r[1] - p[1]) * (s[0] - r[0])) / turn
    u = ((r[0] - p[0]) * (q[1] - p[1]) - (r[1] - p[1]) * (q[0] - p[0])) / turn
    return 0 <= t < 1 and 0 <= u < 1


# ---- what must add up ------------------------------------------------------------------------------------------------


def sums(svg: ET.Element) -> dict[str, tuple[int, int, int]]:
    """For each drawn node: its visits, what its lines and its "other" bring, and what they carry on."""
    into, out = {}, {}
    for group in groups(svg, "cx-move"):
        count = int(group.get("data-count"))
        out[group.get("data-source")] = out.get(group.get("data-source"), 0) + count
        into[group.get("data-target")] = into.get(group.get("data-target"), 0) + count
    for group in groups(svg, "cx-other"):
        side = into if group.get("data-way") == "in" else out
        side[group.get("data-of")] = side.get(group.get("data-of"), 0) + int(group.get("data-rest"))
    nodes = {group.get("data-activity"): int(group.get("data-visits")) for group in groups(svg, "cx-node")}
    return {code: (visits, into.get(code, visits), out.get(code, visits)) for code, visits in nodes.items()}
