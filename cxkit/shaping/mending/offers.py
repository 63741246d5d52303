"""Repairs that are offered: each with what it would do, and whether it is to be applied; and the file that lists them.

A repair of a certain kind is applied unless its line says otherwise; any other is a question, and applied only where
its line says `"apply": true`.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from cxkit.errors import InputError
from cxkit.shaping.mending.repairs import MOST_VALUES, Repair, from_json
from cxkit.words import many

TOLD = ("apply", "certain", "finding", "rows", "shown", "effect")  # what a line says beside its repair


class Counts(NamedTuple):
    """What a log has."""

    events: int
    journeys: int
    variants: int
    activities: int


@dataclass(frozen=True)
class Effect:
    """What a repair would do by itself: to so many rows, some of them before and after, and to the log's counts.

    A row that would be left out is None afterwards.
    """

    rows: int
    shown: tuple[tuple[str, str | None], ...]
    before: Counts
    after: Counts

    @property
    def says(self) -> str:
        """The effect in words."""
        pairs = zip(Counts._fields, self.before, self.after, strict=True)
        changes = [f"{name} {many(old)} to {many(new)}" for name, old, new in pairs if old != new]
        return f"{many(self.rows, 'row')}; {', '.join(changes) or 'no count of events, variants or activities changes'}"


@dataclass(frozen=True)
class Offer:
    """A repair that is offered for a finding, what it would do, and whether it is to be applied."""

    repair: Repair
    apply: bool
    finding: str = ""
    effect: Effect | None = None

    @property
    def certain(self) -> bool:
        """Whether it cannot change a right answer; if not, it is a question."""
        return self.repair.certain

    @property
    def says(self) -> str:
        """What it would do, in words."""
        kind = "certain" if self.certain else "question"
        return f"{kind}: {self.repair.says}{f' ({self.effect.says})' if self.effect else ''}"

    def to_json(self) -> dict[str, Any]:
        """The offer as JSON: whether to apply it, what it would do, and the repair under its word."""
        told: dict[str, Any] = {"apply": self.apply, "certain": self.certain, "finding": self.finding}
        if self.effect is not None:
            shown = [{"before": before, "after": after} for before, after in self.effect.shown]
            pairs = zip(Counts._fields, self.effect.before, self.effect.after, strict=True)
            effect = {name: {"before": old, "after": new} for name, old, new in pairs}
            told |= {"rows": self.effect.rows, "shown": shown, "effect": effect}
        return told | self.repair.to_json()


def offered(document: Any) -> Offer:
    """The offer that a line of a file says; only whether to apply it counts of what it says beside its repair."""
    if not isinstance(document, Mapping):
        raise InputError(f"{document!r:.200} is no repair. Write {{word: what it says}}.")
    repair = from_json({word: entry for word, entry in document.items() if word not in TOLD})
    apply = document.get("apply", repair.certain)
    if not isinstance(apply, bool):
        raise InputError(f'"apply": {json.dumps(apply)} is neither true nor false ({repair.says}).')
    return Offer(repair, apply)


def load(path: Path) -> tuple[Offer, ...]:
    """The repairs that a JSON file lists, each with whether it is to be applied."""
    try:
        lines = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f'"{path}" cannot be read as a list of repairs: {error}.') from None
    if not isinstance(lines, list) or len(lines) > MOST_VALUES:
        raise InputError(f'"{path}" is no list of up to {many(MOST_VALUES)} repairs.')
    return tuple(offered(document) for document in lines)


def save(offers: Sequence[Offer], path: Path) -> None:
    """Write offers as a JSON file, one on a line, so that questions can be answered and lines be taken out.

    What is there is replaced in one step, and only where it is a file of repairs. Its answers stay: an offer that is
    in it already keeps its "apply", and a line that is not offered now stands below those that are.
    """
    target = path.expanduser().resolve()
    if target.exists() and not _is_ours(target):
        raise InputError(f'"{path}" is there and is no file of repairs; it stays as it is. Name another file.')
    earlier = {_line(offer.repair): offer for offer in (load(target) if target.exists() else ())}
    fresh = {_line(offer.repair): offer for offer in offers}
    answered = {line: replace(offer, apply=earlier.get(line, offer).apply) for line, offer in fresh.items()}
    offers = [*answered.values(), *(offer for line, offer in earlier.items() if line not in fresh)]
    lines = ",\n".join(json.dumps(offer.to_json(), ensure_ascii=False) for offer in offers)
    new = target.with_name(f".{target.name}-{secrets.token_hex(4)}")
    try:
        new.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
        new.replace(target)
    except OSError as error:
        raise InputError(f'"{path}" cannot be written: {error.strerror}.') from None
    finally:
        new.unlink(missing_ok=True)


def _line(repair: Repair) -> str:
    return json.dumps(repair.to_json(), sort_keys=True)


def _is_ours(path: Path) -> bool:
    """Whether this is a file that holds repairs."""
    try:
        return path.is_file() and load(path) is not None
    except InputError:
        return False
