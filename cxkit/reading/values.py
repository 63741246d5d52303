"""Rows of Python values, as spreadsheets and databases give them, staged as one Parquet file.

They are written in batches, so that memory stays small. A column is of the narrowest kind that holds all its values;
where values are of unlike kinds, it is text, so that none is lost.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import reduce
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

ROWS_AT_ONCE = 50_000
LARGEST_INTEGER = 2**63 - 1
NOTHING, BOOLEAN, INTEGER, NUMBER, DATE, TIME, INSTANT, TEXT = range(8)
KINDS = {type(None): NOTHING, bool: BOOLEAN, int: INTEGER, float: NUMBER, date: DATE, datetime: TIME, str: TEXT}
WIDER = {frozenset((INTEGER, NUMBER)): NUMBER, frozenset((DATE, TIME)): TIME}
SQL_TYPES = ("VARCHAR", "BOOLEAN", "BIGINT", "DOUBLE", "DATE", "TIMESTAMP", "TIMESTAMPTZ", "VARCHAR")


class Rows:
    """Rows that come one after the other and go to Parquet; a new file is begun where a column becomes wider."""

    def __init__(self, folder: Path, width: int) -> None:
        self.count = 0
        self._folder = folder
        self._kinds = [NOTHING] * width
        self._parts: list[tuple[Path, list[int]]] = []
        self._writer: Any = None

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """Write rows, a batch at a time."""
        waiting = iter(rows)
        while batch := list(islice(waiting, ROWS_AT_ONCE)):
            self._write(batch)
            self.count += len(batch)

    def _write(self, batch: list[Sequence[Any]]) -> None:
        import pyarrow as pa

        columns = [plain(values) for values in zip(*batch, strict=True)]
        kinds = [wider(old, kind_of(values)) for old, values in zip(self._kinds, columns, strict=True)]
        schema = _schema(kinds)
        if kinds != self._kinds or self._writer is None:
            self._begin(kinds, schema)
        arrays = [_array(values, kind) for values, kind in zip(columns, kinds, strict=True)]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=schema))

    def _begin(self, kinds: list[int], schema: pa.Schema) -> None:
        import pyarrow.parquet as pq

        self._end()
        part = self._folder / f"part-{len(self._parts)}.parquet"
        self._parts.append((part, kinds))
        self._kinds, self._writer = kinds, pq.ParquetWriter(part, schema, compression="lz4")

    def _end(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def stage(self, connection: DuckDBPyConnection, target: Path) -> None:
        """Make one file of all rows, in their order."""
        if not self._parts:
            self._begin(self._kinds, _schema(self._kinds))
        self._end()
        if len(self._parts) == 1:
            self._parts[0][0].replace(target)
            return
        for number, (part, _) in enumerate(self._parts):
            connection.read_parquet(str(part)).create_view(f"part_{number}")
        selects = [self._as_last(f"part_{number}", kinds) for number, (_, kinds) in enumerate(self._parts)]
        connection.sql(" UNION ALL ".join(selects)).write_parquet(str(target), compression="lz4")
        for number, (part, _) in enumerate(self._parts):
            connection.execute(f"DROP VIEW part_{number}")
            part.unlink()

    def _as_last(self, view: str, kinds: list[int]) -> str:
        """The rows of a part with every column as wide as it became in the end."""
        columns = [_cast(n, kind, last) for n, (kind, last) in enumerate(zip(kinds, self._kinds, strict=True))]
        return f"SELECT {', '.join(columns)} FROM {view}"


def wider(kind: int, other: int) -> int:
    """The narrowest kind that holds values of both."""
    if kind == other or NOTHING in (kind, other):
        return max(kind, other)
    return WIDER.get(frozenset((kind, other)), TEXT)


def kind_of(values: Sequence[Any]) -> int:
    """The narrowest kind that holds all these plain values.

    >>> kind_of([1, None, 2.5]) == NUMBER, kind_of([1, "A-17"]) == TEXT, kind_of([None]) == NOTHING
    (True, True, True)
    """
    kinds = {KINDS[type_] for type_ in set(map(type, values))}
    if TIME in kinds:
        kinds |= {INSTANT for value in values if isinstance(value, datetime) and value.tzinfo}
        naive = any(isinstance(value, datetime) and not value.tzinfo for value in values)
        kinds -= set() if naive else {TIME}
    if INTEGER in kinds and any(abs(value) > LARGEST_INTEGER for value in values if type(value) is int):
        kinds.add(TEXT)
    return reduce(wider, kinds, NOTHING)


def plain(values: Sequence[Any]) -> Sequence[Any]:
    """The values with everything unusual made a number or a text."""
    return values if KINDS.keys() >= set(map(type, values)) else [_plain(value) for value in values]


def _plain(value: Any) -> Any:
    if type(value) in KINDS:
        return value
    if isinstance(value, Decimal):
        return int(value) if value.is_finite() and value == value.to_integral_value() else float(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, dict | list):
        return json.dumps(value, default=str, ensure_ascii=False)
    return _clock(value) if isinstance(value, timedelta) else str(value)


def _clock(length: timedelta) -> str:
    """A length of time as hours, minutes and seconds, such as 30:00:00."""
    minutes, seconds = divmod(abs(length) // timedelta(seconds=1), 60)
    return f"{'-' if length < timedelta(0) else ''}{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime) and value.tzinfo:
        return str(value.astimezone(UTC))
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _instant(value: date | None) -> datetime | None:
    return value if isinstance(value, datetime) or value is None else datetime(value.year, value.month, value.day)


def _array(values: Sequence[Any], kind: int) -> pa.Array:
    import pyarrow as pa

    if kind == TEXT:
        values = [_text(value) for value in values]
    elif kind == NUMBER:
        values = [None if value is None else float(value) for value in values]
    elif kind == TIME:
        values = [_instant(value) for value in values]
    return pa.array(values, _arrow_type(kind))


def _arrow_type(kind: int) -> pa.DataType:
    import pyarrow as pa

    types = {BOOLEAN: pa.bool_(), INTEGER: pa.int64(), NUMBER: pa.float64(), DATE: pa.date32()}
    times = {TIME: pa.timestamp("us"), INSTANT: pa.timestamp("us", "UTC")}
    return (types | times).get(kind, pa.string())


def _schema(kinds: Sequence[int]) -> pa.Schema:
    import pyarrow as pa

    return pa.schema([(f"c{n}", _arrow_type(kind)) for n, kind in enumerate(kinds)])


def _cast(number: int, kind: int, last: int) -> str:
    text = f"c{number}::{SQL_TYPES[last]}"
    if (kind, last) == (NUMBER, TEXT):
        whole = f"c{number} = trunc(c{number}) AND abs(c{number}) < 1e38"
        text = f"CASE WHEN {whole} THEN c{number}::HUGEINT::VARCHAR ELSE {text} END"
    return f"{text} AS c{number}"
