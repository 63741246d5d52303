"""What a source says of its columns by itself, before anybody else is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Known:
    """Roles by the names of their columns, and why; the columns of journeys and of events, where they are certain.

    `loose` are columns of events that may as well be of journeys: those that never vary within one are the journeys'.
    `zone` and `time_format` are how stamps were read before, where that was settled already; `given` are the roles that
    a user had named.
    """

    named: Mapping[str, str]
    why: Mapping[str, str]
    levels: tuple[Sequence[str], Sequence[str]] | None = None
    loose: frozenset[str] = frozenset()
    zone: str | None = None
    time_format: str | None = None
    given: frozenset[str] = frozenset()
