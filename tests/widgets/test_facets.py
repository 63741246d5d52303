"""The facets of steps and ways: a way is counted while it is written, and what is written comes back into its form."""

from __future__ import annotations

import pytest

from cxkit import where as w
from cxwidgets import Board
from cxwidgets.facets import facet_of
from cxwidgets.voice import spoken

WRITTEN = {
    "order": w.follows("Pay", "Ship", never=True),
    "takes": w.takes("Order", "Ship", at_least="48h"),
    "waits": w.waits("Pay", "Ship", at_least="25h", start="2025-06-01", end="2025-06-30"),
    "week": w.in_week([1, 2], [9, 10], of="starts"),
    "endpoints": w.endpoints("Order", ["Pay", "Ship"]),
    "repeats": w.repeats("Call", how="in a row"),
    "pattern": w.pattern("Order ~> Call{2,}"),
}


@pytest.fixture
def board(toy, loopless):
    return Board(toy)


@pytest.fixture
def bar(board):
    return board.panel("filters")


@pytest.mark.parametrize("facet", WRITTEN)
def test_what_is_written_is_a_clause_and_comes_back_into_its_form(board, bar, facet):
    clause = WRITTEN[facet]
    bar.hear({"do": "open", "facet": facet})
    bar.hear({"do": "write", "filter": clause.to_json()})
    assert (bar.said, list(board.clauses.values())) == ("", [clause])
    assert facet_of(clause) == facet_of(~clause) == facet
    assert bar.facts["facet"]["words"] == clause.to_json()
    assert bar.facts["clauses"][0]["facet"] == facet


def test_a_way_is_counted_while_it_is_written(board, bar):
    bar.hear({"do": "open", "facet": "pattern"})
    assert "tried" not in bar.facts["facet"]
    bar.hear({"do": "try", "text": " Order ~> Call "})
    assert bar.facts["facet"]["tried"] == {"text": "Order ~> Call", "count": "3 of 12 journeys (25%)"}
    bar.hear({"do": "try", "text": "Order ~> Cal"})
    error = bar.facts["facet"]["tried"]["error"]
    assert error.split("\n") == ['No activity "Cal". Closest: "Call".', "Order ~> Cal", "         ^^^"]
    bar.hear({"do": "try", "text": {"$ne": 1}})
    assert "error" in bar.facts["facet"]["tried"]
    assert board.clauses == {}
    bar.hear({"do": "write", "filter": {"filter": "pattern", "text": "Order ~> Cal"}})
    assert "Closest" in bar.said
    assert board.clauses == {}


def test_a_way_is_counted_beside_the_other_clauses_but_not_its_own(board, bar):
    board.put("filter 1", w.contains("Pay"))
    bar.hear({"do": "open", "facet": "pattern"})
    bar.hear({"do": "write", "filter": w.pattern("Call").to_json()})
    bar.hear({"do": "open", "facet": "pattern", "owner": "facet pattern"})
    assert bar.facts["facet"]["tried"] == {"text": "Call", "count": "2 of 9 journeys (22%)"}
    bar.hear({"do": "try", "text": "Ship"})
    assert bar.facts["facet"]["tried"]["count"] == "6 of 9 journeys (67%)"


def test_values_are_compared_by_attributes_of_events(bar):
    bar.hear({"do": "open", "facet": "order"})
    assert bar.facts["facet"]["compared"] == ["channel"]


@pytest.mark.parametrize(
    ("clause", "words"),
    [
        (w.follows("Pay", "Ship"), '"Ship" after "Pay"'),
        (w.follows("Pay", "Ship", directly=True, within="2d"), 'step from "Pay" to "Ship" within 2 d'),
        (
            w.follows("Pay", "Ship", after="36h", same="channel"),
            '"Ship" after "Pay" at least 1.5 d later, same channel',
        ),
        (w.follows("Pay", "Ship", never=True), '"Pay" never followed by "Ship"'),
        (w.follows("Pay", "Ship", never=True, directly=True), '"Pay" never directly followed by "Ship"'),
        (w.takes("Pay", "Ship", at_least="48h"), 'from "Pay" to "Ship": 2 d or more'),
        (w.waits("Pay", "Ship", at_least="48h"), 'wait from "Pay" to "Ship": 2 d or more'),
        (w.waits("Pay", "Ship", start="2025-06"), 'wait from "Pay" to "Ship", begun in 2025-06'),
        (w.in_week([1], [9], of="starts"), "begins on Monday from 09:00 to 10:00"),
        (w.endpoints("Order", ["Pay", "Ship"]), 'first step "Order", last step so far "Pay" or "Ship"'),
        (w.repeats("Call"), 'visits "Call" at least 2 times'),
        (w.pattern("Order ~> Call"), "goes Order ~> Call"),
        (~w.pattern("Order"), "not: goes Order"),
    ],
)
def test_chips_say_it_shortly(toy, clause, words):
    assert spoken(clause, toy) == words


def test_marked_steps_of_an_example_are_a_way(board, bar):
    bar.hear({"do": "open", "facet": "pattern"})
    title, way = bar.facts["facet"]["examples"][0]
    assert (title, way) == ("4 journeys (33%)", ["Order", "Pay", "Ship", "Deliver"])
    bar.hear({"do": "mark", "example": 0, "steps": [4, 1, 3]})
    assert bar.facts["facet"]["tried"] == {"text": "Order ~> Ship -> Deliver", "count": "5 of 12 journeys (42%)"}
    bar.hear({"do": "mark", "example": 0, "steps": []})
    assert "tried" not in bar.facts["facet"]
    board.look("A06")
    bar.hear({"do": "open", "facet": "pattern"})
    assert bar.facts["facet"]["examples"][0] == ["journey A06", ["Order", "Pay", "Call", "Call", "Ship"]]
    for wrong in ({"example": 99, "steps": [1]}, {"example": 0, "steps": [9]}, {"example": 0, "steps": ["1"]}):
        bar.hear({"do": "mark", **wrong})
        assert bar.said
