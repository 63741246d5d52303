"""The first use of each move in each journey: activities, moves and starts, and the times of moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cxkit.facts.item import ARROW, Entries, Item, Kind
from cxkit.schema import SECOND

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    Array = np.ndarray[Any, Any]

MOST_ITEMS = 5_000  # of a kind, the most frequent ones
WHOLE = "the whole journey"


@dataclass(frozen=True)
class Taken:
    """The events at which a move is taken first, of whole journeys or of what is looked at of them.

    Arrays of equal length: `row` (of the journey), `activity` and `then` (codes; `then` is below 0 where nothing
    comes), `position`, `gap` (microseconds to the next event, as the engagement's clock counts them), `visit` (whether
    it is the first visit of its activity too), `seen` and `reached` (whether the event, and the one after it, are
    looked at).
    """

    names: Mapping[int, str]
    row: Array
    activity: Array
    then: Array
    position: Array
    gap: Array
    visit: Array
    seen: Array
    reached: Array

    def kinds(self) -> Iterator[Entries]:
        """Activities, moves and starts."""
        visited, begun = self.visit & self.seen, self.position == 0
        yield self.single("activity", self.row[visited], self.activity[visited])
        yield self.moves("move")[0]
        yield self.single("start", self.row[begun], self.activity[begun])

    def single(self, kind: Kind, row: Array, code: Array) -> Entries:
        """The entries of a kind whose items are activities."""
        return coded(kind, row, code, lambda activity: (self.names[activity],))[0]

    def moves(self, kind: Kind) -> tuple[Entries, Array]:
        """The entries of moves, and which events they are."""
        size = max(self.names, default=0) + 1
        events = self.reached.nonzero()[0]
        pair = self.activity[events].astype("int64") * size + self.then[events]
        entries, held = coded(
            kind, self.row[events], pair, lambda code: (self.names[code // size], self.names[code % size])
        )
        return entries, events[held]

    def times(self, whole: Array) -> tuple[list[Item], tuple[Array, Array, Array]]:
        """The items that take time, and the row, item and seconds of each: the whole journey, and every move."""
        import numpy as np

        moves, events = self.moves("duration")
        order = np.lexsort((moves.row, moves.item))
        row = np.r_[np.arange(len(whole)), moves.row[order]]
        item = np.r_[np.zeros(len(whole), np.int64), moves.item[order] + 1]
        seconds = np.r_[whole, self.gap[events][order] / SECOND]
        return [Item("duration", WHOLE), *moves.listed], (row, item, np.maximum(seconds, 0.0))


def coded(kind: Kind, row: Array, code: Array, parts: Callable[[int], tuple[str, ...]]) -> tuple[Entries, Array]:
    """The entries of a kind whose items are codes, its most frequent ones; and which of the codes those are."""
    import numpy as np

    different, place, counts = np.unique(code, return_inverse=True, return_counts=True)
    index = np.full(len(different), -1)
    kept = np.sort(np.argsort(-counts, kind="stable")[:MOST_ITEMS])
    index[kept] = np.arange(len(kept))
    held = (index[place] >= 0).nonzero()[0] if len(place) else np.zeros(0, np.int64)
    named: Sequence[tuple[str, ...]] = [parts(int(number)) for number in different[kept]]
    listed = [Item(kind, ARROW.join(activities), activities) for activities in named]
    return Entries(listed, row[held], index[place[held]]), held
