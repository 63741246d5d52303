"""The panel that compares: sides are picked from what there is, a sentence opens its journeys, a link keeps it."""

from __future__ import annotations

from support.boards import ids

import cxkit as cx
from cxkit import where as w
from cxwidgets import Board


def shown(toy, **say):
    board = Board(cx.open(toy.folder, engagement=cx.Engagement(**say)) if say else toy)
    return board, board.panel("compare")


def test_sides_are_picked_and_turned_round(toy, loopless):
    board, panel = shown(toy)
    assert (panel.what, panel.left, panel.right) == ("by:plan", "basic", "plus")
    assert [name for name, *_ in panel.facts["switches"]] == ["what", "left", "right", "see"]
    panel.hear({"do": "swap"})
    assert (panel.left, panel.right) == ("plus", "basic")
    panel.hear({"do": "right", "to": ""})
    assert panel.facts["swap"] is False
    panel.hear({"do": "left", "to": "each"})
    assert "right" not in [name for name, *_ in panel.facts["switches"]]
    assert "against the rest" in panel.markup
    assert board.journeys.n == toy.n


def test_periods_and_the_map(toy, loopless):
    _, panel = shown(toy)
    assert "periods" not in panel.whats, "the toy log is one month"
    panel.hear({"do": "see", "to": "map"})
    assert "cx-map" in panel.markup
    assert panel.answer().name == "compare"


def test_a_sentence_opens_its_journeys_on_either_side(toy, loopless):
    board, panel = shown(toy, goals=["Deliver"], cancels=["Cancel"], silence="2d")
    goal = w.attribute("outcome", "goal")
    left = [choice for choice in panel.choices.values() if choice == w.attribute("plan", "basic") & goal]
    assert left
    panel.hear({"do": "choose", "key": left[0].key, "besides": False})
    assert ids(board.journeys) == ids(board.base.keep(left[0]))
    assert panel.marks == [left[0].key]
    assert "basic" in panel.markup, "its own clause takes nothing away"
    panel.hear({"do": "choose", "key": left[0].key, "besides": False})
    assert board.journeys.n == toy.n


def test_saved_views_are_sides(tmp_path, loopless):
    table = cx.toy_journeys().to_pm4py()
    log = cx.read(table).roles(journey="case:concept:name", activity="concept:name", time="time:timestamp")
    board = Board(cx.prepare(log, tmp_path / "store", progress=False))
    board.put("filter 1", w.contains("Call"))
    board.save("with calls", replace=False)
    board.clear()
    panel = board.panel("compare")
    panel.hear({"do": "what", "to": "views"})
    assert (panel.left, panel.right) == ("with calls", "")
    assert panel.answer().parameters["left"] == w.contains("Call")


def test_a_link_keeps_what_is_compared_and_nonsense_is_refused(toy, loopless):
    board, panel = shown(toy)
    assert panel.kept == {}
    panel.hear({"do": "left", "to": "plus"})
    other = Board(board.base).panel("compare")
    other.keep(panel.kept | {"nonsense": 1})
    assert other.kept == panel.kept
    other.keep({"what": "<script>", "left": 7, "seen": None})
    assert other.kept == panel.kept
    for words in ({"do": "what", "to": "by:secret"}, {"do": "left", "to": 3}, {"do": "see", "to": "x"}):
        panel.hear(words)
        assert panel.said
    assert not board.clauses
