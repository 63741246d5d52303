"""The panels: a board's journeys from several sides. Any measure with a picture is one; a few can do more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

import cxkit as cx
from cxkit import catalog
from cxwidgets.comparison import Comparing
from cxwidgets.figures import Figures
from cxwidgets.filters import Filters
from cxwidgets.keeping.bets import Bets
from cxwidgets.keeping.menus import Stores, Views
from cxwidgets.listing import Journeys
from cxwidgets.map import ProcessMap
from cxwidgets.panel import Drawn, View
from cxwidgets.paths.diary import Diary
from cxwidgets.paths.steps import Funnel, Tree
from cxwidgets.picture import Choosing
from cxwidgets.times.durations import Durations
from cxwidgets.times.periods import Changes, OverTime
from cxwidgets.times.switched import Dots, Spectrum, Week
from cxwidgets.variants import Families, Variants

if TYPE_CHECKING:
    from cxwidgets.board import Board


class Moves(Choosing):
    """On which moves journeys wait longest, all together: a click keeps the journeys that take one."""

    name = "moves"
    measure = "durations"
    call: ClassVar[Mapping[str, Any]] = {"per": "move"}

    def shrink(self) -> Self:
        super().shrink()
        self.switched()
        return self

    def _breakdowns(self) -> list[str]:
        return [] if self.small else super()._breakdowns()


class Source(View):
    """What was read to make this log, and how."""

    name = "source"

    def draw(self) -> Drawn:
        return Drawn(self.board.base.provenance._repr_html_())


OWN: Mapping[str, type[View]] = {
    panel.name: panel
    for panel in (
        Filters,
        Figures,
        ProcessMap,
        Variants,
        Families,
        Durations,
        Moves,
        OverTime,
        Changes,
        Week,
        Dots,
        Spectrum,
        Funnel,
        Tree,
        Comparing,
        Journeys,
        Diary,
        Bets,
        Source,
        Views,
        Stores,
    )
}
SHOWN = ("filters", "summary", "process_map", "variants", "durations", "moves", "segments", "journeys")


def is_panel(name: str) -> bool:
    """Whether there is a panel of that name."""
    return name in OWN or any(entry.name == name and entry.view for entry in catalog.CATALOG)


def panel_of(name: str, board: Board) -> View:
    """The panel of that name on a board: one that can do more than others, or that of any measure with a picture."""
    if name in OWN:
        return OWN[name](board)
    if name not in names_of_panels():
        raise cx.CxError(f'There is no panel "{name}". There is {", ".join(names_of_panels())}.')
    return Choosing(board, name)


def names_of_panels() -> list[str]:
    """The names of all panels that a board can show."""
    return [*OWN, *(entry.name for entry in catalog.CATALOG if entry.view and entry.name not in OWN)]
