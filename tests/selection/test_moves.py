"""Laws of counting moves: by variants, among gaps in order and among events, the same journeys take the same moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import nan

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cxkit as cx
from cxkit import where as w
from cxkit.schema import ACTIVITY, COUNT, JOURNEYS, MEAN, NEXT
from cxkit.selection import moves
from cxkit.store import gaps, star

MONDAY = datetime(2025, 6, 2, tzinfo=UTC)
NAMES = ["Order", "Call", "Ship"]
SHARES = {"least": 0.0, "p25": 0.25, "median": 0.5, "p90": 0.9, "most": 1.0}
EVENT = st.tuples(st.integers(0, 8), st.sampled_from(NAMES), st.integers(0, 9))
CHOICES = {
    "all": lambda j: j,
    "some": lambda j: j.keep(w.length(at_least=2)),
    "others": lambda j: j.drop(w.length(at_least=2)),
    "some of some": lambda j: j.keep(w.length(at_least=2)).keep(w.lasts(at_least="6h")).sample(0.6),
    "cut": lambda j: j.keep(w.length(at_least=2)).trim(since="2025-06-03"),
    "collapsed": lambda j: j.collapse().keep(w.length(at_most=3)),
}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    def prepare(events):
        rows = [
            {"case": f"J{number}", "what": name, "when": MONDAY + tick * timedelta(hours=6)}
            for number, name, tick in events
        ]
        log = cx.read(pa.Table.from_pylist(rows)).roles(journey="case", activity="what", time="when")
        return cx.prepare(log, tmp_path_factory.mktemp("moves"), progress=False)

    return prepare


def by_move(table, columns):
    """The figures of each move."""
    found = table.to_pylist()
    known = {(row[ACTIVITY], row[NEXT]): [nan if row[name] is None else row[name] for name in columns] for row in found}
    assert len(known) == len(found)
    return known


def assert_same(one, other, columns):
    one, other = by_move(one, columns), by_move(other, columns)
    assert one.keys() == other.keys()
    for move, figures in one.items():
        assert figures == pytest.approx(other[move], rel=1e-12, nan_ok=True), move


@settings(max_examples=8, deadline=None)
@given(st.lists(EVENT, min_size=1, max_size=40), st.booleans())
def test_all_ways_count_the_same(prepared, events, halved):
    journeys = prepared(events)
    engine = journeys.base.engine
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gaps, "SAFE", 0.0 if halved else gaps.SAFE)
        for choose in CHOICES.values():
            chosen = choose(journeys).selection
            passed = engine.collect(moves.of_events(chosen, SHARES))
            looked = moves.of_gaps(chosen, gaps.gaps(chosen.star), SHARES)
            assert_same(looked, passed, (COUNT, JOURNEYS, MEAN, *SHARES))
            assert_same(engine.collect(moves.of_variants(chosen)), passed, (COUNT, JOURNEYS))


def test_the_way_is_chosen_by_what_is_at_hand(toy, monkeypatch):
    asked = []
    for way in ("of_variants", "of_gaps", "of_events"):
        real = getattr(moves, way)
        monkeypatch.setattr(moves, way, lambda *words, way=way, real=real: asked.append(way) or real(*words))
    whole, part = cx.open(toy.folder), cx.open(toy.folder).keep(w.contains("Call"))
    moves.counted(whole.selection), moves.timed(whole.selection, moves.QUANTILES), moves.counted(whole.selection)
    assert asked == ["of_events", "of_events"], "the toy has many variants; what is known with times is kept"
    moves.timed(part.selection, moves.QUANTILES), moves.counted(part.selection)
    assert asked[2:] == ["of_gaps"]
    monkeypatch.setattr(star, "FEWER", 1)
    moves.counted(cx.open(toy.folder).selection)
    assert asked[3:] == ["of_variants"]
    monkeypatch.setattr(gaps, "MOST_GAPS", 39)
    moves.timed(cx.open(toy.folder).keep(w.contains("Call")).selection, moves.QUANTILES)
    assert asked[4:] == ["of_events"]
