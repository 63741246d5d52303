"""A prepare that is killed leaves the old store or the new one, whole, and the next prepare works."""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import warnings

import pytest

import cxkit as cx
from cxkit.store import manifest

FORKS = sys.platform == "linux"
KILLS = 5 if FORKS else 1  # a round
APPENDS = 10
ROLES = {"journey": "id", "activity": "act", "time": "when"}

PREPARE = """
import gc, os, signal, sys, time
import cxkit as cx

def prepare(file, folder, ready, append=False):
    log = cx.read(file).roles(journey="id", activity="act", time="when")
    log.settled
    ready()
    cx.prepare(log, folder, append=append, contract={"overlap": "report"} if append else None, progress=False)
"""
ONCE = PREPARE + "prepare(sys.argv[1], sys.argv[2], lambda: print('ready', flush=True), sys.argv[3] == 'append')"
FORKING = (
    PREPARE
    + """
started = []
for folder in sys.argv[2:]:
    prepare(sys.argv[1], folder, lambda: started.append(time.perf_counter()))
    lasted = time.perf_counter() - started[-1]
print(lasted, flush=True)
gc.collect()
gc.freeze()  # a fork must not clear away the threads of its parent
for line in sys.stdin:
    file, folder, moment, how = line.rstrip("\\n").split("\\t")
    heard, told = os.pipe()
    child = os.fork()
    if not child:
        try:
            prepare(file, folder, lambda: os.write(told, b"."), how == "append")
            os._exit(0)
        finally:
            os._exit(1)
    os.close(told)
    os.read(heard, 1)
    os.close(heard)
    time.sleep(float(moment))
    os.kill(child, signal.SIGKILL)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
)


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    """Three logs of different sizes: their files and the numbers of their stores."""
    folder = tmp_path_factory.mktemp("logs")
    found = []
    for number, journeys in enumerate((3_000, 4_000, 5_000)):
        file = folder / f"log{number}.csv"
        rows = (
            f"J{n % journeys},A{n * 7919 % 13 % (n % 5 + 2)},2025-01-01 10:{n % 60:02}:00,{n * 31 % 977}\n"
            for n in range(8_000)
        )
        file.write_text("id,act,when,note\n" + "".join(rows))
        found.append((file, facts(cx.prepare(cx.read(file).roles(**ROLES), folder / f"store{number}", progress=False))))
    return found


def facts(journeys):
    """Numbers from every table of a store."""
    table = journeys.process_map().df()
    return (journeys.manifest.version, journeys.manifest.counts, journeys.n, int(table["count"].sum()),
            int(journeys.variants().df()["count"].sum()), int(journeys.summary().df().events[0]),
            len(journeys.geometry), len(journeys.rejected().df()))  # fmt: skip


@pytest.fixture(scope="module")
def kill(logs, tmp_path_factory):
    """How to kill a prepare that long after it has started, in a warm fork or a new process, and how long it lasts."""
    stores = [str(tmp_path_factory.mktemp("warm") / str(number)) for number in range(2)]
    if not FORKS:
        yield kill_new_process, timed(lambda: prepare(logs[2], stores[0]))
        return
    run = [sys.executable, "-c", FORKING, str(logs[2][0]), *stores]
    with subprocess.Popen(run, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as forking:
        lasts = float(forking.stdout.readline())

        def kill_fork(file, folder, moment, how="prepare"):
            forking.stdin.write(f"{file}\t{folder}\t{moment}\t{how}\n")
            assert int(forking.stdout.readline()) in (0, -signal.SIGKILL)

        yield kill_fork, lasts
        forking.stdin.close()


def kill_new_process(file, folder, moment, how="prepare"):
    run = [sys.executable, "-c", ONCE, str(file), str(folder), how]
    with subprocess.Popen(run, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        time.sleep(moment)
        process.kill()


def shares(kills):
    """Seeded random moments as shares of a prepare's duration, spread over all of it and beyond, in random order."""
    chance = random.Random(20250602)
    return chance.sample([1.3 * (number + chance.random()) / kills for number in range(kills)], kills)


def test_killed_at_any_moment(logs, kill, rounds, tmp_path):
    """Round by round: log a is published, a prepare of b is killed, then c is prepared, and the roles move on."""
    folder = tmp_path / "store"
    prepare(logs[0], folder)
    (strike, lasts), outcomes = kill, []
    for number, share in enumerate(shares(KILLS * rounds)):
        old, new, following = (logs[(2 * number + step) % 3] for step in range(3))
        strike(new[0], folder, share * lasts)
        left = facts(cx.open(folder))
        assert left in (old[1], new[1])
        leftovers = [path.name for path in folder.iterdir() if path.name.startswith((".making-", ".manifest-"))]
        outcomes.append("new" if left == new[1] else "interrupted" if leftovers else "old")
        if share > 1 and left == old[1]:
            lasts = min(1.2 * lasts, 2.0)
        if share < 0.9 and left == new[1]:
            lasts /= 1.2
        assert prepare(following, folder).manifest.version == following[1][0]
        kept = {".lock", manifest.FILE, following[1][0], left[0]}
        assert {path.name for path in folder.iterdir()} == kept
    assert outcomes.count("interrupted") > len(outcomes) / 3
    assert "new" in outcomes


def test_an_append_killed_at_any_moment(logs, kill, tmp_path):
    """The old store is there, or the one with the part; and the append can be made again."""
    (strike, lasts), chance, outcomes = kill, random.Random(7), []
    prepare(logs[0], tmp_path / "base")
    shutil.copytree(tmp_path / "base", tmp_path / "whole")
    whole = facts(append(logs[1], tmp_path / "whole"))
    for number in range(APPENDS):
        folder = tmp_path / str(number)
        shutil.copytree(tmp_path / "base", folder)
        strike(logs[1][0], folder, 3.0 * lasts * (number + chance.random()) / APPENDS, "append")
        left = facts(cx.open(folder))
        assert left in (logs[0][1], whole)
        outcomes.append(left == whole)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            assert facts(append(logs[1], folder)) == whole
        assert {path.name for path in folder.iterdir()} == {".lock", manifest.FILE, logs[0][1][0], whole[0]}
    assert not all(outcomes)


def append(log, folder):
    return cx.prepare(cx.read(log[0]), folder, append=True, contract={"overlap": "report"}, progress=False)


def prepare(log, folder):
    return cx.prepare(cx.read(log[0]).roles(**ROLES), folder, progress=False)


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, OSError])
@pytest.mark.parametrize("call", range(1, 34, 4))
def test_an_error_at_any_file_operation(error, call, logs, tmp_path, monkeypatch):
    """Whatever operation on files or tables goes wrong: the old store stays, nothing half-made is left."""
    from cxkit.store.engine import DuckDB

    folder = tmp_path / "store"
    prepare(logs[0], folder)
    before = {path.name for path in folder.iterdir()}
    log = cx.read(logs[1][0]).roles(**ROLES)
    repr(log)
    left = [call]

    def failing(real):
        def run(*arguments, **named):
            left[0] -= 1
            if left[0] == 0:
                raise error("no space left")
            return real(*arguments, **named)

        return run

    with monkeypatch.context() as patch:
        for owner, name in (
            (os, "replace"),
            (DuckDB, "write"),
            (DuckDB, "collect"),
            (DuckDB, "_keep"),
            (type(folder), "write_text"),
        ):
            patch.setattr(owner, name, failing(getattr(owner, name)))
        with contextlib.suppress(cx.CxError, KeyboardInterrupt, MemoryError):
            cx.prepare(log, folder, progress=False)
            assert left[0] > 0
    published = facts(cx.open(folder))
    assert published in (logs[0][1], logs[1][1])
    left_over = {path.name for path in folder.iterdir()} - before - {logs[1][1][0]}
    assert not left_over
    assert facts(prepare(logs[1], folder)) == logs[1][1]
