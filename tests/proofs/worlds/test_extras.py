"""Are the extras of the sample world what the truth says: other names, sixty journeys, the next month, the twins?"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import operator
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from support.machine import ROOT

DATA = ROOT / "data"
sys.path.insert(0, str(DATA))

from world import company, needs  # noqa: E402
from world.firms import firms  # noqa: E402
from world.make import Made, make  # noqa: E402
from world.mini import FACTS, mini  # noqa: E402
from world.next_month import next_month  # noqa: E402
from world.parameters import World  # noqa: E402
from world.renamed import rename  # noqa: E402

WORLD = World(customers=600)
Truth = dict[str, dict[str, Any]]
Renamed = tuple[Made, dict[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def made() -> Made:
    return make(WORLD)


@pytest.fixture(scope="module")
def month(made: Made) -> tuple[dict[str, pa.Table], Truth]:
    return next_month(made)


@pytest.fixture(scope="module")
def longer() -> Made:
    return make(dataclasses.replace(WORLD, extra=1))


@pytest.fixture(scope="module")
def twins() -> tuple[dict[str, Made], Truth]:
    return firms(WORLD)


def where(table: pa.Table, column: str, values: Any) -> pa.Table:
    return table.filter(pc.is_in(table[column], pa.array(sorted(values), pa.string())))


def size(tables: dict[str, pa.Table], folder: Path) -> int:
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd")
    return sum(file.stat().st_size for file in folder.iterdir())


# Other names


def strings(table: pa.Table) -> Iterator[str]:
    for column in table.columns:
        if column.type == pa.string():
            yield from column.unique().drop_null().to_pylist()


@pytest.fixture(scope="module")
def renamed(made: Made) -> Renamed:
    return rename(made, 7)


def old_names() -> dict[str, set[str]]:
    return {
        "activity": set(company.ACTIVITIES),
        "channel": set(company.CHANNELS),
        "lane": set(company.LANES),
        "stage": set(company.STAGES),
        "kind": set(company.KINDS),
        "prefix": set(company.KINDS.values()),
        "product": set(company.TARIFFS),
        "region": set(company.REGIONS),
        "team": set(company.TEAMS),
        "segment": set(company.SEGMENTS),
        "need": set(needs.NEEDS),
    }


def test_everything_has_another_name_and_one_only(made: Made, renamed: Renamed) -> None:
    names, columns = renamed[1], renamed[1]["column"]
    kinds = {kind: mapping for kind, mapping in names.items() if kind != "column"}
    assert {kind: set(mapping) for kind, mapping in kinds.items()} == old_names()
    words: dict[str, str] = {}
    for mapping in kinds.values():
        assert len(set(mapping.values())) == len(mapping)
        assert all(words.setdefault(old, new) == new for old, new in mapping.items())
    assert not {old.casefold() for old in words} & {new.casefold().replace("_", " ") for new in words.values()}
    assert len(set(words.values())) == len(words)
    for name, table in made.tables.items():
        assert list(columns[name]) == table.column_names
        assert renamed[0].tables[name].column_names == list(columns[name].values())
        assert not set(columns[name]) & set(columns[name].values())
        assert len(set(columns[name].values())) == len(columns[name])


def test_with_the_old_names_it_is_the_old_world(made: Made, renamed: Renamed) -> None:
    again, names = renamed
    back = {new: old for kind, mapping in names.items() if kind != "column" for old, new in mapping.items()}

    def old(cell: str | None) -> str | None:
        first, hyphen, rest = (cell or "").partition("-")
        return cell and (back.get(cell) or back.get(first, first) + hyphen + rest)

    for before, after in ((made.tables, again.tables), (made.hidden, again.hidden)):
        for name, table in before.items():
            for column, renewed in zip(table.columns, after[name].columns, strict=True):
                values = renewed.to_pylist()
                assert (list(map(old, values)) if column.type == pa.string() else values) == column.to_pylist()


def test_no_old_name_is_left(renamed: Renamed) -> None:
    again, names = renamed
    gone = {old for kind, mapping in names.items() if kind != "column" for old in mapping}
    for table in (*again.tables.values(), *again.hidden.values()):
        left = {cell for cell in strings(table) if cell in gone or cell.partition("-")[0] in gone}
        assert not left
    told = json.dumps(again.truth, default=float)
    assert not [name for name in company.ACTIVITIES if name in told or name in again.engagement]


def test_the_engagement_file_speaks_of_the_new_names(made: Made, renamed: Renamed) -> None:
    again, names = renamed
    old, new = tomllib.loads(made.engagement), tomllib.loads(again.engagement)
    assert set(new["roles"].values()) <= set(again.tables["events"].column_names)
    for before, after in zip(old["goals"], new["goals"], strict=True):
        assert after["activity"] == names["activity"][before["activity"]]
        assert after["where"] == {
            names["column"]["events"]["kind"]: [names["kind"][one] for one in before["where"]["kind"]]
        }
    assert list(new["stages"]) == [names["stage"][stage] for stage in old["stages"]]
    assert {step for lane in new["lanes"].values() for step in lane["activities"]} == set(names["activity"].values())
    assert [lane["side"] for lane in new["lanes"].values()] == [lane["side"] for lane in old["lanes"].values()]
    assert [one["perspective"] for one in new["policies"]] == [one["perspective"] for one in old["policies"]]
    for rule in (one for one in new["policies"] if "where" in one):
        [(column, values)] = rule["where"].items()
        assert {values} if isinstance(values, str) else set(values) <= set(again.tables["events"][column].to_pylist())


def test_prose_of_several_lines_is_reworded_too(made: Made) -> None:
    prose = 'note = """A company.\nAfter an Order placed comes an Identity check.\nIn Coast it rains."""\n'
    again, names = rename(dataclasses.replace(made, engagement=prose + made.engagement), 7)
    note = tomllib.loads(again.engagement)["note"].splitlines()
    spelt = names["activity"]
    assert note[1] == f"After an {spelt['Order placed']} comes an {spelt['Identity check']}."
    assert note[2] == f"In {names['region']['Coast']} it rains."


def test_seeds_spell_activities_differently(made: Made) -> None:
    spelt = {tuple(rename(made, seed)[1]["activity"].values()) for seed in range(12)}
    assert len(spelt) == 3


# The mini sample


def test_the_mini_sample_shows_all_there_is_in_sixty_journeys(made: Made, tmp_path: Path) -> None:
    small = mini(made)
    names = set(small["events"]["journey"].to_pylist())
    assert len(names) == 60
    assert 300 < small["events"].num_rows < 900
    assert small.keys() == made.tables.keys()
    all_of_them, some = made.hidden["journeys"], where(made.hidden["journeys"], "journey", names)
    for column in ("kind", "persona", "outcome", "end_reason", "entry"):
        assert set(some[column].to_pylist()) == set(all_of_them[column].to_pylist()), column
    for pair in (("kind", "end_reason"), ("kind", "persona")):
        assert set(pairs(some, *pair)) == set(pairs(all_of_them, *pair))
    assert all(pc.any(some[fact]).as_py() for fact in FACTS if pc.any(all_of_them[fact]).as_py())
    for column in ("activity", "channel"):
        assert set(small["events"][column].to_pylist()) == set(made.tables["events"][column].to_pylist())
    assert small["identities"].num_rows > 0
    times = Counter(Counter(some["customer"].to_pylist()).values())
    assert times.keys() >= {1, 2, 3}
    assert times[1] > 10
    assert size(small, tmp_path) < 80_000
    assert all(table.equals(mini(made)[name]) for name, table in small.items())


def pairs(table: pa.Table, first: str, second: str) -> list[tuple[Any, Any]]:
    return list(zip(table[first].to_pylist(), table[second].to_pylist(), strict=True))


def test_what_belongs_to_the_sixty_is_there_whole(made: Made) -> None:
    small = mini(made)
    names = set(small["events"]["journey"].to_pylist())
    for name in ("events", "surveys", "tickets", "fields", "comments"):
        assert small[name].equals(where(made.tables[name], "journey", names)), name
    known = set(small["customers"]["customer"].to_pylist())
    assert known == set(small["events"]["customer"].to_pylist()) >= set(small["identities"]["customer"].to_pylist())
    people = set(where(made.hidden["journeys"], "journey", names)["customer"].to_pylist())
    assert set(where(made.hidden["journeys"], "customer", people)["journey"].to_pylist()) == names


# The next month


def test_the_next_month_is_the_longer_world_but_for_its_changes(
    made: Made, longer: Made, month: tuple[dict[str, pa.Table], Truth]
) -> None:
    tables, truth = month
    events = tables["events"]
    begin = dt.datetime.fromtimestamp(WORLD.end, dt.UTC)
    times = events["time"].to_pylist()
    assert begin <= min(times)
    assert max(times) < begin + dt.timedelta(days=31)
    key = operator.itemgetter("journey", "time")
    before = {key(row): row for row in longer.tables["events"].to_pylist() if row["time"] >= begin}
    changed: Counter[tuple[str, Any, Any]] = Counter()
    for row in events.to_pylist():
        was = before.pop(key(row))
        changed.update((name, was[name], row[name]) for name in row if row[name] != was[name] and name != "cost")
    assert changed == {
        ("activity", "Check status", "Ask status assistant"): truth["next.activity"]["count"],
        ("channel", "app", "web"): truth["next.channel"]["realised"],
    }
    known = set(made.tables["events"]["journey"].to_pylist())
    assert {row["kind"] for row in before.values()} == {"order"}
    gone = {row["journey"] for row in before.values()}
    assert not gone & (known | set(events["journey"].to_pylist()))
    assert truth["next.orders"]["n"] == truth["next.orders"]["count"] + len(gone)


def test_the_changes_of_the_next_month_are_counted(made: Made, month: tuple[dict[str, pa.Table], Truth]) -> None:
    tables, truth = month
    rows = tables["events"].to_pylist()
    known = set(made.tables["events"]["journey"].to_pylist())
    kinds = {row["journey"]: row["kind"] for row in rows}
    fresh = Counter(kind for name, kind in kinds.items() if name not in known)
    assert truth["next.events"]["realised"] == len(rows)
    assert truth["next.new"]["realised"] == fresh.total()
    assert truth["next.continued"]["realised"] == len(kinds) - fresh.total() > 0
    assert truth["next.orders"]["count"] == fresh["order"]
    assert truth["next.same"]["realised"] == fresh["renewal"]
    assert truth["next.activity"]["count"] == sum(row["activity"] == "Ask status assistant" for row in rows) > 0
    assert "Ask status assistant" not in company.ACTIVITIES
    assert "app" not in {row["channel"] for row in rows}
    assert [row["cost"] for row in rows if row["channel"] == "shop"] == [None] * truth["next.cost"]["realised"]
    assert "app" in set(made.tables["events"]["channel"].to_pylist())


def test_the_next_month_fits_the_sample(made: Made, month: tuple[dict[str, pa.Table], Truth], tmp_path: Path) -> None:
    tables = month[0]
    customers = {name for table in (made.tables, tables) for name in table["customers"]["customer"].to_pylist()}
    journeys = {name for table in (made.tables, tables) for name in table["events"]["journey"].to_pylist()}
    for name, table in tables.items():
        assert table.schema == made.tables[name].schema
        assert "journey" not in table.column_names or set(table["journey"].to_pylist()) <= journeys
        assert set(table["customer"].to_pylist()) <= customers
    for name, key in (
        ("customers", "customer"),
        ("identities", "system_id"),
        ("tickets", "ticket"),
        ("comments", "comment"),
    ):
        assert not set(tables[name][key].to_pylist()) & set(made.tables[name][key].to_pylist()), name
    again, truth = next_month(made)
    assert truth == month[1]
    assert all(table.equals(again[name]) for name, table in tables.items())
    assert size(tables, tmp_path) < 80_000


# The twins


def test_the_twins_have_the_tables_of_the_sample(made: Made, twins: tuple[dict[str, Made], Truth]) -> None:
    assert set(twins[0]) == {"low_low", "high_low"}
    for firm in twins[0].values():
        assert {name: table.schema for name, table in firm.tables.items()} == {
            name: table.schema for name, table in made.tables.items()
        }
        assert 200 <= len(set(firm.tables["events"]["customer"].to_pylist())) <= 300


def test_only_the_twin_that_understands_its_customers_has_stitched_its_log(
    twins: tuple[dict[str, Made], Truth],
) -> None:
    for firm, stitched in (("low_low", False), ("high_low", True)):
        tables = twins[0][firm].tables
        ids, customers = (set(tables["events"][column].to_pylist()) for column in ("system_id", "customer"))
        second = {name for name in ids if name.startswith("S")}
        assert second
        assert customers == ids - second if stitched else customers == ids
        assert set(tables["identities"]["system_id"].to_pylist()) == (second if stitched else set())
        for name in ("customers", "surveys", "fields"):
            assert bool(second & set(tables[name]["customer"].to_pylist())) is not stitched, name


def test_what_is_planted_in_the_twins_is_counted(twins: tuple[dict[str, Made], Truth], tmp_path: Path) -> None:
    for name, firm in twins[0].items():
        truth = {key.removeprefix(f"firm.{name}."): entry for key, entry in twins[1].items() if name in key}
        tables = firm.tables
        liked = {row["customer"]: row["preferred_channel"] for row in tables["customers"].to_pylist()}
        rows = where(tables["events"], "activity", {"Appointment confirmed", "Reschedule appointment"}).to_pylist()
        assert truth["choice"]["n"] == len(rows) > 100
        assert truth["choice"]["realised"] == share(row["channel"] == liked[row["customer"]] for row in rows)
        journeys = set(tables["events"]["journey"].to_pylist())
        heard = {row["journey"] for row in tables["surveys"].to_pylist() if row["score"] is not None}
        assert truth["answers"]["realised"] == share(journey in heard for journey in journeys)
        believed = {one["name"]: one["firm_share"] for one in tomllib.loads(firm.engagement)["needs"]}
        assert truth["need_tv"]["shares"] == believed
        assert sum(believed.values()) == pytest.approx(1, abs=0.005)
        late = waits(tables["events"], "Credit approved", "Router shipped")
        assert truth["shipping_broken"]["realised"] == share(wait > dt.timedelta(days=5) for wait in late)
        (tmp_path / name).mkdir()
        assert size(tables, tmp_path / name) < 200_000


def share(hits: Iterator[bool]) -> float:
    found = list(hits)
    return round(sum(found) / len(found), 4)


def waits(events: pa.Table, first: str, then: str) -> Iterator[dt.timedelta]:
    moments: dict[str, dict[str, dt.datetime]] = {}
    for row in where(events, "activity", {first, then}).to_pylist():
        moments.setdefault(row["journey"], {}).setdefault(row["activity"], row["time"])
    return (of[then] - of[first] for of in moments.values() if len(of) == 2)


def test_the_twins_differ_in_understanding_and_are_alike_in_delivery(twins: tuple[dict[str, Made], Truth]) -> None:
    low, high = (
        {key.split(".")[-1]: entry["realised"] for key, entry in twins[1].items() if name in key}
        for name in ("low_low", "high_low")
    )
    assert high["choice"] > low["choice"] + 0.4
    assert high["answers"] > low["answers"] + 0.25
    assert high["need_tv"] < 0.01 < 0.2 < low["need_tv"]
    assert (high["identity"], low["identity"]) == (1.0, 0.0)
    for key, parameter in (("shipping_broken", 0.45), ("follow_up_broken", 0.45), ("asked_again", 0.8)):
        for name in ("low_low", "high_low"):
            entry = twins[1][f"firm.{name}.{key}"]
            assert abs(entry["realised"] - parameter) <= entry["half_width"], (name, key)
    assert abs(high["score"] - low["score"]) < 1.5
    assert max(high["score"], low["score"]) < 6.7


def test_the_same_seed_makes_the_same_twins(twins: tuple[dict[str, Made], Truth]) -> None:
    again, truth = firms(WORLD)
    assert truth == twins[1]
    assert again["high_low"].tables == twins[0]["high_low"].tables


# What is committed


def kept(folder: Path) -> dict[str, pa.Table]:
    return {file.stem: pq.read_table(file) for file in sorted(folder.glob("*.parquet"))}


def engagement(folder: Path) -> str:
    return (folder / "engagement.toml").read_text(encoding="utf-8")


def test_the_committed_extras_are_those_of_the_committed_sample(tmp_path: Path) -> None:
    sample, truth = DATA / "sample", json.loads((DATA / "truth" / "truth.json").read_text(encoding="utf-8"))["truths"]
    made = Made(World(), kept(sample), kept(DATA / "truth"), truth, engagement(sample))
    assert kept(sample / "mini") == mini(made)
    test_the_changes_of_the_next_month_are_counted(made, (kept(sample / "next_month"), truth))
    names = ("low_low", "high_low")
    found = {name: dataclasses.replace(made, tables=kept(sample / "firms" / name)) for name in names}
    for name, firm in found.items():
        firm.engagement = engagement(sample / "firms" / name)
    test_what_is_planted_in_the_twins_is_counted((found, truth), tmp_path)
    test_the_twins_differ_in_understanding_and_are_alike_in_delivery((found, truth))
    assert sum(file.stat().st_size for file in DATA.rglob("*") if file.is_file() and file.suffix != ".pyc") < 8_000_000
