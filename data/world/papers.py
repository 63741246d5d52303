"""What do customers write? Survey answers, comments and tickets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from .company import CALLS
from .hidden import outcome
from .journey import pick
from .parameters import DAY, HOUR, World
from .tables import TIME, Case

SPREADS = {"good": 1.4, "bad": 1.9}  # of the scores by outcome
CONTACT_SPREAD = 2.6
BANDS = (4, 8)  # first scores of the middle and of the highest band
CELL_KINDS = {"order": "install", "fault": "use"}  # the stage that colours the score of a journey

THEMES = {  # theme: the step it speaks of, what people write
    "silence": (
        "Credit approved",
        (
            "Approved, and then nothing for days. Is anybody working on my order?",
            "I heard nothing between the approval and the parcel. I kept looking at the status page.",
            "Three days of silence. A short message would have been enough.",
        ),
    ),
    "asked twice": (
        "Documents requested",
        (
            "I had shown my passport already. Why twice?",
            "The second check cost me an evening, and nobody said what for.",
            "You have my data. You ask for it again and again.",
        ),
    ),
    "call again": (
        "Call: same question again",
        (
            "I had to call again with the very same question.",
            "They said they would ring back. They did not.",
            "Every time I call I tell my story from the beginning.",
        ),
    ),
    "date moved": (
        "Date moved by Lindenfunk",
        ("I had taken the day off, and then you moved the date.", "A date is a date. You changed mine the day before."),
    ),
    "nobody came": (
        "Customer not at home",
        ("I was at home. The bell never rang.", "They say I was out. I was out for ten minutes."),
    ),
    "too slow": (
        "Building work announced",
        ("Two months for a line. My neighbour got his in two weeks.", "The building work takes for ever."),
    ),
    "praise": (
        "Technician visit",
        (
            "The technician explained everything and left the flat cleaner than before.",
            "Friendly, on time, and he waited until the television worked too.",
            "Thank you to the man who came on Tuesday. He knew what he was doing.",
        ),
    ),
    "praise shop": (
        "Visit shop with question",
        ("The young woman in the shop took her time for me.", "In the shop they knew my name. That is rare today."),
    ),
    "fine": ("", ("All went well.", "Quick and simple.", "Works. Nothing to add.", "Better than I expected.")),
    "bad": ("", ("Not again.", "Too complicated.", "I expected more.", "Disappointing.")),
}
COMPLAINTS = ("silence", "asked twice", "call again", "date moved", "nobody came", "too slow")
PRAISES = ("praise", "praise shop")
TOPICS = {  # need: topic of a ticket, what it says
    "do it on my own": ("Self-service", "Where can I change this online myself?"),
    "know where it stands": ("Status and price", "Please tell me where my case stands and what it will cost."),
    "a date that suits me": ("Dates", "I work all day. Is there a date in the evening?"),
    "get it done fast": ("Speed", "I need the line this week. Can it go faster?"),
    "talk to a person": ("Personal advice", "I would like to talk to somebody who knows my case."),
    "a green provider": ("Green power", "Is your network run on green power?"),
}


class Survey(NamedTuple):
    """One questionnaire: sent, and what the customer would answer; answered only by some."""

    survey: str
    journey: str
    customer: str
    sent: int
    answered: int | None
    score: int
    outcome: str


def own_rng(world: World, case: Case, use: int) -> np.random.Generator:
    """Which random numbers are for this journey's papers? The same, however long the log."""
    begun = int(case.journey.events[0].time)
    return np.random.default_rng([world.seed, case.journey.customer.number, begun, use])


def surveys(world: World, log: list[Case]) -> list[Survey]:
    """Who is asked, and who answers?"""
    rows = []
    for case in log:
        rng = own_rng(world, case, 1)
        rows += [row for row in (after_journey(world, case, rng), *after_contacts(world, case, rng)) if row]
    return sorted((row for row in rows if row.sent < world.end), key=lambda row: (row.sent, row.journey))


def after_journey(world: World, case: Case, rng: np.random.Generator) -> Survey | None:
    """How was it? Whether somebody answers depends on how it ended, and on nothing else."""
    asked, normal, answers, hours = rng.random(), rng.standard_normal(), rng.random(), rng.exponential(30)
    end, reason = outcome(case)
    if (
        end == "open"
        or not case.whole
        or asked >= world.survey_share
        or (reason == "silent" and case.journey.kind == "order" and not case.journey.facts.get("placed"))
    ):
        return None
    cell = case.journey.cell(CELL_KINDS.get(case.journey.kind, ""))
    score = whole_score(mean_score(world, end) + SPREADS[end] * normal + cell.score)
    sent = case.seconds[-1] + int((60 if reason == "silent" else 2) * DAY)
    rate = world.response_good if end == "good" else world.response_bad
    answered = sent + int(hours * HOUR) if answers < rate else None
    return Survey("after journey", case.number, case.customer, sent, before(world, answered), score, end)


def after_contacts(world: World, case: Case, rng: np.random.Generator) -> Iterator[Survey]:
    """How was the call? Whether somebody answers depends on the answer itself."""
    for position, (second, event) in enumerate(zip(case.seconds, case.events, strict=True)):
        if event.activity not in CALLS:
            continue
        asked, normal, answers, hours = rng.random(), rng.standard_normal(), rng.random(), rng.exponential(9)
        again = any(
            later.activity == "Call: same question again" for later in case.journey.events[position + 1 : position + 5]
        )
        score = whole_score(world.score_contact + CONTACT_SPREAD * normal - world.score_again * again)
        sent = second + int(DAY)
        answered = (
            sent + int(hours * HOUR)
            if answers < world.contact_response[sum(score >= first for first in BANDS)]
            else None
        )
        if asked < world.contact_survey_share:
            yield Survey("after contact", case.number, case.customer, sent, before(world, answered), score, "")


def mean_score(world: World, end: str) -> float:
    """Which score has a journey that ended so, on average?"""
    return world.score_good if end == "good" else world.score_bad


def whole_score(value: float) -> int:
    """Which whole number from 0 to 10?"""
    return min(max(round(value), 0), 10)


def before(world: World, answered: int | None) -> int | None:
    """Was it answered before the log's end?"""
    return answered if answered is not None and answered < world.end else None


def surveys_table(rows: list[Survey]) -> pa.Table:
    """What does the company know of its surveys? No score where nobody answered."""
    columns: dict[str, Any] = {
        "survey": pa.array([row.survey for row in rows], pa.string()),
        "journey": pa.array([row.journey for row in rows], pa.string()),
        "customer": pa.array([row.customer for row in rows], pa.string()),
        "sent": pa.array([row.sent * 1_000_000 for row in rows], TIME),
        "answered": pa.array([row.answered and row.answered * 1_000_000 for row in rows], TIME),
        "score": pa.array([None if row.answered is None else row.score for row in rows], pa.int8()),
    }
    return pa.table(columns)


def hidden_surveys(rows: list[Survey]) -> pa.Table:
    """What would everybody have answered?"""
    return pa.table(
        {
            "survey": pa.array([row.survey for row in rows], pa.string()),
            "journey": pa.array([row.journey for row in rows], pa.string()),
            "sent": pa.array([row.sent * 1_000_000 for row in rows], TIME),
            "score": pa.array([row.score for row in rows], pa.int8()),
        }
    )


def comments(world: World, log: list[Case], answers: list[Survey]) -> tuple[pa.Table, pa.Table]:
    """What do people write, and what is it about? The table, and the hidden one."""
    of_journey = {row.journey: row for row in answers if row.survey == "after journey" and row.answered}
    rows = []
    for case in log:
        rng = own_rng(world, case, 2)
        seen = {event.activity for event in case.events}
        answer = of_journey.get(case.number)
        if answer and answer.answered and rng.random() < world.comments:
            rows.append(comment(case, rng, answer.answered, "survey", theme_of(seen, answer.score, rng)))
        praised = [theme for theme in PRAISES if THEMES[theme][0] in seen]
        if praised and case.whole and rng.random() < world.praise:
            rows.append(comment(case, rng, case.seconds[-1] + HOUR * rng.uniform(1, 90), "web", praised[0]))
    rows = sorted((row for row in rows if row["time"] < world.end), key=lambda row: (row["time"], row["journey"]))
    for number, row in enumerate(rows, start=1):
        row |= {"comment": f"K{number:05}", "time": row["time"] * 1_000_000}
    shown = pa.schema(
        [
            ("comment", pa.string()),
            ("journey", pa.string()),
            ("customer", pa.string()),
            ("time", TIME),
            ("source", pa.string()),
            ("activity", pa.string()),
            ("text", pa.string()),
        ]
    )
    hidden = pa.schema(
        [("comment", pa.string()), ("theme", pa.string()), ("praise", pa.bool_()), ("activity", pa.string())]
    )
    return pa.Table.from_pylist(rows, schema=shown), pa.Table.from_pylist(rows, schema=hidden)


def theme_of(seen: set[str], score: int, rng: np.random.Generator) -> str:
    """What does somebody write about? About what happened to them."""
    if score >= 7:
        liked = [theme for theme in PRAISES if THEMES[theme][0] in seen]
        return liked[0] if liked and rng.random() < 0.35 else "fine"
    hurt = [theme for theme in COMPLAINTS if THEMES[theme][0] in seen]
    return hurt[int(rng.random() * len(hurt))] if hurt else "bad"


def comment(case: Case, rng: np.random.Generator, moment: float, source: str, theme: str) -> dict[str, Any]:
    """What does one comment say?"""
    step, texts = THEMES[theme]
    text = texts[int(rng.random() * len(texts))]
    own = {"journey": case.number, "customer": case.customer, "time": int(moment), "source": source}
    return {
        **own,
        "activity": step or case.events[-1].activity,
        "text": text,
        "theme": theme,
        "praise": theme in PRAISES,
    }


def tickets(world: World, log: list[Case]) -> pa.Table:
    """What do people ask for in writing? Their needs, as far as they say them."""
    rows = []
    for case in log:
        rng = own_rng(world, case, 3)
        writes, when, closes = rng.random(), rng.random(), rng.lognormal(0.6, 0.7)
        weights = case.journey.weights
        need = pick(rng, {name: weights[name] for name in TOPICS})
        first, last = case.journey.events[0].time, case.journey.events[-1].time
        opened = int(first + (last - first) * when)
        if writes >= world.tickets or opened >= world.end:
            continue
        closed = opened + int(closes * DAY)
        topic, text = TOPICS[need]
        done = closed * 1_000_000 if closed < world.end else None
        rows.append(
            {
                "journey": case.number,
                "customer": case.customer,
                "opened": opened * 1_000_000,
                "closed": done,
                "topic": topic,
                "text": text,
            }
        )
    rows.sort(key=lambda row: (row["opened"], row["journey"]))
    numbered = [{"ticket": f"T{number:05}", **row} for number, row in enumerate(rows, start=1)]
    schema = pa.schema(
        [
            ("ticket", pa.string()),
            ("journey", pa.string()),
            ("customer", pa.string()),
            ("opened", TIME),
            ("closed", TIME),
            ("topic", pa.string()),
            ("text", pa.string()),
        ]
    )
    return pa.Table.from_pylist(numbered, schema=schema)
