"""Time to goal: the toy counted by hand, what adds up, and pandas' journeys under statsmodels' estimator."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.duration.survfunc import CumIncidenceRight
from support.toy import HOUR, bound, rows

import cxkit as cx
from cxkit import where as w

SAID = cx.Engagement(goals=["Deliver"], cancels=["Cancel"], silence="3d")
# Hours to the end, and why: goal 1, cancel 2, silent 3 (72 h after the last event), open 0 (until 289 h).
BY_HAND = {
    "A01": (73, 1), "A02": (74, 1), "A03": (49, 1), "A04": (121, 1), "A05": (96, 1), "A06": (169, 0), "A07": (2, 2),
    "A08": (48, 2), "A09": (73, 3), "A10": (73, 0), "A11": (49, 2), "A12": (6, 2),
}  # fmt: skip


@pytest.mark.parametrize("ids", [list(BY_HAND), ["A03", "A04", "A06", "A09", "A11"]])
def test_the_toy_counted_by_hand(toy, ids):
    journeys = bound(toy, SAID)
    journeys = journeys if len(ids) == 12 else journeys.keep(w.attribute("plan", "plus"))
    hours, causes = (np.array(column) for column in zip(*(BY_HAND[name] for name in ids), strict=True))
    theirs = CumIncidenceRight(hours * HOUR, causes)
    found = journeys.time_to_goal().df()
    for number, word in enumerate(("goal", "cancel", "silent")):
        part = found[found["outcome"] == word]
        at = np.searchsorted(theirs.times, part["seconds"], side="right") - 1
        assert part["share"].to_numpy() == pytest.approx(np.where(at < 0, 0, theirs.cinc[number][at]))
        assert set(part["count"]) == {(causes == number + 1).sum()}
    goal = found[found["outcome"] == "goal"]
    assert goal["left"].tolist() == [(hours * HOUR > seconds).sum() for seconds in goal["seconds"]]


@pytest.mark.parametrize("by", [None, "plan", "called"])
def test_everything_adds_up(toy, by):
    found = bound(toy, SAID).tag("called", w.contains("Call")).time_to_goal(by=by).df()
    sums = found.groupby(["segment", "seconds"])["share"].sum()
    assert sums.to_numpy() == pytest.approx(np.ones(len(sums)))
    for _, curve in found[found["outcome"] != "open"].groupby(["segment", "outcome"]):
        assert curve["share"].is_monotonic_increasing
        assert len(curve) == 25
        sure = curve.dropna(subset=["share_low"])
        assert ((sure["share_low"] <= sure["share"]) & (sure["share"] <= sure["share_high"])).all()
    ends = found.drop_duplicates(["segment", "outcome"])
    assert ends["count"].sum() == 12


def test_an_outcome_with_a_condition_counts_from_where_it_holds(toy):
    said = cx.Engagement(goals=[{"activity": "Call", "where": {"channel": "phone"}}])
    found = bound(toy, said).time_to_goal().df()
    assert found[found["outcome"] == "goal"]["count"].unique().tolist() == [3]
    assert bound(toy, said).outcomes().df()["count"].tolist() == [3, 0, 0, 9]


def test_nothing_is_invented(toy):
    answer = toy.time_to_goal()
    assert answer.table.num_rows == 0
    assert 'such as goals = ["Deliver"]' in repr(answer)
    assert "Name goals in the engagement file" in answer.chart().svg


def test_the_picture_has_a_curve_for_each_outcome_and_names_them_once(toy):
    answer = bound(toy, SAID).time_to_goal()
    svg = answer.chart(keyed=lambda row: {"key": row["outcome"]}).svg
    assert [svg.count(f'data-key="{word}"') for word in ("goal", "cancel", "silent", "open")] == [1, 1, 1, 0]
    assert len(rows(answer, "outcome")) == 100
    assert "journeys still looked at" in svg
