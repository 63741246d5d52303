"""Dotted chart: journeys as rows of dots, one for each event, on the line of time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, get_args

import narwhals as nw

from cxkit.errors import not_found
from cxkit.measures.times.evenly import PLACE, evenly
from cxkit.result import Result
from cxkit.schema import (
    ACTIVITY,
    CUSTOMER,
    FIRST,
    FIRST_VISIT,
    ID,
    JOURNEY,
    LAST,
    LENGTH,
    NAME,
    POSITION,
    SECOND,
    TIME,
)
from cxkit.times import zoned
from cxkit.where.visits import contains

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Filter, Frame

Order = Literal["start", "duration"]
MOST_ROWS, MOST_DOTS = 300, 5_000
LASTS = "lasts"
TIMED = ("log_seconds", "seconds", "journeys", "customers")


def dotted_chart(journeys: Journeys, *, order: Order = "start") -> Result:
    """What does the log look like, journey by journey?

    Parameters
    ----------
    order : "start" for the journeys in the order in which they began, "duration" for the shortest first.

    At most 300 journeys are drawn, evenly chosen along their order, and fewer where they have many events.

    Returns a Result with a row per event of the chosen journeys, in their order: `place` (of the journey among all that
    are selected, from 0), `journey` (its id), `activity`, `time` (empty where the log's clock tells no dates),
    `log_seconds` (since the first event of the whole log), `seconds` (since the journey began), `journeys` and
    `customers` (of all that are selected, who have this activity). At most 5,000 rows; an event without a time has
    none. Van der Aalst and Song, "Mining Social Networks" and the dotted chart of 2007.

    Errors: an unknown order.

    >>> import cxkit as cx
    >>> dots = cx.toy_journeys().dotted_chart().df()
    >>> len(dots), dots["journey"].nunique()
    (40, 12)
    """
    if order not in get_args(Order):
        raise not_found("order", order, get_args(Order))
    return Result(
        name="dotted_chart",
        unit="events",
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: _table(journeys, order),
        count=lambda: journeys.n,
        parameters={"order": order},
        shown=lambda: {"of": journeys.n.journeys, "ranks": journeys.ranks},
        note="Journeys that began first are at the top" if order == "start" else "The shortest journeys are at the top",
    )


def _table(journeys: Journeys, order: Order) -> pa.Table:
    import pyarrow as pa

    begin = journeys.collect(lambda selection: selection.star.outlines.select(nw.col(FIRST).min())).to_pylist()
    since = (begin[0][FIRST] if begin else None) or 0
    most = min(MOST_ROWS, max(1, MOST_DOTS // max(1, round(_length(journeys)))))
    dots = journeys.collect(lambda selection: _dots(selection, order, most, journeys.n.journeys, since))
    times = pa.nulls(len(dots), pa.timestamp("us", tz=journeys.base.zone))
    if journeys.manifest.clock is None:
        times = zoned(dots[TIME], journeys.base.zone)
    columns: dict[str, Any] = {name: dots[name] for name in (PLACE, "journey", "activity")}
    return pa.table(columns | {"time": times} | {name: dots[name] for name in TIMED})


def visiting(row: Mapping[str, Any], _journeys: Journeys, _asked: Mapping[str, Any]) -> Filter:
    """The journeys with the activity of a dot."""
    return contains(row["activity"])


def _length(journeys: Journeys) -> float:
    """How many events a journey has, on the average."""
    mean = journeys.collect(lambda selection: selection.outlines.select(nw.col(LENGTH).mean()))
    return float(mean[LENGTH][0].as_py() or 1) if len(mean) else 1.0


def _dots(selection: Selection, order: Order, most: int, total: int, since: int) -> Frame:
    lasts = (nw.col(LAST) - nw.col(FIRST)).alias(LASTS)
    timed = selection.outlines.filter(~nw.col(FIRST).is_null()).select(JOURNEY, FIRST, lasts)
    by = [FIRST, "id"] if order == "start" else [LASTS, FIRST, "id"]
    named = timed.join(selection.star.journeys.select(JOURNEY, nw.col(ID).alias("id")), on=JOURNEY, how="inner")
    chosen = evenly(named, by, most, total)
    events = selection.moves.select(JOURNEY, POSITION, ACTIVITY, TIME).join(chosen, on=JOURNEY, how="inner")
    people = selection.outlines.select(JOURNEY, CUSTOMER)
    every = selection.moves.filter(nw.col(FIRST_VISIT) == 1).select(JOURNEY, ACTIVITY)
    unique = {"journeys": nw.len(), "customers": nw.col(CUSTOMER).n_unique()}
    counts = (many.cast(nw.Int64).alias(name) for name, many in unique.items())
    visits = every.join(people, on=JOURNEY, how="inner").group_by(ACTIVITY).agg(*counts)
    activities = selection.star.activities.select(ACTIVITY, NAME).join(visits, on=ACTIVITY, how="inner")
    return (
        events.join(activities, on=ACTIVITY, how="inner")
        .sort(PLACE, POSITION)
        .head(MOST_DOTS)
        .select(
            nw.col(PLACE),
            nw.col("id").alias("journey"),
            nw.col(NAME).alias("activity"),
            nw.col(TIME),
            ((nw.col(TIME) - since) / SECOND).alias("log_seconds"),
            ((nw.col(TIME) - nw.col(FIRST)) / SECOND).alias("seconds"),
            *unique,
        )
    )
