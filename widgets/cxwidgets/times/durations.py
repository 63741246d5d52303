"""The durations, among whose bars one chooses a range."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

import cxkit as cx
from cxkit import times
from cxkit import where as w
from cxkit.views.picture import Picture
from cxkit.where.filter import Filter, none_of
from cxwidgets.modules import script
from cxwidgets.panel import Action, Drawn
from cxwidgets.picture import Pictured, Row

MICROSECONDS = 1_000_000
SCALES = {"log": "growing bars", "even": "even bars"}
KEYED = re.compile(r'data-key="(bin [^"]+)"')


class Durations(Pictured):
    """How long journeys take: a drag keeps those of a range of bars, a click those of one, with Shift up to it.

    Its bars are of calendar time, as filters count it.
    """

    _esm = script("panels/durations.js")
    name = "durations"
    call: ClassVar[Mapping[str, Any]] = {"working": False}
    scale = "steps"

    @property
    def actions(self) -> Mapping[str, Action]:
        return {"choose": self.choose, "brush": self.brush, "clear": self.clear, "rescale": self.rescale}

    def result(self, journeys: cx.Journeys, by: str = "") -> cx.Result:
        answer: cx.Result = self.entry.function(journeys, **self.call, scale=self.scale)
        return answer

    def rescale(self, scale: str) -> None:
        """Bins of equal width on another scale; the choice is taken back, for its bars are gone."""
        if scale not in SCALES:
            raise ValueError(scale)
        self.scale = scale
        self._sketched.cache_clear()
        self.board.put(self.name, None)
        self.show(self.drawn())

    def draw(self) -> Drawn:
        drawn = super().draw()
        return replace(drawn, marks=tuple(self._marks(drawn.facts.get("bins", ()))))

    def sketch(self, journeys: cx.Journeys, how: tuple[bool, str]) -> Drawn:
        def keyed(row: Row) -> Row:
            return {"key": _bin(row["low_seconds"], row["high_seconds"])}

        picture = self.result(journeys).chart(keyed=keyed, small=self.small)
        scales = {"scale": self.scale, "scales": SCALES} if self.scale in SCALES else {}
        return self.charted(picture, how[0], bins=_keys(picture), **scales)

    def choose(self, key: str, besides: bool) -> None:
        """Choose a bar, or take the choice back; `besides` takes all bars up to it."""
        low, high = _span(self._shown(key))
        chosen = self._clause()
        if chosen == self._lasting(low, high):
            self.clear()
            return
        bounds = _range(chosen)
        if bounds and besides is True:
            low, high = min(low, bounds[0]), max(high, bounds[1])
        self.board.put(self.name, self._lasting(low, high))

    def brush(self, first: str, last: str) -> None:
        """Choose all bars from the first to the last."""
        (low, _), (start, high) = _span(self._shown(first)), _span(self._shown(last))
        if low > start:
            raise ValueError(first, last)
        self.board.put(self.name, self._lasting(low, high))

    def clear(self) -> None:
        """Take the choice back."""
        self.board.put(self.name, None)

    def _lasting(self, low: float, high: float) -> Filter | None:
        """The journeys of all bars between two edges: as those of one bar, which is as wide."""
        row = {"low_seconds": low, "high_seconds": None if math.isinf(high) else high}
        return self.entry.keeps(row, self.board.base, self.call)

    def _clause(self) -> Filter | None:
        return self.board.clauses.get(self.name)

    def _shown(self, key: str) -> str:
        if key not in self.facts["bins"]:
            raise ValueError(key)
        return key

    def _marks(self, bins: Iterable[str]) -> list[str]:
        """The bars that the clause keeps; the clause may have been turned round."""
        clause = self._clause()
        bounds = _range(clause)
        if not bounds:
            return []
        turned = isinstance(clause, none_of)
        return [key for key in bins if (bounds[0] <= _span(key)[0] < bounds[1]) != turned]


def _keys(picture: Picture | None) -> list[str]:
    """The keys of the bars, of a chart or of a drawing."""
    if picture is None:
        return []
    return list(picture.keys) if picture.spec else KEYED.findall(picture.svg)


def _bin(low: float, high: float | None) -> str:
    return f"bin {low:.0f} {'-' if high is None else f'{high:.0f}'}"


def _span(key: str) -> tuple[float, float]:
    _, low, high = key.split(" ")
    return int(low), math.inf if high == "-" else int(high)


def _range(clause: Filter | None) -> tuple[float, float] | None:
    """The bounds of a clause that `Durations` made; None for any other."""
    leaves = [] if clause is None else list(clause.leaves())
    low, *high = [leaf.at_least for leaf in leaves if isinstance(leaf, w.lasts)] or [None]
    if low is None or None in high:
        return None
    return _seconds(low), _seconds(high[0]) if high else math.inf


def _seconds(duration: str) -> float:
    return times.duration(duration) / MICROSECONDS
