"""What leaves by the command line: names of a log give a terminal no orders, and a spreadsheet no formulas."""

import csv
import io
import os
import subprocess
import sys

import pandas as pd
import pytest
from click.testing import CliRunner

import cxkit as cx
from cxkit.cli import main
from cxkit.words import cell, inert

ESC, BIDI = "\x1b]0;OWNED\x07Pay", "Pay\u202eyaP"
LINK = "\x1b[2K\x1b]8;;http://evil.example\x1b\\Refund\x1b]8;;\x1b\\"
FORMULAS = ['=HYPERLINK("http://evil.example")', "@SUM(1)", "+cmd|' /C calc'!A0", "-2+3+cmd", "\t=1+1", "\uff1d1+1"]
NUMBERS = ["-12.5", "+49", "-", "1e-3", "-1,000", "+3%"]
RUN = "import sys; from cxkit.cli import main; main()"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A log whose names, ids, attributes and file are hostile."""
    names = [ESC, BIDI, LINK, "line\nbreak", *FORMULAS, *NUMBERS]
    rows = [
        {"case": f"{name}{way}", "step": step, "when": f"2025-01-{day:02}", f"={BIDI}": name}
        for name in names
        for way in "ab"
        for day, step in enumerate((name, "End", names[0]), 1)
    ]
    folder = tmp_path_factory.mktemp("hostile")
    file = folder / f"log {BIDI}.csv"
    pd.DataFrame(rows).to_csv(file, index=False)
    log = cx.read(file).roles(journey="case", activity="step", time="when", customer="")
    return cx.prepare(log, folder / "store", progress=False).folder


def orders(text):
    """What of a text a person would not see."""
    return [letter for letter in text if not letter.isprintable() and letter not in "\r\n"]


MEASURES = ["activities", "variants", "process_map", "data_plan", "journeys", "events", "log_coverage", "summary"]


@pytest.mark.parametrize("measure", MEASURES)
def test_an_answer_as_text(measure, store):
    result = getattr(cx.open(store), measure)()
    assert not orders(repr(result))
    told = CliRunner().invoke(main, ["ask", str(store), measure])
    assert told.exit_code == 0
    assert not orders(told.output)


@pytest.mark.parametrize(
    "ask",
    [
        lambda j: j.keep(cx.where.contains(ESC + "x")),
        lambda j: j.hide(BIDI + "x"),
        lambda j: j.segments(by=LINK).df(),
        lambda j: j.events(journey=ESC + BIDI),
        lambda j: j.keep(cx.where.attribute(f"={BIDI}", LINK + "x")),
        lambda j: cx.read(f"nowhere {ESC}.csv"),
    ],
)
def test_an_error(ask, store):
    with pytest.raises(cx.CxError) as told:
        ask(cx.open(store))
    assert not orders(str(told.value))


def test_what_is_shown_of_a_store(store):
    journeys = cx.open(store)
    kept = journeys.keep(cx.where.contains(ESC))
    for shown in (journeys, kept, kept.recipe, kept.summary(), journeys.provenance, journeys.changes, journeys.log):
        assert not orders(repr(shown))
    assert BIDI not in journeys.manifest.source


@pytest.mark.skipif(os.name != "posix", reason="a terminal of POSIX")
@pytest.mark.parametrize("words", [["--format", "csv"], ["--format", "json"], []])
def test_a_terminal(words, store):
    import pty

    ours, theirs = pty.openpty()
    run = subprocess.Popen(
        [sys.executable, "-c", RUN, "ask", store, "activities", *words], stdout=theirs, close_fds=True
    )
    os.close(theirs)
    said = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:
            break
        if not part:
            break
        said += part
    assert run.wait() == 0
    os.close(ours)
    assert "OWNED" in said.decode()
    assert not orders(said.decode())


@pytest.mark.parametrize("measure", ["journeys", "events", "activities"])
def test_a_spreadsheet_gets_no_formulas(measure, store):
    told = CliRunner().invoke(main, ["ask", str(store), measure, "--format", "csv"])
    cells = [entry for row in csv.reader(io.StringIO(told.output)) for entry in row]
    assert not [entry for entry in cells if entry.startswith(("=", "@", "+", "-", "\t")) and entry not in NUMBERS]
    if measure == "activities":
        assert {f"'{formula}" for formula in FORMULAS} <= set(cells)
        assert set(NUMBERS) <= set(cells)


def test_words():
    assert inert(f"a\n{ESC}") == "a\n\\x1b]0;OWNED\\x07Pay"
    assert [cell(text) for text in ("Pay", "a=b", "-0.5", "=1", "")] == ["Pay", "a=b", "-0.5", "'=1", ""]
