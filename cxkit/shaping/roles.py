"""Which column is journey, activity, time, customer: guessed with evidence, decided by the user."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cxkit.errors import InputError, not_found
from cxkit.reading import stamps
from cxkit.reading.known import Known
from cxkit.reading.names import says
from cxkit.reading.stamps import Writing
from cxkit.shaping.guess import Guesses
from cxkit.times import zone_of
from cxkit.words import NO_CUSTOMERS, many

if TYPE_CHECKING:
    from cxkit.reading.source import Source

ROLES = ("journey", "activity", "time", "customer", "order", "start")
OPTIONAL = ("time", "customer", "order", "start")
NONE = ""  # what is given for a role that no column has
AS_JOURNEY = "each journey is one customer's"
NO_TIME = "no time column found: the order is the row order and every duration is unknown"


@dataclass(frozen=True)
class Given:
    """What the user has said about the columns; None means: guess, and no text: there is none."""

    journey: str | None = None
    activity: str | Sequence[str] | None = None
    time: str | Sequence[str] | None = None
    customer: str | None = None
    order: str | None = None
    start: str | Sequence[str] | None = None
    journey_attributes: Sequence[str] | None = None
    event_attributes: Sequence[str] | None = None
    zone: str = "UTC"
    time_format: str | None = None

    def check(self) -> None:
        """Raise unless names are texts, lists are lists, and the zone exists."""
        zone_of(self.zone)
        for role in ROLES:
            if not isinstance(getattr(self, role), str | int | None):
                raise InputError(f"{role}={getattr(self, role)!r} is no column name.")
        for level in ("journey_attributes", "event_attributes"):
            names = getattr(self, level)
            if names is not None and (isinstance(names, str) or not isinstance(names, Sequence)):
                raise InputError(f'{level}={names!r} is no list of column names. Write for example ["plan"].')


@dataclass(frozen=True)
class Roles:
    """Settled roles: column numbers in the source, how stamps are written, and why; `given` are those a user named."""

    journey: int
    activity: int
    time: int | None
    customer: int
    order: int | None
    journey_attributes: tuple[int, ...]
    event_attributes: tuple[int, ...]
    zone: str
    writing: Writing
    start: int | None
    start_writing: Writing
    evidence: tuple[tuple[str, str | None, str], ...]
    chosen: bool = False  # whether the attributes were given, or are every other column
    anonymous: bool = False  # whether nothing says who the customers are, so that each journey counts as one
    doubts: tuple[str, ...] = field(default=(), repr=False, compare=False)  # which guesses are hardly sure
    given: frozenset[str] = field(default=frozenset(), repr=False, compare=False)
    parts: tuple[int, ...] = ()  # the columns over which the stamps are spread

    @property
    def taken(self) -> set[int | None]:
        """The columns that have a role other than that of an attribute."""
        return {self.journey, self.activity, self.time, self.customer, self.order, self.start, *self.parts}

    @property
    def reads(self) -> str:
        """How the time stamps are read, in a sentence or two."""
        local = "" if self.writing.name in stamps.EPOCHS else f" Times without an offset are of {self.zone}."
        if self.writing.relative:
            local = " No dates are known: what is shown as one counts from 1970-01-01."
        return f"{self.writing.name}.{local} {self.writing.doubt}".rstrip()

    @property
    def explained(self) -> list[tuple[str, str | None, str]]:
        """Each role with its column and why; for the time with how its stamps are read."""
        timed = self.time is not None
        return [
            (role, column, f"{why}; {self.reads}" if role == "time" and timed else why)
            for role, column, why in self.evidence
        ]


def settle(source: Source, given: Given) -> Roles:
    """The roles of a source's columns: as given, else as the source knows them, else guessed."""
    given.check()
    by_source = source.knows
    if by_source is None:
        return _settled(source, given)
    given = _as_read_before(by_source, given)
    named = _unclaimed(by_source, given)
    levels = by_source.levels if _says_nothing(given) else None
    if levels is not None:
        given = replace(given, journey_attributes=levels[0], event_attributes=levels[1])
    roles = _settled(source, replace(given, **named))
    if levels is not None:
        roles = _levelled(source, _without_roles(roles), by_source.loose)
    why = tuple((role, column, by_source.why[role] if role in named else text) for role, column, text in roles.evidence)
    return replace(roles, evidence=why, given=roles.given - (named.keys() - by_source.given))


def _as_read_before(by_source: Known, given: Given) -> Given:
    """What is given, with the zone and the writing of stamps that were settled before, unless others are given."""
    as_before = given.time is None and given.time_format is None
    zone = by_source.zone if by_source.zone is not None and given.zone == Given.zone else given.zone
    return replace(given, zone=zone, time_format=by_source.time_format if as_before else given.time_format)


def _says_nothing(given: Given) -> bool:
    """Whether neither the journey nor attributes are given, so that the levels that a source knows hold."""
    return given.journey is None and given.journey_attributes is None and given.event_attributes is None


def _unclaimed(by_source: Known, given: Given) -> dict[str, str]:
    """The roles that are known and that the user does not name, neither the role nor its column."""
    claimed = {getattr(given, role) for role in ROLES if role != "start"} - {NONE}
    return {
        role: column
        for role, column in by_source.named.items()
        if getattr(given, role) is None and column not in claimed
    }


def _without_roles(settled: Roles) -> Roles:
    """The roles without the attributes that have become a role."""
    of_journeys, of_events = (
        tuple(number for number in numbers if number not in settled.taken)
        for numbers in (settled.journey_attributes, settled.event_attributes)
    )
    return replace(settled, journey_attributes=of_journeys, event_attributes=of_events)


def _levelled(source: Source, settled: Roles, loose: frozenset[str]) -> Roles:
    """The roles with the attributes of events that never vary within a journey made the journeys' own, if they may."""
    free = [number for number in settled.event_attributes if source.columns[number] in loose]
    if not free:
        return settled
    varying = Guesses(source, {"journey": settled.journey}).varying
    steady = [number for number in free if number not in varying]
    of_events = tuple(number for number in settled.event_attributes if number not in steady)
    of_journeys = (*settled.journey_attributes, *steady)
    return replace(settled, journey_attributes=of_journeys, event_attributes=of_events, chosen=False)


def _settled(source: Source, given: Given) -> Roles:
    """Check what is given, guess what is not."""
    taken = dict(_named(source, given))
    _check_rows(source)
    named = frozenset(taken) | ({"time"} if given.time == NONE else set())
    why = dict.fromkeys(taken, "given")
    guesses, doubts = Guesses(source, taken), list[str]()
    for role in ("journey", "time", "activity", "customer"):
        guess = None if role in taken or getattr(given, role) == NONE else guesses.best(role)
        if guess:
            taken[role], why[role], unsure = guess
            doubts += [unsure] * bool(unsure)
        if role in ("journey", "activity") and role not in taken:
            raise InputError(_nothing_like(role, source))
    _check_start(taken)
    writing = _writing(source, given, taken.get("time"))
    journey_level, event_level = _attributes(source, given, guesses)
    return Roles(
        taken["journey"],
        taken["activity"],
        taken.get("time"),
        taken.get("customer", taken["journey"]),
        taken.get("order"),
        journey_level,
        event_level,
        given.zone,
        writing,
        taken.get("start"),
        _writing(source, given, taken.get("start")),
        tuple(_evidence(source, taken, why)),
        given.journey_attributes is not None or given.event_attributes is not None,
        "customer" not in taken and not says(source.columns[taken["journey"]], "customer"),
        tuple(doubts),
        named,
    )


def _check_start(taken: dict[str, int]) -> None:
    if "start" in taken and "time" not in taken:
        raise InputError("A log with start stamps needs the stamps of the ends too. Name their column with time=.")


def _check_rows(source: Source) -> None:
    if source.connection.execute(f"SELECT 1 FROM {source.rows} LIMIT 1").fetchone():
        return
    reasons = Counter(reason for _, reason, _ in source.unfit)
    why = "".join(f" ({reason}: {many(count)})" for reason, count in reasons.items())
    raise InputError(f'"{source.name}" has a header but no rows that can be read{why}. It needs one row per event.')


def _evidence(source: Source, taken: dict[str, int], why: dict[str, str]) -> Iterator[tuple[str, str | None, str]]:
    for role in ROLES:
        if role in taken:
            yield role, source.columns[taken[role]], why[role]
        elif role == "time":
            yield role, None, NO_TIME
        elif role == "customer":
            journey = source.columns[taken["journey"]]
            yield role, journey, AS_JOURNEY if says(journey, "customer") else NO_CUSTOMERS


def _nothing_like(role: str, source: Source) -> str:
    from cxkit.shaping.unpivot import offered

    columns = ", ".join(f'"{name}"' for name in source.columns[:12])
    if offer := offered(source):
        return f"No column looks like the {role}. {offer}"
    return f"No column looks like the {role}. Name it with {role}=. The columns are {columns}."


def _named(source: Source, given: Given) -> Iterator[tuple[str, int]]:
    seen: dict[str, str] = {}
    for role in ROLES:
        name = getattr(given, role)
        if name is None or (name == NONE and role in OPTIONAL):
            continue
        if name in seen and {role, seen[name]} != {"journey", "customer"}:
            raise InputError(f'Column "{name}" cannot be both {seen[name]} and {role}.')
        seen[name] = role
        yield role, number_of(source, name)


def number_of(source: Source, name: str | int) -> int:
    """The number of the column of this name."""
    name = str(name)
    if name not in source.columns:
        raise not_found("column", name, source.columns)
    return source.columns.index(name)


def _writing(source: Source, given: Given, time: int | None) -> Writing:
    if time is None:
        return Writing(stamps.ISO)
    if given.time_format:
        return stamps.given(source.connection, given.time_format)
    return stamps.find(source.connection, source.rows, f"c{time}", source.kinds[time], source.columns[time])[0]


def _attributes(source: Source, given: Given, guesses: Guesses) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The columns kept for journeys and for events: as given, or every other column at the level at which it varies."""
    named = [given.journey_attributes, given.event_attributes]
    if any(names is not None for names in named):
        journeys, events = ([number_of(source, name) for name in names or ()] for names in named)
        twice = set(journeys) & set(events)
        if twice:
            name = source.columns[twice.pop()]
            raise InputError(f'Column "{name}" cannot be an attribute of both journeys and events.')
        return tuple(dict.fromkeys(journeys)), tuple(dict.fromkeys(events))
    rest = [n for n in range(len(source.columns)) if n not in guesses.taken.values()]
    varying = guesses.varying if rest else set()
    return tuple(n for n in rest if n not in varying), tuple(n for n in rest if n in varying)
