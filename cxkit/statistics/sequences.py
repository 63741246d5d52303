"""How alike are sequences? Texts of which each character is a step: their short form, distance, and a few typical ones.

Two neighbouring steps that come in both orders about equally often stand in no order that matters: they commute. Words
that differ by swaps of such neighbours only are one trace (Mazurkiewicz 1977), known by its lexicographic normal form.

The distance of two words is the share of their steps that they do not have in common in the same order: deletions and
insertions that turn the one into the other, over the steps of both (normalised indel distance, RapidFuzz).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

Free = Mapping[str, frozenset[str]]

BOTH_WAYS = 0.3  # of the times that two steps are neighbours, in the rarer order
TIMES = 20  # that they have to be neighbours at all
LOOPING = 0.5  # of these times as a step back, from which on the two are a loop
SMALLEST = 0.5  # of a weight, which is a count: less is what rounding leaves
DRAWN = 500  # words among which the typical one is looked for
REACHES = tuple(place / 20 for place in range(20))


def collapsed(word: str) -> str:
    """The word with immediate repeats of a step as one.

    >>> collapsed("abbbca")
    'abca'
    """
    return "".join(step for step, _ in groupby(word))


def commuting(words: Iterable[str], weights: Iterable[float]) -> Free:
    """For each step the others that it commutes with: neighbours that come in both orders, and are no loop.

    >>> free = commuting(["abc", "bac", "cdcd"], [10, 11, 30])
    >>> {step: sorted(others) for step, others in free.items()}
    {'a': ['b'], 'b': ['a']}
    """
    orders, loops = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for word, weight in zip(words, weights, strict=True):
        for pair in pairwise(word):
            orders[pair] += weight  # type: ignore[assignment]
        for first, middle, last in zip(word, word[1:], word[2:], strict=False):
            if first == last:
                loops[min(first, middle), max(first, middle)] += weight  # type: ignore[assignment]
    free: dict[str, set[str]] = {}
    for (first, second), times in orders.items():
        back = orders.get((second, first), 0)
        every = times + back
        swaps = first < second and every >= TIMES and min(times, back) >= BOTH_WAYS * every
        if swaps and loops[first, second] < LOOPING * every:
            free.setdefault(first, set()).add(second)
            free.setdefault(second, set()).add(first)
    return {step: frozenset(others) for step, others in sorted(free.items())}


def settled(word: str, free: Free) -> str:
    """The word whose neighbours that commute stand in the smallest order, with repeats as one.

    >>> settled("cbax", {"a": frozenset("b"), "b": frozenset("a")})
    'cabx'
    """
    if not any(second in free.get(first, ()) for first, second in pairwise(word)):
        return collapsed(word)
    rest, steps = list(word), []
    while rest:
        place = _smallest(rest, free)
        steps.append(rest.pop(place))
    return collapsed("".join(steps))


def _smallest(rest: Sequence[str], free: Free) -> int:
    """Where the smallest step stands that commutes with all that stand before it."""
    best, passing = 0, free.get(rest[0], frozenset())
    for place, step in enumerate(rest):
        if place and not passing:
            break
        if place:
            if step in passing and step < rest[best]:
                best = place
            passing &= free.get(step, frozenset())
    return best


def distances(words: Sequence[str], others: Sequence[str], reach: float | None = None) -> Array:
    """How far is each word from each of the others? A row a word; 1 where it is farther than `reach`.

    >>> distances(["abcd", "ab"], ["abcd", "xy"]).round(2).tolist()
    [[0.0, 1.0], [0.33, 1.0]]
    """
    import numpy as np
    from rapidfuzz.distance import Indel
    from rapidfuzz.process import cdist

    scorer = Indel.normalized_distance
    return cdist(words, others, scorer=scorer, score_cutoff=reach, dtype=np.float64)


def medoid(words: Sequence[str], counts: Sequence[int], seed: int = 0) -> int:
    """The place of the word that is least far from all others on average; each word counts as often as it is there.

    Where there are more than 500 words, 500 are drawn by their counts, and the medoid is one of those. Of equals the
    first counts.

    >>> medoid(["abc", "abd", "xyz", "ab"], [1, 1, 1, 1])
    3
    """
    import numpy as np

    places, weights = np.arange(len(words)), np.asarray(counts, float)
    if len(words) > DRAWN:
        drawn = np.random.default_rng(seed).choice(len(words), DRAWN, p=weights / weights.sum())
        places, times = np.unique(drawn, return_counts=True)
        weights = times.astype(float)
    chosen = [words[int(place)] for place in places]
    return int(places[(distances(chosen, chosen) @ weights).argmin()])


@dataclass(frozen=True)
class Cover:
    """Words that stand for many others: which of the candidates, within which reach, and how much of all they cover."""

    places: tuple[int, ...]
    reach: float
    covered: float


def covers(apart: Array, weights: Array, most: int, reaches: Iterable[float] = REACHES) -> Iterable[Cover]:
    """The few candidates that cover most within each reach, the next one always where most is left uncovered.

    apart : the distances, a row a candidate and a column a word; weights : of the words; most : how many to choose.

    Greedy choice covers at least 63 % of what the best choice of as many would (Nemhauser, Wolsey, Fisher 1978).

    >>> import numpy as np
    >>> apart = distances(["abcd", "wxyz"], ["abcd", "abce", "wxyz"])
    >>> [cover.covered for cover in covers(apart, np.array([1.0, 1.0, 2.0]), 1, (0, 0.5))]
    [0.5, 0.5]
    """
    import numpy as np

    whole = float(weights.sum())
    for reach in reaches:
        within, left, places = apart <= reach, weights.astype(float), list[int]()
        gains = within.astype(np.float32) @ left.astype(np.float32)
        while len(places) < most and len(gains) and gains.max() > SMALLEST:
            best = int(gains.argmax())
            places.append(best)
            fresh = np.flatnonzero(within[best] & (left > 0))
            gains -= (within[:, fresh] @ left[fresh]).astype(np.float32)
            left[fresh] = 0
        yield Cover(tuple(places), reach, 1 - float(left.sum()) / whole if whole else 0.0)
