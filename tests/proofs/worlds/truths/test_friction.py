"""What is asked again, who is sent elsewhere, who helps when it goes wrong, and what do agents make of it?"""

from __future__ import annotations

import pandas as pd
import pytest
from estimators import difference, geometric, icc
from oracle import DAY, World
from test_actions import AGAIN, TALK, calls_of

CONTACTS = ("web", "app", "phone", "shop")
QUESTIONS = ("Community answer read", "Proactive message sent", "Call: where is my order", "Call: fault still there")


@pytest.fixture(scope="module")
def calls(world: World) -> pd.DataFrame:
    return calls_of(world)


def test_repeated_calls_of_the_other_personas(world: World, calls: pd.DataFrame) -> None:
    world.counted("friction.repeat", calls.repeated[calls.persona != TALK].mean())


def test_repeats_that_the_company_imposed(world: World) -> None:
    total = world.count.sum()
    missed = total["Call-back promised"] - total["Call-back made"]
    world.counted("friction.repeat_imposed", missed / total[AGAIN])
    world.missed("friction.repeat_imposed", total["Call-back promised"] / total[AGAIN], "above")


def test_sent_to_the_phone(world: World) -> None:
    dated = world.journeys.confirmed.fillna(False)
    world.counted("friction.sent_to_phone", (world.count["Sent to the phone"][dated[dated].index] > 0).mean())


def test_hops_between_channels(world: World) -> None:
    contacts = world.log[world.log.channel.isin(CONTACTS)]
    before = contacts.groupby("journey").channel.shift()
    world.counted("friction.hop", (contacts.channel != before)[before.notna()].mean())


def test_questions_answered_before_somebody_had_to_call(world: World) -> None:
    """The first call after a fix says that the fault is back; it is no question of somebody who waits."""
    log = world.log[world.log.activity.isin([*QUESTIONS, "Fault fixed"])]
    back = (log.activity == QUESTIONS[3]) & (log.groupby("journey").activity.shift() == "Fault fixed")
    asked = log.activity[(log.activity != "Fault fixed") & ~back]
    world.found("need.peer", (asked == QUESTIONS[0]).mean())
    world.found("need.proactive", (asked == QUESTIONS[1]).mean())


@pytest.fixture(scope="module")
def vetted(world: World) -> pd.DataFrame:
    """Orders that came as far as the credit decision or the failure of its system."""
    first = world.first
    orders = world.journeys[world.journeys.placed.fillna(False)].join(first[["Credit system down", "Router shipped"]])
    decided = first[["Credit approved", "Credit declined"]].min(axis=1).reindex(orders.index)
    orders = orders[decided.notna() | orders["Credit system down"].notna()]
    helped = (world.count["Order care call"].reindex(orders.index) > 0).to_numpy()
    return orders.assign(good=orders["Router shipped"].notna().astype(float), helped=helped)


def test_a_persons_help_when_the_system_fails(world: World, vetted: pd.DataFrame) -> None:
    down = vetted["Credit system down"]
    world.counted("people.shelter.fails", down.notna().mean())
    failed = vetted[down.notna() & (down < world.end - 30 * DAY)]
    sheltered = failed.sheltered.astype(bool)
    world.counted("people.shelter.none", failed.good[~sheltered].mean())
    world.counted("people.shelter.human", failed.good[sheltered].mean())
    world.counted("people.shelter.effect", difference(failed.assign(helped=sheltered), "helped", "good"))
    world.missed("people.shelter.effect", difference(vetted, "helped", "good"), "below")


def test_help_takes_longer(world: World) -> None:
    care = world.log[(world.log.activity == "Order care call") & (world.log.worked > 0)]
    after = care.journey.map(world.count["Credit system down"]) > 0
    world.found("people.shelter.handle_time", geometric(care.worked[after]) / geometric(care.worked[~after]))


def test_agents_and_their_teams(world: World, calls: pd.DataFrame) -> None:
    team = calls.agent.str[:-3]
    apart = calls.repeated - calls.repeated.groupby(team).transform("mean")
    world.counted("people.agent_share", icc(apart, calls.agent))
    naive = icc(calls.repeated, calls.agent)
    world.counted_naive("people.agent_share", naive)
    world.missed("people.agent_share", naive, "above")
    sizes = calls.groupby("agent").size()
    assert len(sizes) >= 20
    assert (sizes >= 30).all()


@pytest.mark.parametrize(
    ("key", "persona", "activity"),
    [
        ("cell.understood.predictable", "wants to know", "Appointment confirmed"),
        ("cell.misunderstood.predictable", TALK, "Fault reported"),
    ],
)
def test_where_people_do_what_their_record_says(world: World, key: str, persona: str, activity: str) -> None:
    declared = world.table("customers").set_index("customer").preferred_channel
    log = world.log[world.log.activity == activity]
    as_said = log.channel == log.customer.map(declared)
    world.counted(key, as_said[log.persona == persona].mean())
    world.missed(key, as_said[log.persona != persona].mean(), "below" if "mis" not in key else "above")


@pytest.mark.parametrize(
    ("key", "persona", "start", "then", "promise"),
    [
        ("cell.understood.broken", "wants to know", "Credit approved", "Router shipped", "shipping_promise"),
        ("cell.misunderstood.broken", TALK, "Fault fixed", "Follow-up sent", "follow_up_days"),
    ],
)
def test_where_promises_are_broken(world: World, key: str, persona: str, start: str, then: str, promise: str) -> None:
    days = world.rates[promise]
    first = world.first[[start, then]].join(world.journeys[["persona", "kind"]]).dropna(subset=[start])
    if then == "Router shipped":
        first = first.dropna(subset=[then])
    else:
        first = first[(first.kind == "fault") & (first[then].notna() | (first[start] + days * DAY < world.end))]
    broken = ~((first[then] - first[start]) <= days * DAY)
    world.counted(key, broken[first.persona == persona].mean())
    world.missed(key, broken[first.persona != persona].mean(), "below" if "mis" not in key else "above")
