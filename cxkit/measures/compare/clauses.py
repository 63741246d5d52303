"""From a row of a comparison to the journeys that have its item."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cxkit.facts import outcome
from cxkit.selection import segment
from cxkit.where.amounts import length
from cxkit.where.attributes import attribute
from cxkit.where.filter import any_of
from cxkit.where.order import follows
from cxkit.where.variants import variant_rank
from cxkit.where.visits import contains, ends_with, starts_with

if TYPE_CHECKING:
    from cxkit.journeys import Journeys
    from cxkit.where.filter import Filter

STAGE = "stage"
VISITS: Mapping[str, type[contains]] = {"activity": contains, "start": starts_with, "end": ends_with}


def keeping(row: Mapping[str, Any], journeys: Journeys, asked: Mapping[str, Any], side: Filter | None) -> Filter | None:
    """The filter that keeps the journeys of a side that have a row's item; None where there is no such filter."""
    if row["kind"] == "duration" and row["activity"] is None:
        return length(at_least=1) if side is None else side
    clause = _staged(row, journeys) if asked["level"] == STAGE else _clause(row, journeys)
    if clause is None:
        return None
    return clause if side is None else side & clause


def _clause(row: Mapping[str, Any], journeys: Journeys) -> Filter | None:
    kind, name = row["kind"], row["value"]
    if kind in VISITS:
        return VISITS[kind](name)
    if row["next_activity"] is not None:
        return follows(row["activity"], row["next_activity"], directly=True)
    if kind == "variant":
        return variant_rank(at_least=row["variant"], at_most=row["variant"])
    return _told(row, journeys)


def _staged(row: Mapping[str, Any], journeys: Journeys) -> Filter | None:
    """No filter speaks of moves, starts and ends of stages."""
    if row["kind"] == "activity":
        return _visiting(row["value"], journeys)
    return _told(row, journeys)


def _told(row: Mapping[str, Any], journeys: Journeys) -> Filter | None:
    """The filter by what is told of a whole journey."""
    if row["kind"] == "attribute":
        return segment.inside(row["value"], row["bin_low"], row["bin_high"], journeys, row["attribute"])
    if row["kind"] == "outcome":
        return attribute(outcome.name_in(journeys.selection.star) or outcome.NAME, row["value"])
    return _visiting(row["value"], journeys) if row["kind"] == "stage" else None


def _visiting(stage: str, journeys: Journeys) -> Filter | None:
    """The journeys that visit a stage of the engagement; what has no stage is in no list."""
    engagement, names = journeys.engagement, journeys.selection.star.codes
    stages = engagement.stages if engagement is not None else {}
    inside = [name for name in stages[stage].activities if name in names] if stage in stages else []
    return any_of(tuple(contains(name) for name in inside)) if inside else None
