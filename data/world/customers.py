"""Who are the customers, and which journeys do they make?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np

from .clock import EPOCH, Calendar
from .company import NEXT_KIND, PERSONAS, REGIONS, SEGMENTS, STANDING_AFTER, TARIFFS
from .journey import Customer, Journey, pick
from .parameters import DAY, World
from .stories import tell

OLDEST_CUSTOMER = (dt.date(2013, 4, 1) - EPOCH).days * DAY
AGE_LIMITS = (30, 50, 65)


def populate(world: World) -> tuple[list[Customer], list[Journey]]:
    """Who are they all, and what do they do? Each customer has their own random numbers."""
    calendar = Calendar(world)
    customers: list[Customer] = []
    journeys: list[Journey] = []
    for number in range(world.customers):
        rng = np.random.default_rng([world.seed, number])
        customer = meet(world, rng, number)
        customers.append(customer)
        journeys += live(world, rng, customer, calendar)
    return customers, journeys


def meet(world: World, rng: np.random.Generator, number: int) -> Customer:
    """Who is this?"""
    age = 18 + int(74 * rng.beta(1.9, 2.9))
    band = int(np.searchsorted(AGE_LIMITS, age, side="right"))
    prospect = rng.random() < world.prospect_share
    return Customer(
        name=f"C{100001 + number}",
        age=age,
        region=pick(rng, REGIONS),
        segment=pick(rng, {segment: shares[band] for segment, shares in SEGMENTS.items()}),
        since=OLDEST_CUSTOMER + (world.begin - OLDEST_CUSTOMER) * rng.random() ** 0.7,
        standing="prospect" if prospect else "established",
        persona=pick(rng, {persona: card.share for persona, card in PERSONAS.items()}),
        tariff=choose_tariff(rng),
    )


def live(world: World, rng: np.random.Generator, customer: Customer, calendar: Calendar) -> Iterator[Journey]:
    """Which journeys does the customer make, one after the other?"""
    count = 1 + pick(rng, dict(enumerate(world.journeys_per_customer)))
    free = world.begin
    if customer.standing == "prospect":
        customer.since = float("inf")
    for wish in calendar.draw(rng, count):
        start, kinds = max(wish, free), NEXT_KIND[customer.standing]
        if start >= world.end or not kinds:
            return
        journey = tell(new_journey(world, rng, customer, pick(rng, kinds), start))
        free = journey.moment + world.rest_between_journeys.draw(rng)
        customer.since = min(customer.since, journey.events[0].time)
        learn(customer, journey)
        yield journey


def new_journey(world: World, rng: np.random.Generator, customer: Customer, kind: str, start: float) -> Journey:
    """What is it about? An order about a tariff of the customer's choice, the rest about the tariff they have."""
    product = choose_tariff(rng) if kind == "order" else customer.tariff
    return Journey(kind, customer, product, start, world, rng)


def choose_tariff(rng: np.random.Generator) -> str:
    """Which tariff does somebody buy?"""
    return pick(rng, {tariff: card.share for tariff, card in TARIFFS.items()})


def learn(customer: Customer, journey: Journey) -> None:
    """What is different for the customer afterwards?"""
    if journey.won:
        customer.tariff = journey.product
    for event in journey.events:
        changes = STANDING_AFTER.get(event.activity, {})
        customer.standing = changes.get(customer.standing, customer.standing)
