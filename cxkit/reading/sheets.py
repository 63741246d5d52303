"""XLSX: one sheet of a workbook becomes rows with named columns; numbers, dates, times and booleans stay what they are.

Rows above the header, such as a report's title, are left out, and so are empty rows.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxkit.errors import InputError, not_found
from cxkit.reading import delimited, headless, workbooks
from cxkit.reading.names import says
from cxkit.reading.source import Source
from cxkit.reading.values import Rows
from cxkit.words import listed, many

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

FIRST_ROWS = 50
SHOWN = 12
EXACT = 2**53
HEADER_SHARE = 0.75


@dataclass(frozen=True)
class Head:
    """Where the table of a sheet begins, whether with a header, what its columns are called, and how large it is."""

    name: str
    title_rows: int
    headed: bool
    columns: tuple[str, ...]
    rows: int
    dated: bool
    hidden: bool

    @property
    def likeness(self) -> float:
        """How much this looks like a log: by the names of its columns, its times, and its size."""
        by_names = sum(
            max((says(name, role) for name in self.columns), default=0) for role in ("journey", "activity", "time")
        )
        return by_names + self.dated + math.log10(1 + self.rows) / 2

    def __str__(self) -> str:
        return f'"{self.name}" ({many(self.rows)} rows{", hidden" if self.hidden else ""})'


class SheetFile(Source):
    """One sheet of an XLSX file."""

    def __init__(self, path: Path, sheet: str | None, skip: int | None = None, header: bool | None = None) -> None:
        super().__init__()
        self.name = path.name
        with self._open(path) as book:
            heads = [_head(book.get_sheet_by_name(name), hidden, skip, header) for name, hidden in _names(book)]
            self._head = _chosen(heads, sheet)
            self.columns = delimited.column_names(list(self._head.columns))
            self._stage(book.get_sheet_by_name(self._head.name))
        others = [head for head in heads if head is not self._head]
        self.reading = {"format": "XLSX", "sheet": self._head.name}
        if not self._head.headed:
            self.reading["header"] = "none"
        if self._head.title_rows:
            self.reading[f"rows above the {'header' if self._head.headed else 'table'}"] = str(self._head.title_rows)
        if others:
            self.reading["other sheets"] = listed([*map(str, others)], SHOWN)
        self.notes = tuple(_noticed(self._head, others))

    @contextmanager
    def _open(self, path: Path) -> Iterator[CalamineWorkbook]:
        """The workbook; say in our own words that it is damaged."""
        import python_calamine

        try:
            workbooks.weigh(path)
            self.fingerprint = _fingerprint(path)
            with python_calamine.load_workbook(path) as book:
                yield book
        except InputError as error:
            raise InputError(f'"{self.name}" cannot be read. {error}') from None
        except (python_calamine.CalamineError, OSError, ValueError, OverflowError) as error:
            raise InputError(f'"{self.name}" cannot be read: {error}. Save it anew.') from None
        except BaseException as error:
            if type(error).__name__ != "PanicException":
                raise
            raise InputError(f'"{self.name}" cannot be read: a sheet is damaged. Save it anew.') from None

    def _stage(self, sheet: CalamineSheet) -> None:
        self._lines: list[int] = []
        rows = Rows(self.scratch, len(self.columns))
        rows.add(self._filled(sheet))
        rows.stage(self.connection, self.stage())

    def _filled(self, sheet: CalamineSheet) -> Iterator[list[Any]]:
        """The rows below the header that are not empty, each of as many cells as there are columns."""
        width, below = len(self.columns), self._head.title_rows + self._head.headed
        for line, row in enumerate(islice(sheet.iter_rows(), below, None), below + 1):
            cells = [_cell(value) for value in row[:width]]
            if any(cell is not None for cell in cells):
                self._lines.append(line)
                yield cells

    def stage(self) -> Path:
        return self.scratch / "rows.parquet"

    def lines(self, rows: list[int]) -> list[int | None]:
        return [self._lines[row] for row in rows]


def _fingerprint(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _cell(value: Any) -> Any:
    """A cell's value; a spreadsheet has no whole numbers of its own, and its empty cells are empty texts."""
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        return int(value)
    return None if value == "" else value


def _names(book: CalamineWorkbook) -> list[tuple[str, bool]]:
    """The names of the sheets with cells, and whether they are hidden."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    return [
        (entry.name, entry.visible != SheetVisibleEnum.Visible)
        for entry in book.sheets_metadata
        if entry.typ == SheetTypeEnum.WorkSheet
    ]


def _head(sheet: CalamineSheet, hidden: bool, skip: int | None, headed: bool | None) -> Head:
    first = [[_cell(value) for value in row] for row in islice(sheet.iter_rows(), (skip or 0) + FIRST_ROWS)]
    title_rows = _title_rows(first) if skip is None else skip
    header, below = first[title_rows : title_rows + 1], first[title_rows + 1 :]
    names = _texts(header[0]) if header else []
    if headed is None:
        headed = not headless.is_row(names, [_texts(row) for row in below if any(cell is not None for cell in row)])
    if not headed:
        names, below = headless.nameless(len(names)), first[title_rows:]
    used = [n for n, name in enumerate(names) if name or any(row[n] is not None for row in below)]
    last = sheet.end[0] if sheet.end else 0
    return Head(
        name=sheet.name,
        title_rows=title_rows,
        headed=headed,
        columns=tuple(names[: used[-1] + 1 if used else 0]),
        rows=max(last + 1 - title_rows - headed, 0),
        dated=any(isinstance(value, datetime) for row in below for value in row),
        hidden=hidden,
    )


def _texts(row: Sequence[Any]) -> list[str]:
    return ["" if value is None else str(value) for value in row]


def _title_rows(rows: Sequence[Sequence[Any]]) -> int:
    """How many rows stand above the header: the first row that has about as many filled cells as any."""
    filled = [sum(value is not None for value in row) for row in rows]
    enough = HEADER_SHARE * max(filled, default=0)
    return next((number for number, count in enumerate(filled) if count and count >= enough), 0)


def _chosen(heads: Sequence[Head], asked: str | None) -> Head:
    """The sheet asked for, else the one that looks most like a log; a hidden one only where there is no other."""
    if asked is not None:
        candidates = [head for head in heads if head.name == asked]
        if not candidates:
            raise not_found("sheet", asked, [head.name for head in heads])
    else:
        filled = [head for head in heads if head.columns and head.rows]
        candidates = [head for head in filled if not head.hidden] or filled
    if not candidates or not candidates[0].columns:
        raise InputError("It holds no table. A log needs a header and one row per event.")
    return max(candidates, key=lambda head: head.likeness)


def _noticed(head: Head, others: Sequence[Head]) -> Iterator[str]:
    alike = [f'"{other.name}"' for other in others if other.columns == head.columns]
    if alike:
        yield f"Not read, though of the same columns: {', '.join(alike[:SHOWN])}. Choose with sheet=."
