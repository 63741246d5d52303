"""The summary: how large the log is, what it spans, and what was left out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from cxkit.facts import working as clocks
from cxkit.facts.working import Clock
from cxkit.measures.ways.outcomes import ends
from cxkit.result import Result
from cxkit.schema import ACTIVITY, COUNT, CUSTOMER, FIRST, GAP, JOURNEY, LAST, LENGTH, NEXT, SECOND, VARIANT
from cxkit.selection.moves import counted
from cxkit.times import zoned
from cxkit.words import since_beginning

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Frame


def summary(journeys: Journeys, *, working: bool | None = None) -> Result:
    """What is in this log?

    Parameters
    ----------
    working : True for working time, by the engagement's [calendar] (a column `clock` then says so), False for calendar
        time; where nothing is given the calendar's `default` counts.

    Returns a Result with one row: `events`, `journeys`, `customers`, `activities`, `variants`, `moves` (different
    pairs of neighbours), `first` and `last` (time of the first and last event, in the log's zone, in words where its
    clock is relative), `journeys_per_customer` (empty where the log names no customers: each journey counts as one
    then), `events_per_journey` (means), `median_seconds` and `p90_seconds` (of a journey, from first to last event),
    `tied_events` (that share their time with the event before in the journey) and `dropped_rows` (rows of the whole
    source that could not be used; see `rejected`). Where the engagement names goals or
    cancels also goal_journeys, cancel_journeys, silent_journeys and open_journeys; see `outcomes`.

    Errors: working time where nobody has said when the firm works.

    >>> import cxkit as cx
    >>> cx.toy_journeys().summary().df().loc[0, ["events", "journeys", "customers"]].tolist()
    [40, 12, 10]
    """
    clock = clocks.clock(journeys, working)
    return Result(
        name="summary",
        unit=clock.unit("journeys"),
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: clock.told(_table(journeys, clock)),
        count=lambda: journeys.n,
        parameters={"working": working},
        note=clock.note,
    )


def _table(journeys: Journeys, clock: Clock) -> pa.Table:
    import pyarrow as pa

    pairs = journeys.ask(counted)
    facts = journeys.collect(_facts).to_pylist()[0]
    facts |= journeys.collect(lambda selection: _lasting(clock.at(selection))).to_pylist()[0]
    facts |= journeys.collect(tied).to_pylist()[0]
    facts |= {"activities": len(pairs[ACTIVITY].unique()), "moves": len(pairs) - pairs[NEXT].null_count}
    zone = journeys.selection.star.zone
    each = facts["journeys"] / max(facts["customers"], 1) if journeys.n.known else None
    columns = {name: pa.array([facts[name]], pa.int64()) for name in ("events", "journeys", "customers")}
    columns |= {name: pa.array([facts[name]], pa.int64()) for name in ("activities", "variants", "moves")}
    relative = journeys.manifest.clock
    for name in (FIRST, LAST):
        moment = zoned(pa.array([facts[name]], pa.int64()), zone)
        columns[name] = pa.array([since_beginning(facts[name], relative)], pa.string()) if relative else moment
    columns |= {"journeys_per_customer": pa.array([each], pa.float64())}
    columns |= {
        name: pa.array([facts[name]], pa.float64()) for name in ("events_per_journey", "median_seconds", "p90_seconds")
    }
    columns |= {
        "tied_events": pa.array([facts["tied_events"]], pa.int64()),
        "dropped_rows": pa.array([sum(journeys.manifest.dropped.values())], pa.int64()),
    }
    columns |= {f"{outcome}_journeys": pa.array([count], pa.int64()) for outcome, count in ends(journeys).items()}
    return pa.table(columns)


def _facts(selection: Selection) -> Frame:
    return selection.outlines.select(
        nw.len().cast(nw.Int64).alias("journeys"),
        nw.col(LENGTH).cast(nw.Int64).sum().fill_null(0).cast(nw.Int64).alias("events"),
        nw.col(CUSTOMER).n_unique().fill_null(0).cast(nw.Int64).alias("customers"),
        nw.col(VARIANT).n_unique().fill_null(0).cast(nw.Int64).alias("variants"),
        nw.col(FIRST).min().alias(FIRST),
        nw.col(LAST).max().alias(LAST),
        nw.col(LENGTH).mean().alias("events_per_journey"),
    )


def _lasting(selection: Selection) -> Frame:
    lasting = selection.outlines.select(((nw.col(LAST) - nw.col(FIRST)) / SECOND).alias("seconds"))
    return lasting.select(
        nw.col("seconds").median().alias("median_seconds"),
        nw.col("seconds").quantile(0.9, "linear").alias("p90_seconds"),
    )


def tied(selection: Selection) -> Frame:
    """How many events share their time with the one before; how many each journey has is found once."""
    star = selection.star
    ties = star.engine.materialise(f"{star.key}|ties", lambda: _ties(star.moves))
    count = nw.col(COUNT).sum().fill_null(0).cast(nw.Int64).alias("tied_events")
    return selection.outlines.select(JOURNEY).join(ties, on=JOURNEY, how="inner").select(count)


def _ties(moves: Frame) -> Frame:
    return moves.filter(nw.col(GAP) == 0).group_by(JOURNEY).agg(nw.len().cast(nw.Int64).alias(COUNT))
