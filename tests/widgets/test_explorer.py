"""The explorer in Python: its parts, its facets counted by hand on the toy, its figures and its words."""

from __future__ import annotations

import pyarrow as pa
import pytest
from support.boards import ids
from support.toy import bound

import cxkit as cx
from cxkit import where as w
from cxwidgets import Board
from cxwidgets.explorer import TABS
from cxwidgets.panel import FAILED, NOT_UNDERSTOOD
from cxwidgets.voice import spoken


@pytest.fixture
def board(toy, loopless):
    return Board(toy)


@pytest.fixture
def bar(board):
    return board.panel("filters")


def open_(bar, facet, owner=""):
    """The values of a facet with their counts, and those that are ticked."""
    bar.hear({"do": "open", "facet": facet, "owner": owner})
    assert bar.facts["facet"]["name"] == facet
    rows = bar.facts["facet"].get("values", [])
    return {words: count for _, words, _, _, count, _ in rows}, [row[1] for row in rows if row[5]]


def pick(bar, *values):
    keys = {row[1]: row[0] for row in bar.facts["facet"]["values"]}
    bar.hear({"do": "pick", "keys": [keys[value] for value in values]})
    assert bar.said == ""


def test_the_page_holds_every_panel_once_and_draws_what_is_seen_first(board):
    page = board.show(layout="explorer").box()
    assert page is board.box()
    assert not [panel for panel in board.panels if panel.status == FAILED]
    drawn = {panel.name for panel in board.panels if not panel.stale}
    assert {"bar", "filters", "figures", "process_map", "variants", "durations", "segments"} <= drawn
    later = {panel.name for panel in board.panels if panel.stale}
    assert {"moves", "journeys", "source", "log_coverage", "data_plan"} <= later
    moves = next(panel for panel in board.panels if panel.name == "moves" and panel.small)
    board.put("process_map", w.contains("Call"))
    assert moves.stale
    moves.hear({"do": "seen", "page": "one", "sight": "near"})
    assert not moves.stale
    assert "cx-small" in moves.markup
    assert len(board.panels) == len(set(map(id, board.panels)))
    bar = next(panel for panel in board.panels if panel.name == "bar")
    assert [name for name, _ in bar.facts["tabs"]] == list(TABS)


def test_another_layout_is_refused(board):
    with pytest.raises(cx.CxError, match='one layout, "explorer"'):
        board.show(layout="grid")


def test_facets_count_the_toy(bar):
    assert open_(bar, "visits")[0] == {"Order": 12, "Pay": 9, "Ship": 6, "Deliver": 5, "Cancel": 4, "Call": 3}
    assert open_(bar, "ends")[0] == {"Deliver": 5, "Cancel": 4, "Pay": 2, "Ship": 1}
    assert open_(bar, "of plan")[0] == {"basic": 6, "plus": 5, "(missing)": 1}
    open_(bar, "period")
    assert bar.facts["facet"]["span"] == ["2025-06-02", "2025-06-14"]
    calendar = bar.facts["facet"]["periods"]
    assert calendar[0] == ["2025-06-02", "2025-06-02", "2 Jun 2025", "1 journey", 1, False]
    assert (len(calendar), sum(day[4] for day in calendar)) == (13, 12)


def test_several_ticks_are_one_clause_and_the_facet_keeps_counting(board, bar):
    open_(bar, "of plan")
    pick(bar, "plus", "basic")
    assert list(board.clauses.values()) == [w.attribute("plan", "plus", "basic")]
    assert open_(bar, "of plan") == ({"basic": 6, "plus": 5, "(missing)": 1}, ["basic", "plus"])
    assert bar.facts["kept"] == "11 of 12 journeys (92%)"
    pick(bar, "(missing)")
    assert ids(board.journeys) == ["A12"]
    pick(bar)
    assert not board.clauses


def test_a_facet_counts_beside_the_other_clauses_and_keeps_what_is_ticked(board, bar):
    open_(bar, "of plan")
    pick(bar, "plus")
    board.put("elsewhere", w.contains("Call"))
    assert open_(bar, "of plan") == ({"basic": 1, "plus": 1, "(missing)": 1}, ["plus"])
    board.put("elsewhere", w.attribute("plan", missing=True))
    assert open_(bar, "of plan") == ({"(missing)": 1, "plus": 0}, ["plus"])


def test_a_clause_of_a_panel_is_edited_in_its_facet(board, bar):
    board.put("process_map", w.contains("Call"))
    [chip] = bar.facts["clauses"]
    assert open_(bar, chip["facet"], "process_map")[1] == ["Call"]
    pick(bar, "Call", "Cancel")
    assert list(board.clauses) == ["facet visits"]
    assert ids(board.journeys) == ["A05", "A06", "A07", "A08", "A11", "A12"]


def test_a_value_that_is_not_there_is_refused_with_the_closest(board, bar):
    open_(bar, "of plan")
    bar.hear({"do": "write", "filter": {"filter": "attribute", "name": "plan", "values": ["plsu"]}})
    assert bar.said == 'No value of plan "plsu". Closest: "plus".'
    bar.hear({"do": "add", "filter": {"filter": "attribute", "name": "plan", "values": ["gold"]}})
    assert bar.said.startswith('No value of plan "gold".')
    bar.hear({"do": "pick", "keys": ["{}"]})
    assert bar.said == NOT_UNDERSTOOD
    bar.hear({"do": "open", "facet": "of nothing"})
    assert bar.said.startswith('No property "nothing".')
    assert not board.clauses


def test_chips_say_what_each_takes_away_alone_and_beside_the_others(board, bar):
    board.put("one", w.contains("Pay"))
    board.put("two", w.contains("Ship"))
    costs = [(chip["alone"], chip["beside"]) for chip in bar.facts["clauses"]]
    assert costs == [(3, 0), (6, 3)]


def test_clauses_of_one_matter_are_joined_and_flipped(board, bar):
    board.put("one", w.attribute("plan", "plus"))
    board.put("two", w.attribute("plan", "basic"))
    assert board.journeys.n.journeys == 0
    bar.hear({"do": "join", "owner": "one", "other": "two"})
    assert board.clauses["one"] == w.attribute("plan", "plus", "basic")
    board.put("steps", w.contains("Call") & w.contains("Ship"))
    assert bar.facts["clauses"][1]["joined"] == "and"
    assert ids(board.journeys) == ["A05", "A06"]
    bar.hear({"do": "flip", "owner": "steps"})
    assert ids(board.journeys) == ["A01", "A02", "A03", "A04", "A05", "A06"]
    bar.hear({"do": "join", "owner": "one", "other": "steps"})
    assert bar.said == NOT_UNDERSTOOD


def test_the_figures_are_those_of_the_summary_with_their_change(toy, loopless):
    shop = bound(toy, cx.Engagement(goals=["Deliver"], cancels=["Cancel"], silence="2d"))
    board = Board(shop)
    figures = board.panel("figures")
    assert [figure["value"] for figure in figures.facts["figures"]] == ["42%", "2 d", "4 d", "3.3"]
    board.put("one", w.contains("Ship"))
    said = {figure["words"]: figure for figure in figures.facts["figures"]}
    row = board.journeys.summary().table.to_pylist()[0]
    assert row["goal_journeys"] == 5
    assert said["goal reached"] == {"words": "goal reached", "value": "83%", "whole": "42%", "change": "+42 points"}
    assert said["events per journey"]["change"] == "+1"


def test_without_a_silence_goals_are_counted_among_all_journeys(toy, loopless):
    board = Board(bound(toy, cx.Engagement(goals=["Deliver"])))
    figure = board.panel("figures").facts["figures"][0]
    assert (figure["words"], figure["value"]) == ("goal so far", "42%")
    assert toy.keep(w.contains("Deliver")).n.journeys / toy.n.journeys == pytest.approx(5 / 12)


@pytest.mark.parametrize(
    ("clause", "words"),
    [
        (w.attribute("plan", "plus", "basic"), "plan: plus, basic"),
        (~w.attribute("plan", "plus"), "plan: not plus"),
        (w.attribute("plan", missing=True), "plan: unknown"),
        (w.lasts(at_least="30d"), "lasts 30 d or more"),
        (w.lasts(at_least="2d") & ~w.lasts(at_least="5d"), "lasts 2 d to 5 d"),
        (w.variant_rank(at_least=1, at_most=1), "goes Order → Pay → Ship → Deliver"),
        (w.variant_rank(at_least=5, at_most=5), "goes Order → Call → … → Deliver"),
        (w.alike([1], rather_than=[5, 6], radius=0.3), "goes much as Order → Pay → Ship → Deliver"),
        (w.alike([1, 5], radius=0.3), "goes much as Order → Pay → Ship → Deliver or as 1 other"),
        (w.alike([], rather_than=[1, 5], radius=0.3), "goes unlike 2 families"),
        (w.ends_with("Pay"), 'last step so far "Pay"'),
        (w.follows("Pay", "Ship", directly=True), 'step from "Pay" to "Ship"'),
        (w.contains("Call") | w.contains("Pay"), 'visits "Call" or visits "Pay"'),
    ],
)
def test_chips_speak_a_clients_words(toy, clause, words):
    assert spoken(clause, toy) == words


def test_numbers_come_in_bins_that_keep_their_journeys(tmp_path, loopless):
    rows = [{"case": f"C{n:03d}", "what": "Buy", "age": 20 + n % 60, "euro": n / 7} for n in range(120)]
    log = cx.read(pa.Table.from_pylist(rows)).roles(journey="case", activity="what", journey_attributes=["age", "euro"])
    journeys = cx.prepare(log, tmp_path / "store", progress=False)
    for name in ("age", "euro"):
        table = journeys.values(of=name).table.to_pylist()
        assert 1 < len(table) <= 20
        assert sum(row["count"] for row in table) == 120
        assert journeys.segments(by=name).table["count"].to_pylist() == [row["count"] for row in table]
    board = Board(journeys)
    bar = board.panel("filters")
    open_(bar, "of age")
    keys = [row[0] for row in bar.facts["facet"]["values"]]
    assert bar.facts["facet"]["kind"] == "numbers"
    bar.hear({"do": "brush", "first": keys[0], "last": keys[1]})
    low, high = (board.clauses["facet of age"].to_json()[end] for end in ("at_least", "at_most"))
    assert board.journeys.n.journeys == sum(low <= row["age"] <= high for row in rows) > 0
