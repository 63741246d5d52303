"""The process map as a panel: laid out for what is shown, with a card at what was clicked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import traitlets as t

import cxkit as cx
from cxkit import where as w
from cxkit.views.mapped.metrics import JOURNEYS, METRICS, SHARE, TIMES
from cxkit.where.filter import Filter, all_of
from cxwidgets import card
from cxwidgets.card import Mark
from cxwidgets.modules import script, style
from cxwidgets.panel import Action, Drawn
from cxwidgets.picture import MISSING, MOST_SKETCHES, Choosing, Row, joined

if TYPE_CHECKING:
    from cxwidgets.board import Board

LEAST, MOST = 240, 4000  # pixels
USUAL = (800, 660)
MOST_STAYING = 12
ACTIVITY = "activity"
OTHER = "(other)"
OF = "of "  # ahead of an attribute of events, for the map of who hands over to whom
NAMED = ("text", "boolean")  # kinds of values that a map can be of
LEVEL_WORDS = {"activity": "activities", "stage": "stages"}


@dataclass(frozen=True)
class Look:
    """How the map is looked at, whatever the selection; shares of None are chosen for a readable picture."""

    size: tuple[int, int] = USUAL
    activities: float | None = None
    moves: float | None = None
    show: str = TIMES
    level: str = ACTIVITY
    stay: tuple[str, ...] = ()
    ghosts: bool = False


class ProcessMap(Choosing):
    """The process map of the journeys under all clauses: a click keeps those that take an activity or a move.

    The browser says how large the map may be, how much it shows and of what; all of that is checked. At what was
    clicked stands a card with its figures and what else can be done with it.
    """

    _esm = script("panels/map.js")
    _css = style("panel.css") + style("map.css")
    name = "process_map"
    together = all_of
    card = t.Dict().tag(sync=True)

    def __init__(self, board: Board, name: str = "") -> None:
        super().__init__(board, name)
        self._look = Look()
        self._opened: Mark | None = None
        self._told: dict[str, Any] = {}
        self._split = ""
        self._parts: dict[str, Filter] = {}
        self._drawn_as = lru_cache(MOST_SKETCHES)(self.sketch_of)
        self._answers = lru_cache(MOST_SKETCHES)(self._answer)

    @property
    def actions(self) -> Mapping[str, Action]:
        more: Mapping[str, Action] = {"look": self.look, "open": self.open_card, "close": self.close_card}
        return {**super().actions, **more, "act": self.act_on, "split": self.split, "part": self.keep_part}

    def _breakdowns(self) -> list[str]:
        return []  # a map shows one selection

    def draw(self) -> Drawn:
        journeys = self.board.journeys
        self._look = self._allowed(journeys)
        before = self.board.journeys_for(self.name) if self._look.ghosts else None
        sketch, self._told = self._drawn_as(journeys, before, self._look), self._card()
        chosen = {clause.key for clause in self._chosen()}
        return replace(sketch, marks=tuple(key for key, choice in sketch.choices.items() if choice.key in chosen))

    def show(self, drawn: Drawn) -> None:
        super().show(drawn)
        self.card = self._told

    # ---- the picture -------------------------------------------------------------------------------------------------

    def sketch_of(self, journeys: cx.Journeys, before: cx.Journeys | None, look: Look) -> Drawn:
        """The map of these journeys, looked at so; what left since `before` is drawn pale."""
        result, choices = self._answers(journeys, look.level), dict[str, Filter]()

        def keyed(row: Row) -> Row:
            filters = self.filters(row, journeys, result.parameters)
            choices.update((clause.key, clause) for clause in filters.values())
            return {column: clause.key for column, clause in filters.items()}

        words: dict[str, Any] = {
            "activities": look.activities,
            "moves": look.moves,
            "stay": list(look.stay),
            "show": look.show,
        }
        ghosts = self._answers(before, look.level).table.to_pylist() if before else ()
        picture = result.chart(keyed=keyed, size=look.size, ghosts=ghosts, reach=self._reach(journeys, look), **words)
        facts = {"title": result.question, "said": f"{result.n}", "note": result.note}
        return replace(self.charted(picture, False, **facts, **self._switches(journeys, look)), choices=choices)

    def _switches(self, journeys: cx.Journeys, look: Look) -> dict[str, Any]:
        """What the tools of the panel offer, and where they stand."""
        times = self._answers(journeys, look.level).table["median_seconds"]
        offered = [metric for metric in METRICS.values() if times.null_count < len(times) or not metric.is_time]
        return {
            "shows": [[metric.name, metric.words] for metric in offered],
            "show": look.show,
            "levels": [[level, LEVEL_WORDS.get(level) or f"between {level[len(OF) :]}s"] for level in self._levels],
            "level": look.level,
            "auto": look.activities is None and look.moves is None,
            "stay": list(look.stay),
            "names": journeys.known_activities,
            "ghosts": look.ghosts,
        }

    def _answer(self, journeys: cx.Journeys, level: str) -> cx.Result:
        if level.startswith(OF):
            return journeys.process_map(of=level.removeprefix(OF))
        return journeys.process_map(level="stage" if level == "stage" else "activity")

    def _reach(self, journeys: cx.Journeys, look: Look) -> dict[str, int] | None:
        """How many journeys visit each activity, where boxes say so."""
        if look.show not in (JOURNEYS, SHARE) or look.level != ACTIVITY:
            return None
        table = journeys.activities().table
        return dict(zip(table["activity"].to_pylist(), table["journeys"].to_pylist(), strict=True))

    def filters(self, row: Row, journeys: cx.Journeys, parameters: Mapping[str, Any]) -> dict[str, Filter]:
        """The move's own, and those of the activities that it goes from and to; of stages no filter speaks."""
        ends = {"source_key": row["activity"], "target_key": row["next_activity"]}
        if parameters.get("level") == "stage":
            return {}
        if (of := parameters.get("of")) is not None:
            values = {column: text for column, text in ends.items() if text not in (None, MISSING, OTHER)}
            return {column: _valued(journeys, of, text) for column, text in values.items()}
        visits = {column: w.contains(name) for column, name in ends.items() if name is not None}
        return super().filters(row, journeys, parameters) | visits

    @property
    def _levels(self) -> list[str]:
        """The levels that these journeys have: activities, stages, and attributes of events that hold names."""
        known = self.board.base.known_attributes.items()
        names = [name for name, attribute in known if attribute.level == "event" and attribute.kind in NAMED]
        return [ACTIVITY, *(["stage"] if self._staged else []), *(f"{OF}{name}" for name in names)]

    @property
    def _staged(self) -> bool:
        try:
            self.board.base.process_map(level="stage")
        except cx.CxError:
            return False
        return True

    # ---- how it is looked at -----------------------------------------------------------------------------------------

    def look(self, **words: Any) -> None:
        """Look at the map in another way: `width` and `height`, `activities`, `moves`, `show`, `level`, `stay`,
        `ghosts`."""
        size = words.pop("width", self._look.size[0]), words.pop("height", self._look.size[1])
        asked = replace(self._look, size=size, **words)
        self._look = checked(asked, self.board.journeys.known_activities, self._levels)
        self.board.redraw([self])

    def _allowed(self, journeys: cx.Journeys) -> Look:
        """The look, without what these journeys do not have."""
        known = set(journeys.known_activities)
        level = self._look.level if self._look.level in self._levels else ACTIVITY
        return replace(self._look, level=level, stay=tuple(name for name in self._look.stay if name in known))

    # ---- the card ----------------------------------------------------------------------------------------------------

    def choose(self, key: str, besides: bool) -> None:
        """Choose the thing with this key, or take the choice back, and open its card."""
        self._opened = card.mark_of(self.choices[key])
        super().choose(key, besides)

    def open_card(self, key: str) -> None:
        """Open the card of the thing with this key, and choose nothing."""
        self._opened = card.mark_of(self.choices[key])
        self._told = self.card = self._card()

    def close_card(self) -> None:
        """Close the card."""
        self._opened, self._told, self.card = None, {}, {}

    def act_on(self, name: str, other: str = "") -> None:
        """Do what a button of the card says with what it is of."""
        mark = self._opened
        if mark is None:
            raise ValueError(name)
        if name in card.STEPS:
            self.board.step(mark.step(name, self.board.base, other))
        else:
            clause, own = mark.clause(name), mark.clauses
            kept = [part for part in self._chosen() if part not in own]
            self.board.put(self.name, joined(self.together, [*kept, clause]))

    def split(self, by: str) -> None:
        """Say on the card which share of each group takes what it is of; "" for no groups."""
        if by and by not in self._groupings():
            raise ValueError(by)
        self._split = by
        self._told = self.card = self._card()

    def keep_part(self, key: str) -> None:
        """Keep the journeys of a group on the card."""
        self.board.put(f"facet of {self._split}", self._parts[key])

    def _groups(self, mark: Mark) -> dict[str, Any]:
        """The groups among all journeys but for the map's own choices, which would leave those that take it alone."""
        names = self._groupings(mark)
        self._split = self._split if self._split in names else ""
        journeys = self.board.journeys_for(self.name)
        groups = card.parts(mark, journeys, self._split) if self._split in filter(None, super()._breakdowns()) else []
        self._parts = {part.clause.key: part.clause for part in groups if part.clause is not None}
        return {"by": self._split, "attributes": names, "parts": [part.told for part in groups]}

    def _groupings(self, mark: Mark | None = None) -> list[str]:
        """The attributes on the card: those by which journeys are grouped, then those that make an activity several."""
        several = card.splits(self.board.journeys) if mark is None or not mark.is_move else []
        return [name for name in dict.fromkeys((*super()._breakdowns(), *several)) if name]

    def _card(self) -> dict[str, Any]:
        mark, look, journeys = self._opened, self._look, self.board.journeys
        if mark is None or look.level != ACTIVITY or not mark.names <= set(journeys.known_activities):
            return {}
        rows: Sequence[Row] = self._answers(journeys, look.level).table.to_pylist()
        chosen = [part for part in self._chosen() if part in mark.clauses]
        return {**card.told(mark, rows, journeys, chosen), **self._groups(mark)}


def _valued(journeys: cx.Journeys, of: str, text: str) -> Filter:
    """The journeys with an event of this value."""
    return w.attribute(of, text == "true" if journeys.known_attributes[of].kind == "boolean" else text)


def checked(look: Look, known: Sequence[str], levels: Sequence[str]) -> Look:
    """The look, or an error where it is none: everything in it may come from a browser."""
    shares = [share for share in (look.activities, look.moves) if share is not None]
    numbers = all(isinstance(share, int | float) and not isinstance(share, bool) for share in shares)
    sizes = all(type(side) is int and LEAST <= side <= MOST for side in look.size)
    stay = tuple(look.stay) if isinstance(look.stay, list | tuple) else (None,)
    holds = (
        sizes,
        numbers and all(0 <= share <= 1 for share in shares),
        look.show in METRICS,
        look.level in levels,
        len(stay) <= MOST_STAYING and set(stay) <= set(known),
        isinstance(look.ghosts, bool),
    )
    if not all(holds):
        raise ValueError(look)
    return replace(look, stay=stay)
