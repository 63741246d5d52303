"""How is a text file written: what stands above the header, what separates and quotes values, what are columns called?

Only the beginning of the file is looked at, and of the rest the lines in which a quote comes after a backslash.
"""

from __future__ import annotations

import csv
import glob
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cxkit.duck import WIDE
from cxkit.errors import InputError
from cxkit.reading.delimited import column_names
from cxkit.reading.headless import is_row, nameless
from cxkit.reading.packed import open_bytes, packing
from cxkit.reading.texts.look import CHUNK, Text
from cxkit.reading.texts.written import BROKEN, OPEN, WHOLE, Written

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
QUOTES = {'"': "double", "'": "single", "": "none"}
SAMPLE = 200  # lines
SEPARATOR_LINE = re.compile(r'\ufeff?"?sep=(.)"?[;,\t ]*', re.IGNORECASE)
HALF, MOST = 0.5, 0.9
SOUND = {WHOLE: 2, OPEN: 1, BROKEN: 0}


class Asked(NamedTuple):
    """What a user says of how a text file is written, where the reading found is wrong."""

    delimiter: str | None = None
    skip: int | None = None
    header: bool | None = None
    quote: str | None = None
    escape: str | None = None


@dataclass(frozen=True)
class Dialect:
    """Delimiter, quote, escape and header of a text file; `escape` is the quote where quotes are doubled.

    `above` is the number of lines above the header where they say something; `header_lines` counts them and those of
    the header, `blank` those of them that are. `headed` says whether there is a header at all; it is `simple` if DuckDB
    cannot miss its end. It is `doubtful` whether the file quotes at all where values begin with a quote and none ends
    with one.
    """

    delimiter: str
    quote: str
    escape: str
    columns: tuple[str, ...]
    above: int
    headed: bool
    header_lines: int
    blank: int
    simple: bool
    doubtful: bool

    @property
    def reading(self) -> dict[str, str]:
        """What of it is to be shown: the delimiter, and the rest where it is unusual."""
        shown = {"delimiter": DELIMITERS.get(self.delimiter, self.delimiter)}
        if self.quote != '"':
            shown["quote"] = QUOTES.get(self.quote, self.quote)
        if self.escape != self.quote:
            shown["escape"] = "backslash" if self.escape == "\\" else self.escape
        if not self.headed:
            shown["header"] = "none"
        if self.above:
            shown[f"lines above the {'header' if self.headed else 'rows'}"] = str(self.above)
        return shown


def dialect(connection: DuckDBPyConnection, path: Path, shown: str, text: Text, asked: Asked) -> Dialect:
    """How the file is written; `shown` is its name in messages."""
    with open_bytes(path) as file:
        head = file.read(CHUNK).decode("utf-8", "replace")
    lines = re.split(r"\r\n|\n|\r", head)
    start = _filled(lines, asked.skip or 0)
    if start is None:
        more = f" below its first {asked.skip} lines" if asked.skip else ""
        raise InputError(f'"{shown}" is empty{more}. Export the log again, with a header line and one row per event.')
    delimiter, quote, start = _settled(connection, path, lines, start, asked)
    header, count = _header(lines[start : start + SAMPLE], delimiter, quote, shown, asked)
    if count:
        header = _as_wide(header, _values(lines[start + count : start + SAMPLE], delimiter, quote))
    columns = column_names(header)
    escape = (asked.escape if quote else "") or _escape(text.escaped, delimiter, quote, len(columns))
    top = lines[: start + count]
    above = start if any(line.strip() for line in lines[:start]) else 0
    simple = escape == quote and (not quote or all(line.count(quote) % 2 == 0 for line in top))
    begun, ended = _enclosed(lines[start + count :], delimiter, quote) if quote else (0, 0)
    doubtful = begun > 0 and not ended
    return Dialect(delimiter, quote, escape, columns, above, count > 0, len(top), top.count(""), simple, doubtful)


def _enclosed(lines: Sequence[str], delimiter: str, quote: str) -> tuple[int, int]:
    """How many values begin with this quote, and how many end with it."""
    text, d = "\n".join(lines), re.escape(delimiter)
    if quote not in text:
        return 0, 0
    begun = re.findall(rf"(?:^|{d}) *{quote}", text, re.MULTILINE)
    return len(begun), len(re.findall(rf"{quote} *(?:{d}|$)", text, re.MULTILINE))


def _filled(lines: Sequence[str], start: int) -> int | None:
    """The first line from here on that is not blank."""
    return next((number for number in range(start, len(lines)) if lines[number].strip()), None)


def _settled(
    connection: DuckDBPyConnection, path: Path, lines: Sequence[str], start: int, asked: Asked
) -> tuple[str, str, int]:
    """Delimiter, quote, and the line of the header."""
    named = SEPARATOR_LINE.fullmatch(lines[start]) if asked.skip is None else None
    below = _filled(lines, start + 1) if named else None
    if named and below is not None:
        delimiter, quote, start = asked.delimiter or named[1], '"', below
    elif asked.delimiter:
        delimiter, quote = asked.delimiter, '"'
    else:
        delimiter, quote = _separators(connection, path, lines[start])
    sample = lines[start : start + SAMPLE]
    if asked.skip is None and not _even(sample, delimiter):
        candidates = [delimiter] if named or asked.delimiter else [delimiter, *DELIMITERS]
        titles = ((candidate, _titles(sample, candidate)) for candidate in candidates)
        delimiter, above = next(filter(lambda pair: pair[1], titles), (delimiter, 0))
        start += above
    if asked.quote is not None:
        return delimiter, asked.quote, start
    return delimiter, _quote(lines[start : start + SAMPLE], delimiter, quote), start


def _separators(connection: DuckDBPyConnection, path: Path, header: str) -> tuple[str, str]:
    import duckdb

    candidate = max(DELIMITERS, key=header.count)
    if header.count(candidate) > WIDE:  # a guesser would take long, and there is nothing to guess
        return candidate, '"'
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


# ---- lines above the header ------------------------------------------------------------------------------------------


def _cells(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """The cells of each line by itself; none of a blank one."""
    return [next(csv.reader([line], delimiter=delimiter), []) if line.strip() else [] for line in lines]


def _usual(rows: Sequence[Sequence[str]]) -> int:
    """How many cells most of the rows have; 0 where no number is usual."""
    widths = Counter(len(row) for row in rows if row)
    width, count = widths.most_common(1)[0] if widths else (0, 0)
    return width if count >= max(2, HALF * sum(widths.values())) else 0


def _even(lines: Sequence[str], delimiter: str) -> bool:
    """Whether the first line has as many cells as most, and more than one of them is filled."""
    rows = _read_cells(lines, delimiter)
    return len(rows[0]) == _usual(rows[1:]) and sum(bool(cell.strip()) for cell in rows[0]) > 1


def _read_cells(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    try:
        return _cells(lines, delimiter)
    except csv.Error:
        return [line.split(delimiter) for line in lines]


def _titles(lines: Sequence[str], delimiter: str) -> int:
    """How many lines stand above the header: other lines, then a header, then rows as wide as it is.

    A header differs from the rows below it: where they have digits, it has none.
    """
    rows = _read_cells(lines, delimiter)
    width = _usual(rows[1:])
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    full = [len(row) == width and count > width / 2 for row, count in zip(rows, filled, strict=True)]
    place = full.index(True) if True in full else 0
    below = [row for row in rows[place + 1 :] if len(row) == width]
    if width < 2 or not place or not below:
        return 0
    digits = [n for n in range(width) if _mostly_digits([row[n] for row in below])]
    plain = any(not re.search(r"\d", rows[place][n]) for n in digits)
    return place if plain or (not digits and max(filled[:place]) == 1) else 0


def _mostly_digits(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    return sum(bool(re.search(r"\d", cell)) for cell in filled) > MOST * len(filled)


# ---- quotes and header -----------------------------------------------------------------------------------------------


def _quote(lines: Sequence[str], delimiter: str, sniffed: str) -> str:
    """The quote around values: a single one only where it encloses values and no double one does."""
    double, single = (_enclosed(lines, delimiter, quote) for quote in ('"', "'"))
    if sniffed == "'":
        return "'" if single[1] >= double[1] else '"'
    return "'" if double == (0, 0) and single[0] > 1 and single[0] == single[1] else '"'


def _escape(lines: Sequence[bytes], delimiter: str, quote: str, width: int) -> str:
    """What makes a quote within quotes a letter: a backslash where more lines then fit, else another quote."""
    if not quote:
        return quote

    def fitting(escape: str) -> int:
        splits = [Written(delimiter, quote, escape).split(line) for line in lines]
        return sum(SOUND[split.state] for split in splits if len(split.values) == width)

    return "\\" if lines and fitting("\\") > fitting(quote) else quote


def _header(lines: Sequence[str], delimiter: str, quote: str, shown: str, asked: Asked) -> tuple[list[str], int]:
    """The cells of the header, and how many lines it has: several where a name has a line end within quotes.

    Where the first line is a row, or is said to be one, the header has no line, and its cells are empty.
    """
    try:
        rows = _csv(lines, delimiter, quote)
        header = next(rows)
        count = rows.line_num
        if asked.header is False or (asked.header is None and is_row(header, _values(lines[count:], delimiter, quote))):
            return nameless(len(header)), 0
        usual = _usual(_read_cells(lines[count:], delimiter))
        if count == 1 or len(header) == usual or not _open(lines[:count], delimiter):
            return header, count
        return lines[0].split(delimiter), 1
    except csv.Error as error:
        raise InputError(f'The header line of "{shown}" cannot be read: {error}.') from None


def _as_wide(header: list[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The header with a name for each cell of the rows: numbers of rows have none, and empty names may be too many."""
    width = len(header) if len(rows) < 2 else _usual(rows)
    fitting = [row for row in rows if len(row) == width]
    if len(fitting) < MOST * len(rows):
        return header
    numbered = len({row[0] for row in fitting}) == len(fitting) and any(row[-1] for row in fitting)
    if width == len(header) + 1 and numbered:
        return ["", *header]
    return header[:width] if 1 < width < len(header) and not any(name.strip() for name in header[width:]) else header


def _csv(lines: Sequence[str], delimiter: str, quote: str) -> Any:
    text = io.StringIO("\n".join(lines))
    if not quote:
        return csv.reader(text, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    return csv.reader(text, delimiter=delimiter, quotechar=quote)


def _values(lines: Sequence[str], delimiter: str, quote: str) -> list[list[str]]:
    """The values of the lines below the first; none where a quote is open."""
    try:
        return [row for row in _csv(lines, delimiter, quote) if row]
    except csv.Error:
        return []


def _open(lines: Sequence[str], delimiter: str) -> bool:
    """Whether a quote in these lines of a header is open by mistake: most have as many cells as the first by itself."""
    counts = [line.count(delimiter) for line in lines if line]
    return len(counts) > 1 and counts[0] > 0 and 2 * counts[1:].count(counts[0]) > len(counts) - 1
