"""Microseconds back to moments, in the log's time zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


def zoned(microseconds: pa.Array | pa.ChunkedArray, zone: str) -> pa.Array | pa.ChunkedArray:
    """Microseconds since 1970 in UTC as time stamps of the zone; null stays null."""
    import pyarrow as pa

    return microseconds.cast(pa.int64()).cast(pa.timestamp("us", tz=zone))
