"""The command line: answers, files, and errors that are sentences."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import nbformat
import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner

import cxkit as cx
from cxkit import catalog, cli
from cxkit import where as w
from cxkit.faces import lab
from cxkit.faces.book import CHAPTERS
from cxkit.store.prepare import STEPS

CSV = "order;step;when\nA;Order;01.06.2025 09:00\nA;Pay;01.06.2025 10:00\nB;Order;30.06.2025 09:00\nB;Pay;never\n"


def run(*words):
    return CliRunner().invoke(cli.main, [str(word) for word in words])


@pytest.fixture
def shop(tmp_path):
    file = tmp_path / "shop.csv"
    file.write_text(CSV, encoding="utf-8")
    done = run("prepare", file, "--store", tmp_path / "store")
    assert done.exit_code == 0, done.output
    return tmp_path, done.output


def test_prepare_says_what_it_found(shop):
    _, said = shop
    for words in (
        "delimiter semicolon",
        "day first",
        "3 events in 2 journeys; customers unknown",
        "Left out: 1 row (time not",
    ):
        assert words in said


def test_ask_answers_in_every_form(shop):
    store = shop[0] / "store"
    assert "n = 2 journeys; customers unknown" in run("ask", store, "variants").output
    table = pd.read_csv(io.StringIO(run("ask", store, "variants", "--format", "csv").output))
    assert table.activities.tolist() == ["Order", "Order > Pay"]
    answer = json.loads(run("ask", store, "process_map", "--format", "json").output)
    assert answer["n"] == {"journeys": 2, "customers": 2}
    assert {"Order", "Pay", None} == {row["activity"] for row in answer["rows"]}
    assert ElementTree.fromstring(run("ask", store, "process_map", "--format", "svg").output).tag.endswith("svg")
    rejected = json.loads(run("ask", store, "rejected", "--format", "json").output)["rows"]
    assert rejected == [{"line": 5, "reason": "time not readable", "text": "B;Pay;never", "source": "shop.csv"}]


def test_a_table_says_lengths_of_time_in_words_and_a_file_has_seconds(shop):
    store = shop[0] / "store"
    for measure, name in (("journeys", "seconds"), ("summary", "p90_seconds"), ("variants", "median_seconds")):
        seconds = json.loads(run("ask", store, measure, "--format", "json").output)["rows"]
        assert 3600 in [row[name] for row in seconds] or 3240 in [row[name] for row in seconds]
        assert "3,600" not in run("ask", store, measure).output
        assert "1 h" in run("ask", store, measure).output or "54 min" in run("ask", store, measure).output
        assert name in pd.read_csv(io.StringIO(run("ask", store, measure, "--format", "csv").output)).columns


def test_ask_follows_a_recipe_and_takes_parameters(shop):
    folder, _ = shop
    cx.open(folder / "store").keep(w.contains("Pay")).recipe.save(folder / "paid.json")
    words = ("ask", folder / "store", "journeys", "--recipe", folder / "paid.json", "--format", "json")
    assert [row["journey"] for row in json.loads(run(*words).output)["rows"]] == ["A"]
    moves = run("ask", folder / "store", "durations", "--with", "per=move", "--format", "csv").output
    assert moves.splitlines()[1].startswith("Order,Pay,1,1,1,3600")
    answer = folder / "map.svg"
    assert (
        run(
            "ask", folder / "store", "process_map", "--with", "coverage=0.5", "--format", "svg", "--out", answer
        ).exit_code
        == 0
    )
    assert answer.read_text(encoding="utf-8").startswith("<svg")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("ask", "nowhere", "summary"), "There is no journey store"),
        (("ask", "sample", "variant"), 'Closest: "variants"'),
        (("ask", "sample", "process_map", "--with", "coverage=2"), "is no share"),
        (("ask", "sample", "process_map", "--with", "speed=2"), "is no parameter"),
        (("ask", "sample", "journeys", "--format", "svg"), "has no picture"),
        (("ask", "sample", "summary", "--recipe", "missing.json"), "cannot be read"),
        (("ask", "sample", "summary", "--out", "no/such/folder/x.csv"), "cannot be written"),
        (("prepare", "missing.csv", "--store", "s"), "There is no file"),
        (("report", "missing.csv"), "There is no file"),
        (("ask", "sample", "summary", "--out", "x.pdf"), "ends in no form"),
        (("report", "sample", "--out", "report.pdf"), "ends in .html"),
    ],
)
def test_errors_are_sentences(words, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run(*words)
    assert done.exit_code != 0
    assert said in done.output
    assert "Traceback" not in done.output


def test_a_bug_is_no_traceback_either(monkeypatch, tmp_path):
    monkeypatch.setattr(cx, "open", lambda folder, **_: 1 / 0)
    done = run("ask", tmp_path, "summary")
    assert done.exit_code == 1
    assert "Error: ZeroDivisionError" in done.output
    assert "Traceback" not in done.output


def test_help_has_examples():
    for command in ((), ("prepare",), ("ask",), ("report",), ("lab",)):
        assert "cxkit " in run(*command, "--help").output


def test_lab_copies_notebooks_once_and_sets_the_store(shop, monkeypatch):
    folder, _ = shop
    calls = []

    class Ended:
        """A JupyterLab that has ended at once."""

        def __init__(self, command, **_):
            calls.append(command)

        def wait(self, timeout=None):
            return 0

        terminate = wait

    monkeypatch.setattr(lab.subprocess, "Popen", Ended)
    book = folder / "book"
    assert run("lab", folder / "store", "--folder", book, "--no-browser").exit_code == 0
    copies = sorted(book.glob("*.ipynb"))
    assert [copy.stem for copy in copies] == list(CHAPTERS)
    for copy in copies:
        cells = [
            cell for cell in nbformat.read(copy, as_version=4).cells if "parameters" in cell.metadata.get("tags", ())
        ]
        assert str((folder / "store").resolve()) in cells[0].source
    mine = copies[0].read_text(encoding="utf-8").replace("Start here", "Mine")
    copies[0].write_text(mine, encoding="utf-8")
    assert "stays as it is" in run("lab", folder / "store", "--folder", book).output
    assert copies[0].read_text(encoding="utf-8") == mine
    assert "set to another store" in run("lab", "--folder", book).output
    assert "--no-browser" in calls[0]
    assert f"--ServerApp.root_dir={book.resolve()}" in calls[0]


def test_prepare_splits_and_stitches(tmp_path):
    (tmp_path / "log.csv").write_text(CSV.replace("never", "20.06.2025 10:00"), encoding="utf-8")
    (tmp_path / "keys.csv").write_text("web,shop\nB,A\n", encoding="utf-8")
    words = ("--keys", tmp_path / "keys.csv", "--split", "silence=10d", "--split", "end=Pay", "--split", "end=Order")
    done = run("prepare", tmp_path / "log.csv", "--store", tmp_path / "store", *words)
    assert done.exit_code == 0, done.output
    for said in ('Stitched "order": 2 ids became 1', "1 journey became 4", "4 events in 4 journeys of 1 customer"):
        assert said in done.output
    for wrong in ("end", "silence=", "gap=2d", "silence=30"):
        done = run("prepare", tmp_path / "log.csv", "--store", tmp_path / "store", "--split", wrong)
        assert done.exit_code
        assert "is no way to split" in done.output or "is no duration" in done.output


def test_repairs_are_written_chosen_and_applied(tmp_path):
    file, offered = tmp_path / "shop.csv", tmp_path / "repairs.json"
    rows = [f"J{n // 2};{('Order', 'Pay')[n % 2]};0{1 + n % 9}.06.2025 09:0{n % 6};web" for n in range(40)]
    rows = [rows[0], rows[0], *rows[1:39], rows[39].replace("web", "n/a")]
    file.write_text("\n".join(["order;step;when;channel", *rows]) + "\n", encoding="utf-8")
    said = run("ready", file, "--repairs", offered)
    assert said.exit_code == 0
    assert "0 certain repairs and 2 questions" in said.output
    assert f"cxkit prepare {file} --mend {offered}" in said.output
    lines = offered.read_text(encoding="utf-8").splitlines()
    assert [*map(list, map(json.loads, (line.rstrip(",") for line in lines[1:-1])))] == [
        ["apply", "certain", "finding", "rows", "shown", "effect", word] for word in ("drop_copies", "as_missing")
    ]
    alone = run("ready", file, "--mend", offered).output
    assert "2 repairs left alone" in alone
    assert "copies" in alone
    asked = offered.read_text(encoding="utf-8")
    offered.write_text(asked.replace('"apply": false', '"apply": true'), encoding="utf-8")
    again = run("ready", file, "--mend", offered).output
    assert "repairs read equal rows once; read" in again
    assert "copies" not in again
    assert "placeholders" not in again
    offered.write_text('[{"drop_copies": {}}]', encoding="utf-8")
    assert run("prepare", file, "--mend", offered, "--store", tmp_path / "store").exit_code == 0
    assert cx.open(tmp_path / "store").manifest.counts["events"] == 41
    offered.write_text('[{"apply": "yes", "drop_copies": {}}]', encoding="utf-8")
    assert "neither true nor false" in run("ready", file, "--mend", offered).output
    offered.write_text('[{"drop_copies": {}, "apply": true}]', encoding="utf-8")
    assert run("prepare", file, "--mend", offered, "--store", tmp_path / "store").exit_code == 0
    facts = cx.open(tmp_path / "store").manifest
    assert (facts.counts["events"], facts.repairs) == (40, ({"drop_copies": {}},))
    assert facts.reading["repairs"] == "read equal rows once"
    assert cx.open(tmp_path / "store").events().df().channel.tolist().count("n/a") == 1
    offered.write_text('[{"drop_copy": {}}]', encoding="utf-8")
    refused = run("prepare", file, "--mend", offered, "--store", tmp_path / "store")
    assert refused.exit_code == 1
    assert 'Closest: "drop_copies"' in refused.output


def test_repairs_replace_nothing_but_repairs(tmp_path):
    file, offered = tmp_path / "shop.csv", tmp_path / "repairs.json"
    file.write_text("order;step;when\nA;Order;01.06.2025\nA;Pay;02.06.2025\n", encoding="utf-8")
    before = file.read_bytes()
    done = run("ready", file, "--repairs", file)
    assert done.exit_code == 1
    assert "is there and is no file of repairs" in done.output
    assert file.read_bytes() == before
    assert "is no file of repairs" in run("ready", file, "--repairs", tmp_path).output
    assert run("ready", file, "--repairs", offered).exit_code == 0
    offered.write_text('[{"drop_copies": {}}]', encoding="utf-8")
    assert run("ready", file, "--repairs", offered).exit_code == 0
    assert "drop_copies" in offered.read_text(encoding="utf-8")  # what was written by hand stays
    assert sorted(one.name for one in tmp_path.iterdir()) == ["repairs.json", "shop.csv"]


def test_without_a_measure_the_questions_are_listed(shop):
    said = run("ask", shop[0] / "store").output
    for known in catalog.CATALOG:
        assert f"  {known.name} " in said
        assert known.question in said


def test_a_workbook_holds_the_rows_and_what_they_answer(shop):
    folder, _ = shop
    book = folder / "journeys.xlsx"
    assert run("ask", folder / "store", "journeys", "--out", book).exit_code == 0
    sheets = pd.read_excel(book, sheet_name=None, engine="openpyxl")
    assert sheets["answer"].journey.tolist() == ["A", "B"]
    assert sheets["answer"]["first"].dt.hour.tolist() == [9, 9]
    assert "2 journeys; customers unknown: each journey counts as one" in sheets["about"].iloc[:, 1].tolist()
    assert "say where it goes" in run("ask", folder / "store", "journeys", "--format", "xlsx").output.lower()


def test_a_workbook_has_no_formula_of_a_log(tmp_path):
    file = tmp_path / "log.csv"
    file.write_text('case,step,when\na,"=HYPERLINK(""http://x.example"",""Pay"")",2025-01-01\n', encoding="utf-8")
    run("prepare", file, "--store", tmp_path / "store")
    run("ask", tmp_path / "store", "activities", "--out", tmp_path / "answer.xlsx")
    cells = openpyxl.load_workbook(tmp_path / "answer.xlsx")["answer"]["A"]
    assert [(cell.value, cell.data_type, cell.hyperlink) for cell in cells][1] == (
        '=HYPERLINK("http://x.example","Pay")',
        "s",
        None,
    )


def test_steps_are_lines_where_nobody_sees_a_bar(tmp_path):
    """In a file, and on a standard error that is no terminal: a line each, no carriage return."""
    (tmp_path / "shop.csv").write_text(CSV, encoding="utf-8")
    words = ["prepare", "shop.csv", "--store", "store"]
    command = [sys.executable, "-m", "cxkit", "--log", "steps.log", *words]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120, check=True)
    lines = done.stderr.decode().splitlines()
    assert b"\r" not in done.stderr.replace(os.linesep.encode(), b"\n")
    assert [line.removeprefix("Preparing: ") for line in lines[:-1]] == list(STEPS)
    assert lines[-1].startswith("Preparing: done in ")
    logged = (tmp_path / "steps.log").read_text(encoding="utf-8").splitlines()
    assert [line.partition("INFO ")[2] for line in logged] == lines


def test_the_shell_completes_measures():
    asked = {"_CXKIT_COMPLETE": "bash_complete", "COMP_WORDS": "cxkit ask sample proc", "COMP_CWORD": "3"}
    done = subprocess.run(
        [sys.executable, "-m", "cxkit"], env=os.environ | asked, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "plain,process_map\n"
