"""Outcomes: how each journey ended, by what the engagement file calls a goal, a cancel and a silence.

A journey that reached a goal is a *goal*, wherever the goal stands in it: what comes later does not undo it. Else one
with a cancel is a *cancel*. Else it is *silent* if its last event ended longer before the last event of the whole log
than the silence that is allowed there, and *open* if not.

The silence allowed is that of the stage of the journey's last activity, or else that of the whole file; with neither
nobody counts as silent. Where lanes are named, a step of the company may be pending: the silence then counts only once
so much time is over as 99 in 100 of the company's steps took that came next after this activity in the log. A log
without time knows no silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import narwhals as nw

from cxkit.errors import CxError, InputError
from cxkit.facts.stages import lane_sides, stage_of
from cxkit.schema import ACTIVITY, FIRST, GAP, JOURNEY, LAST, NEXT, POSITION, TIME
from cxkit.store.columns import KEYS, VALUE, Column
from cxkit.times import duration
from cxkit.where.attributes import attribute

if TYPE_CHECKING:
    from cxkit.engagement.engagement import Engagement
    from cxkit.engagement.sections import Cancel, Goal
    from cxkit.store.star import Star
    from cxkit.where.filter import Frame

NAME, TAKEN = "outcome", "outcome (engagement)"
GOAL, CANCEL, SILENT, OPEN = OUTCOMES = ("goal", "cancel", "silent", "open")
PENDING, ALLOWED, AT = "pending", "allowed", "at"
PATIENCE = 0.99


def columns(star: Star, said: Engagement) -> Iterator[Column]:
    """The column of outcomes; none where the engagement names neither goals nor cancels."""
    if said.goals or said.cancels:
        name = TAKEN if NAME in star.by_name else NAME
        yield Column("journey", name, f"outcome {said.fingerprint}", lambda made_on: _outcomes(made_on, said), "text")


def name_in(star: Star) -> str | None:
    """What the column of outcomes is called in this star; None where there is none."""
    return next((name for name in (TAKEN, NAME) if name in star.columns), None)


def endings(star: Star, said: Engagement) -> Frame:
    """The journeys with their outcome and after how many microseconds it came: the first goal or cancel, or silence.

    A silence is dated at its end: the last event and the silence allowed there. Open journeys are looked at until the
    last event of the log.
    """
    return star.engine.materialise(f"{star.key}|endings {said.fingerprint}", lambda: _endings(star, said))


def _endings(star: Star, said: Engagement) -> Frame:
    ended = _judged(star, said).join(star.outlines.select(JOURNEY, FIRST), on=JOURNEY, how="inner")
    moment = nw.when(nw.col(VALUE) == SILENT).then(nw.col(LAST) + nw.col(ALLOWED)).otherwise(nw.lit(_end(star)))
    for word in (CANCEL, GOAL):
        moment = nw.when(nw.col(VALUE) == word).then(nw.col(f"{word} {AT}")).otherwise(moment)
    return ended.select(JOURNEY, VALUE, (moment - nw.col(FIRST)).cast(nw.Int64).alias(AT))


def _outcomes(star: Star, said: Engagement) -> Frame:
    return _judged(star, said).select(JOURNEY, VALUE)


def _judged(star: Star, said: Engagement) -> Frame:
    """The journeys with their outcome, and what speaks for it."""
    goals, cancels = (_with(star, marks, word) for marks, word in ((said.goals, GOAL), (said.cancels, CANCEL)))
    table = star.outlines.select(JOURNEY, LAST).join(_allowed(star, said), on=JOURNEY, how="inner")
    table = table.join(goals, on=JOURNEY, how="left").join(cancels, on=JOURNEY, how="left")
    quiet = (_end(star) - nw.col(LAST)) > nw.col(ALLOWED)
    fallen = nw.when(quiet.fill_null(False)).then(nw.lit(SILENT)).otherwise(nw.lit(OPEN))
    unmarked = nw.when(~nw.col(CANCEL).is_null()).then(nw.lit(CANCEL)).otherwise(fallen)
    return table.with_columns(nw.when(~nw.col(GOAL).is_null()).then(nw.lit(GOAL)).otherwise(unmarked).alias(VALUE))


def _end(star: Star) -> int:
    """When the log ends: with the end of its last event."""
    return star.engine.collect(star.outlines.select(nw.col(LAST).max()))[LAST].to_pylist()[0] or 0


def _with(star: Star, marks: Sequence[Goal | Cancel], word: str) -> Frame:
    """The journeys that have one of these marks, with a column that says so, and when the first of them came."""
    plain = [star.codes[mark.activity] for mark in marks if not mark.where and mark.activity in star.codes]
    parts = [star.moves.filter(nw.col(ACTIVITY).is_in(plain)).select(JOURNEY, TIME)]
    parts += [_marked(star, mark, word) for mark in marks if mark.where and mark.activity in star.codes]
    first = nw.concat(parts).group_by(JOURNEY).agg(nw.col(TIME).min().alias(f"{word} {AT}"))
    return first.with_columns(nw.lit(True).alias(word))


def _marked(star: Star, mark: Goal | Cancel, word: str) -> Frame:
    """The journeys in which the mark's activity happens where its attributes have these values."""
    events = star.moves.filter(nw.col(ACTIVITY) == star.codes[mark.activity]).select(JOURNEY, POSITION, TIME)
    for name, values in mark.where.items():
        try:
            attribute(name, *values).check(star)
        except CxError as error:
            raise InputError(f"The engagement cannot be followed at its {word} {mark.activity!r}: {error}") from None
        level = star.attribute(name).level
        table, keys = (star.valued(name), KEYS["event"]) if level == "event" else (star.of_journeys(name), (JOURNEY,))
        fitting = table.filter(nw.col(VALUE).is_in(list(values))).select(*keys).unique()
        events = events.join(fitting, on=list(keys), how="inner")
    return events.select(JOURNEY, TIME)


# ---- silence ---------------------------------------------------------------------------------------------------------


def _allowed(star: Star, said: Engagement) -> Frame:
    """The journeys with the silence in microseconds that is allowed after their last event; null: any."""
    last = star.moves.filter(nw.col(NEXT).is_null()).select(JOURNEY, ACTIVITY)
    silences = _silences(star, said)
    if not silences or not star.timed:
        return last.select(JOURNEY, nw.lit(None).cast(nw.Int64).alias(ALLOWED))
    told = nw.lit(None).cast(nw.Int64)
    for length, codes in silences.items():
        told = nw.when(nw.col(ACTIVITY).is_in(codes)).then(nw.lit(length)).otherwise(told)
    last = last.with_columns(told.alias(ALLOWED))
    company = [star.codes[name] for name, side in lane_sides(said).items() if side != "customer" and name in star.codes]
    if not company:
        return last.select(JOURNEY, ALLOWED)
    steps = star.moves.filter(nw.col(NEXT).is_in(company))
    waits = star.engine.quantiles(steps, [ACTIVITY], GAP, {PENDING: PATIENCE})
    own = nw.col(ALLOWED).cast(nw.Float64)
    longer = nw.when(nw.col(PENDING).fill_null(0.0) > own).then(nw.col(PENDING)).otherwise(own)
    return last.join(waits, on=ACTIVITY, how="left").select(JOURNEY, longer.alias(ALLOWED))


def _silences(star: Star, said: Engagement) -> dict[int, list[int]]:
    """The activities' codes by the silence in microseconds that is allowed after them."""
    stages, by_span = stage_of(said), dict[int, list[int]]()
    for name, code in star.codes.items():
        stage = said.stages.get(stages.get(name, ""))
        text = (stage.silence if stage else None) or said.silence
        if text:
            by_span.setdefault(duration(text), []).append(code)
    return by_span
