"""Outcomes: an oracle in plain Python that looks at every event, and words for what cannot be decided."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pandas as pd
import pyarrow as pa
import pytest

import cxkit as cx
from cxkit import where as w

MONDAY = datetime(2025, 6, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
NAMES = ("Order", "Pay", "Call", "Ship", "Deliver", "Cancel", "Return")
STAGES = {
    "buy": {"activities": ["Order", "Pay"], "silence": "3d"},
    "get": {"activities": ["Ship", "Deliver"], "silence": "12d"},
}
LANES = {"customer action": ["Order", "Pay", "Cancel", "Return"], "back-stage": ["Ship"], "support": ["Deliver"]}
GOALS = [{"activity": "Deliver", "where": {"plan": ["plus", "gold"]}}, {"activity": "Pay", "where": {"way": "shop"}}]
CANCELS = ["Cancel", {"activity": "Return", "where": {"way": ["web", "shop"], "plan": "plus"}}]
ROLES = {
    "journey": "case",
    "activity": "what",
    "time": "when",
    "customer": "who",
    "journey_attributes": ["plan"],
    "event_attributes": ["way"],
}


def made(seed, cases=70):
    """Rows of journeys of one to six events within eight weeks; no two events of a journey at one time."""
    draw = random.Random(seed)
    rows = []
    for case in range(cases):
        plan, begin = draw.choice(["plus", "basic", None]), draw.randrange(56 * 24)
        hours = sorted(draw.sample(range(begin, begin + 240), draw.randint(1, 6)))
        for hour in hours:
            said = {"case": f"J{case:03d}", "who": f"C{case % 31}", "plan": plan, "when": MONDAY + hour * HOUR}
            rows.append(said | {"what": draw.choice(NAMES), "way": draw.choice(["web", "shop", "phone", None])})
    return rows


@pytest.fixture(scope="module", params=[1, 2, 3])
def rows(request):
    return made(request.param)


@pytest.fixture(scope="module")
def store(rows, engine, tmp_path_factory):
    log = cx.read(pa.Table.from_pylist(rows)).roles(**ROLES)
    return cx.prepare(log, tmp_path_factory.mktemp("outcome"), engine=engine, progress=False)


def fits(event, marks):
    for mark in marks:
        mark = {"activity": mark} if isinstance(mark, str) else mark
        asked = {name: [value] if isinstance(value, str) else value for name, value in mark.get("where", {}).items()}
        if event["what"] == mark["activity"] and all(event[name] in values for name, values in asked.items()):
            return True
    return False


def counted(rows, *, stages=None, silence=None, lanes=None):
    """The outcome of each journey, event by event."""
    cases = {}
    for row in sorted(rows, key=lambda row: row["when"]):
        cases.setdefault(row["case"], []).append(row)
    end = max(row["when"] for row in rows)
    company = {name for lane, names in (lanes or {}).items() if lane != "customer action" for name in names}
    waits = {}
    for events in cases.values():
        for one, other in pairwise(events):
            if other["what"] in company:
                waits.setdefault(one["what"], []).append((other["when"] - one["when"]).total_seconds())
    return {case: ending(events, end, waits, stages or {}, silence) for case, events in cases.items()}


def ending(events, end, waits, stages, silence):
    if any(fits(event, GOALS) for event in events):
        return "goal"
    if any(fits(event, CANCELS) for event in events):
        return "cancel"
    last = events[-1]
    own = next((stage["silence"] for stage in stages.values() if last["what"] in stage["activities"]), silence)
    if own is None:
        return "open"
    pending = pd.Series(waits.get(last["what"], [0.0])).quantile(0.99)
    allowed = max(int(own.removesuffix("d")) * 86_400, pending)
    return "silent" if (end - last["when"]).total_seconds() > allowed else "open"


SAID = {
    "one silence": {"silence": "9d"},
    "a silence for each stage": {"stages": STAGES},
    "a stage before the file": {"stages": STAGES, "silence": "6d"},
    "by whose turn it is": {"silence": "4d", "lanes": LANES},
    "all of it": {"stages": STAGES, "silence": "4d", "lanes": LANES},
    "no silence": {"lanes": LANES},
}


@pytest.mark.parametrize("said", SAID.values(), ids=SAID)
def test_every_journey_ends_as_the_oracle_says(store, rows, said):
    firm = cx.Engagement(goals=GOALS, cancels=CANCELS, **said)
    journeys = cx.open(store.folder, engagement=firm, engine=store.base.engine)
    found = journeys.journeys(rows=1_000).df().set_index("journey")["outcome"].to_dict()
    assert found == counted(rows, **said)
    assert {"goal", "cancel", "open"} <= set(found.values())
    for outcome in sorted(set(found.values())):
        kept = journeys.keep(w.attribute("outcome", outcome)).journeys(rows=1_000).df()["journey"]
        assert set(kept) == {case for case, ended in found.items() if ended == outcome}


def test_the_company_that_is_slow_does_not_make_customers_silent():
    """The company's steps after Pay take up to nine days, so silence counts later there than after Call."""
    firm = {"silence": "4d", "lanes": LANES}
    changed = [case for seed in (1, 2, 3) for case in _later(made(seed), firm)]
    assert changed


def _later(rows, firm):
    alone, lanes = counted(rows, silence=firm["silence"]), counted(rows, **firm)
    assert all((alone[case], lanes[case]) in (("silent", "open"), (lanes[case],) * 2) for case in alone)
    return [case for case in alone if alone[case] != lanes[case]]


def test_without_goals_and_cancels_there_is_no_outcome(toy):
    bare = cx.open(toy.folder, engagement=cx.Engagement(silence="2d"))
    assert "outcome" not in bare.attributes
    assert bare.outcomes().table.num_rows == 0
    with pytest.raises(cx.CxError, match='No attribute "outcome"'):
        bare.keep(w.attribute("outcome", "goal"))


def test_an_attribute_of_the_client_keeps_its_name(tmp_path):
    rows = [{"case": "A", "what": "Order", "when": MONDAY, "outcome": "fine"}]
    log = cx.read(pa.Table.from_pylist(rows)).roles(journey="case", activity="what", time="when")
    cx.prepare(log, tmp_path / "s", progress=False)
    journeys = cx.open(tmp_path / "s", engagement=cx.Engagement(goals=["Order"]))
    assert journeys.segments(by="outcome").df()["segment"].tolist() == ["fine"]
    assert journeys.segments(by="outcome (engagement)").df()["segment"].tolist() == ["goal"]
    assert journeys.outcomes().df()["count"].tolist() == [1, 0, 0, 0]


@pytest.mark.parametrize(
    ("where", "told"),
    [({"plann": "plus"}, 'its goal \'Deliver\': No attribute "plann". Closest: "plan"'), ({"plan": 3}, "holds text")],
)
def test_a_condition_that_the_log_cannot_decide_is_told(toy, where, told):
    firm = cx.Engagement(goals=[{"activity": "Deliver", "where": where}])
    with pytest.raises(cx.CxError, match=told):
        cx.open(toy.folder, engagement=firm).outcomes().df()


def test_a_log_without_time_knows_no_silence(tmp_path):
    rows = [{"case": case, "what": what} for case in "AB" for what in ("Order", "Pay")]
    log = cx.read(pa.Table.from_pylist(rows)).roles(journey="case", activity="what")
    cx.prepare(log, tmp_path / "s", progress=False)
    journeys = cx.open(tmp_path / "s", engagement=cx.Engagement(goals=["Ship"], silence="1s"))
    assert journeys.outcomes().df()["count"].tolist() == [0, 0, 0, 2]


def test_the_outcome_is_that_of_the_whole_journey(toy):
    journeys = cx.open(toy.folder, engagement=cx.Engagement(goals=["Deliver"], cancels=["Cancel"], silence="2d"))
    early = journeys.trim(until="2025-06-05")
    assert early.outcomes().df()["count"].tolist() == [3, 0, 0, 0]
    assert early.segments(by="outcome").df()["segment"].tolist() == ["goal"]
