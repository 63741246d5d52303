"""At which coverage does a move show? The rule behind the map's slider.

Moves show from the most frequent down, until together they make up the wanted share of all moves. Whenever an
activity shows, its widest way from the start and its widest way to the end show with it: nothing hangs in the air.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

Move = tuple[int, int]


def coverages(moves: Sequence[tuple[int, int, int]], start: int, end: int) -> dict[Move, float]:
    """For each (source, target, count) the lowest coverage, in [0, 1), above which the move shows."""
    ranked = sorted(moves, key=lambda move: (-move[2], move[0], move[1]))
    back, forth = _widest_ways(ranked, start, 0, 1), _widest_ways(ranked, end, 1, 0)
    total, before = sum(count for _, _, count in ranked), 0
    shows: dict[Move, float] = {}
    connected = {start, end}
    for source, target, count in ranked:
        for move in ((source, target), *_ways([source, target], back, forth, connected)):
            shows.setdefault(move, before / total)
        before += count
    return shows


def _ways(shown: list[int], back: Mapping[int, int], forth: Mapping[int, int], connected: set[int]) -> Iterator[Move]:
    """The moves on the widest ways of these activities, and of those they pass, that are not yet connected."""
    while shown:
        activity = shown.pop()
        if activity in connected:
            continue
        connected.add(activity)
        if activity in back:
            yield back[activity], activity
            shown.append(back[activity])
        if activity in forth:
            yield activity, forth[activity]
            shown.append(forth[activity])


def _widest_ways(ranked: Sequence[tuple[int, int, int]], root: int, near: int, far: int) -> dict[int, int]:
    """For each activity its neighbour on the way to the root whose rarest move is as frequent as can be."""
    reached: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for move in ranked:
        reached[move[near]].append((move[2], move[far]))
    neighbour: dict[int, int] = {}
    queue = [(0, 0, root, root)]
    while queue:
        narrowest, steps, activity, through = heapq.heappop(queue)
        if activity in neighbour:
            continue
        neighbour[activity] = through
        for count, other in reached[activity]:
            if other not in neighbour:
                heapq.heappush(
                    queue, (max(narrowest, -count) if activity != root else -count, steps + 1, other, activity)
                )
    del neighbour[root]
    return neighbour
