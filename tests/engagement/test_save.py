"""Saving an engagement: every value survives, and a file that is only amended keeps its comments."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cxkit as cx
from cxkit.engagement.file import HEAD
from cxkit.errors import InputError

FULL = Path(__file__).with_name("full.toml").read_text(encoding="utf-8")


@pytest.fixture
def full(tmp_path):
    """A file that uses every section."""
    path = tmp_path / "engagement.toml"
    path.write_text(FULL, encoding="utf-8")
    return path


def test_saving_what_has_not_changed_changes_nothing_but_the_head(full):
    cx.Engagement.load(full).save(full)
    assert full.read_text(encoding="utf-8") == f"{HEAD}\n{FULL}"
    cx.Engagement.load(full).save(full)
    assert full.read_text(encoding="utf-8") == f"{HEAD}\n{FULL}"


def test_an_amended_file_keeps_its_comments_and_order(full):
    said = cx.Engagement.load(full)
    stages = {**said.written()["stages"], "return": ["Call"]}
    needs = [{**said.written()["needs"][0], "firm_share": 0.5}]
    changed = said.amended(zone="UTC", silence="45d", roles={"journey": "order"}, stages=stages, needs=needs)
    changed.save(full)
    text = full.read_text(encoding="utf-8")
    assert cx.Engagement.load(full) == changed
    assert list(cx.Engagement.load(full).stages) == ["buy", "get", "return"]
    for comment in (
        "# The client in its own words.",
        "# agreed in May",
        "# from the warehouse",
        "# ends with the money",
    ):
        assert comment in text
    assert '"45d"' in text
    assert "Europe/Berlin" not in text
    assert 'activity = "step"' not in text
    assert "[roles] are below." in text


def test_tables_beside_a_log_are_kept_in_the_file_and_data_frames_are_not(tmp_path):
    log = cx.read(cx.toy_table()).roles(journey="order", activity="step", time="when", customer="client")
    (tmp_path / "people.csv").write_text("id;age\nC01;31\n", encoding="utf-8")
    (tmp_path / "calls.csv").write_text("order;score\nA01;3\n", encoding="utf-8")
    kept = log.customers(tmp_path / "people.csv", key="id", delimiter=";")
    kept = kept.beside("calls", cx.read(tmp_path / "calls.csv", delimiter=";"), journey="order")
    said = cx.Engagement.of_log(kept)
    assert said.written()["customers"] == {"path": str(tmp_path / "people.csv"), "delimiter": ";", "key": "id"}
    assert list(said.tables) == ["calls"]
    assert said.tables["calls"].delimiter == ";"
    again = cx.Engagement.load(said.save(tmp_path / "e.toml"))
    assert again == said
    assert again.fingerprint == said.fingerprint != said.amended(zone="Asia/Tokyo").fingerprint
    assert [table.facts for table in again.applied(log).tables] == [table.facts for table in kept.tables]
    with pytest.raises(InputError, match='The table "rows" lies in no file of its own'):
        cx.Engagement.of_log(log.beside("rows", cx.toy_table(), journey="order"))


def test_stages_keep_the_order_that_they_are_given(full):
    said = cx.Engagement.load(full)
    turned = said.amended(stages=dict(reversed(said.written()["stages"].items())))
    turned.save(full)
    assert list(cx.Engagement.load(full).stages) == ["get", "buy"]


def test_a_file_that_is_no_engagement_is_not_overwritten(tmp_path):
    other = tmp_path / "pyproject.toml"
    other.write_text('[project]\nname = "x"\n', encoding="utf-8")
    with pytest.raises(InputError, match="project: there is no such key"):
        cx.Engagement(name="Shop").save(other)
    assert other.read_text(encoding="utf-8") == '[project]\nname = "x"\n'
    assert [path.name for path in tmp_path.iterdir()] == ["pyproject.toml"]


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(cx.CxError, match="cannot be written"):
        cx.Engagement().save(tmp_path / "none" / "engagement.toml")


def test_nothing_changes_an_engagement(full):
    said = cx.Engagement.load(full)
    with pytest.raises(ValueError, match="frozen"):
        said.zone = "UTC"
    assert said.amended(zone="UTC").zone == "UTC"
    assert said.zone == "Europe/Berlin"


NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=12).filter(
    str.strip
)
SOME = st.lists(NAMES, max_size=3, unique=True)
SCALARS = NAMES | st.integers(-(2**60), 2**60) | st.booleans() | st.floats(allow_nan=False, allow_infinity=False)
WHERE = st.dictionaries(NAMES, SCALARS | st.lists(SCALARS, min_size=1, max_size=3, unique=True), max_size=2)
DURATIONS = st.sampled_from(["2d", "36h", "1w 2d", "1.5h"])
DAYS = st.dates().filter(lambda day: day.year >= 1000)


def table(needed=None, **optional):
    return st.fixed_dictionaries(needed or {}, optional=optional)


ENGAGEMENTS = table(
    name=NAMES,
    about=NAMES,
    zone=st.sampled_from(["UTC", "Asia/Tokyo"]),
    silence=DURATIONS,
    goals=st.lists(NAMES | table({"activity": NAMES}, where=WHERE), max_size=3),
    cancels=st.lists(table({"activity": NAMES}, where=WHERE, reason=NAMES), max_size=2),
    source=table(
        {"path": st.sampled_from(["a.csv", "C:\\a\\b.csv", "postgresql://me@host:5432/shop"])}, encoding=NAMES
    ),
    roles=table(journey=NAMES, order=NAMES, event_attributes=SOME),
    identities=table({"path": NAMES}, id=NAMES, same_as=NAMES, column=NAMES),
    split=table({"silence": DURATIONS}, after=SOME, start=SOME, end=SOME, by=NAMES),
    calendar=table(
        {"hours": st.just({"monday": "09:00-17:00"})},
        closed=st.lists(DAYS, max_size=2, unique=True),
        days=st.just({"1999-12-24": "08:00-12:00"}),
        country=st.just("DE"),
        default=st.just("working"),
    ),
    stages=st.dictionaries(NAMES, st.lists(NAMES, max_size=1) | table(silence=DURATIONS, owner=NAMES), max_size=1),
    channels=st.dictionaries(NAMES, SOME | table(kind=st.just("message"), activities=SOME), max_size=3),
    actions=st.lists(table({"name": NAMES, "since": DAYS, "metric": NAMES}, where=WHERE), max_size=1),
    disclosure=table(k=st.integers(1, 2**60)),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=ENGAGEMENTS, second=ENGAGEMENTS)
def test_any_engagement_survives_its_file_and_any_amendment(first, second, tmp_path):
    path = tmp_path / "engagement.toml"
    path.unlink(missing_ok=True)
    for values in (first, second):
        said = cx.Engagement(**values)
        said.save(path)
        again = cx.Engagement.load(path)
        assert again == said
        assert json.dumps(again.written(), default=str) == json.dumps(said.written(), default=str)


# ---- files that people write -----------------------------------------------------------------------------------------

BY_HAND = [
    """
goals = ["a", {activity = "b", where = {x = 1}}]
roles.journey = "order"
silence = "30d"  # agreed
[stages.a]
silence = "2d"
[costs]
hours.support = 2
[lanes]
support = ["q"]
[stages.b]
activities = ["z"]
""",
    """
silence = "30d"  # agreed
[[goals]]
activity = "a"
[[goals]]
activity = "b"
[[cancels]]
activity = "c"
where = {x = ["1"]}
[roles]
journey = "order"
[stages]
b = ["z"]
a = {silence = "2d"}
""",
    """
stages = {a = ["x"], b = {silence = "2d"}}
needs = [{name = "n"}, {name = "m", evidence = [
"a",
"b"]}]
silence = "30d"  # agreed
""",
]
CHANGES = [
    {"goals": ["q"]},
    {"goals": [{"activity": "a", "where": {"y": 2}}, "b"]},
    {"roles": {"journey": "k", "time": "t"}},
    {"roles": {}},
    {"stages": {"b": ["z"], "n": {"silence": "3d"}}},
    {"stages": {"a": {"silence": "5d"}}},
    {"needs": [{"name": "n", "firm_share": 0.1}, {"name": "m", "evidence": ["b"]}]},
    {"needs": [{"name": "n"}]},
    {"name": "z", "about": "q\nr"},
    {"costs": {"hours": {"support": 3}}},
    {"lanes": {"support": [], "front-stage": ["z"]}},
    {"cancels": []},
]


@pytest.mark.parametrize("text", BY_HAND, ids=["dotted and scattered", "mixed", "on one line"])
def test_any_way_of_writing_can_be_amended_and_keeps_its_comment(text, tmp_path):
    path = tmp_path / "engagement.toml"
    for first, second in permutations(CHANGES, 2):
        path.write_text(text, encoding="utf-8")
        said = cx.Engagement.load(path).amended(**first).amended(**second)
        said.save(path)
        again = cx.Engagement.load(path)
        assert again == said, (first, second)
        assert list(again.stages) == list(said.stages), (first, second)
        assert "# agreed" in path.read_text(encoding="utf-8"), (first, second)
