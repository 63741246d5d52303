"""By which clock are lengths of time counted? By the calendar, or by the hours in which the firm works.

The time of a move is from the end of one event to the start of the next, where both are known, as for waiting; else
from stamp to stamp. Where the engagement's file has a [calendar], working time may be asked for; its hours are those of
the file's zone, or of the log's where the file has none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit import schema
from cxkit.calendar import BEFORE, DAY, UTC_DAY, WorkingHours
from cxkit.errors import InputError
from cxkit.schema import EVENT_COLUMNS, FIRST, GAP, JOURNEY, LAST, SERVICE, STAMP_COLUMNS, TIME, WAITING
from cxkit.words import CLOCK, WORKING

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.engagement.engagement import Engagement
    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.store.star import Star
    from cxkit.where.filter import Frame

NO_HOURS = (
    "working=True counts the hours in which the firm works, and nobody has said when that is. Write into "
    'engagement.toml [calendar] and under it hours = {monday = "09:00-17:00", friday = "09:00-15:00"}, with a line '
    'zone = "Europe/Berlin" at its top, and open the store with it.'
)
BY_CALENDAR = "Calendar time; working=True counts the hours of [calendar] only"
END_TO_START = "The time of a move is from the end of one event to the start of the next, else from stamp to stamp"
OPENED = "opened"


@dataclass(frozen=True)
class Clock:
    """How an answer counts time: all of it, or with `hours` those of the firm; with `stamps` starts and ends differ."""

    hours: WorkingHours | None
    key: str
    stamps: bool
    choice: bool = False

    @property
    def note(self) -> str:
        """Which time it is, where there could be another."""
        if self.hours is None:
            return BY_CALENDAR if self.choice else ""
        place = ", ".join(filter(None, (self.hours.country, self.hours.region)))
        holidays = f", without the public holidays of {place}" if place else ""
        return f"Working time, by the hours of [calendar] in {self.hours.zone}{holidays}"

    @property
    def of_moves(self) -> tuple[str, ...]:
        """Which time that of a move is, in sentences."""
        return self.note, END_TO_START if self.stamps else ""

    def unit(self, unit: str) -> str:
        """The unit of an answer, which says if its times are working time."""
        return unit if self.hours is None else f"{unit}, in {WORKING}"

    def told(self, table: pa.Table) -> pa.Table:
        """A table of working time with a column that says so."""
        import pyarrow as pa

        if self.hours is None:
            return table
        return table.append_column(CLOCK, pa.array([WORKING] * len(table), pa.string()))

    def at(self, selection: Selection) -> Selection:
        """The selection whose lengths of time are those of this clock."""
        if self.hours is None and not self.stamps:
            return selection
        return replace(selection, star=self._star(selection.star, self.hours))

    def _star(self, star: Star, hours: WorkingHours | None) -> Star:
        """The star whose gaps, services, waits and journeys last as long as this clock says."""
        key, events = f"{star.key}|clock {self.key}", star.events
        if hours is None:
            return replace(star, key=key, events=events.with_columns(_idle().alias(GAP)), direct=True)
        days = _open_days(star, hours, key)
        moves = star.engine.materialise(f"{key}|{schema.EVENTS}", lambda: self._events(events, days))
        if not self.stamps:
            moves = moves.with_columns(*(nw.lit(None).cast(nw.Int64).alias(name) for name in STAMP_COLUMNS))
        lengths = star.engine.materialise(f"{key}|{schema.JOURNEYS}", lambda: _outlines(star.outlines, days))
        journeys = star.journeys.drop(FIRST, LAST).join(lengths, on=JOURNEY, how="inner")
        return replace(star, key=key, events=moves, journeys=journeys, direct=True)

    def _events(self, events: Frame, days: OpenTime) -> Frame:
        """The events with the working time of their gaps, services and waits."""
        if not self.stamps:
            return days.between(events.select(*EVENT_COLUMNS), nw.col(TIME), nw.col(TIME) + nw.col(GAP), GAP)
        begins, waited, table = (
            nw.col(TIME) + nw.col(GAP),
            nw.col(WAITING),
            events.select(*EVENT_COLUMNS, *STAMP_COLUMNS),
        )
        gaps = days.between(table, begins - _idle(), begins, GAP)
        works = days.between(gaps, nw.col(TIME), nw.col(TIME) + nw.col(SERVICE), SERVICE)
        return works.with_columns(nw.when(~waited.is_null()).then(nw.col(GAP)).alias(WAITING))


@dataclass(frozen=True)
class OpenTime:
    """The running total of open time in an engine, from the day that begins with `since`."""

    days: Frame
    since: int

    def between(self, frame: Frame, since: nw.Expr, until: nw.Expr, name: str) -> Frame:
        """The frame with the open time from one moment to another, in microseconds."""
        both = self.until(self.until(frame, until, "until_then"), since, "since_then")
        gone = (nw.col("until_then") - nw.col("since_then")).cast(nw.Int64)
        return both.with_columns(gone.alias(name)).drop("until_then", "since_then")

    def until(self, frame: Frame, moment: nw.Expr, name: str) -> Frame:
        """The frame with the open time from the first day to a moment, in microseconds; null where that is null."""
        bounds = [column for column in self.days.collect_schema().names() if column not in (UTC_DAY, BEFORE)]
        far = frame.with_columns((moment - self.since).alias("far"))
        placed = far.with_columns((nw.col("far") // DAY).cast(nw.Int64).alias(UTC_DAY))
        placed = placed.join(self.days, on=UTC_DAY, how="left")
        hour, total = nw.col("far") - nw.col(UTC_DAY) * DAY, nw.col(BEFORE)
        for opens, shuts in zip(bounds[::2], bounds[1::2], strict=True):
            total = total + nw.max_horizontal(nw.min_horizontal(hour, nw.col(shuts)) - nw.col(opens), nw.lit(0))
        return placed.with_columns(total.alias(name)).drop("far", UTC_DAY, BEFORE, *bounds)


def clock(journeys: Journeys, working: bool | None) -> Clock:
    """The clock that is asked for: working time, calendar time, or what the engagement says where nobody does."""
    if working is not None and not isinstance(working, bool):
        raise InputError(f"working={working!r} is neither True, False nor None. True counts working time.")
    engagement, stamps = journeys.engagement, _has_stamps(journeys)
    calendar = engagement.calendar if engagement else None
    if working and calendar is None:
        raise InputError(NO_HOURS)
    if (
        engagement is None
        or calendar is None
        or working is False
        or (working is None and calendar.default == "calendar")
    ):
        return Clock(None, "calendar", stamps, calendar is not None)
    hours = working_hours(engagement, journeys.base.zone)
    return Clock(hours, f"{engagement.fingerprint} {hours.zone}", stamps, True)


def working_hours(said: Engagement, zone: str) -> WorkingHours:
    """The hours of an engagement's calendar, in its zone or else in this one."""
    from cxkit.engagement.values import spans

    calendar: Any = said.calendar
    own: dict[date, list[tuple[int, int]]] = {day: [] for day in calendar.closed}
    own |= {date.fromisoformat(day): spans(hours) for day, hours in calendar.days.items()}
    weekly = {day: spans(hours) for day, hours in calendar.hours.items()}
    zone = said.zone if "zone" in said.model_fields_set else zone
    return WorkingHours(zone, weekly, own, calendar.country, calendar.region)


def _has_stamps(journeys: Journeys) -> bool:
    """Whether events have starts and ends."""
    return journeys.manifest.roles.get("start") is not None


def _idle() -> nw.Expr:
    """The time of a move: the wait that is known, else from stamp to stamp; work that overlaps leaves none."""
    rest = nw.col(GAP) - nw.col(SERVICE).fill_null(0)
    free = nw.when(rest < 0).then(nw.lit(0)).otherwise(rest)
    return nw.when(~nw.col(WAITING).is_null()).then(nw.col(WAITING)).otherwise(free).cast(nw.Int64)


def _open_days(star: Star, hours: WorkingHours, key: str) -> OpenTime:
    """The running total of open time over all that the star spans."""
    ends = star.engine.collect(star.outlines.select(nw.col(FIRST).min(), nw.col(LAST).max())).to_pylist()[0]
    first, last = ends[FIRST] or 0, ends[LAST] or 0
    days = star.engine.materialise(f"{key}|open days", lambda: star.engine.frame(hours.days(first, last)))
    return OpenTime(days, first // DAY * DAY)


def _outlines(outlines: Frame, days: OpenTime) -> Frame:
    """When journeys begin and end, counted in open time."""
    begun = days.until(outlines.select(JOURNEY, FIRST, LAST), nw.col(FIRST), FIRST)
    return days.until(begun, nw.col(LAST), LAST)
