"""Memo: what a log has to say of its own accord, in seven sentences at most."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any

from cxkit.cached import cached_property
from cxkit.measures.findings.differing import differing
from cxkit.measures.findings.finding import Finding, ranked
from cxkit.measures.findings.steady import steady
from cxkit.result import Result
from cxkit.where.documents import from_json
from cxkit.words import sentences

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.where.filter import Filter

NOTHING = "Nothing stands out in these journeys."
METHOD = "Ranked by how many journeys it concerns, how large and how sure it is; differences only where tests find them"


def memo(journeys: Journeys) -> Result:
    """What stands out?

    Looked for are: what bends the answers (see the trust line and `log.readiness`), how journeys end, the step on
    which all journeys together wait longest, what is done again, contacts that are followed by another within a week,
    values of attributes with which the goal is reached in another share than without (by customer, one family),
    stretches of weeks in which one of the six most frequent values of an attribute fell behind or ahead of all others
    (the weekly difference of goal rates, see cxkit.statistics.episodes; one family), changes of the whole log in time
    (see `change_points`), and the field that would open most questions (see `data_plan`). Differences and episodes need
    an engagement that names goals.

    They are ranked by reach (share of journeys) x size (0 to 1: a share, or the part by which the smaller of two rates
    falls short of the larger) x certainty (1 - q; of counts one per 100 customers, up to 1). At most seven are told,
    four of them about how things always are, and no two about the same attribute, step, or figure in the same days.
    The weights are our own (house).

    Returns a Result with a row per finding, the weightiest first: `finding` (what and how much), `sure` (how sure),
    `look` (the line of Python that shows more), `kind` (data, outcome, wait, rework, callbacks, not said, change,
    difference, episode), `since` and `until` (days it speaks of), `reach_share`, `size_share`, `certainty_share`,
    `weight`, `count` and `customers` (of the journeys it speaks of; null where it is no set of them), `keeps` (the
    filter that keeps these, as JSON).

    >>> import cxkit as cx
    >>> cx.toy_journeys().memo().df()["kind"].tolist()
    ['data', 'not said', 'wait', 'rework']
    """
    answer = Memo(journeys)
    return Result(
        name="memo",
        unit="findings",
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: answer.table,
        count=lambda: journeys.n,
        note=sentences(METHOD),
        empty=NOTHING if journeys.n.journeys else Result.empty,
        prose=("finding",),
        hidden=("since", "until", "reach_share", "size_share", "certainty_share", "weight", "keeps"),
    )


def opening(row: Mapping[str, Any], _journeys: Journeys, _asked: Mapping[str, Any]) -> Filter | None:
    """The journeys that a finding speaks of."""
    return None if row["keeps"] is None else from_json(json.loads(row["keeps"]))


class Memo:
    """The findings of these journeys."""

    def __init__(self, journeys: Journeys) -> None:
        self.journeys = journeys

    @cached_property
    def findings(self) -> list[Finding]:
        """Those that are told, the weightiest first."""
        if not self.journeys.n.journeys:
            return []
        return ranked(chain(steady(self.journeys), differing(self.journeys)))

    @cached_property
    def table(self) -> pa.Table:
        import pyarrow as pa

        kinds = {"finding": pa.string(), "sure": pa.string(), "look": pa.string(), "kind": pa.string()}
        kinds |= {"since": pa.date32(), "until": pa.date32()}
        kinds |= dict.fromkeys(("reach_share", "size_share", "certainty_share", "weight"), pa.float64())
        kinds |= {"count": pa.int64(), "customers": pa.int64(), "keeps": pa.string()}
        rows = [self._row(finding) for finding in self.findings]
        return pa.Table.from_pylist(rows, schema=pa.schema(list(kinds.items())))

    def _row(self, finding: Finding) -> dict[str, Any]:
        row: dict[str, Any] = {
            "finding": finding.sentence,
            "sure": finding.sure,
            "look": finding.look,
            "kind": finding.kind,
        }
        row |= {"since": finding.since, "until": finding.until, "reach_share": finding.reach}
        row |= {"size_share": min(finding.size, 1.0), "certainty_share": finding.certainty, "weight": finding.weight}
        if finding.journeys is None:
            return row
        n = self.journeys.keep(finding.journeys).n
        return row | {"count": n.journeys, "customers": n.customers, "keeps": json.dumps(finding.journeys.to_json())}
