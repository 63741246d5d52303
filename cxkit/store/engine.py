"""The engines that answer questions: DuckDB inside the process by default, Spark when the log outgrows one machine.

An engine holds the only connection, keeps materialised tables for reuse and lets one question run at a time.
Everything else is a narwhals expression that means the same on both.
"""

from __future__ import annotations

import glob
import re
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import count
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw

from cxkit.duck import FULL, LITTLE_MEMORY, connect, is_full, parquet
from cxkit.errors import InputError, Interrupted, StoreError
from cxkit.schema import JOURNEY, PATH, POSITION, SYMBOL

if TYPE_CHECKING:
    import pyarrow as pa

Frame = nw.LazyFrame[Any]
MOST_CELLS_KEPT = 250_000_000
PLACES = 0x200000  # more than there are characters
LIBRARIES = ("duckdb", "_duckdb", "pyspark", "py4j", "narwhals")
GONE = "The store was deleted, changed or prepared anew while it was open. Open it again; if it is gone, prepare it."


class Kept(NamedTuple):
    """What an engine keeps, such as a frame in its scratch space; its size, and the way to free it."""

    value: Any
    cells: int
    forget: Callable[[], object]


class Engine(ABC):
    """What the store asks of an engine; a subclass says how. One that is `local` has its tables in this process."""

    name: str
    local = False

    def __init__(self) -> None:
        self.lock = RLock()
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._asked = 0
        self._watched: dict[Path, tuple[int, int]] = {}

    def scan(self, folder: Path) -> Frame:
        """The table whose Parquet files lie in the folder."""
        files = sorted(folder.glob("*.parquet"))
        if not files:
            raise StoreError(f'The table "{folder.name}" is missing from its store. Prepare the log again.')
        with self.telling():
            return self._scan(folder, files)

    def watch(self, folder: Path) -> None:
        """Know how the tables below this folder are now, to tell later why they cannot be read."""
        self._watched |= {file: _state(file) for file in folder.rglob("*.parquet")}

    @abstractmethod
    def _scan(self, folder: Path, files: Sequence[Path]) -> Frame:
        """The table in these files of the folder."""

    @abstractmethod
    def write(self, frame: Frame, folder: Path, order: list[str]) -> None:
        """Write the frame, in that order, as Parquet into a new folder."""

    @abstractmethod
    def sequence(self, events: Frame) -> Frame:
        """One row per journey with its path: the symbols of its events in order."""

    @abstractmethod
    def translated(self, frame: Frame, column: str, symbols: str, others: str, name: str) -> Frame:
        """The frame with one more column: a path in which each symbol is replaced by another, place by place."""

    @abstractmethod
    def quantiles(self, frame: Frame, by: Sequence[str], column: str, shares: Mapping[str, float]) -> Frame:
        """Quantiles of a column by groups, all in one pass: a column for each name; linear between neighbours."""

    @abstractmethod
    def _keep(self, frame: Frame) -> Kept:
        """Compute the frame into the engine's scratch space."""

    @abstractmethod
    def frame(self, table: pa.Table) -> Frame:
        """The rows of a small Arrow table as a frame."""

    def materialise(self, key: str, build: Callable[[], Frame]) -> Frame:
        """The frame, computed once under the key."""
        frame: Frame = self.hold(key, lambda: self._keep(build()))
        return frame

    def hold(self, key: str, make: Callable[[], Kept]) -> Any:
        """What is made once under the key."""
        with self.lock:
            if key not in self._kept:
                with self.telling():
                    self._kept[key] = make()
            self._kept.move_to_end(key)
            return self._kept[key].value

    def holds(self, key: str) -> bool:
        """Whether something is kept under the key."""
        return key in self._kept

    @abstractmethod
    def interrupt(self) -> None:
        """Give up the question that is running, if there is one: it raises `Interrupted`. Called from any thread."""

    @contextmanager
    def question(self) -> Iterator[None]:
        """One question at a time, with the questions that it asks itself; before it, room is made where space is short.

        The least recently used tables are forgotten, but never within a question, which may still read them.
        """
        with self.lock:
            if not self._asked:
                self._make_room()
            self._asked += 1
            try:
                with self.telling():
                    yield
            finally:
                self._asked -= 1

    def _make_room(self) -> None:
        while sum(kept.cells for kept in self._kept.values()) > MOST_CELLS_KEPT:
            self._kept.popitem(last=False)[1].forget()

    def forget(self, prefix: str) -> None:
        """Free every materialised table whose key begins like this."""
        with self.lock:
            for key in [key for key in self._kept if key.startswith(prefix)]:
                self._kept.pop(key).forget()

    def collect(self, frame: Frame) -> pa.Table:
        """The rows of a small frame as an Arrow table."""
        with self.lock, self.telling():
            return frame.collect("pyarrow").to_native()

    def sparing(self) -> AbstractContextManager[None]:
        """Keep memory small for a while, at the cost of disk: for work that is done once on a whole log."""
        return nullcontext()

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Say in our own words what a library says of a full disk, or of files that are gone or others by now."""
        try:
            with self._interruptible():
                yield
        except Exception as error:
            if type(error).__module__.partition(".")[0] not in LIBRARIES:
                raise
            if is_full(error):
                raise StoreError(FULL) from None
            if any(_state(file) != state for file, state in self._watched.items()):
                raise StoreError(GONE) from None
            raise

    @abstractmethod
    def _interruptible(self) -> AbstractContextManager[None]:
        """Raise `Interrupted` where the engine says so in its own way."""


class DuckDB(Engine):
    """DuckDB inside the process: no server, no files but the store's own."""

    name = "duckdb"
    local = True

    def __init__(self) -> None:
        super().__init__()
        self._connection = connect()
        self._numbers = count()

    def _scan(self, folder: Path, files: Sequence[Path]) -> Frame:
        import duckdb

        paths = [glob.escape(str(file)) for file in files]
        try:
            return nw.from_native(self._connection.read_parquet(paths, hive_partitioning=False))
        except duckdb.Error:
            raise StoreError(f'The table "{folder.name}" is damaged. Prepare the log again.') from None

    def write(self, frame: Frame, folder: Path, order: list[str]) -> None:
        folder.mkdir()
        relation = frame.to_native()
        ordered = relation.order(", ".join(order)) if order else relation
        statement = f"COPY ({ordered.sql_query()}) TO $target {parquet('zstd', len(ordered.columns))}"
        self._connection.execute(statement, {"target": str(folder / "part-0.parquet")})

    def sequence(self, events: Frame) -> Frame:
        # string_agg with an order of its own takes a block of memory for each journey of more than 16 events
        steps = f"list_sort(list({POSITION}::BIGINT * {PLACES} + unicode({SYMBOL})))"
        path = f"array_to_string(list_transform({steps}, lambda step: chr((step % {PLACES})::INTEGER)), '') AS {PATH}"
        return nw.from_native(events.to_native().aggregate(f"{JOURNEY}, {path}", JOURNEY))

    def translated(self, frame: Frame, column: str, symbols: str, others: str, name: str) -> Frame:
        return nw.from_native(frame.to_native().project(f"*, translate({column}, '{symbols}', '{others}') AS {name}"))

    def quantiles(self, frame: Frame, by: Sequence[str], column: str, shares: Mapping[str, float]) -> Frame:
        groups = ", ".join(by)
        wanted = f"quantile_cont({column}, {list(shares.values())}) AS found"
        found = frame.to_native().aggregate(f"{groups}, {wanted}", groups)
        named = ", ".join(f"found[{place}] AS {name}" for place, name in enumerate(shares, 1))
        return nw.from_native(found.project(f"{groups}, {named}"))

    def frame(self, table: pa.Table) -> Frame:
        return nw.from_native(self._connection.from_arrow(table))

    def interrupt(self) -> None:
        self._connection.interrupt()

    @contextmanager
    def sparing(self) -> Iterator[None]:
        self._connection.execute(f"SET memory_limit = '{LITTLE_MEMORY}'")
        try:
            yield
        finally:
            self._connection.execute("RESET memory_limit")

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        import duckdb

        try:
            yield
        except duckdb.InterruptException:
            raise Interrupted("This question was given up, because a later one came.") from None

    def _keep(self, frame: Frame) -> Kept:
        table = f"kept_{next(self._numbers)}"
        frame.to_native().create(table)
        kept = self._connection.table(table)
        cells = len(kept) * len(kept.columns)
        return Kept(nw.from_native(kept), cells, lambda: self._connection.execute(f"DROP TABLE {table}"))


class Spark(Engine):
    """A Spark session of the user's: the same expressions on a cluster."""

    name = "spark"

    def __init__(self, session: Any) -> None:
        super().__init__()
        self._session = session

    def _scan(self, folder: Path, files: Sequence[Path]) -> Frame:
        return nw.from_native(self._session.read.parquet(re.sub(r"([\[\]{}*?\\])", r"\\\1", _address(folder))))

    def write(self, frame: Frame, folder: Path, order: list[str]) -> None:
        ordered = frame.to_native().coalesce(1)
        ordered.sortWithinPartitions(*order).write.parquet(_address(folder))

    def sequence(self, events: Frame) -> Frame:
        from pyspark.sql import functions as f

        steps = f.array_sort(f.collect_list(f.struct(POSITION, SYMBOL)))
        path = f.array_join(f.transform(steps, lambda step: step[SYMBOL]), "").alias(PATH)
        return nw.from_native(events.to_native().groupBy(JOURNEY).agg(path))

    def translated(self, frame: Frame, column: str, symbols: str, others: str, name: str) -> Frame:
        from pyspark.sql import functions as f

        return nw.from_native(frame.to_native().withColumn(name, f.translate(column, symbols, others)))

    def quantiles(self, frame: Frame, by: Sequence[str], column: str, shares: Mapping[str, float]) -> Frame:
        from pyspark.sql import functions as f

        found = f.percentile(column, f.array(*map(f.lit, shares.values()))).alias("found")
        named = [f.col("found")[place].alias(name) for place, name in enumerate(shares)]
        return nw.from_native(frame.to_native().groupBy(*by).agg(found).select(*by, *named))

    def frame(self, table: pa.Table) -> Frame:
        return nw.from_native(self._session.createDataFrame(table))

    def interrupt(self) -> None:
        """Jobs on a cluster run to their end; what they found is left unread."""

    def _interruptible(self) -> AbstractContextManager[None]:
        return nullcontext()

    def _keep(self, frame: Frame) -> Kept:
        kept = frame.to_native().persist()
        return Kept(nw.from_native(kept), kept.count() * len(kept.columns), kept.unpersist)


def _state(file: Path) -> tuple[int, int]:
    """The size of a file and when it was written; nothing where there is none."""
    try:
        known = file.stat()
    except OSError:
        return 0, 0
    return known.st_size, known.st_mtime_ns


def _address(folder: Path) -> str:
    """A local folder as Spark names it, whatever its default file system is."""
    path = folder.absolute().as_posix()
    return f"file://{path}" if path.startswith("/") else f"file:///{path}"


def engine_of(engine: Any = None) -> Engine:
    """The engine meant by an `engine=` argument: None for DuckDB, or a Spark session."""
    if engine is None:
        return DuckDB()
    if isinstance(engine, Engine):
        return engine
    if type(engine).__module__.startswith("pyspark."):
        return Spark(engine)
    raise InputError(f"engine={engine!r} is neither None (DuckDB) nor a Spark session.")
