"""Variants: the different ways through, as whole sequences of activities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.errors import InputError
from cxkit.facts import stages
from cxkit.facts import working as clocks
from cxkit.facts.stages import Grain
from cxkit.facts.working import Clock
from cxkit.result import Result
from cxkit.schema import CUSTOMER, FIRST, LAST, PATH, SECOND, VARIANT, codes
from cxkit.where.variants import variant_rank
from cxkit.words import sentences

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Filter, Frame


def variants(
    journeys: Journeys, *, level: Grain = "activity", top: int | None = None, working: bool | None = None
) -> Result:
    """Which sequences of activities do journeys take, and how common is each?

    Parameters
    ----------
    level : "activity", or "stage" for the stages of the engagement: events of one stage that follow each other are one
        visit. `activities` and `length` then speak of visits, and variants are numbered among those of stages.
    top : how many of the most frequent variants to return; all of them when not given.
    working : True for working time, by the engagement's [calendar] (a column `clock` then says so), False for calendar
        time; where nothing is given the calendar's `default` counts.

    Returns a Result with a row per variant, the most frequent first: `variant` (its number in the whole store, where 1
    is the most frequent), `rank` (in this selection), `count` (journeys), `customers` (of them), `share`,
    `cumulative_share` (of the selected journeys), `length` (events), `median_seconds` (from first to last event) and
    `activities` (their names, in order). Equally frequent variants come in the order of the whole store.

    Errors: a top that is no whole number above 0, an unknown level, no stages; working time where nobody
    has said when the firm works.

    >>> import cxkit as cx
    >>> cx.toy_journeys().variants().df().loc[0, "activities"].tolist()
    ['Order', 'Pay', 'Ship', 'Deliver']
    """
    if top is not None and (not isinstance(top, int) or top < 1):
        raise InputError(f"top={top!r} is no number of variants. Write a whole number above 0, such as 20.")
    stages.check(journeys, level)
    clock = clocks.clock(journeys, working)
    return Result(
        name="variants",
        unit=clock.unit("journeys"),
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: clock.told(_table(journeys, level, top, clock)),
        count=lambda: journeys.n,
        parameters={"level": level, "top": top, "working": working},
        note=sentences(clock.note, stages.note(journeys, level)),
        shown=lambda: _of(journeys, level) if top else {},
    )


def going(row: Mapping[str, Any], _journeys: Journeys, asked: Mapping[str, Any]) -> Filter | None:
    """The journeys of the variant of a row; no filter speaks of stages."""
    if asked.get("level") == "stage":
        return None
    return variant_rank(at_least=row["variant"], at_most=row["variant"])


def _table(journeys: Journeys, level: Grain, top: int | None, clock: Clock) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    at = stages.at_level(journeys, level)
    found = journeys.collect(lambda selection: _counts(clock.at(at(selection)), top))
    names = at(journeys.selection).star.names
    counts, total = found["count"], max(journeys.n.journeys, 1)
    columns = {
        "variant": found[VARIANT],
        "rank": pa.array(range(1, len(found) + 1), pa.int64()),
        "count": counts,
        "customers": found["customers"],
        "share": pc.divide(counts.cast(pa.float64()), total),
        "cumulative_share": pc.divide(pc.cumulative_sum(counts).cast(pa.float64()), total),
        "length": found["length"],
        "median_seconds": found["median_seconds"],
        "activities": pa.array(
            [[names[code] for code in codes(path)] for path in found[PATH].to_pylist()], pa.list_(pa.string())
        ),
    }
    return pa.table(columns)


def _counts(selection: Selection, top: int | None) -> Frame:
    counts = selection.outlines.group_by(VARIANT).agg(nw.len().cast(nw.Int64).alias("count"))
    chosen = _ranked(counts).head(top) if top else counts
    lasting = ((nw.col(LAST) - nw.col(FIRST)).median() / SECOND).alias("median_seconds")
    people = nw.col(CUSTOMER).n_unique().cast(nw.Int64).alias("customers")
    few = selection.outlines.join(chosen.select(VARIANT), on=VARIANT, how="semi")
    medians = few.group_by(VARIANT).agg(people, lasting)
    known = selection.star.variants.select(VARIANT, PATH, "length")
    return _ranked(chosen.join(medians, on=VARIANT, how="inner").join(known, on=VARIANT, how="inner"))


def _ranked(counts: Frame) -> Frame:
    return counts.sort("count", VARIANT, descending=[True, False])


def _of(journeys: Journeys, level: Grain) -> dict[str, int]:
    at = stages.at_level(journeys, level)
    return {"of": journeys.collect(lambda chosen: _different(at(chosen)))["variants"][0].as_py()}


def _different(selection: Selection) -> Frame:
    return selection.outlines.select(nw.col(VARIANT).n_unique().fill_null(0).cast(nw.Int64).alias("variants"))
