"""Over time: how many journeys start and end in each period, how they turn out, and how long they take."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial, reduce
from operator import and_
from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw

from cxkit.facts import outcome
from cxkit.facts.outcome import CANCEL, GOAL, OPEN
from cxkit.measures.times import periods
from cxkit.measures.times.periods import NO_CALENDAR, Grain, Period
from cxkit.result import Result
from cxkit.schema import CUSTOMER, FIRST, JOURNEY, LAST, SECOND
from cxkit.selection import segment
from cxkit.selection.segment import SEGMENT
from cxkit.statistics.estimate import Estimate
from cxkit.statistics.intervals import share_by_customer, weighted
from cxkit.store.columns import VALUE
from cxkit.times import duration
from cxkit.where.moments import during
from cxkit.words import sentences

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Filter, Frame

Row = dict[str, Any]
Cell = tuple[int, int]  # the place of a segment, and that of a period
OTHER, MOST_SEGMENTS = "(other)", 6
MIX, BEGUN, DONE, END, SECONDS, JUDGED, BESIDES = "mix", "begun", "done", "ends_as", "seconds", "judged", "besides"
ENDED_BY = 0.9  # of the journeys that have ended, so many took no longer than a journey must be old to count
COUNTS = ("started", "customers", "completed", "reached", "cancelled", "ended", "open")
RATES = ("goal_share", "share_low", "share_high", "median_seconds", "within_seconds")
SAME = "Goal rates as if each period had the same mix of {}"
EDGES = "The first and the last period of the log are not whole"


def over_time(journeys: Journeys, *, per: Grain | None = None, by: str | None = None, mix: str | None = None) -> Result:
    """How does it change over time?

    Parameters
    ----------
    per : "day", "week" (from Monday), "month" or "quarter" of the log's time zone; where nothing is given days for a
        log of up to 60 of them, weeks for up to three years, months for up to twelve, else quarters.
    by : an attribute of journeys or customers, or a tag, to compare by: its six most frequent values and "(other)".
    mix : an attribute, such as the kind of journey: goal rates are then what they would be if each period had the mix
        of its values that all judged journeys of the segment have. Where more of one kind begin, a rate changes without
        anybody doing anything else; standardised it does not. Kinds that a period lacks leave their weight to others.

    Returns a Result with a row per segment and period, from the first of the whole log to its last, empty ones too:
    `segment` (with by=), `period` (as `w.during` takes it), `first_day`, `last_day`, `complete` (false for the log's
    first and last period, of which only a part was seen), `started` (journeys with their first event in it),
    `customers` (of those), `completed` (journeys with their last event in it), `reached` and `cancelled` (of the
    completed ones, those whose outcome is a goal or a cancel; empty where nobody named a goal or a cancel), `ended` (of
    the started ones, those whose end can be judged), `open` (the other started ones), `goal_share` (of `ended`, those
    that reached a goal), `share_low` and `share_high` (95 % interval, by customer), `median_seconds` (of `ended`, from
    the first event to the last), `within_seconds` and (with by=) `besides`: the values that are not in "(other)".

    A journey is old enough to be judged when it began at least `within_seconds` before the log's last event: the time
    within which nine in ten of the log's ended journeys took their way, and the longest silence of the engagement on
    top. Younger ones would show the fast ends only (equal follow-up). Of those old enough the open ones are left out,
    where outcomes are known. `started` is `ended` and `open` together; over all periods it adds up to the selection.

    Errors: an unknown period or attribute; a log of more than 1,000 periods.

    Standardised rates have intervals by MOVER: see `cxkit.statistics.intervals.weighted`.

    >>> import cxkit as cx
    >>> cx.toy_journeys().over_time(per="week").df()[["period", "complete", "started", "completed"]].values.tolist()
    [['2025-W23', False, 7, 4], ['2025-W24', False, 5, 8]]
    """
    periods.check(per)
    segment.check(journeys, by)
    segment.check(journeys, mix)
    return Result(
        name="over_time",
        unit="journeys",
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: _table(journeys, per, by, mix),
        count=lambda: journeys.n,
        parameters={"per": per, "by": by, "mix": mix},
        shown=lambda: {"known": periods.has_calendar(journeys) or not journeys.n.journeys},
        note=sentences(
            f"By {by}" if by else "", f"Goal rates as if each period had the same mix of {mix}" if mix else "", EDGES
        ),
        empty=Result.empty if periods.has_calendar(journeys) else NO_CALENDAR,
        hidden=(BESIDES,),
    )


def starting(row: Mapping[str, Any], journeys: Journeys, asked: Mapping[str, Any]) -> Filter:
    """The journeys that started in the period of a row."""
    clause, by = started_in(row["first_day"], row["last_day"]), asked.get("by")
    if by is None or row[BESIDES] is None:
        return segment.within(clause, row, journeys, by)
    return reduce(and_, (~segment.clause(text, journeys, by) for text in row[BESIDES]), clause)


def started_in(first: date, last: date) -> Filter:
    """The journeys that started on these days, from the first to the last."""
    return during(first.isoformat(), None if first == last else last.isoformat(), how="started")


class Asked(NamedTuple):
    """What the tables of an answer have in common: periods, values to compare, what outcomes are called, how old."""

    every: Sequence[Period]
    texts: Sequence[str]
    by: str | None
    outcomes: str | None
    within: int
    until: int
    mix: str | None

    def placed(self, selection: Selection) -> Frame:
        """The selected journeys with the places of their segment, of the period they began in and of their last."""
        star = selection.star
        key = f"{star.key}{star.marks}|over time {self.by} {self.texts} {self.every[0]} {self.every[-1]} {self.within}"
        return star.engine.materialise(
            f"{key} {self.mix} {self.outcomes} of {selection.key}", lambda: self._placed(selection)
        )

    def _placed(self, selection: Selection) -> Frame:
        table = segment.segmented(selection, self.by).with_columns(_code(self.texts).alias(SEGMENT))
        kinds = segment.segmented(selection, self.mix).select(JOURNEY, nw.col(SEGMENT).alias(MIX))
        table = table.join(kinds, on=JOURNEY, how="inner")
        table = table.with_columns(((nw.col(LAST) - nw.col(FIRST)) / SECOND).alias(SECONDS), nw.lit("").alias(END))
        if self.outcomes is not None:
            ends = selection.star.of_journeys(self.outcomes).select(JOURNEY, nw.col(VALUE).alias(END))
            table = table.drop(END).join(ends, on=JOURNEY, how="inner")
        judged = (nw.col(FIRST) <= self.until - self.within) & (nw.col(END) != OPEN)
        edges, moments = [period.since for period in self.every], {FIRST: BEGUN, LAST: DONE}
        table = periods.placed(selection.star.engine, table.with_columns(judged.alias(JUDGED)), edges, moments)
        return table.select(CUSTOMER, SEGMENT, MIX, BEGUN, DONE, SECONDS, END, JUDGED)

    def judged(self, selection: Selection) -> Frame:
        """Those of them whose end can be judged."""
        return self.placed(selection).filter(nw.col(JUDGED))


def _table(journeys: Journeys, per: Grain | None, by: str | None, mix: str | None) -> pa.Table:
    import pyarrow as pa

    kinds = {SEGMENT: pa.string()} if by is not None else {}
    kinds |= {"period": pa.string(), "first_day": pa.date32(), "last_day": pa.date32(), "complete": pa.bool_()}
    kinds |= dict.fromkeys(COUNTS, pa.int64()) | dict.fromkeys(RATES, pa.float64())
    kinds |= {BESIDES: pa.list_(pa.string())} if by is not None else {}
    rows = list(_rows(journeys, per, by, mix)) if journeys.n.journeys else []
    return pa.Table.from_pylist(rows, schema=pa.schema(list(kinds.items())))


def _rows(journeys: Journeys, per: Grain | None, by: str | None, mix: str | None) -> Iterator[Row]:
    every, span = periods.periods(journeys, per)[1], periods.ends(journeys)
    if span is None:
        return
    outcomes = outcome.name_in(journeys.selection.star)
    texts, is_more = _texts(journeys, by)
    asked = Asked(every, texts, by, outcomes, _within(journeys, outcomes), span[1], mix)
    cells = _cells(journeys, asked)
    for code, text in enumerate([*texts, OTHER] if is_more else texts):
        for place, period in enumerate(every):
            facts = {"period": period.word, "first_day": period.first, "last_day": period.last}
            facts |= {"complete": 0 < place < len(every) - 1, "within_seconds": asked.within / SECOND}
            row = facts | _counted(cells.get((code, place), {}), outcomes is not None)
            yield {SEGMENT: text, BESIDES: texts if text is OTHER else None, **row} if by is not None else row


def _counted(cell: Row, known: bool) -> Row:
    """The counts of a cell; what is not there did not happen."""
    counts = {name: cell.get(name, 0) for name in COUNTS}
    ends = {} if known else {"reached": None, "cancelled": None}
    return cell | counts | ends | {"open": counts["started"] - counts["ended"]}


def _texts(journeys: Journeys, by: str | None) -> tuple[list[str], bool]:
    """The values to compare, the most frequent first, and whether there are more."""
    if by is None:
        return ["all"], False

    def counted(selection: Selection) -> Frame:
        counts = segment.segmented(selection, by).group_by(SEGMENT).agg(nw.len().alias("count"))
        return counts.sort("count", SEGMENT, descending=[True, False]).head(MOST_SEGMENTS + 1)

    texts: list[str] = journeys.collect(counted)[SEGMENT].to_pylist()
    return texts[:MOST_SEGMENTS], len(texts) > MOST_SEGMENTS


def _code(texts: Sequence[str]) -> nw.Expr:
    """The place of a segment among the values to compare; the next one for any other."""
    code = nw.lit(len(texts))
    for place, text in enumerate(texts):
        code = nw.when(nw.col(SEGMENT) == text).then(nw.lit(place)).otherwise(code)
    return code.cast(nw.Int32)


def _within(journeys: Journeys, outcomes: str | None) -> int:
    """How old a journey must be for its end to be judged, in microseconds."""

    def longest(selection: Selection) -> Frame:
        star = selection.star
        table = star.outlines
        if outcomes is not None:
            ended = star.of_journeys(outcomes).filter(nw.col(VALUE) != OPEN).select(JOURNEY)
            table = table.join(ended, on=JOURNEY, how="inner")
        lasting = table.with_columns((nw.col(LAST) - nw.col(FIRST)).alias(SECONDS), nw.lit(0).alias(SEGMENT))
        return star.engine.quantiles(lasting, [SEGMENT], SECONDS, {"p90": ENDED_BY})

    rows = journeys.collect(longest).to_pylist()
    return round(rows[0]["p90"] or 0) + _silence(journeys, outcomes) if rows else 0


def _silence(journeys: Journeys, outcomes: str | None) -> int:
    """The longest silence that is allowed anywhere, after which a journey counts as ended."""
    engagement = journeys.engagement
    if outcomes is None or engagement is None:
        return 0
    stages = (stage.silence for stage in engagement.stages.values())
    return max((duration(text) for text in (engagement.silence, *stages) if text), default=0)


# ---- cells -----------------------------------------------------------------------------------------------------------


def _cells(journeys: Journeys, asked: Asked) -> dict[Cell, Row]:
    """What is counted of each segment and period."""
    questions = [_begun, _done, _judged] if asked.outcomes is None else [_begun, _done, _judged, _people]
    begun, done, judged, *people = (journeys.collect(partial(ask, asked)) for ask in questions)
    cells: dict[Cell, Row] = {}
    for table, place in ((begun, BEGUN), (done, DONE), (judged, BEGUN)):
        for row in table.to_pylist():
            cells.setdefault((row.pop(SEGMENT), row.pop(place)), {}).update(row)
    for table in people:
        for cell, share in _shares(table).items():
            cells[cell] |= {"goal_share": share.value, "share_low": share.low, "share_high": share.high}
    return cells


def _count(name: str) -> nw.Expr:
    return nw.len().cast(nw.Int64).alias(name)


def _begun(asked: Asked, selection: Selection) -> Frame:
    people = nw.col(CUSTOMER).n_unique().cast(nw.Int64).alias("customers")
    return asked.placed(selection).group_by(SEGMENT, BEGUN).agg(_count("started"), people)


def _done(asked: Asked, selection: Selection) -> Frame:
    ends = {"reached": GOAL, "cancelled": CANCEL}
    sums = [(nw.col(END) == word).cast(nw.Int64).sum().cast(nw.Int64).alias(name) for name, word in ends.items()]
    return asked.placed(selection).group_by(SEGMENT, DONE).agg(_count("completed"), *sums)


def _judged(asked: Asked, selection: Selection) -> Frame:
    table = asked.judged(selection)
    medians = selection.star.engine.quantiles(table, [SEGMENT, BEGUN], SECONDS, {"median_seconds": 0.5})
    return table.group_by(SEGMENT, BEGUN).agg(_count("ended")).join(medians, on=[SEGMENT, BEGUN], how="inner")


def _people(asked: Asked, selection: Selection) -> Frame:
    """How many journeys of each customer ended, and reached a goal, by segment, period and value of the mix."""
    goals = (nw.col(END) == GOAL).cast(nw.Int64).sum().cast(nw.Int64).alias("goals")
    return asked.judged(selection).group_by(SEGMENT, BEGUN, MIX, CUSTOMER).agg(_count("ended"), goals)


def _shares(table: pa.Table) -> dict[Cell, Estimate]:
    """The share of goals in each cell, as if each had the mix that its segment has in all."""
    weights: dict[tuple[int, str], int] = defaultdict(int)
    parts: dict[Cell, dict[str, Estimate]] = defaultdict(dict)
    for (code, place, kind), share, ended in _parts(table):
        weights[code, kind] += ended
        parts[code, place][kind] = share
    return {
        cell: next(iter(own.values()))
        if len(own) == 1
        else weighted([*own.values()], [weights[cell[0], k] for k in own])
        for cell, own in parts.items()
    }


def _parts(table: pa.Table) -> Iterator[tuple[tuple[int, int, str], Estimate, int]]:
    """Each segment, period and value of the mix with its share of goals, and how many ended."""
    import numpy as np

    columns = (table[name].to_numpy() for name in (SEGMENT, BEGUN, CUSTOMER, "goals", "ended"))
    codes, places, customers, goals, ended = columns
    names, kinds = np.unique(table[MIX].to_pylist(), return_inverse=True)
    order = np.lexsort((kinds, places, codes))
    steps = np.diff(codes[order]) | np.diff(places[order]) | np.diff(kinds[order])
    for part in np.split(order, np.flatnonzero(steps) + 1):
        if len(part):
            key = int(codes[part[0]]), int(places[part[0]]), str(names[kinds[part[0]]])
            yield key, share_by_customer(customers[part], goals[part], ended[part]), int(ended[part].sum())
