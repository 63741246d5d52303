"""The scripts of the panels: real modules, a file each, of which the browser is given one text that imports nothing.

A module says `import { a, b as c } from "./other.js";` and writes `export` ahead of a function, a class, a constant or
its default. Each becomes a function, called once, that returns what it exports; they stand in the order in which they
need each other. So a name is as private to its module as it is in the file, and no tool has to be run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from posixpath import dirname, join, normpath

STATIC = Path(__file__).parent / "static"
IMPORT = re.compile(r'^import \{([^{}]*)\} from "(\.[^"]*)";$', re.MULTILINE)
EXPORT = re.compile(r"^export ((?:async )?(?:function|class|const) ([\w$]+))", re.MULTILINE)
DEFAULT = re.compile(r"^export default (?!async|class|function)", re.MULTILINE)
OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


@dataclass(frozen=True)
class Module:
    """A script: its path below the folder, and its text."""

    path: str
    text: str

    @property
    def imports(self) -> list[tuple[str, list[str]]]:
        """From which modules it takes which names."""
        return [(self._beside(place), _taken(names)) for names, place in IMPORT.findall(self.text)]

    @property
    def exports(self) -> list[str]:
        """The names that it gives to others."""
        return [name for _, name in EXPORT.findall(self.text)]

    def called(self) -> str:
        """The module as a function that is called once: its imports are looked up, its exports are returned."""
        body = IMPORT.sub(lambda line: self._looked_up(line[1], line[2]), self.text)
        body, defaults = DEFAULT.subn("const $default = ", EXPORT.sub(r"\1", body))
        if other := OTHER.search(body):
            raise ImportError(f"{self.path}: only names can be imported, and declarations exported, not {other[0]!r}.")
        given = ", ".join([*self.exports, *["default: $default"] * defaults])
        return f'$modules["{self.path}"] = (() => {{\n{body}\nreturn {{ {given} }};\n}})();'

    def _looked_up(self, names: str, place: str) -> str:
        return f'const {{{names.replace(" as ", ": ")}}} = $modules["{self._beside(place)}"];'

    def _beside(self, place: str) -> str:
        return normpath(join(dirname(self.path), place))


def script(path: str, folder: Path = STATIC) -> str:
    """The module at this path and all that it imports, as one module that imports nothing."""
    modules = {module.path: module for module in _needed(path, folder, ())}
    for module in modules.values():
        for other, names in module.imports:
            if missing := [name for name in names if name not in modules[other].exports]:
                raise ImportError(f'{module.path} imports "{missing[0]}" from {other}, which exports no such name.')
    called = "\n".join(module.called() for module in modules.values())
    return f'const $modules = {{}};\n{called}\nexport default $modules["{path}"].default;\n'


def style(path: str) -> str:
    """The style sheet at this path."""
    return (STATIC / path).read_text(encoding="utf-8")


def _needed(path: str, folder: Path, above: tuple[str, ...]) -> Iterator[Module]:
    """The module after all that it imports; one that several import comes several times."""
    if path in above:
        raise ImportError(f"These scripts import each other: {', '.join([*above, path])}.")
    if not (folder / path).is_file():
        raise ImportError(f"{above[-1] if above else 'A panel'} imports {path}, which is no file.")
    module = Module(path, (folder / path).read_text(encoding="utf-8"))
    for other, _ in module.imports:
        yield from _needed(other, folder, (*above, path))
    yield module


def _taken(names: str) -> list[str]:
    return [name.split()[0] for name in names.split(",") if name.strip()]
