"""Personas: planted ones are found, kept in a recipe, told by a filter and a rule; one kind of customer is none."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

import cxkit as cx
from cxkit import catalog
from cxkit import where as w

MONDAY = datetime(2025, 6, 2, 9, tzinfo=UTC)
SHOWS = {"quick": ("Chat", "Press"), "sure": ("Check", "Print"), "warm": ("Call", "Visit")}
NEEDS = [{"name": f"be {kind}", "evidence": list(own)} for kind, own in SHOWS.items()]


def prepared(folder, rate, customers=400):
    """Customers of three kinds, with an order or a fault each, and what each does besides."""
    random, rows = np.random.default_rng(2), []
    for number in range(customers):
        kind, about = list(SHOWS)[number % 3], ("order", "fault")[number % 2]
        steps = ["Order", "Pay"] if about == "order" else ["Report", "Mend"]
        for persona, own in SHOWS.items():
            for name in own:
                steps += [name] * int(random.poisson(rate if persona == kind else 0.3))
        ids = {"case": f"J{number:04}", "who": f"C{number:04}", "about": about}
        when = MONDAY + timedelta(days=number % 90)
        rows += [{**ids, "what": step, "when": when + timedelta(minutes=place)} for place, step in enumerate(steps)]
    log = cx.read(pa.Table.from_pylist(rows)).roles(
        journey="case", activity="what", time="when", customer="who", journey_attributes=["about"]
    )
    return cx.prepare(log, folder, progress=False)


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return prepared(tmp_path_factory.mktemp("kinds"), 2.5)


@pytest.fixture(scope="module", params=["register", "log"])
def asked(request, log):
    """The same log with a register of needs, and without."""
    return cx.open(log.folder, engagement=cx.Engagement(needs=NEEDS)) if request.param == "register" else log


def test_planted_kinds_are_found_with_a_register_and_without(asked):
    answer = asked.personas()
    rows = [row for row in answer.table.to_pylist() if row["persona"] != "fits none"]
    assert [row["verdict"] for row in rows] == ["holds"] * 3
    assert {frozenset(row["evidence"]) for row in rows} == {frozenset(own) for own in SHOWS.values()}
    names = {row["persona"] for row in rows}
    assert names == ({need["name"] for need in NEEDS} if asked.engagement else names)
    assert sum(answer.table["customers"].to_pylist()) == answer.assigned.num_rows == 400
    persona = answer.assigned["persona"].to_pylist()
    kinds = [list(SHOWS)[int(customer[1:]) % 3] for customer in answer.assigned["customer"].to_pylist()]
    for kind, own in SHOWS.items():
        [name] = (row["persona"] for row in rows if set(row["evidence"]) == set(own))
        both = sum(pair == (kind, name) for pair in zip(kinds, persona, strict=True))
        assert both / kinds.count(kind) > 0.85


def test_a_row_is_its_customers_and_its_rule_nearly_so(asked):
    answer = asked.personas()
    for row in answer.table.to_pylist():
        clause = catalog.entry("personas").keeps(row, asked, answer.parameters)
        kept = asked.keep(clause)
        assert (kept.n.customers, kept.n.journeys) == (row["customers"], row["journeys"])
        assert w.from_json(clause.to_json()) == clause
        if row["rule_filter"]:
            rule = w.from_json(json.loads(row["rule_filter"]))
            named = asked.keep(rule).n.customers
            both = asked.keep(rule, clause).n.customers
            assert both / named > 0.85
            assert abs(row["rule_precision"] - both / named) < 0.12


def test_a_tag_keeps_how_it_was_asked(asked):
    answer = asked.personas()
    tagged = asked.tag("persona", answer)
    sizes = dict(zip(answer.table["persona"].to_pylist(), answer.table["journeys"].to_pylist(), strict=True))
    segments = tagged.segments(by="persona").table
    assert dict(zip(segments["segment"].to_pylist(), segments["count"].to_pylist(), strict=True)) == sizes
    step = json.loads(json.dumps(tagged.recipe.steps[-1].to_json()))["tag"]["of"]
    assert (step["measure"], step["parameters"]) == ("personas", {"k": None, "seed": 0})


def test_one_kind_of_customer_is_no_persona(tmp_path):
    answer = prepared(tmp_path, 0.3).personas()
    assert answer.table.select(["persona", "customers", "verdict"]).to_pylist() == [
        {"persona": "no groups that hold", "customers": 400, "verdict": "none"}
    ]


@pytest.mark.parametrize("wrong", [{"k": 0}, {"k": 2.0}, {"k": 8}, {"k": True}, {"seed": -1}, {"seed": "1"}])
def test_what_is_no_number_is_refused(toy, wrong):
    with pytest.raises(cx.CxError, match="Write a whole number"):
        toy.personas(**wrong)
