"""What does the sample look like in small? Sixty journeys of every kind, few enough to be read one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from .make import Made

JOURNEYS = 60
FACTS = (  # of a journey, that are true or false
    *("leaked", "port_out", "long_wait", "late_return", "addon_dropped", "checked", "deposit"),
    *("system_failed", "sheltered", "decisive", "visited", "follow_up_broken"),
)
READING = 10  # a person costs the reader as much as ten events
PLAIN = 8  # events of a journey that is neither poor nor long
Row = dict[str, Any]


@dataclass
class Life:
    """One person: all their journeys, how many events, and what there is to see in them."""

    journeys: list[str] = field(default_factory=list)
    events: int = 0
    shows: set[str] = field(default_factory=set)
    end: str = ""  # of the last journey


def mini(made: Made) -> dict[str, pa.Table]:
    """Which sixty journeys show all there is? Those of some people of the sample, under the same ids.

    Each person in turn is the one who shows the most that was not seen yet for the reading it takes: kinds and ends,
    facts, activities, channels, personas, second ids. What is left is filled up with plain journeys of every end.
    """
    journeys = pa.array(choose(lives(made)))
    events = made.tables["events"]
    customers = events.filter(pc.is_in(events["journey"], journeys))["customer"].combine_chunks().unique()
    return {name: part(table, journeys, customers) for name, table in made.tables.items()}


def part(table: pa.Table, journeys: pa.Array, customers: pa.Array) -> pa.Table:
    """Which rows of a table belong to them? All of one that is about the company."""
    for key, wanted in (("journey", journeys), ("customer", customers)):
        if key in table.column_names:
            return table.filter(pc.is_in(table[key], wanted))
    return table


def choose(people: dict[str, Life]) -> list[str]:
    """Which journeys are they?"""
    missing = set().union(*(life.shows for life in people.values()))
    chosen: list[str] = []
    while missing:
        best = max(people, key=lambda name: (len(people[name].shows & missing) / (people[name].events + READING), name))
        missing -= people[best].shows
        chosen += people.pop(best).journeys
    by_end: dict[str, list[str]] = defaultdict(list)
    for life in sorted(people.values(), key=lambda life: (abs(life.events - PLAIN), life.journeys)):
        if len(life.journeys) == 1:
            by_end[life.end] += life.journeys
    spare = (name for turn in range(JOURNEYS) for end in sorted(by_end) for name in by_end[end][turn : turn + 1])
    return sorted([*chosen, *islice(spare, max(JOURNEYS - len(chosen), 0))])


def lives(made: Made) -> dict[str, Life]:
    """What does each person show?"""
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in made.tables["events"].select(["journey", "system_id", "activity", "channel"]).to_pylist():
        rows[row["journey"]].append(row)
    people: dict[str, Life] = defaultdict(Life)
    for fact in made.hidden["journeys"].to_pylist():
        life = people[fact["customer"]]
        life.journeys.append(fact["journey"])
        life.events += len(rows[fact["journey"]])
        life.end = f"{fact['kind']} {fact['end_reason']}"
        life.shows.update(shown(fact, rows[fact["journey"]]))
    for life in people.values():
        life.shows.add(f"comes {len(life.journeys)} times")
    return dict(people)


def shown(fact: Row, rows: list[Row]) -> Iterator[str]:
    """What is there to see in one journey?"""
    yield f"{fact['kind']} {fact['end_reason']}"
    yield f"{fact['kind']} {fact['persona']}"
    yield from (f"{name} {fact['persona'] if name == 'decisive' else ''}" for name in FACTS if fact[name])
    yield from (f"activity {row['activity']}" for row in rows)
    yield from (f"channel {row['channel']}" for row in rows)
    if rows[0]["system_id"] != fact["customer"]:
        yield "second id"
