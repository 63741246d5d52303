"""What is wrong with a log: its findings as a table, and its scores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cxkit.answers.answer import LogAnswer, Part, Sheet
from cxkit.schema import SEVERITIES
from cxkit.words import many, short

if TYPE_CHECKING:
    import pandas as pd

    from cxkit.readiness.finding import Finding, Score
    from cxkit.readiness.readiness import Readiness as Found
    from cxkit.shaping.repairs import Repair

IN_A_CELL = 3  # lines and examples


class Readiness(LogAnswer):
    """What is wrong with this log, how much does it matter, and how can it be mended?

    `.df()` has a row per finding, `.scores()` one per dimension and level, `.patterns()` one per imperfection pattern;
    `.lines(check)` leads from a finding to every line behind it, `.repairs` are what would mend them.
    """

    facts: Found
    of = "rows"

    def df(self) -> pd.DataFrame:
        """A row per finding, the weightiest first. See `cxkit.readiness.readiness`."""
        return self.facts.df()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found, the weightiest first."""
        return self.facts.findings

    @property
    def scored(self) -> tuple[Score, ...]:
        """How sound the log is in each dimension, at each level."""
        return self.facts.scored

    @property
    def sizes(self) -> dict[str, int]:
        """How many rows, journeys and so on there are."""
        return self.facts.sizes

    @property
    def repairs(self) -> tuple[Repair, ...]:
        """What would mend the findings that can be mended, in the order in which one follows the other."""
        return self.facts.repairs

    def scores(self) -> pd.DataFrame:
        """How sound is the log? See `cxkit.readiness.readiness`."""
        return self.facts.scores()

    def patterns(self) -> pd.DataFrame:
        """Which of the eleven imperfection patterns show? See `cxkit.readiness.readiness`."""
        return self.facts.patterns()

    def lines(self, check: str, column: str | None = None) -> list[int | None]:
        """Every line of the source that shows what a check found, as a person counts lines."""
        return self.facts.lines(check, column)

    @property
    def sheet(self) -> Sheet:
        weights = [finding.severity for finding in self.findings]
        tally = ", ".join(f"{weights.count(weight)} {weight}" for weight in SEVERITIES if weight in weights)
        head = f"{self.facts.source.name}; found: {tally or f'nothing in {self.facts.checked} checks'}."
        rows = [_finding(*pair) for pair in zip(self.findings, self.facts.shown, strict=True)]
        heads = ("weight", "what", "bends, at most", "lines", "examples", "repair")
        scores = [{"dimension": s.dimension, "level": s.level, "score": s.score} for s in self.scored]
        parts = (
            *([Part(heads, rows, ("weight", "check", "what"))] if rows else []),
            Part(("dimension", "level", "score"), scores, title="Scores"),
        )
        loss = self.facts.source.unread
        return Sheet((head,), [loss.says] if loss.loud else [], parts)


def _finding(finding: Finding, lines: Sequence[int | None]) -> dict[str, Any]:
    where = ["?" if line is None else many(line) for line in lines]
    return {
        "weight": finding.severity,
        "check": finding.check.name,
        "what": finding.says,
        "bends, at most": finding.bent,
        "lines": _few(where, ", "),
        "examples": _few([*map(short, finding.examples)], " · "),
        "repair": finding.repair.says if finding.repair else "",
    }


def _few(texts: Sequence[str], between: str) -> str:
    """The first of these, as many as a cell of a table can hold."""
    return between.join(texts[:IN_A_CELL]) + (f"{between}…" if len(texts) > IN_A_CELL else "")
