"""The steps of a recipe: each is a line of Python, a JSON document, and a value that knows how it is followed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

import narwhals as nw

from cxkit import times
from cxkit.cached import cached_property
from cxkit.errors import InputError, not_found
from cxkit.schema import HASH, HASH_PRIME, JOURNEY
from cxkit.selection.selection import Ask, Selection, matching
from cxkit.store import recut
from cxkit.where.filter import Filter, check_text
from cxkit.where.visits import code_of

if TYPE_CHECKING:
    from cxkit.store.star import Star

MULTIPLIER = 1_103_515_245
Which = Literal["first", "last"]


@dataclass(frozen=True, repr=False)
class Step(ABC):
    """One step of a recipe: its word, its JSON, its Python, and what it does."""

    word: ClassVar[str]

    def to_json(self) -> dict[str, Any]:
        """The step as JSON: {word: what it says}."""
        return {self.word: asdict(self)}

    def check(self, star: Star, ask: Ask) -> Star:
        """Raise if the step speaks of something that this log does not have; the log as it is known afterwards."""
        return star

    @abstractmethod
    def follow(self, selection: Selection, key: str) -> Selection:
        """The selection after this step; `key` names the way to it."""

    @cached_property
    def line(self) -> str:
        """The step as Python, written once: every question asks for it."""
        return repr(self)

    def __repr__(self) -> str:
        said = ", ".join(f"{entry.name}={getattr(self, entry.name)!r}" for entry in fields(self))
        return f".{self.word}({said})"


@dataclass(frozen=True, repr=False)
class Keep(Step):
    """Keep the journeys that match."""

    filter: Filter
    word = "keep"

    def __post_init__(self) -> None:
        if not isinstance(self.filter, Filter):
            raise InputError(f"{self.filter!r} is not a filter. Write for example w.contains(...).")

    def to_json(self) -> dict[str, Any]:
        return {self.word: self.filter.to_json()}

    def check(self, star: Star, ask: Ask) -> Star:
        for leaf in self.filter.leaves():
            leaf.check(star)
        return star

    def follow(self, selection: Selection, key: str) -> Selection:
        return selection.narrowed(matching(selection.star, self.filter), key)

    def __repr__(self) -> str:
        return f".{self.word}({self.filter!r})"


class Drop(Keep):
    """Drop the journeys that match."""

    word = "drop"

    def follow(self, selection: Selection, key: str) -> Selection:
        return selection.narrowed(matching(selection.star, ~self.filter), key)


@dataclass(frozen=True, repr=False)
class Sample(Step):
    """Keep a share of the journeys, chosen by their ids and the seed."""

    share: float
    seed: int = 0
    word = "sample"

    def __post_init__(self) -> None:
        if isinstance(self.share, bool) or not isinstance(self.share, int | float) or not 0 < self.share <= 1:
            raise InputError(f"share={self.share!r} is no share. Write a number above 0 and up to 1, such as 0.1.")
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or not 0 <= self.seed < 2**31:
            raise InputError(f"seed={self.seed!r} is no seed. Write a whole number from 0.")

    def follow(self, selection: Selection, key: str) -> Selection:
        factor = pow(MULTIPLIER, self.seed + 1, HASH_PRIME)
        place = (nw.col(HASH) * factor + self.seed) % HASH_PRIME
        drawn = selection.star.journeys.filter(place < round(self.share * HASH_PRIME)).select(JOURNEY)
        kept = selection.star.engine.materialise(f"{selection.star.key}|{self!r}", lambda: drawn)
        return selection.narrowed(kept, key)


@dataclass(frozen=True, repr=False)
class Trim(Step):
    """Cut away the events before `since` and from `until` on."""

    since: str | None = None
    until: str | None = None
    word = "trim"

    def __post_init__(self) -> None:
        if self.since is None and self.until is None:
            raise InputError("trim needs since=, until= or both.")
        for name in ("since", "until"):
            if (moment := getattr(self, name)) is not None:
                object.__setattr__(self, name, times.check_period(moment))
        self.span("UTC")

    def span(self, zone: str) -> tuple[int, int]:
        """The half-open span of microseconds that is left."""
        since = -times.LONGEST if self.since is None else times.instant(self.since, zone)
        until = times.LONGEST if self.until is None else times.instant(self.until, zone)
        if since >= until:
            raise InputError(f'Nothing is left between since="{self.since}" and until="{self.until}".')
        return since, until

    def check(self, star: Star, ask: Ask) -> Star:
        if not star.timed:
            raise InputError("This log has no time, so there is nothing to trim by.")
        return star

    def follow(self, selection: Selection, key: str) -> Selection:
        star = selection.star
        return replace(selection, star=recut.trimmed(star, *self.span(star.zone)))


@dataclass(frozen=True, repr=False)
class Extract(Step):
    """Keep the events from an activity's first or last event on, up to another's; journeys without them are gone."""

    start: str | None = None
    end: str | None = None
    start_at: Which = "first"
    end_at: Which = "last"
    included: bool = True
    word = "extract"

    def __post_init__(self) -> None:
        if self.start is None and self.end is None:
            raise InputError("extract needs start=, end= or both: names of activities.")
        for word in ("start", "end"):
            if getattr(self, word) is not None:
                check_text(word, getattr(self, word))
        for word in ("start_at", "end_at"):
            if getattr(self, word) not in get_args(Which):
                raise not_found(f"{word}=", getattr(self, word), get_args(Which))
        if not isinstance(self.included, bool):
            raise InputError(f"included={self.included!r} is neither True nor False.")

    def to_json(self) -> dict[str, Any]:
        return {self.word: self._told}

    @property
    def _told(self) -> dict[str, Any]:
        """What it says beyond its defaults."""
        told = {entry.name: (getattr(self, entry.name), entry.default) for entry in fields(self)}
        return {name: value for name, (value, default) in told.items() if value != default}

    def _codes(self, star: Star) -> list[int | None]:
        return [None if name is None else code_of(star, name) for name in (self.start, self.end)]

    def check(self, star: Star, ask: Ask) -> Star:
        self._codes(star)
        return star

    def follow(self, selection: Selection, key: str) -> Selection:
        star = selection.star
        start, end = self._codes(star)
        return replace(selection, star=recut.extracted(star, start, end, self.start_at, self.end_at, self.included))

    def __repr__(self) -> str:
        return f".{self.word}({', '.join(f'{name}={value!r}' for name, value in self._told.items())})"
