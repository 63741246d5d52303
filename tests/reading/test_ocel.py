"""OCEL: a log small enough to flatten by hand, in every format; and what is refused."""

import gzip
import json
import sqlite3
from html import escape
from xml.sax.saxutils import quoteattr

import pandas as pd
import pytest

import cxkit as cx

TYPES = {"orders": {"price": "integer", "region": "string"}, "items": {}, "customers": {}, "packages": {}}
OBJECTS = {
    "o1": ("orders", [("price", 0, "10"), ("price", 11.5, "12"), ("region", 0, "north")]),
    "o2": ("orders", [("price", 0, "7"), ("region", 0, "south")]),
    "o3": ("orders", []),
    **dict.fromkeys(("i1", "i2", "i3"), ("items", [])),
    "c1": ("customers", []),
    "p1": ("packages", []),
}
EVENTS = [
    ("e1", "place order", 10, {}, ["o1", "i1", "i2", "c1"]),
    ("e2", "pick item", 11, {"picker": "Ann"}, ["o1", "i1"]),
    ("e3", "pick item", 12, {"picker": "Bob"}, ["o1", "i2"]),
    ("e4", "place order", 13, {}, ["o2", "i3", "c1"]),
    ("e5", "pick item", 14, {"picker": "Ann"}, ["o2", "i3"]),
    ("e6", "send package", 15, {}, ["o1", "o2", "p1"]),
    ("e7", "restock", 16, {}, ["i3"]),
    ("e8", "pay", 17, {}, ["o1", "x9"]),
]
LINKS = [("o1", "i1"), ("o1", "i2"), ("o2", "i3")]


def stamp(hour, zone="Z"):
    return f"2025-01-01T{int(hour):02}:{round(hour % 1 * 60):02}:00{zone}"


def as_json():
    return {
        "objectTypes": [
            {"name": name, "attributes": [{"name": key, "type": kind} for key, kind in kinds.items()]}
            for name, kinds in TYPES.items()
        ],
        "eventTypes": [{"name": "pick item", "attributes": [{"name": "picker", "type": "string"}]}],
        "objects": [
            {
                "id": name,
                "type": type_,
                "attributes": [{"name": key, "time": stamp(hour), "value": value} for key, hour, value in changes],
                "relationships": [{"objectId": b, "qualifier": "has"} for a, b in LINKS if a == name],
            }
            for name, (type_, changes) in OBJECTS.items()
        ],
        "events": [
            {
                "id": name,
                "type": type_,
                "time": stamp(hour),
                "attributes": [{"name": key, "value": value} for key, value in cells.items()],
                "relationships": [{"objectId": one, "qualifier": f"the {one[0]}"} for one in about],
            }
            for name, type_, hour, cells, about in EVENTS
        ],
    }


def as_xml(document):
    def attributes(entry):
        times = [f" time={quoteattr(one['time'])}" if "time" in one else "" for one in entry["attributes"]]
        cells = zip(entry["attributes"], times, strict=True)
        return "".join(
            f"<attribute name={quoteattr(one['name'])}{time}>{one['value']}</attribute>" for one, time in cells
        )

    def related(entry):
        return "".join(
            f"<relationship object-id={quoteattr(one['objectId'])} qualifier={quoteattr(one['qualifier'])}/>"
            for one in entry["relationships"]
        )

    def part(entry, tag, time=""):
        start = f"<{tag} id={quoteattr(entry['id'])} type={quoteattr(entry['type'])}{time}>"
        return f"{start}<attributes>{attributes(entry)}</attributes><objects>{related(entry)}</objects></{tag}>"

    kinds = "".join(
        f"<object-type name={quoteattr(entry['name'])}><attributes>"
        + "".join(f'<attribute name="{one["name"]}" type="{one["type"]}"/>' for one in entry["attributes"])
        + "</attributes></object-type>"
        for entry in document["objectTypes"]
    )
    objects = "".join(part(entry, "object") for entry in document["objects"])
    events = "".join(part(entry, "event", f" time={quoteattr(entry['time'])}") for entry in document["events"])
    return f"<log><object-types>{kinds}</object-types><objects>{objects}</objects><events>{events}</events></log>"


def as_sqlite(path):
    with sqlite3.connect(path) as database:
        run = database.execute
        run("CREATE TABLE event (ocel_id TEXT, ocel_type TEXT)")
        run("CREATE TABLE object (ocel_id TEXT, ocel_type TEXT)")
        run("CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT)")
        run("CREATE TABLE object_object (ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT)")
        run("CREATE TABLE event_map_type (ocel_type TEXT, ocel_type_map TEXT)")
        run("CREATE TABLE object_map_type (ocel_type TEXT, ocel_type_map TEXT)")
        for kind in dict.fromkeys(type_ for _, type_, *_ in EVENTS):
            table = kind.title().replace(" ", "")
            run("INSERT INTO event_map_type VALUES (?, ?)", (kind, table))
            run(f"CREATE TABLE event_{table} (ocel_id TEXT, ocel_time TIMESTAMP, picker TEXT)")
        for kind in TYPES:
            run("INSERT INTO object_map_type VALUES (?, ?)", (kind, kind))
            columns = "ocel_id TEXT, ocel_time TIMESTAMP, ocel_changed_field TEXT, price INT, region"
            run(f"CREATE TABLE object_{kind} ({columns})")
        for name, kind, hour, cells, about in EVENTS:
            run("INSERT INTO event VALUES (?, ?)", (name, kind))
            table = kind.title().replace(" ", "")
            run(f"INSERT INTO event_{table} VALUES (?, ?, ?)", (name, stamp(hour), cells.get("picker")))
            run_many = [(name, one, f"the {one[0]}") for one in about]
            database.executemany("INSERT INTO event_object VALUES (?, ?, ?)", run_many)
        for name, (kind, changes) in OBJECTS.items():
            run("INSERT INTO object VALUES (?, ?)", (name, kind))
            first = {key: value for key, hour, value in changes if not hour}
            row = (name, stamp(0), None, first.get("price"), first.get("region"))
            run(f"INSERT INTO object_{kind} VALUES (?, ?, ?, ?, ?)", row)
            for key, hour, value in changes:
                if hour:
                    run(f"INSERT INTO object_{kind} VALUES (?, ?, ?, ?, 'ignored')", (name, stamp(hour), key, value))
        database.executemany("INSERT INTO object_object VALUES (?, ?, 'has')", LINKS)
    database.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The log made by hand, in every format of OCEL 2.0."""
    folder = tmp_path_factory.mktemp("ocel")
    (folder / "log.jsonocel").write_text(json.dumps(as_json()))
    (folder / "log.json.gz").write_bytes(gzip.compress(json.dumps(as_json()).encode("utf-16")))
    (folder / "log.xmlocel").write_text(as_xml(as_json()))
    (folder / "log.xml").write_text(as_xml(as_json()))
    as_sqlite(folder / "log.sqlite")
    return folder


def prepared(log, folder):
    return cx.prepare(log, folder / "store", progress=False)


# ---- by hand ---------------------------------------------------------------------------------------------------------

ROWS = [
    ("o1", "place order", 10, "e1", "the o", None, 10, "north", "i1 | i2", "c1"),
    ("o1", "pick item", 11, "e2", "the o", "Ann", 10, "north", "i1", None),
    ("o1", "pick item", 12, "e3", "the o", "Bob", 12, "north", "i2", None),
    ("o2", "place order", 13, "e4", "the o", None, 7, "south", "i3", "c1"),
    ("o2", "pick item", 14, "e5", "the o", "Ann", 7, "south", "i3", None),
    ("o1", "send package", 15, "e6", "the o", None, 12, "north", None, None),
    ("o2", "send package", 15, "e6", "the o", None, 7, "south", None, None),
    ("o1", "pay", 17, "e8", "the o", None, 12, "north", None, None),
]
COLUMNS = ["ocel:oid", "ocel:activity", "ocel:timestamp", "ocel:eid", "ocel:qualifier", "picker"]
COLUMNS += ["orders:price", "orders:region", "ocel:type:items", "ocel:type:customers"]
FORMATS = ["log.jsonocel", "log.json.gz", "log.xmlocel", "log.xml", "log.sqlite"]


@pytest.mark.parametrize("name", FORMATS)
def test_flattened_by_hand(name, files):
    log = cx.read(files / name)
    assert set(log.columns) == {*COLUMNS, "ocel:type:packages"}
    table = log.head(100)[COLUMNS].astype(object)
    found = [tuple(None if pd.isna(value) else value for value in row) for row in table.itertuples(index=False)]
    assert found == [(*row[:2], pd.Timestamp(stamp(row[2])), *row[3:]) for row in ROWS]


@pytest.mark.parametrize("name", FORMATS)
def test_roles_and_levels(name, files, tmp_path):
    journeys = prepared(cx.read(files / name), tmp_path)
    assert journeys.manifest.roles == {
        "journey": "ocel:oid",
        "activity": "ocel:activity",
        "time": "ocel:timestamp",
        "customer": "ocel:type:customers",
        "order": None,
        "start": None,
    }
    levels = {attribute.name: (attribute.level, attribute.kind) for attribute in journeys.manifest.attributes}
    assert levels["orders:region"] == ("journey", "text")
    assert levels["orders:price"] == ("event", "integer")
    assert (journeys.n.journeys, journeys.n.customers) == (2, 1)


@pytest.mark.parametrize("name", FORMATS)
def test_what_flattening_invents_is_said(name, files, tmp_path):
    log = cx.read(files / name, object_type="orders")
    facts = log.source.reading
    assert (facts["object type"], facts["events"], facts["events lost"]) == ("orders", "8", "1")
    assert facts["rows added by copies"] == "1"
    notes = "\n".join(prepared(log, tmp_path).manifest.notes)
    assert all(note in repr(log) and escape(note) in log._repr_html_() for note in log.source.notes)
    assert "7 of 8 events are about one; 1 are about none and are lost" in notes
    assert "1 events are about several, up to 2; they are copied for each, which adds 1 rows (convergence)" in notes
    assert "In 1 of 2 journeys an activity comes again about other objects" in notes
    assert "(1 pairs of journey and activity); such repetitions may be none (divergence)" in notes
    assert "1 objects of the type have no event" in notes
    assert "3 links between objects are not used" in notes
    assert "1 times an event is about an object that the file does not describe" in notes


def test_another_type_is_another_log(files):
    log = cx.read(files / "log.jsonocel", object_type="items")
    assert "(as asked)" in repr(log)
    assert log.head(100)["ocel:oid"].tolist() == ["i1", "i2", "i1", "i2", "i3", "i3", "i3"]
    assert log.source.reading["events lost"] == "2"
    assert "up to 2; they are copied for each, which adds 1 rows" in repr(log)
    assert "divergence" not in repr(log)


def test_the_type_is_guessed_and_the_others_are_named(files):
    assert 'objects of type "orders" (guessed: called like a journey.' in repr(cx.read(files / "log.jsonocel"))
    with pytest.raises(cx.CxError, match=r'No object type "order". Closest: "orders"'):
        cx.read(files / "log.jsonocel", object_type="order")
    with pytest.raises(cx.CxError, match=r"No object type"):
        cx.read(files / "log.jsonocel", object_type=["orders"])
    with pytest.raises(cx.CxError, match=r"object_type= is for OCEL"):
        cx.read(cx.toy_table(), object_type="order")


def test_without_a_telling_name_the_type_that_invents_least(tmp_path):
    text = json.dumps(as_json()).replace('"orders"', '"things"')
    (tmp_path / "log.json").write_text(text)
    log = cx.read(tmp_path / "log.json")
    # Events about exactly one times rows that are the first of their activity: things 6/8 x 7/8, items 5/8 x 7/7.
    assert 'objects of type "things" (guessed: flattening to it invents least' in repr(log)


def ocel1(tmp_path, objects, about):
    """A log of one event an hour, each about the objects that are named."""
    events = {
        f"{n}": {"ocel:activity": activity, "ocel:timestamp": stamp(n % 24), "ocel:omap": names}
        for n, (activity, names) in enumerate(about)
    }
    document = {"ocel:objects": {name: {"ocel:type": type_} for name, type_ in objects.items()}, "ocel:events": events}
    (tmp_path / "log.jsonocel").write_text(json.dumps(document))
    return cx.read(tmp_path / "log.jsonocel")


@pytest.mark.parametrize("telling", ["Ticket", "Case", "orders", "Vorgang"])
def test_no_name_beats_the_loss_of_most_events(telling, tmp_path):
    objects = {"t1": telling, "m1": "machine", "m2": "machine"}
    about = [("Start", ["m1", "t1"]), *[(step, [m]) for m in ("m1", "m2") for step in ("Start", "Check", "Stop") * 3]]
    log = ocel1(tmp_path, objects, about)
    assert 'objects of type "machine"' in repr(log)
    assert "19 of 19 events are about one." in repr(log)
    assert "lost" not in " ".join(log.source.notes)
    assert "convergence" not in repr(log)


@pytest.mark.parametrize(("ids", "taken"), [(("150", "99.50"), False), (("7", "8"), False), (("K7", "K8"), True)])
def test_a_number_is_no_customer_because_its_type_is_called_so(ids, taken, tmp_path):
    orders = [f"o{n}" for n in range(6)]
    objects = dict.fromkeys(orders, "order") | dict.fromkeys(ids, "Customer")
    about = [(step, [order, ids[n % 2]]) for n, order in enumerate(orders) for step in ("Place", "Pay")]
    journeys = prepared(ocel1(tmp_path, objects, about), tmp_path)
    assert journeys.n.customers == (2 if taken else 6)
    assert journeys.manifest.anonymous is not taken
    assert ("customers unknown" in str(journeys.n)) is not taken


def test_roles_can_be_given(files, tmp_path):
    log = cx.read(files / "log.sqlite").roles(customer="orders:region", activity="ocel:eid")
    journeys = prepared(log, tmp_path)
    assert (journeys.n.customers, journeys.manifest.roles["activity"]) == (2, "ocel:eid")


def test_ocel1(tmp_path):
    document = {
        "ocel:objects": {"o1": {"ocel:type": "order", "ocel:ovmap": {"price": 9.5}}, "i1": {"ocel:type": "item"}},
        "ocel:events": {
            "1": {
                "ocel:activity": "A",
                "ocel:timestamp": "2025-01-01 10:00:00",
                "ocel:omap": ["o1", "i1"],
                "ocel:vmap": {"n": 1, "ok": True, "list": [1, "x"], "none": None},
            },
            "2": {"ocel:activity": "B", "ocel:timestamp": "2025-01-01 11:00:00", "ocel:omap": ["o1"]},
            "3": {"ocel:activity": "B", "ocel:omap": ["o1"]},
        },
    }
    (tmp_path / "log.json").write_text(json.dumps(document))
    log = cx.read(tmp_path / "log.json")
    row = log.head().iloc[0]
    assert (row["order:price"], row["n"], row["ok"], row["list"]) == (9.5, 1, True, '[1, "x"]')
    assert "no offset" in repr(log)
    journeys = prepared(log.roles(zone="Europe/Berlin"), tmp_path)
    assert journeys.manifest.dropped == {"no time": 1}
    assert journeys.events().df()["time"].tolist() == [pd.Timestamp(f"2025-01-01T{hour}:00Z") for hour in ("09", "10")]


# ---- refused ---------------------------------------------------------------------------------------------------------


def changed(**parts):
    return json.dumps(as_json() | parts)


REFUSED = {
    "no JSON": ("log.json", "{", "cannot be read: Expecting"),
    "other JSON": ("log.json", '{"rows": []}', "neither kind of OCEL"),
    "a list": ("log.json", "[]", "neither kind of OCEL"),
    "no events": ("log.json", changed(events=[]), "no event"),
    "no objects": ("log.json", changed(objects=[]), "describes no object"),
    "events are text": ("log.json", changed(events="e1"), '"events" is no list'),
    "an event is a number": ("log.json", changed(events=[1]), '"events" is no list of entries'),
    "an event without type": ("log.json", changed(events=[{"id": "e"}]), 'no "type"'),
    "an object without id": ("log.json", changed(objects=[{"type": "t"}]), 'no "id"'),
    "events about none of the type": ("log.json", changed(objects=[{"id": "z", "type": "order"}]), 'type "order"'),
    "deep JSON": ("log.json", "[" * 200_000, "cannot be read"),
    "half a character": ("log.json", changed().replace("pick item", "\\ud800"), "cannot be read"),
    "XES": ("log.xmlocel", "<log><trace/></log>", "no event"),
    "a page": ("log.xmlocel", "<html/>", "begins with <html>"),
    "OCEL 1.0 as XML": ("log.xmlocel", "<log><events><event/></events></log>", 'no "id".*1.0 as JSON'),
    "bomb": ("log.xmlocel", '<!DOCTYPE log [<!ENTITY a "ha">]><log>&a;</log>', 'entity "a"'),
    "no database": ("log.sqlite", "SQLite", "no whole SQLite"),
    "an empty database": ("log.db", "", 'without the table "event"'),
}


@pytest.mark.parametrize(("name", "body", "words"), REFUSED.values(), ids=REFUSED)
def test_refused(name, body, words, tmp_path):
    (tmp_path / name).write_text(body)
    with pytest.raises(cx.CxError, match=f"(?s)log.*{words}"):
        cx.read(tmp_path / name)


def test_a_view_is_no_table(tmp_path):
    """A view may run any program: this one never ends."""
    as_sqlite(tmp_path / "log.sqlite")
    with sqlite3.connect(tmp_path / "log.sqlite") as database:
        database.execute("DROP TABLE event_object")
        endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x, x, x FROM n"
        database.execute(f"CREATE VIEW event_object AS {endless}")
    database.close()
    with pytest.raises(cx.CxError, match='without the table "event_object"'):
        cx.read(tmp_path / "log.sqlite")


def test_a_database_is_never_written_to(files):
    before = (files / "log.sqlite").read_bytes()
    cx.read(files / "log.sqlite")
    assert (files / "log.sqlite").read_bytes() == before
    assert not list(files.glob("log.sqlite-*"))


def test_names_of_tables_are_no_program(tmp_path):
    as_sqlite(tmp_path / "log.sqlite")
    with sqlite3.connect(tmp_path / "log.sqlite") as database:
        database.execute('ALTER TABLE event_Pay RENAME TO "event_a""; DROP TABLE event; --"')
        database.execute(
            "UPDATE event_map_type SET ocel_type_map = 'a\"; DROP TABLE event; --' WHERE ocel_type = 'pay'"
        )
    database.close()
    assert cx.read(tmp_path / "log.sqlite").head(100)["ocel:activity"].tolist()[-1] == "pay"
