"""What do forms ask for, and what do they ask again? Every person and number is invented."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from .company import FORMS
from .journey import Customer
from .parameters import World
from .tables import TIME, Case

FIRST = (
    "anna",
    "ben",
    "clara",
    "david",
    "emma",
    "finn",
    "greta",
    "hugo",
    "ida",
    "jonas",
    "karla",
    "leo",
    "mia",
    "noah",
)
LAST = ("ahorn", "birke", "eiche", "erle", "esche", "fichte", "kiefer", "linde", "pappel", "tanne", "ulme", "weide")
STREETS = ("Lindenweg", "Am Anger", "Hafengasse", "Bergstieg", "Seeufer", "Marktplatz", "Gartenweg", "Mühlenhof")
NUMBERS = ("30 23125", "40 66969", "69 90009", "89 99998")  # number blocks that are kept free for films and books
CHANGING = ("e-mail", "phone", "bank account")


@dataclass
class Asked:
    """How often did a form ask? Of fields that were known, and of all; `same` counts values already held."""

    known: int = 0
    known_asked: int = 0
    captured: int = 0
    same: int = 0


def invent(rng: np.random.Generator, customer: Customer, field: str) -> str:
    """What does somebody write into this field?"""
    number = int(rng.random() * 1000)
    if field == "birth date":
        year = 2025 - customer.age
        return f"{year}-{1 + number % 12:02}-{1 + number % 28:02}"
    if field == "address":
        return f"{STREETS[number % len(STREETS)]} {1 + number // 9}, {customer.region}"
    if field == "e-mail":
        return f"{FIRST[number % len(FIRST)]}.{LAST[number % len(LAST)]}{customer.number % 1000}@example.org"
    if field == "phone":
        return f"+49 {NUMBERS[number % len(NUMBERS)]} {number:03}"
    return f"DE00 0000 0000 0000 {customer.number % 10000:04} {number % 100:02}"


def fields_table(world: World, log: list[Case]) -> tuple[pa.Table, Asked]:
    """Which values were captured when? A person is asked again for much that the company has."""
    own: dict[int, list[Case]] = defaultdict(list)
    for case in log:
        own[case.journey.customer.number].append(case)
    rows: list[tuple[object, ...]] = []
    count = Asked()
    for number, cases in own.items():
        fill_in(world, np.random.default_rng([world.seed, number, 4]), cases, rows, count)
    rows.sort(key=lambda row: (row[2], row[0], row[4]))
    names = {
        "journey": pa.string(),
        "customer": pa.string(),
        "time": TIME,
        "activity": pa.string(),
        "field": pa.string(),
        "value": pa.string(),
    }
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return pa.table(
        {name: pa.array(column, kind) for (name, kind), column in zip(names.items(), columns, strict=True)}
    ), count


def fill_in(
    world: World, rng: np.random.Generator, cases: list[Case], rows: list[tuple[object, ...]], count: Asked
) -> None:
    """What does one person have to fill in, journey by journey?"""
    customer = cases[0].journey.customer
    current: dict[str, str] = {}
    held: dict[str, str] = {}
    for case in cases:
        for field in CHANGING:
            if rng.random() < world.data_changes:
                current.pop(field, None)
        for second, event in zip(case.seconds, case.events, strict=True):
            if event.activity == "Move announced":
                current.pop("address", None)
            for field in FORMS.get(event.activity, ()):
                known, asks = field in held, rng.random()
                count.known += known
                if known and asks >= world.asked_again:
                    continue
                value = current.get(field) or current.setdefault(field, invent(rng, customer, field))
                count.known_asked += known
                count.captured += 1
                count.same += held.get(field) == value
                held[field] = value
                rows.append((case.number, case.customer, second * 1_000_000, event.activity, field, value))
