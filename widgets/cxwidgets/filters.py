"""The filter bar: what is chosen, what it costs, and a form that writes one more clause."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any

from cxkit import places
from cxkit import where as w
from cxkit.where.filter import Filter, none_of
from cxkit.words import many
from cxwidgets.modules import script
from cxwidgets.panel import Action, Drawn, View


class Filters(View):
    """The filter bar: every clause with what it costs, undo and redo, and a form that writes one more."""

    _esm = script("panels/filters.js")
    name = "filters"

    @property
    def actions(self) -> Mapping[str, Action]:
        board = self.board
        steps = {"undo": board.undo, "redo": board.redo, "clear": board.clear}
        return {**steps, "add": self.add, "negate": self.negate, "replace": self.replace, "remove": self.remove}

    def draw(self) -> Drawn:
        board = self.board
        return Drawn(
            said=self.board.note or self._why_none(),
            facts={
                "n": str(board.journeys.n),
                "clauses": [self._clause(owner, clause) for owner, clause in board.clauses.items()],
                "can_undo": board.can_undo,
                "can_redo": board.can_redo,
                "code": board.code_of(places.called(board.base.folder)),
                "activities": board.base.known_activities,
                "attributes": {name: known.kind for name, known in board.base.known_attributes.items()},
            },
        )

    def still(self) -> str:
        return ""

    def add(self, filter: object) -> None:
        """One more clause, from its JSON document."""
        self.board.put(self._owner(), w.from_json(filter))

    def replace(self, owner: str, filter: object) -> None:
        """Another clause in the place of one; it belongs to no other panel any more."""
        if owner not in self.board.clauses:
            raise KeyError(owner)
        self.board.put(self._owner(), w.from_json(filter), instead_of=owner)

    def negate(self, owner: str) -> None:
        """Turn a clause round."""
        self.board.put(owner, ~self.board.clauses[owner])

    def remove(self, owner: str) -> None:
        """Take a clause away."""
        self.board.put(owner, None)

    def _why_none(self) -> str:
        """Why no journey is left; nothing while there are some."""
        board = self.board
        if board.journeys.n.journeys or not board.clauses:
            return ""
        last = next((owner for owner in reversed([*board.clauses]) if board.cost(owner).journeys), None)
        if last is None:
            return "No journeys are left, whichever one choice is taken away. Undo the last one, or clear them."
        others = " that the other choices keep" if len(board.clauses) > 1 else ""
        clause, rest = board.clauses[last], f"of the {many(board.cost(last).journeys)}{others}"
        if isinstance(clause, none_of):
            return f"No journeys are left: each {rest} {clause.of[0].says}."
        return f"No journeys are left: none {rest} {clause.says}."

    def _owner(self) -> str:
        """A name that no clause has, also none that came with a link."""
        names = (f"filter {number}" for number in count(1))
        return next(name for name in names if name not in self.board.clauses)

    def _clause(self, owner: str, clause: Filter) -> dict[str, Any]:
        cost = self.board.cost(owner)
        return {
            "owner": owner,
            "words": clause.says,
            "filter": clause.to_json(),
            "journeys": cost.journeys,
            "customers": cost.customers,
        }
