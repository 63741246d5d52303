"""Values: how many journeys have which value of an attribute, their own, their customer's or an event's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.errors import InputError
from cxkit.result import Result
from cxkit.schema import CUSTOMER, JOURNEY
from cxkit.selection import segment
from cxkit.selection.segment import HIGH, LOW, MISSING
from cxkit.store.columns import VALUE

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Filter, Frame


def values(journeys: Journeys, *, of: str) -> Result:
    """Which values are there, and how many journeys have each?

    Parameters
    ----------
    of : an attribute of events, journeys or customers, or a tag.

    Returns a Result with a row per value, the most frequent first: `value` (as text; "(missing)" for the journeys that
    have none), `low` (included) and `high` (not included), `count` (journeys), `customers` (of them), `share` (of the
    selected journeys). Numbers of more than 20 different values come in at most 20 bins of equal width, in their order;
    only bins have a `low` and a `high`. A journey has each value that one of its events has, so the counts of an
    attribute of events may add up to more than all.

    Errors: an unknown attribute, or one that holds times.

    >>> import cxkit as cx
    >>> cx.toy_journeys().values(of="plan").df()[["value", "count"]].values.tolist()
    [['basic', 6], ['plus', 5], ['(missing)', 1]]
    """
    if journeys.selection.star.attribute(of).kind == "time":
        raise InputError(f'"{of}" holds times. Choose a period instead, with at_least= and at_most= of w.attribute.')
    return Result(
        name="values",
        unit="journeys",
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: _table(journeys, of),
        count=lambda: journeys.n,
        parameters={"of": of},
    )


def holding(row: Mapping[str, Any], journeys: Journeys, asked: Mapping[str, Any]) -> Filter:
    """The journeys that have the value of a row, or one in its bin."""
    return segment.inside(row["value"], row[LOW], row[HIGH], journeys, asked["of"])


def _table(journeys: Journeys, of: str) -> pa.Table:
    import pyarrow as pa

    total, edges = max(journeys.n.journeys, 1), segment.edges(journeys, of)
    rows = journeys.collect(lambda selection: _held(selection, of, edges)).to_pylist()
    missing = journeys.collect(lambda selection: _missing(selection, of)).to_pylist()[0]
    rows += [{VALUE: MISSING, **missing}] if missing["count"] else []
    shown = [_row(row, edges) | {"share": row["count"] / total} for row in rows]
    kinds = {"value": pa.string(), LOW: pa.float64(), HIGH: pa.float64()}
    kinds |= {"count": pa.int64(), "customers": pa.int64(), "share": pa.float64()}
    return pa.Table.from_pylist(shown, schema=pa.schema(list(kinds.items())))


def _row(row: dict[str, Any], edges: Sequence[float]) -> dict[str, Any]:
    numbers = {"count": row["count"], "customers": row["customers"]}
    if not edges or row[VALUE] == MISSING:
        return {"value": row[VALUE], LOW: None, HIGH: None, **numbers}
    return {**segment.bin_at(row[VALUE], edges, "value"), **numbers}


def _chosen(selection: Selection, of: str) -> Frame:
    """The selected journeys with their customer and each value that they have."""
    held = selection.star.of_journeys(of)
    return selection.outlines.select(JOURNEY, CUSTOMER).join(held, on=JOURNEY, how="inner")


def _held(selection: Selection, of: str, edges: Sequence[float]) -> Frame:
    value = segment.binned(nw.col(VALUE), edges).cast(nw.Int32) if edges else nw.col(VALUE).cast(nw.String)
    held = _chosen(selection, of).select(JOURNEY, CUSTOMER, value.alias(VALUE))
    counted = held.group_by(VALUE).agg(_different(JOURNEY, "count"), _different(CUSTOMER, "customers"))
    return counted.sort(VALUE) if edges else counted.sort("count", VALUE, descending=[True, False])


def _missing(selection: Selection, of: str) -> Frame:
    rest = selection.outlines.join(selection.star.of_journeys(of), on=JOURNEY, how="anti")
    return rest.select(nw.len().cast(nw.Int64).alias("count"), _different(CUSTOMER, "customers"))


def _different(column: str, name: str) -> nw.Expr:
    return nw.col(column).n_unique().cast(nw.Int64).alias(name)
