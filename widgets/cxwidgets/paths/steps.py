"""The funnel whose steps are chosen in the page, and the tree that grows from any of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import cxkit as cx
from cxkit import where as w
from cxkit.views.picture import Picture
from cxkit.words import safe
from cxwidgets.modules import script
from cxwidgets.panel import Action, Drawn
from cxwidgets.picture import Choosing, Keyed

MOST_STEPS = 12
DIRECTIONS = {"forward": "what comes after", "backward": "what came before"}
DEPTHS = {str(depth): f"{depth} steps" for depth in range(2, 7)}
OUTCOMES = ("outcome (engagement)", "outcome")
ENDS = {"goal": "reached the goal", "cancel": "cancelled", "silent": "went silent", "open": "still open"}


class Funnel(Choosing):
    """How far journeys come: steps are added and taken away in the page; a click keeps those that came to one."""

    _esm = script("panels/ways.js")
    name = "funnel"
    steps: tuple[Any, ...] = ()

    @property
    def actions(self) -> Mapping[str, Action]:
        return {**super().actions, "step": self.step, "leave_out": self.leave_out, "usual": self.usual}

    @property
    def kept(self) -> dict[str, Any]:
        return super().kept | ({"steps": [*self.steps]} if self.steps else {})

    def keep(self, kept: Mapping[str, Any]) -> None:
        super().keep(kept)
        steps = tuple(w.passes(kept["steps"]).steps) if kept.get("steps") else ()
        self.steps = self._there(steps)
        self._sketched.cache_clear()

    def switched(self) -> None:
        super().switched()
        self.steps = ()

    def result(self, journeys: cx.Journeys, by: str = "") -> cx.Result:
        answer: cx.Result = self.entry.function(journeys, steps=[*self.steps] or None, by=by or None)
        return answer

    def sketch(self, journeys: cx.Journeys, how: tuple[bool, str]) -> Drawn:
        drawn = super().sketch(journeys, how)
        chain = [name if isinstance(name, str) else " or ".join(name) for name in self._chain]
        named = [safe(name) for name in (chain if self.steps else self._names(journeys))]
        told = {"steps": named, "offered": self.board.base.known_activities, "usual": not self.steps}
        return replace(drawn, facts={**drawn.facts, **told})

    def step(self, to: str) -> None:
        """One more step, after the others."""
        self._take((*self._chain, to))

    def leave_out(self, place: int) -> None:
        """Without the step at this place."""
        chain = self._chain
        if not isinstance(place, int) or isinstance(place, bool) or not 0 <= place < len(chain) or len(chain) == 1:
            raise ValueError(place)
        self._take((*chain[:place], *chain[place + 1 :]))

    def usual(self) -> None:
        """The steps that are shown before anybody chooses some."""
        self._take(())

    @property
    def _chain(self) -> tuple[Any, ...]:
        """The steps that are shown, each an activity or several."""
        if self.steps:
            return self.steps
        rows = self.result(self.board.base).table.to_pylist()
        last = (
            self.entry.keeps(rows[-1], self.board.base, {"steps": None, "by": None, "within": None}) if rows else None
        )
        return tuple(last.steps) if isinstance(last, w.passes) else ()

    def _names(self, journeys: cx.Journeys) -> list[str]:
        return list(dict.fromkeys(row["name"] for row in self.result(journeys).table.to_pylist()))

    def _there(self, steps: tuple[Any, ...]) -> tuple[Any, ...]:
        """These steps, if the log has them all and they are not too many."""
        names = {name for step in steps for name in ((step,) if isinstance(step, str) else step)}
        if len(steps) > MOST_STEPS or not names <= set(self.board.base.known_activities):
            raise ValueError(steps)
        return steps

    def _take(self, steps: tuple[Any, ...]) -> None:
        """Show these steps; the choice made on others is taken back."""
        self.steps = self._there(steps)
        self._sketched.cache_clear()
        self.board.put(self.name, None)
        self.show(self.drawn())


class Tree(Choosing):
    """Which ways lead on: it grows from any step, either way, for journeys of any outcome; a click keeps a way."""

    _esm = script("panels/ways.js")
    name = "path_tree"
    start, direction, depth, end = "", "forward", "3", ""

    def __init__(self, board: Any, name: str = "") -> None:
        self._grown: dict[str, str] = {}
        super().__init__(board, name)

    @property
    def actions(self) -> Mapping[str, Action]:
        own: Mapping[str, Action] = {"grow": self.grow, "from": self.from_, "turn": self.turn, "reach": self.reach}
        return {**super().actions, **own, "ended": self.ended}

    @property
    def kept(self) -> dict[str, Any]:
        usual = {"start": "", "direction": "forward", "depth": "3", "end": ""}
        return super().kept | {word: getattr(self, word) for word in usual if getattr(self, word) != usual[word]}

    def keep(self, kept: Mapping[str, Any]) -> None:
        super().keep(kept)
        for word, offered in self._offered().items():
            if kept.get(word) in offered:
                setattr(self, word, kept[word])
        self._sketched.cache_clear()

    def switched(self) -> None:
        super().switched()
        self.start, self.end = "", ""

    def result(self, journeys: cx.Journeys, by: str = "") -> cx.Result:
        ended = journeys.keep(w.attribute(self._outcome, self.end)) if self.end else journeys
        told = {"direction": self.direction, "depth": int(self.depth)}
        answer: cx.Result = self.entry.function(ended, start=self.start or None, **told)
        return answer

    def filters(self, row: Mapping[str, Any], journeys: cx.Journeys, parameters: Mapping[str, Any]) -> dict[str, Any]:
        clauses = super().filters(row, journeys, parameters)
        if self.end:
            clauses = {name: clause & w.attribute(self._outcome, self.end) for name, clause in clauses.items()}
        if row["kind"] == "step":
            self._grown[clauses["key"].key] = row["activity"]
        return clauses

    def pictured(self, result: cx.Result, keyed: Keyed) -> tuple[Picture | None, dict[str, Any]]:
        labels = {"start": "from", "direction": "turn", "depth": "reach", "end": "ended"}
        words = {"start": "From", "direction": "Which way", "depth": "How far", "end": "Journeys of which outcome"}
        offered = self._offered()
        switches = [
            [action, words[word], getattr(self, word), [*offered[word].items()]]
            for word, action in labels.items()
            if len(offered[word]) > 1
        ]
        return result.chart(keyed=keyed), {"switches": switches, "grows": True}

    def grow(self, key: str) -> None:
        """Let the tree grow from the step of a place that is shown."""
        self.board.put(self.name, None)
        self._turn("start", self._grown[key])

    def from_(self, to: str) -> None:
        """Let it grow from this step, or from where journeys begin (backward: end)."""
        self._turn("start", to)

    def turn(self, to: str) -> None:
        """Look the other way."""
        self._turn("direction", to)

    def reach(self, to: str) -> None:
        """Look so many steps far."""
        self._turn("depth", to)

    def ended(self, to: str) -> None:
        """Look at journeys of this outcome only, or at all."""
        self._turn("end", to)

    @property
    def _outcome(self) -> str:
        """What the outcome that the engagement gives is called; nothing where it gives none."""
        told = self.board.base.attributes
        return next((name for name in OUTCOMES if told.get(name, "").startswith("derived")), "")

    def _offered(self) -> dict[str, dict[str, str]]:
        """What can be chosen of each thing, and what that is called."""
        edge = "where journeys begin" if self.direction == "forward" else "where journeys end so far"
        starts = {"": edge} | {name: f"the first “{safe(name)}”" for name in self.board.base.known_activities}
        ends = {"": "any outcome", **(ENDS if self._outcome else {})}
        return {"start": starts, "direction": DIRECTIONS, "depth": DEPTHS, "end": ends}

    def _turn(self, word: str, to: str) -> None:
        if to not in self._offered()[word]:
            raise ValueError(to)
        setattr(self, word, to)
        self._grown.clear()
        self._sketched.cache_clear()
        self.show(self.drawn())
