"""One line of separated columns: its values by the way in which the file quotes, and whether it looks like a row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

WHOLE, OPEN, BROKEN = "whole", "open", "broken"
DIGITS, LETTERS = re.compile(rb"[0-9]+"), re.compile(rb"[^\W\d_]+|[\x80-\xff]+")
SURE = 0.9  # of the values in a column from which it is of a form
MOST_FORMS = 12


class Split(NamedTuple):
    """The values of a line as DuckDB reads them, quotes doubled, and the state in which the line ends.

    Whole, open (the next line goes on with its last value), or broken (text follows a quote that closed).
    """

    values: list[bytes]
    state: str
    quoted: bool


class Written:
    """How the values of a line are separated and quoted, over its bytes."""

    def __init__(self, delimiter: str, quote: str, escape: str) -> None:
        self.delimiter, self.quote = delimiter.encode(), quote.encode()
        d, q, e = re.escape(self.delimiter), re.escape(self.quote), re.escape(escape.encode())
        self.escape = b"" if escape == quote else escape.encode()
        if not quote:
            return
        if self.escape:
            body = rb"[^%s%s]*+(?:%s(?:.|\Z)[^%s%s]*+)*+" % (q, e, e, q, e)
        else:
            body = rb"[^%s]*+(?:%s%s[^%s]*+)*+" % (q, q, q, q)
        self._opens, self._body = re.compile(rb" *%s" % q), re.compile(rb"(%s)(%s *)?" % (body, q), re.DOTALL)
        self._value, self._separator = rb"(?:%s%s%s|[^%s%s]*+)" % (q, body, q, q, d), d
        self._escaped = re.compile(rb"%s(%s|%s)" % (e, q, e))

    def clean(self, width: int) -> re.Pattern[bytes] | None:
        """What fits a line of so many values that DuckDB reads as we do; None where no line with quotes is sure."""
        if self.escape or not self.quote or len(self.delimiter) > 1:
            return None
        value = self._value
        return re.compile(rb"(?:%s%s){%d}%s" % (value, self._separator, width - 1, value), re.DOTALL)

    def split(self, line: bytes, inside: bool = False) -> Split:
        """The values of a line; with `inside`, its first one goes on from the line before."""
        if not self.quote or (not inside and self.quote not in line):
            return Split(line.split(self.delimiter), WHOLE, False)
        values, place, quoted = [], 0, inside
        while True:
            opens = None if inside else self._opens.match(line, place)
            if inside or opens:
                text, closed, place = self._quoted(line, opens.end() if opens else place, inside)
                values.append(text)
                inside, quoted = False, True
                if not closed:
                    return Split(values, OPEN, quoted)
                if place < len(line) and not line.startswith(self.delimiter, place):
                    return Split(values, BROKEN, quoted)
            else:
                end = line.find(self.delimiter, place)
                end = len(line) if end < 0 else end
                values.append(self._doubled(line[place:end]))
                place = end
            if place == len(line):
                return Split(values, WHOLE, quoted)
            place += len(self.delimiter)

    def _quoted(self, line: bytes, place: int, inside: bool) -> tuple[bytes, bool, int]:
        """The quoted value that begins or goes on here, its quotes doubled; whether it is closed, and where it ends."""
        body = self._body.match(line, place)
        text, close, place = (body[1], body[2], body.end()) if body else (line[place:], None, len(line))
        if self.escape:
            text = self._escaped.sub(rb"\1", text).replace(self.quote, self.quote * 2)
        return (b"" if inside else self.quote) + text + (self.quote if close else b""), close is not None, place

    def _doubled(self, value: bytes) -> bytes:
        """An unquoted value, quoted where there are quotes in it."""
        if self.quote not in value:
            return value
        return self.quote + value.replace(self.quote, self.quote * 2) + self.quote


@dataclass(frozen=True)
class Forms:
    """What the rows of a file look like: how many values, and the forms of those columns that have few of them."""

    width: int
    forms: dict[int, frozenset[bytes]]

    def fit(self, values: Sequence[bytes]) -> bool:
        """Whether these values, separated without regard to quotes, look like a row."""
        return len(values) == self.width and all(form(values[n]) in forms for n, forms in self.forms.items())


def form(value: bytes) -> bytes:
    """A value with its digits and letters made alike: 2024-01-03 is 9-9-9."""
    return LETTERS.sub(b"a", DIGITS.sub(b"9", value.strip(b" \"'")))


def forms(rows: Sequence[Sequence[bytes]], width: int) -> Forms:
    """The forms of rows that are known to be sound; a column counts that has digits and only a few forms."""
    columns: dict[int, frozenset[bytes]] = {}
    for number in range(width):
        counts = Counter(form(row[number]) for row in rows)
        common = {shape: count for shape, count in counts.most_common(MOST_FORMS) if count > 1}
        digits = sum(count for shape, count in common.items() if b"9" in shape)
        if len(rows) > 1 and digits >= SURE * len(rows):
            columns[number] = frozenset(common)
    return Forms(width, columns)
