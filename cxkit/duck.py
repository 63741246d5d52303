"""The one way to DuckDB: a private connection that fetches nothing and leaves nothing behind."""

from __future__ import annotations

import os
import tempfile
import weakref
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

LITTLE_MEMORY = f"{max(800, 200 * (os.cpu_count() or 1))}MB"  # each thread needs some of its own


def connect() -> duckdb.DuckDBPyConnection:
    """A private DuckDB connection: UTC, no extension fetched from anywhere, spilling to the system's scratch space."""
    import duckdb

    scratch = tempfile.TemporaryDirectory(prefix="cxkit-", ignore_cleanup_errors=True)
    connection = duckdb.connect(
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "temp_directory": scratch.name,
        }
    )
    connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
    weakref.finalize(connection, scratch.cleanup)
    return connection
