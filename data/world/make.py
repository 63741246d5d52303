"""What is in the made world? Tables, hidden truths, the engagement file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from .customers import populate
from .forms import Asked, fields_table
from .hidden import hidden_tables
from .journey import Customer, Journey
from .levers import with_levers
from .papers import Survey, comments, hidden_surveys, surveys, surveys_table, tickets
from .parameters import World
from .register import costs_table, engagement, needs_table
from .tables import Case, cases, customers_table, events_table, identities_table
from .truths.book import Book, look
from .truths.calls import calls
from .truths.needs import needs
from .truths.orders import orders
from .truths.outcomes import outcomes
from .truths.papers import papers
from .truths.people import people
from .truths.tables import beside

Lives = tuple[list[Customer], list[Journey]]


@dataclass
class Made:
    """A made world: what the company hands over, and what it does not know."""

    world: World
    tables: dict[str, pa.Table]
    hidden: dict[str, pa.Table]
    truth: dict[str, dict[str, Any]]
    engagement: str
    lives: Lives = field(default_factory=lambda: ([], []))


@dataclass
class Export:
    """What the company hands over, and from what it was made."""

    tables: dict[str, pa.Table]
    log: list[Case]
    answers: list[Survey]
    asked: Asked
    themes: pa.Table


def make(world: World, *, stitched: bool = True) -> Made:
    """Which world is it? The same for the same fields of `World`, and as stitched as the company's log."""
    lives = populate(world)
    made = export(world, lives, stitched=stitched)
    hidden = hidden_tables(made.log) | {"surveys": hidden_surveys(made.answers), "comments": made.themes}
    book, seen = Book(world), look(made.log)
    people(book, seen)
    outcomes(book, seen)
    needs(book, seen, made.tables["needs"])
    orders(book, seen)
    calls(book, seen)
    papers(book, seen, made.answers, made.asked, made.tables["comments"])
    beside(book, made.log, made.tables)
    return Made(world, made.tables, hidden, with_levers(book), engagement(world), lives)


def export(world: World, lives: Lives, *, stitched: bool = True) -> Export:
    """What is handed over of these lives, by the log's end?"""
    customers, journeys = lives
    log = cases(world, journeys, stitched=stitched)
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
        "costs": costs_table(world),
    }
    return Export(tables, log, answers, asked, themes)
