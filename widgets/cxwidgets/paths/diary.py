"""One journey on a line of time: the one that the board looks at, or the first of those that are left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import cxkit as cx
from cxwidgets.keeping.exports import TABLES
from cxwidgets.modules import script
from cxwidgets.panel import Action, Drawn, View

if TYPE_CHECKING:
    from cxwidgets.board import Board

OTHER = "other journey"


class Diary(View):
    """One journey step by step, with what lies beside the log; a click on another journey of the customer opens it."""

    _esm = script("shared/choose.js")
    name = "diary"

    def __init__(self, board: Board, name: str = "") -> None:
        super().__init__(board, name)
        self.exports = list(TABLES)
        self._others: frozenset[str] = frozenset()

    @property
    def actions(self) -> Mapping[str, Action]:
        return {"choose": self.choose}

    @property
    def result(self) -> cx.Result:
        """The journey that is looked at, in the whole store, or the first of the selection."""
        journey = self.board.opened
        answer: cx.Result = self.board.journeys.diary() if journey is None else self.board.base.diary(journey)
        return answer

    def draw(self) -> Drawn:
        result = self.result
        rows = result.table.to_pylist()
        self._others = frozenset(row["journey"] for row in rows if row["part"] == OTHER)
        picture = result.chart(keyed=_keyed)
        opened = next((row["journey"] for row in rows), None)
        return Drawn(picture.svg if picture else "", facts={"journey": opened})

    def answer(self) -> cx.Result | None:
        return self.result

    def still(self) -> str:
        return self.result._repr_html_()

    def choose(self, key: str, besides: bool) -> None:
        """Look at another journey of this customer."""
        if key not in self._others:
            raise ValueError(key)
        self.board.look(key)


def _keyed(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"key": row["journey"]} if row["part"] == OTHER else {}
