"""Is every truth proved, and does each say what a reader needs?"""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

from oracle import PERSONAS, World

PROOFS = Path(__file__).parent
NAMES = ("unstated", "stated_only", "unregistered", "without_policy")
ELSEWHERE = ("fault.", "next.", "firm.", "mini.")  # of the other extracts: proved where they are made


def test_every_truth_has_a_proof(world: World) -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in PROOFS.glob("test_*.py"))
    proved = set(re.findall(r'"([a-z_]+(?:\.[a-z_{}]+)+)"', text))
    told = {key.replace("{slug}", slug).replace("{end}", slug) for key in proved for slug in (*PERSONAS, "good", "bad")}
    told |= {key.replace("{period}", part) for key in proved for part in ("before", "after")}
    assert [key for key in world.truths if not key.startswith(ELSEWHERE) and key not in told] == []


def test_every_truth_says_what_it_is(world: World) -> None:
    for key, truth in world.truths.items():
        assert len(truth["says"]) > 10, key
        assert truth["realised"] is not None, key
        assert truth["half_width"] >= 0, key
        if isinstance(truth["realised"], float) and isinstance(truth["parameter"], float):
            assert truth["half_width"] > 0, key
            assert truth["unit"], key


def test_every_truth_says_which_numbers_move_it(world: World) -> None:
    """But for those that are names: which need, how many steps, how many lines on the cost sheet."""
    own = {key: truth["set"] for key, truth in world.truths.items() if not key.startswith(ELSEWHERE)}
    assert {name for names in own.values() for name in names} <= set(world.rates)
    fixed = {key for key, names in own.items() if not names}
    assert fixed == {"policy.check.steps", "tables.costs", *(f"need.{name}" for name in NAMES)}


def test_what_came_out_is_near_what_was_planted(world: World) -> None:
    for key, truth in world.truths.items():
        if isinstance(truth["parameter"], int | float) and isinstance(truth["realised"], int | float):
            assert abs(truth["parameter"] - truth["realised"]) <= truth["half_width"] + 1e-4, key


def test_a_truth_that_no_log_can_tell_is_marked(world: World) -> None:
    marked = {key for key, truth in world.truths.items() if truth.get("identifiable") is False}
    assert marked == {"policy.deposit.cancel"}
    assert {key for key, truth in world.truths.items() if truth.get("repairable") is False} == {"survey.contact.mean"}


def test_no_label_is_in_what_the_company_hands_over(world: World) -> None:
    personas, secret = set(PERSONAS.values()), {"persona", "bayes", "hesitant", "leaked", "outcome", "ending", "turn"}
    for name, table in world.tables.items():
        assert not secret & set(table.column_names), name
        for column in table.column_names:
            values = table[column].unique().to_pylist() if table.schema.field(column).type == "string" else []
            assert not personas & set(values), (name, column)


def test_a_renamed_world_says_none_of_the_old_names(world: World) -> None:
    names = world.book.get("names", {})
    for kind, pairs in names.items():
        pairs = {old: new for table in pairs.values() for old, new in table.items()} if kind == "column" else pairs
        assert not set(pairs) & set(pairs.values()), kind
        assert len(set(pairs.values())) == len(pairs), kind
    if names:
        assert set(names["activity"]) >= set(world.log.activity)
        assert {name: set(pairs) for name, pairs in names["column"].items()} == {
            name: set(table.column_names) for name, table in world.tables.items()
        }


def test_the_book_is_plain_json(world: World) -> None:
    assert not re.search(r"\b(NaN|Infinity)\b", json.dumps(world.truths))
    assert all(math.isfinite(truth["half_width"]) for truth in world.truths.values())
