"""Where is there room for the labels of lines? Away from boxes and from each other, and off other lines if possible."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product

from cxkit.views.curves import Box, Point

_CELL = 9  # pixels: lines are looked up by the square they run through
_FIELD = 96  # pixels: boxes are looked up by the larger squares that they touch
_STRIDE = 2  # points: places on a line are tried this far apart
_BEST = 0.46  # of the way from source to target
_SIDES = ((0, 0), (1, 0), (-1, 0), (0, -1), (0, 1))  # on the line, right of it, left of it, above, below

Squares = Mapping[tuple[int, int], set[int]]
Room = tuple[int, float, Box]  # what speaks against it, distance from the best place, place


class Taken:
    """The boxes that stand somewhere already."""

    def __init__(self, boxes: Iterable[Box]) -> None:
        self._fields: dict[tuple[int, int], list[Box]] = defaultdict(list)
        for box in boxes:
            self.add(box)

    def add(self, box: Box) -> None:
        """One more box."""
        for field in _touched(box, _FIELD):
            self._fields[field].append(box)

    def meets(self, box: Box) -> bool:
        """Whether a box would cover one of them."""
        return any(box.meets(other) for field in _touched(box, _FIELD) for other in self._fields.get(field, ()))


def places(
    tracks: Sequence[list[Point]], sizes: Sequence[tuple[float, float]], obstacles: Iterable[Box]
) -> list[Box | None]:
    """A place for the label of each line, the first lines first; None where there is no room.

    `tracks` are points along the lines, `sizes` the width and height of the labels of the first of them, `obstacles`
    what must stay free.
    """
    squares = _squares(tracks)
    taken = Taken(obstacles)
    chosen: list[Box | None] = []
    for line, (track, size) in enumerate(zip(tracks, sizes, strict=False)):
        best = _best(line, track, size, taken, squares)
        chosen.append(best and best[2])
        if best:
            taken.add(best[2])
    return chosen


def _squares(tracks: Sequence[list[Point]]) -> Squares:
    squares: dict[tuple[int, int], set[int]] = defaultdict(set)
    for line, track in enumerate(tracks):
        for x, y in track:
            squares[int(x // _CELL), int(y // _CELL)].add(line)
    return squares


def _best(line: int, track: list[Point], size: tuple[float, float], taken: Taken, squares: Squares) -> Room | None:
    """The best free place; the search ends with a side on which nothing speaks against one."""
    best: Room | None = None
    for side in _SIDES:
        for found in _free(line, track, size, taken, squares, side):
            best = found if best is None else min(best, found)
            if found[0] == any(side):
                break
        if best and not best[0]:
            break
    return best


def _free(
    line: int, track: list[Point], size: tuple[float, float], taken: Taken, squares: Squares, side: Point
) -> Iterator[Room]:
    """Free places on a line or beside it, those nearest to the best one first."""
    width, height = size
    loop = track[0][0] == track[-1][0] < max(track)[0]
    across, along = side if any(side) or not loop else (1, 0)
    right, down = across * (width / 2 + 6), along * (height / 2 + 9)
    away = {position: abs(position / len(track) - _BEST) for position in range(0, len(track), _STRIDE)}
    for position in sorted(away, key=away.__getitem__):
        x, y = track[position]
        box = Box(x + right - width / 2, y + down - height / 2, width, height)
        if not taken.meets(box):
            against = 2 * len(_lines_at(box, squares) - {line}) + any(side)  # another line there is worse than beside
            yield against, away[position], box


def _lines_at(box: Box, squares: Squares) -> set[int]:
    return set().union(*(squares[square] for square in _touched(box, _CELL) if square in squares))


def _touched(box: Box, size: int) -> Iterable[tuple[int, int]]:
    """The squares of a size that a box touches."""
    columns = range(int(box.left // size), int(box.right // size) + 1)
    return product(columns, range(int(box.top // size), int(box.bottom // size) + 1))
