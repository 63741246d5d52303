"""Segments: the value of one attribute of a journey or its customer, as text, to compare by."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.errors import InputError, NameNotFound, not_found
from cxkit.schema import JOURNEY
from cxkit.selection.recipe import Recipe
from cxkit.selection.steps import Keep
from cxkit.store.columns import VALUE
from cxkit.where.attributes import attribute
from cxkit.where.filter import any_of
from cxkit.words import precise

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Filter, Frame

SEGMENT = "segment"
LOW, HIGH = "low", "high"
MISSING, OTHER = "(missing)", "(other)"
MOST_SINGLE, MOST_BINS, MOST_SHOWN = 20, 20, 6
STEPS = (1, 2, 5, 10)
OF_EVENTS = (
    ' "{0}" is an attribute of events, of which a journey may have several values. To take the first of each journey, '
    'prepare the log with log.roles(journey_attributes=["{0}"], event_attributes=[...]), naming all that is kept.'
)
READ: Mapping[str, Callable[[str], Any]] = {"integer": int, "number": float, "boolean": "true".__eq__}


def check(journeys: Journeys, by: str | None) -> None:
    """Raise unless `by` is None, or an attribute of journeys or customers that has segments."""
    if by is None:
        return
    every = journeys.selection.star.by_name
    names = [name for name, attribute in every.items() if attribute.level != "event"]
    if by not in names:
        level = OF_EVENTS.format(by) if by in every else ""
        raise NameNotFound(f"{not_found('attribute of journeys', by, names, 'j.attributes')}{level}")
    if every[by].kind == "time":
        raise InputError(f'"{by}" holds times, which make no segments. Tag the journeys by a period instead.')


def segmented(selection: Selection, by: str | None) -> Frame:
    """The selected journeys with their segment as text; one segment for all where `by` is None."""
    if by is None:
        return selection.outlines.with_columns(nw.lit("all").alias(SEGMENT))
    values = selection.star.of_journeys(by).select(JOURNEY, nw.col(VALUE).cast(nw.String).alias(SEGMENT))
    segments = selection.outlines.join(values, on=JOURNEY, how="left")
    return segments.with_columns(nw.col(SEGMENT).fill_null(MISSING))


def largest(journeys: Journeys, by: str | None, most: int = MOST_SHOWN) -> list[str]:
    """The segments that most of the journeys have, the largest first; all others are to be taken as OTHER."""
    if by is None:
        return []
    return journeys.collect(lambda selection: _largest(selection, by, most))[SEGMENT].to_pylist()


def _largest(selection: Selection, by: str, most: int) -> Frame:
    counted = segmented(selection, by).group_by(SEGMENT).agg(nw.len().cast(nw.Int64).alias("count"))
    return counted.sort("count", SEGMENT, descending=[True, False]).head(most)


def gathered(selection: Selection, by: str | None, shown: Sequence[str]) -> Frame:
    """The selected journeys with their segment, where it is one of these; OTHER where it is not."""
    segments = segmented(selection, by)
    if by is None:
        return segments
    own = nw.col(SEGMENT)
    return segments.with_columns(nw.when(own.is_in(list(shown))).then(own).otherwise(nw.lit(OTHER)).alias(SEGMENT))


def named(journeys: Journeys, by: str | None) -> dict[str, str]:
    """The largest segments of the log, whatever is kept of it, and what their columns are called; OTHER if need be."""
    if by is None:
        return {}
    whole = replace(journeys, recipe=Recipe(tuple(step for step in journeys.recipe if not isinstance(step, Keep))))
    shown = largest(whole, by, MOST_SHOWN + 1)
    return {text: f"{by}: {text}" for text in [*shown[:MOST_SHOWN], *([OTHER] if shown[MOST_SHOWN:] else [])]}


def columns(
    table: pa.Table, keys: Sequence[Any], counted: pa.Table, of: Callable[[dict[str, Any]], Any], names: dict[str, str]
) -> pa.Table:
    """A table with a column of counts for each segment; `keys` says what each row is, `of` what each count is of."""
    import pyarrow as pa

    counts = {(of(row), row[SEGMENT]): row["count"] for row in counted.to_pylist()}
    for text, name in names.items():
        table = table.append_column(name, pa.array([counts.get((key, text), 0) for key in keys], pa.int64()))
    return table


def binned(value: nw.Expr, edges: Sequence[float]) -> nw.Expr:
    """The number of the last edge that a value reaches, by halving; of the first where it reaches none."""

    def among(first: int, end: int) -> nw.Expr:
        if end - first == 1:
            return nw.lit(first)
        middle = (first + end) // 2
        return nw.when(value < edges[middle]).then(among(first, middle)).otherwise(among(middle, end))

    return among(0, len(edges))


def edges(journeys: Journeys, by: str) -> list[float]:
    """The borders of bins of equal width around all numbers of an attribute; none where they are few, or texts."""
    kind = journeys.selection.star.attribute(by).kind
    if kind not in ("integer", "number"):
        return []
    limits = journeys.collect(lambda selection: _limits(selection, by)).to_pylist()[0]
    if limits["different"] <= MOST_SINGLE:
        return []
    low, high = float(limits[LOW]), float(limits[HIGH])
    least = max((high - low) / (MOST_BINS - 1), 1.0 if kind == "integer" else 0.0)
    size = 10.0 ** math.floor(math.log10(least))
    step = next(size * factor for factor in STEPS if size * factor >= least * (1 - 1e-9))
    first = math.floor(low / step)
    return [round((first + place) * step, 12) for place in range(math.floor(high / step) - first + 2)]


def bin_at(number: int, edges: Sequence[float], name: str) -> dict[str, Any]:
    """What a row says of the bin that begins at an edge, under this name and in numbers."""
    low, high = edges[number], edges[number + 1]
    return {name: f"{precise(low)} to {precise(high)}", LOW: low, HIGH: high}


def inside(text: str, low: float | None, high: float | None, journeys: Journeys, by: str) -> Filter:
    """The filter that keeps the journeys with a value, or with one in a bin."""
    if low is None or high is None:
        return clause(text, journeys, by)
    if journeys.selection.star.attribute(by).kind == "integer":
        return attribute(by, at_least=int(low), at_most=int(high) - 1)
    return attribute(by, at_least=low, at_most=math.nextafter(high, -math.inf))


def _limits(selection: Selection, by: str) -> Frame:
    held = selection.outlines.select(JOURNEY).join(selection.star.of_journeys(by), on=JOURNEY, how="inner")
    value = nw.col(VALUE)
    different = value.n_unique().fill_null(0).cast(nw.Int64).alias("different")
    return held.select(different, value.min().alias(LOW), value.max().alias(HIGH))


def clause(text: str, journeys: Journeys, by: str) -> Filter:
    """The filter that keeps the journeys of one segment."""
    if text == MISSING:
        return attribute(by, missing=True)
    return attribute(by, READ.get(journeys.selection.star.by_name[by].kind, str)(text))


def within(wanted: Filter, row: Mapping[str, Any], journeys: Journeys, by: str | None) -> Filter:
    """A filter, narrowed to the segment of a row where the answer compares by an attribute."""
    return wanted if by is None else wanted & group(row[SEGMENT], journeys, by)


def group(text: str, journeys: Journeys, by: str) -> Filter:
    """The filter that keeps the journeys of one segment, or of all that are not among the largest."""
    if text != OTHER:
        return clause(text, journeys, by)
    return ~any_of(tuple(clause(value, journeys, by) for value in largest(journeys, by)))
