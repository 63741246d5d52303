"""Retention: of the customers who came first at one time, how many came back, period by period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.result import Result
from cxkit.schema import CUSTOMER, JOURNEY
from cxkit.selection import segment
from cxkit.selection.segment import OTHER, SEGMENT
from cxkit.statistics.intervals import share_of_units
from cxkit.where.cohorts import CAME, COHORT, Per, Periods, came, check_per, comes_back, periods
from cxkit.words import NO_CUSTOMERS, sentences

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Filter, Frame

Row = dict[str, Any]
Counts = Mapping[tuple[Any, ...], int]
LATER, SINCE, UNTIL = "later", "since", "until"
MOST_LATER = 24
UNTIMED = "This log has no time."
FIRSTS = "the {} of each customer's first journey"
SHORT = "No whole period of these journeys lies in the log."


def retention(journeys: Journeys, *, by: str | None = None, per: Per = "month") -> Result:
    """Which share of customers come back, and when?

    Parameters
    ----------
    by : an attribute of journeys or customers, or a tag, whose six largest segments, and "(other)", are the cohorts;
        when not given a cohort is the customers who came first in the same period.
    per : "month", "week" or "quarter" of the calendar, in the log's zone.

    Returns a Result with a row per cohort and period: `segment` (the period of the first journey, such as "2025-03"; or
    the value of the attribute), `later` (periods since that of the customer's first journey; 0 is that one itself, and
    24 the most), `customers` (of the cohort, with a selected journey that began then), `cohort` (customers of the
    cohort, of whom it is known whether they came), `share`, `share_low` and `share_high` (95 % Wilson interval: a
    customer counts once), `since` and `until` (the first and last period in which customers of the row came first).

    The first journey is that in the whole log. Only what lies in the log completely is counted: periods that begin
    before its first day or end after its last have no row, and by an attribute a customer counts for a period only if
    it lies in the log. Where a selection leaves out first journeys, period 0 is below 100 %.

    Without time, or where nobody knows the customers, there are no rows.

    Errors: an unknown attribute, one of events, or one that holds times; an unknown period; more than 2,000 periods.

    >>> import cxkit as cx
    >>> cx.toy_journeys().retention(per="week").df()[["segment", "later", "customers", "cohort"]].values.tolist()
    [['2025-W23', 0, 6, 6]]
    """
    segment.check(journeys, by)
    check_per(per)
    usable = journeys.selection.star.timed and journeys.n.known
    why = NO_CUSTOMERS if journeys.selection.star.timed else UNTIMED
    return Result(
        name="retention",
        unit="customers",
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: _table(journeys, by, per, usable),
        count=lambda: journeys.n,
        parameters={"by": by, "per": per},
        note=sentences(f"By {by or FIRSTS.format(per)}", f"Only {per}s that lie in the log completely"),
        empty=Result.empty if not journeys.n.journeys else SHORT if usable else why,
        hidden=(SINCE, UNTIL),
        shown=lambda: {"per": per, "why": "" if not journeys.n.journeys else SHORT if usable else why},
    )


def returning(row: Mapping[str, Any], journeys: Journeys, asked: Mapping[str, Any]) -> Filter:
    """The journeys with which the customers of a row came then."""
    wanted = comes_back(row[LATER], row[SINCE], row[UNTIL], asked.get("per", "month"))
    by = asked.get("by")
    return wanted if by is None else wanted & segment.group(row[SEGMENT], journeys, by)


def _table(journeys: Journeys, by: str | None, per: Per, usable: bool) -> pa.Table:
    import pyarrow as pa

    rows: list[Row] = []
    if usable and journeys.n.journeys:
        shown = segment.largest(journeys, by)
        listed = periods(journeys.selection.star, per)
        there = journeys.ask(lambda selection: selection.star.engine.collect(_there(selection, by, shown, per)))
        base = journeys.ask(lambda selection: selection.star.engine.collect(_base(selection, by, shown, per)))
        cells = _keyed(there.to_pylist(), SEGMENT, COHORT, CAME)
        rows = list(_rows(_keyed(base.to_pylist(), SEGMENT, COHORT), cells, by, listed))
    text, whole, real = pa.string(), pa.int64(), pa.float64()
    kinds = {SEGMENT: text, LATER: pa.int32(), "customers": whole, COHORT: whole, "share": real}
    kinds |= {"share_low": real, "share_high": real, SINCE: text, UNTIL: text}
    return pa.Table.from_pylist(rows, schema=pa.schema(list(kinds.items())))


def _journeys(selection: Selection, by: str | None, shown: Sequence[str], per: Per) -> Frame:
    """The selected journeys with their segment, when they began, and when their customer's first one did."""
    own = segment.gathered(selection, by, shown).select(JOURNEY, SEGMENT)
    return own.join(came(selection.star, per), on=JOURNEY, how="inner")


def _there(selection: Selection, by: str | None, shown: Sequence[str], per: Per) -> Frame:
    journeys = _journeys(selection, by, shown, per)
    return journeys.group_by(SEGMENT, COHORT, CAME).agg(_people())


def _base(selection: Selection, by: str | None, shown: Sequence[str], per: Per) -> Frame:
    return _journeys(selection, by, shown, per).group_by(SEGMENT, COHORT).agg(_people())


def _people() -> nw.Expr:
    return nw.col(CUSTOMER).n_unique().cast(nw.Int64).alias("customers")


def _keyed(rows: Sequence[Row], *names: str) -> Counts:
    return {tuple(row[name] for name in names): row["customers"] for row in rows}


def _rows(base: Counts, there: Counts, by: str | None, listed: Periods) -> Iterator[Row]:
    sizes: dict[str, int] = defaultdict(int)
    for (text, _), count in base.items():
        sizes[text] += count
    for text in sorted(sizes, key=lambda text: (text == OTHER, -sizes[text], text)):
        firsts = sorted(first for own, first in base if own == text and listed.first <= first <= listed.last)
        groups = [firsts] if by is not None else [[first] for first in firsts]
        for group in groups:
            yield from _cohort(text, group, base, there, listed, alone=by is None)


def _cohort(
    text: str, firsts: Sequence[int], base: Counts, there: Counts, listed: Periods, *, alone: bool
) -> Iterator[Row]:
    """The rows of one cohort: those who came first in these periods."""
    for later in range(MOST_LATER + 1):
        whole = [first for first in firsts if first + later <= listed.last]
        if not whole:
            return
        size = sum(base[text, first] for first in whole)
        came_then = sum(there.get((text, first, first + later), 0) for first in whole)
        share = share_of_units(came_then, size)
        yield {
            SEGMENT: listed.labels[whole[0]] if alone else text, LATER: later, "customers": came_then, COHORT: size,
            "share": share.value, "share_low": share.low, "share_high": share.high,
            SINCE: listed.labels[whole[0]], UNTIL: listed.labels[whole[-1]],
        }  # fmt: skip
