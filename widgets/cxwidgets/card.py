"""The card at a box or a line of the map: its figures, what comes before and after, and what can be done with it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cxkit as cx
from cxkit import catalog
from cxkit import where as w
from cxkit.views.theme import clean
from cxkit.where.filter import Filter
from cxkit.words import given, many, percent, timed

Row = Mapping[str, Any]
MOST, MOST_PARTS = 3, 6  # of what comes before and after; of groups
HIDE, MERGE, SPLIT = STEPS = ("hide", "merge", "split")
SPLITTING = ("text", "boolean")  # kinds of values by which an activity is split in the page
CLASS = re.compile(r"(.+?)\s*[:/|(\[\u2013-]")  # what several activities may begin with
WORDS = {
    "only": "Only these",
    "without": "Without these",
    "start": "Start here",
    "end": "End here",
    "hide": "Hide",
    "merge": "Merge with …",
    "split": "Split by …",
    "journeys": "Show the journeys",
}
ASKING = (*STEPS, "journeys")  # actions that choose nothing by themselves
START, END = "the start", "the end"


@dataclass(frozen=True)
class Mark:
    """What a card is of: an activity, or the step from one to another, the start or the end (None)."""

    first: str | None
    then: str | None = None
    is_move: bool = False

    @property
    def names(self) -> set[str]:
        """The activities that it is of."""
        return {name for name in (self.first, self.then) if name is not None}

    @property
    def only(self) -> Filter:
        """The journeys that take it."""
        if not self.is_move:
            return w.contains(str(self.first))
        if self.first is None:
            return w.starts_with(str(self.then))
        return w.ends_with(self.first) if self.then is None else w.follows(self.first, self.then, directly=True)

    @property
    def clauses(self) -> Sequence[Filter]:
        """All clauses that a card can make of it."""
        return [self.clause(name) for name in self.actions if name not in ASKING]

    @property
    def actions(self) -> Sequence[str]:
        """The names of what can be done with it."""
        return ("only", "without", "split", "journeys") if self.is_move else tuple(WORDS)

    def clause(self, name: str) -> Filter:
        """What an action keeps."""
        made = {"only": lambda: self.only, "journeys": lambda: self.only, "without": lambda: ~self.only}
        if not self.is_move:
            made |= {"start": lambda: w.starts_with(str(self.first)), "end": lambda: w.ends_with(str(self.first))}
        return made[name]()

    def step(self, name: str, base: cx.Journeys, other: str) -> Any:
        """The step of a recipe that an action takes before all clauses."""
        if self.is_move:
            raise ValueError(name)
        activity = str(self.first)
        if name == SPLIT:
            after = base.split(activity, by=other)
        elif name == HIDE:
            after = base.hide(activity)
        else:
            after = base.merge(_beginning(other) or activity, *([] if _beginning(other) else [activity]), other)
        return list(after.recipe)[-1]

    @property
    def title(self) -> str:
        """What it is called."""
        if not self.is_move:
            return clean(self.first)
        names = (clean(name) if name else side for name, side in ((self.first, START), (self.then, END)))
        return "Step from {} to {}".format(*names)


def mark_of(clause: Filter) -> Mark | None:
    """What the mark with this filter is of; nothing for one that has no card."""
    if isinstance(clause, w.follows):
        return Mark(clause.first, clause.then, is_move=True)
    if isinstance(clause, w.starts_with):
        return Mark(None, clause.activity, is_move=True)
    if isinstance(clause, w.ends_with):
        return Mark(clause.activity, None, is_move=True)
    if isinstance(clause, w.contains):
        return Mark(clause.activity)
    return None


@dataclass(frozen=True)
class Part:
    """The journeys of one group, or of all that are not named: how many there are, and how many take the mark."""

    name: str
    taken: int
    every: int
    clause: Filter | None = None

    @property
    def told(self) -> list[str]:
        """Name, share, the numbers behind it, and the key that keeps the group."""
        key = "" if self.clause is None else self.clause.key
        return [self.name, percent(self.taken / self.every), f"{many(self.taken)} of {many(self.every)}", key]


def parts(mark: Mark, journeys: cx.Journeys, by: str) -> list[Part]:
    """Which share of each group of journeys takes the mark; the groups that are not shown are counted together."""
    rows = sorted(journeys.segments(by=by).table.to_pylist(), key=lambda row: -row["count"])
    keeps, shown = catalog.entry("segments").keeps, list[Part]()
    for row in rows[:MOST_PARTS]:
        clause = keeps(row, journeys, {"by": by})
        assert clause is not None
        taken = journeys.keep(clause).keep(mark.only).n.journeys
        shown.append(Part(clean(row["segment"]), taken, row["count"], clause))
    if rest := rows[MOST_PARTS:]:
        taken = journeys.keep(mark.only).n.journeys - sum(part.taken for part in shown)
        shown.append(Part(f"other ({many(len(rest), 'group')})", taken, sum(row["count"] for row in rest)))
    return shown


def told(mark: Mark, rows: Sequence[Row], journeys: cx.Journeys, chosen: Sequence[Filter]) -> dict[str, Any]:
    """The card, as plain texts: title, figures, what comes before and after, actions."""
    figures = _of_move(mark, rows) if mark.is_move else _of_activity(mark, rows, journeys)
    if not figures:
        figures = [["", "Not in this selection"]]
    return {
        "key": mark.only.key,
        "title": mark.title,
        "figures": figures,
        "before": _beside(rows, "next_activity", "activity", mark.first),
        "after": _beside(rows, "activity", "next_activity", mark.then if mark.is_move else mark.first),
        "actions": [[name, WORDS[name], _is_on(mark, name, chosen)] for name in mark.actions],
        "others": [] if mark.is_move else _others(str(mark.first), journeys),
        "splits": [] if mark.is_move else splits(journeys),
    }


def _others(name: str, journeys: cx.Journeys) -> list[str]:
    """What an activity can be merged with: all that begin as it does, where there are several, and each other one."""
    begun = CLASS.match(name)
    alike = [other for other in journeys.known_activities if begun and other.startswith(begun[0])]
    others = [other for other in journeys.known_activities if other != name]
    return [f"{begun[0]}*", *others] if begun and len(alike) > 1 else others


def splits(journeys: cx.Journeys) -> list[str]:
    """The attributes by which an activity can be made several."""
    return [name for name, known in journeys.known_attributes.items() if known.kind in SPLITTING]


def _beginning(name: str) -> str:
    """What the activities of a class are called together; nothing for an activity."""
    begun = CLASS.match(name)
    return begun[1] if begun and name == f"{begun[0]}*" else ""


def _is_on(mark: Mark, name: str, chosen: Sequence[Filter]) -> bool:
    return name not in ASKING and mark.clause(name) in chosen


def _of_move(mark: Mark, rows: Sequence[Row]) -> list[list[str]]:
    row = next((row for row in rows if (row["activity"], row["next_activity"]) == (mark.first, mark.then)), None)
    if row is None:
        return []
    figures = [
        ["Taken", many(row["count"], "time")],
        ["Journeys", f"{many(row['journeys'])} ({percent(row['share'])})"],
    ]
    if given(row["median_seconds"]) is not None:
        times = (("Median time", "median_seconds"), ("Mean", "mean_seconds"), ("P90", "p90_seconds"))
        figures += [[word, timed(row, column)] for word, column in times]
    return figures


def _of_activity(mark: Mark, rows: Sequence[Row], journeys: cx.Journeys) -> list[list[str]]:
    visits = sum(row["count"] for row in rows if row["next_activity"] == mark.first)
    if not visits:
        return []
    begun, ended = (
        sum(row["count"] for row in rows if row[one] == mark.first and row[other] is None)
        for one, other in (("next_activity", "activity"), ("activity", "next_activity"))
    )
    reached, every = journeys.keep(mark.only).n.journeys, journeys.n.journeys
    figures = [["Visits", many(visits)], ["Journeys", f"{many(reached)} ({percent(reached / every)})"]]
    return figures + [[word, many(n)] for word, n in (("Start here", begun), ("End here", ended)) if n]


def _beside(rows: Sequence[Row], near: str, far: str, name: str | None) -> list[list[str]]:
    """The three most frequent neighbours of an activity on one side, with how often and in what time."""
    if name is None:
        return []
    found = sorted((row for row in rows if row[near] == name), key=lambda row: -row["count"])
    whole, side = sum(row["count"] for row in found), START if far == "activity" else END
    return [
        [clean(row[far]) if row[far] else side, percent(row["count"] / whole), _median(row)] for row in found[:MOST]
    ]


def _median(row: Row) -> str:
    return "" if given(row["median_seconds"]) is None else timed(row, "median_seconds")
