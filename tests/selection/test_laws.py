"""Laws of steps that change a log: each is the same as preparing the log that was changed so before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import groupby

import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import cxkit as cx
from cxkit.catalog import CATALOG

TICK = timedelta(hours=6)
MONDAY = datetime(2025, 6, 2, tzinfo=UTC)
NAMES = ["Order", "Zurück", "Call", "Ship"]
SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("case", "what", "who")]
    + [(name, pa.timestamp("us", tz="UTC")) for name in ("begun", "done")]
    + [("turn", pa.int64())]
)
ROLES = {"journey": "case", "activity": "what", "customer": "who", "time": "done", "start": "begun", "order": "turn"}
# Four have to be asked of something; four speak of the whole log's rows, and of a customer's journeys elsewhere in it.
NOT_COMPARED = ("segments", "values", "compare", "drivers", "rejected", "data_plan", "diary", "memo")
OF_THE_WHOLE_LOG = ("source", "target", "variant", "others")


def event(number, activity, tick, hours):
    """An event that ends at a tick and begins some hours before; when it began may be unknown."""
    done = MONDAY + tick * TICK
    begun = None if hours is None else done - hours * timedelta(hours=1)
    return {"case": f"J{number}", "who": f"C{number % 3}", "what": activity, "begun": begun, "done": done}


EVENTS = st.builds(
    event, st.integers(0, 4), st.sampled_from(NAMES), st.integers(0, 12), st.sampled_from([None, 0, 1, 4, 30])
)
ROWS = st.lists(EVENTS, min_size=1, max_size=24).map(
    lambda rows: [{**row, "turn": turn} for turn, row in enumerate(rows)]
)


def few(examples):
    return settings(max_examples=examples, deadline=None)


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    """Prepares the rows in a folder of its own."""

    def prepare(rows):
        log = cx.read(pa.Table.from_pylist(rows, SCHEMA)).roles(**ROLES)
        return cx.prepare(log, tmp_path_factory.mktemp("law"), progress=False)

    return prepare


def assert_same(changed, prepared):
    """All answers agree, but for what belongs to the whole log: its codes, and facts about its rows."""
    for name in (entry.name for entry in CATALOG if entry.name not in NOT_COMPARED):
        one, other = (getattr(journeys, name)().table for journeys in (changed, prepared))
        compared = [column for column in other.column_names if column not in OF_THE_WHOLE_LOG]
        assert one.select(compared).to_pylist() == other.select(compared).to_pylist(), name


def in_order(rows):
    """The rows by journey, time (when it began, if that is known) and turn."""
    return sorted(rows, key=lambda row: (row["case"], row["begun"] or row["done"], row["turn"]))


@few(4)
@given(ROWS, st.sets(st.sampled_from(NAMES), min_size=1, max_size=2))
def test_hide_is_preparing_the_log_without_these_rows(stores, rows, gone):
    left = [row for row in rows if row["what"] not in gone]
    there = gone & {row["what"] for row in rows}
    assume(left and there)
    assert_same(stores(rows).hide(*sorted(there)), stores(left))


@few(4)
@given(ROWS, st.sets(st.sampled_from(NAMES), min_size=1), st.sampled_from(["Order", "Aside", "Zz"]))
def test_merge_is_preparing_the_relabelled_log(stores, rows, several, name):
    there = several & {row["what"] for row in rows}
    assume(there)
    relabelled = [{**row, "what": name if row["what"] in there else row["what"]} for row in rows]
    assert_same(stores(rows).merge(name, *sorted(there)), stores(relabelled))


@few(3)
@given(ROWS, st.sampled_from(["Aside", "Zz"]))
def test_rename_is_preparing_the_relabelled_log(stores, rows, name):
    old = rows[0]["what"]
    relabelled = [{**row, "what": name if row["what"] == old else row["what"]} for row in rows]
    assert_same(stores(rows).rename(old, name), stores(relabelled))


@few(4)
@given(ROWS, st.booleans())
def test_collapse_is_preparing_the_log_without_immediate_repeats(stores, rows, every):
    chosen = {row["what"] for row in rows} if every else {rows[0]["what"]}
    runs = groupby(in_order(rows), key=lambda row: (row["case"], row["what"]))
    left = [row for (_, what), run in runs for row in (list(run)[:1] if what in chosen else run)]
    changed = stores(rows).collapse(*(() if every else chosen))
    assert_same(changed, stores(left))


@few(3)
@given(ROWS, st.integers(0, 3))
def test_trim_is_preparing_the_cut_log_with_its_work_and_waiting(stores, rows, day):
    since = MONDAY + day * timedelta(days=1)
    left = [row for row in rows if (row["begun"] or row["done"]) >= since]
    assume(left)
    assert_same(stores(rows).trim(since=f"{since:%Y-%m-%d}"), stores(left))


PLACES = st.none() | st.sampled_from(NAMES[:2])


@few(6)
@given(ROWS, PLACES, PLACES, *[st.sampled_from(["first", "last"])] * 2, st.booleans())
def test_extract_is_preparing_the_log_of_the_part(stores, rows, start, end, start_at, end_at, included):
    there = {row["what"] for row in rows}
    assume({start, end} - {None} and {start, end} - {None} <= there)
    journeys = groupby(in_order(rows), key=lambda row: row["case"])
    left = [row for _, run in journeys for row in part_of(list(run), start, end, start_at, end_at, included)]
    assume(left)
    extracted = stores(rows).extract(start, end, start_at=start_at, end_at=end_at, included=included)
    assert_same(extracted, stores(left))


def part_of(run, start, end, start_at, end_at, included):
    """The events of a journey from one activity to another."""
    begin, over, which = 0, len(run), {"first": min, "last": max}
    if start is not None:
        places = [place for place, row in enumerate(run) if row["what"] == start]
        if not places:
            return []
        begin = which[start_at](places)
    if end is not None:
        places = [place for place, row in enumerate(run) if row["what"] == end and (start is None or place > begin)]
        if not places:
            return []
        over = which[end_at](places)
    if included:
        return run[begin : over + 1]
    return run[begin + (start is not None) : over]


@few(3)
@given(ROWS)
def test_changes_follow_each_other(stores, rows):
    """Merged, then hidden, then collapsed: as if the rows had been changed so one after the other."""
    names = sorted({row["what"] for row in rows})
    merged = [{**row, "what": "Both" if row["what"] in names[:2] else row["what"]} for row in rows]
    hidden = [row for row in merged if row["what"] != names[-1]]
    assume(hidden and names[-1] not in names[:2])
    runs = groupby(in_order(hidden), key=lambda row: (row["case"], row["what"]))
    left = [next(run) for _, run in runs]
    assert_same(stores(rows).merge("Both", *names[:2]).hide(names[-1]).collapse(), stores(left))
