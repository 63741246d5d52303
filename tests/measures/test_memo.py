"""The memo: what was planted is named with its days, and without anything planted no difference is told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from support.rows import assert_rows_keep_their_journeys
from support.toy import bound

import cxkit as cx
from cxkit.measures.findings.finding import DIFFERENCES, MOST, MOST_STEADY
from cxkit.views.findings.memo import memo as drawn

START = datetime(2025, 9, 1, 9, tzinfo=UTC)  # a Monday
WEEKS, A_WEEK = 30, 130
BROKEN, FAILING = (12, 15), 20  # weeks in which the wallet is broken; week from which the tablet fails
SAID = cx.Engagement(goals=["Deliver"], cancels=["Cancel"], silence="14d")


def shop(seed, folder, *, planted):
    """A shop of 30 weeks: orders are paid and delivered, seven in ten; customers differ in nothing but by chance."""
    draw, events = np.random.default_rng(seed), list[dict[str, object]]()
    for number in range(WEEKS * A_WEEK):
        week = number // A_WEEK
        pay = str(draw.choice(["card", "invoice", "wallet"], p=[0.45, 0.3, 0.25]))
        device = str(draw.choice(["desktop", "phone", "tablet"], p=[0.4, 0.4, 0.2]))
        chance = 0.7
        if planted and pay == "wallet" and BROKEN[0] <= week < BROKEN[1]:
            chance = 0.1
        if planted and device == "tablet" and week >= FAILING:
            chance = 0.3
        moment = START + timedelta(weeks=week, minutes=float(draw.uniform(0, 7 * 24 * 60)))
        for what in ("Order", "Pay", "Deliver" if draw.random() < chance else "Cancel"):
            row = {"case": f"{number:05}", "who": f"P{number % 3000:04}", "what": what, "when": moment}
            events.append(row | {"payment": pay, "device": device})
            moment += timedelta(hours=float(draw.uniform(2, 20)))
    roles = {"journey": "case", "activity": "what", "time": "when", "customer": "who"}
    log = cx.read(pa.Table.from_pylist(events)).roles(
        **roles, journey_attributes=["payment", "device"], event_attributes=[]
    )
    return bound(cx.prepare(log, folder.mktemp("shop"), progress=False), SAID)


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    return shop(5, tmp_path_factory, planted=True)


@pytest.fixture(scope="module")
def steady(tmp_path_factory):
    return shop(6, tmp_path_factory, planted=False)


def week(number):
    return (START + timedelta(weeks=number)).date()


def near(day, expected):
    return abs((day - expected).days) <= 7


def test_both_planted_faults_are_named_with_their_days(broken):
    rows = broken.memo().table.to_pylist()
    assert len(rows) <= MOST
    told = {word: next(row for row in rows if word in row["finding"] and row["since"]) for word in ("wallet", "tablet")}
    wallet, tablet = told["wallet"], told["tablet"]
    assert near(wallet["since"], week(BROKEN[0]))
    assert near(wallet["until"], week(BROKEN[1]) - timedelta(days=1))
    assert near(tablet["since"], week(FAILING))
    assert tablet["until"] > week(WEEKS - 4)
    assert isinstance(wallet["since"], date)
    attributes = [word for row in rows for word in ("payment", "device") if word in row["finding"]]
    assert len(attributes) == len(set(attributes)), "no two about the same thing"


def test_each_finding_opens_its_journeys(broken):
    assert assert_rows_keep_their_journeys(broken, "memo", {}) >= 3
    svg = broken.memo().chart().svg
    assert "wallet" in svg
    assert "opens" in svg


def test_the_weights_order_it(broken):
    found = broken.memo().df()
    assert found["weight"].is_monotonic_decreasing
    product = found["reach_share"] * found["size_share"] * found["certainty_share"]
    assert np.allclose(product, found["weight"])
    assert (~found["kind"].isin(DIFFERENCES)).sum() <= MOST_STEADY


def test_without_anything_planted_no_difference_is_told(steady):
    kinds = steady.memo().df()["kind"].tolist()
    assert not set(kinds) & set(DIFFERENCES)
    assert "outcome" in kinds


def test_nothing_may_stand_out(tmp_path):
    rows = [
        {"case": f"{number}", "who": f"P{number}", "what": what, "when": START + timedelta(hours=number * 5 + place)}
        for number in range(200)
        for place, what in enumerate(("Order", "Deliver"))
    ]
    log = cx.read(pa.Table.from_pylist(rows)).roles(journey="case", activity="what", time="when", customer="who")
    found = bound(cx.prepare(log, tmp_path, progress=False), SAID).memo()
    assert not set(found.df()["kind"]) & {"outcome", "rework", "data", *DIFFERENCES}
    nobody = found.table.slice(0, 0).to_pylist()
    assert "Nothing stands out" in drawn(nobody, title="?", population="200 journeys").svg
