"""What is earned, what do contacts cost, whose rules take the customers' time, and what is asked again?"""

from __future__ import annotations

import pandas as pd
import pytest
from oracle import World

FORMS = {  # the forms and their fields, as in data/README.md
    "Order placed": ("birth date", "address", "e-mail", "phone", "bank account"),
    "Identity check": ("birth date", "address"),
    "Documents sent": ("birth date", "address"),
    "Fault reported": ("phone", "e-mail"),
    "Move announced": ("address", "phone"),
    "Contract renewed": ("bank account", "e-mail"),
}
CONTACTS = ("phone", "shop", "technician")


def test_margin_and_revenue_of_what_was_won(world: World) -> None:
    world.counted("money.margin", world.journeys.value.sum(), 0.01)
    sheet = world.table("costs").set_index(["measure", "name"]).euro
    months = world.journeys.kind.map({"order": 24, "renewal": 12})
    won = world.journeys[world.journeys.value.notna()]
    world.counted("money.revenue", (won["product"].map(sheet["price a month"]) * months[won.index]).sum(), 0.01)
    assert won.value.tolist() == pytest.approx(
        (won["product"].map(sheet["margin a month"]) * months[won.index]).tolist()
    )


def test_cost_of_contacts(world: World) -> None:
    spent = world.log.cost[world.log.channel.isin(CONTACTS)].sum()
    world.counted("money.contact_cost", spent / len(world.journeys))


def imposed(world: World, start: str, then: str) -> float:
    """How many hours lie between a rule's first step and the next second one, over all journeys?"""
    log = world.log[world.log.activity == then]
    after = log[log["at"] > log.journey.map(world.first[start])].groupby("journey")["at"].min()
    return float((after - world.first[start]).dropna().sum() / 3600)


def test_hours_that_rules_for_the_company_alone_impose(world: World) -> None:
    rules = world.policies[(world.policies.rule == "response") & (world.policies.to != "Follow-up sent")]
    hours = pd.Series([imposed(world, start, then) for start, then in zip(rules["from"], rules.to, strict=True)])
    by = hours.groupby(rules.perspective.to_numpy()).sum()
    assert by.to_dict() == pytest.approx(world.of("policy.firm_only_hours")["hours"], abs=0.1)
    world.counted("policy.firm_only_hours", by["firm"] / by.sum())


@pytest.fixture(scope="module")
def captured(world: World) -> pd.DataFrame:
    return world.table("fields").sort_values("time", kind="stable")


def test_values_asked_for_that_were_held(world: World, captured: pd.DataFrame) -> None:
    held = captured.groupby(["customer", "field"]).value.shift()
    world.counted("friction.reask", (captured.value == held).mean())
    assert len(captured) == world.of("friction.reask")["n"]


def test_without_the_key_table_fewer_are_seen(world: World, captured: pd.DataFrame) -> None:
    booked = captured.journey.map(world.log.groupby("journey").system_id.first())
    held = captured.groupby([booked, "field"]).value.shift()
    world.missed("friction.reask", (captured.value == held).mean(), "below")


def test_fields_that_a_form_could_have_spared(world: World, captured: pd.DataFrame) -> None:
    forms = world.log[world.log.activity.isin(FORMS)][["journey", "customer", "time", "activity"]]
    forms = forms.assign(field=forms.activity.map(FORMS)).explode("field")
    known = captured.groupby(["customer", "field"]).time.min().rename("known")
    forms = forms.join(known, on=["customer", "field"])
    spare = forms[forms.known < forms.time]
    asked = spare.merge(captured[["journey", "time", "field"]], how="left", indicator=True)._merge == "both"
    world.counted("friction.asked_again", asked.mean())
