"""Path trees of the toy counted by hand, and the law that what grows from a place adds up to it."""

from __future__ import annotations

import pytest
from support.toy import HOUR, rows

import cxkit as cx
from cxkit import where as w
from cxkit.catalog import entry

PLACES = ("depth", "kind", "activity", "count", "customers", "median_seconds")


def test_on_from_a_step_counted_by_hand(toy):
    assert rows(toy.path_tree(start="Pay", depth=2, top=1), *PLACES) == [
        (0, "start", "Pay", 9, 8, None),
        (1, "step", "Ship", 5, 5, 24 * HOUR),
        (2, "step", "Deliver", 5, 5, 48 * HOUR),
        (1, "rest", None, 2, 2, 48 * HOUR),  # A06 calls, A11 cancels
        (1, "end", None, 2, 2, None),
    ]


def test_back_from_a_step_counted_by_hand(toy):
    assert rows(toy.path_tree(start="Cancel", direction="backward", depth=2), *PLACES) == [
        (0, "start", "Cancel", 4, 4, None),
        (1, "step", "Order", 2, 2, 25 * HOUR),
        (2, "end", None, 2, 2, None),
        (1, "step", "Call", 1, 1, 4 * HOUR),
        (2, "step", "Order", 1, 1, 2 * HOUR),
        (1, "step", "Pay", 1, 1, 48 * HOUR),
        (2, "step", "Order", 1, 1, HOUR),
    ]


@pytest.mark.parametrize("direction", ["forward", "backward"])
@pytest.mark.parametrize("start", [None, "Order", "Call"])
@pytest.mark.parametrize("top", [1, 2, 5])
def test_what_grows_from_a_place_adds_up_to_it(toy, start, direction, top):
    for journeys in (toy, toy.keep(w.attribute("plan", "plus"))):
        answer = journeys.path_tree(start=start, direction=direction, depth=4, top=top)
        found = answer.table.to_pylist()
        begins = journeys if start is None else journeys.keep(w.contains(start))
        assert found[0]["count"] == begins.n.journeys
        for row in found:
            grown = [other for other in found if other["parent"] == row["node"]]
            assert not grown or sum(other["count"] for other in grown) == row["count"]
            assert bool(grown) == (row["kind"] in ("start", "step") and row["depth"] < 4)
            clause = entry("path_tree").keeps(row, journeys, answer.parameters)
            assert journeys.keep(clause).n.journeys == row["count"], row


def test_the_picture_names_what_has_room_and_marks_every_place(toy):
    answer = toy.path_tree(start="Pay", depth=2)
    picture = answer.chart(keyed=lambda row: {"key": f"k{row['node']}"})
    assert all(f'data-key="k{row["node"]}"' in picture.svg for row in answer.table.to_pylist())
    assert "nothing more" in picture.svg
    assert "5 · 56%" in picture.svg


@pytest.mark.parametrize("wrong", [{"depth": 0}, {"top": 13}, {"direction": "sideways"}, {"start": "Payy"}])
def test_nonsense_is_refused(toy, wrong):
    with pytest.raises(cx.CxError):
        toy.path_tree(**wrong)
