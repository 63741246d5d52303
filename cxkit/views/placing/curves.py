"""What are boxes and the curves between them made of? For whoever draws."""

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

Point = tuple[float, float]
Spline = list[Point]


class Box(NamedTuple):
    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def middle(self) -> Point:
        return self.left + self.width / 2, self.top + self.height / 2

    def meets(self, other: "Box") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


def curve(source: Box, target: Box) -> Spline:
    """A way between two boxes that the layout has none for."""
    (sx, sy), (tx, ty) = source.middle, target.middle
    if source == target:
        x = source.right
        return [(x, sy - 9), (x + 34, sy - 18), (x + 34, sy + 18), (x, sy + 9)]
    if target.top > source.bottom:
        lean = max(-source.width / 3, min(source.width / 3, (tx - sx) / 4))
        start, end = (sx + lean, source.bottom), (tx - max(-target.width / 3, min(target.width / 3, lean)), target.top)
        reach = (end[1] - start[1]) * 0.5
        return [start, (start[0], start[1] + reach), (end[0], end[1] - reach), end]
    side, bow = (1, 36 + abs(sy - ty) / 8) if tx >= sx else (-1, 36 + abs(sy - ty) / 8)
    if target.bottom < source.top:
        xs, xt = (source.right, target.right) if side > 0 else (source.left, target.left)
        out = max(xs, xt) + bow if side > 0 else min(xs, xt) - bow
        return [(xs, sy), (out, sy), (out, ty), (xt, ty)]
    xs, xt = sx + side * source.width / 4, tx - side * target.width / 4
    low = max(source.bottom, target.bottom) + bow
    return [(xs, source.bottom), (xs, low), (xt, low), (xt, target.bottom)]


def _between(a: Point, b: Point, t: float) -> Point:
    return a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t


def _before(piece: Sequence[Point], t: float) -> Spline:
    """The part of one cubic curve before `t` (de Casteljau)."""
    a, b, c, d = piece
    ab, bc, cd = _between(a, b, t), _between(b, c, t), _between(c, d, t)
    abc, bcd = _between(ab, bc, t), _between(bc, cd, t)
    return [a, ab, abc, _between(abc, bcd, t)]


def _at(piece: Sequence[Point], t: float) -> Point:
    """The point of one cubic curve at `t` (Bernstein)."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = piece
    u = 1 - t
    a, b, c, d = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
    return a * ax + b * bx + c * cx + d * dx, a * ay + b * by + c * cy + d * dy


def _pieces(spline: Sequence[Point]) -> Iterator[Sequence[Point]]:
    for i in range(0, len(spline) - 3, 3):
        yield spline[i : i + 4]


def sampled(spline: Sequence[Sequence[float]]) -> list[Point]:
    """Points along the way, about eight pixels apart."""
    return _sampled(tuple((x, y) for x, y in spline))


@lru_cache(maxsize=4096)
def _sampled(spline: tuple[Point, ...]) -> list[Point]:
    points = [spline[0]]
    for piece in _pieces(spline):
        steps = max(4, min(60, round(math.dist(piece[0], piece[3]) / 8)))
        points += [_at(piece, step / steps) for step in range(1, steps + 1)]
    return points


def shortened(spline: Spline, length: float) -> Spline:
    """The way without its last `length` pixels, where the arrow head goes."""
    *before, last = _pieces(spline)
    low, high = 0.0, 1.0
    for _ in range(12):
        t = (low + high) / 2
        low, high = (t, high) if math.dist(_at(last, t), last[3]) > length else (low, t)
    kept = _before(last, max(low, 0.05))
    return [point for piece in before for point in piece[:3]] + kept
