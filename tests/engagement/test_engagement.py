"""The engagement file: what it holds, what it says of a log, and its schema."""

from __future__ import annotations

import inspect
import json
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import cxkit as cx
from cxkit import places
from cxkit.engagement.engagement import OPTIONS, READ, schema, schema_text
from cxkit.engagement.file import SCHEMA
from cxkit.engagement.values import spans
from cxkit.errors import InputError

FULL = Path(__file__).with_name("full.toml").read_text(encoding="utf-8")


@pytest.fixture
def full(tmp_path):
    """A file that uses every section."""
    path = tmp_path / "engagement.toml"
    path.write_text(FULL, encoding="utf-8")
    return path


def test_every_section_is_read(full):
    said = cx.Engagement.load(full)
    unused = {name for name in type(said).model_fields if not getattr(said, name)}
    assert unused == set()
    assert said.goals[0].activity == "Deliver"
    assert said.goals[0].where == {}
    assert said.cancels[0].where == {"plan": ("basic", "plus")}
    assert said.calendar.closed == (date(2025, 12, 25), date(2025, 12, 26))
    assert list(said.stages) == ["buy", "get"]
    assert said.stages["buy"].activities == ("Order", "Pay")
    assert said.sides == {"customer action": "customer", "Lager": "back"}
    assert said.policies[0].where == {"plan": ("plus",)}
    assert said.disclosure.k == 10


def test_what_is_written_is_what_was_read(full, tmp_path):
    said = cx.Engagement.load(full)
    again = said.save(tmp_path / "again.toml")
    assert cx.Engagement.load(again) == said
    assert tomllib.loads(again.read_text(encoding="utf-8")) == said.written()


# ---- what it says of a log -------------------------------------------------------------------------------------------


def test_a_log_that_has_everything_is_not_complained_about(full, toy):
    assert cx.Engagement.load(full).check(toy) == []


def test_what_the_log_does_not_have_is_named_with_its_place(toy):
    said = cx.Engagement(
        goals=["Delivered", {"activity": "Ship", "where": {"plan": ["plus", "basci"], "plam": "plus"}}],
        roles={"channel": "chanel"},
        stages={"buy": ["Order", "Payed"]},
        offerings=[{"name": "o", "activities": ["Caal"]}],
        needs=[{"name": "n", "evidence": ["<script>"]}],
        policies=[{"name": "p", "perspective": "firm", "rule": "response", "activity": "Pay", "then": "Shipp"}],
        costs={"activities": {"Orders": 1}},
        split={"start": ["Oder"], "by": "chanell"},
        identities={"path": "keys.csv", "column": "clients"},
    )
    assert said.check(toy) == [
        'Goals "Delivered", activity: there is no activity "Delivered". Closest: "Deliver".',
        'Policies "p", then: there is no activity "Shipp". Closest: "Ship".',
        'Stages, buy: there is no activity "Payed". Closest: "Pay".',
        'Offerings "o", activities: there is no activity "Caal". Closest: "Call".',
        'Needs "n", evidence: there is no activity "<script>".',
        'Split, start: there is no activity "Oder". Closest: "Order".',
        'Costs, activities: there is no activity "Orders". Closest: "Order".',
        'Roles, channel: there is no column "chanel". Closest: "channel".',
        'Split, by: there is no column "chanell". Closest: "channel".',
        'Identities, column: there is no column "clients". Closest: "client".',
        'Goals "Ship", where: there is no column "plam". Closest: "plan".',
        'Goals "Ship", where: there is no value "basci". Closest: "basic".',
    ]


def test_what_was_settled_is_settled_again_from_the_file(tmp_path):
    log = cx.read(cx.toy_table()).roles(
        journey="order",
        activity="step",
        time="when",
        customer="client",
        event_attributes=["channel"],
        zone="Asia/Tokyo",
    )
    path = cx.Engagement.of_log(log, path="toy.parquet", goals=["Deliver"], cancels=["Cancel"]).save(
        tmp_path / "e.toml"
    )
    said = cx.Engagement.load(path)
    again = cx.read(cx.toy_table()).roles(**said.roles_words).settled
    settled = log.settled
    for field in (
        "journey",
        "activity",
        "time",
        "customer",
        "event_attributes",
        "journey_attributes",
        "zone",
        "writing",
    ):
        assert getattr(again, field) == getattr(settled, field), field
    assert [goal.activity for goal in said.goals] == ["Deliver"]
    assert said.source.path == "toy.parquet"


def test_the_notion_of_a_journey_is_applied_and_written_again(tmp_path):
    """C02 and C03 are one; a journey ends at Pay. Without the file's roles those of the log stay."""
    (tmp_path / "keys.csv").write_text("web,shop\nC03,C02\n", encoding="utf-8")
    said = cx.Engagement(identities={"path": "keys.csv"}, split={"end": ["Pay"]}, roles={"journey": "client"})
    log = cx.read(cx.toy_table()).roles(journey="order", activity="step", time="when", customer="client")
    made = said.applied(log.roles(journey="client"), tmp_path)
    assert made.source.notes[-1] == 'Split after "Pay": 9 journeys became 16.'
    kept = cx.Engagement(split={"silence": "2d"}).applied(log)
    assert kept.columns[kept.settled.customer] == "client"
    again = cx.Engagement.of_log(made, path="toy.parquet")
    assert again.split == said.split
    assert again.roles.journey == "client"
    assert (again.identities.id, again.identities.same_as, again.identities.column) == ("web", "shop", "client")
    twice = again.applied(cx.read(cx.toy_table()), tmp_path)
    assert twice.source.fingerprint == made.source.fingerprint
    assert replace(twice.settled, evidence=()) == replace(made.settled, evidence=())


def test_what_an_engagement_cannot_keep_is_said():
    log = cx.read(cx.toy_table()).roles(journey="client", activity="step", time="when")
    with pytest.raises(InputError, match="split twice"):
        cx.Engagement.of_log(log.split(end="Pay").split(silence="1d"))
    with pytest.raises(InputError, match="Save it as a file"):
        cx.Engagement.of_log(log.stitch(cx.toy_table().select(["client", "order"])))


def test_a_guessed_log_without_customers_names_none():
    said = cx.Engagement.of_log(cx.read(cx.toy_table().select(["order", "step", "when"])))
    assert said.roles.customer == said.roles_words["customer"] == ""
    assert said.source is None
    assert said.roles_words["journey"] == "order"


def test_the_words_are_those_of_reading():
    assert set(READ) <= set(inspect.signature(cx.Log.roles).parameters)
    known = set(cx.Engagement(source={"path": "x"}).source.__class__.model_fields) - {"path", "variable", "profile"}
    assert known == set(OPTIONS) | {"delimiter", "encoding", "skip", "header", "quote", "escape"}


def test_the_address_counts_from_the_files_folder(tmp_path):
    assert cx.Engagement(source={"path": "a/b.csv"}).address(tmp_path) == str(tmp_path / "a/b.csv")
    assert cx.Engagement(source={"path": str(tmp_path / "x.csv")}).address("elsewhere") == str(tmp_path / "x.csv")
    assert cx.Engagement(source={"path": "sqlite:///a.db"}).address(tmp_path) == "sqlite:///a.db"
    assert cx.Engagement(source={"variable": "SHOP_DB"}).address() == "env:SHOP_DB"
    words = {"path": "a.xlsx", "sheet": "May"}
    assert cx.Engagement(source=words).source_words == {"sheet": "May"}
    assert cx.Engagement().source_words == {}
    with pytest.raises(InputError, match="names no source"):
        cx.Engagement().address()


def test_a_profile_is_looked_up_in_the_users_settings(tmp_path, monkeypatch):
    import platformdirs

    monkeypatch.setattr(platformdirs, "user_config_path", lambda *_, **__: tmp_path)
    said = cx.Engagement(source={"profile": "shop"})
    with pytest.raises(cx.CxError, match=r'No profile "shop"\. There is none\. See .*profiles\.toml'):
        said.address()
    (tmp_path / "profiles.toml").write_text('shop = "postgresql://me:pass@host/shop"\n', encoding="utf-8")
    assert said.address() == "postgresql://me:pass@host/shop"
    with pytest.raises(cx.CxError, match='Closest: "shop"'):
        cx.Engagement(source={"profile": "shopp"}).address()


def test_the_book_takes_the_path_of_a_file_however_it_is_written(full, toy, monkeypatch):
    monkeypatch.setenv("HOME", str(full.parent))
    monkeypatch.setenv("USERPROFILE", str(full.parent))
    monkeypatch.chdir(full.parent)
    for given in (full, str(full), full.name, f"~/{full.name}"):
        assert cx.open(toy.folder, engagement=given).engagement == cx.Engagement.load(full)
    with pytest.raises(InputError, match="no file"):
        cx.open(toy.folder, engagement="none.toml")


def test_the_file_in_a_stores_folder_is_read_before_it_is_used(tmp_path):
    log = cx.read(cx.toy_table()).roles(journey="order", activity="step", time="when")
    shop = cx.prepare(log, tmp_path, progress=False)
    own = shop.folder / "engagement.toml"
    own.write_text('name = "Shop"\n', encoding="utf-8")
    assert cx.open(shop.folder).engagement.name == "Shop"
    own.write_text("goal = []\n", encoding="utf-8")
    with pytest.raises(InputError, match='Closest: "goals"'):
        cx.open(shop.folder)


# ---- the schema ------------------------------------------------------------------------------------------------------


def test_the_published_schema_is_the_models():
    assert SCHEMA.read_text(encoding="utf-8") == schema_text()


def test_the_schema_comes_with_the_file_and_loads_nothing(tmp_path):
    cx.Engagement(name="Shop").save(tmp_path / "shop.toml")
    assert (tmp_path / SCHEMA.name).read_text(encoding="utf-8") == schema_text()
    assert "://" not in schema_text().replace("postgresql://", "")


def test_another_reader_of_schemas_agrees(full):
    rules = Draft202012Validator(schema())
    as_json = json.loads(json.dumps(tomllib.loads(FULL), default=str))
    assert list(rules.iter_errors(as_json)) == []
    for key, value in (
        ("zones", "UTC"),
        ("goals", {}),
        ("needs", [{}]),
        ("lanes", {"x": {"side": "top"}}),
        ("split", {"gap": 1}),
    ):
        assert list(rules.iter_errors(as_json | {key: value})), key


@pytest.mark.parametrize("path", sorted(places.sample().rglob("engagement.toml")), ids=lambda path: path.parent.name)
def test_the_samples_own_files_are_engagements(path):
    assert cx.Engagement.load(path).goals


def test_hours_are_spans_in_order():
    assert spans("09:00-12:30, 13:30-24:00") == [(540, 750), (810, 1440)]
    assert spans("00:00-24:00") == [(0, 1440)]
    assert spans("22:00-06:00") == [(1320, 1800)]
    assert spans("06:00-14:00, 20:30-02:15") == [(360, 840), (1230, 1575)]
    wrong_ones = ("9-5", "17:00-09:00", "09:00-12:00, 11:00-13:00", "09:00-24:30", "", "25:00-26:00")
    for wrong in (*wrong_ones, "22:00-06:00, 07:00-08:00", "09:00-09:00", "22:00-06:00, 23:00-23:30", "22:00-24:30"):
        with pytest.raises(ValueError, match="must be hours in order"):
            spans(wrong)
