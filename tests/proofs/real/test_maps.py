"""Maps of real logs can be read: few lines cross, none runs behind a box, no label covers another, all adds up."""

from __future__ import annotations

import random
import time
from collections import Counter
from itertools import pairwise

import pytest
from support.crossings import counted, groups, parsed, sums

import cxkit as cx
from cxkit import where as w
from cxkit.schema import END, START
from cxkit.views.map import process_map
from cxkit.views.placing import layout

MOST_CROSSINGS = 15
ROOM = (800, 660)
CASES = {"journey": "case_id", "activity": "activity"}
LOGS = {
    "bpi2012": ("bpi2012/BPI_Challenge_2012.xes.gz", None),
    "sepsis": ("sepsis/sepsis.csv.gz", CASES),
    "traffic_fines": ("traffic_fines/traffic_fines_full.parquet", CASES),
}
LOOKS = [
    {},
    {"show": "times"},
    {"size": ROOM, "show": "times"},
    {"size": ROOM, "show": "median", "activities": 0.7, "moves": 0.3},
    {"coverage": 1.0},
]


def maps(journeys, looks=LOOKS):
    """Each look at the map, counted."""
    result = journeys.process_map()
    for look in looks:
        svg = parsed(result.chart(**look).svg)
        assert all(visits == into == out for visits, into, out in sums(svg).values())
        yield look, counted(svg), svg


@pytest.mark.parametrize("kind", ["order", "fault", "renewal", "move"])
def test_the_kinds_of_the_sample(kind):
    journeys = cx.sample_journeys().keep(w.attribute("kind", kind))
    for look, wrong, svg in maps(journeys):
        assert (wrong.behind, wrong.overlapping) == (0, 0)
        assert wrong.smallest >= 11
        if "moves" not in look and "coverage" not in look:
            assert wrong.crossings <= MOST_CROSSINGS
        if not look:
            assert 40 <= wrong.moves <= 42
        if look.get("show") == "times":
            assert len(groups(svg, "cx-label")) >= 0.8 * wrong.moves  # the rest says its figure on hover


@pytest.mark.parametrize("name", LOGS)
def test_real_logs(name, shared, tmp_path):
    file, roles = LOGS[name]
    log = cx.read(shared / file)
    journeys = cx.prepare(log if roles is None else log.roles(**roles), tmp_path / name, progress=False)
    for _, wrong, _ in maps(journeys):
        assert (wrong.behind, wrong.overlapping) == (0, 0)
        assert wrong.smallest >= 11


def test_six_hundred_activities_begin_at_the_main_path_and_grow():
    rows = of_many(600)
    grown = []
    for look in ({"size": ROOM}, {"size": ROOM, "activities": 0.05, "moves": 0.1}, {"activities": 1.0, "moves": 1.0}):
        svg = parsed(process_map(rows, title="t", population="p", geometry=None, show="times", **look).svg)
        wrong = counted(svg)
        assert (wrong.behind, wrong.overlapping) == (0, 0)
        assert all(visits == into == out for visits, into, out in sums(svg).values())
        grown.append(wrong.moves)
    assert 5 < grown[0] <= 42
    assert grown == sorted(grown)


def of_many(activities):
    """Rows of a log of so many activities: a main path of ten, and journeys that leave it once, for ever rarer ones."""
    chance, moves = random.Random(1), Counter()
    for code in range(9, activities):
        place = chance.randrange(1, 10)
        steps = [*range(place), *([code] if code > 9 else []), *range(place, 10)]
        moves.update(dict.fromkeys(pairwise([START, *steps, END]), 1 + 20_000 // code))
    names = [f"Activity {code}" for code in range(activities)]
    return [
        {
            "activity": names[source] if source >= 0 else None,
            "next_activity": names[target] if target >= 0 else None,
            "source": source, "target": target, "count": count, "journeys": count, "share": 0.1, "coverage": 0.5,
        }
        for (source, target), count in moves.items()
    ]  # fmt: skip


def test_a_layout_of_forty_moves_takes_no_longer_than_a_blink():
    journeys = cx.sample_journeys().keep(w.attribute("kind", "fault"))
    rows = journeys.process_map().table.to_pylist()
    took = []
    for _ in range(5):
        layout._placed.cache_clear()
        began = time.process_time()
        process_map(rows, title="t", population="p", geometry=None, show="times")
        took.append(time.process_time() - began)
    assert min(took) < 0.06
