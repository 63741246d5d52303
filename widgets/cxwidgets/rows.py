"""The journeys behind the pictures, page by page, and the events of one."""

from __future__ import annotations

from collections.abc import Mapping

from cxkit.views.table import table
from cxwidgets.base import Action, Drawn, View, script
from cxwidgets.board import Board

ROWS = 20


class Journeys(View):
    """The journeys under all clauses, page by page, and the events of one."""

    _esm = script("panel.js", "journeys.js")
    name = "journeys"

    def __init__(self, board: Board) -> None:
        super().__init__(board)
        self._page = 1
        self._journey: str | None = None

    @property
    def actions(self) -> Mapping[str, Action]:
        return {"turn": self.turn, "open": self.open_, "close": self.close_}

    def draw(self) -> Drawn:
        journeys = self.board.journeys
        pages = max(1, -(-journeys.n.journeys // ROWS))
        self._page = min(self._page, pages)
        if self._journey is not None:
            result = self.board.base.events(journey=self._journey, rows=1_000)
        else:
            result = journeys.journeys(page=self._page, rows=ROWS)
        rows = result.table.to_pylist()
        caption = f"{result.question} n = {journeys.n}"
        markup = table(rows, result.table.column_names, caption=caption, left_out=0, empty=result.empty)
        return Drawn(markup, facts={"page": self._page, "pages": pages, "journey": self._journey})

    def turn(self, page: int) -> None:
        """Show another page."""
        if not isinstance(page, int) or page < 1:
            raise ValueError(page)
        self._page = page
        self.show(self.drawn())

    def open_(self, journey: str) -> None:
        """Show the events of one journey."""
        self.board.base.events(journey=str(journey))
        self._journey = str(journey)
        self.show(self.drawn())

    def close_(self) -> None:
        """Back to the journeys."""
        self._journey = None
        self.show(self.drawn())
