"""Filters by the way that a journey goes: through some steps in order, or along exactly these."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit import times
from cxkit.errors import InputError
from cxkit.schema import ACTIVITY, GAP, JOURNEY, PATH, POSITION, SYMBOL_BASE, TIME, VARIANT
from cxkit.where.filter import Frame, Leaf, check_text
from cxkit.where.visits import code_of
from cxkit.words import quoted

if TYPE_CHECKING:
    from cxkit.store.star import Star

AFTER, SINCE, BEGAN = "after", "since", "began"
MOST_STEPS, MOST_NAMES = 50, 20_000
NAMED = 2  # activities of a step that a sentence names
ARROW = " \N{RIGHTWARDS ARROW} "
Kept = Callable[[str, Callable[[], Frame]], Frame]


@dataclass(frozen=True, repr=False, eq=False)
class passes(Leaf):
    """Journeys that take these steps in this order, with anything in between.

    Parameters
    ----------
    steps : the steps; each is the name of an activity, or a list of names of which one is enough. A step counts at the
        first time it comes after the step before.
    within : a duration such as "2d": every later step comes at most so much calendar time after the first step began,
        counted from the first time that a journey takes it.
    """

    steps: Any
    within: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", tuple(_step(step) for step in _sequence("steps", self.steps)))
        if self.within is not None:
            times.duration(self.within)

    @property
    def groups(self) -> list[tuple[str, ...]]:
        """The activities of each step."""
        return [step if isinstance(step, tuple) else (step,) for step in self.steps]

    @property
    def says(self) -> str:
        named = ARROW.join(_either(step) for step in self.groups)
        within = f" within {self.within}" if self.within else ""
        return f"visits {named}{within}" if len(self.steps) == 1 else f"goes, in this order, {named}{within}"

    def check(self, star: Star) -> None:
        for step in self.groups:
            for name in step:
                code_of(star, name)
        if self.within is not None and not star.timed:
            raise InputError(f"This log has no time, so {self!r} cannot be decided. Leave out within=.")

    def journeys(self, star: Star) -> Frame:
        codes = [[code_of(star, name) for name in step] for step in self.groups]

        def keep(name: str, build: Callable[[], Frame]) -> Frame:
            return star.engine.materialise(f"{star.key}|{name}", build)

        *_, last = taken(star.moves, codes, self.within, keep)
        return last.select(JOURNEY)

    def to_json(self) -> dict[str, Any]:
        document = super().to_json()
        return document | {"steps": [list(step) if isinstance(step, tuple) else step for step in self.steps]}


def taken(moves: Frame, steps: Sequence[Sequence[int]], within: str | None, keep: Kept) -> Iterator[Frame]:
    """For each step the journeys that come so far: where and when they take it, and how long after the step before.

    A frame per step with `journey`, `position`, `time`, `began` (when the first step did) and `gap`; `keep` computes
    each of them once, under a name.
    """
    limit = None if within is None else times.duration(within)
    before: Frame | None = None
    for place in range(len(steps)):
        key = f"steps {json.dumps([sorted(step) for step in steps[: place + 1]])} {limit}"
        before = keep(key, _then(moves, before, steps[place], limit))
        yield before


def _then(moves: Frame, before: Frame | None, codes: Sequence[int], limit: int | None) -> Callable[[], Frame]:
    """The first time that journeys take a step after the one before."""

    def build() -> Frame:
        visits = moves.filter(nw.col(ACTIVITY).is_in(list(codes))).select(JOURNEY, POSITION, TIME)
        first = [nw.col(POSITION).min(), nw.col(TIME).min()]
        if before is None:
            begun = visits.group_by(JOURNEY).agg(*first)
            return begun.with_columns(nw.col(TIME).alias(BEGAN), nw.lit(None).cast(nw.Int64).alias(GAP))
        earlier = before.select(JOURNEY, BEGAN, nw.col(POSITION).alias(AFTER), nw.col(TIME).alias(SINCE))
        later = visits.join(earlier, on=JOURNEY, how="inner").filter(nw.col(POSITION) > nw.col(AFTER))
        if limit is not None:
            later = later.filter(nw.col(TIME) - nw.col(BEGAN) <= limit)
        came = later.group_by(JOURNEY).agg(*first, nw.col(BEGAN).min(), nw.col(SINCE).min())
        gap = (nw.col(TIME) - nw.col(SINCE)).cast(nw.Int64).alias(GAP)
        return came.with_columns(gap).select(JOURNEY, POSITION, TIME, BEGAN, GAP)

    return build


@dataclass(frozen=True, repr=False, eq=False)
class goes(Leaf):
    """Journeys that go exactly these steps, one directly after the other, from one place on.

    Parameters
    ----------
    steps : names of activities, in the order in which one gets away from `start`.
    start : the activity from whose first visit they are counted; the beginning of the journey (backward: its last event
        seen) when not given.
    backward : whether they are what came before, the nearest first.
    ended : whether nothing comes after them (backward: nothing came before).
    """

    steps: Any = ()
    start: str | None = None
    backward: bool = False
    ended: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", tuple(_sequence("steps", self.steps, least=0)))
        for name in (*self.steps, *(() if self.start is None else (self.start,))):
            check_text("steps", name)
        for word in ("backward", "ended"):
            if not isinstance(getattr(self, word), bool):
                raise InputError(f"{word}={getattr(self, word)!r} is neither True nor False.")
        if not self.steps and self.start is None:
            raise InputError("w.goes needs a step, or start=.")
        if self.backward and self.start in self.steps:
            raise InputError(f'Before the first "{self.start}" there is no other.')

    @property
    def says(self) -> str:
        names = [f'"{name}"' for name in self.steps]
        around = [] if self.start is None else [f'first "{self.start}"']
        edge = ["nothing else"] * self.ended
        if self.backward:
            return f"goes {ARROW.join([*edge, *reversed(names), *(around or ['the end so far'])])}"
        return f"goes {ARROW.join([*(around or ['the beginning']), *names, *edge])}"

    def check(self, star: Star) -> None:
        for name in (*self.steps, *(() if self.start is None else (self.start,))):
            code_of(star, name)

    def journeys(self, star: Star) -> Frame:
        ways = star.variants.filter(nw.col(PATH).str.contains(self._pattern(star))).select(VARIANT)
        return star.outlines.join(ways, on=VARIANT, how="semi").select(JOURNEY)

    def _pattern(self, star: Star) -> str:
        """The path of such a journey, as a regular expression."""
        names = [symbol(star, name) for name in self.steps]
        start = "" if self.start is None else symbol(star, self.start)
        skipped = f"[^{start}]*" if start else ""
        if self.backward:
            before = "".join(reversed(names))
            return ("^" if self.ended else f"^{skipped}" if start else "") + before + (start or "$")
        return f"^{skipped}{start}{''.join(names)}{'$' if self.ended else ''}"


@dataclass(frozen=True, repr=False, eq=False)
class at_step(Leaf):
    """Journeys whose event of this number, from 1, is one of these activities."""

    number: int
    activities: Any

    def __post_init__(self) -> None:
        object.__setattr__(self, "activities", tuple(_sequence("activities", self.activities, MOST_NAMES)))
        for name in self.activities:
            check_text("activities", name)
        if not isinstance(self.number, int) or isinstance(self.number, bool) or not 1 <= self.number < 2**31:
            raise InputError(f"number={self.number!r} is no number of a step (1, 2, 3, ...).")

    @property
    def says(self) -> str:
        return f"has {_either(self.activities)} as step {self.number}"

    def check(self, star: Star) -> None:
        for name in self.activities:
            code_of(star, name)

    def journeys(self, star: Star) -> Frame:
        codes = [code_of(star, name) for name in self.activities]
        there = star.moves.filter(nw.col(POSITION) == self.number - 1, nw.col(ACTIVITY).is_in(codes))
        return there.select(JOURNEY)


def _either(names: Sequence[str]) -> str:
    """The activities of a step, as a sentence names them."""
    if len(names) > NAMED + 1:
        return quoted(names, NAMED)
    return " or ".join(f'"{name}"' for name in names)


def symbol(star: Star, activity: str) -> str:
    """The letter of an activity in paths."""
    return chr(SYMBOL_BASE + code_of(star, activity))


def _sequence(word: str, value: object, most: int = MOST_STEPS, *, least: int = 1) -> Sequence[Any]:
    if not isinstance(value, list | tuple) or not least <= len(value) <= most:
        raise InputError(f"{word}={value!r} is no list of {least} to {most} names.")
    return value


def _step(step: object) -> str | tuple[str, ...]:
    """A step as it is kept: a name, or several."""
    names = tuple(step) if isinstance(step, list | tuple) else (step,)
    if not names or len(names) > MOST_NAMES:
        raise InputError("A step needs the name of an activity, or several.")
    for name in names:
        check_text("steps", name)
    return names[0] if len(names) == 1 else names
