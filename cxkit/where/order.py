"""Filters by the order of activities, and by the time from one to another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from cxkit import times
from cxkit.errors import InputError
from cxkit.schema import ACTIVITY, GAP, JOURNEY, NEXT, POSITION, SERVICE, TIME
from cxkit.store.columns import VALUE
from cxkit.where.amounts import check_limits, length_of, limited, ranged
from cxkit.where.filter import Frame, Leaf, check_text
from cxkit.where.visits import code_of

if TYPE_CHECKING:
    from cxkit.store.star import Star

BEGINS, ENDS, SINCE, UNTIL, THEN, THEN_VALUE = "begins", "ends", "since", "until", "then", "then_value"
BEGIN, SPAN = "begin", "span"


@dataclass(frozen=True, repr=False, eq=False)
class follows(Leaf):
    """Journeys in which `then` comes after `first`: at once (`directly=True`) or at any time later.

    Parameters
    ----------
    within, after : durations such as "2d": `then` begins at most, and at least, so much calendar time after `first`
        began.
    same, other : an attribute of events that has the same value at both, or two different ones; where it is missing at
        one of them they are neither.
    never : True for the journeys that have `first`, but never `then` after it in this way.
    """

    first: str
    then: str
    directly: bool = False
    within: str | None = None
    after: str | None = None
    same: str | None = None
    other: str | None = None
    never: bool = False
    positional = ("first", "then")

    def __post_init__(self) -> None:
        check_text("first", self.first)
        check_text("then", self.then)
        for word in ("directly", "never"):
            if not isinstance(getattr(self, word), bool):
                raise InputError(f"{word}={getattr(self, word)!r} is neither True nor False.")
        least, most = self._limits
        if least is not None and most is not None and least > most:
            raise InputError(f'after="{self.after}" is more than within="{self.within}".')
        for word in ("same", "other"):
            if getattr(self, word) is not None:
                check_text(word, getattr(self, word))
        if self.same is not None and self.other is not None:
            raise InputError("w.follows compares one attribute: same= or other=. Combine two filters with &.")

    @property
    def _limits(self) -> tuple[int | None, int | None]:
        """The least and the most time between, in microseconds."""
        return length_of("after", self.after), length_of("within", self.within)

    @property
    def says(self) -> str:
        at_once = "directly after" if self.directly else "after"
        more = f" within {self.within}" if self.within else ""
        more += f" at least {self.after} later" if self.after else ""
        more += f" with the same {self.same}" if self.same else f" with another {self.other}" if self.other else ""
        if self.never:
            return f'has "{self.first}" and never "{self.then}" {at_once} it{more}'
        return f'has "{self.then}" {at_once} "{self.first}"{more}'

    def check(self, star: Star) -> None:
        code_of(star, self.first), code_of(star, self.then)
        for word in ("within", "after"):
            if getattr(self, word) is not None and not star.timed:
                raise InputError(f"This log has no time, so {self!r} cannot be decided. Leave out {word}=.")
        compared = self.same or self.other
        if compared is not None and star.attribute(compared).level != "event":
            level = star.attribute(compared).level
            raise InputError(f'"{compared}" is an attribute of each {level}, so it has no other value in a journey.')

    def journeys(self, star: Star) -> Frame:
        first, then = code_of(star, self.first), code_of(star, self.then)
        pairs = self._pairs(star, first, then)
        if not self.never:
            return pairs
        have = star.moves.filter(nw.col(ACTIVITY) == first).select(JOURNEY).unique()
        return have.join(pairs, on=JOURNEY, how="anti")

    def _pairs(self, star: Star, first: int, then: int) -> Frame:
        """The journeys in which the two follow each other in this way."""
        least, most = self._limits
        compared = self.same or self.other
        if compared or not (self.directly or least is None or most is None):
            later = nw.col(THEN) == nw.col(POSITION) + 1 if self.directly else nw.col(THEN) > nw.col(POSITION)
            equal = nw.col(VALUE) == nw.col(THEN_VALUE)
            values = [equal] if self.same else [~equal] if self.other else []
            pairs = _pairs(star, first, then, compared)
            return pairs.filter(later, *values, *limited(nw.col(GAP), least, most)).select(JOURNEY).unique()
        if not self.directly and most is None:
            return _eventually(star.moves, first, then, least)
        events = star.moves if self.directly else _only(star.moves, first, then)
        moves = events.filter(nw.col(ACTIVITY) == first, nw.col(NEXT) == then)
        limits = limited(nw.col(GAP), least, most)
        return (moves.filter(*limits) if limits else moves).select(JOURNEY).unique()


@dataclass(frozen=True, repr=False, eq=False)
class takes(Leaf):
    """Journeys by the time from the first `first` to the next `then` after it, from event to event.

    `at_least` and `at_most` are durations such as "36h" or "30d". It is calendar time, also where answers count working
    time. Journeys without the two in this order do not match.
    """

    first: str
    then: str
    at_least: str | None = None
    at_most: str | None = None
    positional = ("first", "then")
    needs_time = True

    def __post_init__(self) -> None:
        check_text("first", self.first)
        check_text("then", self.then)
        check_limits(self, *self._limits)

    @property
    def _limits(self) -> tuple[int | None, int | None]:
        return length_of("at_least", self.at_least), length_of("at_most", self.at_most)

    @property
    def says(self) -> str:
        return f'takes {ranged(self.at_least, self.at_most)} from the first "{self.first}" to the next "{self.then}"'

    def check(self, star: Star) -> None:
        super().check(star)
        code_of(star, self.first), code_of(star, self.then)

    def journeys(self, star: Star) -> Frame:
        first, then = code_of(star, self.first), code_of(star, self.then)
        begun = _first(star.moves, first, nw.col(POSITION).min().alias(BEGINS), nw.col(TIME).min().alias(SINCE))
        later = star.moves.filter(nw.col(ACTIVITY) == then).select(JOURNEY, POSITION, TIME)
        later = later.join(begun, on=JOURNEY, how="inner").filter(nw.col(POSITION) > nw.col(BEGINS))
        lasting = later.group_by(JOURNEY).agg((nw.col(TIME) - nw.col(SINCE)).min().alias(GAP))
        return lasting.filter(*limited(nw.col(GAP), *self._limits)).select(JOURNEY)


@dataclass(frozen=True, repr=False, eq=False)
class waits(Leaf):
    """Journeys by a wait: the time from the end of `first` to the beginning of `then`, directly after each other.

    Parameters
    ----------
    at_least, at_most : durations such as "36h" or "30d"; it is calendar time. Where no end is known, the wait begins at
        the event's only time.
    start, end : the wait begins in this period: see `w.during`; no end stands for the one period of `start`.

    One such wait is enough, also where a journey has others.
    """

    first: str
    then: str
    at_least: str | None = None
    at_most: str | None = None
    start: str | None = None
    end: str | None = None
    positional = ("first", "then")
    needs_time = True

    def __post_init__(self) -> None:
        check_text("first", self.first)
        check_text("then", self.then)
        for word in ("start", "end"):
            if getattr(self, word) is not None:
                object.__setattr__(self, word, times.check_period(getattr(self, word)))
        if self._span("UTC") is None or None not in self._limits:
            check_limits(self, *self._limits)

    @property
    def _limits(self) -> tuple[int | None, int | None]:
        return length_of("at_least", self.at_least), length_of("at_most", self.at_most)

    def _span(self, zone: str) -> tuple[int, int] | None:
        """The first microsecond of the period and the one after its last; nothing where none is asked for."""
        if self.start is None and self.end is None:
            return None
        start = times.OPEN_END if self.start is None else self.start
        return times.period(start, start if self.end is None else self.end, zone)

    @property
    def says(self) -> str:
        long = f" {ranged(self.at_least, self.at_most)}" if self.at_least or self.at_most else ""
        between = f'waits{long} from "{self.first}" to the next step "{self.then}"'
        if self.start is None and self.end is None:
            return between
        return f"{between}, begun in {self.start or '..'}{'' if self.end is None else f' to {self.end}'}"

    def check(self, star: Star) -> None:
        super().check(star)
        code_of(star, self.first), code_of(star, self.then)

    def journeys(self, star: Star) -> Frame:
        limits = limited(nw.col(SPAN), *self._limits)
        if span := self._span(star.zone):
            limits += [nw.col(BEGIN) >= span[0], nw.col(BEGIN) < span[1]]
        waiting = waited(star.events, code_of(star, self.first), code_of(star, self.then))
        return waiting.filter(*limits).select(JOURNEY).unique()


def waited(events: Frame, first: int, then: int) -> Frame:
    """Each time that a step was taken: `journey`, `position`, when the wait began (`begin`), how long it was (`span`).

    It begins at the end of the first event where that is known, else at its stamp.
    """
    columns = (JOURNEY, POSITION, ACTIVITY, NEXT, TIME, GAP, SERVICE)
    taken = (nw.col(ACTIVITY) == first) & (nw.col(NEXT) == then) & ~nw.col(GAP).is_null()
    worked = nw.min_horizontal(nw.col(SERVICE).fill_null(0), nw.col(GAP))
    begin, span = (nw.col(TIME) + worked).alias(BEGIN), (nw.col(GAP) - worked).alias(SPAN)
    return events.select(*columns).filter(taken).select(JOURNEY, POSITION, begin, span)


def _first(events: Frame, code: int, *facts: nw.Expr) -> Frame:
    """Facts about a journey's events of one activity."""
    return events.filter(nw.col(ACTIVITY) == code).group_by(JOURNEY).agg(*facts)


def _eventually(events: Frame, first: int, then: int, least: int | None) -> Frame:
    """The journeys whose last `then` comes after the first `first`, and so much later."""
    begun = _first(events, first, nw.col(POSITION).min().alias(BEGINS), nw.col(TIME).min().alias(SINCE))
    ended = _first(events, then, nw.col(POSITION).max().alias(ENDS), nw.col(TIME).max().alias(UNTIL))
    both = begun.join(ended, on=JOURNEY, how="inner").filter(nw.col(BEGINS) < nw.col(ENDS))
    late = [] if least is None else [nw.col(UNTIL) - nw.col(SINCE) >= least]
    return (both.filter(*late) if late else both).select(JOURNEY)


def _only(events: Frame, first: int, then: int) -> Frame:
    """The events of two activities as if there were no others: a closest pair is then always adjacent."""
    later = {NEXT: nw.col(ACTIVITY).shift(-1), GAP: nw.col(TIME).shift(-1)}
    return (
        events.filter(nw.col(ACTIVITY).is_in([first, then]))
        .select(JOURNEY, ACTIVITY, POSITION, TIME)
        .with_columns(*(column.over(JOURNEY, order_by=POSITION).alias(name) for name, column in later.items()))
        .with_columns((nw.col(GAP) - nw.col(TIME)).alias(GAP))
    )


def _pairs(star: Star, first: int, then: int, compared: str | None) -> Frame:
    """All pairs of two activities in a journey, with the time between and the values at both."""
    events = star.moves.filter(nw.col(ACTIVITY).is_in([first, then])).select(JOURNEY, POSITION, ACTIVITY, TIME)
    if compared:
        events = events.join(star.valued(compared), on=[JOURNEY, POSITION], how="inner")
    later = {POSITION: THEN, TIME: UNTIL} | ({VALUE: THEN_VALUE} if compared else {})
    left = events.filter(nw.col(ACTIVITY) == first).drop(ACTIVITY)
    right = events.filter(nw.col(ACTIVITY) == then).drop(ACTIVITY).rename(later)
    return left.join(right, on=JOURNEY, how="inner").with_columns((nw.col(UNTIL) - nw.col(TIME)).alias(GAP))
