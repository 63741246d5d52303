"""Steps that change the activities: the journeys are then those of a log that was written so."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from cxkit.errors import InputError
from cxkit.selection.selection import Ask, Selection
from cxkit.selection.steps import Step
from cxkit.store import recut
from cxkit.where.filter import is_text
from cxkit.where.visits import code_of

if TYPE_CHECKING:
    from cxkit.store.star import Star


def _name(name: object) -> str:
    """A name that an activity may have."""
    if not isinstance(name, str) or not is_text(name) or not name.strip():
        raise InputError(f"An activity needs a name, not {name!r}.")
    return name


@dataclass(frozen=True, repr=False)
class Relabel(Step):
    """A step after which the star has other activities."""

    @abstractmethod
    def renamed(self, star: Star) -> dict[int, str]:
        """The names of the activities afterwards, by code; raises where the log has no such activities."""

    @abstractmethod
    def changed(self, star: Star) -> Star:
        """The star afterwards."""

    def check(self, star: Star, ask: Ask) -> Star:
        return recut.named(star, self.renamed(star))

    def follow(self, selection: Selection, key: str) -> Selection:
        return replace(selection, star=self.changed(selection.star))


@dataclass(frozen=True, repr=False)
class Rename(Relabel):
    """Give an activity another name."""

    activity: str
    name: str
    word = "rename"

    def __post_init__(self) -> None:
        _name(self.activity), _name(self.name)

    def renamed(self, star: Star) -> dict[int, str]:
        code = code_of(star, self.activity)
        if star.codes.get(self.name, code) != code:
            both = f"{self.name!r}, {self.activity!r}"
            raise InputError(f'There is an activity "{self.name}" already. To make them one, write .merge({both}).')
        return {**star.names, code: self.name}

    def changed(self, star: Star) -> Star:
        code = code_of(star, self.activity)
        return recut.merged(star, self.name, code, [code])

    def __repr__(self) -> str:
        return f".rename({self.activity!r}, {self.name!r})"


@dataclass(frozen=True, repr=False)
class Several(Relabel):
    """A step that names several activities."""

    activities: tuple[str, ...]
    least: ClassVar[int] = 1

    def __post_init__(self) -> None:
        if not isinstance(self.activities, tuple | list) or len(self.activities) < self.least:
            raise InputError(f"{self.word} needs the names of activities, not {self.activities!r}.")
        object.__setattr__(self, "activities", tuple(_name(name) for name in self.activities))

    def codes(self, star: Star) -> list[int]:
        """The codes of the activities."""
        return [code_of(star, name) for name in self.activities]

    def to_json(self) -> dict[str, Any]:
        return {self.word: {**super().to_json()[self.word], "activities": list(self.activities)}}

    def __repr__(self) -> str:
        return f".{self.word}({', '.join(map(repr, self.activities))})"


@dataclass(frozen=True, repr=False)
class Hide(Several):
    """Leave out the events of activities: journeys that have no others are gone."""

    word = "hide"

    def renamed(self, star: Star) -> dict[int, str]:
        return recut.without(star, self.codes(star))

    def changed(self, star: Star) -> Star:
        return recut.hidden(star, self.codes(star))


@dataclass(frozen=True, repr=False)
class Collapse(Several):
    """Take immediate repeats of activities as one event, the first; of all activities where none is named."""

    activities: tuple[str, ...] = ()
    word = "collapse"
    least = 0

    def renamed(self, star: Star) -> dict[int, str]:
        self.codes(star)
        return star.names

    def changed(self, star: Star) -> Star:
        return recut.collapsed(star, self.codes(star) or list(star.names))


@dataclass(frozen=True, repr=False)
class Merge(Several):
    """Take several activities as one of this name, which may be that of an activity that is there."""

    name: str = ""
    word = "merge"

    def __post_init__(self) -> None:
        super().__post_init__()
        _name(self.name)

    def _into(self, star: Star) -> int:
        """The code that the one activity has: its own where the name is there, else that of the first."""
        return star.codes.get(self.name, code_of(star, self.activities[0]))

    def renamed(self, star: Star) -> dict[int, str]:
        return recut.without(star, self.codes(star)) | {self._into(star): self.name}

    def changed(self, star: Star) -> Star:
        return recut.merged(star, self.name, self._into(star), self.codes(star))

    def __repr__(self) -> str:
        return f".merge({', '.join(map(repr, (self.name, *self.activities)))})"
