"""The sample's tables beside its log, joined as the truth of its world counts them."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest
from support.machine import ROOT

import cxkit as cx
from cxkit.samples import BESIDE


@pytest.fixture(scope="module")
def truth():
    return json.loads((ROOT / "data" / "truth" / "truth.json").read_text(encoding="utf-8"))["truths"]


@pytest.mark.parametrize("name", [name for name, keys in BESIDE.items() if keys])
def test_the_sample_is_joined_as_its_truth_says(name, truth):
    j, said = cx.sample_journeys(), truth[f"tables.{name}"]
    answer = j.table(name, rows=100_000)
    found = answer.df()
    assert len(found) == said["joined"]
    assert answer.n.customers == said["customers"]
    assert found.activity.isna().sum() == said["too_early"]
    assert found.activity.value_counts().to_dict() == said["as_of"]
    assert answer.n.journeys == said.get("journeys", found.journey.nunique())
    known = next(table for table in j.manifest.tables if table.name == name)
    assert (
        sum(known.joined.values()) == said["realised"] == pq.read_metadata(cx.sample_file(f"{name}.parquet")).num_rows
    )


def test_the_sample_knows_its_customers_and_costs(truth):
    j = cx.sample_journeys()
    assert len(j.table("costs").df()) == truth["tables.costs"]["realised"]
    assert j.n.customers == truth["tables.customers"]["joined"] == 11_607
    people = pq.read_table(cx.sample_file("customers.parquet")).to_pandas().set_index("customer")
    found = j.table("customers", rows=100_000).df().set_index("customer")
    assert found.segment.to_dict() == people.segment.reindex(found.index).to_dict()
