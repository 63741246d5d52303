"""What of an engagement file is used: one list of its sections, which a test compares with the schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cxkit.engagement.engagement import Engagement

USED = (
    *("name", "about", "zone", "source", "roles", "identities", "split", "customers", "tables", "contract"),
    *("silence", "goals", "cancels", "stages", "lanes", "channels", "calendar", "informs", "needs", "offerings"),
)
ONLY_PLANNED = ("policies", "actions", "costs")  # the data plan counts them
UNUSED = ("disclosure", "report", "cancels.reason", "stages.owner", "channels.kind")


def said_for_later(engagement: Engagement) -> tuple[list[str], list[str]]:
    """What the file says that only the data plan looks at, and what nothing uses yet."""
    written = engagement.written()
    planned = [section for section in ONLY_PLANNED if section in written]
    return planned, [name for name in UNUSED if _is_said(written, *name.partition(".")[::2])]


def _is_said(written: dict[str, Any], section: str, key: str) -> bool:
    """Whether the file has the section, or an entry in it with this key."""
    part = written.get(section)
    if part is None or not key:
        return part is not None
    entries = part.values() if isinstance(part, dict) else part
    return any(isinstance(entry, dict) and key in entry for entry in entries)
