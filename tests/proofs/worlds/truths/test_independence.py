"""What goes wrong when journeys are taken for independent? Customers have several, and theirs are alike."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from oracle import World

SPLITS = 1500


@pytest.fixture(scope="module")
def several(world: World) -> pd.DataFrame:
    """Journeys of people who have several: phone contacts, the kind's mean taken away."""
    spoken = world.log[(world.log.channel == "phone") & world.log.lane.isin(["customer action", "front-stage"])]
    rows = world.journeys.assign(calls=spoken.groupby("journey").size()).fillna({"calls": 0.0})
    rows = rows[rows.groupby("customer").customer.transform("size") > 1]
    return rows.assign(calls=rows.calls - rows.groupby("kind").calls.transform("mean"))


def rejected(values: np.ndarray, sizes: np.ndarray, rng: np.random.Generator) -> float:
    """How often do two groups of people, drawn by lot, differ at 5 %? Sums and sizes of each unit."""
    group = rng.random((SPLITS, len(sizes))) < 0.5
    found = []
    for side in (group, ~group):
        n = side @ sizes
        mean = side @ values / n
        residual = values - np.outer(mean, sizes)
        found.append((mean, (side * residual**2).sum(axis=1) / n**2))
    (first, one), (second, two) = found
    return float((np.abs(first - second) > 1.96 * np.sqrt(one + two)).mean())


def test_customers_are_the_unit(several: pd.DataFrame) -> None:
    by = several.groupby("customer").calls
    rate = rejected(by.sum().to_numpy(), by.size().to_numpy(float), np.random.default_rng(1))
    assert rate == pytest.approx(0.05, abs=0.02)


def test_journeys_are_not(several: pd.DataFrame) -> None:
    """The same lots fall on people; a test that counts journeys finds differences where there are none."""
    rng = np.random.default_rng(1)
    codes = several.customer.astype("category").cat.codes.to_numpy()
    values = several.calls.to_numpy()
    wrong = 0
    for _ in range(SPLITS):
        side = (rng.random(codes.max() + 1) < 0.5)[codes]
        a, b = values[side], values[~side]
        wrong += abs(a.mean() - b.mean()) > 1.96 * np.sqrt(a.var() / len(a) + b.var() / len(b))
    assert wrong / SPLITS > 0.075
