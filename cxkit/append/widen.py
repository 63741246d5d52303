"""Which kind holds the values of a column in a store and in a later part of its log, and how values are carried over.

A rebuild from all sources looks at all values; so does this. Values that become texts are the texts they were.
"""

from __future__ import annotations

from collections.abc import Iterator
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cxkit import schema
from cxkit.errors import StoreError
from cxkit.schema import Attribute
from cxkit.shaping.columns import NUMBERS, as_key
from cxkit.shaping.columns import TYPES as SQL_TYPES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from cxkit.append.aligned import Aligned

VIEWS = {
    schema.EVENTS: "old_events",
    schema.ROWS: "old_rows",
    schema.JOURNEYS: "old_journeys",
    schema.CUSTOMERS: "old_customers",
    schema.ACTIVITIES: "old_activities",
    schema.REJECTED: "old_rejected",
}
TYPES = {**SQL_TYPES, "time": "BIGINT"}
EXAMPLES = 3


class Held(NamedTuple):
    """How a store holds a column's values: the SQL of them and of their texts, and whether it keeps these."""

    value: str
    text: str
    kept: bool


def view(connection: DuckDBPyConnection, folder: Path, name: str) -> None:
    """Make a view of a table of the store."""
    import duckdb

    files = [escape(str(file)) for file in sorted(folder.glob("*.parquet"))]
    try:
        connection.read_parquet(files, hive_partitioning=False).create_view(name, replace=True)
    except duckdb.Error as error:
        raise StoreError(f'The table "{folder.name}" is missing or damaged ({error}). Prepare the log again.') from None


def held(attribute: Attribute, kept: bool, zone: str) -> Held:
    """How a store holds the values of an attribute; `kept` says that it keeps the texts of its numbers too."""
    value = f"{'e' if attribute.level == 'event' else 'r'}.{attribute.column}"
    text = f"{value}::VARCHAR"
    if attribute.kind == "time" and attribute.column != schema.KEY:
        text = f"timezone('{zone}', make_timestamptz({value}))::VARCHAR"
    return Held(value, f"coalesce(r.{attribute.column}_text, {text})" if kept else text, kept)


def nothing(attribute: Attribute) -> Held:
    """How a store holds the values of a column that it does not have."""
    return Held(f"NULL::{TYPES[attribute.kind]}", "NULL::VARCHAR", False)


def misfits(source: Aligned, attribute: Attribute, number: int) -> tuple[int, tuple[str, ...]]:
    """How many values of the part are not of the attribute's kind, and a few of them."""
    if attribute.kind not in NUMBERS:
        return 0, ()
    text = f"c{number}::VARCHAR"
    where = f"FROM {source.rows} WHERE {_misses(text, NUMBERS[attribute.kind][0])}"
    run = source.connection.execute
    [count] = run(f"SELECT count(*) {where}").fetchone() or (0,)
    few = run(f"SELECT DISTINCT {text} {where} ORDER BY 1 LIMIT {EXAMPLES}").fetchall()
    return count, tuple(value for (value,) in few)


def value(was: Attribute, now: Attribute, held: Held) -> str:
    """The SQL of a store's values under their new kind."""
    if now.kind == was.kind:
        return held.value
    if now.column == schema.KEY:
        return as_key(held.text, now.kind)
    return held.text if now.kind == "text" else f"TRY_CAST({held.text} AS {TYPES[now.kind]})"


def carried(was: Attribute, now: Attribute, held: Held) -> Iterator[str]:
    """The SQL of a store's values under their new kind, and of their texts where numbers do not give them back."""
    text = f"{was.column}_{schema.TEXT}"
    yield f"{value(was, now, held)} AS {was.column}"
    if now.kind != was.kind and now.kind != "text":
        yield f"{held.text} AS {text}"
    elif now.kind != "text" and held.kept:
        yield f"r.{text}"


def _misses(text: str, pattern: str) -> str:
    return f"{text} <> '' AND NOT regexp_full_match({text}, '{pattern}')"
