"""The messy export under readiness: every planted fault is found on its lines, and what can be mended comes right."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest
from support.machine import ROOT
from support.messy import lines_of, mended

import cxkit as cx
from cxkit.readiness.readiness import readiness
from cxkit.shaping.mending.repairs import from_json

DATA = ROOT / "data"
NOW = datetime(2026, 12, 1, tzinfo=UTC)
ROLES = {"journey": "Case No.", "activity": "Step", "time": "Date/Time", "customer": "Cust_ID"}
# planted fault: the checks that find its lines, with the column, and with words where a check finds several things
FOUND_BY = {
    "duplicate": [("copies", "", "")],
    "encoding": [("misread", "Cost (€)", "")],
    "format.iso": [("mixed_forms", "Date/Time", "year first")],
    "format.american": [("mixed_forms", "Date/Time", "AM or PM"), ("unreadable", "Date/Time", "")],
    "label": [("distorted", "Step", "")],
    "missing.activity": [("without_activity", "", "")],
    "missing.customer": [("placeholders", "Cust_ID", "")],
    "missing.time": [("without_time", "", "")],
    "na_id": [("placeholders", "Case No.", "")],
    "sentinel.cost": [("numeric_defaults", "Cost (€)", "")],
    "sentinel.time": [("default_times", "Date/Time", "")],
    "zone": [("clocks", "Date/Time", "local time")],
}
# what follows from a planted fault, or is true of the journeys
FOLLOWS = {
    "ties",  # planted too; held to its count below
    "unsorted",  # planted too; held to its count below
    "backwards",  # rows of two clocks change places
    "future",  # American dates with day and month changed
    "stray",  # such dates, too
    "open_journeys",
    "cut_off",
    "written_numbers",  # costs such as "6,34 €"
}


@pytest.fixture(scope="module")
def messy():
    truth = pq.read_table(DATA / "truth" / "messy.parquet")
    return (DATA / "sample" / "messy.csv").read_bytes().decode(), truth, {}


@pytest.fixture(scope="module")
def log():
    return cx.read(DATA / "sample" / "messy.csv").roles(**ROLES)


@pytest.fixture(scope="module")
def answer(log):
    return readiness(log, now=NOW)


def planted(messy, *faults):
    return sorted({row["line"] for row in messy[1].to_pylist() if row["fault"] in faults})


def told(answer, check, column, words):
    """The findings of a check with these words, and their lines."""
    found = [f for f in answer.findings if (f.check.name, f.column) == (check, column) and words in f.what]
    rows = sorted({row for finding in found for row in finding.rows.to_pylist()})
    return [line for line in answer.source.lines(rows) if line is not None]


@pytest.mark.parametrize("fault", FOUND_BY)
def test_a_planted_fault_is_found_on_its_lines(fault, messy, answer):
    found = sorted({line for check in FOUND_BY[fault] for line in told(answer, *check)})
    if fault == "missing.activity":  # a line that repeats one of them is one as well
        assert set(planted(messy, fault)) <= set(found)
        assert len(found) - len(planted(messy, fault)) <= len(planted(messy, "duplicate"))
        return
    assert found == planted(messy, fault)


def test_every_planted_fault_is_asked_for(messy):
    assert set(messy[1]["fault"].to_pylist()) == {*FOUND_BY, "tie"}


def test_nothing_else_is_found(answer):
    found = {(f.check.name, f.column) for f in answer.findings if f.check.name not in FOLLOWS}
    assert found == {(check, column) for checks in FOUND_BY.values() for check, column, _ in checks}


@pytest.fixture(scope="module")
def repaired():
    """The log with all that is offered, told where the local times are from."""
    log = cx.read(DATA / "sample" / "messy.csv").roles(**ROLES, zone="Europe/Berlin")
    return log.mend(*(offer.repair for offer in readiness(log, now=NOW).repairs))


def test_the_repairs_give_every_event_its_true_time_and_name(repaired, messy, tmp_path):
    """By line against the truth: two clocks, three ways of writing, six spellings, damaged texts, defaults."""
    unknown = set(planted(messy, "sentinel.time", "missing.time"))
    tied = set(planted(messy, "tie"))
    clean, source = mended(messy), repaired.source
    moments = source.connection.execute(
        f"""SELECT row, c3::TIMESTAMPTZ AT TIME ZONE 'UTC', c2 FROM {source.rows} ORDER BY row"""
    ).fetchall()
    lines = source.lines([row for row, *_ in moments])
    compared = 0
    for line, (_, moment, step) in zip(lines, moments, strict=True):
        if line in unknown:
            assert moment is None
        elif line not in tied:
            assert f"{moment:%d.%m.%Y %H:%M:%S}" == clean[line]["Date/Time"]
            compared += 1
        if step:
            assert step == clean[line]["Step"]
    assert compared > 4_300
    assert len(lines) == len(lines_of(messy[0])) - len(planted(messy, "duplicate"))


def test_what_is_left_after_the_repairs_is_what_nobody_can_know(repaired, messy):
    left = readiness(repaired, now=NOW)
    faults = {(f.check.name, f.column): f.count for f in left.findings if f.severity != "note"}
    assert faults.pop(("ties", "")) == len(planted(messy, "tie"))
    assert faults.pop(("without_time", "")) == len(planted(messy, "missing.time", "sentinel.time"))
    assert faults.pop(("without_activity", "")) == len(planted(messy, "missing.activity"))
    assert faults.pop(("placeholders", "Case No.")) == len(planted(messy, "na_id"))  # a name, for all a reader knows
    assert faults.pop(("missing_values", "Cost (€)")) > 0  # the 9999,99
    assert set(faults) <= {("backwards", "")}
    [unsorted] = [f for f in left.findings if f.check.name == "unsorted"]
    assert unsorted.journeys > 250


def test_the_repairs_survive_into_the_store(repaired, messy, tmp_path):
    journeys = cx.prepare(repaired, tmp_path / "store", progress=False)
    assert {attribute.name: attribute.kind for attribute in journeys.manifest.attributes}["Cost (€)"] == "number"
    assert [*map(from_json, journeys.manifest.repairs)] == [*repaired.source.repairs]
    assert cx.open(tmp_path / "store").manifest.repairs == journeys.manifest.repairs
    assert 'read "Date/Time" as UTC where "System" is "Portal"' in journeys.manifest.reading["repairs"]
    assert set(journeys.activities().df().activity) == {row["Step"] for row in mended(messy).values()}
    lost = planted(messy, "duplicate", "missing.time", "sentinel.time", "missing.activity")
    assert journeys.manifest.counts["events"] == len(lines_of(messy[0])) - len(lost)
