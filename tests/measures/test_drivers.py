"""Drivers: what was planted is found, what comes after or goes along is not taken for it, and noise stays silent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from support.rows import assert_rows_keep_their_journeys
from support.toy import bound

import cxkit as cx
from cxkit import where as w

MONDAY = datetime(2025, 6, 2, 9, tzinfo=UTC)
CUSTOMERS = 700


def made(seed, folder, *, risk, name):
    """Orders that are paid and then delivered or cancelled: "Wait" of days and "Call" raise the share of cancels.

    Customers of plan "plus" cancel more, and chat more; the chat itself does nothing. A refund follows each cancel.
    """
    draw, events = np.random.default_rng(seed), list[dict[str, object]]()
    for customer in range(CUSTOMERS):
        plus = draw.random() < 0.4
        for order in range(draw.integers(1, 3)):
            call, slow = draw.random() < 0.25, draw.random() < 0.2
            chat = draw.random() < (0.7 if plus else 0.1)
            chance = 0.12 + risk * (0.3 * call + 0.25 * plus + 0.2 * slow)
            end = ["Cancel", "Refund"] if draw.random() < chance else ["Deliver"]
            steps = ["Order", *["Chat"] * chat, *["Call"] * call, "Pay", *end, *["Chat"] * bool(draw.random() < 0.3)]
            moment = MONDAY + timedelta(days=customer % 90 + 200 * order)
            for what in steps:
                moment += timedelta(hours=float(draw.uniform(1, 4)) + (90 if slow and what == "Pay" else 0))
                row = {"case": f"{customer}-{order}", "who": f"P{customer}", "what": what, "when": moment}
                events.append(row | {"plan": "plus" if plus else "basic"})
    roles = {"journey": "case", "activity": "what", "time": "when", "customer": "who"}
    log = cx.read(pa.Table.from_pylist(events)).roles(**roles, journey_attributes=["plan"], event_attributes=[])
    return cx.prepare(log, folder.mktemp(name), progress=False)


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    return made(3, tmp_path_factory, risk=1.0, name="planted")


@pytest.fixture(scope="module")
def noise(tmp_path_factory):
    return made(4, tmp_path_factory, risk=0.0, name="noise")


def told(answer):
    return answer.df().set_index("driver")


def test_what_was_planted_is_found_and_what_goes_along_vanishes(planted):
    found = told(planted.drivers("Cancel", at="Pay"))
    for name in ("Call", "plan plus"):
        assert found.loc[name, "significant"]
        assert found.loc[name, "holds"] == "yes"
        assert found.loc[name, "low"] < (0.3 if name == "Call" else 0.25) < found.loc[name, "high"]
    slow = [name for name in found.index if "or longer" in name and found.loc[name, "holds"] == "yes"]
    assert slow
    assert found.loc["Chat", "significant"], "it goes with the plan"
    assert found.loc["Chat", "holds"] == "vanishes"
    assert found.loc["plan basic", "difference"] == pytest.approx(-found.loc["plan plus", "difference"])
    assert found.loc["plan basic", "held"] == pytest.approx(-found.loc["plan plus", "held"])


def test_nothing_after_the_landmark_and_nothing_of_the_outcome_itself(planted):
    found = planted.drivers("Cancel", at="Pay")
    said = " ".join(found.df()["driver"])
    assert not any(word in said for word in ("Refund", "Cancel", "Deliver"))
    journeys = planted.n.journeys
    assert found.note.startswith(f"Up to the first Pay, which {journeys:,} of {journeys:,} journeys came to before.")
    assert found.table["n_with"][0].as_py() + found.table["n_without"][0].as_py() <= journeys
    early = planted.drivers("Pay", at="Cancel")
    assert early.n.journeys == 0
    assert "had their outcome before it" in early.note


def test_the_landmark_of_its_own_accord_is_the_last_common_step(planted):
    assert set(planted.drivers("Cancel").table["step"].to_pylist()) == {"Pay"}
    stages = bound(planted, cx.Engagement(goals=["Deliver"], cancels=["Cancel"], stages={"buy": ["Order", "Pay"]}))
    by_stage, by_step = (stages.drivers("cancel", at=at) for at in ("buy", "Order"))
    assert by_stage.n == by_step.n
    assert by_stage.df()["driver"].tolist() == by_step.df()["driver"].tolist() == ["plan basic", "plan plus"]


def test_a_row_is_the_filter_of_its_journeys(planted):
    assert assert_rows_keep_their_journeys(planted, "drivers", {"outcome": "Cancel", "at": "Pay"}) > 6


def test_noise_says_so(noise):
    found = noise.drivers("Cancel", at="Pay")
    assert not found.df()["significant"].any()
    assert "Nothing goes with this outcome" in found.note
    assert "would have been seen in four of five cases" in found.note
    assert "foretells no better than chance" in found.note
    assert "Nothing differs beyond chance" in found.chart().svg


def test_what_cannot_be_asked_is_said(planted):
    with pytest.raises(cx.CxError, match="How journeys end is not known"):
        planted.drivers("cancel")
    with pytest.raises(KeyError, match='Closest: "Pay"'):
        planted.drivers("Cancel", at="Pai")
    with pytest.raises(cx.CxError):
        planted.drivers(w.contains("Cancle"))
