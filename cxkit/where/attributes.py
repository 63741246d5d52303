"""Filters by the values of attributes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from cxkit import times
from cxkit.errors import InputError, closest, not_found
from cxkit.schema import JOURNEY, Kind
from cxkit.store.columns import VALUE
from cxkit.where.amounts import limited, ranged
from cxkit.where.filter import Frame, Leaf, check_text, is_text

if TYPE_CHECKING:
    from cxkit.store.star import Star


Value = str | int | float | bool


@dataclass(frozen=True, repr=False, eq=False, init=False)
class attribute(Leaf):
    """Journeys by a value of their own, their customer or any of their events; tags and other derived ones count too.

    One of the given values, a number or time in a range, or `missing=True`: no value known (for an attribute of
    events: on none of the journey's events). Times are written like periods.
    """

    name: str
    values: tuple[Value, ...] = ()
    at_least: str | int | float | None = None
    at_most: str | int | float | None = None
    missing: bool = False
    positional = ("name", "values")

    def __init__(
        self,
        name: str,
        *values: Value,
        at_least: str | int | float | None = None,
        at_most: str | int | float | None = None,
        missing: bool = False,
    ) -> None:
        for field, value in (("name", name), ("values", values), ("at_least", at_least), ("at_most", at_most)):
            object.__setattr__(self, field, value)
        object.__setattr__(self, "missing", missing)
        check_text("name", name)
        if not isinstance(missing, bool):
            raise InputError(f"missing={missing!r} is neither True nor False.")
        for value in (*values, *(limit for limit in (at_least, at_most) if limit is not None)):
            if not _is_value(value):
                raise InputError(f"{value!r} is neither a text nor a finite number.")
        if (bool(values) + (at_least is not None or at_most is not None) + missing) != 1:
            raise InputError(f'w.attribute("{name}") needs values, or at_least= and at_most=, or missing=True.')

    @property
    def says(self) -> str:
        if self.missing:
            return f"has no {self.name}"
        values = " or ".join(map(str, self.values)) if self.values else ranged(self.at_least, self.at_most)
        return f"has {self.name} {values}"

    def check(self, star: Star) -> None:
        kind = star.attribute(self.name).kind
        self._check_kind(kind)
        if kind == "text":
            self._check_values(star.texts(self.name) or [])

    def _check_values(self, known: list[str]) -> None:
        for value in self.values:
            if value not in known and closest(str(value), known):
                raise not_found(f"value of {self.name}", value, known)

    def _check_kind(self, kind: Kind) -> None:
        limits = [limit for limit in (self.at_least, self.at_most) if limit is not None]
        if limits and kind in ("text", "boolean"):
            raise InputError(
                f'"{self.name}" holds {kind} values, which have no at_least= or at_most=. Name the values.'
            )
        fits: dict[str, tuple[type, ...]] = {"text": (str,), "time": (str,), "boolean": (bool,)}
        types = fits.get(kind, (int, float))
        wrong = [
            v
            for v in (*self.values, *limits)
            if not isinstance(v, types) or (bool not in types and isinstance(v, bool))
        ]
        if wrong:
            raise InputError(f'"{self.name}" holds {kind} values; {wrong[0]!r} is none.')
        for text in (*self.values, *limits) if kind == "time" else ():
            times.instant(str(text), "UTC")

    def journeys(self, star: Star) -> Frame:
        values = star.of_journeys(self.name)
        if self.missing:
            return star.outlines.join(values, on=JOURNEY, how="anti").select(JOURNEY)
        return values.filter(*self.matches(star.attribute(self.name).kind, star.zone)).select(JOURNEY).unique()

    def matches(self, kind: Kind, zone: str) -> list[nw.Expr]:
        """The conditions on a known `value`, which has to meet all of them."""
        value = nw.col(VALUE)
        if self.values and kind == "time":
            spans = [times.period(str(text), str(text), zone) for text in self.values]
            return [nw.any_horizontal(*((value >= a) & (value < b) for a, b in spans), ignore_nulls=True)]
        if self.values:
            return [value.is_in(list(self.values))]
        low, high = self.at_least, self.at_most
        if kind == "time":
            low = None if low is None else times.instant(str(low), zone)
            high = None if high is None else times.period(str(high), str(high), zone)[1] - 1
        return limited(value, low, high)


def _is_value(value: object) -> bool:
    if isinstance(value, int):
        return abs(value) < 2**63
    return is_text(value) if isinstance(value, str) else isinstance(value, float) and math.isfinite(value)
