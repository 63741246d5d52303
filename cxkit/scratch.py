"""Scratch space: one folder for each process, held by a lock while it runs, swept by a later one if it was killed."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

PREFIX, HELD = "cxkit-", ".held"
MADE_BY = "cxkit_made_by"  # in the metadata of a notebook's output: the scratch space of the kernel that made it
OWN: dict[int, Path] = {}
LOCKS: list[Any] = []
MAKING = Lock()


def folder() -> tempfile.TemporaryDirectory[str]:
    """A new folder in this process's scratch space, which goes when nobody holds it."""
    return tempfile.TemporaryDirectory(dir=own(), ignore_cleanup_errors=True)


def own() -> Path:
    """This process's scratch space."""
    with MAKING:
        if os.getpid() not in OWN:
            sweep()
            OWN[os.getpid()] = _made()
        OWN[os.getpid()].mkdir(0o700, exist_ok=True)
        return OWN[os.getpid()]


def is_held(name: object) -> bool:
    """Whether the process with the scratch space of this name still runs."""
    if not isinstance(name, str) or not re.fullmatch(rf"{PREFIX}\w+", name):
        return False
    path = Path(tempfile.gettempdir(), name)
    return path in OWN.values() or (_is_ours(path) and not _is_free(path))


def left() -> Iterator[Path]:
    """The scratch folders of this user's processes that have ended without clearing up."""
    for path in sorted(Path(tempfile.gettempdir()).glob(f"{PREFIX}*")):
        if path not in OWN.values() and _is_ours(path) and _is_free(path):
            yield path


def sweep() -> None:
    """Remove the scratch folders that are left."""
    for path in left():
        shutil.rmtree(path, ignore_errors=True)


def _made() -> Path:
    """A new folder, held by this process until it ends."""
    import filelock

    made = Path(tempfile.mkdtemp(prefix=PREFIX))
    lock = filelock.FileLock(made / HELD, mode=0o600, thread_local=False)
    with suppress(NotImplementedError):  # a file system without locks: nothing there is ever swept
        lock.acquire()
    if not made.is_dir():  # swept before it was held
        return _made()
    LOCKS.append(lock)
    weakref.finalize(lock, _clear, made, os.getpid())
    return made


def _clear(made: Path, process: int) -> None:
    if os.getpid() == process:  # a fork has a space of its own
        shutil.rmtree(made, ignore_errors=True)


def _is_ours(path: Path) -> bool:
    try:
        return path.is_dir() and not path.is_symlink() and (path / HELD).is_file() and _is_of_user(path)
    except OSError:
        return False


def _is_of_user(path: Path) -> bool:
    return not hasattr(os, "getuid") or path.stat().st_uid == os.getuid()


def _is_free(path: Path) -> bool:
    """Whether no process holds the folder."""
    import filelock

    lock = filelock.FileLock(path / HELD, timeout=0, mode=0o600)
    try:
        with lock:
            return True
    except (filelock.Timeout, OSError, NotImplementedError):
        return False
