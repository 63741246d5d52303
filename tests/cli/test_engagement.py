"""The engagement file on the command line: what was settled is written, and read back it gives the same store."""

from __future__ import annotations

import json
import sqlite3

import openpyxl
import pytest
from click.testing import CliRunner

import cxkit as cx
from cxkit import cli, places
from cxkit.engagement.check import ATTRIBUTES

CSV = "order;step;when;client;plan;note\n" + "".join(
    f"{order};{step};0{day}.06.2025 09:00;{client};{plan};{note}\n"
    for order, step, day, client, plan, note in (
        ("A", "Order", 1, "anna", "plus", "x"),
        ("A", "Pay", 2, "anna", "plus", "y"),
        ("B", "Order", 3, "bert", "basic", "x"),
        ("B", "Cancel", 4, "bert", "basic", "z"),
    )
)
ROLES = ("--journey", "order", "--activity", "step", "--time", "when", "--customer", "client")
SAID = """
# what the client told us
name = "The Shop"
zone = "Europe/Berlin"
goals = ["Pay"]

[source]
path = "exports/shop.csv"
delimiter = ";"

[roles]
journey = "order"
activity = "step"
time = "when"
customer = "client"
event_attributes = ["note"]
channel = "note"
"""


def run(*words):
    return CliRunner().invoke(cli.main, [str(word) for word in words])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "shop.csv").write_text(CSV, encoding="utf-8")
    (tmp_path / "shop.toml").write_text(SAID, encoding="utf-8")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")  # relative paths must count from the engagement file
    return tmp_path


def test_an_engagement_says_where_the_log_is_and_what_is_what(folder):
    done = run("prepare", "--engagement", folder / "shop.toml", "--store", folder / "store")
    assert done.exit_code == 0, done.output
    facts = cx.open(folder / "store").manifest
    assert (facts.source, facts.zone) == ("The Shop", "Europe/Berlin")
    assert facts.roles["customer"] == "client"
    assert [one.name for one in facts.attributes] == ["note"]
    assert "4 events in 2 journeys of 2 customers" in done.output
    checked = run("ready", "--engagement", folder / "shop.toml")
    assert checked.exit_code == 0
    assert "The Shop: 6 columns" in checked.output


def test_a_file_and_options_go_before_the_engagement(folder):
    (folder / "june.csv").write_text(CSV.replace("Cancel", "Return"), encoding="utf-8")
    words = (folder / "june.csv", "--engagement", folder / "shop.toml", "--zone", "UTC", "--event-attribute", "plan")
    done = run("prepare", *words, "--store", folder / "store")
    assert done.exit_code == 0, done.output
    journeys = cx.open(folder / "store")
    assert "Return" in journeys.activities().df().activity.tolist()
    assert journeys.manifest.zone == "UTC"
    assert [one.name for one in journeys.manifest.attributes] == ["plan"]


def test_what_was_settled_is_written_and_gives_the_same_store_again(folder):
    target = folder / "new" / "engagement.toml"
    target.parent.mkdir()
    words = (folder / "exports" / "shop.csv", *ROLES, "--zone", "Asia/Tokyo", "--delimiter", ";")
    attributes = ("--journey-attribute", "plan", "--event-attribute", "note")
    done = run("prepare", *words, *attributes, "--store", folder / "one", "--save-engagement", target)
    assert done.exit_code == 0, done.output
    assert (target.parent / "engagement.schema.json").is_file()
    said = cx.Engagement.load(target)
    assert (said.source.path, said.source.delimiter, said.zone) == ("../exports/shop.csv", ";", "Asia/Tokyo")
    again = run("prepare", "--engagement", target, "--store", folder / "two")
    assert again.exit_code == 0, again.output
    one, two = (cx.open(folder / name).manifest for name in ("one", "two"))
    assert one.version == two.version  # the same source, roles and format


def test_what_lies_beside_the_log_is_read_kept_and_comes_again_with_a_later_part(folder):
    (folder / "people.csv").write_text("id;age;mail\nanna;31;a@b\nbert;42;c@d\ncarl;53;e@f\n", encoding="utf-8")
    (folder / "exports" / "calls.csv").write_text("order;at;score\nA;2025-06-01 10:00;3\nC;2025-07-01 12:00;1\n")
    beside = """
[customers]
path = "people.csv"
key = "id"
attributes = ["age"]

[tables.calls]
path = "exports/calls.csv"
journey = "order"
time = "at"
"""
    (folder / "shop.toml").write_text(SAID + beside, encoding="utf-8")
    target = folder / "new" / "engagement.toml"
    target.parent.mkdir()
    done = run("prepare", "--engagement", folder / "shop.toml", "--store", folder / "one", "--save-engagement", target)
    assert done.exit_code == 0, done.output
    assert "calls: 1 of 2 rows speak of no journey or customer of the log." in done.output
    said = cx.Engagement.load(target)
    assert (said.customers.path, said.customers.attributes) == ("../people.csv", ("age",))
    assert said.tables["calls"].path == "../exports/calls.csv"
    assert said.tables["calls"].time == "at"
    assert run("prepare", "--engagement", target, "--store", folder / "two").exit_code == 0
    one, two = (cx.open(folder / name) for name in ("one", "two"))
    assert one.manifest.tables == two.manifest.tables
    assert two.manifest.engagement == said.fingerprint
    assert two.table("calls").df()[["journey", "activity", "score"]].values.tolist() == [["A", "Order", 3]]
    assert "calls" in run("ask", folder / "two", "table", "--format", "csv").output
    asked = run("ask", folder / "two", "table", "--with", "name=calls", "--format", "json")
    assert json.loads(asked.output)["n"] == {"journeys": 1, "customers": 1}
    (folder / "july.csv").write_text(CSV.splitlines()[0] + "\nC;Order;01.07.2025 09:00;carl;plus;x\n", encoding="utf-8")
    done = run("prepare", folder / "july.csv", "--append", "--engagement", target, "--store", folder / "two")
    assert done.exit_code == 0, done.output
    after = cx.open(folder / "two")
    assert after.table("calls").df().score.tolist() == [3, 1]
    assert "calls" not in " ".join(after.manifest.notes)
    assert after.table("customers").df().age.tolist() == [31, 42, 53]


@pytest.mark.parametrize("missing", ["time", "customer"])
def test_a_role_that_no_column_has_is_written_too(folder, missing):
    target = folder / "engagement.toml"
    words = [word for word in ROLES if word not in (f"--{missing}", "when" if missing == "time" else "client")]
    done = run(
        "prepare",
        folder / "exports" / "shop.csv",
        *words,
        f"--{missing}=",
        "--store",
        folder / "one",
        "--save-engagement",
        target,
    )
    assert done.exit_code == 0, done.output
    assert cx.Engagement.load(target).roles_words[missing] == ""
    assert run("prepare", "--engagement", target, "--store", folder / "two").exit_code == 0
    one, two = (cx.open(folder / name).manifest for name in ("one", "two"))
    assert one.version == two.version


def test_saving_keeps_all_else_that_the_file_says(folder):
    target = folder / "shop.toml"
    done = run("prepare", "--engagement", target, "--zone", "UTC", "--store", folder / "s", "--save-engagement", target)
    assert done.exit_code == 0, done.output
    said = cx.Engagement.load(target)
    assert said.zone == "UTC"
    assert [goal.activity for goal in said.goals] == ["Pay"]
    assert (said.roles.channel, said.name) == ("note", "The Shop")
    assert "# what the client told us" in target.read_text(encoding="utf-8")


def test_what_the_file_names_and_the_log_has_not_is_said(folder):
    (folder / "shop.toml").write_text(SAID.replace('["Pay"]', '["Pays", "Pay"]'), encoding="utf-8")
    done = run("prepare", "--engagement", folder / "shop.toml", "--store", folder / "store")
    assert 'Not in this log: Goals "Pays"' in done.output
    assert 'Closest: "Pay"' in done.output


def test_a_database_is_read_by_its_variable_and_no_password_is_written(folder, monkeypatch):
    with sqlite3.connect(folder / "shop.db") as base:
        base.execute('CREATE TABLE log ("order" TEXT, step TEXT, "when" TEXT)')
        base.executemany("INSERT INTO log VALUES (?, ?, ?)", [("A", "Order", "2025-06-01"), ("A", "Pay", "2025-06-02")])
    base.close()
    monkeypatch.setenv("SHOP_DB", f"sqlite:///{folder / 'shop.db'}")
    target = folder / "db.toml"
    words = ("--table", "log", *ROLES[:6], "--store", folder / "one")
    done = run("prepare", "env:SHOP_DB", *words, "--save-engagement", target)
    assert done.exit_code == 0, done.output
    said = cx.Engagement.load(target)
    assert (said.source.variable, said.source.table) == ("SHOP_DB", "log")
    assert run("prepare", "--engagement", target, "--store", folder / "two").exit_code == 0


def test_a_secret_is_refused_before_anything_is_made(folder, monkeypatch):
    log = cx.read(folder / "exports" / "shop.csv")
    monkeypatch.setattr(cx, "read", lambda *_, **__: log)
    done = run("prepare", "postgresql://me:geheim@host/db", "--store", folder / "s", "--save-engagement", "x.toml")
    assert done.exit_code == 1
    assert "Secrets are never stored" in done.output
    assert "geheim" not in done.output
    assert not (folder / "s").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("prepare", "--store", "s"), "Name a FILE"),
        (("ready",), "Name a FILE"),
        (("ready", "../shop.toml"), "write --engagement ../shop.toml"),
        (("prepare", "../exports/shop.csv", "--store", "s", "--save-engagement", "no/e.toml"), 'no folder "no"'),
        (("ready", "--engagement", "none.toml"), 'There is no file "none.toml"'),
        (("ask", "sample", "data_plan", "--with", "engagement=x"), "is no parameter of data_plan"),
        (("ask", "sample", "data_plan", "--engagement", "../wrong.toml"), 'Closest: "goals"'),
        (("prepare", "../none.csv", "--engagement", "../shop.toml", "--store", "s"), "There is no file"),
    ],
)
def test_errors_are_sentences(folder, words, said):
    (folder / "wrong.toml").write_text('goal = ["Pay"]\n', encoding="utf-8")
    done = run(*words)
    assert done.exit_code != 0
    assert said in done.output
    assert "Traceback" not in done.output
    assert not (folder / "elsewhere" / "s").exists()


def test_the_plan_is_asked_with_an_engagement(folder):
    run("prepare", "--engagement", folder / "shop.toml", "--store", folder / "store")
    words = ("ask", folder / "store", "data_plan", "--format", "json")
    plain, told = (json.loads(run(*words, *more).output) for more in ((), ("--engagement", folder / "shop.toml")))
    status = [{row["name"]: row["status"] for row in answer["rows"]} for answer in (plain, told)]
    assert status[0]["outcomes"] == "blocked"
    assert status[1]["outcomes"] == "answerable"


def test_the_sample_is_prepared_as_its_engagement_says():
    said = cx.Engagement.load(places.sample() / "engagement.toml")
    journeys = cx.sample_journeys()
    roles = {role: column for role, column in said.roles_words.items() if role in journeys.manifest.roles}
    assert roles == {role: column for role, column in journeys.manifest.roles.items() if column is not None}
    assert said.zone == journeys.manifest.zone
    named = {getattr(said.roles, role) for role in ATTRIBUTES} - {None}
    assert named <= set(journeys.attributes)
    assert said.check(journeys) == []


def test_a_later_part_does_not_rewrite_the_engagement(folder):
    words = ("prepare", "--engagement", folder / "shop.toml", "--store", folder / "store")
    assert run(*words).exit_code == 0
    before = (folder / "shop.toml").read_bytes()
    (folder / "july.csv").write_text(CSV.replace(".06.", ".07."), encoding="utf-8")
    done = run(*words, folder / "july.csv", "--append", "--save-engagement", folder / "shop.toml")
    assert done.exit_code == 2
    assert "Leave it out with --append" in done.output
    assert (folder / "shop.toml").read_bytes() == before
    assert cx.open(folder / "store").manifest.counts["events"] == 4


@pytest.mark.parametrize("sheet", ["Log", 'The "new", one'])
def test_a_workbook_is_read_again_from_its_engagement(folder, sheet):
    book = openpyxl.Workbook()
    book.active.append(["nothing", "here"])
    for line in CSV.splitlines():
        (book[sheet] if sheet in book.sheetnames else book.create_sheet(sheet)).append(line.split(";"))
    book.save(folder / "shop.xlsx")
    words = ("prepare", folder / "shop.xlsx", *ROLES, "--store", folder / "one", "--save-engagement", folder / "x.toml")
    assert run(*words).exit_code == 0
    assert cx.Engagement.load(folder / "x.toml").source.sheet == sheet
    done = run("prepare", "--engagement", folder / "x.toml", "--store", folder / "two")
    assert done.exit_code == 0, done.output
    assert cx.open(folder / "one").manifest.version == cx.open(folder / "two").manifest.version


def test_of_a_folder_only_what_all_files_share_is_kept():
    for sheet, kept in (("May", "May"), ("May, June", None)):
        log = cx.read(cx.toy_table())
        log.source.reading |= {"files": "two", "sheet": sheet}
        assert cx.Engagement.of_log(log, path="logs").source.sheet == kept


def test_what_was_not_applied_does_not_stay_in_the_file(folder):
    target, more = folder / "shop.toml", '\n[split]\nend = ["Pay"]\n\n[identities]\npath = "keys.csv"\n'
    target.write_text(SAID.replace("[roles]", '[roles]\norder = "note"') + more, encoding="utf-8")
    words = (folder / "exports" / "shop.csv", *ROLES, "--name", "The Shop", "--store", folder / "one")
    done = run("prepare", *words, "--save-engagement", target)
    assert done.exit_code == 0, done.output
    said = cx.Engagement.load(target)
    assert (said.split, said.identities, said.zone, said.roles.order) == (None, None, "UTC", None)
    assert (said.name, said.roles.channel) == ("The Shop", "note")
    assert run("prepare", "--engagement", target, "--store", folder / "two").exit_code == 0
    one, two = (cx.open(folder / name).manifest for name in ("one", "two"))
    assert one.version == two.version


def test_a_later_part_has_its_own_name_and_sheet(folder):
    for month, sheet in (("06", "June"), ("07", "July")):
        book = openpyxl.Workbook()
        book.active.title = sheet
        for line in CSV.replace(".06.", f".{month}.").splitlines():
            book.active.append(line.split(";"))
        book.save(folder / f"{sheet}.xlsx")
    said = SAID.replace("exports/shop.csv", "June.xlsx").replace('delimiter = ";"', 'sheet = "June"')
    (folder / "shop.toml").write_text(said, encoding="utf-8")
    words = ("prepare", "--engagement", folder / "shop.toml", "--store", folder / "store")
    assert run(*words).exit_code == 0
    done = run(*words, folder / "July.xlsx", "--append")
    assert done.exit_code == 0, done.output
    assert "July.xlsx: 4 events" in done.output
    assert "The Shop" not in done.output
    assert cx.open(folder / "store").manifest.counts["events"] == 8


def test_a_profile_stays_a_profile_and_a_path_is_told_from_the_new_file(folder, monkeypatch):
    import platformdirs

    monkeypatch.setattr(platformdirs, "user_config_path", lambda *_, **__: folder)
    place = (folder / "exports" / "shop.csv").as_posix()
    (folder / "profiles.toml").write_text(f'shop = "{place}"\n', encoding="utf-8")
    target = folder / "elsewhere" / "new.toml"
    for given, written in (("exports/shop.csv", "../exports/shop.csv"), (place, place), (None, None)):
        said = SAID.replace('path = "exports/shop.csv"', f'path = "{given}"' if given else 'profile = "shop"')
        (folder / "shop.toml").write_text(said, encoding="utf-8")
        words = ("prepare", "--engagement", "../shop.toml", "--store", "one", "--save-engagement", "new.toml")
        done = run(*words)
        assert done.exit_code == 0, done.output
        source = cx.Engagement.load(target).source
        assert (source.path, source.profile, source.delimiter) == (written, None if given else "shop", ";")
        target.unlink()
