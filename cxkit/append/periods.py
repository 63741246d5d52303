"""Periods as long as a part's own, going back from it: how often something came in each of up to twelve."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cxkit.schema import SECOND
from cxkit.words import many

DAY = 86_400 * SECOND
EDGE = 0.01  # of the part's events on each side may lie outside its period: strays do not stretch it
MOST, FEWEST = 12, 5  # periods looked at; periods from which they say what is usual
SHARED = 0.05  # of the part's events: as many in the store already make the period no longer the part's own
Ask = Callable[..., list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Periods:
    """The part's period, in microseconds [since, until), and how many periods of that length the store holds before."""

    ask: Ask
    since: int
    until: int
    count: int
    unknown: str

    @classmethod
    def of(cls, ask: Ask, timed: bool) -> Periods:
        """The periods of the laid-out tables."""
        if not timed:
            return cls(ask, 0, 0, 0, "the log has no times")
        edges = f"quantile_disc(time, {EDGE}), quantile_disc(time, {1 - EDGE})"
        [(low, high)] = ask(f"SELECT {edges} FROM fresh")
        since, until = low // DAY * DAY, (high // DAY + 1) * DAY
        [(first,)] = ask(f"SELECT quantile_disc(first, {EDGE}) FROM old_journeys")
        count = min(max((since - first // DAY * DAY) // (until - since), 0), MOST)
        inside = f"time >= {since} AND time < {until}"
        [(there, new)] = ask(
            f"SELECT (SELECT count(*) FROM old_events WHERE {inside}), (SELECT count(*) FROM fresh WHERE {inside})"
        )
        if there > SHARED * new:
            return cls(ask, since, until, count, f"the store has {many(there)} events in the part's own period already")
        few = f"the store holds {count} earlier periods of {many((until - since) // DAY)} days, {FEWEST} are needed"
        return cls(ask, since, until, count, few if count < FEWEST else "")

    @property
    def days(self) -> int:
        """The length of a period."""
        return (self.until - self.since) // DAY

    def spread(self, labelled: str) -> dict[str, int]:
        """In how many of the earlier periods each label comes."""
        if not self.count:
            return defaultdict(int)
        place, where = self._earlier
        counts = self.ask(f"SELECT label, count(DISTINCT {place}) FROM ({labelled}) WHERE {where} GROUP BY 1")
        return dict(counts)

    def counts(self, labelled: str, old: str, fresh: str, **values: str) -> dict[str, tuple[int, list[int]]]:
        """For each label its rows in the part's period and in the earlier ones, the latest first."""
        place, where = self._earlier
        by_label: dict[str, list[int]] = defaultdict(lambda: [0] * self.count)
        rows = f"SELECT label, {place}, count(*) FROM ({labelled.format(old)}) WHERE {where} GROUP BY ALL"
        for label, number, n in self.ask(rows, **values):
            by_label[label][number] = n
        inside = f"time >= {self.since} AND time < {self.until} AND label IS NOT NULL"
        counted = f"SELECT label, count(*) FROM ({labelled.format(fresh)}) WHERE {inside} GROUP BY 1"
        now: dict[str, int] = dict(self.ask(counted, **values))
        return {label: (now.get(label, 0), by_label[label]) for label in sorted({*by_label, *now})}

    @property
    def _earlier(self) -> tuple[str, str]:
        length = self.until - self.since
        start = self.since - self.count * length
        return (
            f"({self.since} - 1 - time) // {length}",
            f"time >= {start} AND time < {self.since} AND label IS NOT NULL",
        )
