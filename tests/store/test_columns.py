"""Derived columns at every level: read by filters, segments and rows like the client's own, on either engine."""

from __future__ import annotations

from dataclasses import replace

import narwhals as nw
import pytest
from support.toy import ids, rows

import cxkit as cx
from cxkit import CxError
from cxkit import where as w
from cxkit.schema import CUSTOMER, FIRST, GAP, ID, JOURNEY, LENGTH, POSITION, SECOND, Attribute
from cxkit.store.columns import VALUE, Column

LONG = Column(
    "journey", "long", "long", lambda star: star.journeys.select(JOURNEY, (nw.col(LENGTH) > 3).alias(VALUE)), "boolean"
)
HOURS = Column(
    "event",
    "hours",
    "hours",
    lambda star: star.events.select(JOURNEY, POSITION, (nw.col(GAP) // (3600 * SECOND)).alias(VALUE)),
    "integer",
)
SHIRT = Column(
    "customer",
    "shirt",
    "shirt",
    lambda star: star.customers.filter(nw.col(ID) != "C02").select(
        CUSTOMER, nw.when(nw.col(ID) < "C04").then(nw.lit("red")).otherwise(nw.lit("blue")).alias(VALUE)
    ),
    "text",
)
BEGAN = Column(
    "journey", "began", "began", lambda star: star.journeys.select(JOURNEY, nw.col(FIRST).alias(VALUE)), "time"
)


@pytest.fixture(scope="module")
def derived(engine):
    """The toy log with a column derived at each level."""
    toy = cx.toy_journeys(engine=engine)
    star = toy.base
    for column in (LONG, HOURS, SHIRT, BEGAN):
        star = star.with_column(column)
    return replace(toy, base=star)


@pytest.mark.parametrize(
    ("filter_", "kept"),
    [
        (w.attribute("long", True), "A01 A02 A03 A04 A05 A06"),
        (w.attribute("long", False), "A07 A08 A09 A10 A11 A12"),
        (w.attribute("hours", at_least=48), "A01 A02 A04 A05 A06 A08 A11"),
        (w.attribute("hours", missing=True), ""),
        (w.attribute("shirt", "red"), "A01 A03 A06"),
        (w.attribute("shirt", missing=True), "A02 A12"),
        (~w.attribute("shirt", "red") & w.attribute("long", True), "A02 A04 A05"),
        (w.attribute("began", at_most="2025-06-03"), "A01 A02"),
    ],
)
def test_filters_read_derived_columns(derived, filter_, kept):
    assert ids(derived.keep(filter_)) == kept


def test_segments_read_derived_columns(derived):
    assert rows(derived.segments(by="shirt"), "segment", "count") == [("blue", 7), ("red", 3), ("(missing)", 2)]
    assert rows(derived.segments(by="long"), "segment", "count") == [("false", 6), ("true", 6)]
    assert set(derived.durations(by="shirt").table["segment"].to_pylist()) == {"blue", "red", "(missing)"}


def test_rows_hold_derived_columns(derived):
    found = rows(derived.journeys(), "journey", "plan", "long", "shirt")
    assert found[0] == ("A01", "basic", True, "red")
    assert found[11] == ("A12", None, False, None)
    assert derived.journeys().table["began"].to_pylist() == derived.journeys().table["first"].to_pylist()
    assert rows(derived.events(journey="A01"), "position", "channel", "hours") == [
        (1, "web", 1),
        (2, "web", 24),
        (3, "desk", 48),
        (4, "van", None),
    ]


def test_attributes_list_derived_columns(derived):
    assert derived.attributes == {
        "plan": "text of each journey",
        "channel": "text of each event",
        "long": "derived: boolean of each journey",
        "hours": "derived: integer of each event",
        "shirt": "derived: text of each customer",
        "began": "derived: time of each journey",
    }


def test_mistakes_are_told(derived):
    with pytest.raises(CxError, match=r'No value of shirt "rad"\. Closest: "red"'):
        derived.keep(w.attribute("shirt", "rad"))
    with pytest.raises(CxError, match=r'No attribute "shirts"\. Closest: "shirt"'):
        derived.keep(w.attribute("shirts", "red"))
    with pytest.raises(CxError, match="attribute of events"):
        derived.segments(by="hours")
    with pytest.raises(CxError, match="make no segments"):
        derived.segments(by="began")
    with pytest.raises(CxError, match='an attribute "shirt" already'):
        derived.tag("shirt", w.contains("Pay"))


def test_a_column_speaks_of_the_journeys_as_they_were(derived):
    trimmed = derived.trim(since="2025-06-05")
    assert ids(trimmed.keep(w.attribute("long", True))) == "A01 A02 A03 A04 A05 A06"
    after = trimmed.tag("short", w.length(at_most=1))
    assert ids(after.keep(w.attribute("short", True))) == "A01 A02"


def test_a_column_of_events_moves_with_them(derived):
    """A06: Order 1h, Pay 48h, Call 24h, Call 24h, Ship; its columns speak of the events as they were."""
    whole = rows(derived.events(journey="A06"), "activity", "hours")
    assert whole == [("Order", 1), ("Pay", 48), ("Call", 24), ("Call", 24), ("Ship", None)]
    quiet = derived.hide("Call")
    assert rows(quiet.events(journey="A06"), "activity", "hours") == [("Order", 1), ("Pay", 48), ("Ship", None)]
    late = quiet.trim(since="2025-06-07 10:00").rename("Pay", "Paid")
    assert rows(late.events(journey="A06"), "position", "activity", "hours") == [(1, "Paid", 48), (2, "Ship", None)]
    assert ids(late.keep(w.attribute("hours", at_least=48))) == "A04 A05 A06 A08 A11"


def test_a_tag_before_a_cut_and_one_after_it_are_told_apart(derived):
    first = derived.tag("few", w.length(at_most=2)).trim(since="2025-06-05")
    later = derived.trim(since="2025-06-05").tag("few", w.length(at_most=2))
    assert ids(first.keep(w.attribute("few", True))) == "A07 A08 A09 A10"
    assert ids(later.keep(w.attribute("few", True))) != "A07 A08 A09 A10"


def test_customers_own_attributes_stand_in_their_table(engine, derived):
    """As they will lie in a store: a column of the customers' table under its own name there."""
    star = cx.toy_journeys(engine=engine).base
    known = star.customers.with_columns(nw.when(nw.col(ID) < "C04").then(nw.lit("north")).alias("x9"))
    star = replace(star, customers=known, attributes=(*star.attributes, Attribute("region", "x9", "customer", "text")))
    toy = replace(derived, base=star)
    assert ids(toy.keep(w.attribute("region", "north"))) == "A01 A02 A03 A06 A12"
    assert rows(toy.segments(by="region"), "segment", "count") == [("(missing)", 7), ("north", 5)]
    assert toy.journeys().table["region"].to_pylist()[:4] == ["north", "north", "north", None]
    assert toy.attributes["region"] == "text of each customer"
