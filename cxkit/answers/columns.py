"""Which column is what: as it was settled, and as it is guessed with its runners-up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from cxkit.answers.answer import Extent, LogAnswer, Part, Sheet
from cxkit.errors import InputError
from cxkit.words import many

if TYPE_CHECKING:
    import pandas as pd

    from cxkit.log import Log
    from cxkit.shaping.guessed import Candidate, Guessed

CANDIDATES = 3  # per role


class Columns(LogAnswer):
    """Which column of this log is what, and why?"""

    facts: Log
    of = "columns"

    @classmethod
    def of_log(cls, log: Log) -> Self:
        """What displaying a log shows."""
        return cls.about(log, lambda: Extent(log.source.size))

    @property
    def sheet(self) -> Sheet:
        log = self.facts
        reading = ", ".join(f"{name} {value}" for name, value in log.source.reading.items())
        try:
            explained = log.settled.explained
        except InputError:  # the doubts say which role no column has
            explained = []
        rows = [{"role": role, "column": column or "-", "evidence": why} for role, column, why in explained]
        rows += [{"role": "beside", "column": table.name, "evidence": str(table)} for table in log.tables]
        head = f"{log.source.name}: {many(len(log.columns), 'column')} ({reading})."
        part = Part(("role", "column", "evidence"), rows)
        return Sheet((head, *log.source.notes), log.doubts, (part,))

    def df(self) -> pd.DataFrame:
        """The roles as a pandas data frame: `role`, `column`, `evidence`."""
        import pandas as pd

        return pd.DataFrame(self.facts.settled.explained, columns=["role", "column", "evidence"])


class Guess(LogAnswer):
    """Which column is most likely what, which one comes next, and what speaks for each?

    `.candidates` are all columns for all roles, `.doubts` what is hardly meant by those that are taken.
    """

    facts: Guessed
    of = "columns"

    def df(self) -> pd.DataFrame:
        """A row per role and candidate, the best first: role, column, confidence (0 to 1), taken, evidence."""
        return self.facts.df()

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """Every column that may have a role, the best of each role first."""
        return self.facts.candidates

    @property
    def doubts(self) -> tuple[str, ...]:
        """What is hardly meant by the columns that are taken."""
        return self.facts.doubts

    @property
    def sheet(self) -> Sheet:
        few = [chosen for group in self._groups() for chosen in group[:CANDIDATES]]
        rows = [_candidate(candidate, few[place - 1] if place else None) for place, candidate in enumerate(few)]
        taken = frozenset(place for place, candidate in enumerate(few) if candidate.taken)
        part = Part(("role", "column", "confidence", "evidence"), rows, strong=taken)
        return Sheet((f"{self.facts.source}: those taken are in bold.",), self.doubts, (part,))

    def _groups(self) -> list[list[Candidate]]:
        roles = dict.fromkeys(candidate.role for candidate in self.candidates)
        return [[candidate for candidate in self.candidates if candidate.role == role] for role in roles]


def _candidate(candidate: Candidate, before: Candidate | None) -> dict[str, Any]:
    evidence = f"taken: {candidate.evidence}" if candidate.taken else candidate.evidence
    role = "" if before and before.role == candidate.role else candidate.role
    return {"role": role, "column": candidate.column, "confidence": candidate.confidence, "evidence": evidence}
