"""Panels that show a picture, and those in which things with a key are chosen."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, ClassVar

import cxkit as cx
from cxkit.where.filter import Filter, Leaf, all_of, any_of, none_of
from cxwidgets.board import Board
from cxwidgets.modules import script
from cxwidgets.panel import Action, Drawn, View

MOST_SKETCHES = 8


class Pictured(View):
    """A panel that shows the picture of one answer, under every clause but its own.

    Pictures are remembered: a click of its own, or one taken back, draws nothing anew.
    """

    def __init__(self, board: Board) -> None:
        super().__init__(board)
        self._sketched = lru_cache(MOST_SKETCHES)(self.sketch)

    @abstractmethod
    def result(self, journeys: cx.Journeys) -> cx.Result:
        """The answer for these journeys."""

    @property
    def how(self) -> Any:
        """What the picture depends on besides its journeys."""
        return None

    def draw(self) -> Drawn:
        sketch = self._sketched(self.board.journeys_for(self.name), self.how)
        return replace(sketch, marks=tuple(self.chosen()))

    def sketch(self, journeys: cx.Journeys, how: Any) -> Drawn:
        """What is to be seen of these journeys, whatever is chosen; `how` as the panel said when it was asked."""
        picture = self.result(journeys).chart()
        return Drawn(picture.svg if picture else "")

    def still(self) -> str:
        return self.result(self.board.journeys)._repr_html_()


class Choosing(Pictured):
    """A panel in which things with a key are chosen: one by a click, several with Shift."""

    _esm = script("shared/choose.js")
    together: ClassVar[type[all_of] | type[any_of]] = any_of

    @property
    def actions(self) -> Mapping[str, Action]:
        return {"choose": self.choose}

    @abstractmethod
    def condition(self, key: str) -> Leaf:
        """The condition that a key stands for; an unknown key is refused."""

    @abstractmethod
    def key(self, condition: Leaf) -> str:
        """The key that stands for a condition; nothing for one that this panel does not show."""

    def choose(self, key: str, besides: bool) -> None:
        """Choose the thing with this key, or take the choice back; `besides` keeps what is chosen already."""
        condition, chosen = self.condition(key), self._conditions()
        kept = [other for other in chosen if other != condition] if besides is True else []
        wanted = kept if condition in chosen else [*kept, condition]
        self.board.put(self.name, _joined(self.together, wanted))

    def chosen(self) -> Iterable[str]:
        return [key for condition in self._conditions() if (key := self.key(condition))]

    def _conditions(self) -> list[Leaf]:
        """The conditions of this panel's clause; one that was turned round chooses nothing here."""
        clause = self.board.clauses.get(self.name)
        return [] if clause is None or isinstance(clause, none_of) else list(clause.leaves())


def _joined(kind: type[all_of] | type[any_of], conditions: Sequence[Leaf]) -> Filter | None:
    if len(conditions) < 2:
        return conditions[0] if conditions else None
    return kind(tuple(conditions))
