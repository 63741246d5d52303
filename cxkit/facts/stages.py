"""Stages, lanes and channels: where each event belongs, by the activities that the engagement file lists.

An activity that no stage lists has none, and neither has one that two channels share. A log whose own column says it,
by its name or by its role in the file, keeps that column, and none is derived.

At the level of stages a journey is a sequence of visits: events of one stage that follow each other are one. A move
between two stages is a move between an activity of the one and an activity of the other, with the same time from event
to event; so both levels count the same moves. Events without a stage are of the stage "(no stage)".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, get_args

import narwhals as nw

from cxkit import schema
from cxkit.errors import InputError, not_found
from cxkit.schema import ACTIVITY, JOURNEY, NEXT, PATH, POSITION, VARIANT
from cxkit.store import recut
from cxkit.store import star as stars
from cxkit.store.columns import VALUE, Column
from cxkit.words import many

if TYPE_CHECKING:
    from cxkit.engagement.engagement import Engagement
    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.store.star import Star
    from cxkit.where.filter import Frame

Grain = Literal["activity", "stage"]
SECTIONS = {"stage": "stages", "lane": "lanes", "channel": "channels"}
NO_STAGE = "(no stage)"


def columns(star: Star, said: Engagement) -> Iterator[Column]:
    """Stage, lane and channel as columns of events, where the file lists activities and no column says it."""
    for name, section in SECTIONS.items():
        placed = _placed(said, section)
        if placed.keys() & star.codes.keys() and name not in star.by_name and not getattr(said.roles, name):
            yield Column("event", name, f"{name} {said.fingerprint}", _build(placed), "text")


def stage_of(said: Engagement) -> dict[str, str]:
    """The stage of each activity that has one."""
    return _placed(said, "stages")


def lane_sides(said: Engagement) -> dict[str, str]:
    """Of each activity that is in a lane whether it is the customer's, front, back, support or evidence."""
    sides = said.sides
    return {activity: sides[lane] for activity, lane in _placed(said, "lanes").items()}


def _placed(said: Engagement, section: str) -> dict[str, str]:
    groups: Mapping[str, tuple[str, ...]] = {name: group.activities for name, group in getattr(said, section).items()}
    times = Counter(activity for activities in groups.values() for activity in activities)
    return {activity: name for name, activities in groups.items() for activity in activities if times[activity] == 1}


def _build(placed: Mapping[str, str]) -> Callable[[Star], Frame]:
    def build(star: Star) -> Frame:
        value = nw.lit(None).cast(nw.String)
        for name in dict.fromkeys(placed.values()):
            codes = [code for code, activity in star.names.items() if placed.get(activity) == name]
            value = nw.when(nw.col(ACTIVITY).is_in(codes)).then(nw.lit(name)).otherwise(value)
        return star.moves.select(JOURNEY, POSITION, value.alias(VALUE))

    return build


# ---- the level of stages ---------------------------------------------------------------------------------------------


def check(journeys: Journeys, level: Grain) -> None:
    """Raise unless it is a level, and stages are known where they are asked for."""
    if level not in get_args(Grain):
        raise not_found("level", level, get_args(Grain))
    engagement = journeys.engagement
    if level == "stage" and not (engagement and stage_of(engagement).keys() & journeys.base.codes.keys()):
        raise InputError(
            "No stage of this log's activities is known. List them under [stages] in the engagement file, such as "
            'buy = ["Order", "Pay"], and open the store with it.'
        )


def note(journeys: Journeys, level: Grain) -> str:
    """What there is to say of stages: how many events have none."""
    engagement, star = journeys.engagement, journeys.selection.star
    if level != "stage" or engagement is None:
        return ""
    placed = stage_of(engagement)
    without = [code for code, name in star.names.items() if name not in placed]
    counted = journeys.collect(lambda chosen: _without(chosen, without)).to_pylist()[0] if without else {"without": 0}
    if not counted["without"]:
        return "Visits to stages; every event has one."
    return f"Visits to stages; {many(counted['without'])} of {many(counted['all'], 'event')} have none."


def _without(selection: Selection, codes: list[int]) -> Frame:
    chosen = nw.col(ACTIVITY).is_in(codes).cast(nw.Int64).sum().fill_null(0).cast(nw.Int64)
    return selection.moves.select(nw.len().cast(nw.Int64).alias("all"), chosen.alias("without"))


def at_level(journeys: Journeys, level: Grain) -> Callable[[Selection], Selection]:
    """What turns a selection into the one at this level: itself, or the same journeys as visits to stages."""
    engagement = journeys.engagement
    if level == "activity" or engagement is None:
        return lambda selection: selection
    return lambda selection: replace(selection, star=staged(selection.star, engagement))


def staged(star: Star, said: Engagement) -> Star:
    """The star of visits to stages, which stand in the place of activities; each has the code of one of its own."""
    placed, first = stage_of(said), dict[str, int]()
    stage = {code: placed.get(name, NO_STAGE) for code, name in star.names.items()}
    for code, name in stage.items():
        first.setdefault(name, code)
    into = {code: first[name] for code, name in stage.items()}
    activities = recut.named(star, {code: name for name, code in first.items()}).activities

    def coded() -> Frame:
        own = star.events.select(*schema.EVENT_COLUMNS, *schema.STAMP_COLUMNS)
        return own.with_columns(_coded(ACTIVITY, into), _coded(NEXT, into))

    return visited(star, f"{star.key}|stages {said.fingerprint}", coded, activities)


def visited(star: Star, key: str, coded: Callable[[], Frame], activities: Frame) -> Star:
    """The star of visits: of events that follow each other with the same code only the last stays, with its gap.

    `coded` gives the events with other codes in the place of their activities and the next ones, `activities` what
    these codes are called.
    """
    engine = star.engine

    def visits() -> Frame:
        both = coded()
        last = both.filter(nw.col(NEXT).is_null() | (nw.col(ACTIVITY) != nw.col(NEXT)))
        place = (nw.col("visit").cum_sum().over(JOURNEY, order_by=POSITION) - 1).cast(nw.Int32).alias(POSITION)
        numbered = last.with_columns(nw.lit(1).alias("visit")).with_columns(place)
        return stars.firsts(numbered.drop("visit", schema.FIRST_VISIT, schema.FIRST_MOVE))

    events = engine.materialise(f"{key}|{schema.EVENTS}", visits)
    routes = engine.materialise(f"{key}|{PATH}", lambda: stars.paths(engine, events, activities))
    kinds = engine.materialise(f"{key}|{schema.VARIANTS}", lambda: stars.variants(engine, routes, activities))
    numbered = routes.join(kinds.select(VARIANT, PATH), on=PATH, how="inner").drop(PATH)
    journeys = engine.materialise(
        f"{key}|{schema.JOURNEYS}", lambda: star.outlines.drop(VARIANT).join(numbered, on=JOURNEY, how="inner")
    )
    made = replace(star, key=key, events=events, journeys=journeys, variants=kinds, activities=activities)
    return replace(made, direct=True, columns={}, moves_kept=None)


def _coded(column: str, into: Mapping[int, int]) -> nw.Expr:
    """The stage's code in the place of the activity's."""
    code = nw.col(column)
    for target in sorted(set(into.values())):
        others = [other for other, stage in into.items() if stage == target and other != target]
        code = nw.when(nw.col(column).is_in(others)).then(nw.lit(target)).otherwise(code) if others else code
    return code.cast(nw.Int16).alias(column)
