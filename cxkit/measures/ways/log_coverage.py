"""Log coverage: how much of what customers do has this log seen, and how likely is a way it has never seen?

The unit is the customer: of each only the first journey counts, so that the observations are independent.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

import narwhals as nw

from cxkit import times
from cxkit.result import Population, Result
from cxkit.schema import CUSTOMER, FIRST, ID, JOURNEY, LAST, SECOND, VARIANT
from cxkit.statistics import unseen

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Frame

PERSON = "person"


class Seen(NamedTuple):
    """What was seen: customers, variants, and how many variants were seen with one and with two customers."""

    customers: int
    variants: int
    once: int
    twice: int


def log_coverage(journeys: Journeys) -> Result:
    """How likely is it that the next customer goes a way that was never seen?

    Counted are the variants of each customer's first journey. An open journey counts as far as it was seen; keep the
    ended ones first to leave it out.

    Returns a Result with one row: `customers`; `variants` (seen), `once` and `twice` (of them, those seen with one
    and with two customers); `covered_share` (the chance that the next customer's way is one of them) with
    `covered_share_low` and `covered_share_high`; `variants_at_least` (how many there are, seen or not: a lower bound)
    with `variants_low` and `variants_high`; `recent` (customers that began in the last whole calendar month before
    the log's end) and `recent_new_share` (of them, those whose way nobody had gone before). Intervals hold in 95 of
    100 logs. Unknown is empty: shares below two customers, recent ones without a whole month and a time before it.

    Covered is Good's and Turing's estimate in the form of Chao and Jost (2012), its interval by the normal limit of
    Esty (1983), and at least the exact limit of what none of n customers does, near 3 / n. Where no two customers go
    alike it reaches from 0 to near 6 / (n - 1): up to three pairs could have met, and by chance did not. The number of
    variants is Chao's (1984), corrected for bias, its interval log-normal (Chao 1987); see `cxkit.statistics.unseen`.
    Resampling customers would not do: a sample of a sample sees less, and takes the rare for common.

    >>> import cxkit as cx
    >>> row = log_coverage(cx.toy_journeys()).df().loc[0]
    >>> print(f"{row.covered_share:.1%} covered, at least {row.variants_at_least:.1f} variants")
    83.6% covered, at least 5.3 variants
    """
    return Result(
        name="log_coverage",
        unit="customers",
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: _table(journeys),
        count=lambda: _population(journeys),
        note="The first journey of each customer. There are at least so many variants; there may be more.",
    )


def _table(journeys: Journeys) -> pa.Table:
    import pyarrow as pa

    seen = _seen(journeys)
    share, ways = unseen.coverage(seen.customers, seen.once, seen.twice), unseen.richness(*seen)
    recent, new = _recent(journeys)
    whole = {"customers": seen.customers, "variants": seen.variants, "once": seen.once, "twice": seen.twice}
    shares = {
        "covered_share": share.value,
        "covered_share_low": share.low,
        "covered_share_high": share.high,
    }
    bounds = {"variants_at_least": ways.value, "variants_low": ways.low, "variants_high": ways.high}
    columns = {name: pa.array([value], pa.int64()) for name, value in whole.items()}
    columns |= {name: pa.array([value], pa.float64()) for name, value in (shares | bounds).items()}
    columns["recent"] = pa.array([recent], pa.int64())
    columns["recent_new_share"] = pa.array([new / recent if recent else None], pa.float64())
    return pa.table(columns)


def covered(journeys: Journeys) -> float | None:
    """How likely does the next customer go a way that was seen? None where there is too little to say."""
    seen = _seen(journeys)
    return unseen.coverage(seen.customers, seen.once, seen.twice).value


def _population(journeys: Journeys) -> Population:
    """One journey of each customer."""
    customers = _seen(journeys).customers
    return journeys.n.of(customers, customers)


def _seen(journeys: Journeys) -> Seen:
    counts = journeys.collect(_counts).to_pylist()
    sizes = {row["count"]: row["variants"] for row in counts}
    customers = sum(count * variants for count, variants in sizes.items())
    return Seen(customers, sum(sizes.values()), sizes.get(1, 0), sizes.get(2, 0))


def _counts(selection: Selection) -> Frame:
    """How many variants have how many customers."""
    per_variant = _firsts(selection).group_by(VARIANT).agg(nw.len().cast(nw.Int64).alias("count"))
    return per_variant.group_by("count").agg(nw.len().cast(nw.Int64).alias("variants"))


def _firsts(selection: Selection) -> Frame:
    """The first journey of each customer; a journey without one is a customer of its own."""
    person = nw.coalesce(nw.col(CUSTOMER).cast(nw.Int64), -1 - nw.col(JOURNEY).cast(nw.Int64))
    named = selection.journeys.with_columns(person.alias(PERSON))
    place = nw.col(JOURNEY).cum_count().over(PERSON, order_by=[FIRST, ID])
    return named.with_columns(place.alias("place")).filter(nw.col("place") == 1)


def _recent(journeys: Journeys) -> tuple[int | None, int]:
    """The customers that began in the last whole month, and those of them whose way nobody had gone before it."""
    zone = journeys.selection.star.zone
    [(begins, ends)] = [tuple(row.values()) for row in journeys.collect(_span).to_pylist()]
    if ends is None:
        return None, 0
    since, until = _month_before(ends, zone)
    if begins >= since:
        return None, 0

    def months(selection: Selection) -> Frame:
        firsts = _firsts(selection)
        before = firsts.filter(nw.col(FIRST) < since).select(VARIANT).unique().with_columns(known=nw.lit(1))
        recent = firsts.filter(nw.col(FIRST) >= since, nw.col(FIRST) < until).join(before, on=VARIANT, how="left")
        return recent.select(nw.len().cast(nw.Int64).alias("all"), nw.col("known").count().cast(nw.Int64))

    [customers] = journeys.collect(months).to_pylist()
    return customers["all"] or None, customers["all"] - customers["known"]


def _span(selection: Selection) -> Frame:
    return selection.journeys.select(nw.col(FIRST).min().alias(FIRST), nw.col(LAST).max().alias(LAST))


def _month_before(moment: int, zone: str) -> tuple[int, int]:
    """The beginning and end of the last calendar month that was over at the moment."""
    local = datetime.fromtimestamp(moment // SECOND, UTC).astimezone(times.zone_of(zone))
    until = times.instant(f"{local:%Y-%m}", zone)
    year, month = (local.year, local.month - 1) if local.month > 1 else (local.year - 1, 12)
    return times.instant(f"{year:04}-{month:02}", zone), until
