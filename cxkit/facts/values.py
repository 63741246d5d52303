"""Which journeys have which value of an attribute of theirs, or of their customer?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.facts import outcome
from cxkit.schema import JOURNEY
from cxkit.selection import segment
from cxkit.selection.segment import MISSING, SEGMENT
from cxkit.store.columns import VALUE

if TYPE_CHECKING:
    import numpy as np

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection

    Array = np.ndarray[Any, Any]

MOST_VALUES = 30  # of a text attribute, the most frequent ones
LEAST = 20  # journeys on average for each value, or there must not be more of them than that


@dataclass(frozen=True)
class Told:
    """An attribute's values, each with its range where it is one, and the place of each journey's among them, or -1."""

    attribute: str
    texts: Sequence[str]
    ranges: Sequence[tuple[float | None, float | None]]
    journey: Array
    place: Array


def told(journeys: Journeys, selection: Selection) -> Iterator[Told]:
    """The attributes of journeys and customers that have segments, but the outcome; names of single things left out."""
    star = selection.star
    for name, attribute in star.by_name.items():
        if attribute.level != "event" and attribute.kind != "time" and name != outcome.name_in(star):
            edges = segment.edges(journeys, name)
            answer = _ranges(selection, name, edges) if edges else _texts(selection, name)
            if answer is not None:
                yield answer


def _texts(selection: Selection, name: str) -> Told | None:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    table = selection.star.engine.collect(segment.segmented(selection, name).select(JOURNEY, SEGMENT))
    column = table[SEGMENT].combine_chunks()
    counted = [(row["counts"], row["values"]) for row in pc.value_counts(column).to_pylist()]
    different = sorted(counted, key=lambda pair: (-pair[0], pair[1]))
    if [text for _, text in different] in ([], [MISSING]) or len(different) > max(LEAST, len(table) // LEAST):
        return None
    texts = [text for _, text in different[:MOST_VALUES]]
    place = pc.fill_null(pc.index_in(column, value_set=pa.array(texts, column.type)), -1)
    return Told(name, texts, [(None, None)] * len(texts), table[JOURNEY].to_numpy(), np.asarray(place))


def _ranges(selection: Selection, name: str, edges: Sequence[float]) -> Told:
    number = segment.binned(nw.col(VALUE), edges).cast(nw.Int32).alias(SEGMENT)
    own = selection.star.of_journeys(name).select(JOURNEY, number)
    frame = selection.outlines.select(JOURNEY).join(own, on=JOURNEY, how="left")
    missing = len(edges) - 1
    table = selection.star.engine.collect(frame.with_columns(nw.col(SEGMENT).fill_null(missing)))
    bins = [segment.bin_at(number, edges, SEGMENT) for number in range(missing)]
    texts = [*(row[SEGMENT] for row in bins), MISSING]
    ranges = [*((row[segment.LOW], row[segment.HIGH]) for row in bins), (None, None)]
    return Told(name, texts, ranges, table[JOURNEY].to_numpy(), table[SEGMENT].to_numpy())
