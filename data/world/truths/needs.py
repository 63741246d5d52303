"""What is true of needs? What people weigh and say, what the company believes, which patterns show one."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable
from itertools import pairwise

import pyarrow as pa

from world.journey import Customer
from world.needs import DECOYS, NEEDS, PATTERN, Need, believed, weights_of
from world.truths.book import WIDE, Book, Seen, doubt, mean


def needs(book: Book, seen: list[Seen], rows: pa.Table) -> None:
    """What is true of needs?"""
    people = {one.case.journey.customer.number: one.case.journey.customer for one in seen}
    book.count(register_of, list(people.values()))
    book.count(answers, rows)
    for story in (patterns, helped_early):
        book.count(story, seen)


def register_of(book: Book, customers: list[Customer]) -> None:
    """What do people need, and what does the company believe?"""
    own = [weights_of(book.world, customer.persona) for customer in customers]
    weights = {name: mean([one[name] for one in own]) for name in NEEDS}
    firms = believed(book.world)
    register = {name: weights[name] / sum(weights[known] for known in firms) for name in firms}
    true, firm = (sorted(shares, key=lambda name: -shares[name]) for shares in (register, firms))
    book.enter(
        "need.register",
        "what customers need",
        list(NEEDS),
        shares={name: round(weight, 4) for name, weight in weights.items()},
    )
    book.enter("need.true_ranking", "the registered needs by how much they weigh", true)
    book.enter("need.firm_ranking", "the same as the company believes", firm)
    book.enter(
        "need.firm_wrong",
        "needs at the wrong place in the company's ranking",
        [name for name, other in zip(firm, true, strict=True) if name != other],
    )
    book.enter(
        "need.firm_tv",
        "distance between the company's shares and the true ones",
        sum(abs(register[name] - firms[name]) for name in firms) / 2,
        WIDE * math.sqrt(doubt([apart(one, register, firms) for one in own])),
        unit="total variation",
    )
    special: dict[str, tuple[str, Callable[[Need], bool]]] = {
        "unstated": ("seen in behaviour, never stated", lambda card: not card.stated),
        "stated_only": ("stated, seen in no behaviour", lambda card: not card.evidence),
        "unregistered": ("in no register", lambda card: not card.registered),
        "without_policy": ("registered, and no policy serves it", lambda card: card.registered and not card.policy),
    }
    for key, (says, chosen) in special.items():
        (name,) = (name for name, card in NEEDS.items() if chosen(card))
        book.enter(f"need.{key}", f"the need that is {says}", name)


def answers(book: Book, rows: pa.Table) -> None:
    """What do people say of their needs, and where is most to gain?"""
    columns = (rows[name].to_pylist() for name in ("need", "importance", "satisfaction"))
    own: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for need, importance, satisfaction in zip(*columns, strict=True):
        own[need].append((importance, satisfaction))
    said = {need: [mean([float(row[place]) for row in rows]) for place in (0, 1)] for need, rows in own.items()}
    gain = {need: weighs + max(weighs - met, 0.0) for need, (weighs, met) in said.items()}
    book.enter(
        "need.answers",
        "the needs in the order of the opportunity that the answers show",
        sorted(gain, key=lambda need: -gain[need]),
        n=rows.num_rows // max(len(said), 1),
        importance={need: round(weighs, 4) for need, (weighs, _) in said.items()},
        satisfaction={need: round(met, 4) for need, (_, met) in said.items()},
        asked_for={need: met for need, met in zip(NEEDS, book.world.satisfaction, strict=True) if need in said},
        estimand="mean importance, and what it exceeds mean satisfaction by",
    )


def apart(one: dict[str, float], register: dict[str, float], firms: dict[str, float]) -> float:
    """What does one person add to the distance? Their weights, with the sign that each need has in it."""
    return sum(math.copysign(one[name], register[name] - firms[name]) for name in firms) / 2


def patterns(book: Book, seen: list[Seen]) -> None:
    """Which patterns are more frequent than a first-order chain makes them?"""
    moves: Counter[tuple[str, ...]] = Counter()
    for one in seen:
        if one.row["kind"] == "order":
            names = [event.activity for event in one.case.events]
            moves.update(pairwise(names))
            moves.update(zip(names, names[1:], names[2:], strict=False))
    leaving: Counter[str] = Counter()
    for move, count in moves.items():
        if len(move) == 2:
            leaving[move[0]] += count

    def lift(a: str, b: str, c: str) -> float:
        return moves[a, b, c] / (moves[a, b] * moves[b, c] / leaving[b])

    book.enter(
        "need.pattern",
        "the pattern that shows the need in no register",
        list(PATTERN),
        lift=lift(*PATTERN),
        n=moves[PATTERN],
        estimand="consecutive events of order journeys; lift over a first-order chain",
    )
    book.enter(
        "need.decoys",
        "frequent patterns that a first-order chain explains",
        [list(decoy) for decoy in DECOYS],
        lift=[round(lift(*decoy), 3) for decoy in DECOYS],
        n=[moves[decoy] for decoy in DECOYS],
    )


def helped_early(book: Book, seen: list[Seen]) -> None:
    """How many questions of waiting customers are answered before they call?"""
    names = ("Community answer read", "Proactive message sent", "Call: where is my order", "Call: fault still there")
    asked = [event.activity for one in seen for event in one.case.events if event.activity in names and not event.main]
    book.share(
        "need.peer",
        "questions of waiting customers that other customers answered",
        [name == names[0] for name in asked],
        book.world.answered_by_peers,
    )
    book.share(
        "need.proactive",
        "and that the company answered before they were asked",
        [name == names[1] for name in asked],
        book.world.answered_before,
    )
