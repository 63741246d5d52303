"""Whoever started the app is gone, in whatever way: so are the server, its kernels, its port and its files."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from urllib.parse import urlsplit

import psutil
import pytest

pytest.importorskip("voila")

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise on Windows")
COMMAND = [sys.executable, "-c", "from cxkit.cli import main; main()", "app"]
SECONDS = 20
IN_TERMINAL = (
    "import fcntl, os, sys, termios\nfcntl.ioctl(0, termios.TIOCSCTTY, 0)\nos.execv(sys.argv[1], sys.argv[1:])"
)


@pytest.fixture
def start(toy, tmp_path):
    """Starts the command; gives it, the port it serves on, and the processes below it once a kernel waits."""
    (tmp_path / "scratch").mkdir()

    def start_(*before, **words):
        command = [*before, *COMMAND, str(toy.folder), "--no-browser"]
        process = subprocess.Popen(command, env=os.environ | {"TMPDIR": str(tmp_path / "scratch")}, **words)
        line = process.stdout.readline()
        end = time.monotonic() + 120
        while not [child for child in below(process) if "ipykernel_launcher" in child.cmdline()]:
            assert time.monotonic() < end
            time.sleep(0.2)
        return process, urlsplit(line.split()[0]).port, below(process)

    return start_


def below(process):
    return psutil.Process(process.pid).children(recursive=True)


def gone(processes, port, seconds=SECONDS):
    """Whether all these end in time, and the port is free."""
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    for left in alive:
        with suppress(psutil.NoSuchProcess):
            left.kill()
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", port))
    return not alive


def test_a_parent_that_is_killed_takes_all_with_it(start):
    process, port, processes = start(stdout=subprocess.PIPE, text=True)
    process.kill()
    process.communicate()
    assert gone(processes, port)


def test_a_terminal_that_is_closed_takes_all_with_it(start, tmp_path):
    ours, theirs = os.openpty()
    words = {"stdin": theirs, "stdout": subprocess.PIPE, "stderr": theirs, "start_new_session": True, "text": True}
    process, port, processes = start(sys.executable, "-c", IN_TERMINAL, **words)
    os.close(theirs)
    os.close(ours)
    process.communicate(timeout=SECONDS)
    assert gone(processes, port)
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_server_that_is_killed_takes_its_kernels_with_it(start):
    process, port, processes = start(stdout=subprocess.PIPE, text=True)
    server = next(child for child in processes if "cxkit.faces.server" in child.cmdline())
    os.kill(server.pid, signal.SIGKILL)
    process.communicate(timeout=SECONDS)
    assert process.returncode
    assert gone(processes, port)
