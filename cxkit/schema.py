"""Every table, column and type name that the store owns; nothing else spells them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FORMAT = 6

EVENTS, JOURNEYS, VARIANTS, VARIANT_MOVES, ACTIVITIES, CUSTOMERS, REJECTED = (
    "events",
    "journeys",
    "variants",
    "variant_moves",
    "activities",
    "customers",
    "rejected",
)
ROWS = "rows"  # what an event's row said beyond its event: an append asks for it, no question does
TABLES = (EVENTS, JOURNEYS, VARIANTS, VARIANT_MOVES, ACTIVITIES, CUSTOMERS, REJECTED)
BESIDE = "tables"  # the folder of what lies beside the log

JOURNEY, CUSTOMER, ACTIVITY, VARIANT = "journey", "customer", "activity", "variant"
POSITION, TIME, NEXT, GAP = "position", "time", "next_activity", "gap"
FIRST_VISIT, FIRST_MOVE = "first_visit", "first_move"
STARTED, ENDED = "started", "ended"
SERVICE, WAITING = "service", "waiting"
ID, NAME, SYMBOL, HASH = "id", "name", "symbol", "hash"
FIRST, LAST, LENGTH, PATH, COUNT, MEAN = "first", "last", "length", "path", "count", "mean"
TIMES = "times"
ROW, KEY = "row", "key"
LINE, REASON, TEXT, PART = "line", "reason", "text", "part"

EVENT_COLUMNS = (JOURNEY, ACTIVITY, POSITION, TIME, NEXT, GAP, FIRST_VISIT, FIRST_MOVE)
STAMP_COLUMNS = (SERVICE, WAITING)
JOURNEY_COLUMNS = (JOURNEY, ID, HASH, CUSTOMER, VARIANT, FIRST, LAST, LENGTH)
OUTLINE_COLUMNS = (JOURNEY, CUSTOMER, VARIANT, FIRST, LAST, LENGTH)

JOINED = ("events", "journeys", "customers", "nothing")  # what rows of a table beside the log are joined to
SEVERITIES = ("high", "medium", "low", "note")
START, END = -1, -2
SECOND = 1_000_000
SYMBOL_BASE = 0x4E00
MOST_ACTIVITIES = 20_000
HASH_PRIME = 2_147_483_647

Kind = Literal["text", "integer", "number", "boolean", "time"]
Level = Literal["event", "journey", "customer"]


@dataclass(frozen=True)
class Attribute:
    """A column of the client's: its own name, where the store keeps it, its level and its kind of value."""

    name: str
    column: str
    level: Level
    kind: Kind


@dataclass(frozen=True)
class Table:
    """A table beside the log: its source, which of its columns are keys, what it holds, and what its rows speak of.

    The store keeps its columns as y0, y1, ... in their order. `joined` counts its rows by what they were joined to
    (events, journeys, customers, nothing), `doubts` those that are to be told; `notes` say how it was read.
    """

    name: str
    source: str
    fingerprint: str
    keys: dict[str, str]
    columns: dict[str, Kind]
    joined: dict[str, int]
    doubts: dict[str, int]
    notes: tuple[str, ...] = ()


def codes(path: str) -> list[int]:
    """The activity codes of a path, in order."""
    return [ord(character) - SYMBOL_BASE for character in path]
