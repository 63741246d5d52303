"""Stamps that are spread over columns: a date in one, the time of day in another, perhaps an offset in a third.

And activities of several columns, as XES has them by its classifiers: a step and where it stands in its life cycle.
Stamps are joined by themselves where the names belong together and the values do: days only in the one, times of day
only in the other, filled in the same rows. A due date and the time of a call are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cxkit.cached import cached_property
from cxkit.errors import InputError, not_found
from cxkit.reading.names import words_of
from cxkit.reading.source import Source
from cxkit.schema import ROW
from cxkit.shaping.columns import by_text, filled
from cxkit.shaping.derived import Derived
from cxkit.shaping.roles import Given, Roles, settle
from cxkit.words import many

if TYPE_CHECKING:
    from cxkit.reading.known import Known

BETWEEN, CLASSED = " + ", "+"
STAMPED = ("time", "start")
SEVERAL = (*STAMPED, "activity")  # the roles that several columns may have together
MOST_COLUMNS, SAMPLE = 200, 2_000
NEARLY = 0.95  # of a column's values
DAY, CLOCK, OFFSET, HOUR, PADDED = "day", "time of day", "offset", "hour", "six digits"
WORDS = {
    DAY: "date day datum tag fecha dia data jour giorno dato dag datetime",
    CLOCK: "time uhrzeit zeit hora heure ora uur tijd tid klok klokkeslet clock hour stunde timestamp",
    OFFSET: "offset zone tz timezone utc utcoffset gmt zeitzone",
}
MIDNIGHT = r"[T ]00:00(:00(\.0+)?)?$"
FORMS = {
    DAY: rf"([0-9]{{1,4}}[-/.][0-9]{{1,2}}[-/.][0-9]{{1,4}}({MIDNIGHT})?|(19|20)[0-9]{{6}}(\.0)?|"
    r"[0-9]{1,2}[- .]\pL{3,9}\.?[- ][0-9]{2,4}|\pL{3,9}\.? [0-9]{1,2}, [0-9]{4})",
    CLOCK: r"((18|19)[0-9]{2}-[0-9]{2}-[0-9]{2}[ T])?[0-9]{1,2}[:.h][0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?"
    r"( ?[AaPp]\.?[Mm]\.?)?",
    OFFSET: r"(Z|UTC|GMT|\pL{3,4}|[+-][0-9]{1,2}(:?[0-9]{2})?)",
    HOUR: r"([01]?[0-9]|2[0-3])(\.0)?",
    PADDED: r"([01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]",
    "digits": r"(([01]?[0-9]|2[0-3])?[0-5]?[0-9]|([01]?[0-9]|2[0-3])[0-5][0-9][0-5][0-9])(\.0)?",
}
HOURS = "hour hours stunde std heure heures hora horas ora ore uur hh"


class Spread(Derived):
    """Another source's rows with a further column for each group of columns: the stamp that they say together.

    `classes` are those of the groups that are activities: their values stand beside each other with a + between.
    """

    def __init__(
        self, original: Source, groups: Sequence[Sequence[str]], classes: Sequence[Sequence[str]] = ()
    ) -> None:
        super().__init__(original, "UTC")
        self.groups, self.classes = (tuple(tuple(group) for group in some) for some in (groups, classes))
        self.made = tuple(BETWEEN.join(group) for group in self.groups)
        taken = [name for name in self.made if name in original.columns]
        if taken:
            raise InputError(f'There is a column "{taken[0]}" already. Rename it, or give it as time=.')
        self.columns = (*original.columns, *self.made)
        stamps = [f"joined of {BETWEEN.join(group)}" for group in self.groups if group not in self.classes]
        self.reading = {**original.reading, **({"stamps": "; ".join(stamps)} if stamps else {})}

    @property
    def knows(self) -> Known | None:
        return self.original.knows

    @cached_property
    def fingerprint(self) -> str:
        return self.original.fingerprint

    @cached_property
    def notes(self) -> tuple[str, ...]:
        return (*self.original.notes, *self._noted())

    def _noted(self) -> Iterator[str]:
        """In how many rows a part of a stamp is missing."""
        for group, numbers in zip(self.groups, self._numbers, strict=True):
            if group in self.classes:
                continue
            day, *rest = (filled(f"c{n}") for n in numbers)
            for name, part in zip(group[1:], rest, strict=True):
                asked = f"SELECT count(*) FILTER ({day} AND NOT {part}) FROM {self.original.rows}"
                [count] = self.original.connection.execute(asked).fetchone() or (0,)
                if count:
                    yield f'{many(count, "row")} with a day in "{group[0]}" but nothing in "{name}": midnight is taken.'

    @property
    def _numbers(self) -> list[list[int]]:
        return [[self.original.columns.index(name) for name in group] for group in self.groups]

    def rows_of(self) -> tuple[str, dict[str, Any]]:
        count = len(self.original.columns)
        own = ", ".join(f"c{n}" for n in range(count))
        with_stamps = [f"{self._joined(ns)} AS c{count + n}" for n, ns in enumerate(self._numbers)]
        return f"SELECT {own}, {', '.join(with_stamps)}, {ROW} FROM {self.original.rows}", {}

    def _joined(self, numbers: Sequence[int]) -> str:
        """The SQL of what columns say together."""
        if tuple(self.original.columns[n] for n in numbers) not in self.classes:
            return _stamp(self.original, numbers)
        parts = ", ".join(f"nullif(trim(c{n}::VARCHAR), '')" for n in numbers)
        return f"nullif(concat_ws('{CLASSED}', {parts}), '')"

    def lines(self, rows: list[int]) -> list[int | None]:
        return self.original.lines(rows)

    def named(self, roles: Roles) -> set[str]:
        """The joined columns that are the time or the start of the events."""
        return {self.columns[n] for n in (roles.time, roles.start) if n is not None} & set(self.made)

    def parts(self, roles: Roles) -> tuple[int, ...]:
        """The columns whose stamps are the time or the start of the events: they say nothing more."""
        used = zip(self.made, self._numbers, strict=True)
        return tuple(n for name, numbers in used if name in self.named(roles) for n in numbers)


def _stamp(source: Source, numbers: Sequence[int]) -> str:
    """The SQL of the stamp that columns say together: the day as it is written, then the time of day and the rest."""
    day, *rest = numbers
    parts = [_day(f"c{day}", source.kinds[day])]
    parts += [_clock(source, n) for n in rest[:1]]
    parts += [f"nullif(trim(c{n}::VARCHAR), '')" for n in rest[1:]]
    offset = f" || coalesce({parts[2]}, '')" if len(parts) > 2 else ""
    return f"CASE WHEN {filled(f'c{day}')} THEN concat_ws(' ', {parts[0]}, {parts[1]}{offset}) END"


def _day(column: str, kind: str) -> str:
    if kind in ("date", "time"):
        return f"{column}::DATE::VARCHAR"
    text = f"trim({column}::VARCHAR)"
    digits = rf"regexp_replace({text}, '^((19|20)\d{{2}})(\d\d)(\d\d)(\.0)?$', '\1-\3-\4')"
    return rf"regexp_replace({digits}, '{MIDNIGHT}', '')"


def _clock(source: Source, number: int) -> str:
    """The SQL of a time of day as 09:05:00, also where it is written 9h05, 9.05, 905, 9 or as a part of a day."""
    column = f"c{number}"
    if source.kinds[number] == "time":
        return f"strftime({column}, '%H:%M:%S.%f')"
    text = f"nullif(regexp_replace(trim({column}::VARCHAR), '\\.0$', ''), '')"
    if _is_part_of_day(source, number):
        wall = f"make_timestamp((round(TRY_CAST({column} AS DOUBLE) * 86400000) * 1000)::BIGINT)"
        return f"strftime({wall}, '%H:%M:%S.%f')"
    width = "2" if _says_hours(source.columns[number]) else f"CASE WHEN length({text}) > 4 THEN 6 ELSE 4 END"
    padded = f"lpad({text}, {width}, '0') || '{':00' if width == '2' else ''}'"
    digits = rf"regexp_replace({padded}, '^(\d\d)(\d\d)(\d\d)?$', '\1:\2:\3')"
    points = rf"regexp_replace(regexp_replace({text}, '^(\d{{1,2}})[.h](\d\d)', '\1:\2'), '^(\d:)', '0\1')"
    plain = rf"regexp_replace({points}, '^(18|19)\d\d-\d\d-\d\d[ T]', '')"
    most = 2 if width == "2" else 6
    return f"CASE WHEN regexp_full_match({text}, '[0-9]{{1,{most}}}') THEN rtrim({digits}, ':') ELSE {plain} END"


def _is_part_of_day(source: Source, number: int) -> bool:
    """Whether all numbers of the column are parts of a day, as a spreadsheet has its times."""
    value = f"TRY_CAST(c{number} AS DOUBLE)"
    asked = f"SELECT count({value}) = count(c{number}), min({value}) >= 0 AND max({value}) BETWEEN 0.01 AND 0.99999999"
    return all(source.connection.execute(f"{asked} FROM {source.rows}").fetchone() or (False,))


def _says_hours(name: str) -> bool:
    return bool(set(words_of(name)) & set(HOURS.split()))


def stem(name: str) -> frozenset[str]:
    """What a column's name says beside that it is a date, a time of day or an offset.

    >>> sorted(stem("change_date")), sorted(stem("ChangeTime")), sorted(stem("Uhrzeit")), sorted(stem("due_date"))
    (['change'], ['change'], [], ['due'])
    """
    ours = {word for words in WORDS.values() for word in words.split()} | {"of", "am", "at", "um", "the"}
    rest = {re.sub("(date|time|datum|zeit|uhrzeit|tag)$", "", word) for word in words_of(name) if word not in ours}
    return frozenset(rest - {"", "uhr"})


def groups(source: Source) -> list[tuple[str, ...]]:
    """The columns of this source that say a stamp together, by their names and values."""
    if source.knows is not None or not 2 <= len(source.columns) <= MOST_COLUMNS:
        return []
    says = {name: _says(name) for name in source.columns}
    if not (any(DAY in parts for parts in says.values()) and any(CLOCK in parts for parts in says.values())):
        return []
    kinds = _kinds(source)
    days = [name for name in source.columns if kinds[name] == DAY]
    clocks = [name for name in source.columns if kinds[name] == CLOCK]
    offsets = [name for name in source.columns if kinds[name] == OFFSET]
    alike = [[day, clock] for day in days for clock in clocks if stem(day) == stem(clock)]
    once = [pair for pair in alike if all(sum(part in other for other in alike) == 1 for part in pair)]
    together = [pair for pair in once if _filled_together(source, pair)]
    return [(*pair, *[name for name in offsets if stem(name) in (stem(pair[0]), frozenset())][:1]) for pair in together]


def _says(name: str) -> set[str]:
    """Which parts of a stamp the name of a column speaks of."""
    words = " ".join(words_of(name))
    return {part for part, names in WORDS.items() if any(re.search(rf"{word}\b", words) for word in names.split())}


def _kinds(source: Source) -> dict[str, str]:
    """Which columns hold days only, times of day only, or offsets only, in a sample."""
    step = max(1, source.size // SAMPLE)
    sample = f"(SELECT * FROM {source.rows} WHERE {ROW} % {step} = 0)"
    asked = [f"avg(regexp_full_match(v, '{form}')::INT)" for form in FORMS.values()]
    shares = by_text(source, asked, range(len(source.columns)), sample)
    empty = (0.0,) * len(FORMS)
    return {
        name: _kind(source, n, dict(zip(FORMS, shares.get(n, empty), strict=True)))
        for n, name in enumerate(source.columns)
    }


def _kind(source: Source, number: int, share: dict[str, float]) -> str:
    """What a column holds of a stamp, by its name and the shares of its values that have each form."""
    name, kind = source.columns[number], source.kinds[number]
    speaks_of = _says(name)
    if kind == "date" or (share[DAY] >= NEARLY and (DAY in speaks_of or not share[CLOCK])):
        return DAY
    if max(share[CLOCK], share[PADDED]) >= NEARLY or (
        CLOCK in speaks_of and kind in ("integer", "number", "text") and _counts(source, number, share)
    ):
        return CLOCK
    return OFFSET if OFFSET in speaks_of and share[OFFSET] >= NEARLY else ""


def _counts(source: Source, number: int, share: dict[str, float]) -> bool:
    """Whether the numbers of a column that is called a time of day are hours, digits of a clock or parts of a day."""
    if _says_hours(source.columns[number]):
        return share[HOUR] >= NEARLY
    if _is_part_of_day(source, number):
        return True
    value = f"TRY_CAST(c{number} AS DOUBLE)"
    asked = f"SELECT max({value}), count(DISTINCT {value}) FROM {source.rows}"
    most, different = source.connection.execute(asked).fetchone() or (0, 0)
    return different > 1 and share["digits"] >= NEARLY and (most or 0) > 100


def _filled_together(source: Source, pair: Sequence[str]) -> bool:
    """Whether the two columns are filled in the same rows, nearly."""
    day, clock = (filled(f"c{source.columns.index(name)}") for name in pair)
    asked = f"SELECT count(*) FILTER ({day} AND {clock}), count(*) FILTER ({day} OR {clock}) FROM {source.rows}"
    both, either = source.connection.execute(asked).fetchone() or (0, 0)
    return both > 0 and both >= NEARLY * either


def under(source: Source, given: Given) -> tuple[Source, Given]:
    """The source with the columns joined that are given as several for a role, and what is given with their names.

    A role may name the columns as a list, or as the name that the joined column has: "day + time".
    """
    base = source.original if isinstance(source, Spread) else source
    words = {role: _name(base, getattr(given, role)) for role in SEVERAL}
    groups = {role: tuple(name.split(BETWEEN)) for role, name in words.items() if name and _is_group(base, name)}
    classes = [groups.pop("activity")] if "activity" in groups else []
    stamps = list(groups.values())
    if isinstance(source, Spread) and given.time is None:
        stamps += [group for group in source.groups if group not in source.classes]
    wanted = list(dict.fromkeys([*stamps, *classes]))
    return Spread(base, wanted, classes) if wanted else base, replace(
        given, activity=words["activity"], time=words["time"], start=words["start"]
    )


def _name(source: Source, columns: str | Sequence[str] | None) -> str | None:
    """The name of the column that these columns are or say together."""
    if not isinstance(columns, list | tuple):
        return columns  # type: ignore[return-value]
    for name in columns:
        if name not in source.columns:
            raise not_found("column", name, source.columns)
    return BETWEEN.join(columns)


def _is_group(source: Source, name: str) -> bool:
    names = name.split(BETWEEN) if isinstance(name, str) and name not in source.columns else []
    return len(names) > 1 and all(part in source.columns for part in names)


def settled(source: Source, given: Given) -> Roles:
    """The roles of a source, without the parts of joined stamps among the attributes unless these were chosen."""
    roles = settle(source, given)
    if not isinstance(source, Spread):
        return roles
    of_stamps = source.parts(roles)
    roles = replace(roles, parts=of_stamps)
    if roles.chosen:
        return roles
    kept = ([n for n in ns if n not in of_stamps] for ns in (roles.journey_attributes, roles.event_attributes))
    of_journeys, of_events = map(tuple, kept)
    return replace(roles, journey_attributes=of_journeys, event_attributes=of_events)


def joined(source: Source) -> Source:
    """The source with the stamps that are spread over its columns joined, where they are what times its events."""
    try:
        with source.lock, source.guarded():
            alike = groups(source)
            if not alike:
                return source
            alone = settle(source, Given()).time
            if alone is not None and not any(source.columns[alone] in group for group in alike):
                return source  # there is a whole stamp, which comes first
            tried = Spread(source, alike)
            roles = settle(tried, Given())
            used = [group for group, name in zip(alike, tried.made, strict=True) if name in tried.named(roles)]
    except InputError:
        return source
    if len(used) == len(alike):
        return tried
    return Spread(source, used) if used else source


def offered(source: Source, roles: Roles) -> str | None:
    """The times of day that may belong to a time that has days only, in a sentence; None where there are none."""
    if roles.time is None or roles.parts or source.knows is not None or len(source.columns) > MOST_COLUMNS:
        return None
    kinds = _kinds(source)
    free = [name for n, name in enumerate(source.columns) if n not in roles.taken and kinds[name] == CLOCK]
    day = source.columns[roles.time]
    if kinds[day] != DAY or not free:
        return None
    return (
        f'"{day}" has days only, and "{free[0]}" times of day. If they belong together, join them: '
        f'time=["{day}", "{free[0]}"].'
    )
