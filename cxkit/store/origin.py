"""Where a store's log came from, so that its export can be looked at again: only the same file counts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cxkit.errors import CxError
from cxkit.store.derived import Derived
from cxkit.store.read import Log, Source, read

if TYPE_CHECKING:
    from cxkit.store.manifest import Manifest


def origin(source: Source) -> dict[str, str]:
    """The path and the fingerprint of the file that a source was read from; nothing where it was no single file."""
    while isinstance(source, Derived):
        source = source.original
    return {"path": source.path, "fingerprint": source.fingerprint} if source.path else {}


def reopened(described: Manifest) -> Log | None:
    """The log that a store was prepared from, under the roles of its columns; None if its file is gone or another."""
    path, fingerprint = (described.origin.get(word, "") for word in ("path", "fingerprint"))
    try:
        if not path or not Path(path).is_file():
            return None
        log = read(path, name=described.source, about=described.about)
        if log.source.fingerprint != fingerprint:
            return None
        roles = {role: column for role, column in described.roles.items() if column in log.columns}
        absent = {} if described.timed else {"time": ""}
        written = described.reading.get("time", "")
        return log.roles(**roles | absent, zone=described.zone, time_format=written if "%" in written else None)
    except (CxError, OSError, ValueError):
        return None
