"""Can a truth be changed, and does the world follow? Rates far from the shipped ones, asked for as with --set."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from oracle import TRUTH, World

CHANGES = {  # truth: the number behind it, its new value
    "leak.far": ("leak_far", 0.4),
    "leak.port_out": ("port_out", 0.7),
    "wait.notice": ("delivery_notice", 0.8),
    "addon.dropped": ("addon_dropped", 0.15),
    "friction.transfer": ("transfer", 0.3),
    "friction.repeat_imposed": ("imposed", 0.6),
    "friction.asked_again": ("asked_again", 0.7),
    "policy.check.cancel": ("check_cancel", 0.35),
    "action.repeat.after": ("repeat_after", 0.02),
    "action.placebo.effect": ("placebo_effect", 0.15),
    "action.unregistered.after": ("self_help_later", 0.9),
    "local.handle_time": ("handle_time_factor", 0.5),
    "people.shelter.handle_time": ("care_factor", 2.2),
    "survey.journey.response_good": ("response_good", 0.4),
    "need.peer": ("answered_by_peers", 0.3),
}


MOVES = {  # truth: what moves it, though it is no such number itself
    "size.several": "journeys_per_customer=0.2,0.5,0.3,0,0",
    "identity.split": "split_identity=0.4",
    "icc.outcome": "same_outcome=0",
    "persona.share.talk": "personas=3,1,1,1",
    "persona.age_ami": "age_tells=0",
    "persona.marker.own": "own_marker=2.6",
    "decoy.entry_ami": "decoys_tell=0.6",
    "decoy.check_length_eta": "decoys_tell=0.6",
    "decoy.hardness_eta": "decoys_tell=0.6",
    "cell.understood.predictable": "understood_follows=0.4",
    "need.answers": "satisfaction=2,6.1,9,5.2,5.8,6.9,6.6,3.9",
    "need.firm_ranking": "firm_shares=0.3,0.05,0.1,0.2,0.05,0.2,0.1",
    "need.true_ranking": "need_weights=1,1,0.2,1,1,1,3,1",
    "wait.silent": "shipping=80,0.2",
    "policy.check.days": "second_check=60,0.4",
    "policy.promise.vacuous": "gives_up=0.3",
    "policy.promise.pending": "follow_up_days=90 follow_up=1700,0.1",
    "people.agent_share": "agent_leaning=0.2",
    "mix.overall": "mix_shift=0",
    "survey.journey.mean": "score_good=9",
    "survey.contact.mean": "score_contact=4",
    "comment.unasked_praise": "praise=0.1",
    "money.contact_cost": "contact_costs=3",
}


@pytest.fixture(scope="module")
def changed(another: Callable[..., World]) -> World:
    settings = [f"{name}={value}" for name, value in CHANGES.values()]
    return another("changed", 5, "customers=6000", *settings, *" ".join(MOVES.values()).split())


@pytest.fixture(scope="module")
def shipped() -> dict[str, Any]:
    return json.loads((TRUTH / "truth.json").read_text(encoding="utf-8"))["truths"]


@pytest.mark.parametrize("key", CHANGES)
def test_the_world_follows(changed: World, shipped: dict[str, Any], key: str) -> None:
    name, value = CHANGES[key]
    truth = changed.of(key)
    assert changed.rates[name] == value
    assert truth["parameter"] == pytest.approx(value, abs=0.01)
    changed.found(key, truth["realised"])
    assert abs(truth["realised"] - shipped[key]["parameter"]) > truth["half_width"]


@pytest.mark.parametrize("key", MOVES)
def test_and_where_the_number_only_moves_it(changed: World, shipped: dict[str, Any], key: str) -> None:
    """What is planted is worked out anew, and what came out is near it, and far from the shipped world."""
    truth, before = changed.truths[key], shipped[key]
    if isinstance(truth["realised"], list):
        assert truth["realised"] != before["realised"]
    else:
        changed.found(key, truth["realised"])
        assert abs(truth["realised"] - before["realised"]) > truth["half_width"]


def test_the_log_itself_has_changed(changed: World) -> None:
    """Counted from the tables again, not taken from the book."""
    delivered = changed.first.dropna(subset=["Router shipped", "Router delivered"])
    changed.counted("wait.notice", delivered["Delivery notice sent"].notna().mean())
    orders = changed.journeys[changed.journeys.placed.fillna(False)]
    changed.counted("addon.dropped", changed.first["Add-on dropped"].reindex(orders.index).notna().mean())


def test_a_number_that_does_not_exist_is_refused(another: Callable[..., World]) -> None:
    with pytest.raises(ValueError, match="leak_far"):
        another("wrong", 5, "leak_fahr=.3")
    with pytest.raises(ValueError, match=r"leak_far=1\.3"):
        another("wrong", 5, "leak_far=1.3")
