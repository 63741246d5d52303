"""How do journeys end? Goals and cancels from the log, silence from the truth, and what patience makes of it."""

from __future__ import annotations

import pandas as pd
import pytest
from oracle import CANCELS, DAY, GOALS, ROUNDED, World

ENDED = ("outcome.goal", "outcome.cancel", "outcome.silent")
OPEN = "outcome.open"


def reached(world: World) -> pd.DataFrame:
    """Which journeys reached the goal of their kind, and which were cancelled?"""
    log = world.log
    hits = log.assign(goal=log.activity == log.kind.map(GOALS), cancel=log.activity.isin(CANCELS))
    return hits.groupby("journey")[["goal", "cancel"]].any().reindex(world.journeys.index)


def endings(world: World, silent: pd.Series) -> pd.Series:
    """How did each journey end, if these are the silent ones of those without goal or cancel?"""
    ended = reached(world)
    found = pd.Series("open", index=ended.index).where(~silent, "silent")
    return found.where(~ended.cancel, "cancel").where(~ended.goal, "goal")


def told(world: World, days: float) -> pd.Series:
    """What does somebody say who knows whose turn it is, and waits so long?"""
    turn = world.hidden["gaps"].to_pandas().groupby("journey").turn.last().reindex(world.journeys.index)
    return endings(world, (turn == "customer") & (world.end - world.journeys["last"] > days * DAY))


def share(found: pd.Series, key: str) -> float:
    """Which share ended so? Open journeys are left out of the ended ones, and are a share of all."""
    return (found[found != "open"] if key != OPEN else found).eq(key.removeprefix("outcome.")).mean()


def test_the_truth_of_each_journey_is_what_its_activities_and_its_story_say(world: World) -> None:
    assert not reached(world).all(axis=1).any()
    assert (world.journeys.ending == endings(world, world.journeys.whole.astype(bool))).all()


@pytest.mark.parametrize("key", [*ENDED, OPEN])
def test_shares_of_outcomes(world: World, key: str) -> None:
    journeys = world.journeys.join(world.log.groupby("journey").channel.first())
    world.counted(key, share(journeys.ending, key))
    assert world.of(key)["count"] == (journeys.ending == key.removeprefix("outcome.")).sum()
    for part, column in (("kinds", "kind"), ("channels", "channel")):
        rows = journeys if key == OPEN else journeys[journeys.ending != "open"]
        assert {name: one["n"] for name, one in world.of(key)[part].items()} == rows[column].value_counts().to_dict()
        for name, one in world.of(key)[part].items():
            assert abs(share(rows.ending[rows[column] == name], key) - one["realised"]) <= ROUNDED


def test_all_ended_journeys_ended_in_one_of_three_ways(world: World) -> None:
    assert sum(world.of(key)["realised"] for key in ENDED) == pytest.approx(1, abs=3 * ROUNDED)
    assert sum(world.of(key)["count"] for key in (*ENDED, OPEN)) == len(world.journeys)


@pytest.mark.parametrize("key", [*ENDED, OPEN])
def test_who_knows_whose_turn_it_is_finds_them_with_patience(world: World, key: str) -> None:
    for days, value in world.of(key)["told"].items():
        assert share(told(world, float(days.removesuffix("d"))), key) == pytest.approx(value, abs=ROUNDED)
    world.only_shipped()
    world.found(key, share(told(world, 30), key))


def test_patience_hardly_ever_takes_an_open_journey_for_silent(world: World) -> None:
    """Some customers do come back after more than a month."""
    world.only_shipped()
    silent = world.journeys.ending[told(world, 30) == "silent"]
    assert (silent == "open").mean() < 0.003


def test_who_takes_every_journey_without_an_end_for_silent_counts_too_many(world: World) -> None:
    everything = endings(world, pd.Series(True, index=world.journeys.index))
    assert share(everything, "outcome.silent") > world.of("outcome.silent")["realised"]
