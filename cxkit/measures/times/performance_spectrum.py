"""Performance spectrum: one step from A to B, each time that it was taken, from when to when."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.errors import InputError, not_found
from cxkit.measures.times.evenly import PLACE, evenly
from cxkit.result import Result
from cxkit.schema import ACTIVITY, CUSTOMER, FIRST, GAP, ID, JOURNEY, NAME, NEXT, POSITION, SECOND
from cxkit.times import zoned
from cxkit.where.order import BEGIN, SPAN, waited, waits
from cxkit.words import exactly, safe

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Filter, Frame

MOST_SPANS = 600
WHOLE = "whole"
ROUNDED = 1e-3  # of a microsecond: what a division into seconds and back may be off
TAKEN = ("seconds", "quarter", "over_seconds", "up_to_seconds", "times", "journeys", "customers")
QUARTERS = {"q1": 0.25, "q2": 0.5, "q3": 0.75, "q4": 1.0}


def performance_spectrum(journeys: Journeys, first: str | None = None, then: str | None = None) -> Result:
    """Is a step slow always, or now and then, and do journeys overtake each other?

    Parameters
    ----------
    first, then : the activities of the step, directly after each other; where neither is given the step on which the
        selected journeys wait longest, all together.

    Returns a Result with a row per time that the step was taken, evenly chosen along their beginnings (at most 600):
    `place` (among all, from 0), `journey` (its id), `activity`, `next_activity`, `time` (at which it began: the end of
    the first event where that is known, else its stamp; empty where the log's clock tells no dates), `log_seconds`
    (since the first event of the whole log), `seconds` (until the next event), `quarter` (1 for the fastest quarter of
    all, up to 4), `over_seconds` (what that quarter lies above; empty for the first), `up_to_seconds` (the longest of
    it), `times` (how often the step was taken in all), `journeys` and `customers` (who took it in that quarter's time).
    Denisov, Fahland and van der Aalst, "Unbiased, Fine-Grained Description of Processes Performance from Event Data",
    2018.

    Errors: an unknown activity; one of the two activities without the other.

    >>> import cxkit as cx
    >>> spans = cx.toy_journeys().performance_spectrum("Pay", "Ship").df()
    >>> (spans["seconds"] / 3600).tolist()
    [24.0, 24.0, 24.0, 48.0, 24.0]
    """
    if (first is None) != (then is None):
        raise InputError("A step has two activities. Name both of them, or none.")
    for name in filter(None, (first, then)):
        if name not in journeys.selection.star.codes:
            raise not_found("activity", name, journeys.selection.star.codes, "j.activities()")
    return Result(
        name="performance_spectrum",
        unit="moves between events",
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: _table(journeys, first, then),
        count=lambda: journeys.n,
        parameters={"first": first, "then": then},
        shown=lambda: {"of": journeys.n.journeys},
        note=f'From "{safe(first)}" to "{safe(then)}"' if first and then else "The step with most waiting in all",
        empty="No such step was taken, or nobody knows when.",
    )


def _table(journeys: Journeys, first: str | None, then: str | None) -> pa.Table:
    import pyarrow as pa

    codes = journeys.selection.star.codes
    step = (codes[first], codes[then]) if first is not None and then is not None else _slowest(journeys)
    spans = journeys.collect(lambda selection: _spans(selection, step))
    begin = journeys.collect(lambda selection: selection.star.outlines.select(nw.col(FIRST).min())).to_pylist()
    since = (begin[0][FIRST] if begin else None) or 0
    names, zone = journeys.selection.star.names, journeys.base.zone
    times = (
        zoned(spans[BEGIN], zone) if journeys.manifest.clock is None else pa.nulls(len(spans), pa.timestamp("us", zone))
    )
    far = pa.array([(moment - since) / SECOND for moment in spans[BEGIN].to_pylist()], pa.float64())
    both = {
        name: pa.array([names.get(code)] * len(spans), pa.string())
        for name, code in zip(("activity", "next_activity"), step, strict=True)
    }
    columns: dict[str, Any] = {PLACE: spans[PLACE], "journey": spans["id"], **both, "time": times, "log_seconds": far}
    return pa.table(columns | {name: spans[name] for name in TAKEN})


def _slowest(journeys: Journeys) -> tuple[int, int]:
    """The step on which most time is spent in all; the first by name where several are."""

    def summed(selection: Selection) -> Frame:
        taken = selection.moves.filter(~nw.col(GAP).is_null())
        sums = taken.group_by(ACTIVITY, NEXT).agg(nw.col(GAP).sum().cast(nw.Int64).alias(SPAN))
        names = selection.star.activities
        sums = sums.join(names.select(ACTIVITY, nw.col(NAME).alias("first")), on=ACTIVITY, how="inner")
        sums = sums.join(names.select(nw.col(ACTIVITY).alias(NEXT), nw.col(NAME).alias("then")), on=NEXT, how="inner")
        return sums.sort(SPAN, "first", "then", descending=[True, False, False]).head(1).select(ACTIVITY, NEXT)

    rows = journeys.collect(summed).to_pylist()
    return (rows[0][ACTIVITY], rows[0][NEXT]) if rows else (-1, -1)


def _spans(selection: Selection, step: tuple[int, int]) -> Frame:
    timed = waited(selection.events, *step).with_columns(nw.lit(0).alias(WHOLE))
    engine = selection.star.engine
    counted = timed.group_by(WHOLE).agg(nw.len().cast(nw.Int64).alias("times"))
    quarters = engine.quantiles(timed, [WHOLE], SPAN, QUARTERS).join(counted, on=WHOLE, how="inner")
    total = engine.collect(counted)["times"].to_pylist()
    people = selection.outlines.select(JOURNEY, CUSTOMER)
    placed = _quartered(timed.join(quarters, on=WHOLE, how="inner")).join(people, on=JOURNEY, how="inner")
    unique = {"journeys": nw.col(JOURNEY).n_unique(), "customers": nw.col(CUSTOMER).n_unique()}
    counts = placed.group_by("quarter").agg(*(many.cast(nw.Int64).alias(name) for name, many in unique.items()))
    named = placed.join(selection.star.journeys.select(JOURNEY, nw.col(ID).alias("id")), on=JOURNEY, how="inner")
    chosen = evenly(named, [BEGIN, "id", POSITION], MOST_SPANS, total[0] if total else 0)
    seconds = {SPAN: "seconds", "over": "over_seconds", "up_to": "up_to_seconds"}
    columns = [(nw.col(name) / SECOND).alias(to) for name, to in seconds.items()]
    table = chosen.join(counts, on="quarter", how="inner").sort(PLACE)
    return table.select(PLACE, "id", BEGIN, *columns, "quarter", "times", "journeys", "customers")


def _quartered(spans: Frame) -> Frame:
    """Each time that the step was taken, with its quarter: above which time it lies, and up to which."""
    quarter, over, up_to = nw.lit(4), nw.col("q3"), nw.col("q4")
    for place, below, name in ((3, nw.col("q2"), "q3"), (2, nw.col("q1"), "q2"), (1, nw.lit(None), "q1")):
        inside = nw.col(SPAN) <= nw.col(name)
        quarter = nw.when(inside).then(nw.lit(place)).otherwise(quarter)
        over = nw.when(inside).then(below).otherwise(over)
        up_to = nw.when(inside).then(nw.col(name)).otherwise(up_to)
    placed = {"quarter": quarter.cast(nw.Int64), "over": over.cast(nw.Float64), "up_to": up_to}
    return spans.with_columns(*(column.alias(name) for name, column in placed.items()))


def waiting(row: Mapping[str, Any], _journeys: Journeys, _asked: Mapping[str, Any]) -> Filter:
    """The journeys that take the step in the time of a row's quarter."""
    over, up_to = row["over_seconds"], row["up_to_seconds"]
    least = None if over is None else exactly((math.floor(over * SECOND + ROUNDED) + 1) / SECOND)
    most = exactly(math.floor(up_to * SECOND + ROUNDED) / SECOND)
    return waits(row["activity"], row["next_activity"], at_least=least, at_most=most)
