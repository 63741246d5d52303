"""What a link carries of a board, as a JSON document: clauses by owner, what panels show, the journey looked at.

A document comes from anybody. It is read whole or not at all, and what it says is checked on the journeys it meets.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import cxkit as cx
from cxkit import where as w
from cxkit.where.filter import Filter, is_text
from cxkit.words import quoted, short

FORMAT = 1
LONGEST = 60_000  # characters of a link
MOST_CLAUSES = 40
MOST_PANELS = 40
LONGEST_ID = 500
NUMBERED = re.compile(r"(filter|view) [1-9][0-9]{0,5}")
BROKEN = "It cannot be read."
NOTHING: Mapping[str, Any] = {"board": FORMAT}
WORDS = {"board", "clauses", "panels", "opened"}


class Misfit(cx.CxError):
    """A document that cannot be followed here, and what to say of it."""


@dataclass(frozen=True)
class State:
    """What a document says: filters by owner, what panels show by their names, and the journey that is looked at."""

    clauses: Mapping[str, Filter] = field(default_factory=dict)
    panels: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    opened: str | None = None


def written(clauses: Mapping[str, Any], panels: Mapping[str, Any], opened: str | None) -> dict[str, Any]:
    """The document of clauses by owner, of what panels show, and of the journey looked at; nothing empty."""
    parts = {"clauses": clauses, "panels": panels, "opened": opened}
    return {"board": FORMAT} | {name: part for name, part in parts.items() if part}


def read(document: object, journeys: cx.Journeys, owners: Container[str]) -> State:
    """What a document says, if all of it can be said of these journeys; `owners` are who may have a clause.

    Errors: Misfit, with one sentence.
    """
    if not isinstance(document, dict) or not set(document) <= WORDS or document.get("board") != FORMAT:
        raise Misfit(BROKEN)
    clauses, panels, opened = (document.get(name) for name in ("clauses", "panels", "opened"))
    state = State(dict(_clauses(clauses or {}, owners)), dict(_panels(panels or {}, owners)), opened)
    for clause in state.clauses.values():
        if not holds(clause, journeys):
            raise Misfit(f'"{short(clause.says)}" does not fit these journeys.')
    if opened is not None and not _is_there(opened, journeys):
        raise Misfit("The journey that it looks at is not among these.")
    return state


def holds(clause: Filter, journeys: cx.Journeys) -> bool:
    """Whether these journeys have all that the clause speaks of."""
    try:
        journeys.keep(clause)
    except cx.CxError:
        return False
    return True


def moved(clauses: Mapping[str, Filter], journeys: cx.Journeys) -> tuple[dict[str, Filter], str]:
    """The clauses that can be taken to another store, and a sentence on the others.

    The rank of a variant speaks of its own store, so it is left.
    """
    kept, left = dict[str, Filter](), list[str]()
    for owner, clause in clauses.items():
        if holds(clause, journeys) and not any(isinstance(leaf, w.variant_rank) for leaf in clause.leaves()):
            kept[owner] = clause
        else:
            left.append(short(clause.says))
    return kept, f"Left behind, for it does not fit here: {quoted(left, 5)}." if left else ""


def packed(document: Mapping[str, Any]) -> str:
    """The document as letters that an address may have."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def unpacked(letters: object) -> object:
    """The document of these letters.

    Errors: Misfit where they are none, or too many.
    """
    if not isinstance(letters, str) or len(letters) > LONGEST or not re.fullmatch(r"[\w-]+", letters, re.ASCII):
        raise Misfit(BROKEN)
    try:
        text = base64.urlsafe_b64decode(letters + "=" * (-len(letters) % 4)).decode()
        return json.loads(text, parse_constant=_refuse)
    except (binascii.Error, ValueError, RecursionError):
        raise Misfit(BROKEN) from None


def _clauses(document: object, owners: Container[str]) -> Iterator[tuple[str, Filter]]:
    if not isinstance(document, dict) or len(document) > MOST_CLAUSES:
        raise Misfit(BROKEN)
    for owner, said in document.items():
        if not _may_own(owner, owners):
            raise Misfit(BROKEN)
        try:
            yield owner, w.from_json(said)
        except (cx.CxError, TypeError, ValueError, OverflowError):
            raise Misfit(BROKEN) from None


def _panels(document: object, owners: Container[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if not isinstance(document, dict) or len(document) > MOST_PANELS:
        raise Misfit(BROKEN)
    for name, shown in document.items():
        if name not in owners or not isinstance(shown, dict):
            raise Misfit(BROKEN)
        yield name, shown


def _may_own(name: str, owners: Container[str]) -> bool:
    """Whether this is a panel, or a clause of the form or of a view by its number."""
    return name in owners or NUMBERED.fullmatch(name) is not None


def _is_there(journey: object, journeys: cx.Journeys) -> bool:
    if not is_text(journey) or len(str(journey)) > LONGEST_ID:
        return False
    try:
        journeys.events(journey=str(journey), rows=1)
    except cx.CxError:
        return False
    return True


def _refuse(constant: str) -> object:
    raise ValueError(constant)
