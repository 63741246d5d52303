"""Steps that change the activities: the journeys are then those of a log that was written so."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import narwhals as nw

from cxkit.errors import InputError
from cxkit.schema import ACTIVITY, COUNT, JOURNEY, POSITION
from cxkit.selection.selection import Ask, Selection
from cxkit.selection.steps import Step
from cxkit.store import recut
from cxkit.store.columns import VALUE
from cxkit.where.filter import is_text
from cxkit.where.visits import code_of

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.store.star import Star

ANY = "*"
MOST_PARTS = 12
SPLITTING = ("text", "integer", "boolean")


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


def codes_of(star: Star, name: str) -> list[int]:
    """The code of the activity of this name; of a class of them, such as "Call: *", that of each, in their order."""
    if name in star.codes or ANY not in name:
        return [code_of(star, name)]
    fitting = re.compile(".*".join(map(re.escape, name.split(ANY))), re.DOTALL)
    names = [known for known in sorted(star.codes) if fitting.fullmatch(known)]
    if not names:
        raise InputError(f'No activity is called like "{name}", where * stands for anything. See j.activities().')
    return [star.codes[known] for known in names]


@dataclass(frozen=True, repr=False)
class Several(Relabel):
    """A step that names several activities, or classes of them by a pattern of their names."""

    activities: tuple[str, ...]
    least: ClassVar[int] = 1

    def __post_init__(self) -> None:
        if not isinstance(self.activities, tuple | list) or len(self.activities) < self.least:
            raise InputError(f"{self.word} needs the names of activities, not {self.activities!r}.")
        object.__setattr__(self, "activities", tuple(_name(name) for name in self.activities))

    def codes(self, star: Star) -> list[int]:
        """The codes of the activities, each once."""
        return list(dict.fromkeys(code for name in self.activities for code in codes_of(star, name)))

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
        return star.codes.get(self.name, self.codes(star)[0])

    def renamed(self, star: Star) -> dict[int, str]:
        return recut.without(star, self.codes(star)) | {self._into(star): self.name}

    def changed(self, star: Star) -> Star:
        return recut.merged(star, self.name, self._into(star), self.codes(star))

    def __repr__(self) -> str:
        return f".merge({', '.join(map(repr, (self.name, *self.activities)))})"


@dataclass(frozen=True, repr=False)
class Split(Relabel):
    """Take the events of an activity with these values of an attribute as activities of their own: "Call (phone)".

    Events of other values, or of none, keep the name.
    """

    activity: str
    by: str
    values: Sequence[str]
    word = "split"

    def __post_init__(self) -> None:
        _name(self.activity), _name(self.by)
        wrong = not isinstance(self.values, tuple | list) or not all(map(is_text, self.values))
        if wrong or not 1 <= len(self.values) <= MOST_PARTS or len(set(self.values)) < len(self.values):
            raise InputError(f"split needs 1 to {MOST_PARTS} different values as texts, not {self.values!r}.")
        object.__setattr__(self, "values", tuple(self.values))

    @property
    def parts(self) -> dict[str, str]:
        """The names of the new activities by the values."""
        return {value: f"{self.activity} ({value})" for value in self.values}

    def renamed(self, star: Star) -> dict[int, str]:
        code_of(star, self.activity)
        attribute = star.attribute(self.by)
        if attribute.kind not in SPLITTING:
            raise InputError(f'"{self.by}" holds values of the kind {attribute.kind}, by which nothing is split.')
        for name in self.parts.values():
            if name in star.codes:
                raise InputError(f'There is an activity "{name}" already.')
        return star.names

    def check(self, star: Star, ask: Ask) -> Star:
        names = self.renamed(star)
        first = max(recut.DERIVED, max(names) + 1)
        return recut.called(star, names | dict(enumerate(self.parts.values(), first)))

    def changed(self, star: Star) -> Star:
        return recut.divided(star, code_of(star, self.activity), self.by, self.parts)

    def to_json(self) -> dict[str, Any]:
        return {self.word: {**super().to_json()[self.word], "values": list(self.values)}}

    def __repr__(self) -> str:
        return f".split({self.activity!r}, by={self.by!r}, values={list(self.values)!r})"


def values_of(selection: Selection, activity: str, by: str) -> pa.Table:
    """Each `value` of an attribute at the events of an activity, as text, the most frequent first."""
    star, text = selection.star, nw.col(VALUE).cast(nw.String).alias(VALUE)
    event = star.attribute(by).level == "event"
    values = star.valued(by) if event else star.of_journeys(by)
    keys = [JOURNEY, POSITION] if event else [JOURNEY]
    events = selection.moves.filter(nw.col(ACTIVITY) == code_of(star, activity)).select(JOURNEY, POSITION)
    counted = events.join(values.select(*keys, text), on=keys, how="inner").group_by(VALUE)
    ranked = counted.agg(nw.len().alias(COUNT)).sort(COUNT, VALUE, descending=[True, False]).head(MOST_PARTS)
    return star.engine.collect(ranked)
