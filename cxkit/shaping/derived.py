"""A source made of another one: its rows changed, chosen or joined, each leading back to a row of the original."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cxkit.cached import cached_property
from cxkit.reading.source import Source
from cxkit.reading.texts.account import Loss, Tally
from cxkit.schema import ROW
from cxkit.shaping.events import in_zone


class Derived(Source):
    """Another source's rows as a statement gives them; the original stays as it is."""

    declared = True

    def __init__(self, original: Source, zone: str) -> None:
        super().__init__()
        self.original, self._zone = original, zone
        self.name, self.columns, self.delimiter = original.name, original.columns, original.delimiter
        self.about, self.reading, self.path = original.about, original.reading, original.path
        self.joined_by, self.repairs, self.unpivoted = original.joined_by, original.repairs, original.unpivoted

    @abstractmethod
    def rows_of(self) -> tuple[str, dict[str, Any]]:
        """The statement of the new rows and its bound values: `c0, c1, ...`, and the original's row as `row`.

        The rows are taken in the order of `place` if the statement has it, else of `row`.
        """

    def stage(self) -> Path:
        target = self.scratch / "rows.parquet"
        if not target.exists():
            self._write(target)
        return target

    def _write(self, target: Path) -> None:
        names = ", ".join(f"c{number}" for number in range(len(self.columns)))
        with self.original.lock, self.original.guarded():
            with in_zone(self.original, self._zone) as run:
                asked, values = self.rows_of()
                run(f"CREATE OR REPLACE TEMP TABLE derived AS {asked}", values or None)
            order = "place" if "place" in self.original.connection.table("derived").columns else ROW
            for part, file in ((ROW, self._kept), (names, target)):
                asked = f"(SELECT {part} FROM derived ORDER BY {order})"
                run(f"COPY {asked} TO $file (FORMAT parquet, COMPRESSION lz4)", {"file": str(file)})
            run("DROP TABLE derived")

    @property
    def _kept(self) -> Path:
        return self.scratch / "kept.parquet"

    @cached_property
    def _rows_kept(self) -> list[int]:
        import pyarrow.parquet as pq

        self.stage()
        return pq.read_table(self._kept)[ROW].to_pylist()

    @cached_property
    def notes(self) -> tuple[str, ...]:
        return self.original.notes

    @property
    def fields(self) -> Sequence[int]:
        return self.original.fields

    @cached_property
    def unfit(self) -> list[tuple[int, str, str]]:
        return self.original.unfit

    @property
    def tally(self) -> Tally | None:  # type: ignore[override]
        """The lines of the original."""
        return self.original.tally

    @cached_property
    def unread(self) -> Loss:
        return self.original.unread

    def accounted(self) -> None:
        self.original.accounted()

    def lines(self, rows: list[int]) -> list[int | None]:
        return self.original.lines([self._rows_kept[row] for row in rows])


def free_name(name: str, taken: Sequence[str]) -> str:
    """The name, or the first with a number after it that no column has."""
    used = {column.lower() for column in taken}
    names = (name, *(f"{name} {number}" for number in range(2, len(taken) + 3)))
    return next(free for free in names if free not in used)
