"""Journeys split by silence, activity and column: counted by hand, against plain Python, by law and on real logs."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cxkit as cx

ROLES = {"journey": "who", "activity": "what", "time": "when"}
LOG = """who,what,when,visit
A,Order,2025-06-01 09:00,1
A,Deliver,2025-06-03 09:00,1
A,Look,2025-06-30 09:00,2
B,Look,2025-06-01 08:00,3
A,Order,2025-07-01 09:00,2
A,Cancel,2025-07-01 09:00,2
B,Look,never,3
,Look,2025-06-01 09:00,1
B,,2025-06-02 09:00,
B,Order,2025-06-01 08:30,
"""


@pytest.fixture
def log(tmp_path):
    (tmp_path / "log.csv").write_text(LOG, encoding="utf-8")
    return cx.read(tmp_path / "log.csv").roles(**ROLES)


def ids(log, column="journey"):
    """The column of the new journeys, row by row."""
    values = log.head(1_000_000)[column]
    return [None if pd.isna(value) else value for value in values]


BY_HAND = [
    ({"silence": "20d"}, "A/1 A/1 A/2 B/1 A/2 A/2 B/1 - B/1 B/1"),
    ({"silence": "2d"}, "A/1 A/1 A/2 B/1 A/2 A/2 B/1 - B/1 B/1"),
    ({"silence": "47h"}, "A/1 A/2 A/3 B/1 A/3 A/3 B/1 - B/1 B/1"),
    ({"silence": "1d", "after": "Deliver"}, "A/1 A/1 A/2 B/1 A/2 A/2 B/1 - B/1 B/1"),
    ({"start": "Order"}, "A/1 A/1 A/1 B/1 A/2 A/2 B/2 - B/2 B/2"),
    ({"end": ["Deliver", "Cancel"]}, "A/1 A/1 A/2 B/1 A/2 A/2 B/1 - B/1 B/1"),
    ({"end": "Order"}, "A/1 A/2 A/2 B/1 A/2 A/3 B/1 - B/1 B/1"),
    ({"by": "visit"}, "A/1 A/1 A/2 B/1 A/2 A/2 B/1 - B/2 B/2"),
    ({"by": "visit", "start": "Order"}, "A/1 A/1 A/2 B/1 A/3 A/3 B/1 - B/2 B/2"),
]


@pytest.mark.parametrize(("cuts", "expected"), BY_HAND)
def test_journeys_are_split_as_by_hand(cuts, expected, log):
    assert [one or "-" for one in ids(log.split(**cuts))] == expected.split()


def test_no_row_is_lost_and_what_is_no_event_is_counted_as_before(log, tmp_path):
    whole, parts = (
        cx.prepare(one, tmp_path / name, progress=False) for one, name in ((log, "a"), (log.split(silence="2d"), "b"))
    )
    assert (
        whole.manifest.dropped
        == parts.manifest.dropped
        == {"no journey id": 1, "no activity": 1, "time not readable": 1}
    )
    assert [row[:2] for row in parts.rejected().df().values.tolist()] == [
        row[:2] for row in whole.rejected().df().values.tolist()
    ]
    assert (whole.n.journeys, parts.n.journeys, parts.n.customers) == (2, 3, 2)
    assert parts.manifest.notes[0] == "Split after more than 2d of silence: 2 journeys became 3."


def test_the_old_log_and_its_source_stay(log):
    before = log.head()
    parts = log.split(start="Order")
    assert log.head().equals(before)
    assert log.columns == ["who", "what", "when", "visit"]
    assert parts.head()[log.columns].equals(before)
    assert parts.columns[-1] == "journey"
    assert parts.source.lines([0, 9]) == [2, 11]
    assert 'split before "Order"' in repr(parts)
    assert "made by splitting" in repr(parts)


def test_names_and_roles(log):
    parts = log.split(silence="20d")
    settled = parts.settled
    assert (parts.columns[settled.journey], parts.columns[settled.customer]) == ("journey", "who")
    again = parts.split(end="Order")
    assert again.columns[-1] == "journey 2"
    assert again.columns[again.settled.customer] == "who"
    assert ids(again, "journey 2")[:3] == ["A/1/1", "A/1/2", "A/2/1"]
    taken = pd.DataFrame({"Journey": ["A", "A"], "what": ["x", "y"], "when": ["2025-06-01", "2025-06-02"]})
    assert (
        cx.read(taken).roles(journey="Journey", activity="what", time="when").split(silence="1h").columns[-1]
        == "journey 2"
    )


# ---- the grain -------------------------------------------------------------------------------------------------------


def test_one_source_has_three_grains(tmp_path):
    """Ten clients place twelve orders in eleven visits, if four quiet days end a visit."""
    log = cx.read(cx.toy_table()).roles(journey="order", activity="step", time="when", customer="client")
    of_clients = log.roles(journey="client")
    visits = of_clients.split(silence="4d")
    grains = {"order": log, "client": of_clients, "visit": visits, "again": visits.roles(journey="order")}
    grains |= {"back": visits.roles(journey="client")}
    stores = {name: cx.prepare(one, tmp_path / name, progress=False) for name, one in grains.items()}
    found = {name: (store.n.journeys, store.n.customers) for name, store in stores.items()}
    assert found == {"order": (12, 10), "client": (10, 10), "visit": (11, 10), "again": (12, 10), "back": (10, 10)}
    assert {store.manifest.counts["events"] for store in stores.values()} == {40}
    levels = {name: store.attributes for name, store in stores.items()}
    assert levels["order"]["plan"] == "text of each journey"
    assert levels["client"]["plan"] == "text of each event"
    assert levels["visit"]["order"] == "text of each event"
    assert levels["again"]["journey"] == "text of each journey"
    assert stores["again"].variants().df().equals(stores["order"].variants().df())
    assert stores["back"].variants().df().equals(stores["client"].variants().df())


def test_attributes_settle_again_unless_they_were_chosen(tmp_path):
    rows = {
        "who": ["A"] * 4,
        "visit": ["1", "1", "2", "2"],
        "device": ["web", "web", "app", "app"],
        "what": list("xyxy"),
    }
    frame = pd.DataFrame(rows | {"when": pd.date_range("2025-06-01", periods=4), "page": list("pqrs")})
    log = cx.read(frame).roles(**ROLES)
    assert [log.columns[n] for n in log.settled.event_attributes] == ["visit", "device", "page"]
    parts = log.split(by="visit").settled
    assert (parts.journey_attributes, parts.event_attributes) == ((1, 2), (5,))
    chosen = cx.read(frame).roles(**ROLES, event_attributes=["device"]).split(by="visit").settled
    assert (chosen.journey_attributes, chosen.event_attributes) == ((1,), (2,))


def test_the_zone_and_the_writing_of_times_stay(tmp_path):
    text = "who;what;when\nA;x;01.06.2025 23:30\nA;y;02.06.2025 01:00\n"
    (tmp_path / "log.csv").write_text(text, encoding="utf-8")
    log = cx.read(tmp_path / "log.csv").roles(**ROLES, zone="Asia/Tokyo", time_format="%d.%m.%Y %H:%M")
    for parts in (log.split(silence="1h"), log.split(silence="1h").roles(journey="who")):
        assert parts.settled.zone == "Asia/Tokyo"
        assert parts.settled.writing.name == "%d.%m.%Y %H:%M"
    one, other = (
        cx.prepare(x, tmp_path / str(n), progress=False) for n, x in enumerate((log, log.split(silence="2h")))
    )
    assert one.manifest.first == other.manifest.first


def test_a_log_without_times_is_split_in_the_order_of_its_rows():
    frame = pd.DataFrame({"who": list("AABA"), "what": ["x", "end", "x", "x"]})
    log = cx.read(frame).roles(journey="who", activity="what", time="")
    assert ids(log.split(end="end")) == ["A/1", "A/1", "B/1", "A/2"]
    with pytest.raises(cx.CxError, match="has no times"):
        log.split(silence="1d")


def test_an_event_that_lasts_is_no_silence():
    """The work ends an hour before the next event, although it began a week before it."""
    frame = pd.DataFrame({"who": "A", "what": ["work", "note", "call"], "begun": ["2025-06-01", "2025-06-02", None]})
    frame["when"] = ["2025-06-08 08:00", "2025-06-02", "2025-06-08 09:00"]
    log = cx.read(frame).roles(**ROLES, start="begun")
    assert ids(log.split(silence="1d")) == ["A/1", "A/1", "A/1"]
    assert log.silences().lengths[-1] < 3_700


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({}, 'Say where journeys end: with silence="30d"'),
        ({"after": "Order"}, "Say where journeys end"),
        ({"silence": 30}, 'silence=30 has no unit. Write a duration such as "2d"'),
        ({"silence": "soon"}, "is no duration"),
        ({"start": "Ordr"}, 'No activity "Ordr". Closest: "Order".'),
        ({"silence": "1d", "after": ["Lok"]}, 'Closest: "Look"'),
        ({"end": [1]}, "is no activity or list of activities"),
        ({"by": "visits"}, 'No column "visits". Closest: "visit".'),
    ],
)
def test_what_cannot_be_split_is_said(words, said, log):
    with pytest.raises(cx.CxError) as error:
        log.split(**words)
    assert said in str(error.value)


def test_hostile_names_stay_texts(tmp_path):
    bad = "x'); DROP TABLE steps; --"
    frame = pd.DataFrame({"who": ["<script>", "<script>", 'a"/1'], "what": [bad, "y", bad], bad: ["'", "", "\0"]})
    frame["when"] = pd.date_range("2025-06-01", periods=3)
    log = cx.read(frame).roles(**ROLES)
    parts = log.split(end=bad, by=bad)
    assert ids(parts) == ["<script>/1", "<script>/2", 'a"/1/1']
    assert "<script>" not in parts._repr_html_()
    assert cx.prepare(parts, tmp_path / "store", progress=False).n.journeys == 3


# ---- against plain Python --------------------------------------------------------------------------------------------

START = datetime(2025, 6, 1, tzinfo=UTC)
ROW = st.tuples(
    st.sampled_from(["A", "B", "B/1", "", None]),
    st.sampled_from(["Order", "Look", "End", "", " "]),
    st.integers(0, 12) | st.none(),
    st.integers(0, 2) | st.none(),
    st.sampled_from(["v", "w", "", None]),
)
CUTS = st.fixed_dictionaries(
    {},
    optional={
        "silence": st.sampled_from(["2h", "5h"]),
        "start": st.just(["Order"]),
        "end": st.sampled_from([["End"], ["End", "Order"]]),
        "by": st.just("visit"),
    },
).filter(bool)


def log_of(rows):
    names = ["who", "what", "hour", "key", "visit"]
    frame = pd.DataFrame([*rows, ("Z", "Order", 0, 0, "v"), ("Z", "End", 1, 0, "v")], columns=names)
    frame["when"] = [None if pd.isna(h) else (START + timedelta(hours=int(h))).isoformat() for h in frame.pop("hour")]
    frame["key"] = frame["key"].astype("Int64")
    return cx.read(frame.astype({"who": "string", "visit": "string"})).roles(**ROLES, order="key")


def by_hand(rows, silence=None, start=(), end=(), by=None):
    """The journeys of rows, by walking through each journey's events in their order."""
    hours = int(silence.removesuffix("h")) if silence else None
    rows = [(who, what, hour, key, (visit or "") if by else "") for who, what, hour, key, visit in rows]
    good = [bool(who and what.strip() and hour is not None) for who, what, hour, _, _ in rows]

    def place(n):
        _, _, hour, key, _ = rows[n]
        return (hour is None, hour or 0, key is not None, key or 0, n)

    piece, found = {}, [None] * len(rows)
    for who, visit in {(row[0], row[4]) for row in rows if row[0]}:
        count, last = 0, None
        for n in sorted((n for n, row in enumerate(rows) if (row[0], row[4]) == (who, visit)), key=place):
            if good[n]:
                if last is not None:
                    gap = hours is not None and rows[n][2] - rows[last][2] > hours
                    count += gap or rows[n][1] in start or rows[last][1] in end
                last = n
            piece[n] = (visit, count)
    for who in {row[0] for row in rows if row[0]}:
        order = sorted((n for n, row in enumerate(rows) if row[0] == who), key=lambda n: (not good[n], *place(n)))
        numbers = {one: number for number, one in enumerate(dict.fromkeys(piece[n] for n in order), 1)}
        for n in order:
            found[n] = f"{who}/{numbers[piece[n]]}"
    return found


@settings(max_examples=40, deadline=None)
@given(st.lists(ROW, max_size=14), CUTS)
def test_plain_python_splits_alike(rows, cuts):
    assert ids(log_of(rows).split(**cuts))[: len(rows)] == by_hand(rows, **cuts)


@settings(max_examples=15, deadline=None)
@given(st.lists(ROW, max_size=14), CUTS, st.randoms(use_true_random=False))
def test_the_order_of_rows_plays_no_part_without_ties(rows, cuts, random):
    seen = set()
    rows = [row for row in rows if (row[0], row[2], row[3]) not in seen and not seen.add((row[0], row[2], row[3]))]
    turned = random.sample(rows, len(rows))
    found, again = (Counter(zip(some, ids(log_of(some).split(**cuts)), strict=False)) for some in (rows, turned))
    assert found == again


@settings(max_examples=6, deadline=None)
@given(st.lists(ROW, min_size=6, max_size=14))
def test_a_longer_silence_never_makes_more_journeys_and_cuts_add_up(rows):
    log = log_of(rows)
    counts = [len(set(ids(log.split(silence=silence)))) for silence in ("1h", "2h", "4h", "8h")]
    assert counts == sorted(counts, reverse=True)
    at_once = ids(log.split(start=["Order"], end=["End"]))
    in_turn = ids(log.split(start=["Order"]).split(end=["End"]), "journey 2")
    once, twice = (ids(log.split(by="visit")), ids(log.split(by="visit").split(by="visit"), "journey 2"))
    for some, others in ((at_once, in_turn), (once, twice)):
        assert len(set(zip(some, others, strict=True))) == len(set(some)) == len(set(others))


def test_the_store_has_the_parts_one_after_the_other(tmp_path):
    """In the order of the store the parts of an old journey come in the order of their numbers."""
    random = Random(7)
    values = (["A", "B", "", None], ["Order", "Look", "End", " "], [*range(24), None], [0, 1, 2, None], ["v", ""])
    rows = [tuple(map(random.choice, values)) for _ in range(300)]
    parts = log_of(rows).split(silence="2h", start="Order", end="End")
    back = parts.roles(journey="who", event_attributes=["journey"])
    star = cx.prepare(back, tmp_path / "store", progress=False).base
    column = star.by_name["journey"].column
    events = star.engine.collect(star.events.sort("journey", "position")).to_pylist()
    numbers = [(event["journey"], int(event[column].rpartition("/")[2])) for event in events]
    assert numbers == sorted(numbers)
    assert len(set(numbers)) > 50


# ---- real logs -------------------------------------------------------------------------------------------------------


def test_visits_to_a_web_shop(shared, tmp_path):
    """Thirty minutes of silence end a visit: as pandas counts it."""
    path = shared / "simple_shop" / "simple_shop.csv.gz"
    frame = pd.read_csv(path, parse_dates=["timestamp"]).sort_values(["client_id", "timestamp"], kind="stable")
    new = frame.groupby("client_id")["timestamp"].diff() > pd.Timedelta("30min")
    visits = frame["client_id"].nunique() + int(new.sum())
    log = cx.read(path).roles(journey="client_id", activity="event", time="timestamp").split(silence="30min")
    store = cx.prepare(log, tmp_path / "store", progress=False)
    assert (store.n.journeys, store.n.customers, store.manifest.counts["events"]) == (visits, 3751, 32_283)
    lengths = Counter(new.groupby(frame["client_id"]).cumsum().astype(str) + "/" + frame["client_id"].astype(str))
    assert sorted(lengths.values()) == sorted(store.journeys(rows=100_000).df()["events"])


def test_a_file_that_names_its_roles_can_be_split(shared, tmp_path):
    log = cx.read(shared / "running_example" / "running-example.xes")
    parts = log.split(start="examine thoroughly")
    assert parts.columns[parts.settled.customer] == log.columns[log.settled.journey]
    store = cx.prepare(parts, tmp_path / "store", progress=False)
    assert store.manifest.counts["events"] == 42
    assert store.n.customers == 6
    whole = cx.prepare(parts.roles(journey=log.columns[log.settled.journey]), tmp_path / "whole", progress=False)
    assert whole.n.journeys == 6
    assert whole.manifest.counts["variants"] == 6
