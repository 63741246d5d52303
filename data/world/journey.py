"""What happens in one customer's case? The words that the stories are written in: plan, note, do."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple, TypeVar

import numpy as np

from .company import ACTIVITIES, CALLS, CONTACT_CHANNELS, CONTRACTS, COST_SPREAD, STAMPED, TEAMS
from .needs import PERSONAS, Persona, weights_of
from .parameters import HOUR, Wait, World
from .scene import BUSY, Cell, Scene, cell_of, leaning

SAME_SITTING = HOUR
HANDLE_SPREAD = 0.35
TRIES = 4
PART_OF_A_CALL = ("Call-back promised", "Call transferred")
AFTER_CALLS = ("Call: same question again", "Call transferred", "Call-back made")
T = TypeVar("T")


class Event(NamedTuple):
    """One row of the log before it is written; times are in seconds since 1970, UTC."""

    time: float
    activity: str
    channel: str
    agent: str | None
    cost: float | None
    worked: float | None  # seconds of work before it was done
    main: bool  # part of the story, not of what people do of their own accord
    offer_days: int | None


@dataclass
class Customer:
    """A person: what the company has on record, and what it does not know."""

    number: int
    name: str
    alias: str | None
    age: int
    region: str
    segment: str
    declared: str
    persona: str
    tariff: str
    risk: str
    hardness: float
    shows: bool  # has the need that is in no register
    outcome: float  # leanings, standard normal
    calls: float
    standing: str
    since: float
    evidence: dict[str, float] = field(default_factory=lambda: dict.fromkeys(PERSONAS, 0.0))  # log likelihoods


@dataclass
class Journey:
    """One case of one customer; `moment` is how far the story has come, `facts` what only the truth will tell."""

    kind: str
    customer: Customer
    product: str
    moment: float
    scene: Scene
    rng: np.random.Generator
    events: list[Event] = field(default_factory=list)
    facts: dict[str, object] = field(default_factory=dict)

    @property
    def world(self) -> World:
        return self.scene.world

    @property
    def persona(self) -> Persona:
        return PERSONAS[self.customer.persona]

    @property
    def weights(self) -> dict[str, float]:
        """How much does each need weigh for this customer?"""
        return weights_of(self.world, self.customer.persona)

    @property
    def hard(self) -> float:
        """How much harder is it for this customer? A factor of mean one."""
        spread = self.world.hardness
        return math.exp(spread * self.customer.hardness - spread * spread / 2)

    @property
    def won(self) -> Event | None:
        """Which event won a contract? None where nothing was, or could be, sold."""
        contract = CONTRACTS.get(self.kind)
        return next((event for event in self.events if contract and event.activity == contract.won_by), None)

    def chance(self, rate: float) -> bool:
        """Does it happen this time?"""
        return bool(self.rng.random() < rate)

    def leans(self, rate: float, of: str, correlation: float) -> bool:
        """Does it happen this time, to somebody to whom it happens often? The mean rate stays as it is."""
        return self.chance(leaning(rate, getattr(self.customer, of), correlation))

    def count(self, name: str) -> int:
        """How often has it happened so far?"""
        return sum(event.activity == name for event in self.events)

    def last(self, name: str) -> Event:
        """Which event was the latest of its kind?"""
        return max((event for event in self.events if event.activity == name), key=lambda event: event.time)

    def cell(self, stage: str) -> Cell:
        """How well is this persona understood and served at this stage?"""
        return cell_of(self.world, self.customer.persona, stage)

    def plan(
        self, name: str, wait: Wait, since: float | None = None, channel: str | None = None, factor: float = 1.0
    ) -> float:
        """When will it happen, if nothing comes in between?"""
        since = self.moment if since is None else since
        hours = ACTIVITIES[name].hours_in(channel or ACTIVITIES[name].channels[0])
        seconds = wait.draw(self.rng, factor)
        return hours.settle(self.rng, since + seconds, same_sitting=bool(self.events) and seconds < SAME_SITTING)

    def note(
        self,
        name: str,
        moment: float,
        channel: str | None = None,
        *,
        main: bool = True,
        slower: float = 1.0,
        offer_days: int | None = None,
        agent: str | None = None,
    ) -> float:
        """It happens now: write it down. Says when it is done; where the work is stamped, that takes a while."""
        card = ACTIVITIES[name]
        channel = channel or card.channels[0]
        agent = agent or self._agent(self._team(name, card.team_in(channel)))
        cost = self._cost(card.cost if name in PART_OF_A_CALL else self.scene.costs.get(channel, card.cost), agent)
        worked = None
        if card.lane in STAMPED:
            minutes = card.minutes if agent or channel == "system" else card.minutes / 4
            worked = 60 * minutes * slower * math.exp(HANDLE_SPREAD * self.rng.standard_normal())
            moment += worked
        self.events.append(Event(moment, name, channel, agent, cost, worked, main, offer_days))
        if main:
            self.moment = max(self.moment, moment)
        return moment

    def do(self, name: str, wait: Wait, since: float | None = None, channel: str | None = None, **how: object) -> float:
        """It happens after a wait, in a channel that the customer likes."""
        factor = float(how.pop("factor", 1.0))  # type: ignore[arg-type]
        planned = self.plan(name, wait, since, channel := channel or self.channel(name), factor)
        return self.note(name, planned, channel, **how)  # type: ignore[arg-type]

    def meanwhile(self, name: str, start: float, end: float, channel: str | None = None) -> float | None:
        """When does it happen in between? None where no moment suits."""
        hours = ACTIVITIES[name].hours_in(channel or ACTIVITIES[name].channels[0])
        for _ in range(TRIES):
            moment = hours.settle(self.rng, start + (end - start) * self.rng.uniform(0.05, 0.95))
            if moment < end:
                return moment
        return None

    def channel(self, name: str) -> str:
        """Where does the customer do it? First where they came in, then as declared or as the persona likes it."""
        card = ACTIVITIES[name]
        if len(card.channels) == 1:
            return card.channels[0]
        if not any(event.channel in CONTACT_CHANNELS for event in self.events):
            return pick(self.rng, {channel: self.scene.entry[channel] for channel in card.channels})
        follows = self.cell(card.stage).follows_declared if self.customer.declared in card.channels else 0.0
        chosen = (
            self.customer.declared
            if self.chance(follows)
            else pick(self.rng, {channel: self.persona.channels[channel] for channel in card.channels})
        )
        self._weigh_channel(card.stage, card.channels, chosen)
        return chosen

    def weigh(self, rates: Mapping[str, float], happened: bool, moment: float | None = None) -> bool:
        """What does it say about the persona? The rate of each, and whether it happened."""
        if (self.moment if moment is None else moment) < self.world.end:
            for persona, rate in rates.items():
                self.customer.evidence[persona] += math.log(rate if happened else 1 - rate)
        return happened

    def _weigh_channel(self, stage: str, allowed: tuple[str, ...], chosen: str) -> None:
        declared = self.customer.declared
        rates = {}
        for persona, card in PERSONAS.items():
            follows = cell_of(self.world, persona, stage).follows_declared if declared in allowed else 0.0
            liking = card.channels[chosen] / math.fsum(card.channels[channel] for channel in allowed)
            rates[persona] = follows * (chosen == declared) + (1 - follows) * liking
        self.weigh(rates, True)

    def _team(self, name: str, usual: str | None) -> str | None:
        """Which team answers? Each customer's questions on the phone are answered by one of two."""
        if name not in CALLS and name not in AFTER_CALLS:
            return usual
        return "sales" if self.customer.number % 7 < 3 else "service"

    def _agent(self, team: str | None) -> str | None:
        if team is None:
            return None
        return f"{team}-{1 + int(TEAMS[team] * self.rng.random() ** BUSY):02}"

    def _cost(self, median: float | None, agent: str | None) -> float | None:
        if median is None or agent is None:
            return median
        return round(median * math.exp(COST_SPREAD * self.rng.standard_normal()), 2)


def pick(rng: np.random.Generator, shares: Mapping[T, float]) -> T:
    """Which one is it? Shares need not add up to one."""
    sums = list(accumulate(shares.values()))
    return list(shares)[bisect_right(sums, rng.random() * sums[-1])]
