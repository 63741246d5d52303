"""Representatives: the few journeys to look at to know most of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.measures.ways.families import GOAL, belonging, check, table_of
from cxkit.result import Result
from cxkit.schema import ID, PATH, VARIANT, codes
from cxkit.words import sentences

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Filter, Frame

FEW = 5


def representatives(
    journeys: Journeys, k: int = FEW, *, coverage: float = GOAL, radius: float | None = None, seed: int = 0
) -> Result:
    """Which few journeys stand for most?

    Parameters
    ----------
    k : how many journeys at most.
    coverage, radius, seed : as families take them, with as many families as journeys are asked for.

    Returns a Result with a row per journey, that which stands for most first, and a last one for the journeys that none
    stands for: `journey` (the client's id; the first of those that go the typical way of a family), `stands_for`
    (journeys of the family, itself among them), `customers`, `share` (of the selected journeys), `distance` (within
    which 90 % of these are, see `families`), `activities` (of the journey, in order), `variant` (the number of its
    variant), `others` (those of the other journeys), `within` (the distance within which each stands for others).

    Errors: a k that is no whole number from 1 to 500, a coverage or radius that is no share, a seed below 0.

    >>> import cxkit as cx
    >>> cx.toy_journeys().representatives(2, radius=0.3).df()["stands_for"].tolist()
    [6, 5, 1]
    """
    check(k, coverage, radius, seed)
    return Result(
        name="representatives",
        unit="journeys",
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: _table(journeys, table_of(journeys, k, coverage, radius, seed)),
        count=lambda: journeys.n,
        parameters={"k": k, "coverage": coverage, "radius": radius, "seed": seed},
        note=sentences(
            "A journey stands for those that are near to it: repeats and swaps of steps without order aside"
        ),
        hidden=("variant", "others", "within"),
        shown=lambda: {"ranks": journeys.ranks},
    )


def like(row: Mapping[str, Any], journeys: Journeys, asked: Mapping[str, Any]) -> Filter:
    """The journeys that a journey stands for, or those that none stands for."""
    return belonging(row, journeys, asked)


def _table(journeys: Journeys, families: pa.Table) -> pa.Table:
    import pyarrow as pa

    numbers = families[VARIANT].to_pylist()
    typical = [number for number in numbers if number is not None]
    rows = journeys.collect(lambda selection: _first(selection, typical)).to_pylist()
    names, first = journeys.selection.star.names, {row[VARIANT]: row for row in rows}
    ways = {number: [names[code] for code in codes(row[PATH])] for number, row in first.items()}
    ids = [None if number is None else first[number][ID] for number in numbers]
    named = pa.array([ways.get(number, []) for number in numbers], pa.list_(pa.string()))
    kept = {name: families[name] for name in ("customers", "share")}
    columns = {"journey": pa.array(ids, pa.string()), "stands_for": families["count"], **kept}
    columns |= {"distance": families["radius"], "activities": named}
    return pa.table(columns | {name: families[name] for name in (VARIANT, "others", "within")})


def _first(selection: Selection, numbers: list[int]) -> Frame:
    """The first journey, by id, of each of these variants, with its path."""
    chosen = selection.journeys.filter(nw.col(VARIANT).is_in(numbers))
    ids = chosen.group_by(VARIANT).agg(nw.col(ID).min().alias(ID))
    return ids.join(selection.star.variants.select(VARIANT, PATH), on=VARIANT, how="inner")
