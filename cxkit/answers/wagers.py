"""Bets of a store: what somebody guessed before the answer was shown, in a file of the store's folder."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxkit import places
from cxkit.errors import InputError, StoreError, not_found

if TYPE_CHECKING:
    from cxkit.journeys import Journeys

FILE = "bets.json"
FORMAT = 1
GOAL, WAY, AGAIN, WAIT = KINDS = ("goal", "way", "again", "wait")
MOST, LARGEST, LONGEST, MOST_STEPS = 500, 1_000_000, 200, 100


@dataclass(frozen=True)
class Bet:
    """A guess: of which kind, what (a share, or activities in order), by whom, and when it was written down."""

    kind: str
    guess: float | tuple[str, ...]
    by: str
    placed: str


def placed(folder: Path) -> tuple[Bet, ...]:
    """The bets of a store, in the order in which they were placed.

    Errors: a file that does not hold bets.
    """
    path = folder / FILE
    if not path.exists():
        return ()
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["format"] != FORMAT or len(document["bets"]) > MOST:
            raise ValueError
        return tuple(_bet(entry) for entry in document["bets"])
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        raise StoreError(f'The bets of this store cannot be read. Move "{FILE}" away to begin anew.') from None


def place(folder: Path, guesses: Mapping[str, float | Sequence[str]], by: str) -> None:
    """Write guesses down; each kind is guessed once by everybody, and stays as it was.

    Errors: a kind that was guessed before; too many bets; an app that only shows; a folder that cannot be written.
    """
    before = placed(folder)
    if places.is_view_only():
        raise InputError("This app only shows: no bets are kept here.")
    again = [kind for kind in guesses if any((old.kind, old.by) == (kind, by) for old in before)]
    if again:
        raise InputError(f'You have bet on "{again[0]}" already. A bet stays as it was placed.')
    now = datetime.now(UTC).isoformat(timespec="seconds")
    new = [
        _bet({"kind": kind, "guess": guess if isinstance(guess, float) else list(guess), "by": by, "placed": now})
        for kind, guess in guesses.items()
    ]
    if len(before) + len(new) > MOST:
        raise InputError(f"There are {MOST} bets already.")
    text = json.dumps(
        {"format": FORMAT, "bets": [asdict(old) for old in (*before, *new)]}, ensure_ascii=False, indent=1
    )
    making = folder / f".{secrets.token_hex(8)}"
    try:
        with places.private(making) as file:
            file.write(f"{text}\n")
        making.replace(folder / FILE)
    except OSError as error:
        making.unlink(missing_ok=True)
        raise InputError(f"The bets cannot be written: {os.strerror(error.errno or 0)}.") from None


def bet(
    journeys: Journeys,
    *,
    goal: float | None = None,
    way: Sequence[str] | None = None,
    again: str | None = None,
    wait: Sequence[str] | None = None,
    by: str = "",
) -> Journeys:
    """Write down what you believe before you look: the same journeys, with bets that stay as they are.

    goal : the share of ended journeys that reach their goal, 0 to 1.
    way : the activities, in order, of the way that most journeys go.
    again : the activity that most journeys have twice or more.
    wait : the two activities between which all journeys together wait longest.
    by : your name, if several people bet.

    The bets are about the whole log, and stand in the store's folder, in a file that only its user can read.

    Errors: a share that is none, an unknown activity, a bet that was placed before, a store that cannot be written.

    >>> import cxkit as cx
    >>> j = cx.prepare(cx.read(cx.toy_table()).roles(journey="order", activity="step", time="when"),
    ...     getfixture("tmp_path") / "toy").bet(again="Call", wait=["Ship", "Deliver"])
    >>> j.bets().df()["score"].tolist()
    [1.0, 1.0]
    """
    steps = journeys.whole.known_activities
    for name in (*(way or ()), *((again,) if again is not None else ()), *(wait or ())):
        if name not in steps:
            raise not_found("activity", str(name), steps, "j.activities()")
    if goal is not None and (isinstance(goal, bool) or not isinstance(goal, int | float) or not 0 <= goal <= 1):
        raise InputError(f"goal={goal!r} is no share. Write for example goal=0.7.")
    if wait is not None and len(wait) != 2:
        raise InputError("wait= is two activities: from which, and to which.")
    guesses: dict[str, float | Sequence[str]] = {}
    guesses |= {GOAL: float(goal)} if goal is not None else {}
    guesses |= {AGAIN: [again]} if again is not None else {}
    guesses |= {kind: list(names) for kind, names in ((WAY, way), (WAIT, wait)) if names}
    if not guesses:
        raise InputError("There is nothing to bet on: write goal=, way=, again= or wait=.")
    place(journeys.folder, guesses, by)
    return journeys


def _bet(entry: Any) -> Bet:
    """The bet that a document says; ValueError for anything else."""
    kind, guess, by, moment = (entry[name] for name in ("kind", "guess", "by", "placed"))
    if set(entry) != {"kind", "guess", "by", "placed"} or kind not in KINDS or not _is_text(by):
        raise ValueError
    datetime.fromisoformat(moment)
    if kind == GOAL:
        if isinstance(guess, bool) or not isinstance(guess, int | float) or not 0 <= guess <= 1:
            raise ValueError
        return Bet(kind, float(guess), by, moment)
    size = {AGAIN: (1, 1), WAIT: (2, 2), WAY: (1, MOST_STEPS)}[kind]
    if not isinstance(guess, list) or not size[0] <= len(guess) <= size[1] or not all(map(_is_text, guess)):
        raise ValueError
    return Bet(kind, tuple(guess), by, moment)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST
