"""An activity of two columns, as XES has it by a classifier: in CSV as in XES, kept by the store, given as a list."""

from __future__ import annotations

import pytest
from support.toy import rows

import cxkit as cx

CSV = "case,what,step,when\nA,Pay,start,2025-06-01 09:00\nA,Pay,complete,2025-06-01 10:00\nB,Pay,,2025-06-02 09:00\n"
EVENT = (
    '<event><string key="concept:name" value="{}"/><string key="lifecycle:transition" value="{}"/>'
    '<date key="time:timestamp" value="2025-06-0{}T09:00:00Z"/></event>'
)
XES = (
    '<log><classifier name="Step and state" keys="concept:name lifecycle:transition"/>'
    '<trace><string key="concept:name" value="A"/>{}{}</trace></log>'
)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(CSV, encoding="utf-8")
    return path


def test_an_activity_of_two_columns(file, tmp_path):
    log = cx.read(file).roles(journey="case", activity=["what", "step"], time="when")
    journeys = cx.prepare(log, tmp_path / "store", progress=False)
    assert rows(journeys.activities(), "activity", "count") == [("Pay", 1), ("Pay+complete", 1), ("Pay+start", 1)]
    assert {"what", "step"} <= set(journeys.attributes), "the columns stay what they are"
    again = cx.open(journeys.folder).log
    assert again is not None
    assert cx.prepare(again, tmp_path / "again", progress=False).variants().table == journeys.variants().table
    assert "step + " not in str(cx.read(file).roles(activity=["what", "step"]).roles(activity="what").settled.evidence)


def test_a_column_that_is_not_there_is_told(file):
    with pytest.raises(KeyError, match='Closest: "step"'):
        cx.read(file).roles(activity=["what", "stap"])


def test_a_classifier_of_xes_is_a_column_and_its_keys_can_be_given(tmp_path):
    path = tmp_path / "log.xes"
    path.write_text(XES.format(EVENT.format("Pay", "start", 1), EVENT.format("Pay", "complete", 2)), encoding="utf-8")
    log = cx.read(path)
    assert "Step and state" in log.source.columns
    for activity in ("Step and state", ["concept:name", "lifecycle:transition"]):
        journeys = cx.prepare(log.roles(activity=activity), tmp_path / str(activity)[:4], progress=False)
        assert journeys.known_activities == ["Pay+complete", "Pay+start"]
