"""The ways in panels: rows that are asked for, sorted and folded; the list that is searched; the journey looked at."""

from __future__ import annotations

import re

import pytest
from support.boards import click, ids, panel, variant
from support.toy import bound

import cxkit as cx
from cxkit import where as w
from cxwidgets import Board
from cxwidgets.panel import NOT_UNDERSTOOD

SAID = cx.Engagement(goals=["Deliver"], cancels=["Cancel"], silence="2d")


@pytest.fixture
def board(toy, loopless):
    return Board(toy).show()


def test_the_page_asks_for_the_rows_it_shows(toy, loopless):
    board = Board(bound(toy, SAID))
    ways = board.panel("variants")
    first = ways.facts["window"]
    assert (ways.facts["of"], len(first["rows"]), first["rows"][0]["key"]) == (7, 7, variant(1).key)
    assert [first["names"][place] for place in first["rows"][0]["path"]] == ["Order", "Pay", "Ship", "Deliver"]
    ways.hear({"do": "rows", "first": 5, "rows": 2})
    assert [row["variant"] for row in ways.window["rows"]] == [6, 7]
    for first, rows in ((-1, 2), (0, 0), (0, 201), (True, 2), ("0", 2), (0, 1e9), (0, None)):
        ways.hear({"do": "rows", "first": first, "rows": rows})
        assert ways.said == NOT_UNDERSTOOD
    assert [row["variant"] for row in ways.window["rows"]] == [6, 7]
    click(ways, variant(7))
    assert ids(board.journeys) == ["A11"]
    assert ways.marks == [variant(7).key]


def test_variants_stand_by_any_column_and_fold(toy, loopless):
    board = Board(bound(toy, SAID))
    ways = board.panel("variants")
    assert ways.facts["sorts"] == {
        "count": "journeys", "length": "steps", "median_seconds": "median time", "goal_share": "goal",
    }  # fmt: skip
    numbered = {row["variant"]: row for row in board.base.variants().table.to_pylist()}
    for column, falling in (("length", True), ("length", False), ("goal_share", True)):
        ways.hear({"do": "sort", "column": column})
        shown = [row["variant"] for row in ways.facts["window"]["rows"]]
        assert sorted(shown) == [1, 2, 3, 4, 5, 6, 7]
        values = [numbered[number][column] for number in shown]
        assert values == sorted(values, reverse=falling)
        assert ways.facts["window"]["rows"][-1]["all"] == pytest.approx(1)
    ways.hear({"do": "sort", "column": "customers"})
    assert ways.said == NOT_UNDERSTOOD
    ways.hear({"do": "ask", "by": "repeats as one"})
    click(ways, w.alike(6))
    assert ids(board.journeys) == ["A06"]


def test_a_family_is_chosen_and_all_is_shown(toy, loopless):
    board = Board(toy)
    families = board.panel("families")
    rows = families.facts["window"]["rows"]
    assert sum(int(row["count"]) for row in rows) == 12
    families.hear({"do": "choose", "key": rows[0]["key"], "besides": False})
    families.hear({"do": "choose", "key": rows[1]["key"], "besides": True})
    assert ids(board.journeys) == ["A01", "A02", "A03", "A04", "A07", "A08"]
    assert families.marks == [rows[0]["key"], rows[1]["key"]]


def test_journeys_are_sorted_and_searched(board):
    table = panel(board, "journeys")
    shown = lambda: re.findall(r">(A\d\d)<", table.markup)  # noqa: E731
    table.hear({"do": "order", "column": "seconds"})
    assert shown()[:3] == ["A04", "A06", "A05"]
    table.hear({"do": "order", "column": "seconds"})
    assert shown()[:3] == ["A09", "A07", "A10"]
    table.hear({"do": "order", "column": "plan"})
    table.hear({"do": "search", "text": " c01 "})
    assert (shown(), table.facts["pages"]) == (["A06", "A01"], 1)
    table.hear({"do": "order", "column": "paln"})
    assert 'Closest: "plan"' in table.said
    table.hear({"do": "search", "text": "<b>"})
    assert "No journey or customer has an id like that" in table.markup
    assert "<b>" not in table.markup


def test_the_board_looks_at_one_journey(toy, loopless):
    board = Board(toy)
    diary, table = board.panel("diary"), board.panel("journeys")
    assert diary.facts["journey"] == "A01"
    table.hear({"do": "open", "journey": "A06"})
    assert (board.opened, diary.facts["journey"], table.facts["opened"]) == ("A06", "A06", "A06")
    assert table.facts["journey"] is None, "the list stays where another panel shows the journey"
    assert 'data-key="A01"' in diary.markup
    diary.hear({"do": "choose", "key": "A01", "besides": False})
    assert board.opened == "A01"
    diary.hear({"do": "choose", "key": "A12", "besides": False})
    assert (board.opened, diary.said) == ("A01", NOT_UNDERSTOOD)
    table.hear({"do": "open", "journey": "A99"})
    assert board.opened == "A01"
    assert "A99" in table.said
    board.look(None)
    board.put("filter 1", w.contains("Call"))
    assert diary.facts["journey"] == "A05"


def test_the_steps_of_a_funnel_are_added_and_left_out(toy, loopless):
    board = Board(toy)
    funnel = board.panel("funnel")
    assert (funnel.facts["steps"], funnel.facts["usual"]) == (["Order", "Pay", "Ship", "Deliver"], True)
    funnel.hear({"do": "leave_out", "place": 1})
    funnel.hear({"do": "step", "to": "Call"})
    assert funnel.facts["steps"] == ["Order", "Ship", "Deliver", "Call"]
    click(funnel, w.passes(["Order", "Ship"]))
    assert ids(board.journeys) == ["A01", "A02", "A03", "A04", "A05", "A06"]
    other = Board(toy).panel("funnel")
    other.keep(funnel.kept)
    assert other.drawn().facts["steps"] == funnel.facts["steps"]
    for wrong in ({"place": 9}, {"place": True}, {"place": "0"}):
        funnel.hear({"do": "leave_out", **wrong})
        assert funnel.said == NOT_UNDERSTOOD
    funnel.hear({"do": "step", "to": "<b>"})
    assert funnel.said == NOT_UNDERSTOOD
    funnel.hear({"do": "usual"})
    assert (funnel.facts["usual"], board.clauses) == (True, {}), "bars of other steps are gone, and their choice too"


def test_the_tree_grows_from_a_step_either_way_and_by_outcome(toy, loopless):
    board = Board(bound(toy, SAID))
    tree = board.panel("path_tree")
    tree.hear({"do": "grow", "key": w.goes(["Order", "Pay"]).key})
    tree.hear({"do": "ended", "to": "goal"})
    tree.hear({"do": "reach", "to": "2"})
    reached = w.goes(["Ship", "Deliver"], start="Pay") & w.attribute("outcome", "goal")
    click(tree, reached)
    assert ids(board.journeys) == ["A01", "A02", "A03", "A04", "A05"]
    assert tree.kept == {"start": "Pay", "end": "goal", "depth": "2"}
    again = Board(board.base).panel("path_tree")
    again.keep({**tree.kept, "direction": "sideways"})
    assert again.kept == tree.kept
    tree.hear({"do": "turn", "to": "backward"})
    before = w.goes(["Order"], start="Pay", backward=True) & w.attribute("outcome", "goal")
    assert before.key in tree.choices
    for wrong in ({"do": "from", "to": "<b>"}, {"do": "grow", "key": "x"}, {"do": "ended", "to": "rich"}):
        tree.hear(wrong)
        assert tree.said == NOT_UNDERSTOOD
    assert "ended" not in [way[0] for way in Board(toy).panel("path_tree").facts["switches"]]
