"""Attrition: what choices of the toy cost, counted by hand, and the mix that they shift, by formula."""

from __future__ import annotations

import math

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cxkit as cx
from cxkit import where as w
from cxkit.statistics.balance import of_means, of_shares

FIGURES = ("journeys", "lost", "alone", "beside")


def figures(journeys):
    return [tuple(row[name] for name in FIGURES) for row in journeys.attrition().table.to_pylist()]


def test_choices_cost_alone_in_turn_and_beside_the_others(toy):
    chosen = toy.keep(w.contains("Pay"), w.length(at_least=3)).drop(w.attribute("channel", "phone"))
    assert [row["says"] for row in chosen.attrition().table.to_pylist()] == [
        'visits "Pay"', "has at least 3 events", "not: has channel phone",
    ]  # fmt: skip
    # Pay: A01-06 A09-11; three events: without A09 A10; no phone: without A05 A06 A11, and alone A08 A12 too
    assert figures(chosen) == [(9, 3, 3, 0), (7, 2, 4, 2), (4, 3, 5, 3)]


def test_it_says_what_costs_all_where_nothing_is_left(toy):
    assert figures(toy.keep(w.contains("Deliver")).keep(w.contains("Cancel"))) == [(5, 7, 7, 4), (0, 5, 8, 5)]


def test_other_steps_stay_in_their_places(toy):
    chosen = toy.keep(w.contains("Call")).hide("Call").keep(w.length(at_least=3)).rename("Pay", "Paid")
    assert figures(chosen.keep(w.contains("Paid"))) == [(3, 9, 9, 5), (2, 1, 5, 0), (2, 0, 3, 0)]


def test_whose_share_shifts_most_and_by_how_much(toy):
    rows = toy.keep(w.contains("Deliver")).attrition(per="attribute").table.to_pylist()
    # plan: 6 basic, 5 plus, 1 missing of 12; then 3 basic and 2 plus of 5
    [shift] = [row for row in rows if row["attribute"] == "plan"]
    expected = max(of_shares(6 / 12, 3 / 5), of_shares(5 / 12, 2 / 5), of_shares(1 / 12, 0), key=abs)
    assert (shift["value"], shift["before"], shift["after"]) == ("(missing)", pytest.approx(1 / 12), 0)
    assert shift["difference"] == pytest.approx(expected)
    assert shift["shifted"] is True
    [row] = toy.keep(w.contains("Deliver")).attrition().table.to_pylist()
    assert (row["shifts"], row["attribute"], row["value"]) == (1, "plan", "(missing)")


def test_what_a_choice_names_itself_is_no_shift(toy):
    [row] = toy.keep(w.attribute("plan", "plus")).attrition().table.to_pylist()
    assert (row["shifts"], row["attribute"]) == (0, None)


def test_numbers_shift_by_their_mean(tmp_path):
    rows = [(f"J{n}", what, n) for n in range(8) for what in ("A", "B" if n > 3 else "C")]
    table = pa.table(dict(zip(("case", "what", "age"), map(list, zip(*rows, strict=True)), strict=True)))
    log = cx.read(table).roles(journey="case", activity="what", time="", journey_attributes=["age"])
    [row] = cx.prepare(log, tmp_path / "store", progress=False).keep(w.contains("B")).attrition().table.to_pylist()
    assert (row["value"], row["before"], row["after"]) == ("(mean)", 3.5, 5.5)
    assert row["difference"] == pytest.approx(2 / math.sqrt((5.25 + 1.25) / 2))


@settings(max_examples=12, deadline=None)
@given(st.permutations([w.contains("Pay"), ~w.contains("Cancel"), w.length(at_least=3), w.attribute("plan", "basic")]))
def test_costs_add_up_and_depend_on_no_order(toy, filters):
    rows = toy.keep(*filters).attrition().table.to_pylist()
    assert sum(row["lost"] for row in rows) == toy.n.journeys - toy.keep(*filters).n.journeys
    assert all(row["beside"] <= row["lost"] <= row["alone"] for row in rows)
    assert rows[-1]["lost"] == rows[-1]["beside"]
    assert rows[0]["lost"] == rows[0]["alone"]


def test_groups_that_do_not_vary_are_as_they_are_or_worlds_apart():
    assert of_means(2, 0, 2, 0) == 0
    assert of_means(2, 0, 3, 0) == math.inf
    assert of_shares(0.2, 0.1) == pytest.approx(-0.1 / math.sqrt((0.16 + 0.09) / 2))


def test_the_picture_says_what_the_table_says(toy):
    svg = toy.keep(w.contains("Pay")).keep(w.contains("Deliver")).attrition().chart().svg
    for words in ('visits "Pay"', "9 left (75%) · -3", "5 left (42%) · -4", "alone -7 · beside the others -4"):
        assert words.replace('"', "&quot;").replace("-", "\N{MINUS SIGN}") in svg
