"""Repairs as values: what would mend a finding, as a step that can be kept, sent as JSON, and left out again.

A repair never touches the source. It says what to read differently; a source without its repairs is as it was.
Of a certain kind are those that cannot change a right answer: stray spaces, and an encoding. All others are a
question to somebody who knows the log.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from math import isfinite
from typing import Any, ClassVar

from cxkit.errors import InputError, not_found
from cxkit.times import zone_of
from cxkit.words import listed, many, quoted

MOST_VALUES = 1_000
FEW = 3  # values in a sentence
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Repair(ABC):
    """One repair: its word, its JSON and what it would do, in words."""

    word: ClassVar[str]
    certain: ClassVar[bool] = False

    def to_json(self) -> dict[str, Any]:
        """The repair as JSON: {word: what it says}."""
        return {self.word: json.loads(json.dumps(asdict(self)))}

    @property
    @abstractmethod
    def says(self) -> str:
        """What it would do."""


@dataclass(frozen=True)
class DropCopies(Repair):
    """Read rows that are equal in every column only once."""

    word = "drop_copies"

    @property
    def says(self) -> str:
        return "read equal rows once"


@dataclass(frozen=True)
class DropEchoes(Repair):
    """Read an activity that comes again within so many seconds only once; if said, only among equal values of `by`."""

    seconds: float
    by: str | None = None
    word = "drop_echoes"

    def __post_init__(self) -> None:
        if not _number(self.seconds) or self.seconds < 0:
            raise InputError(f"seconds={self.seconds!r} is no duration. Write a number of seconds from 0.")
        if self.by is not None:
            _check_column(self.by)

    @property
    def says(self) -> str:
        among = "" if self.by is None else f' with the same "{self.by}"'
        return f"read an activity that comes again{among} within {self.seconds:g} s once"


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
        return f'read {quoted(self.values, FEW)} in "{self.column}" as missing'


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
        shown = listed([f'"{written}" as "{meant}"' for written, meant in self.pairs], FEW)
        return f'in "{self.column}" read {shown}'


@dataclass(frozen=True)
class Reencode(MergeValues):
    """Read texts of a column as they were before their UTF-8 was read as Western European: (as it is, as it was)."""

    word = "reencode"
    certain = True

    def __post_init__(self) -> None:
        super().__post_init__()
        wrong = next((written for written, meant in self.pairs if reencoded(written) != meant), None)
        if wrong is not None:
            raise InputError(f'"{wrong:.200}" is read in another encoding as {reencoded(wrong)!r:.200}, not as said.')


@dataclass(frozen=True)
class Tidy(Repair):
    """Read a column without spaces at its ends, with single spaces inside, and in one Unicode form."""

    column: str
    word = "tidy"
    certain = True

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
        of = quoted(tuple(span[0] for span in self.spans), FEW)
        return f'divide "{self.column}" by {self.factor:g} from {low:g} to {high:g} in rows of {of}'


@dataclass(frozen=True)
class Restamp(Repair):
    """Read times of a column that are written otherwise: of these shapes, 9 for a digit and a for a letter."""

    column: str
    shapes: tuple[str, ...]
    patterns: tuple[str, ...]
    word = "restamp"

    def __post_init__(self) -> None:
        _check_column(self.column)
        object.__setattr__(self, "shapes", tuple(_texts(self.shapes)))
        object.__setattr__(self, "patterns", tuple(_texts(self.patterns)))
        if not self.patterns or not all("%" in pattern for pattern in self.patterns):
            raise InputError(f"{self.patterns!r:.200} are no patterns such as %m/%d/%Y.")

    @property
    def says(self) -> str:
        return f'read times like {quoted(self.shapes, FEW)} in "{self.column}" as {quoted(self.patterns, FEW)}'


@dataclass(frozen=True)
class InZone(Repair):
    """Read the times of rows with these values in another column as of another zone."""

    column: str
    by: str
    values: tuple[str, ...]
    zone: str
    word = "in_zone"

    def __post_init__(self) -> None:
        _check_column(self.column)
        _check_column(self.by)
        object.__setattr__(self, "values", tuple(_texts(self.values)))
        zone_of(self.zone)

    @property
    def says(self) -> str:
        return f'read "{self.column}" as {self.zone} where "{self.by}" is {quoted(self.values, FEW)}'


@dataclass(frozen=True)
class AsNumbers(Repair):
    """Read numbers that are written for people, such as 1.234,50 €, as numbers; other values stay as they are."""

    column: str
    decimal: str
    word = "as_numbers"

    def __post_init__(self) -> None:
        _check_column(self.column)
        if self.decimal not in (",", "."):
            raise InputError(f"decimal={self.decimal!r} is neither a comma nor a point.")

    @property
    def says(self) -> str:
        return f'read "{self.column}" as numbers, with "{self.decimal}" before the decimals'


# In the order in which they follow each other best: a value is mended before its column is read in another way.
KINDS: dict[str, type[Repair]] = {
    kind.word: kind
    for kind in (DropCopies, Reencode, AsMissing, MergeValues, Tidy, Restamp, Rescale, AsNumbers, InZone, DropEchoes)
}


def from_json(document: Mapping[str, Any]) -> Repair:
    """The repair that a JSON document says; it must be one that `to_json` could have written."""
    if not isinstance(document, Mapping) or len(document) != 1:
        raise InputError(f"{document!r} is no repair. Write {{word: what it says}}.")
    [(word, entries)] = document.items()
    if word not in KINDS:
        raise not_found("repair", word, KINDS)
    names = [entry.name for entry in fields(KINDS[word])]
    if not isinstance(entries, Mapping):
        raise InputError(f'"{word}" needs {", ".join(names) or "nothing"}, not {entries!r}.')
    for name in entries:
        if name not in names:
            raise not_found(f'entry of "{word}"', name, names)
    try:
        return KINDS[word](**entries)
    except TypeError:
        raise InputError(f'"{word}" needs {", ".join(names)}.') from None


def reencoded(text: str) -> str | None:
    """The text as it was before its UTF-8 was read as Western European, if it was."""
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return None


def _check_column(name: object) -> None:
    if not isinstance(name, str):
        raise InputError(f"{name!r} is no column name.")


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _list(values: object) -> list[Any]:
    if not isinstance(values, list | tuple) or len(values) > MOST_VALUES:
        raise InputError(f"{values!r:.200} is no list of up to {many(MOST_VALUES)} values.")
    return list(values)


def _texts(values: object) -> list[str]:
    texts = _list(values)
    if not all(isinstance(text, str) for text in texts):
        raise InputError(f"{values!r:.200} are not all texts.")
    return texts
