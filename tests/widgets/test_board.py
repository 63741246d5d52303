"""The board and its panels, in Python: what the browser asks runs the same path."""

from __future__ import annotations

import asyncio
import html
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from support import regulars
from support.boards import click, ids, panel, variant
from support.toy import bound

import cxkit as cx
from cxkit import scratch
from cxkit import where as w
from cxkit.catalog import CATALOG
from cxwidgets import Board
from cxwidgets.panel import BUSY, FAILED, NOT_UNDERSTOOD, READY


@pytest.fixture
def board(toy, loopless):
    return Board(toy).show()


def plain(markup):
    """A picture without the keys of its marks, which belong to its panel, and without the names of its parts."""
    return re.sub(r' data-key="[^"]*"|cx-[td]-\w+', "", markup)


def test_a_panel_sees_every_clause_but_its_own(board):
    board.put("process_map", w.contains("Call"))
    board.put("variants", w.variant_rank(at_least=4, at_most=4))
    assert ids(board.journeys) == ["A12"]
    assert ids(board.journeys_for("process_map")) == ["A12"]
    assert ids(board.journeys_for("variants")) == ["A05", "A06", "A12"]
    assert board.cost("process_map").journeys == 0
    assert board.cost("variants").journeys == 2


def test_undo_and_redo_walk_through_the_changes(board):
    board.put("process_map", w.contains("Call"))
    board.put("process_map", w.contains("Pay"))
    board.put("process_map", w.contains("Pay"))
    board.undo()
    assert ids(board.journeys) == ["A05", "A06", "A12"]
    board.undo()
    assert board.journeys.n.journeys == 12
    assert not board.can_undo
    board.redo()
    board.redo()
    assert board.journeys.n.journeys == 9
    assert not board.can_redo
    board.clear()
    board.undo()
    assert board.journeys.n.journeys == 9


def test_the_code_repeats_the_clicks(board):
    click(panel(board, "process_map"), w.contains("Call"))
    panel(board, "filters").add({"filter": "none_of", "of": [{"filter": "lasts", "at_most": "1d"}]})
    names = {}
    exec(board.code, names)
    assert ids(names["j"]) == ids(board.journeys) == ["A05", "A06"]
    again = board.base.apply(cx.Recipe.from_json(board.recipe.to_json()))
    assert ids(again) == ["A05", "A06"]


def test_choosing_on_the_map(board):
    chart = panel(board, "process_map")
    click(chart, w.contains("Call"))
    click(chart, w.contains("Pay"), besides=True)
    assert ids(board.journeys) == ["A05", "A06"]
    assert set(chart.marks) == {w.contains("Call").key, w.contains("Pay").key}
    click(chart, w.contains("Call"), besides=True)
    assert board.journeys.n.journeys == 9
    click(chart, w.ends_with("Pay"))
    assert ids(board.journeys) == ["A09", "A10"]
    click(chart, w.ends_with("Pay"))
    assert board.journeys.n.journeys == 12
    assert chart.marks == []


@pytest.mark.parametrize("name", ["summary", "process_map", "durations"])
def test_panels_show_what_the_measures_say(board, name):
    board.put("elsewhere", w.contains("Call"))
    drawn = panel(board, name)
    options = {"size": (800, 660), "show": "times"} if name == "process_map" else {}
    kept = board.base.keep(w.contains("Call"))
    assert plain(drawn.markup) == plain(getattr(kept, name)().chart(keyed=dict, **options).svg)
    assert drawn.status == READY


def test_durations_are_chosen_by_bars(board):
    bars = panel(board, "durations")
    assert bars.facts["bins"][0] == "bin 3600 7200"
    bars.choose("bin 172800 259200", besides=False)
    assert ids(board.journeys) == ["A03", "A08", "A11"]
    assert bars.marks == ["bin 172800 259200"]
    bars.choose("bin 345600 432000", besides=True)
    assert ids(board.journeys) == ["A01", "A02", "A03", "A05", "A06", "A08", "A11"]
    assert board.code.endswith("j = j.keep(w.lasts(at_least='2d') & ~w.lasts(at_least='5d'))\n")
    assert len(bars.marks) == 3
    bars.choose("bin 345600 432000", besides=False)
    bars.choose("bin 345600 432000", besides=False)
    assert board.clauses == {}
    for wrong in ("bin 5 1", "bin -5 7", "bin 5", "bar 5 7", 5):
        bars.hear({"do": "choose", "key": wrong, "besides": False})
        assert bars.said == NOT_UNDERSTOOD


def test_a_tag_made_of_an_answer_is_clicked_like_any_attribute(toy, loopless, monkeypatch):
    regulars.listed(monkeypatch)
    board = Board(toy.tag("persona", toy.regulars()).hide("Call")).show("segments", "process_map")
    bars = panel(board, "segments")
    bars.ask("persona")
    once, regular = (w.attribute("persona", value) for value in ("once", "regular"))
    assert list(bars.choices.values()) == [once, regular]
    click(bars, regular)
    assert ids(board.journeys) == ["A01", "A02", "A06", "A12"]
    click(panel(board, "process_map"), w.follows("Pay", "Ship", directly=True))
    assert ids(board.journeys) == ["A01", "A02", "A06"]
    names = {}
    exec(board.code, names)
    assert ids(names["j"]) == ids(board.journeys)


def test_segments_are_chosen_by_value(board):
    bars = panel(board, "segments")
    plus, basic = (w.attribute("plan", value) for value in ("plus", "basic"))
    missing = w.attribute("plan", missing=True)
    assert bars.facts == {"by": "plan", "attributes": ["plan"]}
    assert list(bars.choices.values()) == [basic, plus, missing]
    click(bars, plus)
    assert ids(board.journeys) == ["A03", "A04", "A06", "A09", "A11"]
    assert bars.marks == [plus.key]
    click(bars, missing, besides=True)
    assert "A12" in ids(board.journeys)
    assert set(bars.marks) == {plus.key, missing.key}
    for wrong in (w.attribute("plan", "other").key, w.attribute("kind", "plus").key, "plus", 7, ["plus"]):
        bars.hear({"do": "choose", "besides": False, "key": wrong})
        assert bars.said == NOT_UNDERSTOOD
    bars.hear({"do": "ask", "by": "nothing"})
    assert bars.said == NOT_UNDERSTOOD


def test_the_attribute_of_the_choice_is_the_one_that_is_shown(toy, loopless):
    board = Board(toy.tag("called", w.contains("Call"))).show()
    bars = panel(board, "segments")
    assert bars.facts["by"] == "called"  # the one of fewest values
    bars.hear({"do": "ask", "by": "plan"})
    click(bars, w.attribute("plan", missing=True))
    bars.hear({"do": "ask", "by": "called"})
    assert bars.facts["by"] == "called"
    assert bars.marks == []
    assert not board.clauses
    board.undo()
    assert bars.facts["by"] == "plan"
    assert bars.marks == [w.attribute("plan", missing=True).key]


@pytest.mark.parametrize("owner", ["process_map", "variants", "durations", "segments"])
def test_a_panels_clause_that_is_edited_belongs_to_the_filter_bar(board, owner):
    chosen = {
        "process_map": w.contains("Call").key,
        "variants": variant(1).key,
        "durations": panel(board, "durations").facts["bins"][-1],
        "segments": w.attribute("plan", "plus").key,
    }
    panel(board, owner).choose(chosen[owner], besides=False)
    edited = {"do": "replace", "owner": owner, "filter": w.lasts(at_least="1d", at_most="3d").to_json()}
    panel(board, "filters").hear(edited)
    assert list(board.clauses) == ["filter 1"]
    assert panel(board, owner).marks == []
    assert all(view.status == READY for view in board.panels)
    board.undo()
    assert list(board.clauses) == [owner]
    assert panel(board, owner).marks == [chosen[owner]]
    board.put(owner, w.during("2025"))
    assert panel(board, owner).status == READY
    assert panel(board, owner).marks == []


def test_variants_add_up_and_the_table_drills_down(board):
    variants, table = panel(board, "variants"), panel(board, "journeys")
    click(variants, variant(1))
    click(variants, variant(2), besides=True)
    assert ids(board.journeys) == ["A01", "A02", "A03", "A04", "A07", "A08"]
    table.hear({"do": "open", "journey": "A07"})
    assert table.facts["journey"] == "A07"
    assert "Cancel" in table.markup
    table.hear({"do": "close"})
    assert {word: table.facts[word] for word in ("page", "pages", "journey", "opened")} == {
        "page": 1, "pages": 1, "journey": None, "opened": "A07",
    }  # fmt: skip


def test_the_journeys_of_variants_are_listed_in_their_place(board):
    variants = panel(board, "variants")
    click(variants, variant(1))
    rows = variants.facts["window"]
    variants.hear({"do": "list"})
    chosen = ids(board.journeys)
    assert chosen == ["A01", "A02", "A03", "A04"]
    assert variants.facts["n"] == 4
    assert [name for name in ids(board.base) if f">{name}<" in variants.markup] == chosen
    variants.hear({"do": "open", "journey": "A02"})
    assert variants.facts["journey"] == "A02"
    assert variants.markup.count("<tr>") == 1 + 4
    variants.hear({"do": "open", "journey": "A99"})
    assert variants.facts["journey"] == "A02"
    for step in ("close", "leave"):
        variants.hear({"do": step})
    assert variants.facts["window"] == rows
    assert variants.facts["listing"] is False


def test_an_empty_board_says_which_choice_emptied_it(board):
    bar = panel(board, "filters")
    board.put("process_map", w.contains("Call"))
    assert bar.said == ""
    board.put("filter 1", w.length(at_least=99))
    assert bar.said == "No journeys are left: none of the 3 that the other choices keep has at least 99 events."
    board.put("process_map", None)
    assert bar.said == "No journeys are left: none of the 12 has at least 99 events."
    board.put("filter 1", ~w.contains("Order"))
    assert bar.said == 'No journeys are left: each of the 12 visits "Order".'
    board.put("filter 2", w.length(at_least=99))
    assert "whichever one choice is taken away" in bar.said
    board.clear()
    assert bar.said == ""


@pytest.mark.parametrize(
    "message",
    [
        None,
        [],
        "choose",
        {},
        {"do": "__init__"},
        {"do": ["choose"]},
        {"do": "choose"},
        {"do": "choose", "key": w.contains("Nothing").key, "besides": False},
        {"do": "choose", "key": w.length(at_least=1).key, "besides": False},
        {"do": "choose", "key": "", "besides": False},
        {"do": "choose", "key": 7, "besides": False},
        {"do": "choose", "key": w.contains("Call").key, "besides": False, "sql": "DROP TABLE events"},
    ],
)
def test_hostile_messages_change_nothing(board, message):
    chart = panel(board, "process_map")
    chart.hear(message)
    assert chart.said == NOT_UNDERSTOOD
    assert board.clauses == {}


def test_filters_are_refused_in_plain_words(board):
    bar = panel(board, "filters")
    bar.hear({"do": "add", "filter": {"filter": "contains", "activity": "Cal"}})
    assert 'Closest: "Call"' in bar.said
    assert board.clauses == {}
    bar.hear({"do": "add", "filter": {"filter": "contains", "activity": "Call", "sql": "1"}})
    assert "No word" in bar.said
    bar.hear({"do": "negate", "owner": "nobody"})
    assert bar.said == NOT_UNDERSTOOD


def test_traits_cannot_be_set_from_the_browser(board):
    chart = panel(board, "process_map")
    before = chart.markup
    chart.set_state({"markup": "<script>alert(1)</script>", "status": FAILED, "facts": {"n": 0}})
    assert chart.markup == before
    assert chart.status == READY


def test_a_failing_panel_leaves_the_others_alive(board, monkeypatch):
    monkeypatch.setattr(type(panel(board, "variants")), "result", lambda self, journeys: 1 / 0)
    board.put("process_map", w.contains("Call"))
    assert panel(board, "variants").status == FAILED
    assert "could not be drawn" in panel(board, "variants").said
    assert panel(board, "summary").status == READY
    assert "3 journeys" in panel(board, "summary").markup


def test_a_later_change_overtakes_an_earlier_one(board):
    async def clicks():
        chart = panel(board, "process_map")
        chart.hear({"do": "choose", "key": w.contains("Call").key, "besides": False})
        chart.hear({"do": "choose", "key": w.contains("Cancel").key, "besides": False})
        while board.drawing:
            await asyncio.sleep(0.01)

    with ThreadPoolExecutor(1) as apart_from_any_other_loop:
        apart_from_any_other_loop.submit(asyncio.run, clicks()).result()
    assert ids(board.journeys) == ["A07", "A08", "A11", "A12"]
    assert "4 journeys" in panel(board, "summary").markup
    assert panel(board, "process_map").marks == [w.contains("Cancel").key]


def test_what_is_overtaken_where_nobody_looks_is_not_busy_for_good(board):
    hidden, told = panel(board, "summary"), []
    hidden.seen("page", "near")
    hidden.observe(lambda change: told.append(change.new), "status")

    async def clicks():
        chart = panel(board, "process_map")
        chart.hear({"do": "choose", "key": w.contains("Call").key, "besides": False})
        await asyncio.sleep(0)  # all panels say that they compute
        hidden.seen("page", "away")
        chart.hear({"do": "choose", "key": w.contains("Cancel").key, "besides": False})
        while board.drawing:
            await asyncio.sleep(0.01)

    with ThreadPoolExecutor(1) as apart_from_any_other_loop:
        apart_from_any_other_loop.submit(asyncio.run, clicks()).result()
    assert told == [BUSY, READY]
    assert hidden.stale


def test_without_a_kernel_the_pictures_stand(board):
    board.put("process_map", w.contains("Call"))
    bundle, metadata = board._repr_mimebundle_()
    assert scratch.is_held(metadata[scratch.MADE_BY])
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["text/html"].count("<svg") == 6
    assert "3 journeys of 3 customers" in bundle["text/html"]


def test_unknown_panels_are_named(toy):
    with pytest.raises(cx.CxError, match="process_map"):
        Board(toy).show("proces_map")


def test_questions_asked_side_by_side_end(toy):
    with ThreadPoolExecutor(8) as threads:
        for turn in range(40):
            tagged = toy.tag(f"tag {turn}", w.contains("Call"))
            asked = [tagged.keep(w.contains(name)) for name in ("Order", "Pay", "Ship", "Deliver")]
            rows = threads.map(lambda journeys: journeys.segments(by="plan").table.num_rows, asked, timeout=60)
            counts = threads.map(lambda journeys: journeys.variants(top=3).n.journeys, asked, timeout=60)
            assert (list(rows), list(counts)) == ([3, 2, 2, 2], [12, 9, 6, 5])


# ---- any measure is a panel ------------------------------------------------------------------------------------------

SAID = cx.Engagement(goals=["Deliver"], cancels=["Cancel"], silence="2d")
PICTURES = [entry.name for entry in CATALOG if entry.view]


@pytest.mark.parametrize("name", [*PICTURES, "moves"])
def test_any_measure_with_a_picture_is_a_panel_whose_marks_are_journeys(toy, loopless, name):
    board = Board(bound(toy, SAID))
    shown = board.panel(name)
    assert shown.status == READY
    assert shown.said == ""
    for key, clause in getattr(shown, "choices", {}).items():
        shown.hear({"do": "choose", "key": key, "besides": False})
        assert board.journeys.recipe == board.base.keep(clause).recipe
        assert shown.marks == [key]
        shown.hear({"do": "choose", "key": key, "besides": False})
        assert not board.clauses
        assert shown.marks == []


@pytest.mark.parametrize("name", ["process_map", "segments", "outcomes"])
def test_every_key_of_a_drawing_can_be_chosen(toy, loopless, name):
    shown = Board(bound(toy, SAID)).panel(name)
    drawn = {html.unescape(key) for key in re.findall(r'data-key="([^"]*)"', shown.markup)}
    assert drawn
    assert drawn <= shown.choices.keys()


def test_outcomes_are_chosen_and_broken_down(toy, loopless):
    board = Board(bound(toy, SAID))
    bars = board.panel("outcomes")
    assert bars.facts == {"by": "", "attributes": ["", "plan", "outcome"]}
    click(bars, w.attribute("outcome", "goal"))
    assert board.journeys.n.journeys == 5
    bars.hear({"do": "ask", "by": "plan"})
    assert board.clauses == {}
    assert bars.marks == []
    click(bars, w.attribute("outcome", "goal") & w.attribute("plan", "plus"))
    click(bars, w.attribute("outcome", "cancel") & w.attribute("plan", missing=True), besides=True)
    assert ids(board.journeys) == ["A03", "A04", "A12"]
    assert len(bars.marks) == 2
    board.undo()
    board.undo()
    board.undo()
    assert bars.by == ""
    assert bars.marks == [w.attribute("outcome", "goal").key]
