"""The kinds of value that an engagement file may hold: names, amounts, durations, days, hours, conditions."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema

from cxkit.errors import InputError
from cxkit.times import duration

SPAN = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)", re.ASCII)
MIDNIGHT, LONGEST_NIGHT = 24 * 60, 12 * 60  # minutes
NO_HOURS = 'must be hours in order such as "09:00-17:00", "09:00-12:30, 13:30-18:00" or, for a night, "22:00-06:00"'
Listed = TypeVar("Listed", bound=tuple[Any, ...])


def _text(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty")
    return _sound(value)


def _sound(value: str) -> str:
    if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise ValueError("holds a character that no file can hold")
    return value


def each_once(names: Listed) -> Listed:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ValueError(f'names "{twice[0]}" twice')
    return names


def _lasting(text: Any) -> Any:
    try:
        duration(text)
    except InputError:
        raise ValueError('must be a duration with a unit, such as "2d", "36h" or "15min"') from None
    return text


def _day(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("must be a day such as 2026-01-31") from None


def spans(text: str) -> list[tuple[int, int]]:
    """The spans of a day's hours such as "09:00-12:30, 13:30-18:00", in minutes after midnight.

    The last may be a night, such as "22:00-06:00", of at most half a day: it ends after the next midnight.
    """
    matches = [SPAN.fullmatch(part.strip()) for part in text.split(",")]
    minutes = [
        tuple(int(h) * 60 + int(m) for h, m in (match.group(1, 2), match.group(3, 4))) for match in matches if match
    ]
    if not all(matches) or max(map(max, minutes)) > MIDNIGHT:
        raise ValueError(NO_HOURS)
    each = [*minutes[:-1], _through_the_night(*minutes[-1])]
    flat = [minute for span in each for minute in span]
    if flat != sorted(set(flat)):
        raise ValueError(NO_HOURS)
    return [(since, until) for since, until in each]


def _through_the_night(since: int, until: int) -> tuple[int, int]:
    """A span that ends after the next midnight, if it says so; what would be longer than half a day is no night."""
    later = until + MIDNIGHT
    return (since, later) if until < since and later - since <= LONGEST_NIGHT else (since, until)


def _hours(text: str) -> str:
    spans(text)
    return text


def _conditions(value: Any) -> dict[str, tuple[Any, ...]]:
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        raise ValueError('must be a table of attributes and their values, such as {"channel" = ["shop", "app"]}')
    listed = {name: tuple(part) if isinstance(part, list | tuple) else (part,) for name, part in value.items()}
    for name, values in listed.items():
        if not values or not all(isinstance(item, str | int | float) for item in values):
            raise ValueError(f'needs texts, numbers or true and false as values of "{name}"')
    return {_text(name): each_once(values) for name, values in listed.items()}


def _short(conditions: dict[str, tuple[Any, ...]]) -> dict[str, Any]:
    return {name: values[0] if len(values) == 1 else list(values) for name, values in conditions.items()}


SCALARS: dict[str, Any] = {"anyOf": [{"type": kind} for kind in ("string", "number", "boolean")]}
CONDITIONS: dict[str, Any] = {
    "type": "object",
    "additionalProperties": {"anyOf": [*SCALARS["anyOf"], {"type": "array", "items": SCALARS, "minItems": 1}]},
}

Text = Annotated[str, Field(strict=True), AfterValidator(_text)]
Column = Annotated[str, Field(strict=True), AfterValidator(_sound)]
Names = Annotated[tuple[Text, ...], AfterValidator(each_once)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Amount = Annotated[Number, Field(ge=0)]
Share = Annotated[Number, Field(ge=0, le=1)]
Count = Annotated[int, Field(strict=True, ge=1)]
Flag = Annotated[bool, Field(strict=True)]
Duration = Annotated[Text, BeforeValidator(_lasting), Field(examples=["2d", "36h", "15min"])]
Day = Annotated[date, BeforeValidator(_day)]
DayName = Annotated[Text, BeforeValidator(lambda value: _day(value).isoformat())]
HOURS = ["09:00-17:00", "09:00-12:30, 13:30-18:00", "22:00-06:00"]
Hours = Annotated[Text, AfterValidator(_hours), Field(examples=HOURS)]
Where = Annotated[
    dict[str, tuple[Any, ...]],
    BeforeValidator(_conditions),
    PlainSerializer(_short),
    WithJsonSchema(CONDITIONS, mode="validation"),
]


class Section(BaseModel):
    """A table of the file: unknown keys are errors, and nothing changes once it is made."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Brief(Section):
    """A table that may be written as the value of its main key alone."""

    main: ClassVar[str]

    @model_validator(mode="before")
    @classmethod
    def _whole(cls, value: Any) -> Any:
        return {cls.main: value} if isinstance(value, str | list | tuple) else value

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        texts = {"type": "string"}
        brief = {"type": "array", "items": texts} if cls.main == "activities" else texts
        return {"anyOf": [brief, handler(core)]}
