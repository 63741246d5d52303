"""Families and representatives: counted by hand, against brute force, planted ones found again."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import groupby
from math import comb

import pyarrow as pa
import pytest
from support.rows import assert_rows_keep_their_journeys
from support.toy import ids, rows

import cxkit as cx
from cxkit import where as w

MONDAY = datetime(2025, 6, 2, tzinfo=UTC)
NAMES = [f"Step {place:02}" for place in range(40)]
PLANTED, JOURNEYS = 12, 400


def logged(ways, chance=None):
    """A log of these sequences by journey; its rows are shuffled by chance."""
    events = [
        {"case": case, "what": what, "when": MONDAY + timedelta(hours=place), "who": case[:3]}
        for case, way in ways.items()
        for place, what in enumerate(way)
    ]
    if chance:
        chance.shuffle(events)
    return cx.read(pa.Table.from_pylist(events)).roles(journey="case", activity="what", time="when", customer="who")


def planted():
    """Journeys of twelve ways, with steps left out, put in and repeated by chance; and which way each is of."""
    chance = random.Random(11)
    bases = [sorted(chance.sample(NAMES, chance.randint(8, 14))) for _ in range(PLANTED)]
    ways, truth = {}, {}
    for number in range(JOURNEYS):
        kind = min(chance.randrange(PLANTED), chance.randrange(PLANTED))
        way = [step for step in bases[kind] if chance.random() > 0.1]
        for _ in range(chance.randint(0, 2)):
            way.insert(chance.randint(0, len(way)), chance.choice(NAMES))
        way = [step for step in way for _ in range(chance.choice([1, 1, 1, 2]))]
        ways[f"J{number:03}"], truth[f"J{number:03}"] = way, kind
    return ways, truth


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    return cx.prepare(logged(planted()[0]), tmp_path_factory.mktemp("planted"), progress=False)


def members(journeys, call=None):
    """The journeys of each row, by the filter of the row."""
    answer = journeys.families(**(call or {}))
    keeps = cx.catalog.entry("families").keeps
    return {
        row["family"]: set(ids(journeys.keep(keeps(row, journeys, answer.parameters))).split())
        for row in answer.table.to_pylist()
    }


def adjusted_rand(labels, truth):
    """How much two partitions agree: 1 for equal ones, about 0 by chance (Hubert, Arabie 1985)."""
    pairs = [
        sum(comb(count, 2) for count in Counter(kinds).values())
        for kinds in (zip(labels, truth, strict=True), labels, truth)
    ]
    expected = pairs[1] * pairs[2] / comb(len(truth), 2)
    return (pairs[0] - expected) / ((pairs[1] + pairs[2]) / 2 - expected)


def test_the_toy_counted_by_hand(toy):
    # From Order Pay Ship Deliver: Order Call Pay Ship Deliver 1/9, Order Pay Call Ship 1/4; Order Pay 1/3 is too far.
    # Of the rest, from Order Pay Cancel: Order Cancel and Order Pay 1/5; Order Call Cancel 1/3 is of none.
    found = toy.families(top=2, radius=0.3)
    assert rows(found, "family", "count", "customers", "variants") == [
        ("1", 6, 5, 3), ("2", 5, 5, 3), ("other", 1, 1, 1),
    ]  # fmt: skip
    assert rows(found, "share", "radius")[:2] == [
        (0.5, pytest.approx(1 / 4)),
        (pytest.approx(5 / 12), pytest.approx(1 / 5)),
    ]
    assert rows(found, "activities", "core")[:2] == [
        (["Order", "Pay", "Ship", "Deliver"], ["Order", "Pay", "Ship", "Deliver"]),
        (["Order", "Pay", "Cancel"], ["Order"]),
    ]
    assert rows(found, "differs")[1] == (["without Ship", "without Deliver", "with Cancel"],)
    assert members(toy, {"top": 2, "radius": 0.3})["1"] == {"A01", "A02", "A03", "A04", "A05", "A06"}


def test_representatives_of_the_toy(toy):
    found = toy.representatives(2, radius=0.3)
    assert rows(found, "journey", "stands_for", "activities") == [
        ("A01", 6, ["Order", "Pay", "Ship", "Deliver"]), ("A11", 5, ["Order", "Pay", "Cancel"]), (None, 1, []),
    ]  # fmt: skip
    assert "2 journeys for 92% of the journeys, with at least 70% of the steps in common" in found.chart().svg


def test_the_filter_is_a_value(toy):
    clause = w.alike([1, 2], rather_than=[3], radius=0.25)
    assert w.from_json(clause.to_json()) == clause
    assert eval(repr(clause), {"w": w}) == clause
    assert ids(toy.keep(w.alike(6))) == "A06"
    assert ids(toy.keep(w.alike(99))) == ""
    assert ids(toy.keep(w.alike([], rather_than=[99], radius=1.0))) == ids(toy)
    assert toy.keep(w.alike([], rather_than=[1, 7], radius=0.3)).n == toy.drop(w.alike([1, 7], radius=0.3)).n
    assert w.alike([], rather_than=[1, 2]).says == "goes unlike variants 1, 2 (less than 100% of the steps in common)"
    for wrong in (
        {"variants": []},
        {"variants": "1"},
        {"variants": 0},
        {"variants": 1, "radius": 2},
        {"variants": [1] * 501},
    ):
        with pytest.raises(cx.CxError):
            w.alike(**wrong)


@pytest.mark.parametrize("call", [{"top": 0}, {"coverage": 2}, {"radius": -1}, {"seed": -1}, {"top": True}])
def test_what_makes_no_families_is_told(toy, call):
    with pytest.raises(cx.CxError, match="="):
        toy.families(**call)


def test_planted_families_are_found_again(mixed):
    truth = planted()[1]
    label = {journey: family for family, some in members(mixed, {"top": PLANTED}).items() for journey in some}
    assert label.keys() == truth.keys(), "every journey is in one row"
    assert adjusted_rand([label[journey] for journey in truth], [*truth.values()]) > 0.8


def test_every_journey_is_of_the_nearest_family(mixed):
    answer = mixed.families(top=8).table.to_pylist()
    ways = {journey: [what for what, _ in groupby(way)] for journey, way in planted()[0].items()}
    for family, some in members(mixed, {"top": 8}).items():
        for journey in some:
            far = {row["family"]: apart(ways[journey], row["activities"]) for row in answer if row["activities"]}
            near = min(far.values())
            assert family == "other" if near > answer[0]["within"] + 1e-9 else far[family] == pytest.approx(near)
    assert sum(row["count"] for row in answer) == JOURNEYS
    assert sum(row["count"] for row in answer if row["family"] != "other") >= 0.8 * JOURNEYS


def apart(way, other):
    """One minus the share of steps in common, by the table of longest common subsequences."""
    longest = defaultdict(int)
    for i, step in enumerate(way):
        for k, also in enumerate(other):
            longest[i, k] = longest[i - 1, k - 1] + 1 if step == also else max(longest[i - 1, k], longest[i, k - 1])
    return 1 - 2 * longest[len(way) - 1, len(other) - 1] / (len(way) + len(other))


@pytest.mark.parametrize(("name", "few"), [("families", {"top": 6}), ("representatives", {"k": 6})])
def test_a_row_is_a_filter_and_rows_are_all(mixed, name, few):
    assert assert_rows_keep_their_journeys(mixed, name, {"radius": 0.2, **few}) == 7
    part = mixed.keep(w.contains(NAMES[0]))
    counted = {"families": "count", "representatives": "stands_for"}[name]
    assert sum(getattr(part, name)(**few).table[counted].to_pylist()) == part.n.journeys


def test_the_order_of_rows_changes_nothing_and_a_seed_says_all(mixed, tmp_path):
    again = cx.prepare(logged(planted()[0], random.Random(5)), tmp_path, progress=False)
    assert again.families(seed=3).table == mixed.families(seed=3).table
    assert again.representatives(4).table == mixed.representatives(4).table
