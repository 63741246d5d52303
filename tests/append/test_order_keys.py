"""A column that puts events in order: numbers in number order, whatever a few odd values are; the same after append."""

from __future__ import annotations

import random

import pandas as pd
import pytest

import cxkit as cx

STEPS = "ABCDEFGHIJKL"
ROLES = {"journey": "case", "activity": "step", "time": "day", "order": "seq"}
WRITTEN = {
    "whole": str,
    "padded to two": "{:02}".format,  # 9, 10 and 100 are 09, 10 and 100
    "with a point": "{:.1f}".format,
    "signed": "{:+d}".format,
    "negative": lambda n: str(n - 110),
}


def rows(written, journeys=30, odd=()):
    """Journeys of twelve steps on one day, in any order; `odd` has the values of some of their first journey's."""
    found = [
        (f"J{case:02}", step, "2024-03-01", dict(odd).get(step, written(n)) if case == 0 else written(n))
        for case in range(journeys)
        for n, step in enumerate(STEPS, 95)
    ]
    random.Random(7).shuffle(found)
    return pd.DataFrame(found, columns=list(ROLES.values())).astype("string")


@pytest.fixture
def log(tmp_path):
    def read(table, name="log.csv"):
        table.to_csv(tmp_path / name, index=False)
        return cx.read(tmp_path / name).roles(**ROLES)

    return read


def paths(j):
    events = j.events(rows=1_000).df()
    return events.groupby("journey")["activity"].agg("".join)


@pytest.mark.parametrize("how", WRITTEN)
def test_one_odd_value_changes_the_order_of_nothing_else(how, log, tmp_path):
    j = cx.prepare(log(rows(WRITTEN[how], odd={"F": "n/a"})), tmp_path / "store", progress=False)
    assert set(paths(j).drop("J00")) == {STEPS}
    assert paths(j)["J00"].replace("F", "") == STEPS.replace("F", "")
    assert '1 value of "seq" is no number among numbers: "n/a"' in j.manifest.notes[0]
    assert '"n/a"' in " ".join(log(rows(WRITTEN[how], odd={"F": "n/a"})).doubts)


def test_an_odd_value_counts_as_the_number_it_begins_with(log, tmp_path):
    j = cx.prepare(log(rows(str, odd={"F": "100b", "G": " 101"})), tmp_path / "store", progress=False)
    assert set(paths(j)) == {STEPS}


@pytest.mark.parametrize("how", WRITTEN)
def test_append_orders_as_a_rebuild_does(how, log, tmp_path):
    """The first part alone is too odd for numbers; with the second one it is not, and it is read anew."""
    every = rows(WRITTEN[how], odd={step: f"{WRITTEN[how](n)}x" for n, step in enumerate("ABC", 95)})
    first = every[every.case <= "J01"]
    parts = [first, every[(every.case > "J01") & (every.case <= "J20")], every[every.case > "J20"]]
    alone = cx.prepare(log(first, "first.csv"), tmp_path / "store", progress=False)
    assert alone.manifest.fits["key"] == ()
    for n, part in enumerate(parts[1:]):
        j = cx.prepare(log(part, f"part{n}.csv"), tmp_path / "store", append=True, progress=False)
    whole = cx.prepare(log(every), tmp_path / "whole", progress=False)
    assert set(paths(j)) == {STEPS}
    assert paths(j).equals(paths(whole))
    assert j.manifest.notes == whole.manifest.notes


def test_what_texts_had_ordered_and_numbers_do_not_is_refused(log, tmp_path):
    first, later = rows(str, 1, odd={"A": "x1", "B": "x2", "C": "x3"}), rows(str)
    cx.prepare(log(first, "first.csv"), tmp_path / "store", progress=False)
    with pytest.raises(cx.CxError, match=r'nearly all values of "seq" are numbers.*Prepare all parts anew'):
        cx.prepare(log(later[later.case > "J00"], "later.csv"), tmp_path / "store", append=True, progress=False)


def test_names_are_put_in_the_order_of_letters(log, tmp_path):
    j = cx.prepare(log(rows(lambda n: "x" + STEPS[n - 95])), tmp_path / "store", progress=False)
    assert set(paths(j)) == {STEPS}
    assert j.manifest.notes == ()
