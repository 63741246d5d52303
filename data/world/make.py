"""What is in the made world? Tables, hidden truths, the engagement file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from .customers import populate
from .forms import fields_table
from .hidden import hidden_tables
from .papers import comments, hidden_surveys, surveys, surveys_table, tickets
from .parameters import World
from .register import costs_table, engagement, needs_table
from .tables import cases, customers_table, events_table, identities_table
from .truth import Book, look
from .truth_calls import calls
from .truth_orders import orders
from .truth_papers import papers
from .truth_people import people


@dataclass
class Made:
    """A made world: what the company hands over, and what it does not know."""

    world: World
    tables: dict[str, pa.Table]
    hidden: dict[str, pa.Table]
    truth: dict[str, dict[str, Any]]
    engagement: str


def make(world: World) -> Made:
    """Which world is it? The same for the same fields of `World`."""
    customers, journeys = populate(world)
    log = cases(world, journeys)
    known = [customer for customer in customers if customer.since < world.end]
    answers = surveys(world, log)
    fields, asked = fields_table(world, log)
    said, themes = comments(world, log, answers)
    tables = {
        "events": events_table(world, log),
        "customers": customers_table(known, log),
        "identities": identities_table(known, log),
        "surveys": surveys_table(answers),
        "tickets": tickets(world, log),
        "fields": fields,
        "needs": needs_table(world, known),
        "comments": said,
        "costs": costs_table(),
    }
    hidden = hidden_tables(log) | {"surveys": hidden_surveys(answers), "comments": themes}
    book, seen = Book(world), look(log)
    people(book, seen)
    orders(book, seen)
    calls(book, seen)
    papers(book, seen, answers, asked, said)
    return Made(world, tables, hidden, dict(book), engagement(world))
