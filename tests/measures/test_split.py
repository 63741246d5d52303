"""Activities, moves and variants by segments: columns that add up, counted anew in pandas."""

from __future__ import annotations

import pandas as pd
import pytest

import cxkit as cx
from cxkit import where as w

PLANS = ["basic", "plus", "(missing)"]
COLUMNS = [f"plan: {plan}" for plan in PLANS]


@pytest.fixture(params=[None, w.contains("Call"), w.attribute("plan", "plus")], ids=str)
def chosen(toy, request):
    """A selection, and its events as they are in the source, with the plan and what comes next."""
    journeys = toy if request.param is None else toy.keep(request.param)
    events = cx.toy_table().to_pandas()
    events = events[events["order"].isin(journeys.journeys().df()["journey"])]
    events["next"] = events.groupby("order")["step"].shift(-1)
    return journeys, events.assign(plan=events["plan"].fillna("(missing)"))


def counted(events, *names):
    """How many rows of each kind each plan has, as a frame with a column for each."""
    table = events.groupby([*names, "plan"], dropna=False).size().unstack("plan", fill_value=0)
    return {key: [int(line.get(plan, 0)) for plan in PLANS] for key, line in table.iterrows()}


def told(table, *names):
    keys = [tuple(line) if len(names) > 1 else line[0] for line in table[list(names)].itertuples(index=False)]
    return dict(zip(keys, table[COLUMNS].to_numpy().tolist(), strict=True))


def test_activities(chosen):
    journeys, events = chosen
    table = journeys.activities(by="plan").df()
    assert told(table, "activity") == counted(events.drop_duplicates(["order", "step"]), "step")
    assert (table[COLUMNS].sum(axis=1) == table["journeys"]).all()


def test_moves(chosen):
    journeys, events = chosen
    table = journeys.process_map(by="plan").df().fillna({"activity": "", "next_activity": ""})
    starts = events[~events["order"].duplicated()].assign(next=lambda rows: rows["step"], step="")
    both = pd.concat([events.fillna({"next": ""}), starts])
    assert told(table, "activity", "next_activity") == counted(both, "step", "next")
    assert (table[COLUMNS].sum(axis=1) == table["count"]).all()


@pytest.mark.parametrize("folded", [False, True])
def test_variants(chosen, folded):
    journeys, events = chosen
    table = journeys.variants(by="plan", folded=folded).df()
    assert (table[COLUMNS].sum(axis=1) == table["count"]).all()
    if not folded:
        ways = events.groupby("order").agg(way=("step", tuple), plan=("plan", "first"))
        assert told(table.assign(way=table["activities"].map(tuple)), "way") == counted(ways, "way")


def test_a_tag_of_many_values_has_an_other(toy):
    with pytest.raises(cx.CxError, match="attribute of events"):
        toy.activities(by="channel")
    many = toy.tag("own", toy.journeys(), value="seconds").activities(by="own").df()
    columns = [name for name in many if name.startswith("own: ")]
    assert len(columns) == 7
    assert columns[-1] == "own: (other)"
    assert (many[columns].sum(axis=1) == many["journeys"]).all()


def test_the_picture_of_activities_is_cut_into_segments(toy):
    spec = toy.activities(by="plan").chart().spec
    values = [value for layer in spec["layer"] for value in layer["data"]["values"]]
    assert {value["kind"] for value in values} == set(PLANS)
