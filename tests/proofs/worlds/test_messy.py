"""Is the messy export of the sample world the clean log with exactly the faults that the truth counts?"""

from __future__ import annotations

import datetime as dt
import json
import operator
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from support.machine import ROOT
from support.messy import Messy, lines_of, mended

import cxkit as cx

DATA = ROOT / "data"
sys.path.insert(0, str(DATA))

from world import company  # noqa: E402
from world.faults import AMERICAN, COLUMNS, ISO, STAMP, faulty  # noqa: E402
from world.make import make  # noqa: E402
from world.parameters import World  # noqa: E402


@pytest.fixture(scope="module", params=["made now", "committed"])
def origin(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def events(origin: str) -> pa.Table:
    if origin == "committed":
        return pq.read_table(DATA / "sample" / "events.parquet")
    return make(World(customers=600)).tables["events"]


@pytest.fixture(scope="module")
def messy(origin: str, events: pa.Table) -> Messy:
    if origin == "committed":
        text = (DATA / "sample" / "messy.csv").read_bytes().decode()
        truth = json.loads((DATA / "truth" / "truth.json").read_text(encoding="utf-8"))["truths"]
        faults = {key: entry for key, entry in truth.items() if key.startswith("fault.")}
        return text, pq.read_table(DATA / "truth" / "messy.parquet"), faults
    return faulty(events, World.seed)


def where(table: pa.Table, column: str, values: Any) -> pa.Table:
    return table.filter(pc.is_in(table[column], pa.array(sorted(values), pa.string())))


def test_the_export_is_one_text_for_one_seed(events: pa.Table, messy: Messy) -> None:
    again = faulty(events, World.seed)
    assert again[0] == messy[0]
    assert again[1].equals(messy[1])
    assert again[2] == messy[2]
    assert faulty(events, 8)[0] != messy[0]


def test_the_export_without_its_faults_is_the_clean_log(events: pa.Table, messy: Messy) -> None:
    rows = list(mended(messy).values())
    clean = where(events, "journey", {row["Case No."] for row in rows}).to_pylist()
    assert 4_500 <= len(rows) == len(clean)
    expected = [
        {
            **{head: row[name] or "" for head, name in COLUMNS.items() if name},
            "Date/Time": row["time"].strftime("%d.%m.%Y %H:%M:%S"),
            "System": "CRM" if row["agent"] else "Portal",
            "Cost (€)": "" if row["cost"] is None else f"{row['cost']:.2f} €".replace(".", ","),
        }
        for row in clean
    ]
    key = operator.itemgetter("Case No.", "Date/Time")
    assert sorted(rows, key=key) == sorted(expected, key=key)


def test_every_fault_is_counted_and_its_lines_are_those_that_differ(messy: Messy) -> None:
    text, found, truth = messy
    rows, faults = dict(enumerate(lines_of(text), 2)), found.to_pylist()
    counts = Counter(fault["fault"] for fault in faults)
    assert {f"fault.{name}": count for name, count in counts.items()} == {
        key: entry["realised"] for key, entry in truth.items() if key != "fault.order"
    }
    assert {entry["n"] for entry in truth.values()} == {len(rows)} == {text.count("\r\n") - 1}
    before = mended(messy)
    for line, row in rows.items():
        columns = {fault["column"] for fault in faults if fault["line"] == line} if line % 50 == 0 else None
        if columns is not None and columns != {None}:
            assert {head for head in row if row[head] != before[line][head]} <= columns


def test_faults_that_can_be_seen_are_as_many_in_the_file(messy: Messy) -> None:
    text, found, truth = messy
    rows = lines_of(text)
    count = {key.removeprefix("fault."): entry["realised"] for key, entry in truth.items()}
    column = {head: [row[head] for row in rows] for head in COLUMNS}
    twice = [line for line, row in enumerate(rows, 2) if row in rows[max(line - 120, 0) : line - 2]]
    assert twice == where(found, "fault", {"duplicate"})["line"].to_pylist()
    assert count["duplicate"] == len(rows) - len({tuple(row.values()) for row in rows}) == 90
    assert count["format.iso"] == sum(bool(re.fullmatch(r"\d{4}-.*", cell)) for cell in column["Date/Time"]) == 240
    assert count["format.american"] == sum(cell.endswith("M") for cell in column["Date/Time"]) == 120
    assert count["sentinel.time"] == column["Date/Time"].count("01.01.1900 00:00:00") == 30
    assert count["sentinel.cost"] == column["Cost (€)"].count("9999,99 €") == 60
    assert count["encoding"] == sum("€".encode().decode("cp1252") in cell for cell in column["Cost (€)"]) == 80
    assert count["missing.customer"] == column["Cust_ID"].count("n/a") == 40
    assert count["missing.time"] == column["Date/Time"].count("") == 15
    assert count["missing.activity"] == column["Step"].count("") == 10
    assert count["na_id"] == column["Case No."].count("NA") >= 8
    spellings = truth["fault.label"]["spellings"]
    assert count["label"] == sum(cell in spellings for cell in column["Step"]) == 150
    assert len(spellings) == 6
    assert set(spellings.values()) <= set(company.ACTIVITIES)
    assert set(column["Step"]) <= {*company.ACTIVITIES, *spellings, ""}


def moments(messy: Messy, but: str = "") -> list[tuple[str, dt.datetime]]:
    rows = mended(messy, but).values()
    return [(row["Case No."], dt.datetime.strptime(row["Date/Time"], STAMP)) for row in rows]


def test_the_crm_has_its_own_clock(messy: Messy) -> None:
    assert messy[2]["fault.zone"]["realised"] == sum(row["System"] == "CRM" for row in lines_of(messy[0])) > 500
    rows, seen = dict(enumerate(lines_of(messy[0]), 2)), 0
    spoilt = Counter(messy[1]["line"].to_pylist())
    for fault in where(messy[1], "fault", {"zone"}).to_pylist():
        shown = rows[fault["line"]]["Date/Time"]
        if spoilt[fault["line"]] == 1:
            local = dt.datetime.strptime(shown, STAMP).replace(tzinfo=ZoneInfo("Europe/Berlin"))
            assert local == dt.datetime.strptime(fault["was"], STAMP).replace(tzinfo=dt.UTC)
            seen += 1
    assert seen > 500


def test_rows_are_out_of_order_in_the_journeys_counted(messy: Messy) -> None:
    behind, latest = set(), {}
    for name, moment in moments(messy):
        if moment < latest.get(name, moment):
            behind.add(name)
        latest[name] = moment
    assert messy[2]["fault.order"]["realised"] == len(behind) > 100


def test_ties_are_counted_when_all_else_is_mended(messy: Messy) -> None:
    assert len(set(moments(messy))) == len(moments(messy))
    tied = moments(messy, but="tie")
    assert messy[2]["fault.tie"]["realised"] == len(tied) - len(set(tied)) == 120


def test_other_ways_of_writing_a_date_say_the_same(messy: Messy) -> None:
    rows = dict(enumerate(lines_of(messy[0]), 2))
    for fault in messy[1].to_pylist():
        pattern = {"format.iso": ISO, "format.american": AMERICAN}.get(fault["fault"])
        if pattern:
            cell = rows[fault["line"]]["Date/Time"]
            assert dt.datetime.strptime(cell, pattern) == dt.datetime.strptime(fault["was"], STAMP)


def test_cxkit_reads_the_export_and_names_the_lines_without_a_time(messy: Messy, tmp_path: Path) -> None:
    file = tmp_path / "messy.csv"
    file.write_bytes(messy[0].encode())
    assert file.stat().st_size < 600_000
    log = cx.read(file).roles(journey="Case No.", activity="Step", time="Date/Time", customer="Cust_ID")
    j = cx.prepare(log, tmp_path / "store")
    rejected = j.rejected(rows=1_000).df()
    lines = where(messy[1], "fault", {"missing.time"})["line"].to_pylist()
    assert sorted(rejected["line"][rejected["reason"] == "no time"]) == sorted(lines)
    assert "NA" in set(j.journeys(rows=1_000).df()["journey"])
