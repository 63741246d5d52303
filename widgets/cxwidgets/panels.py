"""The panels: a board's journeys from several sides. Any measure with a picture is one; a few can do more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import cxkit as cx
from cxkit import catalog
from cxkit import where as w
from cxkit.views.picture import Picture
from cxkit.where.filter import Filter, all_of
from cxwidgets.durations import Durations
from cxwidgets.filters import Filters
from cxwidgets.listing import Journeys, Listing
from cxwidgets.modules import script
from cxwidgets.panel import Action, Drawn, View
from cxwidgets.picture import Choosing, Keyed, Row

if TYPE_CHECKING:
    from cxwidgets.board import Board

MOST_MOVES = 150
MOST_VARIANTS = 20


class ProcessMap(Choosing):
    """The process map: a click on an activity or a move keeps the journeys that take it."""

    _esm = script("panels/map.js")
    name = "process_map"
    together = all_of

    def filters(self, row: Row, journeys: cx.Journeys, parameters: Mapping[str, Any]) -> dict[str, Filter]:
        """The move's own, and those of the activities that it goes from and to."""
        ends = {"source_key": row["activity"], "target_key": row["next_activity"]}
        visits = {column: w.contains(name) for column, name in ends.items() if name is not None}
        return super().filters(row, journeys, parameters) | visits

    def pictured(self, result: cx.Result, keyed: Keyed) -> tuple[Picture | None, dict[str, Any]]:
        """The map with its most frequent moves, which the browser's slider hides and shows."""
        coverages = sorted(result.table["coverage"].to_pylist())
        most = coverages[MOST_MOVES] if len(coverages) > MOST_MOVES else 1.0
        return result.chart(keyed=keyed, coverage=most), {"moves": len(coverages), "most": most}


class Variants(Choosing, Listing):
    """The variants: a click keeps the journeys of one, with Shift of several; then they can be listed in its place."""

    name = "variants"
    call: ClassVar[Mapping[str, Any]] = {"top": MOST_VARIANTS}
    _listing = False

    @property
    def actions(self) -> Mapping[str, Action]:
        return {**super().actions, **self.steps, "list": self.list_, "leave": self.leave}

    def draw(self) -> Drawn:
        drawn = self.listed() if self._listing else super().draw()
        facts = {"listing": self._listing, "n": self.board.journeys.n.journeys}
        return replace(drawn, facts={**drawn.facts, **facts})

    def list_(self) -> None:
        """Show the journeys under all clauses in the place of the variants."""
        self._listing = True
        self.show(self.drawn())

    def leave(self) -> None:
        """Back to the variants."""
        self._listing = False
        self.show(self.drawn())


class Moves(Choosing):
    """How long the most frequent moves of the journeys under all other clauses take."""

    name = "moves"
    measure = "durations"
    call: ClassVar[Mapping[str, Any]] = {"per": "move"}


OWN: Mapping[str, type[View]] = {
    panel.name: panel for panel in (Filters, ProcessMap, Variants, Durations, Moves, Journeys)
}
SHOWN = ("filters", "summary", "process_map", "variants", "durations", "moves", "segments", "journeys")


def panel_of(name: str, board: Board) -> View:
    """The panel of that name on a board: one that can do more than others, or that of any measure with a picture."""
    if name in OWN:
        return OWN[name](board)
    drawn = [entry.name for entry in catalog.CATALOG if entry.view and entry.name not in OWN]
    if name not in drawn:
        raise cx.CxError(f'There is no panel "{name}". There is {", ".join([*OWN, *drawn])}.')
    return Choosing(board, name)
