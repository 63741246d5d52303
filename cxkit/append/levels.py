"""Of what does a column speak, journeys or events, once a later part has come? Of what a rebuild would find.

Nothing here concerns attributes that were named with their level: those stay what they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cxkit.append.widen import Held, value
from cxkit.schema import JOURNEY, KEY, POSITION, Attribute
from cxkit.shaping.guess import SAMPLED_JOURNEYS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def levelled(
    connection: DuckDBPyConnection, was: Sequence[Attribute], now: Sequence[Attribute], held: Mapping[str, Held]
) -> list[Attribute]:
    """The attributes, those of journeys that take several values within one made attributes of events.

    As when roles are settled, a sample of journeys says so. `fresh` and the store's tables are laid out.
    """
    pairs = [pair for pair in zip(was, now, strict=True) if pair[1].level == "journey" and pair[1].column != KEY]
    if not pairs:
        return list(now)
    names = [new.column for _, new in pairs]
    old = ", ".join(f"{value(before, new, held[before.column])} AS {new.column}" for before, new in pairs)
    sample = f"(SELECT {JOURNEY} FROM journeys ORDER BY hash(id) LIMIT {SAMPLED_JOURNEYS})"
    fresh = f"SELECT {JOURNEY}, {', '.join(names)} FROM fresh WHERE {JOURNEY} IN {sample}"
    rows = f"""{fresh} UNION ALL BY NAME
        SELECT {JOURNEY}, {old} FROM old_events e JOIN old_rows r USING ({JOURNEY}, {POSITION})
        WHERE {JOURNEY} IN (SELECT {JOURNEY} FROM ({fresh}))"""
    each = ", ".join(f"min({name}) <> max({name}) AS {name}" for name in names)
    several = ", ".join(f"bool_or({name})" for name in names)
    varies = connection.execute(f"SELECT {several} FROM (SELECT {each} FROM ({rows}) GROUP BY {JOURNEY})").fetchone()
    varying = {name for name, answer in zip(names, varies or (), strict=True) if answer}
    return [replace(a, level="event") if a.column in varying else a for a in now]


def in_order(attributes: Sequence[Attribute], chosen: bool) -> tuple[Attribute, ...]:
    """The attributes as a rebuild has them: as they were named, or those of journeys first, as the columns come."""
    kept = [a for a in attributes if a.column != KEY]
    return tuple(kept if chosen else sorted(kept, key=lambda a: (a.level != "journey", int(a.column[1:]))))
