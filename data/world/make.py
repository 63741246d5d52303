"""What is in the made world? Tables, hidden truths, the engagement file."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa

from .customers import populate
from .parameters import World
from .tables import cases, customers_table, events_table, identities_table


@dataclass
class Made:
    """A made world: what the company hands over, and what it does not know."""

    world: World
    tables: dict[str, pa.Table]
    hidden: dict[str, pa.Table] = field(default_factory=dict)
    truth: dict[str, dict[str, object]] = field(default_factory=dict)
    engagement: str = ""


def make(world: World) -> Made:
    """Which world is it? The same for the same fields of `World`."""
    customers, journeys = populate(world)
    log = cases(world, journeys)
    tables = {
        "events": events_table(world, log),
        "customers": customers_table(world, customers, log),
        "identities": identities_table(customers, log),
    }
    return Made(world, tables)
