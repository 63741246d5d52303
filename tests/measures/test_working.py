"""Working time in answers, as one counts it by hours and holidays; and which time a move takes."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from statistics import mean, median

import pyarrow as pa
import pytest
from click.testing import CliRunner

import cxkit as cx
from cxkit import where as w
from cxkit.cli import main
from cxkit.facts.working import working_hours

HOUR = 3600
ROLES = {"journey": "case", "activity": "what", "time": "end"}
STARTS = {**ROLES, "start": "start"}
SHOP = {
    "zone": "Europe/Berlin",
    "calendar": {
        "hours": dict.fromkeys(("monday", "tuesday", "wednesday", "friday"), "08:00-12:00, 13:00-17:00")
        | {"thursday": "08:00-20:00", "saturday": "22:00-02:00"},
        "closed": ["2026-03-24"],
        "days": {"2026-12-24": "08:00-12:00"},
        "country": "DE",
        "region": "BE",
    },
}
TICKETS = {
    "a": ("2026-01-05 08:00", "2026-01-09 16:00"),
    "b": ("2026-01-09 15:00", "2026-01-12 09:00"),
    "c": ("2026-01-10 10:00", "2026-01-11 12:00"),
}
WEEK = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "08:00-16:00")
DESK = {"zone": "Europe/Berlin", "calendar": {"hours": WEEK}}
REPAIR = [("c1", "Repair", 9, 11), ("c1", "Check", 11.5, 12), ("c2", "Repair", 9, 11), ("c2", "Check", 12, 13)]
MONDAY = datetime(2026, 1, 5, tzinfo=UTC)


def worked(case, what, since, end):
    """An event from one hour of Monday to another; when it began may be unknown."""
    begun = None if since is None else MONDAY + since * timedelta(hours=1)
    return {"case": case, "what": what, "start": begun, "end": MONDAY + end * timedelta(hours=1)}


def prepared(rows, folder, roles, engine=None):
    log = cx.read(pa.Table.from_pylist(rows)).roles(**roles)
    return cx.prepare(log, folder, engine=engine, progress=False)


def bound(journeys, said):
    return cx.open(journeys.folder, engagement=cx.Engagement(**said), engine=journeys.base.engine)


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """Three tickets that are opened and closed, as text without an offset."""
    rows = [
        {"case": case, "what": what, "end": stamp}
        for case, stamps in TICKETS.items()
        for what, stamp in zip(("Open", "Close"), stamps, strict=True)
    ]
    return prepared(rows, tmp_path_factory.mktemp("desk"), {**ROLES, "zone": "Europe/Berlin"})


@pytest.fixture(scope="module")
def repairs(tmp_path_factory):
    """Two repairs with starts and ends; between the steps somebody waits for half an hour and for an hour."""
    rows = [worked(*row) for row in REPAIR]
    return prepared(rows, tmp_path_factory.mktemp("repairs"), STARTS)


def seconds(result):
    table = result.table
    return dict(zip(table["journey"].to_pylist(), table["seconds"].to_pylist(), strict=True))


# ---- by hand ---------------------------------------------------------------------------------------------------------


def test_tickets_of_office_hours(desk):
    shop = bound(desk, DESK)
    assert seconds(shop.journeys(working=True)) == {"a": 40 * HOUR, "b": 2 * HOUR, "c": 0}
    assert seconds(shop.journeys()) == {"a": 104 * HOUR, "b": 66 * HOUR, "c": 26 * HOUR}
    [row] = shop.durations(per="move", working=True).table.to_pylist()
    assert (row["mean_seconds"], row["median_seconds"]) == (14 * HOUR, 2 * HOUR)
    moves = {row["activity"]: row for row in shop.process_map(working=True).table.to_pylist()}
    assert (moves["Open"]["mean_seconds"], moves["Open"]["median_seconds"]) == (14 * HOUR, 2 * HOUR)
    whole = shop.durations(working=True).table.to_pylist()
    assert [(row["low_seconds"], row["count"]) for row in whole if row["count"]] == [
        (0, 1),
        (2 * HOUR, 1),
        (24 * HOUR, 1),
    ]
    assert whole[0]["median_seconds"] == 2 * HOUR
    assert shop.summary(working=True).table["median_seconds"].to_pylist() == [2 * HOUR]
    assert shop.variants(working=True).table["median_seconds"].to_pylist() == [2 * HOUR]


ASKED = [
    ("summary", {}), ("durations", {}), ("durations", {"per": "move"}), ("durations", {"by": "kind"}), ("waiting", {}),
    ("process_map", {}), ("variants", {}), ("segments", {"by": "kind"}), ("journeys", {}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "call"), ASKED, ids=str)
def test_every_answer_says_which_time_it_counts(repairs, name, call):
    shop = bound(repairs, SHOP).tag("kind", w.contains("Check"))
    working, calendar = (getattr(shop, name)(**call, working=working) for working in (True, False))
    assert working.unit.endswith(", in working time")
    assert set(working.table["clock"].to_pylist()) == {"working time"}
    assert "Working time, by the hours of [calendar] in Europe/Berlin" in repr(working)
    assert "working time" not in calendar.unit
    assert "clock" not in calendar.table.column_names
    assert "Calendar time" in repr(calendar)
    for result, words in ((working, "Working time, by the hours"), (calendar, "Calendar time")):
        picture = result.chart()
        assert picture is None or words in picture._repr_html_()


def test_the_file_may_make_working_time_the_default(desk):
    said = {**DESK, "calendar": {**DESK["calendar"], "default": "working"}}
    by_default = bound(desk, said)
    for name, call in ASKED:
        if "by" not in call:
            ask = getattr(by_default, name)
            assert ask(**call).table == ask(**call, working=True).table
            assert ask(**call).table != ask(**call, working=False).table or name == "waiting"
    assert bound(desk, DESK).durations().table == desk.durations().table


def test_working_time_is_said_in_hours(desk):
    """40 hours of work are no 1.7 days to anybody."""
    shop = bound(desk, DESK).keep(w.lasts(at_least="100h"))
    told = CliRunner().invoke(main, ["ask", str(desk.folder), "journeys"])
    assert "4.3 d" in told.output
    assert "40 h" in repr(shop.journeys(working=True))
    assert "40 h" in shop.process_map(working=True).chart().svg
    assert "1.7 d" not in shop.durations(per="move", working=True).chart()._repr_html_()


def test_the_command_line_asks_for_working_time(desk, tmp_path):
    said = cx.Engagement(**DESK).save(tmp_path / "engagement.toml")
    words = ["--engagement", str(said), "--with", "working=true", "--format", "json"]
    rows = json.loads(CliRunner().invoke(main, ["ask", str(desk.folder), "journeys", *words]).output)["rows"]
    assert [row["seconds"] for row in rows] == [40 * HOUR, 2 * HOUR, 0]
    assert {row["clock"] for row in rows} == {"working time"}


def test_without_a_calendar_the_error_says_what_to_write(desk):
    for journeys in (desk, bound(desk, {"goals": ["Close"]})):
        for name, call in ASKED:
            if "by" not in call:
                with pytest.raises(cx.CxError, match=r"engagement\.toml \[calendar\].*hours = \{monday"):
                    getattr(journeys, name)(**call, working=True)
                assert "Calendar time" not in repr(getattr(journeys, name)(**call))
    with pytest.raises(cx.CxError, match="neither True, False nor None"):
        desk.durations(working="yes")


def test_no_filter_counts_working_time(desk):
    shop, keeps = bound(desk, DESK), cx.catalog.entry("durations").keeps
    for row in shop.durations(working=True).table.to_pylist():
        assert keeps(row, shop, {"working": True}) is None
    [move] = shop.durations(per="move", working=True).table.to_pylist()
    assert keeps(move, shop, {"per": "move", "working": True}) == w.follows("Open", "Close", directly=True)


def test_a_log_without_times_has_no_working_time(tmp_path):
    rows = [{"case": "A", "what": what} for what in ("Order", "Pay")]
    shop = bound(prepared(rows, tmp_path / "store", {"journey": "case", "activity": "what"}), SHOP)
    assert shop.durations(working=True).table.num_rows == 0
    assert shop.journeys(working=True).table["seconds"].to_pylist() == [None]
    assert shop.keep(w.length(at_least=9)).durations(working=True).table.num_rows == 0


# ---- one time a name -------------------------------------------------------------------------------------------------


def test_a_move_takes_from_end_to_start_everywhere(repairs):
    """9 to 11 and 11:30 to 12; 9 to 11 and 12 to 13."""
    [drawn] = [row for row in repairs.process_map().table.to_pylist() if row["activity"] and row["next_activity"]]
    [listed] = repairs.durations(per="move").table.to_pylist()
    waited = {row["activity"]: row for row in repairs.waiting().table.to_pylist()}["Check"]
    assert drawn["mean_seconds"] == listed["mean_seconds"] == waited["mean_waiting_seconds"] == 0.75 * HOUR
    assert drawn["p90_seconds"] == listed["p90_seconds"] == waited["p90_waiting_seconds"] == pytest.approx(0.95 * HOUR)
    for result in (repairs.process_map(), repairs.durations(per="move")):
        assert "from the end of one event to the start of the next" in result.chart()._repr_html_()


def test_steps_that_overlap_leave_no_time_between_them(tmp_path):
    rows = [worked("A", *step) for step in (("Bake", 0, 5), ("Ice", 2, 3), ("Box", 6, 7))]
    shop = prepared(rows, tmp_path / "store", STARTS)
    found = {row["activity"]: row["mean_seconds"] for row in shop.durations(per="move").table.to_pylist()}
    assert found == {"Bake": 0, "Ice": HOUR}


def test_where_a_stamp_is_missing_a_move_takes_from_stamp_to_stamp(tmp_path):
    steps = (("Order", None, 1), ("Pay", None, 3), ("Ship", 7, 8), ("Ring", None, 12))
    rows = [worked("A", *step) for step in steps]
    shop = prepared(rows, tmp_path / "store", STARTS)
    found = {row["activity"]: row["mean_seconds"] / HOUR for row in shop.durations(per="move").table.to_pylist()}
    assert found == {"Order": 2, "Pay": 4, "Ship": 4}
    drawn = {
        row["activity"]: row["mean_seconds"] for row in shop.process_map().table.to_pylist() if row["next_activity"]
    }
    assert {name: took / HOUR for name, took in drawn.items() if name} == found


def test_stages_too(repairs):
    """Until a quarter past twelve in Berlin: of the waits from 11:00 in UTC that is a quarter of an hour each."""
    hours = {"calendar": {"hours": {"monday": "08:00-12:15"}}, "zone": "Europe/Berlin"}
    shop = bound(repairs, {"stages": {"mend": ["Repair"], "look": ["Check"]}, **hours})
    for working, took in ((False, 0.75 * HOUR), (True, 0.25 * HOUR)):
        rows = shop.process_map(level="stage", working=working).table.to_pylist()
        assert [row["mean_seconds"] for row in rows if row["activity"] and row["next_activity"]] == [took]


# ---- against counting ------------------------------------------------------------------------------------------------


def made_log(seed, few):
    """Journeys around the changes of the clock and holidays; every step has a start and an end, some overlap."""
    draw = random.Random(seed)
    for number in range(few):
        now = draw.choice(
            [datetime(2026, 3, 20, tzinfo=UTC), datetime(2026, 10, 18, tzinfo=UTC), datetime(2025, 12, 17, tzinfo=UTC)]
        )
        now += timedelta(seconds=draw.randrange(12 * 86_400))
        for _ in range(draw.randrange(1, 6)):
            end = now + timedelta(seconds=draw.choice([0, draw.randrange(7_200), draw.randrange(300_000)]))
            yield {"case": f"J{number:03d}", "what": draw.choice("ABC"), "start": now, "end": end}
            now += timedelta(seconds=draw.randrange(400_000))


def expected(rows, hours):
    """How long journeys, moves, work and waits last, by the hours; a wait is from the end of all that came before."""
    lasting, moves, works, waits = {}, defaultdict(list), defaultdict(list), defaultdict(list)
    cases = defaultdict(list)
    for row in sorted(rows, key=lambda row: row["start"]):
        cases[row["case"]].append(row)
    for case, events in cases.items():
        ended = max(event["end"] for event in events)
        lasting[case] = hours.open_seconds(events[0]["start"], ended)
        until = None
        for before, event in zip([None, *events], events, strict=False):
            works[event["what"]].append(hours.open_seconds(event["start"], event["end"]))
            if before is not None:
                wait = hours.open_seconds(min(until, event["start"]), event["start"])
                moves[before["what"], event["what"]].append(wait)
                waits[event["what"]].append(wait)
            until = event["end"] if until is None else max(until, event["end"])
    return lasting, moves, works, waits


def test_all_answers_are_as_one_counts_them(engine, tmp_path):
    rows = list(made_log(3, 60))
    shop = bound(prepared(rows, tmp_path / "store", STARTS, engine), SHOP)
    assert_counted(shop, expected(rows, working_hours(shop.engagement, "UTC")))


def test_journeys_without_some_events_are_counted_as_they_are(tmp_path):
    rows = list(made_log(4, 60))
    shop = bound(prepared(rows, tmp_path / "store", STARTS), SHOP)
    left = [row for row in rows if row["what"] != "B"]
    assert_counted(shop.hide("B"), expected(left, working_hours(shop.engagement, "UTC")))


def assert_counted(shop, counted):
    lasting, moves, works, waits = counted
    assert seconds(shop.journeys(rows=1_000, working=True)) == pytest.approx(lasting)
    assert shop.summary(working=True).table["median_seconds"].to_pylist() == [pytest.approx(median(lasting.values()))]
    for result in (shop.durations(per="move", working=True), shop.process_map(working=True)):
        found = {(row["activity"], row["next_activity"]): row for row in result.table.to_pylist()}
        inner = {move: row for move, row in found.items() if None not in move}
        assert {move: row["mean_seconds"] for move, row in inner.items()} == pytest.approx(
            {move: mean(took) for move, took in moves.items()}
        )
        assert {move: row["median_seconds"] for move, row in inner.items()} == pytest.approx(
            {move: median(took) for move, took in moves.items()}
        )
    for row in shop.waiting(working=True).table.to_pylist():
        assert row["mean_service_seconds"] == pytest.approx(mean(works[row["activity"]]))
        assert row["mean_waiting_seconds"] == pytest.approx(mean(waits[row["activity"]]))


def test_trimmed_journeys_are_counted_as_they_are(tmp_path):
    rows = [{**row, "end": row["start"]} for row in made_log(5, 40)]
    shop = bound(prepared(rows, tmp_path / "store", ROLES), SHOP)
    since = datetime(2026, 3, 25, tzinfo=UTC)
    left = [row for row in rows if row["start"] >= since]
    counted = expected(left, working_hours(shop.engagement, "UTC"))[0]
    assert seconds(shop.trim(since="2026-03-25").journeys(rows=1_000, working=True)) == pytest.approx(counted)
