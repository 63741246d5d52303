"""Whose turn it is while time passes: work, waits of which the customer knows or does not, the customer's own time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from cxkit.facts import turns as whose
from cxkit.facts.turns import STATE, STATES, TOUCH
from cxkit.result import Result
from cxkit.schema import CUSTOMER, GAP, JOURNEY, SECOND
from cxkit.words import sentences

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Frame

NO_LANES = "Whose turn it is is not known: list the activities of each lane under [lanes] in the engagement file"
NO_INFORMS = 'Of which waits the customer knows is not known: write informs = ["..."] into the engagement file'


def turns(journeys: Journeys) -> Result:
    """Whose turn is it while time passes?

    Every gap between two events of a journey is cut into work on the next event (touch, where starts are known), the
    customer's side, a wait of which the customer was told (visible) or not (silent), and what comes after a journey's
    end (over); unknown where no lanes are named. The parts add up to the time from first to last event. Whose turn it
    is after an event is told by who acts next most often; the module cxkit.facts.turns says it in full.

    Returns a Result with a row per state: `state`, `gaps` (in which there is some of it), `seconds` (all together),
    `share` (of all seconds), `journeys` and `customers` (that have some of it).

    >>> import cxkit as cx
    >>> said = cx.Engagement(goals=["Deliver"], lanes={"customer action": ["Order", "Pay", "Call", "Cancel"],
    ...     "back-stage": ["Ship", "Deliver"]})
    >>> toy = cx.open(cx.toy_journeys().folder, engagement=said)
    >>> toy.turns().df()[["state", "gaps"]].values.tolist()
    [["customer's side", 16], ['wait', 12]]
    """
    return Result(
        name="turns",
        unit="gaps",
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: _table(journeys),
        count=lambda: journeys.n,
        note=_note(journeys),
    )


def _note(journeys: Journeys) -> str:
    engagement = journeys.engagement
    if engagement is None or not engagement.lanes:
        return sentences(NO_LANES)
    return "" if engagement.informs else sentences(NO_INFORMS)


def _table(journeys: Journeys) -> pa.Table:
    import pyarrow as pa

    gaps = whose.gaps(journeys)
    counted = {row[STATE]: row for row in journeys.collect(lambda chosen: _counted(chosen, gaps)).to_pylist()}
    total = sum(row["seconds"] for row in counted.values())
    rows = [row | {"share": row["seconds"] / total if total else None} for row in _in_order(counted)]
    whole, real = pa.int64(), pa.float64()
    kinds = {STATE: pa.string(), "gaps": whole, "seconds": real, "share": real, "journeys": whole, "customers": whole}
    return pa.Table.from_pylist(rows, schema=pa.schema(list(kinds.items())))


def _in_order(counted: dict[str, dict[str, object]]) -> list[dict[str, object]]:
    return [counted[state] for state in STATES if state in counted]


def _counted(selection: Selection, gaps: Frame) -> Frame:
    """The parts of all gaps, by state."""
    people = selection.outlines.select(JOURNEY, CUSTOMER)
    own = gaps.filter(~nw.col(GAP).is_null()).join(people, on=JOURNEY, how="inner")
    rest = own.filter((nw.col(GAP) > nw.col(TOUCH)) | (nw.col(TOUCH) == 0)).select(
        JOURNEY, CUSTOMER, STATE, (nw.col(GAP) - nw.col(TOUCH)).alias(GAP)
    )
    work = own.filter(nw.col(TOUCH) > 0).select(JOURNEY, CUSTOMER, nw.lit(TOUCH).alias(STATE), nw.col(TOUCH).alias(GAP))
    parts = nw.concat([rest, work])
    return parts.group_by(STATE).agg(
        nw.len().cast(nw.Int64).alias("gaps"),
        (nw.col(GAP).cast(nw.Float64).sum() / SECOND).alias("seconds"),
        nw.col(JOURNEY).n_unique().cast(nw.Int64).alias("journeys"),
        nw.col(CUSTOMER).n_unique().cast(nw.Int64).alias("customers"),
    )
