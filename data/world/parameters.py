"""Which numbers make the world? Every rate and every wait of the stories, by name."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

HOUR = 3600.0
DAY = 24 * HOUR
WEEK = 7 * DAY

Share = float  # a probability, from 0 to 1
Mean = float  # a mean number, a factor or a spread: 0 or more
Effect = float  # a difference or a factor that may be negative
Points = float  # of a survey, more or less
Count = int  # 1 or more
Day = int  # days since the log began
Factors = tuple[float, ...]  # one for each persona, up to five; those without one are nobody


@dataclass(frozen=True)
class Wait:
    """A lognormal wait: its median in hours and the standard deviation of its logarithm."""

    hours: float
    spread: float = 0.5

    def draw(self, rng: np.random.Generator, factor: float = 1.0) -> float:
        """How many seconds does it take this time?"""
        return self.hours * HOUR * factor * math.exp(self.spread * rng.standard_normal())


@dataclass(frozen=True)
class World:
    """Which world is it? Its size, its calendar, and the rates and waits of its stories.

    Waits are medians before opening hours add to them. Which fields move a truth is said in data/README.md.
    """

    seed: int = 5
    customers: Count = 12_000
    months: Count = 18
    extra: int = 0  # months by which the log is longer, with the same lives
    first_month: str = "2025-01"

    # The year: journeys begun per day, relative
    growth_per_year: Mean = 0.15
    season: tuple[float, ...] = (1.05, 0.98, 1.02, 1.0, 0.98, 0.95, 0.9, 0.92, 1.1, 1.12, 1.06, 0.88)

    # Customers
    prospect_share: Share = 0.66
    journeys_per_customer: tuple[float, ...] = (0.58, 0.295, 0.09, 0.025, 0.01)  # shares of 1, 2, 3, 4, 5
    split_identity: Share = 0.078  # of customers; seen where a second journey follows
    rest_between_journeys: Wait = Wait(24 * 25, 0.8)
    same_outcome: Share = 0.88  # correlation of a customer's leanings to give up, on the normal scale
    same_calls: Share = 0.85  # the same for calls while waiting

    # Personas: who they are, what they do of their own accord, and the decoys
    personas: Factors = (1, 1, 1, 1)  # alone, know, time, talk, and now: factors on their shares at every age
    age_tells: Share = 1.0  # how far the shares differ by age
    decoys_tell: Share = 0.0  # how far the decoys follow the persona
    understood_follows: Share = 0.95  # 'wants to know' at install: well understood, badly served
    understood_broken: Share = 0.3
    understood_score: Points = -1.5
    misunderstood_follows: Share = 0.05  # 'likes to talk' in use: the reverse
    misunderstood_broken: Share = 0.03
    misunderstood_score: Points = 1.5
    own_marker: Mean = 1.75  # mean number a customer, each marker activity of the own persona
    other_marker: Mean = 0.2  # and of the others
    prefers_declared: Share = 0.5  # how often a step is taken in the channel that the customer declared
    hardness: Mean = 0.45  # how much the one-factor decoy bends waits and failures

    # Order: discover and buy
    phone_orders: Share = 0.3
    next_page_share: Share = 0.42  # of looking at one page more
    unregistered_need: Share = 0.15  # of customers who want to show it at home first
    browse_only: Share = 0.15
    asks_before_order: Share = 0.5  # in the shop or on the phone, where that is where they order
    addon: Share = 0.4
    addon_dropped: Share = 0.06  # of the orders placed
    high_risk: Share = 0.35
    declined_low: Share = 0.02
    declined_high: Share = 0.06
    next_page: Wait = Wait(0.08, 1.1)
    decision: Wait = Wait(9, 1.4)
    confirmation: Wait = Wait(0.03, 0.6)
    identity: Wait = Wait(1.5, 1.0)
    credit: Wait = Wait(5, 0.7)

    # Policy: a second identity check on the phone, and its twin in shop and app
    check_low: Share = 0.465  # checked twice, low credit risk
    check_high: Share = 0.85
    check_cancel: Effect = 0.08  # added to the risk of cancelling
    cancel_low: Share = 0.04
    cancel_high: Share = 0.4
    deposit_certain: Share = 0.2  # asked for a deposit, of those who are not hesitant
    deposit_hesitant: Share = 0.85
    hesitant: Share = 0.3
    hesitant_cancel: Effect = 0.35
    deposit_cancel: Effect = 0.08
    documents_requested: Wait = Wait(0.5, 0.6)
    documents_sent: Wait = Wait(3.4, 0.6)
    second_check: Wait = Wait(2.2, 0.5)

    # The credit system
    system_fails: Share = 0.05
    sheltered_phone: Share = 0.65  # human contact after a failure, ordered with a person
    sheltered_online: Share = 0.4
    success_alone: Share = 0.45
    success_sheltered: Share = 0.75
    care_call: Share = 0.12  # of orders without a failure
    care_factor: Mean = 1.4  # handle time after a failure
    failure_lasts: Wait = Wait(20, 0.4)

    # Waiting
    call_while_waiting: Share = 0.2
    answered_by_peers: Share = 0.1
    answered_before: Share = 0.1
    cancel_while_waiting: Share = 0.03
    delivery_notice: Share = 0.5
    shipping_broken: Share = 0.12
    shipping_promise: int = 5  # days
    shipping: Wait = Wait(54.5, 0.35)
    shipping_late: Wait = Wait(150, 0.14)
    delivery: Wait = Wait(40, 0.3)

    # Appointments
    far_offer: Share = 0.15
    leak_near: Share = 0.08
    leak_far: Share = 0.18
    port_out: Share = 0.3
    long_wait: Share = 0.14
    late_return: Share = 0.06
    reschedule: Share = 0.13
    reschedule_again: Share = 0.24
    disturbance: Share = 0.11  # each of the other decisive steps
    decisive_before: Share = 0.85  # orders with a date that succeed without the step that decides for their persona
    after_step_alone: Share = 0.45  # and after it
    after_step_know: Share = 0.4
    after_step_time: Share = 0.35
    after_step_talk: Share = 0.5
    after_step_now: Share = 0.4
    not_at_home: Share = 0.11
    season_amplitude: Share = 0.8  # of not being at home, highest in July
    second_visit: Share = 0.04
    offer: Wait = Wait(3, 0.5)
    answer: Wait = Wait(0.8, 1.0)
    building_work: Wait = Wait(24 * 48, 0.2)
    comes_back_late: Wait = Wait(24 * 33, 0.16)
    port_out_after: Wait = Wait(24 * 22, 0.4)
    new_date: Wait = Wait(24 * 5, 0.4)

    # Use
    question_about_bill: Share = 0.08
    activation: Wait = Wait(1.2, 0.8)
    self_install: Wait = Wait(26, 0.9)
    first_bill: Wait = Wait(24 * 17, 0.25)
    reaction: Wait = Wait(28, 0.9)

    # Fault
    self_help_first: Share = 0.28
    gives_up: Share = 0.12
    fixed_remotely: Share = 0.55
    fault_comes_back: Share = 0.1
    follow_up_broken: Share = 0.12
    follow_up_days: int = 28
    report: Wait = Wait(0.7, 1.2)
    line_test: Wait = Wait(1.5, 0.6)
    remote_fix: Wait = Wait(26, 0.45)
    repair_date: Wait = Wait(24 * 2.6, 0.4)
    comes_back_after: Wait = Wait(24 * 3, 0.6)
    follow_up: Wait = Wait(24 * 20, 0.1)

    # Move
    availability_first: Share = 0.6
    not_available: Share = 0.05
    move_withdrawn: Share = 0.15
    move_date: Wait = Wait(24 * 16, 0.4)
    switch_off: Wait = Wait(24 * 3, 0.5)

    # Renewal
    offer_by_company: Share = 0.78
    reminder: Share = 0.45
    compares_before_renewal: Share = 0.45
    haggles: Share = 0.25
    new_offer_after_haggling: Share = 0.7
    silent_renewal: Share = 0.2
    terminates: Share = 0.1
    reminder_after: Wait = Wait(24 * 14, 0.2)
    thinks_it_over: Wait = Wait(24 * 4, 0.9)
    new_offer: Wait = Wait(9, 0.8)

    # Calls: repeated, transferred, called back
    repeat: Share = 0.3
    repeat_after: Share = 0.18
    repeat_day: Day = 300
    repeat_ramp: int = 14  # days
    week_shock: Mean = 0.2  # spread of the factors on it, of each persona and week
    agent_leaning: Mean = 0.47  # spread of the agents' factors on the repeat rate
    team_leaning: Mean = 0.55
    imposed: Share = 0.3  # of repeated calls: the company promised to call back and did not
    call_back_kept: Share = 0.12  # of the other calls
    transfer: Share = 0.12
    transfer_harmed: Share = 0.22
    harm_day: Day = 260

    # What else changes
    placebo_day: Day = 275
    placebo_effect: Effect = 0.0
    unregistered_day: Day = 420
    self_help_later: Share = 0.6
    local_day: Day = 400
    handle_time_factor: Mean = 0.8
    end_to_end_factor: Mean = 1.15
    mix_day: Day = 400
    mix_shift: Share = 0.3  # of orders: people who now buy what needs no technician

    # Forms, surveys
    asked_again: Share = 0.35  # of the fields that a form could spare
    data_changes: Share = 0.06  # of e-mail, phone and bank account, before each journey
    survey_share: Share = 0.7
    response_good: Share = 0.15
    response_bad: Share = 0.4
    contact_survey_share: Share = 0.6
    contact_response: tuple[float, ...] = (0.5, 0.12, 0.3)  # scores 0-3, 4-7, 8-10
    score_good: Mean = 7.4  # mean score after a journey that ended well, 0 to 10
    score_bad: Mean = 3.9
    score_contact: Mean = 6.6
    score_again: Mean = 2.0  # points lost where the same question comes again
    comments: Share = 0.3  # of those who answer
    praise: Share = 0.012  # of journeys with a human step, unasked
    tickets: Share = 0.22  # of journeys

    # Needs, in the order of needs.py
    needs_survey: int = 2000  # customers asked
    need_weights: tuple[float, ...] = (1, 1, 1, 1, 1, 1, 1, 1)  # factors
    satisfaction: tuple[float, ...] = (7.4, 6.1, 4.6, 5.2, 5.8, 6.9, 6.6, 3.9)  # mean answers, 1 to 10
    firm_shares: tuple[float, ...] = (0.095, 0.115, 0.215, 0.13, 0.07, 0.18, 0.195)  # of those in the register

    # Money
    margins: Mean = 1.0  # factor on the margins of the tariffs
    contact_costs: Mean = 1.0  # factor on the cost of a contact

    # The twin firms
    twin_broken: Share = 0.45  # of the promises of both
    twin_follows_low: Share = 0.05  # customers choose the channel that is on record, where little is understood
    twin_follows_high: Share = 0.95

    @cached_property
    def begin(self) -> float:
        """When does the log begin? Seconds since 1970, UTC."""
        return _midnight(np.datetime64(self.first_month, "M"))

    @cached_property
    def end(self) -> float:
        """When does the log end? The first second that is no longer in it."""
        return _midnight(np.datetime64(self.first_month, "M") + np.timedelta64(self.months + self.extra, "M"))

    @cached_property
    def horizon(self) -> float:
        """Until when do people begin journeys? A month after the log, so that a longer log tells the same lives."""
        return _midnight(np.datetime64(self.first_month, "M") + np.timedelta64(self.months + 1, "M"))

    def day(self, moment: float) -> float:
        """How many days after the log's begin is it?"""
        return (moment - self.begin) / DAY


def _midnight(month: np.datetime64) -> float:
    """When does this month begin on the clocks of Central Europe?"""
    summer = 3 <= int(month.astype(np.int64)) % 12 <= 9
    return float(month.astype("datetime64[s]").astype(np.int64)) - (2 if summer else 1) * HOUR
