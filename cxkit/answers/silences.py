"""How long is silent: the gaps of a log, and what each threshold would do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cxkit.answers.answer import LogAnswer, Part, Sheet
from cxkit.words import exactly

if TYPE_CHECKING:
    import pandas as pd

    from cxkit.shaping.silences import Silences as Gaps
    from cxkit.shaping.silences import Threshold
    from cxkit.shaping.valley import Valley

METHOD = (
    "Valley of the smoothed logarithms of gaps (after Halfaker et al. 2015); what counts as a valley is a house rule."
)


class Silences(LogAnswer):
    """How long are the gaps between events, and what would splitting at each length do?

    `.suggested` is the natural threshold as `log.split(silence=...)` takes it, or None; `.evidence` says why; `.df()`
    has a row for each threshold, `.quantiles()` the gaps.
    """

    facts: Gaps
    of = "gaps between events"

    def df(self) -> pd.DataFrame:
        """A row per threshold, the shortest first. See `cxkit.shaping.silences`."""
        return self.facts.df()

    @property
    def suggested(self) -> str | None:
        """The natural threshold as `log.split(silence=...)` takes it; None where there is none."""
        return self.facts.suggested

    @property
    def evidence(self) -> str:
        """Why this threshold is natural, or why none is."""
        return self.facts.evidence

    @property
    def events(self) -> int:
        """How many events there are."""
        return self.facts.events

    @property
    def journeys(self) -> int:
        """How many journeys there are."""
        return self.facts.journeys

    @property
    def gaps(self) -> int:
        """How many gaps there are."""
        return self.facts.gaps

    @property
    def none(self) -> int:
        """How many gaps are 0."""
        return self.facts.none

    @property
    def lengths(self) -> tuple[float, ...]:
        """How long the gaps are, in seconds, at the shares of `.quantiles()`."""
        return self.facts.lengths

    @property
    def natural(self) -> float | None:
        """The natural threshold in seconds; None where there is none."""
        return self.facts.natural

    @property
    def valley(self) -> Valley | None:
        """The valley of the gaps that was looked at; None where there are too few."""
        return self.facts.valley

    @property
    def thresholds(self) -> tuple[Threshold, ...]:
        """What each threshold would do, the shortest first."""
        return self.facts.thresholds

    def quantiles(self) -> pd.DataFrame:
        """How long the gaps are. Columns: `share` of the gaps that are at most so long, `seconds`."""
        return self.facts.quantiles()

    @property
    def sheet(self) -> Sheet:
        natural = f"A natural threshold: {self.suggested}. " if self.suggested else ""
        between = self.facts.between
        shortest = min(seconds for seconds in between if seconds)
        first = {"silence longer than": f"{exactly(shortest)} or less", "gaps up to the next": between[0]}
        lines = [first, *(_threshold(threshold, between) for threshold in self.facts.worth)]
        heads = ("silence longer than", "journeys", "median events", "share of one event", "gaps up to the next")
        chosen = frozenset(n for n, threshold in enumerate(self.facts.worth, 1) if threshold.chosen == "chosen")
        part = Part(heads, lines, bar=heads[-1], strong=chosen)
        return Sheet((self.facts.head, natural + self.evidence), parts=(part,), note=METHOD)


def _threshold(threshold: Threshold, between: Mapping[float, int]) -> dict[str, Any]:
    chosen = f" ({threshold.chosen})" if threshold.chosen else ""
    return {
        "silence longer than": threshold.written + chosen,
        "journeys": threshold.journeys,
        "median events": threshold.median,
        "share of one event": threshold.alone / threshold.journeys if threshold.journeys else 0.0,
        "gaps up to the next": between.get(threshold.seconds),
    }
