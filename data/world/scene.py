"""What surrounds everybody? The company's people and weeks, and the rates that change with them."""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from .clock import Calendar, local_date
from .company import TEAMS, contact_costs
from .needs import CELLS, ENTRY_BUT_PHONE, PERSONAS, SLUGS, TALK
from .parameters import DAY, WEEK, World

NORMAL = NormalDist()
BUSY = 1.3  # the first in a team work more hours: the power of a random number that gives the agent
PHONE_TEAMS = {"sales": 1.0, "service": -0.75}  # the customers of sales call again more often, whoever serves them
HARMED, PLACEBO = "Coast", "Capital"  # regions in which two actions were tried


@lru_cache(maxsize=256)
def _threshold(rate: float) -> float:
    return NORMAL.inv_cdf(rate)


def leaning(rate: float, latent: float, correlation: float) -> float:
    """How likely is it for somebody who leans this way? Averages to the rate over standard normal leanings."""
    if not 0 < rate < 1 or not correlation:
        return rate
    return NORMAL.cdf((_threshold(rate) + math.sqrt(correlation) * latent) / math.sqrt(1 - correlation))


class Cell(NamedTuple):
    """How well is a persona understood and served at a stage?"""

    follows_declared: float  # how often it takes the channel that it declared: what the company could know
    promise_broken: float
    score: float  # points on the survey, more or less than others


def cell_of(world: World, persona: str, stage: str) -> Cell:
    """How well is this persona understood and served at this stage?"""
    name = CELLS.get((persona, stage))
    if name:
        return Cell(*(getattr(world, f"{name}_{what}") for what in ("follows", "broken", "score")))
    broken = world.shipping_broken if stage == "install" else world.follow_up_broken
    return Cell(world.prefers_declared, broken, 0.0)


def success_after(world: World, persona: str) -> float:
    """Which share of a persona's orders succeeds after the step that decides?"""
    return float(getattr(world, f"after_step_{SLUGS[persona]}"))


class Scene:
    """The stage on which all lives are played: the same for every customer of a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.calendar = Calendar(world)
        self.costs = contact_costs(world)
        rest = (1 - world.phone_orders) / math.fsum(ENTRY_BUT_PHONE.values())
        self.entry = {name: share * rest for name, share in ENTRY_BUT_PHONE.items()} | {"phone": world.phone_orders}
        rng = np.random.default_rng([world.seed, 1_000_000_007])
        self.agents = self._leanings(rng)
        weeks = int((world.horizon - world.begin) // WEEK) + 60
        self.shocks = {persona: world.week_shock * rng.standard_normal(weeks) for persona in PERSONAS}

    def _leanings(self, rng: np.random.Generator) -> dict[str, float]:
        """How much more often than others do an agent's customers have to call again? Mean 0 in each team."""
        found: dict[str, float] = {}
        for team in PHONE_TEAMS:
            own = rng.standard_normal(TEAMS[team])
            shares = np.diff((np.arange(TEAMS[team] + 1) / TEAMS[team]) ** (1 / BUSY))
            own -= (shares * own).sum()
            own = self.world.agent_leaning * np.clip(own / math.sqrt((shares * own**2).sum()), -2.1, 2.1)
            found |= {f"{team}-{1 + number:02}": float(value) for number, value in enumerate(own)}
        return found

    def repeat_rate(self, persona: str, moment: float, agent: str) -> float:
        """How likely is it that a call has to be made again? An action lowers it for one persona."""
        world = self.world
        rate = world.repeat
        if persona == TALK:
            ramp = min(max((world.day(moment) - world.repeat_day) / world.repeat_ramp, 0.0), 1.0)
            rate += ramp * (world.repeat_after - world.repeat)
        shocks = self.shocks[persona]
        shock = float(shocks[int((moment - world.begin) // WEEK) % len(shocks)])
        who = 1 + self.agents[agent] + world.team_leaning * PHONE_TEAMS[agent[:-3]]
        return min(max(rate * math.exp(shock - world.week_shock**2 / 2) * who, 0.01), 0.95)

    def transfer_rate(self, region: str, moment: float) -> float:
        """How likely is a call to be handed on? An action in one region made it worse."""
        harmed = region == HARMED and self.world.day(moment) >= self.world.harm_day
        return self.world.transfer_harmed if harmed else self.world.transfer

    def not_at_home_rate(self, region: str, moment: float) -> float:
        """How likely is it that nobody opens? More in summer; an action in one region changes nothing."""
        world = self.world
        day = local_date(moment).timetuple().tm_yday
        rate = world.not_at_home * (1 + world.season_amplitude * math.cos(2 * math.pi * (day - 196) / 365))
        if region == PLACEBO and world.day(moment) >= world.placebo_day:
            rate += world.placebo_effect
        return min(max(rate, 0.0), 1.0)

    def since(self, day: int, moment: float) -> bool:
        """Is it that day or later?"""
        return moment >= self.world.begin + day * DAY
