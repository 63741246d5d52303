"""Text files with separated columns: how they are written, their rows, and the rows that do not fit.

DuckDB reads the rows. What it should not have to guess is settled here first: the encoding, the line ends, the
delimiter and the header. A file that is not clean UTF-8 is rewritten once into scratch space.
"""

from __future__ import annotations

import codecs
import csv
import glob
import hashlib
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cxkit.errors import InputError
from cxkit.reading.packed import open_bytes, packing

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CHUNK = 1 << 22
WESTERN = frozenset("äöüßàâáãåæçèéêëíîïñóôõøùúûœÄÖÜÀÂÁÃÅÆÇÈÉÊËÍÎÏÑÓÔÕØÙÚÛŒ€„“”‘’–—…°§«»·©®")  # noqa: RUF001
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
ENCODINGS_OF_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
REASONS = {
    "MISSING COLUMNS": "too few columns",
    "TOO MANY COLUMNS": "too many columns",
    "UNQUOTED VALUE": "a quote that does not close",
    "INVALID ENCODING": "damaged characters",
    "LINE SIZE OVER MAXIMUM": "line too long",
    "INVALID STATE": "quotes in the wrong place",
}


@dataclass(frozen=True)
class Text:
    """What one look at every byte of a file says about it."""

    fingerprint: str
    encoding: str
    clean: bool


def count_lines(path: Path) -> int:
    """How many lines the file has."""
    count, last = 0, b"\n"
    for chunk in _chunks(path):
        count += chunk.count(b"\n") or chunk.count(b"\r")
        last = chunk[-1:]
    return count + (last not in b"\r\n")


def look(path: Path, encoding: str | None) -> Text:
    """Fingerprint, encoding, and whether DuckDB can read the file as it is."""
    digest, decoder, valid = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")(), True
    ends: set[bytes] = set()
    for chunk in _chunks(path):
        digest.update(chunk)
        ends |= _line_ends(chunk)
        if valid:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                valid = False
    codec = _known(encoding) if encoding else _encoding(path, valid)
    return Text(digest.hexdigest(), codec, codec == "utf-8" and len(ends) < 2)


def _chunks(path: Path) -> Iterator[bytes]:
    try:
        with open_bytes(path) as file:
            while chunk := file.read(CHUNK):
                yield chunk
    except InputError as error:
        raise InputError(f'"{path.name}" cannot be read. {error}') from None
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f'"{path.name}" cannot be read: {error}.') from None


def _line_ends(chunk: bytes) -> set[bytes]:
    pairs = chunk.count(b"\r\n")
    kinds = {b"\r\n": pairs, b"\n": chunk.count(b"\n") - pairs, b"\r": chunk.rstrip(b"\r").count(b"\r") - pairs}
    return {kind for kind, count in kinds.items() if count > 0}


def _known(encoding: str) -> str:
    try:
        "".encode(encoding)
        return codecs.lookup(encoding).name
    except (LookupError, TypeError, ValueError):
        raise InputError(f'No encoding "{encoding}". Write a name such as "utf-8", "cp1252" or "utf-16".') from None


def _encoding(path: Path, valid: bool) -> str:
    with open_bytes(path) as file:
        head = file.read(CHUNK)
    marked = next((name for mark, name in ENCODINGS_OF_MARKS if head.startswith(mark)), None)
    for start, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        if head[start::2].count(0) > len(head) // 4:
            return marked or name
    if marked or valid:
        return marked or "utf-8"
    lines = [line for line in head.split(b"\n") if not line.isascii()]
    damaged = sum(1 for line in lines if _broken(line))
    if 2 * damaged <= len(lines):
        return "utf-8"
    sample = b"\n".join(lines[:2_000])
    if _western(sample):
        return "cp1252"
    from charset_normalizer import from_bytes

    guess = from_bytes(sample).best()
    return guess.encoding if guess else "cp1252"


def _western(sample: bytes) -> bool:
    """Whether nearly all letters beyond ASCII are Western European when read so; guessers need more text to see it."""
    odd = [letter for letter in sample.decode("cp1252", "replace") if letter > "\x7f"]
    return sum(letter in WESTERN for letter in odd) > 0.95 * len(odd) and not re.search(rb"[\x80-\xff]{4}", sample)


def _broken(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


def rewrite(path: Path, encoding: str, target: Path) -> Path:
    """A copy in UTF-8 with one kind of line end; bytes that are no character stay recognisable as damaged."""
    damaged = encoding == "utf-8"
    try:
        with open_bytes(path) as raw, target.open("w", encoding="utf-8", errors="surrogateescape", newline="\n") as out:
            text = io.TextIOWrapper(raw, encoding=encoding, errors="surrogateescape" if damaged else "strict")
            while chunk := text.read(CHUNK):
                out.write(chunk)
    except UnicodeError as error:
        raise InputError(f'"{path.name}" is not written in {encoding} ({error}). Give encoding= yourself.') from None
    return target


@dataclass(frozen=True)
class Dialect:
    """Delimiter, quote and header of a delimited text file."""

    delimiter: str
    quote: str
    columns: tuple[str, ...]
    blank_lines: int
    header_lines: int


def dialect(connection: DuckDBPyConnection, path: Path, shown: str, delimiter: str | None) -> Dialect:
    """How the columns are separated and what they are called; `shown` is the file's name in messages."""
    with open_bytes(path) as file:
        head = file.read(CHUNK).decode("utf-8", "replace")
    if not head.strip():
        raise InputError(f'"{shown}" is empty. Export the log again, with a header line and one row per event.')
    lines = re.split(r"\r\n|\n|\r", head)
    blank = next(number for number, line in enumerate(lines) if line.strip())
    delimiter, quote = (delimiter, '"') if delimiter else _separators(connection, path, lines[blank])
    rows = csv.reader(io.StringIO("\n".join(lines[blank : blank + 50])), delimiter=delimiter, quotechar=quote)
    try:
        header = next(rows)
    except csv.Error as error:
        raise InputError(f'The header line of "{shown}" cannot be read: {error}.') from None
    return Dialect(delimiter, quote, column_names(header), blank, blank + rows.line_num)


def _separators(connection: DuckDBPyConnection, path: Path, header: str) -> tuple[str, str]:
    import duckdb

    candidate = max(DELIMITERS, key=header.count)
    try:
        sniff = """SELECT Delimiter, Quote
            FROM sniff_csv($path, ignore_errors = true, all_varchar = true, compression = $packing)"""
        named = {"path": glob.escape(str(path)), "packing": packing(path)}
        sniffed, quote = connection.execute(sniff, named).fetchone() or ("", "")
    except duckdb.Error:
        sniffed, quote = "", ""
    quote = quote if quote in ('"', "'") else '"'
    if sniffed in header and sniffed in DELIMITERS:
        return sniffed, quote
    return candidate if candidate in header else ",", quote


def column_names(header: list[str]) -> tuple[str, ...]:
    """The header's names, made distinct: nameless columns get a number, a repeated name gets "(2)"."""
    names: list[str] = []
    for number, name in enumerate(header, 1):
        name = name.strip().removeprefix("\ufeff") or f"column {number}"
        copies = 1
        while (name if copies == 1 else f"{name} ({copies})") in names:
            copies += 1
        names.append(name if copies == 1 else f"{name} ({copies})")
    return tuple(names)


def load(connection: DuckDBPyConnection, path: Path, how: Dialect, target: Path) -> None:
    """Stage every row that fits, all as text, into one Parquet file, in the order of the file."""
    import duckdb

    options = {
        "path": [glob.escape(str(path))],
        "delimiter": how.delimiter,
        "quote": how.quote,
        "skip": how.blank_lines,
        "columns": {f"c{number}": "VARCHAR" for number in range(len(how.columns))},
        "packing": packing(path),
        "target": str(target),
    }
    statement = """
        COPY (SELECT * FROM read_csv($path, delim = $delimiter, quote = $quote, escape = $quote, skip = $skip,
            columns = $columns, header = true, compression = $packing, auto_detect = false, store_rejects = true))
        TO $target (FORMAT parquet, COMPRESSION lz4)"""
    try:
        connection.execute(statement, options)
    except duckdb.Error as error:
        raise InputError(f"The rows cannot be read: {str(error).splitlines()[0]}") from None


def unfit(connection: DuckDBPyConnection, path: Path) -> list[tuple[int, str, str]]:
    """The rows that the last `load` could not use: line in the file, reason, text."""
    rejects = connection.execute("""
        SELECT line_byte_position - 1, any_value(error_type)::VARCHAR, any_value(csv_line)
        FROM reject_errors GROUP BY ALL ORDER BY 1""").fetchall()
    lines = _lines_at(path, [offset for offset, _, _ in rejects])
    reasons = [REASONS.get(kind, kind.lower()) for _, kind, _ in rejects]
    return [
        (line, reason, text.rstrip("\r\n")) for line, reason, (_, _, text) in zip(lines, reasons, rejects, strict=True)
    ]


def _lines_at(path: Path, offsets: list[int]) -> list[int]:
    lines, line, start = [], 1, 0
    waiting = iter(offsets)
    offset = next(waiting, None)
    for chunk in _chunks(path):
        newline = b"\n" if b"\n" in chunk else b"\r"
        done = 0
        while offset is not None and offset < start + len(chunk):
            line += chunk.count(newline, done, offset - start)
            done = offset - start
            lines.append(line)
            offset = next(waiting, None)
        line += chunk.count(newline, done)
        start += len(chunk)
    return lines


def lines_of(path: Path, how: Dialect, rows: list[int], unfit_lines: set[int]) -> list[int | None]:
    """The lines on which the given good rows (0, 1, ...) begin; None where quotes make the lines uncertain."""
    wanted, line_of = set(rows), {}
    good, line = 0, 0
    with open_bytes(path) as raw, io.TextIOWrapper(raw, encoding="utf-8", errors="replace", newline="") as text:
        reader = csv.reader(text, delimiter=how.delimiter, quotechar=how.quote)
        try:
            for record in reader:
                begins, line = line + 1, reader.line_num
                if begins <= how.header_lines or not record or begins in unfit_lines:
                    continue
                if good in wanted:
                    line_of[good] = begins
                good += 1
        except csv.Error:
            line_of = {}
    return [line_of.get(row) for row in rows]
