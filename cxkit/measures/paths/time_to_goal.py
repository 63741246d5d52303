"""Time to goal: how soon journeys reach their goal, and how many end otherwise before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.facts import outcome
from cxkit.facts.outcome import AT, CANCEL, GOAL, OPEN, OUTCOMES, SILENT
from cxkit.result import Result
from cxkit.schema import CUSTOMER, JOURNEY, SECOND
from cxkit.selection import segment
from cxkit.selection.segment import OTHER, SEGMENT
from cxkit.statistics.survival import horizon, incidence
from cxkit.store.columns import VALUE
from cxkit.where.attributes import attribute
from cxkit.words import sentences

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Filter, Frame

Row = dict[str, Any]
CAUSES = (GOAL, CANCEL, SILENT)
POINTS = 24
UNKNOWN = (
    "When journeys end is not known. A log with time, and goals in the engagement file such as "
    'goals = ["Deliver"], would show it.'
)
READING = "Still open journeys count as long as they were looked at"


def time_to_goal(journeys: Journeys, *, by: str | None = None) -> Result:
    """How soon do journeys reach their goal, and how many are cancelled or fall silent before?

    Parameters
    ----------
    by : an attribute of journeys or customers, or a tag, to compare by: its six largest segments, and "(other)".

    Returns a Result with a row per segment, outcome and time, the largest segment first: `segment` (its value as text;
    "all" for all together), `outcome` (goal, cancel, silent; open for what is still under way), `seconds` (since the
    first event), `share` (that has ended so by then; of open, that has not ended), `share_low` and `share_high` (95 %
    interval, by customer; empty of open, and where the share is 0 or 1), `left` (journeys that are still looked at
    then), `count` (journeys that ended so at whatever time) and `customers` (of them). The shares of one segment and
    time add up to 1. Times go in 24 equal steps until a twentieth of the journeys is left.

    The cumulative incidence of Aalen and Johansen (1978): a goal competes with a cancel and a silence; with goals
    alone it is one minus the estimator of Kaplan and Meier. A goal and a cancel count from the first that came, a
    silence from the moment at which it was longer than the engagement allows, and open journeys are looked at until
    the last event of the log. What ends a journey is said in the module cxkit.facts.outcome.

    Without time, or without goals and cancels, there are no rows.

    Errors: an unknown attribute, one of events, or one that holds times.

    >>> import cxkit as cx
    >>> said = cx.Engagement(goals=["Deliver"], cancels=["Cancel"], silence="2d")
    >>> curves = cx.open(cx.toy_journeys().folder, engagement=said).time_to_goal().df()
    >>> curves[curves["outcome"] == "goal"]["share"].round(2).tail(1).tolist()
    [0.42]
    """
    segment.check(journeys, by)
    star = journeys.selection.star
    name = outcome.name_in(star)
    usable = name is not None and star.timed and journeys.engagement is not None
    return Result(
        name="time_to_goal",
        unit="journeys",
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: _table(journeys, by, usable),
        count=lambda: journeys.n,
        parameters={"by": by},
        note=sentences(f"By {by}" if by else "", READING) if usable else "",
        empty=Result.empty if usable or not journeys.n.journeys else UNKNOWN,
        shown=lambda: {"known": usable or not journeys.n.journeys},
    )


def ending(row: Mapping[str, Any], journeys: Journeys, asked: Mapping[str, Any]) -> Filter:
    """The journeys that ended as a row says, at whatever time."""
    column = outcome.name_in(journeys.selection.star) or outcome.NAME
    return segment.within(attribute(column, row["outcome"]), row, journeys, asked.get("by"))


def _table(journeys: Journeys, by: str | None, usable: bool) -> pa.Table:
    import pyarrow as pa

    rows: list[Row] = []
    if usable and journeys.n.journeys:
        shown = segment.largest(journeys, by)
        ended = journeys.collect(lambda selection: _ended(selection, journeys, by, shown)).to_pandas()
        rows = list(_rows(ended))
    text, whole, real = pa.string(), pa.int64(), pa.float64()
    kinds = {SEGMENT: text, "outcome": text, "seconds": real, "share": real, "share_low": real, "share_high": real}
    return pa.Table.from_pylist(rows, schema=pa.schema(list((kinds | dict.fromkeys(
        ("left", "count", "customers"), whole)).items())))  # fmt: skip


def _ended(selection: Selection, journeys: Journeys, by: str | None, shown: Sequence[str]) -> Frame:
    """The selected journeys with their segment and customer, why they ended (0: not yet), and after how long."""
    name, engagement = outcome.name_in(selection.star), journeys.engagement
    if name is None or engagement is None:
        raise AssertionError("asked only where outcomes are known")
    ends = outcome.endings(selection.star.columns[name].star, engagement)
    why = nw.lit(0)
    for number, word in enumerate(CAUSES, 1):
        why = nw.when(nw.col(VALUE) == word).then(nw.lit(number)).otherwise(why)
    own = segment.gathered(selection, by, shown).select(JOURNEY, CUSTOMER, SEGMENT)
    table = own.join(ends.select(JOURNEY, why.alias("why"), AT), on=JOURNEY, how="inner")
    return table.select(SEGMENT, CUSTOMER, "why", AT).sort(CUSTOMER, AT, "why")


def _rows(ended: Any) -> Iterator[Row]:
    import numpy as np

    sizes = ended[SEGMENT].value_counts()
    until = max(horizon(ended[AT]), 1.0)
    at = np.linspace(0, until, POINTS + 1)
    for text in sorted(sizes.index, key=lambda text: (text == OTHER, -sizes[text], text)):
        part = ended[ended[SEGMENT] == text]
        answer = incidence(part[AT], part["why"], part[CUSTOMER], at, len(CAUSES))
        for number, word in enumerate(OUTCOMES):
            own = part[part["why"] == (0 if word == OPEN else number + 1)]
            counts = {"count": len(own), "customers": int(own[CUSTOMER].nunique())}
            for place, moment in enumerate(at.tolist()):
                row = {SEGMENT: text, "outcome": word, "seconds": moment / SECOND, "left": int(answer.left[place])}
                yield row | counts | _shares(answer, number, place)


def _shares(answer: Any, number: int, place: int) -> Row:
    import math

    if number == len(CAUSES):
        return {"share": max(1.0 - float(answer.share[:, place].sum()), 0.0)}
    ends = {"share_low": float(answer.low[number, place]), "share_high": float(answer.high[number, place])}
    return {"share": float(answer.share[number, place])} | {k: v for k, v in ends.items() if not math.isnan(v)}
