"""Log coverage: the toy log by hand, laws, and whether the estimates and intervals keep their word."""

from __future__ import annotations

import random
import xml.etree.ElementTree as ET
from collections import Counter
from datetime import UTC, datetime, timedelta
from math import exp, log, sqrt

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cxkit as cx
from cxkit import where as w
from cxkit.measures.ways.log_coverage import Seen, log_coverage
from cxkit.statistics import unseen

JANUARY = datetime(2025, 1, 10, tzinfo=UTC)


def seen_in(counts) -> Seen:
    """What is seen where each variant has so many customers."""
    sizes = Counter(counts)
    return Seen(sum(counts), len(counts), sizes[1], sizes[2])


def coverage(seen):
    """The ends of the interval around the share that is covered."""
    estimate = unseen.coverage(seen.customers, seen.once, seen.twice)
    return estimate.low, estimate.value, estimate.high


def richness(seen):
    """The ends of the interval around the number of variants."""
    estimate = unseen.richness(*seen)
    return estimate.low, estimate.value, estimate.high


def prepared(rows, folder, engine=None):
    """Rows of (journey, customer, activities as a word, days since 10 January); a second between events."""
    events = [
        {"case": case, "client": client, "what": what}
        | ({} if days is None else {"when": JANUARY + timedelta(days=days, seconds=place)})
        for case, client, word, days in rows
        for place, what in enumerate(word)
    ]
    time = {} if rows[0][3] is None else {"time": "when"}
    log = cx.read(pa.Table.from_pylist(events)).roles(journey="case", activity="what", customer="client", **time)
    return cx.prepare(log, folder, engine=engine, progress=False)


def test_the_toy_log(toy):
    """First journeys A01-A05 and A07-A11: one variant four times, two twice (Order-Cancel, Order-Pay), two once.

    n = 10, S = 5, f1 = 2, f2 = 2: C = 1 - 2/10 x (9 x 2)/(9 x 2 + 2 x 2) = 1 - .2 x 18/22;
    Esty's error is 1.96 sqrt((.2 + .4 - .04)/10); Chao1 = 5 + 9/10 x 2 x 1/(2 x 3) = 5.3, its variance
    .3 + .405 + .02 = .725.
    """
    [row] = log_coverage(toy).table.to_pylist()
    assert [row[name] for name in ("customers", "variants", "once", "twice")] == [10, 5, 2, 2]
    assert row["covered_share"] == pytest.approx(1 - 0.2 * 18 / 22)
    assert row["covered_share_low"] == pytest.approx(1 - 0.2 * 18 / 22 - 1.959964 * sqrt(0.056))
    assert row["covered_share_high"] == 1
    factor = exp(1.959964 * sqrt(log(1 + 0.725 / 0.3**2)))
    assert row["variants_at_least"] == pytest.approx(5.3)
    assert (row["variants_low"], row["variants_high"]) == pytest.approx((5 + 0.3 / factor, 5 + 0.3 * factor))
    assert (row["recent"], row["recent_new_share"]) == (None, None)
    assert log_coverage(toy).n.customers == 10


def test_a_selection(toy):
    """The journeys that never were cancelled: A01-A06, A09, A10, of which A06 is no first one: 4, 1 and 2 customers."""
    [row] = log_coverage(toy.drop(w.contains("Cancel"))).table.to_pylist()
    assert [row[name] for name in ("customers", "variants", "once", "twice")] == [7, 3, 1, 1]
    assert row["covered_share"] == pytest.approx(1 - 1 / 7 * 6 / (6 + 2))
    assert row["variants_at_least"] == 3


def test_nothing_is_said_of_none(toy):
    [row] = log_coverage(toy.keep(w.length(at_least=1_000))).table.to_pylist()
    assert row["customers"] == 0
    assert {row[name] for name in ("covered_share", "variants_at_least", "variants_high", "recent")} == {None}


def test_the_last_whole_month(engine, tmp_path):
    """The log ends on 5 March. In February began customers 3, 4 and 5, with AB, AC and AD; only AB was gone before."""
    rows = [
        ("1", "1", "AB", 0),
        ("2", "2", "AB", 1),
        ("3", "3", "AB", 25),
        ("4", "4", "AC", 26),
        ("5", "5", "AD", 27),
        ("6", "1", "AE", 28),  # not customer 1's first
        ("7", "7", "AF", 54),  # in March
    ]
    [row] = log_coverage(prepared(rows, tmp_path / "store", engine)).table.to_pylist()
    assert [row[name] for name in ("customers", "variants", "once", "twice")] == [6, 4, 3, 0]
    assert (row["recent"], row["recent_new_share"]) == (3, pytest.approx(2 / 3))
    assert row["covered_share"] == pytest.approx(1 - 3 / 6 * (5 * 2) / (5 * 2 + 2))


def test_without_times(tmp_path):
    """The first journey is then the first by name; nobody knows what is recent."""
    rows = [("1", "a", "AB", None), ("2", "a", "AC", None), ("3", "b", "AB", None), ("4", None, "AD", None)]
    [row] = log_coverage(prepared(rows, tmp_path / "store")).table.to_pylist()
    assert [row[name] for name in ("customers", "variants", "once", "twice", "recent")] == [3, 2, 1, 1, None]


counts = st.lists(st.integers(1, 30), min_size=1, max_size=40)


@given(counts)
def test_shares_are_shares_and_bounds_bound(sizes):
    seen = seen_in(sizes)
    low, covered, high = coverage(seen)
    fewest, least, most = richness(seen)
    if seen.customers < 2:
        assert {low, covered, high, fewest, least, most} == {None}
        return
    assert 0 <= low <= covered <= high <= 1
    assert seen.variants <= fewest <= least <= most


@given(counts)
def test_a_new_way_lowers_what_is_covered(sizes):
    """Where one more customer goes a way of his own, more is unseen than where he goes the commonest."""
    if sum(sizes) > 1 and max(sizes) > 2:
        common = seen_in([*sorted(sizes)[:-1], max(sizes) + 1])
        assert coverage(seen_in([*sizes, 1]))[1] <= coverage(common)[1]


def test_all_different_and_all_alike():
    assert coverage(Seen(100, 100, 100, 0))[1] == pytest.approx(2 / (99 * 99 + 2))
    assert coverage(Seen(100, 1, 0, 0)) == pytest.approx((0.05**0.01, 1, 1))
    assert richness(Seen(100, 1, 0, 0)) == (1, 1, 1)


def test_where_hardly_two_go_alike_the_interval_still_holds():
    """300 draws from 5,000 equally likely ways: of 20 customers hardly two go alike, of 100 a pair or so."""
    chance = random.Random(5)
    for customers in (20, 100):
        held, errors = 0, []
        for _ in range(300):
            drawn = Counter(chance.choices(range(5_000), k=customers))
            low, covered, high = coverage(seen_in(list(drawn.values())))
            held += low <= len(drawn) / 5_000 <= high
            errors.append(covered - len(drawn) / 5_000)
        assert held / 300 > 0.9
        assert abs(sum(errors) / 300) < 0.01
    assert coverage(Seen(330, 330, 330, 0))[::2] == pytest.approx((0, 5.991465 / 329))


customers_of = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.sampled_from(["A", "AB", "ABA", "B", "BB"]), st.integers(0, 40)),
    min_size=1,
    max_size=25,
)


@settings(max_examples=10, deadline=None)
@given(customers_of)
def test_counted_again_one_journey_after_the_other(tmp_path_factory, drawn):
    """The first journey of each customer by day, ties by name; Chao's and Jost's form as it is printed."""
    rows = [(f"{number:03}", client, word, days) for number, (client, word, days) in enumerate(drawn)]
    first: dict[str, tuple[int, str, str]] = {}
    for case, client, word, days in rows:
        first[client] = min(first.get(client, (days, case, word)), (days, case, word))
    times = Counter(Counter(word for _, _, word in first.values()).values())
    n, f1, f2 = len(first), times[1], times[2]
    [row] = log_coverage(prepared(rows, tmp_path_factory.mktemp("again"))).table.to_pylist()
    assert [row[name] for name in ("customers", "once", "twice")] == [n, f1, f2]
    if n > 1 and f2:
        assert row["covered_share"] == pytest.approx(1 - f1 / n * ((n - 1) * f1) / ((n - 1) * f1 + 2 * f2))
    elif n > 1:
        above = (n - 1) * max(f1 - 1, 0)
        assert row["covered_share"] == pytest.approx(1 - f1 / n * above / (above + 2))
    if n > 1:
        seen = len({word for _, _, word in first.values()})
        assert row["variants_at_least"] == pytest.approx(seen + (n - 1) / n * f1 * (f1 - 1) / (2 * (f2 + 1)))


def test_the_picture_says_what_is_new_and_how_sure_that_is(toy):
    text = " ".join(ET.fromstring(log_coverage(toy).chart().svg).itertext())
    for words in (
        "Next way is a new one",
        "16%",
        "95% interval 0% to 63%",
        "Ways there are, at least 5",
        "2 seen only once",
    ):
        assert words in text
    assert "unknown" in text
    assert "no whole month" in text


def test_the_estimates_keep_their_word():
    """400 draws of 200 customers from 300 ways of known chances: no bias in the cover, the interval holds it."""
    chance = random.Random(3)
    weights = [1 / (place + 1) for place in range(300)]
    total = sum(weights)
    errors, held, over = [], 0, 0
    for _ in range(400):
        drawn = Counter(chance.choices(range(300), weights, k=200))
        truth = sum(weights[way] for way in drawn) / total
        low, covered, high = coverage(seen_in(list(drawn.values())))
        errors.append(covered - truth)
        held += low <= truth <= high
        over += richness(seen_in(list(drawn.values())))[1] > 300
    assert abs(sum(errors) / 400) < 0.01
    assert held / 400 > 0.92
    assert over / 400 < 0.2
