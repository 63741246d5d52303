"""How large is the world, and how alike are the journeys of one customer? Counted in SQL, on the tables as exported."""

from __future__ import annotations

import duckdb
import pytest
from estimators import icc
from oracle import World

COUNTS = {
    "size.customers": "SELECT count(DISTINCT customer) FROM events",
    "size.journeys": "SELECT count(DISTINCT journey) FROM events",
    "size.events": "SELECT count(*) FROM events",
    "size.open": "SELECT count(*) FROM journeys WHERE NOT whole",
    "size.several": """
        SELECT avg((journeys BETWEEN 2 AND 5)::INT)
        FROM (SELECT count(DISTINCT journey) AS journeys FROM events GROUP BY customer)""",
    "identity.split": """
        SELECT avg((ids > 1)::INT) FROM (SELECT count(DISTINCT system_id) AS ids FROM events GROUP BY customer)""",
}


def ask(world: World, query: str) -> float:
    with duckdb.connect() as base:
        for name in ("events", "identities"):
            base.register(name, world.tables[name])
        base.register("journeys", world.hidden["journeys"])
        return float(base.sql(query).fetchall()[0][0])


@pytest.mark.parametrize("key", COUNTS)
def test_counts(world: World, key: str) -> None:
    world.counted(key, ask(world, COUNTS[key]))


def test_who_does_not_resolve_identities_counts_too_many_people(world: World) -> None:
    assert ask(world, "SELECT count(DISTINCT system_id) FROM events") > world.of("size.customers")["realised"]


def test_the_key_table_stitches_the_ids_of_the_systems_into_the_people_of_the_log(world: World) -> None:
    stitched = "coalesce(identities.customer, events.system_id)"
    joined = "FROM events LEFT JOIN identities USING (system_id)"
    assert ask(world, f"SELECT count(*) {joined} WHERE {stitched} IS DISTINCT FROM events.customer") == 0
    assert ask(world, "SELECT count(*) FROM identities WHERE system_id NOT IN (SELECT system_id FROM events)") == 0


def test_two_to_five_journeys_are_usual_for_two_customers_in_five(world: World) -> None:
    world.only_shipped()
    assert world.of("size.several")["realised"] == pytest.approx(0.4, abs=0.03)


def test_journeys_of_one_customer_are_alike(world: World) -> None:
    journeys = world.journeys
    spoken = world.log[(world.log.channel == "phone") & world.log.lane.isin(["customer action", "front-stage"])]
    calls = spoken.groupby("journey").size().reindex(journeys.index, fill_value=0)
    ended = journeys[journeys.outcome != "open"]
    for key, values in (("icc.calls", calls), ("icc.outcome", ended.outcome.eq("good").astype(float))):
        kinds, who = journeys.kind[values.index], journeys.customer[values.index]
        apart = (values - values.groupby(kinds).transform("mean"))[who.groupby(who).transform("size") > 1]
        world.counted(key, icc(apart, who[apart.index]))
        (low, high), chance = world.of(key)["target"], world.of(key)["half_width"]
        assert not world.shipped or low - chance <= world.of(key)["realised"] <= high + chance


def test_journeys_cut_by_the_end_are_those_with_a_gap_that_nobody_saw_the_end_of(world: World) -> None:
    last = world.journeys["last"]
    assert (last < world.end).all()
    assert (world.log["at"] >= world.begin).all()
    open_ones = ~world.journeys.whole
    assert (world.end - last[open_ones]).median() < (world.end - last[~open_ones]).median()
