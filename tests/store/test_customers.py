"""Customers as a level of their own: a table joined by key, its columns their attributes; what is told and refused."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pytest

import cxkit as cx

ROLES = {"journey": "order", "activity": "step", "time": "when", "customer": "client"}
PEOPLE = {"id": ["C01", "C02", "C99", None], "age": [31, None, 53, 4], "segment": ["old", "new", "old", "new"]}


def log(table=None, **roles):
    return cx.read(cx.toy_table() if table is None else table).roles(**{**ROLES, **roles})


def people(**columns):
    return pa.table({**PEOPLE, **columns})


@pytest.fixture
def prepare(tmp_path):
    return lambda log, folder="store", **words: cx.prepare(log, tmp_path / folder, progress=False, **words)


def customers(journeys):
    """The customers of the store by id, with their attributes by the client's names."""
    star = journeys.base
    names = {a.column: a.name for a in star.attributes if a.level == "customer"}
    rows = star.engine.collect(star.customers.sort("customer")).to_pylist()
    return {row["id"]: {name: row[column] for column, name in names.items()} for row in rows}


def test_attributes_of_customers(prepare):
    j = prepare(log().customers(people(), key="id"))
    found = customers(j)
    assert len(found) == j.manifest.counts["customers"] == 10
    assert found["C01"] == {"age": 31, "segment": "old"}
    assert found["C02"] == {"age": None, "segment": "new"}
    assert found["C03"] == {"age": None, "segment": None}
    kinds = [(a.name, a.column, a.level, a.kind) for a in j.manifest.attributes if a.level == "customer"]
    assert kinds == [("age", "y1", "customer", "integer"), ("segment", "y2", "customer", "text")]
    assert j.attributes["segment"] == "text of each customer"
    assert j.manifest.notes == (
        "customers: 2 of 4 rows speak of no customer of the log.",
        "customers: customers of the log without a row: 8; their attributes are empty.",
    )
    assert j.table("customers").df().age.tolist()[0] == 31


def test_what_was_there_before_is_as_it_was(prepare, toy):
    j = prepare(log().customers(people(), key="id"))
    before = toy.journeys(rows=100).table
    assert j.journeys(rows=100).table.select(before.column_names) == before
    assert j.summary().table == toy.summary().table


def test_only_the_columns_that_are_named(prepare):
    j = prepare(log().customers(people(mail=["x"] * 4), key="id", attributes=["segment"]))
    assert [a.name for a in j.manifest.attributes if a.level == "customer"] == ["segment"]
    assert list(j.manifest.tables[0].columns) == ["id", "segment"]
    assert prepare(log().customers(people(), key="id", attributes=["id"]), "none").manifest.attributes[2:] == ()


@pytest.mark.parametrize("ids", [[17, 18], [17.0, 18.0], ["17", "18"], ["17.0", "18.0"]], ids=repr)
@pytest.mark.parametrize("kind", ["int64", "float64", "str"])
def test_ids_of_another_type_are_the_same_customers(ids, kind, prepare, tmp_path):
    rows = [{"order": n, "step": "Order", "when": "2025-01-01", "client": 17 + n % 2} for n in range(3)]
    pd.DataFrame({"id": ids, "age": [1, 2]}).to_csv(tmp_path / "people.csv", index=False)
    events = log(pd.DataFrame(rows).astype({"client": kind}))
    j = prepare(events.customers(tmp_path / "people.csv", key="id"))
    assert [row["age"] for row in customers(j).values()] == [1, 2]
    assert j.manifest.notes == ()


def test_a_log_without_customers_has_one_for_each_journey(prepare):
    j = prepare(log(customer="").customers(pa.table({"id": ["A01"], "vip": [True]}), key="id"))
    assert customers(j)["A01"] == {"vip": True}
    assert len(customers(j)) == 12


def test_spaces_are_said(prepare):
    j = prepare(log().customers(pa.table({"id": ["C01 ", "C02"], "age": [1, 2]}), key="id"))
    assert customers(j)["C01"] == {"age": None}
    assert "customers: rows with spaces around an id that the log has without them: 1" in " ".join(j.manifest.notes)


@pytest.mark.parametrize("ids", [["C01", "C01"], ["1", "1.0"], [1.0, 1.0]], ids=repr)
def test_a_customer_with_two_rows_is_refused(ids):
    with pytest.raises(cx.CxError, match=r'several rows of one customer: "C?0?1.*" \(2 rows\)'):
        log().customers(pa.table({"id": ids, "age": [1, 2]}), key="id")


def test_what_cannot_be_is_told():
    with pytest.raises(cx.CxError, match=r'No column "ID"\. Closest: "id"'):
        log().customers(people(), key="ID")
    with pytest.raises(cx.CxError, match=r'No column "ages"\. Closest: "age"'):
        log().customers(people(), key="id", attributes=["ages"])
    with pytest.raises(cx.CxError, match=r"is no list of column names"):
        log().customers(people(), key="id", attributes="age")


def test_a_name_that_the_log_has_already(prepare):
    told = log().customers(people(plan=["gold"] * 4), key="id")
    with pytest.raises(cx.CxError, match=r'"plan" is an attribute of the log already.*attributes=\["age", "segment"\]'):
        prepare(told)
    prepare(told.roles(**ROLES, journey_attributes=[], event_attributes=[]))
    prepare(told.customers(people(plan=["gold"] * 4), key="id", attributes=["age", "segment"]))


def test_it_is_a_value_and_says_so(prepare):
    one = log()
    told = one.customers(people(), key="id")
    assert one.tables == ()
    assert 'customers  data frame by customer "id"' in repr(told)
    versions = [
        prepare(each).manifest.version for each in (one, told, one.customers(people(age=[1, 2, 3, 4]), key="id"))
    ]
    assert len(set(versions)) == 3
    assert prepare(told).manifest.version == versions[1]
    split = told.split(silence="30d")
    assert [table.name for table in split.tables] == ["customers"]


# a later part of the log

FIRST = [("A", "C01", "2025-01-01"), ("B", "C02", "2025-01-02")]
LATER = [("B", "C02", "2025-02-01"), ("C", "C99", "2025-02-02")]


def part(rows):
    events = [{"order": order, "client": client, "step": "Order", "when": when} for order, client, when in rows]
    return log(pa.Table.from_pylist(events))


def told(journeys):
    facts = journeys.manifest
    return (
        customers(journeys),
        facts.tables,
        facts.attributes,
        facts.notes,
        journeys.table("customers").table.to_pylist(),
    )


@pytest.mark.parametrize("again", [False, True])
def test_customers_that_come_later_have_what_the_table_says(again, prepare):
    prepare(part(FIRST).customers(people(), key="id"), "parts")
    later = part(LATER)
    after = prepare(later.customers(people(), key="id") if again else later, "parts", append=True)
    assert customers(after)["C99"] == {"age": 53, "segment": "old"}
    assert told(after) == told(prepare(part(FIRST + LATER).customers(people(), key="id"), "whole"))


def test_a_later_part_brings_a_new_table_of_customers(prepare):
    prepare(part(FIRST).customers(people(), key="id"), "parts")
    newer = pa.table({"id": ["C01", "C99", "C02", "C98"], "visits": [7, 8, 9, 1]})
    after = prepare(part(LATER).customers(newer, key="id"), "parts", append=True)
    assert customers(after) == {"C01": {"visits": 7}, "C02": {"visits": 9}, "C99": {"visits": 8}}
    assert [a.name for a in after.manifest.attributes if a.level == "customer"] == ["visits"]


def test_a_store_without_customers_gets_them_later(prepare):
    prepare(part(FIRST), "parts")
    after = prepare(part(LATER).customers(people(), key="id"), "parts", append=True)
    assert customers(after)["C01"] == {"age": 31, "segment": "old"}
    third = prepare(part([("D", "C07", "2025-03-01")]), "parts", append=True)
    assert customers(third) == {**customers(after), "C07": {"age": None, "segment": None}}
