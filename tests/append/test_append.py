"""A later part of a log goes into its store: equal to a rebuild, known numbers kept, idempotent, all or nothing."""

from __future__ import annotations

import json
import shutil
import warnings

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

import cxkit as cx
from cxkit import catalog
from cxkit.store.changes import Refused
from cxkit.store.digests import sealed

ROLES = {"journey": "id", "activity": "act", "time": "when", "customer": "who"}
KEPT = {"journey_attributes": ["plan"], "event_attributes": ["note"]}
HEAD = "id,who,act,when,plan,note\n"
JANUARY = [
    "J1,C1,Order,2025-01-01,gold,1",
    "J1,C1,Pay,2025-01-02,gold,2",
    "J2,C2,Order,2025-01-03,,3",
    "J3,C1,Order,2025-01-03,blue,4",
    "J3,C1,Pay,bad,blue,4",
]
FEBRUARY = [
    "J2,C2,Pay,2025-02-01,red,5",
    "J4,C3,Call,2025-02-02,gold,6",
    ",C3,Call,2025-02-02,gold,6",
    "J2,C2,Call,2025-01-03,late,7",
]
OPEN = {"overlap": "report"}


@pytest.fixture
def read(tmp_path):
    """A log of some rows in a file."""

    def log(rows, name="log.csv", head=HEAD, **roles):
        (tmp_path / name).write_text(head + "\n".join(rows) + "\n")
        found = cx.read(tmp_path / name)
        return found.roles(**{**ROLES, **KEPT, **roles}) if roles.pop("mapped", True) else found

    return log


@pytest.fixture(scope="module")
def january(tmp_path_factory):
    """The store of January, to be copied."""
    folder = tmp_path_factory.mktemp("january")
    (folder / "jan.csv").write_text(HEAD + "\n".join(JANUARY) + "\n")
    prepare(cx.read(folder / "jan.csv").roles(**ROLES, **KEPT), folder / "store")
    return folder / "store"


@pytest.fixture
def store(january, tmp_path):
    """A copy of the store of January."""
    return shutil.copytree(january, tmp_path / "store")


@pytest.fixture
def part(read):
    """A later part, to be read under the store's mapping."""
    return lambda rows, name="part.csv", head=HEAD: read(rows, name, head, mapped=False)


def prepare(log, folder, **words):
    return cx.prepare(log, folder, progress=False, **words)


def append(log, folder, **contract):
    return prepare(log, folder, append=True, contract=contract)


# Asked of something, compared apart, or computed from what others of them say.
LEFT_OUT = ("segments", "values", "rejected", "compare", "drivers", "memo", "personas")


def tables(journeys):
    """The catalog's answers by names, and what the manifest counts; codes, lines and some answers are left out."""
    found = {}
    for known in catalog.CATALOG:
        if known.name in LEFT_OUT:
            continue
        table = known.function(journeys).table
        found[known.name] = table.drop_columns(
            [c for c in ("source", "target", "who") if c in table.column_names]
        ).to_pylist()
    for name in [known.name for known in journeys.base.attributes if known.level == "journey"]:
        found[f"segments by {name}"] = journeys.segments(by=name).table.to_pylist()
        found[f"values of {name}"] = journeys.values(of=name).table.to_pylist()
    found["rejected"] = [(row["reason"], row["text"]) for row in journeys.rejected().table.to_pylist()]
    known = journeys.manifest
    facts = ("counts", "dropped", "ties", "first", "last", "order", "zone", "roles", "several", "notes")
    found["manifest"] = {name: getattr(known, name) for name in facts}
    found["attributes"] = journeys.attributes
    names = journeys.base.names
    found["map"] = sorted((names[n["code"]], n["box"]) for n in journeys.geometry["nodes"] if n["code"] >= 0)
    return found


def assert_equal(appended, rebuilt):
    one, other = tables(appended), tables(rebuilt)
    assert one.keys() == other.keys()
    for name in one:
        assert one[name] == other[name], name


def codes(journeys):
    """The numbers that journeys, customers and activities have."""
    star, collect = journeys.base, journeys.base.engine.collect
    found = {}
    for table, name, code in (
        ("journeys", "id", "journey"),
        ("customers", "id", "customer"),
        ("activities", "name", "activity"),
    ):
        found |= {(table, row[name]): row[code] for row in collect(getattr(star, table)).to_pylist()}
    return found


def test_a_month_is_appended(read, part, tmp_path):
    """Counted by hand: J2 goes on and gets a late row on the third of January; J4 is new; one row has no journey."""
    first = prepare(read(JANUARY, "jan.csv"), tmp_path / "store")
    both = append(part(FEBRUARY, "feb.csv"), tmp_path / "store")
    assert both.manifest.counts == {"events": 7, "journeys": 4, "customers": 3, "activities": 3, "variants": 4}
    assert both.events(journey="J2").df().activity.tolist() == ["Order", "Call", "Pay"]
    assert both.journeys().df().set_index("journey")["plan"].to_dict() == {
        "J1": "gold", "J2": "late", "J3": "blue", "J4": "gold",
    }  # fmt: skip
    assert both.manifest.dropped == {"time not readable": 1, "no journey id": 1}
    assert both.rejected().df()[["line", "reason", "source"]].values.tolist() == [
        [6, "time not readable", "jan.csv"],
        [4, "no journey id", "feb.csv"],
    ]
    assert [(one.source, one.events) for one in both.manifest.parts] == [("jan.csv", 4), ("feb.csv", 3)]
    assert both.changes.head == "3 events; 1 new journey, 1 that go on"
    assert codes(first).items() <= codes(both).items()
    assert_equal(both, prepare(read(JANUARY + FEBRUARY), tmp_path / "whole"))
    assert cx.open(tmp_path / "store").manifest == both.manifest


def test_readers_of_the_old_version_read_on(store, part):
    reader = cx.open(store)
    before = tables(cx.open(store))
    append(part(FEBRUARY), store)
    assert tables(reader) == before


def test_the_same_part_again_changes_nothing_and_says_so(read, part, tmp_path):
    prepare(read(JANUARY, "jan.csv"), tmp_path / "store")
    once = append(part(FEBRUARY, "feb.csv"), tmp_path / "store")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "store").rglob("*") if path.name != ".lock"}
    for log, number in ((part(FEBRUARY, "other name.csv"), 2), (part(JANUARY, "jan.csv"), 1)):
        with pytest.warns(UserWarning, match=f"in the store already, as part {number}; nothing was changed"):
            again = append(log, tmp_path / "store")
        assert again.manifest == once.manifest
    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "store").rglob("*") if path.name != ".lock"}


def test_rows_that_are_there_already(read, part, tmp_path):
    """An export of all rows so far: refused with the count; left out, or kept twice, when the contract says so."""
    store = tmp_path / "store"
    prepare(read(JANUARY), store)
    whole = [*JANUARY, JANUARY[0], *FEBRUARY]
    with pytest.raises(Refused, match=r"4 of 8 rows \(50%\) are in the store already.*leave out") as said:
        append(part(whole), store)
    assert [one.count for one in said.value.changes.found if one.check == "overlap"] == [4]
    assert cx.open(store).manifest.counts["events"] == 4
    shutil.copytree(store, tmp_path / "other")
    assert_equal(
        append(part(whole), tmp_path / "other", overlap="report"), prepare(read(JANUARY + whole), tmp_path / "double")
    )
    left = append(part(whole), store, overlap="leave out")
    assert left.manifest.counts["events"] == 8
    bad = [JANUARY[-1]]
    assert_equal(left, prepare(read([*JANUARY, *bad, JANUARY[0], *FEBRUARY]), tmp_path / "single"))
    version = left.manifest.version
    with pytest.warns(UserWarning, match="Every row"):
        assert append(part(JANUARY[:2], "more.csv"), store, overlap="leave out").manifest.version == version


VALUES = ["", "1", "2", "2.50", "-0", "true", "TRUE", "x", "123456789012345678", "1e3"]
ROW = some.tuples(
    some.sampled_from(["J1", "J2", "J3", "J4", "a", ""]),
    some.sampled_from(["C1", "C2", ""]),
    some.sampled_from(["A", "B", "C", "D", " "]),
    some.sampled_from(["2025-01-01", "2025-01-02", "2025-01-03 10:00", "never"]),
    *[some.sampled_from(VALUES)] * 3,
)


def usable(row):
    return bool(row[0] and row[2].strip() and row[3] != "never")


PARTS = some.lists(
    some.lists(ROW, min_size=1, max_size=6).filter(lambda rows: any(map(usable, rows))),
    min_size=2,
    max_size=4,
    unique_by=str,
)


def frame(rows):
    import pyarrow as pa

    names = ("id", "who", "act", "when", "plan", "note", "rank")
    return pa.table(
        {name: pa.array(values, pa.string()) for name, values in zip(names, zip(*rows, strict=True), strict=True)}
    )


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PARTS, some.booleans(), some.booleans())
def test_any_rows_in_any_parts_are_the_rebuild(tmp_path_factory, parts, ranked, timed):
    folder = tmp_path_factory.mktemp("law")
    roles = {**ROLES, **KEPT, "order": "rank" if ranked else None, "time": "when" if timed else ""}
    if not timed:
        parts = [[row for row in rows if row[0] and row[2].strip()] for rows in parts]
    appended = prepare(cx.read(frame(parts[0])).roles(**roles), folder / "store")
    for rows in parts[1:]:
        before = codes(appended)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                appended = append(cx.read(frame(rows)), folder / "store", **OPEN)
            except cx.CxError as refused:  # what texts had ordered, numbers do not
                assert "Prepare all parts anew" in str(refused), refused
                return
        assert before.items() <= codes(appended).items()
    whole = cx.read(frame([row for rows in parts for row in rows])).roles(**roles)
    assert_equal(appended, prepare(whole, folder / "whole"))


def test_starts_and_ends_go_on_over_the_border(read, part, tmp_path):
    """Pay starts at ten and ends at noon; Ship, of the next part, starts at one: an hour is waited."""
    head = "id,who,act,when,plan,note,begun\n"
    one = ["J1,C1,Pay,2025-01-01 12:00,gold,1,2025-01-01 10:00"]
    two = ["J1,C1,Ship,2025-01-01 15:00,gold,2,2025-01-01 13:00", "J2,C1,Ship,2025-01-02 10:00,gold,2,2025-01-02 11:00"]
    prepare(read(one, head=head, start="begun"), tmp_path / "store")
    both = append(part(two, head=head), tmp_path / "store")
    rebuilt = prepare(read(one + two, head=head, start="begun"), tmp_path / "whole")
    assert both.waiting().table.to_pylist() == rebuilt.waiting().table.to_pylist()
    events = both.base.engine.collect(both.base.events.sort("journey", "position")).to_pylist()
    assert [(row["service"], row["waiting"]) for row in events] == [(7200e6, 3600e6), (7200e6, None), (None, None)]
    assert both.manifest.notes == ("1 events would end before they start; when they started is unknown.",)
    assert_equal(both, rebuilt)


def test_joined_rows_are_not_appended(read, part, tmp_path):
    """A start in one part belongs to an end in another, which only all parts together can tell; so does a silence."""
    rows = ["J1,C1,Pay,2025-01-01,start,1", "J1,C1,Pay,2025-01-02,complete,1"]
    log = read(rows, mapped=False).roles(**ROLES, lifecycle="plan")
    prepare(log, tmp_path / "store")
    prepare(read(JANUARY).split(silence="1d"), tmp_path / "split")
    for folder in ("store", "split"):
        with pytest.raises(cx.CxError, match="cannot be appended"):
            append(part(FEBRUARY), tmp_path / folder)


def test_every_engine_appends_the_same(engine, read, part, tmp_path):
    prepare(read(JANUARY), tmp_path / "store", engine=engine)
    both = prepare(part(FEBRUARY), tmp_path / "store", append=True, engine=engine)
    again = prepare(part(["J5,C9,Return,2025-03-01,n/a,x"], "mar.csv"), tmp_path / "store", append=True, engine=engine)
    assert both.manifest.made_with["engine"] == engine.name if hasattr(engine, "name") else "spark"
    rebuilt = prepare(read([*JANUARY, *FEBRUARY, "J5,C9,Return,2025-03-01,n/a,x"]), tmp_path / "whole")
    assert_equal(again, rebuilt)
    assert_equal(cx.open(tmp_path / "store"), rebuilt)


def worse(store, **change):
    file = store / "manifest.json"
    file.write_text(json.dumps(sealed({**json.loads(file.read_text(encoding="utf-8")), **change})))


PART = {"source": "x", "fingerprint": "y", "events": 1, "stamps": "", "brings": "", "notes": [], "changes": []}
CHANGE = {"check": "volume", "severity": "high", "what": "x", "column": "", "count": 1, "of": None, "examples": []}


@pytest.mark.parametrize(
    "change",
    [
        *({"columns": one} for one in (5, [5], ["id"], [])),
        *({"fits": one} for one in (5, {}, {"x4": ["DROP"], "x5": []}, {"x4": 5})),
        *({"parts": one} for one in (5, [5], [], [{}], [{**PART, "events": "many"}], [{**PART, "source": 5}])),
        *({"parts": [{**PART, "changes": [{**CHANGE, **one}]}]} for one in ({"severity": "x"}, {"of": "x"}, {"no": 1})),
        *({"several": one} for one in (5, {"customer": "many"})),
        *({"roles": one} for one in ({}, {"journey": "nowhere", "activity": "act", "customer": "who"})),
        {"attributes": [{"name": "a", "column": "x99999", "level": "journey", "kind": "text"}]},
        {"attributes": [{"name": "plan", "column": "x4", "level": "journey", "kind": "number"}]},
        {"timed": False},
    ],
    ids=lambda change: str(change)[:60],
)
def test_a_manifest_of_an_attacker_takes_no_part(change, store, part):
    """What it says is refused in our own words, and what was there stays."""
    worse(store, **change)
    before = sorted(path for path in store.rglob("*") if path.name != ".lock")
    with pytest.raises(cx.CxError, match=r"[Pp]repare"):
        append(part(FEBRUARY), store)
    assert sorted(path for path in store.rglob("*") if path.name != ".lock") == before


@pytest.mark.parametrize("table", ["events", "rows", "journeys", "customers", "activities", "variants", "rejected"])
def test_a_damaged_store_takes_no_part(table, store, part):
    before = (store / "manifest.json").read_bytes()
    for file in store.glob(f"v-*/{table}/*.parquet"):
        file.write_bytes(b"PAR1 garbage PAR1")
    with pytest.raises(cx.CxError, match="damaged"):
        append(part(FEBRUARY), store)
    assert (store / "manifest.json").read_bytes() == before


def test_one_process_at_a_time(store, part):
    import filelock

    with filelock.FileLock(store / ".lock"), pytest.raises(cx.CxError, match="Another process"):
        append(part(FEBRUARY), store)


def test_one_log_object_may_go_into_several_stores(read, store, tmp_path):
    """Whatever it was used for before: what one store knows is not known in another."""
    log = read(FEBRUARY, "feb.csv")
    alone = tables(prepare(log, tmp_path / "alone"))
    rebuilt = tables(prepare(read(JANUARY + FEBRUARY), tmp_path / "whole"))
    assert tables(append(log, store)) == rebuilt
    prepare(read(FEBRUARY[:1]), tmp_path / "other")
    assert tables(prepare(log, tmp_path / "again")) == alone


def test_there_is_nothing_to_append_to(part, tmp_path):
    with pytest.raises(cx.CxError, match="no journey store"):
        append(part(FEBRUARY), tmp_path / "store")
    assert not (tmp_path / "store").exists()
