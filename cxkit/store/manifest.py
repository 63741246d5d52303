"""The manifest: what a published store holds, where it came from, and what was left out of it."""

from __future__ import annotations

import json
import os
import re
import secrets
from dataclasses import asdict, dataclass, field, fields
from html import escape
from pathlib import Path
from typing import Any, get_args

from cxkit.errors import StoreError
from cxkit.store.schema import FORMAT, Attribute, Kind, Level
from cxkit.times import zone_of

FILE = "manifest.json"
COLUMN = re.compile(r"x[0-9]{1,6}")
VERSION = re.compile(r"v-[0-9a-f]{16}")


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
    format: int = FORMAT

    @property
    def facts(self) -> dict[str, str]:
        """What a reader should know about the source and its reading, as label and text."""
        roles = ", ".join(f'{role} "{column}"' for role, column in self.roles.items() if column is not None)
        dropped = ", ".join(f"{count:,} {reason}" for reason, count in self.dropped.items())
        reading = ", ".join(f"{name} {value}" for name, value in self.reading.items())
        facts = {"Source": self.source, "Read as": reading, "Roles": roles, "Time zone": self.zone}
        facts |= {"Order": f"by {self.order}; {self.ties:,} events tie in time with the one before"}
        return (
            facts | {"Rows left out": dropped or "none"} | {f"Note {n}": note for n, note in enumerate(self.notes, 1)}
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{escape(label)}</th><td>{escape(text)}</td></tr>" for label, text in self.facts.items()
        )
        return f'<table class="cx-words"><tbody>{rows}</tbody></table>'

    def write(self, folder: Path) -> None:
        """Publish this manifest in one step: a reader sees the old one or the new one, never a half."""
        new = folder / f".manifest-{secrets.token_hex(8)}"
        try:
            with new.open("x", encoding="utf-8") as file:
                json.dump(asdict(self), file, ensure_ascii=False, indent=1)
                file.flush()
                os.fsync(file.fileno())
            new.replace(folder / FILE)
        finally:
            new.unlink(missing_ok=True)


def read(folder: Path) -> Manifest:
    """The published manifest of the store in this folder."""
    try:
        document = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return _manifest(document)
    except FileNotFoundError:
        raise StoreError(
            f'There is no journey store in "{folder}". Make one with cx.prepare(log, "{folder}") '
            f"or `cxkit prepare FILE --store {folder}`."
        ) from None
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise StoreError(f'The manifest in "{folder}" cannot be read ({error}). Prepare the log again.') from None


def _manifest(document: dict[str, Any]) -> Manifest:
    if not isinstance(document, dict):
        raise ValueError("it is no object")
    if document.get("format") != FORMAT:
        raise ValueError(f"its format is {document.get('format')}, this cxkit reads format {FORMAT}")
    if not VERSION.fullmatch(str(document.get("version"))):
        raise ValueError("it names no version")
    known = {entry.name for entry in fields(Manifest)}
    facts = {name: value for name, value in document.items() if name in known}
    _check(facts)
    facts["attributes"] = tuple(Attribute(**attribute) for attribute in facts["attributes"])
    facts["notes"] = tuple(facts["notes"])
    return Manifest(**facts)


def _check(facts: dict[str, Any]) -> None:
    """Raise unless every fact is of its kind: a manifest may come from anywhere."""
    zone_of(facts["zone"])
    kinds = {
        dict: ("roles", "counts", "dropped", "reading", "made_with", "origin"),
        list: ("attributes", "notes"),
        bool: ("timed",),
    }
    kinds |= {str: ("source", "fingerprint", "order", "about"), int: ("ties",)}
    facts = {"about": "", "origin": {}, **facts}
    wrong = [name for kind, names in kinds.items() for name in names if not isinstance(facts[name], kind)]
    _refuse(wrong)
    wrong += [name for name in ("counts", "dropped") if not all(isinstance(n, int) for n in facts[name].values())]
    wrong += [name for name in ("reading", "origin") if not all(isinstance(s, str) for s in facts[name].values())]
    wrong += [name for name in ("first", "last") if not isinstance(facts[name], int | None)]
    known = {"level": get_args(Level), "kind": get_args(Kind)}
    for attribute in facts["attributes"]:
        if not COLUMN.fullmatch(attribute["column"]) or any(attribute[word] not in known[word] for word in known):
            wrong.append("attributes")
    _refuse(wrong)


def _refuse(wrong: list[str]) -> None:
    if wrong:
        raise ValueError(f"its {wrong[0]} is not what it should be")
