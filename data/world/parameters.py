"""Which numbers make the world? Every rate and every wait of the stories, by name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

HOUR = 3600.0
DAY = 24 * HOUR


@dataclass(frozen=True)
class Wait:
    """A lognormal wait: its median in hours and the standard deviation of its logarithm."""

    hours: float
    spread: float = 0.5

    def draw(self, rng: np.random.Generator) -> float:
        """How many seconds does it take this time?"""
        return float(self.hours * HOUR * np.exp(self.spread * rng.standard_normal()))


@dataclass(frozen=True)
class World:
    """Which world is it? Its size, its calendar, and the rates and waits of its stories.

    Rates are probabilities unless said otherwise. Waits are medians before opening hours add to them.
    """

    seed: int = 7
    customers: int = 4300
    months: int = 18
    first_month: str = "2025-01"

    # The year: journeys begun per day, relative
    growth_per_year: float = 0.15
    season: tuple[float, ...] = (1.05, 0.98, 1.02, 1.0, 0.98, 0.95, 0.9, 0.92, 1.1, 1.12, 1.06, 0.88)

    # Customers
    prospect_share: float = 0.66
    journeys_per_customer: tuple[float, ...] = (0.59, 0.29, 0.085, 0.025, 0.01)  # shares of 1, 2, 3, 4, 5
    rest_between_journeys: Wait = Wait(24 * 25, 0.8)
    stay_in_channel: float = 0.75

    # Order: discover and buy
    browse_again: float = 0.28  # mean number, before the persona's own factor
    browse_only: float = 0.13
    identity_retry: float = 0.04
    credit_declined: float = 0.035
    next_page: Wait = Wait(0.08, 1.1)
    browse_again_after: Wait = Wait(30, 0.9)
    decision: Wait = Wait(9, 1.6)
    confirmation: Wait = Wait(0.03, 0.6)
    identity: Wait = Wait(1.5, 1.2)
    credit: Wait = Wait(5, 0.8)

    # Waiting: per long wait
    look_ups: float = 0.28  # mean number, before the persona's own factor
    call_while_waiting: float = 0.09  # before the persona's own factor
    cancel_while_waiting: float = 0.025
    cancel_after_call: float = 0.07
    shipping: Wait = Wait(62, 0.45)
    delivery: Wait = Wait(40, 0.3)

    # Appointments
    silent_after_offer: float = 0.045
    reschedule: float = 0.12
    reschedule_again: float = 0.22
    cancel_after_second_reschedule: float = 0.35
    not_at_home: float = 0.05
    second_visit: float = 0.04
    offer: Wait = Wait(3, 0.5)
    answer: Wait = Wait(0.8, 1.0)
    technician: Wait = Wait(24 * 6.9, 0.35)

    # Use
    question_about_bill: float = 0.09
    activation: Wait = Wait(1.2, 0.8)
    self_install: Wait = Wait(26, 0.9)
    first_bill: Wait = Wait(24 * 17, 0.25)
    reaction: Wait = Wait(28, 0.9)

    # Fault
    self_help_first: float = 0.28
    solved_by_self_help: float = 0.22
    fixed_remotely: float = 0.55
    fault_comes_back: float = 0.2
    report: Wait = Wait(0.7, 1.2)
    line_test: Wait = Wait(0.12, 0.9)
    remote_fix: Wait = Wait(6, 0.9)
    repair_date: Wait = Wait(24 * 2, 0.5)
    comes_back_after: Wait = Wait(24 * 3, 0.9)

    # Move
    availability_first: float = 0.6
    not_available: float = 0.07
    move_date: Wait = Wait(24 * 16, 0.4)
    switch_off: Wait = Wait(24 * 3, 0.5)

    # Renewal
    offer_by_company: float = 0.78
    reminder: float = 0.45
    compares_before_renewal: float = 0.45
    haggles: float = 0.25
    new_offer_after_haggling: float = 0.7
    silent_renewal: float = 0.22
    terminates: float = 0.13
    reminder_after: Wait = Wait(24 * 14, 0.2)
    thinks_it_over: Wait = Wait(24 * 4, 0.9)
    new_offer: Wait = Wait(9, 0.8)

    @property
    def begin(self) -> float:
        """When does the log begin? Seconds since 1970, UTC."""
        return _seconds(np.datetime64(self.first_month, "M"))

    @property
    def end(self) -> float:
        """When does the log end? The first second that is no longer in it."""
        return _seconds(np.datetime64(self.first_month, "M") + np.timedelta64(self.months, "M"))


def _seconds(month: np.datetime64) -> float:
    return float(month.astype("datetime64[s]").astype(np.int64))
