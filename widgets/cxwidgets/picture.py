"""Panels that show the picture of a measure, and the one in which things are chosen, whatever the measure."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, Self

import traitlets as t

import cxkit as cx
from cxkit import catalog
from cxkit import where as w
from cxkit.views.picture import Picture
from cxkit.where.filter import Filter, all_of, any_of, none_of
from cxwidgets.chart import VegaChart, library
from cxwidgets.keeping.exports import TABLES
from cxwidgets.modules import script
from cxwidgets.panel import Action, Drawn, View

if TYPE_CHECKING:
    from cxwidgets.board import Board

MOST_SKETCHES = 8
MOST_UNKNOWN = 0.2  # of the journeys, for an attribute that is shown first
MISSING = "(missing)"
Row = Mapping[str, Any]
Keyed = Callable[[Row], Row]


class Pictured(VegaChart, View):
    """A panel that shows the picture of one measure of the catalog, under every clause but its own.

    Pictures are remembered: a click of its own, or one taken back, draws nothing anew. `measure` is the entry of the
    catalog, if the panel has another name; `call` is what it is asked for. The library of charts is fetched by the
    first picture that needs it.
    """

    measure: ClassVar[str] = ""
    small = False  # drawn for a column beside other pictures
    call: ClassVar[Mapping[str, Any]] = {}

    def __init__(self, board: Board, name: str = "") -> None:
        super().__init__(board, name)
        self.entry = catalog.entry(self.measure or self.name)
        self.exports = list(TABLES)
        self._sketched = lru_cache(MOST_SKETCHES)(self.sketch)

    @t.default("lib")
    def _none_yet(self) -> None:
        return None

    def result(self, journeys: cx.Journeys, by: str = "") -> cx.Result:
        """The answer for these journeys, broken down by an attribute if one is named."""
        answer: cx.Result = self.entry.function(journeys, **self.call, **({"by": by} if by else {}))
        return answer

    def answer(self) -> cx.Result | None:
        return self.result(self.journeys, self.by)

    @property
    def by(self) -> str:
        """The attribute that the answer is broken down by."""
        return ""

    @property
    def how(self) -> tuple[bool, str]:
        """What the picture depends on besides its journeys."""
        return self.alive, self.by

    def shrink(self) -> Self:
        """This panel, drawn small."""
        self.small = True
        return self

    def draw(self) -> Drawn:
        return self._sketched(self.journeys, self.how)

    def sketch(self, journeys: cx.Journeys, how: tuple[bool, str]) -> Drawn:
        """What is to be seen of these journeys, whatever is chosen; `how` as the panel said when it was asked."""
        alive, by = how
        return self.charted(self.result(journeys, by).chart(keyed=dict, small=self.small), alive)

    def show(self, drawn: Drawn) -> None:
        if self.lib is None and drawn.facts.get("spec"):
            self.lib = library()
        super().show(drawn)

    def still(self) -> str:
        return self.result(self.board.journeys, self.by)._repr_html_()


class Choosing(Pictured):
    """The picture of a measure whose rows are sets of journeys: a click keeps those of one, with Shift of several.

    A mark is known by the key of its row's filter. What the browser sends is looked up among the filters of the rows
    that were drawn; it is never read as a filter. Where the measure compares by an attribute there is a choice of it.
    """

    _esm = script("shared/choose.js")
    together: ClassVar[type[all_of] | type[any_of]] = any_of

    def __init__(self, board: Board, name: str = "") -> None:
        super().__init__(board, name)
        self.choices: Mapping[str, Filter] = {}
        self._by = ""
        self._made_by: dict[str, str] = {}
        self._begin()

    @property
    def actions(self) -> Mapping[str, Action]:
        asking: Mapping[str, Action] = {"ask": self.ask} if self._attributes else {}
        return {"choose": self.choose, **asking}

    @property
    def by(self) -> str:
        return self._by

    @property
    def kept(self) -> dict[str, Any]:
        return {} if self._by == self._usual_by else {"by": self._by}

    def keep(self, kept: Mapping[str, Any]) -> None:
        by = kept.get("by", self._usual_by)
        self._by = by if by in self._attributes else self._by

    def switched(self) -> None:
        self._begin()

    def _begin(self) -> None:
        """With the attributes of this store, and the usual one of them."""
        self._attributes = self._breakdowns()
        self._by = self._usual_by = self._usual()

    def draw(self) -> Drawn:
        if self._attributes == [] and self._must_break_down:
            return Drawn(said="This log has no attributes of journeys to choose by.")
        self._by = self._by_of(self.board.clauses.get(self.name))
        sketch = super().draw()
        chosen = {clause.key for clause in self._chosen()}
        return replace(sketch, marks=tuple(key for key, choice in sketch.choices.items() if choice.key in chosen))

    def sketch(self, journeys: cx.Journeys, how: tuple[bool, str]) -> Drawn:
        alive, by = how
        result, choices = self.result(journeys, by), dict[str, Filter]()

        def keyed(row: Row) -> Row:
            filters = self.filters(row, journeys, result.parameters)
            choices.update((clause.key, clause) for clause in filters.values())
            return {column: clause.key for column, clause in filters.items()}

        picture, facts = self.pictured(result, keyed)
        facts |= {"by": by, "attributes": self._attributes} if self._attributes else {}
        facts |= {"keys": list(picture.keys)} if picture and picture.keys else {}
        return replace(self.charted(picture, alive, **facts), choices=choices)

    def filters(self, row: Row, journeys: cx.Journeys, parameters: Mapping[str, Any]) -> dict[str, Filter]:
        """The filters that the marks of a row stand for, by what their keys are called in the view."""
        return self.entry.filters(row, journeys, parameters)

    def pictured(self, result: cx.Result, keyed: Keyed) -> tuple[Picture | None, dict[str, Any]]:
        """The picture of an answer, whose marks have these keys, and what else the browser is told."""
        return result.chart(keyed=keyed, small=self.small), {}

    def show(self, drawn: Drawn) -> None:
        self.choices = drawn.choices
        super().show(drawn)

    def still(self) -> str:
        return "" if self._attributes == [] and self._must_break_down else super().still()

    def choose(self, key: str, besides: bool) -> None:
        """Choose the thing with this key, or take the choice back; `besides` keeps what is chosen already."""
        choice, chosen = self.choices[key], self._chosen()
        kept = [other for other in chosen if other != choice] if besides is True else []
        clause = joined(self.together, kept if choice in chosen else [*kept, choice])
        if clause is not None:
            self._made_by[clause.key] = self._by
        self.board.put(self.name, clause)

    def ask(self, by: str) -> None:
        """Break the answer down by another attribute; the choice made on the last one is taken back."""
        if by not in self._attributes:
            raise ValueError(by)
        self._by = by
        self.board.put(self.name, None)
        self.show(self.drawn())

    def _chosen(self) -> Sequence[Filter]:
        """What this panel's clause is made of; one that was turned round chooses nothing here."""
        clause = self.board.clauses.get(self.name)
        if clause is None or isinstance(clause, none_of):
            return ()
        return clause.of if isinstance(clause, self.together) else (clause,)

    @property
    def _must_break_down(self) -> bool:
        by = inspect.signature(self.entry.function).parameters.get("by")
        return by is not None and by.default is by.empty

    def _breakdowns(self) -> list[str]:
        """The attributes that the measure can compare by; the first is "", for none, where it need not."""
        if "by" not in inspect.signature(self.entry.function).parameters:
            return []
        every = self.board.base.known_attributes.items()
        names = [name for name, known in every if known.level != "event" and known.kind != "time"]
        return names if self._must_break_down or not names else ["", *names]

    def _usual(self) -> str:
        """What it is broken down by at first: the attribute of fewest values that most journeys have, or nothing."""
        if not self._must_break_down:
            return next(iter(self._attributes), "")

        def rank(name: str) -> tuple[bool, bool, int]:
            rows = self.board.base.values(of=name).table.to_pylist()
            unknown = sum(row["share"] for row in rows if row["value"] == MISSING)
            return len(rows) < 2, unknown > MOST_UNKNOWN, len(rows)

        return min(self._attributes, key=rank, default="")

    def _by_of(self, clause: Filter | None) -> str:
        """The attribute of the choice is the one that is shown, also after an undo."""
        if clause is not None and clause.key in self._made_by:
            return self._made_by[clause.key]
        leaves = [leaf for part in self._chosen() for leaf in part.leaves()] if self._must_break_down else []
        named = (leaf.name for leaf in leaves if isinstance(leaf, w.attribute) and leaf.name in self._attributes)
        return next(named, self._by)


def joined(kind: type[all_of] | type[any_of], conditions: Sequence[Filter]) -> Filter | None:
    """These conditions as one clause; None where there are none."""
    if len(conditions) < 2:
        return conditions[0] if conditions else None
    return kind(tuple(conditions))
