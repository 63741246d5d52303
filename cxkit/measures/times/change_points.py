"""Change points: when the level of what happens week by week may have changed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from cxkit.measures.times import periods
from cxkit.measures.times.over_time import BESIDES, over_time, starting
from cxkit.measures.times.periods import NO_CALENDAR, Grain
from cxkit.result import Result
from cxkit.selection import segment
from cxkit.selection.segment import SEGMENT
from cxkit.statistics.changes import Stretch, changes
from cxkit.statistics.discoveries import discoveries
from cxkit.words import sentences

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.where.filter import Filter

Row = Mapping[str, Any]
OFFERED = 0.05  # the highest q of a series that is said to change
LEAST = 5  # journeys on which the median or the goal rate of a period rests
LEVELS = ("before", "before_low", "before_high", "after", "after_low", "after_high")
NONE = "No change stands out from the usual ups and downs of its weeks."
METHOD = "Levels by PELT; a series is told of where series without a change rarely seem to change as much (q up to 5%)"


def change_points(journeys: Journeys, *, per: Grain | None = None, by: str | None = None) -> Result:
    """When may something have changed?

    Parameters
    ----------
    per : "day", "week", "month" or "quarter", by which the log is told; where nothing is given weeks for a log of up to
        three years, months for up to twelve, else quarters. Days have the rhythm of their week.

    Three series of whole periods are looked at: journeys started, the goal rate and the median duration of those that
    started (see over_time; the last two where at least 5 journeys of a period can be judged).

    Returns a Result with a row per change, in order: `segment` (with by=), `figure` ("started", "goals", "median"),
    `unit` (of its values: "journeys", "share", "seconds"), `period` and `first_day` (the first with the new level),
    `last_day` (the last with it), `before`, `before_low`, `before_high` (the level until then with its 95 % interval),
    `after`, `after_low`, `after_high` (from then on), `n_before` and `n_after` (journeys that the levels rest on),
    `count` and `customers` (of the journeys that started from then on until the next change), `p` and `q` (of the
    series: how often one without a change would seem to change as much, alone and among all series looked at, of all
    segments) and, with by=, `besides` (the values that are not in "(other)"). Only
    series with a q up to .05 are told of; fewer than 12 whole periods tell nothing. Levels are means of counts
    after their square root, of the rates, and of the medians after their logarithm.

    Errors: an unknown period or attribute; a log of more than 1,000 periods.

    >>> import cxkit as cx
    >>> len(cx.toy_journeys().change_points().df())
    0
    """
    periods.check(per)
    segment.check(journeys, by)
    return Result(
        name="change_points",
        unit="journeys",
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: _table(journeys, per, by),
        count=lambda: journeys.n,
        parameters={"per": per, "by": by},
        shown=lambda: {"of": journeys.n.journeys},
        note=sentences(f"By {by}" if by else "", METHOD),
        hidden=(BESIDES,),
        empty=NONE if periods.has_calendar(journeys) else NO_CALENDAR,
    )


def since_then(row: Row, journeys: Journeys, asked: Mapping[str, Any]) -> Filter:
    """The journeys that started between the change of a row and the next one of the same figure and segment."""
    return starting(row, journeys, asked)


class Series(NamedTuple):
    """A figure period by period, as it is looked at: its column, on what it rests, and the way there and back."""

    figure: str
    unit: str
    column: str
    rests_on: str
    way: Callable[[float], float]
    back: Callable[[float], float]

    def rows(self, every: Sequence[Row]) -> list[Row]:
        """The whole periods in which there is something to look at."""
        whole = [row for row in every if row["complete"] and row[self.column] is not None]
        return whole if self.rests_on == self.column else [row for row in whole if row[self.rests_on] >= LEAST]


def _as_is(value: float) -> float:
    return value


SERIES = (
    Series("started", "journeys", "started", "started", math.sqrt, lambda root: max(root, 0.0) ** 2),
    Series("goals", "share", "goal_share", "ended", _as_is, lambda share: min(max(share, 0.0), 1.0)),
    Series("median", "seconds", "median_seconds", "ended", math.log1p, math.expm1),
)


def _table(journeys: Journeys, per: Grain | None, by: str | None) -> pa.Table:
    import pyarrow as pa

    texts, shares = ("figure", "unit", "period"), dict.fromkeys((*LEVELS,), pa.float64())
    kinds = {SEGMENT: pa.string()} if by is not None else {}
    kinds |= dict.fromkeys(texts, pa.string()) | {"first_day": pa.date32(), "last_day": pa.date32()} | shares
    kinds |= dict.fromkeys(("n_before", "n_after", "count", "customers"), pa.int64())
    kinds |= dict.fromkeys(("p", "q"), pa.float64())
    kinds |= {BESIDES: pa.list_(pa.string())} if by is not None else {}
    every = over_time(journeys, per=per or periods.slow(journeys), by=by).table.to_pylist()
    rows = list(told(every))
    for row in rows:
        kept = journeys.keep(starting(row, journeys, {"by": by})).n
        row |= {"count": kept.journeys, "customers": kept.customers}
    rows.sort(key=lambda row: (row["first_day"], row["q"], row["figure"], row[SEGMENT]))
    return pa.Table.from_pylist(rows, schema=pa.schema(list(kinds.items())))


def told(every: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """The changes of all series of all segments, which are one family."""
    texts = dict.fromkeys(row.get(SEGMENT, "all") for row in every)
    parts = {text: [row for row in every if row.get(SEGMENT, "all") == text] for text in texts}
    looked_at = [(text, series, series.rows(part)) for text, part in parts.items() for series in SERIES]
    looked_at = [(text, series, rows) for text, series, rows in looked_at if rows]
    answers = [changes([series.way(row[series.column]) for row in rows]) for _, series, rows in looked_at]
    qs = discoveries([answer.p for answer in answers])
    for (text, series, rows), answer, q in zip(looked_at, answers, qs, strict=True):
        if q <= OFFERED:
            for before, after in zip(answer.stretches, answer.stretches[1:], strict=False):
                last = (
                    rows[after.end]["first_day"] - timedelta(days=1) if after.end < len(rows) else rows[-1]["last_day"]
                )
                segment_of = {SEGMENT: text, BESIDES: rows[0].get(BESIDES)}
                yield segment_of | _change(series, rows, before, after) | {"last_day": last, "p": answer.p, "q": q}


def _change(series: Series, rows: Sequence[Row], before: Stretch, after: Stretch) -> dict[str, Any]:
    first = rows[after.start]
    row = {"figure": series.figure, "unit": series.unit, "period": first["period"], "first_day": first["first_day"]}
    for name, stretch in (("before", before), ("after", after)):
        ends = (stretch.level.value, stretch.level.low, stretch.level.high)
        levels = (None if end is None else series.back(end) for end in ends)
        row |= dict(zip((name, f"{name}_low", f"{name}_high"), levels, strict=True))
        row[f"n_{name}"] = sum(row[series.rests_on] for row in rows[stretch.start : stretch.end])
    return row
