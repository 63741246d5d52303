"""Filters by the activities that a journey visits, begins and ends with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, get_args

import narwhals as nw

from cxkit.cached import cached_property
from cxkit.errors import InputError, not_found
from cxkit.schema import ACTIVITY, COUNT, FIRST_VISIT, JOURNEY, NEXT, POSITION
from cxkit.where.amounts import check_limits, count_of, limited, plain, ranged
from cxkit.where.filter import Frame, Leaf, canonical, check_text

if TYPE_CHECKING:
    from cxkit.store.star import Star

MOST_KEYS = 20_000
TWICE, RUN = 2, "run"


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


@dataclass(frozen=True, repr=False, eq=False)
class endpoints(Leaf):
    """Journeys whose first event is one of `first` and whose last one so far is one of `last`; each one or several."""

    first: Any
    last: Any

    def __post_init__(self) -> None:
        for word in ("first", "last"):
            given = getattr(self, word)
            names = (given,) if isinstance(given, str) else tuple(given) if isinstance(given, list | tuple) else ()
            if not names:
                raise InputError(f"{word}={given!r} names no activity.")
            for name in names:
                check_text(word, name)
            object.__setattr__(self, word, names)

    @property
    def says(self) -> str:
        first, last = (" or ".join(f'"{name}"' for name in names) for names in (self.first, self.last))
        return f"starts with {first} and ends so far with {last}"

    def check(self, star: Star) -> None:
        for name in (*self.first, *self.last):
            code_of(star, name)

    def journeys(self, star: Star) -> Frame:
        ends = ((self.first, nw.col(POSITION) == 0), (self.last, nw.col(NEXT).is_null()))
        first, last = (
            star.moves.filter(is_end, nw.col(ACTIVITY).is_in([code_of(star, name) for name in names])).select(JOURNEY)
            for names, is_end in ends
        )
        return first.join(last, on=JOURNEY, how="inner")


How = Literal["visits", "in a row", "after others", "ping-pong"]
REPEATED: dict[How, str] = {
    "visits": 'visits "{}" {}',
    "in a row": 'has "{}" {} in a row',
    "after others": 'comes to "{}" {}, each after others',
    "ping-pong": 'goes from "{}" to another and straight back {}',
}


@dataclass(frozen=True, repr=False, eq=False)
class repeats(Leaf):
    """Journeys by how often they visit an activity.

    Parameters
    ----------
    at_least, at_most : how often; where neither is given at least twice, and once for "ping-pong".
    how : what is counted: its events ("visits"); the events of its longest run without others between ("in a row");
        its runs, which are loops back to it from the second on ("after others"); or how often exactly one other event
        stands between two of it ("ping-pong").
    """

    activity: str
    at_least: int | None = None
    at_most: int | None = None
    how: How = "visits"
    positional = ("activity",)

    def __post_init__(self) -> None:
        check_text("activity", self.activity)
        if self.how not in get_args(How):
            raise not_found("way to repeat an activity", self.how, get_args(How))
        if self.at_least is None and self.at_most is None:
            object.__setattr__(self, "at_least", 1 if self.how == "ping-pong" else TWICE)
        plain(self)
        check_limits(self, count_of("at_least", self.at_least), count_of("at_most", self.at_most))

    @property
    def says(self) -> str:
        many = self.at_least if self.at_most is None else self.at_most
        often = f"{ranged(self.at_least, self.at_most)} {'time' if many == 1 else 'times'}"
        return REPEATED[self.how].format(self.activity, often)

    def check(self, star: Star) -> None:
        code_of(star, self.activity)

    def journeys(self, star: Star) -> Frame:
        limits = limited(nw.col(COUNT).fill_null(0), self.at_least, self.at_most)
        counts = _repeated(star, code_of(star, self.activity), self.how)
        return star.outlines.select(JOURNEY).join(counts, on=JOURNEY, how="left").filter(*limits).select(JOURNEY)


def _repeated(star: Star, code: int, how: How) -> Frame:
    """How often each journey with the activity repeats it."""
    visits = star.moves.filter(nw.col(ACTIVITY) == code).select(JOURNEY, POSITION)
    many = nw.len().cast(nw.Int64).alias(COUNT)
    if how == "visits":
        return visits.group_by(JOURNEY).agg(many)
    if how == "ping-pong":
        onward = (nw.col(POSITION).shift(-1).over(JOURNEY, order_by=POSITION) - nw.col(POSITION)).alias(RUN)
        return visits.with_columns(onward).filter(nw.col(RUN) == TWICE).group_by(JOURNEY).agg(many)
    place = nw.col(COUNT).cum_sum().over(JOURNEY, order_by=POSITION)
    numbered = visits.with_columns(nw.lit(1).alias(COUNT)).with_columns((nw.col(POSITION) - place).alias(RUN))
    runs = numbered.group_by(JOURNEY, RUN).agg(many)
    return runs.group_by(JOURNEY).agg(nw.col(COUNT).max() if how == "in a row" else many)


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
