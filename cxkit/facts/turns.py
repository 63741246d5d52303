"""Whose turn it is after each event, and what kind of time passes until the next one.

Only events of the story count: what shows a need of the register, and what hardly depends on what a journey is about,
is looked past. Whose turn it is after an activity is told by who acts next after it most often, in journeys of the same
kind: the customer, or the company. It stays so until the next event of the story; before the first one it is the
customer's. After the goal or cancel that a journey ends with it is nobody's.

A gap is cut into parts that add up to it, in this order: *over* after the end; *touch* while work on the next event is
done, where starts are known; the *customer's side* while it is the customer's turn; and else a wait of the customer: a
*visible wait* where the last event that counts is one of the activities that inform (`informs` in the engagement file),
a *silent wait* where it is not, and a *wait* where nobody said what informs. Contacts at the front stage do not end
what the customer was told. Without lanes a gap is *unknown*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from cxkit.facts import accord, outcome
from cxkit.facts.stages import lane_sides
from cxkit.schema import ACTIVITY, FIRST, GAP, JOURNEY, NEXT, POSITION, TIME, WAITING
from cxkit.store.columns import VALUE

if TYPE_CHECKING:
    from cxkit.engagement.engagement import Engagement
    from cxkit.journeys import Journeys
    from cxkit.store.star import Star
    from cxkit.where.filter import Frame

OVER, TOUCH, CUSTOMERS, VISIBLE, SILENT, WAIT, UNKNOWN = STATES = (
    "over",
    "touch",
    "customer's side",
    "visible wait",
    "silent wait",
    "wait",
    "unknown",
)
CUSTOMER, COMPANY, NOBODY, FRONT = "customer", "company", "nobody", "front"
TURN, STATE, STORY, TOLD, KIND, PLACE = "turn", "state", "story", "told", "kind", "place"
HALF = 0.5


def gaps(journeys: Journeys) -> Frame:
    """The gaps of the whole log: journey, position, gap, how much of it is touch, whose turn it is, and its state.

    Each event is a row; the gap of a journey's last event is empty.
    """
    star, engagement = journeys.selection.star, journeys.engagement
    sides = lane_sides(engagement) if engagement else {}
    if engagement is None or not sides.keys() & star.codes.keys():
        return _unknown(star)
    past, kind = accord.looked_past(journeys), accord.kind_of(journeys)
    key = f"{star.key}{star.marks}|turns {engagement.fingerprint}"
    return star.engine.materialise(key, lambda: _gaps(star, engagement, past, kind))


def _unknown(star: Star) -> Frame:
    own = star.events.select(JOURNEY, POSITION, GAP, _touch())
    return own.with_columns(nw.lit(UNKNOWN).alias(TURN), nw.lit(UNKNOWN).alias(STATE))


def _touch() -> nw.Expr:
    """The work on the next event that lies in a gap; nothing where starts are not known."""
    work = nw.col(GAP) - nw.col(WAITING)
    return nw.when((work > 0).fill_null(False)).then(work).otherwise(nw.lit(0)).cast(nw.Int64).alias(TOUCH)


def _gaps(star: Star, engagement: Engagement, past: list[str], kind: str | None) -> Frame:
    story = ~nw.col(ACTIVITY).is_in([star.codes[name] for name in past])
    informs = nw.col(ACTIVITY).is_in([star.codes[name] for name in engagement.informs if name in star.codes])
    events = star.events.select(JOURNEY, POSITION, ACTIVITY, TIME, NEXT, GAP, _touch())
    events = _with_kind(events.with_columns(story.alias(STORY), informs.alias(TOLD)), star, kind)
    events = events.join(_turns(events, star, engagement), on=[KIND, ACTIVITY], how="left")
    events = _kept(events, STORY, nw.col(TURN), TURN)
    fronts = [star.codes[name] for name, side in lane_sides(engagement).items() if side == FRONT and name in star.codes]
    front = nw.col(ACTIVITY).is_in(fronts)
    events = _kept(events, "counts", nw.col(TOLD).cast(nw.Int64), TOLD, counts=(nw.col(STORY) & ~front) | nw.col(TOLD))
    return _judged(_with_end(events, star, engagement), bool(engagement.informs))


def _with_kind(events: Frame, star: Star, kind: str | None) -> Frame:
    if kind is None:
        return events.with_columns(nw.lit("").alias(KIND))
    named = star.of_journeys(kind).select(JOURNEY, nw.col(VALUE).alias(KIND))
    return events.join(named, on=JOURNEY, how="left").with_columns(nw.col(KIND).fill_null(""))


def _turns(events: Frame, star: Star, engagement: Engagement) -> Frame:
    """For each activity of the story, by kind, whose turn it is after it: 1 the customer's, 0 the company's."""
    own = [star.codes[name] for name, side in lane_sides(engagement).items() if side == CUSTOMER and name in star.codes]
    story = events.filter(nw.col(STORY)).select(JOURNEY, POSITION, KIND, ACTIVITY)
    after = story.with_columns(nw.col(ACTIVITY).shift(-1).over(JOURNEY, order_by=POSITION).alias(NEXT))
    followed = after.filter(~nw.col(NEXT).is_null()).with_columns(nw.col(NEXT).is_in(own).cast(nw.Float64).alias(TURN))
    shares = followed.group_by(KIND, ACTIVITY).agg(nw.col(TURN).mean())
    return shares.select(KIND, ACTIVITY, (nw.col(TURN) > HALF).cast(nw.Int64).alias(TURN))


def _kept(events: Frame, name: str, value: nw.Expr, as_: str, counts: nw.Expr | None = None) -> Frame:
    """The events with a value that stays until the next event that counts; null before the first one."""
    marked = nw.col(name) if counts is None else counts
    placed = events.with_columns(marked.cast(nw.Int64).alias("mark"), nw.when(marked).then(value).alias("held"))
    placed = placed.with_columns(nw.col("mark").cum_sum().over(JOURNEY, order_by=POSITION).alias(PLACE))
    kept = placed.with_columns(nw.col("held").max().over(JOURNEY, PLACE).alias(as_))
    return kept.drop("mark", "held", PLACE)


def _with_end(events: Frame, star: Star, engagement: Engagement) -> Frame:
    """The events with whether the goal or cancel that their journey ends with has come."""
    ends = outcome.endings(star, engagement).filter(nw.col(VALUE).is_in([outcome.GOAL, outcome.CANCEL]))
    ends = ends.select(JOURNEY, outcome.AT).join(star.outlines.select(JOURNEY, FIRST), on=JOURNEY, how="inner")
    dated = ends.select(JOURNEY, (nw.col(FIRST) + nw.col(outcome.AT)).alias("end"))
    joined = events.join(dated, on=JOURNEY, how="left")
    return joined.with_columns((nw.col(TIME) >= nw.col("end")).fill_null(False).alias(OVER))


def _judged(events: Frame, informed: bool) -> Frame:
    turn = nw.when(nw.col(TURN) == 0).then(nw.lit(COMPANY)).otherwise(nw.lit(CUSTOMER))
    wait = nw.when(nw.col(TOLD) == 1).then(nw.lit(VISIBLE)).otherwise(nw.lit(SILENT)) if informed else nw.lit(WAIT)
    state = nw.when(nw.col(TURN) == 0).then(wait).otherwise(nw.lit(CUSTOMERS))
    whose = nw.when(nw.col(OVER)).then(nw.lit(NOBODY)).otherwise(turn).alias(TURN)
    kind = nw.when(nw.col(OVER)).then(nw.lit(OVER)).otherwise(state).alias(STATE)
    touch = nw.when(nw.col(OVER)).then(nw.lit(0)).otherwise(nw.col(TOUCH)).cast(nw.Int64).alias(TOUCH)
    return events.select(JOURNEY, POSITION, GAP, touch, whose, kind)
