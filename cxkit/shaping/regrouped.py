"""Other journeys or customers from the same rows: what the ways to make them share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from cxkit.cached import cached_property
from cxkit.errors import InputError
from cxkit.reading.known import Known
from cxkit.reading.source import Source
from cxkit.schema import KEY, REASON, ROW
from cxkit.shaping.columns import order_key
from cxkit.shaping.derived import Derived
from cxkit.shaping.events import judged
from cxkit.shaping.roles import NONE, ROLES, Roles

if TYPE_CHECKING:
    from cxkit.log import Log

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

    @property
    def knows(self) -> Known:
        """The roles that the columns had, how stamps were read, and the attributes if they were chosen."""
        roles, names = self.roles, self.original.columns
        named = {role: NONE if (n := getattr(roles, role)) is None else names[n] for role in ROLES}
        if roles.customer == roles.journey:
            named["customer"] = NONE
        why = dict.fromkeys(named, "as before") | {role: text for role, _, text in roles.evidence}
        levels = roles.journey_attributes, roles.event_attributes
        of_journeys, of_events = ([names[number] for number in level] for level in levels)
        chosen = (of_journeys, of_events) if roles.chosen else None
        return Known(named, why, chosen, zone=roles.zone, time_format=roles.writing.format, given=roles.given)


def notion(log: Log) -> tuple[Log, dict[str, Any]]:
    """The log before it was split or stitched, and how it was, in the words of an engagement file."""
    words: dict[str, Any] = {}
    while isinstance(log.source, Regrouped):
        if set(words) & set(log.source.words):
            raise InputError(
                f"This log was {next(iter(log.source.words))} twice; an engagement file says it once. "
                "Give all of it in one step."
            )
        words = {**log.source.words, **words}
        log = replace(log, source=log.source.original, mapping=log.source.roles)
    below = log.source
    while isinstance(below, Derived):
        below = below.original
        if isinstance(below, Regrouped):
            raise InputError(
                "This log was changed after it was split or stitched; an engagement file does that last. "
                "Mend first, then split or stitch."
            )
    return log, words


def steps(source: Source, roles: Roles, value: int | None = None) -> tuple[str, dict[str, Any]]:
    """The statement of all rows as the store sees them, and its bound values; to be run in the zone of the roles.

    Its columns: row, journey, activity, time and ended (microseconds), key (of the order column), value (of a further
    column; empty text where it has none), good (whether the row is an event).
    """
    key = f"NULL AS {KEY}" if roles.order is None else order_key(source, roles.order)
    further = "''" if value is None else f"coalesce(c{value}::VARCHAR, '')"
    rows, values = judged(source, roles, [key, f"{further} AS value"])
    statement = f"""
        SELECT {ROW}, journey_id AS journey, activity_name AS activity, {KEY}, value, time, ended,
            {REASON} IS NULL AS good FROM ({rows})"""
    return statement, values


def silence_before(window: str) -> str:
    """The SQL of how long nothing happened before an event: since all events before it had ended."""
    before = f"max(greatest(time, ended)) OVER ({window} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
    return f"CASE WHEN time < {before} THEN 0 ELSE time - {before} END"
