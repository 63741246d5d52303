"""What is true of the tables beside the log? How many rows speak of it, of whom, and after which step."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

import pyarrow as pa

from world.clock import midnight
from world.tables import Case
from world.truths.book import Book


class Speaks(NamedTuple):
    """A table beside the log: what its rows are, the column that says whose they are, the one that says when."""

    says: str
    key: str
    time: str | None


BESIDE = {
    "customers": Speaks("people on record; some have no journey in the log", "customer", None),
    "surveys": Speaks("questionnaires, each about a journey", "journey", "sent"),
    "tickets": Speaks("written requests, each about a journey", "journey", "opened"),
    "fields": Speaks("form fields filled in, each at a step of a journey", "journey", "time"),
    "needs": Speaks("answers about a need, each by a customer; some have no journey in the log", "customer", "date"),
    "comments": Speaks("comments, each about a journey", "journey", "time"),
}
AS_OF = "the last event of that {} at or before the time; of two at one time the later in journey order"
Lives = dict[str, tuple[list[int], list[str]]]  # by key: the seconds and the activities of the events


def beside(book: Book, log: list[Case], tables: dict[str, pa.Table]) -> None:
    """What is true of the tables beside the log?"""
    lives: dict[str, Lives] = {key: lives_of(log, key) for key in ("journey", "customer")}
    whose = {case.number: case.customer for case in log}
    for name, table in BESIDE.items():
        book.count(joined, name, table, tables[name], lives[table.key], whose)
    says = "lines of the cost sheet, which speaks of the company"
    book.enter("tables.costs", says, tables["costs"].num_rows, unit="rows", by=None, time=None)


def lives_of(log: list[Case], key: str) -> Lives:
    """What happened in each journey, or to each customer? In the order of time; journeys in which they began."""
    events: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for case in log:
        steps = zip(case.seconds, (event.activity for event in case.events), strict=True)
        events[case.number if key == "journey" else case.customer] += steps
    ordered = {name: sorted(steps, key=lambda step: step[0]) for name, steps in events.items()}
    return {name: ([second for second, _ in steps], [step for _, step in steps]) for name, steps in ordered.items()}


def joined(book: Book, name: str, table: Speaks, rows: pa.Table, lives: Lives, whose: dict[str, str]) -> None:
    """How many rows speak of the log, of how many journeys and customers, and after which step?"""
    owners = rows[table.key].to_pylist()
    inside = {owner for owner in owners if owner in lives}
    customers = {whose.get(owner, owner) for owner in inside}
    more: dict[str, Any] = {"joined": sum(owner in lives for owner in owners), "customers": len(customers)}
    if table.key == "journey":
        more["journeys"] = len(inside)
    if table.time:
        steps = Counter(last_steps(owners, moments(rows[table.time]), lives))
        more |= {"too_early": steps.pop("", 0), "as_of": dict(sorted(steps.items(), key=lambda pair: (-pair[1], pair)))}
        more["estimand"] = AS_OF.format(table.key)
    book.enter(f"tables.{name}", table.says, rows.num_rows, unit="rows", by=table.key, time=table.time, **more)


def moments(times: pa.ChunkedArray) -> list[float]:
    """When was it? Seconds since 1970; a date is its midnight in Central Europe."""
    if pa.types.is_date(times.type):
        return [midnight(day) for day in times.to_pylist()]
    return [microseconds / 1_000_000 for microseconds in times.cast(pa.int64()).to_pylist()]


def last_steps(owners: list[str], times: list[float], lives: Lives) -> Iterable[str]:
    """Which step came last, for each row that speaks of the log? An empty text where none had come yet."""
    for owner, moment in zip(owners, times, strict=True):
        if owner in lives:
            seconds, steps = lives[owner]
            place = bisect_right(seconds, moment)
            yield steps[place - 1] if place else ""
