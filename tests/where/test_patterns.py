"""Path patterns: against a matcher that tries everything, on hostile texts and sizes, and where their errors point."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from time import process_time

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cxkit as cx
from cxkit import where as w
from cxkit.where.patterns.automaton import Automaton, Places
from cxkit.where.patterns.language import quoted, read

MONDAY = datetime(2025, 6, 2, tzinfo=UTC)
NAMES = ["A", "B", "Zurück -> 订单", 'say "C"']
CHANNELS, COSTS = ["web", "phone", None], [1, 2, 5, None]

# ---- a matcher that tries everything: from a part and a first event to all events at which it can end ----------------
# parts: ("step", names or None, negated, [(attribute, sign, values)]), ("ways", [way, ...]),
# ("again", part, low, high); a way: [part, (gap, after, within), part, ...] in hours


def ends(part, events, first):
    kind, *rest = part
    if kind == "step":
        return {first + 1} if first < len(events) and fits(rest, events[first]) else set()
    if kind == "ways":
        return set().union(*(ends_of_way(way, events, first) for way in rest[0]))
    inner, least, most = rest
    found, at = ({first} if least == 0 else set()), {first}
    for times in range(1, (most or len(events) + least + 1) + 1):
        at = set().union(*(ends(inner, events, place) for place in at), set())
        found |= at if times >= least else set()
    return found


def ends_of_way(way, events, first):
    reached = ends(way[0], events, first)
    for (is_gap, after, within), part in zip(way[1::2], way[2::2], strict=True):
        onward = set()
        for place in reached:
            for start in range(place, len(events) + 1) if is_gap else [place]:
                if after is None and within is None:
                    onward |= ends(part, events, start)
                elif start < len(events):
                    hours = events[start]["hours"] - events[place - 1]["hours"]
                    if (after is None or hours >= after) and (within is None or hours <= within):
                        onward |= ends(part, events, start)
        reached = onward
    return reached


def fits(step, event):
    names, negated, conditions = step
    there = names is None or (event["what"] in names) != negated
    return there and all(holds(event[name], sign, values) for name, sign, values in conditions)


def holds(value, sign, values):
    if value is None:
        return False
    if sign in ("=", "!="):
        return (value in values) == (sign == "=")
    return value >= values[0] if sign == ">=" else value <= values[0]


def goes(whole, events):
    part, from_start, to_end = whole
    starts = [0] if from_start else range(len(events) + 1)
    reached = [end for start in starts for end in ends(part, events, start)]
    return any(end == len(events) or not to_end for end in reached)


# ---- the same pattern as a text --------------------------------------------------------------------------------------


def written(part):
    kind, *rest = part
    if kind == "again":
        inner, least, most = rest
        sign = {(0, None): "*", (1, None): "+", (0, 1): "?"}.get((least, most))
        count = f"{{{least},{most or ''}}}"
        return written(inner) + (sign or count)
    if kind == "ways":
        return f"({' | '.join(map(written_way, rest[0]))})"
    names, negated, conditions = rest
    said = ", ".join(f"{name} {sign} {'|'.join(map(str, values))}" for name, sign, values in conditions)
    listed = "|".join(map(quoted, names or []))
    step = "." if names is None else f"[{'^' * negated}{listed}]" if negated or len(names) > 1 else listed
    return f"{step}{{{said}}}" if said else step


def written_way(way):
    text = written(way[0])
    for (is_gap, after, within), part in zip(way[1::2], way[2::2], strict=True):
        times = [f"{word} {hours}h" for word, hours in (("after", after), ("within", within)) if hours is not None]
        text += f" {'~>' if is_gap else '->'} " + (f"[{', '.join(times)}] " if times else "") + written(part)
    return text


def nothing(part):
    kind, *rest = part
    if kind == "again":
        return rest[1] == 0 or nothing(rest[0])
    return kind == "ways" and any(all(nothing(inner) for inner in way[::2]) for way in rest[0])


CONDITION = st.one_of(
    st.tuples(
        st.just("channel"),
        st.sampled_from(["=", "!="]),
        st.lists(st.sampled_from(["web", "phone"]), min_size=1, max_size=2),
    ),
    st.tuples(st.just("cost"), st.sampled_from(["=", "!=", ">=", "<="]), st.sampled_from([[1], [2], [5]])),
    st.tuples(st.just("plan"), st.just("="), st.just(["plus"])),
)
STEP = st.tuples(
    st.just("step"),
    st.none() | st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True),
    st.booleans(),
    st.lists(CONDITION, max_size=1),
).map(lambda step: (*step[:2], step[2] and step[1] is not None, step[3]))
ARROW = st.tuples(st.booleans(), st.sampled_from([None, None, 1, 5, 9]), st.sampled_from([None, None, 9, 20]))
COUNTS = st.sampled_from([(0, None), (1, None), (0, 1), (2, None), (2, 2), (1, 3), (3, 4)])


def bracketed(parts):
    way = st.lists(st.tuples(parts, ARROW), min_size=1, max_size=3).map(linked)
    return st.lists(way, min_size=1, max_size=2).map(lambda ways: ("ways", ways))


def linked(pairs):
    """Parts and arrows in turn; beside a part that may be nothing there is no time."""
    way = [pairs[0][0]]
    for (left, _), (part, (is_gap, *times)) in pairwise(pairs):
        way += [(is_gap, *([None, None] if nothing(left) or nothing(part) else times)), part]
    return way


PARTS = st.recursive(
    STEP,
    lambda parts: (
        bracketed(parts) | st.tuples(st.just("again"), bracketed(parts), COUNTS).map(lambda p: (*p[:2], *p[2]))
    ),
    max_leaves=6,
)
AGAIN = st.tuples(st.just("again"), STEP, COUNTS).map(lambda part: (*part[:2], *part[2]))
WHOLE = st.tuples(bracketed(PARTS | AGAIN), st.booleans(), st.booleans())


class Log:
    """The rows of each journey, and its store; of no length where a failing example is told."""

    def __init__(self, rows, journeys):
        self.rows, self.journeys = rows, journeys


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """Random journeys of one to seven events, as rows and as a store."""
    random, rows = Random(12), []
    for number in range(70):
        hours, plan = 0, random.choice(["plus", "basic", None])
        for _ in range(random.randint(1, 7)):
            hours += random.choice([0, 1, 4, 8, 12])
            rows.append(
                {"case": f"J{number:02}", "what": random.choice(NAMES[:3] * 2 + NAMES), "hours": hours, "plan": plan}
                | {"channel": random.choice(CHANNELS), "cost": random.choice(COSTS)}
            )
    table = pa.Table.from_pylist([row | {"when": MONDAY + timedelta(hours=row["hours"])} for row in rows])
    read_log = cx.read(table.drop(["hours"])).roles(
        journey="case", activity="what", time="when", journey_attributes=["plan"], event_attributes=["channel", "cost"]
    )
    journeys = {}
    for row in rows:
        journeys.setdefault(row["case"], []).append(row)
    return Log(journeys, cx.prepare(read_log, tmp_path_factory.mktemp("patterns"), progress=False))


@settings(max_examples=100, deadline=None)
@given(WHOLE)
def test_a_pattern_keeps_what_a_matcher_finds_that_tries_everything(log, whole):
    text = f"{'^' * whole[1]}{written(whole[0])}{'$' * whole[2]}"
    kept = set(log.journeys.keep(w.pattern(text)).journeys(rows=100).table["journey"].to_pylist())
    assert kept == {case for case, events in log.rows.items() if goes(whole, events)}, text


@given(st.text(alphabet='AB->~[]^|(){}<>$*+?.,=! "\\19dhwithnafer', max_size=30))
def test_any_text_is_a_pattern_or_refused_at_a_character(text):
    try:
        found = w.pattern(text)
    except cx.CxError as error:
        message, shown, pointer = str(error).split("\n")
        assert message.endswith(".")
        assert pointer.strip(" ") in ("^" * n for n in range(1, 80))
        assert len(pointer) <= len(shown) + 1
        return
    assert eval(repr(found), {"w": w}) == found


@given(st.text(min_size=1, max_size=10))
def test_every_name_can_be_written(name):
    assert [step.activities[0].text for step in read(f"{quoted(name)} -> [^{quoted(name)}|x]").steps] == [name, name]


POINTED = {
    "Order -> Cal": ('No activity "Cal". Closest: "Call"', "Cal"),
    "Order{chanel = web}": ('Closest: "channel"', "chanel"),
    "Order{channel = phoen}": ('Closest: "phone"', "phoen"),
    "Order{channel >= web}": ("Name the values", "web"),
    "<buy> -> Call": ("No stage of this log's activities is known", "buy"),
    "Order{1000000}": ("at most 500 steps", "{1000000}"),
    "((Order{100}){100}){100}": ("at most 500 steps", "{100}"),
    "Order -> [within 3x] Pay": ("no duration", "3x"),
    "Order* ~> [within 3d] Pay": ("at least one step", "~>"),
    "Order -> [after 2d, within 1d] Pay": ("longer time", "[after 2d, within 1d] "),
    "Order**": ("cannot be repeated", "*"),
    "Order{3,2}": ("more than at most", "{3,2}"),
    "^Order | Pay": ("in brackets", "Order | Pay"),
    'Order -> "Pay': ("not closed", '"Pay'),
    "(" * 50 + "Order" + ")" * 50: ("nested", "("),
}


@pytest.mark.parametrize("text", POINTED)
def test_an_error_points_at_the_character(toy, text):
    words, marked = POINTED[text]
    with pytest.raises(cx.CxError) as raised:
        toy.keep(w.pattern(text))
    message, shown, pointer = str(raised.value).split("\n")
    assert words in message
    assert shown[pointer.index("^") : len(pointer)] == marked


def test_a_time_needs_a_log_with_time(tmp_path):
    log = cx.read(pa.table({"case": ["A", "A"], "what": ["Order", "Pay"]})).roles(
        journey="case", activity="what", time=""
    )
    journeys = cx.prepare(log, tmp_path / "store", progress=False)
    assert journeys.keep(w.pattern("Order -> Pay$")).n.journeys == 1
    with pytest.raises(cx.CxError, match="no time"):
        journeys.keep(w.pattern("Order -> [within 2d] Pay"))


def test_stages_are_those_of_the_engagement(toy):
    said = cx.Engagement(stages={"buy": {"activities": ["Order", "Pay"]}, "get": {"activities": ["Ship", "Deliver"]}})
    staged = cx.open(toy.folder, engagement=said)
    kept = {
        text: staged.keep(w.pattern(text)).n.journeys for text in ("^<buy>+ -> <get>+$", "^<buy>+$", "[^<buy>|<get>]$")
    }
    assert kept == {"^<buy>+ -> <get>+$": 4, "^<buy>+$": 2, "[^<buy>|<get>]$": 4}
    with pytest.raises(cx.CxError, match=r'No stage "byu". Closest: "buy"'):
        staged.keep(w.pattern("<byu>"))


HOSTILE = [
    "((A*)*)* -> B",
    "((A|A)*|(A|A)+)* -> B$",
    "(A?){100} -> A{100} -> B",
    ".* -> A -> .{80} -> B",
    " ~> ".join(["A"] * 60) + " ~> B",
    "(A ~> [within 9h, after 1h] A)+ ~> [after 2h] B",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_the_time_grows_with_the_events_whatever_the_pattern(text):
    """Eight times as many events take less than thirty times as long: a square would take 64."""
    pattern, random = read(text), Random(5)
    kinds = [lambda step: not step.activities or step.activities[0].text == "A", lambda step: not step.activities]

    def timed(length):
        word = random.choices([0, 1], [9, 1], k=length)
        automaton, began = Automaton(Places(pattern), kinds), process_time()
        moments = [place * 3_600_000_000 for place in range(length)]
        assert not (automaton.accepts_timed(word, moments) if pattern.is_timed else automaton.accepts(word))
        return process_time() - began

    few, many = (min(timed(length) for _ in range(3)) for length in (1_000, 8_000))
    assert many < 30 * few


def test_a_table_that_has_grown_large_is_begun_anew(monkeypatch):
    monkeypatch.setattr("cxkit.where.patterns.automaton.MOST_KEPT", 5)
    kinds = [lambda step: not step.activities, lambda step: True]
    automaton = Automaton(Places(read("A -> .{6}$")), kinds)
    random = Random(3)
    for _ in range(200):
        word = random.choices([0, 1], k=12)
        assert automaton.accepts(word) == (word[-7] == 1)
        assert len(automaton._states) <= 7


def test_nothing_is_assumed_of_what_is_missing(log):
    known = log.journeys.keep(w.pattern('.{channel != "no such"}')).n.journeys
    assert known == log.journeys.drop(w.attribute("channel", missing=True)).n.journeys > 0
