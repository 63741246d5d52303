"""What did the company's actions change, and what changed without anybody having said so?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from estimators import difference, in_differences
from oracle import DAY, World

AGAIN, MOVED = "Call: same question again", "Call transferred"
CALLS = (
    "Call: tariff advice",
    "Call: where is my order",
    "Call: question about bill",
    "Call: fault still there",
    "Call: better offer wanted",
    "Call: talk it through",
)
HARMFUL, PLACEBO = "New phone menu", "New reminder text"
TALK = "likes to talk"


def calls_of(world: World) -> pd.DataFrame:
    """Calls a week before the log's end; a repeat within a week, or a transfer, belongs to the latest call before."""
    log = world.log.sort_values("at")
    calls = log[log.activity.isin(CALLS)].assign(call=lambda rows: rows.index)
    for name, within, hit in ((AGAIN, 7, "repeated"), (MOVED, np.inf, "moved")):
        later = log[log.activity == name][["journey", "at", "day"]]
        pairs = pd.merge_asof(later, calls[["journey", "at", "call"]], on="at", by="journey")
        near = pairs.day - pairs.call.map(calls.day) <= within
        calls[hit] = calls.call.isin(pairs.call[near]).astype(float)
    return calls[calls.day < (world.end - world.begin) / DAY - 7]


@pytest.fixture(scope="module")
def calls(world: World) -> pd.DataFrame:
    return calls_of(world)


@pytest.fixture(scope="module")
def compared(world: World, calls: pd.DataFrame) -> pd.DataFrame:
    """Calls before the action and after its ramp, of those it was for and of the rest."""
    start, ramp = world.rates["repeat_day"], world.rates["repeat_ramp"]
    outside = calls[(calls.day < start) | (calls.day >= start + ramp)]
    return outside.assign(after=outside.day >= start, treated=outside.persona == TALK)


def test_repeated_calls_before_and_after_the_action(world: World, compared: pd.DataFrame) -> None:
    world.of("action.repeat.effect")
    own = compared[compared.treated].groupby("after").repeated.mean()
    world.counted("action.repeat.before", own[False])
    world.counted("action.repeat.after", own[True])


def test_the_action_against_repeated_calls_with_the_rest_as_comparison(world: World, compared: pd.DataFrame) -> None:
    world.of("action.repeat.effect")
    world.counted("action.repeat.effect", in_differences(compared, "repeated"))


@pytest.mark.parametrize("period", ["before", "after"])
def test_any_contact_within_a_week_is_no_repeat(world: World, compared: pd.DataFrame, period: str) -> None:
    contacts = world.log[world.log.channel.isin(["phone", "shop"])].sort_values("at")
    own = compared[compared.treated & (compared.after == (period == "after"))].sort_values("at")
    later = pd.merge_asof(
        own[["journey", "at", "day"]],
        contacts[["journey", "at", "day"]],
        on="at",
        by="journey",
        direction="forward",
        allow_exact_matches=False,
        suffixes=("", "_then"),
    )
    naive = (later.day_then - later.day <= 7).mean()
    world.missed(f"action.repeat.{period}", naive, "above")
    world.counted_naive(f"action.repeat.{period}", naive)


def test_over_everybody_the_action_seems_smaller(world: World, compared: pd.DataFrame) -> None:
    world.of("action.repeat.effect")
    diluted = difference(compared, "after", "repeated")
    assert diluted == pytest.approx(world.of("action.repeat.effect")["all_personas"], abs=1e-4)
    world.only_shipped()
    assert abs(diluted) < 0.75 * abs(world.of("action.repeat.effect")["parameter"])


def test_an_interrupted_time_series_finds_the_same_level(world: World, compared: pd.DataFrame) -> None:
    """Weekly difference of the treated and the rest; a level that changes on the day, weighted by calls."""
    world.of("action.repeat.effect")
    week = compared.day // 7
    means = compared.groupby([week, "treated"]).repeated.agg(["mean", "size"]).unstack().dropna()
    gap = means["mean"][True] - means["mean"][False]
    after = gap.index.to_numpy() * 7 >= world.rates["repeat_day"]
    weights = 1 / (1 / means["size"][True] + 1 / means["size"][False])
    level = np.average(gap[after], weights=weights[after]) - np.average(gap[~after], weights=weights[~after])
    world.found("action.repeat.effect", level)


def test_weeks_differ_more_than_chance_makes_them(world: World, compared: pd.DataFrame) -> None:
    """Repeated calls of a persona's week against the mean of persona, team and period. Who counts calls as independent
    takes the weeks for alike, and is too sure of what an action did."""
    team, week = compared.agent.str[:-3], compared.day // 7
    due = compared.groupby(["persona", team, "after"]).repeated.transform("mean")
    rows = pd.DataFrame({"gap": compared.repeated - due, "chance": due * (1 - due), "due": due})
    cells = rows.groupby([compared.persona, week]).sum()
    spread = ((cells.gap**2 - cells.chance).sum()) / (cells.due**2).sum()
    world.counted("action.repeat.weeks", spread)
    world.only_shipped()
    assert spread > 2 * (2 * (cells.chance**2).sum()) ** 0.5 / (cells.due**2).sum()


def test_a_harmful_action(world: World, calls: pd.DataFrame) -> None:
    world.of("action.harmful.effect")
    rows = calls.assign(treated=calls.region == world.where(HARMFUL), after=calls.day >= world.rates["harm_day"])
    world.counted("action.harmful.effect", in_differences(rows, "moved"))
    world.missed("action.harmful.effect", difference(rows, "after", "moved"), "below")
    world.counted("friction.transfer", rows.moved[~rows.treated].mean())


def visits_of(world: World) -> pd.DataFrame:
    """Visits, and whether nobody was at home."""
    visits = world.log[world.log.activity.isin(["Customer not at home", "Technician visit"])]
    days = visits.time.dt.tz_convert("Europe/Berlin").dt.day_of_year
    return visits.assign(
        out=(visits.activity == "Customer not at home").astype(float),
        wave=np.cos(2 * np.pi * (days - 196) / 365),
        treated=visits.region == world.where(PLACEBO),
        after=visits.day >= world.rates["placebo_day"],
    )


def test_a_season(world: World) -> None:
    visits = visits_of(world)
    slope, level = np.polyfit(visits.wave, visits.out, 1)
    world.counted("action.season.amplitude", slope / level)


def test_a_placebo_changes_nothing_and_seems_to_without_a_comparison(world: World) -> None:
    world.of("action.placebo.effect")
    visits = visits_of(world)
    world.counted("action.placebo.effect", in_differences(visits, "out"))
    world.only_shipped()
    near = visits[visits.treated & ((visits.day - world.rates["placebo_day"]).abs() < 120)]
    naive = difference(near, "after", "out")
    world.missed("action.placebo.effect", naive, "below")
    world.counted_naive("action.placebo.effect", naive)


@pytest.fixture(scope="module")
def faults(world: World) -> pd.DataFrame:
    """Reported faults, and whether they began with self-help."""
    own = world.journeys[world.journeys.kind == "fault"].join(world.first[["Fault reported", "Self-help page"]])
    own = own[own["Fault reported"].notna()]
    return own.assign(helped=own["Self-help page"].notna(), day=(own.begun - world.begin) / DAY)


def test_an_unregistered_change(world: World, faults: pd.DataFrame) -> None:
    world.of("action.unregistered.after")
    late = faults.day >= world.rates["unregistered_day"]
    world.counted("action.unregistered.before", faults.helped[~late].mean())
    world.counted("action.unregistered.after", faults.helped[late].mean())
    world.missed("action.unregistered.after", faults.helped.mean(), "below")


def test_the_day_of_the_unregistered_change_is_in_the_log(world: World, faults: pd.DataFrame) -> None:
    """Where does the likelihood of one step place it?"""
    world.only_shipped()
    ordered = faults.sort_values("day")
    hits, n = ordered.helped.cumsum().to_numpy(float), np.arange(1, len(ordered) + 1)
    gap = (hits[-1] - hits[:-1]) / (n[-1] - n[:-1]) - hits[:-1] / n[:-1]
    scores = gap**2 * n[:-1] * (n[-1] - n[:-1])
    inside = slice(200, -200)
    found = ordered.day.iloc[200 + int(scores[inside].argmax())]
    assert found == pytest.approx(world.rates["unregistered_day"], abs=10)


def test_nobody_registered_it(world: World) -> None:
    dates = [pd.Timestamp(action["since"], tz="UTC").timestamp() for action in world.engagement["actions"]]
    days = [(date - world.begin) / DAY for date in dates]
    assert all(abs(day - world.rates["unregistered_day"]) > 14 for day in days)
    for name in ("repeat_day", "placebo_day", "harm_day", "local_day"):
        assert min(abs(day - world.rates[name]) for day in days) <= 1
