"""Variants: the different ways through, as whole sequences of activities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw

from cxkit.errors import InputError
from cxkit.facts import outcome, stages
from cxkit.facts import working as clocks
from cxkit.facts.stages import Grain
from cxkit.facts.working import Clock
from cxkit.result import Result
from cxkit.schema import CUSTOMER, FIRST, JOURNEY, LAST, PATH, SECOND, VARIANT, codes
from cxkit.selection import segment
from cxkit.store.columns import VALUE
from cxkit.store.outlines import OUTLINE, outlines
from cxkit.where.variants import alike, variant_rank
from cxkit.words import sentences

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Filter, Frame

GOALS, REACHED = "goal_share", "reached"
FOLDED = "Repeats count once, and so do swaps of steps without an order"


def variants(
    journeys: Journeys,
    *,
    level: Grain = "activity",
    folded: bool = False,
    top: int | None = None,
    by: str | None = None,
    working: bool | None = None,
) -> Result:
    """Which sequences of activities do journeys take, and how common is each?

    Parameters
    ----------
    level : "activity", or "stage" for the stages of the engagement: events of one stage that follow each other are one
        visit. `activities` and `length` then speak of visits, and variants are numbered among those of stages.
    folded : whether variants that are the same but for repeats in a row, and for swaps of neighbours without an order,
        count as one; see families. Its number is the smallest of theirs.
    top : how many of the most frequent variants to return; all of them when not given.
    by : an attribute of journeys or customers, or a tag, to compare by: further columns such as "plan: basic" count the
        journeys of the variant, for the six segments that are largest in the log, and "(other)".
    working : True for working time, by the engagement's [calendar] (a column `clock` then says so), False for calendar
        time; where nothing is given the calendar's `default` counts.

    Returns a Result with a row per variant, the most frequent first: `variant` (its number in the whole store, where 1
    is the most frequent), `rank` (in this selection), `count` (journeys), `customers` (of them), `share`,
    `cumulative_share` (of the selected journeys), `length` (events), `median_seconds` (from first to last event),
    `goal_share` (of its ended journeys, those that reached a goal of the engagement; empty where nobody named one) and
    `activities` (their names, in order). Equally frequent variants come in the order of the whole store.

    Errors: a top that is no whole number above 0, an unknown level, no stages; an unknown attribute, one of events, or
    one that holds times; working time where nobody has said when the firm works.

    >>> import cxkit as cx
    >>> cx.toy_journeys().variants().df().loc[0, "activities"].tolist()
    ['Order', 'Pay', 'Ship', 'Deliver']
    """
    if top is not None and (not isinstance(top, int) or top < 1):
        raise InputError(f"top={top!r} is no number of variants. Write a whole number above 0, such as 20.")
    stages.check(journeys, level)
    segment.check(journeys, by)
    segments = segment.named(journeys, by)
    clock = clocks.clock(journeys, working)
    goals = outcome.name_in(journeys.selection.star)
    return Result(
        name="variants",
        unit=clock.unit("journeys"),
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: clock.told(_table(journeys, Asked(level, bool(folded), top, goals, by), clock, segments)),
        count=lambda: journeys.n,
        parameters={"level": level, "folded": bool(folded), "top": top, "by": by, "working": working},
        note=sentences(f"By {by}" if by else "", clock.note, stages.note(journeys, level), FOLDED if folded else ""),
        hidden=() if goals else (GOALS,),
        shown=lambda: {"ranks": _ranks(journeys, level), **(_of(journeys, level, folded) if top else {})},
    )


class Asked(NamedTuple):
    """What a table of variants is asked for; `goals` is the column of outcomes."""

    level: Grain
    folded: bool
    top: int | None
    goals: str | None
    by: str | None


def going(row: Mapping[str, Any], _journeys: Journeys, asked: Mapping[str, Any]) -> Filter | None:
    """The journeys of the variant of a row; no filter speaks of stages."""
    if asked.get("level") == "stage":
        return None
    if asked.get("folded"):
        return alike(row["variant"])
    return variant_rank(at_least=row["variant"], at_most=row["variant"])


def _table(journeys: Journeys, asked: Asked, clock: Clock, segments: dict[str, str]) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    at = stages.at_level(journeys, asked.level)

    def question(chosen: Selection) -> Frame:
        folds = outlines(at(chosen).star) if asked.folded else None
        return _counts(clock.at(at(chosen)), asked, folds, _reached(chosen, asked.goals))

    found = journeys.collect(question)
    star = at(journeys.selection).star
    counts, total = found["count"], max(journeys.n.journeys, 1)
    names = dict(enumerate(sorted(star.codes))) if asked.folded else star.names
    columns = {
        "variant": found["number"],
        "rank": pa.array(range(1, len(found) + 1), pa.int64()),
        "count": counts,
        "customers": found["customers"],
        "share": pc.divide(counts.cast(pa.float64()), total),
        "cumulative_share": pc.divide(pc.cumulative_sum(counts).cast(pa.float64()), total),
        "length": found["length"],
        "median_seconds": found["median_seconds"],
        GOALS: found[GOALS],
        "activities": pa.array(
            [[names[code] for code in codes(path)] for path in found[PATH].to_pylist()], pa.list_(pa.string())
        ),
    }
    table = pa.table(columns)
    if asked.by is None:
        return table
    parted = journeys.collect(lambda chosen: _segments(chosen, at(chosen), asked, list(segments)))
    return segment.columns(table, found["number"].to_pylist(), parted, lambda row: row["number"], segments)


def _segments(chosen: Selection, taken: Selection, asked: Asked, shown: list[str]) -> Frame:
    """How many journeys of each segment each variant has, by the number of the variant."""
    parted = segment.gathered(chosen, asked.by, shown).select(JOURNEY, segment.SEGMENT)
    kind = OUTLINE if asked.folded else VARIANT
    ways = taken.outlines.select(JOURNEY, VARIANT)
    ways = ways.join(outlines(taken.star), on=VARIANT, how="inner") if asked.folded else ways
    number = ways.group_by(kind).agg(nw.col(VARIANT).min().alias("number"))
    counted = ways.join(number, on=kind, how="inner").join(parted, on=JOURNEY, how="inner")
    return counted.group_by("number", segment.SEGMENT).agg(nw.len().cast(nw.Int64).alias("count"))


def _counts(selection: Selection, asked: Asked, folds: Frame | None, reached: Frame | None) -> Frame:
    """The variants, or what they come down to, with their counts."""
    ways, kind = selection.outlines, VARIANT if folds is None else OUTLINE
    ways = ways if folds is None else ways.join(folds, on=VARIANT, how="inner")
    number = [nw.col(VARIANT).min().alias("number")]
    counts = ways.group_by(kind).agg(nw.len().cast(nw.Int64).alias("count"), *number)
    chosen = _ranked(counts).head(asked.top) if asked.top else counts
    if asked.top:
        ways = ways.join(chosen.select(kind), on=kind, how="semi")
    ways = ways if reached is None else ways.join(reached, on=JOURNEY, how="left")
    found = chosen.join(ways.group_by(kind).agg(*_figures(reached is not None)), on=kind, how="inner")
    if reached is None:
        found = found.with_columns(nw.lit(None).cast(nw.Float64).alias(GOALS))
    if folds is not None:
        length = nw.col(OUTLINE).str.len_chars().cast(nw.Int32).alias("length")
        return _ranked(found.with_columns(nw.col(OUTLINE).alias(PATH), length))
    return _ranked(found.join(selection.star.variants.select(VARIANT, PATH, "length"), on=VARIANT, how="inner"))


def _figures(goals: bool) -> list[nw.Expr]:
    lasting = ((nw.col(LAST) - nw.col(FIRST)).median() / SECOND).alias("median_seconds")
    people = nw.col(CUSTOMER).n_unique().cast(nw.Int64).alias("customers")
    return [people, lasting, *([nw.col(REACHED).mean().alias(GOALS)] if goals else [])]


def _reached(selection: Selection, goals: str | None) -> Frame | None:
    """The ended journeys, with 1 for those that reached a goal; nothing where nobody named one."""
    if goals is None:
        return None
    ended = selection.star.of_journeys(goals).filter(nw.col(VALUE) != outcome.OPEN)
    return ended.select(JOURNEY, (nw.col(VALUE) == outcome.GOAL).cast(nw.Float64).alias(REACHED))


def _ranked(counts: Frame) -> Frame:
    return counts.sort("count", "number", descending=[True, False])


def _of(journeys: Journeys, level: Grain, folded: bool) -> dict[str, int]:
    at = stages.at_level(journeys, level)
    return {"of": journeys.collect(lambda chosen: _different(at(chosen), folded))["variants"][0].as_py()}


def _different(selection: Selection, folded: bool) -> Frame:
    ways, kind = selection.outlines, OUTLINE if folded else VARIANT
    if folded:
        ways = ways.join(outlines(selection.star), on=VARIANT, how="inner")
    return ways.select(nw.col(kind).n_unique().fill_null(0).cast(nw.Int64).alias("variants"))


def _ranks(journeys: Journeys, level: Grain) -> dict[str, int]:
    """What the colours go by: how frequent activities are in the whole store, or the order of the stages."""
    if level == "activity" or journeys.engagement is None:
        return journeys.ranks
    return {name: place for place, name in enumerate(journeys.engagement.stages)}
