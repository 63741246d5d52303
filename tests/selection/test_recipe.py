"""A recipe is the same as Python, as JSON, as a file and as a hash, and chooses the same journeys everywhere."""

from __future__ import annotations

import json
from functools import cache
from itertools import combinations
from math import sqrt
from typing import NamedTuple

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cxkit as cx
from cxkit import CxError, Recipe
from cxkit import where as w
from cxkit.selection.activities import Collapse, Hide, Merge, Rename
from cxkit.selection.documents import STEPS as STEP_KINDS
from cxkit.selection.steps import Drop, Extract, Keep, Sample, Trim
from cxkit.selection.tags import Asked, Tag

TEXTS = st.text(max_size=8) | st.sampled_from(["</script>", "it's", '"', "\\", "\n", "订单"])
FILTERS = st.one_of(
    st.builds(w.contains, TEXTS),
    st.builds(lambda a, b: w.contains(a) & ~w.starts_with(b), TEXTS, TEXTS),
    st.just(w.length(at_least=2)),
)
LABELS = TEXTS.filter(str.strip)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
ASKED = st.builds(
    Asked,
    st.sampled_from(["journeys", "personas"]),
    st.dictionaries(st.sampled_from(["rows", "page", "by"]), SCALARS | st.lists(SCALARS, max_size=3), max_size=3),
    st.lists(st.builds(Keep, FILTERS), max_size=2).map(tuple),
    TEXTS,
)
STEPS = st.one_of(
    st.builds(Keep, FILTERS),
    st.builds(Drop, FILTERS),
    st.builds(Tag, TEXTS.filter(str.strip), FILTERS),
    st.builds(Sample, st.floats(0, 1, exclude_min=True), st.integers(0, 2**31 - 1)),
    st.builds(Tag, TEXTS.filter(str.strip), ASKED),
    st.builds(Rename, LABELS, LABELS),
    st.builds(Merge, st.lists(LABELS, min_size=1, max_size=3), LABELS),
    st.builds(Hide, st.lists(LABELS, min_size=1, max_size=3)),
    st.builds(Collapse, st.lists(LABELS, max_size=3)),
    st.builds(Extract, TEXTS, st.none() | TEXTS, st.sampled_from(["first", "last"]), included=st.booleans()),
    st.sampled_from([Trim("2025"), Trim(until="2025-06"), Trim("2025-W01", "2025-06-15 10:30")]),
)
RECIPES = st.lists(STEPS, max_size=5).map(lambda steps: Recipe(tuple(steps)))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text(max_size=5), parts, max_size=3),
    max_leaves=6,
)
FIELDS = st.dictionaries(
    st.sampled_from(["share", "seed", "since", "until", "name", "filter", "of", "activity", "activities"]),
    JSON,
    max_size=3,
)
NEARLY = st.lists(st.dictionaries(st.sampled_from(list(STEP_KINDS)), FIELDS | JSON, max_size=2), max_size=3).map(
    lambda steps: {"recipe": 1, "steps": steps}
)
WORKED = Recipe(
    (
        Keep(w.during("2025-06") & ~w.contains("Cancel")),
        Drop(w.attribute("plan", missing=True)),
        Tag("called", w.contains("Call")),
        Sample(0.5, 7),
        Trim(since="2025-06-03"),
    )
)


class Said:
    """Stands in for Journeys: collects the steps that a recipe's Python makes."""

    def __init__(self, *steps):
        self.recipe = Recipe(steps)

    def keep(self, filter_):
        return Said(*self.recipe, Keep(filter_))

    def drop(self, filter_):
        return Said(*self.recipe, Drop(filter_))

    def tag(self, name, of, value=None):
        return Said(*self.recipe, Tag(name, of(Said()).asked(name if value is None else value) if callable(of) else of))

    def sample(self, share, *, seed=0):
        return Said(*self.recipe, Sample(share, seed))

    def trim(self, *, since=None, until=None):
        return Said(*self.recipe, Trim(since, until))

    def extract(self, start=None, end=None, **words):
        return Said(*self.recipe, Extract(start, end, **words))

    def rename(self, activity, name):
        return Said(*self.recipe, Rename(activity, name))

    def merge(self, name, *activities):
        return Said(*self.recipe, Merge(activities, name))

    def hide(self, *activities):
        return Said(*self.recipe, Hide(activities))

    def collapse(self, *activities):
        return Said(*self.recipe, Collapse(activities))

    def journeys(self, **parameters):
        return Answer("journeys", parameters, self.recipe.steps)

    def personas(self, **parameters):
        return Answer("personas", parameters, self.recipe.steps)


class Answer(NamedTuple):
    """Stands in for a Result: how it was asked."""

    measure: str
    parameters: dict
    steps: tuple

    def asked(self, value):
        return Asked(*self, value)


@settings(deadline=None)
@given(RECIPES)
def test_a_recipe_comes_back_from_its_json(recipe):
    document = json.loads(json.dumps(recipe.to_json()))
    again = Recipe.from_json(document)
    assert again == recipe
    assert again.hash == recipe.hash
    assert again.to_json() == document


@settings(deadline=None)
@given(RECIPES)
def test_a_recipe_comes_back_from_its_python(recipe):
    assert eval("j" + repr(recipe), {"j": Said(), "w": w, "__builtins__": {}}).recipe == recipe


@settings(deadline=None)
@given(RECIPES)
def test_a_recipe_comes_back_from_its_file(tmp_path_factory, recipe):
    path = tmp_path_factory.getbasetemp() / "recipe.json"
    assert Recipe.load(recipe.save(path)) == recipe


@given(RECIPES, RECIPES)
def test_the_hash_tells_recipes_apart(one, other):
    assert (one.hash == other.hash) == (one == other)


def test_the_hash_never_changes():
    """These eight letters stand in reports that people keep. If this fails, recipes need a new format."""
    assert WORKED.hash == "282ac3ae"
    assert Recipe().hash == "ba7aded8"


def test_the_json_is_plain():
    assert WORKED.to_json() == {
        "recipe": 1,
        "steps": [
            {
                "keep": {
                    "filter": "all_of",
                    "of": [
                        {"filter": "during", "start": "2025-06"},
                        {"filter": "none_of", "of": [{"filter": "contains", "activity": "Cancel"}]},
                    ],
                }
            },
            {"drop": {"filter": "attribute", "name": "plan", "missing": True}},
            {"tag": {"name": "called", "filter": {"filter": "contains", "activity": "Call"}}},
            {"sample": {"share": 0.5, "seed": 7}},
            {"trim": {"since": "2025-06-03", "until": None}},
        ],
    }


def test_the_steps_of_a_selection_are_its_recipe(toy):
    selected = toy.keep(w.during("2025-06") & ~w.contains("Cancel")).drop(w.attribute("plan", missing=True))
    selected = selected.tag("called", w.contains("Call")).sample(0.5, seed=7).trim(since="2025-06-03")
    assert selected.recipe == WORKED
    assert selected.summary().recipe == WORKED
    assert toy.apply(WORKED).journeys().table == selected.journeys().table
    assert eval("j" + repr(WORKED), {"j": toy, "w": w}).journeys().table == selected.journeys().table
    assert WORKED.hash in repr(selected.activities())


def test_recipes_apply_one_after_the_other(toy):
    first, second = Recipe((Tag("called", w.contains("Call")),)), Recipe((Keep(w.attribute("called", True)),))
    assert toy.apply(first).apply(second).n.journeys == 3
    with pytest.raises(CxError, match='No attribute "called"'):
        toy.apply(second)


def test_a_recipe_is_checked_against_the_log_before_it_is_used(toy, tmp_path):
    saved = Recipe((Keep(w.contains("Shipp")),)).save(tmp_path / "recipe.json")
    with pytest.raises(cx.CxError, match=r'No activity "Shipp"\. Closest: "Ship"'):
        toy.apply(Recipe.load(saved))


@given(JSON | NEARLY)
def test_a_document_is_a_recipe_or_refused(document):
    try:
        recipe = Recipe.from_json(document)
    except CxError as error:
        assert str(error)
        return
    assert Recipe.from_json(recipe.to_json()) == recipe


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (None, "JSON object"),
        ([], "JSON object"),
        ({"recipe": 1}, "JSON object"),
        ({"recipe": 2, "steps": []}, '"recipe": 1'),
        ({"recipe": 1, "steps": [], "more": 1}, "JSON object"),
        ({"recipe": 1, "steps": {}}, "list"),
        ({"recipe": 1, "steps": [{"sample": {"share": 0.5}}] * 201}, "at most 200"),
        ({"recipe": 1, "steps": ["keep"]}, "one word"),
        ({"recipe": 1, "steps": [{}]}, "one word"),
        ({"recipe": 1, "steps": [{"keeep": {}}]}, 'Closest: "keep"'),
        ({"recipe": 1, "steps": [{"keep": "Pay"}]}, "JSON object"),
        ({"recipe": 1, "steps": [{"tag": {"name": "x"}}]}, "not complete"),
        (
            {"recipe": 1, "steps": [{"tag": {"name": "", "filter": {"filter": "length", "at_least": 1}}}]},
            "needs a name",
        ),
        (
            {"recipe": 1, "steps": [{"tag": {"name": "\ud800", "filter": {"filter": "length", "at_least": 1}}}]},
            "needs a name",
        ),
        ({"recipe": 1, "steps": [{"sample": {}}]}, "not complete"),
        ({"recipe": 1, "steps": [{"rename": {"activity": "Pay"}}]}, "not complete"),
        ({"recipe": 1, "steps": [{"merge": {"activities": ["Pay"]}}]}, "needs a name"),
        ({"recipe": 1, "steps": [{"hide": {"activities": []}}]}, "needs the names"),
        ({"recipe": 1, "steps": [{"hide": {"activities": "Pay"}}]}, "needs the names"),
        ({"recipe": 1, "steps": [{"collapse": {"activities": [3]}}]}, "needs a name"),
        ({"recipe": 1, "steps": [{"sample": {"share": "half"}}]}, "no share"),
        ({"recipe": 1, "steps": [{"sample": {"share": True}}]}, "no share"),
        ({"recipe": 1, "steps": [{"sample": {"share": float("nan")}}]}, "no share"),
        ({"recipe": 1, "steps": [{"sample": {"share": 0.5, "seed": 2**31}}]}, "no seed"),
        ({"recipe": 1, "steps": [{"sample": {"share": 0.5, "sed": 1}}]}, "share, seed"),
        ({"recipe": 1, "steps": [{"trim": {}}]}, "since=, until="),
        ({"recipe": 1, "steps": [{"extract": {}}]}, "start=, end="),
        ({"recipe": 1, "steps": [{"extract": {"start": 1}}]}, "not a text"),
        ({"recipe": 1, "steps": [{"extract": {"end": "A", "end_at": "frist"}}]}, 'Closest: "first"'),
        ({"recipe": 1, "steps": [{"trim": {"since": 2025}}]}, "no period"),
        ({"recipe": 1, "steps": [{"trim": {"since": ".."}}]}, "no period"),
        ({"recipe": 1, "steps": [{"trim": {"since": "2026", "until": "2025"}}]}, "Nothing is left"),
    ],
)
def test_a_refusal_says_what_is_wrong(document, words):
    with pytest.raises(CxError) as raised:
        Recipe.from_json(document)
    assert words in str(raised.value)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"null", b'{"recipe": 1, "steps": [', b"\x80\x04K\x01."]
)
def test_a_file_that_is_no_recipe_is_refused(tmp_path, content):
    path = tmp_path / "recipe.json"
    path.write_bytes(content)
    with pytest.raises(CxError, match="recipe"):
        Recipe.load(path)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(CxError, match="cannot be read"):
        Recipe.load(tmp_path / "none.json")


# ---- sample ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    """The ids that a sample selects from 3,000 journeys of one event, or from every tenth of them."""

    @cache
    def store(every):
        names = [f"K{number}" for number in range(0, 3_000, every)]
        log = cx.read(pa.table({"case": names, "what": ["Order"] * len(names)})).roles(journey="case", activity="what")
        return cx.prepare(log, tmp_path_factory.mktemp("crowd"), progress=False)

    def ids(every, share, seed=0):
        return set(store(every).sample(share, seed=seed).journeys(rows=3_000).table["journey"].to_pylist())

    return ids


@pytest.mark.parametrize("seed", [0, 1, 2**31 - 1])
def test_samples_are_nested_and_of_the_share_that_was_asked(crowd, seed):
    smaller = set()
    for share in (0.01, 0.1, 0.5, 0.9, 1.0):
        sampled = crowd(1, share, seed)
        assert smaller <= sampled
        assert abs(len(sampled) - 3_000 * share) <= 5 * sqrt(3_000 * share * (1 - share))
        smaller = sampled


def test_samples_of_different_seeds_are_independent(crowd):
    for one, other in combinations([crowd(1, 0.5, seed) for seed in range(4)], 2):
        assert abs(len(one & other) - 750) <= 5 * sqrt(3_000 * 0.25 * 0.75)


def test_a_sample_asks_for_nothing_but_the_id(crowd):
    """The same journeys are chosen from another log that holds them."""
    assert crowd(10, 0.3) == crowd(1, 0.3) & {f"K{number}" for number in range(0, 3_000, 10)}
