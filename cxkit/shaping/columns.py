"""The values of a column, in SQL: whether there is one, which kind holds them all, and how one is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from cxkit.reading import stamps
from cxkit.schema import KEY, Kind

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

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
WHOLE = r"\s*[+-]?[0-9]{1,18}\s*"
NUMERIC = r"\s*[+-]?([0-9]+[.]?|[0-9]*[.][0-9]+)([eE][+-]?[0-9]{1,2})?\s*"
NEARLY = 0.9  # of the values that put events in order are numbers: the others do not make them texts
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


def by_text(source: Source, asked: Sequence[str], columns: Sequence[int], table: str) -> dict[int, tuple[Any, ...]]:
    """The answers to questions about the texts `v` of each column that has some, in a sample.

    Columns become rows: a regular expression is costly to plan, so it is planned once and not for every column.
    """
    answers: dict[int, tuple[Any, ...]] = {}
    for start in range(0, len(columns), COLUMNS_AT_ONCE):
        part = columns[start : start + COLUMNS_AT_ONCE]
        texts = ", ".join(f"trim(c{n}::VARCHAR)" for n in part)
        long = f"SELECT unnest([{', '.join(map(str, part))}]) AS n, unnest([{texts}]) AS v FROM {table}"
        rows = source.connection.execute(f"SELECT n, {', '.join(asked)} FROM ({long}) WHERE v <> '' GROUP BY n")
        answers |= {n: values for n, *values in rows.fetchall()}
    return answers


def text_of(source: Source, number: int) -> str:
    """The SQL of a column's values as texts; whole numbers are spelt in full, whatever type holds them."""
    column = f"c{number}"
    if source.kinds[number] != "number":
        return f"{column}::VARCHAR"
    whole = f"{column} = trunc({column}) AND abs({column}) < 1e38"
    return f"CASE WHEN {whole} THEN {column}::HUGEINT::VARCHAR ELSE {column}::VARCHAR END"


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
    counts = by_column(source, asked, [columns[name] for name in texts])
    for name in texts:
        fit_of = dict(zip(NUMBERS, counts, strict=False))
        fitting[name] = EVERY if None in fit_of.values() else tuple(kind for kind, fit in fit_of.items() if fit)
    return fitting


def kind(fitting: Sequence[Kind]) -> Kind:
    """The narrowest kind that fits; text where none does, or where there are no values."""
    return "text" if not fitting or tuple(fitting) == EVERY else fitting[0]


def typed(source: Source, number: int, kind: Kind) -> str:
    """The SQL of a column's values as the store keeps them; null where they are not of the kind."""
    if kind == "time":
        return stamps.sql(stamps.Writing(stamps.ISO), f"c{number}", source.kinds[number])
    if kind == "text":
        return f"nullif({text_of(source, number)}, '')"
    return f"TRY_CAST(c{number} AS {TYPES[kind]})"


def braced(pattern: str) -> str:
    """A pattern that comes through `str.format` as it is."""
    return pattern.replace("{", "{{").replace("}", "}}")


def key_fits(*texts: tuple[DuckDBPyConnection, str, str]) -> tuple[Kind, ...]:
    """Which kinds hold nearly all values that put events in order, so that a few odd ones do not change the order.

    Each of `texts` is a connection, the SQL of the values as texts, and the table that has them.
    """
    filled = numbers = whole = 0
    for connection, text, table in texts:
        asked = ", ".join(f"coalesce(count_if(regexp_full_match(k, '{pattern}')), 0)" for pattern in (NUMERIC, WHOLE))
        statement = f"SELECT count(k), {asked} FROM (SELECT nullif(trim({text}), '') AS k FROM {table})"
        counts = connection.execute(statement).fetchone() or (0, 0, 0)
        filled, numbers, whole = filled + counts[0], numbers + counts[1], whole + counts[2]
    if numbers < NEARLY * filled:
        return ()
    return ("integer", "number") if whole == numbers else ("number",)


def key_fits_of(source: Source, number: int) -> tuple[Kind, ...]:
    """Which kinds hold nearly all values of the column that puts events in order."""
    return key_fits((source.connection, text_of(source, number), source.rows))


def odd_keys(source: Source, number: int) -> tuple[str, ...]:
    """The values that are no numbers in a column that puts events in order, where nearly all are."""
    if not key_fits_of(source, number):
        return ()
    text = text_of(source, number)
    asked = f"SELECT DISTINCT {text} AS k FROM {source.rows} WHERE trim({text}) <> ''"
    odd = source.connection.execute(f"FROM ({asked}) WHERE NOT regexp_full_match(k, '{NUMERIC}') ORDER BY k").fetchall()
    return tuple(value for (value,) in odd)


def as_key(text: str, kind: Kind) -> str:
    """The SQL of a value that puts events in order, from its text; an odd one counts as the number it begins with."""
    if kind not in ("integer", "number"):
        return f"nullif({text}, '')"
    begins = rf"regexp_extract({text}, '^\s*[+-]?[0-9]+([.][0-9]+)?')"
    return f"coalesce(TRY_CAST({text} AS {TYPES[kind]}), TRY_CAST({begins} AS {TYPES[kind]}))"


def order_key(source: Source, number: int) -> str:
    """The SQL of the order column's values, as the column `key`."""
    return f"{as_key(text_of(source, number), kind(key_fits_of(source, number)))} AS {KEY}"
