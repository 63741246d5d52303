"""Where is there room for the labels of lines? Away from boxes and from each other, and off other lines if possible."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from cxkit.views.curves import Box, Point

_CELL = 9  # pixels: lines are looked up by the square they run through
_BEST = 0.46  # of the way from source to target
_SIDES = ((0, 0), (1, 0), (-1, 0), (0, -1), (0, 1))  # on the line, right of it, left of it, above, below

Squares = Mapping[tuple[int, int], set[int]]


def places(
    tracks: Sequence[list[Point]], sizes: Sequence[tuple[float, float]], obstacles: Iterable[Box]
) -> list[Box | None]:
    """A place for the label of each line, the first lines first; None where there is no room.

    `tracks` are points along the lines, `sizes` the width and height of their labels, `obstacles` what must stay free.
    """
    squares = _squares(tracks)
    taken = list(obstacles)
    chosen: list[Box | None] = []
    for line, (track, size) in enumerate(zip(tracks, sizes, strict=True)):
        best = min((room for side in _SIDES for room in _free(line, track, size, taken, squares, side)), default=None)
        chosen.append(best and best[2])
        taken += [best[2]] if best else []
    return chosen


def _squares(tracks: Sequence[list[Point]]) -> Squares:
    squares: dict[tuple[int, int], set[int]] = defaultdict(set)
    for line, track in enumerate(tracks):
        for x, y in track:
            squares[int(x // _CELL), int(y // _CELL)].add(line)
    return squares


def _free(
    line: int, track: list[Point], size: tuple[float, float], taken: list[Box], squares: Squares, side: Point
) -> Iterator[tuple[int, float, Box]]:
    """Free places on a line or beside it: (what speaks against it, distance from the best place, place)."""
    width, height = size
    loop = track[0][0] == track[-1][0] < max(track)[0]
    across, along = side if any(side) or not loop else (1, 0)
    right, down = across * (width / 2 + 6), along * (height / 2 + 9)
    for position, (x, y) in enumerate(track):
        box = Box(x + right - width / 2, y + down - height / 2, width, height)
        if not any(box.meets(other) for other in taken):
            against = 2 * len(_lines_at(box, squares) - {line}) + any(side)  # another line there is worse than beside
            yield against, abs(position / len(track) - _BEST), box


def _lines_at(box: Box, squares: Squares) -> set[int]:
    columns = range(int(box.left // _CELL), int(box.right // _CELL) + 1)
    rows = range(int(box.top // _CELL), int(box.bottom // _CELL) + 1)
    return {line for i in columns for j in rows for line in squares.get((i, j), ())}
