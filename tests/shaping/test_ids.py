"""An id is one id whatever type holds it: numbers with and without a point, in every reader that has numbers."""

from __future__ import annotations

import sqlite3

import pandas as pd
import polars as pl
import pytest

import cxkit as cx

ROLES = {"journey": "order", "activity": "step", "time": "when", "customer": "client"}
WHEN = pd.Timestamp("2024-01-01")
# One missing id makes the numbers of a column floats; the last row has no journey.
FIRST = [(101, "A", 7, 1), (101, "B", 7, 2), (102, "A", 8, 1), (None, "A", None, None), (103, "A", 9, 1)]
LATER = [(101, "C", 7, 3), (102, "C", 8, 2), (104, "A", 7, 1)]


def frame(rows):
    table = pd.DataFrame(rows, columns=["order", "step", "client", "turn"])
    return table.assign(when=[WHEN + pd.Timedelta(days=n) for n in range(len(rows))])


def workbook(table, tmp_path, name):
    table.to_excel(tmp_path / f"{name}.xlsx", index=False)
    return tmp_path / f"{name}.xlsx"


def database(table, tmp_path, name):
    with sqlite3.connect(tmp_path / f"{name}.db") as connection:
        table.to_sql("events", connection, index=False)
    connection.close()
    return tmp_path / f"{name}.db"


def parquet(table, tmp_path, name):
    table.to_parquet(tmp_path / f"{name}.parquet")
    return tmp_path / f"{name}.parquet"


READERS = {
    "pandas": lambda table, *_: table,
    "polars": lambda table, *_: pl.from_pandas(table, nan_to_null=False),
    "parquet": parquet,
    "xlsx": workbook,
    "sqlite": database,
}


def read(source):
    return cx.read(source, table="events") if str(source).endswith(".db") else cx.read(source)


def prepare(source, folder, **words):
    return cx.prepare(read(source), folder, progress=False, **words)


@pytest.mark.parametrize("reader", READERS)
def test_a_missing_id_changes_no_other(reader, tmp_path):
    first, later = (READERS[reader](frame(rows), tmp_path, name) for rows, name in ((FIRST, "a"), (LATER, "b")))
    cx.prepare(read(first).roles(**ROLES, order="turn"), tmp_path / "store", progress=False)
    both = prepare(later, tmp_path / "store", append=True)
    assert both.manifest.counts | {"journeys": 4, "customers": 3, "events": 7} == both.manifest.counts
    table = both.journeys().df()
    assert table["journey"].tolist() == ["101", "102", "103", "104"]
    assert table["customer"].tolist() == ["7", "8", "9", "7"]
    assert both.manifest.dropped == {"no journey id": 1}


def test_the_customer_of_such_a_column_is_guessed(tmp_path):
    taken = cx.read(frame(FIRST)).guess().df().query("taken").set_index("role")["column"]
    assert taken[["journey", "customer"]].to_dict() == {"journey": "order", "customer": "client"}


def test_values_of_columns_that_are_no_ids_are_whole_too(tmp_path):
    j = cx.prepare(cx.read(frame(FIRST)).roles(**{**ROLES, "customer": ""}), tmp_path / "store", progress=False)
    assert [(a.name, a.kind) for a in j.base.attributes] == [("client", "integer"), ("turn", "integer")]


@pytest.mark.parametrize("large", [10**16, 2 * 10**17 + 2, 123_456_789_012_345_678])
def test_large_ids_are_written_in_full(large, tmp_path):
    exact = prepare(frame([(large, "A", 7, 1), (large, "B", 7, 2)]), tmp_path / "exact")
    assert exact.journeys().df()["journey"].tolist() == [str(large)]
    assert exact.manifest.notes == ()
    rounded = cx.prepare(cx.read(frame([(large, "A", 7, 1), (None, "B", 7, 2)])).roles(**ROLES), tmp_path / "rounded")
    assert rounded.journeys().df()["journey"].tolist() == [str(int(float(large)))]
    assert "too large for the type that holds them" in rounded.manifest.notes[0]


def test_whole_ids_among_fractions_and_texts(tmp_path):
    rows = [(101.0, "A", 1, 1), (7.5, "A", 1, 1), (3e16, "A", 1, 1)]
    roles = {**ROLES, "customer": ""}
    j = cx.prepare(cx.read(frame(rows)).roles(**roles), tmp_path / "a", progress=False)
    assert sorted(j.journeys().df()["journey"]) == ["101", "30000000000000000", "7.5"]
    mixed = frame(rows).assign(order=pd.Series([101.0, "B-7", 3e16], dtype=object))
    j = cx.prepare(cx.read(mixed).roles(**roles), tmp_path / "b", progress=False)
    assert sorted(j.journeys().df()["journey"]) == ["101", "30000000000000000", "B-7"]


def test_a_table_beside_the_log_is_joined_by_such_ids(tmp_path):
    notes = pd.DataFrame({"order": [101.0, None, 3e16], "client": [7.0, None, 9], "said": ["a", "b", "c"]})
    log = cx.read(frame([(101, "A", 7, 1), (30_000_000_000_000_000, "A", 9, 1)])).roles(**ROLES)
    j = cx.prepare(log.beside("notes", notes, journey="order"), tmp_path / "store", progress=False)
    assert [table.joined for table in j.manifest.tables] == [{"events": 0, "journeys": 2, "customers": 0, "nothing": 1}]


def test_texts_stay_texts(tmp_path):
    (tmp_path / "log.csv").write_text("order,step,when\n101.0,A,2024-01-01\n0101,B,2024-01-02\n101,B,2024-01-02\n")
    log = cx.read(tmp_path / "log.csv").roles(journey="order", activity="step", time="when")
    j = cx.prepare(log, tmp_path / "store", progress=False)
    assert sorted(j.journeys().df()["journey"]) == ["0101", "101", "101.0"]


@pytest.mark.parametrize(
    ("ids", "told"),
    [("A-101", 'texts such as "A-101"'), ("101.0", "numbers with a point"), ("0000101", "begin with zeros")],
)
def test_a_part_whose_ids_are_written_otherwise_is_told(ids, told, tmp_path):
    cx.prepare(cx.read(frame(LATER)).roles(**ROLES), tmp_path / "store", progress=False)
    later = frame([(ids, "A", 7, 1), (ids, "B", 7, 2)])
    with pytest.raises(cx.CxError, match="no journey of the store goes on"):
        prepare(later, tmp_path / "store", append=True, contract={"changed_ids": "refuse"})
    j = prepare(later, tmp_path / "store", append=True)
    changes = [change for change in j.changes.found if change.check == "changed_ids"]
    assert [(change.severity, change.column) for change in changes] == [("high", "order")]
    assert 'were whole numbers such as "101"' in changes[0].what
    assert told in changes[0].what
