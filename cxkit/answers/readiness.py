"""What is wrong with a log: its findings as a table, and its scores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cxkit.answers.answer import LogAnswer, Part, Sheet
from cxkit.schema import SEVERITIES
from cxkit.words import many, percent, quoted, short

if TYPE_CHECKING:
    import pandas as pd

    from cxkit.readiness.finding import Finding, Score
    from cxkit.readiness.readiness import Readiness as Facts
    from cxkit.shaping.mending.offers import Offer

IN_A_CELL = 3  # lines and examples
PATTERNS = "Patterns of faults (Suriadi and others, 2017)"


class Readiness(LogAnswer):
    """What is wrong with this log, how much does it matter, and how can it be mended?

    `.df()` has a row per finding, `.scores()` one per dimension and level, `.patterns()` one per imperfection pattern;
    `.lines(check)` leads from a finding to every line behind it, `.repairs` are what would mend them.
    """

    facts: Facts
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
    def repairs(self) -> tuple[Offer, ...]:
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
        rows = [self._row(group) for group in self._groups()]
        heads = ("weight", "check", "what", "bends, at most", "lines", "examples", "repair")
        scores = [{"dimension": s.dimension, "level": s.level, "score": s.score} for s in self.scored]
        parts = (
            *([Part(heads, rows, heads[:3], under=heads[4:])] if rows else []),
            Part(("dimension", "level", "score"), scores, title="Scores"),
            Part(("pattern", "seen", "looked for by", "said"), self._patterns(), title=PATTERNS),
        )
        loss = self.facts.source.unread
        return Sheet((head,), [loss.says] if loss.loud else [], parts)

    def _patterns(self) -> list[dict[str, Any]]:
        rows = self.patterns().to_dict("records")
        return [row | {"looked for by": ", ".join(row["checks"])} for row in rows]

    def _groups(self) -> list[list[int]]:
        """The places of the findings: those that differ in their column only stand together, where the first is."""
        groups: dict[tuple[str, ...], list[int]] = {}
        for place, finding in enumerate(self.findings):
            alike = finding.what.replace(f'"{finding.column}"', "") if finding.column else str(place)
            groups.setdefault((finding.check.name, alike, *(name for name, _ in finding.bends)), []).append(place)
        return [*groups.values()]

    def _row(self, group: Sequence[int]) -> dict[str, Any]:
        findings = [self.findings[place] for place in group]
        most = max(findings, key=lambda finding: finding.share)
        lines = self.facts.shown[group[findings.index(most)]]
        alone = len(group) == 1
        examples = [*map(short, most.examples)] if alone else [f'"{f.column}" {percent(f.share)}' for f in findings]
        return {
            "weight": findings[0].severity,
            "check": most.check.name,
            "what": most.says if alone else _together(findings, most),
            "bends, at most": most.bent,
            "lines": _few(["?" if line is None else many(line) for line in lines], ", "),
            "examples": _few(examples, "; "),
            "repair": self._mended(findings),
        }

    def _mended(self, findings: Sequence[Finding]) -> str:
        """What would mend these findings: the numbers of their repairs, and what the first would do."""
        repairs = [offer.repair for offer in self.repairs]
        numbers = sorted({1 + repairs.index(finding.repair) for finding in findings if finding.repair})
        if not numbers:
            return ""
        more = f" and {many(len(numbers) - 1)} like it" if len(numbers) > 1 else ""
        return f"{numbers[0]}{more}, {self.repairs[numbers[0] - 1].says}"


def _together(findings: Sequence[Finding], most: Finding) -> str:
    """Findings that differ in their column only, in one sentence."""
    names = quoted([finding.column for finding in findings], IN_A_CELL)
    what = most.what.replace(f'"{most.column}"', names)
    if most.check.unit == "columns":
        return f"{many(len(findings))} of {many(most.of)} columns {what}."
    return f"Up to {many(most.count)} of {many(most.of)} {most.check.unit} ({percent(most.share)}) {what}."


def _few(texts: Sequence[str], between: str) -> str:
    """The first of these, as many as a cell of a table can hold."""
    return between.join(texts[:IN_A_CELL]) + (f"{between}…" if len(texts) > IN_A_CELL else "")
