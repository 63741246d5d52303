"""Where a store's log came from, so that its export can be looked at again: only the same file counts."""

from __future__ import annotations

import os
from pathlib import Path

from cxkit.reading.source import Source
from cxkit.shaping.derived import Derived
from cxkit.shaping.regrouped import Regrouped
from cxkit.shaping.roles import ROLES, Roles
from cxkit.shaping.spread import SEVERAL, Spread
from cxkit.shaping.unpivot import Unpivoted

READING = ("delimiter", "encoding", "skip", "header", "quote", "escape", "sheet", "table", "query", "object_type")
JOINED = ("lifecycle", "instance")


def origin(source: Source, roles: Roles, folder: Path) -> dict[str, str]:
    """The file that a source was read from, how, and the roles of its columns; nothing where it was no single file.

    The file is written as seen from the store's folder: who gets the store learns no more of where it lay than that.
    """
    joined = source.joined_by
    stamps: dict[str, str] = {}
    while isinstance(source, Derived):
        roles = source.roles if isinstance(source, Regrouped) else roles
        if isinstance(source, Spread):
            stamps = {role: name for role in SEVERAL if (name := _name(source, getattr(roles, role))) in source.made}
        if isinstance(source, Unpivoted):
            return {}
        source = source.original
    if not source.path:
        return {}
    numbers = {role: getattr(roles, role) for role in ROLES}
    columns = {role: source.columns[n] for role, n in numbers.items() if n is not None and n < len(source.columns)}
    try:
        path = Path(os.path.relpath(source.path, folder.resolve())).as_posix()
    except ValueError:  # on another drive
        return {}
    asked = {option: str(said) for option, said in source.asked.items()}
    return {"path": path, "fingerprint": source.fingerprint, **asked, **joined, **columns, **stamps}


def _name(source: Source, number: int | None) -> str:
    return source.columns[number] if number is not None and number < len(source.columns) else ""
