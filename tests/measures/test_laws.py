"""Laws that hold for every log, and oracles in plain Python that count the same by looking at every row."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise
from math import nan

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import cxkit as cx
from cxkit import where as w
from cxkit.catalog import CATALOG
from cxkit.measures.ways.coverage import coverages
from cxkit.schema import END, START

STEP = timedelta(hours=6)
MONDAY = datetime(2025, 6, 2, tzinfo=UTC)
NAMES = ["Order", "<b>Zurück</b>", "Ship"]
ROLES = {"journey": "case", "activity": "what", "time": "when", "customer": "who"}
ATTRIBUTES = {"journey_attributes": ["plan", "born"], "event_attributes": ["channel", "amount"]}
SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("case", "what", "who", "plan", "channel")]
    + [(name, pa.timestamp("us", tz="UTC")) for name in ("when", "born")]
    + [("amount", pa.int64()), ("turn", pa.int64())]
)
MEASURES = sorted({entry.name for entry in CATALOG} - {"rejected", "segments", "values", "compare", "drivers", "memo"})


def few(examples):
    return settings(max_examples=examples, deadline=None)


@pytest.fixture(scope="session")
def stores(tmp_path_factory):
    """Prepares the rows in a folder of its own."""

    def prepare(rows, **roles):
        log = cx.read(pa.Table.from_pylist(rows, SCHEMA)).roles(**ROLES, **ATTRIBUTES, **roles)
        return cx.prepare(log, tmp_path_factory.mktemp("law"), progress=False)

    return prepare


# ---- random logs and filters -----------------------------------------------------------------------------------------


def row(number, activity, tick, plan, channel, amount):
    """An event: customers have several journeys or, like the journey's birthday, are not known."""
    return {
        "case": f"J{number:02d}",
        "who": None if number == 4 else f"C{number % 5}",
        "born": None if number % 3 == 0 else MONDAY + number * timedelta(days=1),
        "what": activity,
        "when": MONDAY + tick * STEP,
        "plan": plan,
        "channel": channel,
        "amount": amount,
    }


EVENTS = st.builds(
    row,
    st.integers(0, 6),
    st.sampled_from(NAMES),
    st.integers(0, 16),
    st.sampled_from([None, "basic", "plus"]),
    st.sampled_from([None, "web", "shop"]),
    st.none() | st.integers(-1, 3),
)
ROWS = st.integers(1, 32).flatmap(lambda least: st.lists(EVENTS, min_size=least, max_size=32))
ROWS_WITHOUT_TIES = ROWS.map(lambda rows: list({(row["case"], row["when"]): row for row in rows}.values()))


@dataclass(frozen=True)
class Journey:
    """What the oracle knows of one journey."""

    id: str
    events: list[dict]
    rank: int = 0

    @property
    def path(self):
        return tuple(event["what"] for event in self.events)

    @property
    def first(self):
        return self.events[0]["when"]

    @property
    def last(self):
        return self.events[-1]["when"]

    def values(self, name):
        """The values that are known, in order."""
        return [event[name] for event in self.events if event[name] is not None]

    def known(self, name):
        return next(iter(self.values(name)), None)


def journeys_of(rows):
    """The journeys in the order contract: by time, ties by row; ranked by their variants."""
    grouped = defaultdict(list)
    for event in sorted(rows, key=lambda event: event["when"]):
        grouped[event["case"]].append(event)
    counts = Counter(Journey(id_, events).path for id_, events in grouped.items())
    ranks = {path: place for place, path in enumerate(sorted(counts, key=lambda path: (-counts[path], path)), 1)}
    return [Journey(id_, events, ranks[Journey(id_, events).path]) for id_, events in sorted(grouped.items())]


def day(moment):
    return nan if moment is None else (moment - MONDAY).days + 2


def follows(journey, first, then, directly, hours=999):
    pairs = pairwise(journey.events) if directly else combinations(journey.events, 2)
    near = [(a["what"], b["what"]) for a, b in pairs if b["when"] - a["when"] <= timedelta(hours=hours)]
    return (first, then) in near


@st.composite
def leaves(draw, names):
    """A filter, and what it means as a loop over a journey's rows."""
    a, b = draw(st.sampled_from(names)), draw(st.sampled_from(names))
    low, high = sorted(draw(st.tuples(st.integers(0, 5), st.integers(0, 5))))
    (begin, end), (since, until) = (low + 2, high + 2), (f"2025-06-{low + 2:02d}", f"2025-06-{high + 2:02d}")
    hours, directly = draw(st.sampled_from([0, 6, 12, 24])), draw(st.booleans())
    plan, channel = draw(st.sampled_from(["basic", "plus"])), draw(st.sampled_from(["web", "shop"]))
    pairs = [
        (w.contains(a), lambda j: a in j.path),
        (w.starts_with(a), lambda j: j.path[0] == a),
        (w.ends_with(a), lambda j: j.path[-1] == a),
        (w.follows(a, b, directly=directly), lambda j: follows(j, a, b, directly)),
        (w.follows(a, b, directly=directly, within=f"{hours}h"), lambda j: follows(j, a, b, directly, hours)),
        (w.during(since, until), lambda j: begin <= day(j.first) and day(j.last) <= end),
        (w.during(since, until, how="started"), lambda j: begin <= day(j.first) <= end),
        (w.during("..", until, how="completed"), lambda j: day(j.last) <= end),
        (w.during(since, "..", how="intersecting"), lambda j: day(j.last) >= begin),
        (w.during(since, until, how="intersecting"), lambda j: day(j.first) <= end and begin <= day(j.last)),
        (
            w.lasts(at_least=f"{6 * low}h", at_most=f"{6 * high}h"),
            lambda j: low * STEP <= j.last - j.first <= high * STEP,
        ),
        (w.length(at_least=low, at_most=high), lambda j: low <= len(j.events) <= high),
        (w.variant_rank(at_most=high), lambda j: j.rank <= high),
        (w.variant_rank(at_least=low + 1), lambda j: j.rank > low),
        (w.attribute("plan", plan), lambda j: j.known("plan") == plan),
        (w.attribute("plan", missing=True), lambda j: j.known("plan") is None),
        (w.attribute("born", since), lambda j: day(j.known("born")) == begin),
        (w.attribute("born", at_least=since, at_most=until), lambda j: begin <= day(j.known("born")) <= end),
        (w.attribute("channel", channel, "fax"), lambda j: channel in j.values("channel")),
        (w.attribute("channel", missing=True), lambda j: j.values("channel") == []),
        (w.attribute("amount", 0, low), lambda j: any(amount in (0, low) for amount in j.values("amount"))),
        (w.attribute("amount", at_least=low - 1), lambda j: any(amount >= low - 1 for amount in j.values("amount"))),
        (
            w.attribute("amount", at_least=0, at_most=1.5),
            lambda j: any(0 <= amount <= 1.5 for amount in j.values("amount")),
        ),
    ]
    return draw(st.sampled_from(pairs))


def filters(names):
    """Filters of any shape with their meaning."""

    def wider(parts):
        return st.one_of(
            st.builds(lambda a, b: (a[0] & b[0], lambda j: a[1](j) and b[1](j)), parts, parts),
            st.builds(lambda a, b: (a[0] | b[0], lambda j: a[1](j) or b[1](j)), parts, parts),
            parts.map(lambda a: (~a[0], lambda j: not a[1](j))),
        )

    return st.recursive(leaves(names), wider, max_leaves=5)


@st.composite
def logs_with(draw, count):
    """Rows, and some filters that speak of their activities."""
    rows = draw(ROWS)
    names = sorted({event["what"] for event in rows})
    return rows, draw(st.lists(filters(names), min_size=count, max_size=count))


def ids(journeys):
    return journeys.journeys(rows=1_000).table["journey"].to_pylist()


def tables(journeys):
    """Every answer about the journeys, but for pseudonyms, of which each store has its own."""
    by_plan = [journeys.durations(per=grain, by="plan").table for grain in ("journey", "move")]
    every = [getattr(journeys, name)().table for name in MEASURES]
    return [table.drop_columns([c for c in ("who",) if c in table.column_names]) for table in (*every, *by_plan)]


@few(8)
@given(ROWS_WITHOUT_TIES, st.randoms(use_true_random=False))
def test_without_ties_the_order_of_rows_plays_no_part(stores, rows, random):
    shuffled = random.sample(rows, len(rows))
    assert tables(stores(shuffled)) == tables(stores(rows))


@few(7)
@given(ROWS, st.randoms(use_true_random=False))
def test_with_an_order_column_the_order_of_rows_plays_no_part(stores, rows, random):
    rows = [{**event, "turn": turn} for turn, event in enumerate(rows)]
    shuffled = random.sample(rows, len(rows))
    assert tables(stores(shuffled, order="turn")) == tables(stores(rows, order="turn")) == tables(stores(rows))


@few(6)
@given(ROWS)
def test_preparing_twice_is_preparing_once(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("law")
    log = cx.read(pa.Table.from_pylist(rows, SCHEMA)).roles(**ROLES, **ATTRIBUTES)
    once, files = cx.prepare(log, folder, progress=False), sorted(folder.rglob("*"))
    twice = cx.prepare(cx.read(pa.Table.from_pylist(rows, SCHEMA)).roles(**ROLES, **ATTRIBUTES), folder, progress=False)
    assert twice.manifest == once.manifest
    assert sorted(folder.rglob("*")) == files
    assert tables(twice) == tables(once) == tables(cx.open(folder))


@few(40)
@given(logs_with(8))
def test_filters_mean_what_the_loops_over_the_rows_say(stores, case):
    rows, chosen = case
    journeys, known = stores(rows), journeys_of(rows)
    for filter_, holds in chosen:
        kept = [journey.id for journey in known if holds(journey)]
        assert ids(journeys.keep(filter_)) == kept, filter_
    assert ids(journeys.drop(filter_)) == [journey.id for journey in known if not holds(journey)], filter_


@few(10)
@given(logs_with(3))
def test_the_order_of_clauses_and_steps_plays_no_part(stores, case):
    rows, ((a, _), (b, _), (c, _)) = case
    journeys = stores(rows)
    kept = ids(journeys.keep(a).keep(b).drop(c))
    for other in (journeys.drop(c).keep(b).keep(a), journeys.keep(b, a).drop(c), journeys.keep(~c & b & a)):
        assert ids(other) == kept
    assert ids(journeys.drop(c | ~a | ~b)) == kept
    assert ids(journeys.keep(a | b | c)) == ids(journeys.keep(c | b | a))


@few(10)
@given(logs_with(2))
def test_a_tag_is_its_filter(stores, case):
    rows, ((a, _), (b, _)) = case
    journeys = stores(rows)
    tagged = journeys.keep(b).tag("it", a)
    assert ids(tagged.keep(w.attribute("it", True))) == ids(journeys.keep(a, b))
    assert ids(tagged.keep(w.attribute("it", False))) == ids(journeys.keep(b).drop(a))


@few(10)
@given(logs_with(1))
def test_flow_is_conserved(stores, case):
    rows, [(filter_, _)] = case
    journeys = stores(rows)
    for selected in (journeys, journeys.keep(filter_)):
        came, went = Counter(), Counter()
        for move in selected.process_map().table.to_pylist():
            went[move["activity"]] += move["count"]
            came[move["next_activity"]] += move["count"]
        assert came == went
        visits = selected.activities().table.to_pylist()
        assert came == Counter({None: selected.n.journeys}) + Counter({one["activity"]: one["count"] for one in visits})
        parts = [(visits, "starts"), (visits, "ends")]
        parts += [(table.to_pylist(), "count") for table in (selected.variants().table, selected.durations().table)]
        for lines, count in parts:
            assert sum(line[count] for line in lines) == selected.n.journeys


COUNTED = {
    "activities": (("activity",), ("count", "journeys", "starts", "ends")),
    "process_map": (("activity", "next_activity"), ("count", "journeys")),
    "variants": (("variant",), ("count",)),
    "summary": ((), ("events", "journeys", "customers", "activities", "variants", "moves")),
}


@few(12)
@given(logs_with(1))
def test_counts_never_grow_under_keep(stores, case):
    rows, [(filter_, _)] = case
    journeys = stores(rows)
    fewer = journeys.keep(filter_)
    assume(fewer.n.journeys)
    for measure, (keys, counts) in COUNTED.items():
        whole = {tuple(line[key] for key in keys): line for line in getattr(journeys, measure)().table.to_pylist()}
        for line in getattr(fewer, measure)().table.to_pylist():
            assert all(line[count] <= whole[tuple(line[key] for key in keys)][count] for count in counts)


@few(15)
@given(ROWS)
def test_variants_are_the_different_paths(stores, rows):
    known = defaultdict(list)
    for journey in journeys_of(rows):
        known[journey.path].append((journey.last - journey.first).total_seconds())
    found = stores(rows).variants().table.to_pylist()
    ranked = sorted(known, key=lambda path: (-len(known[path]), path))
    assert [tuple(variant["activities"]) for variant in found] == ranked
    for place, (variant, path) in enumerate(zip(found, ranked, strict=True), 1):
        assert (variant["variant"], variant["rank"], variant["length"]) == (place, place, len(path))
        assert variant["count"] == len(known[path])
        assert variant["median_seconds"] == pytest.approx(statistics.median(known[path]))


@few(15)
@given(ROWS)
def test_moves_are_the_pairs_of_neighbours(stores, rows):
    seconds, users = defaultdict(list), defaultdict(set)
    for journey in journeys_of(rows):
        for a, b in pairwise([None, *journey.events, None]):
            move = (a and a["what"], b and b["what"])
            seconds[move].append((b["when"] - a["when"]).total_seconds() if a and b else None)
            users[move].add(journey.id)
    found = {(move["activity"], move["next_activity"]): move for move in stores(rows).process_map().table.to_pylist()}
    assert found.keys() == seconds.keys()
    for move, line in found.items():
        assert (line["count"], line["journeys"]) == (len(seconds[move]), len(users[move]))
        if None in move:
            assert line["mean_seconds"] is line["median_seconds"] is line["p90_seconds"] is None
        else:
            assert line["mean_seconds"] == pytest.approx(statistics.fmean(seconds[move]))
            assert line["median_seconds"] == pytest.approx(statistics.median(seconds[move]))
            assert line["p90_seconds"] == pytest.approx(pd.Series(seconds[move]).quantile(0.9))
    check_coverage({(line["source"], line["target"]): (line["count"], line["coverage"]) for line in found.values()})


@few(15)
@given(ROWS)
def test_a_journey_has_the_first_value_that_is_known(stores, rows):
    journeys = stores(rows)
    found = journeys.journeys().table.to_pylist()
    for line, journey in zip(found, journeys_of(rows), strict=True):
        assert (line["plan"], line["born"]) == (journey.known("plan"), journey.known("born"))
        assert (line["first"], line["last"], line["events"]) == (journey.first, journey.last, len(journey.events))
    customers = {journey.known("who") or journey.id for journey in journeys_of(rows)}
    assert journeys.n.customers == len(customers)


def reached(moves, root):
    """Everything that can be reached from the root over the moves, and the root."""
    found = {root}
    while new := {target for source, target in moves if source in found} - found:
        found |= new
    return found


def check_coverage(moves):
    """At every threshold: enough of the moves show, the frequent ones first, and nothing hangs in the air."""
    total = sum(count for count, _ in moves.values())
    for count, shows in moves.values():
        rivals = sum(other for other, _ in moves.values() if other >= count) - count
        assert 0 <= shows <= rivals / total < 1
    for limit in {shows for _, shows in moves.values() if shows} | {0.5, 1.0}:
        shown = [move for move, (_, shows) in moves.items() if shows < limit]
        assert sum(moves[move][0] for move in shown) >= limit * total * (1 - 1e-12)
        drawn = {activity for move in shown for activity in move}
        assert drawn <= reached(shown, START)
        assert drawn <= reached([(target, source) for source, target in shown], END)


PATHS = st.tuples(st.lists(st.integers(0, 8), min_size=1, max_size=8), st.integers(1, 5))


@given(st.lists(PATHS, min_size=1, max_size=12))
def test_whatever_shows_lies_on_a_way_from_start_to_end(paths):
    counts = Counter()
    for path, times in paths:
        for move in pairwise([START, *path, END]):
            counts[move] += times
    shows = coverages([(*move, count) for move, count in counts.items()], START, END)
    check_coverage({move: (count, shows[move]) for move, count in counts.items()})


@few(8)
@given(ROWS, st.integers(0, 4), st.integers(1, 4))
def test_trim_is_preparing_the_cut_log(stores, rows, low, days):
    since, until = (MONDAY + number * timedelta(days=1) for number in (low, low + days))
    left = [event for event in rows if since <= event["when"] < until]
    assume(left)
    trimmed = stores(rows).trim(since=f"{since:%Y-%m-%d}", until=f"{until:%Y-%m-%d}")
    cut = stores(left)
    facts = ("plan", "source", "target", "variant", "others")  # the whole journey's, and the whole log's numbers
    for name in {*MEASURES} - {"data_plan", "diary"}:  # they speak of the whole log too
        one, other = (getattr(journeys, name)().table for journeys in (trimmed, cut))
        kept = [column for column in other.column_names if column not in facts]
        assert one.select(kept) == other.select(kept), name
