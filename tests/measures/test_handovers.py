"""Handovers: who hands over to whom, counted by hand on the toy and by brute force on drawn logs."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.toy import hours, rows

import cxkit as cx
from cxkit import CxError
from cxkit import where as w

MONDAY = datetime(2025, 6, 2, tzinfo=UTC)
EVENTS = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(["Ann", "Bob", "(missing)", None]), st.integers(0, 50)), min_size=1,
    max_size=30,
)  # fmt: skip


@pytest.fixture(scope="module")
def toy_there(engine):
    """The toy log's journeys on the engine under test."""
    return cx.toy_journeys(engine=engine)


def test_channels_hand_over(toy_there):
    """Eight journeys begin in the web; in A06 the phone keeps it for two calls."""
    answer = toy_there.process_map(of="channel", customers=True)
    moves = {row[:2]: row[2:] for row in rows(answer, "activity", "next_activity", "count", "journeys", "customers")}
    assert moves[None, "web"] == (8, 8, 6)
    assert moves["desk", "van"] == (5, 5, 5)
    assert moves["web", "phone"] == (2, 2, 2)
    assert ("phone", "phone") not in moves
    times = {row[:2]: row[2] for row in rows(answer, "activity", "next_activity", "median_seconds")}
    assert (times["phone", "desk"],) == hours(24), "from the last call to the parcel"
    starts = sum(count for (first, _), (count, *_) in moves.items() if first is None)
    ends = sum(count for (_, then), (count, *_) in moves.items() if then is None)
    assert starts == ends == 12
    kept = toy_there.keep(w.contains("Call")).process_map(of="channel")
    assert sum(count for first, count in rows(kept, "activity", "count") if first is None) == 3
    assert "hands over" in answer.note
    assert ">desk<" in answer.chart().svg


@pytest.mark.parametrize(
    ("asked", "words"),
    [({"of": "chanel"}, 'Closest: "channel"'), ({"of": "plan"}, "nothing is handed over"), ({"of": 3}, "No attribute")],
)
def test_what_hands_nothing_over_is_told(toy, asked, words):
    with pytest.raises(CxError) as raised:
        toy.process_map(**asked)
    assert words in str(raised.value)


@settings(max_examples=6, deadline=None)
@given(EVENTS)
def test_handovers_are_those_of_a_loop(tmp_path_factory, events):
    schema = pa.schema([("case", pa.string()), ("what", pa.string()), ("who", pa.string()),
                        ("when", pa.timestamp("us", tz="UTC")), ("turn", pa.int64())])  # fmt: skip
    table = [
        {"case": f"J{case}", "what": "Work", "who": who, "when": MONDAY + timedelta(hours=tick), "turn": turn}
        for turn, (case, who, tick) in enumerate(events)
    ]
    roles = {"journey": "case", "activity": "what", "time": "when", "order": "turn", "event_attributes": ["who"]}
    log = cx.read(pa.Table.from_pylist(table, schema)).roles(**roles)
    journeys = cx.prepare(log, tmp_path_factory.mktemp("handed"), progress=False)
    expected: Counter = Counter()
    by_case = sorted(table, key=lambda row: (row["case"], row["when"], row["turn"]))
    for _, own in groupby(by_case, key=lambda row: row["case"]):
        visits = [who for who, _ in groupby(row["who"] or "(missing)" for row in own)]
        expected.update(pairwise([None, *visits, None]))
    if all(row["who"] is None for row in table):
        return  # a column of nothing is no attribute
    counted = {row[:2]: row[2] for row in rows(journeys.process_map(of="who"), "activity", "next_activity", "count")}
    assert counted == expected
