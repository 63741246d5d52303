"""The periods of a log: days, weeks, months or quarters in its zone, from its first event to its last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import narwhals as nw

from cxkit import times
from cxkit.calendar import DAY, UTC_DAY
from cxkit.errors import InputError, not_found
from cxkit.schema import FIRST, LAST
from cxkit.times import EPOCH
from cxkit.words import many

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.store.engine import Engine
    from cxkit.where.filter import Frame

Grain = Literal["day", "week", "month", "quarter"]
GRAINS: tuple[Grain, ...] = get_args(Grain)
UP_TO: dict[Grain, int] = {"day": 60, "week": 1_100, "month": 4_400}  # days of a log that is told by it of itself
SHORTEST: dict[Grain, int] = {"day": 1, "week": 7, "month": 28, "quarter": 90}
LONGEST: dict[Grain, int] = {"day": 1, "week": 7, "month": 31, "quarter": 92}
MOST = 1_000
BASE, NEXT_EDGE, LATER_EDGE = "base", "next_edge", "later_edge"
COLUMNS = (UTC_DAY, BASE, NEXT_EDGE, LATER_EDGE)
NO_CALENDAR = "The clock of this log tells how long ago its beginning was, and no dates; so it has no weeks or months."


class Period(NamedTuple):
    """A stretch of the calendar: the word for it, its first and last day, and its first microsecond."""

    word: str
    first: date
    last: date
    since: int


def check(per: Grain | None) -> None:
    """Raise unless `per` is None or a grain."""
    if per is not None and per not in GRAINS:
        raise not_found("period", per, GRAINS)


def has_calendar(journeys: Journeys) -> bool:
    """Whether times of this log are dates: not where it has none, or counts from an unknown beginning."""
    return journeys.selection.star.timed and journeys.manifest.clock is None


def ends(journeys: Journeys) -> tuple[int, int] | None:
    """The first and the last microsecond of the whole log, after all trims; nothing where it has no dates."""
    if not has_calendar(journeys):
        return None
    both = [nw.col(FIRST).min().alias(FIRST), nw.col(LAST).max().alias(LAST)]
    rows = journeys.collect(lambda selection: selection.star.outlines.select(*both)).to_pylist()
    first, last = (rows[0][FIRST], rows[0][LAST]) if rows else (None, None)
    return None if first is None or last is None else (first, last)


def periods(journeys: Journeys, per: Grain | None) -> tuple[Grain, list[Period]]:
    """The grain, chosen by the span of the log where none is asked for, and all its periods in the log."""
    span, zone = ends(journeys), journeys.base.zone
    if span is None:
        return per or "week", []
    first, last = (_day(moment, zone) for moment in span)
    grain = per or _usual((last - first).days)
    if (last - first).days > MOST * SHORTEST[grain]:
        raise InputError(f"This log has more than {many(MOST)} {grain}s. Choose a longer period for per=, or trim it.")
    begins, every = _begin(first, grain), list[Period]()
    while begins <= last:
        following = _begin(begins + timedelta(days=LONGEST[grain]), grain)
        word = _word(begins, grain)
        every.append(Period(word, begins, following - timedelta(days=1), times.instant(word, zone)))
        begins = following
    return grain, every


def slow(journeys: Journeys) -> Grain:
    """The grain by the span of the log that has no rhythm of its week: never days."""
    span = ends(journeys)
    grain = _usual((span[1] - span[0]) // DAY) if span else "week"
    return "week" if grain == "day" else grain


def placed(engine: Engine, frame: Frame, edges: Sequence[int], moments: Mapping[str, str]) -> Frame:
    """The frame with the place of the last edge that each moment reaches, by the names of moments and of places.

    Looked up by the day in UTC, in which at most two edges lie: a day of the calendar lasts more than half of one.
    """
    days = engine.frame(_edges_by_day(edges))
    for moment, place in moments.items():
        reached = nw.col(BASE) + (nw.col(moment) >= nw.col(NEXT_EDGE)).cast(nw.Int64)
        reached = reached + (nw.col(moment) >= nw.col(LATER_EDGE)).cast(nw.Int64)
        frame = frame.with_columns((nw.col(moment) // DAY).cast(nw.Int64).alias(UTC_DAY))
        frame = frame.join(days, on=UTC_DAY, how="inner").with_columns(reached.cast(nw.Int32).alias(place))
        frame = frame.drop(UTC_DAY, BASE, NEXT_EDGE, LATER_EDGE)
    return frame


def _edges_by_day(edges: Sequence[int]) -> pa.Table:
    """For each day in UTC from the first edge on: the place of the edge before it, and the edges within it."""
    import pyarrow as pa

    rows, far = list[tuple[int, int, int, int]](), times.LONGEST
    last = len(edges) - 1
    place = 0
    for day in range(edges[0] // DAY, edges[-1] // DAY + 1 + LONGEST[GRAINS[-1]]):
        while place < last and edges[place + 1] <= day * DAY:
            place += 1
        inside = [edge for edge in edges[place + 1 : place + 3] if edge < (day + 1) * DAY]
        following, later = [*inside, far, far][:2]
        rows.append((day, place, following, later))
    columns = zip(*rows, strict=True)
    return pa.table({name: pa.array(column, pa.int64()) for name, column in zip(COLUMNS, columns, strict=True)})


def _usual(days: int) -> Grain:
    return next((grain for grain, most in UP_TO.items() if days <= most), "quarter")


def _day(moment: int, zone: str) -> date:
    """The day of the zone's calendar on which a moment is."""
    return (EPOCH + timedelta(microseconds=moment)).astimezone(times.zone_of(zone)).date()


def _begin(day: date, grain: Grain) -> date:
    """The first day of the period in which a day is."""
    if grain == "day":
        return day
    if grain == "week":
        return day - timedelta(days=day.weekday())
    month = day.month if grain == "month" else 3 * ((day.month - 1) // 3) + 1
    return day.replace(month=month, day=1)


def _word(day: date, grain: Grain) -> str:
    """The period that begins with a day, as filters write it."""
    if grain == "week":
        year, week, _ = day.isocalendar()
        return f"{year:04d}-W{week:02d}"
    if grain == "quarter":
        return f"{day.year:04d}-Q{(day.month + 2) // 3}"
    return day.isoformat() if grain == "day" else day.isoformat()[:7]
