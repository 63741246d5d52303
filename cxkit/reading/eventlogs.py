"""What the readers of event-log formats share: files that name their own roles, read as cells with declared types.

Cells come as texts. They are spilled in batches, so that memory stays small, and joined into one Parquet file. A column
keeps the type that the file declares if every value is of it, and is text otherwise, so that no value is lost.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from glob import escape as escape_glob
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from cxkit.errors import InputError
from cxkit.reading.known import Known
from cxkit.reading.source import Source
from cxkit.words import many

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    Start = Callable[[str, list[str]], None]
    End = Callable[[str], None]

CHUNK = 1 << 18
LONGEST_TOKEN = 1 << 24
ROWS_AT_ONCE = 50_000
MOST_COLUMNS = 2_000
COLUMNS_AT_ONCE = 50
NO_OFFSET = "Its times have no offset from UTC. Say where they are from with .roles(zone=)."
SEVERAL = " | "
OF_EVENTS = ("concept:", "lifecycle:", "time:", "ocel:")  # what these say is always of an event
TEXT, INTEGER, NUMBER, BOOLEAN, TIME = "text", "integer", "number", "boolean", "time"
LOCAL = r"\s*\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?\s*"
NO_NUMBER = r"\s*(?i:nan)?\s*"
FITS = {
    INTEGER: r"regexp_full_match({c}, '\s*[+-]?\d+\s*') AND TRY_CAST({c} AS BIGINT) IS NOT NULL",
    NUMBER: rf"regexp_full_match({{c}}, '{NO_NUMBER}') OR isfinite(TRY_CAST({{c}} AS DOUBLE)) "
    r"AND regexp_full_match({c}, '[\s\d.eE+-]+')",
    BOOLEAN: r"regexp_full_match({c}, '\s*(?i:true|false|1|0)\s*')",
    TIME: r"regexp_matches({c}, '^\s*\d{{4}}-') AND TRY_CAST({c} AS TIMESTAMPTZ) IS NOT NULL",
}
CASTS = {
    INTEGER: "TRY_CAST({c} AS BIGINT)",
    NUMBER: f"CASE WHEN NOT regexp_full_match({{c}}, '{NO_NUMBER}') THEN TRY_CAST({{c}} AS DOUBLE) END",
    BOOLEAN: "lower(trim({c})) IN ('true', '1')",
    TIME: "TRY_CAST({c} AS TIMESTAMPTZ)",
}


class EventLog(Source):
    """A file whose format says which column is what; a user may still say otherwise."""

    named: Mapping[str, str]
    why: Mapping[str, str]
    levels: tuple[Sequence[str], Sequence[str]]
    declared = True

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.name = path.name
        with reading(self.name), path.open("rb") as file:
            self.fingerprint = hashlib.file_digest(file, "sha256").hexdigest()

    def stage(self) -> Path:
        return self.scratch / "rows.parquet"

    @property
    def knows(self) -> Known:
        """The roles that the file names."""
        loose = frozenset(name for name in self.levels[1] if not name.startswith(OF_EVENTS))
        return Known(self.named, self.why, self.levels, loose)


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Say in our own words that a file is damaged."""
    from xml.parsers.expat import ExpatError

    try:
        yield
    except InputError as error:
        raise InputError(f'"{name}" cannot be read. {error}') from None
    except ExpatError as error:
        raise InputError(f'"{name}" is no whole XML file: {error}. Export it again.') from None
    except (OSError, EOFError, zlib.error, LookupError, RecursionError, ValueError) as error:
        raise InputError(f'"{name}" cannot be read: {error}.') from None


def parse(file: BinaryIO, start: Start, end: End, encoding: str | None = None, text: End | None = None) -> None:
    """Stream an XML file to the handlers; a handler for texts is optional.

    Entities are refused and documents elsewhere are never fetched: they can blow up, or reach for what is not theirs.
    """
    from xml.parsers import expat

    parser = expat.ParserCreate(encoding)
    parser.ordered_attributes = parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    _refuse_entities(parser)
    fed = 0
    while chunk := file.read(CHUNK):
        parser.Parse(chunk)
        fed += len(chunk)
        if fed - parser.CurrentByteIndex > LONGEST_TOKEN:
            raise InputError("It has a value of more than 16 million characters.")
    parser.Parse(b"", True)


def _refuse_entities(parser: Any) -> None:
    def doctype(_: str, elsewhere: str | None, public: str | None, __: bool) -> None:
        if elsewhere or public:
            raise InputError(
                f'It refers to "{elsewhere or public}", which cxkit never fetches. Remove its DOCTYPE line.'
            )

    def entity(name: str, *_: object) -> None:
        raise InputError(f'It defines the entity "{name}", which cxkit refuses. Export it without entities.')

    parser.StartDoctypeDeclHandler, parser.EntityDeclHandler = doctype, entity


# ---- cells -----------------------------------------------------------------------------------------------------------


class Sheet:
    """Sparse rows, each of an owner (its journey's number), as texts under numbered columns of a key and a type."""

    def __init__(self, folder: Path, name: str) -> None:
        self.columns: list[tuple[str, str]] = []
        self.rows: list[dict[int, str]] = []
        self.owners: list[int | None] = []
        self.count = 0
        self._folder, self.name = folder, name

    @property
    def size(self) -> int:
        """How many rows there are."""
        return self.count + len(self.rows)

    def number(self, key: str, kind: str) -> int:
        """The number of a new column."""
        if len(self.columns) >= MOST_COLUMNS:
            raise InputError(f"It has more than {many(MOST_COLUMNS)} different attributes. Export fewer.")
        self.columns.append((key, kind))
        return len(self.columns) - 1

    def add(self, row: dict[int, str], owner: int | None) -> None:
        """Keep a row."""
        self.rows.append(row)
        self.owners.append(owner)
        if len(self.rows) >= ROWS_AT_ONCE:
            self.spill()

    def spill(self) -> None:
        """Write the rows that are in memory."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        numbers = pa.array(range(self.count, self.count + len(self.rows)), pa.int64())
        cells = {f"s{n}": pa.array([row.get(n) for row in self.rows], pa.string()) for n in range(len(self.columns))}
        table = pa.table({"row": numbers, "owner": pa.array(self.owners, pa.int64()), **cells})
        pq.write_table(table, self._folder / f"{self.name}-{self.count:012}.parquet", compression="lz4")
        self.count += len(self.rows)
        self.rows, self.owners = [], []

    def load(self, connection: DuckDBPyConnection) -> None:
        """Make the view `NAME` of all rows, each column under its number."""
        if self.rows or not self.count:
            self.spill()
        files = [escape_glob(str(file)) for file in sorted(self._folder.glob(f"{self.name}-*.parquet"))]
        connection.read_parquet(files, union_by_name=True).create_view(self.name)


class Keys(dict[str, int]):
    """The column numbers of a sheet for one type, by key; a new key gets a new column."""

    def __init__(self, sheet: Sheet, kind: str) -> None:
        super().__init__()
        self._sheet, self._kind = sheet, kind

    def __missing__(self, key: str) -> int:
        self[key] = number = self._sheet.number(key, self._kind)
        return number


@dataclass(frozen=True)
class Column:
    """A column of a sheet: its name, the SQL of its text and value, how many are filled, whether with local times."""

    name: str
    text: str
    sql: str
    filled: int = 0
    local: bool = False


def columns_of(
    connection: DuckDBPyConnection, table: str, cells: Sequence[tuple[str, str]], called: Mapping[str, str]
) -> list[Column]:
    """The columns of a loaded sheet, those of one name made one, each of its declared type if every value fits."""
    groups: dict[str, list[int]] = {}
    for number, (key, _) in enumerate(cells):
        groups.setdefault(called.get(key, key), []).append(number)
    texts = {name: f"coalesce({', '.join(f'{table}.s{n}' for n in numbers)})" for name, numbers in groups.items()}
    kinds = {name: _kind({cells[n][1] for n in numbers}) for name, numbers in groups.items()}
    facts = _facts(connection, table, [(texts[name], kinds[name]) for name in groups])
    return [
        Column(name, texts[name], _value(texts[name], kinds[name] if fits else TEXT, local), filled, local)
        for name, (filled, fits, local) in zip(groups, facts, strict=True)
    ]


def _kind(declared: set[str]) -> str:
    if declared == {INTEGER, NUMBER}:
        return NUMBER
    return declared.pop() if len(declared) == 1 else TEXT


def _facts(
    connection: DuckDBPyConnection, table: str, columns: Sequence[tuple[str, str]]
) -> Iterator[tuple[int, bool, bool]]:
    """For each column how many are filled, whether all are of their kind, and whether all are local times."""
    for start in range(0, len(columns), COLUMNS_AT_ONCE):
        asked = []
        for text, kind in columns[start : start + COLUMNS_AT_ONCE]:
            zoned = f"count(*) FILTER (NOT regexp_full_match({text}, '{LOCAL}'))" if kind == TIME else "0"
            fits = FITS.get(kind, "true").format(c=text)
            asked.append(f"count({text}), count({text}) FILTER (NOT coalesce({fits}, false)), {zoned}")
        counts = connection.execute(f"SELECT {', '.join(asked)} FROM {table}").fetchone() or ()
        kinds = [kind for _, kind in columns[start : start + COLUMNS_AT_ONCE]]
        for kind, filled, unfit, zoned in zip(kinds, counts[::3], counts[1::3], counts[2::3], strict=True):
            yield filled, not unfit and (zoned in (0, filled)), kind == TIME and filled > 0 and zoned == 0


def _value(text: str, kind: str, local: bool) -> str:
    if kind == TIME and local:
        return f"TRY_CAST({text} AS TIMESTAMP)"
    return CASTS.get(kind, "{c}").format(c=text)


def write(connection: DuckDBPyConnection, values: Sequence[str], tables: str, target: Path) -> None:
    """Stage the rows of the sheet of events, in their order, one column for each expression."""
    named = ", ".join(f"{value} AS c{number}" for number, value in enumerate(values))
    statement = f"SELECT {named} FROM {tables} ORDER BY events.row"
    connection.sql(statement).write_parquet(str(target), compression="lz4")
