"""How large: a file, a function, a folder, a room; and where prefixes want to be folders."""

from __future__ import annotations

import ast
import json
from collections import Counter
from pathlib import Path

import pytest
from support.plan import MODULES, ROOT, file_of, lines_of, tree_of

LONGEST_FILE, LONGEST_FUNCTION, MOST_FILES, LARGEST_ROOM = 400, 45, 20, 0.2
FOLDERS = ("cxkit", "widgets", "tests", "scripts", "data", "benchmarks")
GENERATED = {"vega.js"}


def files(*suffixes: str) -> list[Path]:
    """The files of the project that people wrote, with these endings."""
    inside = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in suffixes]
    return sorted(path for path in inside if path.name not in GENERATED and "node_modules" not in path.parts)


def test_no_file_outgrows_its_story():
    lengths = {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8").count("\n") for path in files(".py", ".js")
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


@pytest.mark.parametrize("module", MODULES)
def test_no_function_is_long(module):
    """Without its docstring, which tells what a function cannot show."""
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[1 if ast.get_docstring(node) and len(node.body) > 1 else 0]
            assert node.end_lineno - first.lineno + 1 <= LONGEST_FUNCTION, node.name


def test_no_folder_is_crowded_and_no_prefix_hides_one():
    modules = [file_of(module) for module in MODULES]
    crowded = Counter(path.parent for path in modules)
    assert {str(folder): count for folder, count in crowded.items() if count > MOST_FILES} == {}
    prefixes = Counter((path.parent, path.stem.split("_")[0]) for path in modules if "_" in path.stem.strip("_"))
    assert {str(family): count for family, count in prefixes.items() if count > 2} == {}


def test_no_room_is_half_of_the_house():
    rooms = Counter[str]()
    for module in MODULES:
        inside = file_of(module).relative_to(ROOT).parts
        rooms[inside[1] if len(inside) > 2 else "(top)"] += lines_of(module)
    whole = sum(rooms.values())
    assert {name: lines for name, lines in rooms.items() if lines > LARGEST_ROOM * whole} == {}


def test_no_folder_is_called_utils():
    vague = ("util", "helper", "manager", "common", "misc")
    assert not [path.name for path in files(".py") if any(word in path.name for word in vague)]


def test_notebooks_hold_neither_functions_nor_outputs():
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            source = "".join(cell["source"])
            assert not cell.get("outputs"), path.name
            assert cell["cell_type"] != "code" or not any(
                line.lstrip().startswith("def ") for line in source.split("\n")
            )
