"""How many customers does each row speak of? Counted anew in pandas from the toy's table, whole and selected."""

from __future__ import annotations

import pytest

import cxkit as cx
from cxkit import where as w

SELECTIONS = {"whole": None, "with a call": w.contains("Call"), "plan": w.attribute("plan", "basic")}


@pytest.fixture(params=list(SELECTIONS))
def chosen(toy, request):
    """A selection, and its events as they are in the source, with what comes next."""
    filter_ = SELECTIONS[request.param]
    journeys = toy if filter_ is None else toy.keep(filter_)
    events = cx.toy_table().to_pandas()
    events = events[events["order"].isin(journeys.journeys().df()["journey"])]
    events["next"] = events.groupby("order")["step"].shift(-1).fillna("(end)")
    return journeys, events


def counted(events, *names):
    return events.groupby(list(names))["client"].nunique().to_dict()


def told(table, *names):
    rows = table.set_index(list(names))["customers"]
    return {key: count for key, count in rows.to_dict().items() if count}


def test_activities(chosen):
    journeys, events = chosen
    assert told(journeys.activities().df(), "activity") == counted(events, "step")


def test_moves_of_the_map_where_they_are_asked_for(chosen):
    journeys, events = chosen
    table = journeys.process_map(customers=True).df()
    assert "customers" not in journeys.process_map().df()
    starts = table[table["activity"].isna()]
    assert told(starts, "next_activity") == counted(events[~events["order"].duplicated()], "step")
    moves = table[table["activity"].notna()].fillna({"next_activity": "(end)"})
    assert told(moves, "activity", "next_activity") == counted(events, "step", "next")


def test_variants(chosen):
    journeys, events = chosen
    ways = events.groupby("order").agg(way=("step", tuple), client=("client", "first"))
    table = journeys.variants().df()
    assert told(table.assign(way=table["activities"].map(tuple)), "way") == counted(ways, "way")


def test_durations(chosen):
    journeys, events = chosen
    moves = journeys.durations(per="move").df()
    between = events[events["next"] != "(end)"]
    assert told(moves, "activity", "next_activity") == counted(between, "step", "next")
    spans = events.groupby("order").agg(low=("when", "min"), high=("when", "max"), client=("client", "first"))
    seconds = (spans["high"] - spans["low"]).dt.total_seconds()
    for row in journeys.durations().df().itertuples():
        inside = (seconds >= row.low_seconds) & (seconds < row.high_seconds)
        assert row.customers == spans[inside]["client"].nunique()


def test_a_customer_with_journeys_of_two_kinds_counts_for_each(toy):
    """C01 and C02 have two journeys each."""
    segments = toy.segments(by="plan").df()
    assert segments["customers"].sum() >= toy.n.customers
    assert (segments["customers"] <= segments["count"]).all()
    moves = toy.durations(per="move", by="plan").df()
    assert (moves["customers"] <= moves["journeys"]).all()
