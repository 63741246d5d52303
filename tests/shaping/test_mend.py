"""Repairs applied: the fault is gone, all else is as it was, and every row leads back to its line."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

import cxkit as cx
from cxkit.readiness.readiness import readiness
from cxkit.shaping.mending.mend import mend
from cxkit.shaping.mending.repairs import AsMissing, DropCopies, DropEchoes, InZone, MergeValues, Rescale, Restamp, Tidy

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ROLES = {"journey": "case", "activity": "what", "time": "when"}
LOG = """case,what,when,channel,euro
A,Order,2025-06-02 09:00:00,web,10
A,Order,2025-06-02 09:00:00,web,10
A,Pay,2025-06-02 10:00:00,WEB,2500
A,Pay,2025-06-02 10:00:00.5,web,25
B ,Order,2025-06-02 11:00:00,n/a,30
B,Pay,2025-06-02 12:00:00,"it's",31
"""


@pytest.fixture
def log(tmp_path):
    (tmp_path / "log.csv").write_text(LOG, encoding="utf-8")
    return cx.read(tmp_path / "log.csv").roles(**ROLES)


MENDED = [
    (DropCopies(), 5, "what", ["Order", "Pay", "Pay", "Order", "Pay"]),
    (DropEchoes(1.0), 4, "channel", ["web", "WEB", "n/a", "it's"]),
    (AsMissing("channel", ("n/a", "it's")), 6, "channel", ["web", "web", "WEB", "web", None, None]),
    (
        MergeValues("channel", (("WEB", "web"), ("it's", "web"))),
        6,
        "channel",
        ["web", "web", "web", "web", "n/a", "web"],
    ),
    (Tidy("case"), 6, "case", ["A", "A", "A", "A", "B", "B"]),
    (Rescale("euro", 100.0, (("Pay", 1000.0, 3000.0),)), 6, "euro", ["10", "10", "25.0", "25", "30", "31"]),
]


@pytest.mark.parametrize(("repair", "rows", "column", "values"), MENDED)
def test_a_repair_mends_one_thing(repair, rows, column, values, log):
    mended, before = mend(log, [repair]), log.head()
    frame = mended.head()
    assert len(frame) == rows
    assert frame[column].astype(object).where(frame[column].notna(), None).tolist() == values
    rest = [name for name in before if name != column]
    if rows == len(before):
        assert frame[rest].equals(before[rest])
    assert log.head().equals(before)


def test_repairs_follow_each_other(log):
    """Tidied first, B's rows are one journey; the copy is line 3, the echo line 5."""
    steps = [Tidy("case"), DropCopies(), DropEchoes(1), MergeValues("channel", (("WEB", "web"),))]
    mended = mend(log, steps)
    assert mended.head()[["case", "what", "channel"]].values.tolist() == [
        ["A", "Order", "web"],
        ["A", "Pay", "web"],
        ["B", "Order", "n/a"],
        ["B", "Pay", "it's"],
    ]
    assert mended.source.lines([0, 1, 2, 3]) == [2, 4, 6, 7]
    assert mended.settled == log.settled
    assert "read equal rows once" in repr(mended)


def test_what_readiness_offers_mends_what_it_found(log, tmp_path):
    answer = readiness(log, now=NOW)
    offered = {found.check.name for found in answer.findings if found.repair}
    assert offered == {"copies", "echoes", "near_ids", "placeholders", "distorted"}
    assert [offer.repair for offer in answer.repairs if offer.apply] == [Tidy("case")]
    assert mend(log, answer.repairs).source.repairs == (Tidy("case"),)
    mended = mend(log, [offer.repair for offer in answer.repairs])
    assert not offered & {found.check.name for found in readiness(mended, now=NOW).findings}
    journeys = cx.prepare(mended, tmp_path / "store", progress=False)
    assert journeys.variants().df()["count"].tolist() == [2]


def test_numbers_stay_numbers():
    table = cx.toy_table()
    log = cx.read(table.append_column("euro", [[float(n) for n in range(len(table))]]))
    log = log.roles(journey="order", activity="step", time="when")
    mended = mend(log, [AsMissing("euro", ("3",)), Rescale("euro", 10.0, (("Pay", 1.0, 1.0),))])
    assert mended.head(4)["euro"].tolist()[:3] == [0.0, 0.1, 2.0]
    assert mended.head(4)["euro"].isna().tolist() == [False, False, False, True]


def test_what_cannot_be_mended_is_said(log):
    with pytest.raises(cx.CxError, match='Closest: "channel"'):
        mend(log, [Tidy("chanel")])
    with pytest.raises(cx.CxError, match="no repair"):
        mend(log, ["drop_copies"])


SHIFTS = [
    (
        "case,what,sys,start,end\nA,X,utc,2025-06-02 10:00,2025-06-02 10:30\n"
        "A,Y,shop,2025-06-02 14:00,2025-06-02 14:30\n",
        {"time": "end", "start": "start"},
        InZone("end", "sys", ("utc",), "UTC"),
    ),
    (
        "case,what,sys,step,end\nA,X,utc,start,2025-06-02 10:00\nA,X,utc,complete,2025-06-02 10:30\n"
        "A,Y,shop,start,2025-06-02 14:00\nA,Y,shop,complete,2025-06-02 14:30\n",
        {"time": "end", "lifecycle": "step"},
        InZone("end", "sys", ("utc",), "UTC"),
    ),
    (
        "case,what,start,end\nA,X,02.06.2025 12:00,2025-06-02 12:30\nA,Y,02.06.2025 14:00,02|06|2025 14-30\n"
        "A,Y,02|06|2025 14-00,2025-06-02 14:30\n",
        {"time": "end", "start": "start"},
        Restamp("end", ("99|99|9999 99-99",), ("%d|%m|%Y %H-%M",)),
    ),
]


@pytest.mark.parametrize(("text", "roles", "repair"), SHIFTS, ids=["start column", "lifecycle", "two writings"])
def test_times_are_mended_with_their_starts(text, roles, repair, tmp_path):
    """From 12:00 and from 14:00 in Berlin, for half an hour each."""
    (tmp_path / "log.csv").write_text(text, encoding="utf-8")
    log = cx.read(tmp_path / "log.csv").roles(journey="case", activity="what", zone="Europe/Berlin", **roles)
    journeys = cx.prepare(log.mend(repair), tmp_path / "store", progress=False)
    star = journeys.base
    events = star.engine.collect(star.events.sort("journey", "position")).to_pylist()
    ten, noon = (int(datetime(2025, 6, 2, hour, tzinfo=UTC).timestamp() * 1e6) for hour in (10, 12))
    half = 1_800_000_000
    assert {(event["time"], event["service"]) for event in events} == {(ten, half), (noon, half)}


def test_mending_keeps_what_is_known_of_the_columns(log):
    split = log.split(silence="30 min")
    mended = split.mend(MergeValues("channel", (("WEB", "web"),)))
    assert mended.roles(customer="channel").settled.journey == split.settled.journey
    assert mended.mend(Tidy("what")).roles(customer="channel").settled.journey == split.settled.journey
    with pytest.raises(cx.CxError, match="Mend first, then split or stitch"):
        cx.Engagement.of_log(mended)
    first = log.mend(MergeValues("channel", (("WEB", "web"),))).split(silence="30 min")
    assert cx.Engagement.of_log(first).roles_words["journey"] == "case"
