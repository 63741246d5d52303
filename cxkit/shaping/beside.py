"""What lies beside a log: tables of the firm's, each with columns that say of which journey or customer a row speaks.

Ids are compared as texts, letter by letter. An id that is not there as it is written is looked for as a whole number:
17.0, as data frames write it where cells are empty, is 17. Nothing else is made alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cxkit.errors import InputError
from cxkit.shaping.columns import filled, text_of
from cxkit.shaping.roles import number_of
from cxkit.words import listed, many

if TYPE_CHECKING:
    from cxkit.reading.source import Source
    from cxkit.shaping.roles import Roles

CUSTOMERS = "customers"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
KEYS = ("journey", "customer", "time")
EXAMPLES = 3
Place = Mapping[str, str] | None


@dataclass(frozen=True)
class Beside:
    """A table beside the log: its name, its rows, the columns that are keys, those that are kept, and where it is."""

    name: str
    source: Source
    journey: int | None = None
    customer: int | None = None
    time: int | None = None
    kept: tuple[int, ...] = ()
    chosen: bool = False  # whether the kept columns were named
    place: Mapping[str, str] | None = None  # where it is and how it is read, for an engagement file

    @property
    def keys(self) -> dict[str, str]:
        """The names of the columns that say of what a row speaks, and when."""
        numbers = {key: getattr(self, key) for key in KEYS}
        return {key: self.source.columns[number] for key, number in numbers.items() if number is not None}

    @property
    def attributes(self) -> tuple[int, ...]:
        """The columns that are attributes of customers: those that are kept of the table of customers, but its key."""
        return tuple(n for n in self.kept if n != self.customer) if self.name == CUSTOMERS else ()

    @property
    def facts(self) -> tuple[object, ...]:
        """What makes it another table."""
        return (self.name, self.source.name, self.source.fingerprint, self.keys, self.kept)

    @property
    def words(self) -> dict[str, object]:
        """How it lies beside the log, in the words of an engagement file."""
        if self.place is None:
            raise InputError(f'The table "{self.name}" lies in no file of its own. Save it as one, and give its path.')
        columns = self.source.columns
        keys = {"key": columns[self.customer]} if self.name == CUSTOMERS and self.customer is not None else self.keys
        chosen = {"attributes": [columns[n] for n in self.attributes]} if self.chosen else {}
        return {**self.place, **keys, **chosen}

    def __str__(self) -> str:
        keys = ", ".join(f'{key} "{column}"' for key, column in self.keys.items()) or "no key"
        return f"{self.source.name} by {keys}"


def beside(
    name: str, source: Source, place: Place, journey: str | None, customer: str | None, time: str | None
) -> Beside:
    """The table under its name, with the columns that are keys; all its columns are kept."""
    checked(name)
    if name.lower() == CUSTOMERS:
        raise InputError('The table of customers has its own verb: log.customers("customers.csv", key="customer").')
    given = {"journey": journey, "customer": customer, "time": time}
    numbers = {key: _number(source, key, column) for key, column in given.items() if column is not None}
    if len(set(numbers.values())) < len(numbers):
        raise InputError(f'One column of "{source.name}" cannot be two keys. Name each of them once.')
    if "time" in numbers and len(numbers) == 1:
        raise InputError(f'A time alone joins "{source.name}" to nothing. Add journey= or customer=.')
    of, by, at = (numbers.get(key) for key in KEYS)
    return Beside(name, source, of, by, at, tuple(range(len(source.columns))), place=place)


def customers(source: Source, place: Place, key: str, attributes: Sequence[str] | None) -> Beside:
    """The table of customers, one row each; all its columns are kept, or those that are named."""
    number = _number(source, "key", key)
    if attributes is not None and (isinstance(attributes, str) or not isinstance(attributes, Sequence)):
        raise InputError(f'attributes={attributes!r} is no list of column names. Write for example ["segment"].')
    every = range(len(source.columns)) if attributes is None else [number_of(source, name) for name in attributes]
    kept = tuple(dict.fromkeys((number, *every)))
    _each_once(source, number)
    return Beside(CUSTOMERS, source, customer=number, kept=kept, chosen=attributes is not None, place=place)


def checked(name: str) -> str:
    """The name of a table, if a folder can be called so."""
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise InputError(f'{name!r} is no name for a table. Use letters, digits, "_" and "-", such as "surveys".')
    return name


def added(tables: Sequence[Beside], table: Beside) -> tuple[Beside, ...]:
    """The tables with one more, in place of the one of the same name; names that differ only by case share a folder."""
    for other in tables:
        if other.name != table.name and other.name.lower() == table.name.lower():
            raise InputError(f'There is a table "{other.name}" already. Names must differ by more than capitals.')
    return (*(other for other in tables if other.name != table.name), table)


def check(tables: Sequence[Beside], source: Source, roles: Roles) -> None:
    """Raise where an attribute of customers has the name of one of the log's."""
    log = {source.columns[n] for n in (*roles.journey_attributes, *roles.event_attributes)}
    for table in tables:
        names = [table.source.columns[n] for n in table.attributes]
        if taken := [name for name in names if name in log]:
            free = ", ".join(f'"{name}"' for name in names if name not in log)
            raise InputError(
                f'"{taken[0]}" is an attribute of the log already. Keep the other columns of "{table.source.name}" '
                f"with .customers(..., attributes=[{free}]), or rename it there."
            )


def whole(text: str) -> str:
    """The SQL of an id in which a whole number is written without a point."""
    return rf"regexp_replace({text}, '^(-?[0-9]+)\.0+$', '\1')"


def _number(source: Source, key: str, column: str) -> int:
    if not isinstance(column, str):
        raise InputError(f"{key}={column!r} is no column name.")
    return number_of(source, column)


def _each_once(source: Source, key: int) -> None:
    """Raise where a customer has several rows."""
    with source.lock, source.guarded():
        counted = (
            f"SELECT {whole(text_of(source, key))} AS id, count(*) AS n FROM {source.rows} WHERE {filled(f'c{key}')}"
        )
        twice = source.connection.execute(f"{counted} GROUP BY 1 HAVING n > 1 ORDER BY n DESC, id").fetchall()
    if twice:
        few = listed([f'"{id}" ({many(count, "row")})' for id, count in twice], EXAMPLES)
        raise InputError(
            f'"{source.name}" has several rows of one customer: {few}. Keep one row each; a table with several '
            f'is put beside the log with log.beside("name", ..., customer="{source.columns[key]}").'
        )
