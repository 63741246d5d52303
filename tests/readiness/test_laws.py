"""What holds for readiness on any log: counts are counts, the order of rows plays no part, hostile texts stay texts."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cxkit as cx
from cxkit.answers.answer import Extent
from cxkit.answers.readiness import Readiness
from cxkit.readiness.checks import CHECKS
from cxkit.readiness.readiness import readiness
from cxkit.shaping.mending import offers, repairs

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MONDAY = datetime(2025, 6, 2, 9, tzinfo=UTC)
ROLES = {"journey": "case", "activity": "what", "time": "when", "customer": "client"}
SCRIPT = "<script>alert(1)</script>"
HOSTILE = [
    SCRIPT,
    "'; DROP TABLE source_rows; --",
    '"c0"',
    "a\x00b",
    "{n} {0} %s $wanted",
    "\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe",
    "Zurück 订单 🧾",
    "x" * 5_000,
    "a\nb\tc\\",
    "n/a",
    "",
]

events = st.lists(
    st.tuples(
        st.sampled_from(["A", "B", "C", " a", "", None]),
        st.sampled_from(["Order", "Pay", "order ", "?", "", "Order 17", None]),
        st.one_of(st.none(), st.integers(-3, 500)),
        st.sampled_from(["web", "WEB", "n/a", "-1", "118", None]),
        st.sampled_from(["X", "Y", None]),
    ),
    min_size=1,
    max_size=40,
).filter(lambda rows: any(row[0] and row[1] for row in rows))


def table(rows) -> pa.Table:
    columns = list(zip(*rows, strict=True))
    times = [None if hours is None else MONDAY + timedelta(hours=hours) for hours in columns[2]]
    return pa.table(
        {
            "case": pa.array(columns[0], pa.string()),
            "what": pa.array(columns[1], pa.string()),
            "when": pa.array(times, pa.timestamp("us", "UTC")),
            "channel": pa.array(columns[3], pa.string()),
            "client": pa.array(columns[4], pa.string()),
        }
    )


def look(rows):
    return readiness(cx.read(table(rows)).roles(**ROLES), now=NOW)


def counts(answer):
    return sorted((f.check.name, f.what, f.column, f.count, f.of, f.journeys, f.severity) for f in answer.findings)


@settings(max_examples=40, deadline=None)
@given(events)
def test_findings_speak_of_rows_that_exist(rows):
    answer = look(rows)
    for finding in answer.findings:
        shown = finding.rows.to_pylist()
        assert shown == sorted(set(shown))
        assert all(0 <= row < len(rows) for row in shown)
        assert finding.count in range(1, finding.of + 1)
        assert all(0 <= share <= 1 for _, share in finding.bends)
        assert not finding.rows or answer.lines(finding.check.name)
    for score in answer.scored:
        assert 0 <= score.faulty <= score.of
    assert len(answer.df()) == len(answer.findings)


@settings(max_examples=40, deadline=None)
@given(events, st.randoms(use_true_random=False))
def test_the_order_of_rows_plays_no_part_but_in_what_is_said_of_it(rows, chance):
    mixed = chance.sample(rows, len(rows))
    one, other = ([seen for seen in counts(look(each)) if seen[0] != "unsorted"] for each in (mixed, rows))
    assert one == other


def clean(journeys: int):
    """Journeys of four events, an hour and some seconds apart, each on its own day; nothing is amiss."""
    return [
        (f"J{n:03}", what, 24 * n + place + n / 3600, ("web", "shop")[n % 2], f"C{n:03}")
        for n in range(journeys)
        for place, what in enumerate(("Order", "Pay", "Ship", "Deliver"))
    ]


@settings(max_examples=15, deadline=None)
@given(st.sets(st.integers(0, 199), max_size=20), st.randoms(use_true_random=False))
def test_rows_planted_again_are_found_as_often(chosen, chance):
    rows = clean(50)
    rows += [rows[number] for number in chosen]
    chance.shuffle(rows)
    assert [f.count for f in look(rows).findings if f.check.name == "copies"] == [len(chosen)] * bool(chosen)


@settings(max_examples=15, deadline=None)
@given(st.sets(st.integers(0, 49), max_size=9), st.sampled_from(["?", "n/a", " NULL ", "-"]))
def test_placeholders_are_found_as_often_as_planted(chosen, word):
    rows = clean(50)
    for number in chosen:
        rows[4 * number] = (*rows[4 * number][:3], word, rows[4 * number][4])
    found = [(f.count, f.rows.to_pylist()) for f in look(rows).findings if f.check.name == "placeholders"]
    assert found == [(len(chosen), [4 * number for number in sorted(chosen)])] * bool(chosen)


@settings(max_examples=15, deadline=None)
@given(st.sets(st.integers(0, 49), max_size=9))
def test_ties_are_found_as_often_as_planted(chosen):
    rows = clean(50)
    for number in chosen:
        rows[4 * number + 1] = (*rows[4 * number + 1][:2], rows[4 * number][2], *rows[4 * number + 1][3:])
    assert [f.count for f in look(rows).findings if f.check.name == "ties"] == [len(chosen)] * bool(chosen)


def test_a_log_without_times():
    rows = [{"case": "A", "what": "Order"}, {"case": "A", "what": "Order"}, {"case": "B", "what": "?"}]
    answer = readiness(cx.read(pa.Table.from_pylist(rows)).roles(journey="case", activity="what"))
    assert [(f.check.name, f.count) for f in answer.findings] == [("placeholders", 1)]


def test_one_row():
    assert look([("A", "Order", 0, "web", "X")]).sizes["events"] == 1


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)


@pytest.fixture(scope="module")
def hostile():
    """Hostile texts as values of every role and as names of columns, each on many rows."""
    chance = random.Random(7)
    names = ["case", "what", SCRIPT, "c0", "row", '"', "a'b", "{n}", "journey", "$wanted"]
    rows = [
        {name: chance.choice(HOSTILE) for name in names}
        | {
            "case": f"{chance.choice(HOSTILE)}{number // 5}",
            "when": f"2025-06-{1 + number % 28:02} 10:0{number % 7}:00",
        }
        for number in range(300)
    ]
    log = cx.read(pa.Table.from_pylist(rows)).roles(journey="case", activity="what", time="when")
    return readiness(log, now=NOW)


def test_hostile_texts_stay_texts(hostile):
    assert {"without_activity", "invisible", "placeholders"} <= {f.check.name for f in hostile.findings}
    page = Tags()
    shown = Readiness.about(hostile, lambda: Extent(300))
    page.feed(shown._repr_html_())
    assert page.seen <= {"div", "p", "table", "thead", "tbody", "tr", "th", "td", "details", "summary"}
    assert all(line.isprintable() for line in repr(shown).splitlines())
    text = hostile.df().astype(str).to_csv()
    assert "\x00" not in text
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in text


def test_repairs_survive_json(hostile):
    more = (repairs.DropEchoes(0.5), repairs.Tidy("a"), repairs.Rescale("a", 100.0, (("Pay", 1.0, 2.0),)))
    for repair in (*(offer.repair for offer in hostile.repairs), *more):
        assert repairs.from_json(json.loads(json.dumps(repair.to_json()))) == repair
        assert repair.says
    for offer in hostile.repairs:
        line = json.loads(json.dumps(offer.to_json()))
        assert offers.offered(line) == offers.Offer(offer.repair, apply=offer.certain)
        assert offers.offered(line | {"apply": True}).apply
    assert hostile.repairs


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"drop_copy": {}}, 'Closest: "drop_copies"'),
        ({"tidy": {"colum": "a"}}, 'Closest: "column"'),
        ({"tidy": {}}, "needs column"),
        ({"tidy": {"column": 3}}, "no column name"),
        ({"tidy": "a"}, "needs column"),
        ({"as_missing": {"column": "a", "values": [1]}}, "not all texts"),
        ({"as_missing": {"column": "a", "values": "?"}}, "no list"),
        ({"merge_values": {"column": "a", "pairs": [["a"]]}}, "no pairs"),
        ({"rescale": {"column": "a", "factor": 0, "spans": []}}, "no factor"),
        ({"rescale": {"column": "a", "factor": 10, "spans": [["Pay", 1, float("nan")]]}}, "no factor"),
        ({"drop_echoes": {"seconds": True}}, "no duration"),
        ({"drop_echoes": {"seconds": 1, "by": 2}}, "no column name"),
        ({"reencode": {"column": "a", "pairs": [["Pay", "Order"]]}}, "another encoding"),
        ({}, "no repair"),
        ([], "no repair"),
    ],
)
def test_other_documents_are_refused(document, said):
    with pytest.raises(cx.CxError, match=said):
        repairs.from_json(document)


def test_every_check_says_what_it_looks_for():
    for check in CHECKS:
        assert (check.find.__doc__ or "").strip().split("\n")[0].endswith((".", "?"))
    assert len({check.name for check in CHECKS}) == len(CHECKS)
