"""Comparisons counted by hand on the toy log; sides, construction, periods, clicks, and what cannot be compared."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pyarrow as pa
import pytest
from support.splits import calling_shop

import cxkit as cx
from cxkit import where as w
from cxkit.errors import CxError, InputError
from cxkit.facts import accord

SAID = {
    "goals": ["Deliver"],
    "cancels": ["Cancel"],
    "silence": "2d",
    "stages": {"buy": ["Order", "Pay"], "get": ["Ship"]},
}


@pytest.fixture(scope="module")
def told(toy):
    return cx.open(toy.folder, engagement=cx.Engagement(**SAID))


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """400 customers with 1 or 2 orders each: half of them call in 10 %, half in 60 %; June is like July."""
    roles = {"journey": "case", "customer": "who", "activity": "what", "time": "when", "journey_attributes": ["plan"]}
    log = cx.read(calling_shop()).roles(**roles)
    return cx.prepare(log, tmp_path_factory.mktemp("compare") / "shop", progress=False)


def row(result, kind, item):
    rows = [row for row in result.table.to_pylist() if (row["kind"], row["item"]) == (kind, item)]
    assert len(rows) == 1, (kind, item)
    return rows[0]


def test_shares_are_those_of_the_toy_log(told):
    answer = told.compare(by="plan", left="basic", right="plus")
    assert (answer.n.journeys, answer.n.customers) == (11, 10)
    call = row(answer, "activity", "Call")
    assert (call["left"], call["right"]) == (1 / 6, 1 / 5)
    assert (call["n_left"], call["n_right"], call["customers_left"], call["customers_right"]) == (6, 5, 6, 5)
    assert (call["count"], call["why_not"]) == (2, "too few customers")
    assert row(answer, "move", "Order \N{RIGHTWARDS ARROW} Pay")["left"] == 3 / 6
    assert row(answer, "stage", "get")["right"] == 3 / 5
    assert row(answer, "outcome", "goal")["left"] == 3 / 6
    assert row(answer, "attribute", "plan: plus")["why_not"] == "by construction"
    hours = row(answer, "duration", "Order \N{RIGHTWARDS ARROW} Pay")
    assert np.isclose(hours["left"], np.expm1(np.mean(np.log1p([3600, 14400, 7200]))))
    assert not answer.df()["significant"].any()


def test_open_journeys_are_not_among_those_that_end(toy):
    patient = cx.open(toy.folder, engagement=cx.Engagement(**SAID | {"silence": "90d"}))
    answer = patient.compare(by="plan", left="basic", right="plus")
    assert {patient.outcomes(by="plan").df().query("outcome == 'open'")["count"].sum()} == {3}
    assert row(answer, "activity", "Order")["n_left"] + row(answer, "activity", "Order")["n_right"] == 11
    for kind, item in (("outcome", "goal"), ("end", "Deliver"), ("duration", "the whole journey")):
        assert row(answer, kind, item)["n_left"] + row(answer, kind, item)["n_right"] == 8


def test_a_real_difference_is_found_and_nothing_else(shop):
    answer = shop.compare(by="plan", left="basic", right="plus")
    call = row(answer, "activity", "Call")
    assert call["low"] < -0.5 < call["high"]
    assert call["significant"]
    assert call["q_value"] < 1e-6
    assert {row["item"] for row in answer.table.to_pylist() if row["significant"] and row["kind"] == "activity"} == {
        "Call"
    }
    other = shop.compare(by="plan", left="plus", right="basic")
    assert row(other, "activity", "Call")["difference"] == -call["difference"]
    assert "apart" in answer.note


def test_filters_the_rest_and_both(shop):
    short = w.attribute("plan", "basic")
    rest = shop.compare(left=short).table
    assert rest == shop.compare(left=short, right=~short).table
    called = shop.compare(left=short, right=w.contains("Call"))
    on_both = shop.keep(short & w.contains("Call")).n.journeys
    assert called.n.journeys == shop.keep(short | w.contains("Call")).n.journeys - on_both
    pay = row(called, "activity", "Pay")
    assert (
        pay["count"]
        == called.n.journeys
        == shop.keep(cx.catalog.entry("compare").keeps(pay, shop, called.parameters)).n.journeys
    )


def test_each_value_against_the_rest_is_one_family(shop):
    both = shop.compare(by="plan")
    assert both.table["segment"].unique().to_pylist() == ["plus", "basic"] or len(both.table["segment"].unique()) == 2
    alone = shop.compare(by="plan", left="plus")
    call = next(
        r for r in both.table.to_pylist() if (r["segment"], r["kind"], r["item"]) == ("plus", "activity", "Call")
    )
    assert call["difference"] == row(alone, "activity", "Call")["difference"]
    assert "segment" not in alone.table.column_names


def test_what_the_sides_are_made_of_differs_by_construction(shop):
    tagged = shop.tag("calls", w.contains("Call"))
    for answer in (shop.compare(left=w.contains("Call")), tagged.compare(by="calls", left=True)):
        own = {(r["kind"], r["item"]) for r in answer.table.to_pylist() if r["why_not"] == "by construction"}
        assert {("activity", "Call"), ("activity", "Order")} & own == {("activity", "Call")}
        assert all(
            kind == "variant" or "Call" in item or item == "calls: true" or item == "calls: false" for kind, item in own
        )
        assert {kind for kind, _ in own} >= {"variant", "move"}
    slow = shop.compare(left=w.lasts(at_least="90min"))
    assert row(slow, "duration", "the whole journey")["why_not"] == "by construction"


def test_personas_differ_by_construction_in_what_they_were_found_by(shop):
    tagged = shop.tag("persona", shop.personas(k=2))
    answer = tagged.compare(by="persona")
    evidence = set(accord.activities(shop).names)
    own = {r["item"] for r in answer.table.to_pylist() if r["kind"] == "activity" and r["why_not"] == "by construction"}
    assert evidence
    assert own == evidence


def test_a_row_opens_its_journeys_on_either_side(shop):
    known = cx.catalog.entry("compare")
    answer = shop.compare(by="plan", left="basic", right="plus")
    call = row(answer, "activity", "Call")
    marks = known.filters(call, shop, answer.parameters)
    left, right = shop.keep(marks["left_key"]).n.journeys, shop.keep(marks["right_key"]).n.journeys
    assert left + right == call["count"] == shop.keep(marks["key"]).n.journeys
    assert left == round(call["left"] * call["n_left"])


def test_two_periods_are_followed_equally_long(shop):
    answer = shop.compare(before="2025-07-02", within="12h")
    end = max(r["last"] for r in shop.summary().table.to_pylist())
    counted = shop.keep(w.during("..", (end - timedelta(hours=12)).strftime("%Y-%m-%d %H:%M"), how="started")).n
    assert abs(answer.n.journeys - counted.journeys) <= 1
    assert not answer.df()["significant"].any()
    assert answer.df()["count"].isna().all()
    assert "variant" not in set(answer.df()["kind"])
    assert "followed for 12 h" in answer.note


def test_what_happens_later_is_not_seen(shop):
    answer = shop.compare(before="2025-07-02", within="90min")
    whole = shop.compare(left=~w.during("2025-07-02", "..", how="started"))
    seen = row(answer, "activity", "Pay")["left"]
    assert seen < row(whole, "activity", "Pay")["left"] == 1
    assert np.isclose(seen, 1 - row(answer, "activity", "Call")["left"]), "after a call they pay in the third hour"


def test_only_what_differs_is_coloured(shop):
    differing, alike = (
        shop.compare(by="plan", left="basic", right="plus"),
        shop.compare(before="2025-07-02", within="12h"),
    )
    assert "What they do differently" in differing.chart().svg
    assert 'stroke-width="2.8"' in differing.chart(show="map").svg
    assert "Nothing that they do differs by more than chance" in alike.chart().svg
    assert 'stroke-width="2.8"' not in alike.chart(show="map").svg
    assert "not distinguishable from chance" in alike.chart().svg
    assert "plus" in shop.compare(by="plan").chart().svg


def test_a_log_without_dates_has_no_before(tmp_path):
    rows = [{"case": "A", "what": "Order"}, {"case": "A", "what": "Pay"}]
    log = cx.read(pa.Table.from_pylist(rows)).roles(journey="case", activity="what")
    answer = cx.prepare(log, tmp_path / "s", progress=False).compare(before="2025-06-03")
    assert len(answer.table) == 0
    assert "no dates" in repr(answer)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({}, "no two filters"),
        ({"left": "basic"}, "no two filters"),
        ({"left": w.contains("Order"), "right": "x"}, "no two filters"),
        ({"by": "plam", "left": "basic"}, "plan"),
        ({"by": "plan", "left": "basik"}, 'Closest: "basic"'),
        ({"by": "plan", "right": "basic"}, "left="),
        ({"by": "plan", "left": w.contains("Order")}, "not filters"),
        ({"before": "2025-06-31"}, "calendar"),
        ({"before": "2025-07", "by": "plan"}, "leave out"),
        ({"by": "plan", "within": "2d"}, "before="),
        ({"by": "plan", "holding": "no"}, "attribute"),
        ({"left": w.contains("Ordr")}, 'Closest: "Order"'),
        ({"by": "plan", "level": "stage"}, "stages"),
    ],
)
def test_what_cannot_be_compared_is_told(shop, asked, says):
    with pytest.raises((InputError, CxError), match=says):
        shop.compare(**asked)
