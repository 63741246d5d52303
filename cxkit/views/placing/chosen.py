"""Which activities and which moves does a map show, where it cannot show them all?

The main path, and the most frequent ones. Whenever an activity shows, its widest way from the start and its widest way
to the end show with it, as far as they run between activities that show: nothing hangs in the air.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from cxkit.schema import END, START

Row = Mapping[str, Any]
Ends = tuple[int, int]

FEW_MOVES, READABLE = 25, 42  # moves that are always shown, and those that can be read where there are more
MOST_BOXES, MOST_MOVES = 80, 160  # that a picture holds


def by_shares(
    rows: Sequence[Row], activities: float = 1.0, moves: float = 1.0, stay: Collection[int] = ()
) -> list[Row]:
    """The moves that a map shows of this share of the activities, and of the moves between those.

    Activities count from the most visited down; those of the main path, and those that are to `stay` with all on their
    widest ways, are always among them. A share of 0 still
    leaves one activity, and the moves on the widest ways. At most 80 activities and 160 moves.
    """
    ranked = _ranked_codes(rows)
    kept = set(ranked[: min(MOST_BOXES, max(1, math.ceil(activities * len(ranked) - 1e-9)))]) | _passed(rows, stay)
    return _with_ways(rows, kept, lambda within: math.ceil(moves * len(within) - 1e-9))


def readable(rows: Sequence[Row], most: int = READABLE, stay: Collection[int] = ()) -> list[Row]:
    """About so many moves that tell most: all of a small map, else the frequent ones between as many activities as
    can be reached with nine tenths of them."""
    if len(rows) <= min(FEW_MOVES, most):
        return by_shares(rows)
    ranked, always, ways, best = _ranked_codes(rows), _passed(rows, stay), 9 * most // 10, 0
    low, high = 1, min(len(ranked), most)
    while low <= high:
        middle = (low + high) // 2
        if len(_with_ways(rows, set(ranked[:middle]) | always, lambda _: 0)) <= ways:
            low, best = middle + 1, middle
        else:
            high = middle - 1
    return _with_ways(rows, set(ranked[:best]) | always, lambda _: most)


def by_coverage(rows: Sequence[Row], coverage: float) -> list[Row]:
    """The moves that make up this share of all, from the most frequent down, as the table's `coverage` has it."""
    kept = set(_ranked_codes(rows)[:MOST_BOXES]) | {START, END}
    ranked = sorted(rows, key=lambda row: (row["coverage"], -row["count"], row["source"], row["target"]))
    shown = [row for row in ranked if row["coverage"] < coverage and {row["source"], row["target"]} <= kept]
    return _ranked(shown[:MOST_MOVES])


def _ranked(rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (-row["count"], row["source"], row["target"]))


def _ranked_codes(rows: Sequence[Row]) -> list[int]:
    """The activities, the most visited first."""
    visits = Counter[int]()
    for row in rows:
        visits[row["target"]] += row["count"]
    return sorted((code for code in visits if code >= 0), key=lambda code: (-visits[code], code))


def _with_ways(rows: Sequence[Row], kept: set[int], many: Callable[[Sequence[Row]], int]) -> list[Row]:
    """The widest ways of these activities, and the most frequent moves between them until there are so many."""
    ends = kept | {START, END}
    within = _ranked([row for row in rows if row["source"] in ends and row["target"] in ends])
    ways = set(_ways(within))
    room = min(MOST_MOVES, many(within)) - len(ways)
    chosen = []
    for row in within:
        on_way = (row["source"], row["target"]) in ways
        if on_way or room > 0:
            chosen.append(row)
            room -= not on_way
    return chosen


def _passed(rows: Sequence[Row], stay: Collection[int]) -> set[int]:
    """The activities of the main path, and those on the widest ways of the ones that are to stay."""
    back, forth = _trees(_ranked(rows))
    passed: set[int] = set()
    for neighbour, begins in ((back, [END, *stay]), (forth, stay)):
        for code in begins:
            while code in neighbour:
                passed.add(code)
                code = neighbour[code]
    return (passed | set(stay)) - {START, END}


def _ways(ranked: Sequence[Row]) -> Iterator[Ends]:
    """The moves on the widest ways from the start and to the end."""
    back, forth = _trees(ranked)
    yield from ((before, code) for code, before in back.items())
    yield from ((code, after) for code, after in forth.items())


def _trees(ranked: Sequence[Row]) -> tuple[dict[int, int], dict[int, int]]:
    """For each activity its neighbour on the widest way from the start, and on that to the end."""
    moves = [(row["source"], row["target"], row["count"]) for row in ranked if row["source"] != row["target"]]
    return _widest(moves, START), _widest([(target, source, count) for source, target, count in moves], END)


def _widest(moves: Sequence[tuple[int, int, int]], root: int) -> dict[int, int]:
    """For each activity its neighbour on the way to the root whose rarest move is as frequent as can be."""
    onward: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for near, far, count in moves:
        onward[near].append((count, far))
    neighbour: dict[int, int] = {}
    queue: list[tuple[float, int, int, int]] = [(-math.inf, 0, root, root)]
    while queue:
        narrowest, steps, code, through = heapq.heappop(queue)
        if code not in neighbour:
            neighbour[code] = through
            for count, other in onward[code]:
                heapq.heappush(queue, (max(narrowest, -count), steps + 1, other, code))
    del neighbour[root]
    return neighbour
