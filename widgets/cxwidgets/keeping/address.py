"""The address of a page of the app: what it says is shown, and what is shown it says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cxwidgets.modules import script
from cxwidgets.panel import Action, Drawn, View

if TYPE_CHECKING:
    from cxwidgets.board import Board


class Address(View):
    """A panel that nobody sees: it hands the address of the page to the board, and what the board shows back to it.

    `followed` counts the links that were followed, so that the page knows an answer from a change; a change of what is
    selected is a `step` that the browser's button for going back takes back.
    """

    _esm = script("shared/address.js")
    name = "address"

    def __init__(self, board: Board) -> None:
        super().__init__(board)
        self._selected = self._now()
        self._followed = 0
        self.show(Drawn(facts=self._facts(step=False)))

    @property
    def actions(self) -> Mapping[str, Action]:
        return {"follow": self.follow}

    def draw(self) -> Drawn:
        return Drawn(facts=self.facts)

    def still(self) -> str:
        return ""

    def follow(self, store: str, choices: str) -> None:
        """Show what the address of the page says."""
        self._followed += 1
        self.board.follow(str(store), choices)
        self._tell(step=False)

    def tell(self) -> None:
        """Tell the page if anything is shown that its address does not say."""
        if self.board.address != tuple(self.facts[name] for name in ("store", "choices")):
            self._tell(step=self._now() != self._selected)

    def _tell(self, *, step: bool) -> None:
        self._selected = self._now()
        self.facts = self._facts(step=step)

    def _facts(self, *, step: bool) -> dict[str, Any]:
        store, choices = self.board.address
        said = {"store": store, "choices": choices, "about": self._about()}
        return {**said, "step": step, "followed": self._followed}

    def _about(self) -> dict[str, str]:
        """What the head of the page has to say of the journeys, once they are others."""
        if self.board.base is self.board.first and not self._followed:
            return {}
        name = self.board.shelf.name_of(self.board.base)
        return next((dict(store.facts) for store in self.board.shelf if store.name == name), {})

    def _now(self) -> tuple[int, list[tuple[str, str]]]:
        clauses = [(owner, clause.key) for owner, clause in self.board.clauses.items()]
        return id(self.board.base), clauses
