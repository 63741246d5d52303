"""Can a truth be changed, and does the world follow? Rates far from the shipped ones, asked for as with --set."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from oracle import World

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


@pytest.fixture(scope="module")
def changed(another: Callable[..., World]) -> World:
    settings = [f"{name}={value}" for name, value in CHANGES.values()]
    return another("changed", 5, "customers=6000", *settings)


@pytest.mark.parametrize("key", CHANGES)
def test_the_world_follows(changed: World, key: str) -> None:
    name, value = CHANGES[key]
    truth = changed.of(key)
    assert changed.rates[name] == value
    assert truth["parameter"] == pytest.approx(value, abs=0.01)
    changed.found(key, truth["realised"])


@pytest.mark.parametrize("key", CHANGES)
def test_and_is_no_longer_the_shipped_one(changed: World, key: str) -> None:
    from world.parameters import World as Shipped

    truth, shipped = changed.of(key), getattr(Shipped, CHANGES[key][0])
    assert abs(truth["realised"] - shipped) > truth["half_width"]


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
