"""Filters by the order of activities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from cxkit import times
from cxkit.errors import InputError
from cxkit.schema import ACTIVITY, GAP, JOURNEY, NEXT, POSITION, TIME
from cxkit.where.filter import Frame, Leaf, check_text
from cxkit.where.visits import code_of

if TYPE_CHECKING:
    from cxkit.store.star import Star


@dataclass(frozen=True, repr=False, eq=False)
class follows(Leaf):
    """Journeys in which `then` comes after `first`: at once (`directly=True`) or at any time later.

    `within` is a duration such as "2d": the one begins at most so much calendar time after the other began.
    """

    first: str
    then: str
    directly: bool = False
    within: str | None = None
    positional = ("first", "then")

    def __post_init__(self) -> None:
        check_text("first", self.first)
        check_text("then", self.then)
        if not isinstance(self.directly, bool):
            raise InputError(f"directly={self.directly!r} is neither True nor False.")
        if self.within is not None:
            times.duration(self.within)

    @property
    def says(self) -> str:
        at_once = "directly after" if self.directly else "after"
        within = f" within {self.within}" if self.within else ""
        return f'has "{self.then}" {at_once} "{self.first}"{within}'

    def check(self, star: Star) -> None:
        code_of(star, self.first), code_of(star, self.then)
        if self.within is not None and not star.timed:
            raise InputError(f"This log has no time, so {self!r} cannot be decided. Leave out within=.")

    def journeys(self, star: Star) -> Frame:
        first, then = code_of(star, self.first), code_of(star, self.then)
        if not self.directly and self.within is None:
            return _eventually(star.moves, first, then)
        events = star.moves if self.directly else _only(star.moves, first, then)
        moves = events.filter(nw.col(ACTIVITY) == first, nw.col(NEXT) == then)
        if self.within is not None:
            moves = moves.filter(nw.col(GAP) <= times.duration(self.within))
        return moves.select(JOURNEY).unique()


def _eventually(events: Frame, first: int, then: int) -> Frame:
    begins = events.filter(nw.col(ACTIVITY) == first).group_by(JOURNEY).agg(nw.col(POSITION).min().alias("begins"))
    ends = events.filter(nw.col(ACTIVITY) == then).group_by(JOURNEY).agg(nw.col(POSITION).max().alias("ends"))
    return begins.join(ends, on=JOURNEY, how="inner").filter(nw.col("begins") < nw.col("ends")).select(JOURNEY)


def _only(events: Frame, first: int, then: int) -> Frame:
    """The events of two activities as if there were no others: a closest pair is then always adjacent."""
    later = {NEXT: nw.col(ACTIVITY).shift(-1), GAP: nw.col(TIME).shift(-1)}
    return (
        events.filter(nw.col(ACTIVITY).is_in([first, then]))
        .select(JOURNEY, ACTIVITY, POSITION, TIME)
        .with_columns(*(column.over(JOURNEY, order_by=POSITION).alias(name) for name, column in later.items()))
        .with_columns((nw.col(GAP) - nw.col(TIME)).alias(GAP))
    )
