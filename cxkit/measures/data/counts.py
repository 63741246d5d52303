"""What the data plan counts: one row per activity, and one row for the journeys; the rest of it is arithmetic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import narwhals as nw

from cxkit.schema import ACTIVITY, CUSTOMER, FIRST, FIRST_VISIT, JOURNEY, LAST, NAME, NEXT, POSITION, TIME

if TYPE_CHECKING:
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Frame

ALL, KNOWN = "all", "known"
Columns = Mapping[str, str]  # by the name of the field that they hold


def per_activity(chosen: Selection, of_events: Columns, of_journeys: Columns) -> Frame:
    """A row per activity: `all` events, of `known` customers, `starts`, those of `strangers`, `ends`, the `last` time.

    For each field in a column of events how often it is filled, when last, and how often for a known customer; for
    each in a column of journeys how many journeys with the activity lack it.
    """
    own = chosen.journeys.select(JOURNEY, CUSTOMER, *set(of_journeys.values()))
    events = chosen.events.select(JOURNEY, ACTIVITY, POSITION, TIME, NEXT, FIRST_VISIT, *set(of_events.values()))
    of_customer, begins = nw.col(CUSTOMER) >= 0, nw.col(POSITION) == 0
    figures = [
        nw.len().cast(nw.Int64).alias(ALL),
        _count(of_customer, KNOWN),
        _count(begins, "starts"),
        _count(begins & ~of_customer, "strangers"),
        _count(nw.col(NEXT).is_null(), "ends"),
        nw.col(TIME).max().alias("last"),
    ]
    for field, column in of_events.items():
        figures += _filled(field, ~nw.col(column).is_null(), TIME)
    for field, column in of_journeys.items():
        figures.append(_count((nw.col(FIRST_VISIT) == 1) & nw.col(column).is_null(), f"{field} lacking"))
    counted = events.join(own, on=JOURNEY, how="inner").group_by(ACTIVITY).agg(*figures)
    named = counted.join(chosen.star.activities, on=ACTIVITY, how="inner")
    return named.sort(ALL, NAME, descending=[True, False])


def of_journeys(journeys: Frame, columns: Columns) -> Frame:
    """One row: `all` journeys, the first and last time, and how often the customer and each field is filled."""
    figures = [
        nw.len().cast(nw.Int64).alias(ALL),
        nw.col(FIRST).min().alias(FIRST),
        nw.col(LAST).max().alias(LAST),
        *_filled("customer", nw.col(CUSTOMER) >= 0, LAST),
    ]
    for field, column in columns.items():
        figures += _filled(field, ~nw.col(column).is_null(), LAST)
    return journeys.select(*figures)


def visiting(chosen: Selection, activities: list[str]) -> Frame:
    """The journeys that have one of these activities."""
    codes = [chosen.star.codes[name] for name in activities if name in chosen.star.codes]
    visits = chosen.moves.filter(nw.col(ACTIVITY).is_in(codes)).select(JOURNEY).unique()
    return chosen.journeys.join(visits, on=JOURNEY, how="semi")


def _filled(field: str, there: nw.Expr, moment: str) -> Iterator[nw.Expr]:
    yield _count(there, f"{field} filled")
    yield nw.when(there).then(nw.col(moment)).max().alias(f"{field} last")
    yield _count(there & (nw.col(CUSTOMER) >= 0), f"{field} known")


def _count(condition: nw.Expr, name: str) -> nw.Expr:
    return condition.cast(nw.Int64).sum().fill_null(0).cast(nw.Int64).alias(name)
