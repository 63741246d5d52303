"""What a store was made of, and how its newest part differs from those before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cxkit.answers.answer import LogAnswer, Part, Sheet

if TYPE_CHECKING:
    import pandas as pd

    from cxkit.store.changes import Change
    from cxkit.store.changes import Changes as Differences
    from cxkit.store.manifest import Manifest


class Changes(LogAnswer):
    """How does the newest part of the log differ from the parts before it?

    `.part` is what the part is called, `.head` says how much it holds, `.found` are the differences.
    """

    facts: Differences
    of = "events"

    def df(self) -> pd.DataFrame:
        """A row per difference, the weightiest first. See `cxkit.store.changes`."""
        return self.facts.df()

    @property
    def part(self) -> str:
        """What the newest part is called."""
        return self.facts.part

    @property
    def head(self) -> str:
        """How much it holds."""
        return self.facts.head

    @property
    def found(self) -> tuple[Change, ...]:
        """The differences, the weightiest first."""
        return self.facts.found

    @property
    def sheet(self) -> Sheet:
        heads = ("weight", "what", "column", "examples")
        part = Part(heads, [_change(change) for change in self.found], ("weight", "check", "what"))
        return Sheet((f"{self.part}: {self.head}.",), parts=(part,) if self.found else ())


def _change(change: Change) -> dict[str, Any]:
    shown = {"weight": change.severity, "check": change.check, "what": change.what, "column": change.column}
    return shown | {"examples": " · ".join(change.examples)}


class Provenance(LogAnswer):
    """What was this store prepared from, how was it read, and what was left out?"""

    facts: Manifest
    of = "facts"

    @property
    def source(self) -> str:
        """What the log is called."""
        return self.facts.source

    @property
    def events(self) -> int:
        """How many events are in the store."""
        return self.facts.counts["events"]

    @property
    def losses(self) -> tuple[str, ...]:
        """The parts of the log of which more than a little was left out, in sentences."""
        return self.facts.losses

    @property
    def dropped(self) -> Mapping[str, int]:
        """How many rows of the source were left out, by the reason."""
        return self.facts.dropped

    @property
    def notes(self) -> Sequence[str]:
        """What there was to say when the log was read."""
        return self.facts.notes

    @property
    def sheet(self) -> Sheet:
        rows = [{"fact": label, "value": text} for label, text in self.facts.facts.items()]
        return Sheet(parts=(Part(("fact", "value"), rows),))

    def df(self) -> pd.DataFrame:
        """The facts as a pandas data frame: `fact`, `value`."""
        import pandas as pd

        return pd.DataFrame([*self.facts.facts.items()], columns=["fact", "value"])
