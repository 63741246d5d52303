"""The data plan: statuses counted by hand, fields that unlock exactly what it says, and a second count in pandas."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta

import pandas as pd
import pyarrow as pa
import pytest
from support.toy import bound

import cxkit as cx
from cxkit.catalog import CATALOG
from cxkit.measures.data.register import FIELDS, QUESTIONS, THEMES

MONDAY = datetime(2025, 6, 2, tzinfo=UTC)

# Two journeys of four events and one of two, one event a day: ten events on days 0 to 9.
DAYS = [
    ("A", "anna", "Order", "web", "kim"),
    ("A", "anna", "Call", "phone", "kim"),
    ("A", "anna", "Ship", None, "kim"),
    ("A", "anna", "Deliver", "web", "kim"),
    ("B", "bert", "Order", "web", None),
    ("B", "bert", "Call", "phone", None),
    ("B", "bert", "Ship", None, None),
    ("B", "bert", "Deliver", "web", None),
    ("C", None, "Order", "web", None),
    ("C", None, "Cancel", "web", None),
]
HAND = [
    {"case": case, "client": client, "what": what, "way": way, "clerk": clerk, "when": MONDAY + timedelta(days=day)}
    for day, (case, client, what, way, clerk) in enumerate(DAYS)
]
KEYS = {"identities": {"path": "keys.csv"}}
LANES = {
    "customer action": ["Order", "Cancel"],
    "front-stage": ["Call"],
    "back-stage": ["Ship", "Deliver"],
}


ROLES = {
    "journey": "case",
    "activity": "what",
    "time": "when",
    "customer": "client",
    "journey_attributes": [],
    "event_attributes": ["way", "clerk"],
}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    def prepare(rows=HAND, **roles):
        log = cx.read(pa.Table.from_pylist(rows)).roles(**ROLES | roles)
        return cx.prepare(log, tmp_path_factory.mktemp("plan"), progress=False)

    return prepare


@pytest.fixture(scope="module")
def hand(prepared):
    return prepared()


@pytest.fixture(scope="module")
def full(prepared):
    return prepared(FULL, journey_attributes=["worth"], event_attributes=["path"])


def fields(journeys, **words):
    return journeys.data_plan(per="field", **words).df().set_index("field")


def questions(journeys, **words):
    return journeys.data_plan(**words).df().set_index("name")


def answerable(journeys, **words):
    found = questions(journeys, **words)
    return set(found.index[found.status == "answerable"])


# ---- counted by hand -------------------------------------------------------------------------------------------------


def test_how_full_how_fresh_and_whose(hand):
    said = cx.Engagement(roles={"channel": "way", "agent": "clerk"}, goals=["Deliver", "Return"])
    found = fields(bound(hand, said))
    way = found.loc["channel"]
    assert (way.due, way.filled, way.unit) == (10, 8, "events")
    assert way.filled_share == 0.8
    assert way.freshness_share == 1.0
    assert way.identity_share == pytest.approx(6 / 8)  # the two events of journey C have no known customer
    clerk = found.loc["agent"]
    assert (clerk.due, clerk.filled) == (10, 4)
    assert clerk.freshness_share == pytest.approx(1 - 6 / 9)  # last on day 3 of a log that ends on day 9
    assert clerk.quality_share == pytest.approx(0.4 / 3)
    assert found.loc["customer", ["due", "filled", "unit"]].tolist() == [3, 2, "journeys"]
    assert found.loc["goals", ["due", "filled"]].tolist() == [2, 1]
    assert found.state[["channel", "agent", "customer", "goals", "lane", "journey"]].tolist() == [
        "there",
        "weak",
        "weak",
        "weak",
        "missing",
        "there",
    ]


def test_the_status_is_that_of_the_weakest_field(hand):
    said = cx.Engagement(roles={"channel": "way", "agent": "clerk"}, goals=["Deliver"])
    found = questions(bound(hand, said))
    assert found.status[["hops", "outcomes", "callbacks", "agents", "worth", "stages"]].tolist() == [
        "answerable",  # the channel is filled in 8 of 10
        "answerable",
        "partly",  # its customer is known in 6 of these 8, and in 2 of 3 journeys
        "partly",  # an agent in 4 of 10, and none of late
        "blocked",
        "blocked",
    ]
    assert found.loc["callbacks", ["missing", "weakest"]].tolist() == ["customer", "customer"]
    assert found.quality_share["callbacks"] == pytest.approx(2 / 3 * 7 / 9)  # the last known one ends on day 7 of 9
    assert found.reason["callbacks"] == "customer is filled in 67% of 3 journeys"
    assert found.reason["agents"] == "agent is not filled in the last 6 d of the log"
    assert found.loc["worth", "missing"] == "value, cost, customer"
    assert found.reason["stages"].startswith("no stage")


def test_the_share_that_is_needed_is_stated_and_can_be_another(hand):
    said = cx.Engagement(roles={"channel": "way"})
    assert "80% is needed" in repr(bound(hand, said).data_plan())
    assert questions(bound(hand, said), at_least=0.81).status["hops"] == "partly"
    assert questions(bound(hand, said), at_least=0.5).status["callbacks"] == "answerable"


def test_a_field_is_due_where_a_lane_says_so(hand):
    said = cx.Engagement(roles={"agent": "clerk"}, lanes=LANES)
    found = fields(bound(hand, said))
    assert found.loc["agent", ["due", "filled"]].tolist() == [2, 1]  # of the two calls Kim took one
    assert found.loc["lane", ["due", "filled"]].tolist() == [10, 10]
    assert found.origin["agent"].startswith('At "Call", in the telephone system')
    some = cx.Engagement(lanes={"front-stage": ["Call"]})
    lane = fields(bound(hand, some)).loc["lane"]
    assert (lane.filled, lane.state) == (2, "weak")
    assert (
        lane.origin == 'In the engagement file: say who acts at "Order", "Deliver", "Ship" and 1 more, under [lanes].'
    )


def test_the_value_of_a_journey_is_due_where_a_goal_was_reached(prepared):
    rows = [row | {"won": 5.0 if row["case"] == "A" else None} for row in HAND]
    said = {"roles": {"value": "won"}}
    journeys = prepared(rows, journey_attributes=["won"])
    assert fields(bound(journeys, cx.Engagement(**said))).loc["value", ["due", "filled"]].tolist() == [3, 1]
    value = fields(bound(journeys, cx.Engagement(**said, goals=["Deliver"]))).loc["value"]
    assert (value.due, value.filled, value.freshness_share) == (2, 1, pytest.approx(1 - 4 / 9))  # B reached it on day 7
    assert value.origin.startswith('At "Deliver", in the contract')


def test_what_the_log_lost_when_it_was_prepared_counts_as_lacking(prepared):
    rows = [row | {"when": None if day < 4 else str(row["when"])} for day, row in enumerate(HAND)]
    time = fields(prepared(rows)).loc["time"]
    assert (time.due, time.filled, time.state) == (10, 6, "weak")
    assert questions(prepared(rows)).status["time taken"] == "partly"


def test_a_column_that_may_be_it_is_named(prepared):
    rows = [row | {"Handling_Agent": "kim", "channel": "web"} for row in HAND]
    journeys = prepared(rows, event_attributes=["Handling_Agent", "channel"])
    found = fields(journeys)
    assert 'column "Handling_Agent"' in found.origin["agent"]
    assert 'write channel = "channel" under [roles]. At "Order", "Call"' in found.origin["channel"]
    wrong = fields(bound(journeys, cx.Engagement(roles={"channel": "chanel"})))
    assert wrong.origin["channel"].startswith('There is no column "chanel", which the engagement names.')


def test_a_key_table_that_the_engagement_names_makes_answers_sharper(hand):
    said = {"needs": [{"name": "to be called", "evidence": ["Call"]}]}
    told = [questions(bound(hand, cx.Engagement(**said, **more))).sharper for more in ({}, KEYS)]
    assert [("keys" in sharper["personas"].split(", ")) for sharper in told] == [True, False]


def test_one_column_for_journey_and_customer_is_no_customer_unless_somebody_says_so(prepared):
    journeys = prepared(
        [{key: row[key] for key in ("case", "what", "when")} for row in HAND], customer="case", event_attributes=[]
    )
    assert fields(journeys).state["customer"] == "missing"
    assert 'customer = "case" under [roles]' in fields(journeys).origin["customer"]
    assert fields(bound(journeys, cx.Engagement(roles={"customer": "case"}))).state["customer"] == "there"


def test_without_time_exactly_what_needs_a_time_is_blocked(prepared):
    timeless = prepared([{key: value for key, value in row.items() if key != "when"} for row in HAND], time="")
    found = questions(timeless, at_least=0.5)
    blocked = {name for name, missing in found.missing.items() if "time" in missing.split(", ")}
    assert blocked == {question.name for question in QUESTIONS if "time" in question.needs}
    assert found.status["time taken"] == "blocked"
    assert fields(timeless).freshness_share.isna().all()


def test_the_start_of_work_is_known_from_the_stamps_of_the_store(prepared):
    rows = [row | {"begun": row["when"] - timedelta(hours=1) if day < 5 else None} for day, row in enumerate(HAND)]
    found = fields(prepared(rows, start="begun"))
    assert found.loc["start", ["due", "filled"]].tolist() == [10, 5]
    assert questions(prepared(rows, start="begun")).status["work and wait"] == "partly"
    assert "work and wait" in fields(prepared()).questions["start"]


# ---- what a field unlocks --------------------------------------------------------------------------------------------

PLACED = {
    "stage": {"stages": {"all": ["Order", "Call", "Ship", "Deliver", "Cancel"]}},
    "lane": {"lanes": LANES},
    "channel": {"roles": {"channel": "path"}},
    "agent": {"roles": {"agent": "path"}},
    "cost": {"costs": {"activities": dict.fromkeys(["Order", "Call", "Ship", "Deliver", "Cancel"], 1.0)}},
    "goals": {"goals": ["Deliver"]},
    "needs": {"needs": [{"name": "to be called", "evidence": ["Call"]}]},
    "policies": {
        "policies": [
            {"name": "ship", "perspective": "customer", "rule": "response", "activity": "Order", "then": "Ship"}
        ]
    },
    "actions": {"actions": [{"name": "menu", "since": "2025-06-05", "metric": "calls", "expected": -0.1}]},
    "value": {"roles": {"value": "worth"}},
}
FULL = [row | {"client": row["client"] or "cora", "path": "web", "worth": 3} for row in HAND]


def together(*sections):
    said = {}
    for section in sections:
        for key, value in section.items():
            said[key] = said.get(key, {}) | value if isinstance(value, dict) else value
    return cx.Engagement(**said)


@pytest.mark.parametrize("added", PLACED)
def test_adding_a_field_unlocks_exactly_what_was_listed(full, added):
    for before in ((), ("goals", "needs", "cost")):
        without = [PLACED[name] for name in before if name != added]
        told = fields(bound(full, together(*without))).loc[added]
        old = answerable(bound(full, together(*without)))
        new = answerable(bound(full, together(*without, PLACED[added])))
        listed = set(filter(None, told.questions.split(", ")))
        assert old <= new
        assert new - old == listed
        assert told.unlocks == len(listed)
    assert listed or added in ("agent", "cost")  # with goals, needs and costs all others open something


def test_a_customer_unlocks_exactly_what_was_listed(prepared, full):
    said = together(*PLACED.values())
    rows = [{key: value for key, value in row.items() if key != "client"} for row in FULL]
    without = prepared(rows, customer="", journey_attributes=["worth"], event_attributes=["path"])
    listed = set(fields(bound(without, said)).questions["customer"].split(", "))
    assert answerable(bound(full, said)) - answerable(bound(without, said)) == listed
    assert {"worth", "personas", "callbacks"} < listed


def test_fields_that_open_most_come_first(hand):
    found = fields(hand)
    assert found.unlocks.is_monotonic_decreasing
    assert (found.unlocks == [len(list(filter(None, names.split(", ")))) for names in found.questions]).all()


# ---- against pandas --------------------------------------------------------------------------------------------------


def test_the_sample_counted_again_in_pandas():
    rows = pd.read_parquet(cx.sample_file("events.parquet"))
    journeys = cx.sample_journeys()
    said, found = journeys.engagement, fields(journeys)
    front = rows[rows.activity.isin(said.lanes["front-stage"].activities)]
    agent = found.loc["agent"]
    assert (agent.due, agent.filled) == (len(front), front.agent.notna().sum())
    span = rows.time.max() - rows.time.min()
    age = front.time.max() - front[front.agent.notna()].time.max()
    assert agent.freshness_share == pytest.approx(1 - age / span)
    goals = {goal.activity for goal in said.goals}
    reached = rows[rows.journey.isin(rows[rows.activity.isin(goals)].journey)].groupby("journey").value.first()
    value = found.loc["value"]
    assert (value.due, value.filled) == (len(reached), reached.notna().sum())
    assert (found.identity_share.dropna() == 1).all()


# ---- the register ----------------------------------------------------------------------------------------------------


def test_what_the_register_says_of_a_measure_the_catalog_says():
    measured = {entry.name: entry for entry in CATALOG}
    both = [question for question in QUESTIONS if question.measure in measured]
    assert len(both) == 19
    for question in both:
        entry = measured[question.measure]
        assert question.asks == entry.question
        assert (question.needs, question.sharper) == (("journey", "activity", *entry.needs), entry.sharper)


def test_what_a_measure_needs_is_a_field():
    names = {field.name for field in FIELDS}
    for entry in CATALOG:
        assert {*entry.needs, *entry.sharper} <= names
        assert not {*entry.needs} & {*entry.sharper}


def test_the_register_is_whole():
    names = {field.name for field in FIELDS}
    assert len({question.name for question in QUESTIONS}) == len({one.asks for one in QUESTIONS}) == len(QUESTIONS)
    for question in QUESTIONS:
        assert set(question.needs) | set(question.sharper) <= names
        assert not set(question.needs) & set(question.sharper)
        assert question.theme in THEMES
        assert question.asks.endswith("?")
        assert not {"," in question.name, question.name.startswith(" ")} & {True}
    assert names == {name for one in QUESTIONS for name in (*one.needs, *one.sharper)}


def test_what_is_built_is_what_the_catalog_has(toy):
    found = toy.data_plan().df()
    assert set(found.measure[found.built]) == {known.name for known in CATALOG}


# ---- pictures and errors ---------------------------------------------------------------------------------------------


def test_the_picture_shows_every_question_once(hand):
    result = hand.data_plan()
    drawing = ET.fromstring(result.chart().svg)
    shown = drawing.findall(".//*[@class='cx-question']")
    assert [group.get("aria-label").split("?")[0] + "?" for group in shown] == [one.asks for one in QUESTIONS]
    counts = result.df().status.value_counts()
    text = " ".join(drawing.itertext())
    for status in ("answerable", "blocked"):
        assert f"{counts[status]} {status}" in text


def test_the_picture_of_fields_shows_what_is_missing_and_where_to_start(hand):
    result = bound(hand, cx.Engagement(goals=["Deliver"])).data_plan(per="field")
    drawing = ET.fromstring(result.chart().svg)
    wanting = result.df().query("state != 'there'")
    assert len(drawing.findall(".//*[@class='cx-field']")) == len(wanting)
    assert "goals" in " ".join(drawing.itertext()).split("There, and filled well enough:")[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"per": "fields"}, 'Closest: "field"'),
        ({"at_least": 0}, "is no share"),
        ({"at_least": True}, "is no share"),
    ],
)
def test_errors_say_what_to_do(toy, words, said):
    with pytest.raises(cx.CxError, match=said):
        toy.data_plan(**words)
