"""Live charts in Python: one library for all, and durations chosen by bars."""

from __future__ import annotations

import pandas as pd
import pytest
from support.boards import ids

import cxkit as cx
from cxkit import where as w
from cxkit.views import vega
from cxwidgets import Board
from cxwidgets.chart import Chart
from cxwidgets.panel import NOT_UNDERSTOOD

DAYS = [f"bin {low * 86_400} {high * 86_400}" for low, high in ((2, 3), (3, 4), (4, 5), (5, 7))]
BARS = ".cxw-panel [data-key^=bin]"
LIVE = ".cxw-chart:not(.cxw-drawing)"


@pytest.fixture
def board(toy, loopless):
    return Board(toy)


@pytest.fixture
def durations(board):
    return board.panel("durations")


def test_charts_share_one_library(toy, durations):
    chart = Chart(toy.activities())
    assert chart.lib is durations.lib
    assert chart.lib.source == vega.bundle()
    assert chart.get_state(["lib"]) == {"lib": f"anywidget:{durations.lib.model_id}"}


def test_the_browser_sets_nothing(durations):
    for widget, name in ((durations, "facts"), (durations, "lib"), (durations, "markup"), (durations.lib, "source")):
        before = getattr(widget, name)
        widget._handle_msg({"content": {"data": {"method": "update", "state": {name: "x"}, "buffer_paths": []}}})
        assert getattr(widget, name) == before


def test_every_bar_says_what_it_is(durations):
    assert 'aria-label="2 d to 3 d, 3 journeys, 25%"' in durations.markup
    assert 'aria-label="5 d to 7 d, 1 journey, 8.3%"' in durations.markup


def test_a_range_of_bars_is_one_clause(board, durations):
    durations.hear({"do": "brush", "first": DAYS[0], "last": DAYS[2]})
    assert ids(board.journeys) == ["A01", "A02", "A03", "A05", "A06", "A08", "A11"]
    assert durations.marks == DAYS[:3]
    assert board.clauses["durations"] == w.lasts(at_least="2d") & ~w.lasts(at_least="5d")
    durations.hear({"do": "brush", "first": DAYS[0], "last": DAYS[2]})
    durations.hear({"do": "brush", "first": DAYS[1], "last": DAYS[1]})
    durations.hear({"do": "brush", "first": DAYS[1], "last": DAYS[1]})
    assert durations.marks == DAYS[1:2]
    durations.hear({"do": "choose", "key": DAYS[3], "besides": True})
    assert durations.marks == DAYS[1:]
    durations.hear({"do": "clear"})
    assert board.clauses == {}
    assert durations.marks == []
    board.undo()
    board.undo()
    board.undo()
    assert durations.marks == DAYS[:3]


def test_a_clause_that_is_turned_round_marks_the_other_bars(board, durations):
    durations.brush(DAYS[0], DAYS[3])
    board.put("durations", ~board.clauses["durations"])
    assert len(durations.marks) == 4
    assert not set(durations.marks) & set(DAYS)
    durations.choose(DAYS[0], besides=False)
    assert durations.marks == DAYS[:1]


def test_the_last_bin_is_open(tmp_path):
    times = pd.to_datetime(["1900-01-01 00:00:00", "1900-01-01 00:00:01", "1900-01-01 00:00:00", "1990-01-01 00:00:00"])
    table = pd.DataFrame({"id": ["a", "a", "b", "b"], "step": ["x", "y"] * 2, "at": times})
    log = cx.read(table).roles(journey="id", activity="step", time="at")
    board = Board(cx.prepare(log, tmp_path / "store", progress=False))
    bars = board.panel("durations")
    assert bars.facts["bins"] == ["bin 1 2", "bin 1576800000 -"]
    bars.choose("bin 1576800000 -", besides=False)
    assert ids(board.journeys) == ["b"]
    assert bars.marks == ["bin 1576800000 -"]
    bars.brush("bin 1 2", "bin 1576800000 -")
    assert board.clauses["durations"] == w.lasts(at_least="1s")


@pytest.mark.parametrize(
    "message",
    [
        {"do": "brush"},
        {"do": "brush", "first": DAYS[2], "last": DAYS[0]},
        {"do": "brush", "first": DAYS[0]},
        {"do": "brush", "first": DAYS[0], "last": "bin 172800 172801"},
        {"do": "brush", "first": DAYS[0], "last": "bin 172800 1e999"},
        {"do": "brush", "first": "bin -5 10", "last": DAYS[0]},
        {"do": "brush", "first": "bin nan nan", "last": "bin nan nan"},
        {"do": "brush", "first": float("nan"), "last": float("nan")},
        {"do": "brush", "first": 172_800, "last": 10**30},
        {"do": "brush", "first": [DAYS[0]], "last": {"bin": 1}},
        {"do": "brush", "first": DAYS[0], "last": DAYS[1], "seconds": 5},
        {"do": "choose", "key": "bin 172800 172801", "besides": False},
        {"do": "choose", "key": DAYS[0] + " ", "besides": True},
        {"do": "clear", "name": "variants"},
        {"do": "put", "clause": None},
    ],
)
def test_hostile_ranges_change_nothing(board, durations, message):
    durations.choose(DAYS[1], besides=False)
    durations.hear(message)
    assert durations.said == NOT_UNDERSTOOD
    assert board.clauses == {"durations": w.lasts(at_least="3d") & ~w.lasts(at_least="4d")}
    assert durations.marks == DAYS[1:2]


def test_a_chart_of_any_answer(toy):
    chart = Chart(toy.durations(per="move"))
    picture = toy.durations(per="move").chart()
    words = {"title": picture.title, "description": picture.spec["description"]}
    assert (chart.markup, chart.facts) == (picture.svg, {"spec": picture.spec} | words)
    chart.hear({"do": "alive"})
    chart.show(chart.drawn())
    assert (chart.markup, chart.facts["spec"]) == ("", picture.spec)
    assert chart.still() == picture._repr_html_()
    assert Chart(toy.variants(), top=2).markup == toy.variants().chart(top=2).svg
    with pytest.raises(cx.CxError, match="by a table"):
        Chart(toy.journeys())
    with pytest.raises(KeyError, match='Closest: "top"'):
        Chart(toy.variants(), tip=2)
