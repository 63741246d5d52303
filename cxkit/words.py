"""How are figures, lengths of time, lists and texts of the client's said? The one dialect of all that people read.

Shares in whole per cent with a decimal where they are small: `7.5%`, `92%`. Lengths of time in two digits or a whole
number: `3.2 d`. Counts with their thousands apart: `12,345 moves`. What is unknown is a dash.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

SHOWN = 60  # characters of an example
UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
LIMITS = {"d": 365 * 86_400, "h": 86_400, "min": 3_600, "s": 60}  # seconds from which the next unit is used
SIZES = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3))
YEAR = 365.25 * 86_400
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
NUMBER = re.compile(r"[+-]?(\d+([.,]\d+)*|[.,]\d+)([eE][+-]?\d+)?%?|-")
UNKNOWN = "\N{EN DASH}"
CLOCK, WORKING = "clock", "working time"  # the column by which a row says so, and what it says
NO_CUSTOMERS = "customers unknown: each journey counts as one"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
CLOCKS = {"milliseconds": 1e3, "seconds": 1e6, "minutes": 6e7, "hours": 3.6e9, "days": 8.64e10, "weeks": 6.048e11}


def given(value: object) -> float | None:
    """The number, or None where there is none (None, NaN)."""
    return None if value is None or math.isnan(number := float(value)) else number  # type: ignore[arg-type]


def percent(share: object) -> str:
    """A share: nothing that is there is called 0%, and nothing that lacks something 100%."""
    part = given(share)
    if part is None:
        return UNKNOWN
    if 0 < part < 0.001:
        return "<0.1%"
    if 0.999 < part < 1:
        return ">99.9%"
    digits = 0 if 9.95 <= part * 100 < 99.5 or part >= 1 else 1
    return f"{part * 100:.{digits}f}".removesuffix(".0") + "%"


def many(count: object, noun: str = "", nouns: str = "") -> str:
    """A count, alone or with its noun: 12,345, 1 pair, 2,000 pairs, 2 activities."""
    number = given(count)
    figure = UNKNOWN if number is None else f"{round(number):,}"
    return f"{figure} {noun if number == 1 else nouns or noun + 's'}" if noun else figure


def are(count: int) -> str:
    """The verb of so many things."""
    return "is" if count == 1 else "are"


def rounded(value: float) -> str:
    """A number that is no count, as it is said: one decimal below ten, none above."""
    return f"{value:,.0f}" if round(abs(value), 1) >= 10 else f"{value:.1f}".removesuffix(".0")


def precise(value: float) -> str:
    """A number that is no count, as a table has it: three digits, and all before the point."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def lasting(seconds: object, days: bool = True) -> str:
    """A length of time as people say it: `3.2 d`, `45 min`, `900 ms`; without days `77 h`."""
    value = given(seconds)
    if value is None:
        return UNKNOWN
    if math.isinf(value):
        return "\N{INFINITY}"
    if value < 0:
        return "\N{MINUS SIGN}" + lasting(-value, days)
    if 0 < value < 0.9995:
        return f"{rounded(value * 1000)} ms" if value >= 0.001 else "<1 ms"
    for unit, size in reversed(UNITS):
        limit = math.inf if unit == "h" and not days else LIMITS[unit]
        if float(rounded(value / size).replace(",", "")) * size < limit:
            return f"{rounded(value / size)} {unit}"
    return f"{rounded(value / YEAR)} y"


def timed(row: Mapping[str, Any], column: str) -> str:
    """A row's length of time as people say it; working time in hours, for a day of work has no 24 of them."""
    return lasting(row.get(column), days=in_days(row))


def in_days(row: Mapping[str, Any]) -> bool:
    """Whether the times of a row may be said in days."""
    return row.get(CLOCK) != WORKING


def since_beginning(microseconds: int | None, unit: str) -> str | None:
    """A moment of a relative clock in words.

    >>> since_beginning(5_400_000_000, "hours")
    '1.5 hours since the beginning'
    """
    return None if microseconds is None else f"{rounded(microseconds / CLOCKS[unit])} {unit} since the beginning"


def dated(day: date, year: bool = True) -> str:
    """A day as people say it: `12 May 2025`, or `12 May` where the year is clear."""
    return f"{day.day} {MONTHS[day.month - 1]}" + (f" {day.year}" if year else "")


def spanned(first: date, last: date) -> str:
    """The days from one to another, both included: `2 to 8 Jun 2025`."""
    if first == last:
        return dated(last)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {dated(last)}"
    return f"{dated(first, first.year != last.year)} to {dated(last)}"


def exactly(seconds: float) -> str:
    """A length of time as `within=` and `silence=` take it, in the largest unit that has no fraction."""
    for unit, size in UNITS:
        if seconds >= size and seconds % size == 0:
            return f"{round(seconds / size)}{unit}"
    return f"{seconds:.6f}".rstrip("0").rstrip(".") + "s"


def sentences(*texts: str) -> str:
    """These texts as sentences, those that are empty left out."""
    return " ".join(f"{text.removesuffix('.')}." for text in texts if text)


def sized(count: float) -> str:
    """An amount of bytes as people say it: `25 GB`, `3.2 MB`, `977 bytes`."""
    for unit, size in SIZES:
        if count >= size:
            return f"{rounded(count / size)} {unit}"
    return many(count, "byte")


def listed(texts: Sequence[str], most: int) -> str:
    """The first few of these, and how many more there are."""
    more = len(texts) - most
    return ", ".join(texts[:most]) + (f" and {many(more)} more" if more > 0 else "")


def quoted(names: Sequence[str], most: int) -> str:
    """The first few of these names between quotation marks, and how many more there are."""
    return listed([f'"{name}"' for name in names], most)


def safe(text: str) -> str:
    """A text of the client's on one line, what cannot be seen of it (control, bidi, zero width) written out."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def inert(text: str) -> str:
    """Lines of text as a terminal may have them: what cannot be seen of them is written out."""
    return "\n".join(map(safe, text.split("\n")))


def short(text: str) -> str:
    """A text of the client's on one line, safe, cut where it is long."""
    line = safe(text)
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"


def cell(text: str) -> str:
    """A text of the client's as a cell of a spreadsheet: one that would be a formula is kept from being it by a `'`."""
    return f"'{text}" if text.startswith(FORMULAS) and not NUMBER.fullmatch(text) else text


def folded(label: str) -> str:
    """The label without what eyes overlook: capitals, stray spaces, signs between words, Unicode forms."""
    plain = unicodedata.normalize("NFKC", label).casefold().strip()
    return re.sub(r"(?<=\w)[\s_./-]+(?=\w)|_", " ", plain)
