"""The journeys behind the pictures, page by page, and the events of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import cxkit as cx
from cxkit.views.table import captioned
from cxkit.words import many, short, timed
from cxwidgets.keeping.exports import MOST_ROWS, TABLES
from cxwidgets.modules import script
from cxwidgets.panel import Action, Drawn, View

if TYPE_CHECKING:
    from cxwidgets.board import Board

ROWS, MOST_EVENTS, MOST_LETTERS = 20, 1_000, 100
RISING = ("journey", "customer", "variant", "first")  # columns that stand from the smallest on at first


class Listing(View):
    """A panel that can list the journeys under all clauses, page by page, and open one of them.

    What is opened is looked at on the whole board; where no other panel shows it, it takes the place of the list.
    """

    def __init__(self, board: Board, name: str = "") -> None:
        super().__init__(board, name)
        self.exports = list(TABLES)
        self._page = 1
        self._order, self._falling, self._search = "journey", False, ""
        self._journey: str | None = None

    @property
    def steps(self) -> Mapping[str, Action]:
        """What the browser may ask of a list."""
        own: Mapping[str, Action] = {"turn": self.turn, "open": self.open_, "close": self.close_}
        return {**own, "order": self.order, "search": self.search}

    def switched(self) -> None:
        self._page, self._journey = 1, None
        self._order, self._falling, self._search = "journey", False, ""

    def answer(self) -> cx.Result | None:
        return self.entries()

    def entries(self) -> cx.Result:
        """All journeys that the pages have, or the events of the one that is open."""
        journeys = self.board.journeys
        if self._journey is not None:
            return self.board.base.events(journey=self._journey, rows=MOST_EVENTS)
        return journeys.journeys(**self._order_asked, rows=max(1, min(journeys.n.journeys, MOST_ROWS)))

    @property
    def _order_asked(self) -> dict[str, Any]:
        return {"search": self._search, "order": self._order, "falling": self._falling}

    def listed(self) -> Drawn:
        """The page, or the journey, as a table."""
        return self._listed() if self._journey is None else self._opened(self._journey)

    def _listed(self) -> Drawn:
        journeys = self.board.journeys
        asked = {**self._order_asked, "rows": ROWS}
        n = journeys.journeys(**asked).n
        pages = max(1, -(-n.journeys // ROWS))
        self._page = min(self._page, pages)
        result = journeys.journeys(page=self._page, **asked)
        rows, columns = _readable(result, "lasts")
        caption = f"{result.question} n = {n}" + (f', with "{short(self._search)}" in an id' if self._search else "")
        empty = "No journey or customer has an id like that." if self._search else result.empty
        markup = captioned(rows, columns, caption=caption, left_out=0, empty=empty)
        facts = {"page": self._page, "pages": pages, "journey": None, "columns": result.table.column_names}
        facts |= {"order": self._order, "falling": self._falling, "search": self._search, "opened": self.board.opened}
        return Drawn(markup, facts=facts)

    def _opened(self, journey: str) -> Drawn:
        result = self.board.base.events(journey=journey, rows=MOST_EVENTS)
        rows, columns = _readable(result, "until the next")
        first = "The first " if len(rows) == MOST_EVENTS else ""
        caption = f"{result.question} {first}{many(len(rows), 'event')} of one journey."
        markup = captioned(rows, columns, caption=caption, left_out=0, empty=result.empty)
        return Drawn(markup, facts={"page": self._page, "pages": 1, "journey": journey})

    def turn(self, page: int) -> None:
        """Show another page."""
        if not isinstance(page, int) or page < 1:
            raise ValueError(page)
        self._page = page
        self.show(self.drawn())

    def order(self, column: str) -> None:
        """Stand by another column, or the other way round."""
        column = str(column)
        falling = not self._falling if column == self._order else column not in RISING
        self.board.journeys.journeys(order=column, rows=1)
        self._order, self._falling, self._page = column, falling, 1
        self.show(self.drawn())

    def search(self, text: str) -> None:
        """List only what has this in the id of the journey or of its customer."""
        self._search, self._page = str(text).strip()[:MOST_LETTERS], 1
        self.show(self.drawn())

    def open_(self, journey: str) -> None:
        """Look at one journey."""
        self.board.look(str(journey))
        if not any(panel.name == "diary" for panel in self.board.panels):
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
