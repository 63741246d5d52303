"""Databases: a real PostgreSQL server and SQLite files; values, streaming, names that mean harm, and secrets."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from support.machine import missing

import cxkit as cx

PASSWORD = "p@ss:w/rd%41 ü"
HOSTILE = 'x"; DROP TABLE events; --%s :name'
EVENTS = 25_000


def program(name):
    """A program of PostgreSQL, on the path or where Debian puts it."""
    placed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(placed[-1]) if placed else missing("a PostgreSQL server"))


def owner():
    """As whom the server runs; it refuses to be root."""
    return {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.name == "posix" and not os.getuid() else {}


@pytest.fixture(scope="module")
def server():
    """A PostgreSQL server of this test alone, with a password; gives how to reach it and its log."""
    initdb, pg_ctl = program("initdb"), program("pg_ctl")
    folder = Path(tempfile.mkdtemp(prefix="cxkit-pg-"))
    if owner():
        shutil.chown(folder, owner()["user"], owner()["group"])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(*command):
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=300, **owner())

    (folder / "word").write_text(PASSWORD, encoding="utf-8")
    (folder / "word").chmod(0o644)
    run(initdb, "-D", "data", "-U", "shop", "-A", "scram-sha-256", "--pwfile=word", "-E", "UTF8", "--no-sync")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c log_statement=all"
    run(pg_ctl, "-D", "data", "-w", "-t", "200", "-l", "log", "-o", options, "start")
    try:
        yield {"host": "127.0.0.1", "port": port, "user": "shop", "password": PASSWORD}, folder / "log"
    finally:
        run(pg_ctl, "-D", "data", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def shop(server):
    """The address of a database with events, five in each order."""
    with psycopg.connect(**server[0], dbname="postgres", autocommit=True) as connection:
        connection.execute("CREATE SCHEMA sales")
        connection.execute(
            """CREATE TABLE events AS SELECT n AS id, n / 5 AS "Order", 'step ' || n %% 5 AS step, n %% 4 AS client,
            timestamptz '2024-03-01 09:30+02' + n * interval '1 minute' AS at FROM generate_series(0, %s) n""",
            [EVENTS - 1],
        )
        connection.execute("CREATE TABLE sales.events AS SELECT 'S1' AS id, 'Buy' AS step")
        connection.execute("CREATE VIEW late AS SELECT * FROM events WHERE id >= 24990")
        hostile = sql.Identifier(HOSTILE)
        connection.execute(sql.SQL("CREATE TABLE {} ({} int, step text)").format(hostile, hostile))
        connection.execute(sql.SQL("INSERT INTO {} VALUES (1, 'Pay')").format(hostile))
    # By hand, so that the test knows how a password is written in an address: every odd byte as %XX.
    word = "".join(f"%{byte:02X}" for byte in PASSWORD.encode())
    return f"postgresql://shop:{word}@127.0.0.1:{server[0]['port']}/postgres"


@pytest.fixture
def by_name(shop, monkeypatch):
    monkeypatch.setenv("SHOP_DB", shop)
    return "env:SHOP_DB"


# ---- PostgreSQL ------------------------------------------------------------------------------------------------------


def test_a_table_becomes_a_store(by_name, tmp_path):
    log = cx.read(by_name, table="events").roles(journey="Order", activity="step", time="at", order="id")
    journeys = cx.prepare(log, tmp_path / "store", progress=False)
    assert journeys.manifest.counts == {"events": EVENTS, "journeys": 5_000, "customers": 5_000} | {
        part: journeys.manifest.counts[part] for part in ("activities", "variants")
    }
    assert journeys.variants().df()["count"].tolist() == [5_000]
    assert journeys.manifest.first == int(datetime(2024, 3, 1, 7, 30, tzinfo=UTC).timestamp() * 1e6)
    assert journeys.manifest.reading["table"] == "events"


def test_rows_stream_from_a_cursor_of_the_server(shop, server):
    before = len(server[1].read_text(encoding="utf-8"))
    assert len(cx.read(shop, query="SELECT id, step FROM events ORDER BY id").head(EVENTS + 1)) == EVENTS
    said = server[1].read_text(encoding="utf-8")[before:]
    assert "BEGIN READ ONLY" in said
    assert "DECLARE" in said
    assert said.count("FETCH FORWARD") >= EVENTS // 10_000


def test_a_view_and_a_table_of_a_schema_are_read(shop):
    assert cx.read(shop, table="late").head(99)["id"].tolist() == list(range(24_990, 25_000))
    assert cx.read(shop, table="sales.events").head().to_numpy().tolist() == [["S1", "Buy"]]


def test_a_query_is_sent_as_it_is_written(shop):
    query = (
        "SELECT '100%' AS share, ' :name' AS text, '%s' AS mark, id FROM events WHERE step LIKE 'step 3%' ORDER BY id"
    )
    log = cx.read(shop, query=query)
    assert log.head(1).to_numpy().tolist() == [["100%", " :name", "%s", 3]]
    assert log.source.reading["query"] == query
    assert log.source.notes == ()
    assert "in no certain order" in cx.read(shop, table="late").source.notes[0]


def test_every_kind_of_value_has_a_place(shop):
    query = """SELECT 1::int2 AS small, 9223372036854775807 AS large, 12.50::numeric AS price,
        12345678901234567890::numeric AS huge, 0.5::float8 AS share, true AS paid, date '1999-12-31' AS day,
        timestamp '2024-03-01 09:30' AS local, timestamptz '2024-03-01 09:30+02' AS instant, time '07:05' AS clock,
        interval '30 hours' AS took, '6f2f0f4e-5c3c-4a0c-9f0e-000000000001'::uuid AS id, '{"a": [1]}'::jsonb AS doc,
        ARRAY[1, 2] AS list, '\\x00ff'::bytea AS bytes, 'ünï' AS text, NULL AS nothing, 1 AS small"""
    log = cx.read(shop, query=query)
    kinds = dict(zip(log.columns, log.source.kinds, strict=True))
    assert kinds == {
        "small": "integer", "large": "integer", "price": "number", "huge": "text", "share": "number", "paid": "boolean",
        "day": "date", "local": "time", "instant": "time", "clock": "text", "took": "text", "id": "text", "doc": "text",
        "list": "text", "bytes": "text", "text": "text", "nothing": "text", "small (2)": "integer",
    }  # fmt: skip
    row = log.head().iloc[0]
    assert (row["large"], row["price"], row["huge"]) == (2**63 - 1, 12.5, "12345678901234567890")
    assert row["local"] == datetime(2024, 3, 1, 9, 30)
    assert row["instant"] == datetime(2024, 3, 1, 7, 30, tzinfo=UTC)
    assert (row["clock"], row["took"], row["doc"], row["list"]) == ("07:05:00", "30:00:00", '{"a": [1]}', "[1, 2]")
    assert (row["bytes"], row["text"], str(row["day"])[:10]) == ("00ff", "ünï", "1999-12-31")


def test_a_name_is_quoted_by_the_database(shop):
    log = cx.read(shop, table=HOSTILE)
    assert log.columns == [HOSTILE, "step"]
    assert log.head().to_numpy().tolist() == [[1, "Pay"]]
    for name in ("events; DROP TABLE events", "events--", "sales.nothing", "a.b.c", "'", '"'):
        with pytest.raises(cx.CxError, match="No table"):
            cx.read(shop, table=name)
    assert cx.read(shop, query="SELECT count(*) AS n FROM events").head()["n"].tolist() == [EVENTS]


@pytest.mark.parametrize(
    "query", ["DELETE FROM events", "DROP TABLE events", "SELECT nextval('seq')", "INSERT INTO events"]
)
def test_a_query_changes_nothing(shop, server, query):
    with psycopg.connect(**server[0], dbname="postgres", autocommit=True) as connection:
        connection.execute("CREATE SEQUENCE IF NOT EXISTS seq")
    with pytest.raises(cx.CxError):
        cx.read(shop, query=query)
    assert cx.read(shop, query="SELECT count(*) AS n FROM events").head()["n"].tolist() == [EVENTS]


# ---- what is said, and what never is ---------------------------------------------------------------------------------

SECRETS = ("p@ss", "%70%40", "p%40ss", "w/rd")


def told(action):
    with pytest.raises(cx.CxError) as caught:
        action()
    return str(caught.value), "".join(traceback.format_exception(caught.value))


def test_no_secret_is_shown_or_kept(by_name, shop, tmp_path, caplog):
    query = f"SELECT id, step, '{PASSWORD}' AS word FROM events WHERE id < 20 ORDER BY id"
    log = cx.read(shop, query=query).roles(journey="id", activity="step", event_attributes=[])
    journeys = cx.prepare(log, tmp_path / "store", progress=False)
    kept = "".join(path.read_bytes().decode("latin-1") for path in (tmp_path / "store").rglob("*") if path.is_file())
    shown = [repr(log), log._repr_html_(), repr(vars(log.source)), repr(journeys.manifest), kept, caplog.text]
    wrong = shop.replace("shop:", "shop:x")
    for address, asked in (
        (shop, {"query": "SELECT nothing"}),
        (shop, {"table": "event"}),
        (shop, {}),
        (wrong, {"table": "events"}),
        (shop.replace("postgresql", "nosuchbase"), {"table": "events"}),
        (shop.replace("://", ":/"), {"table": "events"}),
        (shop.replace("@127.0.0.1:", "@127.0.0.1:x"), {"table": "events"}),
        (f"{shop}?password={PASSWORD}&nonsense={PASSWORD}", {"table": "events"}),
        (by_name, {"query": f"SELECT '{PASSWORD}'::int"}),
        (Path(shop), {"table": "events"}),
    ):
        shown += told(lambda address=address, asked=asked: cx.read(address, **asked))
    assert len(shown) == 26
    for text in shown:
        assert not [secret for secret in SECRETS if secret in text], text


@pytest.mark.parametrize(
    ("source", "asked", "said"),
    [
        ("env:NO_SUCH_DB", {"table": "events"}, 'no environment variable "NO_SUCH_DB"'),
        ("nosuchbase://host/x", {"table": "events"}, 'knows no database "nosuchbase"'),
        ("oracle+oracledb://host/x", {"table": "events"}, 'install the Python package "oracledb"'),
        ("https://example.org/log.csv", {}, "fetches nothing from the web"),
        ("sqlite:///no/such/file.db", {"table": "events"}, "There is no file"),
        ("sqlite://", {"table": "events"}, "There is no file"),
        ("postgresql://shop@127.0.0.1:1/x", {"table": "events"}, "does not answer as asked"),
    ],
)
def test_what_cannot_be_reached_is_said(source, asked, said):
    with pytest.raises(cx.CxError, match=said):
        cx.read(source, **asked)


def test_which_rows_must_be_said(shop):
    with pytest.raises(cx.CxError, match=r'table= or query=, one of them\. Its tables are "events"'):
        cx.read(shop)
    with pytest.raises(cx.CxError, match="one of them"):
        cx.read(shop, table="events", query="SELECT 1")
    with pytest.raises(cx.CxError, match=r'No table "event"\. Closest: "events"'):
        cx.read(shop, table="event")
    with pytest.raises(cx.CxError, match='relation "nothing" does not exist'):
        cx.read(shop, query="SELECT * FROM nothing")


# ---- SQLite ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def sqlite_file(tmp_path):
    path = tmp_path / "sh%op #1.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE events (id, step TEXT, at TEXT, paid)")
        rows = [(1, "Order", "2024-03-01 09:30", 9.5), ("A-2", "Pay", "2024-03-01 11:30", None)]
        database.executemany("INSERT INTO events VALUES (?, ?, ?, ?)", rows)
        database.execute('CREATE TABLE "a ""b"" %" (n INTEGER)')
    database.close()
    return path


def test_a_sqlite_file_is_read_by_path_and_by_address(sqlite_file):
    for source in (sqlite_file, str(sqlite_file), f"sqlite:///{sqlite_file}"):
        log = cx.read(source, table="events")
        first, second = log.head().astype(object).to_numpy().tolist()
        assert first == ["1", "Order", "2024-03-01 09:30", 9.5]
        assert second[:3] == ["A-2", "Pay", "2024-03-01 11:30"]
        assert log.source.kinds == ("text", "text", "text", "number")
    assert cx.read(sqlite_file, table='a "b" %').columns == ["n"]


def test_a_sqlite_file_is_never_written(sqlite_file, monkeypatch):
    monkeypatch.chdir(sqlite_file.parent)
    before = sqlite_file.read_bytes()
    for query in ("DELETE FROM events", "CREATE TABLE x (y)", "PRAGMA user_version = 7", "ATTACH 'new.db' AS new"):
        with pytest.raises(cx.CxError):
            cx.read(sqlite_file, query=query)
    assert sqlite_file.read_bytes() == before
    assert not Path("new.db").exists()


def test_a_sqlite_file_that_is_no_log_says_how_to_read_it(sqlite_file):
    with pytest.raises(cx.CxError, match=r"name it with table="):
        cx.read(sqlite_file)


def test_a_file_that_is_no_database_says_so(tmp_path):
    (tmp_path / "x.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(cx.CxError, match="file is not a database"):
        cx.read(tmp_path / "x.db", table="events")
