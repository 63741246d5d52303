"""What stitching did: the ids that were merged, and what looks wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cxkit.answers.answer import LogAnswer, Part, Sheet
from cxkit.words import listed, many, short

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from cxkit.shaping.identities import Identities as Stitched
    from cxkit.shaping.identities import Pairs


LARGEST, OTHERS = 10, 4  # groups of ids, and ids of each


class Identities(LogAnswer):
    """Which ids were merged by stitching, which were never seen, and which merges look wrong?

    `.df()` has a row for each id that was joined to another, `.groups()` one per group, `.orphans()` one per id that
    only the key table or only the log has, `.conflicts()` one per id that is said to be several.
    """

    facts: Stitched
    of = "ids"

    def df(self) -> pd.DataFrame:
        """A row for each id that is one with others, groups of many ids first: `id`, `kept`, `ids`, `rows`."""
        return self.facts.df()

    @property
    def pairs(self) -> Pairs:
        """The pairs of ids of the key table, as they were given and as groups."""
        return self.facts.pairs

    @property
    def seen(self) -> dict[str, int]:
        """How many rows of the log each id has."""
        return self.facts.seen

    @property
    def kept(self) -> pa.Table:
        """The ids that are replaced, and by which: `id`, `kept`."""
        return self.facts.kept

    @property
    def warnings(self) -> tuple[str, ...]:
        """What looks wrong: a key table of something else, a group too large to be one person."""
        return self.facts.warnings

    @property
    def after(self) -> int:
        """How many different ids the column has after stitching."""
        return self.facts.after

    def groups(self) -> pd.DataFrame:
        """A row for each group of ids that are one: `kept`, `ids`, `seen` (of them in the log), `rows` (of the log)."""
        return self.facts.groups()

    def orphans(self) -> pd.DataFrame:
        """A row for each id that only one side has: `id`, `only_in` (keys or log), `rows` (of the log)."""
        return self.facts.orphans()

    def conflicts(self) -> pd.DataFrame:
        """A row for each id that the key table says to be several others: `id`, `others` (how many), `examples`."""
        return self.facts.conflicts()

    @property
    def sheet(self) -> Sheet:
        facts = [{"what": what, "how many": figure} for what, figure in self.facts.counted.items()]
        groups = list(self.facts.pairs.groups.items())[:LARGEST]
        largest = [self._group(kept, ids) for kept, ids in groups]
        title = f"The {many(len(groups), 'largest group')}"
        parts = (
            *([Part(("what", "how many"), facts)] if facts else []),
            *([Part(("id kept", "ids", "in the log", "rows", "which were"), largest, title=title)] if largest else []),
        )
        return Sheet((self.facts.head,), self.warnings, parts)

    def _group(self, kept: str, ids: Sequence[str]) -> dict[str, Any]:
        seen = self.facts.seen
        return {
            "id kept": short(kept),
            "ids": len(ids),
            "in the log": sum(member in seen for member in ids),
            "rows": sum(seen.get(member, 0) for member in ids),
            "which were": listed([*map(short, ids[1:])], OTHERS),
        }
