"""Small faults in a copy of the house: the quick tests notice every one of them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from importlib.util import cache_from_source
from pathlib import Path

import pytest
from support.machine import ROOT
from support.mutants import MUTANTS

COPIED = ("cxkit", "widgets", "tests")
LINKED = ("data", "notebooks", "reports")
QUICK = ("-x", "-q", "-n", "0", "-p", "no:cacheprovider")
PASSED, FAILED = 0, 1
WHERE = "import cxkit, cxwidgets; print(cxkit.__file__, cxwidgets.__file__)"


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the house, with what is only read as links."""
    folder = tmp_path_factory.mktemp("copy")
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    for name in LINKED:
        (folder / name).symlink_to(ROOT / name)
    shutil.copyfile(ROOT / "pyproject.toml", folder / "pyproject.toml")
    return folder


def python(copy, *words):
    """Python in the copy, with the copy's packages; what it says."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    own["PYTHONPATH"] = os.pathsep.join(map(str, (copy, copy / "widgets")))
    return subprocess.run([sys.executable, *words], cwd=copy, env=own, capture_output=True, text=True)


def run_of(copy, *tests):
    """How a run of quick tests in the copy ends."""
    return python(copy, "-m", "pytest", *QUICK, *tests)


@contextmanager
def harmed(copy, mutant):
    """The copy while it has the fault; what was compiled of the file is thrown away, for times of files are coarse."""
    file = copy / mutant.file
    whole = file.read_text(encoding="utf-8")
    times = whole.count(mutant.old)
    assert times == 1, f"{mutant.file} has this text {times} times, not once; say the fault anew: {mutant.old}"
    compiled = Path(cache_from_source(str(file)))
    try:
        compiled.unlink(missing_ok=True)
        file.write_text(whole.replace(mutant.old, mutant.new), encoding="utf-8")
        yield
    finally:
        file.write_text(whole, encoding="utf-8")
        compiled.unlink(missing_ok=True)


def test_there_are_thirty_and_each_is_another():
    assert len({(mutant.file, mutant.old, mutant.new) for mutant in MUTANTS.values()}) == len(MUTANTS) == 30


def test_the_copy_is_what_is_tested(copy):
    cxkit, cxwidgets = python(copy, "-c", WHERE).stdout.split()
    assert (Path(cxkit).parent, Path(cxwidgets).parent) == (copy / "cxkit", copy / "widgets" / "cxwidgets")


def test_without_a_fault_nothing_fails(copy):
    run = run_of(copy, *sorted({mutant.test for mutant in MUTANTS.values()}))
    assert run.returncode == PASSED, run.stdout + run.stderr


@pytest.mark.parametrize("name", MUTANTS)
def test_a_fault_is_noticed(name, copy):
    mutant = MUTANTS[name]
    with harmed(copy, mutant):
        run = run_of(copy, mutant.test)
    assert run.returncode == FAILED, f"Not noticed by {mutant.test}: {mutant.new}\n{run.stdout}{run.stderr}"
