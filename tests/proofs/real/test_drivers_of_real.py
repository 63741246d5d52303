"""Drivers on two known logs: ratings that depend on nothing, and reviews that depend on late delivery."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pytest

import cxkit as cx
from cxkit import where as w

STEPS = {
    "order_purchase_timestamp": "Purchase",
    "order_approved_at": "Approve",
    "order_delivered_carrier_date": "Hand to carrier",
    "order_delivered_customer_date": "Deliver",
    "order_estimated_delivery_date": "Promised day",
}
ABOUT = ["Customer Gender", "Product Purchased", "Ticket Type", "Ticket Subject", "Ticket Priority", "Ticket Channel"]
ANSWERED = ["First Response Time", "Time to Resolution"]


def prepared(events, folder, **roles):
    log = cx.read(pa.Table.from_pandas(events, preserve_index=False))
    return cx.prepare(log.roles(activity="step", time="at", event_attributes=[], **roles), folder, progress=False)


@pytest.fixture(scope="module")
def olist(shared, tmp_path_factory):
    orders, reviews, people = (
        pd.read_csv(shared / f"olist_sample/olist_{name}_dataset.csv.gz")
        for name in ("orders", "order_reviews", "customers")
    )
    orders = orders.merge(reviews.drop_duplicates("order_id")[["order_id", "review_score"]], on="order_id")
    orders = orders.merge(people, on="customer_id")
    about = ["order_id", "customer_unique_id", "customer_state", "review_score"]
    events = orders.melt(id_vars=about, value_vars=list(STEPS), var_name="step", value_name="at").dropna(subset=["at"])
    events["step"] = events["step"].map(STEPS)
    roles = {"journey": "order_id", "customer": "customer_unique_id", "journey_attributes": about[2:]}
    return prepared(events, tmp_path_factory.mktemp("olist"), **roles)


@pytest.fixture(scope="module")
def tickets(shared, tmp_path_factory):
    rows = pd.read_csv(shared / "support_tickets/customer_support_tickets.csv.gz")
    rows = rows[rows["Ticket Status"] == "Closed"].assign(Purchase=lambda table: table["Date of Purchase"])
    rows["rating"] = rows["Customer Satisfaction Rating"].astype(int)
    moments = ["Purchase", *ANSWERED]
    rows[moments] = rows[moments].apply(pd.to_datetime)
    about = ["Ticket ID", "Customer Email", *ABOUT, "Customer Age", "rating"]
    events = rows.melt(id_vars=about, value_vars=moments, var_name="step", value_name="at")
    roles = {"journey": "Ticket ID", "customer": "Customer Email", "journey_attributes": about[2:]}
    return prepared(events, tmp_path_factory.mktemp("tickets"), **roles)


def test_late_delivery_goes_with_bad_reviews_and_holds(olist):
    found = olist.drivers(w.attribute("review_score", at_most=2), at="Deliver").df()
    first = found.iloc[0]
    assert first["driver"] == "Promised day", "it comes before the delivery where that is late"
    assert first["with_share"] > 0.5
    assert first["without_share"] < 0.12
    assert first["holds"] == "yes"
    assert "review_score" not in " ".join(found["driver"])


@pytest.mark.parametrize("stars", [1, 2, 3, 4])
def test_ratings_that_depend_on_nothing(tickets, stars):
    found = tickets.drivers(w.attribute("rating", at_most=stars))
    assert len(found.df()) > 50
    assert not found.df()["significant"].any()
    assert "Nothing goes with this outcome" in found.note
