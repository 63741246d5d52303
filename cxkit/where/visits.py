"""Filters by the activities that a journey visits, begins and ends with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import narwhals as nw

from cxkit.cached import cached_property
from cxkit.errors import not_found
from cxkit.schema import ACTIVITY, FIRST_VISIT, JOURNEY, NEXT, POSITION
from cxkit.where.filter import Frame, Leaf, canonical, check_text

if TYPE_CHECKING:
    from cxkit.store.star import Star

MOST_KEYS = 20_000


@dataclass(frozen=True, repr=False, eq=False)
class contains(Leaf):
    """Journeys that visit the activity at least once."""

    activity: str
    positional = ("activity",)

    def __post_init__(self) -> None:
        check_text("activity", self.activity)

    @cached_property
    def key(self) -> str:
        return _key(type(self), self.activity)

    @property
    def says(self) -> str:
        return f'visits "{self.activity}"'

    def check(self, star: Star) -> None:
        code_of(star, self.activity)

    def journeys(self, star: Star) -> Frame:
        return star.moves.filter(nw.col(ACTIVITY) == code_of(star, self.activity), nw.col(FIRST_VISIT) == 1).select(
            JOURNEY
        )


class starts_with(contains):
    """Journeys whose first event is the activity."""

    @property
    def says(self) -> str:
        return f'starts with "{self.activity}"'

    def journeys(self, star: Star) -> Frame:
        return star.moves.filter(nw.col(POSITION) == 0, nw.col(ACTIVITY) == code_of(star, self.activity)).select(
            JOURNEY
        )


class ends_with(contains):
    """Journeys whose last event so far is the activity; whether they are finished is another question."""

    @property
    def says(self) -> str:
        return f'ends so far with "{self.activity}"'

    def journeys(self, star: Star) -> Frame:
        return star.moves.filter(nw.col(NEXT).is_null(), nw.col(ACTIVITY) == code_of(star, self.activity)).select(
            JOURNEY
        )


@lru_cache(MOST_KEYS)
def _key(kind: type[contains], activity: str) -> str:
    """The canonical text of a filter, kept: every picture of a map asks for those of its activities."""
    return canonical({"filter": kind.__name__, "activity": activity})


def _is(star: Star, activity: str) -> nw.Expr:
    return nw.col(ACTIVITY) == code_of(star, activity)


def code_of(star: Star, name: str) -> int:
    """The code of the activity of this name."""
    if name not in star.codes:
        raise not_found("activity", name, star.codes, "j.activities()")
    return star.codes[name]
