"""What does nobody at the company know? One row per customer, per journey and per gap, for the truth."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator

import pyarrow as pa

from .company import ASKS, CANCELS, GOALS, INFORMS, KEEPS, NOTICES, REOPENS
from .customers import age_band
from .journey import Customer
from .needs import personas_at
from .parameters import World
from .tables import Case

FACTS = {  # of a journey: what the stories note down, and its type
    "entry": pa.string(),
    "offer_days": pa.int16(),
    "placed": pa.bool_(),
    "leaked": pa.bool_(),
    "port_out": pa.bool_(),
    "long_wait": pa.bool_(),
    "late_return": pa.bool_(),
    "addon_dropped": pa.bool_(),
    "checked": pa.bool_(),
    "deposit": pa.bool_(),
    "hesitant": pa.bool_(),
    "system_failed": pa.bool_(),
    "sheltered": pa.bool_(),
    "confirmed": pa.bool_(),
    "decisive": pa.bool_(),
    "visited": pa.bool_(),
    "follow_up_broken": pa.bool_(),
}


CUSTOMERS_TURN, OVER = ("customer", "customer"), ("nobody", "over")
VISIBLE, SILENT = ("company", "visible"), ("company", "silent")


def slug(need: str) -> str:
    """What is the need's column called?"""
    return "need_" + need.replace(" ", "_")


def guess(world: World, customer: Customer) -> str:
    """Which persona would somebody guess who knew the world's rates, the age and the log, but not the person?"""
    shares = personas_at(world, age_band(customer.age))
    return max(shares, key=lambda persona: math.log(shares[persona] or 1e-9) + customer.evidence[persona])


def customers_table(log: list[Case]) -> pa.Table:
    """Who are they really? One row per person in the log."""
    people = {case.journey.customer.number: case for case in log}
    aliases = {case.journey.customer.number: case.system_id for case in log if case.system_id.startswith("S")}
    rows = [
        {
            "customer": case.journey.customer.name,
            "alias": aliases.get(number),
            "persona": case.journey.customer.persona,
            "bayes": guess(case.journey.world, case.journey.customer),
            "age_band": age_band(case.journey.customer.age),
            "risk": case.journey.customer.risk,
            "hardness": case.journey.customer.hardness,
            "shows_at_home": case.journey.customer.shows,
            "seen": case.journey.facts["seen"],
        }
        | {slug(need): weight for need, weight in case.journey.weights.items()}
        for number, case in sorted(people.items())
    ]
    return pa.Table.from_pylist(rows)


def outcome(case: Case) -> tuple[str, str]:
    """How did it end by the end of the log, and why?"""
    seen = {event.activity for event in case.events}
    if GOALS[case.journey.kind] in seen:
        return "good", "goal"
    reason = next((CANCELS[name] for name in CANCELS if name in seen), "silent")
    if case.whole or reason != "silent":
        return "bad", reason
    return "open", "open"


def ending(reason: str) -> str:
    """How did it end, in the words for every company? Of why it ended."""
    return reason if reason in ("goal", "silent", "open") else "cancel"


def journeys_table(log: list[Case]) -> pa.Table:
    """What is true of each journey? Facts of steps that come only after the log's end are left out."""
    schema = pa.schema(
        [
            ("journey", pa.string()),
            ("customer", pa.string()),
            ("kind", pa.string()),
            ("persona", pa.string()),
            ("seen", pa.float64()),
            ("whole", pa.bool_()),
            ("outcome", pa.string()),
            ("end_reason", pa.string()),
            ("ending", pa.string()),
            *FACTS.items(),
        ]
    )
    return pa.Table.from_pylist([row_of(case) for case in log], schema=schema)


SEEN_BY = {  # a fact can be known when this has happened
    "entry": "Order placed",
    "placed": "Order placed",
    "addon_dropped": "Order placed",
    "checked": "Identity check",
    "deposit": "Identity check",
    "hesitant": "Identity check",
    "offer_days": "Appointment offered",
    "leaked": "Appointment offered",
    "port_out": "Appointment offered",
    "late_return": "Appointment offered",
    "long_wait": "Router delivered",
    "confirmed": "Appointment confirmed",
    "decisive": "Appointment confirmed",
    "system_failed": "Identity check",
    "sheltered": "Credit system down",
    "visited": "Line test",
    "follow_up_broken": "Fault fixed",
}


def row_of(case: Case) -> dict[str, object]:
    """What is true of this one?"""
    journey, seen = case.journey, {event.activity for event in case.events}
    facts = {name: journey.facts.get(name) if SEEN_BY[name] in seen else None for name in FACTS}
    if facts.get("confirmed"):
        facts["decisive"] = decisive_seen(case)
    end = outcome(case)
    return {
        "journey": case.number,
        "customer": journey.customer.name,
        "kind": journey.kind,
        "persona": journey.customer.persona,
        "seen": journey.facts["seen"],
        "whole": case.whole,
        "outcome": end[0],
        "end_reason": end[1],
        "ending": ending(end[1]),
        **facts,
    }


def decisive_seen(case: Case) -> bool:
    """Did the persona's decisive step happen?"""
    step = case.journey.persona.decisive
    return sum(event.activity == step for event in case.events) >= (2 if step.startswith("Reschedule") else 1)


def gaps_table(log: list[Case]) -> pa.Table:
    """Whose turn is it after each event, and does the customer know? One row per event."""
    columns: dict[str, list[object]] = defaultdict(list)
    for case in log:
        for position, (turn, state) in enumerate(turns(case)):
            columns["journey"].append(case.number)
            columns["position"].append(position)
            columns["turn"].append(turn)
            columns["state"].append(state)
    schema = pa.schema(
        [("journey", pa.string()), ("position", pa.int16()), ("turn", pa.string()), ("state", pa.string())]
    )
    return pa.table({name: columns[name] for name in schema.names}, schema=schema)


def turns(case: Case) -> Iterator[tuple[str, str]]:
    """Who must act next, after each event? Judged by what has happened up to then."""
    state, offered = CUSTOMERS_TURN, False
    for event in case.events:
        name = event.activity
        if name in NOTICES and state == SILENT:
            state = VISIBLE
        elif event.main and not (offered and name == "Router delivered") and name not in KEEPS:
            offered = name == "Appointment offered"
            state = after(name, state, case)
        yield state


def after(name: str, state: tuple[str, str], case: Case) -> tuple[str, str]:
    """Whose turn is it after a step of the story?"""
    if name == GOALS[case.journey.kind] or name in CANCELS or (state == OVER and name not in REOPENS):
        return OVER
    if name in ASKS or (name == "Line test" and case.journey.facts.get("gave_up")):
        return CUSTOMERS_TURN
    return VISIBLE if name in INFORMS else SILENT


def hidden_tables(log: list[Case]) -> dict[str, pa.Table]:
    """Which truths have a row per case?"""
    return {"customers": customers_table(log), "journeys": journeys_table(log), "gaps": gaps_table(log)}
