"""Filters: which journeys? Each filter is a value - a predicate, a line of Python and a JSON document at once.

Compose filters with `&`, `|` and `~`. They choose whole journeys. A journey whose value is missing does not match a
condition on that value, so `~` matches it; `attribute(name, missing=True)` finds it.

>>> from cxkit import where as w
>>> w.contains("Cancel") & ~w.lasts(at_most="2d")
w.contains('Cancel') & ~w.lasts(at_most='2d')
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal, get_args

import narwhals as nw

from cxkit import times
from cxkit.errors import CxError, InputError, closest, not_found
from cxkit.filter import DEEPEST, Compound, Filter, Frame, Leaf, all_of, any_of, is_text, none_of
from cxkit.store import schema
from cxkit.store.schema import ACTIVITY, FIRST, GAP, JOURNEY, LAST, NEXT, POSITION, TIME, Attribute

if TYPE_CHECKING:
    from cxkit.store.star import Star

__all__ = [
    "attribute",
    "contains",
    "during",
    "ends_with",
    "follows",
    "from_json",
    "lasts",
    "length",
    "starts_with",
    "variant_rank",
]

Value = str | int | float | bool
How = Literal["contained", "intersecting", "started", "completed"]


@dataclass(frozen=True, repr=False, eq=False)
class contains(Leaf):
    """Journeys that visit the activity at least once."""

    activity: str
    positional = ("activity",)

    def __post_init__(self) -> None:
        _text("activity", self.activity)

    def check(self, star: Star) -> None:
        _code(star, self.activity)

    def journeys(self, star: Star) -> Frame:
        return star.moves.filter(
            nw.col(ACTIVITY) == _code(star, self.activity), nw.col(schema.FIRST_VISIT) == 1
        ).select(JOURNEY)


class starts_with(contains):
    """Journeys whose first event is the activity."""

    def journeys(self, star: Star) -> Frame:
        return star.moves.filter(nw.col(POSITION) == 0, nw.col(ACTIVITY) == _code(star, self.activity)).select(JOURNEY)


class ends_with(contains):
    """Journeys whose last event so far is the activity; whether they are finished is another question."""

    def journeys(self, star: Star) -> Frame:
        return star.moves.filter(nw.col(NEXT).is_null(), nw.col(ACTIVITY) == _code(star, self.activity)).select(JOURNEY)


@dataclass(frozen=True, repr=False, eq=False)
class follows(Leaf):
    """Journeys in which `then` comes after `first`: at once (`directly=True`) or at any time later.

    `within` is a duration such as "2d": the two events lie at most that far apart.
    """

    first: str
    then: str
    directly: bool = False
    within: str | None = None
    positional = ("first", "then")

    def __post_init__(self) -> None:
        _text("first", self.first)
        _text("then", self.then)
        if not isinstance(self.directly, bool):
            raise InputError(f"directly={self.directly!r} is neither True nor False.")
        if self.within is not None:
            times.duration(self.within)

    def check(self, star: Star) -> None:
        _code(star, self.first), _code(star, self.then)
        if self.within is not None and not star.timed:
            raise InputError(f"This log has no time, so {self!r} cannot be decided. Leave out within=.")

    def journeys(self, star: Star) -> Frame:
        first, then = _code(star, self.first), _code(star, self.then)
        if not self.directly and self.within is None:
            return _eventually(star.moves, first, then)
        events = star.moves if self.directly else _only(star.moves, first, then)
        moves = events.filter(nw.col(ACTIVITY) == first, nw.col(NEXT) == then)
        if self.within is not None:
            moves = moves.filter(nw.col(GAP) <= times.duration(self.within))
        return moves.select(JOURNEY).unique()


def _eventually(events: Frame, first: int, then: int) -> Frame:
    begins = events.filter(nw.col(ACTIVITY) == first).group_by(JOURNEY).agg(nw.col(POSITION).min().alias("begins"))
    ends = events.filter(nw.col(ACTIVITY) == then).group_by(JOURNEY).agg(nw.col(POSITION).max().alias("ends"))
    return begins.join(ends, on=JOURNEY, how="inner").filter(nw.col("begins") < nw.col("ends")).select(JOURNEY)


def _only(events: Frame, first: int, then: int) -> Frame:
    """The events of two activities as if there were no others: a closest pair is then always adjacent."""
    later = {NEXT: nw.col(ACTIVITY).shift(-1), GAP: nw.col(TIME).shift(-1)}
    return (
        events.filter(nw.col(ACTIVITY).is_in([first, then]))
        .select(JOURNEY, ACTIVITY, POSITION, TIME)
        .with_columns(*(column.over(JOURNEY, order_by=POSITION).alias(name) for name, column in later.items()))
        .with_columns((nw.col(GAP) - nw.col(TIME)).alias(GAP))
    )


@dataclass(frozen=True, repr=False, eq=False)
class during(Leaf):
    """Journeys in a period of the log's time zone, which covers its whole length ("2026-06" includes June 30).

    `start` and `end` are "2026", "2026-Q2", "2026-06", "2026-W23", "2026-06-15", "2026-06-15 10:30", or ".." for an
    open side. `how`: all events inside (contained), any time inside (intersecting), the first event inside (started)
    or the last event inside (completed).
    """

    start: str
    end: str | None = None
    how: How = "contained"
    positional = ("start", "end")
    needs_time = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", times.check_period(self.start))
        if self.end is not None:
            object.__setattr__(self, "end", times.check_period(self.end))
        if self.how not in get_args(How):
            raise not_found("way to be during a period", self.how, get_args(How))
        self._span("UTC")

    def _span(self, zone: str) -> tuple[int, int]:
        return times.period(self.start, self.end or self.start, zone)

    def journeys(self, star: Star) -> Frame:
        since, until = self._span(star.zone)
        begins, ends = nw.col(FIRST), nw.col(LAST)
        inside = {
            "contained": (begins >= since, ends < until),
            "intersecting": (begins < until, ends >= since),
            "started": (begins >= since, begins < until),
            "completed": (ends >= since, ends < until),
        }
        return star.outlines.filter(*inside[self.how]).select(JOURNEY)


@dataclass(frozen=True, repr=False, eq=False)
class _between(Leaf):
    at_least: Any = None
    at_most: Any = None

    def __post_init__(self) -> None:
        if self.at_least is None and self.at_most is None:
            raise InputError(f"w.{type(self).__name__} needs at_least=, at_most= or both.")
        low, high = self._limits()
        if low is not None and high is not None and low > high:
            raise InputError(f"at_least={self.at_least!r} is more than at_most={self.at_most!r}.")

    def _limits(self) -> tuple[int | None, int | None]:
        return _count("at_least", self.at_least), _count("at_most", self.at_most)

    def _journeys(self, star: Star, measured: nw.Expr) -> Frame:
        return star.outlines.filter(*_limited(measured, *self._limits())).select(JOURNEY)


class lasts(_between):
    """Journeys by the time from their first event to their last one so far: durations such as "36h" or "30d"."""

    needs_time = True

    def _limits(self) -> tuple[int | None, int | None]:
        low = None if self.at_least is None else times.duration(self.at_least, "at_least")
        return low, None if self.at_most is None else times.duration(self.at_most, "at_most")

    def journeys(self, star: Star) -> Frame:
        return self._journeys(star, nw.col(LAST) - nw.col(FIRST))


class length(_between):
    """Journeys by their number of events."""

    def journeys(self, star: Star) -> Frame:
        return self._journeys(star, nw.col(schema.LENGTH))


class variant_rank(_between):
    """Journeys by the rank of their variant in the whole store: 1 is the most frequent."""

    def journeys(self, star: Star) -> Frame:
        return self._journeys(star, nw.col(schema.VARIANT))


@dataclass(frozen=True, repr=False, eq=False, init=False)
class attribute(Leaf):
    """Journeys by a value of their own, of any of their events, or of a tag.

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
        _text("name", name)
        if not isinstance(missing, bool):
            raise InputError(f"missing={missing!r} is neither True nor False.")
        for value in (*values, *(limit for limit in (at_least, at_most) if limit is not None)):
            if not _is_value(value):
                raise InputError(f"{value!r} is neither a text nor a finite number.")
        if (bool(values) + (at_least is not None or at_most is not None) + missing) != 1:
            raise InputError(f'w.attribute("{name}") needs values, or at_least= and at_most=, or missing=True.')

    def check(self, star: Star) -> None:
        if self.name in star.flags:
            self._check_kind("boolean")
            return
        if self.name not in star.by_name:
            raise not_found("attribute", self.name, [*star.by_name, *star.flags], "j.attributes")
        self._check_kind(star.by_name[self.name].kind)
        if star.by_name[self.name].kind == "text":
            self._check_values(star.texts(self.name) or [])

    def _check_values(self, known: list[str]) -> None:
        for value in self.values:
            if value not in known and closest(str(value), known):
                raise not_found(f"value of {self.name}", value, known)

    def _check_kind(self, kind: schema.Kind) -> None:
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
        if self.name in star.flags:
            return self._tagged(star)
        known = star.by_name[self.name]
        table = star.journeys if known.level == "journey" else star.events
        value = nw.col(known.column)
        if self.missing:
            return star.journeys.join(table.filter(~value.is_null()), on=JOURNEY, how="anti").select(JOURNEY)
        return table.filter(*self._matches(value, known, star.zone)).select(JOURNEY).unique()

    def _matches(self, value: nw.Expr, known: Attribute, zone: str) -> list[nw.Expr]:
        if self.values and known.kind == "time":
            spans = [times.period(str(text), str(text), zone) for text in self.values]
            return [nw.any_horizontal(*((value >= a) & (value < b) for a, b in spans), ignore_nulls=True)]
        if self.values:
            return [value.is_in(list(self.values))]
        low, high = self.at_least, self.at_most
        if known.kind == "time":
            low = None if low is None else times.instant(str(low), zone)
            high = None if high is None else times.period(str(high), str(high), zone)[1] - 1
        return _limited(value, low, high)

    def _tagged(self, star: Star) -> Frame:
        tagged, journeys = star.flags[self.name], star.journeys.select(JOURNEY)
        if self.missing or set(self.values) == {True, False}:
            return journeys if self.values else journeys.filter(nw.col(JOURNEY) < 0)
        return journeys.join(tagged, on=JOURNEY, how="semi" if self.values[0] else "anti")


FILTERS: tuple[type[Filter], ...] = (
    contains,
    starts_with,
    ends_with,
    follows,
    during,
    attribute,
    lasts,
    length,
    variant_rank,
    all_of,
    any_of,
    none_of,
)


def from_json(document: object) -> Filter:
    """The filter of a JSON document; anything that is not exactly one is refused."""
    return _read(document, DEEPEST + 1)


def _read(document: object, depth: int) -> Filter:
    if not isinstance(document, dict) or depth == 0:
        raise InputError("A filter is a JSON object such as {...}.".replace("{...}", str(contains("Pay").to_json())))
    words = dict(document)
    kinds = {kind.__name__: kind for kind in FILTERS}
    kind = kinds.get(name) if isinstance(name := words.pop("filter", None), str) else None
    if kind is None:
        raise not_found("filter", name, kinds)
    known = [entry.name for entry in fields(kind)]  # type: ignore[arg-type]
    for word in words:
        if word not in known:
            raise not_found(f"word in the filter {name}", word, known)
    if issubclass(kind, Compound):
        parts = words.get("of")
        if not isinstance(parts, list) or not parts:
            raise InputError(f'"of" in {name} is a list of filters.')
        read = [_read(part, depth - 1) for part in parts]
        if len(read) > 1:
            return kind(tuple(read))
        return ~read[0] if kind is none_of else read[0]
    values = words.pop("values", [])
    if not isinstance(values, list):
        raise InputError('"values" is a list.')
    try:
        return kind(words.pop("name"), *values, **words) if kind is attribute else kind(**words)
    except CxError:
        raise
    except (TypeError, KeyError):
        raise InputError(f"The filter {name} is not complete: it has {', '.join(known)}.") from None


def _text(word: str, value: object) -> None:
    if not is_text(value):
        raise InputError(f"{word}={value!r} is not a text.")


def _count(word: str, value: object) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31):
        return value
    raise InputError(f"{word}={value!r} is not a count (0, 1, 2, ...).")


def _is_value(value: object) -> bool:
    if isinstance(value, int):
        return abs(value) < 2**63
    return is_text(value) if isinstance(value, str) else isinstance(value, float) and math.isfinite(value)


def _limited(value: nw.Expr, low: Any, high: Any) -> list[nw.Expr]:
    return ([] if low is None else [value >= low]) + ([] if high is None else [value <= high])


def _code(star: Star, name: str) -> int:
    if name not in star.codes:
        raise not_found("activity", name, star.codes, "j.activities()")
    return star.codes[name]


def __dir__() -> list[str]:
    return __all__
