"""A payment method that is broken for three weeks is asked about, by its dates; a steady log asks nothing."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from support import broken
from support.rows import assert_rows_keep_their_journeys

import cxkit as cx
from cxkit import where as w
from cxwidgets import Board

MONDAY = datetime(2024, 1, 1, tzinfo=UTC)
WEEKS, EACH, BROKEN = 50, 40, range(30, 33)


def steady_but(folder, broken):
    """Forty journeys a week; in the broken weeks few reach the goal."""
    rng, rows = np.random.default_rng(3), []
    for week in range(WEEKS):
        for number in range(rng.poisson(EACH)):
            begin = MONDAY + timedelta(weeks=week, hours=float(rng.uniform(0, 167)))
            reached = rng.random() < (0.2 if week in broken else 0.7)
            end = begin + timedelta(hours=float(rng.lognormal(3, 0.5)))
            for what, when in (("Order", begin), ("Deliver" if reached else "Cancel", end)):
                rows.append({"case": f"{week}-{number}", "what": what, "when": when})
    log = cx.read(pa.Table.from_pylist(rows)).roles(journey="case", activity="what", time="when")
    said = cx.Engagement(goals=["Deliver"], cancels=["Cancel"])
    cx.prepare(log, folder, progress=False)
    return cx.open(folder, engagement=said)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return steady_but(tmp_path_factory.mktemp("change") / "store", BROKEN)


def test_the_broken_weeks_are_asked_about(shop):
    answer = shop.change_points()
    rows = answer.table.to_pylist()
    assert [(row["figure"], row["period"], row["last_day"]) for row in rows] == [
        ("goals", "2024-W31", date(2024, 8, 18)),
        ("goals", "2024-W34", date(2024, 12, 15)),
    ]
    broke, mended = rows
    assert broke["before_low"] < 0.7 < broke["before_high"]
    assert broke["after_high"] < broke["before_low"]
    assert broke["after"] == mended["before"]
    assert broke["q"] <= 0.05
    assert broke["n_after"] == broke["count"] == shop.keep(w.during("2024-W31", "2024-W33", how="started")).n.journeys
    assert assert_rows_keep_their_journeys(shop, "change_points", {}) == 2
    for small in (False, True):
        words = " ".join(ET.fromstring(answer.chart(small=small).svg).itertext())
        assert "Something may have changed around 29 Jul 2024: goal rate" in words
        assert " ".join(words.split()).count("What happened then?") == 2


def test_what_one_segment_has_alone_is_found_in_it(tmp_path):
    """Three cards in ten are refused for three weeks: lost among all, plain among cards, and nowhere else."""
    shop = broken.store(tmp_path / "store", seed=1)
    rows = shop.change_points(by="method").table.to_pylist()
    assert [(row["segment"], row["figure"], row["period"]) for row in rows] == [
        ("card", "goals", "2024-W31"),
        ("card", "goals", "2024-W34"),
    ]
    cards = shop.keep(w.attribute("method", "card"), w.during("2024-W31", "2024-W33", how="started"))
    assert rows[0]["count"] == cards.n.journeys
    assert assert_rows_keep_their_journeys(shop, "change_points", {"by": "method"}) == 2
    assert "goal rate of “card”" in " ".join(ET.fromstring(shop.change_points(by="method").chart().svg).itertext())


def test_a_change_is_clicked_and_its_days_are_kept(shop, loopless):
    board = Board(shop)
    panel = board.panel("change_points")
    key = next(iter(panel.choices))
    panel.hear({"do": "choose", "key": key, "besides": False})
    assert board.clauses["change_points"] == w.during("2024-07-29", "2024-08-18", how="started")
    assert panel.marks == [key]


def test_nothing_is_asked_where_nothing_changed(tmp_path):
    steady = steady_but(tmp_path / "store", ())
    assert steady.change_points().table.num_rows == 0
    assert "No change stands out" in steady.change_points().chart().svg
    assert "No change stands out" in repr(steady.change_points())


def test_a_short_log_tells_nothing(toy):
    assert toy.change_points(per="day").table.num_rows == 0
