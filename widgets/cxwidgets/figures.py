"""The key figures of the selection: goal rate, median, P90 and events per journey, each against the whole log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import cxkit as cx
from cxkit.words import CLOCK, UNKNOWN, percent, rounded, timed
from cxwidgets.modules import script
from cxwidgets.panel import Drawn, View

Row = Mapping[str, Any]
Said = Callable[[float], str]


class Figures(View):
    """Figures of the journeys under all clauses, with how much they differ from those of the whole log."""

    _esm = script("panels/figures.js")
    name = "figures"

    def __init__(self, board: Any) -> None:
        super().__init__(board)
        self._summed = lru_cache(8)(summed)

    def draw(self) -> Drawn:
        board = self.board
        rows = self._summed(board.journeys), self._summed(board.base)
        return Drawn(facts={"figures": figures(*rows, ends=knows_ends(board.base)), "whole": not board.clauses})

    def still(self) -> str:
        return ""


def summed(journeys: cx.Journeys) -> Row:
    """The row of the summary."""
    row: Row = journeys.summary().table.to_pylist()[0]
    return row


def figures(row: Row, whole: Row, *, ends: bool) -> list[dict[str, str]]:
    """Each figure: what it is, how much, how much of the whole, and the change between them.

    Where nobody has said when a journey is over (`ends`), only those that reached a goal or a cancel have ended: the
    goals are counted among all journeys then, as far as they have come.
    """
    names = {"median_seconds": "median", "p90_seconds": "P90"}
    shown = [_figure(words, row.get(name), whole.get(name), timer(row), timer(row)) for name, words in names.items()]
    each = "events_per_journey"
    shown.append(_figure("events per journey", row[each], whole[each], rounded, rounded))
    if "goal_journeys" in whole:
        words = "goal reached" if ends else "goal so far"
        shown.insert(0, _figure(words, goal_share(row, ends), goal_share(whole, ends), percent, points))
    return shown


def knows_ends(journeys: cx.Journeys) -> bool:
    """Whether a silence is declared, after which a journey without goal and cancel is over."""
    told = journeys.engagement
    return told is not None and any([told.silence, *(stage.silence for stage in told.stages.values())])


def goal_share(row: Row, ends: bool) -> float | None:
    """Which part of the ended journeys, or of all, reached a goal."""
    if row.get("goal_journeys") is None:
        return None
    of = row["journeys"] - (row["open_journeys"] if ends else 0)
    return row["goal_journeys"] / of if of else None


def timer(row: Row) -> Said:
    """How a length of time of this row is said: working time has no days."""
    return lambda seconds: timed({CLOCK: row.get(CLOCK), "seconds": seconds}, "seconds")


def points(share: float) -> str:
    """A difference of two shares, in points."""
    return percent(share).replace("%", " points")


def _figure(words: str, value: float | None, whole: float | None, said: Said, differs: Said) -> dict[str, str]:
    comparable = value is not None and whole is not None
    change = value - whole if value is not None and whole is not None else 0.0
    sign = "+" if change > 0 else "\N{MINUS SIGN}" if change < 0 else "\N{PLUS-MINUS SIGN}"
    return {
        "words": words,
        "value": said(value) if value is not None else UNKNOWN,
        "whole": said(whole) if whole is not None else UNKNOWN,
        "change": f"{sign}{differs(abs(change))}" if comparable else UNKNOWN,
    }
