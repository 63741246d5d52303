"""A recipe: the ordered steps that lead from a store to a selection. Clicks, code, links and parameters are the same.

Steps before a `trim` see whole journeys; steps after it see what the trim has left of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

from cxkit import times, where
from cxkit.errors import InputError, not_found
from cxkit.filter import Filter, is_text

FORMAT = 1
MOST_STEPS = 200


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


@dataclass(frozen=True, repr=False)
class Recipe:
    """The steps of a selection, in order; the same recipe on the same store gives the same numbers."""

    steps: tuple[Step, ...] = ()

    def then(self, step: Step) -> Recipe:
        """This recipe with one more step."""
        return Recipe((*self.steps, step))

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def to_json(self) -> dict[str, Any]:
        """The recipe as a JSON document; `Recipe.from_json` reads it back."""
        return {"recipe": FORMAT, "steps": [step.to_json() for step in self.steps]}

    @property
    def hash(self) -> str:
        """Eight hexadecimal digits that name this recipe; they are printed beside every number."""
        text = json.dumps(self.to_json(), ensure_ascii=False, sort_keys=True)
        return sha256(text.encode()).hexdigest()[:8]

    def __repr__(self) -> str:
        return "".join(repr(step) for step in self.steps)

    def save(self, path: str | Path) -> Path:
        """Write the recipe as a JSON file."""
        target = Path(path)
        target.write_text(json.dumps(self.to_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return target

    @classmethod
    def load(cls, path: str | Path) -> Recipe:
        """Read a recipe from a JSON file."""
        try:
            return cls.from_json(json.loads(Path(path).read_text(encoding="utf-8")))
        except OSError as error:
            raise InputError(f'The recipe "{path}" cannot be read: {error.strerror}.') from None
        except (ValueError, RecursionError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(f'"{path}" is no recipe: it is not valid JSON.') from None

    @classmethod
    def from_json(cls, document: object) -> Recipe:
        """The recipe of a JSON document; anything that is not exactly one is refused."""
        if not isinstance(document, dict) or set(document) != {"recipe", "steps"} or document["recipe"] != FORMAT:
            raise InputError(f'A recipe is a JSON object with "recipe": {FORMAT} and "steps": [...].')
        steps = document["steps"]
        if not isinstance(steps, list) or len(steps) > MOST_STEPS:
            raise InputError(f'"steps" is a list of at most {MOST_STEPS} steps.')
        return cls(tuple(_step(step) for step in steps))


def _step(document: object) -> Step:
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
