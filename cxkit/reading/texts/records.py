"""What becomes of every line of a text file that DuckDB cannot read as it is: a row, a part of one, or put aside.

A record begins on a line. It is whole on that line, or goes on where a quote is open at the line's end. A quote that
never closes, or only after lines that are rows of their own, was no beginning of a quoted value: its line is put aside
and the lines after it are read. So every line is a row, goes on with one, is blank, or is put aside for a reason.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cxkit.reading.texts.dialect import Dialect
from cxkit.reading.texts.look import Text, chunks, is_text
from cxkit.reading.texts.written import BROKEN, OPEN, WHOLE, Forms, Written, forms

LONGEST = 2_000_000  # bytes of a record, as DuckDB has it
SHOWN = 10_000  # bytes of a line that are kept of one put aside
SAMPLE = 2_000  # rows from which their forms are learnt
FEW, MANY, STRAY = "too few columns", "too many columns", "a quote that does not close"
DAMAGED, LONG, MISPLACED = "damaged characters", "line too long", "quotes in the wrong place"
QUOTES = (STRAY, MISPLACED)
Aside = tuple[int, str, str]


class Places:
    """On which line each row begins, kept as the rows at which the distance between the two changes."""

    def __init__(self) -> None:
        self._rows, self._distances = array("q"), array("q")

    def add(self, row: int, line: int) -> None:
        """Say that a row begins on this line."""
        if not self._distances or self._distances[-1] != line - row:
            self._rows.append(row)
            self._distances.append(line - row)

    def __bool__(self) -> bool:
        return bool(self._rows)

    def lines(self, rows: Iterable[int]) -> list[int | None]:
        """The lines of these rows."""
        return [row + self._distances[bisect_right(self._rows, row) - 1] for row in rows]


@dataclass
class Account:
    """What has become of the lines below the header."""

    rows: int = 0
    blank: int = 0
    continued: int = 0  # lines with which a row goes on
    quoted: int = 0  # rows with a value in quotes
    aside: list[Aside] = field(default_factory=list)
    places: Places = field(default_factory=Places)


def lines_of(path: Path, text: Text) -> Iterator[bytes]:
    """The lines of a file of one kind of line end, each without it; of a line without end only the beginning."""
    end, rest = (b"\r" if text.end == b"\r" else b"\n"), b""
    for chunk in chunks(path):
        if end not in chunk and len(rest) > LONGEST:
            continue
        *whole, rest = (rest + chunk).split(end)
        yield from (line.removesuffix(b"\r") for line in whole)
    if rest:
        yield rest.removesuffix(b"\r")


def places(path: Path, text: Text, header_lines: int) -> Places:
    """Where the rows begin in a file of which every line below the header is a row or blank."""
    begin, row = Places(), 0
    begin.add(0, header_lines + 1)
    for number, line in enumerate(lines_of(path, text) if text.blank else (), 1):
        if number > header_lines and line:
            begin.add(row, number)
            row += 1
    return begin


class Reader:
    """Goes through the lines below the header and writes those that are rows to a file that DuckDB reads without fail.

    There a row is on one line, or goes on within quotes; quotes are doubled.
    """

    def __init__(self, path: Path, text: Text, how: Dialect, width: int) -> None:
        self._path, self._text, self._width = path, text, width
        self._written, self._header_lines = Written(how.delimiter, how.quote, how.escape), how.header_lines
        self._clean = self._written.clean(width)
        self._forms = self._learnt()

    def _lines(self) -> Iterator[bytes]:
        lines = lines_of(self._path, self._text)
        for _ in range(self._header_lines):
            next(lines, None)
        return lines

    def _learnt(self) -> Forms:
        """What rows look like, from those on one line near the beginning."""
        rows: list[Sequence[bytes]] = []
        for number, line in enumerate(self._lines()):
            values = self._written.split(line[:LONGEST])
            if values.state == WHOLE and len(values.values) == self._width:
                rows.append(values.values)
            if len(rows) == SAMPLE or number > 2 * SAMPLE:
                break
        return forms(rows, self._width)

    def read(self, target: Path) -> Account:
        """Write the rows, and say what has become of every line."""
        self.account = account = Account()
        self._waiting, self._rest = deque[bytes](), self._lines()
        self._line = self._header_lines
        places = account.places
        with target.open("wb", buffering=1 << 20) as file:
            while (line := self._next()) is not None:
                self._line += 1
                if not line:
                    account.blank += 1
                    continue
                begins = self._line
                row = self._row(line)
                if row is not None:
                    places.add(account.rows, begins)
                    account.rows += 1
                    file.write(row + b"\n")
        return account

    def _next(self) -> bytes | None:
        return self._waiting.popleft() if self._waiting else next(self._rest, None)

    def _row(self, line: bytes) -> bytes | None:
        """The row that begins on this line, as it is to be written; None where the line is put aside."""
        if len(line) > LONGEST:
            return self._aside(line, LONG)
        if not self._text.whole and not is_text(line):
            return self._aside(line, DAMAGED)
        quote, delimiter = self._written.quote, self._written.delimiter
        if not quote or quote not in line:
            fits = line.count(delimiter) == self._width - 1
            return line if fits else self._fitting(line.split(delimiter), line)
        if self._clean and self._clean.fullmatch(line):
            self.account.quoted += 1
            return line
        split = self._written.split(line)
        if split.state == OPEN:
            return self._several(line, split.values)
        if split.state == BROKEN:
            return self._aside(line, MISPLACED)
        self.account.quoted += split.quoted
        return self._fitting(split.values, line)

    def _fitting(self, values: list[bytes], line: bytes) -> bytes | None:
        """The row of these values; one more delimiter at the end of a line does no harm."""
        if len(values) == self._width + 1 and not values[-1]:
            values = values[:-1]
        if len(values) != self._width:
            return self._aside(line, FEW if len(values) < self._width else MANY)
        return self._written.delimiter.join(values)

    def _several(self, line: bytes, values: list[bytes]) -> bytes | None:
        """The row that goes on over the lines that follow, if they close it and are no rows themselves."""
        ahead: list[bytes] = []
        size, state, first = len(line), OPEN, len(values)
        pieces = [values.pop()]
        while state == OPEN and (more := self._next()) is not None:
            ahead.append(more)
            size += len(more)
            if size > LONGEST or len(values) >= self._width or not (self._text.whole or is_text(more)):
                break
            [piece, *others], state, _ = self._written.split(more, inside=True)
            pieces.append(piece)
            if others:
                values += [b"\n".join(pieces), *others[:-1]]
                pieces = [others[-1]]
        values.append(b"\n".join(pieces))
        if state == WHOLE and len(values) == self._width and not self._swallowed(line, first, ahead):
            self.account.continued += len(ahead)
            self.account.quoted += 1
            self._line += len(ahead)
            return self._written.delimiter.join(values)
        self._waiting.extendleft(reversed(ahead))
        return self._aside(line, STRAY)

    def _swallowed(self, line: bytes, first: int, ahead: list[bytes]) -> bool:
        """Whether lines that are rows of their own lie within this quote, so that it is none."""
        delimiter, fit = self._written.delimiter, self._forms.fit
        if self._width == 1 or not (first == self._width or fit(line.split(delimiter))):
            return False
        alike = [fit(more.split(delimiter)) for more in ahead if more]
        return any(alike) and 2 * sum(alike) >= len(alike)

    def _aside(self, line: bytes, reason: str) -> bytes | None:
        """No row: the line is kept with the reason."""
        self.account.aside.append((self._line, reason, line[:SHOWN].decode("utf-8", "replace")))
        return None
