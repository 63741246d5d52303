"""Changes: how a later part of a log differs from what its store knew, each with a weight; and what may stop it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cxkit.errors import InputError, not_found
from cxkit.schema import SEVERITIES
from cxkit.words import safe

if TYPE_CHECKING:
    import pandas as pd

REFUSE, REPORT, LEAVE_OUT = "refuse", "report", "leave out"
WORDS = {
    "missing_columns": (REPORT, REFUSE),
    "new_columns": (REPORT, REFUSE),
    "changed_kinds": (REPORT, REFUSE),
    "changed_levels": (REPORT, REFUSE),
    "changed_ids": (REPORT, REFUSE),
    "time_writing": (REPORT, REFUSE),
    "zone": (REPORT, REFUSE),
    "overlap": (REFUSE, REPORT, LEAVE_OUT),
    "left_out": (REPORT, REFUSE),
    "new_activities": (REPORT, REFUSE),
    "vanished_activities": (REPORT, REFUSE),
    "new_values": (REPORT, REFUSE),
    "vanished_values": (REPORT, REFUSE),
    "empty_cells": (REPORT, REFUSE),
    "volume": (REPORT, REFUSE),
}
NAMED = 5  # names in a sentence
COLUMNS = ("check", "severity", "column", "what", "count", "of", "examples")


@dataclass(frozen=True)
class Change:
    """One difference: which check found it, how much it weighs, and what it is, in a sentence."""

    check: str
    severity: str
    what: str
    column: str = ""
    count: int | None = None
    of: int | None = None
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Changes:
    """How the newest part of a store differs from the parts before it, the weightiest first.

    `part` is what the part is called, `head` says how much it holds.
    """

    part: str
    head: str
    found: tuple[Change, ...]

    def df(self) -> pd.DataFrame:
        """A row per difference, the weightiest first.

        Columns: `check` (as a contract names it), `severity` (high, medium, low, note), `column`, `what` (in a
        sentence), `count` and `of` (rows, journeys or columns, where they can be counted), `examples`.
        """
        import pandas as pd

        rows = [[getattr(change, name) for name in COLUMNS] for change in self.found]
        table = pd.DataFrame(rows, columns=list(COLUMNS))
        return table.astype({"count": "Int64", "of": "Int64"})


class Refused(InputError):
    """The contract refuses a part of a log; nothing was changed. `changes` are all the differences found."""

    def __init__(self, sentence: str, changes: Changes) -> None:
        super().__init__(sentence)
        self.changes = changes


def ranked(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The differences, the weightiest first."""
    return tuple(sorted(changes, key=lambda change: SEVERITIES.index(change.severity)))


def settled(contract: Mapping[str, Any] | None) -> dict[str, str]:
    """What a contract says of every check, known words only."""
    if not isinstance(contract or {}, Mapping):
        raise InputError(f'contract={contract!r} is no contract. Write for example {{"new_activities": "refuse"}}.')
    words = dict(contract or {})
    for check, word in words.items():
        if check not in WORDS:
            raise not_found("check of a contract", check, WORDS)
        if word not in WORDS[check]:
            options = ", ".join(f'"{option}"' for option in WORDS[check])
            raise InputError(f'The contract says {word!r} of "{check}". It may say {options}.')
    return {check: words.get(check, options[0]) for check, options in WORDS.items()}


def enforce(contract: Mapping[str, str], changes: Changes) -> None:
    """Raise if the contract refuses any of the differences."""
    broken = [change for change in changes.found if contract[change.check] == REFUSE and change.severity != "note"]
    if broken:
        sentences = " ".join(safe(change.what) for change in broken)
        checks = dict.fromkeys(change.check for change in broken)
        ways = f'To accept it, let the contract say "{REPORT}" of {", ".join(checks)}.'
        if "overlap" in checks:
            ways += f' To add only the rows that are new, let it say "{LEAVE_OUT}" of overlap.'
        raise Refused(f'The contract refuses "{safe(changes.part)}"; nothing was changed. {sentences} {ways}', changes)
