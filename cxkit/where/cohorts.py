"""Filters by when a customer came first, and when again; and the periods that a log has."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import narwhals as nw

from cxkit import times
from cxkit.errors import InputError, not_found
from cxkit.schema import CUSTOMER, FIRST, JOURNEY, LAST
from cxkit.where.filter import Frame, Leaf

if TYPE_CHECKING:
    from cxkit.store.star import Star

Per = Literal["week", "month", "quarter"]
CAME, COHORT = "came", "cohort"
MOST_PERIODS = 2_000
FIRST_DAY = timedelta(days=1) // times.MICROSECOND


class Periods(NamedTuple):
    """The periods of a log in order: what each is called and when it begins; and when the last one ends.

    Those from `first` to `last` lie in the log completely, to the day.
    """

    labels: Sequence[str]
    begins: Sequence[int]
    end: int
    first: int
    last: int

    def of(self, label: str, zone: str) -> int:
        """The number of the period in which another one begins."""
        return bisect_right(self.begins, times.instant(label, zone)) - 1


@dataclass(frozen=True, repr=False, eq=False)
class comes_back(Leaf):
    """Journeys that begin so many periods after the one of their customer's first journey in the whole log.

    Parameters
    ----------
    number : how many periods later; 0 for the same one.
    since, until : the periods of the first journey, from one to another (included), such as "2025-03".
    per : "month", "week" or "quarter" of the calendar.
    """

    number: int
    since: str
    until: str | None = None
    per: Per = "month"
    needs_time = True

    def __post_init__(self) -> None:
        if not isinstance(self.number, int) or isinstance(self.number, bool) or not 0 <= self.number < MOST_PERIODS:
            raise InputError(f"number={self.number!r} is no number of periods (0, 1, 2, ...).")
        check_per(self.per)
        times.period(self.since, self.until or self.since, "UTC")

    @property
    def says(self) -> str:
        span = self.since if self.until in (None, self.since) else f"{self.since} to {self.until}"
        later = f"{self.number} {self.per}{'' if self.number == 1 else 's'} after"
        return f"begins {later if self.number else f'in the {self.per} of'} its customer's first one, in {span}"

    def journeys(self, star: Star) -> Frame:
        listed = periods(star, self.per)
        low, high = listed.of(self.since, star.zone), listed.of(self.until or self.since, star.zone)
        after = nw.col(CAME) - nw.col(COHORT)
        chosen = came(star, self.per).filter(after == self.number, nw.col(COHORT) >= low, nw.col(COHORT) <= high)
        return chosen.select(JOURNEY)


def check_per(per: str) -> None:
    """Raise unless it is a period of the calendar."""
    if per not in get_args(Per):
        raise not_found("period", per, get_args(Per))


def came(star: Star, per: Per) -> Frame:
    """The journeys of the whole log with the number of the period in which they began, and their customer's first."""
    return star.engine.materialise(f"{star.key}|cohorts by {per}", lambda: _came(star, periods(star, per).begins))


def _came(star: Star, begins: Sequence[int]) -> Frame:
    began = star.outlines.select(JOURNEY, CUSTOMER, _number(nw.col(FIRST), begins).cast(nw.Int32).alias(CAME))
    first = began.group_by(CUSTOMER).agg(nw.col(CAME).min().alias(COHORT))
    return began.join(first, on=CUSTOMER, how="inner").select(JOURNEY, CUSTOMER, CAME, COHORT)


def _number(moment: nw.Expr, begins: Sequence[int]) -> nw.Expr:
    """The number of the last period that had begun, by halving."""

    def among(low: int, high: int) -> nw.Expr:
        if high - low == 1:
            return nw.lit(low)
        middle = (low + high) // 2
        return nw.when(moment < begins[middle]).then(among(low, middle)).otherwise(among(middle, high))

    return among(0, len(begins))


def periods(star: Star, per: Per) -> Periods:
    """The periods from the first event of the log to its last."""
    with star.engine.telling():
        ends = star.engine.collect(star.outlines.select(nw.col(FIRST).min(), nw.col(LAST).max())).to_pylist()[0]
    if ends[FIRST] is None:
        return Periods((), (), 0, 0, -1)
    return _periods(ends[FIRST], ends[LAST], star.zone, per)


@lru_cache(32)
def _periods(first: int, last: int, zone: str, per: Per) -> Periods:
    labels, begins = list[str](), list[int]()
    until = first
    while until <= last:
        if len(labels) == MOST_PERIODS:
            raise InputError(f"This log has more than {MOST_PERIODS} {per}s. Cut it with trim, or mend its dates.")
        labels.append(_label(times.EPOCH + until * times.MICROSECOND, zone, per))
        since, until = times.period(labels[-1], labels[-1], zone)
        begins.append(since)
    return Periods(
        labels,
        begins,
        until,
        0 if first - begins[0] < FIRST_DAY else 1,
        len(labels) - 1 if until - last <= FIRST_DAY else len(labels) - 2,
    )


def _label(moment: datetime, zone: str, per: Per) -> str:
    local = moment.astimezone(times.zone_of(zone))
    if per == "week":
        year, week, _ = local.isocalendar()
        return f"{year:04d}-W{week:02d}"
    if per == "quarter":
        return f"{local.year:04d}-Q{(local.month + 2) // 3}"
    return f"{local.year:04d}-{local.month:02d}"
