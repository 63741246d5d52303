"""Who falls silent after an offer? A clock at the first offer, competing causes, and patience."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from estimators import incidence
from oracle import DAY, World

FOLLOWED = 60  # days
ANSWERS = ("Appointment confirmed", "Order cancelled", "Line activated")


@pytest.fixture(scope="module")
def offered(world: World) -> pd.DataFrame:
    """Orders with a first offer at least 60 days before the log's end."""
    orders = world.journeys.join(world.first["Appointment offered"].rename("offered"))
    orders = orders[orders.offer_days.notna() & (orders.kind == "order")]
    return orders[orders.offered < world.end - FOLLOWED * DAY].assign(far=orders.offer_days > 10)


def test_silence_after_an_offer(world: World, offered: pd.DataFrame) -> None:
    world.counted("leak.near", offered.leaked[~offered.far].mean())
    world.counted("leak.far", offered.leaked[offered.far].mean())
    world.counted("leak.far_share", offered.far.mean())
    world.counted("leak.total", offered.leaked.mean())


def test_what_surrounds_it(world: World, offered: pd.DataFrame) -> None:
    world.counted("leak.port_out", offered.port_out[offered.leaked].mean())
    world.counted("leak.late_return", offered.late_return[~offered.leaked].mean())
    delivered = world.first["Router delivered"].reindex(world.journeys.index) < world.end - 14 * DAY
    dated = world.journeys.long_wait[delivered].dropna()
    world.counted("leak.long_wait", dated.mean())


def test_the_offer_in_the_log_is_the_offer_in_the_truth(world: World, offered: pd.DataFrame) -> None:
    offers = world.log[world.log.activity == "Appointment offered"].drop_duplicates("journey").set_index("journey")
    assert (offers.offer_days[offered.index] == offered.offer_days).all()


def clock(world: World, offered: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """After how many days was the first offer answered, and how? Who says nothing for 60 days is silent."""
    answers = world.first.loc[offered.index, list(ANSWERS)].sub(offered.offered, axis=0) / DAY
    days, cause = answers.min(axis=1), pd.Series("answered", offered.index)
    silent = ~(days <= FOLLOWED)
    return days.where(~silent, FOLLOWED), cause.where(~silent, "silent")


def test_the_log_alone_shows_it_when_every_cause_has_its_clock(world: World, offered: pd.DataFrame) -> None:
    days, cause = clock(world, offered)
    for key, part in (("leak.near", ~offered.far), ("leak.far", offered.far), ("leak.total", offered.far | True)):
        world.found(key, incidence(days[part], cause[part], "silent", FOLLOWED))
    everything = sum(incidence(days, cause, name, FOLLOWED) for name in ("answered", "silent"))
    assert everything == pytest.approx(1)


@pytest.mark.parametrize("silence", [14, 21, 30])
def test_a_naive_silence_rule_counts_too_many(world: World, offered: pd.DataFrame, silence: int) -> None:
    log = world.log[world.log.journey.isin(offered.index)]
    until = log.groupby("journey")["at"].shift(-1)
    over = log.journey.map(offered.outcome == "good")
    gaps = until.fillna(world.end).where(until.notna() | ~over) - log["at"]
    longest = gaps.groupby(log.journey).max()
    world.missed("leak.total", (longest > silence * DAY).mean(), "above")
    if silence == 21:
        world.counted_naive("leak.total", (longest > silence * DAY).mean())


def test_a_silence_rule_that_asks_whose_turn_it_is_still_needs_patience(world: World, offered: pd.DataFrame) -> None:
    days, _ = clock(world, offered)
    quiet = np.asarray(days > 21)
    world.missed("leak.total", quiet.mean(), "above")


def test_only_a_part_of_the_lost_says_where_they_went(world: World, offered: pd.DataFrame) -> None:
    gone = world.first["Number ported out"].reindex(offered.index).notna()
    world.missed("leak.total", gone.mean(), "below")
    assert not (gone & ~offered.leaked).any()
    assert offered.end_reason[gone].isin(["port-out"]).all()


def test_an_add_on_is_dropped_while_the_order_goes_on(world: World) -> None:
    placed = world.journeys[world.journeys.placed.fillna(False)]
    dropped = world.first["Add-on dropped"].reindex(placed.index).notna()
    world.counted("addon.dropped", dropped.mean())
    assert (placed.outcome[dropped] == "good").mean() > 0.3
