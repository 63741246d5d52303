"""XES, the standard format of event logs (IEEE 1849): a stream of traces, their events, and typed attributes.

A trace is a journey, and its attributes are named as "case:key". An attribute within another is named "outer:inner";
several values of the same name, as lists have them, are joined by " | ". What a file declares of all its events or
traces ("global") is a promise that is checked, never a value that is filled in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cxkit.errors import InputError
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
from cxkit.reading.packed import open_bytes
from cxkit.words import listed, many

UNJOINED = "count as an event each"
JOURNEY, ACTIVITY, STAMP, STEP = "case:concept:name", "concept:name", "time:timestamp", "lifecycle:transition"
STANDARD = ("concept", "time", "lifecycle", "org")
KINDS = {"string": TEXT, "id": TEXT, "date": TIME, "int": INTEGER, "float": NUMBER, "boolean": BOOLEAN}
KINDS |= {"list": TEXT, "container": TEXT}
DEEPEST, MOST_UNKNOWN = 32, 20
Row = dict[int, Any]
NOT_XES = "cxkit reads XES here: a <log> of <trace> and <event>."


class Parser:
    """Hears the elements of an XES file and fills two sheets, one of traces and one of events.

    `start` and `end` are called millions of times: they settle the usual case themselves.
    """

    def __init__(self, events: Sheet, traces: Sheet) -> None:
        self.events, self.traces = events, traces
        self.declared: dict[str, Sheet] = {}
        self.prefixes: dict[str, str] = {}
        self.classifiers: dict[str, str] = {}
        self.unknown: dict[str, None] = {}
        self.number = self.empty = self.repeated = 0
        self._place = self._prefix = self._event = ""
        self._keys: dict[str, Keys] = {}
        self._keys_in: dict[str, dict[str, Keys]] = {"log": self._keys, "": self._keys}
        self._row: Row = {}
        self._trace: Row | None = None
        self._lists: list[tuple[Row, int]] = []
        self._open = self._skipped = self._before = 0
        self._trail = [""] * (DEEPEST + 1)

    def start(self, name: str, facts: list[str]) -> None:
        """An element begins; its XML attributes alternate names and values."""
        keys = self._keys.get(name)
        if keys is None:
            self._begin(name, facts)
            return
        try:
            first, key, second, value = facts
        except ValueError:
            first = second = ""
        if self._open or first != "key" or second != "value":
            self._uncommon(name, keys, facts)
            return
        self._open = 1
        self._trail[1] = key
        row, number = self._row, keys[key]
        if number in row:
            self.repeated += 1
        row[number] = value

    def end(self, name: str) -> None:
        """An element ends."""
        if self._skipped:
            self._end_skipped()
        elif self._open:
            self._open -= 1
        elif self._place == "event":
            self._end_event()
        else:
            self._end_other()

    def _uncommon(self, name: str, keys: Keys, facts: list[str]) -> None:
        """An attribute within another, or one that has no value or is written in an unusual way."""
        named = _named(facts)
        if "key" not in named:
            raise InputError(f"It has a <{name}> without a key.")
        path = f"{self._trail[self._open]}:{named['key']}" if self._open else named["key"]
        self._go_deeper(path)
        if "value" not in named:
            return
        row, number = self._row, keys[path]
        before = row.get(number)
        if before is None:
            row[number] = named["value"]
        elif isinstance(before, list):
            before.append(named["value"])
        else:
            row[number] = [before, named["value"]]
            self._lists.append((row, number))

    def _go_deeper(self, path: str) -> None:
        self._open += 1
        if self._open > DEEPEST:
            raise InputError(f"Its attributes lie more than {DEEPEST} deep in each other.")
        self._trail[self._open] = path

    def _begin(self, name: str, facts: list[str]) -> None:
        if name == self._event and self._place == "trace" and not (self._open or self._skipped):
            self._place, self._row, self._keys = "event", {}, self._keys_in["event"]
            return
        prefix, _, kind = name.rpartition(":")
        if not self._place:
            self._root(prefix, kind)
        elif self._skipped:
            self._skip()
        elif prefix != self._prefix:
            self._leave_out(name)
        elif kind == "values" and self._open:
            self._go_deeper(self._trail[self._open])
        elif kind in ("trace", "event", "global") and not self._open:
            self._enter(kind, facts)
        elif kind in ("extension", "classifier"):
            self._declare(kind, _named(facts))
            self._skip()
        elif self._place == "log" and kind in KINDS:
            self._skip()
        else:
            self._leave_out(name)

    def _leave_out(self, name: str) -> None:
        if len(self.unknown) < MOST_UNKNOWN:
            self.unknown[name] = None
        self._skip()

    def _skip(self) -> None:
        """Leave out an element with all that is in it."""
        self._skipped += 1
        self._keys = {}

    def _end_skipped(self) -> None:
        self._skipped -= 1
        if not self._skipped:
            self._keys = self._keys_in[self._place]

    def _root(self, prefix: str, kind: str) -> None:
        if kind != "log":
            raise InputError(f"It begins with <{kind}>. {NOT_XES}")
        self._place, self._prefix = "log", prefix
        self._event = f"{prefix}:event" if prefix else "event"
        self._keys_in |= {"trace": self._keys_of(self.traces), "event": self._keys_of(self.events)}

    def _keys_of(self, sheet: Sheet) -> dict[str, Keys]:
        start = f"{self._prefix}:" if self._prefix else ""
        return {start + name: Keys(sheet, kind) for name, kind in KINDS.items()}

    def _enter(self, kind: str, facts: list[str]) -> None:
        if self._place != "log":
            raise InputError(f"It has <{kind}> within <{self._place}>. {NOT_XES}")
        self._place, self._row = kind, {}
        if kind == "trace":
            self.number, self._before, self._trace = self.number + 1, self.events.size, self._row
        elif kind == "global":
            scope = _named(facts).get("scope", "event")
            self._keys_in["global"] = self._keys_of(self.declared.setdefault(scope, Sheet(Path(), scope)))
        self._keys = self._keys_in[kind]

    def _end_event(self) -> None:
        if self._lists:
            self._join()
        trace = self._trace
        if trace is None:
            self.events.add(self._row, None)
            self._place, self._row = "log", {}
        else:
            self.events.add(self._row, self.number)
            self._place, self._row = "trace", trace
        self._keys = self._keys_in[self._place]

    def _end_other(self) -> None:
        self._join()
        if self._trace is not None:
            self.traces.add(self._trace, self.number)
            self.empty += self.events.size == self._before
        self._place, self._row, self._trace, self._keys = "log", {}, None, self._keys_in["log"]

    def _join(self) -> None:
        for row, number in self._lists:
            row[number] = SEVERAL.join(row[number])
        self._lists.clear()

    def _declare(self, kind: str, facts: Mapping[str, str]) -> None:
        if kind == "extension":
            for prefix in STANDARD:
                if re.search(rf"(^|/){prefix}\.xesext$", facts.get("uri", "")):
                    self.prefixes[facts.get("prefix", prefix)] = prefix
        elif facts.get("scope", "event") == "event":
            self.classifiers[facts.get("name", "")] = facts.get("keys", "")


def _named(facts: list[str]) -> dict[str, str]:
    return dict(zip(facts[::2], facts[1::2], strict=True))


class XesFile(EventLog):
    """An XES file, packed with gzip or not: mapped by its extensions, or else by its first classifier."""

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        super().__init__(path)
        events, traces = Sheet(self.scratch, "events"), Sheet(self.scratch, "traces")
        self._heard = heard = Parser(events, traces)
        with eventlogs.reading(self.name), open_bytes(path) as file:
            eventlogs.parse(file, heard.start, heard.end, encoding)
            if not events.size:
                raise InputError(f"It holds {many(traces.size)} traces and no event.")
        events.load(self.connection)
        traces.load(self.connection)
        self.reading = {"format": "XES", "traces": f"{many(traces.size)}", "events": f"{many(events.size)}"}
        self._of_traces = self._columns(traces)
        self._of_events = self._columns(events)
        self._map()
        self.notes = tuple(self._noticed())

    def _standard(self, key: str) -> str:
        """The key with the usual prefix of its extension, where the file declares another."""
        prefix, _, rest = key.partition(":")
        return f"{self._heard.prefixes.get(prefix, prefix)}:{rest}" if rest else key

    def _columns(self, sheet: Sheet) -> dict[str, Column]:
        called = {key: self._standard(key) for key, _ in sheet.columns}
        return {column.name: column for column in columns_of(self.connection, sheet.name, sheet.columns, called)}

    def _map(self) -> None:
        """Stage the rows and name the roles: journey, its attributes, those of the event, classifiers."""
        classes = list(dict.fromkeys(self._classes()))
        of_traces = [column for name, column in self._of_traces.items() if name != ACTIVITY]
        of_events = list(self._of_events.values())
        of_rows = of_events + [column for column in classes if column not in of_events]
        names = [JOURNEY, *(f"case:{column.name}" for column in of_traces), *(column.name for column in of_rows)]
        self.columns = delimited.column_names(names)
        values = [self._journey(), *(column.sql for column in of_traces + of_rows)]
        eventlogs.write(self.connection, values, "events LEFT JOIN traces USING (owner)", self.stage())
        after = 1 + len(of_traces)
        self.levels = self.columns[1:after], self.columns[after : after + len(of_events)]
        self.named, self.why = {"journey": JOURNEY}, {"journey": "named by XES: the name of the trace"}
        activity = self._of_events.get(ACTIVITY) or next(iter(classes), None)
        for role, column in (("activity", activity), ("time", self._of_events.get(STAMP))):
            if column is not None:
                self.named[role] = self.columns[after + of_rows.index(column)]
                self.why[role] = f'named by XES: "{column.name}" of the event'

    def _journey(self) -> str:
        """The SQL of a journey's name: its trace's, or the trace's place in the file where it has none."""
        named = self._of_traces.get(ACTIVITY)
        name = named.text if named else "NULL"
        start = "trace "
        while self.connection.execute(f"SELECT 1 FROM traces WHERE starts_with({name}, '{start}')").fetchone():
            start = f"unnamed {start}"
        return f"CASE WHEN trim(coalesce({name}, '')) = '' THEN '{start}' || owner ELSE {name} END"

    def _classes(self) -> Iterator[Column]:
        """The classifiers whose attributes exist: that of a single one is its column, others join theirs by "+"."""
        for name, text in self._heard.classifiers.items():
            keys = [text] if text in self._of_events else [a or b for a, b in re.findall(r"'([^']*)'|(\S+)", text)]
            parts = [self._of_events.get(self._standard(key)) for key in keys]
            present = [part for part in parts if part is not None]
            if len(present) == len(parts) == 1:
                yield present[0]
            elif present and len(present) == len(parts):
                joined = f"concat_ws('+', {', '.join(part.text for part in present)})"
                yield Column(name, joined, joined)

    def _noticed(self) -> Iterator[str]:
        """What a reader of this log should know."""
        heard = self._heard
        yield from self._names_noticed(heard.traces.size)
        if heard.empty:
            yield f"{many(heard.empty)} traces have no events; they are no journeys here."
        if heard.repeated:
            yield f"{many(heard.repeated)} attributes repeat a key of the same trace or event; the last one is kept."
        if heard.unknown:
            yield f"Elements that XES does not know are left out: {', '.join(f'<{name}>' for name in heard.unknown)}."
        if STAMP in self._of_events and self._of_events[STAMP].local:
            yield eventlogs.NO_OFFSET
        yield from self._missing("trace", self._of_traces, heard.traces.size)
        yield from self._missing("event", self._of_events, heard.events.size)
        yield from self._steps()

    def _names_noticed(self, traces: int) -> Iterator[str]:
        names = self._of_traces.get(ACTIVITY)
        name = f"nullif(trim({names.text}), '')" if names else "NULL"
        asked = f"SELECT count(x), count(DISTINCT x) FROM (SELECT {name} AS x FROM traces)"
        filled, different = self.connection.execute(asked).fetchone() or (0, 0)
        if filled > different:
            yield f"{many(filled - different)} traces have the name of an earlier one; they are read as one journey."
        if traces > filled:
            yield f"{many(traces - filled)} traces have no name; each is a journey of its own, called by its place."

    def _missing(self, scope: str, columns: Mapping[str, Column], size: int) -> Iterator[str]:
        """Whether every trace or event has what the file declares of all."""
        declared = self._heard.declared.get(scope)
        keys = dict.fromkeys(self._standard(key) for key, _ in declared.columns) if declared and size else ()
        filled = {key: columns[key].filled if key in columns else 0 for key in keys}
        lacking = [f'"{key}" ({many(size - count)})' for key, count in filled.items() if count < size]
        if lacking:
            yield f"Declared for every {scope} but missing from some: {listed(lacking, 8)}. Nothing is filled in."

    def _steps(self) -> Iterator[str]:
        step = self._of_events.get(STEP)
        if step is None:
            return
        counts = self.connection.execute(
            f"SELECT coalesce({step.text}, 'none'), count(*) AS n FROM events GROUP BY 1 ORDER BY n DESC, 1 LIMIT 9"
        ).fetchall()
        if len(counts) > 1:
            listed = ", ".join(f"{name} {many(count)}" for name, count in counts[:8])
            more = ", ..." if len(counts) > 8 else ""
            joined = f'unless lifecycle="{step.name}" joins them'
            yield f"Steps of the life cycle ({listed}{more}) {UNJOINED}, {joined}."
