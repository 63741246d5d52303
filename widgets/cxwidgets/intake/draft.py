"""What a user says about a log before it is prepared: the columns' roles, the time zone, goals and cancels."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import count
from operator import or_
from pathlib import Path
from typing import Any

import cxkit as cx
from cxkit import where as w
from cxkit.errors import InputError
from cxkit.shaping.trial import Trial, trial
from cxkit.times import zone_of
from cxkit.where.filter import Filter
from cxkit.words import many, percent, rounded, short

ROLES = ("journey", "activity", "time", "customer", "order", "start", "lifecycle")
KEEP, LEAVE = "keep", "leave"
GOAL, CANCEL = "goal", "cancel"
NONE = {
    "time": "the order is the row order and every duration is unknown",
    "customer": "customers unknown: each journey counts as one",
}
TAGS = {GOAL: "reached a goal", CANCEL: "cancelled"}
NEXT_MARK = {"": GOAL, GOAL: CANCEL, CANCEL: ""}
NEEDED = {
    "journey": "Choose the column that says to which journey a row belongs, such as an order number.",
    "activity": "Choose the column that says what happened.",
}


@dataclass(frozen=True)
class Draft:
    """A log and what has been said about it; every change gives a new one.

    `said` holds a word for each column: one of `ROLES`, "keep" or "leave"; `marks` is "goal" or "cancel" by activity;
    `on_disk` is whether the log's file stays where it was read from, `maybe` are the columns that come nearest to a
    customer where none was taken for one.
    """

    log: cx.Log
    said: tuple[str, ...]
    guessed: frozenset[tuple[str, str]] = frozenset()
    zone: str = "UTC"
    marks: Mapping[str, str] = field(default_factory=dict)
    on_disk: bool = True
    maybe: tuple[str, ...] = ()

    @classmethod
    def of(cls, log: cx.Log, *, on_disk: bool = True) -> Draft:
        """The draft in which every role is guessed; columns that no guess fits are kept."""
        try:
            evidence = log.settled.evidence
        except InputError:
            if log.head(1).empty:
                raise
            evidence = ()
        guessed = [(role, column) for role, column, _ in evidence if column is not None]
        role_of = {column: role for role, column in reversed(guessed)}
        said = tuple(role_of.get(column, KEEP) for column in log.columns)
        maybe = () if "customer" in said else nearest_customers(log)
        return cls(log, said, frozenset(guessed), on_disk=on_disk, maybe=maybe)

    def assign(self, number: int, role: str) -> Draft:
        """This column has that role; a column that had it is kept as an attribute."""
        if not 0 <= number < len(self.said) or role not in (*ROLES, KEEP, LEAVE):
            raise ValueError(role)
        said = [KEEP if role in ROLES and word == role else word for word in self.said]
        said[number] = role
        changed = replace(self, said=tuple(said))
        same = changed.column("activity") == self.column("activity")
        return replace(changed, marks=self.marks if same else {})

    def place(self, zone: str) -> Draft:
        """Times without an offset are local times of this zone."""
        zone_of(zone)
        return replace(self, zone=zone)

    def mark(self, activity: str) -> Draft:
        """The activity is a goal; said again a cancel, and once more neither."""
        mark = NEXT_MARK[self.marks.get(activity, "")]
        rest = {name: known for name, known in self.marks.items() if name != activity}
        return replace(self, marks={**rest, activity: mark} if mark else rest)

    def column(self, role: str) -> str | None:
        """The column that has this role."""
        return self.log.columns[self.said.index(role)] if role in self.said else None

    def facts(self) -> dict[str, Any]:
        """What has been said, for the browser."""
        columns = [{"name": name, "role": role} for name, role in zip(self.log.columns, self.said, strict=True)]
        return {"columns": columns, "zone": self.zone}

    def checked(self) -> Checked:
        """What these roles give, or what is in the way."""
        missing = [text for role, text in NEEDED.items() if role not in self.said]
        if missing:
            return Checked(self, faults=tuple(missing))
        try:
            words = self._words()
            log = self.log.roles(**words)
            found = trial(log)
        except cx.CxError as error:
            return Checked(self, faults=(str(error),))
        return Checked(self, log, words, found, found.faults)

    def filters(self, journeys: cx.Journeys) -> dict[str, Filter]:
        """The filters that the marks stand for, by tag; an activity that no usable row has plays no part."""
        known = journeys.known_activities
        chosen = {
            mark: [w.contains(name) for name, said in self.marks.items() if said == mark and name in known]
            for mark in TAGS
        }
        return {_free(TAGS[mark], journeys): reduce(or_, leaves) for mark, leaves in chosen.items() if leaves}

    def _words(self) -> dict[str, Any]:
        """What `Log.roles` is given to say the same."""
        named = {role: column for role in ROLES if (column := self.column(role)) is not None}
        words = {"time": "", "customer": "", **named, "zone": self.zone}
        if LEAVE not in self.said:
            return words
        roles = self.log.roles(**words).settled
        levels = {"journey_attributes": roles.journey_attributes, "event_attributes": roles.event_attributes}
        kept = {level: [n for n in numbers if self.said[n] != LEAVE] for level, numbers in levels.items()}
        return words | {level: [self.log.columns[n] for n in numbers] for level, numbers in kept.items()}


@dataclass(frozen=True)
class Checked:
    """A draft that was tried on its source: the log with roles, the words that say them, figures, faults."""

    draft: Draft
    log: cx.Log | None = None
    words: Mapping[str, Any] = field(default_factory=dict)
    trial: Trial | None = None
    faults: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether the log can be prepared."""
        return self.log is not None and not self.faults

    @property
    def evidence(self) -> list[dict[str, str]]:
        """Each role with its column, why in plain words, and whether it was guessed or chosen."""
        return [line for role in ROLES if (line := self._line(role))]

    def engagement(self, folder: Path, old: cx.Engagement | None) -> cx.Engagement:
        """What was settled, as an engagement file of that folder says it; what an old one says besides stays."""
        assert self.log is not None
        goals, cancels = ([name for name, said in self.draft.marks.items() if said == mark] for mark in TAGS)
        path = self.log.source.path
        there = Path(os.path.relpath(path, folder)).as_posix() if path and self.draft.on_disk else None
        new = cx.Engagement.of_log(self.log, path=there, goals=goals, cancels=cancels)
        if old is None:
            return new
        said = new.written()
        marks = {"goals": said.get("goals", []), "cancels": said.get("cancels", [])}
        notion = {"identities": said.get("identities"), "split": said.get("split"), "zone": new.zone}
        mine = {**marks, **notion, "name": old.name or new.name, "roles": old.other_roles | said["roles"]}
        return old.amended(**{**said, **mine})

    def code(self, source: str, target: str, steps: Iterable[object] = ()) -> str:
        """The Python that reads this source, prepares it there and goes these steps."""
        words = "".join(f"    {word}={value!r},\n" for word, value in self.words.items())
        lines = [f"log = cx.read({source!r}).roles(\n{words})", f"j = cx.prepare(log, {target!r})"]
        tags = [f"j = j{step!r}" for step in steps]
        imports = ["import cxkit as cx", *(["from cxkit import where as w"] if tags else []), ""]
        return "\n".join([*imports, *lines, *tags]) + "\n"

    def facts(self) -> dict[str, Any]:
        """What was found, for the browser."""
        found, marks = self.trial, self.draft.marks
        activities = found.activities if found else ()
        return {
            "reading": self._reading(),
            "evidence": self.evidence,
            "faults": list(self.faults),
            "doubts": [*self._nobody(), *(found.doubts if found else ())],
            "activities": [{"name": n, "rows": rows, "mark": marks.get(n, "")} for n, rows in activities],
            "kinds": found.kinds if found else 0,
        }

    def _nobody(self) -> list[str]:
        """That nothing says who the customers are, and which columns might."""
        if self.draft.column("customer") is not None or self.log is None:
            return []
        might = self.draft.maybe
        look = f" Is it {' or '.join(might)}? Choose it above its column." if might else ""
        return [f"No column says who the customer is, so customers are unknown and cannot be counted.{look}"]

    def _reading(self) -> list[str]:
        found = self.trial
        said = [f"{many(found.rows)} rows"] if found else []
        said += [f"{name} {value}" for name, value in self.draft.log.source.reading.items()]
        unfit = f"{many(found.unfit)} lines do not fit the table and are left out" if found and found.unfit else ""
        return [*said, unfit] if unfit else said

    def _line(self, role: str) -> dict[str, str] | None:
        column = self.draft.column(role)
        if column is not None:
            by = "guessed" if (role, column) in self.draft.guessed else "chosen"
            return {"role": role, "column": column, "why": self._why(role), "by": by}
        why = NONE.get(role) if self.log else None
        return {"role": role, "column": "", "why": why, "by": ""} if why else None

    def _why(self, role: str) -> str:
        found = self.trial
        if found is None or self.log is None:
            return ""
        if role == "time" and not found.readable:
            return "none of a sample reads as a time"
        if role == "time":
            return f"{percent(found.readable)} of a sample read as times; {self.log.settled.reads}"
        each = max(found.journeys, 1)
        return {
            "journey": f"{many(found.journeys)} values, {rounded(found.rows / each)} rows each",
            "activity": f"{many(found.kinds)} values{', changing within a journey' if found.changing else ''}",
            "customer": f"{many(found.customers)} values for {many(found.journeys)} journeys",
            "order": "puts events with the same time in order",
            "start": "when an event starts; its time is when it ends",
            "lifecycle": "rows that say start and complete are joined into events",
        }[role]


def nearest_customers(log: cx.Log) -> tuple[str, ...]:
    """The two columns that come nearest to a customer, though none was taken for one."""
    try:
        near = [candidate.column for candidate in log.guess().candidates if candidate.role == "customer"]
    except cx.CxError:
        return ()
    return tuple(f'"{short(column)}"' for column in near[:2])


def _free(tag: str, journeys: cx.Journeys) -> str:
    """The tag's name, or with a number where the log has an attribute of that name."""
    names = (tag if number == 1 else f"{tag} {number}" for number in count(1))
    return next(name for name in names if name not in journeys.attributes)
