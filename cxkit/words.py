"""How are figures and texts of the client's said in a line, and set in a table?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from html import escape

SHOWN = 60  # characters of an example
UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def percent(share: float) -> str:
    """A share in words: nothing that is there is called 0 %, and nothing that lacks something 100 %."""
    if 0 < share < 0.001:
        return "under 0.1%"
    if 0.999 < share < 1:
        return "over 99.9%"
    return f"{share:.1%}".replace(".0%", "%")


def many(count: int, noun: str) -> str:
    """A count with its noun: 1 pair, 2,000 pairs."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def plain(text: str) -> str:
    """A text of the client's on one line, its invisible characters written out."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def short(text: str) -> str:
    """A text of the client's on one line, cut where it is long."""
    line = plain(text)
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"


def folded(label: str) -> str:
    """The label without what eyes overlook: capitals, stray spaces, signs between words, Unicode forms."""
    plain = unicodedata.normalize("NFKC", label).casefold().strip()
    return re.sub(r"(?<=\w)[\s_./-]+(?=\w)|_", " ", plain)


def about(seconds: float) -> str:
    """A length of time in two digits or a whole number, in the unit that people would use."""
    unit, size = next(((unit, size) for unit, size in UNITS if seconds >= size), UNITS[-1])
    number = seconds / size
    return f"{number:,.0f} {unit}" if number >= 10 else f"{number:.2g} {unit}"


def exactly(seconds: float) -> str:
    """A length of time as `within=` and `silence=` take it, in the largest unit that has no fraction."""
    for unit, size in UNITS:
        if seconds >= size and seconds % size == 0:
            return f"{round(seconds / size)}{unit}"
    return f"{seconds:.6f}".rstrip("0").rstrip(".") + "s"


def table(heads: Sequence[str], numbers: int, rows: Iterable[str]) -> str:
    """Rows of cells as HTML under their heads, of which all but the first and so many after it are texts."""
    columns = "".join(f'<th scope="col" style="{_side(0 < n <= numbers)}">{head}</th>' for n, head in enumerate(heads))
    return (
        f'<div class="cx-scroll" style="overflow-x:auto"><table class="cx-rows"><thead><tr>{columns}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def row(texts: Sequence[str], numbers: int, *, drawn: str = "", strong: bool = False) -> str:
    """A row of a table: texts are escaped, what is drawn comes last and is HTML already."""
    weight = "font-weight:600;" if strong else ""
    cells = "".join(
        f'<td style="{weight}{_side(0 < place <= numbers)}">{escape(text)}</td>' for place, text in enumerate(texts)
    )
    return f"<tr>{cells}{drawn and f'<td style={_side(False)!r}>{drawn}</td>'}</tr>"


def prose(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Rows of sentences as an HTML table under their heads; they are escaped, and break where they are long."""
    columns = "".join(f'<th scope="col">{head}</th>' for head in heads)
    body = "".join(f"<tr>{''.join(f'<td>{escape(plain(text))}</td>' for text in texts)}</tr>" for texts in rows)
    return (
        '<div class="cx-scroll" style="overflow-x:auto"><table class="cx-rows cx-words">'
        f"<thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _side(right: bool) -> str:
    return f"text-align:{'right' if right else 'left'};white-space:nowrap;padding-inline:.6em"
