"""Differences of shares: the formulas customer by customer, a permutation of customers, null splits, strata."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from cxkit.statistics.discoveries import detectable, discoveries
from cxkit.statistics.families import apart, shares, sides
from cxkit.statistics.lengths import Values, means


def drawn(rng, customers=300, items=20, alike=0.3):
    """Journeys of customers, one to four each, that are alike; and items that each have or have not."""
    owners = np.repeat(np.arange(customers), rng.integers(1, 5, customers))
    base = rng.uniform(0.1, 0.9, items)
    own = rng.beta(base * (1 - alike) / alike, (1 - base) * (1 - alike) / alike, (customers, items))
    return owners, (rng.random((len(owners), items)) < own[owners]).astype(float)


def values_of(has, numbers):
    item, journey = has.T.nonzero()
    return Values(journey, item, numbers[journey, item], has.shape[1])


def slow(owners, y, side, has=None):
    """z of one item as the definition says it, customer by customer; `has` says which journeys count."""
    held = (side != 0) & (has > 0 if has is not None else True)
    owners, y, side = owners[held], y[held], side[held]
    m = [(side == word).sum() for word in (1, -1)]
    r = [y[side == word].mean() for word in (1, -1)]
    people, squares, together, pairs, alike = np.unique(owners), 0.0, 0.0, 0.0, 0.0
    pooled = y.mean()
    n = [len(np.unique(owners[side == word])) for word in (1, -1)]
    for customer in people:
        own = owners == customer
        adds = [
            (y[own & (side == word)] - r[k]).sum() / m[k] * np.sqrt(n[k] / (n[k] - 1)) for k, word in enumerate((1, -1))
        ]
        left, right = ((own & (side == word)).sum() for word in (1, -1))
        squares += (adds[0] - adds[1]) ** 2
        together += left * (left - 1) / m[0] ** 2 + right * (right - 1) / m[1] ** 2 - 2 * left * right / (m[0] * m[1])
        rest = y[own] - pooled
        alike += rest.sum() ** 2 - (rest**2).sum()
        pairs += own.sum() * (own.sum() - 1)
    null = ((y - pooled) ** 2).mean() * (1 / m[0] + 1 / m[1]) + alike / max(pairs, 1) * together
    return (r[0] - r[1]) / np.sqrt(max(squares, null))


@pytest.mark.parametrize("by", ["customer", "journey"])
def test_z_is_what_the_definition_says(by):
    rng = np.random.default_rng(1)
    owners, has = drawn(rng, 60, 5)
    side = rng.choice([1, 1, -1, 0], len(owners)) if by == "journey" else rng.choice([1, -1], 60)[owners]
    told = shares(csr_array(has), sides(owners, side))
    assert np.allclose(told.z, [slow(owners, has[:, item], side) for item in range(5)])
    numbers = rng.normal(size=has.shape) + 3
    lengths = means(values_of(has, numbers), sides(owners, side))
    assert np.allclose(lengths.z, [slow(owners, numbers[:, item], side, has[:, item]) for item in range(5)])


def test_z_is_that_of_a_permutation_of_customers():
    rng = np.random.default_rng(2)
    owners, has = drawn(rng, 240, 12)
    y, m = np.zeros((240, 12)), np.bincount(owners).astype(float)
    np.add.at(y, owners, has)
    left = np.arange(240) < 80

    def difference(chosen):
        return y[chosen].sum(0) / m[chosen].sum() - y[~chosen].sum(0) / m[~chosen].sum()

    seen = shares(csr_array(has), sides(owners, np.where(left, 1, -1)[owners]))
    others = np.array([difference(rng.permutation(left)) for _ in range(2_000)])
    p = (1 + (abs(others) >= abs(difference(left))).sum(0)) / 2_001
    assert np.allclose(seen.difference, difference(left))
    assert (abs(seen.p - p) < 0.05).all(), (seen.p, p)


def test_sides_that_do_not_differ_are_silent_where_journeys_alone_would_not_be():
    rng = np.random.default_rng(3)
    owners, has = drawn(rng, 400, 60, alike=0.4)
    matrix, flagged = csr_array(has), 0
    naive = 0
    for _ in range(40):
        side = np.where(rng.permutation(400) < 200, 1, -1)[owners]
        told = shares(matrix, sides(owners, side))
        flagged += min(discoveries(told.p[told.enough])) <= 0.05
        n = [(side == word).sum() for word in (1, -1)]
        z = told.difference / np.sqrt(has.mean(0) * (1 - has.mean(0)) * (1 / n[0] + 1 / n[1]))
        naive += (abs(z) > 3.3).any()
    assert flagged <= 6
    assert naive > 2 * flagged + 5, "journeys of one customer are no independent ones"


def test_strata_take_away_what_the_mix_makes():
    rng = np.random.default_rng(6)
    owners = np.arange(2_000)
    stratum = rng.integers(0, 2, 2_000)
    side = np.where(rng.random(2_000) < np.where(stratum == 1, 0.8, 0.3), 1, -1)
    has = csr_array((rng.random((2_000, 1)) < np.where(stratum == 1, 0.7, 0.1)[:, None]).astype(float))
    assert shares(has, sides(owners, side)).z[0] > 5
    held = shares(has, sides(owners, side, stratum))
    assert abs(held.z[0]) < 3
    one = [shares(has, sides(owners, np.where(stratum == number, side, 0))) for number in (0, 1)]
    weight = np.bincount(stratum) / 2_000
    assert np.isclose(held.difference[0], sum(w * part.difference[0] for w, part in zip(weight, one, strict=True)))
    assert np.isclose(
        held.error[0] ** 2, sum((w * part.error[0]) ** 2 for w, part in zip(weight, one, strict=True)), rtol=0.1
    )


def test_what_does_not_vary_is_nothing():
    owners, side = np.arange(200), np.repeat([1, -1], 100)
    stratum = np.tile([0, 1], 100)
    has = csr_array(np.stack([np.ones(200), np.zeros(200), stratum], axis=1).astype(float))
    told = shares(has, sides(owners, side, stratum))
    assert told.varies.tolist() == [False, False, False]
    assert told.z.tolist() == [0, 0, 0]
    assert not told.enough.any()
    assert shares(has, sides(owners, side)).varies.tolist() == [False, False, True]
    same = means(Values(owners, np.zeros(200, int), np.full(200, np.log1p(3600.0)), 1), sides(owners, side))
    assert not same.varies[0]
    assert not same.enough[0]


def test_a_few_customers_are_not_tested():
    owners, has = np.arange(1_000), np.zeros((1_000, 3))
    has[:19, 0] = has[:, 1] = has[::3, 2] = 1
    has[:19, 1] = 0
    side = np.where(np.arange(1_000) < 100, 1, -1)
    assert shares(csr_array(has), sides(owners, side)).enough.tolist() == [False, False, True]
    few = np.where(np.arange(1_000) < 10, 1, -1)
    assert shares(csr_array(has), sides(owners, few)).enough.tolist() == [False, False, False], "3 expected of 10"


def test_distance_is_within_its_band_by_chance_and_outside_it_otherwise():
    rng = np.random.default_rng(5)
    owners, has = drawn(rng, 400, 30)
    inside = 0
    for _ in range(20):
        distance = apart(csr_array(has), sides(owners, np.where(rng.permutation(400) < 200, 1, -1)[owners]))
        inside += distance.value <= distance.most
    assert inside >= 17
    more = has.copy()
    half = owners < 200
    more[half, :5] = np.maximum(more[half, :5], rng.random((half.sum(), 5)) < 0.5)
    distance = apart(csr_array(more), sides(owners, np.where(half, 1, -1)))
    assert distance.value > distance.most > distance.chance > 0
    assert apart(csr_array(np.zeros((4, 2))), sides(np.arange(4), np.array([1, 1, -1, -1]))) is None


def test_a_family_of_tests_is_corrected_together():
    assert discoveries([]) == []
    assert discoveries([0.02, 0.9]) == [0.04, 0.9]


def test_what_could_have_been_found_grows_with_the_family():
    assert detectable([]) is None
    assert detectable([0.01]) == pytest.approx(0.028, abs=0.0005)
    assert detectable([0.01] * 1_000) == pytest.approx(0.049, abs=0.0005)
