"""Activities renamed, merged, hidden and collapsed: the toy log counted by hand, on either engine."""

from __future__ import annotations

import pytest
from support.toy import hours, ids, rows

import cxkit as cx
from cxkit import CxError, Recipe
from cxkit import where as w


@pytest.fixture(scope="module")
def log(engine):
    """The toy log on the engine under test."""
    return cx.toy_journeys(engine=engine)


def paths(journeys):
    """The variants as (count, activities)."""
    return [(count, " ".join(path)) for count, path in rows(journeys.variants(), "count", "activities")]


def test_hide(log):
    """A05, A06 and A12 lose their calls; A06 then waits four days for its parcel."""
    quiet = log.hide("Call")
    assert quiet.summary().table["events"].to_pylist() == [36]
    assert paths(quiet) == [
        (5, "Order Pay Ship Deliver"),
        (3, "Order Cancel"),
        (2, "Order Pay"),
        (1, "Order Pay Cancel"),
        (1, "Order Pay Ship"),
    ]
    assert rows(quiet.events(journey="A06"), "position", "activity", "seconds") == [
        (1, "Order", *hours(1)),
        (2, "Pay", *hours(96)),
        (3, "Ship", None),
    ]
    assert quiet.activities().table["activity"].to_pylist() == ["Order", "Pay", "Ship", "Deliver", "Cancel"]


def test_journeys_without_events_are_gone(log):
    cancelled = log.hide("Order", "Pay", "Ship", "Deliver", "Call")
    assert ids(cancelled) == "A07 A08 A11 A12"
    assert cancelled.hide("Cancel").n.journeys == 0


def test_collapse(log):
    """Only A06 calls twice in a row; from its first call to the parcel it takes two days."""
    for once in (log.collapse(), log.collapse("Call")):
        assert once.summary().table["events"].to_pylist() == [39]
        assert rows(once.events(journey="A06"), "activity", "seconds")[2:] == [("Call", *hours(48)), ("Ship", None)]
    assert log.collapse("Pay").summary().table["events"].to_pylist() == [40]


def test_merge(log):
    contact = log.merge("Contact", "Call", "Cancel")
    found = {row[0]: row[1:] for row in rows(contact.activities(), "activity", "count", "journeys", "revisit_share")}
    assert found["Contact"] == (8, 6, pytest.approx(1 / 3))
    assert "Call" not in found
    assert (1, "Order Contact Contact") in paths(contact)
    assert ids(contact.keep(w.follows("Contact", "Contact", directly=True))) == "A06 A12"
    assert contact.collapse().summary().table["events"].to_pylist() == [38]


def test_merge_into_one_that_is_there(log):
    paid = log.merge("Pay", "Ship")
    assert rows(paid.activities(), "activity", "count")[:2] == [("Pay", 15), ("Order", 12)]
    assert paths(paid)[0] == (4, "Order Pay Pay Deliver")


def test_a_class_of_activities_is_named_by_what_stands_for_all(log):
    """C* is Call and Cancel; a name that is there is itself, also with a * in it."""
    assert paths(log.merge("Contact", "C*")) == paths(log.merge("Contact", "Call", "Cancel"))
    assert paths(log.hide("*e*", "Call")) == paths(log.hide("Order", "Deliver", "Cancel", "Call"))
    starred = log.rename("Call", "C*")
    assert rows(starred.merge("Contact", "C*").activities(), "activity", "count")[4:] == [("Cancel", 4), ("Contact", 4)]
    assert log.merge("Contact", "C*").recipe.to_json()["steps"] == [
        {"merge": {"activities": ["C*"], "name": "Contact"}}
    ]


def test_split(log):
    """Orders come from the web (8) and the shop (4); merged again they are what they were."""
    split = log.split("Order", by="channel")
    counts = dict(rows(split.activities(), "activity", "count"))
    assert (counts["Order (web)"], counts["Order (shop)"], "Order" in counts) == (8, 4, False)
    assert ids(split.keep(w.starts_with("Order (shop)"))) == "A03 A05 A08 A11"
    assert split.merge("Order", "Order (*").variants().table == log.variants().table
    assert split.summary().table["events"].to_pylist() == [40]
    some = log.split("Order", by="channel", values=["shop", "moon"])
    assert dict(rows(some.activities(), "activity", "count"))["Order"] == 8, "other values keep the name"
    assert "Order (moon)" not in [name for (name,) in rows(some.activities(), "activity")]


def test_split_by_what_a_journey_has(log):
    """A12 has no plan, and its call stays a call; A05 and A06 are basic and plus."""
    split = log.split("Call", by="plan")
    assert dict(rows(split.activities(), "activity", "count"))["Call (plus)"] == 2
    assert ids(split.keep(w.contains("Call"))) == "A12"
    assert ids(split.keep(w.follows("Call (plus)", "Call (plus)", directly=True))) == "A06"
    assert split.recipe.to_json()["steps"] == [
        {"split": {"activity": "Call", "by": "plan", "values": ["plus", "basic"]}}
    ]
    assert Recipe.from_json(split.recipe.to_json()) == split.recipe
    assert eval("j" + repr(split.recipe), {"j": log}).variants().table == split.variants().table
    picture = split.process_map().chart().svg
    assert all(f">{name}<" in picture for name in ("Call (plus)", "Call (basic)", "Call"))


def test_rename(log):
    placed = log.rename("Order", "Order placed")
    assert rows(placed.activities(), "activity", "count")[0] == ("Order placed", 12)
    assert ids(placed.keep(w.starts_with("Order placed"), w.contains("Call"))) == "A05 A06 A12"
    assert placed.rename("Order placed", "Order").variants().table == log.variants().table


def test_filters_see_the_activities_as_they_are_then(log):
    assert ids(log.keep(w.contains("Call")).hide("Call")) == "A05 A06 A12"
    assert ids(log.hide("Call").keep(w.follows("Order", "Pay", directly=True))) == (
        "A01 A02 A03 A04 A05 A06 A09 A10 A11"
    )
    with pytest.raises(CxError, match='No activity "Call"'):
        log.hide("Call").keep(w.contains("Call"))
    with pytest.raises(CxError, match='No activity "Order"'):
        log.rename("Order", "Order placed").keep(w.contains("Order"))


def test_a_tag_speaks_of_the_activities_as_they_were(log):
    called = log.tag("called", w.contains("Call")).hide("Call")
    assert ids(called.keep(w.attribute("called", True))) == "A05 A06 A12"


def test_the_map_is_drawn_with_the_activities_as_they_are(log):
    picture = log.rename("Order", "Placed").hide("Call").merge("Gone", "Cancel", "Deliver").process_map().chart().svg
    assert all(f">{name}<" in picture for name in ("Placed", "Pay", "Ship", "Gone"))
    assert not any(f">{name}<" in picture for name in ("Order", "Call", "Cancel", "Deliver"))


def test_the_steps_are_python_and_json(log):
    changed = log.rename("Order", "Placed").merge("End", "Cancel", "Deliver").hide("Call").collapse("Pay").collapse()
    assert repr(changed.recipe) == (
        ".rename('Order', 'Placed').merge('End', 'Cancel', 'Deliver').hide('Call').collapse('Pay').collapse()"
    )
    assert changed.recipe.to_json()["steps"] == [
        {"rename": {"activity": "Order", "name": "Placed"}},
        {"merge": {"activities": ["Cancel", "Deliver"], "name": "End"}},
        {"hide": {"activities": ["Call"]}},
        {"collapse": {"activities": ["Pay"]}},
        {"collapse": {"activities": []}},
    ]
    assert Recipe.from_json(changed.recipe.to_json()) == changed.recipe
    assert eval("j" + repr(changed.recipe), {"j": log}).journeys().table == changed.journeys().table


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (lambda j: j.hide(), "hide needs the names"),
        (lambda j: j.hide("Cal"), 'Closest: "Call"'),
        (lambda j: j.hide(3), "not 3"),
        (lambda j: j.collapse("Cal"), 'Closest: "Call"'),
        (lambda j: j.merge("Contact"), "merge needs the names"),
        (lambda j: j.merge("", "Call"), "needs a name"),
        (lambda j: j.hide("X*"), 'No activity is called like "X*"'),
        (lambda j: j.split("Cal", by="channel"), 'Closest: "Call"'),
        (lambda j: j.split("Call", by="chanel"), 'Closest: "channel"'),
        (lambda j: j.split("Call", by="channel", values=[]), "1 to 12 different values"),
        (lambda j: j.split("Call", by="channel", values="phone"), "1 to 12 different values"),
        (lambda j: j.rename("Pay", "Call (phone)").split("Call", by="channel"), "already"),
        (lambda j: j.rename("Cal", "Contact"), 'Closest: "Call"'),
        (lambda j: j.rename("Call", "Cancel"), "write .merge('Cancel', 'Call')"),
        (lambda j: j.rename("Call", "\ud800"), "needs a name"),
    ],
)
def test_what_cannot_be_changed_is_told(log, step, words):
    with pytest.raises(CxError) as raised:
        step(log)
    assert words in str(raised.value)
