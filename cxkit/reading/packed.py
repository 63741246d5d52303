"""Packed files as the bytes that are in them; a small file that unpacks without end is refused.

Parquet is packed too: a small file may hold a billion equal rows. And rows of any kind need room in scratch space.
"""

from __future__ import annotations

import gzip
import io
import shutil
from pathlib import Path
from typing import Any, BinaryIO, cast

from cxkit.errors import InputError
from cxkit.words import many, sized

MARKS = {"gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd"}
MOST_TIMES = 200  # as large as the packed file: logs that say the same again and again come to about a hundred
LEAST = 1 << 28  # bytes that may come in any case
ROW, VALUE = 64, 8  # bytes that a row, and each of its values, take in scratch space while it is read


def packing(path: Path) -> str:
    """How the file is packed, by its first bytes, whatever it is called: gzip, zstd or none."""
    with path.open("rb") as file:
        head = file.read(4)
    return next((kind for kind, mark in MARKS.items() if head.startswith(mark)), "none")


def open_bytes(path: Path) -> BinaryIO:
    """The file's bytes, unpacked if it is packed."""
    kind = packing(path)
    if kind == "none":
        return path.open("rb")
    if kind == "gzip":
        return cast("BinaryIO", Unpacked(gzip.open(path), path))
    import pyarrow as pa

    return cast("BinaryIO", Unpacked(pa.input_stream(str(path), compression=kind), path))


class Unpacked(io.RawIOBase):
    """The bytes of a packed file, counted."""

    def __init__(self, file: Any, path: Path) -> None:
        self._file, self._left = file, max(LEAST, MOST_TIMES * path.stat().st_size)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self._left -= len(data)
        if self._left < 0:
            raise InputError(f"It unpacks to more than {MOST_TIMES} times its size. If it should, unpack it yourself.")
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


def check_packed(path: Path) -> None:
    """Raise where a Parquet file unpacks to far more than it is; an empty value counts for next to nothing."""
    import pyarrow.parquet as pq

    facts = pq.read_metadata(path)
    unpacked = sum(facts.row_group(number).total_byte_size for number in range(facts.num_row_groups))
    if unpacked + facts.num_rows * (ROW + facts.num_columns) > max(LEAST, MOST_TIMES * path.stat().st_size):
        rows = many(facts.num_rows, "row")
        raise InputError(
            f'"{path.name}" has {rows} in {sized(path.stat().st_size)}: it unpacks to more than {MOST_TIMES} times its '
            "size. If it should, write it as CSV and read that."
        )


def check_room(name: str, staged: Path, scratch: Path) -> None:
    """Raise unless the rows of a Parquet file have room on the disk of the scratch space."""
    import pyarrow.parquet as pq

    facts, free = pq.read_metadata(staged), shutil.disk_usage(scratch).free
    if (needed := facts.num_rows * (ROW + VALUE * facts.num_columns)) > free:
        size = f"{many(facts.num_rows, 'row')} of {many(facts.num_columns, 'column')}"
        raise InputError(
            f'"{name}" has {size}, which need about {sized(needed)} of scratch space; {sized(free)} is free. '
            "Make room on that disk, or let TMPDIR name a folder on a larger one."
        )
