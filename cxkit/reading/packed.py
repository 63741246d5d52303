"""Packed files as the bytes that are in them; a small file that unpacks without end is refused."""

from __future__ import annotations

import gzip
import io
from pathlib import Path
from typing import Any, BinaryIO, cast

from cxkit.errors import InputError

MARKS = {"gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd"}
MOST_TIMES = 200  # as large as the packed file: logs that say the same again and again come to about a hundred
LEAST = 1 << 28  # bytes that may come in any case


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
