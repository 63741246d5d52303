"""The journeys over time, among whose periods one chooses a range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import cxkit as cx
from cxkit import where as w
from cxkit.where.filter import none_of
from cxwidgets.modules import script
from cxwidgets.panel import Action, Drawn
from cxwidgets.picture import Choosing

FIGURES = {"started": "Started", "completed": "Last event", "goals": "Goal rate", "median": "Median duration"}
GRAINS = {"": "usual periods", "day": "per day", "week": "per week", "month": "per month", "quarter": "per quarter"}


class Changes(Choosing):
    """When something may have changed: a click keeps the journeys that started from then on until the next change."""

    name = "change_points"

    def __init__(self, board: Any, name: str = "") -> None:
        super().__init__(board, name)
        self.label = "What changed?"


class OverTime(Choosing):
    """How it changes over time: a drag keeps the journeys that began in a range of periods, a click those of one."""

    _esm = script("panels/periods.js")
    name = "over_time"
    figure, per = "started", ""

    @property
    def actions(self) -> Mapping[str, Action]:
        own: Mapping[str, Action] = {"brush": self.brush, "clear": self.clear, "turn": self.turn, "pace": self.pace}
        return {**super().actions, **own}

    @property
    def kept(self) -> dict[str, Any]:
        own = {"figure": self.figure} if self.figure != "started" else {}
        return super().kept | own | ({"per": self.per} if self.per else {})

    def keep(self, kept: Mapping[str, Any]) -> None:
        super().keep(kept)
        figure, per = kept.get("figure", "started"), kept.get("per", "")
        self.figure = figure if figure in FIGURES else self.figure
        self.per = per if per in GRAINS else self.per

    def result(self, journeys: cx.Journeys, by: str = "") -> cx.Result:
        answer: cx.Result = self.entry.function(journeys, per=self.per or None, by=by or None)
        return answer

    def draw(self) -> Drawn:
        drawn = super().draw()
        return replace(drawn, marks=tuple(self._marks(drawn.facts.get("days", {}))))

    def sketch(self, journeys: cx.Journeys, how: tuple[bool, str]) -> Drawn:
        alive, by = how
        result = self.result(journeys, by)
        picture = result.chart(keyed=lambda row: {"key": row["period"]}, small=self.small, figure=self.figure)
        rows = result.table.select(["period", "first_day", "last_day"]).to_pylist()
        days = {row["period"]: [row["first_day"].isoformat(), row["last_day"].isoformat()] for row in rows}
        switches = [
            ["turn", "What is shown", self.figure, [*FIGURES.items()]],
            ["pace", "How long a period is", self.per, [*GRAINS.items()]],
        ]
        attributes = {"by": by, "attributes": self._attributes} if self._attributes else {}
        return self.charted(picture, alive, bins=list(days), days=days, switches=switches, **attributes)

    def choose(self, key: str, besides: bool) -> None:
        """Choose a period, or take the choice back; `besides` takes all periods up to it."""
        bins = self.facts["bins"]
        place, chosen = bins.index(key), [bins.index(mark) for mark in self.marks if mark in bins]
        if chosen == [place] and besides is not True:
            self.clear()
            return
        every = [place, *(chosen if besides is True else [])]
        self._keep(bins[min(every)], bins[max(every)])

    def brush(self, first: str, last: str) -> None:
        """Choose all periods from the first to the last."""
        bins = self.facts["bins"]
        if bins.index(first) > bins.index(last):
            raise ValueError(first, last)
        self._keep(first, last)

    def clear(self) -> None:
        """Take the choice back."""
        self.board.put(self.name, None)

    def turn(self, to: str) -> None:
        """Show another figure."""
        if to not in FIGURES:
            raise ValueError(to)
        self.figure = to
        self._anew()

    def pace(self, to: str) -> None:
        """Periods of another length; the choice is taken back, for its bars are gone."""
        if to not in GRAINS:
            raise ValueError(to)
        self.per = to
        self.board.put(self.name, None)
        self._anew()

    def ask(self, by: str) -> None:
        """Compare by another attribute; the periods that are chosen stay so."""
        if by not in self._attributes:
            raise ValueError(by)
        self._by = by
        self.show(self.drawn())

    def _anew(self) -> None:
        self._sketched.cache_clear()
        self.show(self.drawn())

    def _keep(self, first: str, last: str) -> None:
        """The journeys that began in the periods from one to another."""
        (since, _), (_, until) = (self.facts["days"][period] for period in (first, last))
        self.board.put(self.name, w.during(since, None if since == until else until, how="started"))

    def _marks(self, days: Mapping[str, Sequence[str]]) -> list[str]:
        """The periods that the clause keeps; the clause may have been turned round."""
        clause = self.board.clauses.get(self.name)
        turned = isinstance(clause, none_of)
        inside = clause.of[0] if isinstance(clause, none_of) else clause
        if not isinstance(inside, w.during):
            return []
        low, high = inside.start, inside.end or inside.start
        return [period for period, (since, until) in days.items() if (low <= since and until <= high) != turned]
