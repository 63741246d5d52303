"""Digests: is a store as it was written? The SHA-256 of each of its files, and of the manifest that lists them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxkit.errors import StoreError
from cxkit.words import listed

if TYPE_CHECKING:
    from cxkit.store.manifest import Manifest

SEAL = "digest"
NAMED = 3  # faults in a sentence


def digests(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file below a version's folder, by its path from there."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    with ThreadPoolExecutor() as pool:
        return dict(zip([file.relative_to(folder).as_posix() for file in files], pool.map(_digest, files), strict=True))


def faults(folder: Path, described: Manifest) -> Iterator[str]:
    """What of a version's files is not as it was written, a few words each; `folder` is the store's."""
    try:
        held = digests(folder / described.version)
    except OSError as error:
        yield f"a file cannot be read ({error.strerror})"
        return
    for name, digest in described.files.items():
        if name not in held:
            yield f'"{name}" is missing'
        elif held[name] != digest:
            yield f'"{name}" is not as it was written'
    for name in held.keys() - described.files.keys():
        if name.endswith(".parquet"):
            yield f'"{name}" was not written with it'


def check(folder: Path, described: Manifest) -> None:
    """Raise unless every file of the published version is as it was written."""
    found = sorted(faults(folder, described))
    if len(found) == len(described.files):
        raise StoreError(f'The files of the store in "{folder}" are missing or damaged. Prepare the log again.')
    if found:
        raise StoreError(f'The store in "{folder}" is damaged: {listed(found, NAMED)}. Prepare the log again.')


def weight(place: Path) -> int:
    """The bytes of a file, or of all files below a folder."""
    return sum(path.stat().st_size for path in (place, *place.rglob("*")) if path.is_file())


def sealed(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document of a manifest with its own digest, which holds however the text is laid out."""
    plain = {name: value for name, value in json.loads(json.dumps(document)).items() if name != SEAL}
    text = json.dumps(plain, sort_keys=True)
    return plain | {SEAL: hashlib.sha256(text.encode()).hexdigest()}


def _digest(file: Path) -> str:
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()
