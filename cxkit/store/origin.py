"""Where a store's log came from, so that its export can be looked at again: only the same file counts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cxkit.errors import CxError
from cxkit.store.derived import Derived
from cxkit.store.read import Log, Source, read
from cxkit.store.regrouped import Regrouped
from cxkit.store.roles import OPTIONAL, ROLES, Roles

if TYPE_CHECKING:
    from cxkit.store.manifest import Manifest

READING = ("delimiter", "encoding", "sheet", "table", "query", "object_type")
JOINED = ("lifecycle", "instance")


def origin(source: Source, roles: Roles) -> dict[str, str]:
    """The file that a source was read from, how, and the roles of its columns; nothing where it was no single file."""
    joined = source.joined_by
    while isinstance(source, Derived):
        roles = source.roles if isinstance(source, Regrouped) else roles
        source = source.original
    if not source.path:
        return {}
    numbers = {role: getattr(roles, role) for role in ROLES}
    columns = {role: source.columns[n] for role, n in numbers.items() if n is not None and n < len(source.columns)}
    return {"path": source.path, "fingerprint": source.fingerprint, **source.asked, **joined, **columns}


def reopened(described: Manifest) -> Log | None:
    """The log that a store was prepared from, as it was before repairs, splits and stitches; None if it is not there.

    It is not there if its file is gone or another one, or if the store has come in parts.
    """
    known = described.origin
    written = described.reading.get("time", "")
    try:
        if not known or not Path(known["path"]).is_file():
            return None
        reading = {word: known[word] for word in READING if word in known}
        log = read(known["path"], name=described.source, about=described.about, **reading)
        if log.source.fingerprint != known["fingerprint"]:
            return None
        roles = dict.fromkeys(OPTIONAL, "") | {word: known[word] for word in (*ROLES, *JOINED) if word in known}
        if "lifecycle" in roles:
            roles.pop("start")
        return log.roles(**roles, zone=described.zone, time_format=written if "%" in written else None)
    except (CxError, OSError, ValueError, KeyError):
        return None
