"""The process map: activities and the moves between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.errors import InputError
from cxkit.facts import handovers, stages
from cxkit.facts import working as clocks
from cxkit.facts.stages import Grain
from cxkit.facts.working import Clock
from cxkit.measures.ways.coverage import coverages
from cxkit.result import Result
from cxkit.schema import ACTIVITY, CUSTOMER, END, FIRST_MOVE, JOURNEY, MEAN, NEXT, POSITION, SECOND, START
from cxkit.selection import segment
from cxkit.selection.moves import NO_SHARES, QUANTILES, timed
from cxkit.where.order import follows
from cxkit.where.visits import ends_with, starts_with
from cxkit.words import sentences

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Filter, Frame

Seen = Callable[["Selection"], "Selection"]
MOST_MOVES = 10_000  # whose filters are kept: every picture asks for those of its moves


def process_map(
    journeys: Journeys,
    *,
    level: Grain = "activity",
    of: str | None = None,
    coverage: float | None = None,
    quantiles: bool = True,
    customers: bool = False,
    by: str | None = None,
    working: bool | None = None,
) -> Result:
    """Which way do journeys go?

    Parameters
    ----------
    level : "activity", or "stage" for the stages of the engagement: events of one stage that follow each other are one
        visit, and a move between stages is every move between their activities. The columns then hold stages.
    of : an attribute of events, such as "agent" or "channel": the map of who hands over to whom. Events of one value
        that follow each other are one visit; events without a value are of "(missing)", and those of values beyond the
        500 most frequent of "(other)". The columns then hold values.
    coverage : the share of all moves (above 0, up to 1) that the picture shows, from the most frequent down; chosen
        for a readable picture when not given. The table always has every move. A picture holds at most 80 activities
        and 160 moves; where 1.0 is more it says so, and what is not drawn stands as "other" at every box.
    quantiles : whether to compute median and 90th percentile too, which takes longer than counts and means.
    customers : whether to count the customers of each move too, in a column `customers`, which takes longer still.
    by : an attribute of journeys or customers, or a tag, to compare by: further columns such as "plan: basic" count how
        often the move is taken, for the six segments that are largest in the log, and "(other)".
    working : True for working time: only the hours in which the firm works, by the engagement's [calendar]; a column
        `clock` then says so. False for all of the calendar's time. Where nothing is given the calendar's `default`
        counts.

    Returns a Result with a row per move, the most frequent first: `activity` (null at the start), `next_activity`
    (null at the end), `count` (times taken), `journeys` (that take it at least once), `share` (of the selected
    journeys), `coverage` (the lowest at which the picture shows it), `mean_seconds`, `median_seconds`, `p90_seconds`
    (from the end of one event to the start of the next where both are known, as waiting is counted, else from stamp
    to stamp; empty at start and end), `source` and `target` (activity codes; -1 start, -2 end).

    A move is a directly-follows pair (van der Aalst 2016, Process Mining, 2nd ed., ch. 6). An end is the last event
    seen: a journey may still be open.

    Errors: a coverage outside (0, 1], an unknown level, no stages; stages and `of` at once; for `of` an unknown
    attribute, one of journeys, or one that holds no names; an unknown attribute, one of events, or one that
    holds times; working time where nobody has said when the firm works.

    >>> import cxkit as cx
    >>> toy = cx.toy_journeys()
    >>> toy.process_map().df()[["next_activity", "count", "journeys"]].head(2).values.tolist()
    [['Order', 12, 12], ['Pay', 8, 8]]
    """
    if coverage is not None and not (isinstance(coverage, int | float) and 0 < coverage <= 1):
        raise InputError(f"coverage={coverage!r} is no share. Write a number above 0 and up to 1, such as 0.9.")
    at = _seen_as(journeys, level, of)
    segment.check(journeys, by)
    names = segment.named(journeys, by)
    clock = clocks.clock(journeys, working)
    asked = {"level": level, "of": of, "coverage": coverage, "quantiles": quantiles, "customers": customers}
    of_visits = f"Visits to each {of}: who hands over to whom" if of else stages.note(journeys, level)
    return Result(
        name="process_map",
        unit=clock.unit("moves between events"),
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: clock.told(_split(journeys, by, names, at, _table(journeys, at, clock, quantiles, customers))),
        count=lambda: journeys.n,
        parameters={**asked, "by": by, "working": working},
        note=sentences(f"By {by}" if by else "", *clock.of_moves, of_visits),
        hidden=("source", "target", "coverage"),
        shown=lambda: {**_known(journeys, level, of), "coverage": coverage},
    )


def _seen_as(journeys: Journeys, level: Grain, of: str | None) -> Seen:
    """What turns a selection into the one whose activities are those of the map: its own, stages, or values."""
    stages.check(journeys, level)
    handovers.check(journeys, of)
    if of is None:
        return stages.at_level(journeys, level)
    if level != "activity":
        raise InputError(f"A map is of stages or of each {of}, not of both. Leave out level= or of=.")
    return handovers.between(of)


def _known(journeys: Journeys, level: Grain, of: str | None) -> dict[str, Any]:
    """What the picture knows of the whole store; of stages and of values nothing."""
    if level != "activity" or of is not None:
        return {"geometry": None}
    return {"geometry": journeys.geometry, "ranks": journeys.ranks}


def taking(row: Mapping[str, Any], _journeys: Journeys, asked: Mapping[str, Any]) -> Filter | None:
    """The journeys that take the move of a row; no filter speaks of moves between stages or values."""
    if asked.get("level") == "stage" or asked.get("of") is not None:
        return None
    return _taking(row["activity"], row["next_activity"])


@lru_cache(MOST_MOVES)
def _taking(first: str | None, then: str | None) -> Filter:
    if first is None:
        return starts_with(str(then))
    return ends_with(first) if then is None else follows(first, then, directly=True)


def _table(journeys: Journeys, at: Seen, clock: Clock, quantiles: bool, customers: bool) -> pa.Table:
    import pyarrow as pa

    shares = QUANTILES if quantiles else NO_SHARES
    moves = journeys.ask(lambda selection: timed(clock.at(at(selection)), shares)).to_pylist()
    rows = [_move(row) for row in moves]
    starts = _starts(rows)
    total = sum(row["count"] for row in starts)
    rows += starts
    star = at(journeys.selection).star
    names, place = star.names, star.places
    ends = [(place.get(row["source"], START), place.get(row["target"], END)) for row in rows]
    shows = coverages([(*both, row["count"]) for both, row in zip(ends, rows, strict=True)], START, END)
    for row, both in zip(rows, ends, strict=True):
        row["activity"] = None if row["source"] == START else names[row["source"]]
        row["next_activity"] = None if row["target"] == END else names[row["target"]]
        row["share"] = row["journeys"] / total
        row["coverage"] = shows[both]
    if customers:
        people = _people(journeys, at)
        for row in rows:
            row["customers"] = people[row["source"], row["target"]]
    rows.sort(key=lambda row: (-row["count"], row["activity"] or "", row["next_activity"] or ""))
    times = ("mean_seconds", *(QUANTILES if quantiles else ()))
    types = {
        **dict.fromkeys(("activity", "next_activity"), pa.string()),
        **dict.fromkeys(("count", "journeys", *(["customers"] if customers else [])), pa.int64()),
        **dict.fromkeys(("share", "coverage", *times), pa.float64()),
        **dict.fromkeys(("source", "target"), pa.int32()),
    }
    return pa.Table.from_pylist(rows, schema=pa.schema(list(types.items())))


def _split(journeys: Journeys, by: str | None, names: dict[str, str], at: Seen, table: pa.Table) -> pa.Table:
    """The table, and how often each segment takes the moves beside it."""
    if by is None:
        return table
    counted = journeys.collect(lambda selection: _segments(selection, at(selection), by, list(names)))
    keys = zip(table["source"].to_pylist(), table["target"].to_pylist(), strict=True)
    return segment.columns(table, list(keys), counted, lambda row: (row["from"], row["to"]), names)


def _segments(selection: Selection, taken: Selection, by: str, shown: list[str]) -> Frame:
    """How often the journeys of each segment take each move, from the start and to the end too."""
    parted = segment.gathered(selection, by, shown).select(JOURNEY, segment.SEGMENT)
    moves = taken.moves.join(parted, on=JOURNEY, how="inner")
    code, following = nw.col(ACTIVITY).cast(nw.Int32), nw.col(NEXT).cast(nw.Int32).fill_null(END)
    starts = moves.filter(nw.col(POSITION) == 0)
    ends = [
        moves.select(code.alias("from"), following.alias("to"), segment.SEGMENT),
        starts.select(nw.lit(START).cast(nw.Int32).alias("from"), code.alias("to"), segment.SEGMENT),
    ]
    return nw.concat(ends).group_by("from", "to", segment.SEGMENT).agg(nw.len().cast(nw.Int64).alias("count"))


def _people(journeys: Journeys, at: Seen) -> dict[tuple[int, int], int]:
    """How many customers take each move, from the start and to the end too."""
    moves = journeys.collect(lambda selection: _customers(at(selection))).to_pylist()
    starts = journeys.collect(lambda selection: _starters(at(selection))).to_pylist()
    taken = {(row[ACTIVITY], END if row[NEXT] is None else row[NEXT]): row["customers"] for row in moves}
    return taken | {(START, row[ACTIVITY]): row["customers"] for row in starts}


def _customers(selection: Selection) -> Frame:
    first = selection.moves.filter(nw.col(FIRST_MOVE) == 1).join(_owners(selection), on=JOURNEY, how="inner")
    return first.group_by(ACTIVITY, NEXT).agg(nw.col(CUSTOMER).n_unique().cast(nw.Int64).alias("customers"))


def _starters(selection: Selection) -> Frame:
    first = selection.moves.filter(nw.col(POSITION) == 0).join(_owners(selection), on=JOURNEY, how="inner")
    return first.group_by(ACTIVITY).agg(nw.col(CUSTOMER).n_unique().cast(nw.Int64).alias("customers"))


def _owners(selection: Selection) -> Frame:
    return selection.outlines.select(JOURNEY, CUSTOMER)


def _move(row: dict) -> dict:
    seconds = {"mean_seconds": row[MEAN], **{name: row[name] for name in QUANTILES if name in row}}
    ends = {"source": row[ACTIVITY], "target": END if row[NEXT] is None else row[NEXT]}
    return {**row, **ends, **{name: gap if gap is None else gap / SECOND for name, gap in seconds.items()}}


def _starts(moves: list[dict]) -> list[dict]:
    """The moves from the start: whatever leaves an activity more often than it arrives began there."""
    began: Counter[int] = Counter()
    for move in moves:
        began[move["source"]] += move["count"]
        began[move["target"]] -= move["count"]
    starts = {activity: count for activity, count in began.items() if count > 0}
    return [{"source": START, "target": activity, "count": n, "journeys": n} for activity, n in starts.items()]
