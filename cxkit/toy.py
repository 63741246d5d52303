"""The toy log: twelve journeys that can be counted by hand, for examples and tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

MONDAY = datetime(2025, 6, 2, 9, tzinfo=UTC)
JOURNEYS = """
A01 C01 basic  Order/web 0h, Pay/web 1h, Ship/desk 25h, Deliver/van 73h
A02 C02 basic  Order/web 24h, Pay/web 26h, Ship/desk 50h, Deliver/van 98h
A03 C03 plus   Order/shop 48h, Pay/shop 49h, Ship/desk 73h, Deliver/van 97h
A04 C04 plus   Order/web 72h, Pay/web 73h, Ship/desk 121h, Deliver/van 193h
A05 C05 basic  Order/shop 96h, Call/phone 100h, Pay/web 120h, Ship/desk 144h, Deliver/van 192h
A06 C01 plus   Order/web 120h, Pay/web 121h, Call/phone 169h, Call/phone 193h, Ship/desk 217h
A07 C06 basic  Order/web 144h, Cancel/web 146h
A08 C07 basic  Order/shop 168h, Cancel/phone 216h
A09 C08 plus   Order/web 192h, Pay/web 193h
A10 C09 basic  Order/web 216h, Pay/web 220h
A11 C10 plus   Order/shop 240h, Pay/shop 241h, Cancel/phone 289h
A12 C02 -      Order/web 264h, Call/phone 266h, Cancel/phone 270h
"""


def table() -> pa.Table:
    """The toy log as an Arrow table: order, client, plan, step, when, channel."""
    import pyarrow as pa

    rows = [row for line in JOURNEYS.strip().splitlines() for row in _rows(line)]
    return pa.Table.from_pylist(rows)


def _rows(line: str) -> list[dict[str, object]]:
    order, client, plan, steps = line.split(None, 3)
    rows: list[dict[str, object]] = []
    for step in steps.split(", "):
        what, hours = step.split()
        name, channel = what.split("/")
        when = MONDAY + timedelta(hours=int(hours.removesuffix("h")))
        known = {"order": order, "client": client, "plan": None if plan == "-" else plan}
        rows.append({**known, "step": name, "when": when, "channel": channel})
    return rows
