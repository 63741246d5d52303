"""Every measure and every filter on the toy log, against numbers counted by hand from the table in cxkit/samples.py."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from support.toy import ACTIVITIES, ALL, BINS, FILTERS, HOUR, MOVES, PLANS, SUMMARY, VARIANTS, hours, ids, rows

import cxkit as cx
from cxkit import where as w
from cxkit.where.filter import Filter


def test_summary(toy):
    assert toy.summary().table.to_pylist() == [SUMMARY]
    assert (toy.n.journeys, toy.n.customers) == (12, 10)
    assert str(toy.n) == "12 journeys of 10 customers"


def test_summary_of_a_selection_counts_the_selection(toy):
    [row] = toy.keep(w.attribute("plan", "basic")).summary().table.to_pylist()
    assert (row["journeys"], row["customers"], row["events"], row["moves"]) == (6, 6, 19, 6)
    assert row["median_seconds"] == 60.5 * HOUR


def test_activities(toy):
    table = toy.activities()
    assert table.table.column_names == ["activity", "count", "journeys", "customers", "revisit_share", "starts", "ends"]
    assert rows(table, "activity", "count", "journeys", "revisit_share", "starts", "ends") == ACTIVITIES


def test_process_map(toy):
    times = ("mean_seconds", "median_seconds", "p90_seconds")
    found = rows(toy.process_map(), "activity", "next_activity", "count", "journeys", *times)
    assert found == [(*move[:4], *hours(*move[4:])) for move in MOVES]
    assert rows(toy.process_map(), "share") == [(pytest.approx(move[3] / 12),) for move in MOVES]


def test_the_share_of_a_move_is_of_journeys(tmp_path):
    """A goes from Ask to Wait twice, B once, C never: three times in two of three journeys."""
    events = {"A": "Ask Wait Ask Wait", "B": "Ask Wait", "C": "Ask"}
    log = [{"case": case, "what": what} for case, path in events.items() for what in path.split()]
    roles = cx.read(pa.Table.from_pylist(log)).roles(journey="case", activity="what", time="")
    found = cx.prepare(roles, tmp_path / "store", progress=False).process_map()
    shares = {row[:2]: row[2:] for row in rows(found, "activity", "next_activity", "count", "journeys", "share")}
    assert shares[("Ask", "Wait")] == (3, 2, pytest.approx(2 / 3))
    assert shares[("Wait", "Ask")] == (1, 1, pytest.approx(1 / 3))
    assert shares[(None, "Ask")] == (3, 3, 1)


def test_process_map_without_quantiles_has_the_same_means(toy):
    quick, whole = toy.process_map(quantiles=False), toy.process_map()
    assert set(whole.table.column_names) - set(quick.table.column_names) == {"median_seconds", "p90_seconds"}
    assert quick.table == whole.table.select(quick.table.column_names)


def test_coverage(toy):
    """52 steps are taken in all. Whatever shows brings its widest way from start to end along."""
    coverage = {row[:2]: row[2] for row in rows(toy.process_map(), "activity", "next_activity", "coverage")}
    main = [(None, "Order"), ("Order", "Pay"), ("Pay", "Ship"), ("Ship", "Deliver"), ("Deliver", None)]
    assert [coverage.pop(move) for move in main] == [0.0] * 5
    rare = {
        ("Cancel", None): 35,
        ("Order", "Cancel"): 35,
        ("Order", "Call"): 39,
        ("Call", "Cancel"): 39,
        ("Pay", None): 43,
    }
    rare |= {("Call", "Call"): 45, ("Call", "Pay"): 47, ("Call", "Ship"): 48, ("Pay", "Call"): 49}
    assert coverage == {
        move: pytest.approx(n / 52) for move, n in (rare | {("Pay", "Cancel"): 50, ("Ship", None): 51}).items()
    }


def test_variants(toy):
    table = toy.variants()
    found = rows(table, "variant", "count", "length", "median_seconds", "activities")
    assert found == [(*known[:3], *hours(known[3]), known[4].split()) for known in VARIANTS]
    assert rows(table, "rank") == [(rank,) for rank in range(1, 8)]
    shares = [(4 / 12, 4 / 12), (2 / 12, 6 / 12), (2 / 12, 8 / 12), *((1 / 12, n / 12) for n in (9, 10, 11, 12))]
    assert rows(table, "share", "cumulative_share") == [tuple(map(pytest.approx, pair)) for pair in shares]


def test_variants_of_a_selection_keep_their_number_and_get_a_rank(toy):
    found = toy.keep(w.contains("Cancel")).variants()
    assert rows(found, "variant", "rank", "count", "share") == [(2, 1, 2, 0.5), (4, 2, 1, 0.25), (7, 3, 1, 0.25)]


def test_durations_of_journeys(toy):
    found = rows(toy.durations(), "low_seconds", "high_seconds", "count", "share", "cumulative_share")
    so_far = [sum(count for _, _, count in BINS[: place + 1]) for place in range(len(BINS))]
    assert found == [
        (*hours(low, high), count, pytest.approx(count / 12), pytest.approx(total / 12))
        for (low, high, count), total in zip(BINS, so_far, strict=True)
    ]
    whole = rows(toy.durations(), "journeys", "mean_seconds", "median_seconds", "p90_seconds")
    assert whole == [(12, *hours(620 / 12, 49, 96.9))] * len(BINS)


def test_durations_of_moves(toy):
    table = toy.durations(per="move")
    times = ("mean_seconds", "median_seconds", "p90_seconds")
    found = rows(table, "activity", "next_activity", "count", "journeys", *times)
    between = sorted((move for move in MOVES if None not in move[:2]), key=lambda move: (-move[2], *move[:2]))
    assert found == [(*move[:4], *hours(*move[4:])) for move in between]
    assert rows(table, "p25_seconds", "p75_seconds")[0] == hours(1, 1.25)


def test_durations_by_plan_show_the_missing_plan(toy):
    table = toy.durations(by="plan")
    found = dict.fromkeys(rows(table, "segment", "journeys", "mean_seconds", "median_seconds", "p90_seconds"))
    assert list(found) == [(name, n, *hours(*times)) for name, (n, *times) in PLANS.items()]
    for name, (journeys, *_) in PLANS.items():
        assert sum(count for segment, count in rows(table, "segment", "count") if segment == name) == journeys


def test_durations_of_moves_by_plan(toy):
    found = rows(toy.durations(per="move", by="plan"), "segment", "activity", "next_activity", "count", "mean_seconds")
    assert ("plus", "Order", "Pay", 5, HOUR) in found
    assert ("basic", "Order", "Pay", 3, pytest.approx(7 / 3 * HOUR)) in found
    missing = [row[1:] for row in found if row[0] == "(missing)"]
    assert missing == [("Call", "Cancel", 1, 4 * HOUR), ("Order", "Call", 1, 2 * HOUR)]


def test_journeys(toy):
    first = toy.journeys(rows=1).table.to_pylist()[0]
    assert first == {
        "journey": "A01",
        "customer": "C01",
        "variant": 1,
        "first": datetime(2025, 6, 2, 9, tzinfo=UTC),
        "last": datetime(2025, 6, 5, 10, tzinfo=UTC),
        "seconds": 73 * HOUR,
        "events": 4,
        "plan": "basic",
    }
    assert ids(toy) == ALL
    assert toy.journeys().table["plan"].to_pylist()[-1] is None


def test_events(toy):
    assert toy.events(journey="A12").table.to_pylist() == [
        event("A12", 1, "Order", datetime(2025, 6, 13, 9, tzinfo=UTC), 2 * HOUR, "web"),
        event("A12", 2, "Call", datetime(2025, 6, 13, 11, tzinfo=UTC), 4 * HOUR, "phone"),
        event("A12", 3, "Cancel", datetime(2025, 6, 13, 15, tzinfo=UTC), None, "phone"),
    ]


def event(journey, position, activity, time, seconds, channel):
    columns = ("journey", "position", "activity", "time", "seconds", "channel")
    return dict(zip(columns, (journey, position, activity, time, seconds, channel), strict=True))


def test_pages_follow_each_other(toy):
    pages = [toy.journeys(page=page, rows=5).table["journey"].to_pylist() for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [5, 5, 2, 0]
    assert " ".join([id_ for page in pages for id_ in page]) == ALL
    events = [rows(toy.events(page=page, rows=13), "journey", "position") for page in (1, 2, 3, 4)]
    assert [len(page) for page in events] == [13, 13, 13, 1]
    assert [row for page in events for row in page] == rows(toy.events(rows=40), "journey", "position")
    assert rows(toy.keep(w.contains("Cancel")).events(rows=2, page=2), "journey", "activity") == [
        ("A08", "Order"),
        ("A08", "Cancel"),
    ]


def test_the_n_of_a_page_is_that_of_all_pages(toy):
    assert toy.keep(w.contains("Call")).journeys(rows=1).n == cx.result.Population(3, 3)
    assert toy.keep(w.variant_rank(at_most=1)).n == cx.result.Population(4, 4)
    assert toy.keep(w.attribute("plan", "basic") | w.length(at_least=5)).n == cx.result.Population(7, 6)  # C01 twice


@pytest.mark.parametrize(
    ("filter_", "kept"), FILTERS, ids=lambda value: repr(value) if isinstance(value, Filter) else ""
)
def test_filter(toy, filter_, kept):
    assert ids(toy.keep(filter_)) == kept
    assert ids(toy.drop(filter_)) == " ".join(id_ for id_ in ALL.split() if id_ not in kept)


def test_several_filters_are_one(toy):
    assert ids(toy.keep(w.contains("Pay"), w.contains("Call"))) == "A05 A06"
    assert ids(toy.drop(w.contains("Pay"), w.contains("Call"))) == "A01 A02 A03 A04 A07 A08 A09 A10 A11 A12"
    assert ids(toy.keep(w.contains("Pay")).drop(w.contains("Call"))) == "A01 A02 A03 A04 A09 A10 A11"


def test_tag(toy):
    tagged = toy.tag("called", w.contains("Call"))
    assert [row[0] for row in rows(tagged.journeys(), "journey", "called") if row[1]] == ["A05", "A06", "A12"]
    assert {row[1] for row in rows(tagged.journeys(), "journey", "called")} == {True, False}
    known = {"plan": "text of each journey", "channel": "text of each event"}
    assert (toy.attributes, tagged.attributes) == (known, known | {"called": "tag: boolean of each journey"})
    assert ids(tagged.keep(w.attribute("called", True))) == "A05 A06 A12"
    assert ids(tagged.drop(w.attribute("called", True))) == ids(tagged.keep(w.attribute("called", False)))
    assert ids(tagged.keep(w.attribute("called", True, False))) == ALL
    assert ids(tagged.keep(w.attribute("called", missing=True))) == ""
    found = dict.fromkeys(rows(tagged.durations(by="called"), "segment", "journeys", "median_seconds"))
    assert list(found) == [("false", 9, 49 * HOUR), ("true", 3, 96 * HOUR)]


def test_a_tag_refers_to_the_journeys_as_they_were(toy):
    tagged = toy.tag("delivered", w.contains("Deliver")).trim(until="2025-06-05")
    assert rows(tagged.journeys(), "journey", "delivered") == [("A01", True), ("A02", True), ("A03", True)]
    assert ids(tagged.keep(w.contains("Deliver"))) == ""


def test_trim(toy):
    cut = toy.trim(since="2025-06-05", until="2025-06-10")
    found = [("A01", 1), ("A02", 1), ("A03", 2), ("A04", 3), ("A05", 4), ("A06", 3), ("A07", 2), ("A08", 1)]
    assert rows(cut.journeys(), "journey", "events") == found
    assert rows(cut.journeys(), "journey", "seconds")[2] == ("A03", 24 * HOUR)
    assert rows(cut.variants(), "count", "activities")[0] == (2, ["Deliver"])
    assert ids(cut.keep(w.starts_with("Ship"))) == "A03"
    assert ids(cut.keep(w.variant_rank(at_most=1))) == "A01 A02"
    assert rows(toy.trim(until="2025-06-02 10:00").events(), "journey", "activity") == [("A01", "Order")]
    assert rows(toy.trim(since="2025-06-14 10:00").events(), "journey", "activity") == [("A11", "Cancel")]


def test_a_keep_before_a_trim_sees_whole_journeys(toy):
    assert ids(toy.keep(w.contains("Deliver")).trim(until="2025-06-04")) == "A01 A02"
    assert ids(toy.trim(until="2025-06-04").keep(w.contains("Ship"))) == "A01"


def test_sample(toy):
    half = toy.sample(0.5)
    assert ids(half) == ids(cx.open(toy.folder).sample(0.5))
    assert ids(toy.sample(1)) == ALL
    assert set(ids(toy.sample(0.2)).split()) <= set(ids(half).split())
    assert len({ids(toy.sample(0.5, seed=seed)) for seed in range(8)}) > 1


def test_an_empty_selection(toy):
    nothing = toy.keep(w.starts_with("Pay"))
    assert (nothing.n.journeys, nothing.n.customers) == (0, 0)
    for table in (
        nothing.activities(),
        nothing.process_map(),
        nothing.variants(),
        nothing.durations(),
        nothing.events(),
    ):
        assert len(table.df()) == 0
    assert nothing.summary().df().loc[0, ["events", "journeys", "customers"]].tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("ask", "kind", "words"),
    [
        (lambda j: j.keep(w.contains("Oder")), KeyError, 'No activity "Oder". Closest: "Order". See j.activities().'),
        (lambda j: j.keep(w.follows("Pay", "deliver")), KeyError, 'No activity "deliver". Closest: "Deliver".'),
        (lambda j: j.drop(~w.ends_with("Shop")), KeyError, 'Closest: "Ship"'),
        (lambda j: j.keep(w.attribute("plans", "plus")), KeyError, 'Closest: "plan". See j.attributes.'),
        (lambda j: j.keep(w.attribute("plan", 3)), ValueError, '"plan" holds text values'),
        (lambda j: j.keep(w.attribute("plan", at_least=3)), ValueError, "no at_least="),
        (lambda j: j.keep(), ValueError, "is not a filter"),
        (lambda j: j.keep("Order"), ValueError, "'Order' is not a filter"),
        (lambda j: j.tag("plan", w.contains("Pay")), ValueError, 'an attribute "plan" already'),
        (lambda j: j.tag(" ", w.contains("Pay")), ValueError, "needs a name"),
        (lambda j: j.sample(0), ValueError, "share=0 is no share"),
        (lambda j: j.sample(50), ValueError, "up to 1"),
        (lambda j: j.sample(0.5, seed=-1), ValueError, "seed=-1"),
        (lambda j: j.trim(), ValueError, "since=, until= or both"),
        (lambda j: j.trim(since="2026", until="2025"), ValueError, "Nothing is left"),
        (lambda j: j.durations(per="jorney"), KeyError, 'Closest: "journey"'),
        (lambda j: j.durations(by="plam"), KeyError, 'Closest: "plan"'),
        (lambda j: j.durations(by="channel"), cx.CxError, "attribute of events"),
        (lambda j: j.process_map(coverage=0), ValueError, "coverage=0"),
        (lambda j: j.process_map(coverage=90), ValueError, "up to 1"),
        (lambda j: j.journeys(page=0), ValueError, "page=0"),
        (lambda j: j.events(rows=1.5), ValueError, "rows=1.5"),
        (lambda j: j.events(journey="A99"), cx.CxError, 'No journey "A99"'),
        (
            lambda j: j.keep(w.contains("Cancel")).events(journey="A01"),
            cx.CxError,
            'No journey "A01" in this selection',
        ),
    ],
)
def test_an_error_says_what_was_asked_and_what_to_do(toy, ask, kind, words):
    with pytest.raises(cx.CxError) as raised:
        ask(toy)
    assert isinstance(raised.value, kind)
    assert words in str(raised.value)
