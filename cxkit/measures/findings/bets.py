"""Bets: what was guessed before the answer was shown, and how near it came."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cxkit.answers import wagers
from cxkit.answers.wagers import AGAIN, GOAL, WAIT, WAY, Bet
from cxkit.facts import outcome as outcomes
from cxkit.result import Result
from cxkit.words import percent

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys

ASKED = {
    GOAL: "Which share of ended journeys reaches its goal?",
    WAY: "Which way do most journeys go?",
    AGAIN: "What do most journeys do twice or more?",
    WAIT: "On which step do all journeys together wait longest?",
}
UNPLACED = "Nobody has placed a bet on this log. Write j.bet(goal=0.7, again=...) before you look."


def bets(journeys: Journeys) -> Result:
    """How near did the guesses come?

    Returns a Result with a row per bet, in the order in which they were placed (see `j.bet`): `asked` (the question),
    `by`, `placed` (when), `guess`, `answer` (of the whole log), `score` (1 for the right answer; of the share of goals
    1 less the difference by the largest one possible; of ways, steps and waits the journeys or the waiting of the guess
    by those of the right answer; empty where nobody can say).

    Errors: a file of bets that was changed so that it cannot be read.

    >>> import cxkit as cx
    >>> len(cx.toy_journeys().bets().df())
    0
    """
    placed = wagers.placed(journeys.folder) if journeys.n.journeys else ()
    return Result(
        name="bets",
        unit="bets",
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: _table(journeys.whole, placed),
        count=lambda: journeys.n,
        note="About the whole log",
        empty=UNPLACED if journeys.n.journeys else Result.empty,
    )


def _table(whole: Journeys, placed: Sequence[Bet]) -> pa.Table:
    import pyarrow as pa

    kinds = dict.fromkeys(("asked", "by", "placed", "guess", "answer"), pa.string()) | {"score": pa.float64()}
    return pa.Table.from_pylist([_row(whole, bet) for bet in placed], schema=pa.schema(list(kinds.items())))


def _row(whole: Journeys, bet: Bet) -> dict[str, Any]:
    answer, score = SCORED[bet.kind](whole, bet.guess)
    guess = percent(bet.guess) if isinstance(bet.guess, float) else " → ".join(bet.guess)
    row = {"asked": ASKED[bet.kind], "by": bet.by, "placed": bet.placed, "guess": guess}
    return {**row, "answer": answer, "score": score}


Scored = tuple[str | None, float | None]


def _goal(whole: Journeys, guess: Any) -> Scored:
    if outcomes.name_in(whole.selection.star) is None:
        return None, None
    share = next((row["share"] for row in whole.outcomes().table.to_pylist() if row["outcome"] == outcomes.GOAL), None)
    return (None, None) if share is None else (percent(share), 1 - abs(guess - share) / max(share, 1 - share))


def _best(sizes: Mapping[tuple[str, ...], float], guess: Any) -> Scored:
    """The right answer, and how much of it the guess is."""
    most = max(sizes.values(), default=0)
    if not most:
        return None, None
    right = min(name for name, size in sizes.items() if size == most)
    return " → ".join(guess if sizes.get(guess) == most else right), sizes.get(guess, 0) / most


def _way(whole: Journeys, guess: Any) -> Scored:
    return _best({tuple(row["activities"]): row["count"] for row in whole.variants().table.to_pylist()}, guess)


def _again(whole: Journeys, guess: Any) -> Scored:
    return _best({(row["activity"],): row["journeys"] for row in whole.rework().table.to_pylist()}, guess)


def _wait(whole: Journeys, guess: Any) -> Scored:
    if not whole.selection.star.timed:
        return None, None
    rows = whole.durations(per="move", working=False).table.to_pylist()
    return _best(
        {(row["activity"], row["next_activity"]): row["count"] * (row["mean_seconds"] or 0) for row in rows}, guess
    )


SCORED: Mapping[str, Callable[[Any, Any], Scored]] = {GOAL: _goal, WAY: _way, AGAIN: _again, WAIT: _wait}
