"""The values of a column, in SQL: whether there is one, which kind holds them all, and how one is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from cxkit.reading import stamps
from cxkit.schema import KEY, Kind

if TYPE_CHECKING:
    from cxkit.reading.source import Source

COLUMNS_AT_ONCE = 40
TIDY = "regexp_replace(trim(nfc_normalize({c})), '\\s+', ' ', 'g')"
CURRENCY = "([€$£¥%]|EUR|USD|GBP|CHF|PLN|SEK|kr|zł|â‚¬)?"  # noqa: RUF001
WRITTEN = {
    ",": rf"{CURRENCY}\s*[+-]?([0-9]{{1,3}}([. \x{{A0}}][0-9]{{3}})+|[0-9]+)(,[0-9]+)?\s*{CURRENCY}",
    ".": rf"{CURRENCY}\s*[+-]?([0-9]{{1,3}}([, \x{{A0}}][0-9]{{3}})+|[0-9]+)(\.[0-9]+)?\s*{CURRENCY}",
}
NUMBERS: dict[Kind, tuple[str, str]] = {
    "integer": ("-?(0|[1-9][0-9]{0,17})", "BIGINT"),
    "number": (r"-?((0|[1-9][0-9]{0,14})(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,2})?", "DOUBLE"),
    "boolean": ("(?i)true|false", "BOOLEAN"),
}
EVERY: tuple[Kind, ...] = (*NUMBERS, "time")
TYPED: dict[str, tuple[Kind, ...]] = {
    "integer": ("integer", "number"),
    "number": ("number",),
    "boolean": ("boolean",),
    **dict.fromkeys(("time", "date"), ("time",)),
}
Fits = dict[str, tuple[Kind, ...]]
TYPES = {"text": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN"}


def by_column(source: Source, asked: str, columns: Sequence[int], table: str | None = None) -> Iterator[Any]:
    """The answers to a question about each column, a few columns at a time so that wide logs stay small."""
    for start in range(0, len(columns), COLUMNS_AT_ONCE):
        part = ", ".join(asked.format(n=n) for n in columns[start : start + COLUMNS_AT_ONCE])
        yield from source.connection.execute(f"SELECT {part} FROM {table or source.rows}").fetchone() or ()


def filled(column: str) -> str:
    """The SQL that says whether a column has a value."""
    return f"coalesce(trim({column}::VARCHAR), '') <> ''"


def as_number(column: str, decimal: str) -> str:
    """The SQL of a number that is written for people; null where it is none."""
    digits = f"regexp_replace({column}, '[^0-9{decimal}+-]', '', 'g')"
    return (
        f"CASE WHEN regexp_full_match(trim({column}), '{WRITTEN[decimal]}') "
        f"THEN TRY_CAST(replace({digits}, '{decimal}', '.') AS DOUBLE) END"
    )


def fits(source: Source, columns: dict[str, int]) -> Fits:
    """Which kinds beside text hold all values of these columns, the narrowest first; every kind if there is none."""
    fitting = {name: TYPED.get(source.kinds[number], ()) for name, number in columns.items()}
    texts = [name for name, number in columns.items() if source.kinds[number] == "text"]
    asked = ", ".join(
        f"bool_and(regexp_full_match(c{{n}}, '{braced(pattern)}')) FILTER (c{{n}} <> '')"
        for pattern, _ in NUMBERS.values()
    )
    found = by_column(source, asked, [columns[name] for name in texts])
    for name in texts:
        said = dict(zip(NUMBERS, found, strict=False))
        fitting[name] = EVERY if None in said.values() else tuple(kind for kind, fit in said.items() if fit)
    return fitting


def kind(fitting: Sequence[Kind]) -> Kind:
    """The narrowest kind that fits; text where none does, or where there are no values."""
    return "text" if not fitting or tuple(fitting) == EVERY else fitting[0]


def typed(source: Source, number: int, kind: Kind) -> str:
    """The SQL of a column's values as the store keeps them; null where they are not of the kind."""
    if kind == "time":
        return stamps.sql(stamps.Writing(stamps.ISO), f"c{number}", source.kinds[number])
    if kind == "text":
        return f"nullif(c{number}::VARCHAR, '')"
    return f"TRY_CAST(c{number} AS {TYPES[kind]})"


def braced(pattern: str) -> str:
    """A pattern that comes through `str.format` as it is."""
    return pattern.replace("{", "{{").replace("}", "}}")


def order_key(source: Source, number: int) -> str:
    """The SQL of the order column's values, as the column `key`."""
    found = kind(fits(source, {KEY: number})[KEY])
    return f"TRY_CAST(c{number} AS {TYPES.get(found, 'VARCHAR')}) AS {KEY}"
