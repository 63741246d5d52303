"""What looks like a fault and is none, each kind with inputs of several makes; and what hid behind it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from support.machine import CASES, missing
from support.planting import ROLES, clean, put, step

import cxkit as cx
from cxkit.readiness.checks import CHECKS
from cxkit.readiness.readiness import readiness
from cxkit.shaping.mending.repairs import DropCopies, DropEchoes

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MONDAY = datetime(2024, 1, 1, 9)


def look(rows, *checks, zone="UTC", **roles):
    """What these checks find in rows that are dictionaries, or in a small file of the cases."""
    if isinstance(rows, str):
        source = CASES / rows if (CASES / rows).is_file() else missing(f"the case {rows}")
    else:
        source = pa.Table.from_pylist(rows)
    names = {"journey": "case", "activity": "step", "time": "time"} | roles
    log = cx.read(source).roles(**names, zone=zone)
    return readiness(log, now=NOW, checks=[check for check in CHECKS if not checks or check.name in checks])


def log(journeys, steps, **columns):
    """So many journeys, a day apart: (activity, hours after the first) in each, with further columns by function."""
    return [
        {
            "case": f"J{n:03}",
            "step": name(n) if callable(name) else name,
            "time": f"{MONDAY + timedelta(days=n, hours=hours, seconds=n % 50)}",
        }
        | {column: value(n, place) for column, value in columns.items()}
        for n in range(journeys)
        for place, (name, hours) in enumerate(steps)
    ]


def names(answer):
    return [finding.check.name for finding in answer.findings]


# ---- decisions -------------------------------------------------------------------------------------------------------

DECISIONS = {
    "opposites": ("Approved by clerk", "Rejected by clerk", []),
    "opposites in German": ("Antrag genehmigt", "Antrag abgelehnt", []),
    "one denies": ("Nachforderung gestellt", "Keine Nachforderung gestellt", []),
    "two examinations": ("Examination", "Expert Examination", ["synonyms"]),
    "two ways to send": ("Ship", "Dispatch", ["synonyms"]),
}


@pytest.mark.parametrize("name", DECISIONS)
def test_the_branches_of_a_decision_are_a_question_at_most(name):
    left, right, found = DECISIONS[name]
    branch = (lambda n: (left, right)[n % 2], 1)
    answer = look(log(120, [("Register", 0), branch, ("Letter", 2), ("Archive", 3)]), "synonyms")
    assert names(answer) == found
    assert answer.repairs == ()
    assert {finding.severity for finding in answer.findings} <= {"note"}


def test_the_case_of_the_clerk():
    assert look("synonyms_approved_rejected.csv").repairs == ()


# ---- rows that say start and complete --------------------------------------------------------------------------------


def phases(begins, ends, column="state"):
    """Every step has a row for each of two phases, 20 minutes apart; "Close" has both at one moment."""
    rows = []
    for n in range(30):
        at = MONDAY + timedelta(days=n, minutes=n)
        for name, lasts in (("Check", 20), ("Decide", 45), ("Close", 0)):
            rows += [
                {"case": f"J{n}", "step": name, "time": f"{at}", column: begins},
                {"case": f"J{n}", "step": name, "time": f"{at + timedelta(minutes=lasts)}", column: ends},
            ]
            at += timedelta(minutes=lasts)
    return rows


@pytest.mark.parametrize(
    "rows",
    [
        "echoes_start_complete.csv",
        phases("START", "COMPLETE"),
        phases("Beginn", "Ende"),
        phases("iniciada", "terminada", "fase"),
        phases("assign", "complete", "lifecycle:transition"),
    ],
    ids=["the case", "capitals", "German", "Spanish", "by its name"],
)
def test_a_start_and_its_end_are_no_echo(rows):
    assert names(look(rows, "echoes", "forms")) == []


def test_what_is_recorded_twice_among_starts_and_ends_is_an_echo_of_its_kind():
    rows = phases("Beginn", "Ende")
    for row in rows:
        row["by"] = "crm"
    rows += [{**rows[2 * n], "by": "web"} for n in range(5)]
    answer = look(rows, "echoes")
    assert [finding.count for finding in answer.findings] == [5]
    [offer] = answer.repairs
    assert offer.repair == DropEchoes(1.0, "state")
    assert offer.effect.after.events == len(rows) - 5


def test_two_systems_that_record_one_step_are_still_an_echo():
    rows = log(60, [("Order", 0), ("Pay", 5), ("Ship", 9)], by=lambda n, place: "web")
    rows += [{**rows[3 * n], "by": "app"} for n in range(10)]
    assert [(f.check.name, f.count) for f in look(rows, "echoes").findings] == [("echoes", 10)]


# ---- days and hours --------------------------------------------------------------------------------------------------


def laboratory(zone):
    """Two laboratory tests of one day in each journey, all at midnight of that zone, written in UTC."""
    here = ZoneInfo(zone)
    return [
        {
            "case": f"P{n}",
            "step": name,
            "lab": lab,
            "time": datetime(2024, 1, 1, tzinfo=here).replace(month=1 + n % 12, day=1 + n % 27).astimezone(UTC),
        }
        for n in range(80)
        for name, lab in (("Blood", "A"), ("Blood", "B"), ("Visit", "A"))
    ]


@pytest.mark.parametrize("zone", ["UTC", "Europe/Amsterdam", "America/New_York", "Asia/Kolkata", "Australia/Sydney"])
def test_days_of_another_zone_are_days(zone):
    answer = look(laboratory(zone), "echoes", "whole_days", "mixed_precision", "clocks")
    assert names(answer) == ["whole_days"]
    assert "whole days" in answer.findings[0].what
    assert ("another zone" in answer.findings[0].what) == (zone != "UTC")


def test_days_are_days_beside_some_true_times():
    rows = laboratory("Europe/Amsterdam")
    rows += [{**row, "step": "Letter", "time": row["time"].replace(hour=9, minute=7 * n % 60)}
             for n, row in enumerate(rows[:40])]  # fmt: skip
    assert names(look(rows, "echoes", "batches")) == []


def test_whole_hours_cannot_say_what_comes_again_at_once():
    rows = [{**row, "time": row["time"][:13] + ":00:00"} for row in log(60, [("Call", 0), ("Call", 0), ("Pay", 7)])]
    assert names(look(rows, "echoes", "whole_days")) == ["whole_days"]


def trips(zone):
    """Trips that are known by their day in that zone; what the office does with them has a time of its own."""
    here, rows = ZoneInfo(zone), []
    for n in range(360):
        day = datetime(2024, 1, 1, tzinfo=here) + timedelta(days=n // 30 * 30)  # thirty trips begin on each day
        office = day.replace(hour=9, minute=n % 60, second=n % 59) + timedelta(days=1 + n % 5)
        rows += [
            {"case": f"T{n}", "step": "Start trip", "time": day.astimezone(UTC)},
            {"case": f"T{n}", "step": "Declare", "time": office.astimezone(UTC)},
        ]
    return rows


@pytest.mark.parametrize("zone", ["UTC", "Europe/Amsterdam", "America/Chicago"])
def test_the_day_of_a_trip_is_no_batch(zone):
    answer = look(trips(zone), "mixed_precision", "batches")
    assert [(f.check.name, f.count, f.examples) for f in answer.findings] == [("mixed_precision", 360, ("Start trip",))]


def test_a_nightly_run_is_still_a_batch():
    rows = clean()
    put("when", "2025-06-14 03:00:00", *step("Deliver", *range(24)))(rows)
    assert names(look(rows, "batches", "mixed_precision", **ROLES)) == ["batches"]


# ---- copies ----------------------------------------------------------------------------------------------------------


def received(**columns):
    """Goods that come in three parts at one minute: three rows, of which nothing more is known."""
    return log(40, [("Order", 0), ("Goods", 3), ("Goods", 3), ("Goods", 3), ("Pay", 9)], **columns)


@pytest.mark.parametrize(
    "rows",
    [
        received(),
        received(firm=lambda n, place: "Meyer"),
        received(vendor=lambda n, place: f"V{n % 7}"),
        received(code=lambda n, place: ("o", "g", "g", "g", "p")[place]),
        "copies_three_columns.csv",
    ],
    ids=["three columns", "a constant", "an attribute of journeys", "the activity in another word", "the case"],
)
def test_copies_that_cannot_be_told_apart_are_no_fault(rows):
    answer = look(rows, "copies")
    assert [(finding.check.name, finding.severity) for finding in answer.findings] == [("copies", "note")]
    assert "cannot be told apart" in answer.findings[0].what
    assert answer.repairs == ()
    assert {score.score for score in answer.scored} == {1.0}


def test_counts_are_those_of_the_store(tmp_path):
    rows = received()
    prepared = cx.prepare(cx.read(pa.Table.from_pylist(rows)).roles(journey="case", activity="step", time="time"),
                          tmp_path / "store", progress=False)  # fmt: skip
    sizes = look(rows).sizes
    assert (sizes["events"], sizes["moves"]) == (200, 160)
    assert prepared.manifest.counts["events"] == sizes["events"]
    assert prepared.process_map().df()["count"].sum() == sizes["moves"] + 80  # with starts and ends


def test_a_copy_in_a_log_that_tells_its_events_apart_is_offered_as_a_question():
    rows = log(40, [("Order", 0), ("Goods", 3), ("Pay", 9)], by=lambda n, place: "ABC"[(n + place) % 3])
    [offer] = look([*rows, rows[7], rows[50]], "copies").repairs
    assert (offer.repair, offer.apply, offer.effect.rows) == (DropCopies(), False, 2)


# ---- names that are numbers, and words that are names ----------------------------------------------------------------


def persons(column):
    """Staff numbers, old ones of six digits and a few new ones of eight."""
    return log(
        60, [("Register", 0), ("Decide", 3)],
        **{column: lambda n, place: str(20987361 + n if n in (3, 9, 21, 33, 41, 52) else 200752 + 13 * (n % 30))},
    )  # fmt: skip


@pytest.mark.parametrize("column", ["org:resource", "Resource", "user", "Sachbearbeiter", ".order", "row index"])
def test_numbers_that_name_people_or_rows_have_no_unit(column):
    assert names(look(persons(column), "unit_slips", "numeric_defaults")) == []


def test_the_case_of_the_resource():
    assert names(look("resource_ids_as_amounts.csv", "unit_slips")) == []


@pytest.mark.parametrize("column", ["amount", "order value", "Betrag"])
def test_amounts_in_another_unit_are_still_found(column):
    rows = log(60, [("Pay", 0)], **{column: lambda n, place: str((20 + n) * (1000 if n % 10 == 0 else 1))})
    assert names(look(rows, "unit_slips")) == ["unit_slips"]


LETTERS = [a + b for a in ("", *"ABCDEFGHIJKLMNOPQRST") for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]


@pytest.mark.parametrize("ids", [LETTERS, [text.lower() for text in LETTERS], [*LETTERS, "NIL", "TBA", "NAN"]])
def test_ids_that_are_counted_in_letters_are_no_placeholders(ids):
    rows = [{"case": text, "step": "new", "time": f"{MONDAY + timedelta(days=n)}"} for n, text in enumerate(ids)]
    assert names(look(rows, "placeholders")) == []


def test_the_case_of_the_ids():
    assert names(look("ids_like_placeholders.csv", "placeholders", journey="case_id")) == []


def test_an_id_that_stands_for_none_among_numbers_is_found_and_kept():
    rows = log(60, [("Order", 0), ("Pay", 2)])
    for row in rows[:6]:
        row["case"] = "n/a"
    answer = look(rows, "placeholders")
    assert (names(answer), answer.repairs) == (["placeholders"], ())


@pytest.mark.parametrize(("word", "severity"), [("unknown", "note"), ("Keine Angabe", "note"), ("?", "high")])
def test_an_activity_is_never_left_out(word, severity):
    rows = log(40, [("Order", 0), (lambda n: word if n % 2 else "Test", 2), ("Pay", 5)])
    answer = look(rows, "placeholders")
    assert [finding.severity for finding in answer.findings] == [severity]
    assert answer.repairs == ()


def test_a_column_that_is_rarely_filled_in_weighs_little():
    rows = log(50, [("Order", 0), ("Pay", 2)], fax=lambda n, place: "UNKNOWN" if n > 3 else f"F{n}",
               channel=lambda n, place: "n/a" if n < 5 else ("web", "shop")[n % 2])  # fmt: skip
    answer = look(rows, "placeholders")
    assert {finding.column: finding.severity for finding in answer.findings} == {"fax": "low", "channel": "medium"}


def test_a_number_among_names_may_stand_for_none():
    rows = log(60, [("New", 0), (lambda n: "-100" if n % 12 == 0 else "Active", 2), ("Closed", 5)])
    answer = look(rows, "numeric_defaults")
    assert [(f.column, f.count, f.of) for f in answer.findings] == [("step", 5, 180)]
    assert answer.repairs == ()


# ---- the ends of the log ---------------------------------------------------------------------------------------------


def reopened(journeys=200):
    """Every journey ends "Closed"; the early ones were opened again, so that "Closed" went on more often than not."""
    rows = []
    for n in range(journeys):
        at = MONDAY + timedelta(days=3 * n)
        again = 3 if n < 120 else 0
        for place, name in enumerate(["Open", *["Work", "Closed"] * (1 + again)]):
            rows.append({"case": f"J{n}", "step": name, "time": f"{at + timedelta(days=place, minutes=n)}"})
    return rows


@pytest.mark.parametrize("rows", ["open_journeys_all_completed.csv", reopened()], ids=["the case", "opened again"])
def test_what_ends_most_journeys_ends_them(rows):
    assert names(look(rows, "open_journeys", "cut_off")) == []


def test_an_open_journey_is_told_by_the_activity_that_it_stands_at():
    rows = [row for row in reopened() if (row["case"], row["step"]) != ("J199", "Closed")]
    [finding] = look(rows, "open_journeys").findings
    assert finding.count == 1
    assert '"Work", which usually goes on' in finding.what


# ---- stray times -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("years", "sides"),
    [((1948, 2001, 2008), ["before"]), ((2031,), []), ((1970, 2001), ["before"]), ((1999, 2025), ["before", "after"])],
)
def test_every_heap_of_stray_times_is_found(years, sides):
    """Of 600 events over 200 days of 2024, one a year is elsewhere; 2031 is still to come, 1970 stands for none."""
    rows = log(200, [("Order", 0), ("Pay", 5), ("Ship", 9)])
    for place, year in enumerate(years):
        rows[50 * place]["time"] = f"{year}-05-0{place + 1} 10:00:00"
    answer = look(rows, "stray", "future", "default_times")
    stray = [finding for finding in answer.findings if finding.check.name == "stray"]
    assert sorted(side for side in ("before", "after") for f in stray if f"far {side}" in f.what) == sorted(sides)
    assert sum(len(finding.rows) for finding in answer.findings) == len(years)


def test_the_case_of_1948():
    [finding] = look("stray_1948_hides_2001.csv", "stray").findings
    assert [example[:4] for example in finding.examples] == ["1948", "2001", "2008"]


def test_a_quiet_quarter_is_not_the_end_of_the_log():
    """Two seasons with four months between them, and a last journey of each."""
    rows = log(60, [("Order", 0), ("Pay", 5)])
    for row in rows[60:]:
        row["time"] = f"{datetime.fromisoformat(row['time']) + timedelta(days=120)}"
    assert names(look(rows, "stray")) == []


def test_a_clock_that_counts_from_nothing():
    rows = [{**row, "time": row["time"].replace("2024-01-01", "1970-01-01")} for row in log(1, [("a", 0), ("b", 1)])]
    [finding] = look(rows, "default_times").findings
    assert "1970" in finding.what


# ---- clocks ----------------------------------------------------------------------------------------------------------


def nightly(hours, versions):
    """A run a night over two years, at a half hour that wanders, at (winter, summer) hours; its version by the day."""
    rows = []
    for n in range(720):
        day = datetime(2023, 1, 1) + timedelta(days=n)
        at = day + timedelta(hours=hours[4 <= day.month <= 9], minutes=30 * (n % 5) + n % 7)
        office = day + timedelta(days=2, hours=9 + n % 8, minutes=n % 60)
        rows += [
            {"case": f"K{n}", "step": "CODE OK", "version": versions(n), "time": f"{at}"},
            {"case": f"K{n}", "step": "BILLED", "version": "office", "time": f"{office}"},
        ]
    return rows


@pytest.mark.parametrize("zone", ["UTC", "Europe/Amsterdam"])
@pytest.mark.parametrize(
    "rows",
    ["clocks_job_moved_by_an_hour.csv", nightly((5, 6), lambda n: "A"), nightly((5, 5), lambda n: "AB"[n > 360])],
    ids=["the case", "an hour later in summer", "one after the other"],
)
def test_a_job_that_moves_is_no_second_clock(rows, zone):
    activity = "activity" if isinstance(rows, str) else "step"
    assert names(look(rows, "clocks", zone=zone, activity=activity)) == []
