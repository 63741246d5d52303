"""The map as a panel, without a browser: it obeys every clause, is looked at as asked, and its card acts."""

from __future__ import annotations

import pytest
from support.boards import click
from support.crossings import counted, groups, parsed, sums

import cxkit as cx
from cxkit import where as w
from cxwidgets import Board, card


@pytest.fixture
def board(loopless):
    return Board(cx.toy_journeys())


@pytest.fixture
def chart(board):
    return board.panel("process_map")


def drawn(chart):
    """The counts of the moves that are drawn."""
    groups_ = groups(parsed(chart.markup), "cx-move")
    return {
        (int(group.get("data-source")), int(group.get("data-target"))): int(group.get("data-count"))
        for group in groups_
    }


def counts(journeys):
    return {(row["source"], row["target"]): row["count"] for row in journeys.process_map().table.to_pylist()}


def test_the_map_obeys_its_own_click_too(board, chart):
    assert drawn(chart) == counts(board.base)
    click(chart, w.contains("Call"))
    assert drawn(chart) == counts(board.base.keep(w.contains("Call"))) != counts(board.base)
    assert chart.marks == [w.contains("Call").key]
    click(chart, w.contains("Call"))
    assert drawn(chart) == counts(board.base)


def test_what_left_stays_pale_if_that_is_asked(board, chart):
    click(chart, w.contains("Cancel"))
    assert not groups(parsed(chart.markup), "cx-ghost")
    chart.hear({"do": "look", "ghosts": True})
    left = counts(board.base).keys() - counts(board.journeys).keys()
    assert len(groups(parsed(chart.markup), "cx-ghost")) == len(left) > 0


def test_it_is_laid_out_for_the_room_and_the_shares_that_are_asked(chart):
    chart.hear({"do": "look", "width": 500, "height": 400, "activities": 0.5, "moves": 0.0, "show": "median"})
    svg = parsed(chart.markup)
    assert (svg.get("width"), svg.get("height")) == ("500", "400")
    assert not chart.facts["auto"]
    assert 0 < len(drawn(chart)) < 16
    assert all(visits == into == out for visits, into, out in sums(svg).values())
    chart.hear({"do": "look", "activities": None, "moves": None, "stay": ["Call"]})
    assert chart.facts["auto"]
    assert chart.facts["stay"] == ["Call"]


WRONG = [
    {"width": 10}, {"width": "500"}, {"height": 1e9}, {"width": True}, {"activities": 2}, {"moves": "all"},
    {"moves": True}, {"show": "money"}, {"level": "galaxy"}, {"stay": ["Nobody"]}, {"stay": "Call"},
    {"ghosts": "yes"}, {"more": 1}, {"stay": [["Call"]]}, {"show": []},
]  # fmt: skip


@pytest.mark.parametrize("words", WRONG, ids=str)
def test_what_the_browser_says_is_not_believed(chart, words):
    before = chart.markup
    chart.hear({"do": "look", **words})
    assert chart.said
    assert chart.markup == before


def test_the_card_says_what_the_rows_say(board, chart):
    click(chart, w.contains("Call"))
    said = chart.card
    assert said["title"] == "Call"
    assert said["figures"] == [["Visits", "4"], ["Journeys", "3 (100%)"]]
    assert said["before"] == [["Order", "50%", "3 h"], ["Call", "25%", "1 d"], ["Pay", "25%", "2 d"]]
    assert [name for name, _, on in said["actions"] if on] == ["only"]
    chart.hear({"do": "close"})
    assert chart.card == {}
    chart.hear({"do": "open", "key": w.follows("Order", "Pay", directly=True).key})
    assert chart.card["title"] == "Step from Order to Pay"
    assert chart.card["figures"][0] == ["Taken", "1 time"]
    assert board.clauses == {"process_map": w.contains("Call")}


def test_the_card_acts(board, chart):
    base = board.base
    click(chart, w.contains("Call"))
    for name, clause in (
        ("without", ~w.contains("Call")),
        ("start", w.starts_with("Call")),
        ("end", w.ends_with("Call")),
    ):
        chart.hear({"do": "act", "name": name})
        assert board.clauses == {"process_map": clause}
    board.clear()
    chart.hear({"do": "act", "name": "hide"})
    assert "Call" not in board.journeys.known_activities
    assert board.code.endswith("j = j.hide('Call')\n")
    assert chart.card == {}
    board.undo()
    assert board.base is base
    assert drawn(chart) == counts(base)
    board.redo()
    assert board.journeys.known_activities == base.hide("Call").known_activities
    board.undo()


def test_the_card_splits_by_an_attribute(board, chart):
    call = w.contains("Call")
    click(chart, call)
    assert chart.card["parts"] == []
    chart.hear({"do": "split", "by": "plan"})
    rows = board.base.segments(by="plan").table.to_pylist()
    takes = [board.base.keep(call).keep(w.attribute("plan", value)).n.journeys for value in ("basic", "plus")]
    missing = board.base.keep(call).keep(w.attribute("plan", missing=True)).n.journeys
    said = [[name, numbers] for name, _, numbers, _ in chart.card["parts"]]
    assert said == [
        ["basic", f"{takes[0]} of {rows[0]['count']}"],
        ["plus", f"{takes[1]} of {rows[1]['count']}"],
        ["(missing)", f"{missing} of {rows[2]['count']}"],
    ]
    assert sum([*takes, missing]) == board.base.keep(call).n.journeys
    chart.hear({"do": "part", "key": chart.card["parts"][0][3]})
    assert board.clauses == {"process_map": call, "facet of plan": w.attribute("plan", "basic")}
    before = board.clauses
    chart.hear({"do": "part", "key": "variant 1"})
    chart.hear({"do": "split", "by": "nobody"})
    assert chart.said
    assert board.clauses == before
    chart.hear({"do": "split", "by": ""})
    assert chart.card["parts"] == []


def test_groups_that_are_not_shown_are_counted_together():
    journeys = cx.sample_journeys().sample(0.03, seed=1)
    mark = card.Mark("Chat with assistant")
    shown = card.parts(mark, journeys, "age")
    assert [part.name for part in shown][-1].startswith("other (")
    assert sum(part.every for part in shown) == journeys.n.journeys
    assert sum(part.taken for part in shown) == journeys.keep(mark.only).n.journeys


def test_a_step_drops_what_then_means_nothing_and_is_undone_with_it(board, chart):
    board.put("variants", w.contains("Call"))
    board.put("segments", w.contains("Pay"))
    board.step(next(iter(board.base.hide("Call").recipe)))
    assert board.clauses == {"segments": w.contains("Pay")}
    board.put("segments", None)
    board.undo()
    board.undo()
    assert board.clauses == {"variants": w.contains("Call"), "segments": w.contains("Pay")}
    assert not len(board.base.recipe)
    board.put("segments", None)
    assert not len(board.base.recipe)


def test_merging_takes_two_as_one(board, chart):
    click(chart, w.contains("Call"))
    chart.hear({"do": "act", "name": "merge", "other": "Pay"})
    assert "Pay" not in board.journeys.known_activities
    chart.hear({"do": "act", "name": "merge", "other": "Nobody"})
    assert chart.said
    chart.hear({"do": "act", "name": "burn"})
    assert chart.said


def test_no_line_behind_a_box_whatever_is_clicked(board, chart):
    for clause in (w.contains("Cancel"), w.ends_with("Pay"), w.follows("Order", "Call", directly=True)):
        click(chart, clause)
        wrong = counted(parsed(chart.markup))
        assert (wrong.behind, wrong.overlapping) == (0, 0)
        click(chart, clause)


def test_the_map_of_handovers_and_the_card_that_splits_and_merges_classes(toy, loopless):
    board = Board(toy)
    shown = board.panel("process_map")
    assert shown.facts["levels"] == [["activity", "activities"], ["of channel", "between channels"]]
    shown.hear({"do": "look", "level": "of channel"})
    shown.hear({"do": "choose", "key": w.attribute("channel", "van").key, "besides": False})
    assert (shown.said, shown.card, board.journeys.n.journeys) == ("", {}, 5)
    board.put("process_map", None)
    shown.hear({"do": "look", "level": "activity"})
    shown.hear({"do": "open", "key": w.contains("Order").key})
    assert shown.card["splits"] == ["plan", "channel"]
    shown.hear({"do": "act", "name": "split", "other": "channel"})
    assert "Order (shop)" in board.journeys.known_activities
    classes = Board(toy.rename("Call", "Care: call").rename("Cancel", "Care: cancel"))
    shown = classes.panel("process_map")
    shown.hear({"do": "open", "key": w.contains("Care: call").key})
    assert shown.card["others"][0] == "Care:*"
    shown.hear({"do": "act", "name": "merge", "other": "Care:*"})
    assert classes.journeys.known_activities == ["Care", "Deliver", "Order", "Pay", "Ship"]
