"""The text of an engagement file: read without harm, the lines of its keys, and written with its comments kept."""

from __future__ import annotations

import re
import secrets
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cxkit.engagement.mistakes import Place
from cxkit.errors import InputError, StoreError

SCHEMA = Path(__file__).with_name("engagement.schema.json")
HEAD = "#:schema engagement.schema.json"
LARGEST = 1_000_000
PART = r"""(?:[\w-]++|"(?:\\.|[^"\\\n])*+"|'[^'\n]*+')"""
KEY = re.compile(rf"\s*+({PART}(?:[ \t]*+\.[ \t]*+{PART})*+)\s*+=")
TABLE = re.compile(rf"\s*+(\[\[?)\s*+({PART}(?:[ \t]*+\.[ \t]*+{PART})*+)\s*+\]")
TOO_DEEP = re.compile(rf"(?<![\w\"'-]){PART}(?:[ \t]*+\.[ \t]*+{PART}){{32}}")
QUOTES = ('"""', "'''")


def text_of(path: Path) -> str:
    """What the file says, as text with one kind of line end."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except (OSError, ValueError):
        raise InputError(f'There is no file "{path}" that can be read.') from None
    if len(raw) > LARGEST:
        raise InputError(f'"{path.name}" is larger than a megabyte. An engagement file is short.')
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InputError(f'"{path.name}" is not in UTF-8 (line {line}). Save it in that encoding.') from None


def parsed(text: str, name: str) -> dict[str, Any]:
    """The tables of a TOML text; what nests without end is refused before it is parsed."""
    if TOO_DEEP.search(text):
        raise InputError(f'"{name}" nests deeper than any engagement file.')
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f'"{name}" is no TOML: {str(error)[0].lower()}{str(error)[1:]}.') from None
    except RecursionError:
        raise InputError(f'"{name}" nests deeper than any engagement file.') from None
    except ValueError as error:
        raise InputError(f'"{name}" holds a value that cannot be read ({str(error).splitlines()[0]}).') from None


def lines_of(text: str) -> dict[Place, int]:
    """The line of every table and key of a valid file."""
    lines: dict[Place, int] = {}
    for place, number in _places(text):
        for length in range(1, len(place) + 1):
            lines.setdefault(place[:length], number)
    return lines


def _places(text: str) -> Iterator[tuple[Place, int]]:
    table: Place = ()
    entries: dict[Place, int] = {}
    inside = ""
    for number, line in enumerate(text.split("\n"), 1):
        if not inside and (header := TABLE.match(line)):
            table = _entered(_parts(header[2]), header[1] == "[[", entries)
            yield table, number
        elif not inside and (key := KEY.match(line)):
            yield (*table, *_parts(key[1])), number
        for quotes in QUOTES:
            if inside in ("", quotes) and line.count(quotes) % 2:
                inside = "" if inside else quotes


def _parts(key: str) -> Place:
    """The names in a dotted key."""
    table, names = tomllib.loads(f"{key} = 0"), []
    while isinstance(table, dict):
        [(name, table)] = table.items()
        names.append(name)
    return tuple(names)


def _entered(names: Place, new: bool, entries: dict[Place, int]) -> Place:
    """The place of a table: where a name stands for a list of tables, its last one, or a new one."""
    place: Place = ()
    for depth, name in enumerate(names):
        place = (*place, name)
        if new and depth == len(names) - 1:
            entries[place] = entries.get(place, -1) + 1
        if place in entries:
            place = (*place, entries[place])
    return place


def written(values: dict[str, Any]) -> str:
    """A new file with these values."""
    import tomlkit

    document = tomlkit.document()
    for key, value in sorted(values.items(), key=lambda entry: _is_table(entry[1])):
        document.add(key, _item(value))
    return f"{HEAD}\n{tomlkit.dumps(document)}"


def _item(value: Any) -> Any:
    """A value as a section: a list of tables as entries, whose own tables stand on one line."""
    import tomlkit

    if not _is_table(value) or isinstance(value, dict):
        return tomlkit.item(value)
    entries = tomlkit.aot()
    for part in value:
        entry = tomlkit.table()
        for key, inner in part.items():
            entry.add(key, _on_one_line(inner))
        entries.append(entry)
    return entries


def _on_one_line(value: Any) -> Any:
    import tomlkit

    if not isinstance(value, dict):
        return value
    table = tomlkit.inline_table()
    table.update(value)
    return table


def _is_table(value: Any) -> bool:
    parts = value if isinstance(value, list) else [value]
    return parts != [] and all(isinstance(part, dict) for part in parts)


def amended(text: str, old: dict[str, Any], new: dict[str, Any]) -> str:
    """The file with what differs between old and new values changed, and all else as it was, comments included."""
    import tomlkit

    document = tomlkit.parse(text)
    _amend(document, old, new)
    changed = tomlkit.dumps(document)
    return changed if "#:schema " in changed else f"{HEAD}\n{changed}"


def _amend(table: Any, old: dict[str, Any], new: dict[str, Any], item: Callable[[Any], Any] = _item) -> None:
    from tomlkit.items import InlineTable

    item = _on_one_line if isinstance(table, InlineTable) else item
    for key in [key for key in old if key not in new]:
        del table[key]
    for key, value in new.items():
        before, there = old.get(key), table.get(key)
        if before == value and (not isinstance(value, dict) or list(before or {}) == list(value)):
            continue
        if isinstance(there, dict) and isinstance(before, dict) and _grown(before, value):
            _amend(there, before, value, item)
        elif isinstance(value, list) and _alike(there, before, value):
            for entry, was, becomes in zip(there, old[key], value, strict=True):
                _amend(entry, was, becomes, _on_one_line)
        else:
            if _is_table(value) or _is_table(there):
                table.pop(key, None)
            table[key] = item(value)


def _alike(*lists: Any) -> bool:
    """Whether these are lists of equally many tables."""
    return all(isinstance(item, list) and _is_table(item) and len(item) == len(lists[0]) for item in lists)


def _grown(before: dict[str, Any], after: Any) -> bool:
    """Whether what stays is in the same order, and what is new comes after it."""
    kept = [key for key in before if key in after] if isinstance(after, dict) else []
    return isinstance(after, dict) and list(after)[: len(kept)] == kept


def publish(text: str, path: Path) -> None:
    """Put the file in its place in one step, and the schema beside it."""
    for target, content in ((path, text), (path.with_name(SCHEMA.name), SCHEMA.read_text(encoding="utf-8"))):
        new = target.with_name(f".{target.name}-{secrets.token_hex(4)}")
        try:
            new.write_text(content, encoding="utf-8", newline="\n")
            new.replace(target)
        except OSError as error:
            raise StoreError(f'"{target}" cannot be written ({error.strerror or error}).') from None
        finally:
            new.unlink(missing_ok=True)
