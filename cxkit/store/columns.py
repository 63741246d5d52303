"""Derived columns: one value for each event, journey or customer, read like the client's own columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cxkit.schema import CUSTOMER, JOURNEY, POSITION, Attribute, Kind, Level
from cxkit.store.engine import Frame

if TYPE_CHECKING:
    from cxkit.store.star import Star

VALUE = "value"
KEYS: Mapping[Level, tuple[str, ...]] = {
    "event": (JOURNEY, POSITION),
    "journey": (JOURNEY,),
    "customer": (CUSTOMER,),
}


@dataclass(frozen=True)
class Column:
    """What is derived from a star: `build` gives the level's key and `value`, a key at most once.

    A key that is absent has no value. `key` names the values in the engine's memory: on one star, equal keys are equal
    values. Times are microseconds, as in the store.
    """

    level: Level
    name: str
    key: str
    build: Callable[[Star], Frame]
    kind: Kind


@dataclass(frozen=True)
class Made:
    """A derived column and the star that it was made on: it speaks of the journeys as they were then."""

    column: Column
    star: Star

    @property
    def attribute(self) -> Attribute:
        """The column as an attribute among the client's."""
        return Attribute(self.column.name, VALUE, self.column.level, self.column.kind)

    def values(self) -> Frame:
        """The level's key and `value`, computed once."""
        wanted = [*KEYS[self.column.level], VALUE]
        key = f"{self.star.key}|column {self.column.key}"
        return self.star.engine.materialise(key, lambda: self.column.build(self.star).select(*wanted))
