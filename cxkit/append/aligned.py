"""A source under the column numbers of a store: whatever order its columns come in, and whichever it lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cxkit.cached import cached_property
from cxkit.errors import InputError, StoreError, closest
from cxkit.reading import delimited, stamps
from cxkit.reading.source import Source
from cxkit.reading.texts.account import Tally
from cxkit.shaping.roles import NONE, ROLES, Given, Roles
from cxkit.shaping.spread import under
from cxkit.store.manifest import Manifest

if TYPE_CHECKING:
    from cxkit.log import Log

REGROUPED = ("events", "split", "stitched")  # what a reading says of rows that were joined, or have other ids
WHOLE_ONLY = (
    "Starts and ends that are joined, journeys that are split and ids that are stitched cannot be appended: what goes "
    "together may lie in several parts. Read all parts together, as a folder, and prepare them anew."
)


class Aligned(Source):
    """Another source's rows, its columns in the order of a store; those that it lacks are empty, new ones come last."""

    def __init__(self, original: Source, columns: Sequence[str], places: Sequence[int | None]) -> None:
        self.original, self.lock = original, original.lock
        self.connection, self.scratch, self.laid = original.connection, original.scratch, original.laid
        self.name, self.about = original.name, original.about
        self.reading, self.delimiter = original.reading, original.delimiter
        new = [n for n in range(len(original.columns)) if n not in places]
        self.places = [*places, *new]
        self.columns = delimited.column_names([*columns, *(original.columns[n] for n in new)])
        self.missing = [n for n, place in enumerate(places) if place is None]
        self.new = list(range(len(columns), len(self.columns)))

    def stage(self) -> Path:
        return self.original.stage()

    @cached_property
    def rows(self) -> str:
        columns = ", ".join(
            f"NULL::VARCHAR AS c{n}" if place is None else f"c{place} AS c{n}" for n, place in enumerate(self.places)
        )
        self.connection.execute(
            f"CREATE OR REPLACE TEMP VIEW aligned_rows AS SELECT {columns}, row FROM {self.original.rows}"
        )
        return "aligned_rows"

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        return tuple("text" if place is None else self.original.kinds[place] for place in self.places)

    @property
    def fields(self) -> Sequence[int]:
        return [self.places.index(n) for n in self.original.fields]

    @cached_property
    def notes(self) -> tuple[str, ...]:
        return self.original.notes

    @cached_property
    def fingerprint(self) -> str:
        return self.original.fingerprint

    @cached_property
    def unfit(self) -> list[tuple[int, str, str]]:
        return self.original.unfit

    @property
    def tally(self) -> Tally | None:  # type: ignore[override]
        """The lines of the original."""
        return self.original.tally

    def lines(self, rows: list[int]) -> list[int | None]:
        return self.original.lines(rows)


@dataclass(frozen=True)
class Reading:
    """A source aligned with a store, its roles, and whether its stamps are written in a way that is new there."""

    source: Aligned
    roles: Roles
    rewritten: bool


def aligned(log: Log, described: Manifest) -> Reading:
    """A log under the mapping of a store; where the log was given roles of its own, those name the columns."""
    if any(word in reading for reading in (described.reading, log.source.reading) for word in REGROUPED):
        raise InputError(WHOLE_ONLY)
    numbers = _numbers(described)
    if log.mapping is None:
        stamped = Given(time=described.roles.get("time") or NONE, start=described.roles.get("start"))
        log = replace(log, source=under(log.source, stamped)[0])
    places = _places(log, described, numbers)
    source = Aligned(log.source, described.columns, places)
    given = log.mapping
    time, start = numbers.get("time"), numbers.get("start")
    writing, rewritten = _writing(source, described, time, given.writing if given else None)
    start_writing, _ = _writing(source, described, start, given.start_writing if given else None)
    _check_settled(log, described, writing)
    levels = {level: [a for a in described.attributes if a.level == level] for level in ("journey", "event")}
    new = () if described.chosen else tuple(source.new)
    roles = Roles(
        numbers["journey"],
        numbers["activity"],
        time,
        numbers["customer"],
        numbers.get("order"),
        tuple(int(a.column[1:]) for a in levels["journey"]),
        (*(int(a.column[1:]) for a in levels["event"]), *new),
        given.zone if given else described.zone,
        writing,
        start,
        start_writing,
        (),
        described.chosen,
    )
    return Reading(source, roles, rewritten)


def _writing(
    source: Aligned, described: Manifest, column: int | None, given: stamps.Writing | None
) -> tuple[stamps.Writing, bool]:
    """How the stamps of a column are written, and whether none of the store's was; a pattern that is given counts."""
    if column is None:
        return stamps.Writing(stamps.ISO), False
    ways = list(dict.fromkeys(part.stamps for part in described.parts))
    if given and given.format:
        return given, given.name not in ways
    name = source.columns[column]
    return stamps.again(source.connection, source.rows, f"c{column}", source.kinds[column], ways, name)


def _check_settled(log: Log, described: Manifest, writing: stamps.Writing) -> None:
    """Raise where the part shows that stamps of earlier parts, which could be read in two ways, were read wrongly."""
    given = log.mapping is not None and "%" in log.mapping.writing.name
    undoubted = writing.patterns and not writing.doubt and not given
    for name, doubt in described.open.items() if undoubted else ():
        if writing.name not in {part.stamps for part in described.parts}:
            raise InputError(
                f'"{log.source.name}" has times that are written {writing.name}; the store\'s were read {name}, but '
                f"nothing there tells which it is. {doubt} Prepare all parts anew, read together as a folder."
            )


def _numbers(described: Manifest) -> dict[str, int]:
    """The columns of the store's roles, by number."""
    named = {role: described.roles.get(role) for role in ROLES}
    wrong = [role for role in ("journey", "activity", "customer") if named[role] is None]
    wrong += [role for role, name in named.items() if name is not None and name not in described.columns]
    wrong += [a.name for a in described.of_rows if int(a.column[1:]) >= len(described.columns)]
    if wrong or described.timed != (named["time"] is not None):
        raise StoreError("The manifest of this store does not say which columns it was made of. Prepare the log again.")
    return {role: described.columns.index(name) for role, name in named.items() if name is not None}


def _places(log: Log, described: Manifest, numbers: dict[str, int]) -> list[int | None]:
    """Where the source has each column of the store, by number."""
    own = log.columns
    places: list[int | None] = [own.index(name) if name in own else None for name in described.columns]
    for role in numbers if log.mapping else ():
        chosen = getattr(log.mapping, role)
        if chosen is not None and (role != "customer" or chosen != log.mapping.journey):  # type: ignore[union-attr]
            places[numbers[role]] = chosen
    for role, number in numbers.items():
        if places[number] is None:
            raise InputError(_lacks(log, role, described.columns[number]))
    return places


def _lacks(log: Log, role: str, column: str) -> str:
    near = closest(column, log.columns)
    hint = f' Closest: "{near}".' if near else ""
    return (
        f'The store has the {role} in a column "{column}", which "{log.source.name}" lacks.{hint} '
        f"If it is called otherwise now, name it with .roles({role}=...)."
    )
