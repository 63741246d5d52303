"""Tables beside the log, joined to what they speak of: an event where they have a time, else a journey or a customer.

A row that names a journey is joined to that journey's last event at or before its time; a row that names a customer
only, to the last event at or before its time over all of the customer's journeys. An event counts from when it was
done; of events at the same time the later one in the order of the journey counts. All of it runs in DuckDB.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING

from cxkit import schema
from cxkit.reading import stamps
from cxkit.schema import CUSTOMER, JOINED, JOURNEY, POSITION, ROW, TIME, Attribute, Kind, Table
from cxkit.shaping.beside import CUSTOMERS, whole
from cxkit.shaping.columns import filled, fits, kind, text_of, typed
from cxkit.shaping.events import in_zone
from cxkit.words import many

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from cxkit.shaping.beside import Beside

SAID = "said_"  # before the name of a key: the id as it is in the table
DONE = f"e.{TIME} + coalesce(e.{schema.SERVICE}, 0)"
SPACES, OTHER, WITHOUT = "spaces", "other customer", "without a row"
TOLD = {
    SPACES: "rows with spaces around an id that the log has without them: {}; take them away to join the rows.",
    OTHER: "rows that name another customer than their journey has in the log: {}; the log's counts.",
    WITHOUT: "customers of the log without a row: {}; their attributes are empty.",
}


def write(
    tables: Sequence[Beside], folder: Path, zone: str, before: Mapping[str, tuple[Table, Path]], own: DuckDBPyConnection
) -> tuple[Table, ...]:
    """Write the tables of a log, and those of the store before it that it does not bring, into a version's folder.

    `before` has the tables of that store, by name; `own` is a connection for them.
    """
    if not tables and not before:
        return ()
    (folder / schema.BESIDE).mkdir()
    brought = {table.name for table in tables}
    kept = [_again(own, *found, folder) for name, found in before.items() if name not in brought]
    new = [_after(before.get(table.name), _read(table, folder, zone)) for table in tables]
    return tuple(sorted([*kept, *new], key=lambda table: table.name))


def _after(before: tuple[Table, Path] | None, table: Table) -> Table:
    """The table; says so where it has fewer rows than the one whose place it takes, which a part alone would have."""
    rows, old = (sum(one.joined.values()) for one in (table, before[0] if before else table))
    if rows >= old:
        return table
    fewer = f"{many(rows)} rows take the place of {many(old)}: with a later part of the log, a table comes whole."
    return replace(table, notes=(*table.notes, fewer))


def attributes(tables: Sequence[Table]) -> tuple[Attribute, ...]:
    """The attributes of customers: the columns of their table, but its key."""
    return tuple(
        Attribute(name, f"y{place}", "customer", known)
        for table in tables
        if table.name == CUSTOMERS
        for place, (name, known) in enumerate(table.columns.items())
        if name != table.keys[CUSTOMER]
    )


def notes(tables: Sequence[Table], timed: bool) -> Iterator[str]:
    """What should be known of how the tables were read and joined."""
    for table in tables:
        yield from (f"{table.name}: {text}" for text in (*table.notes, *_told(table)))
        if "time" in table.keys and not timed:
            yield f"{table.name}: the log has no times, so that no row is joined to an event."


def _told(table: Table) -> Iterator[str]:
    rows, lost = sum(table.joined.values()), table.joined["nothing"]
    if lost and table.keys:
        of = "customer" if table.name == CUSTOMERS else "journey or customer"
        yield f"{many(lost)} of {many(rows)} rows speak of no {of} of the log."
    yield from (TOLD[word].format(many(count)) for word, count in table.doubts.items())


def _read(table: Beside, folder: Path, zone: str) -> Table:
    """Read a table and join its rows."""
    source = table.source
    with source.lock, source.guarded():
        fitting = fits(source, {f"y{place}": n for place, n in enumerate(table.kept)})
        kinds = {source.columns[n]: kind(fitting[f"y{place}"]) for place, n in enumerate(table.kept)}
        told = tuple(_rows(table, kinds, zone))
        made = Table(table.name, source.name, source.fingerprint, table.keys, kinds, {}, {}, told)
        return _joined(source.connection, made, folder)


def _rows(table: Beside, kinds: Mapping[str, Kind], zone: str) -> Iterator[str]:
    """Lay out the rows as `said_rows`; tells which of their lines and times cannot be read."""
    source = table.source
    keys = {key: "NULL" if (n := getattr(table, key)) is None else text_of(source, n) for key in (JOURNEY, CUSTOMER)}
    own = [f"{typed(source, n, kinds[source.columns[n]])} AS y{place}" for place, n in enumerate(table.kept)]
    moment, values, stamp = "NULL", {}, "NULL"
    if table.time is not None:
        stamp, of = f"c{table.time}", source.kinds[table.time]
        writing = stamps.find(source.connection, source.rows, stamp, of)[0]
        moment = stamps.sql(writing, stamp, of)
        values = stamps.values(writing, moment)
        if writing.doubt:
            yield writing.doubt
    said = ", ".join(f"{column}::VARCHAR AS {SAID}{key}" for key, column in keys.items())
    statement = f"SELECT {ROW}, {said}, {moment}::BIGINT AS {TIME}, {', '.join(own)} FROM {source.rows}"
    with in_zone(source, zone) as run:
        run(f"CREATE OR REPLACE TEMP TABLE said_rows AS {statement}", values or None)
    if source.unfit:
        yield f"{many(len(source.unfit))} lines cannot be read."
    unread = f"FROM said_rows JOIN {source.rows} USING ({ROW}) WHERE {TIME} IS NULL AND {filled(stamp)}"
    count, example = run(f"SELECT count(*), min({stamp}::VARCHAR) {unread}").fetchone()
    if count:
        yield f'{many(count)} times of "{table.keys["time"]}" cannot be read, such as "{example}".'


def _again(own: DuckDBPyConnection, table: Table, folder: Path, target: Path) -> Table:
    """A table of the store before, its rows joined anew: what they speak of may have come only now."""
    _view(own, folder / schema.BESIDE / table.name, "held_rows")
    said = f"SELECT * EXCLUDE ({JOURNEY}, {CUSTOMER}, {POSITION}) FROM held_rows"
    own.execute(f"CREATE OR REPLACE TEMP TABLE said_rows AS {said}")
    return _joined(own, table, target)


def _joined(own: DuckDBPyConnection, table: Table, folder: Path) -> Table:
    """Join the rows of `said_rows` to the log's events, journeys and customers, and write them."""
    for name in (schema.EVENTS, schema.JOURNEYS, schema.CUSTOMERS):
        _view(own, folder / name, f"log_{name}")
    own.execute(f"CREATE OR REPLACE TEMP TABLE known_rows AS {_known()}")
    own.execute(f"CREATE OR REPLACE TEMP TABLE joined_rows AS {_placed()}")
    target = folder / schema.BESIDE / table.name
    target.mkdir()
    own.sql(f"FROM joined_rows ORDER BY {ROW}").write_parquet(str(target / "part-0.parquet"), compression="zstd")
    done = replace(table, joined=_counted(own), doubts=dict(_doubts(own, table)))
    if known := attributes([table]):
        _write_customers(own, known, folder)
    for name in ("said_rows", "known_rows", "joined_rows"):
        own.execute(f"DROP TABLE {name}")
    return done


def _known() -> str:
    """The SQL of the rows with the codes of the journeys and customers whose ids they have."""
    found = []
    for key in (JOURNEY, CUSTOMER):
        loose = f"(SELECT {whole('id')} AS id, min({key}) AS {key} FROM log_{key}s GROUP BY 1 HAVING count(*) = 1)"
        found.append(f"LEFT JOIN log_{key}s AS {key}_as_said ON {key}_as_said.id = {SAID}{key}")
        found.append(f"LEFT JOIN {loose} AS {key}_as_whole ON {key}_as_whole.id = {whole(SAID + key)}")
    codes = [
        f"CASE WHEN {filled(SAID + key)} THEN coalesce({key}_as_said.{key}, {key}_as_whole.{key}) END AS {key}_known"
        for key in (JOURNEY, CUSTOMER)
    ]
    return f"SELECT said_rows.*, {', '.join(codes)} FROM said_rows {' '.join(found)}"


def _placed() -> str:
    """The SQL of the rows with the event, journey and customer that they speak of; null where nothing fits."""
    asked = f"FROM known_rows WHERE {TIME} IS NOT NULL AND"
    of_journeys = f"""
        SELECT {JOURNEY}, {DONE} AS {TIME}, max({POSITION}) AS {POSITION} FROM log_events e
        WHERE {JOURNEY} IN (SELECT journey_known {asked} journey_known IS NOT NULL) GROUP BY ALL"""
    only = f"NOT {filled(f'{SAID}journey')} AND customer_known IS NOT NULL"
    place = f"{{'id': j.id, 'position': e.{POSITION}, 'journey': j.{JOURNEY}}}"
    of_customers = f"""
        SELECT j.{CUSTOMER}, {DONE} AS {TIME}, max({place}) AS latest
        FROM log_events e JOIN log_journeys j USING ({JOURNEY})
        WHERE j.{CUSTOMER} IN (SELECT customer_known {asked} {only}) GROUP BY ALL"""
    return f"""
        WITH by_journey AS (
            SELECT k.{ROW}, e.{POSITION} FROM (SELECT {ROW}, {TIME}, journey_known AS {JOURNEY} {asked} true) k
            ASOF JOIN ({of_journeys}) e ON k.{JOURNEY} = e.{JOURNEY} AND k.{TIME} >= e.{TIME}),
        by_customer AS (
            SELECT k.{ROW}, e.latest FROM (SELECT {ROW}, {TIME}, customer_known AS {CUSTOMER} {asked} {only}) k
            ASOF JOIN ({of_customers}) e ON k.{CUSTOMER} = e.{CUSTOMER} AND k.{TIME} >= e.{TIME})
        SELECT known_rows.* EXCLUDE (journey_known, customer_known),
            coalesce(journey_known, latest.journey) AS {JOURNEY},
            coalesce(log_journeys.{CUSTOMER}, customer_known) AS {CUSTOMER},
            coalesce(by_journey.{POSITION}, latest.position) AS {POSITION}
        FROM known_rows LEFT JOIN by_journey USING ({ROW}) LEFT JOIN by_customer USING ({ROW})
        LEFT JOIN log_journeys ON log_journeys.{JOURNEY} = journey_known"""


def _counted(own: DuckDBPyConnection) -> dict[str, int]:
    """How many rows were joined to an event, to a journey or customer only, or to nothing."""
    is_ = [f"{POSITION} IS NOT NULL", f"{JOURNEY} IS NOT NULL", f"{CUSTOMER} IS NOT NULL", "true"]
    cases = " ".join(f"WHEN {test} THEN '{word}'" for test, word in zip(is_, JOINED, strict=True))
    found = own.execute(f"SELECT CASE {cases} END, count(*) FROM joined_rows GROUP BY 1").fetchall()
    return dict.fromkeys(JOINED, 0) | dict(found)


def _doubts(own: DuckDBPyConnection, table: Table) -> Iterator[tuple[str, int]]:
    """What about the joins is to be told: spaces around ids, customers that differ, customers without a row."""
    spaces = " OR ".join(
        f"({key}_known IS NULL AND trim({SAID}{key}) IN (SELECT trim(id) FROM log_{key}s))"
        for key in (JOURNEY, CUSTOMER)
    )
    differ = f"JOIN log_journeys l ON l.{JOURNEY} = journey_known WHERE customer_known <> l.{CUSTOMER}"
    without = f"FROM log_customers ANTI JOIN joined_rows USING ({CUSTOMER})"
    asked = {
        SPACES: f"FROM known_rows WHERE {spaces}",
        OTHER: f"FROM known_rows {differ}",
        WITHOUT: without if table.name == CUSTOMERS else "WHERE false",
    }
    for word, rows in asked.items():
        [count] = own.execute(f"SELECT count(*) {rows}").fetchone() or (0,)
        if count:
            yield word, count


def _write_customers(own: DuckDBPyConnection, known: Sequence[Attribute], folder: Path) -> None:
    """Write the customers anew, with their attributes."""
    columns = ", ".join(f"r.{attribute.column}" for attribute in known)
    own.execute(f"""
        CREATE OR REPLACE TEMP TABLE customers_said AS
        SELECT c.{CUSTOMER}, c.id, {columns} FROM log_customers c LEFT JOIN joined_rows r USING ({CUSTOMER})""")
    target = folder / schema.CUSTOMERS
    shutil.rmtree(target)
    target.mkdir()
    ordered = own.sql(f"FROM customers_said ORDER BY {CUSTOMER}")
    ordered.write_parquet(str(target / "part-0.parquet"), compression="lz4")
    own.execute("DROP TABLE customers_said")


def _view(own: DuckDBPyConnection, folder: Path, name: str) -> None:
    files = [escape(str(file)) for file in sorted(folder.glob("*.parquet"))]
    own.read_parquet(files, hive_partitioning=False).create_view(name, replace=True)
