"""The panel of journeys over time: a drag keeps a range of periods; it obeys every clause but its own."""

from __future__ import annotations

from support.boards import ids

import cxkit as cx
from cxkit import where as w
from cxwidgets import Board


def shown(toy, **say):
    board = Board(cx.open(toy.folder, engagement=cx.Engagement(**say)) if say else toy)
    panel = board.panel("over_time")
    panel.hear({"do": "pace", "to": "day"})
    return board, panel


def test_a_drag_keeps_the_journeys_that_began_then(toy, loopless):
    board, panel = shown(toy)
    panel.hear({"do": "brush", "first": "2025-06-03", "last": "2025-06-05"})
    assert board.clauses["over_time"] == w.during("2025-06-03", "2025-06-05", how="started")
    assert ids(board.journeys) == ids(toy.keep(board.clauses["over_time"]))
    assert panel.marks == ["2025-06-03", "2025-06-04", "2025-06-05"]
    assert len(panel.facts["bins"]) == 13, "its own clause takes no bar away"
    panel.hear({"do": "choose", "key": "2025-06-04", "besides": False})
    panel.hear({"do": "choose", "key": "2025-06-06", "besides": True})
    assert panel.marks == ["2025-06-04", "2025-06-05", "2025-06-06"]
    board.put("over_time", ~board.clauses["over_time"])
    assert len(panel.marks) == 10
    panel.hear({"do": "clear"})
    assert board.journeys.n == toy.n


def test_figure_length_and_attribute_are_switched_and_kept_in_a_link(toy, loopless):
    board, panel = shown(toy, goals=["Deliver"])
    panel.hear({"do": "turn", "to": "goals"})
    panel.hear({"do": "ask", "by": "plan"})
    assert "goal rate" in panel.markup
    assert panel.kept == {"figure": "goals", "per": "day", "by": "plan"}
    other = Board(board.base).panel("over_time")
    other.keep(panel.kept | {"nonsense": 1})
    assert other.kept == panel.kept
    other.keep({"figure": "<script>", "per": 7, "by": "nothing"})
    assert (other.figure, other.per) == ("goals", "day")


def test_what_is_not_offered_is_refused(toy, loopless):
    board, panel = shown(toy)
    asked = [
        {"do": "turn", "to": "secret"},
        {"do": "pace", "to": "year"},
        {"do": "brush", "first": "2025-06-09", "last": "2025-06-03"},
        {"do": "choose", "key": "2025-07-01", "besides": False},
        {"do": "ask", "by": "channel"},
    ]
    for words in asked:
        panel.hear(words)
        assert panel.said
    assert not board.clauses


def test_other_pictures_of_time_are_switched_and_kept_in_a_link(toy, loopless):
    board = Board(toy)
    for name, way, words in (
        ("time_of_week", "starts", "n = 12"),
        ("dotted_chart", "since", "shortest journeys"),
        ("performance_spectrum", "2", "Pay"),
    ):
        panel = board.panel(name)
        panel.hear({"do": "turn", "to": way})
        assert (panel.said, panel.kept) == ("", {"way": way})
        assert words in panel.markup or words in panel.shrink().drawn().markup
        again = Board(toy).panel(name)
        again.keep(panel.kept)
        assert again.way == way
        again.keep({"way": "<script>"})
        assert again.way == way
        panel.hear({"do": "turn", "to": "<script>"})
        assert panel.said


def test_an_hour_a_colour_and_a_quarter_are_clicked(toy, loopless):
    board = Board(toy)
    clicked = {
        "time_of_week": (w.in_week([2], [9]), 3),
        "dotted_chart": (w.contains("Call"), 3),
        "performance_spectrum": (w.waits("Ship", "Deliver", at_least="172800.000001s", at_most="3d"), 1),
    }
    for name, (clause, kept) in clicked.items():
        panel = board.panel(name)
        panel.hear({"do": "choose", "key": clause.key, "besides": False})
        assert (panel.said, panel.marks, board.journeys.n.journeys) == ("", [clause.key], kept), panel.choices
        panel.hear({"do": "choose", "key": clause.key, "besides": False})
        assert board.journeys.n == toy.n
    week = board.panel("time_of_week")
    week.hear({"do": "turn", "to": "starts"})
    week.hear({"do": "choose", "key": w.in_week([6], of="starts").key, "besides": False})
    week.hear({"do": "choose", "key": w.in_week([7], [9], "starts").key, "besides": True})
    assert ids(board.journeys) == ids(toy.keep(w.in_week([6, 7], of="starts")))
