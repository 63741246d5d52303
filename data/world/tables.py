"""What does the export look like? Arrow tables, as a company would hand them over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from .clock import local_date
from .company import ACTIVITIES, CONTRACTS, KINDS, margin
from .journey import Customer, Event, Journey
from .parameters import World

TIME = pa.timestamp("us", tz="UTC")
EVENTS = pa.schema(
    [
        ("journey", pa.string()),
        ("customer", pa.string()),
        ("system_id", pa.string()),
        ("activity", pa.string()),
        ("time", TIME),
        ("start", TIME),
        ("channel", pa.string()),
        ("lane", pa.string()),
        ("stage", pa.string()),
        ("agent", pa.string()),
        ("cost", pa.float64()),
        ("offer_days", pa.int16()),
        ("kind", pa.string()),
        ("product", pa.string()),
        ("region", pa.string()),
        ("credit_risk", pa.string()),
        ("value", pa.float64()),
    ]
)
CUSTOMERS = pa.schema(
    [
        ("customer", pa.string()),
        ("age", pa.int16()),
        ("region", pa.string()),
        ("since", pa.date32()),
        ("segment", pa.string()),
        ("preferred_channel", pa.string()),
    ]
)
IDENTITIES = pa.schema([("system_id", pa.string()), ("customer", pa.string()), ("matched_by", pa.string())])
MATCHED_BY = ("e-mail", "phone and birth date", "name and address")


@dataclass
class Case:
    """A journey as the log has it: its number, whose the company takes it for, under which id the system booked it.

    Of its events there are those until the log's end, all at whole seconds.
    """

    number: str
    customer: str
    system_id: str
    journey: Journey
    seconds: list[int]

    @property
    def events(self) -> list[Event]:
        return self.journey.events[: len(self.seconds)]

    @property
    def whole(self) -> bool:
        """Was all of it seen?"""
        return len(self.seconds) == len(self.journey.events)


def cases(world: World, journeys: list[Journey], *, stitched: bool = True) -> list[Case]:
    """Which journeys are in the log? In the order in which they began; no two events of one share a second.

    A company that has not stitched its log takes every id of its systems for a customer.
    """
    begun = [journey for journey in journeys if journey.events[0].time < world.end]
    begun.sort(key=lambda journey: (journey.events[0].time, journey.customer.number))
    earlier: Counter[int] = Counter()
    found = []
    for number, journey in zip(numbers(begun), begun, strict=True):
        person = journey.customer
        booked = person.alias if person.alias and earlier[person.number] else person.name
        earlier[person.number] += 1
        known = person.name if stitched else booked
        found.append(Case(number, known, booked, journey, list(seconds(journey, world.end))))
    return found


def seconds(journey: Journey, end: float) -> Iterator[int]:
    """When did its events happen, to the second? Until the log ends."""
    second = 0
    for event in journey.events:
        second = max(int(event.time), second + 1)
        if second >= end:
            return
        yield second


def numbers(journeys: list[Journey]) -> Iterator[str]:
    """What are the journeys called? Kind, year, running number."""
    count: Counter[str] = Counter()
    for journey in journeys:
        series = f"{KINDS[journey.kind]}-{local_date(journey.events[0].time).year}"
        count[series] += 1
        yield f"{series}-{count[series]:06}"


def events_table(world: World, log: list[Case]) -> pa.Table:
    """What does the log hold? One row per event, ordered by time."""
    rows = sorted((row for case in log for row in rows_of(world, case)), key=lambda row: (row[4], row[0]))
    columns = zip(*rows, strict=True) if rows else [()] * len(EVENTS)
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, EVENTS, strict=True)], schema=EVENTS
    )


def rows_of(world: World, case: Case) -> Iterator[tuple[object, ...]]:
    """What does the export say about one journey?"""
    journey, before = case.journey, 0
    risk = journey.customer.risk if journey.facts.get("placed") else None
    fixed = (journey.kind, journey.product, journey.customer.region, risk, value(world, journey))
    for second, event in zip(case.seconds, case.events, strict=True):
        card = ACTIVITIES[event.activity]
        start = None if event.worked is None else max(second - round(event.worked), before) * 1_000_000
        own = (event.channel, card.lane, card.stage, event.agent, event.cost, event.offer_days)
        yield (case.number, case.customer, case.system_id, event.activity, second * 1_000_000, start, *own, *fixed)
        before = second


def value(world: World, journey: Journey) -> float | None:
    """Which margin does the contract bring? None while there is none."""
    won = journey.won
    if won is None or won.time >= world.end:
        return None
    return round(CONTRACTS[journey.kind].months * margin(world, journey.product), 2)


def customers_table(customers: list[Customer], log: list[Case]) -> pa.Table:
    """Whom does the company know by the end of the log? One row per person; one per id where it has not stitched."""
    taken = {case.customer for case in log}
    rows = [
        {
            "customer": name,
            "age": customer.age,
            "region": customer.region,
            "since": local_date(customer.since),
            "segment": customer.segment,
            "preferred_channel": customer.declared,
        }
        for customer in customers
        for name in (customer.name, customer.alias)
        if name == customer.name or name in taken
    ]
    return pa.Table.from_pylist(rows, schema=CUSTOMERS)


def identities_table(customers: list[Customer], log: list[Case]) -> pa.Table:
    """Which second ids are known to belong to whom?"""
    known = {case.system_id for case in log if case.system_id != case.customer}
    rows = [
        {"system_id": one.alias, "customer": one.name, "matched_by": MATCHED_BY[one.number % 3]}
        for one in customers
        if one.alias in known
    ]
    return pa.Table.from_pylist(rows, schema=IDENTITIES)
