"""Regressions that a review found: short years, huge gaps, memory, exact ids, keys, rights and promises."""

from __future__ import annotations

import re

import pyarrow as pa
import pytest
from support.machine import ROOT

import cxkit as cx
from cxkit import where as w
from cxkit.store import engine
from cxkit.where.filter import none_of

README = ROOT / "README.md"


def prepared(tmp_path, times, roles=None, **columns):
    rows = len(times)
    table = pa.table({"case": ["J"] * rows, "step": [f"S{row}" for row in range(rows)], "when": times, **columns})
    return cx.prepare(
        cx.read(table).roles(journey="case", activity="step", time="when", **(roles or {})), tmp_path / "s"
    )


@pytest.mark.parametrize(
    ("times", "first"),
    [
        (["30/12/25", "31/12/25"], "2025-12-30"),
        (["12/30/25", "12/31/25"], "2025-12-30"),
        (["30-12-25 10:00", "31-12-25 10:00"], "2025-12-30"),
        (["2025-12-30 10:00:00,5", "2025-12-31 10:00"], "2025-12-30"),
    ],
)
def test_years_are_what_they_say(tmp_path, times, first):
    journeys = prepared(tmp_path, times)
    assert str(journeys.summary().df()["first"][0].date()) == first
    assert journeys.manifest.dropped == {}


def test_a_given_format_comes_first(tmp_path):
    journeys = prepared(tmp_path, ["2025-03-04", "2025-05-04"], {"time_format": "%Y-%d-%m"})
    assert [str(day.date()) for day in journeys.events().df()["time"]] == ["2025-04-03", "2025-04-05"]


def test_a_gap_of_millennia_is_shown(tmp_path):
    journeys = prepared(tmp_path, ["1970-01-01", "9999-12-01"])
    assert journeys.events().df()["seconds"][0] > 2.5e11
    assert "9999" in journeys.journeys()._repr_html_()


def test_long_numbers_stay_texts(tmp_path):
    ids = ["8949020000000000890", "8949020000000000891"]
    journeys = prepared(tmp_path, ["2025-01-01", "2025-01-02"], sim=ids)
    assert journeys.events().df()["sim"].tolist() == ids


def test_long_numbers_order_exactly(tmp_path):
    same, order = ["2025-01-01", "2025-01-01"], ["100000000000000002", "100000000000000001"]
    journeys = prepared(tmp_path, same, {"order": "seq"}, seq=order)
    assert journeys.events().df()["activity"].tolist() == ["S1", "S0"]


def test_answers_do_not_need_room(toy, monkeypatch):
    monkeypatch.setattr(engine, "MOST_CELLS_KEPT", 1)
    fresh = cx.open(toy.folder)
    kept = (
        fresh.keep(w.contains("Pay"))
        .keep(w.contains("Ship"))
        .trim(since="2025-06-03")
        .tag("late", w.length(at_least=3))
    )
    for _ in range(2):
        assert kept.journeys().df()["late"].tolist() == [False] + [True] * 5
        assert kept.durations(by="late").df()["count"].sum() == 6
        assert fresh.n.journeys == 12


def test_a_tag_copies_no_events(toy):
    fresh = cx.open(toy.folder)
    tagged = fresh.tag("a", w.contains("Pay")).tag("b", w.contains("Ship"))
    _ = fresh.process_map().table, tagged.process_map().table
    assert sum(key.endswith("|events") for key in fresh.base.engine._kept) == 1


def test_the_events_of_one_journey_speak_of_one(toy):
    assert str(toy.events(journey="A01").n) == "1 journey of 1 customer"


def test_chains_read_back_as_they_are(toy):
    a, b, c = w.contains("Pay"), w.contains("Ship"), w.contains("Call")
    again = eval(f"toy{toy.keep(a & b, c).recipe!r}", {"toy": toy, "w": w})
    assert again.recipe == toy.keep(a & b, c).recipe
    with pytest.raises(cx.CxError, match="one filter"):
        none_of((a, b))


def test_nobody_else_may_read_a_store(toy):
    for path in (toy.folder, *toy.folder.rglob("*")):
        assert not path.stat().st_mode & 0o077, path


def test_a_finished_store_needs_no_lock(tmp_path, toy):
    import filelock

    with filelock.FileLock(toy.folder / ".lock"):
        assert cx.toy_journeys().n == toy.n


def test_a_wrong_option_of_a_picture_is_named(toy):
    with pytest.raises(cx.CxError, match='Closest: "coverage"'):
        toy.process_map().chart(coverag=0.5)


def test_times_in_filters_are_checked_at_once(tmp_path):
    stamps = pa.array([0, 1], pa.timestamp("us"))
    journeys = prepared(tmp_path, ["2025-01-01", "2025-01-02"], seen=stamps)
    with pytest.raises(cx.CxError, match="is no period"):
        journeys.keep(w.attribute("seen", "rubbish"))


def test_the_questions_of_the_readme_can_be_asked():
    calls = re.findall(
        r"`(j\.[^`]+)`", README.read_text(encoding="utf-8").split("| question | answer |")[1].split("##")[0]
    )
    assert len(calls) >= 8
    for call in calls:
        assert len(eval(call, {"j": cx.sample_journeys()}).df().columns) > 0
