"""Scratch space: kept while its process runs, gone when it ends, swept by the next one after a kill."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

HOLD = """
import sys
import cxkit as cx
log = cx.read(sys.argv[1])
log.readiness()
print(log.source.scratch.parent, flush=True)
sys.stdin.readline()
"""
POSIX = pytest.mark.skipif(os.name != "posix", reason="modes and signals of POSIX")


@pytest.fixture
def space(tmp_path, monkeypatch):
    """A scratch space of the test's own, where other processes put theirs."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.fixture
def hold(space, tmp_path):
    """Start a process that holds a log; gives it and its scratch folder."""
    (tmp_path / "log.csv").write_text("case,step,when\n" + "a,Start,2025-01-01\na,End,2025-01-02\n" * 50)
    started = []

    def start():
        command = [sys.executable, "-c", HOLD, str(tmp_path / "log.csv")]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process, Path(process.stdout.readline().strip())

    yield start
    for process in started:
        process.kill()
        process.communicate()


@POSIX
def test_who_is_killed_is_cleared_up_after_and_who_lives_is_not(hold, space):
    alive, kept = hold()
    killed, left = hold()
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert {path.name for path in space.iterdir()} >= {kept.name, left.name}
    third, own = hold()
    assert not left.exists()
    assert kept.is_dir()
    assert own.is_dir()
    for process in (alive, third):
        process.communicate("end\n")
    assert not kept.exists()
    assert not own.exists()


@POSIX
def test_nobody_else_may_read_it_whatever_the_umask(hold, space):
    before = os.umask(0)
    try:
        _, kept = hold()
    finally:
        os.umask(before)
    for path in (kept, *(path for path in kept.iterdir() if path.is_dir())):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    (space / "cxkit-mine").mkdir()
    (space / "cxkit-mine" / "thesis.txt").write_text("mine")
    hold()
    assert (space / "cxkit-mine" / "thesis.txt").is_file()
