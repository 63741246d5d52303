"""The panels: a board's journeys from several sides. Each turns what is done to it into a clause of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeGuard

import cxkit as cx
from cxkit import where as w
from cxkit.where.filter import Leaf, all_of
from cxwidgets.board import Board
from cxwidgets.chart import Durations, VegaChart
from cxwidgets.filters import Filters
from cxwidgets.listing import Journeys, Listing
from cxwidgets.modules import script
from cxwidgets.panel import Action, Drawn, View
from cxwidgets.picture import Choosing, Pictured

START, END = -1, -2
MISSING = "(missing)"
MOST_MOVES = 150
MOST_VARIANTS = 20


class Summary(Pictured):
    """The headline figures of the journeys under all clauses."""

    name = "summary"

    def result(self, journeys: cx.Journeys) -> cx.Result:
        return journeys.summary()


class ProcessMap(Choosing):
    """The process map: a click on an activity or a move keeps the journeys that take it."""

    _esm = script("panels/map.js")
    name = "process_map"
    together = all_of

    def sketch(self, journeys: cx.Journeys, how: None) -> Drawn:
        """The map with its most frequent moves, which the browser's slider hides and shows."""
        result = self.result(journeys)
        coverages = sorted(result.table["coverage"].to_pylist())
        most = coverages[MOST_MOVES] if len(coverages) > MOST_MOVES else 1.0
        picture = result.chart(coverage=most)
        return Drawn(picture.svg if picture else "", facts={"moves": len(coverages), "most": most})

    def result(self, journeys: cx.Journeys) -> cx.Result:
        return journeys.process_map()

    def condition(self, key: str) -> Leaf:
        kind, *codes = key.split(" ")
        if kind == "activity" and len(codes) == 1:
            return w.contains(self._named(codes[0]))
        if kind != "move" or len(codes) != 2:
            raise ValueError(key)
        source, target = codes
        if source == str(START):
            return w.starts_with(self._named(target))
        if target == str(END):
            return w.ends_with(self._named(source))
        return w.follows(self._named(source), self._named(target), directly=True)

    def key(self, condition: Leaf) -> str:
        codes = self.board.base.selection.star.codes
        match condition:
            case w.follows():
                return f"move {codes[condition.first]} {codes[condition.then]}"
            case w.starts_with():
                return f"move {START} {codes[condition.activity]}"
            case w.ends_with():
                return f"move {codes[condition.activity]} {END}"
            case w.contains():
                return f"activity {codes[condition.activity]}"
        return ""

    def _named(self, code: str) -> str:
        if not code.isascii() or not code.isdigit():
            raise ValueError(code)
        return self.board.base.selection.star.names[int(code)]


class Variants(Choosing, Listing):
    """The variants: a click keeps the journeys of one, with Shift of several; then they can be listed in its place."""

    name = "variants"
    _listing = False

    @property
    def actions(self) -> Mapping[str, Action]:
        return {**super().actions, **self.steps, "list": self.list_, "leave": self.leave}

    def draw(self) -> Drawn:
        drawn = self.listed() if self._listing else super().draw()
        facts = {"listing": self._listing, "n": self.board.journeys.n.journeys}
        return replace(drawn, facts={**drawn.facts, **facts})

    def list_(self) -> None:
        """Show the journeys under all clauses in the place of the variants."""
        self._listing = True
        self.show(self.drawn())

    def leave(self) -> None:
        """Back to the variants."""
        self._listing = False
        self.show(self.drawn())

    def result(self, journeys: cx.Journeys) -> cx.Result:
        return journeys.variants(top=MOST_VARIANTS)

    def condition(self, key: str) -> Leaf:
        number = int(key.removeprefix("variant "))
        return w.variant_rank(at_least=number, at_most=number)

    def key(self, condition: Leaf) -> str:
        return f"variant {condition.at_least}" if isinstance(condition, w.variant_rank) else ""


class Moves(VegaChart, Pictured):
    """How long the most frequent moves of the journeys under all clauses take."""

    name = "moves"

    def result(self, journeys: cx.Journeys) -> cx.Result:
        return journeys.durations(per="move")

    def sketch(self, journeys: cx.Journeys, how: bool) -> Drawn:
        return self.charted(self.result(journeys).chart(), how)


class Segments(Choosing):
    """The values of one attribute: a click keeps the journeys that have one, with Shift several."""

    name = "segments"

    def __init__(self, board: Board) -> None:
        super().__init__(board)
        star = board.base.selection.star
        every = star.by_name.values()
        self._kinds = {known.name: known.kind for known in every if known.level != "event" and known.kind != "time"}
        self._by = next(iter(self._kinds), "")

    @property
    def actions(self) -> Mapping[str, Action]:
        return {"choose": self.choose, "ask": self.ask}

    def ask(self, by: str) -> None:
        """Look at another attribute; the choice made on the last one is taken back."""
        if by not in self._kinds:
            raise ValueError(by)
        self._by = by
        self.board.put(self.name, None)
        self.show(self.drawn())

    def result(self, journeys: cx.Journeys) -> cx.Result:
        return journeys.segments(by=self._by)

    def draw(self) -> Drawn:
        if not self._by:
            return Drawn(said="This log has no attributes of journeys to choose by.")
        self._by = next((leaf.name for leaf in self._conditions() if self._is_shown(leaf)), self._by)
        return super().draw()

    @property
    def how(self) -> str:
        return self._by

    def sketch(self, journeys: cx.Journeys, how: str) -> Drawn:
        result = journeys.segments(by=how)
        picture, values = result.chart(), result.table["segment"].to_pylist()
        facts = {"by": how, "attributes": list(self._kinds), "keys": [_key(how, value) for value in values]}
        return Drawn(picture.svg if picture else "", facts=facts)

    def still(self) -> str:
        return super().still() if self._by else ""

    def condition(self, key: str) -> Leaf:
        prefix = _key(self._by, "")
        if key not in self.facts["keys"] or not key.startswith(prefix):
            raise ValueError(key)
        value = key.removeprefix(prefix)
        if value == MISSING:
            return w.attribute(self._by, missing=True)
        kinds: dict[str, Callable[[str], Any]] = {"integer": int, "number": float, "boolean": "true".__eq__}
        return w.attribute(self._by, kinds.get(self._kinds[self._by], str)(value))

    def key(self, condition: Leaf) -> str:
        if not self._is_shown(condition) or condition.name != self._by:
            return ""
        value = MISSING if condition.missing else str(condition.values[0])
        return _key(self._by, value.lower() if self._kinds[condition.name] == "boolean" else value)

    def _is_shown(self, condition: Leaf) -> TypeGuard[w.attribute]:
        return isinstance(condition, w.attribute) and condition.name in self._kinds


def _key(by: str, value: str) -> str:
    """The value with its attribute: a click on an older picture means what it showed, or nothing."""
    return f"{by}: {value}"


PANELS: Mapping[str, type[View]] = {
    panel.name: panel for panel in (Filters, Summary, ProcessMap, Variants, Durations, Moves, Segments, Journeys)
}


def panel(name: str, board: Board) -> View:
    """The panel of that name on a board."""
    if name not in PANELS:
        raise cx.CxError(f'There is no panel "{name}". There is {", ".join(PANELS)}.')
    return PANELS[name](board)
