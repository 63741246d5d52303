"""What every filter is: a value that composes, reads as Python and as JSON, and is decided leaf by leaf."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar

import narwhals as nw

from cxkit.cached import cached_property
from cxkit.errors import InputError

if TYPE_CHECKING:
    from cxkit.store.star import Star

Frame = nw.LazyFrame[Any]
MOST_LEAVES = 200
DEEPEST = 40


class Filter(ABC):
    """A condition on journeys. Compose with `&`, `|`, `~`; `repr` gives the Python, `to_json` the document."""

    def __and__(self, other: Filter) -> Filter:
        return all_of((*_parts(all_of, self), *_parts(all_of, other)))

    def __or__(self, other: Filter) -> Filter:
        return any_of((*_parts(any_of, self), *_parts(any_of, other)))

    def __invert__(self) -> Filter:
        return self.of[0] if isinstance(self, none_of) else none_of((self,))

    def __bool__(self) -> bool:
        raise InputError("Combine filters with &, | and ~, not with `and`, `or` and `not`.")

    @cached_property
    def key(self) -> str:
        """The filter's canonical text: equal filters have equal keys."""
        return canonical(self.to_json())

    @property
    @abstractmethod
    def says(self) -> str:
        """What the filter says of a journey, as the end of a sentence: 'visits "Cancel"'."""

    def without(self, other: Filter) -> str:
        """What this filter says together with the opposite of another; nothing where two sentences say it better."""
        return ""

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """The filter as a JSON document; `from_json` reads it back."""

    @abstractmethod
    def leaves(self) -> Iterator[Leaf]:
        """The conditions that this filter is made of."""

    @abstractmethod
    def expression(self, flags: dict[str, str]) -> nw.Expr:
        """The filter over columns, never null, that say whether each leaf (by key) holds."""


class Leaf(Filter):
    """One condition that is decided by looking at the log."""

    positional: ClassVar[tuple[str, ...]] = ()
    needs_time: ClassVar[bool] = False

    def leaves(self) -> Iterator[Leaf]:
        yield self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Leaf) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def expression(self, flags: dict[str, str]) -> nw.Expr:
        return nw.col(flags[self.key])

    def check(self, star: Star) -> None:
        """Raise if the condition speaks of something that this log does not have."""
        if self.needs_time and not star.timed:
            raise InputError(f"This log has no time, so {self!r} cannot be decided.")

    @abstractmethod
    def journeys(self, star: Star) -> Frame:
        """The journeys, each once, for which the condition holds."""

    def to_json(self) -> dict[str, Any]:
        fields = {name: list(value) if isinstance(value, tuple) else value for name, value in self._said()}
        return {"filter": type(self).__name__, **fields}

    def _said(self) -> Iterator[tuple[str, Any]]:
        for entry in fields(self):  # type: ignore[arg-type]
            value = getattr(self, entry.name)
            if entry.default is MISSING or value != entry.default:
                yield entry.name, value

    def __repr__(self) -> str:
        fields = dict(self._said())
        words = [value for name in self.positional for value in _each(fields.pop(name, ()))]
        named = [f"{name}={value!r}" for name, value in fields.items()]
        return f"w.{type(self).__name__}({', '.join([*map(repr, words), *named])})"


@dataclass(frozen=True, repr=False)
class Compound(Filter):
    of: tuple[Filter, ...]
    sign: ClassVar[str]

    def __post_init__(self) -> None:
        wrong = [part for part in self.of if not isinstance(part, Filter)]
        if wrong or not self.of:
            raise InputError(
                f"{wrong[0] if wrong else 'Nothing'!r} is not a filter. Write for example w.contains(...)."
            )
        if isinstance(self, none_of) and len(self.of) > 1:
            raise InputError("w.none_of takes one filter. Write ~(a | b).")
        if not isinstance(self, none_of):
            parts = tuple(part for whole in self.of for part in _parts(type(self), whole))
            object.__setattr__(self, "of", parts)
        if self.depth > DEEPEST or sum(1 for _ in self.leaves()) > MOST_LEAVES:
            limits = f"more than {MOST_LEAVES} conditions, or is nested more than {DEEPEST} deep"
            raise InputError(f"The filter has {limits}.")

    @property
    def depth(self) -> int:
        """How deep the filters are nested."""
        return 1 + max(part.depth if isinstance(part, Compound) else 0 for part in self.of)

    def to_json(self) -> dict[str, Any]:
        return {"filter": type(self).__name__, "of": [part.to_json() for part in self.of]}

    def leaves(self) -> Iterator[Leaf]:
        for part in self.of:
            yield from part.leaves()

    def __repr__(self) -> str:
        return self.sign.join(f"({part!r})" if isinstance(part, any_of | all_of) else repr(part) for part in self.of)


class all_of(Compound):
    """Journeys for which every part holds; written `a & b`."""

    sign = " & "

    @property
    def says(self) -> str:
        match self.of:
            case (part, none_of(of=(other,))) if sentence := part.without(other):
                return sentence
        return " and ".join(map(_part, self.of))

    def expression(self, flags: dict[str, str]) -> nw.Expr:
        return nw.all_horizontal(*(part.expression(flags) for part in self.of), ignore_nulls=False)


class any_of(Compound):
    """Journeys for which some part holds; written `a | b`."""

    sign = " | "

    @property
    def says(self) -> str:
        return " or ".join(map(_part, self.of))

    def expression(self, flags: dict[str, str]) -> nw.Expr:
        return nw.any_horizontal(*(part.expression(flags) for part in self.of), ignore_nulls=False)


class none_of(Compound):
    """Journeys for which the part does not hold; written `~a`."""

    sign = ""

    @property
    def says(self) -> str:
        return f"not: {_part(self.of[0])}"

    def expression(self, flags: dict[str, str]) -> nw.Expr:
        return ~self.of[0].expression(flags)

    def __repr__(self) -> str:
        return f"~{super().__repr__()}"


def canonical(document: dict[str, Any]) -> str:
    """The one text of a filter's document."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True)


def is_text(value: object) -> bool:
    """Whether the value is a text of whole characters: JSON can bring in halves of one."""
    return isinstance(value, str) and (
        value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)
    )


def _parts(kind: type[Compound], filter_: Filter) -> tuple[Filter, ...]:
    if not isinstance(filter_, Filter):
        raise InputError(f"{filter_!r} is not a filter. Write for example w.contains(...).")
    return filter_.of if isinstance(filter_, kind) else (filter_,)


def _part(filter_: Filter) -> str:
    """A part of a longer sentence: in brackets when it has several parts of its own."""
    return f"({filter_.says})" if isinstance(filter_, all_of | any_of) else filter_.says


def _each(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def check_text(word: str, value: object) -> None:
    """Raise unless the value is a text."""
    if not is_text(value):
        raise InputError(f"{word}={value!r} is not a text.")
