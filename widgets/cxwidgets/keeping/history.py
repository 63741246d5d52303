"""The changes of a board in words: what was chosen, what was taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cxkit.where.filter import Filter
from cxkit.words import listed, short

MOST = 30
AT_MOST = 2  # clauses that a change names


@dataclass(frozen=True)
class Change:
    """A change in words, and how many steps back the state that it led to lies; 0 is what is shown now."""

    words: str
    back: int


def changes(states: Sequence[Mapping[str, Filter]]) -> list[Change]:
    """The last changes that led from the first of these states to the last, the latest first."""
    last = states[-MOST - 1 :]
    steps = [_words(before, after) for before, after in pairwise(last)]
    first = ["All journeys" if not last[0] else _chosen(list(last[0].values()))]
    return [Change(words, back) for back, words in enumerate(reversed([*first, *steps]))]


def _words(before: Mapping[str, Filter], after: Mapping[str, Filter]) -> str:
    new = [clause for owner, clause in after.items() if before.get(owner) != clause]
    gone = [clause for owner, clause in before.items() if after.get(owner) != clause]
    if not after:
        return "All choices taken back"
    if new:
        return _chosen(new)
    return f"Taken back: {_named(gone)}"


def _chosen(clauses: Sequence[Filter]) -> str:
    return f"Chosen: {_named(clauses)}"


def _named(clauses: Sequence[Filter]) -> str:
    return listed([short(clause.says) for clause in clauses], AT_MOST)
