"""Publishing a version of a store: made aside, swapped in at once, alone; whoever is interrupted leaves the old one."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from cxkit import places
from cxkit.duck import FULL, is_full
from cxkit.errors import CxError, StoreError
from cxkit.store import digests, manifest
from cxkit.store.manifest import Manifest

LEFT = (".making-", ".manifest-")


def published(folder: Path) -> Manifest | None:
    """The store that is there, if it is whole. What another program keeps there under our names is not touched."""
    try:
        old = manifest.read(folder)
    except StoreError:
        if manifest.is_foreign(folder):
            raise StoreError(f'The {manifest.FILE} in "{folder}" is of no store. Choose another folder.') from None
        return None
    return None if any(digests.faults(folder, old)) else old


def publish(folder: Path, old: Manifest | None, version: str, build: Callable[[Path], Manifest]) -> Manifest:
    """Make a version in scratch space and put it in the old one's place; the old one stays for its readers."""
    with _scratch(folder) as scratch:
        made = replace(build(scratch), files=digests.digests(scratch))
        places.keep_private(scratch)
        shutil.rmtree(folder / version, ignore_errors=True)
        scratch.replace(folder / version)
    with _writing(folder):
        made.write(folder)
    _sweep(folder, {version, old.version if old else version})
    return made


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock: only one process prepares it."""
    import filelock

    lock = filelock.FileLock(folder / ".lock", timeout=0, mode=0o600)
    try:
        places.make(folder)
        lock.acquire()
    except filelock.Timeout:
        raise StoreError(f'Another process is preparing "{folder}". Wait for it, or choose another folder.') from None
    except (OSError, ValueError) as error:
        raise StoreError(f'"{folder}" cannot hold a store: {error}.') from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    with _writing(folder):
        scratch = folder / f".making-{secrets.token_hex(8)}"
        scratch.mkdir(0o700)
        try:
            yield scratch
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Say in our own words that the folder cannot be written; a publication that fails changes nothing."""
    import duckdb

    try:
        yield
    except CxError:
        raise
    except (OSError, duckdb.Error) as error:
        if is_full(error):
            raise StoreError(f"{FULL} What was there before is as it was.") from None
        if isinstance(error, OSError | duckdb.IOException):
            raise StoreError(f'"{folder}" cannot be written: {error}. What was there before is as it was.') from None
        raise


def unused(folder: Path) -> list[Path]:
    """What of a store no new reader asks for: versions but the published one, and what interrupted runs left."""
    used = manifest.read(folder).version
    found = [entry for entry in sorted(folder.iterdir()) if entry.name != used]
    return [entry for entry in found if manifest.VERSION.fullmatch(entry.name) or entry.name.startswith(LEFT)]


def _sweep(folder: Path, used: set[str]) -> None:
    """Remove what interrupted runs left, and every version but the new one and the one before it."""
    for entry in unused(folder):
        if entry.is_dir() and entry.name not in used:
            shutil.rmtree(entry, ignore_errors=True)
        elif entry.name not in used:
            entry.unlink(missing_ok=True)
