"""The trust line: what is known against a figure, in one line, with the numbers counted by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from support.toy import bound

import cxkit as cx
from cxkit import where as w
from cxkit.answers.trust import FEW

MONDAY = datetime(2025, 6, 2, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def shaky(tmp_path_factory):
    """40 customers with an order and a call at the same time, 10 of them paid; one row in a hundred has no time."""
    rows = [
        {"case": f"C{number}", "who": f"P{number}", "what": what, "when": (MONDAY + timedelta(days=number)).isoformat()}
        for number in range(40)
        for what in (("Order", "Call", "Pay") if number < 10 else ("Order", "Call"))
    ]
    rows = [row | {"when": row["when"].replace("T09", "T10")} if row["what"] == "Pay" else row for row in rows]
    rows.append({"case": "C1", "who": "P1", "what": "Pay", "when": "soon"})
    log = cx.read(pa.Table.from_pylist(rows)).roles(journey="case", activity="what", time="when", customer="who")
    return cx.prepare(log, tmp_path_factory.mktemp("shaky"), progress=False)


def test_one_line_with_what_weighs_first(shaky):
    said = cx.Engagement(goals=["Pay"], silence="5d")
    known = bound(shaky, said)
    assert known.outcomes().df().set_index("outcome")["count"].to_dict() == {
        "goal": 10,
        "cancel": 0,
        "silent": 24,
        "open": 6,
    }
    assert known.outcomes().trust.line == (
        "Read with care: 44% of events at the same time as the one before; 1 of 91 rows lost at reading; "
        "15% of journeys still open."
    )
    assert [doubt.weighs for doubt in known.outcomes().trust.doubts] == [True, True, False]
    few = known.keep(w.contains("Pay"))
    assert "only 10 customers" in few.outcomes().trust.line
    assert few.n.customers < FEW
    assert "nobody said what ends a journey" in shaky.outcomes().trust.line


def test_only_what_concerns_the_answer(shaky, toy):
    told = {name: getattr(shaky, name)().trust.line for name in ("variants", "activities")}
    assert "same time" in told["variants"]
    assert "same time" not in told["activities"]
    rare = replace(toy.n.doubted(), coverage=lambda: 0.3)
    assert "70% go ways not seen yet" in rare.about(["time"], "variants").line
    assert "ways" not in rare.about(["time"], "durations").line
    assert shaky.journeys().trust is None
    assert shaky.keep(w.length(at_least=9)).variants().trust.line == ""


def test_it_unfolds_and_is_said_in_text(shaky):
    answer = shaky.variants()
    assert repr(answer).split("\n")[2] == answer.trust.line
    html = answer._repr_html_()
    assert html.count("cx-trust") == 1
    folded = html.split("cx-trust", 1)[1].split("</details>")[0]
    assert folded.count("<li>") == len(answer.trust.doubts)
    assert "Which of them came first is not known" in folded
