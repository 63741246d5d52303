"""Where is there room for the labels of lines? Away from boxes and from each other, and off other lines if possible."""

from collections.abc import Iterable, Sequence

import numpy as np

from cxkit.views.placing.curves import Box, Point

CELL = 9  # pixels: lines are looked up by the square they run through
STRIDE = 2  # points: places on a line are tried this far apart
WORST = 15  # against a place: with that many other lines a figure would be taken for that of another
SHORT = 48  # pixels: a figure on such a line would hide it
BEST = 0.46  # of the way from source to target
SIDES = np.array([(0, 0), (1, 0), (-1, 0), (0, -1), (0, 1)])  # on the line, right of it, left of it, above, below


def places(
    tracks: Sequence[list[Point]], sizes: Sequence[tuple[float, float]], obstacles: Iterable[Box]
) -> list[Box | None]:
    """A place for the label of each line, the first lines first; None where there is no room, or too
    many other lines.

    `tracks` are points along the lines, `sizes` the width and height of the labels of the first of them, `obstacles`
    what must stay free.
    """
    ways = [np.array(track) for track in tracks]
    squares = Squares(ways)
    taken = np.array([(box.left, box.top, box.right, box.bottom) for box in obstacles]).reshape(-1, 4)
    chosen: list[Box | None] = []
    for line, size in enumerate(sizes[: len(ways)]):
        boxes, reach, beside, away = _tried(ways[line], *size)
        free = ~_meeting(boxes, taken)
        boxes, reach, beside, away = boxes[free], reach[free], beside[free], away[free]
        others = squares.of_others(line, reach)
        hides = 3 * (np.abs(np.diff(ways[line], axis=0)).sum() < SHORT)
        against = np.where(beside, 2 + 6 * others, 3 * others + hides)
        if not len(boxes) or against.min() > WORST:
            chosen.append(None)
            continue
        best = boxes[np.lexsort((away, against))[0]]
        taken = np.vstack((taken, best))
        left, top = best[:2].tolist()
        chosen.append(Box(left, top, *size))
    return chosen


def _tried(way: np.ndarray, width: float, height: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The boxes on a line and beside it, these with what lies between them and the line, which of them are beside it,
    and how far each is from the best place."""
    stops = np.arange(0, len(way), STRIDE)
    loop = way[0, 0] == way[-1, 0] < way[:, 0].max()
    moved = np.vstack(([(1, 0)], SIDES[1:])) if loop else SIDES
    shift = moved * (width / 2 + 8, height / 2 + 8) - (width / 2, height / 2)
    corners = (way[stops] + shift[:, None]).reshape(-1, 2)
    beside = np.repeat(SIDES.any(axis=1), len(stops))
    away = np.tile(np.abs(stops / len(way) - BEST), len(SIDES))
    points, far = np.tile(way[stops], (len(SIDES), 1)), corners + np.array((width, height))
    reach = np.hstack((np.minimum(corners, points), np.maximum(far, points)))
    return np.hstack((corners, far)), reach, beside, away


def _meeting(boxes: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """Which boxes would cover one of those that stand somewhere already."""
    near = taken[((taken[:, :2] < boxes[:, 2:].max(axis=0)) & (taken[:, 2:] > boxes[:, :2].min(axis=0))).all(axis=1)]
    left, top, right, bottom = boxes.T[:, :, None]
    other_left, other_top, other_right, other_bottom = near.T
    meets = (left < other_right) & (right > other_left) & (top < other_bottom) & (bottom > other_top)
    return meets.any(axis=1)


class Squares:
    """The squares of a page and the lines that run through them; a line counts once in each of its squares."""

    def __init__(self, ways: Sequence[np.ndarray]) -> None:
        every = np.concatenate([way // CELL for way in ways]).astype(int) if ways else np.zeros((1, 2), int)
        self._corner, self._size = every.min(axis=0), np.ptp(every, axis=0) + 1
        self._own = [self._numbers(way) for way in ways]
        counts = np.bincount(np.concatenate([*self._own, []]).astype(int), minlength=int(self._size.prod()))
        sums = counts.reshape(self._size).cumsum(axis=0).cumsum(axis=1)
        self._sums = np.pad(sums, ((1, 0), (1, 0)))

    def _numbers(self, way: np.ndarray) -> np.ndarray:
        column, row = ((way // CELL).astype(int) - self._corner).T
        return np.unique(column * self._size[1] + row)

    def of_others(self, line: int, boxes: np.ndarray) -> np.ndarray:
        """How many squares of other lines each box touches."""
        first = np.clip((boxes[:, :2] // CELL).astype(int) - self._corner, 0, self._size)
        end = np.clip((boxes[:, 2:] // CELL).astype(int) + 1 - self._corner, 0, self._size)
        (left, top), (right, bottom) = first.T, end.T
        sums = self._sums
        touched = sums[right, bottom] - sums[left, bottom] - sums[right, top] + sums[left, top]
        column, row = np.divmod(self._own[line], self._size[1])
        inside = (left[:, None] <= column) & (column < right[:, None]) & (top[:, None] <= row) & (row < bottom[:, None])
        return touched - inside.sum(axis=1)
