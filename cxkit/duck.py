"""The one way to DuckDB: a private connection that fetches nothing and leaves nothing behind."""

from __future__ import annotations

import errno
import os
import weakref
from typing import TYPE_CHECKING

from cxkit import scratch

if TYPE_CHECKING:
    import duckdb

FULL = "The disk is full. Make room on it, or let TMPDIR name a folder on another one, and try again."
NO_SPACE = ("No space left", "Disk quota exceeded", "max_temp_directory_size", "There is not enough space on the disk")
LITTLE_MEMORY = f"{max(800, 200 * (os.cpu_count() or 1))}MB"  # each thread needs some of its own


WIDE = 300  # columns from which rows are read and written in small portions


def parquet(compression: str, width: int) -> str:
    """How DuckDB is to write a table of so many columns: in a wide one dictionaries would take all its memory."""
    return f"(FORMAT parquet, COMPRESSION {compression}{', DICTIONARY_SIZE_LIMIT 1' if width > WIDE else ''})"


def is_full(error: BaseException) -> bool:
    """Whether an error says that a disk has no room left, or no more than DuckDB may take of it."""
    return getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or any(
        sentence in str(error) for sentence in NO_SPACE
    )


def connect() -> duckdb.DuckDBPyConnection:
    """A private DuckDB connection: UTC, no extension fetched from anywhere, spilling to the system's scratch space."""
    import duckdb

    space = scratch.folder()
    connection = duckdb.connect(
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "temp_directory": space.name,
        }
    )
    connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
    weakref.finalize(connection, space.cleanup)
    return connection
