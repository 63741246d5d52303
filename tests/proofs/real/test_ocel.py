"""OCEL: the example files, how its three twins differ, and a peer that flattens them."""

import pandas as pd
import pytest

import cxkit as cx

TWINS = ("ocel20_example.jsonocel", "ocel20_example.xmlocel", "ocel20_example.sqlite")
ORDERS, RECRUITING = "order_management_ocel2.sqlite", "recruiting-red.jsonocel"


def prepared(log, folder):
    return cx.prepare(log, folder / "store", progress=False)


@pytest.fixture(scope="module")
def twins(shared):
    return [
        {type_: cx.read(shared / "ocel" / name, object_type=type_) for type_ in ("Purchase Order", "Invoice")}
        for name in TWINS
    ]


def test_twins_say_how_they_differ(twins):
    """What differs stands in the notes of each: whose times have no offset, and whose changes are timed both ways."""
    notes = [logs["Invoice"].source.notes for logs in twins]
    differ = [set(mine) - set.intersection(*map(set, notes)) for mine in notes]
    local = "Its times have no offset from UTC. Say where they are from with .roles(zone=)."
    mixed = "9 changes of attributes are timed with an offset from UTC and 3 without; among them those without "
    mixed += "count as UTC."
    assert differ == [set(), {local, mixed}, {local}]
    shared = " ".join(set.intersection(*map(set, notes)))
    assert "9 of 13 events are about one; 4 are about none and are lost" in shared
    assert "(convergence)" not in shared  # nothing is counted twice here, so nothing is said of it


@pytest.mark.parametrize(("type_", "rows", "lost"), [("Purchase Order", 5, "8"), ("Invoice", 9, "4")])
def test_twins_agree_on_everything_but_the_hour(type_, rows, lost, twins):
    utc, *local = (logs[type_] for logs in twins)
    first = utc.head(100)
    assert (len(first), utc.source.reading["events lost"]) == (rows, lost)
    for log in local:
        table = log.head(100)
        assert table.columns.tolist() == first.columns.tolist()
        pd.testing.assert_frame_equal(table.drop(columns="ocel:timestamp"), first.drop(columns="ocel:timestamp"))


def test_twins_differ_by_one_hour(twins, tmp_path):
    """JSON says UTC; XML and SQLite have the same moments as local times of an hour later, and say no zone."""
    utc, *local = (logs["Invoice"] for logs in twins)
    assert "no offset" not in repr(utc)
    first = utc.head(100)["ocel:timestamp"]
    assert first.dt.tz is not None
    for place, log in enumerate(local):
        assert "no offset" in repr(log)
        late = log.head(100)["ocel:timestamp"].dt.tz_localize("UTC") - first
        assert late.unique().tolist() == [pd.Timedelta(hours=1)]
        told = prepared(log.roles(zone="Europe/Rome"), tmp_path / str(place))
        same = prepared(utc, tmp_path / "utc")
        for question in ("summary", "variants", "durations"):
            left, right = (getattr(journeys, question)().df() for journeys in (told, same))
            times = [name for name in right.columns if isinstance(right[name].dtype, pd.DatetimeTZDtype)]
            for name in times:
                left[name] = left[name].dt.tz_convert("UTC")
            pd.testing.assert_frame_equal(left, right)


def test_twins_have_the_values_of_the_time(twins):
    for logs in twins:
        orders, invoices = logs["Purchase Order"].head(100), logs["Invoice"].head(100)
        quantities = orders.loc[orders["ocel:oid"] == "PO1", "Purchase Order:po_quantity"]
        assert quantities.tolist() == ["500", "600", "600", "600"]
        blocked = invoices.loc[invoices["ocel:oid"] == "R3", "Invoice:is_blocked"]
        assert blocked.tolist() == ["No", "No", "Yes", "No", "No"]


def test_order_management(shared, tmp_path):
    log = cx.read(shared / "ocel" / ORDERS)
    assert "6,484 of 18,211 events are about one; 11,727 are about none and are lost" in repr(log)
    journeys = prepared(log, tmp_path)
    counted = journeys.summary().df().iloc[0]
    assert (counted.events, counted.journeys, counted.customers, counted.activities) == (6484, 2000, 3, 3)
    assert journeys.manifest.roles["customer"] == "ocel:type:customers"
    assert "orders:price" in {attribute.name for attribute in journeys.manifest.attributes}


def test_order_management_by_employees(shared):
    log = cx.read(shared / "ocel" / ORDERS, object_type="employees")
    assert "290 events are about several, up to 2; they are copied for each, which adds 290 rows" in repr(log)
    assert "In 18 of 18 journeys" in repr(log)


def test_changing_prices_of_products_are_no_journeys(shared):
    with pytest.raises(cx.CxError, match='No event is about an object of type "products"'):
        cx.read(shared / "ocel" / ORDERS, object_type="products")


def test_recruiting(shared, tmp_path):
    log = cx.read(shared / "ocel" / RECRUITING)
    assert log.source.reading["object type"] == "applications"
    counted = prepared(log, tmp_path).summary().df().iloc[0]
    assert (counted.events, counted.journeys, counted.activities) == (6607, 916, 12)


READERS = {
    TWINS[0]: ("read_ocel2_json", ("Purchase Order", "Invoice", "Payment")),
    TWINS[1]: ("read_ocel2_xml", ("Purchase Order", "Invoice", "Payment")),
    TWINS[2]: ("read_ocel2_sqlite", ("Purchase Order", "Invoice", "Payment")),
    ORDERS: ("read_ocel2_sqlite", ("orders", "items", "employees", "customers", "packages")),
    RECRUITING: ("read_ocel_json", ("applications", "offers")),
}


@pytest.mark.parametrize("name", READERS)
def test_pm4py_flattens_to_the_same_rows(name, shared):
    pm4py = pytest.importorskip("pm4py")
    reader, types = READERS[name]
    theirs = getattr(pm4py, reader)(str(shared / "ocel" / name))
    for type_ in types:
        flat = pm4py.ocel_flattening(theirs, type_)
        rows = cx.read(shared / "ocel" / name, object_type=type_).head(len(flat) + 1)
        stamps = rows["ocel:timestamp"]
        rows["ocel:timestamp"] = stamps.dt.tz_localize("UTC") if stamps.dt.tz is None else stamps
        ours = rows[["ocel:oid", "ocel:activity", "ocel:timestamp", "ocel:eid"]]
        known = flat[["case:concept:name", "concept:name", "time:timestamp", "ocel:eid"]]
        assert sorted(ours.itertuples(index=False, name=None)) == sorted(known.itertuples(index=False, name=None))
