"""Handovers: the same journeys as visits to the values of an attribute of events - agents, teams, channels, devices.

Events of one value that follow each other are one visit; a move is a handover from one value to another, with the time
from the last event of the one to the first of the other. Events without a value are of "(missing)", and those of rare
values of "(other)", so that every journey begins and ends somewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import narwhals as nw

from cxkit import schema
from cxkit.errors import InputError, NameNotFound, not_found
from cxkit.facts.stages import visited
from cxkit.schema import ACTIVITY, COUNT, JOURNEY, NAME, NEXT, POSITION, SYMBOL, SYMBOL_BASE
from cxkit.selection.segment import MISSING, OTHER
from cxkit.store.columns import VALUE

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.store.star import Star
    from cxkit.where.filter import Frame

MOST_VALUES = 500
KINDS = ("text", "integer", "boolean")


def check(journeys: Journeys, of: str | None) -> None:
    """Raise unless `of` is None, or an attribute of events whose values can hand over to each other."""
    if of is None:
        return
    every = journeys.selection.star.by_name
    names = [name for name, attribute in every.items() if attribute.level == "event"]
    if of not in names:
        level = f' "{of}" is the same at every event of a journey, so nothing is handed over.' if of in every else ""
        raise NameNotFound(f"{not_found('attribute of events', of, names, 'j.attributes')}{level}")
    if every[of].kind not in KINDS:
        raise InputError(f'"{of}" holds values of the kind {every[of].kind}; a map needs names.')


def between(of: str) -> Callable[[Selection], Selection]:
    """What turns a selection into the same journeys as visits to the values of an attribute."""
    return lambda selection: replace(selection, star=handed(selection.star, of))


def handed(star: Star, of: str) -> Star:
    """The star of visits to the values of an attribute, which stand in the place of activities."""
    key, engine = f"{star.key}{star.marks}|handed {of!r}", star.engine
    named = engine.materialise(f"{key}|{NAME}", lambda: engine.frame(_named(star, of)))
    values = star.valued(of).select(JOURNEY, POSITION, nw.col(VALUE).cast(nw.String).alias(NAME))
    missing, other = (schema.MOST_ACTIVITIES + place for place in (MOST_VALUES, MOST_VALUES + 1))

    def coded() -> Frame:
        own = star.events.select(*schema.EVENT_COLUMNS, *schema.STAMP_COLUMNS).drop(ACTIVITY, NEXT)
        codes = values.join(named.select(NAME, ACTIVITY), on=NAME, how="left")
        codes = codes.select(JOURNEY, POSITION, nw.col(ACTIVITY).fill_null(other).alias(ACTIVITY))
        both = own.join(codes, on=[JOURNEY, POSITION], how="left")
        both = both.with_columns(nw.col(ACTIVITY).fill_null(missing).cast(nw.Int16).alias(ACTIVITY))
        after = nw.col(ACTIVITY).shift(-1).over(JOURNEY, order_by=POSITION).alias(NEXT)
        return both.with_columns(after).select(*schema.EVENT_COLUMNS, *schema.STAMP_COLUMNS)

    return visited(star, key, coded, named.select(ACTIVITY, NAME, SYMBOL))


def _named(star: Star, of: str) -> pa.Table:
    """The values with their codes, the most frequent first; what has none, and what is rare, as values of their own."""
    import pyarrow as pa

    values = star.valued(of).select(nw.col(VALUE).cast(nw.String).alias(NAME))
    counted = values.group_by(NAME).agg(nw.len().alias(COUNT)).sort(COUNT, NAME, descending=[True, False])
    frequent = star.engine.collect(counted.head(MOST_VALUES))[NAME].to_pylist()
    names = [name for name in frequent if name not in (MISSING, OTHER)]
    codes = [*range(schema.MOST_ACTIVITIES, schema.MOST_ACTIVITIES + len(names))]
    codes += [schema.MOST_ACTIVITIES + place for place in (MOST_VALUES, MOST_VALUES + 1)]
    symbols = [chr(SYMBOL_BASE + code) for code in codes]
    columns = {ACTIVITY: pa.array(codes, pa.int16()), NAME: [*names, MISSING, OTHER], SYMBOL: symbols}
    return pa.table(columns)
