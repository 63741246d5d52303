"""Segments: the value of one attribute of a journey or its customer, as text, to compare by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.errors import InputError, NameNotFound, not_found
from cxkit.schema import JOURNEY
from cxkit.store.columns import VALUE
from cxkit.where.attributes import attribute

if TYPE_CHECKING:
    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Filter, Frame

SEGMENT = "segment"
MISSING = "(missing)"
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


def clause(text: str, journeys: Journeys, by: str) -> Filter:
    """The filter that keeps the journeys of one segment."""
    if text == MISSING:
        return attribute(by, missing=True)
    return attribute(by, READ.get(journeys.selection.star.by_name[by].kind, str)(text))


def within(wanted: Filter, row: Mapping[str, Any], journeys: Journeys, by: str | None) -> Filter:
    """A filter, narrowed to the segment of a row where the answer compares by an attribute."""
    return wanted if by is None else wanted & clause(row[SEGMENT], journeys, by)
