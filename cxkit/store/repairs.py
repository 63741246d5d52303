"""Repairs as values: what would mend a finding, as a step that can be kept, sent as JSON, and left out again.

A repair never touches the source. It says what to read differently; a source without its repairs is as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from math import isfinite
from typing import Any, ClassVar

from cxkit.errors import InputError, not_found

MOST_VALUES = 1_000
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Repair:
    """One repair: its word, its JSON and what it would do, in words."""

    word: ClassVar[str]

    def to_json(self) -> dict[str, Any]:
        """The repair as JSON: {word: what it says}."""
        return {self.word: asdict(self)}

    @property
    def says(self) -> str:
        """What it would do."""
        raise NotImplementedError


@dataclass(frozen=True)
class DropCopies(Repair):
    """Read rows that are equal in every column only once."""

    word = "drop_copies"

    @property
    def says(self) -> str:
        return "read equal rows once"


@dataclass(frozen=True)
class DropEchoes(Repair):
    """Read an activity that comes again within so many seconds only once."""

    seconds: float
    word = "drop_echoes"

    def __post_init__(self) -> None:
        if not _number(self.seconds) or self.seconds < 0:
            raise InputError(f"seconds={self.seconds!r} is no duration. Write a number of seconds from 0.")

    @property
    def says(self) -> str:
        return f"read an activity that comes again within {self.seconds:g} s once"


@dataclass(frozen=True)
class AsMissing(Repair):
    """Read these values of a column as missing."""

    column: str
    values: tuple[str, ...]
    word = "as_missing"

    def __post_init__(self) -> None:
        _check_column(self.column)
        object.__setattr__(self, "values", tuple(_texts(self.values)))

    @property
    def says(self) -> str:
        return f'read {_few(self.values)} in "{self.column}" as missing'


@dataclass(frozen=True)
class MergeValues(Repair):
    """Read values of a column as others: (as it is, as it is meant)."""

    column: str
    pairs: Pairs
    word = "merge_values"

    def __post_init__(self) -> None:
        _check_column(self.column)
        pairs = tuple(tuple(_texts(pair)) for pair in _list(self.pairs))
        if any(len(pair) != 2 for pair in pairs):
            raise InputError(f"{self.pairs!r} are no pairs of values: (as it is, as it is meant).")
        object.__setattr__(self, "pairs", pairs)

    @property
    def says(self) -> str:
        shown = ", ".join(f'"{found}" as "{meant}"' for found, meant in self.pairs[:3])
        return f'in "{self.column}" read {shown}{_more(self.pairs)}'


@dataclass(frozen=True)
class Tidy(Repair):
    """Read a column without spaces at its ends, with single spaces inside, and in one Unicode form."""

    column: str
    word = "tidy"

    def __post_init__(self) -> None:
        _check_column(self.column)

    @property
    def says(self) -> str:
        return f'read "{self.column}" without stray spaces'


@dataclass(frozen=True)
class Rescale(Repair):
    """Divide values of a column by a factor: for each (activity, low, high) those from low to high, both included."""

    column: str
    factor: float
    spans: tuple[tuple[str, float, float], ...]
    word = "rescale"

    def __post_init__(self) -> None:
        _check_column(self.column)
        spans = tuple(tuple(_list(span)) for span in _list(self.spans))
        good = all(len(s) == 3 and isinstance(s[0], str) and _number(s[1]) and _number(s[2]) for s in spans)
        if not good or not _number(self.factor) or not self.factor > 0:
            raise InputError(f"{self.factor!r}, {self.spans!r:.200} are no factor above 0 and (activity, low, high).")
        object.__setattr__(self, "spans", spans)

    @property
    def says(self) -> str:
        low, high = min(span[1] for span in self.spans), max(span[2] for span in self.spans)
        of = _few(tuple(span[0] for span in self.spans))
        return f'divide "{self.column}" by {self.factor:g} from {low:g} to {high:g} in rows of {of}'


KINDS: dict[str, type[Repair]] = {
    kind.word: kind for kind in (DropCopies, DropEchoes, AsMissing, MergeValues, Tidy, Rescale)
}


def from_json(document: Mapping[str, Any]) -> Repair:
    """The repair that a JSON document says; it must be one that `to_json` could have written."""
    if not isinstance(document, Mapping) or len(document) != 1:
        raise InputError(f"{document!r} is no repair. Write {{word: what it says}}.")
    [(word, said)] = document.items()
    if word not in KINDS:
        raise not_found("repair", word, KINDS)
    known = [entry.name for entry in fields(KINDS[word])]
    if not isinstance(said, Mapping):
        raise InputError(f'"{word}" needs {", ".join(known) or "nothing"}, not {said!r}.')
    for name in said:
        if name not in known:
            raise not_found(f'entry of "{word}"', name, known)
    try:
        return KINDS[word](**said)
    except TypeError:
        raise InputError(f'"{word}" needs {", ".join(known)}.') from None


def _check_column(name: object) -> None:
    if not isinstance(name, str):
        raise InputError(f"{name!r} is no column name.")


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _list(values: object) -> list[Any]:
    if not isinstance(values, list | tuple) or len(values) > MOST_VALUES:
        raise InputError(f"{values!r:.200} is no list of up to {MOST_VALUES:,} values.")
    return list(values)


def _texts(values: object) -> list[str]:
    texts = _list(values)
    if not all(isinstance(text, str) for text in texts):
        raise InputError(f"{values!r:.200} are not all texts.")
    return texts


def _few(values: tuple[str, ...]) -> str:
    return ", ".join(f'"{value}"' for value in values[:3]) + _more(values)


def _more(values: tuple[Any, ...]) -> str:
    return f" and {len(values) - 3:,} more" if len(values) > 3 else ""
