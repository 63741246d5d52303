"""How long is the silence, whose turn is it, and after which step is an order as good as lost?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from estimators import median_time
from oracle import CANCELS, DAY, GOALS, PERSONAS, World

LOOK_BACK = 6  # days before an early end of the log; not 7, as an end on the same weekday is no chance


def test_the_silent_wait(world: World) -> None:
    days = world.between("Credit approved", "Router shipped")
    world.counted("wait.silent", days.median())
    world.only_shipped()
    assert days.median() == pytest.approx(3, abs=0.3)


def test_a_median_of_finished_waits_is_too_short_when_the_log_ends_early(world: World) -> None:
    """Pools many ends of the log: on each, the waits that began within the last six days."""
    waits = pd.DataFrame({"start": world.first["Credit approved"], "stop": world.first["Router shipped"]})
    gone = world.first[[name for name in CANCELS if name in world.first]].min(axis=1)
    waits = waits[waits.start.notna() & ~(gone < waits.stop.fillna(np.inf))]
    days, seen = [], []
    for end in np.arange(world.begin + 60 * DAY, world.end - 20 * DAY, LOOK_BACK * DAY):
        recent = waits[(waits.start < end) & (waits.start >= end - LOOK_BACK * DAY)]
        days.append((recent.stop.clip(upper=end) - recent.start) / DAY)
        seen.append(recent.stop < end)
    length, over = pd.concat(days), pd.concat(seen)
    world.missed("wait.silent", length[over].median(), "below")
    world.missed("wait.silent", length.median(), "below")
    world.found("wait.silent", median_time(length, over))


def test_a_notice_in_half_of_the_deliveries(world: World) -> None:
    delivered = world.first.dropna(subset=["Router shipped", "Router delivered"])
    world.counted("wait.notice", delivered["Delivery notice sent"].notna().mean())


AFTER = {  # whose turn it is after these steps
    "Compare tariffs": "customer",
    "Documents requested": "customer",
    "Appointment offered": "customer",
    "Renewal offer sent": "customer",
    "Order placed": "silent",
    "Credit approved": "silent",
    "Router shipped": "silent",
    "Customer not at home": "silent",
    "Delivery notice sent": "visible",
    "Appointment confirmed": "visible",
    "Date moved by Lindenfunk": "visible",
    "Building work announced": "visible",
    "Order cancelled": "over",
    "Contract renewed": "over",
    "Number ported out": "over",
}


@pytest.fixture(scope="module")
def gaps(world: World) -> pd.DataFrame:
    """The events, and the gap that each opens."""
    log = world.log.merge(world.hidden["gaps"].to_pandas(), on=["journey", "position"], validate="1:1")
    assert len(log) == len(world.hidden["gaps"]) == world.of("size.events")["realised"]
    until = log.groupby("journey")["at"].shift(-1).fillna(world.end)
    return log.assign(days=(until - log["at"]) / DAY, ends=log.journey != log.journey.shift(-1))


def test_whose_turn_each_gap_is(gaps: pd.DataFrame) -> None:
    told = {("company", "visible"), ("company", "silent"), ("customer", "customer"), ("nobody", "over")}
    assert set(zip(gaps.turn, gaps.state, strict=True)) == told
    for activity, state in AFTER.items():
        share = (gaps.state[gaps.activity == activity] == state).mean()
        assert share > 0.9, (activity, share)


def test_who_falls_silent_was_asked_and_who_is_through_is_not(world: World, gaps: pd.DataFrame) -> None:
    last = world.journeys.join(gaps[gaps.ends].set_index("journey").state)
    assert (last.state[last.end_reason == "silent"] == "customer").all()
    assert (
        last.state[last.end_reason.isin(["cancelled", "declined", "terminated", "port-out"])] == "over"
    ).mean() > 0.99
    assert (last.state[(last.outcome == "good") & last.whole] == "over").mean() > 0.9


def test_how_much_of_the_wait_is_visible(world: World, gaps: pd.DataFrame) -> None:
    """Who takes every wait for a silent one, or all after the last event for waiting, is wrong."""
    inside = gaps[~gaps.ends & (gaps.turn == "company")]
    hours = inside.groupby("state").days.sum()
    world.counted("wait.visible", hours["visible"] / hours.sum())
    assert 0.1 < hours["visible"] / hours.sum() < 0.9


def test_who_wants_a_date_that_suits_asks_for_another_day(world: World) -> None:
    dated = world.journeys[world.first["Appointment confirmed"].reindex(world.journeys.index).notna()]
    asked = world.first["Reschedule appointment"].reindex(dated.index).notna()
    by = asked.groupby(dated.persona == "short of time").mean()
    world.found("persona.reschedule", by[True] / by[False])
    world.missed("persona.reschedule", asked.mean() / by[False], "below")


def first_offers(world: World) -> pd.Series:
    """When was each order first offered a date? At least two months before the log's end."""
    orders = world.journeys.index[world.journeys.kind == "order"]
    offered = world.first["Appointment offered"][orders]
    return offered[offered < world.end - 60 * DAY]


def test_gaps_of_the_customer_alone_show_the_silence(world: World, gaps: pd.DataFrame) -> None:
    """Two months without a word, counted only where it was the customer's turn, and after an offer."""
    offered = first_offers(world)
    own = gaps[gaps.journey.isin(offered.index) & (gaps["at"] >= gaps.journey.map(offered))]
    silent = own.journey[(own.turn == "customer") & (own.days > 60)].nunique()
    gone = world.first["Number ported out"][offered.index].notna().sum()
    world.found("leak.total", (silent + gone) / len(offered))


def test_all_long_gaps_together_are_no_silence(world: World, gaps: pd.DataFrame) -> None:
    offered = first_offers(world)
    own = gaps[gaps.journey.isin(offered.index) & (gaps.state != "over")]
    world.missed("leak.total", own.journey[own.days > 21].nunique() / len(offered), "above")


def test_the_outcome_is_what_the_log_says(world: World) -> None:
    journeys, first = world.journeys, world.first
    for kind, goal in GOALS.items():
        own = journeys[journeys.kind == kind]
        assert ((own.outcome == "good") == first[goal].reindex(own.index).notna()).all(), kind
    cancels = first[[name for name in CANCELS if name in first]].notna().any(axis=1)
    assert (journeys.outcome[cancels & (journeys.kind == "order")] == "bad").mean() > 0.99


@pytest.fixture(scope="module")
def dated(world: World) -> pd.DataFrame:
    """Orders that had a date and are over."""
    orders = world.journeys[world.journeys.confirmed.fillna(False) & (world.journeys.outcome != "open")]
    return orders.assign(good=orders.outcome == "good")


@pytest.mark.parametrize("slug", PERSONAS)
def test_the_step_that_decides(world: World, dated: pd.DataFrame, slug: str) -> None:
    world.some_are(PERSONAS[slug])
    own = dated[dated.persona == PERSONAS[slug]]
    step = world.of(f"decisive.{slug}.after")["step"]
    twice = 2 if step == "Reschedule appointment" else 1
    happened = world.count[step].reindex(own.index) >= twice
    assert (happened == own.decisive.astype(bool)).all()
    world.counted(f"decisive.{slug}.before", own.good[~happened].mean())
    world.counted(f"decisive.{slug}.after", own.good[happened].mean())


def test_without_the_persona_the_step_seems_to_decide_little(world: World, dated: pd.DataFrame) -> None:
    """For two of three personas beyond the half-width; the fourth step is mostly taken by its own persona."""
    world.only_shipped()
    beyond = []
    for slug in ("alone", "know", "talk"):
        truth = world.of(f"decisive.{slug}.after")
        twice = 2 if truth["step"] == "Reschedule appointment" else 1
        happened = world.count[truth["step"]].reindex(dated.index) >= twice
        beyond.append((dated.good[happened].mean() - truth["parameter"]) / truth["half_width"])
    assert min(beyond) > 0
    assert sorted(beyond)[1] > 1
