"""Step matrix, follow matrix and rework: the toy counted by hand, and what has to add up in any log."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.toy import rows

import cxkit as cx
from cxkit import where as w
from cxkit.catalog import entry

STEPS = {("activity", "Order"): [12, 0, 0], ("activity", "Pay"): [0, 8, 1], ("other", None): [0, 4, 7],
         ("ended", None): [0, 0, 4]}  # fmt: skip


def test_steps_counted_by_hand(toy):
    answer = toy.step_matrix(steps=3, top=2)
    found = defaultdict(list)
    for kind, name, count in rows(answer, "kind", "activity", "count"):
        found[kind, name].append(count)
    assert found == STEPS
    assert answer.df().groupby("step")["share"].sum().tolist() == pytest.approx([1, 1, 1])
    assert answer.df().query("kind == 'other'")["others"].map(list).tolist() == [
        [],
        ["Call", "Cancel"],
        ["Call", "Cancel", "Ship"],
    ]


def test_followers_counted_by_hand(toy):
    found = {pair[:2]: pair[2:] for pair in rows(toy.follow_matrix(), "activity", "next_activity", "count", "visited")}
    assert found["Order", "Pay"] == (9, 12)
    assert found["Call", "Cancel"] == (1, 3)
    assert found["Pay", "Order"] == (0, 9)
    assert found["Call", "Call"] == (1, 3)
    assert len(found) == 36


@pytest.mark.parametrize("name", ["step_matrix", "follow_matrix", "rework"])
def test_a_selection_is_counted_alone(toy, name):
    journeys = toy.keep(w.contains("Call"))
    answer = getattr(journeys, name)()
    for row in answer.table.to_pylist():
        kept = journeys.keep(entry(name).keeps(row, journeys, answer.parameters)).n
        assert (kept.journeys, kept.customers) == (row["journeys" if name == "rework" else "count"], row["customers"])


PATHS = st.lists(st.text("abc", min_size=1, max_size=7), min_size=1, max_size=8)


@settings(max_examples=12, deadline=None)
@given(PATHS)
def test_rework_is_what_runs_say(tmp_path_factory, paths):
    events = [(f"J{n}", letter, place) for n, path in enumerate(paths) for place, letter in enumerate(path)]
    table = pd.DataFrame(events, columns=["case", "what", "at"])
    table["when"] = pd.Timestamp("2025-01-01", tz="UTC") + pd.to_timedelta(table["at"], unit="h")
    log = cx.read(table[["case", "what", "when"]]).roles(journey="case", activity="what", time="when")
    journeys = cx.prepare(log, tmp_path_factory.mktemp("runs"), progress=False)
    for row in journeys.rework().table.to_pylist():
        runs = [[len(list(run)) for letter, run in groupby(path) if letter == row["activity"]] for path in paths]
        runs = [lengths for lengths in runs if lengths]
        assert row["visited"] == len(runs)
        assert row["journeys"] == sum(sum(lengths) > 1 for lengths in runs)
        assert row["in_a_row"] == sum(sum(lengths) - len(lengths) for lengths in runs)
        assert row["self_loops"] == sum(length > 1 for lengths in runs for length in lengths)
        assert row["in_a_row_journeys"] == sum(max(lengths) > 1 for lengths in runs)
        assert row["returns"] == sum(len(lengths) - 1 for lengths in runs)
        assert row["return_journeys"] == sum(len(lengths) > 1 for lengths in runs)
        assert row["count"] == row["visited"] + row["in_a_row"] + row["returns"]
    for line in journeys.follow_matrix(top=2).table.to_pylist():
        firsts, thens = ([name] if name else line["others"] for name in (line["activity"], line["next_activity"]))
        pairs = [{(a, b) for place, a in enumerate(path) for b in path[place + 1 :]} for path in paths]
        assert line["count"] == sum(any((a, b) in seen for a in firsts for b in thens) for seen in pairs)


def test_pictures_mark_every_cell(toy):
    for answer in (toy.step_matrix(steps=3), toy.follow_matrix()):
        picture = answer.chart(keyed=lambda row: {"key": "k"})
        assert picture.svg.count('data-key="k"') == answer.table.num_rows
    picture = toy.rework().chart(keyed=lambda row: {"key": "k", "row_key": "r"})
    assert (picture.svg.count('data-key="k"'), picture.svg.count('data-key="r"')) == (1, 1)
    assert "5 activities never repeated" in picture.svg
    nothing = toy.keep(w.variant_rank(at_most=1)).rework().chart()
    assert "Nothing is done again" in nothing.svg
