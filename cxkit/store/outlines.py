"""Outlines: what a variant comes down to when repeats and swaps that do not matter are taken as one.

An outline is a text like a path, but of the places of activities in the order of their names, so that it depends on no
code. It is that of the first steps where a path is very long. Which neighbours commute is said by the whole log.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cxkit.schema import COUNT, PATH, SYMBOL_BASE, VARIANT, codes
from cxkit.statistics.sequences import collapsed, commuting, distances, settled

if TYPE_CHECKING:
    from cxkit.store.engine import Frame
    from cxkit.store.star import Star

OUTLINE, NEAREST, DISTANCE = "outline", "nearest", "distance"
MOST_STEPS = 250


def outlines(star: Star) -> Frame:
    """The variants with their outlines, worked out once."""
    return star.engine.materialise(f"{star.key}|{OUTLINE}", lambda: _built(star))


def named(star: Star, outline: str) -> list[str]:
    """The names of the activities of an outline, in order."""
    names = sorted(star.codes)
    return [names[place] for place in codes(outline)]


def of_variants(star: Star, variants: Sequence[int]) -> dict[int, str]:
    """The outlines of these variants; numbers that no variant has are missing."""
    import narwhals as nw

    chosen = outlines(star).filter(nw.col(VARIANT).is_in(list(variants)))
    with star.engine.telling():
        rows = star.engine.collect(chosen.select(VARIANT, OUTLINE)).to_pylist()
    return {row[VARIANT]: row[OUTLINE] for row in rows}


def nearest(star: Star, words: Sequence[str], typical: dict[int, str], radius: float) -> Frame:
    """The outlines with the number of the nearest typical one within the radius, and its distance.

    Of several that are equally near it is the one with the smallest number; outlines that are too far are left out.
    """
    import numpy as np
    import pyarrow as pa

    numbers = sorted(typical)
    kept, near, far = list[str](), list[int](), list[float]()
    if numbers and len(words):
        apart = distances(words, [typical[number] for number in numbers], radius)
        place, least = apart.argmin(axis=1), apart.min(axis=1)
        inside = np.flatnonzero((least <= radius) & ((least < 1) | (radius >= 1))).tolist()
        kept = [words[index] for index in inside]
        near, far = [numbers[place[index]] for index in inside], least[inside].tolist()
    table = {OUTLINE: pa.array(kept, pa.string()), NEAREST: pa.array(near, pa.int32())}
    return star.engine.frame(pa.table({**table, DISTANCE: pa.array(far, pa.float64())}))


def _built(star: Star) -> Frame:
    import pyarrow as pa

    found = star.engine.collect(star.variants.select(VARIANT, PATH, COUNT).sort(VARIANT))
    spelt = {SYMBOL_BASE + code: SYMBOL_BASE + place for code, place in star.places.items()}
    words = [collapsed(path[:MOST_STEPS].translate(spelt)) for path in found[PATH].to_pylist()]
    free = commuting(words, found[COUNT].to_pylist())
    texts = pa.array([settled(word, free) for word in words], pa.string())
    return star.engine.frame(pa.table({VARIANT: found[VARIANT], OUTLINE: texts}))
