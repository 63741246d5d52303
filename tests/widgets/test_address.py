"""What a link carries of a board: what it says is shown again, and what it cannot say does no harm."""

from __future__ import annotations

import json
from string import ascii_letters, digits

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.clauses import CLAUSES, HOSTILE, opened

import cxkit as cx
from cxkit import where as w
from cxkit.places import IN_APP
from cxkit.selection.activities import Hide
from cxwidgets import Board
from cxwidgets.keeping import documents

SLOW = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
)
ALL = "All journeys are shown."


@pytest.fixture
def in_app(monkeypatch):
    monkeypatch.setenv(IN_APP, "1")


@SLOW
@given(CLAUSES)
def test_a_document_brings_everything_back(toy, clauses):
    board, other = opened(toy, clauses), Board(toy)
    _, choices = board.address
    other.follow("", choices)
    assert other.note == ""
    assert list(other.clauses.items()) == list(board.clauses.items())
    assert other.document == board.document
    assert other.journeys.recipe.hash == board.journeys.recipe.hash
    assert set(choices) <= set(ascii_letters + digits + "-_")


def test_six_clauses_make_a_short_link(toy):
    owners = ["process_map", "variants", "segments", "filter 1", "filter 2", "filter 3"]
    board = opened(toy, {owner: ~w.follows("Order", "Deliver", within="2d") for owner in owners})
    assert len(board.address[1]) < 2_000


@SLOW
@given(ANY)
def test_any_other_document_shows_all_journeys(toy, document):
    board = opened(toy, {"process_map": w.contains("Call")})
    board.restore(document)
    assert board.note.endswith(ALL)
    assert board.journeys.n.journeys == 12


@SLOW
@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")) | st.integers())
def test_any_other_letters_show_all_journeys(toy, letters):
    board = opened(toy, {"process_map": w.contains("Call")})
    board.follow("", letters)
    assert board.journeys.n.journeys == 12


GOOD = {"board": 1, "clauses": {"process_map": w.contains("Call").to_json()}}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_or_stale_link_is_one_line_and_all_journeys(toy, name):
    board = opened(toy, {"variants": w.variant_rank(at_most=1)}).show("process_map")
    document = {**GOOD, **HOSTILE[name]}
    with_surrogate = json.dumps(document).encode()
    board.follow("", documents.base64.urlsafe_b64encode(with_surrogate).rstrip(b"=").decode())
    assert board.note.startswith("This link does not fit: ")
    assert board.note.endswith(ALL)
    assert "\n" not in board.note
    assert board.panel("filters").said == board.note
    assert (dict(board.clauses), board.opened, board.journeys.n.journeys) == ({}, None, 12)
    board.put("process_map", w.contains("Call"))
    assert board.panel("filters").said == ""


def test_a_link_that_is_too_long_or_holds_no_numbers_is_refused(toy):
    board = Board(toy)
    for letters in ("A" * 100_000, documents.packed({"board": float("nan")})):
        board.follow("", letters)
        assert board.note.endswith(ALL)


def test_what_panels_show_and_which_journey_is_looked_at_travel_too(toy):
    board = opened(toy).show("segments", "durations")
    board.panel("durations").keep({"nothing": "that it knows"})
    board.look("A05")
    other = Board(toy).show("summary")  # a page without that panel carries on what it shows
    other.restore(board.document)
    assert other.document == board.document
    assert other.panel("segments").by == board.panel("segments").by
    with pytest.raises(cx.CxError, match="A99"):
        board.look("A99")
    assert board.opened == "A05"


def test_links_and_undo_walk_the_same_way(toy):
    board = opened(toy, {"process_map": w.contains("Call")})
    one = board.document
    board.put("variants", w.variant_rank(at_most=2))
    board.restore(one)
    assert board.can_redo
    board.redo()
    assert len(board.clauses) == 2
    assert [change.back for change in board.history] == [0, 1, 2]
    assert [change.words for change in board.history[1:]] == ['Chosen: visits "Call"', "All journeys"]
    board.undo(board.history[-1].back)
    assert not board.clauses


def test_a_clause_that_came_with_a_link_is_not_overwritten(toy):
    board = opened(toy, {"filter 1": w.contains("Call")}).show()
    board.panel("filters").add(w.contains("Order").to_json())
    assert list(board.clauses) == ["filter 1", "filter 2"]


def test_only_in_the_app_does_an_address_say_what_is_shown(toy):
    assert Board(toy).show()._address is None


def test_the_address_tells_changes_from_answers(toy, in_app):
    board = Board(toy).show("segments")
    address = board._address
    assert (address.facts["store"], address.facts["choices"]) == ("", "")
    board.put("process_map", w.contains("Call"))
    said = dict(address.facts)
    assert (said["store"], said["step"], said["followed"]) == ("toy", True, 0)
    board.look("A05")
    assert address.facts["step"] is False
    address.hear({"do": "follow", "store": said["store"], "choices": said["choices"]})
    assert (address.facts["followed"], address.facts["step"]) == (1, False)
    assert board.opened is None
    address.hear({"do": "follow", "store": "../../etc", "choices": ""})
    assert board.note == f"This link does not fit: There is no such store here. {ALL}"
    assert board.journeys.n.journeys == 12
    address.hear({"do": "follow", "store": 7, "choices": {"a": 1}})
    assert board.journeys.n.journeys == 12


def test_steps_before_the_clauses_are_part_of_the_link():
    board = Board(cx.toy_journeys())
    board.step(Hide(("Pay",)))
    board.put("process_map", w.contains("Call"))
    other = Board(cx.toy_journeys())
    other.restore(board.document)
    assert (other.note, other.steps, other.recipe) == ("", board.steps, board.recipe)
    assert "Pay" not in other.base.known_activities
    for steps in ([{"hide": {"activities": ["Nobody"]}}], [{"tag": {}}], "hide", 41 * board.document["steps"]):
        other.restore({"board": 1, "steps": steps})
        assert other.note.startswith("This link does not fit: ")
        assert len(other.recipe) == 0
