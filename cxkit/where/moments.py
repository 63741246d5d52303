"""Filters by when a journey was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import narwhals as nw

from cxkit import times
from cxkit.errors import not_found
from cxkit.schema import FIRST, JOURNEY, LAST
from cxkit.where.filter import Frame, Leaf

if TYPE_CHECKING:
    from cxkit.store.star import Star


How = Literal["contained", "intersecting", "started", "completed", "covering"]
SAID: dict[How, str] = {
    "contained": "lies in",
    "intersecting": "touches",
    "started": "started in",
    "completed": "was last seen in",
    "covering": "is under way all through",
}


@dataclass(frozen=True, repr=False, eq=False)
class during(Leaf):
    """Journeys in a period of the log's time zone, which covers its whole length ("2026-06" includes June 30).

    `start` and `end` are "2026", "2026-Q2", "2026-06", "2026-W23", "2026-06-15", "2026-06-15 10:30", or ".." for an
    open side. `how`: all events inside (contained), any time inside (intersecting), the first event inside (started),
    the last event inside (completed), or begun by its beginning and not over before its end (covering).
    """

    start: str
    end: str | None = None
    how: How = "contained"
    positional = ("start", "end")
    needs_time = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", times.check_period(self.start))
        if self.end is not None:
            object.__setattr__(self, "end", times.check_period(self.end))
        if self.how not in get_args(How):
            raise not_found("way to be during a period", self.how, get_args(How))
        self._span("UTC")

    @property
    def says(self) -> str:
        span = self.start if self.end is None else f"{self.start} to {self.end}"
        return f"{SAID[self.how]} {span}"

    def _span(self, zone: str) -> tuple[int, int]:
        return times.period(self.start, self.end or self.start, zone)

    def journeys(self, star: Star) -> Frame:
        since, until = self._span(star.zone)
        begins, ends = nw.col(FIRST), nw.col(LAST)
        inside = {
            "contained": (begins >= since, ends < until),
            "intersecting": (begins < until, ends >= since),
            "started": (begins >= since, begins < until),
            "completed": (ends >= since, ends < until),
            "covering": (begins <= since, ends >= until - 1),
        }
        return star.outlines.filter(*inside[self.how]).select(JOURNEY)
