"""Filters by what customers are inclined to do of their own accord, over all their journeys."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.errors import InputError
from cxkit.schema import ACTIVITY, COUNT, CUSTOMER, JOURNEY
from cxkit.where.filter import Frame, Leaf, check_text
from cxkit.where.visits import code_of
from cxkit.words import listed, quoted

if TYPE_CHECKING:
    from cxkit.store.star import Star

MOST_SETS, MOST_NAMES, NAMED = 50, 1_000, 3
FAR, SCORE = "far", "score_"


@dataclass(frozen=True, repr=False, eq=False)
class inclined(Leaf):
    """Journeys of customers who are inclined to do these activities more than those of any other set.

    Parameters
    ----------
    to : names of activities.
    rather_than : the other sets, each a list of names.

    For each set the square roots of how often the customer does each activity, over all journeys of the log, are added
    up and divided by the number of its activities; the customers are those for whom the first set has the largest sum.
    Who does none of them is inclined to nothing.

    >>> import cxkit as cx
    >>> from cxkit import where as w
    >>> cx.toy_journeys().keep(w.inclined(["Call"], rather_than=[["Cancel"]])).n.customers
    2
    """

    to: Any
    rather_than: Any
    positional = ("to",)

    def __post_init__(self) -> None:
        object.__setattr__(self, "to", _names("to", self.to))
        sets = self.rather_than if _is_list(self.rather_than) else (self.rather_than,)
        object.__setattr__(self, "rather_than", tuple(_names("rather_than", names) for names in sets))
        if not self.rather_than or len(self.rather_than) > MOST_SETS:
            raise InputError(f"rather_than= needs the other sets of activities, at most {MOST_SETS}.")

    def to_json(self) -> dict[str, Any]:
        sets = [list(names) for names in self.rather_than]
        return {"filter": "inclined", "to": list(self.to), "rather_than": sets}

    def __repr__(self) -> str:
        sets = [list(names) for names in self.rather_than]
        return f"w.inclined({list(self.to)!r}, rather_than={sets!r})"

    @property
    def says(self) -> str:
        others = listed([_either(names) for names in self.rather_than], NAMED)
        return f"is of a customer inclined to {_either(self.to)} more than to {others}"

    def check(self, star: Star) -> None:
        for names in (self.to, *self.rather_than):
            for name in names:
                code_of(star, name)

    def journeys(self, star: Star) -> Frame:
        sets = [self.to, *self.rather_than]
        scores = _scored(star, [{name: 1 / len(names) for name in names} for names in sets])
        first, *others = (nw.col(f"{SCORE}{place}") for place in range(len(sets)))
        chosen = scores.filter(first > 0, *(first > other for other in others))
        return star.outlines.join(chosen.select(CUSTOMER), on=CUSTOMER, how="inner").select(JOURNEY)


@dataclass(frozen=True, repr=False, eq=False)
class resembles(Leaf):
    """Journeys of customers who are more like one centre than like others, in how often they do some activities.

    Parameters
    ----------
    name : what the centre is called; None for the customers who are like none.
    centres : the centres by name, each a number for each activity: the mean square root of how often it is done.
    activities : their names, in this order.
    reach : who is farther than this from every centre is like none; and so is who does none of the activities.

    Distances are Euclidean, between square roots of how often a customer does each activity over all journeys of the
    log. This is what `j.personas()` gives as the filter of a persona.
    """

    name: str | None
    centres: Any
    activities: Any
    reach: float | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "activities", _names("activities", self.activities))
        if not isinstance(self.centres, dict) or not 0 < len(self.centres) <= MOST_SETS:
            raise InputError(f"centres= names centres and their numbers, at most {MOST_SETS} of them.")
        for name, numbers in self.centres.items():
            check_text("centres", name)
            if not _is_list(numbers) or len(numbers) != len(self.activities) or not all(map(_is_number, numbers)):
                raise InputError(f"The centre {name!r} has not one number for each of the activities.")
        object.__setattr__(self, "centres", {name: [float(part) for part in own] for name, own in self.centres.items()})
        if self.name is not None and self.name not in self.centres:
            raise InputError(f"{self.name!r} is none of the centres.")
        if self.reach is not None and not (_is_number(self.reach) and self.reach > 0):
            raise InputError(f"reach={self.reach!r} is no distance above 0.")

    @property
    def says(self) -> str:
        like = (
            f'most like "{self.name}"' if self.name is not None else f"like none of {quoted(list(self.centres), NAMED)}"
        )
        return f"is of a customer {like}"

    def check(self, star: Star) -> None:
        for name in self.activities:
            code_of(star, name)

    def journeys(self, star: Star) -> Frame:
        centres = list(self.centres.values())
        scores = _scored(star, [dict(zip(self.activities, own, strict=True)) for own in centres])
        far = [
            nw.col(FAR) - 2 * nw.col(f"{SCORE}{place}") + sum(part**2 for part in own)
            for place, own in enumerate(centres)
        ]
        scores = scores.with_columns(*(part.alias(f"{SCORE}{place}") for place, part in enumerate(far)))
        columns = [nw.col(f"{SCORE}{place}") for place in range(len(centres))]
        near = scores if self.reach is None else scores.filter(nw.min_horizontal(*columns) <= self.reach**2)
        if self.name is None:
            return star.outlines.join(near.select(CUSTOMER), on=CUSTOMER, how="anti").select(JOURNEY)
        own = list(self.centres).index(self.name)
        nearest = [columns[own] < part if place < own else columns[own] <= part for place, part in enumerate(columns)]
        chosen = near.filter(*nearest).select(CUSTOMER)
        return star.outlines.join(chosen, on=CUSTOMER, how="inner").select(JOURNEY)


def counts(star: Star, names: Sequence[str]) -> Frame:
    """How often each customer does each of these activities, over all journeys: customer, activity, count."""
    codes = [star.codes[name] for name in names]
    events = star.moves.filter(nw.col(ACTIVITY).is_in(codes)).select(JOURNEY, ACTIVITY)
    owned = events.join(star.outlines.select(JOURNEY, CUSTOMER), on=JOURNEY, how="inner")
    return owned.group_by(CUSTOMER, ACTIVITY).agg(nw.len().cast(nw.Int64).alias(COUNT))


def _scored(star: Star, weights: Sequence[dict[str, float]]) -> Frame:
    """Each customer's weighted sums of roots, and the sum of their squares; customers that do none are missing."""
    names = sorted({name for own in weights for name in own})
    root = nw.col(COUNT).cast(nw.Float64) ** 0.5
    sums = []
    for place, own in enumerate(weights):
        weight = nw.lit(0.0)
        for name, part in own.items():
            weight = nw.when(nw.col(ACTIVITY) == star.codes[name]).then(nw.lit(part)).otherwise(weight)
        sums.append((root * weight).alias(f"{SCORE}{place}"))
    weighed = counts(star, names).with_columns(*sums, nw.col(COUNT).cast(nw.Float64).alias(FAR))
    return weighed.group_by(CUSTOMER).agg(
        *(nw.col(f"{SCORE}{place}").sum() for place in range(len(weights))), nw.col(FAR).sum()
    )


def _names(word: str, value: object) -> tuple[str, ...]:
    given = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list | tuple) else ()
    if not given or len(given) > MOST_NAMES:
        raise InputError(f"{word}={value!r} names no activities, or more than {MOST_NAMES}.")
    for name in given:
        check_text(word, name)
    return tuple(dict.fromkeys(given))


def _is_list(value: object) -> bool:
    return isinstance(value, list | tuple)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _either(names: Sequence[str]) -> str:
    return " or ".join(f'"{name}"' for name in names[:NAMED]) + (" or others" if len(names) > NAMED else "")
