"""The manifest: what a published store holds, where it came from, and what was left out of it."""

from __future__ import annotations

import json
import os
import re
import secrets
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, get_args

from cxkit import places
from cxkit.errors import StoreError
from cxkit.reading.stamps import Writing
from cxkit.reading.texts.account import Loss
from cxkit.schema import FORMAT, JOINED, SEVERITIES, Attribute, Kind, Level, Table
from cxkit.shaping.beside import KEYS, NAME
from cxkit.store.changes import Change, Changes
from cxkit.store.digests import SEAL, sealed
from cxkit.times import zone_of
from cxkit.words import NO_CUSTOMERS, many

FILE = "manifest.json"
COLUMN = re.compile(r"[xy][0-9]{1,6}")
COUNTED = {"events", "journeys", "customers", "activities", "variants"}
OPTIONAL: dict[str, Any] = {
    "about": "",
    "backwards": 0,
    "origin": {},
    "several": {},
    "fits": {},
    "columns": [],
    "parts": [],
    "lines": {},
    "repairs": [],
    "tables": [],
    "engagement": "",
    "files": {},
    "chosen": True,
    "anonymous": False,
}
VERSION = re.compile(r"v-[0-9a-f]{16}")


class Older(ValueError):
    """The manifest of a store that was made by an earlier cxkit."""


@dataclass(frozen=True)
class Part:
    """A source that has gone into a store: what it is, what it brought, and how it differed from what was there."""

    source: str
    fingerprint: str
    events: int
    stamps: str = ""
    brings: str = ""
    notes: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    doubt: str = ""  # what its stamps leave open of how they are written
    dropped: dict[str, int] = field(default_factory=dict)
    first_dropped: int | None = None  # its line in the source
    noun: str = "row"

    @property
    def loss(self) -> Loss:
        """What of the source was left out."""
        noun = "line" if self.noun == "line" else "row"
        return Loss(self.events + sum(self.dropped.values()), self.dropped, self.first_dropped, noun)


@dataclass(frozen=True)
class Manifest:
    """The facts of one prepared version; `manifest.json` holds the published one."""

    version: str
    source: str
    fingerprint: str
    roles: dict[str, str | None]
    order: str
    zone: str
    timed: bool
    attributes: tuple[Attribute, ...]
    counts: dict[str, int]
    first: int | None
    last: int | None
    dropped: dict[str, int]
    ties: int
    reading: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    made_with: dict[str, str] = field(default_factory=dict)
    about: str = ""
    origin: dict[str, str] = field(default_factory=dict)
    backwards: int = 0
    columns: tuple[str, ...] = ()
    several: dict[str, int] = field(default_factory=dict)
    fits: dict[str, tuple[Kind, ...]] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    lines: dict[str, int] = field(default_factory=dict)  # of text files: all, and which are neither rows nor left out
    repairs: tuple[dict[str, Any], ...] = ()
    tables: tuple[Table, ...] = ()
    engagement: str = ""
    files: dict[str, str] = field(default_factory=dict, compare=False)  # the digest of each file of the version
    chosen: bool = True  # whether the attributes were named, or are every other column at the level at which it varies
    anonymous: bool = False  # whether nothing says who the customers are, so that each journey counts as one
    format: int = FORMAT

    @property
    def newest(self) -> Part:
        """The part that came last; the whole source where there is one part only."""
        return self.parts[-1] if self.parts else Part(self.source, self.fingerprint, self.counts["events"])

    @property
    def clock(self) -> str | None:
        """What a relative clock counts since the beginning, such as "hours"; None where dates are known."""
        writing = Writing(self.reading.get("time", ""))
        return writing.format if writing.relative else None

    @property
    def open(self) -> dict[str, str]:
        """The ways of writing stamps that no part has settled, each with what is open."""
        settled = {part.stamps for part in self.parts if not part.doubt}
        return {part.stamps: part.doubt for part in self.parts if part.stamps not in settled}

    @property
    def losses(self) -> tuple[str, ...]:
        """The parts of which more than a little was left out, in sentences."""
        return tuple(f'"{part.source}": {part.loss.says}' for part in self.parts if part.loss.loud)

    @property
    def of_rows(self) -> tuple[Attribute, ...]:
        """The attributes that come with the log's own rows: those of journeys and events."""
        return tuple(attribute for attribute in self.attributes if attribute.level != "customer")

    @property
    def changes(self) -> Changes:
        """How the newest part of the log differs from the parts before it; nothing where there is one part only."""
        newest = self.newest
        return Changes(newest.source, newest.brings or f"{many(newest.events)} events, the first part", newest.changes)

    @property
    def facts(self) -> dict[str, str]:
        """What a reader should know about the source and its reading, as label and text."""
        said = {role: column for role, column in self.roles.items() if role != "customer" or not self.anonymous}
        roles = ", ".join(f'{role} "{column}"' for role, column in said.items() if column is not None)
        dropped = ", ".join(f"{many(count)} {reason}" for reason, count in self.dropped.items())
        reading = ", ".join(f"{name} {value}" for name, value in self.reading.items())
        facts = {"Source": self.source, "Read as": reading, "Roles": roles, "Time zone": self.zone}
        facts |= {"Order": f"by {self.order}; {many(self.ties)} events tie in time with the one before"}
        facts |= {"Customers": NO_CUSTOMERS.removeprefix("customers ")} if self.anonymous else {}
        for table in self.tables:
            keys = ", ".join(f'{key} "{column}"' for key, column in table.keys.items()) or "no key"
            rows = many(sum(table.joined.values()), "row")
            facts[f"Table {table.name}"] = f"{table.source}; {rows} by {keys}"
        facts |= {"Rows left out": dropped or "none"}
        facts |= {f"Warning {n}": loss for n, loss in enumerate(self.losses, 1)}
        return facts | {f"Note {n}": note for n, note in enumerate(self.notes, 1)}

    def write(self, folder: Path) -> None:
        """Publish this manifest in one step: a reader sees the old one or the new one, never a half."""
        new = folder / f".manifest-{secrets.token_hex(8)}"
        try:
            with places.private(new) as file:
                json.dump(sealed(asdict(self)), file, ensure_ascii=False, indent=1)
                file.flush()
                os.fsync(file.fileno())
            new.replace(folder / FILE)
        finally:
            new.unlink(missing_ok=True)


def amended(old: Manifest, folder: Path, **facts: Any) -> Manifest:
    """The manifest with these facts, published if they are others."""
    made = replace(old, **facts)
    if made != old:
        made.write(folder)
    return made


def read(folder: Path) -> Manifest:
    """The published manifest of the store in this folder."""
    try:
        return _manifest(json.loads((folder / FILE).read_text(encoding="utf-8")))
    except Older as older:
        raise StoreError(
            f'The store in "{folder}" is of an earlier cxkit ({older}); make it anew with cx.prepare(log, "{folder}") '
            f"or `cxkit prepare FILE --store {folder}`."
        ) from None
    except FileNotFoundError:
        raise StoreError(
            f'There is no journey store in "{folder}". Make one with cx.prepare(log, "{folder}") '
            f"or `cxkit prepare FILE --store {folder}`."
        ) from None
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise StoreError(f'The manifest in "{folder}" cannot be read ({error}). Prepare the log again.') from None


def is_foreign(folder: Path) -> bool:
    """Whether another program's `manifest.json` lies in the folder: an object that says nothing as ours would."""
    try:
        document = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(document, dict) and not {"fingerprint", "made_with", SEAL} & document.keys()


def _manifest(document: dict[str, Any]) -> Manifest:
    if not isinstance(document, dict):
        raise ValueError("it is no object")
    if document.get("format") in range(1, FORMAT):
        raise Older(f"format {document['format']}; this one reads format {FORMAT}")
    if document.get("format") != FORMAT:
        raise ValueError(f"its format is {document.get('format')}, this cxkit reads format {FORMAT}")
    if not VERSION.fullmatch(str(document.get("version"))):
        raise ValueError("it names no version")
    names = {entry.name for entry in fields(Manifest)}
    facts = {name: value for name, value in document.items() if name in names}
    _check(facts)
    facts["attributes"] = tuple(Attribute(**attribute) for attribute in facts["attributes"])
    facts |= {name: tuple(facts.get(name, ())) for name in ("notes", "columns", "repairs")}
    facts["fits"] = {name: tuple(fitting) for name, fitting in facts.get("fits", {}).items()}
    facts["tables"] = tuple(_table(table) for table in facts.get("tables", ()))
    facts["parts"] = tuple(_part(part) for part in facts.get("parts", ()))
    if sealed(document)[SEAL] != document.get(SEAL):
        raise ValueError("it is not as it was written")
    return Manifest(**facts)


def _check(facts: dict[str, Any]) -> None:
    """Raise unless every fact is of its kind: a manifest may come from anywhere."""
    zone_of(facts["zone"])
    kinds = {
        dict: ("roles", "counts", "dropped", "reading", "made_with", "origin", "several", "fits", "files", "lines"),
        list: ("attributes", "notes", "columns", "parts", "repairs", "tables"),
        bool: ("timed", "chosen", "anonymous"),
        str: ("source", "fingerprint", "order", "about", "engagement"),
        int: ("ties", "backwards"),
    }
    facts = OPTIONAL | facts
    wrong = [name for kind, names in kinds.items() for name in names if not isinstance(facts[name], kind)]
    _refuse(wrong)
    wrong += [
        name
        for name in ("counts", "dropped", "several", "lines")
        if not all(isinstance(n, int) for n in facts[name].values())
    ]
    wrong += [] if facts["counts"].keys() >= COUNTED else ["counts"]
    wrong += [name for name in ("columns", "notes") if not all(isinstance(text, str) for text in facts[name])]
    texts = ("reading", "origin", "files")
    wrong += [name for name in texts if not all(isinstance(text, str) for text in facts[name].values())]
    wrong += [name for name in ("first", "last") if not isinstance(facts[name], int | None)]
    allowed = {"level": get_args(Level), "kind": get_args(Kind)}
    for attribute in facts["attributes"]:
        if not COLUMN.fullmatch(attribute["column"]) or any(attribute[word] not in allowed[word] for word in allowed):
            wrong.append("attributes")
    _refuse(wrong)


def _part(document: dict[str, Any]) -> Part:
    part = Part(**{**document, "changes": ()})
    changes = tuple(Change(**{**change, "examples": tuple(change["examples"])}) for change in document["changes"])
    texts = [part.source, part.fingerprint, part.stamps, part.brings, part.noun, part.doubt, *part.notes, *part.dropped]
    texts += [text for change in changes for text in (change.check, change.what, change.column, *change.examples)]
    counts = [
        part.events,
        *part.dropped.values(),
        *[part.first_dropped or 0],
        *(n for change in changes for n in (change.count, change.of) if n is not None),
    ]
    weighed = all(change.severity in SEVERITIES for change in changes)
    if not (weighed and all(isinstance(n, int) for n in counts) and all(isinstance(text, str) for text in texts)):
        raise ValueError("its parts are not what they should be")
    return replace(part, notes=tuple(part.notes), changes=changes)


def _table(document: dict[str, Any]) -> Table:
    table = Table(**{**document, "notes": tuple(document["notes"])})
    texts = [table.name, table.source, table.fingerprint, *table.notes, *table.keys, *table.keys.values()]
    counts = [*table.joined.values(), *table.doubts.values()]
    sound = all(isinstance(text, str) for text in texts) and all(isinstance(n, int) for n in counts)
    sound &= set(table.columns.values()) <= set(get_args(Kind)) and set(table.keys) <= set(KEYS)
    if not (sound and NAME.fullmatch(table.name) and set(table.joined) == set(JOINED)):
        raise ValueError("its tables are not what they should be")
    return table


def _refuse(wrong: list[str]) -> None:
    if wrong:
        raise ValueError(f"its {wrong[0]} is not what it should be")
