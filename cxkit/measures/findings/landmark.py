"""The landmark: the step up to which drivers are looked at, and what was to come of each journey after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.errors import InputError, not_found
from cxkit.facts import outcome as outcomes
from cxkit.facts.outcome import OPEN, OUTCOMES
from cxkit.facts.stages import stage_of
from cxkit.schema import ACTIVITY, CUSTOMER, FIRST, FIRST_VISIT, JOURNEY, POSITION, TIME
from cxkit.selection.selection import matching
from cxkit.store.columns import VALUE
from cxkit.where.attributes import attribute
from cxkit.where.filter import Filter, Leaf
from cxkit.where.patterns.language import quoted
from cxkit.where.patterns.pattern import pattern
from cxkit.where.visits import contains

if TYPE_CHECKING:
    import numpy as np

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Frame

    Array = np.ndarray[Any, Any]

REACHED = 0.8  # of the journeys, before their outcome: from there a step can be the landmark of its own accord
AT, ENDED = "at", "ended"
UNSAID = (
    'How journeys end is not known, so none is a "{}". Name goals and cancels in the engagement file, or give a filter '
    "such as w.contains(...)."
)


@dataclass(frozen=True)
class Landmark:
    """The journeys that came to a step before their outcome.

    `step` is an activity of `cut`, in which each journey ends with its first event of that step. `journey` and
    `customer` are codes, `outcome` is 1 or 0; they stand by customer. `asked` counts the journeys of the selection,
    `everyone` are the customers of all that came to the step, by journey, `early` counts those whose outcome was there
    before, `unknown` those whose outcome nobody knows yet.
    """

    step: str
    cut: Journeys
    journey: Array
    customer: Array
    outcome: Array
    everyone: Any
    asked: int
    early: int
    unknown: int

    def people(self, journeys: Array) -> int:
        """Of how many customers these journeys are, of all that came to the step."""
        return int(self.everyone.reindex(journeys).nunique())

    def places(self, journeys: Array) -> Array:
        """Where these journeys stand; -1 for one that is not among them."""
        import numpy as np

        order = np.argsort(self.journey)
        spot = np.searchsorted(self.journey, journeys, sorter=order)
        spot = order[np.minimum(spot, len(order) - 1)] if len(order) else np.zeros(len(journeys), int)
        return np.where(self.journey[spot] == journeys, spot, -1) if len(order) else spot - 1


def check(journeys: Journeys, outcome: str | Filter, at: str | None) -> str | Filter:
    """The outcome as it is meant: one of the engagement's, or a filter. Raises unless there are such, and the step."""
    steps = [*journeys.known_activities, *_stages(journeys)]
    if at is not None and at not in steps:
        raise not_found("activity or stage", at, steps, "j.activities()")
    if outcome in OUTCOMES[:-1]:
        if outcomes.name_in(journeys.selection.star) is None:
            raise InputError(UNSAID.format(outcome))
        return outcome
    if isinstance(outcome, str):
        outcome = contains(outcome) if outcome in journeys.known_activities else pattern(outcome)
    for leaf in outcome.leaves():
        leaf.check(journeys.selection.star)
    return outcome


def landmark(journeys: Journeys, outcome: str | Filter, at: str | None) -> Landmark | None:
    """The landmark of a step; without one, of the last that four in five journeys come to before their outcome.

    Where there is no such step it is the one that most come to; None where no journey comes to any.
    """
    judged = journeys.collect(lambda selection: _judged(selection, journeys, outcome)).to_pandas()
    step = at if at is not None else _last_common(journeys, judged[[JOURNEY, AT]])
    if step is None:
        return None
    cut, step = _cut(journeys, step)
    reached = cut.collect(lambda selection: _reached(selection)).to_pandas()
    both = judged.merge(reached, on=JOURNEY, how="inner")
    late = both[AT].isna() | (both[AT] > both[TIME])
    settled = both[ENDED].astype(bool)
    kept = both[late & settled].sort_values([CUSTOMER, JOURNEY])
    ids, people, came = (kept[name].to_numpy() for name in (JOURNEY, CUSTOMER, VALUE))
    everyone = both.set_index(JOURNEY)[CUSTOMER]
    return Landmark(
        step, cut, ids, people, came, everyone, len(judged), int((~late).sum()), int((late & ~settled).sum())
    )


def plain(journeys: Journeys, outcome: str) -> Landmark:
    """All journeys whose outcome is known, without a step up to which they are looked at."""
    judged = journeys.collect(lambda selection: _judged(selection, journeys, outcome)).to_pandas()
    ended = judged[judged[ENDED].astype(bool)].sort_values([CUSTOMER, JOURNEY])
    ids, people, came = (ended[name].to_numpy() for name in (JOURNEY, CUSTOMER, VALUE))
    everyone = ended.set_index(JOURNEY)[CUSTOMER]
    return Landmark("", journeys, ids, people, came, everyone, len(judged), 0, len(judged) - len(ended))


def touched(outcome: str | Filter, activities: Sequence[str] = ()) -> tuple[set[str], set[str]]:
    """The attributes and the activities that an outcome speaks of itself; of ways, any of the known ones."""
    leaves: Sequence[Leaf] = [*outcome.leaves()] if isinstance(outcome, Filter) else []
    names = {leaf.name for leaf in leaves if isinstance(leaf, attribute)}
    visits = {leaf.activity for leaf in leaves if isinstance(leaf, contains)}
    ways = [leaf.text for leaf in leaves if isinstance(leaf, pattern)]
    return names, visits | {name for name in activities if any(quoted(name) in way for way in ways)}


def _stages(journeys: Journeys) -> list[str]:
    """The stages that have activities of this log."""
    placed = stage_of(journeys.engagement) if journeys.engagement else {}
    return sorted({placed[name] for name in journeys.known_activities if name in placed})


def _cut(journeys: Journeys, step: str) -> tuple[Journeys, str]:
    """The journeys up to their first event of the step; those of a stage are taken as one activity."""
    if step not in journeys.known_activities and journeys.engagement is not None:
        placed = stage_of(journeys.engagement)
        members = [name for name in journeys.known_activities if placed.get(name) == step]
        step, journeys = (members[0], journeys) if len(members) == 1 else (step, journeys.merge(step, *members))
    return journeys.extract(end=step, end_at="first"), step


def _judged(selection: Selection, journeys: Journeys, outcome: str | Filter) -> Frame:
    """The journeys with their customer, whether they have the outcome, when it was settled, and whether it is known.

    A journey of which nobody knows the customer is a customer of its own.
    """
    star, engagement = selection.star, journeys.engagement
    person = nw.coalesce(nw.col(CUSTOMER).cast(nw.Int64), -1 - nw.col(JOURNEY).cast(nw.Int64)).alias(CUSTOMER)
    table = selection.outlines.select(JOURNEY, person, FIRST)
    if isinstance(outcome, Filter):
        having = matching(star, outcome).with_columns(nw.lit(1).cast(nw.Int64).alias(VALUE))
        moments = _moments(star.moves, [star.codes[name] for name in touched(outcome)[1] if name in star.codes])
        table = table.join(having, on=JOURNEY, how="left").join(moments, on=JOURNEY, how="left")
        settled = nw.when(nw.col(VALUE) == 1).then(nw.col(AT)).otherwise(nw.lit(None).cast(nw.Int64))
        return table.select(JOURNEY, CUSTOMER, nw.col(VALUE).fill_null(0), settled.alias(AT), nw.lit(True).alias(ENDED))
    assert engagement is not None
    ends = outcomes.endings(journeys.base, engagement)
    table = table.join(ends, on=JOURNEY, how="inner")
    is_open = nw.col(VALUE) == OPEN
    settled = nw.when(is_open).then(nw.lit(None).cast(nw.Int64)).otherwise(nw.col(FIRST) + nw.col(AT)).alias(AT)
    flag = (nw.col(VALUE) == outcome).cast(nw.Int64)
    return table.select(JOURNEY, CUSTOMER, settled, (~is_open).alias(ENDED), flag.alias(VALUE))


def _moments(moves: Frame, codes: list[int]) -> Frame:
    """When journeys first came to one of these activities."""
    return moves.filter(nw.col(ACTIVITY).is_in(codes)).group_by(JOURNEY).agg(nw.col(TIME).min().alias(AT))


def _reached(selection: Selection) -> Frame:
    """When each journey came to its last event here, which is the landmark."""
    return selection.moves.group_by(JOURNEY).agg(nw.col(TIME).max().cast(nw.Int64).alias(TIME))


def _last_common(journeys: Journeys, settled: Any) -> str | None:
    """The step that most journeys come to before their outcome, and that stands latest of those."""
    first = journeys.collect(_first_visits).to_pandas().merge(settled, on=JOURNEY, how="inner")
    first = first[first[AT].isna() | (first[TIME] < first[AT])]
    told = first.groupby(ACTIVITY).agg(count=(JOURNEY, "size"), place=(POSITION, "mean"))
    if not len(told):
        return None
    common = told[told["count"] >= min(REACHED * len(settled), told["count"].max())]
    names = journeys.selection.star.names
    return min(((-row.place, names[int(code)]) for code, row in common.iterrows()))[1]


def _first_visits(selection: Selection) -> Frame:
    own = selection.events.filter(nw.col(FIRST_VISIT))
    return own.select(JOURNEY, ACTIVITY, POSITION, TIME)
