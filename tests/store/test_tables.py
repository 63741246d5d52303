"""Tables beside the log: what a row speaks of, by hand and by pandas; every row counted; every reader; bad tables."""

from __future__ import annotations

import json
import shutil
import sqlite3
from datetime import datetime, timedelta

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import cxkit as cx
from cxkit import where as w
from cxkit.samples import MONDAY
from cxkit.schema import JOINED
from cxkit.store.digests import sealed

ROLES = {"journey": "order", "activity": "step", "time": "when", "customer": "client"}
HOUR = timedelta(hours=1)

# of an order of the toy log, or else of a client; hours after its Monday; the order, event and client that it speaks of
ROWS = [
    ("A01", None, 0, ("A01", 1, "C01")),  # at the second of its first event
    ("A01", None, 24.5, ("A01", 2, "C01")),
    ("A01", None, 900, ("A01", 4, "C01")),
    ("A02", None, 1, ("A02", None, "C02")),  # before its first event
    ("A03", None, None, ("A03", None, "C03")),  # no time
    ("B99", None, 50, (None, None, None)),  # no such order
    ("B99", "C05", 500, (None, None, "C05")),  # the order is not in the log, its client is
    (None, "C01", 119, ("A01", 4, "C01")),  # C01 has A01 until hour 73 and A06 from hour 120 on
    (None, "C01", 170, ("A06", 3, "C01")),
    (None, "C02", 23, (None, None, "C02")),  # before the client's first event
    (None, "C99", 500, (None, None, None)),
    (None, None, 500, (None, None, None)),
]


def log(**roles):
    return cx.read(cx.toy_table()).roles(**{**ROLES, **roles})


def surveys(rows=ROWS):
    """The rows as a table, numbered."""
    stamps = [None if hours is None else MONDAY + hours * HOUR for _, _, hours, _ in rows]
    names = ("order", "client")
    return pa.table(
        {
            "n": range(len(rows)),
            **{name: pa.array([row[place] for row in rows], pa.string()) for place, name in enumerate(names)},
            "sent": pa.array(stamps, pa.timestamp("us", "UTC")),
        }
    )


@pytest.fixture
def prepare(tmp_path):
    return lambda log, folder="store", **words: cx.prepare(log, tmp_path / folder, progress=False, **words)


def joined(journeys, name="surveys"):
    """The rows of a table by their numbers: order, event and client that they speak of."""
    rows = journeys.table(name).table.to_pylist()
    return {row["n"]: (row["journey"], row.get("position"), row["customer"]) for row in rows}


BOTH = {"journey": "order", "customer": "client", "time": "sent"}


def test_rows_speak_of_what_they_do_by_hand(prepare):
    j = prepare(log().beside("surveys", surveys(), **BOTH))
    expected = {n: found for n, (*_, found) in enumerate(ROWS) if found[0] or found[2]}
    assert joined(j) == expected
    [known] = j.manifest.tables
    assert known.joined == {"events": 5, "journeys": 2, "customers": 2, "nothing": 3}
    assert "surveys: 3 of 12 rows speak of no journey or customer of the log." in j.manifest.notes
    assert str(j.table("surveys").n) == "4 journeys of 4 customers"
    first = j.table("surveys", rows=1).df()
    assert list(first) == ["journey", "customer", "position", "activity", "event_time", "n", "sent"]
    assert first.activity.tolist() == ["Order"]
    assert str(first.sent[0]) == "2025-06-02 09:00:00+00:00"
    assert j.table("surveys", rows=4, page=2).df().n.tolist() == [4, 6, 7, 8]


def test_without_a_time_rows_speak_of_journeys_or_customers(prepare):
    j = prepare(log().beside("a", surveys(), journey="order").beside("b", surveys(), customer="client"))
    assert [table.joined for table in j.manifest.tables] == [
        {"events": 0, "journeys": 5, "customers": 0, "nothing": 7},
        {"events": 0, "journeys": 0, "customers": 4, "nothing": 8},
    ]
    assert "position" not in j.table("a").df()
    assert "order" not in j.table("a").df()
    assert j.table("b").df().customer.tolist() == ["C05", "C01", "C01", "C02"]
    assert (j.table("b").n.journeys, j.table("b").n.customers) == (0, 3)


def test_a_selection_has_the_rows_of_its_journeys_and_of_its_customers(prepare):
    j = prepare(log().beside("surveys", surveys(), **BOTH))
    assert set(joined(j.keep(w.contains("Cancel")))) == {9}  # A12 of C02
    assert set(joined(j.keep(w.starts_with("Order")).trim(until="2025-06-03"))) == {0, 1, 2, 7}
    assert len(j.keep(w.starts_with("Pay")).table("surveys").df()) == 0
    assert len(j.drop(w.contains("Pay")).table("surveys").df()) == 1


def test_of_events_at_the_same_time_the_later_in_the_order_of_the_journey_counts(prepare):
    nine = datetime(2025, 1, 1, 9)
    events = [("A", "Order"), ("B", "Order"), ("A", "Pay"), ("B", "Ask"), ("A", "Ship")]
    rows = [{"order": order, "step": step, "client": "C", "when": nine} for order, step in events]
    both = [{"n": 0, "order": "A", "client": None, "t": nine}, {"n": 1, "order": None, "client": "C", "t": nine}]
    told = cx.read(pa.Table.from_pylist(rows)).roles(**ROLES)
    told = told.beside("t", pa.Table.from_pylist(both), journey="order", customer="client", time="t")
    assert joined(prepare(told), "t") == {0: ("A", 3, "C"), 1: ("B", 2, "C")}


def test_an_event_counts_from_when_it_was_done(prepare):
    rows = [
        {"order": "A", "step": step, "began": datetime(2025, 1, 1, hour), "when": datetime(2025, 1, 1, hour + 2)}
        for step, hour in (("Call", 9), ("Pay", 10))
    ]
    told = cx.read(pa.Table.from_pylist(rows)).roles(journey="order", activity="step", time="when", start="began")
    at = [datetime(2025, 1, 1, 10, 30), datetime(2025, 1, 1, 11), datetime(2025, 1, 1, 12)]
    table = pa.table({"n": [0, 1, 2], "order": ["A"] * 3, "at": at})
    found = joined(prepare(told.beside("t", table, journey="order", time="at")), "t")
    assert [position for _, position, _ in found.values()] == [None, 1, 2]


def test_as_pandas_joins_them(prepare):
    """As-of over a made table of many rows, against `merge_asof`."""
    events = cx.toy_journeys().events(rows=1000).df()
    orders = [f"A{1 + n * 7 % 14:02}" for n in range(400)]
    rows = pd.DataFrame(
        {"n": range(400), "order": orders, "at": [MONDAY + n * 37 % 700 * HOUR / 2 for n in range(400)]}
    )
    rows["at"] = rows["at"].astype("datetime64[us, UTC]")
    told = events.assign(time=events.time.astype("datetime64[us, UTC]"), order=events.journey)[
        ["order", "time", "position"]
    ]
    expected = pd.merge_asof(
        rows.sort_values("at"), told.sort_values("time"), left_on="at", right_on="time", by="order"
    )
    expected = expected[expected.order.isin(events.journey)].sort_values("n").position.fillna(0).tolist()
    found = prepare(log().beside("t", rows, journey="order", time="at")).table("t", rows=1000).df()
    assert found.position.fillna(0).tolist() == expected


def numbered(kind):
    """A log of orders 17, 18 and 100, and scores of 17 and 100, in one way of writing ids."""
    rows = [{"order": n, "step": "Order", "when": MONDAY} for n in (17, 18, 100)]
    events = pd.DataFrame(rows).astype({"order": kind})
    return cx.read(events).roles(journey="order", activity="step", time="when")


IDS = {
    "integers": [17, 100, None],
    "floats": [17.0, 100.0, float("nan")],
    "texts": ["17", "100", ""],
    "texts of floats": ["17.0", "100.0", None],
}


@pytest.mark.parametrize("kind", ["int64", "float64", "str"])
@pytest.mark.parametrize("ids", IDS)
def test_ids_of_another_type_are_the_same_ids(ids, kind, prepare, tmp_path):
    table = pd.DataFrame({"id": IDS[ids], "score": [1, 2, 3]})
    table.to_csv(tmp_path / "scores.csv", index=False)
    j = prepare(
        numbered(kind).beside("frame", table, journey="id").beside("file", tmp_path / "scores.csv", journey="id")
    )
    for name in ("frame", "file"):
        assert j.table(name).df().score.tolist() == [1, 2]


def test_an_id_that_two_ids_could_be_is_neither(prepare):
    rows = [{"order": n, "step": "Order", "when": MONDAY} for n in ("1.0", "1.00", "2", "2.0")]
    table = pd.DataFrame({"id": ["1", "2", "2.0"], "n": [0, 1, 2]})
    told = cx.read(pd.DataFrame(rows)).roles(journey="order", activity="step", time="when")
    assert {n: row[0] for n, row in joined(prepare(told.beside("t", table, journey="id")), "t").items()} == {
        1: "2",
        2: "2.0",
    }


def test_spaces_leading_zeros_and_unread_times_are_said_not_mended(prepare):
    table = pd.DataFrame(
        {
            "id": [" A01", "A02 ", "A03", "A04"],
            "at": ["2025-06-05", "2025-06-05", "soon", "2025-06-04 09:00"],
            "n": range(4),
        }
    )
    j = prepare(log().beside("t", table, journey="id", time="at"))
    assert joined(j, "t") == {2: ("A03", None, "C03"), 3: ("A04", None, "C04")}
    assert j.manifest.notes == (
        't: 1 times of "at" cannot be read, such as "soon".',
        "t: 2 of 4 rows speak of no journey or customer of the log.",
        "t: rows with spaces around an id that the log has without them: 2; take them away to join the rows.",
    )


def test_a_row_that_names_another_customer_than_its_journey_has(prepare):
    table = pd.DataFrame({"id": ["A01", "A02"], "who": ["C01", "C07"]})
    j = prepare(log().beside("t", table, journey="id", customer="who"))
    assert j.table("t").df().customer.tolist() == ["C01", "C02"]
    assert "rows that name another customer than their journey has in the log: 1" in j.manifest.notes[0]


def test_a_table_without_a_key_is_there_whole(prepare):
    j = prepare(log().beside("costs", pd.DataFrame({"item": ["Call", "Visit"], "euro": [4.5, 90]})))
    assert j.manifest.notes == ()
    for journeys in (j, j.keep(w.contains("Cancel"))):
        assert journeys.table("costs").df().values.tolist() == [["Call", 4.5], ["Visit", 90.0]]
        assert journeys.table("costs").n == journeys.n


def test_a_log_without_times_joins_to_journeys(prepare):
    told = log(time="").beside("surveys", surveys(), **BOTH)
    j = prepare(told)
    assert j.manifest.tables[0].joined == {"events": 0, "journeys": 5, "customers": 4, "nothing": 3}
    assert "surveys: the log has no times, so that no row is joined to an event." in j.manifest.notes


def test_which_tables_there_are(prepare, toy):
    j = prepare(log().beside("surveys", surveys(), **BOTH).beside("costs", pd.DataFrame({"x": [1]})))
    found = j.table().df()
    assert found.table.tolist() == ["costs", "surveys"]
    assert found.rows.tolist() == [1, 12]
    assert (found[list(JOINED)].sum(axis=1) == found.rows).all()
    assert "No table lies beside this log" in repr(toy.table())
    with pytest.raises(cx.CxError, match=r'No table "survey". Closest: "surveys". See j.table'):
        j.table("survey")
    with pytest.raises(cx.CxError, match="rows=0"):
        j.table("surveys", rows=0)


def test_columns_keep_their_values_and_kinds_whatever_they_are_called(prepare):
    names = ["journey", "activity", "y0", "row", 'a"; DROP TABLE x --', "<b>", "", "time"]
    values = ["A01", "seven", 7, 1.5, True, datetime(2025, 1, 1), None, "x"]
    table = pa.table([pa.array([value]) for value in values], names=names)
    j = prepare(log().beside("t", table, journey="journey"))
    assert list(j.manifest.tables[0].columns.values()) == [
        *("text", "text", "integer", "number", "boolean", "time", "integer", "text")
    ]
    row = j.table("t").table.to_pylist()[0]
    assert (row["activity"], row["y0"], row["row"], row[names[4]], row["column 7"]) == ("seven", 7, 1.5, True, None)
    timed = prepare(log().beside("t", table, journey="journey", time="<b>"), "timed").table("t").df()
    assert timed["activity (of the table)"].tolist() == ["seven"]


READERS = {
    "csv": lambda table, path: table.to_csv(path, index=False),
    "tsv": lambda table, path: table.to_csv(path, index=False, sep="\t"),
    "csv.gz": lambda table, path: table.to_csv(path, index=False),
    "xlsx": lambda table, path: table.to_excel(path, index=False),
    "parquet": lambda table, path: table.to_parquet(path),
    "sqlite": lambda table, path: table.astype(str).to_sql("rows", sqlite3.connect(path), index=False),
}


@pytest.mark.parametrize("ending", READERS)
def test_every_reader_there_is(ending, prepare, tmp_path):
    table = pd.DataFrame(
        {"order": ["A01", "A05"], "at": pd.to_datetime(["2025-06-02 10:00", "2025-06-30 12:00"]), "n": [0, 1]}
    )
    path = tmp_path / f"rows.{ending}"
    READERS[ending](table, path)
    options = {"table": "rows"} if ending == "sqlite" else {}
    j = prepare(log().beside("t", path, journey="order", time="at", **options))
    assert joined(j, "t") == {0: ("A01", 2, "C01"), 1: ("A05", 5, "C05")}
    assert prepare(log().beside("t", cx.read(path, **options), journey="order", time="at")).manifest == j.manifest


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame, pa.table, lambda rows: pl.DataFrame(rows).lazy()])
def test_every_frame_there_is(frame, prepare):
    j = prepare(log().beside("t", frame({"order": ["A01", "A05"], "n": [0, 1]}), journey="order"))
    assert joined(j, "t") == {0: ("A01", None, "C01"), 1: ("A05", None, "C05")}


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "a\\b", "a b", "-a", "ü", "a\0", "x" * 65, "CON:", None, 7]
)
def test_a_name_that_no_folder_can_have(name):
    with pytest.raises(cx.CxError, match="no name for a table"):
        log().beside(name, surveys())


def test_bad_tables_are_told_at_once(tmp_path):
    told = log().beside("surveys", surveys())
    with pytest.raises(cx.CxError, match=r'No column "ordre". Closest: "order"'):
        told.beside("t", surveys(), journey="ordre")
    with pytest.raises(cx.CxError, match="cannot be two keys"):
        told.beside("t", surveys(), journey="order", customer="order")
    with pytest.raises(cx.CxError, match="A time alone"):
        told.beside("t", surveys(), time="sent")
    with pytest.raises(cx.CxError, match=r'There is a table "surveys" already'):
        told.beside("Surveys", surveys())
    with pytest.raises(cx.CxError, match=r"log.customers"):
        told.beside("customers", surveys())
    with pytest.raises(cx.CxError, match="journey=7 is no column name"):
        told.beside("t", surveys(), journey=7)
    with pytest.raises(cx.CxError, match=r'There is no file "nowhere.csv"'):
        told.beside("t", "nowhere.csv")
    with pytest.raises(cx.CxError, match=r'No option of reading "sheets". Closest: "sheet"'):
        told.beside("t", tmp_path / "x.xlsx", sheets="a")


def test_a_log_says_what_lies_beside_it():
    told = log().beside("surveys", surveys(), **BOTH).beside("costs", surveys())
    text = 'surveys  data frame by journey "order", customer "client", time "sent"'
    assert text in repr(told)
    assert "data frame by no key" in repr(told)
    assert "by journey" in told._repr_html_()
    assert log().tables == ()
    again = told.beside("surveys", surveys(), journey="order")
    assert [str(table) for table in again.tables] == [
        "data frame by no key",
        'data frame by journey "order"',
    ]


def test_another_table_is_another_version_and_the_same_costs_nothing(prepare):
    one = prepare(log().beside("t", surveys(), **BOTH))
    assert prepare(log().beside("t", surveys(), **BOTH)).manifest == one.manifest
    others = [
        prepare(log().beside("t", surveys(ROWS[1:]), **BOTH)),
        prepare(log().beside("t", surveys(), journey="order")),
        prepare(log().beside("u", surveys(), **BOTH)),
        prepare(log()),
    ]
    assert len({one.manifest.version, *(other.manifest.version for other in others)}) == 5
    assert not (others[-1].folder / others[-1].manifest.version / "tables").exists()


def test_a_store_whose_table_is_gone_or_false(prepare):
    told = log().beside("t", surveys(), **BOTH)
    j = prepare(told)
    shutil.rmtree(j.folder / j.manifest.version / "tables" / "t")
    with pytest.raises(cx.CxError, match=r'"tables/t/part-0\.parquet" is missing'):
        cx.open(j.folder)
    assert len(prepare(told).table("t").df()) == 9
    written = json.loads((j.folder / "manifest.json").read_text())
    for change in (
        {"name": "../../x"},
        {"columns": {"n": "odd"}},
        {"joined": {}},
        {"keys": {"odd": "n"}},
        {"notes": [1]},
    ):
        false = written | {"tables": [written["tables"][0] | change]}
        (j.folder / "manifest.json").write_text(json.dumps(sealed(false)))
        with pytest.raises(cx.CxError, match="cannot be read"):
            cx.open(j.folder)


# a later part of the log


def parts(told):
    """The log's rows before and from the sixth day on, with what lies beside it."""
    table = cx.toy_table().to_pandas()
    early = table.when < MONDAY + 120 * HOUR
    return [cx.read(table[chosen], name=name).roles(**ROLES) for name, chosen in (("a", early), ("b", ~early))]


def told_of(j, name="surveys"):
    known = next(table for table in j.manifest.tables if table.name == name)
    return j.table(name, rows=1000).table.to_pylist(), known.joined, known.doubts


@pytest.mark.parametrize("again", [False, True])
def test_a_later_part_joins_the_rows_anew_as_a_rebuild_does(again, prepare):
    both = log().beside("surveys", surveys(), **BOTH)
    first, second = parts(both)
    before = prepare(first.beside("surveys", surveys(), **BOTH), "parts")
    later = second.beside("surveys", surveys(), **BOTH) if again else second
    after = prepare(later, "parts", append=True)
    assert told_of(after) == told_of(prepare(both, "whole"))
    assert told_of(before) != told_of(after)


def test_a_table_that_a_later_part_brings_takes_the_place_of_the_old_one(prepare):
    first, second = parts(None)
    prepare(first.beside("surveys", surveys(), **BOTH).beside("costs", surveys()), "parts")
    later = prepare(second.beside("surveys", surveys(ROWS[:2]), **BOTH).beside("new", surveys()), "parts", append=True)
    assert [table.name for table in later.manifest.tables] == ["costs", "new", "surveys"]
    assert set(joined(later)) == {0, 1}
    assert any("2 rows take the place of 12" in note for note in later.manifest.notes)
