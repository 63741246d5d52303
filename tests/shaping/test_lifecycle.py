"""Starts and ends become events: counted by hand, against a brute-force queue, and on a real log against PM4Py."""

from __future__ import annotations

from collections import defaultdict, deque

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.toy import assert_same

import cxkit as cx
from cxkit.shaping.trial import trial

ROLES = {"journey": "case", "activity": "what", "time": "when"}
# A: two packings overlap, a letter that only ends, a call that never ends. B: a pause is no event of its own.
LOG = """case,what,step,when,by
A,Pack,start,2025-06-02 09:00,Ann
A,Pack,start,2025-06-02 09:10,Bo
A,Pack,complete,2025-06-02 09:30,Ann
A,Letter,complete,2025-06-02 09:40,Ann
A,Pack,COMPLETE,2025-06-02 10:00,Bo
A,Call,start,2025-06-02 11:00,Cy
B,Pack,start,2025-06-02 09:00,Ann
B,Pack,suspend,2025-06-02 09:05,Ann
B,Pack,complete,2025-06-02 09:20,Ann
B,Ship,start,2025-06-02 10:20,Bo
B,Ship,complete,2025-06-02 10:50,Bo
"""
MINUTE = 60


@pytest.fixture
def log(tmp_path):
    (tmp_path / "log.csv").write_text(LOG, encoding="utf-8")
    return cx.read(tmp_path / "log.csv")


def events(journeys):
    """Journey, activity, minutes of service and of waiting, in order."""
    star = journeys.base
    table = star.engine.collect(star.events.sort("journey", "position")).to_pylist()
    minutes = [[None if row[name] is None else row[name] / 60e6 for name in ("service", "waiting")] for row in table]
    return [(row["journey"], star.names[row["activity"]], *times) for row, times in zip(table, minutes, strict=True)]


def test_starts_and_ends_become_events(log, tmp_path):
    journeys = cx.prepare(log.roles(**ROLES, lifecycle="step"), tmp_path / "store", progress=False)
    assert events(journeys) == [
        (0, "Pack", 30, 0),
        (0, "Pack", 50, None),
        (0, "Letter", None, 60),
        (0, "Call", None, None),
        (1, "Pack", 20, 60),
        (1, "Ship", 30, None),
    ]
    assert journeys.manifest.roles["start"] == "start"
    assert journeys.manifest.notes == (
        "Suspended time stays in the service time of events; 1 row suspends one.",
        '1 row neither starting nor ending an event ("suspend") left out.',
    )
    assert journeys.manifest.dropped == {"neither starts nor ends an event": 1}
    rejected = journeys.rejected().df()
    assert rejected[["line", "text"]].values.tolist() == [[9, "B,Pack,suspend,2025-06-02 09:05,Ann"]]
    lasts = journeys.journeys().df().set_index("journey")["seconds"].to_dict()
    assert lasts == {"A": 120 * MINUTE, "B": 110 * MINUTE}


def test_an_event_leads_back_to_its_lines(log):
    joined = log.roles(**ROLES, lifecycle="step")
    assert joined.source.lines([0, 1, 2, 3, 4, 5]) == [4, 6, 5, 7, 10, 12]
    assert joined.head(6)["by"].tolist() == ["Ann", "Bo", "Ann", "Cy", "Ann", "Bo"]
    assert "step" not in [joined.columns[n] for n in joined.settled.event_attributes]


def test_waiting_is_counted_by_hand(log, tmp_path):
    found = cx.prepare(log.roles(**ROLES, lifecycle="step"), tmp_path / "store", progress=False).waiting()
    columns = ("activity", "count", "worked", "median_service_seconds", "waited", "median_waiting_seconds")
    rows = [tuple(row[name] for name in columns) for row in found.table.to_pylist()]
    assert rows == [
        ("Call", 1, 0, None, 1, 60 * MINUTE),
        ("Ship", 1, 1, 30 * MINUTE, 1, 60 * MINUTE),
        ("Pack", 3, 3, 30 * MINUTE, 1, 0),
    ]
    shares = dict(zip(found.df()["activity"], found.df()["waiting_share"], strict=True))
    assert shares == {"Call": 1.0, "Ship": pytest.approx(60 / 90), "Pack": 0.0}
    assert "median wait 1 h" in found.chart().svg
    assert "no time of work known" in found.chart().svg


def test_instances_say_which_belong_together(tmp_path):
    text = "case,what,step,when,id\nA,X,start,2025-06-02 09:00,1\nA,X,start,2025-06-02 09:10,2\n"
    text += "A,X,complete,2025-06-02 09:15,2\nA,X,complete,2025-06-02 10:00,1\n"
    (tmp_path / "log.csv").write_text(text, encoding="utf-8")
    log = cx.read(tmp_path / "log.csv")
    by_id = cx.prepare(log.roles(**ROLES, lifecycle="step", instance="id"), tmp_path / "one", progress=False)
    in_turn = cx.prepare(log.roles(**ROLES, lifecycle="step"), tmp_path / "other", progress=False)
    assert [row[2] for row in events(by_id)] == [60, 5]
    assert [row[2] for row in events(in_turn)] == [15, 50]


def test_an_unreadable_stamp_leaves_the_queue_as_it_is(tmp_path):
    text = "case,what,step,when\n1,A,start,2024-01-01 00:00\n1,A,complete,garbage\n1,A,start,2024-01-01 02:00\n"
    text += "1,A,complete,2024-01-01 03:00\n1,B,start,rubbish\n1,B,complete,2024-01-01 04:00\n1,B,start,\n"
    (tmp_path / "log.csv").write_text(text, encoding="utf-8")
    log = cx.read(tmp_path / "log.csv").roles(**ROLES, lifecycle="step")
    journeys = cx.prepare(log, tmp_path / "store", progress=False)
    assert journeys.manifest.dropped == {"time not readable": 2, "no time": 1}
    assert [row[1:3] for row in events(journeys)] == [("A", None), ("A", 60), ("B", None)]


def test_a_column_of_starts(tmp_path):
    text = "case,what,begun,when\nA,X,2025-06-02 09:00,2025-06-02 09:30\nA,Y,,2025-06-02 09:20\n"
    text += "A,Z,2025-06-02 12:00,2025-06-02 11:00\nA,W,2025-06-02 13:00,\nB,X,,\n"
    text += "C,X,2025-06-02 09:00,2025-06-02 09:00\n"
    (tmp_path / "log.csv").write_text(text, encoding="utf-8")
    log = cx.read(tmp_path / "log.csv").roles(**ROLES, start="begun")
    journeys = cx.prepare(log, tmp_path / "store", progress=False)
    assert events(journeys)[:4] == [(0, "X", 30, None), (0, "Y", None, None), (0, "Z", None, 120), (0, "W", None, None)]
    assert events(journeys)[4:] == [(1, "X", 0, None)]  # begun and done at once
    assert journeys.manifest.notes == ("1 events would end before they start; when they started is unknown.",)
    assert journeys.manifest.dropped == {"no time": 1}


def test_a_cut_leaves_no_wait_for_what_was_cut_off(log, tmp_path):
    journeys = cx.prepare(log.roles(**ROLES, lifecycle="step"), tmp_path / "store", progress=False)
    cut = journeys.trim(until="2025-06-02 10:10").waiting().df()
    assert cut["activity"].tolist() == ["Pack"]
    assert cut["waited"].tolist() == [1]
    assert cut["worked"].tolist() == [3]


def test_every_engine_says_the_same(engine, log, tmp_path):
    roles = log.roles(**ROLES, lifecycle="step", journey_attributes=[], event_attributes=["by"])
    one, other = (
        cx.prepare(roles, tmp_path / name, engine=on, progress=False) for name, on in (("here", engine), ("duck", None))
    )
    assert events(one) == events(other)
    assert_same(one.waiting().table, other.waiting().table)
    assert_same(
        one.trim(until="2025-06-02 10:30").waiting().table, other.trim(until="2025-06-02 10:30").waiting().table
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"lifecycle": "by"}, 'does not say both "start" and "complete". It says "ann", "bo", "cy".'),
        ({"lifecycle": "stp"}, 'No column "stp". Closest: "step".'),
        ({"instance": "by"}, "needs lifecycle= too"),
        ({"lifecycle": "step", "start": "when"}, "not both"),
        ({"lifecycle": "step", "time": ""}, "needs the stamps"),
        ({"start": "by", "time": ""}, "needs the stamps of the ends too"),
    ],
)
def test_words_that_do_not_fit(log, words, said):
    with pytest.raises(cx.CxError) as error:
        log.roles(**ROLES | words)
    assert said in str(error.value)


def test_the_engagement_keeps_how_rows_were_joined(log, tmp_path):
    joined = log.roles(**ROLES, lifecycle="step")
    file = cx.Engagement.of_log(joined, path="log.csv").save(tmp_path / "engagement.toml")
    kept = cx.Engagement.load(file).roles_words
    assert kept["lifecycle"] == "step"
    assert "start" not in kept
    again = log.roles(**kept)
    assert again.head(6).equals(joined.head(6))


def test_roles_may_be_said_again(log):
    joined = log.roles(**ROLES, lifecycle="step")
    assert joined.roles(**ROLES, lifecycle="step").head(9).equals(joined.head(9))


# ---- oracles ---------------------------------------------------------------------------------------------------------

ROWS = st.lists(
    st.tuples(
        st.sampled_from("AB"), st.sampled_from("xy"), st.sampled_from(["start", "complete", "pause"]), st.integers(0, 6)
    ),
    min_size=1,
    max_size=14,
)


def queued(rows):
    """Starts and ends, first in, first out, one by one."""
    waiting, found = defaultdict(deque), []
    for case, what, step, when in sorted(rows, key=lambda row: (row[3], row[2] != "start")):
        if step == "start":
            waiting[case, what].append(when)
        elif step == "complete":
            found.append((case, what, waiting[case, what].popleft() if waiting[case, what] else None, when))
    return found + [(*of, when, None) for of, left in waiting.items() for when in left]


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_a_queue_finds_the_same(rows):
    said = {row[2] for row in rows}
    if not {"start", "complete"} <= said:
        return
    frame = pd.DataFrame(rows, columns=["case", "what", "step", "when"])
    frame["when"] = pd.Timestamp("2025-01-01") + pd.to_timedelta(frame["when"], unit="h")
    joined = cx.read(frame).roles(**ROLES, lifecycle="step").head(99)
    hours = [(joined[name] - pd.Timestamp("2025-01-01")) / pd.Timedelta("1h") for name in ("start", "when")]
    known = [[None if pd.isna(hour) else int(hour) for hour in column] for column in hours]
    found = zip(joined["case"], joined["what"], *known, strict=True)
    assert sorted(found, key=repr) == sorted(queued(rows), key=repr)


def test_patients_have_seven_ways_as_in_the_tutorial(shared, tmp_path):
    """bupaR's tutorial counts 7 traces of this log by the starts of its 2,721 activity instances."""
    log = cx.read(shared / "patients" / "patients.csv.gz")
    roles = {"journey": "patient", "activity": "handling", "time": "time", "lifecycle": "registration_type"}
    counts = cx.prepare(log.roles(**roles, instance="handling_id"), tmp_path / "store", progress=False).manifest.counts
    assert (counts["events"], counts["journeys"], counts["variants"]) == (2_721, 500, 7)


def test_pm4py_joins_the_same_events(shared, tmp_path):
    pm4py = pytest.importorskip("pm4py")
    from pm4py.objects.log.util import interval_lifecycle

    frame = pd.read_csv(shared / "patients" / "patients.csv.gz", parse_dates=["time"]).astype({"patient": str})
    names = {"patient": "case:concept:name", "handling": "concept:name", "time": "time:timestamp"}
    raw = frame.rename(columns={**names, "registration_type": "lifecycle:transition"})
    ordered = raw.sort_values(["case:concept:name", "time:timestamp"])
    intervals = interval_lifecycle.to_interval(pm4py.convert_to_event_log(ordered))
    theirs = sorted(
        (event["concept:name"], str(event["start_timestamp"]), str(event["time:timestamp"]))
        for trace in intervals
        for event in trace
    )
    joined = cx.read(shared / "patients" / "patients.csv.gz").roles(
        journey="patient", activity="handling", time="time", lifecycle="registration_type"
    )
    mine = joined.head(99_999)
    stamps = [pd.to_datetime(mine[name]).astype(str) for name in ("start", "time")]
    assert sorted(zip(mine["handling"], *stamps, strict=True)) == [
        (name, *(str(pd.Timestamp(stamp).tz_localize(None)) for stamp in times)) for name, *times in theirs
    ]


def test_a_column_that_says_start_and_complete_is_pointed_out(log):
    said = trial(log.roles(**ROLES)).doubts
    assert said == ('"step" says start and complete: each row is an event until it is named as the lifecycle.',)
    assert trial(log.roles(**ROLES, lifecycle="step")).doubts == ()
    assert trial(cx.read(cx.toy_table()).roles(journey="order", activity="step", time="when")).doubts == ()


def test_an_activity_and_a_journey_without_starts_and_ends_are_named(tmp_path):
    rows = ("B,Plan,schedule,2025-06-02 08:00", "C,Plan,schedule,2025-06-02 08:00", "C,Plan,withdraw,2025-06-03 08:00")
    more = "".join(f"{row},Ann\n" for row in rows)
    (tmp_path / "log.csv").write_text(LOG + more, encoding="utf-8")
    log = cx.read(tmp_path / "log.csv").roles(**ROLES, lifecycle="step")
    facts = cx.prepare(log, tmp_path / "store", progress=False).manifest
    assert '1 activity has neither starts nor ends and vanishes: "Plan".' in facts.notes
    assert '1 journey has neither starts nor ends and vanishes: "C".' in facts.notes
    assert sum(facts.dropped.values()) == 4


def test_a_resource_called_start_or_end_is_no_life_cycle(tmp_path):
    rows = [f"c{n},{step},{who},2025-06-0{n} 1{place}:00" for n in range(1, 8) for place, (step, who) in STEPS]
    (tmp_path / "log.csv").write_text("\n".join(["case,what,who,when", *rows]) + "\n", encoding="utf-8")
    log = cx.read(tmp_path / "log.csv").roles(**ROLES)
    assert trial(log).steps is None
    assert log.doubts == ()


STEPS = tuple(enumerate((("Arrive", "Start"), ("Turn", "ID12"), ("Pack", "ID17"), ("Leave", "End"))))


@pytest.mark.parametrize(
    ("begins", "ends", "offer"),
    [
        ("start_timestamp", "timestamp", True),
        ("Beginn", "Ende", True),
        ("begin", "when", True),
        ("start_time", "end_time", True),
        ("planned", "when", False),
    ],
)
def test_a_stamp_of_the_start_beside_the_end_is_offered(tmp_path, begins, ends, offer):
    rows = [f"c{n},{step},2025-06-0{n} 1{hour}:00,2025-06-0{n} 1{hour}:30" for n in range(1, 8) for hour, step in STEP]
    (tmp_path / "log.csv").write_text("\n".join([f"case,what,{begins},{ends}", *rows]) + "\n", encoding="utf-8")
    log = cx.read(tmp_path / "log.csv")
    said = [doubt for doubt in log.doubts if f'start="{begins}", time="{ends}"' in doubt]
    assert len(said) == offer
    assert log.roles(start=begins, time=ends).doubts == ()


STEP = tuple(enumerate(("Arrive", "Turn", "Pack")))


def test_a_planned_end_that_is_at_times_earlier_is_no_end(tmp_path):
    rows = [f"c{n},{step},2025-06-0{n} 1{hour}:00,2025-06-0{9 - n} 10:00" for n in range(1, 8) for hour, step in STEP]
    (tmp_path / "log.csv").write_text("\n".join(["case,what,start,due", *rows]) + "\n", encoding="utf-8")
    assert not any("start=" in doubt for doubt in cx.read(tmp_path / "log.csv").doubts)
