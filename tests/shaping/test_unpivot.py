"""A table of milestones is offered and made a log: an event for each stamp that is there."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

import cxkit as cx
from cxkit.cli import main
from cxkit.errors import CxError

# 4 orders: 4 + 3 + 3 + 0 events, three ways through.
ORDERS = """order_no,kunde,bestellt,bezahlt,verschickt,geliefert
7001,k1,01.03.2024 09:00,01.03.2024 10:30,02.03.2024 08:00,04.03.2024 12:00
7002,k2,13.03.2024 09:00,13.03.2024 11:00,14.03.2024 08:00,
7003,k1,15.03.2024 09:00,,16.03.2024 08:00,17.03.2024 12:00
7004,k3,,,,
"""
NAMES = ["bestellt", "bezahlt", "verschickt", "geliefert"]


@pytest.fixture
def orders(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS, encoding="utf-8")
    return path


def test_milestones_are_offered_and_dates_are_no_activity(orders):
    log = cx.read(orders)
    [doubt] = [text for text in log.doubts if "unpivot" in text]
    assert 'log.unpivot(["bestellt", "bezahlt", "verschickt", "geliefert"])' in doubt
    assert doubt in repr(log)
    assert log.columns[log.settled.activity] not in NAMES


def test_each_milestone_that_is_there_becomes_an_event(orders, tmp_path):
    log = cx.read(orders).unpivot(NAMES)
    journeys = cx.prepare(log, tmp_path / "store", progress=False)
    facts = journeys.manifest
    assert (facts.counts["events"], facts.counts["journeys"], facts.counts["variants"]) == (10, 3, 3)
    assert facts.counts["activities"] == 4
    assert facts.roles["journey"] == "order_no"
    assert "1 row is without any milestone and left out." in facts.notes
    assert journeys.journeys().df()["seconds"].tolist() == [75 * 3600, 23 * 3600, 51 * 3600]
    assert log.source.lines([0, 4]) == [2, 3]


def test_stamps_of_several_kinds_are_read_each_as_written(tmp_path):
    text = "id,made,paid,sent\n" + "".join(
        f"r{n},2024-03-0{n},0{n}/03/2024 10:00,202403{n:02}1200\n" for n in range(1, 7)
    )
    (tmp_path / "log.csv").write_text(text + "r9,2024-03-19,20/03/2024 10:00,202403211200\n", encoding="utf-8")
    log = cx.read(tmp_path / "log.csv").unpivot(["made", "paid", "sent"])
    journeys = cx.prepare(log, tmp_path / "store", progress=False).journeys().df()
    assert journeys["seconds"].tolist() == [12 * 3600] * 6 + [60 * 3600]


def test_milestones_come_back_from_an_engagement_and_the_command_line(orders, tmp_path):
    log = cx.read(orders).unpivot(NAMES).roles(zone="Europe/Berlin")
    counts = cx.prepare(log, tmp_path / "one", progress=False).manifest.counts
    cx.Engagement.of_log(log, path="orders.csv").save(tmp_path / "engagement.toml")
    again = ["prepare", "--engagement", str(tmp_path / "engagement.toml"), "--store", str(tmp_path / "two")]
    options = [word for name in NAMES for word in ("--unpivot", name)]
    for words in (again, ["prepare", str(orders), *options, "--store", str(tmp_path / "three")]):
        answer = CliRunner().invoke(main, words)
        assert answer.exit_code == 0, answer.output
        assert cx.open(words[-1]).manifest.counts == counts


@pytest.mark.parametrize("names", [["bestellt"], "bestellt", ["bestellt", "kunde"], ["bestellt", "bezahlt", "Bote"]])
def test_what_is_no_milestone_is_refused(orders, names):
    with pytest.raises(CxError):
        cx.read(orders).unpivot(names)


def test_rows_of_events_are_not_offered(tmp_path):
    rows = [f"e{n},c{n // 4},{'ABCD'[n % 4]},2024-03-{1 + n // 4:02} 1{n % 4}:00,2024-05-01" for n in range(40)]
    (tmp_path / "log.csv").write_text("\n".join(["event_id,case,step,when,due", *rows]) + "\n", encoding="utf-8")
    assert not any("unpivot" in doubt for doubt in cx.read(tmp_path / "log.csv").doubts)
