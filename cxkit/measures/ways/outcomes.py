"""Outcomes: how journeys ended, by the engagement, with how sure the shares are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.facts import outcome
from cxkit.facts.outcome import OPEN, OUTCOMES
from cxkit.result import Result
from cxkit.schema import CUSTOMER, JOURNEY
from cxkit.selection import segment
from cxkit.selection.segment import SEGMENT
from cxkit.statistics.intervals import share_by_customer
from cxkit.store.columns import VALUE
from cxkit.where.attributes import attribute

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.engagement.engagement import Engagement
    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Filter, Frame

Row = dict[str, Any]
UNKNOWN = (
    'How journeys end is not known. Name goals in the engagement file, such as goals = ["Deliver"], and cancels where '
    "there are some, and open the store with it."
)
UNHEARD = "No silence is declared in the engagement file, so no journey counts as silent"
OWN = "Silent: nothing happened for longer than the engagement file allows"


def outcomes(journeys: Journeys, *, by: str | None = None) -> Result:
    """How do journeys end?

    Parameters
    ----------
    by : an attribute of journeys or customers, or a tag, to compare by; all journeys together when not given.

    Returns a Result with a row per segment and outcome, the largest segment first: `segment` (its value as text; "all"
    for all together), `outcome` (goal, cancel, silent, open), `count` (journeys), `customers`, `share` (of the *ended*
    journeys of the segment: goal, cancel and silent together; empty for open), `share_low` and `share_high` (95 %
    interval, by customer). The counts of a segment add up to its journeys. Without goals and cancels there are no rows.

    A journey that reached a goal of the engagement is a goal, whatever follows; else with a cancel a cancel; else
    silent, once its last event is longer ago than the silence allowed there; else open. Where lanes are named, a
    silence counts only when the company's next step would have come too; the module cxkit.facts.outcome says it in
    full. An outcome is that of the whole journey, also where a trim shows a part of it.

    Errors: an unknown attribute, one of events, or one that holds times; a goal or cancel whose condition names an
    attribute that the log does not have.

    >>> import cxkit as cx
    >>> said = cx.Engagement(goals=["Deliver"], cancels=["Cancel"], silence="2d")
    >>> toy = cx.open(cx.toy_journeys().folder, engagement=said)
    >>> toy.outcomes().df()[["outcome", "count"]].values.tolist()
    [['goal', 5], ['cancel', 4], ['silent', 3], ['open', 0]]
    """
    segment.check(journeys, by)
    engagement = journeys.engagement
    return Result(
        name="outcomes",
        unit="journeys",
        recipe=journeys.recipe,
        engagement=engagement,
        ask=lambda: _table(journeys, by),
        count=lambda: journeys.n,
        parameters={"by": by},
        note=_note(engagement, by),
        empty=Result.empty if _is_known(engagement) else UNKNOWN,
        shown=lambda: {"known": _is_known(engagement) or not journeys.n.journeys},
    )


def ending(row: Mapping[str, Any], journeys: Journeys, asked: Mapping[str, Any]) -> Filter:
    """The journeys that ended as a row says."""
    column = outcome.name_in(journeys.selection.star) or outcome.NAME
    return segment.within(attribute(column, row["outcome"]), row, journeys, asked.get("by"))


def ends(journeys: Journeys) -> dict[str, int]:
    """How many of the selected journeys ended how, or are open? Nothing where nobody said what a goal is."""
    name = outcome.name_in(journeys.selection.star)
    if name is None:
        return {}
    counted = {row[VALUE]: row["count"] for row in journeys.collect(lambda chosen: _ends(chosen, name)).to_pylist()}
    return {word: counted.get(word, 0) for word in OUTCOMES}


def _ends(selection: Selection, name: str) -> Frame:
    values = selection.outlines.select(JOURNEY).join(selection.star.of_journeys(name), on=JOURNEY, how="inner")
    return values.group_by(VALUE).agg(nw.len().cast(nw.Int64).alias("count"))


def _is_known(engagement: Engagement | None) -> bool:
    """Whether anybody said what ends a journey."""
    return engagement is not None and bool(engagement.goals or engagement.cancels)


def _note(engagement: Engagement | None, by: str | None) -> str:
    if engagement is None or not _is_known(engagement):
        return ""
    heard = engagement.silence or any(stage.silence for stage in engagement.stages.values())
    quiet = (f"{OWN} ({engagement.silence})" if engagement.silence else OWN) if heard else UNHEARD
    return f"{f'By {by}. ' if by else ''}Shares are of ended journeys. {quiet}."


def _table(journeys: Journeys, by: str | None) -> pa.Table:
    import pyarrow as pa

    name = outcome.name_in(journeys.selection.star)
    counts = journeys.collect(lambda chosen: _counts(chosen, name, by)).to_pydict() if name else {}
    kinds = {SEGMENT: pa.string(), "outcome": pa.string(), "count": pa.int64(), "customers": pa.int64()}
    kinds |= dict.fromkeys(("share", "share_low", "share_high"), pa.float64())
    return pa.Table.from_pylist(list(_rows(counts)) if counts else [], schema=pa.schema(list(kinds.items())))


def _counts(selection: Selection, name: str, by: str | None) -> Frame:
    """How many journeys of each segment and customer ended how."""
    values = selection.star.of_journeys(name).select(JOURNEY, nw.col(VALUE).alias("outcome"))
    table = segment.segmented(selection, by).join(values, on=JOURNEY, how="inner")
    return table.group_by(SEGMENT, CUSTOMER, "outcome").agg(nw.len().cast(nw.Int64).alias("count"))


def _rows(counts: dict[str, list[Any]]) -> Iterator[Row]:
    parts: dict[str, list[tuple[Any, str, int]]] = defaultdict(list)
    for text, *rest in zip(*(counts[key] for key in (SEGMENT, CUSTOMER, "outcome", "count")), strict=True):
        parts[text].append((rest[0], rest[1], rest[2]))
    sizes = {text: sum(count for *_, count in part) for text, part in parts.items()}
    for text in sorted(parts, key=lambda text: (-sizes[text], text)):
        yield from (_row(text, word, parts[text]) for word in OUTCOMES)


def _row(text: str, word: str, part: Sequence[tuple[Any, str, int]]) -> Row:
    own = [(customer, count) for customer, kind, count in part if kind == word]
    row = {SEGMENT: text, "outcome": word, "count": sum(count for _, count in own), "customers": len(own)}
    over = [(customer, count * (kind == word), count) for customer, kind, count in part if kind != OPEN]
    if word == OPEN or not over:
        return row
    shares = share_by_customer(*zip(*over, strict=True))
    return row | {"share": shares.value, "share_low": shares.low, "share_high": shares.high}
