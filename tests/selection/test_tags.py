"""Tags made of answers: a column of journeys or customers that keeps how it was asked, not what was answered."""

from __future__ import annotations

import inspect
import json

import pytest
from support import regulars
from support.toy import ids, rows

import cxkit as cx
from cxkit import CxError, Recipe, catalog
from cxkit import where as w
from cxkit.selection.tags import Asked, Tag


@pytest.fixture(autouse=True)
def listed(monkeypatch):
    regulars.listed(monkeypatch)


@pytest.fixture(scope="module")
def log(engine):
    """The toy log on the engine under test."""
    return cx.toy_journeys(engine=engine)


def test_an_answer_by_journey_becomes_a_column(log):
    sized = log.tag("size", log.journeys(), value="events")
    assert sized.attributes["size"] == "tag: integer of each journey"
    assert ids(sized.keep(w.attribute("size", at_least=5))) == "A05 A06"
    assert rows(sized.segments(by="size"), "segment", "count") == [("2", 4), ("4", 4), ("3", 2), ("5", 2)]
    assert sized.journeys().table["size"].to_pylist() == sized.journeys().table["events"].to_pylist()


def test_an_answer_by_customer_becomes_a_column(log):
    known = log.tag("persona", log.regulars())
    assert known.attributes["persona"] == "tag: text of each customer"
    assert ids(known.keep(w.attribute("persona", "regular"))) == "A01 A02 A06 A12"
    assert rows(known.segments(by="persona"), "segment", "count") == [("once", 8), ("regular", 4)]
    assert set(known.durations(by="persona").table["segment"].to_pylist()) == {"once", "regular"}
    with pytest.raises(CxError, match=r'No value of persona "regulars"\. Closest: "regular"'):
        known.keep(w.attribute("persona", "regulars"))


def test_what_an_answer_does_not_name_has_no_value(log):
    """Customers C02, C06, C07 and C10 have cancelled; C02 has two journeys."""
    known = log.tag("persona", log.keep(w.contains("Cancel")).regulars())
    assert rows(known.segments(by="persona"), "segment", "count") == [("(missing)", 7), ("once", 5)]
    assert ids(known.keep(w.attribute("persona", missing=True))) == "A01 A03 A04 A05 A06 A09 A10"


def test_a_tag_is_asked_of_the_whole_log_whatever_is_kept(log):
    late = log.keep(w.during("2025-06-12", ".."))
    assert rows(late.tag("persona", late.regulars()).segments(by="persona"), "segment", "count") == [("once", 2)]
    whole = late.tag("persona", log.regulars())
    assert rows(whole.segments(by="persona"), "segment", "count") == [("once", 1), ("regular", 1)]


def test_a_tag_keeps_how_it_was_made(log):
    known = log.tag("persona", log.keep(w.contains("Cancel")).regulars(least=1)).trim(since="2025-06-03")
    assert known.recipe.to_json()["steps"][0] == {
        "tag": {
            "name": "persona",
            "of": {
                "measure": "regulars",
                "parameters": {"least": 1},
                "steps": [{"keep": {"filter": "contains", "activity": "Cancel"}}],
                "value": "persona",
            },
        }
    }
    asked = "lambda whole: whole.keep(w.contains('Cancel')).regulars(least=1)"
    assert repr(known.recipe).startswith(f".tag('persona', {asked}).trim(")
    again = Recipe.from_json(json.loads(json.dumps(known.recipe.to_json())))
    assert again == known.recipe
    assert again.hash == known.recipe.hash
    assert log.apply(again).journeys().table == known.journeys().table
    said = eval("j" + repr(known.recipe), {"j": log, "w": w})
    assert said.recipe == known.recipe
    assert said.journeys().table == known.journeys().table


def test_tags_are_made_of_tags(log):
    known = log.tag("persona", log.regulars())
    kept = known.keep(w.attribute("persona", "regular"))
    twice = log.tag("variant", kept.journeys(), value="variant")
    assert rows(twice.journeys(), "variant (attribute)")[:3] == [(1,), (1,), (None,)]
    assert Recipe.from_json(twice.recipe.to_json()) == twice.recipe
    assert eval("j" + repr(twice.recipe), {"j": log, "w": w}).recipe == twice.recipe


def test_a_tag_is_asked_once(log, monkeypatch):
    asked = []

    def counted(journeys, *, least=2):
        asked.append(least)
        return regulars.regulars(journeys, least=least)

    monkeypatch.setattr(regulars, "counted", counted, raising=False)
    entries = tuple(
        catalog.Entry("regulars", "support.regulars:counted") if e.name == "regulars" else e for e in catalog.CATALOG
    )
    monkeypatch.setattr(catalog, "CATALOG", entries)
    known = log.tag("persona", log.regulars(least=7))
    known.keep(w.attribute("persona", "once")).segments(by="persona").df()
    known.drop(w.contains("Cancel")).journeys().df()
    assert asked == [7]


ASKED = {"segments": {"by": "plan"}, "values": {"of": "plan"}, "compare": {"by": "plan"}, "drivers": {"outcome": "Pay"}}


@pytest.mark.parametrize("measure", [entry.name for entry in catalog.CATALOG])
def test_every_answer_says_how_it_was_asked(toy, measure):
    function = catalog.entry(measure).function
    needed = ASKED.get(measure, {})
    asked = function(toy, **needed).parameters
    assert asked.keys() == inspect.signature(function).parameters.keys() - {"journeys"}
    assert function(toy, **asked).parameters == asked


def test_a_column_of_the_tags_name_or_the_only_one_is_taken(log):
    assert log.tag("visits", log.regulars()).attributes["visits"] == "tag: integer of each customer"
    assert log.tag("often", log.regulars(), value="visits").recipe.steps[0].of.value == "visits"


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        (lambda j: j.tag("x", j.journeys()), "Which column makes the tag"),
        (lambda j: j.tag("x", j.journeys(), value="evnts"), 'Closest: "events"'),
        (lambda j: j.tag("x", j.activities(), value="count"), 'a row for each "journey" or "customer"'),
        (lambda j: j.tag("x", j.events(), value="activity"), 'several rows for the journey "A0'),
        (lambda j: j.tag("x", j.journeys(), value="first"), "neither texts nor numbers"),
        (lambda j: j.tag("x", 3), "neither a filter nor an answer"),
        (lambda j: j.tag("x", w.contains("Pay"), value="events"), "a filter has none"),
        (lambda j: j.tag("plan", j.journeys(), value="events"), 'an attribute "plan" already'),
        (lambda j: j.tag(" ", j.journeys(), value="events"), "needs a name"),
        (lambda j: j.apply(Recipe((Tag("x", Asked("regular", {}, (), "persona")),))), 'Closest: "regulars"'),
        (lambda j: j.apply(Recipe((Tag("x", Asked("regulars", {"most": 2}, (), "persona")),))), "cannot be asked so"),
        (lambda j: j.apply(Recipe((Tag("x", Asked("regulars", {}, (), "persons")),))), 'Closest: "persona"'),
    ],
)
def test_what_makes_no_tag_is_refused(log, tag, words):
    with pytest.raises(CxError) as raised:
        tag(log)
    assert words in str(raised.value)


GOOD = {"measure": "regulars", "parameters": {}, "steps": [], "value": "persona"}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"measure": "x); import os; (x"}, "no name of a measure"),
        ({"measure": "__class__"}, "no name of a measure"),
        ({"parameters": {"a b": 1}}, "names with their values"),
        ({"parameters": {"lambda": 1}}, "names with their values"),
        ({"parameters": []}, "names with their values"),
        ({"parameters": {"least": {"a": 1}}}, "cannot be kept"),
        ({"parameters": {"least": [[1]]}}, "cannot be kept"),
        ({"parameters": {"least": float("nan")}}, "cannot be kept"),
        ({"value": 3}, "not a text"),
        ({"steps": {}}, "list of at most"),
        ({"steps": [{"keep": {}}]}, "No filter"),
        ({"more": 1}, "measure, parameters, steps, value"),
    ],
)
def test_a_document_of_no_answer_is_refused(changed, words):
    document = {"recipe": 1, "steps": [{"tag": {"name": "x", "of": {**GOOD, **changed}}}]}
    with pytest.raises(CxError) as raised:
        Recipe.from_json(document)
    assert words in str(raised.value)


def test_a_deep_document_is_refused():
    steps = []
    for _ in range(500):
        steps = [{"tag": {"name": "x", "of": {**GOOD, "steps": steps}}}]
    with pytest.raises(CxError, match="measure, parameters"):
        Recipe.from_json({"recipe": 1, "steps": steps})
