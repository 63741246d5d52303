"""Ways of three steps that customers take of their own accord more often than pairs of steps explain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.facts import accord
from cxkit.facts.stages import lane_sides
from cxkit.schema import ACTIVITY, CUSTOMER, JOURNEY, POSITION
from cxkit.store.columns import VALUE

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Frame

    Array = np.ndarray[Any, Any]

Row = dict[str, Any]
FEWEST, LEVEL, MOST = 20, 0.05, 50
EVERY = "(every journey)"


def table(journeys: Journeys) -> pa.Table:
    """The ways that are taken more often than a first-order chain makes them, the surest first."""
    import pyarrow as pa

    text, whole, real = pa.string(), pa.int64(), pa.float64()
    kinds = {"activities": pa.list_(text), "kind": text, "customers": whole, "journeys": whole, "count": whole}
    kinds |= {"expected": real, "z": real, "significant": pa.bool_()}
    rows = sorted(_tested(list(_rows(journeys))), key=lambda row: (-row["z"], row["activities"]))
    return pa.Table.from_pylist(rows[:MOST], schema=pa.schema(list(kinds.items())))


def _own(journeys: Journeys) -> tuple[list[str], list[str]]:
    """The customers' own activities that are no goal, cancel or step of a policy; and those that are looked past."""
    engagement, codes = journeys.engagement, journeys.selection.star.codes
    if engagement is None:
        return sorted(codes), []
    past = list(accord.evidence(engagement, codes))
    sides = lane_sides(engagement)
    barred = {goal.activity for goal in engagement.goals} | {cancel.activity for cancel in engagement.cancels}
    barred |= {name for policy in engagement.policies for name in (policy.activity, policy.then) if name}
    own = [name for name in codes if not sides or sides.get(name) == "customer"]
    return sorted(set(own) - barred - set(past)), past


def _rows(journeys: Journeys) -> Iterator[Row]:
    import numpy as np

    own, past = _own(journeys)
    star = journeys.selection.star
    kind = accord.kind_of(journeys)
    past_codes = [star.codes[name] for name in past]
    rows = journeys.collect(lambda chosen: _steps(chosen, past_codes, kind))
    values = rows[VALUE].to_pylist()
    columns = {name: rows[name].to_numpy() for name in (JOURNEY, CUSTOMER, ACTIVITY)}
    ours = np.isin(columns[ACTIVITY], [star.codes[name] for name in own])
    for value in dict.fromkeys(values):
        inside = np.array([held == value for held in values]) if kind else np.ones(len(values), bool)
        chosen = {name: column[inside] for name, column in columns.items()}
        yield from _triples(chosen, ours[inside], star.names, value)
        if not kind:
            return


def _steps(selection: Selection, past: list[int], kind: str | None) -> Frame:
    """The events in order, without those that are looked past, with the kind of their journey."""
    people = selection.outlines.select(JOURNEY, CUSTOMER)
    if kind is not None:
        people = people.join(selection.star.of_journeys(kind), on=JOURNEY, how="inner")
    else:
        people = people.with_columns(nw.lit(EVERY).alias(VALUE))
    events = selection.star.moves.filter(~nw.col(ACTIVITY).is_in(past)) if past else selection.star.moves
    joined = events.select(JOURNEY, POSITION, ACTIVITY).join(people, on=JOURNEY, how="inner")
    return joined.sort(JOURNEY, POSITION).select(JOURNEY, CUSTOMER, ACTIVITY, VALUE)


def _triples(columns: dict[str, Array], ours: Array, names: dict[int, str], value: str) -> Iterator[Row]:
    """Each way of three own steps that enough customers take, with how often pairs would make it."""
    import numpy as np

    journey, code = columns[JOURNEY], columns[ACTIVITY].astype(np.int64)
    base = int(code.max(initial=0)) + 1
    pair = (journey[1:] == journey[:-1]) & ours[1:] & ours[:-1]
    pairs = np.bincount(code[:-1][pair] * base + code[1:][pair], minlength=base * base)
    onward = (journey[1:] == journey[:-1]) & ours[:-1]
    leaving = np.bincount(code[:-1][onward], minlength=base)
    place = np.flatnonzero(pair[1:] & pair[:-1])
    keys = (code[place] * base + code[place + 1]) * base + code[place + 2]
    for key in np.unique(keys):
        at = place[keys == key]
        customers = len(np.unique(columns[CUSTOMER][at]))
        first, second, third = key // base // base, key // base % base, key % base
        expected = float(pairs[first * base + second] * pairs[second * base + third] / max(leaving[second], 1))
        if customers >= FEWEST and expected > 0:
            yield {
                "activities": [names[int(part)] for part in (first, second, third)],
                "kind": value, "customers": customers, "journeys": len(np.unique(journey[at])),
                "count": len(at), "expected": expected,
            }  # fmt: skip


def _tested(rows: list[Row]) -> list[Row]:
    """The ways with how far they are from what pairs make, and whether that is more than chance, among so many."""
    import numpy as np
    from scipy.stats import norm
    from statsmodels.stats.multitest import multipletests

    if not rows:
        return []
    count, expected = (np.array([row[name] for row in rows], float) for name in ("count", "expected"))
    deviance = 2 * (count * np.log(count / expected) - (count - expected))
    z = np.sign(count - expected) * np.sqrt(np.maximum(deviance, 0))
    passed = multipletests(norm.sf(z), alpha=LEVEL, method="fdr_bh")[0]
    return [row | {"z": float(z[at]), "significant": bool(passed[at])} for at, row in enumerate(rows)]
