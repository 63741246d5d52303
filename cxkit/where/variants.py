"""Filters by the variant of a journey, and by how alike it is to others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import narwhals as nw

from cxkit.errors import InputError
from cxkit.schema import COUNT, JOURNEY, VARIANT
from cxkit.store.outlines import NEAREST, OUTLINE, nearest, of_variants, outlines
from cxkit.where.amounts import between, limited
from cxkit.where.filter import Frame, Leaf
from cxkit.words import listed, many, percent

if TYPE_CHECKING:
    from cxkit.store.star import Star

MOST_VARIANTS = 500
LISTED = 3


class variant_rank(between):
    """Journeys by the rank of their variant in the whole store: 1 is the most frequent."""

    @property
    def says(self) -> str:
        same = self.at_least == self.at_most
        return f"is variant {self.at_least}" if same else f"has a variant of rank {self.range}"

    def journeys(self, star: Star) -> Frame:
        return self._journeys(star, nw.col(VARIANT))


class variant_size(between):
    """Journeys by how many journeys of the whole store go exactly as they do; 1 for those that are unique."""

    @property
    def says(self) -> str:
        if self.at_most == 1:
            return "goes as no other journey does"
        return f"has a variant of {self.at_least if self.at_least == self.at_most else self.range} journeys"

    def journeys(self, star: Star) -> Frame:
        sized = star.variants.filter(*limited(nw.col(COUNT), *self._limits())).select(VARIANT)
        return star.outlines.join(sized, on=VARIANT, how="semi").select(JOURNEY)


@dataclass(frozen=True, repr=False, eq=False)
class alike(Leaf):
    """Journeys that go much as these variants do, and more so than as some others.

    Parameters
    ----------
    variants : a number of a variant in the whole store, or several; none of them for the journeys that are near to none
        of `rather_than`.
    rather_than : variants that a journey must not be nearer to; where it is equally near, the smaller number counts.
    radius : how far a journey may be: the share of steps, of both together, that they do not have in common in the
        same order; 0 for the same way.

    Repeats of an activity in a row count once, and neighbours that come in both orders about equally often have none.
    """

    variants: Any
    rather_than: Any = ()
    radius: float = 0.0

    def __post_init__(self) -> None:
        for word in ("variants", "rather_than"):
            object.__setattr__(self, word, _numbers(word, getattr(self, word)))
        if not self.variants and not self.rather_than:
            raise InputError("w.alike needs the number of a variant.")
        if isinstance(self.radius, bool) or not isinstance(self.radius, int | float) or not 0 <= self.radius <= 1:
            raise InputError(f"radius={self.radius!r} is no share. Write a number from 0 to 1, such as 0.3.")
        object.__setattr__(self, "radius", float(self.radius))

    @property
    def says(self) -> str:
        numbers = self.variants or self.rather_than
        named = listed([str(number) for number in numbers], LISTED)
        word = "variant" if len(numbers) == 1 else "variants"
        if not self.variants:
            return f"goes unlike {word} {named} (less than {percent(1 - self.radius)} of the steps in common)"
        if not self.radius and not self.rather_than:
            return f"goes as {word} {named}, but for repeats"
        nearer = f", rather than as {many(len(self.rather_than), 'other')}" if self.rather_than else ""
        return f"goes much as {word} {named}{nearer} (at least {percent(1 - self.radius)} of the steps in common)"

    def journeys(self, star: Star) -> Frame:
        typical = of_variants(star, (*self.variants, *self.rather_than))
        words = star.engine.collect(outlines(star).select(OUTLINE).unique())[OUTLINE].to_pylist()
        near = nearest(star, words, typical, self.radius)
        chosen = near.filter(nw.col(NEAREST).is_in(list(self.variants))) if self.variants else near
        how: Literal["semi", "anti"] = "semi" if self.variants else "anti"
        ways = outlines(star).join(chosen.select(OUTLINE), on=OUTLINE, how=how)
        return star.outlines.join(ways.select(VARIANT), on=VARIANT, how="semi").select(JOURNEY)


def _numbers(word: str, value: object) -> tuple[int, ...]:
    numbers = tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else (value,)
    wrong = [number for number in numbers if not isinstance(number, int) or isinstance(number, bool) or number < 1]
    if wrong or len(numbers) > MOST_VARIANTS or any(number >= 2**31 for number in numbers):
        raise InputError(f"{word}={value!r} are no numbers of variants (1, 2, 3, ...), at most {MOST_VARIANTS}.")
    return tuple(dict.fromkeys(numbers))
