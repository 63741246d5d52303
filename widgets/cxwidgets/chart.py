"""How long journeys take, as bars to choose from."""

from __future__ import annotations

import math
from collections.abc import Mapping

import cxkit as cx
from cxkit import times
from cxkit import where as w
from cxkit.filter import Filter
from cxwidgets.base import Action, Drawn, script
from cxwidgets.choosing import Pictured

MICROSECONDS = 1_000_000


class Durations(Pictured):
    """How long journeys take: a click keeps those of one bar, with Shift all from one bar to another."""

    _esm = script("panel.js", "durations.js")
    name = "durations"

    @property
    def actions(self) -> Mapping[str, Action]:
        return {"choose": self.choose}

    def result(self, journeys: cx.Journeys) -> cx.Result:
        return journeys.durations()

    def draw(self) -> Drawn:
        result = self.result(self.board.journeys_for(self.name))
        picture = result.chart()
        rows = [row for row in result.table.to_pylist() if row["count"]]
        bins = [_bin(row["low_seconds"], row["high_seconds"]) for row in rows]
        chosen = self._range()
        marks = [key for key in bins if chosen and chosen[0] <= _span(key)[0] < chosen[1]]
        return Drawn(picture.svg if picture else "", tuple(marks), facts={"bins": bins})

    def choose(self, key: str, besides: bool) -> None:
        """Choose a bar, or take the choice back; `besides` takes all bars up to it."""
        low, high = _span(key)
        chosen = self._range()
        if chosen == (low, high):
            self.board.put(self.name, None)
            return
        if chosen and besides is True:
            low, high = min(low, chosen[0]), max(high, chosen[1])
        clause: Filter = w.lasts(at_least=_said(low))
        self.board.put(self.name, clause if math.isinf(high) else clause & ~w.lasts(at_least=_said(high)))

    def _range(self) -> tuple[float, float] | None:
        clause = self.board.clauses.get(self.name)
        if clause is None:
            return None
        low, *high = [leaf for leaf in clause.leaves() if isinstance(leaf, w.lasts)]
        return _seconds(low), _seconds(high[0]) if high else math.inf


def _bin(low: float, high: float | None) -> str:
    return f"bin {low:.0f} {'-' if high is None else f'{high:.0f}'}"


def _span(key: str) -> tuple[float, float]:
    word, low, high = key.split(" ")
    span = int(low), math.inf if high == "-" else int(high)
    if word != "bin" or not 0 <= span[0] < span[1]:
        raise ValueError(key)
    return span


def _said(seconds: float) -> str:
    """The seconds in the largest unit that says them exactly."""
    units = {"d": 86_400, "h": 3_600, "min": 60, "s": 1}
    unit = next(name for name, size in units.items() if seconds % size == 0 and (seconds or name == "s"))
    return f"{int(seconds) // units[unit]}{unit}"


def _seconds(bound: w.lasts) -> float:
    return times.duration(bound.at_least) / MICROSECONDS
