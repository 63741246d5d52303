"""What README says of adding a measure is all there is to it: followed in a copy of the project."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest
from support.machine import ROOT

COPIED = ("cxkit", "widgets/cxwidgets", "tests/support", "tests/measures")
SINGLE = ("README.md", "pyproject.toml", "tests/conftest.py")
MEASURE = '''"""Longest: how many events journeys have, the longest first."""

import narwhals as nw

from cxkit.result import Result
from cxkit.schema import CUSTOMER, FIRST, LAST, LENGTH, SECOND
from cxkit.where.amounts import length


def longest(journeys, *, at_least=1):
    """How many events do the longest journeys have?

    Returns a Result with a row per number of events, the largest first: `segment` (the number as text), `count`
    (journeys), `customers`, `share` (of the selected journeys), `median_seconds` (from first to last event).

    >>> import cxkit as cx
    >>> cx.toy_journeys().longest().df()["count"].tolist()
    [2, 4, 2, 4]
    """
    return Result(
        name="longest",
        unit="journeys",
        recipe=journeys.recipe,
        ask=lambda: journeys.collect(lambda selection: _table(selection, at_least, journeys.n.journeys)),
        count=lambda: journeys.n,
        parameters={"at_least": at_least},
    )


def so_long(row, journeys, asked):
    """The journeys with as many events as a row says."""
    return length(at_least=int(row["segment"]), at_most=int(row["segment"]))


def _table(selection, at_least, total):
    people = nw.col(CUSTOMER).n_unique().cast(nw.Int64).alias("customers")
    lasting = ((nw.col(LAST) - nw.col(FIRST)).median() / SECOND).alias("median_seconds")
    counted = selection.outlines.filter(nw.col(LENGTH) >= at_least).group_by(LENGTH)
    rows = counted.agg(nw.len().cast(nw.Int64).alias("count"), people, lasting).sort(LENGTH, descending=True)
    named = rows.with_columns(nw.col(LENGTH).cast(nw.String).alias("segment"), share=nw.col("count") / max(total, 1))
    return named.select("segment", "count", "customers", "share", "median_seconds")
'''
ENTRY = """    Entry(
        "longest",
        "cxkit.measures.ways.longest:longest",
        "cxkit.views.bars:segments",
        calls=(PLAIN, {"at_least": 2}),
        row="cxkit.measures.ways.longest:so_long",
    ),
"""
USED = """
import cxkit as cx
from click.testing import CliRunner
from cxkit import where as w
from cxkit.cli import main
from cxwidgets import Board

j = cx.toy_journeys()
assert j.longest().df()["count"].tolist() == [2, 4, 2, 4]
assert "longest" in CliRunner().invoke(main, ["ask", "--help"]).output
told = CliRunner().invoke(main, ["ask", str(j.folder), "longest", "--with", "at_least=5"])
assert told.exit_code == 0 and "How many events do the longest journeys have?" in told.output, told.output
board = Board(j)
bars = board.panel("longest")
clause = w.length(at_least=5, at_most=5)
assert clause.key.replace('"', "&quot;") in bars.markup
bars.hear({"do": "choose", "key": clause.key, "besides": False})
assert board.journeys.journeys().df()["journey"].tolist() == ["A05", "A06"] and bars.marks == [clause.key]
assert board.code.endswith("j = j.keep(w.length(at_least=5, at_most=5))\\n"), board.code
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The project with one measure more: a file, an entry, a line and its import."""
    folder = tmp_path_factory.mktemp("copy")
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    for name in SINGLE:
        shutil.copy(ROOT / name, folder / name)
    (folder / "cxkit/measures/ways/longest.py").write_text(MEASURE, encoding="utf-8")
    written(folder / "cxkit/catalog.py", "CATALOG = (\n", ENTRY)
    written(folder / "cxkit/journeys.py", "    summary = summary\n", "    longest = longest\n")
    written(
        folder / "cxkit/journeys.py", "from cxkit.cached import cached_property\n", f"from {PLACE} import longest\n"
    )
    return folder


PLACE = "cxkit.measures.ways.longest"


def written(path, after, line):
    text = path.read_text(encoding="utf-8")
    assert text.count(after) == 1
    path.write_text(text.replace(after, after + line), encoding="utf-8")


def run(folder, *words):
    paths = os.pathsep.join(str(folder / name) for name in ("", "widgets", "tests"))
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_a_new_measure_is_a_method_a_command_and_a_panel_that_can_be_clicked(copy):
    run(copy, "-c", USED)


def test_the_contract_tests_try_a_new_measure(copy):
    chosen = ["-k", "longest and (ordinary or entry or columns)", "tests/measures/test_catalog.py"]
    said = run(copy, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *chosen)
    passed = int(said.splitlines()[-1].split(" passed")[0])
    assert passed > 20, said
