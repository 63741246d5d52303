"""The steps of a recipe: each is a line of Python, a JSON document and a value that is checked when it is made."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar

from cxkit import times, where
from cxkit.errors import InputError, not_found
from cxkit.where.filter import Filter, is_text


@dataclass(frozen=True, repr=False)
class Step:
    """One step of a recipe: its word, its JSON and its Python."""

    word: ClassVar[str]

    def to_json(self) -> dict[str, Any]:
        """The step as JSON: {word: what it says}."""
        return {self.word: asdict(self)}

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

    def __repr__(self) -> str:
        return f".{self.word}({self.filter!r})"


class Drop(Keep):
    """Drop the journeys that match."""

    word = "drop"


@dataclass(frozen=True, repr=False)
class Tag(Step):
    """Give each journey a new attribute that is true where the filter matches."""

    name: str
    filter: Filter
    word = "tag"

    def __post_init__(self) -> None:
        if not is_text(self.name) or not self.name.strip():
            raise InputError(f"A tag needs a name, not {self.name!r}.")
        if not isinstance(self.filter, Filter):
            raise InputError(f"{self.filter!r} is not a filter. Write for example w.contains(...).")

    def to_json(self) -> dict[str, Any]:
        return {self.word: {"name": self.name, "filter": self.filter.to_json()}}

    def __repr__(self) -> str:
        return f".tag({self.name!r}, {self.filter!r})"


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


STEPS: dict[str, type[Step]] = {kind.word: kind for kind in (Keep, Drop, Tag, Sample, Trim)}


def from_json(document: object) -> Step:
    """The step of a JSON document; anything that is not exactly one is refused."""
    if not isinstance(document, dict) or len(document) != 1:
        raise InputError(f"A step is a JSON object with one word: {', '.join(STEPS)}.")
    word, said = next(iter(document.items()))
    if word not in STEPS:
        raise not_found("step", word, STEPS)
    kind = STEPS[word]
    if issubclass(kind, Keep):
        return kind(where.from_json(said))
    known = [entry.name for entry in fields(kind)]
    if not isinstance(said, dict) or not set(said) <= set(known):
        raise InputError(f'The step "{word}" is a JSON object with {", ".join(known)}.')
    if "filter" in said:
        said = {**said, "filter": where.from_json(said["filter"])}
    try:
        return kind(**said)
    except TypeError:
        raise InputError(f'The step "{word}" is not complete: it has {", ".join(known)}.') from None
