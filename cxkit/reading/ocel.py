"""From an object-centric log to journeys: flattened to one type of object, with what flattening invents.

The journey is an object of the chosen type. An event that is about several of them is copied for each (convergence);
an activity that comes again in a journey, each time about other objects of other types, looks like a repetition that
may be none (divergence); an event that is about no object of the type is lost. Definitions: van der Aalst 2019,
"Object-centric process mining: dealing with divergence and convergence in event data",
doi 10.1007/978-3-030-30446-1_1.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cxkit.cached import cached_property
from cxkit.errors import InputError, not_found
from cxkit.reading import delimited, eventlogs
from cxkit.reading.eventlogs import (
    BOOLEAN,
    INTEGER,
    NUMBER,
    SEVERAL,
    TEXT,
    TIME,
    Column,
    EventLog,
    Keys,
    Sheet,
    columns_of,
)
from cxkit.reading.names import says
from cxkit.reading.ocel_files import Cell, Change, Event, read
from cxkit.reading.packed import open_bytes
from cxkit.words import many

OBJECT, ACTIVITY, STAMP, EVENT, PART = "ocel:oid", "ocel:activity", "ocel:timestamp", "ocel:eid", "ocel:qualifier"
OTHERS = "ocel:type:"
KEPT_OF_MOST = 4  # a type of which at least a quarter as many events speak as of any other may be the journey
BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
NUMBER_ID = r"[+-]?[0-9]+([.,][0-9]+)?"
ZONED = re.compile(r"(Z|[+-]\d\d:?\d\d)\s*$")
OBJECT_CENTRIC = (".json", ".jsonocel", ".xmlocel", ".sqlite", ".db")


def is_ocel(path: Path) -> bool:
    """Whether a log file is object-centric: by its name, or for .xml by what it begins with."""
    name = path.name.lower().removesuffix(".gz")
    if not name.endswith(".xml"):
        return name.endswith(OBJECT_CENTRIC)
    with eventlogs.reading(path.name), open_bytes(path) as file:
        return bool(re.search(rb"<(\w+:)?(object-types|event-types|objects)\b", file.read(eventlogs.CHUNK)))


class _Numbers:
    """The columns of a sheet by name and kind."""

    def __init__(self, sheet: Sheet) -> None:
        self._keys = {kind: Keys(sheet, kind) for kind in (TEXT, INTEGER, NUMBER, BOOLEAN, TIME)}

    def row(self, cells: Mapping[str, Cell]) -> dict[int, str]:
        """The cells under the numbers of their columns."""
        return {self._keys[kind][name]: text for name, (kind, text) in cells.items()}


@dataclass
class Invented:
    """What flattening does to the events: how many are lost and copied, and where activities seem to come again."""

    events: int = 0
    lost: int = 0
    copied: int = 0
    added: int = 0
    most: int = 1
    unknown: int = 0
    _first: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    _again: set[tuple[str, str]] = field(default_factory=set)

    def count(self, mine: int, unknown: int) -> None:
        """Count an event that is about so many objects of the type, and about so many that nobody knows."""
        self.events += 1
        self.lost += mine == 0
        self.copied += mine > 1
        self.added += max(mine - 1, 0)
        self.most = max(self.most, mine)
        self.unknown += unknown

    def see(self, journey: str, activity: str, others: frozenset[str]) -> None:
        """See an activity in a journey, together with these objects of other types."""
        if self._first.setdefault((journey, activity), others) != others:
            self._again.add((journey, activity))

    @property
    def diverging(self) -> tuple[int, int]:
        """Journeys in which an activity comes again with other objects, and pairs of journey and activity."""
        return len({journey for journey, _ in self._again}), len(self._again)


class History:
    """The values of an object's attributes over time."""

    def __init__(self, prefix: str, changes: list[Change]) -> None:
        self._changes: dict[str, list[tuple[datetime, Cell]]] = {}
        for change in sorted(changes, key=lambda change: _moment(change.time)):
            self._changes.setdefault(f"{prefix}:{change.name}", []).append((_moment(change.time), change.cell))

    def at(self, time: str | None) -> dict[str, Cell]:
        """The latest values that are not after this time."""
        moment = _moment(time)
        places = {name: bisect_right(kept, moment, key=lambda entry: entry[0]) for name, kept in self._changes.items()}
        return {name: self._changes[name][place - 1][1] for name, place in places.items() if place}


def _moment(time: str | None) -> datetime:
    """A time for putting changes in order; what cannot be read comes first."""
    try:
        moment = datetime.fromisoformat((time or "").strip())
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return BEFORE_ALL


def _varying(changes: list[Change]) -> Iterator[str]:
    """The attributes of an object that take several values."""
    first: dict[str, Cell] = {}
    for change in changes:
        if first.setdefault(change.name, change.cell) != change.cell:
            yield change.name


def _called(type_: str, role: str = "journey") -> float:
    """How much the name of a type of object, also in the plural, speaks for a role."""
    return max(says(type_, role), says(re.sub(r"s\b", "", type_), role))


class OcelFile(EventLog):
    """An object-centric log, flattened to one type of object."""

    def __init__(self, path: Path, object_type: str | None) -> None:
        super().__init__(path)
        self._events, self._objects = Sheet(self.scratch, "events"), Sheet(self.scratch, "traces")
        with eventlogs.reading(self.name):
            self._log = read(path)
            if not self._log.events:
                raise InputError("It holds no event.")
            self._type, reason = self._chosen(object_type)
            self._invented = Invented()
            self._flatten()
            self._map(reason)
        self.notes = tuple(self._noticed())
        del self._log

    # ---- which type

    @cached_property
    def _types(self) -> Counter[str]:
        return Counter(type_ for type_, _ in self._log.objects.values())

    def _chosen(self, asked: str | None) -> tuple[str, str]:
        """The type of object that is the journey, and why."""
        if not self._types:
            raise InputError("It describes no object, so there is no journey.")
        if asked is not None:
            if asked not in list(self._types):
                raise not_found("object type", asked, self._types)
            return asked, "as asked"
        alone, about, rows, first = self._fits()
        total = len(self._log.events)
        invents_least = {type_: alone[type_] / total * first[type_] / max(rows[type_], 1) for type_ in self._types}
        most = max(about.values(), default=0)
        fit = [type_ for type_ in self._types if about[type_] * KEPT_OF_MOST >= most]
        best = max(fit, key=lambda type_: (_called(type_) + invents_least[type_], type_))
        why = "called like a journey" if _called(best) else "flattening to it invents least"
        others = ", ".join(f'"{type_}"' for type_ in self._types if type_ != best)
        return best, f"guessed: {why}. Or choose with object_type= {others}" if others else "the only type"

    def _fits(self) -> tuple[Counter[str], Counter[str], Counter[str], Counter[str]]:
        """By type: events about exactly one object, and about any; rows, and those that are first of their activity."""
        alone, any_, rows, seen = Counter[str](), Counter[str](), Counter[str](), set[tuple[str, str]]()
        objects = self._log.objects
        for event in self._log.events:
            about = {name for name, _ in event.objects if name in objects}
            of_type = Counter(objects[name][0] for name in about)
            alone.update(type_ for type_, count in of_type.items() if count == 1)
            any_.update(of_type.keys())
            rows.update(of_type)
            seen.update((name, event.type) for name in about)
        return alone, any_, rows, Counter(objects[name][0] for name, _ in seen)

    # ---- flattening

    def _flatten(self) -> None:
        keys = _Numbers(self._events)
        keys.row({ACTIVITY: (TEXT, ""), STAMP: (TIME, ""), EVENT: (TEXT, ""), PART: (TEXT, "")})
        changing = self._write_objects()
        objects = self._log.objects
        for event in self._log.events:
            types = {name: objects[name][0] for name, _ in event.objects if name in objects}
            mine = [name for name, type_ in types.items() if type_ == self._type]
            self._invented.count(len(mine), len({name for name, _ in event.objects}) - len(types))
            if mine:
                shared = self._shared(event, types)
                others = frozenset(types) - set(mine)
            for name in mine:
                self._invented.see(name, event.type, others)
                own = changing[name].at(event.time) if name in changing else {}
                part = SEVERAL.join(dict.fromkeys(part for object_, part in event.objects if object_ == name and part))
                roles = {ACTIVITY: (TEXT, event.type), EVENT: (TEXT, event.id)}
                roles |= {STAMP: (TIME, event.time)} if event.time else {}
                roles |= {PART: (TEXT, part)} if part else {}
                self._events.add(keys.row({**shared, **own, **roles}), self._places[name])
        if not self._events.size:
            raise InputError(f'No event is about an object of type "{self._type}". Choose another with object_type=.')

    def _shared(self, event: Event, types: Mapping[str, str]) -> dict[str, Cell]:
        """What all copies of an event share: its attributes, and the objects of each other type."""
        others: dict[str, list[str]] = {}
        for name, type_ in types.items():
            if type_ != self._type:
                others.setdefault(OTHERS + type_, []).append(name)
        return event.cells | {type_: (TEXT, SEVERAL.join(names)) for type_, names in others.items()}

    def _write_objects(self) -> dict[str, History]:
        """Write the journeys with the attributes that never change; returns the changing ones, by journey."""
        mine = {name: changes for name, (type_, changes) in self._log.objects.items() if type_ == self._type}
        self._places = {name: place for place, name in enumerate(mine)}
        vary = {name for changes in mine.values() for name in _varying(changes)}
        keys = _Numbers(self._objects)
        histories = {}
        for name, changes in mine.items():
            fixed = {f"{self._type}:{c.name}": c.cell for c in changes if c.name not in vary}
            self._objects.add(keys.row({**fixed, OBJECT: (TEXT, name)}), self._places[name])
            histories[name] = History(self._type, [change for change in changes if change.name in vary])
        return histories

    # ---- roles and what to know

    def _map(self, reason: str) -> None:
        for sheet in (self._events, self._objects):
            sheet.load(self.connection)
        of_objects = columns_of(self.connection, "traces", self._objects.columns, {})
        of_objects.sort(key=lambda column: column.name != OBJECT)
        of_events = columns_of(self.connection, "events", self._events.columns, {})
        self._local = any(column.name == STAMP and column.local for column in of_events)
        columns = of_objects + [column for column in of_events if column.filled or column.name == STAMP]
        self.columns = delimited.column_names([column.name for column in columns])
        eventlogs.write(
            self.connection, [column.sql for column in columns], "events JOIN traces USING (owner)", self.stage()
        )
        after = len(of_objects)
        places = {column.name: self.columns[n] for n, column in enumerate(columns) if n >= after}
        self.named = {"journey": self.columns[0], "activity": places[ACTIVITY], "time": places[STAMP]}
        self.why = {
            "journey": f'named by OCEL: objects of type "{self._type}" ({reason})',
            "activity": "named by OCEL: the type of the event",
            "time": "named by OCEL",
        }
        customer, why = self._customer([column for column in of_events if column.name in places])
        if why:
            self.named = {**self.named, "customer": places.get(customer, "")}
            self.why = {**self.why, "customer": why}
        self.levels = self.columns[1:after], self.columns[after:]
        invented = self._invented
        facts = {"events": invented.events, "events lost": invented.lost, "rows added by copies": invented.added}
        self.reading = {"format": self._log.kind, "object type": self._type}
        self.reading |= {name: f"{many(count)}" for name, count in facts.items()}

    def _customer(self, columns: Sequence[Column]) -> tuple[str, str]:
        """The column of the customer and why: the only object in a journey whose type is called like customers.

        No column is one of mere numbers: they may be amounts or counts, whatever their type is called.
        """
        numbers = ""
        for column in columns:
            type_ = column.name.removeprefix(OTHERS)
            if type_ == column.name or not _called(type_, "customer"):
                continue
            if self._all_numbers(column):
                numbers = f'objects of type "{type_}" are mere numbers; name the column if they are customers'
            elif self._one_each(column):
                return column.name, "the only object of this type in each journey"
        return "", numbers

    def _all_numbers(self, column: Column) -> bool:
        asked = f"SELECT bool_and(regexp_full_match({column.text}, '{NUMBER_ID}')) FROM events"
        return bool((self.connection.execute(asked).fetchone() or (False,))[0])

    def _one_each(self, column: Column) -> bool:
        """Whether each journey has exactly one object in this column."""
        different = f"SELECT count(DISTINCT {column.text}) AS n, max({column.text} LIKE '%{SEVERAL}%') AS several"
        asked = f"SELECT min(n) = 1 AND max(n) = 1 AND NOT max(several) FROM ({different} FROM events GROUP BY owner)"
        return bool((self.connection.execute(asked).fetchone() or (False,))[0])

    def _changes(self) -> Iterator[Change]:
        for _, changes in self._log.objects.values():
            yield from changes

    def _noticed(self) -> Iterator[str]:
        """What flattening invents, and what else a reader of this log should know."""
        invented, log = self._invented, self._log
        journeys, pairs = invented.diverging
        with_events = self.connection.execute("SELECT count(DISTINCT owner) FROM events").fetchone()[0]  # type: ignore[index]
        lost = f"; {many(invented.lost)} are about none and are lost" if invented.lost else ""
        yield (
            f'Flattened to objects of type "{self._type}": {many(invented.events - invented.lost)} of '
            f"{many(invented.events)} events are about one{lost}."
        )
        if invented.copied:
            yield (
                f"{many(invented.copied)} events are about several, up to {many(invented.most)}; they are copied for "
                f"each, which adds {many(invented.added)} rows (convergence)."
            )
        if journeys:
            yield (
                f"In {many(journeys)} of {many(with_events)} journeys an activity comes again about other objects of "
                f"other types ({many(pairs)} pairs of journey and activity); such repetitions may be none (divergence)."
            )
        silent = self._types[self._type] - with_events
        if silent:
            yield f"{many(silent)} objects of the type have no event; they are no journeys here."
        if self._local:
            yield eventlogs.NO_OFFSET
        told = Counter(bool(ZONED.search(change.time)) for change in self._changes() if change.time)
        if len(told) > 1:
            yield (
                f"{many(told[True])} changes of attributes are timed with an offset from UTC and {many(told[False])} "
                "without; among them those without count as UTC."
            )
        if log.links:
            yield f"{many(log.links)} links between objects are not used."
        if invented.unknown:
            times = many(invented.unknown)
            yield f"{times} times an event is about an object that the file does not describe; left out."
        if log.twice:
            yield f"{many(log.twice)} objects have the id of an earlier one; the first is kept."
