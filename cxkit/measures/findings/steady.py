"""How things always are: what bends the answers, how journeys end, wait, are done again, and what nobody said."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

import narwhals as nw

from cxkit.facts import outcome as outcomes
from cxkit.facts.outcome import GOAL, OPEN, OUTCOMES, SILENT
from cxkit.facts.stages import lane_sides
from cxkit.measures.findings.finding import AGAIN, CONTACTS, DATA, OUTCOME, UNSAID, WAIT, Finding, certain
from cxkit.schema import ACTIVITY, CUSTOMER, JOURNEY, SECOND, TIME
from cxkit.where.attributes import attribute
from cxkit.where.order import follows
from cxkit.where.visits import repeats
from cxkit.words import lasting, listed, many, percent, safe

if TYPE_CHECKING:
    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Frame

MOST_CHECKED = 50_000  # events of a log whose source is checked once more for a memo
WITHIN_DAYS, DAY = 7, 86_400
WORTH = 0.02  # of the whole: less is not worth a sentence
LIGHT = 0.1  # what is not said of a log weighs little beside what is


def steady(journeys: Journeys) -> Iterator[Finding]:
    """What holds of the whole selection."""
    yield from chain(_data(journeys), _outcomes(journeys), _waits(journeys))
    yield from chain(_again(journeys), _contacts(journeys), _unsaid(journeys))


def _data(journeys: Journeys) -> Iterator[Finding]:
    """What bends the answers: of what is known against them what weighs, and the weightiest faults of the source."""
    trust = journeys.n.doubted().about(("time", "goals"), "") if journeys.n.doubted else None
    for doubt in trust.doubts if trust else []:
        if doubt.weighs and trust is not None and trust.customers:
            sentence = f"{doubt.brief[0].upper()}{doubt.brief[1:]}: {doubt.full}"
            yield Finding(DATA, sentence, "counted", frozenset({DATA}), 1.0, 0.5, 1.0, "j.provenance")
    checked = not len(journeys.recipe) and journeys.manifest.counts["events"] <= MOST_CHECKED
    log = journeys.log if checked else None
    for finding in log.readiness().findings if log is not None else ():
        if finding.severity == "high" and finding.bends:
            size = max(share for _, share in finding.bends)
            bends = f"It bends {listed([f'{name} by up to {percent(share)}' for name, share in finding.bends], 2)}."
            sentence, look = safe(f"{finding.says} {bends}"), "j.log.readiness()"
            yield Finding(DATA, sentence, "counted", frozenset({DATA}), finding.share, size, 1.0, look)


def _outcomes(journeys: Journeys) -> Iterator[Finding]:
    """How many do not reach the goal, and how they end instead."""
    rows = {row["outcome"]: row for row in journeys.outcomes().table.to_pylist()}
    goal = rows.get(GOAL)
    if goal is None or goal["share"] is None or goal["share"] > 1 - WORTH:
        return
    rest = ", ".join(
        f"{percent(rows[word]['share'])} {'fall silent' if word == SILENT else 'are cancelled'}"
        for word in OUTCOMES[1:3]
        if rows[word]["share"]
    )
    sentence = f"{percent(goal['share'])} of ended journeys reach their goal; {rest}."
    ended = sum(row["count"] for row in rows.values() if row["outcome"] != OPEN)
    ends = " and ".join(percent(goal[end]) for end in ("share_low", "share_high"))
    name = outcomes.name_in(journeys.selection.star) or outcomes.NAME
    lost = attribute(name, *(word for word in OUTCOMES[1:3] if rows[word]["count"]))
    reach = ended / max(journeys.n.journeys, 1)
    sure = f"between {ends}, {many(ended, 'journey')}"
    people = certain(journeys.n.customers)
    yield Finding(OUTCOME, sentence, sure, frozenset({OUTCOME}), reach, 1 - goal["share"], people, "j.outcomes()", lost)


def _waits(journeys: Journeys) -> Iterator[Finding]:
    """The move on which all journeys together wait longest."""
    if not journeys.selection.star.timed or not journeys.n.journeys:
        return
    rows = journeys.durations(per="move", working=False).table.to_pylist()
    totals = [(row["count"] * (row["mean_seconds"] or 0.0), row) for row in rows]
    whole = sum(total for total, _ in totals)
    for total, row in sorted(totals, key=lambda pair: -pair[0])[:1]:
        if whole and total / whole >= WORTH:
            way = f"from {safe(row['activity'])} to {safe(row['next_activity'])}"
            middle = f"{lasting(row['median_seconds'])} at the median, {lasting(row['p90_seconds'])} in one of ten"
            sentence = f"The step {way} takes {middle}: {percent(total / whole)} of all time between steps."
            sure = f"{many(row['count'])} times in {many(row['journeys'], 'journey')}"
            reach, about = row["journeys"] / journeys.n.journeys, frozenset({f"wait {way}"})
            clause = follows(row["activity"], row["next_activity"], directly=True)
            look, people = 'j.durations(per="move")', certain(row["customers"])
            yield Finding(WAIT, sentence, sure, about, reach, total / whole, people, look, clause)


def _again(journeys: Journeys) -> Iterator[Finding]:
    """The activity that most journeys repeat."""
    for row in journeys.rework().table.to_pylist()[:1]:
        reach = row["journeys"] / max(journeys.n.journeys, 1)
        if reach >= WORTH:
            name = safe(row["activity"])
            sentence = (
                f"{percent(reach)} of journeys have {name} twice or more: {percent(row['repeat_share'])} of those "
                f"that have it at all."
            )
            sure = f"{many(row['journeys'], 'journey')} of {many(row['customers'], 'customer')}"
            extra = 1 - row["visited"] / row["count"]
            about, clause = frozenset({f"again {name}"}), repeats(row["activity"])
            people = certain(row["customers"])
            yield Finding(AGAIN, sentence, sure, about, reach, extra, people, "j.rework()", clause)


def _contacts(journeys: Journeys) -> Iterator[Finding]:
    """How often a contact with people of the front is followed by another of the same customer within a week."""
    sides = lane_sides(journeys.engagement) if journeys.engagement else {}
    codes = [code for name, code in journeys.selection.star.codes.items() if sides.get(name) == "front"]
    if not codes or not journeys.n.known or not journeys.selection.star.timed or not journeys.n.journeys:
        return
    table = journeys.collect(lambda selection: _front(selection, codes)).to_pandas().sort_values([CUSTOMER, TIME])
    last = journeys.base.engine.collect(journeys.base.moves.select(nw.col(TIME).max()))[TIME][0].as_py() or 0
    gap = table.groupby(CUSTOMER)[TIME].shift(-1) - table[TIME]
    whole = table[TIME] <= last - WITHIN_DAYS * DAY * SECOND
    again = whole & (gap <= WITHIN_DAYS * DAY * SECOND)
    n, people = int(whole.sum()), int(table.loc[again, CUSTOMER].nunique())
    if not n or again.sum() / n < WORTH:
        return
    share = float(again.sum() / n)
    sentence = (
        f"{percent(share)} of contacts with people are followed by another of the same customer within "
        f"{many(WITHIN_DAYS, 'day')}, on whatever matter."
    )
    reach = int(table.loc[again, JOURNEY].nunique()) / journeys.n.journeys
    sure = f"{many(n, 'contact')}, {many(people, 'customer')} who came again"
    yield Finding(CONTACTS, sentence, sure, frozenset({CONTACTS}), reach, share, certain(people), "j.diary()")


def _front(selection: Selection, codes: list[int]) -> Frame:
    people = selection.outlines.select(JOURNEY, CUSTOMER)
    return (
        selection.moves.filter(nw.col(ACTIVITY).is_in(codes))
        .select(JOURNEY, TIME)
        .join(people, on=JOURNEY, how="inner")
    )


def _unsaid(journeys: Journeys) -> Iterator[Finding]:
    """The field that would open most questions, were it written down."""
    rows = journeys.data_plan(per="field").table.to_pylist()
    for row in sorted(rows, key=lambda row: -row["unlocks"])[:1]:
        if row["unlocks"]:
            sentence = (
                f"The log does not say {row['means']} ({row['state']}): {many(row['unlocks'], 'more question')} "
                f"would have an answer."
            )
            size = LIGHT * row["unlocks"] / max(row["needed_by"], 1)
            look = 'j.data_plan(per="field")'
            yield Finding(UNSAID, sentence, "counted", frozenset({UNSAID}), 1.0, size, 1.0, look)
