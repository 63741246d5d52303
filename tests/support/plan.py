"""The house as it is read from its files: modules, rooms, imports and sizes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from support.machine import ROOT

PLACES = {"cxkit": ROOT, "cxwidgets": ROOT / "widgets"}
MODULES = sorted(
    ".".join(path.relative_to(place).with_suffix("").parts).removesuffix(".__init__")
    for package, place in PLACES.items()
    for path in (place / package).rglob("*.py")
)


@dataclass(frozen=True)
class Import:
    """One import: of which module, which name, and whether when loaded, in a function, or only for types."""

    of: str
    name: str
    when: str


def file_of(module: str) -> Path:
    base = PLACES[module.split(".")[0]] / Path(*module.split("."))
    return base / "__init__.py" if base.is_dir() else base.with_suffix(".py")


@cache
def tree_of(module: str) -> ast.Module:
    return ast.parse(file_of(module).read_text(encoding="utf-8"))


@cache
def imports_of(module: str) -> tuple[Import, ...]:
    package = module if file_of(module).name == "__init__.py" else module.rpartition(".")[0]
    return tuple(_imports(tree_of(module), package, "loaded"))


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


def lines_of(module: str) -> int:
    return file_of(module).read_text(encoding="utf-8").count("\n")
