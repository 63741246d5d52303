"""What if everything had another name? The same world in other words, so that nothing can be tuned to one."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import Any

import numpy as np
import pyarrow as pa

from .make import Made

ACTIVITY = {
    "Compare tariffs": "Browse plans",
    "Check availability": "Look up postcode",
    "Read reviews": "Open customer ratings",
    "Look at routers": "View devices",
    "Share offer": "Forward quote",
    "Shop consultation": "Advice at the counter",
    "Call: tariff advice": "Sales line, plan question",
    "Order placed": "Purchase made",
    "Add-on chosen": "Extra booked",
    "Add-on dropped": "Extra taken out",
    "Order confirmation sent": "Receipt mailed",
    "Identity check": "Proof of person",
    "Documents requested": "Papers asked for",
    "Documents sent": "Papers handed in",
    "Deposit asked": "Advance payment wanted",
    "Credit system down": "Scoring not available",
    "Order care call": "Welcome ring",
    "Credit approved": "Scoring passed",
    "Credit declined": "Scoring failed",
    "Router shipped": "Parcel dispatched",
    "Delivery notice sent": "Parcel announced",
    "Router delivered": "Parcel arrived",
    "Building work announced": "Digging scheduled",
    "Building work done": "Digging finished",
    "Appointment offered": "Date proposed",
    "Appointment confirmed": "Date accepted",
    "Reschedule appointment": "Ask for another day",
    "Date moved by Lindenfunk": "Day changed by us",
    "Sent to the phone": "Pointed to the helpline",
    "Case handed over": "Passed to a colleague",
    "Proactive message sent": "Early word given",
    "Community answer read": "Forum reply opened",
    "Call: where is my order": "Helpline, progress question",
    "Technician visit": "Engineer on site",
    "Customer not at home": "Nobody opened the door",
    "Line activated": "Service goes live",
    "First bill sent": "Opening invoice",
    "Call: question about bill": "Helpline, invoice question",
    "Self-help page": "Knowledge base opened",
    "Fault reported": "Outage logged",
    "Line test": "Signal measured",
    "Call: fault still there": "Helpline, outage goes on",
    "Fault fixed": "Outage solved",
    "Follow-up sent": "Check-back mailed",
    "Read how-to page": "Open instructions",
    "Change details online": "Edit profile",
    "Chat with assistant": "Talk to the bot",
    "Check status": "Track progress",
    "Check price details": "Inspect fees",
    "Ask for written confirmation": "Demand it in writing",
    "Look up free slots": "Search calendar",
    "Ask for evening slot": "Request a late hour",
    "Ask to speed up": "Press for haste",
    "Call: talk it through": "Helpline, long conversation",
    "Visit shop with question": "Drop in at the counter",
    "Ask for call back": "Request a ring",
    "Call: same question again": "Helpline, once more",
    "Call transferred": "Put through",
    "Call-back promised": "Ring pledged",
    "Call-back made": "Ring given",
    "Move announced": "New address given",
    "Move withdrawn": "New address revoked",
    "Old line switched off": "Former service ended",
    "Renewal offer sent": "Loyalty quote mailed",
    "Look at new tariffs": "Browse newer plans",
    "Call: better offer wanted": "Sales line, price talk",
    "Contract renewed": "Term extended",
    "Order cancelled": "Purchase revoked",
    "Contract terminated": "Notice given",
    "Number ported out": "Left for a rival",
}
CHANNEL = {
    "shop": "counter",
    "web": "site",
    "app": "mobile",
    "phone": "telephone",
    "technician": "field service",
    "system": "batch",
}
LANE = {
    "customer action": "client side",
    "front-stage": "visible staff",
    "back-stage": "hidden staff",
    "support": "systems",
    "physical evidence": "tangibles",
}
STAGE = {
    "discover": "explore",
    "order": "purchase",
    "install": "set up",
    "use": "live with it",
    "move": "relocation",
    "renew": "extend",
    "leave": "part",
}
KIND = {"order": "purchase", "move": "relocation", "fault": "outage", "renewal": "extension"}
PREFIX = {"ORD": "PUR", "MOV": "REL", "FLT": "OUT", "REN": "EXT"}
PRODUCT = {
    "Home 50": "Copper S",
    "Home 100": "Copper M",
    "Home 250": "Copper L",
    "Fibre 500": "Glass L",
    "Fibre 1000": "Glass XL",
}
REGION = {"Capital": "Metro", "Coast": "North", "Rivers": "West", "Lakeland": "East", "Highlands": "South"}
TEAM = {"shop": "counter", "sales": "acquisition", "service": "care", "field": "engineers", "office": "clerks"}
SEGMENT = {"Starter": "Young", "Family": "Household", "Home office": "Remote worker", "Comfort": "Classic"}
NEED = {
    "do it on my own": "manage without help",
    "help at any hour": "answers at night",
    "know where it stands": "see the progress",
    "a date that suits me": "visits after work",
    "get it done fast": "no delay",
    "talk to a person": "somebody who listens",
    "a green provider": "clean energy",
    "show it at home first": "convince the household",
}
KINDS_OF_NAMES = {
    "activity": ACTIVITY,
    "channel": CHANNEL,
    "lane": LANE,
    "stage": STAGE,
    "kind": KIND,
    "prefix": PREFIX,
    "product": PRODUCT,
    "region": REGION,
    "team": TEAM,
    "segment": SEGMENT,
    "need": NEED,
}
COLUMN = {
    "journey": "case_no",
    "customer": "client",
    "system_id": "booked_under",
    "activity": "step",
    "time": "done_at",
    "start": "begun_at",
    "channel": "contact_point",
    "lane": "layer",
    "stage": "phase",
    "agent": "handled_by",
    "cost": "expense",
    "offer_days": "days_ahead",
    "kind": "matter",
    "product": "plan",
    "region": "area",
    "credit_risk": "scoring_class",
    "value": "worth",
    "age": "years",
    "since": "client_from",
    "segment": "target_group",
    "preferred_channel": "likes_contact_by",
    "matched_by": "found_by",
    "survey": "questionnaire",
    "sent": "mailed_at",
    "answered": "replied_at",
    "score": "points",
    "ticket": "request_no",
    "opened": "received_at",
    "closed": "settled_at",
    "topic": "subject",
    "text": "wording",
    "field": "entry_name",
    "date": "asked_on",
    "need": "wish",
    "importance": "matters",
    "satisfaction": "pleased",
    "comment": "remark_no",
    "source": "came_from",
    "item": "position",
    "name": "label",
    "measure": "quantity",
    "euro": "amount",
}
STYLES = (str, str.upper, lambda name: name.lower().replace(",", "").replace(" ", "_"))
NAMED_KEYS = {"stages", "costs.contacts", "costs.hours"}  # parts of the engagement file whose keys are names of the log
PROSE = '"""'  # a text of several lines
Names = dict[str, dict[str, Any]]


def rename(made: Made, seed: int) -> tuple[Made, Names]:
    """What is the world called in other words, and which word stands for which? The seed sets how activities are spelt.

    Returns the renamed world, and what is called what: `names["activity"][old]`, `names["column"][table][old]`. An old
    word has one new word in every kind. Hidden tables keep their columns; free text keeps its words.
    """
    style = STYLES[int(np.random.default_rng([seed, 6]).integers(len(STYLES)))]
    kinds = KINDS_OF_NAMES | {"activity": {old: style(new) for old, new in ACTIVITY.items()}}
    columns = {name: {old: COLUMN[old] for old in table.column_names} for name, table in made.tables.items()}
    words = {old: new for kind in kinds.values() for old, new in kind.items()}
    tables = {name: reworded(table, words) for name, table in made.tables.items()}
    again = dataclasses.replace(
        made,
        tables={name: table.rename_columns(list(columns[name].values())) for name, table in tables.items()},
        hidden={name: reworded(table, words) for name, table in made.hidden.items()},
        truth={key: retold(entry, words) for key, entry in made.truth.items()},
        engagement=rewritten(made.engagement, words),
    )
    return again, {**kinds, "column": columns}


def reworded(table: pa.Table, words: dict[str, str]) -> pa.Table:
    """What does the table say in other words? Whole cells, and what stands before the first hyphen of an id."""
    for place, of in enumerate(table.schema):
        if of.type == pa.string() and of.name != "text":
            coded = table.column(place).combine_chunks().dictionary_encode()
            spoken = [reworded_cell(cell, words) for cell in coded.dictionary.to_pylist()]
            table = table.set_column(place, of, pa.array(spoken, pa.string()).take(coded.indices))
    return table


def reworded_cell(cell: str, words: dict[str, str]) -> str:
    """What is this called now?"""
    first, hyphen, rest = cell.partition("-")
    return words.get(cell) or words.get(first, first) + hyphen + rest


def retold(value: Any, words: dict[str, str]) -> Any:
    """What does a truth say in other words? Names, and activities, products and needs inside its sentences."""
    if isinstance(value, dict):
        return {words.get(key, key): retold(part, words) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [retold(part, words) for part in value]
    if not isinstance(value, str):
        return value
    return words.get(value) or in_sentences(value, words)


def in_sentences(text: str, words: dict[str, str]) -> str:
    """What does prose say in other words? Only names that cannot be mistaken for plain English, the longest first."""
    names = sorted((word for word in words if " " in word or "-" in word or word in REGION), key=len, reverse=True)
    return re.sub(rf"\b(?:{'|'.join(map(re.escape, names))})\b", lambda found: words[found[0]], text)


def rewritten(engagement: str, words: dict[str, str]) -> str:
    """What does the engagement file say in other words? Line by line; what is no assignment is prose."""
    part, lines = "", []
    for line in engagement.splitlines():
        key, equals, value = line.partition(" = ")
        if line.startswith("["):
            part = line.strip("[]")
            line = re.sub(r'"(.+)"', lambda found: new_key(found[0], words), line)
        elif equals and PROSE not in value:
            line = f"{new_key(key, words) if part in NAMED_KEYS else key} = {new_value(part, key, value, words)}"
        else:
            line = in_sentences(line, words)
        lines.append(line)
    return "\n".join(lines) + "\n"


def new_key(key: str, words: dict[str, str]) -> str:
    """What is the key called now? In quotes, as names may hold anything."""
    old = key.strip('"')
    return json.dumps(words.get(old, old), ensure_ascii=False)


def new_value(part: str, key: str, value: str, words: dict[str, str]) -> str:
    """What is the value now? Roles and `decided_by` name columns, a `where` a column and values, all else values."""
    if key == "side":
        return value
    if key == "where":
        column, _, values = value.partition(" = ")
        return f"{new_value('roles', '', column, words)} = {new_value(part, '', values, words)}"
    known = COLUMN if part == "roles" or key == "decided_by" else words
    return re.sub(r'"([^"\\]*)"', lambda found: f'"{known.get(found[1], found[1])}"', value)
