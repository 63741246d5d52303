"""Trust: what is known against the figures of a selection, found out once for all of its answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from cxkit.answers.trust import Trust
from cxkit.facts.outcome import OPEN
from cxkit.measures.ways.log_coverage import covered
from cxkit.measures.ways.outcomes import ends
from cxkit.measures.ways.summary import tied
from cxkit.schema import LENGTH

if TYPE_CHECKING:
    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Frame


def trust(journeys: Journeys) -> Trust:
    """What is known against the figures of these journeys."""
    n, losses = journeys.n, [part.loss for part in journeys.manifest.parts]
    lost, parts = sum(journeys.manifest.dropped.values()), sum(loss.of for loss in losses)
    counted = ends(journeys)
    return Trust(
        n.journeys,
        n.customers if n.known else n.journeys,
        n.known,
        journeys.collect(_events)["events"].to_pylist()[0],
        journeys.collect(tied)["tied_events"].to_pylist()[0] if journeys.selection.star.timed else 0,
        counted.get(OPEN) if counted else None,
        parts or lost + journeys.manifest.counts["events"],
        lost,
        lambda: covered(journeys),
    )


def _events(selection: Selection) -> Frame:
    return selection.outlines.select(nw.col(LENGTH).cast(nw.Int64).sum().fill_null(0).cast(nw.Int64).alias("events"))
