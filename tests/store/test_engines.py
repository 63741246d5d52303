"""One contract for every engine: the same store, the same tables, the toy's numbers."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import narwhals as nw
import pytest
from support import toy as known
from support.toy import assert_same, bound

import cxkit as cx
from cxkit import where as w
from cxkit.catalog import CATALOG
from cxkit.schema import JOURNEY, PATH, POSITION, SYMBOL, SYMBOL_BASE
from cxkit.store import engine as engines
from cxkit.where.filter import Filter

ROLES = {
    "journey": "order",
    "activity": "step",
    "time": "when",
    "customer": "client",
    "journey_attributes": ["plan"],
    "event_attributes": ["channel"],
}
SAID = cx.Engagement(roles={"channel": "channel", "value": "plan"}, goals=["Deliver"], stages={"all": ["Order", "Pay"]})
ENDS = cx.Engagement(
    goals=[{"activity": "Deliver", "where": {"channel": "van", "plan": ["basic", "plus"]}}],
    cancels=["Cancel"],
    silence="2d",
    stages={"buy": {"activities": ["Order", "Pay"], "silence": "71h"}, "get": ["Ship", "Deliver"]},
    lanes={"customer action": ["Order", "Pay"], "back-stage": ["Ship"]},
)
CALLS = {f"{entry.name} {call or ''}".strip(): (entry.name, call) for entry in CATALOG for call in entry.calls}
ANSWERS = {asked: lambda j, name=name, call=call: getattr(j, name)(**call) for asked, (name, call) in CALLS.items()} | {
    "events of one journey": lambda j: j.events(journey="A06"),
    "data plan of an engagement": lambda j: bound(j, SAID).data_plan(),
    "fields of an engagement": lambda j: bound(j, SAID).data_plan(per="field"),
    "outcomes": lambda j: bound(j, ENDS).outcomes(),
    "outcomes by plan": lambda j: bound(j, ENDS).outcomes(by="plan"),
    "summary with outcomes": lambda j: bound(j, ENDS).summary(),
    "journeys with outcomes": lambda j: bound(j, ENDS).journeys(),
    "events with stages": lambda j: bound(j, ENDS).events(),
    "map of stages": lambda j: bound(j, ENDS).process_map(level="stage", customers=True),
    "variants of stages": lambda j: bound(j, ENDS).variants(level="stage"),
}
ACTIVITY_COLUMNS = ("activity", "count", "journeys", "revisit_share", "starts", "ends")
READ_BY_ALL = ["summary", "process_map", "variants", "durations {'by': 'plan'}", "journeys", "events"]
SELECTIONS = {
    "keep": lambda j: j.keep(w.contains("Call") | w.attribute("plan", missing=True)),
    "drop": lambda j: j.drop(w.attribute("channel", "phone")),
    "keep nothing": lambda j: j.keep(w.starts_with("Pay")),
    "tag": lambda j: j.tag("called", w.contains("Call")).drop(w.attribute("called", True)),
    "trim": lambda j: j.trim(since="2025-06-05", until="2025-06-10"),
    "keep after trim": lambda j: j.trim(since="2025-06-05").keep(w.variant_rank(at_most=2), ~w.starts_with("Order")),
    "sample": lambda j: j.sample(0.5, seed=3),
    "sample after keep": lambda j: j.keep(w.contains("Pay")).sample(0.5),
}


@pytest.fixture(scope="module")
def here(engine, tmp_path_factory):
    """The toy log, prepared and opened on the engine under test."""
    return cx.prepare(
        cx.read(cx.toy_table()).roles(**ROLES), tmp_path_factory.mktemp("engine"), engine=engine, progress=False
    )


@pytest.mark.parametrize("answer", ANSWERS)
def test_answers_are_the_same(here, toy, answer):
    assert_same(ANSWERS[answer](here).table, ANSWERS[answer](toy).table)


def test_the_answers_are_the_toys_numbers(here):
    assert here.summary().table.to_pylist() == [known.SUMMARY]
    assert (here.n.journeys, here.n.customers) == (12, 10)
    assert known.rows(here.activities(), *ACTIVITY_COLUMNS) == known.ACTIVITIES
    times = ("mean_seconds", "median_seconds", "p90_seconds")
    moves = known.rows(here.process_map(), "activity", "next_activity", "count", "journeys", *times)
    assert moves == [(*move[:4], *known.hours(*move[4:])) for move in known.MOVES]
    variants = known.rows(here.variants(), "variant", "count", "length", "median_seconds", "activities")
    assert variants == [(*row[:3], *known.hours(row[3]), row[4].split()) for row in known.VARIANTS]


@pytest.mark.parametrize(
    ("filter_", "kept"), known.FILTERS, ids=lambda value: repr(value) if isinstance(value, Filter) else ""
)
def test_filter(here, filter_, kept):
    assert known.ids(here.keep(filter_)) == kept
    assert here.drop(filter_).n.journeys == 12 - len(kept.split())


@pytest.mark.parametrize("selection", SELECTIONS)
@pytest.mark.parametrize("answer", ["summary", "process_map", "durations", "events"])
def test_selections_are_the_same(here, toy, selection, answer):
    one, other = (getattr(SELECTIONS[selection](journeys), answer)() for journeys in (here, toy))
    assert_same(one.table, other.table)
    assert one.n == other.n


@pytest.mark.parametrize(
    "answer", ["summary", "process_map", "variants", "segments {'by': 'plan'}", "journeys", "events"]
)
def test_a_store_is_read_by_every_engine(here, engine, toy, answer):
    """What this engine has made is read by DuckDB, what DuckDB has made is read by this engine."""
    assert_same(ANSWERS[answer](cx.open(here.folder)).table, ANSWERS[answer](toy).table)
    assert_same(ANSWERS[answer](cx.open(toy.folder, engine=engine)).table, ANSWERS[answer](toy).table)


def test_the_map_has_the_same_places(here, toy):
    assert here.geometry == toy.geometry


def test_manifests_differ_only_in_who_made_them(here, toy):
    differing = ("version", "made_with", "files")  # the last are digests of what was written
    one, other = ({key: value for key, value in vars(j.manifest).items() if key not in differing} for j in (here, toy))
    assert one == other


@pytest.mark.parametrize("roles", [{}, {"order": "turn"}], ids=["ties by row", "ties by a column"])
def test_ties(engine, tmp_path, roles):
    import pyarrow as pa

    moment = cx.toy_table()["when"][0].as_py()
    steps = [("A", "Order", 2), ("A", "Pay", 1), ("B", "Pay", 4), ("A", "Ship", 3)]
    rows = [{"case": case, "what": what, "when": moment, "turn": turn} for case, what, turn in steps]
    log = cx.read(pa.Table.from_pylist(rows)).roles(journey="case", activity="what", time="when", **roles)
    journeys = cx.prepare(log, tmp_path / "ties", engine=engine, progress=False)
    paths = journeys.events().table["activity"].to_pylist()
    assert paths == (["Pay", "Order", "Ship", "Pay"] if roles else ["Order", "Pay", "Ship", "Pay"])
    assert journeys.manifest.ties == 2


def test_a_log_without_time(engine, tmp_path):
    import pyarrow as pa

    rows = [{"case": case, "what": what} for case, what in [("A", "Order"), ("B", "Order"), ("A", "Pay")]]
    log = cx.read(pa.Table.from_pylist(rows)).roles(journey="case", activity="what", event_attributes=[])
    journeys = cx.prepare(log, tmp_path / "timeless", engine=engine, progress=False)
    assert known.rows(journeys.process_map(), "activity", "next_activity", "count", "mean_seconds") == [
        (None, "Order", 2, None),
        ("Order", None, 1, None),
        ("Order", "Pay", 1, None),
        ("Pay", None, 1, None),
    ]
    assert known.rows(journeys.variants(), "activities", "median_seconds") == [
        (["Order"], None),
        (["Order", "Pay"], None),
    ]
    assert known.rows(journeys.events(), "journey", "activity", "time") == [
        ("A", "Order", None),
        ("A", "Pay", None),
        ("B", "Order", None),
    ]
    assert journeys.durations().table.num_rows == 0
    assert known.ids(journeys.keep(w.follows("Order", "Pay"))) == "A"
    for ask in (
        lambda: journeys.keep(w.lasts(at_most="2d")),
        lambda: journeys.trim(since="2025"),
        lambda: journeys.keep(w.during("2025")),
    ):
        with pytest.raises(cx.CxError, match="no time"):
            ask()


def beside(log):
    """The log with customers' attributes and calls: of journeys, of a customer, and of nobody."""
    import pyarrow as pa

    calls = {"order": ["A02", "A06", None, "B99"], "client": [None, None, "C01", "C99"], "score": [3, 1, 2, 4]}
    calls["at"] = [cx.toy_table()["when"][0].as_py() + timedelta(hours=hours) for hours in (26, 125, 150, 168)]
    people = pa.table({"id": ["C01", "C02", "C99"], "age": [31, 42, 53]})
    return log.beside("calls", pa.table(calls), journey="order", customer="client", time="at").customers(
        people, key="id"
    )


def test_what_lies_beside_the_log(engine, toy, tmp_path):
    log = beside(cx.read(cx.toy_table()).roles(**ROLES))
    here = cx.prepare(log, tmp_path / "here", engine=engine, progress=False)
    there = cx.prepare(log, tmp_path / "there", progress=False)
    cancelled = w.contains("Cancel")
    asked = {
        "which": lambda j: j.table(),
        "calls": lambda j: j.table("calls"),
        "a page": lambda j: j.table("calls", page=2, rows=1),
        "people": lambda j: j.table("customers"),
        "of some": lambda j: j.keep(cancelled).table("customers"),
        "of none": lambda j: j.keep(w.starts_with("Pay")).table("calls"),
    }
    for question, answer in asked.items():
        one, other = answer(here), answer(there)
        assert_same(one.table, other.table)
        assert one.n == other.n, question
    assert known.rows(here.table("calls"), "journey", "customer", "position", "activity", "score") == [
        ("A02", "C02", 2, "Pay", 3),
        ("A06", "C01", 2, "Pay", 1),
        ("A06", "C01", 2, "Pay", 2),
    ]
    assert here.manifest.tables == there.manifest.tables
    assert here.attributes["age"] == "integer of each customer"


@pytest.mark.parametrize("cut", [{}, {"since": "2025-06-04", "until": "2025-06-11"}], ids=["whole", "cut"])
def test_moves_of_variants_times_their_journeys_are_the_map(here, cut):
    """The law of `variant_moves`, and what the variants' own paths say."""
    journeys = here.trim(**cut) if cut else here
    star = journeys.selection.star
    made = star.engine.collect(star.variant_moves).to_pylist()
    counts = {row["variant"]: row["count"] for row in star.engine.collect(star.variants).to_pylist()}
    moves = Counter()
    for row in made:
        following = None if row["next_activity"] is None else star.names[row["next_activity"]]
        moves[star.names[row["activity"]], following] += row["times"] * counts[row["variant"]]
    told = journeys.process_map().table.to_pylist()
    assert moves == {(r["activity"], r["next_activity"]): r["count"] for r in told if r["activity"] is not None}
    paths = journeys.variants(top=100).table.to_pylist()
    by_path = Counter((row["variant"], move) for row in paths for move in pairwise([*row["activities"], None]))
    names = star.names | {None: None}
    assert by_path == {
        (row["variant"], (names[row["activity"]], names[row["next_activity"]])): row["times"] for row in made
    }


def test_what_is_no_engine_is_refused(toy):
    with pytest.raises(cx.CxError, match="neither None"):
        cx.open(toy.folder, engine="duckdb")


def test_paths_of_long_journeys_need_little_memory(monkeypatch):
    monkeypatch.setattr(engines, "LITTLE_MEMORY", "60MB")
    duckdb = engines.DuckDB()
    place = f"(row // 6000)::INTEGER AS {POSITION}, chr(({SYMBOL_BASE} + row // 6000)::INTEGER) AS {SYMBOL}"
    with duckdb.sparing():
        rows = duckdb._connection.sql(f"SELECT (row % 6000)::INTEGER AS {JOURNEY}, {place} FROM range(102000) t(row)")
        paths = duckdb.collect(duckdb.sequence(nw.from_native(rows)))[PATH].unique().to_pylist()
    assert paths == ["".join(chr(SYMBOL_BASE + step) for step in range(17))]
