"""Is the sample world what data/README.md says it is?"""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.machine import ROOT

DATA = ROOT / "data"
README = (DATA / "README.md").read_text(encoding="utf-8")
BEGIN = dt.datetime(2024, 12, 31, 23, tzinfo=dt.UTC)  # midnight in Berlin
END = dt.datetime(2026, 6, 30, 22, tzinfo=dt.UTC)
WINTER_TIME = dt.timezone(dt.timedelta(hours=1))  # in force when the year changes
PREFIXES = {"order": "ORD", "move": "MOV", "fault": "FLT", "renewal": "REN"}
GOALS = {"order": "Line activated", "renewal": "Contract renewed"}
CLOSED_LISTS = {
    "kind": set(PREFIXES),
    "channel": {"shop", "web", "app", "phone", "technician", "system"},
    "lane": {"customer action", "front-stage", "back-stage", "support", "physical evidence"},
    "stage": {"discover", "order", "install", "use", "move", "renew", "leave"},
    "product": {"Home 50", "Home 100", "Home 250", "Fibre 500", "Fibre 1000"},
    "region": {"Capital", "Coast", "Rivers", "Lakeland", "Highlands"},
    "credit_risk": {"low", "high", None},
}
NULLABLE = {
    "events": {"start", "agent", "cost", "offer_days", "credit_risk", "value"},
    "surveys": {"answered", "score"},
    "tickets": {"closed"},
}
TABLES = ("events", "customers", "identities", "surveys", "tickets", "fields", "needs", "comments", "costs")
FREE_NUMBERS = r"\+49 (30 23125|40 66969|69 90009|89 99998) \d{3}"  # kept free by the regulator, for films and books
Tables = dict[str, pa.Table]


def read(folder: Path) -> Tables:
    return {name: pq.read_table(folder / f"{name}.parquet") for name in TABLES}


def make(folder: Path, *options: str) -> Tables:
    command = [sys.executable, DATA / "make_sample.py", *options, "--out", folder]
    subprocess.run(command, check=True, capture_output=True)
    return read(folder / "sample")


@cache
def sample() -> Tables:
    return read(DATA / "sample")


@cache
def rows() -> list[dict]:
    return sample()["events"].to_pylist()


@cache
def told() -> dict[str, list[dict]]:
    found = defaultdict(list)
    for row in rows():
        found[row["journey"]].append(row)
    return found


@cache
def truths() -> dict[str, dict]:
    return json.loads((DATA / "truth" / "truth.json").read_text(encoding="utf-8"))["truths"]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    make(folder, "--customers", "300")
    return folder


def contents(file: Path) -> object:
    return pq.read_table(file) if file.suffix == ".parquet" else file.read_bytes()


# ---- the program -----------------------------------------------------------------------------------------------------


def test_the_committed_sample_is_what_the_program_makes(tmp_path: Path) -> None:
    make(tmp_path)
    for part in ("sample", "truth"):
        files = {file.relative_to(DATA) for file in (DATA / part).rglob("*") if file.is_file()}
        assert files == {file.relative_to(tmp_path) for file in (tmp_path / part).rglob("*") if file.is_file()}
        for file in files:
            assert contents(DATA / file) == contents(tmp_path / file), file


def test_the_same_seed_makes_the_same_world(small: Path, tmp_path: Path) -> None:
    assert make(tmp_path, "--customers", "300") == read(small / "sample")


def test_another_seed_makes_another_world(small: Path, tmp_path: Path) -> None:
    other, one = make(tmp_path, "--customers", "300", "--seed", "8"), read(small / "sample")
    assert not other["events"].equals(one["events"])
    assert not other["customers"].equals(one["customers"])


def test_a_customer_has_the_same_life_among_more_customers(small: Path) -> None:
    def lives(table: pa.Table) -> list[tuple]:
        keys = ("customer", "activity", "time", "channel", "agent", "cost", "value")
        early = [row for row in table.select(keys).to_pylist() if int(row["customer"][1:]) % 100_000 <= 300]
        return sorted((tuple(row.values()) for row in early), key=str)

    assert lives(read(small / "sample")["events"]) == lives(sample()["events"])


def test_months_set_the_end_of_the_log(tmp_path: Path) -> None:
    times = make(tmp_path, "--customers", "300", "--months", "3")["events"]["time"].to_pylist()
    assert dt.datetime(2025, 3, 25, tzinfo=dt.UTC) < max(times) < dt.datetime(2025, 4, 1, tzinfo=dt.UTC)


def test_any_number_can_be_changed(tmp_path: Path) -> None:
    make(tmp_path, "--customers", "300", "--set", "leak_near=1", "--set", "leak_far=1", "--set", "shipping=10,0.1")
    changed = json.loads((tmp_path / "truth" / "truth.json").read_text(encoding="utf-8"))
    assert changed["world"]["shipping"] == {"hours": 10, "spread": 0.1}
    assert changed["truths"]["leak.total"]["realised"] == 1


@pytest.mark.parametrize(
    ("assignment", "says"),
    [
        ("leak_neer=0.1", 'Closest: "leak_near"'),
        ("leak_near=1.1", "not from 0 to 1"),
        ("leak_near=often", "could not convert"),
        ("leak_near=nan", "not from 0 to 1"),
        ("shipping=-1", "not 0 or more"),
        ("leak_near", "Write name=value"),
        ("season=1,2,3", "3 numbers, not 12"),
        ("first_month=May", "cannot be used"),
        ("customers=0", "not 1 or more"),
    ],
)
def test_what_cannot_be_set_is_said(assignment: str, says: str, tmp_path: Path) -> None:
    command = [sys.executable, DATA / "make_sample.py", "--set", assignment, "--out", tmp_path]
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert says in refused.stderr
    assert "Traceback" not in refused.stderr


# ---- the tables ------------------------------------------------------------------------------------------------------


def test_sizes() -> None:
    assert 190_000 <= sample()["events"].num_rows <= 255_000
    assert 17_000 <= len(told()) <= 19_000
    assert 11_000 <= truths()["size.customers"]["realised"] <= 12_000
    assert len({row["agent"] for row in rows()} - {None}) == 40
    files = [file for part in ("sample", "truth") for file in (DATA / part).rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) < 8_000_000


def test_rows_are_ordered_by_time_and_lie_in_the_log() -> None:
    times = [row["time"] for row in rows()]
    assert times == sorted(times)
    assert times[0] >= BEGIN
    assert times[-1] < END
    assert sample()["events"].schema.field("time").type == pa.timestamp("us", tz="UTC")


def test_no_journey_has_two_events_in_one_second() -> None:
    assert all(len({row["time"] for row in own}) == len(own) for own in told().values())


def test_closed_lists() -> None:
    for column, allowed in CLOSED_LISTS.items():
        assert set(sample()["events"][column].to_pylist()) == allowed, column


def test_only_the_columns_that_may_be_empty_are() -> None:
    for name, table in sample().items():
        empty = {column for column in table.column_names if table[column].null_count}
        assert empty == NULLABLE.get(name, set()), name


def test_an_activity_has_one_lane_and_one_stage() -> None:
    cards = {(row["activity"], row["lane"], row["stage"]) for row in rows()}
    assert len(cards) == len({activity for activity, _, _ in cards})


def test_half_of_the_lanes_are_stamped_at_their_start() -> None:
    for row in rows():
        assert (row["start"] is not None) == (row["lane"] in {"front-stage", "back-stage"})
        assert row["start"] is None or row["start"] <= row["time"]


def test_a_journey_has_one_customer_and_one_of_every_journey_column() -> None:
    for name, own in told().items():
        for column in ("customer", "system_id", "kind", "product", "region", "credit_risk", "value"):
            assert len({row[column] for row in own}) == 1, (name, column)
        local = own[0]["time"].astimezone(WINTER_TIME)
        assert name.startswith(f"{PREFIXES[own[0]['kind']]}-{local.year}-")


def test_customers_are_unique_and_known() -> None:
    names = sample()["customers"]["customer"].to_pylist()
    assert len(set(names)) == len(names)
    for name in ("events", "surveys", "tickets", "fields", "needs", "comments"):
        assert set(sample()[name]["customer"].to_pylist()) <= set(names), name
    assert len(set(names) - set(sample()["events"]["customer"].to_pylist())) == 132  # have no journey in the log


def test_the_key_table_makes_the_ids_of_the_systems_the_customers_of_the_log() -> None:
    ids, people = (sample()["events"][column].to_pylist() for column in ("system_id", "customer"))
    second, first = (sample()["identities"][column].to_pylist() for column in ("system_id", "customer"))
    assert len(set(second)) == len(second)
    assert not set(second) & set(people)
    assert set(first) <= set(people)
    whose = dict(zip(second, first, strict=True))
    assert [whose.get(name, name) for name in ids] == people
    assert len(set(ids)) == len(set(people)) + len(second)
    assert f"The systems knew them under {len(set(ids)):,} ids" in README


def test_a_row_about_a_journey_names_its_customer() -> None:
    owner = {name: own[0]["customer"] for name, own in told().items()}
    for name in ("surveys", "tickets", "fields", "comments"):
        table = sample()[name]
        assert [owner[journey] for journey in table["journey"].to_pylist()] == table["customer"].to_pylist(), name


def test_people_who_serve_have_a_name_and_a_cost() -> None:
    for row in rows():
        if row["channel"] in {"phone", "shop", "technician"}:
            assert row["agent"]
            assert row["cost"] > 0
        if row["channel"] in {"web", "app"}:
            assert row["agent"] is None


def test_value_is_there_exactly_where_a_contract_began() -> None:
    for name, own in told().items():
        won = GOALS.get(own[0]["kind"]) in {row["activity"] for row in own}
        assert won == (own[0]["value"] is not None), name


def test_orders_have_a_main_story_and_a_long_tail() -> None:
    paths = Counter(tuple(row["activity"] for row in own) for own in told().values() if own[0]["kind"] == "order")
    most = paths.most_common(3)
    assert most[0][1] > 30
    assert len(paths) > 5_000


def test_people_and_their_data_are_invented() -> None:
    found = defaultdict(set)
    for row in sample()["fields"].to_pylist():
        found[row["field"]].add(row["value"])
    assert all(value.endswith("@example.org") for value in found["e-mail"])
    assert all(re.fullmatch(FREE_NUMBERS, value) for value in found["phone"])
    assert all(value.startswith("DE00 ") for value in found["bank account"])  # no real one has 00 there


# ---- what is written about it ----------------------------------------------------------------------------------------


def test_the_dictionary_names_every_table_column_and_activity() -> None:
    hidden = {file.stem: pq.read_schema(file).names for file in (DATA / "truth").glob("*.parquet")}
    shown = {name: table.column_names for name, table in sample().items()}
    for tables in (hidden, shown):
        for name, columns in tables.items():
            assert f"`{name}.parquet`" in README, name
            assert [column for column in columns if column not in README] == [], name
    assert {row["activity"] for row in rows()} == set(re.findall(r"[^,|]+", activities_in_readme()))


def activities_in_readme() -> str:
    lines = README.split("## Activities\n")[1].split("\n## ")[0].splitlines()
    cells = [line.split("|")[2] for line in lines if line.startswith("|")][2:]
    return ",".join(cell.strip().replace(", ", ",") for cell in cells)


def test_the_list_of_truths_is_the_book_of_truths() -> None:
    written = {line.split("|")[1].strip(): line for line in README.splitlines() if re.match(r"\| [a-z]+\.[a-z]", line)}
    assert set(written) == set(truths())
    for key, truth in truths().items():
        for name in ("parameter", "realised"):
            if isinstance(truth[name], int | float):
                assert f"| {truth[name]:,.4g} |" in written[key] or f"| {truth[name]:,} |" in written[key], (key, name)


def test_the_dictionary_says_the_rows_key_and_time_of_every_table_beside_the_log() -> None:
    lines = re.findall(r"^\| `(\w+)\.parquet` \| ([\d,]+) \| ([^|]*) \| ([^|]*)\|", README, re.MULTILINE)
    written = {f"tables.{name}": (rows, key.split(",")[0], time.strip()) for name, rows, key, time in lines}
    assert written == {
        key: (f"{truth['realised']:,}", truth["by"] or "none", truth["time"] or "")
        for key, truth in truths().items()
        if key.startswith("tables.")
    }


def test_the_dictionary_begins_with_the_sizes_counted() -> None:
    sizes = [truths()[f"size.{name}"]["realised"] for name in ("events", "journeys", "customers")]
    begins = README.split("## ")[0].replace("\n", " ")
    assert "{:,} events of {:,} journeys and {:,} customers".format(*sizes) in begins


def test_product_code_never_reads_the_truth() -> None:
    for file in [*(ROOT / "cxkit").rglob("*.py"), *(ROOT / "widgets").rglob("*.py"), *ROOT.glob("notebooks/*.ipynb")]:
        assert "data/truth" not in file.read_text(encoding="utf-8")
        assert '"truth"' not in file.read_text(encoding="utf-8")
