"""Charts that come alive in the page, and the durations, among whose bars one chooses."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import anywidget
import traitlets as t

import cxkit as cx
from cxkit import times
from cxkit import where as w
from cxkit.views import theme, vega
from cxkit.views.picture import Picture
from cxkit.where.filter import Filter, none_of
from cxwidgets.modules import script, style
from cxwidgets.panel import Action, Drawn, Panel
from cxwidgets.picture import Pictured

MICROSECONDS = 1_000_000


class VegaLib(anywidget.AnyWidget):
    """What all charts of a page share: how they look, and the script that draws them (empty where there is none)."""

    _esm = "export default {}"
    _css = theme.STYLE + style("chart.css")
    source = t.Unicode().tag(sync=True)

    @t.default("source")
    def _bundle(self) -> str:
        return vega.bundle() or ""

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """The script comes from Python only."""


@cache
def library() -> VegaLib:
    """The one library that all charts of this kernel share."""
    return VegaLib()


class VegaChart(Panel):
    """A panel with a chart: the picture stands first, and the live chart takes its place when it is whole.

    The specification travels among the `facts`, so that it comes with its picture; the library once for all charts.
    """

    _esm = script("shared/chart.js")
    lib = anywidget.WidgetTrait().tag(sync=True)

    alive = False

    @t.default("lib")
    def _shared(self) -> VegaLib:
        return library()

    @property
    def how(self) -> bool:
        """A page that draws by itself needs no drawing any more."""
        return self.alive

    def hear(self, content: object, buffers: Sequence[memoryview] = ()) -> None:
        if isinstance(content, dict) and content.get("do") == "alive":
            self.alive = True
        else:
            super().hear(content, buffers)

    def charted(self, picture: Picture | None, alive: bool, **facts: Any) -> Drawn:
        """What this panel shows of a picture, to a page that draws by itself or to one that does not."""
        if picture is None:
            return Drawn(facts=facts)
        live = alive and picture.spec is not None
        said = {
            "spec": picture.spec,
            "title": picture.title,
            "description": (picture.spec or {}).get("description", ""),
        }
        return Drawn("" if live else picture.svg, facts=facts | said)


class Chart(VegaChart):
    """One answer as a picture that answers the pointer.

    Parameters
    ----------
    result : an answer that has a picture.
    options : those of the picture, as `result.chart` takes them.

    Errors: an answer that is a table only; an unknown option.
    """

    name = "chart"

    def __init__(self, result: cx.Result, **options: Any) -> None:
        picture = result.chart(**options)
        if picture is None:
            raise cx.CxError(f'"{result.question}" is answered by a table, not by a picture. See .df().')
        super().__init__()
        self.label, self.picture = result.question, picture
        self.show(self.drawn())

    def draw(self) -> Drawn:
        return self.charted(self.picture, self.alive)

    def still(self) -> str:
        return self.picture._repr_html_()


class Durations(VegaChart, Pictured):
    """How long journeys take: a drag keeps those of a range of bars, a click those of one, with Shift up to it."""

    _esm = script("panels/durations.js")
    name = "durations"

    @property
    def actions(self) -> Mapping[str, Action]:
        return {"choose": self.choose, "brush": self.brush, "clear": self.clear}

    def result(self, journeys: cx.Journeys) -> cx.Result:
        return journeys.durations()

    def draw(self) -> Drawn:
        drawn = super().draw()
        return replace(drawn, marks=tuple(self._marks(drawn.facts.get("bins", ()))))

    def sketch(self, journeys: cx.Journeys, how: bool) -> Drawn:
        result = self.result(journeys)
        rows = [row for row in result.table.to_pylist() if row["count"]]
        return self.charted(result.chart(), how, bins=[_bin(row["low_seconds"], row["high_seconds"]) for row in rows])

    def choose(self, key: str, besides: bool) -> None:
        """Choose a bar, or take the choice back; `besides` takes all bars up to it."""
        low, high = _span(self._shown(key))
        chosen = self._clause()
        if chosen == _lasting(low, high):
            self.clear()
            return
        bounds = _range(chosen)
        if bounds and besides is True:
            low, high = min(low, bounds[0]), max(high, bounds[1])
        self.board.put(self.name, _lasting(low, high))

    def brush(self, first: str, last: str) -> None:
        """Choose all bars from the first to the last."""
        (low, _), (start, high) = _span(self._shown(first)), _span(self._shown(last))
        if low > start:
            raise ValueError(first, last)
        self.board.put(self.name, _lasting(low, high))

    def clear(self) -> None:
        """Take the choice back."""
        self.board.put(self.name, None)

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


def _bin(low: float, high: float | None) -> str:
    return f"bin {low:.0f} {'-' if high is None else f'{high:.0f}'}"


def _span(key: str) -> tuple[float, float]:
    _, low, high = key.split(" ")
    return int(low), math.inf if high == "-" else int(high)


def _lasting(low: float, high: float) -> Filter:
    clause: Filter = w.lasts(at_least=_said(low))
    return clause if math.isinf(high) else clause & ~w.lasts(at_least=_said(high))


def _range(clause: Filter | None) -> tuple[float, float] | None:
    """The bounds of a clause that `_lasting` made; None for any other."""
    leaves = [] if clause is None else list(clause.leaves())
    low, *high = [leaf.at_least for leaf in leaves if isinstance(leaf, w.lasts)] or [None]
    if low is None or None in high:
        return None
    return _seconds(low), _seconds(high[0]) if high else math.inf


def _said(seconds: float) -> str:
    """The seconds in the largest unit that says them exactly."""
    units = {"d": 86_400, "h": 3_600, "min": 60, "s": 1}
    unit = next(name for name, size in units.items() if seconds % size == 0 and (seconds or name == "s"))
    return f"{int(seconds) // units[unit]}{unit}"


def _seconds(duration: str) -> float:
    return times.duration(duration) / MICROSECONDS
