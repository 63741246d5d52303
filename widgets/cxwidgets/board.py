"""The board: one cross-filtering state that all panels share.

Each panel may own one clause. A panel is shown under every clause but its own, so that it offers what else could be
chosen; everything else speaks of the journeys under all clauses. The board is undone and redone as a whole, repeats
itself as Python (`board.code`) and as a recipe (`board.recipe`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import cxkit as cx
from cxkit.filter import Filter

Clauses = Mapping[str, Filter]
NONE: Clauses = MappingProxyType({})


@dataclass(frozen=True)
class Cost:
    """What a clause takes away: journeys and customers that the other clauses would keep."""

    journeys: int
    customers: int


class Board:
    """Clauses by owner over a store's journeys, with their history.

    Parameters
    ----------
    journeys : the journeys to explore; the steps of their recipe come before every clause.
    """

    def __init__(self, journeys: cx.Journeys) -> None:
        self.base = journeys
        self._past: list[Clauses] = []
        self._future: list[Clauses] = []
        self._clauses: Clauses = NONE
        self._listeners: list[Callable[[], None]] = []

    @property
    def clauses(self) -> Clauses:
        """The clauses by their owner, in the order in which they were made."""
        return self._clauses

    def put(self, owner: str, clause: Filter | None) -> None:
        """Give an owner this clause instead of the one it has; None takes it away."""
        rest = {name: filter_ for name, filter_ in self._clauses.items() if name != owner}
        if clause is not None:
            self._under({**self._clauses, owner: clause}).n  # noqa: B018 - refuses what this log does not have
        self._move({**self._clauses, owner: clause} if clause is not None else rest)

    def clear(self) -> None:
        """Take all clauses away."""
        self._move(NONE)

    def undo(self) -> None:
        """Go back to the clauses before the last change."""
        if self._past:
            self._future.append(self._clauses)
            self._set(self._past.pop())

    def redo(self) -> None:
        """Go forward to the clauses before the last undo."""
        if self._future:
            self._past.append(self._clauses)
            self._set(self._future.pop())

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to undo."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether there is an undone change."""
        return bool(self._future)

    @property
    def journeys(self) -> cx.Journeys:
        """The journeys under all clauses."""
        return self._under(self._clauses)

    def journeys_for(self, owner: str) -> cx.Journeys:
        """The journeys under every clause but the owner's."""
        return self._under({name: clause for name, clause in self._clauses.items() if name != owner})

    def cost(self, owner: str) -> Cost:
        """How many journeys and customers the owner's clause takes away from what the others keep."""
        without, with_it = self.journeys_for(owner).n, self.journeys.n
        return Cost(without.journeys - with_it.journeys, without.customers - with_it.customers)

    @property
    def recipe(self) -> cx.Recipe:
        """The steps that select what the board shows."""
        return self.journeys.recipe

    @property
    def code(self) -> str:
        """The Python that repeats the clicks."""
        steps = "".join(f"\nj = j{step!r}" for step in self.recipe)
        imports = "import cxkit as cx\nfrom cxkit import where as w\n\n"
        return f"{imports}j = cx.open({str(self.base.folder)!r}){steps}\n"

    def observe(self, listener: Callable[[], None]) -> None:
        """Call this after every change."""
        self._listeners.append(listener)

    def _under(self, clauses: Clauses) -> cx.Journeys:
        chosen = self.base
        for clause in clauses.values():
            chosen = chosen.keep(clause)
        return chosen

    def _move(self, clauses: Clauses) -> None:
        if dict(clauses) != dict(self._clauses):
            self._past.append(self._clauses)
            self._future.clear()
            self._set(clauses)

    def _set(self, clauses: Clauses) -> None:
        self._clauses = MappingProxyType(dict(clauses))
        for listener in self._listeners:
            listener()
