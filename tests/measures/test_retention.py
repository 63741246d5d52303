"""Retention: a log counted by hand, and an oracle in pandas that knows only months."""

from __future__ import annotations

import pandas as pd
import pytest
from support.toy import rows

import cxkit as cx
from cxkit import where as w
from cxkit.catalog import entry

ZONE = "Europe/Berlin"
ROLES = {"journey": "case", "activity": "what", "time": "when", "customer": "who", "journey_attributes": ["plan"]}
# The log goes from January 1 to May 20: May is not over.
VISITS = [
    ("u1", "2025-01-01 00:30", "plus"), ("u1", "2025-02-10", "plus"), ("u1", "2025-04-30", "basic"),
    ("u2", "2025-01-15", "basic"), ("u3", "2025-02-01", "plus"), ("u3", "2025-02-03", "plus"),
    ("u4", "2025-03-31 23:30", "basic"), ("u4", "2025-05-20", "basic"), ("u5", "2025-01-20", "plus"),
    ("u5", "2025-02-28", "plus"), ("u6", "2025-04-30 23:59", "basic"),
]  # fmt: skip


def prepared(visits, folder):
    table = pd.DataFrame(visits, columns=["who", "when", "plan"])
    table["when"] = pd.to_datetime(table["when"], format="ISO8601").dt.tz_localize(ZONE)
    table["case"] = [f"J{n:04d}" for n in range(len(table))]
    log = cx.read(table.assign(what="Visit")).roles(**ROLES, zone=ZONE)
    return cx.prepare(log, folder, progress=False), table


def by_month(table, first, last):
    """Cohorts by pandas: {(month of the first visit, months later): (came, of)} where both months are whole."""
    months = table["when"].dt.tz_localize(None).dt.to_period("M")
    table = table.assign(month=months, began=months.groupby(table["who"]).transform("min"))
    cells = {}
    for began, part in table.groupby("began"):
        for later in range(25):
            if pd.Period(first, "M") <= began and began + later <= pd.Period(last, "M"):
                here = part[part["month"] == began + later]["who"].nunique()
                cells[str(began), later] = (here, part["who"].nunique())
    return cells


@pytest.fixture(scope="module")
def visits(tmp_path_factory):
    return prepared(VISITS, tmp_path_factory.mktemp("visits"))


def test_months_counted_by_hand(visits):
    journeys, table = visits
    found = {row[:2]: row[2:] for row in rows(journeys.retention(), "segment", "later", "customers", "cohort")}
    assert found == by_month(table, "2025-01", "2025-04")
    assert found["2025-01", 1] == (2, 3)
    assert found["2025-01", 3] == (1, 3)
    assert ("2025-03", 2) not in found  # u4 came in May, which is not over


def test_a_row_keeps_the_journeys_with_which_customers_came_back(visits):
    journeys, _ = visits
    for call in ({}, {"by": "plan"}, {"per": "week"}, {"by": "plan", "per": "quarter"}):
        answer = journeys.retention(**call)
        for row in answer.table.to_pylist():
            kept = journeys.keep(entry("retention").keeps(row, journeys, answer.parameters))
            assert kept.n.customers == row["customers"], row
    second = journeys.keep(w.comes_back(1, "2025-01"))
    assert second.journeys().df()["customer"].tolist() == ["u1", "u5"]


def test_by_an_attribute_only_those_count_whose_month_lies_in_the_log(visits):
    journeys, _ = visits
    found = {row[:2]: row[2:] for row in rows(journeys.retention(by="plan"), "segment", "later", "customers", "cohort")}
    assert found["plus", 1] == (2, 3)  # u1 and u5 of u1, u3 and u5
    assert found["basic", 1] == (0, 3)  # u1, u2 and u4; u6 came in April, and May is not over
    assert found["basic", 3] == (1, 2)
    assert found["basic", 0] == (3, 4)  # u1 came first with the other plan


def test_as_pandas_counts_it(tmp_path):
    import numpy as np

    draw = np.random.default_rng(3)
    moments = pd.Timestamp("2024-01-01") + pd.to_timedelta(draw.integers(0, 365 * 24, 900), unit="h")
    rows_ = [(f"u{draw.integers(0, 150)}", str(moment), "plus") for moment in moments]
    journeys, table = prepared([*rows_, ("a", "2024-01-01", "x"), ("a", "2024-12-31 12:00", "x")], tmp_path)
    found = {row[:2]: row[2:] for row in rows(journeys.retention(), "segment", "later", "customers", "cohort")}
    assert found == by_month(table, "2024-01", "2024-12")


def test_where_nobody_knows_the_customers_there_is_no_answer(toy, tmp_path):
    table = cx.toy_table()
    log = cx.read(table).roles(journey="order", activity="step", time="when", customer="")
    answer = cx.prepare(log, tmp_path, progress=False).retention()
    assert answer.table.num_rows == 0
    assert "customers unknown" in repr(answer)
    assert "customers unknown" in answer.chart().svg
    with pytest.raises(cx.CxError, match="period"):
        toy.retention(per="decade")
