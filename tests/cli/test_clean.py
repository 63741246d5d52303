"""`cxkit clean`: what is kept is said when it is made, listed, and taken away; what is in use stays."""

import os
import stat
import subprocess
import sys

import pytest
from click.testing import CliRunner

import cxkit as cx
from cxkit.cli import main

ROWS = "case,step,when\n" + "".join(f"c{n // 4},s{n % 4},2025-01-{n % 27 + 1:02}\n" for n in range(200))


@pytest.fixture
def places(tmp_path, monkeypatch):
    """A cache and a scratch space of the test's own."""
    for word, name in (("XDG_CACHE_HOME", "cache"), ("TMPDIR", "scratch")):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(word, str(tmp_path / name))
    return tmp_path


def cli(*words):
    command = [sys.executable, "-c", "from cxkit.cli import main; main()", *words]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run


def test_the_store_of_a_file_is_said_listed_and_removed(places):
    (places / "orders.csv").write_text(ROWS)
    assert "`cxkit clean` lists what is kept" in cli("ask", str(places / "orders.csv"), "summary").stderr
    listed = cli("clean").stdout
    assert 'store of "orders.csv", made by ask, report, app or lab' in listed
    assert "Together" in listed
    [store] = (places / "cache" / "cxkit" / "files").iterdir()
    assert "Removed" in cli("clean", "--remove").stdout
    assert not store.exists()
    assert cli("clean").stdout.strip() == "Nothing is kept."


def test_the_version_before_and_what_was_left(tmp_path):
    for rows in (100, 200):
        (tmp_path / "log.csv").write_text("\n".join(ROWS.splitlines()[:rows]) + "\n")
        journeys = cx.prepare(cx.read(tmp_path / "log.csv"), tmp_path / "store", progress=False)
    (tmp_path / "store" / ".making-12").mkdir()
    (tmp_path / "store" / "notes.txt").write_text("mine")
    listed = CliRunner().invoke(main, ["clean", str(tmp_path / "store")]).output
    assert listed.count("version before the present one") == 1
    assert listed.count("left by a run that was interrupted") == 1
    told = CliRunner().invoke(main, ["clean", str(tmp_path / "store"), "--remove"])
    assert told.exit_code == 0, told.output
    kept = {path.name for path in (tmp_path / "store").iterdir()}
    assert kept == {".lock", "manifest.json", "notes.txt", journeys.manifest.version}
    assert cx.open(tmp_path / "store").n == journeys.n


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_stores_and_caches_are_their_users_alone(mask, places, monkeypatch):
    (places / "orders.csv").write_text(ROWS)
    monkeypatch.chdir(places)
    before = os.umask(mask)
    try:
        for rows in (ROWS, ROWS + "x,y,2025-03-01\n"):
            (places / "orders.csv").write_text(rows)
            for words in (["ask", "orders.csv", "summary"], ["prepare", "orders.csv", "--store", "made/store"]):
                assert CliRunner().invoke(main, words).exit_code == 0
    finally:
        os.umask(before)
    for folder in (places / "cache" / "cxkit", places / "made"):
        for path in (folder, *folder.rglob("*")):
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
