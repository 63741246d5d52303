"""Personas: groups of customers with similar needs, seen in what they do of their own accord."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cxkit.measures.needs.grouping import EVERYBODY, FITS_NONE, NO_GROUP, Groups, check, discovered
from cxkit.result import Result
from cxkit.statistics.intervals import difference_of_shares, share_of_units
from cxkit.where.documents import from_json
from cxkit.words import NO_CUSTOMERS, many, percent, quoted, sentences

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.measures.needs.grouping import Group
    from cxkit.where.filter import Filter

Row = dict[str, Any]
NAMED = 3
TOO_FEW = "Groups need two or more activities that customers do of their own accord, and 40 customers who do any"


def personas(journeys: Journeys, *, k: int | None = None, seed: int = 0) -> Result:
    """Which groups of customers have which needs?

    Parameters
    ----------
    k : how many groups, from 1 to 7; when not given as many as hold, which may be none.
    seed : of all that is drawn at random.

    Customers are grouped by how often each does what shows a need (the evidence in the engagement's register), over all
    their journeys of the log. Without a register: by the activities that hardly depend on what a journey is about; see
    the module cxkit.facts.accord. Square roots of the counts, k-means; the number with the highest silhouette from 2 to
    7. Groups are shown only where they pass a gate, on 2,000 customers: z, by how much the silhouette exceeds those of
    15 tables with the same columns and rank correlations and no groups, in their standard deviations (3 or more); how
    alike the least stable group stays when customers are drawn again (Hennig 2007; .75 or more); and how well one half
    predicts the other's groups (Tibshirani, Walther 2005; .8 or more). The verdict is "holds", "unsure" (the last two
    from .6 on), or "none". Shares of all events instead of roots find the same groups within .02 of the adjusted Rand
    index. A group below about a twentieth of the customers is not seen as one. Age, segment and the like take no part.

    Returns a Result with a row per persona, the largest first, and a last one for the customers who fit none: those
    that do nothing of the kind, or are farther from every centre than three interquartile ranges beyond the third
    quartile. Columns: `persona` (the need, or else the activity, that it shows most beyond others), `customers`,
    `journeys` (theirs), `share` (of customers), `share_low` and `share_high` (95 % interval), `trend` (its share among
    the later half of the customers, by when they first came, less that among the earlier half), `trend_low` and
    `trend_high`, `verdict`, `z`, `jaccard`, `strength` (of the gate), `evidence` (the activities that it does at least
    1.5 times as often as all others), `times` (of each, events per customer), `others` (the same of all others), `rule`
    (a short rule in words), `rule_precision` and `rule_recall` (on held-out customers: of those that the rule names the
    share that are of the persona; of the persona the share that it names), `rule_filter` (the rule as JSON), `filter`
    (the persona as JSON). `.assigned` has each customer with the persona: `j.tag("persona", j.personas())` makes it an
    attribute.

    Errors: a k that is no whole number from 1 to 7, a seed below 0.

    >>> import cxkit as cx
    >>> cx.toy_journeys().personas().df()[["persona", "customers", "verdict"]].values.tolist()
    [['no groups that hold', 10, 'none']]
    """
    check(k, seed)
    return Result(
        name="personas",
        unit="customers",
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: _table(discovered(journeys, k, seed)),
        count=lambda: journeys.n,
        parameters={"k": k, "seed": seed},
        note=_note(journeys, k),
        hidden=("rule_filter", "filter"),
        assign=lambda: _assigned(discovered(journeys, k, seed)),
    )


def belonging(row: Mapping[str, Any], _journeys: Journeys, _asked: Mapping[str, Any]) -> Filter:
    """The journeys of a persona's customers."""
    return from_json(json.loads(row["filter"]))


def _note(journeys: Journeys, k: int | None) -> str:
    engagement = journeys.engagement
    registered = bool(engagement and any(need.evidence for need in engagement.needs))
    by = "By what shows the needs of the register" if registered else "By what customers do whatever a journey is about"
    asked = "" if k is None else f"{many(k, 'group')} asked for"
    return sentences(by, asked, "" if journeys.n.known else NO_CUSTOMERS)


def _table(groups: Groups) -> pa.Table:
    import pyarrow as pa

    text, whole, real, names = pa.string(), pa.int64(), pa.float64(), pa.list_(pa.string())
    kinds = {"persona": text, "customers": whole, "journeys": whole}
    kinds |= dict.fromkeys(("share", "share_low", "share_high", "trend", "trend_low", "trend_high"), real)
    kinds |= {"verdict": text, "z": real, "jaccard": real, "strength": real, "evidence": names}
    kinds |= {"times": pa.list_(real), "others": pa.list_(real), "rule": text}
    kinds |= {"rule_precision": real, "rule_recall": real, "rule_filter": text, "filter": text}
    return pa.Table.from_pylist(list(_rows(groups)), schema=pa.schema(list(kinds.items())))


def _rows(groups: Groups) -> Iterator[Row]:
    if not len(groups.label):
        return
    gate = {"verdict": groups.gate.verdict if groups.groups else "none", "z": groups.gate.z}
    gate |= {"jaccard": groups.gate.jaccard, "strength": groups.gate.strength}
    if not groups.groups:
        yield {**_size(groups, EVERYBODY, groups.label == NO_GROUP), **gate, "evidence": []}
    for place, group in enumerate(groups.groups):
        inside = groups.label == place
        yield {**_size(groups, group.name, inside), **gate, **_explained(groups, group, inside)}
    if groups.groups and (groups.label == NO_GROUP).any():
        yield {**_size(groups, FITS_NONE, groups.label == NO_GROUP), "evidence": []}


def _size(groups: Groups, name: str, inside: Any) -> Row:
    """How many they are, which share, and whether they become more."""
    import numpy as np

    size, of = int(inside.sum()), len(inside)
    share = share_of_units(size, of)
    later = np.zeros(of, bool)
    later[np.argsort(groups.counts.first, kind="stable")[of // 2 :]] = True
    trend = difference_of_shares(
        int((inside & later).sum()), int(later.sum()), int((inside & ~later).sum()), int((~later).sum())
    )
    return {
        "persona": name, "customers": size, "journeys": int(groups.counts.journeys[inside].sum()),
        "share": share.value, "share_low": share.low, "share_high": share.high,
        "trend": trend.value, "trend_low": trend.low, "trend_high": trend.high,
        "filter": json.dumps(groups.filter_of(name).to_json(), ensure_ascii=False),
    }  # fmt: skip


def _explained(groups: Groups, group: Group, inside: Any) -> Row:
    """What a persona does more often than others, and its rule."""
    places = [groups.own.names.index(name) for name in group.evidence]
    table = groups.counts.table[:, places]
    return {
        "evidence": list(group.evidence),
        "times": table[inside].mean(axis=0).round(4).tolist(),
        "others": table[~inside].mean(axis=0).round(4).tolist(),
        "rule": _said(group),
        "rule_precision": group.precision,
        "rule_recall": group.recall,
        "rule_filter": json.dumps(group.rule.to_json(), ensure_ascii=False) if group.rule is not None else None,
    }


def _said(group: Group) -> str | None:
    """The short rule in words, with how often it is right; nothing where there is none."""
    if group.rule is None:
        return None
    right = "" if group.precision is None else f" (right for {percent(group.precision)} of those it names)"
    return f"does {quoted(group.evidence, NAMED)} more than what marks the others{right}"


def _assigned(groups: Groups) -> pa.Table:
    import pyarrow as pa

    return pa.table(
        {"customer": pa.array(groups.counts.ids, pa.string()), "persona": pa.array(groups.names, pa.string())}
    )
