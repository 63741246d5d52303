"""Where the whole log's process map places its activities: made once, with the store."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import narwhals as nw

from cxkit.errors import StoreError
from cxkit.schema import ACTIVITY, COUNT, END, NEXT, POSITION, START
from cxkit.store.star import Star

PICTURE = "picture.json"
Row = dict[str, Any]
LayOut = Callable[[Sequence[Row], Sequence[Row]], Any]


def geometry(star: Star, lay_out: LayOut) -> str:
    """The geometry of the whole log's process map, as JSON: the same whichever numbers the activities have.

    `lay_out` takes the rows of moves and of activities and places them: `cxkit.views.placing.layout.map_geometry`.
    """
    place = star.places
    placed = lay_out(_moves(star, place), _activities(star, place))
    code = {number: known for known, number in place.items()} | {START: START, END: END}
    for part in (*placed["nodes"], *placed["edges"]):
        part |= {word: code[part[word]] for word in ("code", "source", "target") if word in part}
    return json.dumps(placed)


def kept(folder: Path) -> dict[str, Any]:
    """The geometry that a version of a store keeps."""
    try:
        placed: dict[str, Any] = json.loads((folder / PICTURE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise StoreError(f"The map's geometry cannot be read ({reason}). Prepare the log again.") from None
    return placed


def _activities(star: Star, place: dict[int, int]) -> list[Row]:
    named = star.moves.group_by(ACTIVITY).agg(nw.len().cast(nw.Int64).alias(COUNT))
    return [
        {"code": place[row[ACTIVITY]], "activity": star.names[row[ACTIVITY]], "count": row[COUNT]}
        for row in star.engine.collect(named).to_pylist()
    ]


def _moves(star: Star, place: dict[int, int]) -> list[Row]:
    """The moves with their counts, those out of the start and into the end among them."""
    moves = star.moves.group_by(ACTIVITY, NEXT).agg(nw.len().cast(nw.Int64).alias(COUNT))
    first = star.moves.filter(nw.col(POSITION) == 0).group_by(ACTIVITY).agg(nw.len().cast(nw.Int64).alias(COUNT))
    rows = [
        {"source": place[row[ACTIVITY]], "target": place.get(row[NEXT], END), "count": row[COUNT]}
        for row in star.engine.collect(moves).to_pylist()
    ]
    return rows + [
        {"source": START, "target": place[row[ACTIVITY]], "count": row[COUNT]}
        for row in star.engine.collect(first).to_pylist()
    ]
