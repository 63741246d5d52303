"""The toy log counted by hand from the table in cxkit/samples.py."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest

import cxkit as cx
from cxkit import where as w

HOUR = 3600.0
ALL = "A01 A02 A03 A04 A05 A06 A07 A08 A09 A10 A11 A12"

SUMMARY = {
    "events": 40,
    "journeys": 12,
    "customers": 10,
    "activities": 6,
    "variants": 7,
    "moves": 11,
    "first": datetime(2025, 6, 2, 9, tzinfo=UTC),
    "last": datetime(2025, 6, 14, 10, tzinfo=UTC),
    "journeys_per_customer": 1.2,
    "events_per_journey": pytest.approx(40 / 12),
    "median_seconds": 49 * HOUR,
    "p90_seconds": pytest.approx(96.9 * HOUR),
    "tied_events": 0,
    "dropped_rows": 0,
}

# activity, count, journeys, revisit_share, starts, ends
ACTIVITIES = [
    ("Order", 12, 12, 0.0, 12, 0),
    ("Pay", 9, 9, 0.0, 0, 2),
    ("Ship", 6, 6, 0.0, 0, 1),
    ("Deliver", 5, 5, 0.0, 0, 5),
    ("Call", 4, 3, 1 / 3, 0, 0),
    ("Cancel", 4, 4, 0.0, 0, 4),
]

# activity, next_activity, count, journeys, and in hours: mean, median, p90
MOVES = [
    (None, "Order", 12, 12, None, None, None),
    ("Order", "Pay", 8, 8, 1.5, 1, 2.6),
    ("Deliver", None, 5, 5, None, None, None),
    ("Pay", "Ship", 5, 5, 28.8, 24, 38.4),
    ("Ship", "Deliver", 5, 5, 48, 48, 62.4),
    ("Cancel", None, 4, 4, None, None, None),
    ("Order", "Call", 2, 2, 3, 3, 3.8),
    ("Order", "Cancel", 2, 2, 25, 25, 43.4),
    ("Pay", None, 2, 2, None, None, None),
    ("Call", "Call", 1, 1, 24, 24, 24),
    ("Call", "Cancel", 1, 1, 4, 4, 4),
    ("Call", "Pay", 1, 1, 20, 20, 20),
    ("Call", "Ship", 1, 1, 24, 24, 24),
    ("Pay", "Call", 1, 1, 48, 48, 48),
    ("Pay", "Cancel", 1, 1, 48, 48, 48),
    ("Ship", None, 1, 1, None, None, None),
]

# variant, count, length, median hours, activities; 2 and 3, and 4 to 7, are equally frequent
VARIANTS = [
    (1, 4, 4, 73.5, "Order Pay Ship Deliver"),
    (2, 2, 2, 25.0, "Order Cancel"),
    (3, 2, 2, 2.5, "Order Pay"),
    (4, 1, 3, 6.0, "Order Call Cancel"),
    (5, 1, 5, 96.0, "Order Call Pay Ship Deliver"),
    (6, 1, 5, 97.0, "Order Pay Call Call Ship"),
    (7, 1, 3, 49.0, "Order Pay Cancel"),
]

# low and high in hours, count
BINS = [
    *[(1, 2, 1), (2, 3, 1), (3, 4, 0), (4, 6, 1), (6, 8, 1), (8, 12, 0), (12, 18, 0), (18, 24, 0)],
    *[(24, 48, 0), (48, 72, 3), (72, 96, 2), (96, 120, 2), (120, 168, 1)],
]

# segment: journeys, and in hours: mean, median, p90
PLANS = {"(missing)": (1, 6, 6, 6), "basic": (6, 49.5, 60.5, 85), "plus": (5, 63.4, 49, 111.4)}

FILTERS = [
    (w.contains("Cancel"), "A07 A08 A11 A12"),
    (w.starts_with("Order"), ALL),
    (w.starts_with("Pay"), ""),
    (w.ends_with("Pay"), "A09 A10"),
    (w.ends_with("Ship"), "A06"),
    (w.follows("Pay", "Ship"), "A01 A02 A03 A04 A05 A06"),
    (w.follows("Pay", "Ship", directly=True), "A01 A02 A03 A04 A05"),
    (w.follows("Pay", "Ship", within="1d"), "A01 A02 A03 A05"),
    (w.follows("Order", "Cancel", within="6h"), "A07 A12"),
    (w.follows("Order", "Cancel", directly=True, within="6h"), "A07"),
    (w.follows("Call", "Call"), "A06"),
    (w.follows("Order", "Order"), ""),
    (w.follows("Ship", "Pay"), ""),
    (w.during("2025-W23"), "A01 A02 A03 A07"),
    (w.during("2025-W23", how="started"), "A01 A02 A03 A04 A05 A06 A07"),
    (w.during("2025-06-10", "2025-06-11"), "A09 A10"),
    (w.during("2025-06-10", "2025-06-11", how="intersecting"), "A04 A05 A06 A08 A09 A10"),
    (w.during("2025-06-10", "2025-06-11", how="started"), "A09 A10"),
    (w.during("2025-06-10", "2025-06-11", how="completed"), "A04 A05 A06 A08 A09 A10"),
    (w.during("2025-06-08 09:00", "2025-06-08 11:00"), "A07"),
    (w.during("2025-06-08 09:00", "2025-06-08 10:59"), ""),
    (w.during("2025-06-08 08:00", "2025-06-08 08:59", how="intersecting"), "A04 A05 A06"),
    (w.during("..", "2025-06-08 10:59", how="completed"), "A01 A02 A03"),
    (w.during("2025-06-12", ".."), "A11 A12"),
    (w.during("..", "2025-06-05"), "A01"),
    (w.lasts(at_most="2d"), "A07 A08 A09 A10 A12"),
    (w.lasts(at_least="2d 1h", at_most="74h"), "A01 A02 A03 A11"),
    (w.length(at_least=5), "A05 A06"),
    (w.length(at_least=2, at_most=3), "A07 A08 A09 A10 A11 A12"),
    (w.variant_rank(at_most=1), "A01 A02 A03 A04"),
    (w.variant_rank(at_least=2, at_most=3), "A07 A08 A09 A10"),
    (w.attribute("plan", "plus"), "A03 A04 A06 A09 A11"),
    (w.attribute("plan", "plus", "basic"), "A01 A02 A03 A04 A05 A06 A07 A08 A09 A10 A11"),
    (~w.attribute("plan", "plus"), "A01 A02 A05 A07 A08 A10 A12"),
    (w.attribute("plan", missing=True), "A12"),
    (w.attribute("plan", "gold"), ""),
    (w.attribute("channel", "shop"), "A03 A05 A08 A11"),
    (w.attribute("channel", missing=True), ""),
    (w.endpoints("Order", ["Pay", "Ship"]), "A06 A09 A10"),
    (w.endpoints(["Pay", "Ship"], "Deliver"), ""),
    (w.repeats("Call"), "A06"),
    (w.repeats("Call", at_most=1), "A01 A02 A03 A04 A05 A07 A08 A09 A10 A11 A12"),
    (w.repeats("Call", how="in a row"), "A06"),
    (w.repeats("Call", how="after others"), ""),
    (w.repeats("Call", at_least=1, how="after others"), "A05 A06 A12"),
    (w.repeats("Call", how="ping-pong"), ""),
    (w.follows("Pay", "Ship", never=True), "A09 A10 A11"),
    (w.follows("Pay", "Ship", directly=True, never=True), "A06 A09 A10 A11"),
    (w.follows("Pay", "Ship", after="48h"), "A04 A06"),
    (w.follows("Pay", "Ship", after="25h", within="50h"), "A04"),
    (w.follows("Pay", "Ship", directly=True, after="25h"), "A04"),
    (w.follows("Order", "Pay", same="channel"), "A01 A02 A03 A04 A06 A09 A10 A11"),
    (w.follows("Order", "Pay", other="channel"), "A05"),
    (w.follows("Order", "Cancel", directly=True, other="channel"), "A08"),
    (w.follows("Order", "Cancel", within="1d", other="channel"), "A12"),
    (w.takes("Order", "Ship", at_least="48h"), "A04 A05 A06"),
    (w.takes("Order", "Ship", at_most="25h"), "A01 A03"),
    (w.waits("Pay", "Ship", at_least="48h"), "A04"),
    (w.waits("Pay", "Ship", at_most="24h"), "A01 A02 A03 A05"),
    (w.waits("Pay", "Ship", start="2025-06-02", end="2025-06-03"), "A01 A02"),
    (w.waits("Pay", "Ship", at_least="25h", start="..", end="2025-06-03"), ""),
    (w.waits("Ship", "Pay", at_most="9d"), ""),
    (w.in_week([6, 7], of="starts"), "A06 A07"),
    (w.in_week([7]), "A05 A07"),
    (w.in_week(hours=range(24), of="starts"), ALL),
    (w.variant_size(at_most=1), "A05 A06 A11 A12"),
    (w.variant_size(at_least=2, at_most=2), "A07 A08 A09 A10"),
    (w.during("2025-06-08 08:00", "2025-06-08 08:59", how="covering"), "A04 A05 A06"),
    (w.pattern("Order -> Call"), "A05 A12"),
    (w.pattern("Order ~> Call ~> Ship"), "A05 A06"),
    (w.pattern("^Order -> Cancel$"), "A07 A08"),
    (w.pattern("Pay -> [^Ship|Cancel]{2,} -> Ship"), "A06"),
    (w.pattern("(Call{2} | Pay) -> [Ship|Cancel]$"), "A06 A11"),
    (w.pattern("Pay ~> [within 1d] Ship"), "A01 A02 A03 A05"),
    (w.pattern("Pay -> [after 25h, within 48h] ."), "A04 A06 A11"),
    (w.pattern("Order{channel = shop|phone, plan != plus} ~> [after 30h] ."), "A05 A08"),
    (w.contains("Cancel") & w.contains("Pay"), "A11"),
    (w.contains("Call") | w.attribute("channel", "shop"), "A03 A05 A06 A08 A11 A12"),
    (~w.contains("Pay") & (w.contains("Call") | w.lasts(at_most="2h")), "A07 A12"),
]


def bound(journeys, engagement):
    """The whole log of these journeys, on their engine, bound to an engagement."""
    return cx.open(journeys.folder, engagement=engagement, engine=journeys.base.engine)


def rows(result, *columns):
    """The columns of a result as tuples."""
    return [tuple(row.values()) for row in result.table.select(list(columns)).to_pylist()]


def ids(journeys):
    """The selected journeys' ids, in the words of the tables above."""
    return " ".join(journeys.journeys().table["journey"].to_pylist())


def hours(*values):
    """Hours as the seconds that a table should hold; None stays None."""
    return tuple(None if value is None else pytest.approx(value * HOUR) for value in values)


def assert_same(one, other):
    """The same columns of the same kinds and the same rows; numbers to nine digits."""
    assert one.column_names == other.column_names
    assert one.to_pandas().dtypes.astype(str).to_dict() == other.to_pandas().dtypes.astype(str).to_dict()
    assert one.num_rows == other.num_rows
    for left, right in zip(one.to_pylist(), other.to_pylist(), strict=True):
        for column, value in left.items():
            close = isinstance(value, float) and math.isclose(value, right[column], rel_tol=1e-9)
            assert close or value == right[column], (column, value, right[column])
