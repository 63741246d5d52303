"""Is a workbook small enough to be opened?

An XLSX file is a packed folder of XML texts. A small one can unpack to terabytes, hold two cells a billion cells apart,
or repeat one long text a million times; a reader that trusts it takes the whole machine down. So what is in it is
weighed here first, in one pass over the unpacked bytes that keeps next to nothing of them.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from cxkit.errors import InputError
from cxkit.words import many

CHUNK = 1 << 20
OVERLAP = 256
MOST_BYTES = 1 << 31
MOST_CELLS = 40_000_000
MOST_TEXT = 1 << 31
CELL = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,8})(\d{1,20})""")
TEXT_CELL = re.compile(
    rb"""\bt\s*=\s*["']s["'][^<>]*>(?:\s*<[^v][^<>]*>[^<>]*){0,4}\s*<(?:\w+:)?v[^<>]*>\s*(\d{1,9})"""
)
END_OF_TEXT = re.compile(rb"</(?:\w+:)?si\s*>")
SHORTEST_CELL = len('<c t="s"><v>0</v></c>')
INSTEAD = "Save the sheet that you need as CSV and read that."


def weigh(path: Path) -> None:
    """Raise unless the workbook is a whole XLSX file of a size that can be opened."""
    with path.open("rb") as file:
        if file.read(4) == b"\xd0\xcf\x11\xe0":
            raise InputError(
                "It is locked with a password, or of the time before 2007. Save it anew as .xlsx, unlocked."
            )
    try:
        with zipfile.ZipFile(path) as folder:
            _weigh(folder)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError) as error:
        raise InputError(f"It is no whole XLSX file: {error}. Save it anew.") from None


def _weigh(folder: zipfile.ZipFile) -> None:
    size, texts = 0, array("L")
    for part in folder.infolist():
        size += _check_cells(_chunks(folder, part, MOST_BYTES - size))
        if "string" in part.filename.lower():
            texts.extend(_lengths(_chunks(folder, part, MOST_BYTES)))
    if max(texts, default=0) * (size // SHORTEST_CELL) > MOST_TEXT:
        _check_texts(folder, texts)


def _chunks(folder: zipfile.ZipFile, part: zipfile.ZipInfo, most: int) -> Iterator[bytes]:
    """The unpacked bytes of a part, at most so many; the size that the part claims is not believed."""
    part.file_size = most + 2 * CHUNK
    with folder.open(part) as file:
        while chunk := file.read(CHUNK):
            most -= len(chunk)
            if most < 0:
                raise InputError(f"It unpacks to more than {MOST_BYTES >> 30} GB. {INSTEAD}")
            yield chunk


def _check_cells(chunks: Iterable[bytes]) -> int:
    """How many bytes there are; raise if the sheet's cells span too large an area."""
    size = width = height = 0
    before = b""
    for chunk in chunks:
        size += len(chunk)
        places = CELL.findall(before + chunk)
        width = max([width, *map(_column, {letters for letters, _ in places})])
        height = max([height, *map(int, {digits for _, digits in places})])
        if width * height > MOST_CELLS:
            raise InputError(
                f"A sheet spans {many(height)} rows and {many(width)} columns, too many to be opened. {INSTEAD}"
            )
        before = chunk[-OVERLAP:]
    return size


def _check_texts(folder: zipfile.ZipFile, lengths: Sequence[int]) -> None:
    """Raise if the cells, each with its text written out, would be too long."""
    used = Counter[bytes]()
    for part in folder.infolist():
        before = b""
        for chunk in _chunks(folder, part, MOST_BYTES):
            used.update(TEXT_CELL.findall(before + chunk))
            before = chunk[-OVERLAP:]
    if sum(count * lengths[int(number)] for number, count in used.items() if int(number) < len(lengths)) > MOST_TEXT:
        raise InputError(f"Its texts are too long and come too often to be opened. {INSTEAD}")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - 64
    return number


def _lengths(chunks: Iterable[bytes]) -> Iterator[int]:
    """The lengths of the shared texts, with their markup."""
    length, rest = 0, b""
    for chunk in chunks:
        *whole, rest = END_OF_TEXT.split(rest + chunk)
        for text in whole:
            yield length + len(text)
            length = 0
        length += max(len(rest) - OVERLAP, 0)
        rest = rest[-OVERLAP:]
    yield length + len(rest)
