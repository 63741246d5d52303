"""A pattern as a machine that reads a journey once, event by event, and never goes back.

Each step of the pattern, repetitions written out, is a place (Glushkov's construction). What is held after an event is
a set of places, the bits of a whole number; sets that were met once are kept as the states of a table, up to a limit.
So the work is at most proportional to the events times the places, however hostile the pattern.

A time between two parts is a clock that starts with each event that ends the first part. All clocks of an arrow end in
the same place, so it matters only whether there is one that has run for a fitting time: those that have run too long
are forgotten, and of the others the oldest decides.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from cxkit.where.patterns.parts import Again, Arrow, Part, Pattern, Step, Way, Ways

MOST_KEPT = 20_000
START = 1  # the place before the first event
ANY = Step()


@dataclass(frozen=True)
class Piece:
    """A part of the machine: the places where it begins and ends, and whether it may be nothing."""

    first: int
    last: int
    may_be_nothing: bool


@dataclass(frozen=True)
class Clock:
    """A time between parts: it starts where the first one ends, and leads to where the second one begins."""

    arrow: Arrow
    starts: int
    leads: int

    def fits(self, waits: deque[int], now: int) -> bool:
        """Whether one of these moments lies at a fitting time before now; those that lie too far are forgotten."""
        within, after = self.arrow.within, self.arrow.after or 0
        while within is not None and waits and now - waits[0] > within:
            waits.popleft()
        return bool(waits) and now - waits[0] >= after

    def start(self, waits: deque[int], now: int, is_met: bool) -> None:
        """Remember the moment if the first part ends with it."""
        if self.arrow.directly:
            waits.clear()
        if is_met and (self.arrow.within is not None or not waits):
            waits.append(now)


class Places:
    """The places of a pattern: the step at each, which places follow it, and the clocks between them."""

    def __init__(self, pattern: Pattern, timed: bool = True) -> None:
        self._timed = timed
        self.steps: list[Step | None] = [None]
        self.follow: list[int] = [0]
        self.clocks: list[Clock] = []
        whole = self._ways(pattern.ways)
        self.final = whole.last | (START if whole.may_be_nothing else 0)
        self.follow[0] = whole.first | (0 if pattern.from_start else START)
        self.to_end = pattern.to_end

    def _ways(self, ways: Ways) -> Piece:
        pieces = [self._way(way) for way in ways.ways]
        first, last = 0, 0
        for piece in pieces:
            first, last = first | piece.first, last | piece.last
        return Piece(first, last, any(piece.may_be_nothing for piece in pieces))

    def _way(self, way: Way) -> Piece:
        whole = self._part(way.parts[0])
        for arrow, part in zip(way.arrows, way.parts[1:], strict=True):
            is_timed = self._timed and arrow.is_timed
            if not is_timed and not arrow.directly:
                whole = self._joined(whole, self._again(Again(ANY, 0, None)))
            piece = self._part(part)
            if is_timed:
                self.clocks.append(Clock(arrow, whole.last, piece.first))
                whole = Piece(whole.first, piece.last, False)
            else:
                whole = self._joined(whole, piece)
        return whole

    def _part(self, part: Part) -> Piece:
        if isinstance(part, Again):
            return self._again(part)
        return self._step(part) if isinstance(part, Step) else self._ways(part)

    def _again(self, again: Again) -> Piece:
        whole = Piece(0, 0, True)
        for copy in range(again.copies):
            piece = self._part(again.part)
            if again.most is None and copy == again.copies - 1:
                self._lead(piece.last, piece.first)
            optional = copy >= again.least
            whole = self._joined(whole, Piece(piece.first, piece.last, piece.may_be_nothing or optional))
        return whole

    def _step(self, step: Step) -> Piece:
        place = 1 << len(self.steps)
        self.steps.append(step)
        self.follow.append(0)
        return Piece(place, place, False)

    def _joined(self, left: Piece, right: Piece) -> Piece:
        self._lead(left.last, right.first)
        first = left.first | (right.first if left.may_be_nothing else 0)
        last = right.last | (left.last if right.may_be_nothing else 0)
        return Piece(first, last, left.may_be_nothing and right.may_be_nothing)

    def _lead(self, places: int, onward: int) -> None:
        for number in _bits(places):
            self.follow[number] |= onward


class _State:
    """A set of places that is held, whether that is enough, and where each kind of event leads from it."""

    __slots__ = ("enough", "held", "onward")

    def __init__(self, held: int, enough: bool) -> None:
        self.held, self.enough = held, enough
        self.onward: dict[tuple[int, int] | int, _State] = {}


class Automaton:
    """Reads journeys as kinds of events: for each kind it is told at which steps an event of it fits."""

    def __init__(self, places: Places, kinds: Sequence[Callable[[Step], bool]]) -> None:
        self._places = places
        self._fitting = [
            START | sum(1 << place for place, step in enumerate(places.steps) if step is not None and fits(step))
            for fits in kinds
        ]
        self._states: dict[int, _State] = {}
        self._kept = 0

    def accepts(self, kinds: Sequence[int]) -> bool:
        """Whether a journey goes as the pattern says; none of its arrows may speak of time."""
        state = self._state(START)
        if state.enough:
            return True
        for kind in kinds:
            state = state.onward.get(kind) or self._step(state, kind, 0)
            if state.enough:
                return True
            if not state.held:
                return False
        return bool(state.held & self._places.final)

    def accepts_timed(self, kinds: Sequence[int], moments: Sequence[int]) -> bool:
        """Whether a journey goes as the pattern says, with the moments of its events in microseconds."""
        clocks = [(clock, deque[int](), 1 << number) for number, clock in enumerate(self._places.clocks)]
        state = self._state(START)
        if state.enough:
            return True
        for kind, now in zip(kinds, moments, strict=True):
            open_ = 0
            for clock, waits, bit in clocks:
                if waits and clock.fits(waits, now):
                    open_ |= bit
            state = state.onward.get((kind, open_)) or self._step(state, kind, open_)
            if state.enough:
                return True
            for clock, waits, _ in clocks:
                clock.start(waits, now, bool(state.held & clock.starts))
            if not state.held and not any(waits for _, waits, _ in clocks):
                return False
        return bool(state.held & self._places.final)

    def _state(self, held: int) -> _State:
        if held not in self._states:
            self._states[held] = _State(held, not self._places.to_end and bool(held & self._places.final))
        return self._states[held]

    def _step(self, state: _State, kind: int, open_: int) -> _State:
        """The state after one more event; the table is begun anew where it has grown large."""
        reach = 0
        for place in _bits(state.held):
            reach |= self._places.follow[place]
        for number in _bits(open_):
            reach |= self._places.clocks[number].leads
        if self._kept >= MOST_KEPT:
            self._states.clear()
            self._kept = 0
        after = self._state(reach & self._fitting[kind])
        state.onward[(kind, open_) if self._places.clocks else kind] = after
        self._kept += 1
        return after


def _bits(number: int) -> Iterator[int]:
    """The places of the ones in a number."""
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest
