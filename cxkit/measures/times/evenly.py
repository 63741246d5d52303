"""A few of many rows, evenly chosen along their order: the same ones in every run and on every engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import narwhals as nw

if TYPE_CHECKING:
    from cxkit.where.filter import Frame

PLACE = "place"


def evenly(rows: Frame, order: Sequence[str], most: int, total: int) -> Frame:
    """At most so many of the `total` rows, with their `place` in this order, from 0."""
    placed = rows.with_row_index(PLACE, order_by=list(order)).with_columns(nw.col(PLACE).cast(nw.Int64))
    return placed.filter((nw.col(PLACE) * most) % max(total, 1) < most)
