"""Readiness: what is wrong with a source under these roles, how much it matters, and what would mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cxkit.cached import cached_property
from cxkit.errors import not_found
from cxkit.readiness.check import Check
from cxkit.readiness.checks import CHECKS, PATTERNS, UNSEEN
from cxkit.readiness.effects import effects
from cxkit.readiness.finding import EXAMPLES, Finding, Score, look
from cxkit.readiness.ground import Ground
from cxkit.schema import SECOND
from cxkit.shaping.mending.offers import Offer
from cxkit.shaping.mending.repairs import KINDS
from cxkit.words import safe, short

if TYPE_CHECKING:
    import pandas as pd

    from cxkit.log import Log
    from cxkit.reading.source import Source

COLUMNS = ("check", "severity", "dimension", "level", "column", "what", "count", "of", "unit", "share", "journeys")
MORE = ("bends", "lines", "examples", "repair")


def readiness(log: Log, *, now: datetime | None = None, checks: Sequence[Check] = CHECKS) -> Readiness:
    """What is wrong with this log, how much does it matter, and how can it be mended?

    Parameters
    ----------
    log : what `cx.read` gave, with its roles if they were set; else they are guessed.
    now : the moment after which times are still to come; the present when not given.
    checks : the checks to make; all of them when not given.

    Returns a Readiness: `.df()` has the findings, the weightiest first; `.scores()` how sound each dimension is;
    `.patterns()` the imperfection patterns of Suriadi et al. (2017). A fault weighs *high* from 5% of the rows or
    journeys, *medium* from 0.5%; one that bends comparisons only is never more than medium. A *note* is no fault.
    Nothing is changed: repairs are values, and `log.mend(*answer.repairs)` applies the certain ones only.

    Errors: a source that cannot be read or has no rows.

    >>> import cxkit as cx
    >>> log = cx.read(cx.toy_table()).roles(journey="order", activity="step", time="when", customer="client")
    >>> readiness(log).df()[["check", "severity", "count", "of"]].values.tolist()
    [['missing_values', 'medium', 3, 40], ['whole_days', 'note', 40, 40]]
    """
    moment = now or datetime.now(UTC)
    with log.source.lock, log.source.guarded():
        ground = Ground(log.source, log.settled, round(moment.timestamp() * SECOND))
        try:
            findings, scores = look(ground, checks)
            return Readiness(log.source, ground.sizes, findings, scores, len(checks), _offers(ground, findings))
        finally:
            ground.clear()


@dataclass(frozen=True, repr=False, eq=False)
class Readiness:
    """What is wrong with a log before it is prepared: findings, scores and patterns, after so many checks.

    `.df()` has a row per finding, `.scores()` one per dimension and level, `.patterns()` one per imperfection
    pattern; `.lines(check)` leads from a finding to every line behind it. `.repairs` offers what would mend them, in
    the order in which one follows the other, each with its effect: of certain ones and of questions.
    """

    source: Source
    sizes: dict[str, int]
    findings: tuple[Finding, ...]
    scored: tuple[Score, ...]
    checked: int
    repairs: tuple[Offer, ...] = ()

    def df(self) -> pd.DataFrame:
        """A row per finding, the weightiest first.

        Columns: `check`, `severity` (high, medium, low, note), `dimension`, `level`, `column`, `what`, `count`, `of`,
        `unit`, `share`, `journeys` (that have such a row), `bends` (measures, each with the share of it, at most),
        `lines` (up to ten, as a person counts them in the source), `examples`, `repair`.
        """
        import pandas as pd

        rows = [_record(finding, lines) for finding, lines in zip(self.findings, self.shown, strict=True)]
        return pd.DataFrame(rows, columns=[*COLUMNS, *MORE])

    def scores(self) -> pd.DataFrame:
        """How sound the log is in each dimension, among its rows, its journeys and the checks made.

        A row or a journey is faulty if a finding that is no note shows in it; at the level of the log a check is
        faulty if it found a fault. Columns: `dimension`, `level`, `score` (the share without a fault), `faulty`, `of`.
        """
        import pandas as pd

        rows = [(s.dimension, s.level, s.score, s.faulty, s.of) for s in self.scored]
        return pd.DataFrame(rows, columns=["dimension", "level", "score", "faulty", "of"])

    def patterns(self) -> pd.DataFrame:
        """Which of the eleven imperfection patterns (Suriadi et al. 2017) show, and which no single log can show?

        Columns: `pattern`, `seen` (yes, no, or unknown), `checks` (that look for it), `said` (what they found).
        """
        import pandas as pd

        rows = []
        for pattern in PATTERNS:
            looking = [check.name for check in CHECKS if check.pattern == pattern]
            shown = [finding.says for finding in self.findings if finding.check.pattern == pattern]
            seen = "unknown" if pattern in UNSEEN else "yes" if shown else "no"
            rows.append((pattern, seen, looking, UNSEEN.get(pattern, " ".join(shown))))
        return pd.DataFrame(rows, columns=["pattern", "seen", "checks", "said"])

    def lines(self, check: str, column: str | None = None) -> list[int | None]:
        """Every line of the source that shows what a check found, in one column or in all, as a person counts lines."""
        names = [every.name for every in CHECKS]
        if check not in names:
            raise not_found("check", check, names)
        meant = [f for f in self.findings if f.check.name == check and column in (None, f.column)]
        return self._lines({row for finding in meant for row in finding.rows.to_pylist()})

    @cached_property
    def shown(self) -> list[list[int | None]]:
        """For each finding up to ten lines of the source that show it."""
        shown = [finding.rows.slice(0, EXAMPLES).to_pylist() for finding in self.findings]
        wanted = sorted({row for rows in shown for row in rows})
        line = dict(zip(wanted, self._lines(set(wanted)), strict=True))
        return [[line[row] for row in rows] for rows in shown]

    def _lines(self, rows: set[int]) -> list[int | None]:
        with self.source.lock, self.source.guarded():
            return self.source.lines(sorted(rows))


def _offers(ground: Ground, findings: Sequence[Finding]) -> tuple[Offer, ...]:
    """The repairs of these findings with their effects, in the order in which one follows the other."""
    meant = {finding.repair: finding for finding in reversed(findings) if finding.repair}
    repairs = sorted(meant, key=lambda repair: [*KINDS].index(repair.word))
    done = effects(ground, repairs)
    return tuple(
        Offer(repair, repair.certain, f"{meant[repair].check.name}: {meant[repair].says}", done[repair])
        for repair in repairs
    )


def _record(finding: Finding, lines: list[int | None]) -> dict[str, object]:
    return {
        "check": finding.check.name,
        "severity": finding.severity,
        "dimension": finding.check.dimension,
        "level": finding.check.level,
        "column": finding.column,
        "what": finding.what,
        "count": finding.count,
        "of": finding.of,
        "unit": finding.check.unit,
        "share": finding.share,
        "journeys": finding.journeys,
        "bends": finding.bent,
        "lines": lines,
        "examples": [short(example) for example in finding.examples],
        "repair": safe(finding.repair.says) if finding.repair else "",
    }
