"""What a map leaves out, where it would be missed: at start, end and every box, so that shown and other are all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cxkit.schema import END
from cxkit.views import theme
from cxkit.views.picture import number, text
from cxkit.views.placing.curves import Box, Point
from cxkit.words import many

Row = Mapping[str, Any]
IN, OUT = "in", "out"
SIZE, TALL = 11, 13
PARTS = (0.0, 1.0, 0.15, 0.85)  # of the way along a box
TICK = 9
TOLD = {IN: "come here by moves that are not drawn", OUT: "go on by moves that are not drawn"}


@dataclass(frozen=True)
class Other:
    """How often a node is reached, or left, by moves that are not drawn."""

    code: int
    way: str
    rest: int

    @property
    def words(self) -> str:
        """The figure; at a ring, where there is room, with its word."""
        return many(self.rest) if self.code >= 0 else f"other \N{MIDDLE DOT} {many(self.rest)}"

    def rooms(self, box: Box, caption: Box | None) -> list[Box]:
        """Where it may stand: at the far side of a ring's caption; at an end of a box or between, above it or below."""
        width = theme.text_width(self.words, SIZE) + 4
        if caption:
            beside = box.middle[0] - (caption.left + caption.width / 2)
            left = caption.left if beside < -1 else caption.right - width if beside > 1 else box.middle[0] - width / 2
            return [Box(left, caption.bottom - 2 if self.code == END else caption.top - TALL + 2, width, TALL)]
        top = box.bottom + 1 if self.way == OUT else box.top - TALL - 1
        wide = width + TICK
        free = box.width - wide - 6
        return [Box(box.left + 3 + free * part, top, wide, TALL) for part in PARTS]

    def drawn(self, box: Box, room: Box) -> str:
        """Its words, at an activity with a broken line."""
        line = ""
        if self.code >= 0:
            x = room.left + 4
            far = room.bottom if self.way == OUT else room.top
            near = box.bottom if self.way == OUT else box.top
            line = (
                f'<path d="M{number(x)},{number(near)}V{number(far)}" stroke="{theme.LINES[1]}" stroke-width="1.6" '
                'stroke-dasharray="3 2"/>'
            )
        start = room.left + (TICK if line else 2)
        words = text(start, room.top + 10, self.words, size=SIZE, fill=theme.MUTED)
        data = f'data-of="{self.code}" data-way="{self.way}" data-rest="{self.rest}"'
        return f'<g class="cx-other" {data}><title>{many(self.rest)} {TOLD[self.way]}</title>{line}{words}</g>'


def unseen(rows: Sequence[Row], shown: Sequence[Row]) -> list[Other]:
    """What reaches and leaves each drawn node by moves that are not drawn."""
    total, drawn = _taken(rows), _taken(shown)
    codes = {row[side] for row in shown for side in ("source", "target")}
    rest = {at: count - drawn[at] for at, count in sorted(total.items())}
    return [Other(code, way, count) for (code, way), count in rest.items() if count and code in codes]


def placed(
    others: Sequence[Other],
    boxes: Mapping[int, Box],
    captions: Mapping[int, Box],
    taken: Sequence[Box],
    points: Sequence[Point],
) -> list[Box]:
    """A room for each of those it may have."""
    rooms: list[Box] = []
    for other in others:
        choices = other.rooms(boxes[other.code], captions.get(other.code))
        rooms.append(free(choices, [*taken, *rooms], points))
    return rooms


def free(choices: Sequence[Box], taken: Sequence[Box], points: Sequence[Point]) -> Box:
    """The first of these rooms that lies off most of what is taken, and that fewest lines run through."""

    def crowd(room: Box) -> tuple[int, int]:
        through = sum(room.left < x < room.right and room.top < y < room.bottom for x, y in points)
        return sum(room.meets(box) for box in taken), through

    return min(choices, key=crowd)


def _taken(rows: Sequence[Row]) -> Counter[tuple[int, str]]:
    """How often each node is left, and how often it is reached."""
    taken = Counter[tuple[int, str]]()
    for row in rows:
        taken[row["source"], OUT] += row["count"]
        taken[row["target"], IN] += row["count"]
    return taken
