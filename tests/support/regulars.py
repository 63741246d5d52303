"""A measure with a row per customer, for tests of tags: who comes often?"""

from __future__ import annotations

import narwhals as nw

from cxkit import catalog
from cxkit.catalog import Entry
from cxkit.journeys import Journeys
from cxkit.result import Result
from cxkit.schema import CUSTOMER, ID


def regulars(journeys, *, least=2):
    """Who comes often?"""
    return Result(
        name="regulars",
        unit="customers",
        recipe=journeys.recipe,
        ask=lambda: journeys.collect(lambda selection: _table(selection, least)),
        count=lambda: journeys.n,
        parameters={"least": least},
    )


def _table(selection, least):
    counted = selection.outlines.group_by(CUSTOMER).agg(nw.len().cast(nw.Int64).alias("visits"))
    often = nw.when(nw.col("visits") >= least).then(nw.lit("regular")).otherwise(nw.lit("once"))
    named = counted.join(selection.star.customers, on=CUSTOMER, how="inner").sort(ID)
    return named.select(nw.col(ID).alias("customer"), "visits", often.alias("persona"))


def listed(monkeypatch):
    """Put the measure into the catalog and among the methods of journeys."""
    entries = (*catalog.CATALOG, Entry("regulars", "support.regulars:regulars"))
    monkeypatch.setattr(catalog, "CATALOG", entries)
    monkeypatch.setattr(Journeys, "regulars", regulars, raising=False)
