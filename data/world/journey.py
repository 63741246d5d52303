"""What happens in one customer's case? The words that the stories are written in: plan, note, do."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple, TypeVar

import numpy as np

from .company import ACTIVITIES, CONTACT_COST, CONTRACTS, COST_SPREAD, PERSONAS, TEAMS, Persona
from .parameters import HOUR, Wait, World

SAME_SITTING = HOUR
T = TypeVar("T")


class Event(NamedTuple):
    """One row of the log before it is written; the time is in seconds since 1970, UTC."""

    time: float
    activity: str
    channel: str
    agent: str | None
    cost: float | None


@dataclass
class Customer:
    """A person: what the company has on record, and the persona it does not know."""

    name: str
    age: int
    region: str
    segment: str
    since: float
    standing: str
    persona: str
    tariff: str


@dataclass
class Journey:
    """One case of one customer; `moment` is how far the story has come."""

    kind: str
    customer: Customer
    product: str
    moment: float
    world: World
    rng: np.random.Generator
    events: list[Event] = field(default_factory=list)

    @property
    def persona(self) -> Persona:
        return PERSONAS[self.customer.persona]

    @property
    def won(self) -> Event | None:
        """Which event won a contract? None where nothing was, or could be, sold."""
        contract = CONTRACTS.get(self.kind)
        return next((event for event in self.events if contract and event.activity == contract.won_by), None)

    def chance(self, rate: float) -> bool:
        """Does it happen this time?"""
        return bool(self.rng.random() < rate)

    def count(self, name: str) -> int:
        """How often has it happened so far?"""
        return sum(event.activity == name for event in self.events)

    def last(self, name: str) -> Event:
        """Which event was the latest of its kind?"""
        return max((event for event in self.events if event.activity == name), key=lambda event: event.time)

    def plan(self, name: str, wait: Wait, since: float | None = None, channel: str | None = None) -> float:
        """When will it happen, if nothing comes in between?"""
        since = self.moment if since is None else since
        hours = ACTIVITIES[name].hours_in(channel or ACTIVITIES[name].channels[0])
        seconds = wait.draw(self.rng)
        return hours.settle(self.rng, since + seconds, same_sitting=bool(self.events) and seconds < SAME_SITTING)

    def note(self, name: str, moment: float, channel: str | None = None) -> float:
        """It happens now: write it down."""
        card = ACTIVITIES[name]
        channel = channel or card.channels[0]
        agent = self._agent(card.team_in(channel))
        self.events.append(Event(moment, name, channel, agent, self._cost(CONTACT_COST.get(channel, card.cost), agent)))
        self.moment = max(self.moment, moment)
        return moment

    def do(self, name: str, wait: Wait, since: float | None = None, channel: str | None = None) -> float:
        """It happens after a wait, in a channel that the customer likes."""
        channel = channel or self.channel(name)
        return self.note(name, self.plan(name, wait, since, channel), channel)

    def meanwhile(self, name: str, start: float, end: float) -> float | None:
        """It happens at some moment in between; None where no moment suits."""
        channel = self.channel(name)
        early = start + (end - start) * self.rng.uniform(0.05, 0.95)
        moment = ACTIVITIES[name].hours_in(channel).settle(self.rng, early)
        return self.note(name, moment, channel) if moment < end else None

    def channel(self, name: str) -> str:
        """Where does the customer do it? Mostly where the last step was, else where the persona likes to be."""
        allowed = ACTIVITIES[name].channels
        if len(allowed) == 1:
            return allowed[0]
        used = [event.channel for event in self.events if event.channel in self.persona.channels]
        if used and used[-1] in allowed and self.chance(self.world.stay_in_channel):
            return used[-1]
        return pick(self.rng, {channel: self.persona.channels[channel] for channel in allowed})

    def _agent(self, team: str | None) -> str | None:
        if team is None:
            return None
        return f"{team}-{1 + int(TEAMS[team] * self.rng.random() ** 1.3):02}"  # the first in a team work more hours

    def _cost(self, median: float | None, agent: str | None) -> float | None:
        if median is None or agent is None:
            return median
        return round(float(median * np.exp(COST_SPREAD * self.rng.standard_normal())), 2)


def pick(rng: np.random.Generator, shares: Mapping[T, float]) -> T:
    """Which one is it? Shares need not add up to one."""
    sums = list(accumulate(shares.values()))
    return list(shares)[bisect_right(sums, rng.random() * sums[-1])]
