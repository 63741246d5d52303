"""What was planted, and what came out? The book of truths, and the view of the log from which they are counted."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from world.hidden import row_of
from world.journey import Event
from world.parameters import DAY, World
from world.tables import Case

WIDE = 4.0  # standard errors in a half-width: of 20 worlds with 90 truths each, one in ten has a truth outside
LEAST = 0.005


@dataclass
class Seen:
    """One journey of the log with what is true of it, and when each activity happened (seconds)."""

    case: Case
    row: dict[str, Any]
    times: dict[str, list[int]]

    def first(self, name: str) -> float:
        """When did it first happen? Infinity where it did not."""
        return self.times[name][0] if name in self.times else math.inf

    def between(self, first: str, then: str) -> float:
        """How many seconds lie between the first of each?"""
        return self.first(then) - self.first(first)

    def of(self, name: str) -> Iterable[tuple[int, Event]]:
        """Which events bear this name, and when?"""
        pairs = zip(self.case.seconds, self.case.events, strict=True)
        return [(second, event) for second, event in pairs if event.activity == name]


def look(log: list[Case]) -> list[Seen]:
    """What can be counted?"""
    found = []
    for case in log:
        times: dict[str, list[int]] = defaultdict(list)
        for second, event in zip(case.seconds, case.events, strict=True):
            times[event.activity].append(second)
        found.append(Seen(case, row_of(case), dict(times)))
    return found


class Book(dict[str, dict[str, Any]]):
    """The truths by name: what each says, the parameter, what was counted, and how near a method must come."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    def count(self, what: Callable[..., None], *of: Any) -> None:
        """Writes down what a function counts. A world too small for one of its truths goes without."""
        with suppress(ZeroDivisionError, ValueError):
            what(self, *of)

    def enter(self, key: str, says: str, realised: Any, half_width: float = 0.0, **more: Any) -> None:
        """Writes a truth down, if there is something to count."""
        if not all(math.isfinite(value) for value in (realised, half_width) if isinstance(value, float)):
            return
        numbers = {name: _short(value) for name, value in more.items()}
        parameter = numbers.pop("parameter", None)
        entry = {"says": says, "parameter": parameter, "realised": _short(realised), "half_width": _short(half_width)}
        self[key] = {**entry, **numbers}

    def share(self, key: str, says: str, hits: Sequence[bool], parameter: float | None = None, **more: Any) -> float:
        """A share of a number of things."""
        n, part = len(hits), mean([float(bool(hit)) for hit in hits])
        self.enter(key, says, part, half(part, n), parameter=parameter, unit="share", n=n, **more)
        return part

    def difference(
        self, key: str, says: str, with_it: Sequence[bool], without: Sequence[bool], parameter: float, **more: Any
    ) -> None:
        """A difference of two shares."""
        p, q = (mean([float(bool(hit)) for hit in hits]) for hits in (with_it, without))
        width = math.hypot(half(p, len(with_it), 0), half(q, len(without), 0)) + LEAST
        n = len(with_it) + len(without)
        self.enter(key, says, p - q, width, parameter=parameter, unit="difference of shares", n=n, **more)


def half(part: float, n: int, least: float = LEAST) -> float:
    """How near must a share of n things come?"""
    return WIDE * math.sqrt(max(part * (1 - part), 0.01) / max(n, 1)) + least


def clustered(hits: Sequence[bool], groups: Sequence[Hashable]) -> float:
    """What is the standard error of a share of things that come in groups, and are alike in them?"""
    part = mean([float(hit) for hit in hits])
    sums: dict[Hashable, float] = defaultdict(float)
    for hit, group in zip(hits, groups, strict=True):
        sums[group] += hit - part
    return math.sqrt(max(math.fsum(total**2 for total in sums.values()), 0.01 * len(hits))) / len(hits)


def median(values: Sequence[float]) -> float:
    """Which value lies in the middle?"""
    ordered = sorted(values)
    middle = len(ordered) // 2
    return (ordered[middle] + ordered[~middle]) / 2 if ordered else math.nan


def mean(values: Sequence[float]) -> float:
    """What is the mean?"""
    return math.fsum(values) / len(values) if values else math.nan


def variance(values: Sequence[float]) -> float:
    """What is the variance?"""
    centre = mean(values)
    return mean([(value - centre) ** 2 for value in values])


def doubt(values: Sequence[float]) -> float:
    """How uncertain is the mean? Its variance; unknown where there is nothing."""
    return variance(values) / len(values) if values else math.nan


def early(world: World, moment: float, days: float) -> bool:
    """Was there so much time left in the log?"""
    return moment < world.end - days * DAY


def _short(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    return value
