"""One journey step by step: the toy by hand, steps that overlap, what lies beside, the customer's other journeys."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from support.toy import bound, rows

import cxkit as cx
from cxkit.views.lanes import diary as drawn

MONDAY = datetime(2025, 6, 2, 9, tzinfo=UTC)
HOUR = 3600.0
# journey, activity, lane, starts and ends in hours after Monday
WORKED = [
    ("J1", "Ask", "customer", 0, 0), ("J1", "Check", "office", 1, 5), ("J1", "Call", "phone", 3, 4),
    ("J1", "Answer", "office", 6, 7), ("J2", "Ask", "customer", 100, 100), ("J3", "Ask", "customer", -50, -49),
]  # fmt: skip
WHO = {"J1": "C1", "J2": "C1", "J3": "C1"}


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """Three journeys of one customer; a comment and a survey speak of the first."""
    at = lambda hours: MONDAY + timedelta(hours=hours)  # noqa: E731
    events = [
        {"case": case, "what": what, "lane": lane, "begun": at(begun), "when": at(ended), "who": WHO[case]}
        for case, what, lane, begun, ended in WORKED
    ]
    said = {"case": ["J1", "J2"], "at": [at(3.5), at(101)], "text": ["<b>Too slow</b>", "Fine"]}
    log = cx.read(pa.Table.from_pylist(events)).roles(
        journey="case", activity="what", time="when", start="begun", customer="who", event_attributes=["lane"]
    )
    log = log.beside("comments", pa.table(said), journey="case", time="at")
    return cx.prepare(log, tmp_path_factory.mktemp("lived"), progress=False)


def test_the_toy_by_hand(toy):
    found = toy.diary("A06")
    assert rows(found, "part", "position", "what", "wait_seconds") == [
        ("step", 1, "Order", None), ("step", 2, "Pay", HOUR), ("step", 3, "Call", 48 * HOUR),
        ("step", 4, "Call", 24 * HOUR), ("step", 5, "Ship", 24 * HOUR), ("other journey", None, "4 events", None),
    ]  # fmt: skip
    assert rows(found, "journey")[-1] == ("A01",)
    assert rows(found, "details")[0] == (["channel: web"],)
    assert [day for (day,) in rows(found, "day")] == [1, 1, 3, 4, 5, None]
    assert toy.diary().table["journey"][0].as_py() == "A01", "least far from the others: Order, Pay, Ship, Deliver"
    assert "the typical one" in toy.diary().note
    with pytest.raises(cx.CxError, match='No journey "A99"'):
        toy.diary("A99")


def test_overlaps_lanes_and_what_lies_beside(lived):
    found = lived.diary("J1")
    assert rows(found, "part", "what", "lane", "seconds", "wait_seconds") == [
        ("step", "Ask", "customer", 0.0, None), ("step", "Check", "office", 4 * HOUR, HOUR),
        ("step", "Call", "phone", HOUR, 0.0), ("step", "Answer", "office", HOUR, HOUR),
        ("comments", "text: <b>Too slow</b>", None, None, None), ("other journey", "1 event", None, None, None),
        ("other journey", "1 event", None, None, None),
    ]  # fmt: skip
    assert [row[0] for row in rows(found, "journey")][-2:] == ["J3", "J2"]


def test_the_picture_shows_what_overlaps(lived):
    found = lived.diary("J1")
    svg = found.chart().svg
    assert "<b>" not in svg
    bar = re.search(r'<title>Check\b.*?<rect x="([\d.]+)" width="([\d.]+)"', svg, re.DOTALL)
    call, answer = (
        float(re.search(rf'<title>{what}\b.*?<circle cx="([\d.]+)"', svg, re.DOTALL)[1]) for what in ("Call", "Answer")
    )
    assert call < float(bar[1]) + float(bar[2]) < answer, "Check ends after Call began and before the answer"
    for word in (
        "customer",
        "office",
        "phone",
        "comments",
        "All journeys of this customer",
        dict(rows(found, "journey", "who"))["J3"],
    ):
        assert word in svg
    names = [row["what"] for row in found.table.to_pylist() if row["part"] == "step"]
    assert len(re.findall('class="cx-item"', svg)) == len(names) + 1
    assert svg.count('class="cx-neighbour"') == 3


def test_items_never_share_a_place(lived):
    table = lived.diary("J1").table.to_pylist()
    tied = [{**row, "time": MONDAY, "until": None} for row in table if row["part"] == "step"] * 5
    svg = drawn(tied, title="?", population="n").svg
    places = [float(x) for x in re.findall(r'<circle cx="([\d.]+)"', svg)]
    assert len(places) == 20
    assert min(later - sooner for sooner, later in zip(sorted(places), sorted(places)[1:], strict=False)) > 80


def test_nobody_is_named_where_people_read(lived):
    found = lived.diary("J1")
    read = found.note + repr(found) + found._repr_html_()
    assert not re.search(r"\bJ[123]\b|\bC1\b", read)
    who = dict(rows(found, "journey", "who"))
    assert len({*who.values()}) == 3
    assert who["J2"] == lived.diary("J2").table["who"][0].as_py(), "one name for a journey everywhere"
    assert who["J1"] in found.note


def test_what_they_did_and_heard_and_the_silence(lived):
    lanes = {"person": ["Ask"], "office": ["Check", "Answer"], "phone": ["Call"]}
    sides = {"person": "customer", "office": "back", "phone": "front"}
    said = cx.Engagement(
        goals=["Answer"],
        silence="1d",
        lanes={name: {"activities": of, "side": sides[name]} for name, of in lanes.items()},
    )
    known = bound(lived, said)
    assert rows(known.diary("J1"), "side")[:4] == [("did",), ("behind",), ("heard",), ("behind",)]
    assert "Ended as goal" in known.diary("J1").note
    quiet = known.diary("J3").note
    assert "Ended as silent, the log goes on for 6.2 d without it" in quiet
    svg = known.diary("J1").chart().svg
    assert "what they heard" in svg
    assert "Day 1" in svg
