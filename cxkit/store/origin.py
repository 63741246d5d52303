"""Where a store's log came from, so that its export can be looked at again: only the same file counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cxkit.reading.source import Source
from cxkit.shaping.derived import Derived
from cxkit.shaping.regrouped import Regrouped
from cxkit.shaping.roles import ROLES, Roles

if TYPE_CHECKING:
    pass

READING = ("delimiter", "encoding", "skip", "quote", "escape", "sheet", "table", "query", "object_type")
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
    asked = {option: str(said) for option, said in source.asked.items()}
    return {"path": source.path, "fingerprint": source.fingerprint, **asked, **joined, **columns}
