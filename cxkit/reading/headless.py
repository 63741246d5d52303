"""Does a table begin with a header, or at once with a row? A row is recognised by what stands below it."""

from __future__ import annotations

import re
from collections.abc import Sequence

MOST = 0.9
FEWEST = 2  # rows below, of which one can be said to look like another
STAMP = re.compile(r"9+\D+9+\D+9+.*")


def is_row(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether the first line is a row like those below: it holds a stamp, or every value of it comes again.

    A stamp counts where nearly all values of its column are written like it, such as 2024-01-31 10:00. A name that
    comes again as a value of its own column, in each of two columns or more, is no name; a whole line that comes again
    is a header that was written twice.
    """
    rows = [row for row in below if len(row) == len(first) and [*row] != [*first]]
    if len(rows) < FEWEST:
        return False
    columns = [(value.strip(), [row[place].strip() for row in rows]) for place, value in enumerate(first)]
    return any(_stamped(value, cells) for value, cells in columns) or (
        len(columns) > 1 and all(value and value in cells for value, cells in columns)
    )


def nameless(width: int) -> list[str]:
    """The cells of the header that such a table lacks."""
    return [""] * width


def _stamped(value: str, cells: Sequence[str]) -> bool:
    shape, filled = _shape(value), [cell for cell in cells if cell]
    alike = sum(_shape(cell) == shape for cell in filled)
    return bool(STAMP.fullmatch(shape)) and alike >= max(FEWEST, MOST * len(filled))


def _shape(text: str) -> str:
    """How a value is written: its digits made alike, an hour of one digit as one of two."""
    return re.sub(r"\d+", lambda digits: "9" * max(2, len(digits[0])), text)
