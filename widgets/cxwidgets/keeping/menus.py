"""The menus of a board: saved views and the history, and the switch between stores."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import cxkit as cx
from cxkit.places import IN_APP
from cxkit.shelf import Shelved
from cxwidgets.modules import script
from cxwidgets.panel import Action, Drawn, View

if TYPE_CHECKING:
    from cxwidgets.board import Board


class Views(View):
    """The views with a name, to be saved, opened, renamed and deleted; the last changes; and the link."""

    _esm = script("panels/views.js")
    name = "views"

    def __init__(self, board: Board, name: str = "") -> None:
        super().__init__(board, name)
        self._told: Mapping[str, Any] = {}

    @property
    def actions(self) -> Mapping[str, Action]:
        board, saved = self.board, self.board.saved
        doing: dict[str, Action] = {"save": self.save, "rename": saved.rename, "delete": saved.delete}
        return {name: self._telling(action) for name, action in doing.items()} | {
            "look": self.look, "open": board.open, "back": self.back,
        }  # fmt: skip

    def draw(self) -> Drawn:
        facts = {
            "views": self.board.views,
            "history": [{"words": change.words, "back": change.back} for change in self.board.history],
            "linked": bool(os.environ.get(IN_APP)) and self.board.linked,
            "taken": False,
            "saved": False,
            "told": "",
        }
        return Drawn(facts=facts | dict(self._told))

    def still(self) -> str:
        return ""

    def look(self) -> None:
        """Which views are there now? Another page may have saved some."""
        self.show(self.drawn())

    def save(self, name: str, replace: bool) -> None:
        """Save what is shown under this name."""
        name = str(name).strip()
        taken = replace is not True and any(name.casefold() == other.casefold() for other in self.board.views)
        self._told = {"taken": taken}
        self.board.save(name, replace=replace is True)
        self._told = {"saved": True, "told": f'Saved as "{name}".'}

    def back(self, steps: int) -> None:
        """Go so many changes back."""
        if isinstance(steps, bool) or not isinstance(steps, int) or steps < 1:
            raise ValueError(steps)
        self.board.undo(steps)

    def _telling(self, action: Action) -> Action:
        """The action, after which the menu says what became of it."""

        def act(**words: Any) -> None:
            self._told = {}
            try:
                action(**words)
            except cx.CxError as error:
                self._told = {**self._told, "told": str(error)}
            self.show(self.drawn())
            self._told = {}

        return act


class Stores(View):
    """Whose journeys are shown, and which others can be: those of the folder of stores, the sample, what was opened."""

    _esm = script("panels/stores.js")
    name = "store"

    def __init__(self, board: Board, name: str = "") -> None:
        super().__init__(board, name)
        self._stores: list[Shelved] = []

    @property
    def actions(self) -> Mapping[str, Action]:
        return {"look": self.look, "choose": self.choose}

    def draw(self) -> Drawn:
        board = self.board
        stores = [{"name": s.name, "facts": dict(s.facts), "fault": s.fault} for s in self._stores]
        current = board.shelf.name_of(board.base) or board.base.folder.name
        return Drawn(facts={"current": current, "stores": stores, "others": board.shelf.folder is not None})

    def still(self) -> str:
        return ""

    def look(self) -> None:
        """Which stores are there now?"""
        self._stores = list(self.board.shelf)
        self.show(self.drawn())

    def choose(self, name: str) -> None:
        """Show the journeys of this store."""
        self.wait()
        try:
            self.board.switch(self.board.shelf.open(str(name)))
        finally:
            self.show(self.drawn())
