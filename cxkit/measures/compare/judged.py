"""The comparison itself: items and sides as arrays, tested as one family, and the rows that come of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cxkit.facts.items import items
from cxkit.facts.stages import Grain
from cxkit.measures.compare import sides as asking
from cxkit.measures.compare.part import Part, Whole
from cxkit.measures.compare.sides import Asked
from cxkit.schema import SECOND
from cxkit.selection.segment import SEGMENT
from cxkit.statistics.discoveries import detectable, discoveries

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys

FIRST_KINDS = ("attribute",)
NUMBERS = ("left", "right", "difference", "low", "high", "q_value")
COUNTS = ("n_left", "n_right", "customers_left", "customers_right")


@dataclass(frozen=True)
class Judged:
    """An answer: its rows, what was tested, and what each pair of sides looks like as a whole."""

    table: pa.Table
    sides: Sequence[Whole]
    tested: int
    significant: int
    detectable: float | None
    holding: str | None
    within: float | None
    population: tuple[int, int]
    undated: bool = False
    asked: bool = True  # whether there were journeys to ask of


def judged(journeys: Journeys, asked: Asked, within: str | None, holding: str | None, level: Grain) -> Judged:
    """Compare what is asked for."""
    undated = asked.before is not None and (not journeys.selection.star.timed or journeys.manifest.clock is not None)
    if undated or not journeys.n.journeys:
        return Judged(_table([], asked), [], 0, 0, None, None, None, (0, 0), undated, bool(journeys.n.journeys))
    span = None if asked.before is None else asking.followed(journeys, asked.before, within)
    kept = items(journeys, level, span)
    strata = asking.strata(journeys, holding, kept)
    parts = [Part(journeys, pair, kept, strata) for pair in asked.pairs(journeys)]
    parts = [part for part in parts if part.of.strata]
    q_values = _family(parts)
    rows = [row for part, own in zip(parts, q_values, strict=True) for row in part.rows(own)]
    rows.sort(key=lambda row: (row["kind"] not in FIRST_KINDS, row["q_value"] is None, -abs(row.pop("z"))))
    errors = [error for part in parts for error in part.errors]
    differ = sum(row["significant"] for row in rows)
    tested = sum(row["q_value"] is not None for row in rows)
    shown = (holding, None if span is None else span / SECOND)
    told = [part.whole() for part in parts]
    return Judged(_table(rows, asked), told, tested, differ, detectable(errors), *shown, _population(parts))


def _family(parts: Sequence[Part]) -> list[dict[int, float]]:
    """The q value of each tested item of each part, by its place among all of them."""
    places = [(number, int(place)) for number, part in enumerate(parts) for place in part.tested.nonzero()[0]]
    told = [dict[int, float]() for _ in parts]
    for (number, place), q in zip(places, discoveries([parts[n].p[place] for n, place in places]), strict=True):
        told[number][place] = q
    return told


def _table(rows: Sequence[Mapping[str, Any]], asked: Asked) -> pa.Table:
    import pyarrow as pa

    kinds = {} if asked.by is None or asked.left is not None else {SEGMENT: pa.string()}
    kinds |= {"kind": pa.string(), "item": pa.string()} | dict.fromkeys(NUMBERS, pa.float64())
    kinds |= {"significant": pa.bool_()} | dict.fromkeys(COUNTS, pa.int64()) | {"why_not": pa.string()}
    kinds |= dict.fromkeys(("count", "customers"), pa.int64())
    kinds |= dict.fromkeys(("activity", "next_activity", "attribute", "value"), pa.string())
    kinds |= {"bin_low": pa.float64(), "bin_high": pa.float64(), "variant": pa.int64()}
    return pa.Table.from_pylist(list(rows), schema=pa.schema(list(kinds.items())))


def _population(parts: Sequence[Part]) -> tuple[int, int]:
    """How many journeys, of how many customers, are on a side."""
    import numpy as np

    if not parts:
        return 0, 0
    kept = parts[0].kept
    chosen = np.zeros(len(kept.journeys), bool)
    for part in parts:
        chosen[part.of.place] = True
    return int(chosen.sum()), int((np.diff(kept.customers[chosen], prepend=-1) != 0).sum())
