"""How time stamps are written in a source, found on a sample and shown; and the SQL that reads them all.

Texts in ISO 8601 are always read, with their offset if they carry one. Another way of writing (day first, month
first, ...) is chosen for the whole column by the share of a sample that it can read. A stamp without an offset is a
local time in the log's zone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from cxkit.errors import InputError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ISO = "ISO 8601"
TIMES = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %H:%M:%S.%n", " %I:%M %p", " %I:%M:%S %p", "T%H:%M:%S")
SAMPLE = 4_000
DATE_LIKE = r"^\s*([0-9]{1,4}[-/. ]|[0-9]{8}|\pL{3,}\.? [0-9]{1,2},)"
EARLIEST, LATEST = "TIMESTAMPTZ '0001-01-02 00:00:00+00'", "TIMESTAMPTZ '9999-12-30 00:00:00+00'"
EPOCHS = {
    "epoch seconds": (1e8, 1e6),
    "epoch milliseconds": (1e11, 1e3),
    "epoch microseconds": (1e14, 1.0),
    "epoch nanoseconds": (1e17, 1e-3),
}


@dataclass(frozen=True)
class Writing:
    """One way of writing stamps: its name, its strptime patterns, and a doubt to be told, if any."""

    name: str
    patterns: tuple[str, ...] = ()
    doubt: str = ""


def _family(days: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(day + time for day, time in product(days, TIMES))


DAY_FIRST = Writing("day first (31/12/2025)", _family(("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y")))
MONTH_FIRST = Writing("month first (12/31/2025)", _family(("%m/%d/%Y", "%m.%d.%Y", "%m-%d-%Y")))
FAMILIES = (
    DAY_FIRST,
    MONTH_FIRST,
    Writing("year first (2025/12/31)", _family(("%Y/%m/%d", "%Y.%m.%d"))),
    Writing("named month (31 Dec 2025)", _family(("%d %b %Y", "%d-%b-%Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y"))),
    Writing("day first, short year (31/12/25)", _family(("%d/%m/%y", "%d.%m.%y", "%d-%m-%y"))),
    Writing("month first, short year (12/31/25)", _family(("%m/%d/%y", "%m-%d-%y"))),
    Writing("compact (20251231235959)", ("%Y%m%d%H%M%S", "%Y%m%d", "%Y%m%dT%H%M%S")),
)


def find(connection: DuckDBPyConnection, table: str, column: str, kind: str) -> tuple[Writing, float]:
    """How the stamps of a column are written, and the share of a sample that is read that way."""
    if kind in ("time", "date"):
        return Writing("typed in the source"), 1.0
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE stamp_sample AS
        SELECT DISTINCT {column} AS s FROM {table}
        WHERE row % greatest(1, (SELECT count(*) FROM {table}) // {SAMPLE}) = 0 AND trim({column}::VARCHAR) <> ''""")
    asked = f"SELECT count(*), count_if(regexp_matches(s::VARCHAR, '{DATE_LIKE}')) FROM stamp_sample"
    total, likely = connection.execute(asked).fetchone() or (0, 0)
    tried = list(_tried(connection, kind, total, likely)) or [(Writing(ISO), 0)]
    best, read = max(tried, key=lambda entry: entry[1])
    if best is DAY_FIRST and _read(connection, MONTH_FIRST, kind) == read:
        best = Writing(best.name, best.patterns, "Days and months cannot be told apart here; days are read first.")
    return best if read else Writing(ISO), read / max(total, 1)


def again(
    connection: DuckDBPyConnection, table: str, column: str, kind: str, ways: Sequence[str]
) -> tuple[Writing, bool]:
    """How the stamps of a later part are written, and whether none of the earlier parts was written that way.

    An earlier way that reads as many is kept: days and months that cannot be told apart here were told apart there.
    """
    writing, share = find(connection, table, column, kind)
    if writing.name in ways or writing.name == ISO or kind in ("time", "date"):
        return writing, writing.name not in ways
    for earlier in (candidate for way in ways for candidate in _called(connection, way)):
        if share and _read(connection, earlier, kind) >= _read(connection, writing, kind):
            return earlier, False
    return writing, True


def _called(connection: DuckDBPyConnection, name: str) -> list[Writing]:
    """The way of writing of this name, if it is one that a text can have."""
    alike = [writing for writing in _candidates("text", 1) if writing.name == name]
    return alike or ([given(connection, name)] if "%" in name else [])


def _tried(connection: DuckDBPyConnection, kind: str, total: int, likely: int) -> Iterator[tuple[Writing, int]]:
    """How many of the sample each writing reads, up to the first that reads them all."""
    for writing in _candidates(kind, likely):
        read = _read(connection, writing, kind)
        yield writing, read
        if read == total:
            return


def _read(connection: DuckDBPyConnection, writing: Writing, kind: str) -> int:
    """How many of the sample a writing reads; what does not look like a date is not tried, for that is slow."""
    moment = sql(writing, "s", kind)
    where = "" if writing.name in EPOCHS else f"WHERE regexp_matches(s::VARCHAR, '{DATE_LIKE}')"
    asked = f"SELECT count({moment}) FROM stamp_sample {where}"
    return connection.execute(asked, values(writing, moment)).fetchone()[0]  # type: ignore[index]


def _candidates(kind: str, likely: int) -> list[Writing]:
    epochs = [Writing(name) for name in EPOCHS]
    return epochs if kind in ("integer", "number") or not likely else [Writing(ISO), *FAMILIES, *epochs]


def sql(writing: Writing, column: str, kind: str, key: str = "patterns") -> str:
    """The SQL expression for the microseconds since 1970 of a column; null where it cannot be read."""
    if kind == "time":
        return _microseconds(f"{column}::TIMESTAMPTZ")
    if kind == "date":
        return _microseconds(f"{column}::TIMESTAMP::TIMESTAMPTZ")
    if writing.name in EPOCHS:
        return _epoch(column, *EPOCHS[writing.name])
    text = f"CASE WHEN regexp_matches({column}::VARCHAR, '[0-9]') THEN trim({column}::VARCHAR) END"
    iso = rf"CASE WHEN regexp_matches({column}::VARCHAR, '^\s*\d{{4}}[-/]') THEN trim({column}::VARCHAR) END"
    with_seconds = rf"regexp_replace({iso}, '([T ]\d\d:\d\d)(Z|[+-]\d\d.*)?$', '\1:00\2')"
    with_point = rf"regexp_replace({iso}, '(:\d\d),(\d+)', '\1.\2')"
    tries = [f"TRY_CAST({form} AS TIMESTAMPTZ)" for form in (iso, with_seconds, with_point)]
    if writing.patterns:
        tries.insert(0, f"try_strptime({text}, ${key})::TIMESTAMPTZ")
    return _microseconds(f"coalesce({', '.join(tries)})")


def given(connection: DuckDBPyConnection, pattern: str) -> Writing:
    """The user's own strptime pattern, if it is one."""
    import duckdb

    wrong = InputError(f'time_format={pattern!r} is no pattern. Write for example "%d.%m.%Y %H:%M".')
    if not isinstance(pattern, str) or "%" not in pattern:
        raise wrong
    try:
        connection.execute("SELECT try_strptime('', $pattern)", {"pattern": pattern})
    except duckdb.Error:
        raise wrong from None
    return Writing(pattern, (pattern,))


def values(writing: Writing, statement: str, key: str = "patterns") -> dict[str, list[str]]:
    """The parameters that a statement made with `sql` needs."""
    return {key: list(writing.patterns)} if f"${key})" in statement else {}


def shape(column: str) -> str:
    """The SQL of how a text is written: 9 for every digit, a for every letter.

    >>> import duckdb
    >>> duckdb.execute("SELECT " + shape("'31/12/2025 06:05 PM'")).fetchone()
    ('99/99/9999 99:99 aa',)
    """
    return rf"regexp_replace(regexp_replace(trim({column}), '[0-9]', '9', 'g'), '\pL', 'a', 'g')"


def _microseconds(moment: str) -> str:
    return f"epoch_us(CASE WHEN {moment} BETWEEN {EARLIEST} AND {LATEST} THEN {moment} END)"


def _epoch(column: str, least: float, factor: float) -> str:
    number = f"TRY_CAST({column} AS DOUBLE)"
    return f"CASE WHEN {number} >= {least} AND {number} < {least * 100} THEN round({number} * {factor})::BIGINT END"
