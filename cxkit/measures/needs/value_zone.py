"""The value zone: where what is offered meets what each persona needs, where it does not, and where nobody asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cxkit.errors import InputError
from cxkit.facts.episodes import ABANDONED, FULFILLED, NO_OFFERING, OPEN, Episodes, episodes
from cxkit.measures.needs.grouping import check, discovered
from cxkit.result import Result
from cxkit.statistics.intervals import share_by_customer
from cxkit.words import percent, sentences

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys

Row = dict[str, Any]
TARGET, FEWEST = 0.7, 20
ZONE, UNMET, OVER, LITTLE_USED, BETWEEN, FEW = (
    "value zone",
    "unmet",
    "over-served",
    "little used",
    "between",
    "too few",
)
UNKNOWN = (
    "Where offerings meet needs is not known. Write [[needs]] with evidence and offerings, and [[offerings]] with "
    "activities, into the engagement file, and open the store with it."
)


def value_zone(journeys: Journeys, *, target: float = TARGET, k: int | None = None, seed: int = 0) -> Result:
    """Where do offerings meet needs, and where not?

    Parameters
    ----------
    target : the share of a need's episodes that an offering is to meet, from 0 to 1.
    k, seed : of the personas, as in `personas`.

    A need's episode opens with its first evidence and is met when the customer uses an offering for it within its
    promise; the module cxkit.facts.episodes says it in full. For each persona and offering: the fit is the share of the
    ended episodes routed to it that it meets; the demand is the share of the persona's episodes that are routed to it.
    A column of its own holds the needs without an offering. Demand is low below an even share of all columns; fit is
    high where its interval lies above the target, and low where it lies below. Demand and high fit make the "value
    zone", demand and low fit are "unmet" (as is all that has no offering), low demand and high fit "over-served", low
    demand else "little used", demand and neither "between"; a cell of fewer than 20 customers is "too few".

    Returns a Result with a row per persona and offering: `persona`, `offering`, `verdict`, `episodes`, `fulfilled`,
    `abandoned`, `open`, `customers` (with such an episode), `fit`, `fit_low` and `fit_high` (95 % interval, by
    customer), `demand`, `demand_low` and `demand_high`, `needs` (that it is to meet).

    Errors: a target that is no share, a k that is no whole number from 1 to 7, a seed below 0.

    >>> import cxkit as cx
    >>> said = cx.Engagement(needs=[{"name": "talk", "evidence": ["Call"], "offerings": ["parcel"]}],
    ...     offerings=[{"name": "parcel", "activities": ["Ship"], "within": "2d"}])
    >>> toy = cx.open(cx.toy_journeys().folder, engagement=said)
    >>> toy.value_zone().df()[["persona", "offering", "episodes", "fulfilled"]].values.tolist()
    [['no groups that hold', 'parcel', 3, 2]]
    """
    check(k, seed)
    if isinstance(target, bool) or not isinstance(target, int | float) or not 0 <= target <= 1:
        raise InputError(f"target={target!r} is no share. Write a number from 0 to 1, such as 0.7.")
    engagement = journeys.engagement
    registered = bool(engagement and any(need.evidence for need in engagement.needs))
    return Result(
        name="value_zone",
        unit="episodes",
        recipe=journeys.recipe,
        engagement=engagement,
        ask=lambda: _table(journeys, target, k, seed),
        count=lambda: journeys.n,
        parameters={"target": target, "k": k, "seed": seed},
        note=sentences(f"An offering is to meet {percent(target)} of what is routed to it") if registered else "",
        empty=Result.empty if registered else UNKNOWN,
    )


def _table(journeys: Journeys, target: float, k: int | None, seed: int) -> pa.Table:
    import pyarrow as pa

    text, whole, real = pa.string(), pa.int64(), pa.float64()
    kinds = {"persona": text, "offering": text, "verdict": text}
    kinds |= dict.fromkeys(("episodes", FULFILLED, ABANDONED, OPEN, "customers"), whole)
    kinds |= {f"{name}{end}": real for name in ("fit", "demand") for end in ("", "_low", "_high")}
    kinds |= {"needs": pa.list_(text)}
    parts = episodes(journeys) if journeys.n.journeys else []
    rows = list(_rows(journeys, parts, target, k, seed)) if parts else []
    return pa.Table.from_pylist(rows, schema=pa.schema(list(kinds.items())))


def _rows(journeys: Journeys, parts: list[Episodes], target: float, k: int | None, seed: int) -> Iterator[Row]:
    import numpy as np

    groups = discovered(journeys, k, seed)
    persona = dict(zip(groups.counts.customers.tolist(), groups.names, strict=True))
    customers = np.concatenate([part.customers for part in parts])
    ends = np.concatenate([part.ends for part in parts])
    offering = np.concatenate([np.full(len(part.customers), part.offering, dtype=object) for part in parts])
    whose = np.array([persona[customer] for customer in customers.tolist()], dtype=object)
    offerings = _ordered(list(dict.fromkeys(offering.tolist())))
    for name in dict.fromkeys([*(group.name for group in groups.groups), *whose.tolist()]):
        inside = whose == name
        for offered in offerings:
            here = inside & (offering == offered)
            row = {"persona": name, "offering": offered, "needs": _needs(parts, offered)}
            row |= _counts(customers[here], ends[here])
            row |= _figures(customers[inside], (offering == offered)[inside], "demand")
            ended = here & (ends != OPEN)
            row |= _figures(customers[ended], ends[ended] == FULFILLED, "fit")
            yield row | {"verdict": _verdict(row, target, len(offerings))}


def _ordered(offerings: list[str]) -> list[str]:
    """The offerings, and after them what has none."""
    return sorted(offerings, key=lambda name: name == NO_OFFERING)


def _needs(parts: list[Episodes], offering: str) -> list[str]:
    return list(dict.fromkeys(part.need for part in parts if part.offering == offering))


def _counts(customers: Any, ends: Any) -> Row:
    counts = {word: int((ends == word).sum()) for word in (FULFILLED, ABANDONED, OPEN)}
    return {"episodes": len(ends), **counts, "customers": len(set(customers.tolist()))}


def _figures(customers: Any, hits: Any, name: str) -> Row:
    """A share of episodes and its interval, by customer."""
    if not len(customers):
        return {name: None, f"{name}_low": None, f"{name}_high": None}
    share = share_by_customer(customers, hits.astype(int))
    return {name: share.value, f"{name}_low": share.low, f"{name}_high": share.high}


def _verdict(row: Row, target: float, offerings: int) -> str:
    if row["customers"] < FEWEST:
        return FEW
    if row["offering"] == NO_OFFERING:
        return UNMET
    high = row["fit_low"] is not None and row["fit_low"] >= target
    low = row["fit_high"] is not None and row["fit_high"] < target
    if row["demand"] < 1 / offerings:
        return OVER if high else LITTLE_USED
    return ZONE if high else UNMET if low else BETWEEN
