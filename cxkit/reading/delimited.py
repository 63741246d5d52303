"""Tables of text: what their columns are called, and how DuckDB takes in their rows."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cxkit.duck import WIDE, parquet
from cxkit.errors import InputError
from cxkit.reading.packed import packing
from cxkit.words import many

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST_COLUMNS = 1_200  # a store of more takes more memory than a reader should


def column_names(header: Sequence[str]) -> tuple[str, ...]:
    """The header's names, made distinct: nameless columns get a number, a repeated name gets "(2)"."""
    if len(header) > MOST_COLUMNS:
        most = many(MOST_COLUMNS)
        raise InputError(f"There are {many(len(header))} columns; at most {most} can be read. Export those you need.")
    taken: set[str] = set()
    copies: dict[str, int] = {}
    names: list[str] = []
    for number, title in enumerate(header, 1):
        plain = title.strip().removeprefix("\ufeff") or f"column {number}"
        name, copy = plain, copies.get(plain, 1)
        while name in taken:
            copy += 1
            name = f"{plain} ({copy})"
        copies[plain] = copy
        taken.add(name)
        names.append(name)
    return tuple(names)


def load(
    connection: DuckDBPyConnection, path: Path, target: Path, width: int, delimiter: str, quote: str, skip: int
) -> None:
    """Stage every row below so many lines, all as text, into one Parquet file; DuckDB's own error where one is odd."""
    wide = ", buffer_size = 8000000, max_line_size = 2000000" if width > WIDE else ""
    statement = f"""
        COPY (SELECT * FROM read_csv($path, delim = $delimiter, quote = $quote, escape = $quote, skip = $skip,
            columns = $columns, header = false, compression = $packing, auto_detect = false{wide}))
        TO $target {parquet("lz4", width)}"""
    options = {
        "path": [glob.escape(str(path))],
        "delimiter": delimiter,
        "quote": quote,
        "skip": skip,
        "columns": {f"c{number}": "VARCHAR" for number in range(width)},
        "packing": packing(path),
        "target": str(target),
    }
    connection.execute(statement, options)
