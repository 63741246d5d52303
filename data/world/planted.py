"""What do the world's numbers come to in this log, before chance? Waits told again, rates added up."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from .company import ACTIVITIES
from .contact import REPEATED_WITHIN, soon
from .errands import when_asked
from .journey import Journey
from .orders import send_documents, when_shipped
from .parameters import DAY, World
from .scene import leaning
from .truths.book import Seen, mean, median

TIMES = 3  # how often a wait is told again
MANY = 20  # the same, where only some journeys of the log's end need it


def retold(one: Seen, moment: float, rng: np.random.Generator) -> Journey:
    """The same case at some moment, with other luck."""
    journey = one.case.journey
    return dataclasses.replace(journey, moment=moment, rng=rng, events=journey.events[:1], facts={})


def silent_wait(world: World, shipped: Sequence[Seen]) -> float:
    """How many days is it usually silent before the router ships?"""
    rng = np.random.default_rng([world.seed, 8])
    days = []
    for one in [*shipped] * TIMES:
        approved = one.first("Credit approved")
        journey = retold(one, approved, rng)
        days.append((when_shipped(journey, journey.chance(journey.cell("install").promise_broken)) - approved) / DAY)
    return median(days)


def check_days(world: World, decided: Sequence[Seen]) -> list[float]:
    """How many days later does the second identity check make each credit decision?"""
    rng = np.random.default_rng([world.seed, 9])
    later = []
    for one in decided:
        checked = retold(one, one.first("Identity check"), rng)
        plain = checked.plan("Credit approved", world.credit)
        checked.do("Documents requested", world.documents_requested)
        send_documents(checked)
        later.append((checked.plan("Credit approved", world.credit) - plain) / DAY)
    return later


def pending(world: World, fixed: Sequence[Seen]) -> float:
    """Which share of the promises to follow up cannot be judged at the log's end?"""
    rng, open_ones = np.random.default_rng([world.seed, 10]), 0
    for one in fixed:
        moment = one.first("Fault fixed")
        if moment + world.follow_up_days * DAY >= world.end:
            times = [when_asked(retold(one, moment, rng), moment) for _ in range(MANY)]
            open_ones += sum(asked is None or asked >= world.end for asked in times)
    return open_ones / MANY / len(fixed)


def vacuous(world: World, faults: Sequence[Seen]) -> float:
    """Which share of the faults is never fixed in the log? Who leans that way gives up; the end cuts some others."""
    stays = [1 - leaning(world.gives_up, one.case.journey.customer.outcome, world.same_outcome) for one in faults]
    rest = [one for one in faults if not one.case.journey.facts.get("gave_up")]
    return 1 - mean(stays) * mean(["Fault fixed" in one.times for one in rest])


def as_declared(one: Seen, activity: str) -> float:
    """How likely is it that the customer takes the declared channel for this?"""
    journey, card = one.case.journey, ACTIVITIES[activity]
    comes_in = activity == "Fault reported" and "Self-help page" not in one.times
    shares = journey.scene.entry if comes_in else journey.persona.channels
    follows = 0.0 if comes_in else journey.cell(card.stage).follows_declared
    liking = shares[journey.customer.declared] / sum(shares[channel] for channel in card.channels)
    return follows + (1 - follows) * liking


def repeated_again(world: World, calls: Sequence[tuple[Seen, float, str]]) -> Iterator[list[bool]]:
    """Which calls would be repeated with other luck? (case, day, agent); a repeat belongs to the latest call before."""
    rng = np.random.default_rng([world.seed, 11])
    own: dict[str, list[int]] = defaultdict(list)
    for place, (one, _, _) in enumerate(calls):
        own[one.case.number].append(place)
    for _ in range(TIMES):
        hits = [False] * len(calls)
        for places in own.values():
            for place in places:
                one, day, agent = calls[place]
                journey, moment = one.case.journey, world.begin + day * DAY
                if rng.random() < journey.scene.repeat_rate(journey.customer.persona, moment, agent):
                    again = world.day(soon(retold(one, moment, rng), moment, moment + REPEATED_WITHIN))
                    hits[max(other for other in places if calls[other][1] < again)] = True
        yield hits
