"""Are the planted personas found: in the sample, in other worlds, under other names, with a register and without?"""

from __future__ import annotations

import sys
from functools import reduce

import pytest
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score
from support.machine import ROOT

import cxkit as cx

WORLDS = ("5", "renamed-8+personas=1,1,1,1,1", "12+personas=1,1,1")
LEAST = {"register": 0.93, "log": 0.9}  # of what somebody reaches who knows the world's rates
ATTRIBUTES = ("kind", "product", "region", "credit_risk")
TELLS_LITTLE, FIVE = 0.06, 5


@pytest.fixture(scope="module", params=WORLDS)
def world(request, tmp_path_factory):
    """A made world: its truth on people, its store, its engagement, and how many personas there are."""
    if str(ROOT / "data") not in sys.path:
        sys.path.insert(0, str(ROOT / "data"))
    from make_sample import change
    from world.make import make
    from world.parameters import World
    from world.renamed import rename

    which, *changes = request.param.split("+")
    seed = int(which.removeprefix("renamed-"))
    made, column = make(reduce(change, changes, World(seed=seed))), {}
    if which.startswith("renamed"):
        made, names = rename(made, seed)
        column = names["column"]["events"]
    folder, called = tmp_path_factory.mktemp("world"), lambda name: column.get(name, name)
    log = cx.read(made.tables["events"]).roles(
        **{role: called(role) for role in ("journey", "activity", "time", "customer")},
        journey_attributes=[called(name) for name in ATTRIBUTES],
        event_attributes=[called("channel")],
        zone="Europe/Berlin",
    )
    file = folder / "said.toml"
    file.write_text(made.engagement, encoding="utf-8")
    journeys = cx.prepare(log, folder / "store", progress=False)
    truth = made.hidden["customers"].to_pandas().set_index("customer")
    record = made.tables["customers"].to_pandas()
    record = record.set_index(record.columns[0]).loc[truth.index]
    return truth, record, journeys, cx.Engagement.load(file), sum(map(bool, made.world.personas))


@pytest.fixture(scope="module", params=LEAST)
def asked(request, world) -> tuple[str, cx.Journeys]:
    _, _, journeys, engagement, _ = world
    said = engagement if request.param == "register" else cx.Engagement()
    return request.param, cx.open(journeys.folder, engagement=said)


def test_the_planted_personas_are_found(world, asked) -> None:
    truth, record, _, _, many = world
    source, journeys = asked
    answer = journeys.personas()
    rows = [row for row in answer.table.to_pylist() if row["persona"] != "fits none"]
    verdict = {row["verdict"] for row in rows}
    assert len(rows) == many
    # the fifth persona shares its markers with the others, and one half of the customers does not foretell it surely
    assert verdict == {"holds"} if many < FIVE else verdict <= {"holds", "unsure"}
    persona = answer.assigned.to_pandas().set_index("customer").persona[truth.index]
    best = adjusted_rand_score(truth.bayes, truth.persona)
    assert adjusted_rand_score(truth.persona, persona) >= LEAST[source] * best
    segment = record.iloc[:, 3]
    for known in (truth.age_band, segment):
        assert adjusted_mutual_info_score(known, persona) < TELLS_LITTLE
