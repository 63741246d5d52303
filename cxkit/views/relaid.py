"""Where the boxes of a map stand that was not laid out with its store, such as a map of stages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from cxkit.views.layout import Geometry, map_geometry

Row = Mapping[str, Any]


def geometry_of(rows: Sequence[Row]) -> Geometry:
    """Where does everything stand? `rows` has one row a move, as the process map takes them; made anew each time."""
    visits: Counter[int] = Counter()
    for row in rows:
        visits[row["target"]] += row["count"]
    names = {row["target"]: row["next_activity"] for row in rows if row["target"] >= 0}
    return map_geometry(rows, [{"code": code, "activity": name, "count": visits[code]} for code, name in names.items()])
