"""Journeys are bound to what was said of them: the file in the store's folder, one that is given, or none."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import pytest
from click.testing import CliRunner
from support.machine import ROOT

import cxkit as cx
from cxkit import where as w
from cxkit.cli import main
from cxkit.faces.book import engagement_in

SAID = cx.Engagement(name="Shop", goals=["Deliver"], cancels=["Cancel"], silence="2d")
ROLES = {"journey": "order", "activity": "step", "time": "when", "customer": "client"}


@pytest.fixture
def store(tmp_path):
    cx.prepare(cx.read(cx.toy_table()).roles(**ROLES), tmp_path / "store", progress=False)
    return tmp_path / "store"


def run(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def test_the_file_in_the_folder_speaks_of_the_store(store, tmp_path):
    assert cx.open(store).engagement is None
    SAID.save(store / "engagement.toml")
    assert cx.open(store).engagement == SAID
    again = cx.prepare(cx.read(cx.toy_table()).roles(**ROLES), store, progress=False)
    assert again.engagement == SAID
    assert again.keep(w.contains("Pay")).trim(until="2025-06-09").engagement == SAID
    other = cx.Engagement(goals=["Ship"])
    assert cx.open(store, engagement=other).engagement == other
    path = other.save(tmp_path / "other.toml")
    assert cx.open(store, engagement=path).engagement == cx.open(store, engagement=str(path)).engagement == other


def test_a_file_that_is_broken_is_told_before_anything_is_made(store):
    before = sorted(path.name for path in store.iterdir())
    (store / "engagement.toml").write_text("goal = ['Deliver']\n", encoding="utf-8")
    for ask in (
        lambda: cx.open(store),
        lambda: cx.prepare(cx.read(cx.toy_table()).roles(**ROLES | {"customer": ""}), store, progress=False),
    ):
        with pytest.raises(cx.CxError, match=r'Line 1, goal: .*Closest: "goals"'):
            ask()
    assert sorted(path.name for path in store.iterdir()) == sorted([*before, "engagement.toml"])
    assert cx.open(store, engagement=SAID).engagement == SAID


@pytest.mark.parametrize("given", [3, ["Deliver"], cx.Engagement])
def test_what_is_no_engagement_is_told(store, given):
    with pytest.raises(cx.CxError, match=r"Write cx\.Engagement\.load"):
        cx.open(store, engagement=given)
    with pytest.raises(cx.CxError, match="There is no file"):
        cx.open(store, engagement="none.toml")


def test_the_sample_is_bound_to_its_own_file():
    assert cx.sample_journeys().engagement == cx.Engagement.load(cx.sample_file("engagement.toml"))


def test_without_an_engagement_nobody_waits_for_pydantic(store):
    code = f"import cxkit, sys; cxkit.open({str(store)!r}).summary().table; print('pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_notebooks_are_given_what_the_journeys_are_bound_to(store, tmp_path):
    journeys = cx.open(store, engagement=SAID)
    assert cx.Engagement.load(engagement_in(tmp_path, journeys)).fingerprint == SAID.fingerprint
    assert engagement_in(tmp_path, replace(journeys, engagement=None)) is None


def test_every_question_of_the_command_line_can_be_bound(store, tmp_path):
    file = SAID.save(tmp_path / "shop.toml")
    told = run("ask", store, "outcomes", "--engagement", file)
    assert "goal" in told.output
    assert SAID.fingerprint[:8] in told.output
    assert "Name goals" in run("ask", store, "outcomes").output
    for measure in ("summary", "segments"):
        words = {"segments": ("--with", "by=outcome"), "values": ("--with", "of=outcome")}.get(measure, ())
        answer = json.loads(run("ask", store, measure, *words, "--engagement", file, "--format", "json").output)
        assert answer["engagement"] == SAID.fingerprint
    assert json.loads(run("ask", store, "summary", "--format", "json").output)["engagement"] is None


# ---- cxkit check -----------------------------------------------------------------------------------------------------


def test_check_says_what_a_file_says_and_what_nothing_uses(tmp_path):
    said = SAID.amended(stages={"buy": {"activities": ["Order"], "owner": "sales", "silence": "5d"}}, actions=[])
    done = run("check", said.save(tmp_path / "shop.toml"))
    assert done.exit_code == 0
    assert done.output.startswith(f"Shop, engagement {said.fingerprint[:8]}, zone UTC\n")
    for line in ("It holds 1 goal, 1 cancel, 1 stage\n", "Silence: 2d, 5d in buy\n", "Not used yet: stages.owner.\n"):
        assert line in done.output
    bare = run("check", cx.Engagement().save(tmp_path / "bare.toml")).output
    assert "not declared, so no journey counts as silent" in bare
    assert "Everything that it says is used." in bare


def test_check_holds_the_file_against_the_log(store, tmp_path):
    file = SAID.save(tmp_path / "shop.toml")
    fits = run("check", file, "--store", store)
    assert fits.exit_code == 0
    assert "every activity, column and value" in fits.output
    SAID.amended(goals=["Deliverd"], zone="Europe/Berlin").save(store / "engagement.toml")
    done = run("check", store)
    assert done.exit_code == 1
    assert 'Closest: "Deliver"' in done.output
    assert 'prepared in "UTC"' in done.output


def test_check_tells_faults_with_their_lines(store, tmp_path):
    (tmp_path / "wrong.toml").write_text('silence = "2d"\ngoal = ["Deliver"]\n', encoding="utf-8")
    done = run("check", tmp_path / "wrong.toml")
    assert done.exit_code == 1
    assert "Line 2, goal" in done.output
    assert 'Closest: "goals"' in done.output
    none = run("check", store)
    assert none.exit_code == 0
    assert "has no engagement file" in none.output
    assert "Not used yet: disclosure" in run("check").output
