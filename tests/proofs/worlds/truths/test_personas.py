"""Who is what? Four personas, seen in many small things and in no single one; decoys that say nothing of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from estimators import adjusted_mutual, adjusted_rand, explained
from oracle import MARKERS, PERSONAS, World

BANDS = (18, 30, 50, 65, 200)


@pytest.fixture(scope="module")
def done(world: World) -> pd.DataFrame:
    """How often did each person do each activity, and use each channel?"""
    acts = pd.crosstab(world.log.customer, world.log.activity)
    channels = pd.crosstab(world.log.customer, world.log.channel)[["web", "app", "phone", "shop"]]
    return acts.join(channels.add_prefix("channel ")).reindex(world.people.index)


@pytest.fixture(scope="module")
def markers(done: pd.DataFrame) -> pd.DataFrame:
    return done[list(dict.fromkeys(marker for own in MARKERS.values() for marker in own))]


@pytest.mark.parametrize("key", [f"persona.share.{slug}" for slug in PERSONAS])
def test_shares(world: World, key: str) -> None:
    persona = PERSONAS[key.split(".")[-1]]
    world.some_are(persona)
    world.counted(key, (world.people.persona == persona).mean())


def test_each_persona_has_its_own_markers(world: World, markers: pd.DataFrame) -> None:
    persona = world.people.persona
    own = np.array([[marker in MARKERS[one] for marker in markers] for one in persona])
    counts = markers.to_numpy()
    world.counted("persona.marker.own", counts[own].mean())
    world.counted("persona.marker.other", counts[~own].mean())
    world.counted("persona.discretionary", counts.sum(axis=1).mean())
    world.only_shipped()
    assert world.rates["own_marker"] * 3 + world.rates["other_marker"] * 9 >= 6.6


def bayes(counts: np.ndarray, who: np.ndarray, learn: np.ndarray) -> np.ndarray:
    """Which persona, by the Poisson likelihood of rates learnt from labelled people?"""
    names = np.unique(who)
    rates = np.array([counts[learn & (who == name)].mean(axis=0) + 0.01 for name in names])
    prior = np.log([(who[learn] == name).mean() for name in names])
    return names[(counts @ np.log(rates).T - rates.sum(axis=1) + prior).argmax(axis=1)]


def test_many_markers_together_tell_the_persona(world: World, markers: pd.DataFrame) -> None:
    persona, learn = world.people.persona.to_numpy(), np.arange(len(markers)) % 2 == 0
    guesses = bayes(markers.to_numpy(float), persona, learn)[~learn]
    reached = adjusted_rand(pd.Series(guesses), pd.Series(persona[~learn]))
    best = adjusted_rand(world.people.bayes, world.people.persona)
    world.counted("persona.bayes_ari", best)
    assert 0.6 < reached < best


def test_no_single_column_does(world: World, done: pd.DataFrame) -> None:
    persona = world.people.persona
    caps = [8 if column.startswith("channel") else 4 for column in done]
    reached = [adjusted_rand(done[column].clip(upper=cap), persona) for column, cap in zip(done, caps, strict=True)]
    world.counted("persona.single_ari", max(reached))
    two = [adjusted_rand((done[column] > at).astype(int), persona) for column in done for at in range(4)]
    assert max(reached + two) < 0.4 < world.of("persona.bayes_ari")["realised"]


def test_neither_age_nor_segment_nor_declared_channel_does(world: World) -> None:
    record = world.table("customers").set_index("customer").loc[world.people.index]
    persona, band = world.people.persona, pd.cut(record.age, BANDS, right=False, labels=False)
    world.found("persona.age_ami", adjusted_mutual(band, persona))
    for known in (band, record.segment, record.preferred_channel, record.region):
        assert adjusted_rand(known, persona) < 0.1
    assert abs(adjusted_mutual(record.preferred_channel, persona)) < 0.005
    world.only_shipped()
    assert 0.02 <= world.of("persona.age_ami")["realised"] <= 0.05


def test_decoys_say_nothing_of_the_persona(world: World) -> None:
    entries = world.journeys.dropna(subset="entry")
    world.found("decoy.entry_ami", adjusted_mutual(entries.entry, entries.persona))
    world.counted("decoy.hardness_eta", explained(world.people.hardness, world.people.persona))
    checks = world.log[(world.log.activity == "Identity check") & (world.log.channel == "phone")]
    checks = checks[checks.worked > 0]
    world.found("decoy.check_length_eta", explained(np.log(checks.worked), checks.persona))


def test_a_decoy_makes_clear_groups_all_the_same(world: World) -> None:
    checks = world.log[(world.log.activity == "Identity check") & (world.log.channel == "phone")]
    logs = np.log(checks.worked[checks.worked > 0])
    long = logs > logs.mean()
    assert explained(logs, long) > 0.6
    assert world.rates["decoys_tell"] or abs(adjusted_rand(long, checks.persona[logs.index])) < 0.01
