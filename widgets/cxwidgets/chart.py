"""Charts that come alive in the page."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import anywidget
import traitlets as t

import cxkit as cx
from cxkit.views import theme, vega
from cxkit.views.picture import Picture
from cxwidgets.keeping.exports import TABLES
from cxwidgets.modules import script, style
from cxwidgets.panel import Drawn, Panel


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

    alive = False  # a page that draws by itself needs no drawing any more

    @t.default("lib")
    def _shared(self) -> VegaLib:
        return library()

    def hear(self, content: object, buffers: Sequence[memoryview] = ()) -> None:
        if isinstance(content, dict) and content.get("do") == "alive":
            self.alive = True
        else:
            super().hear(content, buffers)

    def charted(self, picture: Picture | None, alive: bool, **facts: Any) -> Drawn:
        """What this panel shows of a picture, to a page that draws by itself or to one that does not."""
        if picture is None or picture.spec is None:
            return Drawn(picture.svg if picture else "", facts=facts)
        said = {"spec": picture.spec, "title": picture.title, "description": picture.spec.get("description", "")}
        return Drawn("" if alive else picture.svg, facts=facts | said)


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
        self.label, self.picture, self._answer = result.question, picture, result
        self.exports = list(TABLES)
        self.show(self.drawn())

    def draw(self) -> Drawn:
        return self.charted(self.picture, self.alive)

    def answer(self) -> cx.Result | None:
        return self._answer

    def still(self) -> str:
        return self.picture._repr_html_()
