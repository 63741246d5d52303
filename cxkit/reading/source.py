"""What every source is: rows with named columns, staged once; nothing is changed or lost."""

from __future__ import annotations

import csv
import hashlib
import io
import weakref
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from glob import escape as escape_glob
from pathlib import Path
from threading import RLock
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from cxkit import scratch
from cxkit.cached import cached_property
from cxkit.duck import FULL, LITTLE_MEMORY, connect, is_full
from cxkit.errors import InputError, StoreError
from cxkit.reading.known import Known
from cxkit.reading.packed import check_room
from cxkit.reading.texts.account import Loss, Tally, unread
from cxkit.schema import ROW

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.shaping.mending.repairs import Repair

KINDS = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"), "integer"),
    **dict.fromkeys(("FLOAT", "DOUBLE", "UBIGINT", "HUGEINT", "UHUGEINT"), "number"),
    **dict.fromkeys(("TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMP_MS", "TIMESTAMP_S", "TIMESTAMP WITH TIME ZONE"), "time"),
    "BOOLEAN": "boolean",
    "DATE": "date",
}
LARGEST = 2**63 - 1024  # the largest whole number that a float has within 64 bits
UNSURE = '"{}" has whole numbers too large for the type that holds them; their last digits may differ from the truth.'
EXACT = {"FLOAT": 2**24, "DOUBLE": 2**53}  # whole numbers beyond have no certain last digit

TOO_LARGE = "Its texts are too long, or its columns too many: export those that you need."


class Source(ABC):
    """Rows with named columns, staged as one Parquet file that DuckDB reads as `source_rows(c0, c1, ..., row)`."""

    name: str
    about = ""
    path = ""
    asked: Mapping[str, Any] = MappingProxyType({})
    columns: tuple[str, ...]
    reading: dict[str, str]
    delimiter = ","
    notes: tuple[str, ...] = ()
    tally: Tally | None = None  # of a source that has lines, when it is staged
    repairs: tuple[Repair, ...] = ()
    joined_by: Mapping[str, str] = MappingProxyType({})
    unpivoted: tuple[str, ...] = ()  # the columns of milestones whose stamps became events
    declared = False  # whether the format says of which kind its numbers are

    def __init__(self) -> None:
        self.lock = RLock()
        self.laid: dict[str, bool] = {}  # tables that were laid out of its rows, and whether they have any
        self.connection = connect()
        self.connection.execute(f"SET memory_limit = '{LITTLE_MEMORY}'")
        space = scratch.folder()
        weakref.finalize(self, space.cleanup)
        self.scratch = Path(space.name)

    @abstractmethod
    def stage(self) -> Path:
        """The Parquet file that holds the rows in their order, made if need be."""

    @cached_property
    def rows(self) -> str:
        """The name of the view that holds every row under numbered column names, with its row number."""
        values = [
            _plain(name, type_, kind)
            for name, type_, kind in zip(self._names, self._sql_types, self.kinds, strict=True)
        ]
        self.connection.execute(
            f"CREATE OR REPLACE VIEW source_rows AS SELECT {', '.join(values)}, {ROW} FROM {self._staged}"
        )
        return "source_rows"

    @property
    def _names(self) -> list[str]:
        return [f"c{number}" for number in range(len(self.columns))]

    @property
    def _staged(self) -> str:
        return f"staged AS q({', '.join(self._names)}, {ROW})"

    @cached_property
    def _sql_types(self) -> list[str]:
        """The SQL types of the staged columns."""
        check_room(self.name, staged := self.stage(), self.scratch)
        self.connection.read_parquet([escape_glob(str(staged))], file_row_number=True).create_view("staged")
        types = self.connection.execute("DESCRIBE staged").fetchall()
        return [entry[1] for entry in types[: len(self.columns)]]

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The kind of value in each column: text, integer, number, boolean, time or date."""
        kinds = [_kind(type_) for type_ in self._sql_types]
        for number in [n for n, kind in enumerate(kinds) if kind == "number" and not self.declared]:
            column, exact = f"c{number}", EXACT.get(self._sql_types[number], LARGEST)
            whole = f"bool_and({column} = trunc({column}) AND abs({column}) < {LARGEST})"
            asked = f"SELECT {whole}, coalesce(max(abs({column})) > {exact}, false) FROM {self._staged}"
            are_whole, unsure = self.connection.execute(f"{asked} WHERE NOT {_nan(column)}").fetchone() or (None, False)
            if are_whole is not False:
                kinds[number] = "integer"
                self.notes += (UNSURE.format(self.columns[number]),) * unsure
        return tuple(kinds)

    @cached_property
    def size(self) -> int:
        """How many rows there are."""
        with self.lock, self.guarded():
            [rows] = self.connection.execute(f"SELECT count(*) FROM {self.rows}").fetchone() or (0,)
        return int(rows)

    def head(self, rows: int) -> pa.Table:
        """The first rows, under numbered column names."""
        asked = f"SELECT * EXCLUDE ({ROW}) FROM {self.rows} ORDER BY {ROW}"
        return self.connection.sql(asked).limit(rows).to_arrow_table()

    @property
    def knows(self) -> Known | None:
        """What the source says of its columns by itself; None where it says nothing."""
        return None

    @property
    def fields(self) -> Sequence[int]:
        """The numbers of the columns, in the order in which a line of the source has them."""
        return range(len(self.columns))

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Turn what DuckDB says of a damaged source into our own error."""
        import duckdb

        try:
            yield
        except (duckdb.OutOfMemoryException, duckdb.IOException, OSError) as error:
            if is_full(error):
                raise StoreError(FULL) from None
            if isinstance(error, duckdb.OutOfMemoryException):
                raise InputError(f'"{self.name}" takes more memory than there is for it. {TOO_LARGE}') from None
            if isinstance(error, OSError) and not isinstance(error, FileNotFoundError):
                raise
            raise InputError(f'"{self.name}" cannot be read: {str(error).splitlines()[0]}') from None
        except (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException):
            raise
        except duckdb.Error as error:
            raise InputError(f'"{self.name}" cannot be read: {str(error).splitlines()[0]}') from None

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of the staged rows."""
        with self.stage().open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    @cached_property
    def unfit(self) -> list[tuple[int, str, str]]:
        """Rows of the source that have no place in its table: line, reason, text."""
        return []

    @cached_property
    def unread(self) -> Loss:
        """How much of the source its reader had to leave out."""
        aside = self.unfit
        tally = self.tally
        if tally is None:
            return unread(self.size + len(aside), "row", aside)
        return unread(tally.lines - tally.header - tally.blank, "line", aside)

    def accounted(self) -> None:
        """Raise unless every line of the source is a row, goes on with one, is blank, of the header, or put aside."""
        aside = len(self.unfit)
        if self.tally is not None:
            self.tally.check(self.name, self.size, aside)

    def lines(self, rows: list[int]) -> list[int | None]:
        """Where the given rows (0, 1, ...) stand in the source, as a person counts."""
        return [row + 1 for row in rows]


def line_of(values: Sequence[str | None], delimiter: str) -> str:
    """A row as a line of text."""
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter, lineterminator="").writerow(values)
    return line.getvalue()


def _plain(column: str, sql_type: str, kind: str) -> str:
    """The SQL of a column's values: whole numbers as such whatever type holds them, what is no number as nothing."""
    if kind == "text":
        return f"{column}::VARCHAR AS {column}"
    if sql_type not in EXACT and _kind(sql_type) == kind:
        return column
    number = f"CASE WHEN NOT {_nan(column)} THEN {column} END" if sql_type in EXACT else column
    return f"({number})::BIGINT AS {column}" if kind == "integer" else f"{number} AS {column}"


def _nan(column: str) -> str:
    return f"isnan({column}::DOUBLE)"


def _kind(sql_type: str) -> str:
    return "number" if sql_type.startswith("DECIMAL") else KINDS.get(sql_type, "text")
