"""Bets: what somebody believes of the log, written down before the answers are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import cxkit as cx
from cxkit.errors import InputError
from cxkit.views.table import captioned
from cxwidgets.modules import script
from cxwidgets.panel import Action, Drawn, View

if TYPE_CHECKING:
    from cxwidgets.board import Board

MOST_LETTERS = 60
COLUMNS = ("by", "asked", "guess", "answer", "score")


class Bets(View):
    """A form for guesses about the whole log; once they are placed, how near they came."""

    _esm = script("panels/bets.js")
    name = "bets"

    def __init__(self, board: Board) -> None:
        super().__init__(board)
        self._again = False

    @property
    def actions(self) -> Mapping[str, Action]:
        return {"place": self.place, "more": self.more}

    @property
    def result(self) -> cx.Result:
        """All bets of this store."""
        answer: cx.Result = self.board.base.whole.bets()
        return answer

    def answer(self) -> cx.Result | None:
        return self.result

    def draw(self) -> Drawn:
        result = self.result
        rows = result.table.to_pylist()
        steps = self.board.base.whole.known_activities
        if not rows or self._again:
            return Drawn(facts={"form": True, "steps": steps, "ends": self._ends})
        columns = COLUMNS if any(row["by"] for row in rows) else COLUMNS[1:]
        markup = captioned(rows, columns, caption=f"{result.question} {result.note}.", left_out=0, empty=result.empty)
        return Drawn(markup, facts={"form": False})

    @property
    def _ends(self) -> bool:
        """Whether somebody said what a goal is."""
        return bool(self.board.base.engagement and self.board.base.engagement.goals)

    def more(self) -> None:
        """Show the form once more, for another name."""
        self._again = True
        self.show(self.drawn())

    def place(self, goal: str, again: str, first: str, then: str, by: str) -> None:
        """Write down what the form says; what is left empty is not bet on."""
        wait = [str(first), str(then)] if first and then else None
        self.board.base.whole.bet(
            goal=_share(str(goal)) if goal else None,
            again=str(again) if again else None,
            wait=wait,
            by=str(by).strip()[:MOST_LETTERS],
        )
        self._again = False
        self.show(self.drawn())


def _share(text: str) -> float:
    """The share that per cents say.

    >>> _share("62,5%")
    0.625
    """
    try:
        share = float(text.replace(",", ".").replace("%", "")) / 100
    except ValueError:
        raise InputError(f'"{text[:MOST_LETTERS]}" is no share. Write per cents, such as 70.') from None
    if not 0 <= share <= 1:
        raise InputError("A share has 0 to 100 per cent.")
    return share
