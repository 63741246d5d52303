"""A variable names its thing: `move`, `gap`, `clause`. These names would fit anything, so they say nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from support.plan import MODULES, tree_of, under

VAGUE = {"found", "said", "known", "one"}
# Modules that are not done yet: whoever does the next shortens the list.
NOT_YET = """
    cxkit.faces cxkit.selection cxkit.store cxkit.measures.ways.durations cxkit.measures.ways.process_map
    cxkit.measures.ways.variants cxkit.views.placing.layout cxkit.views.stacked cxwidgets
"""
HELD = [module for module in MODULES if not under(module, NOT_YET)]


def bound_in(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every name that a piece of code binds, and its line: by =, a loop, a match, an error; not a class's fields."""
    fields = {
        id(part.target)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for part in node.body
        if isinstance(part, ast.AnnAssign)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and id(node) not in fields:
            yield node.id, node.lineno
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            yield node.name, node.lineno


def constants(tree: ast.Module) -> Iterator[str]:
    """The names that a module binds to values as it is loaded."""
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            yield from (name for name, _ in bound_in(node))


@pytest.mark.parametrize("module", HELD)
def test_a_variable_names_its_thing(module):
    assert [(name, line) for name, line in bound_in(tree_of(module)) if name in VAGUE] == []


@pytest.mark.parametrize("module", HELD)
def test_a_constant_has_no_underscore(module):
    """What begins with an underscore is a function or a class; a name in capitals says enough."""
    assert [name for name in constants(tree_of(module)) if name.startswith("_") and name != "__all__"] == []


def test_every_module_that_is_not_done_exists():
    assert [name for name in NOT_YET.split() if not any(under(module, name) for module in MODULES)] == []


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("found, (one, *known) = rows", ["found", "one", "known"]),
        ("for one in rows: pass", ["one"]),
        ("def f(): return {one: 1 for one in rows}", ["one"]),
        ("if said := ask(): pass", ["said"]),
        ("with open(path) as one: pass", ["one"]),
        ("match row:\n    case [said, *known]: pass", ["said", "known"]),
        ("found.rows = said(one)", []),
        ("class Valley:\n    found: float = 0.0", []),
        ("class Valley:\n    def at(self): found: float = 0.0", ["found"]),
    ],
)
def test_the_guard_sees_what_is_bound(code, names):
    assert sorted(name for name, _ in bound_in(ast.parse(code)) if name in VAGUE) == sorted(names)
