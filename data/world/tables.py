"""What does the export look like? Two Arrow tables, as a company would hand them over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from operator import itemgetter

import pyarrow as pa

from .clock import local_date
from .company import ACTIVITIES, CONTRACTS, KINDS, TARIFFS
from .journey import Customer, Journey
from .parameters import World

EVENTS = pa.schema(
    [
        ("journey", pa.string()),
        ("customer", pa.string()),
        ("activity", pa.string()),
        ("time", pa.timestamp("us", tz="UTC")),
        ("channel", pa.string()),
        ("lane", pa.string()),
        ("stage", pa.string()),
        ("agent", pa.string()),
        ("cost", pa.float64()),
        ("kind", pa.string()),
        ("product", pa.string()),
        ("region", pa.string()),
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
    ]
)


def events_table(world: World, journeys: list[Journey]) -> pa.Table:
    """What does the log hold? One row per event, ordered by time, cut where the log ends."""
    begun = [journey for journey in journeys if journey.events[0].time < world.end]
    begun.sort(key=lambda journey: (journey.events[0].time, journey.customer.name))
    named = zip(numbers(begun), begun, strict=True)
    rows = [row for number, journey in named for row in rows_of(world, journey, number)]
    rows.sort(key=itemgetter("time"))
    return pa.Table.from_pylist(rows, schema=EVENTS)


def numbers(journeys: list[Journey]) -> Iterator[str]:
    """What are the journeys called? Kind, year, running number."""
    count: Counter[str] = Counter()
    for journey in journeys:
        series = f"{KINDS[journey.kind]}-{local_date(journey.events[0].time).year}"
        count[series] += 1
        yield f"{series}-{count[series]:06}"


def rows_of(world: World, journey: Journey, number: str) -> Iterator[dict[str, object]]:
    """What does the export say about one journey? No two of its events share a second."""
    fixed = {
        "journey": number,
        "customer": journey.customer.name,
        "kind": journey.kind,
        "product": journey.product,
        "region": journey.customer.region,
        "value": value(world, journey),
    }
    second = 0
    for event in journey.events:
        second = max(int(event.time), second + 1)
        if second >= world.end:
            return
        card = ACTIVITIES[event.activity]
        own = {**event._asdict(), "time": second * 1_000_000, "lane": card.lane, "stage": card.stage}
        yield {**fixed, **own}


def value(world: World, journey: Journey) -> float | None:
    """Which margin does the contract bring? None while there is none."""
    won = journey.won
    if won is None or won.time >= world.end:
        return None
    return round(CONTRACTS[journey.kind].months * TARIFFS[journey.product].margin, 2)


def customers_table(world: World, customers: list[Customer]) -> pa.Table:
    """Whom does the company know by the end of the log?"""
    rows = [
        {
            "customer": customer.name,
            "age": customer.age,
            "region": customer.region,
            "since": local_date(customer.since),
            "segment": customer.segment,
        }
        for customer in customers
        if customer.since < world.end
    ]
    return pa.Table.from_pylist(rows, schema=CUSTOMERS)
