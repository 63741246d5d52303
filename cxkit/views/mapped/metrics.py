"""What a map can say of its moves: how often, by how many, how long."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cxkit.errors import not_found
from cxkit.words import given, in_days, lasting, many, percent

Row = Mapping[str, Any]
Reads = Callable[[Row], object]


@dataclass(frozen=True)
class Metric:
    """One figure of a move: its name, what the choice is called, what it is of a row, and whether it is a time."""

    name: str
    words: str
    reads: Reads
    is_time: bool = False

    def value(self, row: Row) -> float | None:
        """The figure; None where the move has none."""
        return given(self.reads(row))

    def said(self, row: Row) -> str:
        """The figure as it stands at a line."""
        if self.is_time:
            return lasting(self.reads(row), in_days(row))
        return percent(self.reads(row)) if self.name == SHARE else many(self.reads(row))


def _total(row: Row) -> object:
    mean = given(row.get("mean_seconds"))
    return None if mean is None else mean * row["count"]


TIMES, JOURNEYS, SHARE, MEDIAN, P90, TOTAL = "times", "journeys", "share", "median", "p90", "total"
METRICS = {
    metric.name: metric
    for metric in (
        Metric(TIMES, "how often", lambda row: row["count"]),
        Metric(JOURNEYS, "journeys", lambda row: row["journeys"]),
        Metric(SHARE, "share of journeys", lambda row: row["share"]),
        Metric(MEDIAN, "median time", lambda row: row.get("median_seconds"), is_time=True),
        Metric(P90, "P90 of time", lambda row: row.get("p90_seconds"), is_time=True),
        Metric(TOTAL, "total waiting", _total, is_time=True),
    )
}


def metric(name: str) -> Metric:
    """The metric of that name."""
    if name not in METRICS:
        raise not_found("figure of a map", name, METRICS)
    return METRICS[name]
