"""The table of journeys and items: counted by hand on the toy log, event by event, and alike on both engines."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise

import numpy as np
import pytest
from support.toy import ACTIVITIES, MOVES, VARIANTS

import cxkit as cx
from cxkit import where as w
from cxkit.facts.items import items

ARROW = " \N{RIGHTWARDS ARROW} "
DAY = 86_400_000_000


def counted(kept, kind):
    """How many journeys have each item of a kind."""
    sums = np.asarray(kept.has.sum(axis=0)).astype(int).tolist()
    return {item.name: n for item, n in zip(kept.listed, sums, strict=True) if item.kind == kind}


def test_what_journeys_have_is_what_the_toy_log_says(toy):
    kept = items(toy)
    assert counted(kept, "activity") == {name: journeys for name, _, journeys, *_ in ACTIVITIES}
    moves = {f"{a}{ARROW}{b}": journeys for a, b, _, journeys, *_ in MOVES if a and b}
    assert counted(kept, "move") == moves
    assert counted(kept, "start") == {"Order": 12}
    assert counted(kept, "end") == {a: journeys for a, b, _, journeys, *_ in MOVES if b is None}
    assert counted(kept, "variant") == {way.replace(" ", ARROW): count for _, count, _, _, way in VARIANTS}
    assert counted(kept, "attribute") == {"basic": 6, "plus": 5, "(missing)": 1}
    assert kept.by_customer.shape[0] == 10
    assert kept.by_customer.sum() == kept.has.sum()


def test_times_are_those_of_the_first_of_each_move(toy):
    kept = items(toy)
    row, item, seconds = kept.lasting
    by_name = defaultdict(list)
    for place, lasting in zip(item, seconds, strict=True):
        by_name[kept.timed[place].name].append(lasting)
    assert sorted(by_name["Pay" + ARROW + "Ship"]) == [86400, 86400, 86400, 86400, 172800]
    assert np.median(by_name["the whole journey"]) == 49 * 3600
    assert len(row) == len(set(zip(row.tolist(), item.tolist(), strict=True)))


def test_it_is_made_once_and_follows_the_selection(toy):
    assert items(toy) is items(toy)
    plus = toy.keep(w.attribute("plan", "plus"))
    assert counted(items(plus), "attribute") == {"plus": 5}
    hidden = toy.hide("Call")
    assert "Call" not in counted(items(hidden), "activity")
    assert counted(items(hidden), "move")[f"Order{ARROW}Pay"] == 9


def test_an_empty_selection_has_no_items(toy):
    kept = items(toy.keep(w.length(at_least=99)))
    assert kept.has.shape[0] == 0
    assert len(kept.lasting[0]) == 0


@pytest.mark.parametrize("days", [None, 1, 2])
def test_items_are_what_a_look_at_every_event_finds(toy, days):
    """An oracle in plain Python: journeys followed for some days, those that began too late left out."""
    rows = toy.events(rows=100).table.to_pylist()
    ways = defaultdict(list)
    for row in rows:
        ways[row["journey"]].append((row["time"].timestamp() * 1e6, row["activity"]))
    within = None if days is None else days * DAY
    end = max(moment for way in ways.values() for moment, _ in way)
    seen, last, moves = Counter(), Counter(), Counter()
    journeys = 0
    for way in ways.values():
        if within is not None and way[0][0] > end - within:
            continue
        journeys += 1
        inside = [name for moment, name in way if within is None or moment - way[0][0] < within]
        seen.update(set(inside))
        last[inside[-1]] += 1
        moves.update({f"{a}{ARROW}{b}" for a, b in pairwise(inside)})
    kept = items(toy, within=within)
    assert kept.has.shape[0] == journeys
    assert {name: n for name, n in counted(kept, "activity").items() if n} == dict(seen)
    assert {name: n for name, n in counted(kept, "move").items() if n} == dict(moves)
    assert {name: n for name, n in counted(kept, "end").items() if n} == dict(last)


def test_stages_and_outcomes_are_those_of_the_engagement(toy):
    said = cx.Engagement(
        goals=["Deliver"], cancels=["Cancel"], silence="2d", stages={"buy": ["Order"], "get": ["Ship", "Deliver"]}
    )
    told = cx.open(toy.folder, engagement=said)
    kept = items(told)
    assert counted(kept, "outcome") == {"goal": 5, "cancel": 4, "silent": 3}
    assert counted(kept, "stage") == {"buy": 12, "get": 6}
    by_stage = items(told, "stage")
    assert counted(by_stage, "activity") == {"buy": 12, "get": 6, "(no stage)": 12}
    early = items(told, within=2 * DAY)
    assert counted(early, "outcome")["goal"] == sum(
        row["seconds"] < 2 * 86400 for row in told.keep(w.contains("Deliver")).journeys(rows=50).table.to_pylist()
    )


@pytest.mark.spark
def test_both_engines_make_the_same_table(toy, spark):
    ours, theirs = items(toy), items(cx.open(toy.folder, engine=spark))
    assert ours.listed == theirs.listed
    assert (ours.has != theirs.has).nnz == 0
    assert all((a == b).all() for a, b in zip(ours.lasting, theirs.lasting, strict=True))
