"""Step matrix: where the journeys are at their first step, their second, and so on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.errors import InputError
from cxkit.result import Result
from cxkit.schema import ACTIVITY, CUSTOMER, JOURNEY, LENGTH, POSITION
from cxkit.where.amounts import length
from cxkit.where.ways import at_step
from cxkit.words import sentences

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Filter, Frame

STEP, KIND, ROWS, OTHERS = "step", "kind", "top", "others"
SHOWN, OTHER, ENDED = KINDS = ("activity", "other", "ended")
MOST_STEPS, MOST_ROWS = 50, 50
REST, OVER = -1, -2  # codes of what is not shown, and of journeys that are over


def step_matrix(journeys: Journeys, *, steps: int = 12, top: int = 12) -> Result:
    """Where are journeys at their first step, their second, and so on?

    Parameters
    ----------
    steps : how many steps, 1 to 50.
    top : how many activities have a row of their own, 1 to 50: those that most journeys visit; the others are together.

    Returns a Result with a row per activity and step, the most frequent activity first: `kind` ("activity"; "other"
    for all other activities; "ended" for journeys that have no event of that number), `activity`, `step` (from 1),
    `count` (journeys), `customers`, `share` (of the selected journeys; those of one step add up to 1), `others` (of
    "other", the activities that are in it at that step).

    An end is the last event seen: a journey may still be open.

    Errors: steps or top outside their limits.

    >>> import cxkit as cx
    >>> matrix = cx.toy_journeys().step_matrix(steps=2, top=1).df()
    >>> matrix[["kind", "step", "count"]].values.tolist()
    [['activity', 1, 12], ['activity', 2, 0], ['other', 1, 0], ['other', 2, 12], ['ended', 1, 0], ['ended', 2, 0]]
    """
    for word, value, most in (("steps", steps, MOST_STEPS), ("top", top, MOST_ROWS)):
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
            raise InputError(f"{word}={value!r} is no whole number from 1 to {most}.")
    return Result(
        name="step_matrix",
        unit="journeys",
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: _table(journeys, steps, top),
        count=lambda: journeys.n,
        parameters={"steps": steps, "top": top},
        note=sentences("Share of the journeys at each step; every column adds up to all of them"),
        hidden=(OTHERS,),
    )


def being(row: Mapping[str, Any], _journeys: Journeys, _asked: Mapping[str, Any]) -> Filter:
    """The journeys that are where a row says at its step."""
    over = length(at_least=row[STEP] + 1) & length(at_most=row[STEP])  # nobody
    if row[KIND] == ENDED:
        return length(at_most=row[STEP] - 1) if row[STEP] > 1 else over
    if row[KIND] == OTHER:
        return at_step(row[STEP], tuple(row[OTHERS])) if row[OTHERS] else over
    return at_step(row[STEP], (row[ACTIVITY],))


def _table(journeys: Journeys, steps: int, top: int) -> pa.Table:
    import pyarrow as pa

    total = journeys.n.journeys
    rows = journeys.ask(lambda selection: list(_rows(selection, steps, top, total))) if total else []
    text, whole = pa.string(), pa.int64()
    kinds = {KIND: text, ACTIVITY: text, STEP: pa.int32(), "count": whole, "customers": whole, "share": pa.float64()}
    return pa.Table.from_pylist(rows, schema=pa.schema([*kinds.items(), (OTHERS, pa.list_(text))]))


def _rows(selection: Selection, steps: int, top: int, total: int) -> Iterator[dict[str, Any]]:
    star, engine = selection.star, selection.star.engine
    there = selection.moves.filter(nw.col(POSITION) < steps).select(JOURNEY, POSITION, ACTIVITY)
    events = there.group_by(ACTIVITY, POSITION).agg(nw.len().cast(nw.Int64).alias("count"))
    counts = {(row[ACTIVITY], row[POSITION] + 1): row["count"] for row in engine.collect(events).to_pylist()}
    visits = there.group_by(ACTIVITY).agg(nw.col(JOURNEY).n_unique().cast(nw.Int64).alias("count"))
    sizes = {row[ACTIVITY]: row["count"] for row in engine.collect(visits).to_pylist()}
    ranked = sorted(sizes, key=lambda code: (-sizes[code], star.names[code]))
    shown, rest = ranked[:top], ranked[top:]
    people = _people(selection, there, shown, steps)
    groups = [*((SHOWN, star.names[code], code) for code in shown), (OTHER, None, REST), (ENDED, None, OVER)]
    for kind, name, code in groups:
        for step in range(1, steps + 1):
            others = sorted(star.names[other] for other in rest if (other, step) in counts) if code == REST else []
            count = counts.get((code, step), 0) if code >= 0 else sum(counts.get((other, step), 0) for other in rest)
            if code == OVER:
                count = total - sum(counts.get((other, step), 0) for other in ranked)
            yield {KIND: kind, ACTIVITY: name, STEP: step, "count": count, "share": count / total,
                   "customers": people.get((code, step), 0), OTHERS: others}  # fmt: skip


def _people(selection: Selection, there: Frame, shown: list[int], steps: int) -> dict[tuple[int, int], int]:
    """How many customers the journeys at each place have: by activity (rest, over) and step."""
    own = nw.col(ACTIVITY).cast(nw.Int32)
    row = nw.when(own.is_in(shown)).then(own).otherwise(nw.lit(REST)).cast(nw.Int32).alias(ACTIVITY)
    owners = selection.outlines.select(JOURNEY, CUSTOMER)
    here = there.join(owners, on=JOURNEY, how="inner").select(row, nw.col(POSITION).cast(nw.Int32), CUSTOMER)
    over = [
        selection.outlines.filter(nw.col(LENGTH) <= place).select(
            nw.lit(OVER).cast(nw.Int32).alias(ACTIVITY), nw.lit(place).cast(nw.Int32).alias(POSITION), CUSTOMER
        )
        for place in range(steps)
    ]
    both = nw.concat([here, *over]).group_by(ACTIVITY, POSITION)
    counted = both.agg(nw.col(CUSTOMER).n_unique().cast(nw.Int64).alias("customers"))
    rows = selection.star.engine.collect(counted).to_pylist()
    return {(row[ACTIVITY], row[POSITION] + 1): row["customers"] for row in rows}
