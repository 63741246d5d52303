"""Who are the customers, and which journeys do they make?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import accumulate

import numpy as np

from .clock import EPOCH
from .company import NEXT_KIND, REGIONS, SEGMENTS, STANDING_AFTER, TARIFFS
from .errands import tell
from .habits import live_habits
from .journey import Customer, Journey, pick
from .needs import DECLARED, PERSONA_BY_AGE, SLUGS, personas_at
from .parameters import DAY, World
from .scene import Scene

OLDEST_CUSTOMER = (dt.date(2013, 4, 1) - EPOCH).days * DAY
BANDS = tuple(PERSONA_BY_AGE)  # first ages


def populate(world: World) -> tuple[list[Customer], list[Journey]]:
    """Who are they all, and what do they do? Each customer has their own random numbers."""
    scene = Scene(world)
    customers: list[Customer] = []
    journeys: list[Journey] = []
    for number in range(world.customers):
        rng = np.random.default_rng([world.seed, number])
        customer = meet(world, rng, number)
        customers.append(customer)
        own = list(live(scene, rng, customer))
        live_habits(own, rng)
        journeys += own
    return customers, journeys


def age_band(age: int) -> int:
    """In which band is this age? Counted from 0."""
    return sum(age >= first for first in BANDS[1:])


def meet(world: World, rng: np.random.Generator, number: int) -> Customer:
    """Who is this?"""
    age = 18 + int(74 * rng.beta(1.9, 2.9))
    band = age_band(age)
    persona = pick(rng, personas_at(world, band))
    told = 2 * world.decoys_tell * (list(SLUGS).index(persona) - 1.5)
    name = f"C{100001 + number}"
    return Customer(
        number=number,
        name=name,
        alias=f"S{500001 + number}" if rng.random() < world.split_identity else None,
        age=age,
        region=pick(rng, REGIONS),
        segment=pick(rng, {segment: shares[band] for segment, shares in SEGMENTS.items()}),
        declared=pick(rng, DECLARED),
        persona=persona,
        tariff=choose_tariff(rng),
        risk="high" if rng.random() < world.high_risk else "low",
        hardness=float(rng.standard_normal()) + told,
        shows=bool(rng.random() < world.unregistered_need),
        outcome=float(rng.standard_normal()),
        calls=float(rng.standard_normal()),
        standing="prospect" if rng.random() < world.prospect_share else "established",
        since=OLDEST_CUSTOMER + (world.begin - OLDEST_CUSTOMER) * rng.random() ** 0.7,
    )


def live(scene: Scene, rng: np.random.Generator, customer: Customer) -> Iterator[Journey]:
    """Which journeys does the customer make, one after the other?"""
    world = scene.world
    sums = list(accumulate(world.journeys_per_customer))
    count = 1 + int(np.searchsorted(sums, rng.random() * sums[-1], side="right"))
    free = world.begin
    if customer.standing == "prospect":
        customer.since = float("inf")
    for wish in scene.calendar.draw(rng, count):
        start, kinds = max(wish, free), NEXT_KIND[customer.standing]
        if start >= world.horizon or not kinds:
            return
        journey = tell(new_journey(scene, rng, customer, pick(rng, kinds), start))
        free = journey.moment + world.rest_between_journeys.draw(rng)
        customer.since = min(customer.since, journey.events[0].time)
        learn(customer, journey)
        yield journey


def new_journey(scene: Scene, rng: np.random.Generator, customer: Customer, kind: str, start: float) -> Journey:
    """What is it about? An order about a tariff of the customer's choice, the rest about the tariff they have."""
    simple = rng.random() < scene.world.mix_shift and scene.since(scene.world.mix_day, start)
    product = choose_tariff(rng, simple) if kind == "order" else customer.tariff
    return Journey(kind, customer, product, start, scene, rng)


def choose_tariff(rng: np.random.Generator, simple: bool = False) -> str:
    """Which tariff does somebody buy? Perhaps one that needs no technician."""
    return pick(rng, {name: card.share for name, card in TARIFFS.items() if not (simple and card.technician)})


def learn(customer: Customer, journey: Journey) -> None:
    """What is different for the customer afterwards?"""
    if journey.won:
        customer.tariff = journey.product
    for event in journey.events:
        changes = STANDING_AFTER.get(event.activity, {})
        customer.standing = changes.get(customer.standing, customer.standing)
