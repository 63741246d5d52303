"""Other journeys or customers from the same rows: what the ways to make them share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from typing import Any

from cxkit.cached import cached_property
from cxkit.errors import InputError
from cxkit.store import stamps
from cxkit.store.derived import Derived
from cxkit.store.read import Log, Source
from cxkit.store.roles import NONE, ROLES, Given, Known, Roles
from cxkit.store.schema import ROW
from cxkit.store.stage import order_key, stamps_of, time_of

PLACES = f"time NULLS LAST, key NULLS FIRST, {ROW}"  # the order contract; rows without a readable time come last


class Regrouped(Derived):
    """Another source's rows, all of them and in their order, under other ids. `words` says how in an engagement file.

    The roles that the columns had are known; whatever `.roles()` does not name stays.
    """

    words: Mapping[str, Any]

    def __init__(self, original: Source, roles: Roles, part: str, says: str) -> None:
        super().__init__(original, roles.zone)
        self.roles = roles
        before = original.reading.get(part)
        self.reading = {**original.reading, part: f"{before}; then {says}" if before else says}

    def printed(self, *facts: object) -> str:
        """The fingerprint of rows that follow from others: nothing need be written to know it."""
        read = replace(self.roles, customer=0, journey_attributes=(), event_attributes=(), evidence=(), chosen=False)
        return sha256(repr((self.original.fingerprint, read, facts)).encode()).hexdigest()

    @cached_property
    def notes(self) -> tuple[str, ...]:
        return (*self.original.notes, *self.noted())

    def noted(self) -> Iterator[str]:
        """What should be known of the change."""
        yield from ()

    def lines(self, rows: list[int]) -> list[int | None]:
        return self.original.lines(rows)

    def settle(self, given: Given, on: Source | None = None) -> Roles:
        """The roles as they were, unless the user names others; so are the time zone and how stamps are written."""
        writing = self.roles.writing.name
        again = given.time is None and given.time_format is None and "%" in writing
        zone = self.roles.zone if given.zone == Given.zone else given.zone
        given = replace(given, zone=zone, time_format=writing if again else given.time_format)
        return self.known.settle(on or self, given)

    @cached_property
    def named(self) -> Mapping[str, str]:
        return self.known.named

    @property
    def known(self) -> Known:
        """The roles that the columns had, and the attributes if they were chosen."""
        roles, names = self.roles, self.original.columns
        named = {role: NONE if (n := getattr(roles, role)) is None else names[n] for role in ROLES}
        if roles.customer == roles.journey:
            named["customer"] = NONE
        why = dict.fromkeys(named, "as before") | {role: text.split(";")[0] for role, _, text in roles.evidence}
        levels = roles.journey_attributes, roles.event_attributes
        of_journeys, of_events = ([names[number] for number in level] for level in levels)
        return Known(named, why, (of_journeys, of_events) if roles.chosen else None)


def notion(log: Log) -> tuple[Log, dict[str, Any]]:
    """The log before it was split or stitched, and how it was, in the words of an engagement file."""
    said: dict[str, Any] = {}
    while isinstance(log.source, Regrouped):
        if set(said) & set(log.source.words):
            raise InputError(
                f"This log was {next(iter(log.source.words))} twice; an engagement file says it once. "
                "Give all of it in one step."
            )
        said = {**log.source.words, **said}
        log = Log(log.source.original, log.source.roles)
    below = log.source
    while isinstance(below, Derived):
        below = below.original
        if isinstance(below, Regrouped):
            raise InputError(
                "This log was changed after it was split or stitched; an engagement file does that last. "
                "Mend first, then split or stitch."
            )
    return log, said


@contextmanager
def in_zone(source: Source, roles: Roles) -> Iterator[Any]:
    """What runs statements on a source while its local times are those of the roles' zone."""
    run = source.connection.execute
    run("SET TimeZone = $zone", {"zone": roles.zone})
    try:
        yield run
    finally:
        run("SET TimeZone = 'UTC'")


def steps(source: Source, roles: Roles, value: int | None = None) -> tuple[str, dict[str, Any]]:
    """The statement of all rows as the store sees them, and its bound values; to be run in the zone of the roles.

    Its columns: row, journey, activity, time and ended (microseconds), key (of the order column), value (of a further
    column; empty text where it has none), good (whether the row is an event: has a journey, an activity and a time).
    """
    good = " AND ".join(f"coalesce(trim({word}), '') <> ''" for word in ("journey", "activity"))
    statement = f"""
        SELECT {ROW}, journey, activity, key, value, time, ended,
            {good}{"" if roles.time is None else " AND time IS NOT NULL"} AS good
        FROM (SELECT *, {time_of(roles)} FROM (
            SELECT {ROW}, c{roles.journey}::VARCHAR AS journey, c{roles.activity}::VARCHAR AS activity,
                {", ".join(stamps_of(source, roles))},
                {"NULL AS key" if roles.order is None else order_key(source, roles.order)},
                {"''" if value is None else f"coalesce(c{value}::VARCHAR, '')"} AS value
            FROM {source.rows}))"""
    values = stamps.values(roles.writing, statement) | stamps.values(roles.start_writing, statement, "starts")
    return statement, values


def silence_before(window: str) -> str:
    """The SQL of how long nothing happened before an event: since all events before it had ended."""
    before = f"max(greatest(time, ended)) OVER ({window} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
    return f"CASE WHEN time < {before} THEN 0 ELSE time - {before} END"
