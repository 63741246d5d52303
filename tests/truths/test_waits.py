"""How long is the silence, whose turn is it, and after which step is an order as good as lost?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from estimators import median_time
from oracle import CANCELS, DAY, GOALS, PERSONAS, World

LOOK_BACK = 4  # days before an early end of the log


def test_the_silent_wait(world: World) -> None:
    days = world.between("Credit approved", "Router shipped")
    world.counted("wait.silent", days.median())
    assert days.median() == pytest.approx(3, abs=0.3)


def test_a_median_of_finished_waits_is_too_short_when_the_log_ends_early(world: World) -> None:
    """Pools many ends of the log: on each, the waits that began within the last four days."""
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


def test_whose_turn_each_gap_is(world: World) -> None:
    gaps = world.hidden["gaps"].to_pandas()
    log = world.log.merge(gaps, on=["journey", "position"], validate="1:1")
    assert len(log) == len(gaps) == world.of("size.events")["realised"]
    told = {("company", "visible"), ("company", "silent"), ("customer", "customer"), ("nobody", "over")}
    assert set(zip(gaps.turn, gaps.state, strict=True)) == told
    after = log[log.activity == "Credit approved"]
    assert (after.state == "silent").mean() > 0.7
    shipped = log[(log.activity == "Delivery notice sent")]
    assert (shipped.state == "visible").all()


def test_a_journey_that_is_over_or_lost_says_so_in_its_last_gap(world: World) -> None:
    gaps = world.hidden["gaps"].to_pandas().groupby("journey").state.last()
    journeys = world.journeys.join(gaps)
    assert (journeys.state[journeys.leaked.fillna(False) & ~journeys.port_out.fillna(False)] == "customer").all()
    cancelled = journeys.end_reason.isin(["cancelled", "declined", "terminated"])
    assert (journeys.state[cancelled & journeys.whole] == "over").all()


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
    own = dated[dated.persona == PERSONAS[slug]]
    step = world.of(f"decisive.{slug}.after")["step"]
    twice = 2 if step == "Reschedule appointment" else 1
    happened = world.count[step].reindex(own.index) >= twice
    assert (happened == own.decisive.astype(bool)).all()
    world.counted(f"decisive.{slug}.before", own.good[~happened].mean())
    world.counted(f"decisive.{slug}.after", own.good[happened].mean())


@pytest.mark.parametrize("slug", PERSONAS)
def test_without_the_persona_the_step_seems_to_decide_little(world: World, dated: pd.DataFrame, slug: str) -> None:
    step = world.of(f"decisive.{slug}.after")["step"]
    twice = 2 if step == "Reschedule appointment" else 1
    happened = world.count[step].reindex(dated.index) >= twice
    world.missed(f"decisive.{slug}.after", dated.good[happened].mean(), "above")
