"""What do customers do of their own accord? Look up, ask, chat, visit: as their needs drive them."""

from __future__ import annotations

import math

import numpy as np

from .company import ACTIVITIES
from .contact import call
from .journey import Journey
from .needs import MARKERS, PERSONAS
from .parameters import DAY

SAME_CHANNEL = 0.6  # of taking the declared channel
LEAST_ROOM = 4 * DAY  # in which habits happen, where the story itself is shorter


def live_habits(journeys: list[Journey], rng: np.random.Generator) -> None:
    """When in their journeys does a customer do what they always do? So many times a customer, at any time of them."""
    if not journeys:
        return
    customer, world = journeys[0].customer, journeys[0].world
    rooms = [room(journey) for journey in journeys]
    seen = float(np.mean([min(max((world.end - first) / (last - first), 0.0), 1.0) for first, last in rooms]))
    for marker in MARKERS:
        own = marker in PERSONAS[customer.persona].markers
        times = int(rng.poisson(world.own_marker if own else world.other_marker))
        visible = 0
        for _ in range(times):
            which = int(rng.random() * len(journeys))
            visible += happen(journeys[which], marker, *rooms[which]) < world.end
        weigh_marker(journeys[0], marker, visible, seen)
    for journey in journeys:
        journey.facts["seen"] = seen
        journey.events.sort(key=lambda event: event.time)


def room(journey: Journey) -> tuple[float, float]:
    """Between which moments is there room? Who falls silent has no habits afterwards."""
    first, last = journey.events[0].time, journey.events[-1].time
    if journey.facts.get("leaked"):
        return first, next(event.time for event in journey.events if event.activity == "Appointment offered")
    return first, max(last, first + LEAST_ROOM)


def happen(journey: Journey, marker: str, first: float, last: float) -> float:
    """It happens once, when the customer likes it and somebody is there."""
    rng, card = journey.rng, ACTIVITIES[marker]
    allowed = card.channels
    usual = rng.random() < SAME_CHANNEL and journey.customer.declared in allowed
    channel = journey.customer.declared if usual else allowed[int(rng.random() * len(allowed))]
    for _ in range(12):
        moment = card.hours_in(channel).settle(rng, first + (last - first) * rng.random())
        if moment < last:
            break
    else:
        moment = first + (last - first) * rng.random()
    if marker.startswith("Call"):
        return call(journey, marker, moment, until=last if journey.facts.get("leaked") else math.inf)
    return journey.note(marker, moment, channel, main=False)


def weigh_marker(journey: Journey, marker: str, count: int, seen: float) -> None:
    """What does the count say about the persona? The Poisson likelihood, but for what all personas share."""
    world = journey.world
    for persona, card in PERSONAS.items():
        mean = max(seen * (world.own_marker if marker in card.markers else world.other_marker), 1e-9)
        journey.customer.evidence[persona] += count * math.log(mean) - mean
