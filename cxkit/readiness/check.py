"""What a readiness check is, and what it may find."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from cxkit.shaping.mending.repairs import Repair

if TYPE_CHECKING:
    from cxkit.readiness.ground import Ground

Unit = Literal["rows", "lines", "moves", "journeys", "values", "days", "columns"]
Dimension = Literal["completeness", "identity", "time", "order", "labels", "values"]
Level = Literal["row", "journey", "log"]


@dataclass(frozen=True)
class Found:
    """What a check has found: in words that follow a count, with the SQL of the rows that show it.

    `rows` selects row numbers, with `values` bound. `count` and `of` are given where the unit is not the row.
    `at_most` is the weight that it cannot exceed, however many rows show it.
    """

    what: str
    rows: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    column: int | None = None
    count: int | None = None
    of: int | None = None
    examples: tuple[str, ...] = ()
    repair: Repair | None = None
    at_most: str = "high"


@dataclass(frozen=True)
class Check:
    """A check: its name, what it is about, the unit it counts, the measures that it bends, and how it looks.

    A note is a fact to know that is no fault; it lowers no score. `pattern` is the imperfection pattern of Suriadi
    et al. (2017) that it shows.
    """

    name: str
    dimension: Dimension
    level: Level
    unit: Unit
    bends: tuple[str, ...]
    find: Callable[[Ground], Iterator[Found]]
    note: bool = False
    pattern: str = ""
