"""How do journeys end? By their goal, by a cancel, in silence; or they are still open when the log ends."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from world.hidden import turns
from world.parameters import DAY, World
from world.truths.book import Book, Seen, half, mean

ENDINGS = {
    "goal": "ended journeys that reached the goal of their kind",
    "cancel": "ended journeys that were cancelled",
    "silent": "ended journeys whose customer fell silent",
}
PATIENCE = (14, 30, 60)  # days of silence after which somebody without this truth takes a journey for ended
DOUBT = 30  # days before the log's end in which no log tells the silent from those who are still open


def outcomes(book: Book, seen: list[Seen]) -> None:
    """How do journeys end, by kind and by the channel of their first event?"""
    ended = [one for one in seen if one.row["ending"] != "open"]
    told = {days: Counter(told_after(book.world, one, days) for one in seen) for days in PATIENCE}
    for ending, says in ENDINGS.items():
        book.share(
            f"outcome.{ending}",
            says,
            hits(ended, ending),
            count=sum(hits(ended, ending)),
            kinds=parts(ended, ending, kind_of),
            channels=parts(ended, ending, first_channel),
            told={f"{days}d": round(own[ending] / (len(seen) - own["open"]), 4) for days, own in told.items()},
            estimand="open journeys left out; a goal counts once it is reached; who falls silent never comes back",
        )
    book.count(left_open, seen, told)


def left_open(book: Book, seen: list[Seen], told: dict[int, Counter[str]]) -> None:
    """How many journeys go on after the log's end?"""
    open_ones = hits(seen, "open")
    fresh = mean([one.row["ending"] == "silent" and quiet(book.world, one) <= DOUBT * DAY for one in seen])
    book.enter(
        "outcome.open",
        "journeys without goal or cancel that go on after the log's end",
        mean(open_ones),
        half(mean(open_ones), len(seen)) + fresh,
        unit="share",
        n=len(seen),
        count=sum(open_ones),
        kinds=parts(seen, "open", kind_of),
        channels=parts(seen, "open", first_channel),
        told={f"{days}d": round(own["open"] / len(seen), 4) for days, own in told.items()},
        estimand=f"of all journeys; ± holds those who fell silent in the last {DOUBT} days, whom no log can tell",
    )


def hits(seen: Sequence[Seen], ending: str) -> list[bool]:
    """Which journeys ended so?"""
    return [one.row["ending"] == ending for one in seen]


def parts(seen: list[Seen], ending: str, by: Callable[[Seen], str]) -> dict[str, dict[str, Any]]:
    """Which share of each part ended so?"""
    own: dict[str, list[Seen]] = defaultdict(list)
    for one in seen:
        own[by(one)].append(one)
    shares = {name: mean(hits(rows, ending)) for name, rows in sorted(own.items())}
    return {
        name: {"realised": round(share, 4), "half_width": round(half(share, len(own[name])), 4), "n": len(own[name])}
        for name, share in shares.items()
    }


def kind_of(one: Seen) -> str:
    """What was it about?"""
    return one.case.journey.kind


def first_channel(one: Seen) -> str:
    """Where did it begin?"""
    return one.case.events[0].channel


def told_after(world: World, one: Seen, days: int) -> str:
    """What does somebody say who knows whose turn it is, but not the future, after so many days of silence?"""
    if one.row["ending"] in ("goal", "cancel"):
        return str(one.row["ending"])
    *_, (turn, _) = turns(one.case)
    return "silent" if turn == "customer" and quiet(world, one) > days * DAY else "open"


def quiet(world: World, one: Seen) -> float:
    """For how many seconds has nothing happened when the log ends?"""
    return world.end - one.case.seconds[-1]
