"""The panels: a board's journeys from several sides. Each turns what is done to it into a clause of its own."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from typing import Any, ClassVar

import cxkit as cx
from cxkit import times
from cxkit import where as w
from cxkit.filter import Filter, Leaf, all_of, any_of
from cxkit.views.table import table
from cxwidgets.base import Action, Drawn, Panel, script
from cxwidgets.board import Board
from cxwidgets.words import words

START, END = -1, -2
MICROSECONDS = 1_000_000
MISSING = "(missing)"
ALL_MOVES = 1.0
ROWS = 20


class Filters(Panel):
    """The filter bar: every clause with what it costs, undo and redo, and a form that writes one more."""

    _esm = script("panel.js", "filters.js")
    name = "filters"

    def __init__(self, board: Board) -> None:
        super().__init__(board)
        self._numbers = count(1)

    @property
    def actions(self) -> Mapping[str, Action]:
        board = self.board
        steps = {"undo": board.undo, "redo": board.redo, "clear": board.clear}
        return {**steps, "add": self.add, "negate": self.negate, "remove": self.remove}

    def draw(self) -> Drawn:
        board = self.board
        star = board.base.selection.star
        return Drawn(
            facts={
                "n": str(board.journeys.n),
                "clauses": [self._clause(owner, clause) for owner, clause in board.clauses.items()],
                "can_undo": board.can_undo,
                "can_redo": board.can_redo,
                "code": board.code,
                "activities": star.names,
                "attributes": {name: known.kind for name, known in star.by_name.items()}
                | dict.fromkeys(star.flags, "boolean"),
            }
        )

    def still(self) -> str:
        return ""

    def add(self, filter: object) -> None:
        """One more clause, from its JSON document."""
        self.board.put(f"filter {next(self._numbers)}", w.from_json(filter))

    def negate(self, owner: str) -> None:
        """Turn a clause round."""
        self.board.put(owner, ~self.board.clauses[owner])

    def remove(self, owner: str) -> None:
        """Take a clause away."""
        self.board.put(owner, None)

    def _clause(self, owner: str, clause: Filter) -> dict[str, Any]:
        cost = self.board.cost(owner)
        return {"owner": owner, "words": words(clause), "journeys": cost.journeys, "customers": cost.customers}


class Pictured(Panel):
    """A panel that shows the picture of one answer, under every clause but its own."""

    options: ClassVar[Mapping[str, Any]] = {}

    @abstractmethod
    def result(self, journeys: cx.Journeys) -> cx.Result:
        """The answer for these journeys."""

    def draw(self) -> Drawn:
        picture = self.result(self.board.journeys_for(self.name)).chart(**self.options)
        return Drawn(picture.svg if picture else "", tuple(self.chosen()))

    def still(self) -> str:
        return self.result(self.board.journeys)._repr_html_()


class Choosing(Pictured):
    """A panel in which things with a key are chosen: one by a click, several with Shift."""

    together: ClassVar[type[all_of] | type[any_of]] = any_of

    @property
    def actions(self) -> Mapping[str, Action]:
        return {"choose": self.choose}

    @abstractmethod
    def condition(self, key: str) -> Leaf:
        """The condition that a key stands for; an unknown key is refused."""

    @abstractmethod
    def key(self, condition: Leaf) -> str:
        """The key that stands for a condition."""

    def choose(self, key: str, besides: bool) -> None:
        """Choose the thing with this key, or take the choice back; `besides` keeps what is chosen already."""
        condition, chosen = self.condition(key), self._conditions()
        kept = [other for other in chosen if other != condition] if besides is True else []
        wanted = kept if condition in chosen else [*kept, condition]
        self.board.put(self.name, _joined(self.together, wanted))

    def chosen(self) -> Iterable[str]:
        return [self.key(condition) for condition in self._conditions()]

    def _conditions(self) -> list[Leaf]:
        clause = self.board.clauses.get(self.name)
        return [] if clause is None else list(clause.leaves())


def _joined(kind: type[all_of] | type[any_of], conditions: Sequence[Leaf]) -> Filter | None:
    if len(conditions) < 2:
        return conditions[0] if conditions else None
    return kind(tuple(conditions))


class ProcessMap(Choosing):
    """The process map: a click on an activity or a move keeps the journeys that take it."""

    _esm = script("panel.js", "map.js")
    name = "process_map"
    together = all_of
    options: ClassVar[Mapping[str, Any]] = {"coverage": ALL_MOVES}

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
        raise ValueError(condition)

    def _named(self, code: str) -> str:
        if not code.isascii() or not code.isdigit():
            raise ValueError(code)
        return self.board.base.selection.star.names[int(code)]


class Variants(Choosing):
    """The variants: a click keeps the journeys of one, with Shift of several."""

    _esm = script("panel.js", "variants.js")
    name = "variants"

    def result(self, journeys: cx.Journeys) -> cx.Result:
        return journeys.variants()

    def condition(self, key: str) -> Leaf:
        number = int(key.removeprefix("variant "))
        return w.variant_rank(at_least=number, at_most=number)

    def key(self, condition: Leaf) -> str:
        if not isinstance(condition, w.variant_rank):
            raise ValueError(condition)
        return f"variant {condition.at_least}"


class Summary(Pictured):
    """The headline figures of the journeys under all clauses."""

    name = "summary"

    def result(self, journeys: cx.Journeys) -> cx.Result:
        return journeys.summary()


class Durations(Pictured):
    """How long journeys take: a click keeps those of one bar, with Shift all from one bar to another."""

    _esm = script("panel.js", "durations.js")
    name = "durations"

    @property
    def actions(self) -> Mapping[str, Action]:
        return {"choose": self.choose}

    def result(self, journeys: cx.Journeys) -> cx.Result:
        return journeys.durations()

    def draw(self) -> Drawn:
        result = self.result(self.board.journeys_for(self.name))
        picture = result.chart()
        rows = [row for row in result.table.to_pylist() if row["count"]]
        bins = [_bin(row["low_seconds"], row["high_seconds"]) for row in rows]
        chosen = self._range()
        marks = [key for key in bins if chosen and chosen[0] <= _span(key)[0] < chosen[1]]
        return Drawn(picture.svg if picture else "", tuple(marks), facts={"bins": bins})

    def choose(self, key: str, besides: bool) -> None:
        """Choose a bar, or take the choice back; `besides` takes all bars up to it."""
        low, high = _span(key)
        chosen = self._range()
        if chosen == (low, high):
            self.board.put(self.name, None)
            return
        if chosen and besides is True:
            low, high = min(low, chosen[0]), max(high, chosen[1])
        clause: Filter = w.lasts(at_least=_said(low))
        self.board.put(self.name, clause if math.isinf(high) else clause & ~w.lasts(at_least=_said(high)))

    def _range(self) -> tuple[float, float] | None:
        clause = self.board.clauses.get(self.name)
        if clause is None:
            return None
        low, *high = [leaf for leaf in clause.leaves() if isinstance(leaf, w.lasts)]
        return _seconds(low), _seconds(high[0]) if high else math.inf


def _bin(low: float, high: float | None) -> str:
    return f"bin {low:.0f} {'-' if high is None else f'{high:.0f}'}"


def _span(key: str) -> tuple[float, float]:
    word, low, high = key.split(" ")
    span = int(low), math.inf if high == "-" else int(high)
    if word != "bin" or not 0 <= span[0] < span[1]:
        raise ValueError(key)
    return span


def _said(seconds: float) -> str:
    """The seconds in the largest unit that says them exactly."""
    units = {"d": 86_400, "h": 3_600, "min": 60, "s": 1}
    unit = next(name for name, size in units.items() if seconds % size == 0 and (seconds or name == "s"))
    return f"{int(seconds) // units[unit]}{unit}"


def _seconds(bound: w.lasts) -> float:
    return times.duration(bound.at_least) / MICROSECONDS


class Segments(Choosing):
    """The values of one attribute: a click keeps the journeys that have one, with Shift several."""

    _esm = script("panel.js", "segments.js")
    name = "segments"

    def __init__(self, board: Board) -> None:
        super().__init__(board)
        star = board.base.selection.star
        self._kinds = {a.name: a.kind for a in star.attributes if a.level == "journey" and a.kind != "time"}
        self._kinds |= dict.fromkeys(star.flags, "boolean")
        self._by = next(iter(self._kinds), "")
        self._values: list[str] = []

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
        result = self.result(self.board.journeys_for(self.name))
        self._values = result.table["segment"].to_pylist()
        picture = result.chart()
        facts = {"by": self._by, "attributes": list(self._kinds)}
        return Drawn(picture.svg if picture else "", tuple(self.chosen()), facts=facts)

    def still(self) -> str:
        return super().still() if self._by else ""

    def condition(self, key: str) -> Leaf:
        word, rank = key.split(" ")
        if word != "value" or not rank.isdigit():
            raise ValueError(key)
        value = self._values[int(rank)]
        if value == MISSING:
            return w.attribute(self._by, missing=True)
        kinds: dict[str, Callable[[str], Any]] = {"integer": int, "number": float, "boolean": "true".__eq__}
        return w.attribute(self._by, kinds.get(self._kinds[self._by], str)(value))

    def key(self, condition: Leaf) -> str:
        if not isinstance(condition, w.attribute):
            raise ValueError(condition)
        value = MISSING if condition.missing else str(condition.values[0])
        said = value.lower() if self._kinds[condition.name] == "boolean" else value
        return f"value {self._values.index(said)}" if said in self._values else ""


class Journeys(Panel):
    """The journeys under all clauses, page by page, and the events of one."""

    _esm = script("panel.js", "journeys.js")
    name = "journeys"

    def __init__(self, board: Board) -> None:
        super().__init__(board)
        self._page = 1
        self._journey: str | None = None

    @property
    def actions(self) -> Mapping[str, Action]:
        return {"turn": self.turn, "open": self.open_, "close": self.close_}

    def draw(self) -> Drawn:
        journeys = self.board.journeys
        pages = max(1, -(-journeys.n.journeys // ROWS))
        self._page = min(self._page, pages)
        if self._journey is not None:
            result = self.board.base.events(journey=self._journey, rows=1_000)
        else:
            result = journeys.journeys(page=self._page, rows=ROWS)
        rows = result.table.to_pylist()
        caption = f"{result.question} n = {journeys.n}"
        markup = table(rows, result.table.column_names, caption=caption, left_out=0, empty=result.empty)
        return Drawn(markup, facts={"page": self._page, "pages": pages, "journey": self._journey})

    def turn(self, page: int) -> None:
        """Show another page."""
        if not isinstance(page, int) or page < 1:
            raise ValueError(page)
        self._page = page
        self.show(self.drawn())

    def open_(self, journey: str) -> None:
        """Show the events of one journey."""
        self.board.base.events(journey=str(journey))
        self._journey = str(journey)
        self.show(self.drawn())

    def close_(self) -> None:
        """Back to the journeys."""
        self._journey = None
        self.show(self.drawn())


PANELS: Mapping[str, type[Panel]] = {
    panel.name: panel for panel in (Filters, Summary, ProcessMap, Variants, Durations, Segments, Journeys)
}


def panel(name: str, board: Board) -> Panel:
    """The panel of that name on a board."""
    if name not in PANELS:
        raise cx.CxError(f'There is no panel "{name}". There is {", ".join(PANELS)}.')
    return PANELS[name](board)
