"""Filters by how long a journey lasts and how many events it has."""

from __future__ import annotations

from dataclasses import dataclass
from operator import index
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit import times
from cxkit.errors import InputError
from cxkit.schema import FIRST, JOURNEY, LAST, LENGTH
from cxkit.where.filter import Filter, Frame, Leaf

if TYPE_CHECKING:
    from cxkit.store.star import Star


@dataclass(frozen=True, repr=False, eq=False)
class between(Leaf):
    """Journeys by an amount: at least, at most, or both."""

    at_least: Any = None
    at_most: Any = None

    def __post_init__(self) -> None:
        plain(self)
        check_limits(self, *self._limits())

    @property
    def range(self) -> str:
        """The limits in words: "at least 2", "2 to 3"."""
        return ranged(self.at_least, self.at_most)

    def _limits(self) -> tuple[int | None, int | None]:
        return count_of("at_least", self.at_least), count_of("at_most", self.at_most)

    def _journeys(self, star: Star, measured: nw.Expr) -> Frame:
        return star.outlines.filter(*limited(measured, *self._limits())).select(JOURNEY)


class lasts(between):
    """Journeys by the time from their first event to their last one so far: durations such as "36h" or "30d".

    It is calendar time, also where answers count working time.
    """

    needs_time = True

    @property
    def says(self) -> str:
        return f"lasts {self.range}"

    def without(self, other: Filter) -> str:
        if not isinstance(other, lasts) or self.at_most is not None or other.at_most is not None:
            return ""
        return f"{self.says} and less than {other.at_least}"

    def _limits(self) -> tuple[int | None, int | None]:
        return length_of("at_least", self.at_least), length_of("at_most", self.at_most)

    def journeys(self, star: Star) -> Frame:
        return self._journeys(star, nw.col(LAST) - nw.col(FIRST))


class length(between):
    """Journeys by their number of events."""

    @property
    def says(self) -> str:
        return f"has {self.range} events"

    def journeys(self, star: Star) -> Frame:
        return self._journeys(star, nw.col(LENGTH))


def ranged(low: object, high: object) -> str:
    """Limits in words, of which either may be missing."""
    if low is None:
        return f"at most {high}"
    return f"at least {low}" if high is None else f"{low} to {high}"


def limited(value: nw.Expr, low: Any, high: Any) -> list[nw.Expr]:
    """The conditions of a value between limits, of which either may be missing."""
    return ([] if low is None else [value >= low]) + ([] if high is None else [value <= high])


def length_of(word: str, text: str | None) -> int | None:
    """The microseconds of a duration that may be missing."""
    return None if text is None else times.duration(text, word)


def check_limits(limits: Any, low: int | None, high: int | None) -> None:
    """Raise unless a filter's at_least= and at_most= are limits, of which one may be missing."""
    if low is None and high is None:
        raise InputError(f"w.{type(limits).__name__} needs at_least=, at_most= or both.")
    if low is not None and high is not None and low > high:
        raise InputError(f"at_least={limits.at_least!r} is more than at_most={limits.at_most!r}.")


def plain(limits: Any) -> None:
    """Make whole numbers of other libraries, as answers hold them, Python's own in a filter's limits."""
    for word in ("at_least", "at_most"):
        value = getattr(limits, word)
        if hasattr(value, "__index__") and not isinstance(value, int):
            object.__setattr__(limits, word, index(value))


def count_of(word: str, value: object) -> int | None:
    """The count itself, which may be missing; raises where it is none."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31):
        return value
    raise InputError(f"{word}={value!r} is not a count (0, 1, 2, ...).")
