"""Segments: the value of one attribute or tag of a journey, as text, to compare by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from cxkit.errors import InputError, NameNotFound, not_found
from cxkit.schema import JOURNEY

if TYPE_CHECKING:
    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Frame

SEGMENT = "segment"
MISSING = "(missing)"


def check(journeys: Journeys, by: str | None) -> None:
    """Raise unless `by` is None, a tag, or a journey's attribute that has segments."""
    star = journeys.selection.star
    if by is None or by in star.flags:
        return
    names = [name for name, known in star.by_name.items() if known.level == "journey"]
    if by not in names:
        level = " It is an attribute of events." if by in star.by_name else ""
        unknown = not_found("attribute of journeys", by, [*names, *star.flags], "j.attributes")
        raise NameNotFound(f"{unknown}{level}")
    if star.by_name[by].kind == "time":
        raise InputError(f'"{by}" holds times, which make no segments. Tag the journeys by a period instead.')


def segmented(selection: Selection, by: str | None) -> Frame:
    """The selected journeys with their segment as text; one segment for all where `by` is None."""
    star = selection.star
    if by is None:
        return selection.outlines.with_columns(nw.lit("all").alias(SEGMENT))
    if by in star.flags:
        tagged = star.flags[by].with_columns(nw.lit("true").alias(SEGMENT))
        return selection.outlines.join(tagged, on=JOURNEY, how="left").with_columns(nw.col(SEGMENT).fill_null("false"))
    value = nw.col(star.by_name[by].column).cast(nw.String)
    return selection.journeys.with_columns(value.fill_null(MISSING).alias(SEGMENT))
