"""The journeys behind the pictures, page by page, and the events of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import cxkit as cx
from cxkit.views.table import captioned
from cxkit.words import many, timed
from cxwidgets.keeping.exports import MOST_ROWS, TABLES
from cxwidgets.modules import script
from cxwidgets.panel import Action, Drawn, View

if TYPE_CHECKING:
    from cxwidgets.board import Board

ROWS, MOST_EVENTS = 20, 1_000


class Listing(View):
    """A panel that can list the journeys under all clauses, page by page, and the events of one."""

    def __init__(self, board: Board, name: str = "") -> None:
        super().__init__(board, name)
        self.exports = list(TABLES)
        self._page = 1
        self._journey: str | None = None

    @property
    def steps(self) -> Mapping[str, Action]:
        """What the browser may ask of a list."""
        return {"turn": self.turn, "open": self.open_, "close": self.close_}

    def switched(self) -> None:
        self._page, self._journey = 1, None

    def answer(self) -> cx.Result | None:
        return self.every()

    def every(self) -> cx.Result:
        """All journeys that the pages have, or the events of the one that is open."""
        journeys = self.board.journeys
        if self._journey is not None:
            return self.board.base.events(journey=self._journey, rows=MOST_EVENTS)
        return journeys.journeys(rows=max(1, min(journeys.n.journeys, MOST_ROWS)))

    def listed(self) -> Drawn:
        """The page, or the events, as a table."""
        journeys = self.board.journeys
        pages = max(1, -(-journeys.n.journeys // ROWS))
        self._page = min(self._page, pages)
        if self._journey is None:
            result = journeys.journeys(page=self._page, rows=ROWS)
            rows, columns = _readable(result, "lasts")
            caption = f"{result.question} n = {journeys.n}"
        else:
            result = self.board.base.events(journey=self._journey, rows=MOST_EVENTS)
            rows, columns = _readable(result, "until the next")
            first = "The first " if len(rows) == MOST_EVENTS else ""
            caption = f"{result.question} {first}{many(len(rows), 'event')} of one journey."
        markup = captioned(rows, columns, caption=caption, left_out=0, empty=result.empty)
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


class Journeys(Listing):
    """The journeys under all clauses, page by page, and the events of one."""

    _esm = script("shared/listing.js")
    name = "journeys"

    @property
    def actions(self) -> Mapping[str, Action]:
        return self.steps

    def draw(self) -> Drawn:
        return self.listed()


def _readable(result: cx.Result, word: str) -> tuple[list[dict[str, Any]], list[str]]:
    """The rows and columns of a table for people: seconds are said as a duration, under this word if it is free."""
    known = result.table.column_names
    names = {name: word if name == "seconds" and word not in known else name for name in known}
    rows = [
        {names[name]: timed(row, name) if name == "seconds" else value for name, value in row.items()}
        for row in result.table.to_pylist()
    ]
    return rows, list(names.values())
