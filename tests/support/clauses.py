"""Clauses by their owners, drawn; and documents of a board that are hostile or stale."""

from __future__ import annotations

import json

from hypothesis import strategies as st

from cxkit import where as w
from cxwidgets import Board

CLAUSE = st.sampled_from(
    [
        w.contains("Pay"),
        ~w.contains("Cancel"),
        w.follows("Order", "Ship", within="2d"),
        w.attribute("plan", "basic", "plus"),
        w.attribute("plan", missing=True) | w.length(at_least=3),
        w.during("2025-06", "2025-07") & w.lasts(at_most="9d"),
        w.variant_rank(at_most=3),
        w.pattern("Order ~> [within 2d] Pay{channel = web} -> [^Cancel]*"),
        w.endpoints("Order", ["Pay", "Ship"]) | ~w.repeats("Call", how="ping-pong"),
    ]
)
OWNER = st.sampled_from(["process_map", "variants", "segments", "durations", "filter 1", "filter 12", "view 3"])
CLAUSES = st.dictionaries(OWNER, CLAUSE, max_size=6)

HOSTILE = {
    "an activity that is not there": {"clauses": {"process_map": w.contains("<script>").to_json()}},
    "a value of another kind": {"clauses": {"segments": {"filter": "attribute", "name": "plan", "values": [1]}}},
    "an attribute that is not there": {"clauses": {"segments": w.attribute("shoe size", "42").to_json()}},
    "an owner that is none": {"clauses": {"__class__": w.contains("Call").to_json()}},
    "an owner that is a path": {"clauses": {"../../etc": w.contains("Call").to_json()}},
    "too many clauses": {"clauses": {f"filter {n}": w.contains("Call").to_json() for n in range(1, 60)}},
    "a filter that is none": {"clauses": {"filter 1": {"filter": "eval", "of": "1"}}},
    "a list": {"clauses": [1]},
    "nested": {"clauses": {"filter 1": json.loads('{"filter":"none_of","of":[' * 60 + "1" + "]}" * 60)}},
    "a word too many": {"code": []},
    "another format": {"board": 2},
    "a panel that is none": {"panels": {"evil": {}}},
    "no panel": {"panels": {"variants": 7}},
    "a journey that is not there": {"opened": "A99"},
    "no journey": {"opened": {"$ne": 1}},
    "half a letter": {"opened": "\ud800"},
}


def opened(toy, clauses=None):
    board = Board(toy)
    for owner, clause in (clauses or {}).items():
        board.put(owner, clause)
    return board
