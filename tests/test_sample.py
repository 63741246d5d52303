"""Is the sample world what data/README.md says it is?"""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

DATA = Path(__file__).parents[1] / "data"
BEGIN = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
END = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
WINTER_TIME = dt.timezone(dt.timedelta(hours=1))  # in force when the year changes
PREFIXES = {"order": "ORD", "move": "MOV", "fault": "FLT", "renewal": "REN"}
STARTS = {
    "order": {"Compare tariffs", "Check availability", "Shop consultation", "Call: tariff advice"},
    "move": {"Check availability", "Move announced"},
    "fault": {"Self-help page", "Fault reported"},
    "renewal": {"Renewal offer sent", "Compare tariffs", "Call: better offer wanted"},
}
CLOSED_LISTS = {
    "kind": set(PREFIXES),
    "channel": {"shop", "web", "app", "phone", "technician", "system"},
    "lane": {"customer action", "front-stage", "back-stage", "support", "physical evidence"},
    "stage": {"discover", "order", "install", "use", "move", "renew", "leave"},
    "product": {"Home 50", "Home 100", "Home 250", "Fibre 500", "Fibre 1000"},
    "region": {"Capital", "Coast", "Rivers", "Lakeland", "Highlands"},
}
NULLABLE = {"agent", "cost", "value"}
Tables = dict[str, pa.Table]


def read(folder: Path) -> Tables:
    return {name: pq.read_table(folder / f"{name}.parquet") for name in ("events", "customers")}


def make(folder: Path, *options: str) -> Tables:
    command = [sys.executable, DATA / "make_sample.py", *options, "--out", folder]
    subprocess.run(command, check=True, capture_output=True)
    return read(folder)


def journeys(events: pa.Table) -> dict[str, list[dict]]:
    found = defaultdict(list)
    for row in events.to_pylist():
        found[row["journey"]].append(row)
    return found


@pytest.fixture(scope="module")
def sample() -> Tables:
    return read(DATA / "sample")


@pytest.fixture(scope="module")
def told(sample: Tables) -> dict[str, list[dict]]:
    return journeys(sample["events"])


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return make(tmp_path_factory.mktemp("small"), "--customers", "150")


def test_the_committed_sample_is_what_the_program_makes(sample: Tables, tmp_path: Path) -> None:
    made = make(tmp_path)
    for name, table in sample.items():
        assert table.schema.equals(made[name].schema)
        for column in table.column_names:
            assert table[column].equals(made[name][column]), f"{name}.{column}"


def test_the_same_seed_makes_the_same_world(small: Tables, tmp_path: Path) -> None:
    assert make(tmp_path, "--customers", "150") == small


def test_another_seed_makes_another_world(small: Tables, tmp_path: Path) -> None:
    other = make(tmp_path, "--customers", "150", "--seed", "8")
    assert not other["events"].equals(small["events"])
    assert not other["customers"].equals(small["customers"])


def test_months_set_the_end_of_the_log(tmp_path: Path) -> None:
    times = make(tmp_path, "--customers", "150", "--months", "3")["events"]["time"].to_pylist()
    assert dt.datetime(2025, 3, 25, tzinfo=dt.UTC) < max(times) < dt.datetime(2025, 4, 1, tzinfo=dt.UTC)


def test_sizes(sample: Tables, told: dict[str, list[dict]]) -> None:
    assert 60_000 <= sample["events"].num_rows <= 70_000
    assert 5_500 <= len(told) <= 7_000
    assert 3_800 <= sample["customers"].num_rows <= 4_400
    assert 25 <= len(set(sample["events"]["activity"].to_pylist())) <= 33
    assert 36 <= len(set(sample["events"]["agent"].to_pylist()) - {None}) <= 40
    assert sum(file.stat().st_size for file in (DATA / "sample").iterdir()) < 3_000_000


def test_rows_are_ordered_by_time_and_lie_in_the_log(sample: Tables) -> None:
    times = sample["events"]["time"].to_pylist()
    assert times == sorted(times)
    assert times[0] >= BEGIN and times[-1] < END
    assert sample["events"].schema.field("time").type == pa.timestamp("us", tz="UTC")


def test_no_journey_has_two_events_in_one_second(told: dict[str, list[dict]]) -> None:
    assert all(len({row["time"] for row in rows}) == len(rows) for rows in told.values())


def test_closed_lists(sample: Tables) -> None:
    for column, allowed in CLOSED_LISTS.items():
        assert set(sample["events"][column].to_pylist()) == allowed, column


def test_only_the_columns_that_may_be_empty_are(sample: Tables) -> None:
    for table in sample.values():
        for column in table.column_names:
            assert (table[column].null_count > 0) == (column in NULLABLE), column


def test_an_activity_has_one_lane_and_one_stage(sample: Tables) -> None:
    rows = sample["events"].select(["activity", "lane", "stage"]).to_pylist()
    cards = {(row["activity"], row["lane"], row["stage"]) for row in rows}
    assert len(cards) == len({activity for activity, _, _ in cards})


def test_a_journey_has_one_customer_and_one_of_every_journey_column(told: dict[str, list[dict]]) -> None:
    for name, rows in told.items():
        for column in ("customer", "kind", "product", "region", "value"):
            assert len({row[column] for row in rows}) == 1, (name, column)
        local = rows[0]["time"].astimezone(WINTER_TIME)
        assert name.startswith(f"{PREFIXES[rows[0]['kind']]}-{local.year}-")


def test_customers_are_unique_and_known(sample: Tables) -> None:
    names = sample["customers"]["customer"].to_pylist()
    assert len(set(names)) == len(names)
    assert set(sample["events"]["customer"].to_pylist()) <= set(names)


def test_every_journey_begins_as_its_kind_may(told: dict[str, list[dict]]) -> None:
    assert all(rows[0]["activity"] in STARTS[rows[0]["kind"]] for rows in told.values())


def test_people_who_serve_have_a_name_and_a_cost(sample: Tables) -> None:
    for row in sample["events"].to_pylist():
        if row["channel"] in {"phone", "shop", "technician"}:
            assert row["agent"] and row["cost"] > 0
        if row["channel"] in {"web", "app"}:
            assert row["agent"] is None


def test_value_is_there_exactly_where_a_contract_began(told: dict[str, list[dict]]) -> None:
    wins = {"order": "Line activated", "renewal": "Contract renewed"}
    for name, rows in told.items():
        won = wins.get(rows[0]["kind"]) in {row["activity"] for row in rows}
        assert won == (rows[0]["value"] is not None), name


def test_some_orders_are_open_when_the_log_ends(told: dict[str, list[dict]]) -> None:
    waiting = {"Credit approved", "Router shipped", "Appointment confirmed", "Line activated"}
    late = [rows[-1] for rows in told.values() if rows[-1]["time"] > END - dt.timedelta(days=14)]
    assert sum(row["kind"] == "order" and row["activity"] in waiting for row in late) > 30


def test_orders_have_a_main_story_and_a_long_tail(told: dict[str, list[dict]]) -> None:
    paths = Counter(
        tuple(row["activity"] for row in rows) for rows in told.values() if rows[0]["kind"] == "order"
    ).most_common()
    assert 0.08 <= paths[0][1] / sum(count for _, count in paths) <= 0.2
    assert paths[0][0][-1] == "First bill sent"
    assert len(paths) > 300


def test_many_customers_come_more_than_once(told: dict[str, list[dict]]) -> None:
    counts = Counter(rows[0]["customer"] for rows in told.values())
    assert max(counts.values()) <= 5
    assert 0.3 < sum(count > 1 for count in counts.values()) / len(counts) < 0.5
