"""Filters as values: their JSON and their Python lead back to them, and nothing else is taken for one."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxkit import CxError, where
from cxkit import where as w
from cxkit.where import documents, visits
from cxkit.where.filter import all_of, any_of, none_of
from cxkit.where.moments import How
from cxkit.where.patterns.language import quoted

HOSTILE = [
    "",
    "Pay",
    'say "hi"',
    "it's",
    "back\\slash",
    "</script><script>alert(1)</script>",
    "line\nbreak\r\t\0",
    "') or __import__('os').system('true') or ('",
    "{0} %s ${x}",
    "Zurück 订单 🧾 \u202e",
    "'; DROP TABLE events; --",
]
TEXTS = st.sampled_from(HOSTILE) | st.text(max_size=12)
NUMBERS = st.integers(-(2**62), 2**62) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = TEXTS | NUMBERS | st.booleans()
COUNTS = st.integers(0, 2**31 - 1)
DURATIONS = st.sampled_from(["0s", "90s", "15min", "36h", "2d", "1w 2d", "1.5h"])
PERIODS = st.sampled_from(["2025", "2025-Q2", "2025-06", "2025-W23", "2025-06-15", "2025-06-15 10:30"])


def limits(values):
    """At least one of at_least= and at_most=, the former not above the latter."""
    both = st.tuples(values, values).map(sorted).map(lambda pair: {"at_least": pair[0], "at_most": pair[1]})
    return both | values.map(lambda value: {"at_least": value}) | values.map(lambda value: {"at_most": value})


RANKS = st.integers(1, 9)
LEAVES = st.one_of(
    *(st.builds(kind, TEXTS) for kind in (w.contains, w.starts_with, w.ends_with)),
    st.builds(w.follows, TEXTS, TEXTS, directly=st.booleans(), within=st.none() | DURATIONS, never=st.booleans()),
    st.builds(w.follows, TEXTS, TEXTS, after=st.none() | DURATIONS, same=st.none() | TEXTS),
    st.builds(w.follows, TEXTS, TEXTS, other=TEXTS),
    st.builds(w.takes, TEXTS, TEXTS, at_most=DURATIONS),
    st.builds(w.waits, TEXTS, TEXTS, at_least=DURATIONS, start=st.none() | PERIODS),
    st.builds(w.in_week, st.lists(st.integers(1, 7), min_size=1), st.lists(st.integers(0, 23))),
    st.builds(w.in_week, hours=st.lists(st.integers(0, 23), min_size=1), of=st.sampled_from(["events", "starts"])),
    st.builds(w.endpoints, TEXTS | st.lists(TEXTS, min_size=1), st.lists(TEXTS, min_size=1).map(tuple)),
    st.builds(w.repeats, TEXTS, at_least=st.none() | COUNTS, how=st.sampled_from(get_args(visits.How))),
    st.builds(w.during, PERIODS, st.sampled_from([None, "..", "2026-W01"]), how=st.sampled_from(get_args(How))),
    st.builds(w.during, st.just(".."), PERIODS),
    st.builds(lambda name, values: w.attribute(name, *values), TEXTS, st.lists(VALUES, min_size=1, max_size=4)),
    st.builds(lambda name, said: w.attribute(name, **said), TEXTS, limits(NUMBERS) | limits(PERIODS)),
    st.builds(w.attribute, TEXTS, missing=st.just(True)),
    DURATIONS.flatmap(lambda text: st.sampled_from([w.lasts(at_least=text), w.lasts(at_most=text)])),
    *(limits(COUNTS).map(lambda said, kind=kind: kind(**said)) for kind in (w.length, w.variant_rank, w.variant_size)),
    st.builds(lambda names: w.pattern(" ~> ".join(map(quoted, names))), st.lists(TEXTS, min_size=1, max_size=3)),
    st.builds(w.alike, st.lists(RANKS, min_size=1, max_size=3), rather_than=st.lists(RANKS), radius=st.floats(0, 1)),
)
FILTERS = st.recursive(
    LEAVES,
    lambda parts: (
        st.builds(lambda a, b: a & b, parts, parts)
        | st.builds(lambda a, b: a | b, parts, parts)
        | parts.map(lambda a: ~a)
    ),
    max_leaves=8,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text(max_size=5), parts, max_size=3),
    max_leaves=8,
)
WORDS = st.sampled_from(
    [
        "of",
        "activity",
        "first",
        "then",
        "name",
        "values",
        "missing",
        "at_least",
        "at_most",
        "start",
        "end",
        "how",
        "within",
        "text",
    ]
)
NEARLY = st.builds(
    lambda kind, said: {**said, "filter": kind},
    st.sampled_from([kind.__name__ for kind in documents.FILTERS]),
    st.dictionaries(WORDS, JSON | TEXTS | PERIODS | st.just([{"filter": "contains", "activity": "Pay"}]), max_size=4),
)


@given(FILTERS)
def test_a_filter_comes_back_from_its_json(filter_):
    document = json.loads(json.dumps(filter_.to_json()))
    again = where.from_json(document)
    assert again == filter_
    assert again.key == filter_.key
    assert again.to_json() == document


@given(FILTERS)
def test_a_filter_comes_back_from_its_python(filter_):
    again = eval(repr(filter_), {"w": where, "__builtins__": {}})
    assert again == filter_
    assert again.key == filter_.key


@given(LEAVES, LEAVES)
def test_equal_filters_have_equal_keys_and_other_filters_have_others(one, other):
    assert (one == other) == (one.key == other.key)
    assert where.from_json(one.to_json()) == one
    assert hash(where.from_json(one.to_json())) == hash(one)


def test_a_number_is_not_a_truth_value():
    assert w.attribute("x", 1).key != w.attribute("x", True).key
    assert w.attribute("x", 1) != w.attribute("x", True)


@given(FILTERS)
def test_twice_not_is_nothing(filter_):
    assert ~~filter_ == filter_ or isinstance(filter_, none_of)


@given(FILTERS, FILTERS, FILTERS)
def test_chains_of_one_sign_are_flat(a, b, c):
    assert (a & b) & c == a & (b & c)
    assert (a | b) | c == a | (b | c)


@given(JSON | NEARLY)
def test_a_document_is_a_filter_or_refused(document):
    try:
        filter_ = where.from_json(document)
    except CxError as error:
        assert str(error)
        return
    assert where.from_json(filter_.to_json()) == filter_
    assert eval(repr(filter_), {"w": where}) == filter_


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (None, "JSON object"),
        ([], "JSON object"),
        ("w.contains('Pay')", "JSON object"),
        ({}, "No filter"),
        ({"filter": None}, "No filter"),
        ({"filter": "contain", "activity": "Pay"}, 'Closest: "contains"'),
        ({"filter": "Leaf"}, "No filter"),
        ({"filter": "__class__"}, "No filter"),
        ({"filter": "contains"}, "not complete"),
        ({"filter": "contains", "activity": 3}, "not a text"),
        ({"filter": "contains", "activity": "\ud800"}, "not a text"),
        ({"filter": "contains", "activity": "Pay", "activty": "x"}, 'Closest: "activity"'),
        ({"filter": "follows", "first": "Pay"}, "not complete"),
        ({"filter": "follows", "first": "Pay", "then": "Ship", "directly": 1}, "neither True nor False"),
        ({"filter": "follows", "first": "Pay", "then": "Ship", "within": 2}, "no unit"),
        ({"filter": "during", "start": "soon"}, "no period"),
        ({"filter": "during", "start": "2025", "how": "inside"}, "No way to be during"),
        ({"filter": "follows", "first": "A", "then": "B", "never": 1}, "neither True nor False"),
        ({"filter": "follows", "first": "A", "then": "B", "after": "3d", "within": "2d"}, "is more than within"),
        ({"filter": "follows", "first": "A", "then": "B", "same": "x", "other": "x"}, "one attribute"),
        ({"filter": "takes", "first": "A", "then": "B"}, "at_least=, at_most="),
        ({"filter": "endpoints", "first": [], "last": "B"}, "names no activity"),
        ({"filter": "endpoints", "first": "A", "last": [1]}, "not a text"),
        ({"filter": "repeats", "activity": "A", "at_least": -1}, "not a count"),
        ({"filter": "repeats", "activity": "A", "how": "pingpong"}, 'Closest: "ping-pong"'),
        ({"filter": "pattern", "text": "A ->"}, "ends too early"),
        ({"filter": "lasts"}, "at_least=, at_most="),
        ({"filter": "lasts", "at_least": "3d", "at_most": "2d"}, "is more than"),
        ({"filter": "length", "at_least": -1}, "not a count"),
        ({"filter": "length", "at_least": True}, "not a count"),
        ({"filter": "length", "at_least": 1.5}, "not a count"),
        ({"filter": "attribute", "values": ["x"]}, "not complete"),
        ({"filter": "attribute", "name": "plan"}, "needs values"),
        ({"filter": "attribute", "name": "plan", "values": "plus"}, "is a list"),
        ({"filter": "attribute", "name": "plan", "values": [None]}, "None is neither"),
        ({"filter": "attribute", "name": "plan", "values": [["plus"]]}, "neither a text"),
        ({"filter": "attribute", "name": "plan", "values": [float("nan")]}, "finite"),
        ({"filter": "attribute", "name": "plan", "values": [10**30]}, "neither a text"),
        ({"filter": "attribute", "name": "plan", "values": ["x"], "missing": True}, "needs values"),
        ({"filter": "attribute", "name": "plan", "missing": 1}, "neither True nor False"),
        ({"filter": "all_of"}, "list of filters"),
        ({"filter": "all_of", "of": []}, "list of filters"),
        ({"filter": "any_of", "of": {"filter": "length"}}, "list of filters"),
        ({"filter": "none_of", "of": [{"filter": "length", "at_least": 1}] * 2}, "one filter"),
        ({"filter": "any_of", "of": [{"filter": "length", "at_least": 1}] * 201}, "200 conditions"),
    ],
)
def test_a_refusal_says_what_is_wrong(document, words):
    with pytest.raises(CxError) as raised:
        where.from_json(document)
    assert words in str(raised.value)


def test_a_deep_document_is_refused_before_python_gives_up():
    document = {"filter": "length", "at_least": 1}
    for _ in range(5_000):
        document = {"filter": "none_of", "of": [document]}
    with pytest.raises(CxError):
        where.from_json(document)


@pytest.mark.parametrize("grow", [lambda f, n: ~(f & w.length(at_least=n)), lambda f, n: f | w.length(at_least=n)])
def test_a_filter_that_can_be_written_can_be_read(grow):
    filter_ = w.contains("Pay")
    with suppress(CxError):
        for n in range(250):
            filter_ = grow(filter_, n)
    assert where.from_json(filter_.to_json()) == filter_


def test_nothing_is_no_filter():
    for kind in (all_of, any_of, none_of):
        with pytest.raises(CxError):
            kind(())


@pytest.mark.parametrize(
    ("filter_", "words"),
    [
        (w.contains("Call"), 'visits "Call"'),
        (w.starts_with("Call"), 'starts with "Call"'),
        (w.ends_with("Call"), 'ends so far with "Call"'),
        (w.follows("Pay", "Ship"), 'has "Ship" after "Pay"'),
        (w.follows("Pay", "Ship", directly=True, within="2d"), 'has "Ship" directly after "Pay" within 2d'),
        (w.during("2025-06"), "lies in 2025-06"),
        (w.during("2025", "2026", how="intersecting"), "touches 2025 to 2026"),
        (w.during("2025-06", how="started"), "started in 2025-06"),
        (w.during("2025-06", how="completed"), "was last seen in 2025-06"),
        (w.lasts(at_most="2d"), "lasts at most 2d"),
        (w.length(at_least=2, at_most=4), "has 2 to 4 events"),
        (w.variant_rank(at_most=3), "has a variant of rank at most 3"),
        (w.variant_rank(at_least=3, at_most=3), "is variant 3"),
        (w.alike(3), "goes as variant 3, but for repeats"),
        (
            w.alike(3, rather_than=[1, 2], radius=0.3),
            "goes much as variant 3, rather than as 2 others (at least 70% of the steps in common)",
        ),
        (
            w.follows("A", "B", never=True, within="2d", same="agent"),
            'has "A" and never "B" after it within 2d with the same agent',
        ),
        (w.takes("A", "B", at_least="2d"), 'takes at least 2d from the first "A" to the next "B"'),
        (w.waits("A", "B", at_least="2d"), 'waits at least 2d from "A" to the next step "B"'),
        (
            w.waits("A", "B", start="2025-06", end="2025-07"),
            'waits from "A" to the next step "B", begun in 2025-06 to 2025-07',
        ),
        (
            w.in_week([6, 7], [9, 10, 14], of="starts"),
            "begins on Saturday or Sunday from 09:00 to 11:00 or 14:00 to 15:00",
        ),
        (w.in_week(3), "has an event on Wednesday"),
        (w.endpoints(["A", "B"], "C"), 'starts with "A" or "B" and ends so far with "C"'),
        (w.repeats("A"), 'visits "A" at least 2 times'),
        (w.repeats("A", how="ping-pong"), 'goes from "A" to another and straight back at least 1 time'),
        (w.variant_size(at_least=1, at_most=1), "goes as no other journey does"),
        (w.pattern(" Order ~> Call{2,} "), "goes Order ~> Call{2,}"),
        (w.attribute("plan", "plus", "basic"), "has plan plus or basic"),
        (w.attribute("plan", missing=True), "has no plan"),
        (w.attribute("amount", at_least=3), "has amount at least 3"),
        (~(w.contains("Call") | w.contains("Pay")), 'not: (visits "Call" or visits "Pay")'),
        (w.lasts(at_least="2d") & ~w.lasts(at_least="4d"), "lasts at least 2d and less than 4d"),
        (w.lasts(at_most="2d") & ~w.lasts(at_least="4d"), "lasts at most 2d and not: lasts at least 4d"),
        (
            w.contains("Call") & ~w.lasts(at_least="2d") | w.attribute("plan", "plus"),
            '(visits "Call" and not: lasts at least 2d) or has plan plus',
        ),
    ],
)
def test_a_filter_says_what_it_says(filter_, words):
    assert filter_.says == words


@given(FILTERS)
def test_every_filter_has_words(filter_):
    assert filter_.says


def test_reprs():
    assert repr(w.contains("Pay")) == "w.contains('Pay')"
    assert repr(w.follows("Pay", "Ship", within="2d")) == "w.follows('Pay', 'Ship', within='2d')"
    assert repr(w.attribute("plan", "plus", "basic")) == "w.attribute('plan', 'plus', 'basic')"
    assert repr((w.length(at_least=2) | w.contains("A")) & ~w.contains("B")) == (
        "(w.length(at_least=2) | w.contains('A')) & ~w.contains('B')"
    )
    assert repr(~(w.contains("A") & w.contains("B"))) == "~(w.contains('A') & w.contains('B'))"


def test_filters_do_not_become_truth_values():
    for combine in (
        lambda: w.contains("A") and w.contains("B"),
        lambda: not w.contains("A"),
        lambda: bool(~w.contains("A")),
    ):
        with pytest.raises(CxError, match=r"&, \| and ~"):
            combine()


@pytest.mark.parametrize("other", ["Pay", None, True, 3])
def test_only_filters_combine(other):
    with pytest.raises(CxError, match="is not a filter"):
        w.contains("Pay") & other
    with pytest.raises(CxError, match="is not a filter"):
        w.contains("Pay") | other


def test_filters_cannot_be_changed():
    with pytest.raises(AttributeError):
        w.contains("Pay").activity = "Ship"
