"""Checks of texts: were they read rightly, can all of them be seen, and do they name people?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cxkit.readiness.check import Found
from cxkit.readiness.ground import Ground, among
from cxkit.shaping.columns import braced, by_column
from cxkit.shaping.mending.repairs import MOST_VALUES, Reencode, reencoded

MISREAD = "\\x{FFFD}|[ÃÂâÄÅ][\\x{80}-\\x{BF}€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"  # noqa: RUF001
INVISIBLE = "[\\x{00}-\\x{08}\\x{0B}\\x{0C}\\x{0E}-\\x{1F}\\x{7F}\\x{AD}\\x{200B}\\x{202A}-\\x{202E}\\x{2060}\\x{FEFF}]"

MISREAD_HERE, INVISIBLE_HERE = (
    re.compile(re.sub(r"\\x\{(\w+)\}", lambda code: re.escape(chr(int(code[1], 16))), pattern))
    for pattern in (MISREAD, INVISIBLE)
)
MAIL = r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}"
ABROAD = r"\+[1-9][0-9 ()/.-]{6,18}[0-9]"
PHONE = r"[+(0-9][0-9 ()/.-]{5,18}[0-9]"  # and of many ids, so that the column's name must say so, too
SAYS_PHONE = re.compile(r"phone|mobile|(?<![a-z])(tel|cell|fax|handy|t[eé]l[eé]f)", re.IGNORECASE)
MOSTLY = 0.5  # of a column's values
NEAR, EXAMPLES = 25, 10  # characters around a damaged one that are shown, and how many texts


def personal(ground: Ground) -> Iterator[Found]:
    """Columns of e-mail addresses or telephone numbers: personal data, which no answer of this kind needs."""
    texts = [n for n in ground.texts if ground.filled[n]]
    forms = ", ".join(f"count_if(regexp_full_match(trim(c{{n}}), '{braced(form)}'))" for form in (MAIL, ABROAD, PHONE))
    counts = iter(by_column(ground.source, forms, texts))
    for column, mails, abroad, phones in zip(texts, counts, counts, counts, strict=True):
        called = phones if SAYS_PHONE.search(ground.name(column)) else abroad
        most, kind = max((mails, "e-mail addresses"), (called, "telephone numbers"))
        if most >= MOSTLY * ground.filled[column]:
            what = f'are {kind} in "{ground.name(column)}": personal data, to be left out or replaced by an id'
            yield Found(what, column=column, count=most, of=ground.filled[column])


def misread(ground: Ground) -> Iterator[Found]:
    """Texts with damaged characters: UTF-8 read as something else, or characters lost on the way."""
    for column in ground.texts:
        texts = _matching(ground, column, MISREAD)
        pairs = {value: reencoded(value) for value in texts}
        bad = [value for value in texts if "\N{REPLACEMENT CHARACTER}" in value or pairs[value] is not None]
        if bad:
            mendable = tuple((value, mended) for value in bad if (mended := pairs[value]) is not None)
            yield Found(
                f'have damaged characters in "{ground.name(column)}"',
                among(ground, column),
                {"wanted": bad},
                column,
                of=ground.filled[column],
                examples=tuple(_around(value, MISREAD_HERE) for value in bad[:EXAMPLES]),
                repair=Reencode(ground.name(column), mendable) if 0 < len(mendable) <= MOST_VALUES else None,
            )


def _matching(ground: Ground, column: int, pattern: str) -> list[str]:
    rows = ground.ask(f"""
        SELECT DISTINCT c{column} FROM {ground.source.rows} WHERE regexp_matches(c{column}, '{pattern}') ORDER BY 1""")
    return [value for (value,) in rows]


def _around(text: str, pattern: re.Pattern[str]) -> str:
    """The text near the first place that matches."""
    match = pattern.search(text)
    place = match.start() if match else 0
    start = max(place - NEAR, 0)
    return f"{'…' if start else ''}{text[start : place + NEAR]}"


def invisible(ground: Ground) -> Iterator[Found]:
    """Texts with control characters or others that cannot be seen, so that equal looks are not equal values."""
    for column in ground.texts:
        texts = _matching(ground, column, INVISIBLE)
        if texts:
            yield Found(
                f'have invisible characters in "{ground.name(column)}"',
                among(ground, column),
                {"wanted": texts},
                column,
                of=ground.filled[column],
                examples=tuple(_around(value, INVISIBLE_HERE) for value in texts[:EXAMPLES]),
            )
