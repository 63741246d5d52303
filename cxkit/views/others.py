"""What a map leaves out, where it would be missed: at start and end, and at boxes that would hang in the air."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cxkit.schema import END
from cxkit.views import theme
from cxkit.views.picture import number, text
from cxkit.views.placing.curves import Box
from cxkit.words import many

Row = Mapping[str, Any]
IN, OUT = "in", "out"
SIZE, TALL = 11, 16
CAPTION = 38  # what a ring and its caption take above it
TOLD = "By moves that are not drawn"


@dataclass(frozen=True)
class Other:
    """What comes to a node, or goes from it: how often at all, and how much of that on no line that is drawn."""

    code: int
    way: str
    every: int
    rest: int
    coverage: float  # above which the node shows

    @property
    def is_activity(self) -> bool:
        return self.code >= 0

    @property
    def words(self) -> str:
        return f"other \N{MIDDLE DOT} {many(self.rest)}" if self.rest else ""

    def room(self, box: Box) -> Box:
        """Where it stands: beyond the caption of a ring, a little off the box of an activity."""
        below = self.code == END or (self.is_activity and self.way == OUT)
        top = box.bottom + 20 if below else box.top - (20 + TALL if self.is_activity else CAPTION)
        width = theme.text_width(self.words, SIZE)
        return Box(box.middle[0] - width / 2, top, width, TALL)

    def drawn(self, box: Box) -> str:
        """Its words, at an activity with a broken line; of start and end all that a slider needs to count anew."""
        room, x = self.room(box), number(box.middle[0])
        drawn = text(box.middle[0], room.top + 11, self.words, size=SIZE, fill=theme.MUTED, more='text-anchor="middle"')
        if self.is_activity:
            near, far = (box.bottom, room.top) if self.way == OUT else (box.top, room.bottom)
            line = f"M{x},{number(near)}V{number(far)}"
            drawn = f'<path d="{line}" stroke="{theme.BOX}" stroke-width="1.5" stroke-dasharray="3 3"/>{drawn}'
        total = "" if self.is_activity else f' data-total="{self.every}"'
        place = f'data-of="{self.code}" data-way="{self.way}" data-coverage="{self.coverage:.6g}"{total}'
        return f'<g class="cx-other" {place}><title>{TOLD}</title>{drawn}</g>'


def unseen(rows: Sequence[Row], shown: Sequence[Row]) -> Iterator[Other]:
    """What leaves the start and reaches the end unseen, and what boxes have to or from which no line leads."""
    total, drawn = _taken(rows), _taken(shown)
    first: dict[int, float] = {}
    for row in shown:
        for side in ("source", "target"):
            first[row[side]] = min(first.get(row[side], 1.0), row["coverage"])
    for (code, way), every in sorted(total.items()):
        other = Other(code, way, every, every - drawn[code, way], first.get(code, 1.0))
        if code in first and (not other.is_activity or not drawn[code, way]):
            yield other


def _taken(rows: Sequence[Row]) -> Counter[tuple[int, str]]:
    """How often each node is left for another, and reached from another."""
    taken = Counter[tuple[int, str]]()
    for row in rows:
        if row["source"] != row["target"]:
            taken[row["source"], OUT] += row["count"]
            taken[row["target"], IN] += row["count"]
    return taken
