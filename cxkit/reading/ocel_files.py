"""Object-centric event logs as they are kept: OCEL 2.0 in JSON, XML and SQLite, OCEL 1.0 in JSON.

Every reader gives the same: events, objects with the changes of their attributes, and which objects an event is about.
A file is read whole; what it says of its parts is checked, for it may come from anywhere.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cxkit.errors import InputError
from cxkit.reading import eventlogs
from cxkit.reading.eventlogs import BOOLEAN, INTEGER, NUMBER, TEXT, TIME
from cxkit.reading.packed import open_bytes

Cell = tuple[str, str]
KINDS = {"integer": INTEGER, "int": INTEGER, "float": NUMBER, "boolean": BOOLEAN, "time": TIME, "date": TIME}
AFFINITIES = {"INT": INTEGER, "REAL|FLOA|DOUB|NUM|DEC": NUMBER, "BOOL": BOOLEAN, "DATE|TIME": TIME}
TABLES = ("event", "object", "event_object", "event_map_type", "object_map_type")
LARGEST_CELL = 1 << 24
DEEPEST = 32
COMPUTED = "SELECT 1 FROM sqlite_schema t, pragma_table_xinfo(t.name) c WHERE t.type = 'table' AND c.hidden > 1"
NOT_OCEL = "cxkit reads OCEL 2.0 as JSON, XML and SQLite, and OCEL 1.0 as JSON"


@dataclass(frozen=True)
class Event:
    """Something that happened: its attributes as kind and text, and the objects it is about with their part in it."""

    id: str
    type: str
    time: str | None
    cells: dict[str, Cell]
    objects: list[tuple[str, str]]


@dataclass(frozen=True)
class Change:
    """From this time on an attribute of an object has this value."""

    name: str
    time: str | None
    cell: Cell


@dataclass
class Ocel:
    """An object-centric log: events in the order of the file, objects by id as type and changes."""

    kind: str
    events: list[Event] = field(default_factory=list)
    objects: dict[str, tuple[str, list[Change]]] = field(default_factory=dict)
    links: int = 0
    twice: int = 0

    def add_object(self, name: str, type_: str, changes: list[Change]) -> None:
        """Keep an object; of two with one id the first is kept."""
        self.twice += name in self.objects
        self.objects.setdefault(name, (type_, changes))


def read(path: Path) -> Ocel:
    """The object-centric log in this file."""
    kind = path.name.lower().removesuffix(".gz").rpartition(".")[2]
    if kind in ("sqlite", "db"):
        return _read_sqlite(path)
    return _read_json(path) if kind in ("json", "jsonocel") else _read_xml(path)


# ---- JSON ------------------------------------------------------------------------------------------------------------


def _read_json(path: Path) -> Ocel:
    with open_bytes(path) as file:
        document = json.loads(file.read())
    if isinstance(document, dict) and "ocel:events" in document:
        return _ocel1(document)
    if isinstance(document, dict) and {"events", "objects"} <= document.keys():
        return _ocel2(document)
    raise InputError(f"It is JSON, but neither kind of OCEL. {NOT_OCEL}.")


def _ocel1(document: dict[str, Any]) -> Ocel:
    log = Ocel("OCEL 1.0 (JSON)")
    for name, entry in _named(document, "ocel:objects"):
        changes = [Change(key, None, cell) for key, cell in _cells(entry, "ocel:ovmap")]
        log.add_object(name, _text(entry, "ocel:type"), changes)
    for name, entry in _named(document, "ocel:events"):
        about = entry.get("ocel:omap") or []
        if not isinstance(about, list):
            raise InputError('An "ocel:omap" is no list of objects.')
        stamp, cells = _plain(entry.get("ocel:timestamp")), dict(_cells(entry, "ocel:vmap"))
        objects = [(str(object_), "") for object_ in about]
        log.events.append(Event(name, _text(entry, "ocel:activity"), stamp, cells, objects))
    return log


def _named(document: Mapping[str, Any], part: str) -> Iterator[tuple[str, dict[str, Any]]]:
    entries = document.get(part) or {}
    if not isinstance(entries, dict) or not all(isinstance(entry, dict) for entry in entries.values()):
        raise InputError(f'Its "{part}" does not name one entry each.')
    yield from entries.items()


def _cells(entry: Mapping[str, Any], part: str) -> Iterator[tuple[str, Cell]]:
    values = entry.get(part) or {}
    if not isinstance(values, dict):
        raise InputError(f'An "{part}" does not name one value each.')
    for name, value in values.items():
        if value is not None:
            yield name, (_kind_of(value), _plain(value) or "")


def _ocel2(document: dict[str, Any]) -> Ocel:
    log = Ocel("OCEL 2.0 (JSON)")
    of_objects, of_events = _declared(document, "objectTypes"), _declared(document, "eventTypes")
    for entry in _entries(document, "objects"):
        type_ = _text(entry, "type")
        changes = [
            Change(name, _plain(value.get("time")), cell)
            for value, name, cell in _attributes(entry, of_objects.get(type_, {}))
        ]
        log.add_object(_text(entry, "id"), type_, changes)
        log.links += len(_entries(entry, "relationships"))
    for entry in _entries(document, "events"):
        type_ = _text(entry, "type")
        cells = {name: cell for _, name, cell in _attributes(entry, of_events.get(type_, {}))}
        about = [
            (_text(link, "objectId"), _plain(link.get("qualifier")) or "") for link in _entries(entry, "relationships")
        ]
        log.events.append(Event(_text(entry, "id"), type_, _plain(entry.get("time")), cells, about))
    return log


def _declared(document: Mapping[str, Any], part: str) -> dict[str, dict[str, str]]:
    """The declared kinds of the attributes of each type."""
    return {
        _text(entry, "name"): {
            _text(attribute, "name"): KINDS.get(str(attribute.get("type")).lower(), TEXT)
            for attribute in _entries(entry, "attributes")
        }
        for entry in _entries(document, part)
    }


def _attributes(entry: Mapping[str, Any], kinds: Mapping[str, str]) -> Iterator[tuple[dict[str, Any], str, Cell]]:
    for value in _entries(entry, "attributes"):
        text, name = _plain(value.get("value")), _text(value, "name")
        if text is not None:
            yield value, name, (kinds.get(name) or _kind_of(value["value"]), text)


def _entries(entry: Mapping[str, Any], part: str) -> list[dict[str, Any]]:
    entries = entry.get(part) or []
    if not isinstance(entries, list) or not all(isinstance(item, dict) for item in entries):
        raise InputError(f'A "{part}" is no list of entries.')
    return entries


def _text(entry: Mapping[str, Any], part: str) -> str:
    value = entry.get(part)
    if isinstance(value, str | int) and not isinstance(value, bool):
        return str(value)
    raise InputError(f'An entry has no "{part}". {NOT_OCEL}.')


def _plain(value: Any) -> str | None:
    """A value as text; lists and objects as JSON."""
    if value is None or isinstance(value, str):
        return value
    return value.hex() if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False)


def _kind_of(value: Any) -> str:
    return {bool: BOOLEAN, int: INTEGER, float: NUMBER}.get(type(value), TEXT)


# ---- XML -------------------------------------------------------------------------------------------------------------


def _read_xml(path: Path) -> Ocel:
    heard = _Xml()
    with open_bytes(path) as file:
        eventlogs.parse(file, heard.start, heard.end, text=heard.texts.append)
    return heard.log


class _Xml:
    """Hears the elements of an OCEL 2.0 file in XML."""

    def __init__(self) -> None:
        self.log, self.texts = Ocel("OCEL 2.0 (XML)"), list[str]()
        self._path: list[str] = []
        self._kinds: dict[str, dict[str, str]] = {}
        self._entry: dict[str, str] = {}
        self._attribute: dict[str, str] = {}
        self._values: list[Change] = []
        self._about: list[tuple[str, str]] = []

    def start(self, name: str, facts: list[str]) -> None:
        """An element begins."""
        self._path.append(name.rpartition(":")[2])
        if len(self._path) > DEEPEST:
            raise InputError(f"Its elements lie more than {DEEPEST} deep in each other.")
        if self._path[0] != "log":
            raise InputError(f"It begins with <{self._path[0]}>. {NOT_OCEL}.")
        named = dict(zip(facts[::2], facts[1::2], strict=True))
        match self._path[1:]:
            case (
                ["objects", "object"]
                | ["events", "event"]
                | ["object-types", "object-type"]
                | [
                    "event-types",
                    "event-type",
                ]
            ):
                self._entry, self._values, self._about = named, [], []
            case [_, _, "attributes", "attribute"]:
                self._attribute = named
                self.texts.clear()
            case ["objects" | "events", _, "objects", "relationship" | "object"]:
                self._about.append((_text(named, "object-id"), named.get("qualifier", "")))

    def end(self, _: str) -> None:
        """An element ends."""
        match self._path[1:]:
            case ["object-types" | "event-types" as part, _, "attributes", "attribute"]:
                kinds = self._kinds.setdefault(f"{part[:-6]} {_text(self._entry, 'name')}", {})
                kinds[_text(self._attribute, "name")] = KINDS.get(self._attribute.get("type", "").lower(), TEXT)
            case ["objects" | "events" as part, _, "attributes", "attribute"]:
                kinds = self._kinds.get(f"{part[:-1]} {_text(self._entry, 'type')}", {})
                name, time = _text(self._attribute, "name"), self._attribute.get("time")
                self._values.append(Change(name, time, (kinds.get(name, TEXT), "".join(self.texts).strip())))
            case ["objects", "object"]:
                self.log.add_object(_text(self._entry, "id"), _text(self._entry, "type"), self._values)
                self.log.links += len(self._about)
            case ["events", "event"]:
                self._end_event()
        self._path.pop()

    def _end_event(self) -> None:
        entry, cells = self._entry, {value.name: value.cell for value in self._values}
        name, type_ = _text(entry, "id"), _text(entry, "type")
        self.log.events.append(Event(name, type_, entry.get("time"), cells, self._about))


# ---- SQLite ----------------------------------------------------------------------------------------------------------


def _read_sqlite(path: Path) -> Ocel:
    with closing(_open_sqlite(path)) as database:
        try:
            return _ocel_of(database)
        except sqlite3.Error as error:
            raise InputError(f"It is no whole SQLite database: {error}.") from None


def _open_sqlite(path: Path) -> sqlite3.Connection:
    """The database, which is never written to; one that no program writes to is not even locked."""
    alone = not path.with_name(f"{path.name}-wal").exists()
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if alone else ''}", uri=True)
    database.execute("PRAGMA trusted_schema = OFF")
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_CELL)
    return database


def _ocel_of(database: sqlite3.Connection) -> Ocel:
    """Only real tables are read: a view could hold any program."""
    names = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE TABLE%'")
    tables = {name.lower(): name for (name,) in names if isinstance(name, str)}
    missing = [table for table in TABLES if table not in tables]
    if missing:
        raise InputError(f'It is a SQLite database without the table "{missing[0]}". {NOT_OCEL}.')
    if database.execute(COMPUTED).fetchone():
        raise InputError("It has columns that are computed rather than kept, which cxkit refuses. Export it again.")
    log = Ocel("OCEL 2.0 (SQLite)")
    changes = _changes(database, tables)
    for name, type_ in database.execute("SELECT ocel_id, ocel_type FROM object"):
        log.add_object(str(name), str(type_), changes.get(str(name), []))
    about: dict[str, list[tuple[str, str]]] = {}
    links = database.execute("SELECT ocel_event_id, ocel_object_id, ocel_qualifier FROM event_object")
    for event, object_, part in links:
        about.setdefault(str(event), []).append((str(object_), _plain(part) or ""))
    rows = {str(row["ocel_id"][1]): row for row in _rows(database, tables, "event") if "ocel_id" in row}
    for name, type_ in database.execute("SELECT ocel_id, ocel_type FROM event"):
        cells = dict(rows.get(str(name), {}))
        cells.pop("ocel_id", None)
        stamp = cells.pop("ocel_time", None)
        log.events.append(Event(str(name), str(type_), stamp and stamp[1], cells, about.get(str(name), [])))
    if "object_object" in tables:
        log.links = database.execute("SELECT count(*) FROM object_object").fetchone()[0]
    return log


def _changes(database: sqlite3.Connection, tables: Mapping[str, str]) -> dict[str, list[Change]]:
    """The changes of every object's attributes; a row that names its changed field tells of that one only."""
    changes: dict[str, list[Change]] = {}
    for row in _rows(database, tables, "object"):
        name, time, changed = (row.pop(part, None) for part in ("ocel_id", "ocel_time", "ocel_changed_field"))
        told = {key: cell for key, cell in row.items() if changed is None or key == changed[1]}
        if name is not None:
            of_object = changes.setdefault(name[1], [])
            of_object.extend(Change(key, time and time[1], cell) for key, cell in told.items())
    return changes


def _rows(database: sqlite3.Connection, tables: Mapping[str, str], kind: str) -> Iterator[dict[str, Cell]]:
    """The rows of the tables of all types of events or objects, without their empty cells."""
    maps = database.execute(f"SELECT DISTINCT ocel_type_map FROM {kind}_map_type").fetchall()
    for (suffix,) in maps:
        table = tables.get(f"{kind}_{suffix}".lower())
        if table is None:
            continue
        quoted = '"' + table.replace('"', '""') + '"'
        cursor = database.execute(f"SELECT * FROM {quoted}")
        kinds = [_affinity(declared) for _, _, declared, *_ in database.execute(f"PRAGMA table_info({quoted})")]
        names = [column[0] for column in cursor.description]
        for row in cursor:
            cells = zip(names, kinds, row, strict=False)
            yield {name: (kind_, _plain(value) or "") for name, kind_, value in cells if value is not None}


def _affinity(declared: str) -> str:
    return next((kind for words, kind in AFFINITIES.items() if re.search(words, declared.upper())), TEXT)
