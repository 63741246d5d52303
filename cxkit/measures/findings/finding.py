"""A finding: a sentence, what it is about, how many journeys it concerns, how large and how sure it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from cxkit.where.filter import Filter

SURE_FROM = 100  # customers, from which on a plain count is as sure as it gets
DATA, OUTCOME, WAIT, AGAIN, CONTACTS, UNSAID = STEADY = ("data", "outcome", "wait", "rework", "callbacks", "not said")
CHANGE, GROUP, EPISODE = DIFFERENCES = ("change", "difference", "episode")
MOST, MOST_STEADY, MOST_OF_A_KIND = 7, 4, 2


@dataclass(frozen=True)
class Finding:
    """Something that may matter.

    `about` is what it is about: of two findings about the same thing one is told. `reach` is the share of journeys,
    `size` how large it is and `certainty` how sure, 0 to 1 each. `look` is the line of Python that shows more, `since`
    and `until` are the days it speaks of, `journeys` the filter that keeps what it speaks of.
    """

    kind: str
    sentence: str
    sure: str
    about: frozenset[str]
    reach: float
    size: float
    certainty: float
    look: str
    journeys: Filter | None = None
    since: date | None = None
    until: date | None = None

    @property
    def weight(self) -> float:
        """How much it matters: reach x size x certainty."""
        return self.reach * min(self.size, 1.0) * self.certainty

    def is_like(self, other: Finding) -> bool:
        """Whether both are about the same thing, where they speak of days in days that overlap."""
        if not self.about & other.about:
            return False
        if None in (self.since, self.until, other.since, other.until):
            return True
        return self.since <= other.until and other.since <= self.until  # type: ignore[operator]


def ranked(findings: Iterable[Finding]) -> list[Finding]:
    """The seven that matter most, no two about the same thing; at most four are about how things always are."""
    chosen: list[Finding] = []
    for finding in sorted(findings, key=lambda finding: (-finding.weight, finding.sentence)):
        alike = [other for other in chosen if other.kind == finding.kind]
        steady = sum(other.kind in STEADY for other in chosen)
        crowded = steady >= MOST_STEADY if finding.kind in STEADY else len(alike) >= MOST_OF_A_KIND
        if finding.weight > 0 and not crowded and not any(finding.is_like(other) for other in chosen):
            chosen.append(finding)
    return chosen[:MOST]


def certain(customers: int) -> float:
    """How sure a plain count of so many customers is."""
    return min(customers / SURE_FROM, 1.0)
