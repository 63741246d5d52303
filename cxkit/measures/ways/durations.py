"""Durations: how long journeys and moves take."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

import narwhals as nw

from cxkit.errors import not_found
from cxkit.facts import working as clocks
from cxkit.facts.working import Clock
from cxkit.result import Result
from cxkit.schema import ACTIVITY, CUSTOMER, FIRST, FIRST_MOVE, GAP, JOURNEY, LAST, NAME, NEXT, SECOND
from cxkit.selection import segment
from cxkit.selection.segment import SEGMENT
from cxkit.where.amounts import lasts
from cxkit.where.order import follows
from cxkit.words import exactly, sentences

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Filter, Frame

Grain = Literal["journey", "move"]
Scale = Literal["steps", "log", "even"]
SECONDS, BIN, CUSTOMERS = "seconds", "bin", "customers"
MINUTE, HOUR, DAY, YEAR = 60, 3_600, 86_400, 31_536_000
EDGES = (
    *(0, 1, 2, 5, 10, 20, 30),
    *(minutes * MINUTE for minutes in (1, 2, 5, 10, 20, 30)),
    *(hours * HOUR for hours in (1, 2, 3, 4, 6, 8, 12, 18)),
    *(days * DAY for days in (1, 2, 3, 4, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 180, 270)),
    *(years * YEAR for years in (1, 2, 3, 5, 10, 20, 50)),
)
MOST_BINS = 24
QUANTILES = {"p25_seconds": 0.25, "median_seconds": 0.5, "p75_seconds": 0.75, "p90_seconds": 0.9}
LAST_SEEN = "From the first event to the last one seen; open journeys are still running"


def durations(
    journeys: Journeys,
    *,
    per: Grain = "journey",
    by: str | None = None,
    working: bool | None = None,
    scale: Scale = "steps",
) -> Result:
    """How long does it take?

    Parameters
    ----------
    per : "journey" for the distribution of whole journeys, "move" for the time between two activities.
    by : an attribute of journeys or a tag, to compare its values; they stand in the column `segment`.
    working : True for working time: only the hours in which the firm works, by the engagement's [calendar]; a column
        `clock` then says so, and bins are of hours of it. False for all of the calendar's time. Where nothing is given
        the calendar's `default` counts. Filters such as `w.lasts` always count calendar time.
    scale : the bins of journeys: "steps" of a fixed grid, which is the same for every log; "log" or "even" for bins of
        equal width on that scale between P0.5 (for "log" not below a hundredth of the median) and P99.5, twice the cube
        root of n of them (Rice's rule) and 24 at most; the first and the last bin hold all that is shorter or longer.

    Returns, per journey, a Result with a row per bin of durations: `low_seconds` (included),
    `high_seconds` (not included), `count` (journeys), `customers` (of them), `share`, `cumulative_share`, and for the
    whole segment `journeys`, `mean_seconds`, `median_seconds`, `p90_seconds`. A journey lasts from its first event to
    the last one seen; open journeys are not told apart, so these are not times to completion. Per move, a row per move:
    `activity`, `next_activity`, `count`, `journeys`, `customers`, `mean_seconds`, `p25_seconds`, `median_seconds`,
    `p75_seconds`, `p90_seconds`: from the end of the one event to the start of the next where both are known, as
    waiting is counted; else from stamp to stamp. Quantiles interpolate linearly (Hyndman, Fan 1996, type 7).

    Errors: an unknown grain, scale or attribute; working time where nobody has said when the firm works.

    >>> import cxkit as cx
    >>> int(cx.toy_journeys().durations().df()["count"].sum())
    12
    """
    if per not in get_args(Grain):
        raise not_found("grain", per, get_args(Grain))
    if scale not in get_args(Scale):
        raise not_found("scale", scale, get_args(Scale))
    segment.check(journeys, by)
    clock = clocks.clock(journeys, working)

    def table() -> pa.Table:
        return _of_journeys(journeys, by, clock, scale) if per == "journey" else _of_moves(journeys, by, clock)

    return Result(
        name="durations",
        unit=clock.unit("journeys" if per == "journey" else "moves between events"),
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: clock.told(_named(table(), by)),
        count=lambda: journeys.n,
        parameters={"per": per, "by": by, "working": working, "scale": scale},
        shown=lambda: {"of": journeys.n.journeys},
        note=sentences(*((clock.note, LAST_SEEN) if per == "journey" else clock.of_moves)),
        hidden=(CUSTOMERS,),
    )


def lasting(row: Mapping[str, Any], journeys: Journeys, asked: Mapping[str, Any]) -> Filter | None:
    """The journeys that last as long as the bin of a row says, or that take its move; no filter counts working time."""
    if "next_activity" not in row and clocks.clock(journeys, asked.get("working")).hours:
        return None
    if "next_activity" in row:
        clause: Filter = follows(row["activity"], row["next_activity"], directly=True)
    else:
        clause, high = lasts(at_least=exactly(row["low_seconds"])), row["high_seconds"]
        clause = clause if high is None else clause & ~lasts(at_least=exactly(high))
    return segment.within(clause, row, journeys, asked.get("by"))


def _named(table: pa.Table, by: str | None) -> pa.Table:
    return table.drop_columns([SEGMENT]) if by is None else table


def _of_journeys(journeys: Journeys, by: str | None, clock: Clock, scale: Scale) -> pa.Table:
    import pyarrow as pa

    edges = EDGES if scale == "steps" else _equal(journeys, clock, scale)
    found = journeys.collect(lambda selection: _tails(clock.at(selection), by)).to_pylist()
    tails = {row[SEGMENT]: row for row in found}
    bins: dict[str, dict[int, dict]] = {name: {} for name in sorted(tails)}
    for row in journeys.collect(lambda selection: _bins(clock.at(selection), by, edges)).to_pylist():
        bins[row[SEGMENT]][row[BIN]] = row
    numbers = {number for found in bins.values() for number in found}
    grid = range(min(numbers, default=0), max(numbers, default=-1) + 1)
    rows = [row for name, found in bins.items() for row in _distribution(tails[name], found, grid, edges)]
    seconds = ("low_seconds", "high_seconds", "mean_seconds", "median_seconds", "p90_seconds")
    columns = {
        SEGMENT: pa.string(),
        **dict.fromkeys(seconds[:2], pa.float64()),
        **dict.fromkeys(("count", CUSTOMERS), pa.int64()),
    }
    columns |= dict.fromkeys(("share", "cumulative_share"), pa.float64()) | {"journeys": pa.int64()}
    columns |= dict.fromkeys(seconds[2:], pa.float64())
    return pa.Table.from_pylist(rows, schema=pa.schema(list(columns.items())))


def _equal(journeys: Journeys, clock: Clock, scale: Scale) -> tuple[int, ...]:
    """The borders of bins of equal width, in whole seconds, after a first bin for all that is shorter."""
    ends = journeys.collect(lambda selection: _ends(clock.at(selection))).to_pylist()
    if not ends:
        return (0,)
    low, high = max(1, math.floor(ends[0]["low"])), math.ceil(ends[0]["high"])
    low = max(low, round(ends[0]["median"] / 100)) if scale == "log" else low
    bins = min(MOST_BINS, math.ceil(2 * journeys.n.journeys ** (1 / 3)))
    way, back = (math.log, math.exp) if scale == "log" else (float, float)
    step = (way(max(high, low)) - way(low)) / bins
    inner = (round(back(way(low) + step * place)) for place in range(1, bins))
    return tuple(sorted({0, low, *inner, max(high, low + 1)}))


def _ends(selection: Selection) -> Frame:
    shares = {"low": 0.005, "median": 0.5, "high": 0.995}
    return selection.star.engine.quantiles(_lasting(selection, None), [SEGMENT], SECONDS, shares)


def _distribution(tail: dict, bins: dict[int, dict], grid: range, edges: Sequence[int]) -> list[dict]:
    """A row per bin of the grid for one segment."""
    total, so_far, rows = sum(row["count"] for row in bins.values()), 0, []
    whole = {**tail, "journeys": total, "mean_seconds": sum(row[SECONDS] for row in bins.values()) / total}
    for number in grid:
        count, customers = (bins[number][name] if number in bins else 0 for name in ("count", CUSTOMERS))
        so_far += count
        high = edges[number + 1] if number + 1 < len(edges) else None
        shares = {"share": count / total, "cumulative_share": so_far / total}
        rows.append(
            {
                **whole,
                "low_seconds": edges[number],
                "high_seconds": high,
                "count": count,
                CUSTOMERS: customers,
                **shares,
            }
        )
    return rows


def _tails(selection: Selection, by: str | None) -> Frame:
    shares = {name: QUANTILES[name] for name in ("median_seconds", "p90_seconds")}
    return selection.star.engine.quantiles(_lasting(selection, by), [SEGMENT], SECONDS, shares)


def _bins(selection: Selection, by: str | None, edges: Sequence[int]) -> Frame:
    sums = nw.len().cast(nw.Int64).alias("count"), _people(), nw.col(SECONDS).sum()
    lasting = _lasting(selection, by)
    if edges is not EDGES:
        lasting = lasting.with_columns(segment.binned(nw.col(SECONDS), edges).cast(nw.Int16).alias(BIN))
    return lasting.group_by(SEGMENT, BIN).agg(*sums)


def _people() -> nw.Expr:
    return nw.col(CUSTOMER).n_unique().cast(nw.Int64).alias(CUSTOMERS)


def _lasting(selection: Selection, by: str | None) -> Frame:
    """The selected journeys with segment, seconds and bin, which are worked out once for the whole star."""
    star = selection.star
    timed = star.engine.materialise(f"{star.key}|{SECONDS}", lambda: _timed(star.outlines))
    return segment.segmented(selection, by).select(JOURNEY, SEGMENT, CUSTOMER).join(timed, on=JOURNEY, how="inner")


def _timed(outlines: Frame) -> Frame:
    seconds = ((nw.col(LAST) - nw.col(FIRST)) / SECOND).alias(SECONDS)
    known = outlines.select(JOURNEY, seconds).filter(~nw.col(SECONDS).is_null())
    return known.with_columns(segment.binned(nw.col(SECONDS), EDGES).cast(nw.Int16).alias(BIN))


def _of_moves(journeys: Journeys, by: str | None, clock: Clock) -> pa.Table:
    return journeys.collect(lambda selection: _moves(clock.at(selection), by))


def _moves(selection: Selection, by: str | None) -> Frame:
    segments = segment.segmented(selection, by).select(JOURNEY, SEGMENT, CUSTOMER)
    names = selection.star.activities
    groups = [SEGMENT, ACTIVITY, NEXT]
    waits = selection.star.moves.filter(~nw.col(NEXT).is_null()).join(segments, on=JOURNEY, how="inner")
    counted = waits.group_by(groups).agg(
        nw.len().cast(nw.Int64).alias("count"),
        nw.col(FIRST_MOVE).cast(nw.Int64).sum().cast(nw.Int64).alias("journeys"),
        _people(),
        (nw.col(GAP).mean() / SECOND).alias("mean_seconds"),
    )
    found = selection.star.engine.quantiles(waits, groups, GAP, QUANTILES)
    moves = counted.join(
        found.with_columns(*((nw.col(name) / SECOND).alias(name) for name in QUANTILES)), on=groups, how="inner"
    )
    return (
        moves.join(names.select(ACTIVITY, nw.col(NAME).alias("from")), on=ACTIVITY, how="inner")
        .join(names.select(nw.col(ACTIVITY).alias(NEXT), nw.col(NAME).alias("to")), on=NEXT, how="inner")
        .select(
            SEGMENT,
            nw.col("from").alias("activity"),
            nw.col("to").alias("next_activity"),
            *("count", "journeys", CUSTOMERS, "mean_seconds", *QUANTILES),
        )
        .sort("count", SEGMENT, "activity", "next_activity", descending=[True, False, False, False])
    )
