"""What customers do of their own accord: the activities that tell them apart, and how often each does them.

With a register of needs in the engagement file these are the activities that show a need. Without one they are those
that hardly depend on what a journey is about: the attribute of journeys on which activities depend most is taken for
the kind of journey, and an activity belongs here whose share of journeys in the kind that has it least is at least a
fifth of that in the kind that has it most. What an engagement names as a goal, a cancel, or a step behind the front
stage is left out: it is the company's doing, or what came of it.

All activities together would tell kinds of journeys apart, not customers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import narwhals as nw

from cxkit.facts.stages import lane_sides
from cxkit.schema import ACTIVITY, COUNT, CUSTOMER, FIRST_VISIT, ID, JOURNEY, NAME
from cxkit.store.columns import VALUE
from cxkit.where.leanings import counts

if TYPE_CHECKING:
    import numpy as np

    from cxkit.engagement.engagement import Engagement
    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.store.star import Star
    from cxkit.where.filter import Frame

    Array = np.ndarray[Any, Any]

FREE = 0.2  # the least rate over kinds, by the highest
MOST_KINDS, FEWEST_OF_KIND = 12, 50  # values of an attribute, journeys of each
FEWEST_CUSTOMERS, MOST_ACTIVITIES = 20, 40
DEPENDENT = 0.1  # of the activities, where an attribute may be taken for the kind
BEHIND = ("back", "support", "evidence")


@dataclass(frozen=True)
class OwnAccord:
    """The activities that tell customers apart, by name; where they come from; the attribute that is the kind."""

    names: tuple[str, ...]
    source: Literal["register", "log"]
    kind: str | None = None


@dataclass(frozen=True)
class Counts:
    """How often each customer of a selection does each activity: a row per customer, in the order of their ids."""

    ids: list[str]
    customers: Array
    journeys: Array
    first: Array
    table: Array


def activities(journeys: Journeys) -> OwnAccord:
    """Which activities show what customers need, or what they like to do?"""
    engagement, codes = journeys.engagement, journeys.selection.star.codes
    shown = evidence(engagement, codes)
    if len(shown) > 1:
        return OwnAccord(tuple(shown), "register")
    kind, rates = _kind(journeys)
    rates = {name: own for name, own in rates.items() if kind is None or _free(own)}
    barred = _barred(engagement) if engagement else set()
    names = [name for name in rates if name not in barred]
    return OwnAccord(tuple(names[:MOST_ACTIVITIES]), "log", kind)


def evidence(engagement: Engagement | None, known: Iterable[str]) -> dict[str, str]:
    """The need that each activity shows; the first of them where it shows several."""
    shown: dict[str, str] = {}
    for need in engagement.needs if engagement else ():
        for name in need.evidence:
            if name in known:
                shown.setdefault(name, need.name)
    return shown


def counted(journeys: Journeys, names: tuple[str, ...]) -> Counts:
    """How often each customer of the selected journeys does each of these, over all their journeys of the log?"""
    import numpy as np

    people = journeys.collect(_people).to_pydict()
    order = {customer: place for place, customer in enumerate(people[CUSTOMER])}
    table = np.zeros((len(order), len(names)), dtype=np.int64)
    if names and order:
        rows = journeys.collect(lambda chosen: _own_counts(chosen, names)).to_pydict()
        star = journeys.selection.star
        columns = {star.codes[name]: place for place, name in enumerate(names)}
        at = [order[customer] for customer in rows[CUSTOMER]]
        table[at, [columns[code] for code in rows[ACTIVITY]]] = rows[COUNT]
    customers, journeys_, first = (np.array(people[name], np.int64) for name in (CUSTOMER, "journeys", "first"))
    return Counts(people[ID], customers, journeys_, first, table)


def looked_past(journeys: Journeys) -> list[str]:
    """What is no step of a journey's story: what shows a need, and what hardly depends on what a journey is about."""
    engagement = journeys.engagement
    kind, rates = _kind(journeys)
    barred = _barred(engagement) if engagement else set()
    free = [name for name, own in rates.items() if kind is not None and _free(own) and name not in barred]
    return list(dict.fromkeys([*evidence(engagement, journeys.selection.star.codes), *free]))


def kind_of(journeys: Journeys) -> str | None:
    """The attribute of journeys that says what they are about: that on which activities depend most; None for none."""
    return _kind(journeys)[0]


def _people(selection: Selection) -> Frame:
    """The customers of the selected journeys, with how many they have, and when the first began."""
    own = selection.outlines.group_by(CUSTOMER).agg(
        nw.len().cast(nw.Int64).alias("journeys"), nw.col("first").min().fill_null(0).alias("first")
    )
    named = own.join(selection.star.customers.select(CUSTOMER, ID), on=CUSTOMER, how="inner")
    return named.select(CUSTOMER, ID, "journeys", "first").sort(ID)


def _own_counts(selection: Selection, names: tuple[str, ...]) -> Frame:
    people = selection.outlines.select(CUSTOMER).unique()
    return counts(selection.star, names).join(people, on=CUSTOMER, how="inner")


# ---- what hardly depends on the kind of journey ----------------------------------------------------------------------


def _kind(journeys: Journeys) -> tuple[str | None, dict[str, list[float]]]:
    """The attribute on which activities depend most, if any; and each activity's share of journeys by its values."""
    star = journeys.selection.star
    common = {row[NAME]: row[COUNT] for row in journeys.collect(_common).to_pylist()}
    candidates = []
    for attribute in star.attributes:
        if attribute.level == "journey" and attribute.kind == "text":
            rates = _rates(journeys, attribute.name, common)
            if rates:
                candidates.append((sum(not _free(own) for own in rates.values()) / len(rates), attribute.name, rates))
    strongest = max(candidates, key=lambda entry: entry[0], default=None)
    if strongest is None or strongest[0] < DEPENDENT:
        return None, {name: [1.0] for name in common}
    return strongest[1], strongest[2]


def _free(rates: list[float]) -> bool:
    return 0 < max(rates) * FREE <= min(rates)


def _common(selection: Selection) -> Frame:
    """The activities that enough customers do, the most usual first."""
    visits = selection.star.moves.filter(nw.col(FIRST_VISIT) == 1).select(JOURNEY, ACTIVITY)
    owned = visits.join(selection.star.outlines.select(JOURNEY, CUSTOMER), on=JOURNEY, how="inner")
    done = owned.group_by(ACTIVITY).agg(nw.col(CUSTOMER).n_unique().cast(nw.Int64).alias(COUNT))
    named = done.join(selection.star.activities.select(ACTIVITY, NAME), on=ACTIVITY, how="inner")
    return (
        named.filter(nw.col(COUNT) >= FEWEST_CUSTOMERS).select(NAME, COUNT).sort(COUNT, NAME, descending=[True, False])
    )


def _rates(journeys: Journeys, name: str, common: Mapping[str, int]) -> dict[str, list[float]]:
    """Each activity's share of the journeys of each value; nothing where there is one value, or too many."""
    sizes = {row[VALUE]: row[COUNT] for row in journeys.collect(lambda chosen: _sizes(chosen, name)).to_pylist()}
    large = [value for value, size in sizes.items() if size >= FEWEST_OF_KIND]
    if not 2 <= len(large) <= MOST_KINDS or len(sizes) > 2 * MOST_KINDS:
        return {}
    visits: dict[str, dict[str, int]] = defaultdict(dict)
    for row in journeys.collect(lambda chosen: _visits(chosen.star, name)).to_pylist():
        visits[row[NAME]][row[VALUE]] = row[COUNT]
    return {act: [visits[act].get(value, 0) / sizes[value] for value in large] for act in common}


def _sizes(selection: Selection, name: str) -> Frame:
    return selection.star.of_journeys(name).group_by(VALUE).agg(nw.len().cast(nw.Int64).alias(COUNT)).sort(VALUE)


def _visits(star: Star, name: str) -> Frame:
    visits = star.moves.filter(nw.col(FIRST_VISIT) == 1).select(JOURNEY, ACTIVITY)
    valued = visits.join(star.of_journeys(name), on=JOURNEY, how="inner")
    counted_ = valued.group_by(ACTIVITY, VALUE).agg(nw.len().cast(nw.Int64).alias(COUNT))
    return counted_.join(star.activities.select(ACTIVITY, NAME), on=ACTIVITY, how="inner").select(NAME, VALUE, COUNT)


def _barred(engagement: Engagement) -> set[str]:
    """What is not the customers' own doing: goals, cancels, and what happens behind the front stage."""
    ends = {goal.activity for goal in engagement.goals} | {cancel.activity for cancel in engagement.cancels}
    return ends | {name for name, side in lane_sides(engagement).items() if side in BEHIND}
