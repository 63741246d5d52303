"""The store: what its manifest says, how it is replaced, what readers may count on, what an attacker may write."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import cxkit as cx
from cxkit import schema
from cxkit.store.digests import sealed
from cxkit.store.geometry import PICTURE
from cxkit.views.theme import NO_MATH

ROLES = {"journey": "id", "activity": "act", "time": "when"}
ROWS = [
    "J1,A,2025-01-01,gold,7",
    "J1,B,2025-01-02,gold,2",
    "J1,C,2025-01-02,gold,1",
    "J2,A,2025-01-03,,3",
    "J2,B,bad,gold,4",
    "J2,,2025-01-03,blue,5",
]
HEAD = "id,act,when,plan,rank\n"


@pytest.fixture
def make(tmp_path):
    """Prepare the store of some rows."""

    def prepare(rows=ROWS, folder="store", name="log.csv", **roles):
        (tmp_path / name).write_text(HEAD + "\n".join(rows) + "\n")
        log = cx.read(tmp_path / name).roles(
            **{**ROLES, "journey_attributes": ["plan"], "event_attributes": ["rank"], **roles}
        )
        return cx.prepare(log, tmp_path / folder, progress=False)

    return prepare


def listing(folder):
    """Every path below a folder with its size and time of change."""
    return {
        str(path.relative_to(folder)): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
    }


def numbers(journeys):
    """An answer from every table, as text."""
    asked = ("summary", "activities", "variants", "process_map", "journeys", "events", "rejected")
    tables = [repr(getattr(journeys, name)().table.to_pylist()) for name in asked]
    return [*tables, repr(journeys.geometry), str(journeys.n)]


def test_manifest_of_the_toy_log(toy):
    known = toy.manifest
    assert known.counts == {
        "events": 40,
        "journeys": 12,
        "customers": 10,
        "activities": 6,
        "variants": len(toy.variants().df()),
    }
    assert (known.dropped, known.ties, known.timed, known.zone, known.format) == ({}, 0, True, "UTC", schema.FORMAT)
    named = {"journey": "order", "activity": "step", "time": "when", "customer": "client"}
    assert known.roles == named | {"order": None, "start": None}
    assert [(one.name, one.level, one.kind) for one in known.attributes] == [
        ("plan", "journey", "text"),
        ("channel", "event", "text"),
    ]
    assert known.last - known.first == 289 * 3_600 * schema.SECOND
    assert known.made_with["engine"] == "duckdb"


def test_manifest_of_a_log_with_faults(make, tmp_path):
    known = make(zone="Europe/Berlin").manifest
    assert known.counts == {"events": 4, "journeys": 2, "customers": 2, "activities": 3, "variants": 2}
    assert known.dropped == {"time not readable": 1, "no activity": 1}
    assert (known.ties, known.order, known.zone, known.source) == (1, "time, then row", "Europe/Berlin", "log.csv")
    assert known.reading == {"delimiter": "comma", "encoding": "utf-8", "time": "ISO 8601"}
    assert known.fingerprint == hashlib.sha256((tmp_path / "log.csv").read_bytes()).hexdigest()
    assert known.notes == ()
    assert cx.open(tmp_path / "store").manifest == known


@pytest.mark.parametrize(
    ("order", "activities", "rule"), [(None, "ABC", "time, then row"), ("rank", "ACB", 'time, then "rank", then row')]
)
def test_ties_follow_the_order_rule(order, activities, rule, make):
    journeys = make(order=order, event_attributes=[])
    assert "".join(journeys.events(journey="J1").df().activity) == activities
    assert (journeys.manifest.order, journeys.manifest.ties) == (rule, 1)


def test_numbers_order_as_numbers(make):
    journeys = make([f"J1,A{rank},2025-01-01,x,{rank}" for rank in (10, 9, 100, 1)], order="rank", event_attributes=[])
    assert journeys.events().df().activity.tolist() == ["A1", "A9", "A10", "A100"]


def test_rows_without_ties_may_come_in_any_order(make):
    rows = [f"J{n % 7},A{n % 5},2025-01-01 00:{n:02}:00,p{n % 7},{n}" for n in range(60)]
    one, other = make(rows), make(rows[::-1], folder="other")
    assert numbers(one) == numbers(other)
    assert one.manifest.version != other.manifest.version


def test_the_same_log_again_costs_nothing(make, tmp_path, monkeypatch):
    first = make()
    before = listing(tmp_path / "store")
    monkeypatch.setattr("cxkit.store.prepare._build", lambda *arguments: pytest.fail("built again"))
    again = make()
    assert again.manifest == first.manifest
    assert listing(tmp_path / "store").keys() == before.keys()
    assert {name: seen for name, seen in listing(tmp_path / "store").items() if name != ".lock"} == {
        name: seen for name, seen in before.items() if name != ".lock"
    }


CHANGES = [
    *({"zone": "Europe/Berlin"}, {"time_format": "%Y-%m-%d"}, {"name": "other.csv"}, {"journey_attributes": []}),
    *({"order": "rank", "event_attributes": []}, {"customer": "plan", "journey_attributes": []}),
]


@pytest.mark.parametrize("change", CHANGES, ids=repr)
def test_other_roles_are_another_version(change, make):
    assert make().manifest.version != make(**change).manifest.version


def test_another_source_replaces_and_the_previous_version_stays_for_its_readers(make, tmp_path):
    reader = make()
    reader_numbers = numbers(cx.open(tmp_path / "store"))
    newer = make([*ROWS, "J3,A,2025-02-01,gold,1"])
    assert (reader.n.journeys, newer.n.journeys, cx.open(tmp_path / "store").n.journeys) == (2, 3, 3)
    assert numbers(reader) == reader_numbers
    newest = make([*ROWS, "J3,A,2025-02-01,gold,1", "J4,A,2025-02-01,gold,1"])
    versions = {path.name for path in (tmp_path / "store").iterdir() if path.name.startswith("v-")}
    assert versions == {newer.manifest.version, newest.manifest.version}
    assert numbers(newer)[-1] == "3 journeys; customers unknown: each journey counts as one"


def test_back_to_the_previous_version(make):
    first = make()
    expected = numbers(first)
    make(ROWS[:2])
    assert numbers(make()) == expected == numbers(first)


def test_leftovers_are_swept_and_strangers_stay(make, tmp_path):
    folder = tmp_path / "store"
    for name in (".making-abc/events", "v-0123456789abcdef/events", "v-mine", "sub"):
        (folder / name).mkdir(parents=True)
    for name in (".manifest-abc", "keep.txt", ".making-abc/half.parquet", "sub/keep.txt"):
        (folder / name).write_text("x")
    version = make().manifest.version
    assert {path.name for path in folder.iterdir()} == {".lock", "manifest.json", version, "v-mine", "sub", "keep.txt"}
    assert (folder / "sub" / "keep.txt").read_text() == "x"


def test_readers_write_nothing(make, tmp_path):
    make()
    before, files = listing(tmp_path), set(Path().iterdir())
    from cxkit import where as w

    journeys = cx.open(tmp_path / "store")
    numbers(journeys)
    numbers(
        journeys.keep(w.contains("A"))
        .tag("c", w.contains("C"))
        .trim(since="2025-01-01", until="2025-01-03")
        .sample(1.0)
    )
    repr(journeys), journeys.process_map()._repr_html_()
    assert listing(tmp_path) == before
    assert set(Path().iterdir()) == files


def test_independent_of_the_current_directory(make, tmp_path, monkeypatch):
    expected = numbers(make())
    monkeypatch.chdir(tmp_path)
    opened = cx.open("store")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert numbers(cx.open("../store")) == expected == numbers(opened)


@pytest.mark.parametrize("name", ["st*re [x]", "qu'o te", "ünï 😀", "a{b}", "$path %s", "v-0123456789abcdef"])
def test_folders_of_any_name(name, make, tmp_path):
    (tmp_path / "st-re x" / "events").mkdir(parents=True)
    assert numbers(make(folder=name)) == numbers(make(folder="plain")) == numbers(cx.open(tmp_path / name))


def test_home_is_expanded(make, tmp_path, monkeypatch):
    make()
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path))
    assert cx.open("~/store").n.journeys == 2


@pytest.mark.parametrize("folder", [None, 5, "a\0b", "x" * 5_000, "file", "file/below"])
def test_no_folder_for_a_store(folder, make, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("mine")
    log = cx.read(cx.toy_table()).roles(journey="order", activity="step", time="when")
    for act in (lambda: cx.prepare(log, folder, progress=False), lambda: cx.open(folder)):
        with pytest.raises(cx.CxError):
            act()
    assert (tmp_path / "file").read_text() == "mine"


def test_no_store_there(tmp_path):
    with pytest.raises(cx.CxError, match=r"no journey store.*cx\.prepare\(log,"):
        cx.open(tmp_path)
    with pytest.raises(cx.CxError, match=r"cx\.prepare\(cx\.read"):
        cx.prepare("log.csv", tmp_path)
    for engine in ("duckdb", 5, object):
        with pytest.raises(cx.CxError, match="engine="):
            cx.prepare(cx.read(cx.toy_table()), tmp_path, engine=engine)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="needs a user whom file permissions bind")
def test_read_only_folders(make, tmp_path):
    expected = numbers(make())
    (tmp_path / "store").chmod(0o500)
    try:
        assert numbers(cx.open(tmp_path / "store")) == expected
        with pytest.raises(cx.CxError, match="cannot"):
            make(ROWS[:2])
        assert numbers(cx.open(tmp_path / "store")) == expected
    finally:
        (tmp_path / "store").chmod(0o700)


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX limits")
@pytest.mark.parametrize("limit", [200, 2_000, 60_000])
def test_a_full_disk(limit, make, tmp_path):
    import resource

    expected = numbers(make())
    before = {path.name for path in (tmp_path / "store").iterdir()}
    (tmp_path / "big.csv").write_text(
        HEAD + "".join(f"J{n},A{n % 9},2025-01-01,p{n * 7919},{n}\n" for n in range(20_000))
    )
    log = cx.read(tmp_path / "big.csv").roles(**ROLES)
    repr(log)
    allowed = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, allowed[1]))
    try:
        with pytest.raises(cx.CxError):
            cx.prepare(log, tmp_path / "store", progress=False)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, allowed)
    assert {path.name for path in (tmp_path / "store").iterdir()} == before
    assert numbers(cx.open(tmp_path / "store")) == expected


def attribute(**change):
    return [{"name": "a", "column": "x3", "level": "journey", "kind": "text", **change}]


WORST = [
    *("", "[]", "5", '"x"', "null", '{"format":', "[" * 100_000, '{"format": ' + "9" * 5_000 + "}"),
    *(b'{"format": 1, "source": "\xfc"}', b"\xff\xfe\0\0"),
    *({"version": one} for one in ("../..", "v-0123456789abcdef\n", "v-" + "0" * 16, "/etc", 5, None, ["v"])),
    *({"format": one} for one in (99, "1", None)),
    *({"zone": one} for one in ("../../etc/passwd", 5, None)),
    *({"notes": one} for one in (5, [5])),
    *({"attributes": one} for one in (5, [5], [{"name": "a"}], attribute(column="x9"), attribute(level="galaxy"))),
    {"attributes": attribute(column='x3"; DROP TABLE')},
    {"counts": {}},
    *({name: "many"} for name in ("counts", "dropped", "ties", "roles", "reading", "tables")),
    *({"engagement": 5}, {"tables": [5]}),
]


@pytest.mark.parametrize("worst", WORST, ids=lambda worst: str(worst)[:50])
def test_a_manifest_of_an_attacker(worst, make, tmp_path):
    """Opening refuses it, or every answer comes out as before; preparing mends it."""
    expected = numbers(make())
    file = tmp_path / "store" / "manifest.json"
    if isinstance(worst, dict):
        worst = json.dumps(sealed({**json.loads(file.read_text(encoding="utf-8")), **worst}))
    file.write_bytes(worst.encode() if isinstance(worst, str) else worst)
    try:
        found = numbers(cx.open(tmp_path / "store"))
    except cx.CxError as error:
        assert "Prepare the log again" in str(error)
    else:
        assert found == expected
    assert make(ROWS[:2]).n.journeys == cx.open(tmp_path / "store").n.journeys == 1


def test_facts_of_another_time_are_ignored(make, tmp_path):
    make()
    file = tmp_path / "store" / "manifest.json"
    file.write_text(json.dumps(sealed({**json.loads(file.read_text(encoding="utf-8")), "new_fact": 1})))
    assert cx.open(tmp_path / "store").n.journeys == 2


@pytest.mark.parametrize("harm", ["missing", "empty folder", "garbage"])
@pytest.mark.parametrize("table", [*schema.TABLES, PICTURE])
def test_a_damaged_store_says_so_and_can_be_prepared_again(table, harm, make, tmp_path):
    journeys = make()
    expected = numbers(journeys)
    place = tmp_path / "store" / journeys.manifest.version / table
    files = list(place.glob("*.parquet")) if place.is_dir() else [place]
    for file in files:
        file.unlink() if harm != "garbage" else file.write_bytes(b"PAR1 garbage PAR1")
    if harm == "missing" and place.is_dir():
        shutil.rmtree(place)
    with pytest.raises(cx.CxError, match="Prepare the log again"):
        numbers(cx.open(tmp_path / "store"))
    assert numbers(make()) == expected


PREPARE = """
import sys, cxkit as cx
try:
    log = cx.read(sys.argv[1]).roles(journey="id", activity="act", time="when")
    log.settled
    print("ready", flush=True)
    sys.stdin.readline()
    print(cx.prepare(log, sys.argv[2], progress=False).n.journeys)
except cx.CxError as error:
    print(error)
"""


def test_two_prepares_at_once_and_a_reader(make, tmp_path):
    """One wins, or the others find its store; who cannot prepare says so; a reader sees a whole store all the time."""
    file = tmp_path / "big.csv"
    file.write_text(HEAD + "".join(f"J{n % 9000},A{n % 9},2025-01-01,p,{n}\n" for n in range(45_000)))
    make()
    run = [sys.executable, "-c", PREPARE, str(file), str(tmp_path / "store")]
    racing = [subprocess.Popen(run, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    for process in racing:
        assert process.stdout.readline() == "ready\n"
    for process in racing:
        process.stdin.write("go\n")
        process.stdin.flush()
    while any(process.poll() is None for process in racing):
        assert cx.open(tmp_path / "store").summary().df().journeys[0] in (2, 9_000)
    said = [process.communicate()[0].strip() for process in racing]
    assert "9000" in said
    assert all(one == "9000" or "Another process is preparing" in one for one in said)
    assert cx.open(tmp_path / "store").n.journeys == 9_000


def test_what_is_said_of_a_log_stays_with_its_store(tmp_path):
    log = cx.read(cx.toy_table(), about="A shop.\n\n<b>Orders</b> go wrong.")
    journeys = cx.prepare(log.roles(journey="order", activity="step", time="when"), tmp_path / "store")
    assert cx.open(journeys.folder).about == "A shop.\n\n<b>Orders</b> go wrong."
    assert journeys.about._repr_html_() == (
        f'<h2 class="{NO_MATH}">Whose journeys are these?</h2>'
        f'<p class="{NO_MATH}">A shop.</p><p class="{NO_MATH}">&lt;b&gt;Orders&lt;/b&gt; go wrong.</p>'
    )
    assert cx.toy_journeys().about._repr_html_() == ""


def test_the_manifest_of_another_program_stays(tmp_path):
    (tmp_path / "manifest.json").write_text('{"name": "my app"}')
    with pytest.raises(cx.CxError, match="Choose another folder"):
        cx.prepare(cx.read(cx.toy_table()), tmp_path, progress=False)
    assert (tmp_path / "manifest.json").read_text() == '{"name": "my app"}'
