"""The panel of durations counts as its filters do."""

from __future__ import annotations

import cxkit as cx
from cxwidgets import Board

WEEK = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "09:00-17:00")


def test_its_bars_are_of_calendar_time_where_answers_count_working_time(toy, loopless):
    said = cx.Engagement(calendar={"hours": WEEK, "default": "working"})
    shop = cx.open(toy.folder, engagement=said)
    assert shop.durations().unit == "journeys, in working time"
    board = Board(shop)
    panel = board.panel("durations")
    first = next(row for row in shop.durations(working=False).table.to_pylist() if row["count"])
    key = f"bin {first['low_seconds']:.0f} {first['high_seconds']:.0f}"
    panel.hear({"do": "choose", "key": key, "besides": False})
    assert board.journeys.n.journeys == first["count"]
    assert panel.marks == [key]
