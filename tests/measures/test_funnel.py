"""Funnels of the toy counted by hand, and laws."""

from __future__ import annotations

import pandas as pd
import pytest
from support.toy import bound, rows

import cxkit as cx
from cxkit import where as w
from cxkit.catalog import entry

CHAIN = ["Order", ["Call", "Pay"], "Ship", "Deliver"]


def test_the_toy_counted_by_hand(toy):
    found = rows(toy.funnel(steps=CHAIN), "name", "count", "went_on", "fell_out", "open", "instead", "instead_count")
    assert found == [
        ("Order", 12, 10, 2, None, "Cancel", 2),  # A07 and A08
        ("Call or Pay", 10, 6, 4, None, "Cancel", 2),
        ("Ship", 6, 5, 1, None, None, 1),
        ("Deliver", 5, None, 0, None, None, 0),
    ]
    assert toy.funnel(steps="Order -> Pay -> Ship").table == toy.funnel(steps=["Order", "Pay", "Ship"]).table


def test_open_journeys_stand_apart(toy):
    said = cx.Engagement(goals=["Deliver"], cancels=["Cancel"], silence="3d")  # A06 and A10 are open
    journeys = bound(toy, said)
    found = journeys.funnel(steps=["Order", "Pay", "Ship", "Deliver"]).df()
    assert found["open"].tolist() == [0, 1, 1, 0]
    assert found["fell_out"].tolist() == [3, 2, 0, 0]
    falling = entry("funnel").filters(
        found.to_dict("records")[1], journeys, {"steps": "Order -> Pay -> Ship -> Deliver"}
    )
    assert journeys.keep(falling["fell_key"]).journeys().df()["journey"].tolist() == ["A09", "A11"]


@pytest.mark.parametrize("by", [None, "plan", "called"])
@pytest.mark.parametrize("within", [None, "30h"])
def test_everything_adds_up(toy, by, within):
    journeys = toy.tag("called", w.contains("Call"))
    found = journeys.funnel(steps=CHAIN, by=by, within=within).df()
    assert found[found["step"] == 1]["count"].sum() == toy.n.journeys
    for _, part in found.groupby("segment"):
        assert part["went_on"].tolist()[:-1] == part["count"].tolist()[1:]
        assert (part["count"] == part["went_on"].fillna(part["count"]) + part["fell_out"]).all()
        assert (part["instead_count"] <= part["fell_out"]).all()
        assert (part["share"] == part["count"] / part["count"].iloc[0]).all()


def test_many_segments_come_with_an_other(tmp_path):
    events = [(f"J{n:02d}", f"C{n // 2}", f"v{n % 9}", what, hour) for n in range(40) for hour, what in enumerate("ab")]
    table = pd.DataFrame(events, columns=["case", "who", "kind", "what", "hour"])
    table["when"] = pd.Timestamp("2025-01-01", tz="UTC") + pd.to_timedelta(table["hour"], unit="h")
    roles = {"journey": "case", "activity": "what", "time": "when", "customer": "who", "journey_attributes": ["kind"]}
    journeys = cx.prepare(cx.read(table).roles(**roles), tmp_path / "store", progress=False)
    answer = journeys.funnel(steps=["a", "b"], by="kind")
    found = answer.df()
    assert found["segment"].unique().tolist() == ["v0", "v1", "v2", "v3", "v4", "v5", "(other)"]
    assert found[found["step"] == 2]["count"].sum() == 40
    last = answer.table.to_pylist()[-1]
    assert journeys.keep(entry("funnel").keeps(last, journeys, answer.parameters)).n.journeys == last["count"]


def test_the_picture_shows_every_figure_and_marks_both_parts(toy):
    answer = toy.funnel(steps=CHAIN)
    picture = answer.chart(keyed=lambda row: {"key": f"k{row['step']}", "fell_key": f"f{row['step']}"})
    assert [f'data-key="{mark}{step}"' in picture.svg for step in (1, 2, 3) for mark in "kf"] == [True] * 6
    assert "4 (40%) fell out" in picture.svg
    assert "10 · 83% of first · 83% of before" in picture.svg


def test_nonsense_is_refused(toy):
    with pytest.raises(cx.CxError, match='No activity "Payy"'):
        toy.funnel(steps=["Order", "Payy"])
    with pytest.raises(cx.CxError, match="no list of 1 to"):
        toy.funnel(steps=[])
