"""A row of an answer is a set of journeys: its filter keeps just these, whatever was selected or changed before."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from support.rows import assert_rows_keep_their_journeys
from support.toy import bound

import cxkit as cx
from cxkit import where as w
from cxkit.catalog import CATALOG, entry

SAID = cx.Engagement(goals=["Deliver"], cancels=["Cancel"], silence="2d")
ASKED = [(known.name, call) for known in CATALOG if known.row for call in known.calls]
SELECTIONS = {
    "whole": lambda j: j,
    "kept": lambda j: j.keep(w.contains("Pay")),
    "trimmed": lambda j: j.trim(since="2025-06-05", until="2025-06-10"),
    "other activities": lambda j: j.merge("Money", "Pay", "Cancel").hide("Call"),
}
KINDS = {"text": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}
VALUES = {
    "text": ["", "true", "7", "<b>", "a 'b' \"c\""],
    "integer": [0, -7, 2**53 + 1],
    "number": [0.1, -3.0, 1e300, 1 / 3],
    "boolean": [True, False],
}
# the toy log has no starts, two weeks, ten customers and no register; such answers have this law in files of their own
TOO_SHORT = ("waiting", "change_points", "retention", "compare", "drivers", "needs")
MONDAY = datetime(2025, 6, 2, tzinfo=UTC)
BY_KIND = [("segments", {}), ("durations", {}), ("durations", {"per": "move"}), ("waiting", {})]


@pytest.fixture(scope="module")
def said(toy):
    return bound(toy, SAID)


@pytest.mark.parametrize("selection", SELECTIONS)
@pytest.mark.parametrize(("name", "call"), ASKED, ids=str)
def test_on_the_toy_log(said, name, call, selection):
    rows = assert_rows_keep_their_journeys(SELECTIONS[selection](said), name, call)
    assert rows or name in TOO_SHORT


@pytest.fixture(scope="module")
def worked(tmp_path_factory):
    """Small random logs in one: journeys with an attribute of each kind, starts and ends, some of them unknown."""
    chance, rows = random.Random(6), []
    for number in range(40):
        values = {kind: chance.choice([None, *some]) for kind, some in VALUES.items()}
        when = MONDAY + timedelta(hours=chance.randrange(200))
        for _ in range(chance.randint(1, 6)):
            begun, when = when, when + timedelta(minutes=chance.choice([0, 30, 5_000]))
            event = {"case": f"J{number}", "who": f"C{number % 7}", "what": chance.choice(["Ask", "Wait", "<i>End"])}
            rows.append({**event, "begun": chance.choice([None, begun]), "when": when, **values})
    moments = dict.fromkeys(("begun", "when"), pa.timestamp("us", tz="UTC"))
    schema = pa.schema([*dict.fromkeys(("case", "who", "what"), pa.string()).items(), *moments.items(), *KINDS.items()])
    roles = {"journey": "case", "activity": "what", "customer": "who", "time": "when", "start": "begun"}
    log = cx.read(pa.Table.from_pylist(rows, schema)).roles(**roles, journey_attributes=[*KINDS])
    return cx.prepare(log, tmp_path_factory.mktemp("rows"), progress=False)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("name", "call"), BY_KIND, ids=str)
def test_values_of_every_kind_are_found_again(worked, name, call, kind):
    assert assert_rows_keep_their_journeys(worked, name, {**call, "by": kind}) > 2


@pytest.mark.parametrize("name", ["activities", "process_map", "variants", "waiting"])
def test_on_a_random_log(worked, name):
    assert assert_rows_keep_their_journeys(worked, name, {}) > 2


@pytest.mark.parametrize("name", ["process_map", "variants"])
def test_no_filter_speaks_of_stages(toy, name):
    staged = bound(toy, cx.Engagement(stages={"buy": ["Order", "Pay"], "get": ["Ship", "Deliver"]}))
    answer = getattr(staged, name)(level="stage")
    assert {entry(name).keeps(row, staged, answer.parameters) for row in answer.table.to_pylist()} == {None}
