"""How time stamps are written in a source, found on a sample and shown; and the SQL that reads them all.

Texts in ISO 8601 are always read, with their offset or the short name of their zone if they carry one. Another way of
writing (day first, month first, ...) is chosen for the whole column by the share of a sample that it can read. A stamp
without an offset is a local time in the log's zone. Plain numbers of a column that is meant to be a time may count
the days of a spreadsheet, or hours and days since a beginning that nobody knows: a relative clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

from cxkit.errors import InputError
from cxkit.reading.names import words_of
from cxkit.reading.spelling import months, zones
from cxkit.words import CLOCKS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ISO = "ISO 8601"
TIMES = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %H:%M:%S.%n", " %I:%M %p", " %I:%M:%S %p", "T%H:%M:%S")
SAMPLE, FAR = 4_000, 5
DATE_LIKE = (
    r"^\s*([0-9]{1,4}[-/. ][^-/.\s]{1,12}[-/.,\s]|[0-9]{8}|[^\s0-9.,:/-]{3,}\.? [0-9]{1,2},|[0-9]{4}[年년]|"
    r"[0-9]{1,2}(\.|er|º)? +[^\s0-9.,:/-]|[^\s0-9.,:/-]+\.?,? +([^\s0-9.,:/-]+\.? +)?[0-9]{1,2},? .*[0-9]{2})"
)
TOO_EARLY, TOO_LATE = "TIMESTAMPTZ '0001-01-01 00:00:00+00'", "TIMESTAMPTZ '9999-12-31 00:00:00+00'"
NUMERIC = ("integer", "number")
EPOCHS = {
    "epoch seconds": (1e8, 1e6),
    "epoch milliseconds": (1e11, 1e3),
    "epoch microseconds": (1e14, 1.0),
    "epoch nanoseconds": (1e17, 1e-3),
}
SHEET = "days of a spreadsheet (45352.375)"
SHEET_DAYS = (20_000, 80_000)  # 1954 to 2119
SHEET_EPOCH = 25_569  # the day of 1970-01-01
RELATIVE = " since the beginning"
UNIT_NAMES = {
    "milliseconds": "millisecond milliseconds millis ms msec",
    "seconds": "second seconds sec secs sekunde sekunden seconde secondes segundo segundos",
    "minutes": "minute minutes min mins minuten minuto minutos minuut",
    "hours": "hour hours hr hrs h stunde stunden std heure heures hora horas ora ore uur uren",
    "days": "day days tag tage jour jours dia dias giorno giorni dag dagen date",
    "weeks": "week weeks wk woche wochen semaine semaines semana semanas settimana settimane weken",
}
OFFSET_AFTER = r"((?::[0-9]{2}|T[0-9]{4,6})(?:[.,][0-9]+)?(?: ?[AaPp][Mm])?)\s*(Z|[+-][0-9]{2}(?::?[0-9]{2})?)$"
COMPACT_FORM = (
    r"(19|20)[0-9]{6}((([0-9]{2}){0,3}|[0-9]{9}|[0-9]{12}|[0-9]{6}\.[0-9]+)|[T -][0-9:.]{4,}(Z|[+-][0-9:]+)?)"
)
AMBIGUOUS = "Days and months cannot be told apart here; days are read first."


@dataclass(frozen=True)
class Writing:
    """One way of writing stamps: its name, its strptime patterns, and a doubt to be told, if any."""

    name: str
    patterns: tuple[str, ...] = ()
    doubt: str = ""

    @property
    def relative(self) -> bool:
        """Whether it counts from a beginning that nobody knows, so that no date is meant."""
        return is_relative(self.name)

    @property
    def format(self) -> str | None:
        """What `time_format` takes to read stamps this way; None where they are found so again."""
        if "%" in self.name:
            return self.name
        return self.name.removesuffix(RELATIVE) if self.relative else None


def is_relative(name: str) -> bool:
    """Whether a way of writing of this name counts from a beginning that nobody knows.

    >>> is_relative("hours since the beginning"), is_relative("ISO 8601")
    (True, False)
    """
    return name.endswith(RELATIVE)


def _family(days: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(day + time for day, time in product(days, TIMES))


ISO_8601 = Writing(ISO)
DAY_FIRST = Writing("day first (31/12/2025)", _family(("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y")))
MONTH_FIRST = Writing("month first (12/31/2025)", _family(("%m/%d/%Y", "%m.%d.%Y", "%m-%d-%Y")))
FAMILIES = (
    DAY_FIRST,
    MONTH_FIRST,
    Writing("year first (2025/12/31)", _family(("%Y/%m/%d", "%Y.%m.%d"))),
    Writing("named month (31 Dec 2025)", _family(("%d %b %Y", "%d-%b-%Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y"))),
    (DAY_FIRST_SHORT := Writing("day first, short year (31/12/25)", _family(("%d/%m/%y", "%d.%m.%y", "%d-%m-%y")))),
    Writing("month first, short year (12/31/25)", _family(("%m/%d/%y", "%m-%d-%y"))),
    (YEAR_FIRST_SHORT := Writing("year first, short year (25/12/31)", _family(("%y/%m/%d", "%y.%m.%d", "%y-%m-%d")))),
    (
        COMPACT := Writing(
            "compact (20251231235959)",
            (
                *("%Y%m%d%H%M%S", "%Y%m%d", "%Y%m%dT%H%M%S", "%Y%m%d%H%M", "%Y%m%d%H", "%Y%m%dT%H%M"),
                *("%Y%m%d%H%M%S.%f", "%Y%m%d%H%M%S%f", "%Y%m%d%H%M%S%g", "%Y%m%d %H:%M", "%Y%m%d %H:%M:%S"),
                *("%Y%m%d %H:%M:%S.%f", "%Y%m%d %H%M", "%Y%m%d %H%M%S", "%Y%m%d-%H%M%S", "%Y%m%d-%H%M"),
            ),
        )
    ),
    (SPELLED := Writing("spelled out (3 March 2025 at 14:05)")),
)


def find(
    connection: DuckDBPyConnection, table: str, column: str, kind: str, name: str | None = None
) -> tuple[Writing, float]:
    """How the stamps of a column are written, and the share of a sample that is read that way.

    `name` is what a column is called that is meant to be a time: its plain numbers may be days of a spreadsheet or a
    relative clock, which no other column is taken for.
    """
    if kind in ("time", "date"):
        return Writing("typed in the source"), 1.0
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE stamp_sample AS
        SELECT DISTINCT {column} AS s FROM {table}
        WHERE row % greatest(1, (SELECT count(*) FROM {table}) // {SAMPLE}) = 0 AND trim({column}::VARCHAR) <> ''""")
    asked = f"SELECT count(*), count_if(regexp_matches(s::VARCHAR, '{DATE_LIKE}')) FROM stamp_sample"
    total, likely = connection.execute(asked).fetchone() or (0, 0)
    tried = list(_tried(connection, kind, total, likely)) or [(Writing(ISO), 0)]
    best, read = max(tried, key=lambda entry: entry[1])
    if 2 * read <= total and name is not None:
        counted, numbers = _counted(connection, name)
        best, read = (counted, numbers) if numbers > read else (best, read)
    best, read = _doubted(connection, best, read, dict(tried), kind)
    return best if read else Writing(ISO), read / max(total, 1)


def _doubted(
    connection: DuckDBPyConnection, best: Writing, read: int, tried: dict[Writing, int], kind: str
) -> tuple[Writing, int]:
    """The best way of writing with what speaks against it; digits of a date are no epoch, of which few look like it."""
    if best.name in EPOCHS and 2 * tried.get(COMPACT, 0) > read:
        best, read = COMPACT, tried[COMPACT]
    if best is COMPACT:
        rival = next((epoch for epoch in EPOCHS if 2 * _read(connection, Writing(epoch), kind) > read), None)
        return (replace(best, doubt=f"{_two_readings(connection, rival, kind)}") if rival else best), read
    if best is DAY_FIRST and _read(connection, MONTH_FIRST, kind) == read:
        best = replace(best, doubt=AMBIGUOUS)
    if best is DAY_FIRST_SHORT and _read(connection, YEAR_FIRST_SHORT, kind) == read:
        best = _shorter(connection, kind)
    return best, read


def _shorter(connection: DuckDBPyConnection, kind: str) -> Writing:
    """Days or years first, where both read all: that by which the log is shorter; doubted unless by far and usual."""
    spans = []
    for writing in (DAY_FIRST_SHORT, YEAR_FIRST_SHORT):
        moment = sql(writing, "s", kind)
        asked = f"SELECT max({moment}) - min({moment}) FROM stamp_sample"
        spans.append((connection.execute(asked, values(writing, moment)).fetchone() or (0,))[0])
    days, years = spans
    if FAR * days < years:
        return DAY_FIRST_SHORT
    first, other = ("days", "years") if days <= years else ("years", "days")
    best = DAY_FIRST_SHORT if days <= years else YEAR_FIRST_SHORT
    return replace(best, doubt=f"Two readings are possible: {first} are read first; {other} may be.")


def _two_readings(connection: DuckDBPyConnection, rival: str, kind: str) -> str:
    """The first stamp read as the digits of a date, and what it would be as an epoch."""
    digits, epoch = (f"make_timestamp({sql(way, 's', kind)})" for way in (COMPACT, Writing(rival)))
    form = "'%Y-%m-%d %H:%M'"
    asked = f"SELECT min(s)::VARCHAR, strftime(min({digits}), {form}), strftime(min({epoch}), {form}) FROM stamp_sample"
    stamp, read, other = connection.execute(asked, values(COMPACT, digits)).fetchone() or ("", "", "")
    return f"Two readings are possible: {stamp} is taken for {read}; as {rival} it would be {other}."


def _counted(connection: DuckDBPyConnection, name: str) -> tuple[Writing, int]:
    """The plain numbers of a column of this name as days of a spreadsheet or a relative clock, and how many there are.

    Numbers that would be moments of an epoch are neither.
    """
    number = _number("s")
    least, most = SHEET_DAYS
    asked = f"""SELECT count({number}), count_if({number} BETWEEN {least} AND {most}), count_if(abs({number}) >= 1e8),
        count_if({number} % 1 <> 0) FROM stamp_sample"""
    numbers, days, large, parts = connection.execute(asked).fetchone() or (0, 0, 0, 0)
    unit = unit_of(name)
    if large or not numbers:
        return Writing(ISO), 0
    if days == numbers and unit in (None, "days"):
        return Writing(SHEET, (), "" if parts else "Whole numbers are taken for the days of a spreadsheet."), numbers
    return relative(unit or "hours", "" if unit else UNSAID), numbers


UNSAID = 'The unit is not said and hours are taken; if it is another one, say time_format="minutes", "days" or alike.'


def relative(unit: str, doubt: str = "") -> Writing:
    """The writing of a relative clock of this unit."""
    return Writing(f"{unit}{RELATIVE}", (), doubt)


def unit_of(name: str) -> str | None:
    """The unit of time that the name of a column says, if it does.

    >>> unit_of("hours_since_start"), unit_of("Tag"), unit_of("time")
    ('hours', 'days', None)
    """
    words = words_of(name)
    return next((unit for unit, names in UNIT_NAMES.items() if set(words) & set(names.split())), None)


def again(
    connection: DuckDBPyConnection, table: str, column: str, kind: str, ways: Sequence[str], name: str | None = None
) -> tuple[Writing, bool]:
    """How the stamps of a later part are written, and whether none of the earlier parts was written that way.

    An earlier way that reads as many is kept: days and months that cannot be told apart here were told apart there.
    """
    writing, share = find(connection, table, column, kind, name)
    if writing.name in ways or writing.name == ISO or kind in ("time", "date"):
        return writing, writing.name not in ways
    for earlier in (candidate for way in ways for candidate in _called(connection, way)):
        if share and _read(connection, earlier, kind) >= _read(connection, writing, kind):
            return earlier, False
    return writing, True


def _called(connection: DuckDBPyConnection, name: str) -> list[Writing]:
    """The way of writing of this name, if it is one that a text can have."""
    if is_relative(name) or name == SHEET:
        return [Writing(name)]
    alike = [writing for writing in _candidates("text", 1) if writing.name == name]
    return alike or ([given(connection, name)] if "%" in name else [])


def _tried(connection: DuckDBPyConnection, kind: str, total: int, likely: int) -> Iterator[tuple[Writing, int]]:
    """How many of the sample each writing reads, up to the first that reads them all."""
    for writing in _candidates(kind, likely):
        read = _read(connection, writing, kind)
        yield writing, read
        if read == total:
            return


def _read(connection: DuckDBPyConnection, writing: Writing, kind: str) -> int:
    """How many of the sample a writing reads; what does not look like a date is not tried, for that is slow."""
    moment = sql(writing, "s", kind)
    counts = writing.name in EPOCHS or writing.name == SHEET or writing.relative
    where = "" if counts else f"WHERE regexp_matches(s::VARCHAR, '{DATE_LIKE}')"
    asked = f"SELECT count({moment}) FROM stamp_sample {where}"
    return connection.execute(asked, values(writing, moment)).fetchone()[0]  # type: ignore[index]


def _candidates(kind: str, likely: int) -> list[Writing]:
    epochs = [Writing(name) for name in EPOCHS]
    if kind in NUMERIC:
        return [COMPACT, *epochs]
    return [ISO_8601, *FAMILIES, *epochs] if likely else epochs


def sql(writing: Writing, column: str, kind: str, key: str = "patterns") -> str:
    """The SQL expression for the microseconds since 1970 of a column; null where it cannot be read."""
    if kind == "time":
        return _microseconds(f"{column}::TIMESTAMPTZ")
    if kind == "date":
        return _microseconds(f"{column}::TIMESTAMP::TIMESTAMPTZ")
    if writing.name in EPOCHS:
        return _epoch(column, *EPOCHS[writing.name])
    if writing.relative:
        number, unit = _number(column), CLOCKS[writing.name.removesuffix(RELATIVE)]
        return f"CASE WHEN abs({number}) < 1e8 THEN round({number} * {unit})::BIGINT END"
    if writing.name == SHEET:
        number = _number(column)
        wall = f"make_timestamp((round(({number} - {SHEET_EPOCH}) * 86400000) * 1000)::BIGINT)"
        return f"CASE WHEN {number} BETWEEN 1 AND 100000 THEN epoch_us({wall}::TIMESTAMPTZ) END"
    return _texts(writing, column, kind, key)


def _texts(writing: Writing, column: str, kind: str, key: str) -> str:
    """The SQL of the microseconds of stamps that are written for people."""
    plain = f"trim({column}::VARCHAR)"
    if writing.name == SPELLED.name:
        return _microseconds(_once(zones.as_offsets(plain), "t", months.moment("t")))
    if writing.patterns:
        digits = _digits(column, kind) if writing.name == COMPACT.name else "t"
        tried = f"coalesce({_by_pattern(digits, key)}, {_iso('t')})"
        return _microseconds(_once(zones.as_offsets(plain), "t", tried))
    quick = rf"CASE WHEN regexp_matches({column}::VARCHAR, '^\s*\d{{4}}[-/][^A-SU-Ya-su-y]*$') THEN {plain} END"
    bare = rf"regexp_replace({plain}, '\[[A-Za-z0-9_/+-]+\]$', '')"  # the name of a zone after its offset
    rest = _once(zones.as_offsets(bare), "t", _iso("t"))  # most stamps need no more than what stands before it
    return _microseconds(f"coalesce(TRY_CAST({quick} AS TIMESTAMPTZ), {rest})")


def _iso(text: str) -> str:
    """The SQL of the moment of a text in ISO 8601, and in what is often written in its place."""
    with_seconds = r"regexp_replace(i, '([T ]\d\d:\d\d)\s*(Z|[+-]\d\d.*)?$', '\1:00\2')"
    with_point = r"regexp_replace(i, '(:\d\d),(\d+)', '\1.\2')"
    closed = rf"regexp_replace({with_seconds}, '(:\d\d(?:[.,]\d+)?)\s+([+-]\d\d)', '\1\2')"
    spaced = rf"regexp_replace({closed}, '([+-]\d\d)(\d\d)$', '\1:\2')"
    tries = (f"TRY_CAST({form} AS TIMESTAMPTZ)" for form in ("i", with_seconds, with_point, spaced))
    like_one = rf"CASE WHEN regexp_matches({text}, '^\d{{4}}[-/]') THEN {text} END"
    return _once(like_one, "i", f"coalesce({', '.join(tries)})")


def _once(value: str, name: str, use: str) -> str:
    """The SQL in which a value has a name and is made once: each regular expression in it is costly to plan."""
    return f"list_transform([{value}], lambda {name}: {use})[1]"


def _by_pattern(text: str, key: str) -> str:
    """The SQL of the moment of a text that is written in one of the bound patterns, perhaps with an offset after it."""
    bare = f"try_strptime(regexp_replace({text}, '{OFFSET_AFTER}', '\\1'), ${key})"
    offset = rf"regexp_replace(regexp_extract({text}, '{OFFSET_AFTER}', 2), '^(...)(\d\d)$', '\1:\2')"
    moved = f"TRY_CAST(strftime({bare}, '%Y-%m-%d %H:%M:%S.%f') || {offset} AS TIMESTAMPTZ)"
    plain = f"try_strptime({text}, ${key})::TIMESTAMPTZ"
    return f"CASE WHEN regexp_matches({text}, '{OFFSET_AFTER}') THEN {moved} ELSE {plain} END"


def _digits(column: str, kind: str) -> str:
    """The SQL of the digits of a date, of a number too; null where other digits are."""
    text = f"trim({column}::VARCHAR)"
    if kind in NUMERIC:
        text = f"CASE WHEN {column} % 1 = 0 THEN TRY_CAST({column} AS BIGINT)::VARCHAR END"
    plain = f"regexp_replace({text}, '^([0-9]{{8,}})\\.0*$', '\\1')"
    return f"CASE WHEN regexp_full_match({plain}, '{COMPACT_FORM}') THEN {plain} END"


def given(connection: DuckDBPyConnection, pattern: str) -> Writing:
    """The user's own strptime pattern, or the unit of a relative clock, if it is one."""
    import duckdb

    if isinstance(pattern, str) and pattern in CLOCKS:
        return relative(pattern)
    wrong = InputError(
        f'time_format={pattern!r} is no pattern. Write for example "%d.%m.%Y %H:%M", or "hours" where numbers count '
        "hours since a beginning."
    )
    if not isinstance(pattern, str) or "%" not in pattern:
        raise wrong
    try:
        connection.execute("SELECT try_strptime('', $pattern)", {"pattern": pattern})
    except duckdb.Error:
        raise wrong from None
    return Writing(pattern, (pattern,))


def values(writing: Writing, statement: str, key: str = "patterns") -> dict[str, list[str]]:
    """The parameters that a statement made with `sql` needs."""
    return {key: list(writing.patterns)} if f"${key})" in statement else {}


def shape(column: str) -> str:
    """The SQL of how a text is written: 9 for every digit, a for every letter.

    >>> import duckdb
    >>> duckdb.execute("SELECT " + shape("'31/12/2025 06:05 PM'")).fetchone()
    ('99/99/9999 99:99 aa',)
    """
    return rf"regexp_replace(regexp_replace(trim({column}), '[0-9]', '9', 'g'), '\pL', 'a', 'g')"


def _microseconds(moment: str) -> str:
    """The SQL of a moment in microseconds; null beyond the bounds. It says the moment once: planning it takes long."""
    bounded = f"greatest(least({moment}, {TOO_LATE}), {TOO_EARLY})"
    return f"epoch_us(nullif(nullif({bounded}, {TOO_LATE}), {TOO_EARLY}))"


def _number(column: str) -> str:
    """The SQL of a plain number, with a decimal comma too."""
    return f"coalesce(TRY_CAST({column} AS DOUBLE), TRY_CAST(replace({column}::VARCHAR, ',', '.') AS DOUBLE))"


def _epoch(column: str, least: float, factor: float) -> str:
    number = _number(column)
    return f"CASE WHEN {number} >= {least} AND {number} < {least * 100} THEN round({number} * {factor})::BIGINT END"
