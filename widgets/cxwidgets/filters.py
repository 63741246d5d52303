"""The selection: what is chosen, what each choice costs, and the facets by which one more is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

import cxkit as cx
from cxkit import places
from cxkit import where as w
from cxkit.where.filter import Filter, all_of, any_of, none_of
from cxkit.words import NO_CUSTOMERS, many, percent
from cxwidgets.facets import Facet, checked, composed, examples, facet_of, offered, opened
from cxwidgets.modules import script
from cxwidgets.panel import Action, Drawn, View
from cxwidgets.voice import matter, parts, spoken

if TYPE_CHECKING:
    from cxwidgets.board import Board


class Filters(View):
    """The filter bar: every clause with what it costs, undo and redo, and the facets.

    A row of a facet is known by the key of its filter; what the browser sends is looked up among the rows that were
    counted, or read as a filter and checked.
    """

    _esm = script("panels/filters.js")
    name = "filters"

    def __init__(self, board: Board) -> None:
        super().__init__(board)
        self._open = ""
        self._owner = ""
        self._tried = ""
        self._facet = Facet({})

    @property
    def actions(self) -> Mapping[str, Action]:
        board = self.board
        steps = {"undo": board.undo, "redo": board.redo, "clear": board.clear}
        facets: Mapping[str, Action] = {
            "open": self.open_,
            "close": self.close_,
            "pick": self.pick,
            "brush": self.brush,
            "write": self.write,
            "try": self.try_,
            "mark": self.mark,
        }
        chips: Mapping[str, Action] = {
            "negate": self.negate,
            "remove": self.remove,
            "join": self.join,
            "flip": self.flip,
        }
        return {**steps, **facets, **chips, "add": self.add, "replace": self.replace}

    def draw(self) -> Drawn:
        board, refused = self.board, self._count()
        return Drawn(
            said=refused or board.note or self._why_none(),
            facts={
                **counted(board),
                "clauses": [self._clause(owner, clause) for owner, clause in board.clauses.items()],
                "can_undo": board.can_undo,
                "can_redo": board.can_redo,
                "code": board.code_of(places.called(board.base.folder)),
                "activities": board.base.known_activities,
                "facets": offered(board.base),
                "facet": dict(self._facet.facts),
            },
        )

    def still(self) -> str:
        return ""

    def open_(self, facet: str, owner: str = "") -> None:
        """Show the values of a facet, for a new clause or for one that is there."""
        self._open, self._owner = str(facet), owner if owner in self.board.clauses else self._owner_of(facet)
        clause = self.board.clauses.get(self._owner)
        written = [leaf.text for leaf in clause.leaves() if isinstance(leaf, w.pattern)] if clause is not None else []
        self._tried = written[0] if written else ""
        self.show(self.drawn())

    def try_(self, text: str) -> None:
        """Count a way that is being written, or say what is wrong with it."""
        self._tried = str(text).strip()
        self.show(self.drawn())

    def mark(self, example: int, steps: Sequence[int]) -> None:
        """The way that the marked steps of an example make, as it would be written."""
        _, way = examples(self.board, self._owner)[example]
        self.try_(w.pattern.from_example(way, steps).text if steps else "")

    def switched(self) -> None:
        self._open = self._owner = self._tried = ""

    def close_(self) -> None:
        """Nothing is being chosen any more."""
        self._open = self._owner = self._tried = ""
        self.show(self.drawn())

    def pick(self, keys: Sequence[str]) -> None:
        """The journeys with any of these values of the open facet; with none, all of them."""
        if not isinstance(keys, list):
            raise ValueError(keys)
        clause = composed([self._facet.choices[key] for key in keys])
        turned = clause is not None and isinstance(self.board.clauses.get(self._owner), none_of)
        self._put(~clause if clause is not None and turned else clause)

    def brush(self, first: str, last: str) -> None:
        """The journeys with a number from the one bar to the other of the open facet."""
        ends = [self._facet.choices[key] for key in (first, last)]
        low, high = (end for end in ends if isinstance(end, w.attribute))
        self._put(w.attribute(low.name, at_least=low.at_least, at_most=high.at_most))

    def write(self, filter: object) -> None:
        """The clause of the open facet, from its JSON document."""
        self._put(checked(w.from_json(filter), self.board.base))

    def add(self, filter: object) -> None:
        """One more clause, from its JSON document."""
        self.board.put(self._new(), checked(w.from_json(filter), self.board.base))

    def replace(self, owner: str, filter: object) -> None:
        """Another clause in the place of one; it belongs to no other panel any more."""
        if owner not in self.board.clauses:
            raise KeyError(owner)
        self.board.put(self._new(), checked(w.from_json(filter), self.board.base), instead_of=owner)

    def negate(self, owner: str) -> None:
        """Turn a clause round."""
        self.board.put(owner, ~self.board.clauses[owner])

    def remove(self, owner: str) -> None:
        """Take a clause away."""
        self.board.put(owner, None)

    def join(self, owner: str, other: str) -> None:
        """Two clauses of one matter as one that keeps the journeys of either."""
        first, second = self.board.clauses[owner], self.board.clauses[other]
        if owner == other or not matter(first) or matter(first) != matter(second):
            raise ValueError(owner, other)
        several = [part for clause in (first, second) for part in _either(clause)]
        self.board.put(owner, composed(several), instead_of=other)

    def flip(self, owner: str) -> None:
        """A clause of several conditions that keeps either, or both, instead of the other."""
        clause = self.board.clauses[owner]
        word, several = parts(clause)
        if not word:
            raise ValueError(owner)
        self.board.put(owner, all_of(several) if word == "or" else any_of(several))

    def _count(self) -> str:
        """Count the values of the open facet, or say why they cannot be counted."""
        self._facet = Facet({})
        try:
            self._facet = opened(self._open, self.board, self._owner, self._tried) if self._open else self._facet
        except cx.CxError as error:
            self._open = ""
            return str(error)
        return ""

    def _put(self, clause: Filter | None) -> None:
        """The clause of the open facet, in the place of the one that it edits."""
        if not self._open:
            raise ValueError(clause)
        owner, self._owner = self._owner, self._owner_of(self._open)
        self.board.put(self._owner, clause, instead_of=owner)

    def _owner_of(self, facet: str) -> str:
        return f"facet {facet}"

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

    def _new(self) -> str:
        """A name that no clause has, also none that came with a link."""
        names = (f"filter {number}" for number in count(1))
        return next(name for name in names if name not in self.board.clauses)

    def _clause(self, owner: str, clause: Filter) -> dict[str, Any]:
        beside, alone = self.board.cost(owner), self.board.alone(owner)
        return {
            "owner": owner,
            "words": spoken(clause, self.board.base),
            "filter": clause.to_json(),
            "matter": matter(clause),
            "joined": parts(clause)[0],
            "facet": facet_of(clause),
            "alone": alone.journeys,
            "beside": beside.journeys,
            "customers": beside.customers,
        }


def counted(board: Board) -> dict[str, str]:
    """How many journeys and customers are selected, of how many, in words."""
    kept, whole = board.journeys.n, board.base.n
    some = f"{many(kept.journeys)} of {many(whole.journeys, 'journey')} ({percent(share(kept, whole))})"
    people = many(kept.customers, "customer") if kept.known else NO_CUSTOMERS
    return {"kept": some if board.clauses else many(kept.journeys, "journey"), "people": people}


def share(kept: Any, whole: Any) -> float | None:
    """Which part of the journeys is kept."""
    return kept.journeys / whole.journeys if whole.journeys else None


def _either(clause: Filter) -> Sequence[Filter]:
    word, several = parts(clause)
    return several if word == "or" else (clause,)
