"""Which rows beside the log speak of it, and of which event? Joined as of their time by pandas."""

from __future__ import annotations

import pandas as pd
import pytest
from oracle import World, seconds

TIMED = ("tables.surveys", "tables.tickets", "tables.fields", "tables.needs", "tables.comments")
UNTIMED = ("tables.customers", "tables.costs")
BERLIN = "Europe/Berlin"


def rows_of(world: World, key: str) -> pd.DataFrame:
    return world.table(key.removeprefix("tables."))


def as_of(world: World, key: str) -> pd.DataFrame:
    """The rows whose key is in the log, with the activity that came last and its second."""
    truth, rows = world.of(key), rows_of(world, key)
    by, times = truth["by"], rows[truth["time"]]
    times = pd.to_datetime(times).dt.tz_localize(BERLIN) if truth["time"] == "date" else times
    rows = rows.assign(moment=seconds(times)).rename(columns={"activity": "said"})
    events = world.log[[by, "at", "activity"]].sort_values("at", kind="stable")
    rows = rows[rows[by].isin(events[by])].sort_values("moment", kind="stable")
    return pd.merge_asof(rows, events, left_on="moment", right_on="at", by=by)


@pytest.mark.parametrize("key", [*TIMED, *UNTIMED])
def test_rows_are_counted(world: World, key: str) -> None:
    world.counted(key, len(rows_of(world, key)))


@pytest.mark.parametrize("key", TIMED)
def test_a_row_speaks_of_the_last_event_at_or_before_its_time(world: World, key: str) -> None:
    truth, rows = world.of(key), as_of(world, key)
    owners = world.log.drop_duplicates(truth["by"]).set_index(truth["by"], drop=False).customer
    assert len(rows) == truth["joined"]
    assert rows[truth["by"]].map(owners).nunique() == truth["customers"]
    assert rows.activity.isna().sum() == truth["too_early"]
    assert rows.activity.value_counts().to_dict() == truth["as_of"]
    if truth["by"] == "journey":
        assert rows.journey.nunique() == truth["journeys"]


@pytest.mark.parametrize("key", [key for key in TIMED if key != "tables.needs"])
def test_every_row_about_a_journey_finds_it_begun_and_names_its_customer(world: World, key: str) -> None:
    truth, rows = world.of(key), as_of(world, key)
    assert truth["joined"] == truth["realised"]
    assert truth["too_early"] == 0
    assert (rows.customer == rows.journey.map(world.journeys.customer)).all()


def test_a_form_field_is_of_the_event_at_its_second(world: World) -> None:
    rows = as_of(world, "tables.fields")
    assert (rows["at"] == rows.moment).all()
    assert (rows.said == rows.activity).all()


def test_no_two_events_of_a_customer_share_a_second(world: World) -> None:
    """So that no join as of a time hangs on the order of ties."""
    world.only_shipped()
    assert not world.log.duplicated(["customer", "at"]).any()


def test_people_on_record_are_there_once_and_some_have_no_journey(world: World) -> None:
    truth, people = world.of("tables.customers"), world.table("customers").customer
    assert people.is_unique
    assert set(world.log.customer) <= set(people)
    assert truth["joined"] == truth["customers"] == world.log.customer.nunique() < len(people)
