"""What do people need, what do they say, what do they do, and what does the company believe?"""

from __future__ import annotations

from collections import Counter

import pandas as pd
import pytest
from oracle import World

PAGES = ("Compare tariffs", "Check availability", "Read reviews", "Look at routers", "Share offer")
SEEN, SAID = 0.2, 0.1  # share of customers who show a need, who call it important
IMPORTANT = 5  # of ten


def weights(world: World) -> pd.Series:
    """How much does each need weigh, over all people?"""
    hidden = world.people.filter(like="need_").mean()
    return hidden.rename(lambda column: column.removeprefix("need_").replace("_", " "))


def test_eight_needs(world: World) -> None:
    truth, mean = world.of("need.register"), weights(world)
    assert sorted(truth["realised"]) == sorted(mean.index)
    assert len(mean) == 8
    assert truth["shares"] == pytest.approx(mean.to_dict(), abs=1e-4)
    assert set(world.table("needs").need) == set(world.needs.index)  # the one in no register is not asked for


def test_the_company_has_two_needs_in_the_wrong_place(world: World) -> None:
    firm = world.needs.firm_share
    true = weights(world)[firm.index]
    by_firm, by_people = (list(shares.sort_values(ascending=False).index) for shares in (firm, true))
    assert by_firm == world.of("need.firm_ranking")["realised"]
    assert by_people == world.of("need.true_ranking")["realised"]
    wrong = [name for name, other in zip(by_firm, by_people, strict=True) if name != other]
    assert sorted(wrong) == sorted(world.of("need.firm_wrong")["realised"])
    world.counted("need.firm_tv", (true / true.sum() - firm / firm.sum()).abs().sum() / 2)
    world.only_shipped()
    assert len(wrong) == 2


def test_answers_rank_the_needs_that_people_name(world: World) -> None:
    """The mean importance orders them as their weights do, but for the one that nobody names."""
    said = world.table("needs").groupby("need").importance.mean()
    named = [
        name for name in world.of("need.true_ranking")["realised"] if name != world.of("need.unstated")["realised"]
    ]
    order = said[named].sort_values(ascending=False)
    gaps = weights(world)[named]
    for name, other in zip(order.index, order.index[1:], strict=False):
        assert gaps[name] > gaps[other] - 0.015, (name, other)
    believed = world.needs.firm_share[named].sort_values(ascending=False)
    assert list(believed.index) != list(order.index)


def test_answers_show_where_most_is_to_gain(world: World) -> None:
    """What matters and what it exceeds satisfaction by: Ulwick's opportunity. Importance alone gives another order."""
    truth = world.of("need.answers")
    said = world.table("needs").groupby("need")[["importance", "satisfaction"]].mean()
    gain = said.importance + (said.importance - said.satisfaction).clip(lower=0)
    assert list(gain.sort_values(ascending=False).index) == truth["realised"]
    for name in ("importance", "satisfaction"):
        assert said[name].to_dict() == pytest.approx(truth[name], abs=1e-3)
    assert said.satisfaction.to_dict() == pytest.approx(truth["asked_for"], abs=0.3)


def test_what_is_done_against_what_is_said(world: World) -> None:
    needs = world.needs
    did = pd.crosstab(world.log.customer, world.log.activity) > 0
    shown = pd.Series(
        {
            name: did[evidence].any(axis=1).mean()
            for name, evidence in needs.evidence.items()
            if isinstance(evidence, list) and evidence
        }
    )
    said = world.table("needs").assign(important=lambda rows: rows.importance >= IMPORTANT)
    said = said.groupby("need").important.mean()
    shown = shown.reindex(said.index, fill_value=0.0)
    unstated = said.index[(shown > SEEN) & (said < SAID)]
    stated_only = said.index[(shown < SEEN / 10) & (said > SAID) & said.index.isin(needs.index)]
    assert list(unstated) == [world.of("need.unstated")["realised"]]
    assert list(stated_only) == [world.of("need.stated_only")["realised"]]


def test_who_only_asks_does_not_find_the_unstated_need(world: World) -> None:
    said = world.table("needs").groupby("need").importance.mean()
    unstated = world.of("need.unstated")["realised"]
    assert said.idxmin() == unstated
    assert weights(world)[unstated] > weights(world).min() * 1.3


def test_a_need_without_policy_and_one_in_no_register(world: World) -> None:
    needs = world.needs
    served = needs.policies.map(lambda names: len(names) if isinstance(names, list) else 0)
    assert {name for names in needs.policies[served > 0] for name in names} <= set(world.policies.index)
    assert list(needs.index[served == 0]) == [world.of("need.without_policy")["realised"]]
    missing = set(weights(world).index) - set(needs.index)
    assert missing == {world.of("need.unregistered")["realised"]}


@pytest.fixture(scope="module")
def lifts(world: World) -> pd.DataFrame:
    """Three pages in a row: how often, and how much more often than a first-order chain makes them."""
    order = world.log[world.log.kind == "order"]
    by = order.groupby("journey").activity
    names, second, third = order.activity, by.shift(-1), by.shift(-2)
    triples = Counter(zip(names, second, third, strict=True))
    pairs = Counter(zip(names[second.notna()], second.dropna(), strict=True))
    leaving = names[second.notna()].value_counts()
    rows = {
        (a, b, c): (n, pairs[a, b] * pairs[b, c] / leaving[b])
        for (a, b, c), n in triples.items()
        if a in PAGES and b in PAGES and c in PAGES
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["n", "chain"])
    return table.assign(lift=table.n / table.chain, surprise=(table.n - table.chain) / table.chain**0.5)


def test_the_pattern_of_the_unregistered_need(world: World, lifts: pd.DataFrame) -> None:
    truth = world.of("need.pattern")
    pattern = tuple(truth["realised"])
    assert lifts.n[[pattern]].item() == truth["n"]
    assert lifts.lift[[pattern]].item() == pytest.approx(truth["lift"], abs=1e-3)
    assert truth["lift"] > 1.5
    assert lifts.surprise.idxmax() == pattern
    shows = world.people.shows_at_home[world.journeys.customer]
    assert shows.mean() == pytest.approx(world.rates["unregistered_need"], abs=0.03)


def test_who_shows_the_pattern_has_the_need(world: World) -> None:
    order = world.log[world.log.kind == "order"]
    by = order.groupby("journey").activity
    first, second, third = world.of("need.pattern")["realised"]
    here = (order.activity == first) & (by.shift(-1) == second) & (by.shift(-2) == third)
    found = set(order.customer[here])
    needy = world.people.index[world.people.shows_at_home.astype(bool)]
    ordered = set(order.customer)
    assert len(found & set(needy)) / len(found) > 0.75
    assert len(found & set(needy)) / len(ordered & set(needy)) > 0.75


def test_decoys_are_frequent_and_no_more_than_a_chain_makes_them(world: World, lifts: pd.DataFrame) -> None:
    truth = world.of("need.decoys")
    decoys = [tuple(decoy) for decoy in truth["realised"]]
    rows = lifts.loc[decoys]
    assert list(rows.n) == truth["n"]
    assert len(decoys) == 4
    assert list(rows.lift) == pytest.approx(truth["lift"], abs=1e-3)
    assert (rows.surprise.abs() < 4).all(), rows
    world.only_shipped()
    assert rows.lift.between(0.8, 1.2).all(), rows
    assert (rows.n > 60).all(), rows
