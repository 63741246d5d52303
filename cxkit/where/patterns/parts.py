"""What a path pattern says: steps, arrows, repetitions and alternatives, as values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Name:
    """A name or a value in a pattern, and from which character to which it stands."""

    text: str
    at: int
    end: int


@dataclass(frozen=True)
class Condition:
    """What an attribute has to be at a step."""

    name: Name
    sign: str
    values: tuple[Name, ...]


@dataclass(frozen=True)
class Step:
    """One event: of these activities or stages, of any others (`negated`), or of any at all where none is named."""

    activities: tuple[Name, ...] = ()
    stages: tuple[Name, ...] = ()
    negated: bool = False
    conditions: tuple[Condition, ...] = ()
    size, may_be_nothing = 1, False


@dataclass(frozen=True)
class Arrow:
    """What stands between two parts: nothing (`directly`) or any events, and how much time, in microseconds."""

    directly: bool = True
    after: int | None = None
    within: int | None = None

    @property
    def is_timed(self) -> bool:
        """Whether it speaks of time."""
        return self.after is not None or self.within is not None


@dataclass(frozen=True)
class Way:
    """Parts after each other, with an arrow between any two."""

    parts: tuple[Part, ...]
    arrows: tuple[Arrow, ...]

    @property
    def size(self) -> int:
        """How many steps it has, repetitions and gaps counted."""
        return sum(part.size for part in self.parts) + sum(not arrow.directly for arrow in self.arrows)

    @property
    def may_be_nothing(self) -> bool:
        """Whether no event at all fits."""
        return all(part.may_be_nothing for part in self.parts)


@dataclass(frozen=True)
class Ways:
    """One of several ways."""

    ways: tuple[Way, ...]

    @property
    def size(self) -> int:
        """How many steps all of them have."""
        return sum(way.size for way in self.ways)

    @property
    def may_be_nothing(self) -> bool:
        """Whether no event at all fits."""
        return any(way.may_be_nothing for way in self.ways)


@dataclass(frozen=True)
class Again:
    """A part at least and at most so many times in a row; None: any number of times."""

    part: Step | Ways
    least: int
    most: int | None

    @property
    def copies(self) -> int:
        """How often the part stands in the pattern when it is written out."""
        return max(self.least, 1) if self.most is None else self.most

    @property
    def size(self) -> int:
        """How many steps it has when it is written out."""
        return self.copies * self.part.size

    @property
    def may_be_nothing(self) -> bool:
        """Whether no event at all fits."""
        return self.least == 0 or self.part.may_be_nothing


Part = Step | Ways | Again


@dataclass(frozen=True)
class Pattern:
    """A whole pattern: its ways, and whether they begin with the journey and end with it."""

    ways: Ways
    from_start: bool
    to_end: bool

    @property
    def steps(self) -> list[Step]:
        """The steps in the order in which they are written."""
        return _steps(self.ways)

    @property
    def is_timed(self) -> bool:
        """Whether an arrow speaks of time."""
        return any(arrow.is_timed for arrow in _arrows(self.ways))


def _steps(part: Way | Part) -> list[Step]:
    if isinstance(part, Step):
        return [part]
    if isinstance(part, Again):
        return _steps(part.part)
    return [step for inner in (part.ways if isinstance(part, Ways) else part.parts) for step in _steps(inner)]


def _arrows(part: Way | Part) -> list[Arrow]:
    if isinstance(part, Step):
        return []
    if isinstance(part, Again):
        return _arrows(part.part)
    if isinstance(part, Way):
        return [*part.arrows, *(arrow for inner in part.parts for arrow in _arrows(inner))]
    return [arrow for way in part.ways for arrow in _arrows(way)]
