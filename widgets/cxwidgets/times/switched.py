"""Pictures of time with a switch: the hours of the week, journeys as dots, one step as spans."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import cxkit as cx
from cxkit.views.picture import Picture
from cxkit.words import given, safe
from cxwidgets.panel import Action, Drawn
from cxwidgets.picture import Choosing, Keyed

MOST_STEPS = 20


class Switched(Choosing):
    """A picture of which one thing can be switched; what the browser sends is looked up among what is offered."""

    label_of_switch: ClassVar[str] = ""
    usual: ClassVar[str] = ""

    def __init__(self, board: Any, name: str = "") -> None:
        super().__init__(board, name)
        self.way = self.usual

    @property
    @abstractmethod
    def ways(self) -> Mapping[str, str]:
        """What can be chosen, and what that is called."""

    @property
    def actions(self) -> Mapping[str, Action]:
        return {**super().actions, "turn": self.turn}

    @property
    def kept(self) -> dict[str, Any]:
        return {} if self.way == self.usual else {"way": self.way}

    def keep(self, kept: Mapping[str, Any]) -> None:
        way = kept.get("way", self.usual)
        self.way = way if way in self.ways else self.way

    def switched(self) -> None:
        super().switched()
        self.way = self.usual

    def turn(self, to: str) -> None:
        """Show it another way; a choice made on the last one stays."""
        if to not in self.ways:
            raise ValueError(to)
        self.way = to
        self._sketched.cache_clear()
        self.show(self.drawn())

    def sketch(self, journeys: cx.Journeys, how: tuple[bool, str]) -> Drawn:
        drawn = super().sketch(journeys, how)
        switches = [["turn", self.label_of_switch, self.way, [*self.ways.items()]]] if len(self.ways) > 1 else []
        return replace(drawn, facts={**drawn.facts, "switches": switches})

    def pictured(self, result: cx.Result, keyed: Keyed) -> tuple[Picture | None, dict[str, Any]]:
        return result.chart(keyed=keyed, small=self.small, **self.options), {}

    @property
    def options(self) -> Mapping[str, Any]:
        """How the picture is drawn."""
        return {}


class Week(Switched):
    """When in the week it happens."""

    name = "time_of_week"
    label_of_switch = "What is counted"
    usual = "events"

    @property
    def ways(self) -> Mapping[str, str]:
        return {"events": "All steps", "starts": "First steps"}

    def result(self, journeys: cx.Journeys, by: str = "") -> cx.Result:
        answer: cx.Result = self.entry.function(journeys, of=self.way)
        return answer


class Dots(Switched):
    """The journeys as rows of dots."""

    name = "dotted_chart"
    label_of_switch = "What lies across"
    usual = "time"

    @property
    def ways(self) -> Mapping[str, str]:
        return {"time": "By date", "since": "From each start, shortest first"}

    @property
    def options(self) -> Mapping[str, Any]:
        return {"against": self.way}

    def result(self, journeys: cx.Journeys, by: str = "") -> cx.Result:
        answer: cx.Result = self.entry.function(journeys, order="start" if self.way == "time" else "duration")
        return answer


class Spectrum(Switched):
    """One step, each time that it was taken."""

    name = "performance_spectrum"
    label_of_switch = "Which step"

    def __init__(self, board: Any, name: str = "") -> None:
        self._steps: dict[str, tuple[str, str]] = {}
        super().__init__(board, name)

    @property
    def ways(self) -> Mapping[str, str]:
        """The steps of the whole log on which most time is spent, by their numbers."""
        if not self._steps:
            moves = self.board.base.durations(per="move", working=False).table.to_pylist()
            moves.sort(key=lambda row: -row["count"] * (given(row["mean_seconds"]) or 0.0))
            self._steps = {
                str(place): (row["activity"], row["next_activity"]) for place, row in enumerate(moves[:MOST_STEPS], 1)
            }
        named = {key: f"{safe(first)} \N{RIGHTWARDS ARROW} {safe(then)}" for key, (first, then) in self._steps.items()}
        return {"": "Step with most waiting", **named}

    def switched(self) -> None:
        super().switched()
        self._steps = {}

    def result(self, journeys: cx.Journeys, by: str = "") -> cx.Result:
        step = self._steps.get(self.way, (None, None))
        answer: cx.Result = self.entry.function(journeys, *step)
        return answer
