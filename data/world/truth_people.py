"""What is true of the people? How many, how alike their own journeys are, their personas, decoys and needs."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from itertools import pairwise

import numpy as np

from .company import ACTIVITIES, CUSTOMER, FRONT
from .customers import BANDS, age_band
from .hidden import guess
from .journey import Customer
from .needs import DECOYS, KNOW, MARKERS, NEEDS, PATTERN, PERSONA_BY_AGE, PERSONAS, SLUGS, TALK, Need
from .truth import Book, Seen, mean, variance


def people(book: Book, seen: list[Seen]) -> None:
    """What is true of customers?"""
    lives: dict[int, list[Seen]] = defaultdict(list)
    for one in seen:
        lives[one.case.journey.customer.number].append(one)
    own = list(lives.values())
    book.count(sizes, seen, own)
    for count in (alike, personas, decoys):
        book.count(count, own)
    for story in (understood, patterns, helped_early):
        book.count(story, seen)
    book.count(needs, [one.case.journey.customer for one, *_ in own])


def sizes(book: Book, seen: list[Seen], own: list[list[Seen]]) -> None:
    """How large is it all? Exact counts."""
    book.enter(
        "size.customers",
        "people in the log, after identities are resolved",
        len(own),
        unit="customers",
        asked_for=book.world.customers,
        note="some make contact only after the log's end",
    )
    book.enter("size.journeys", "journeys in the log", len(seen), unit="journeys")
    book.enter("size.events", "events in the log", sum(len(one.case.seconds) for one in seen), unit="events")
    book.enter(
        "size.open", "journeys of which not all is in the log", sum(not one.case.whole for one in seen), unit="journeys"
    )
    book.share("size.several", "people with two to five journeys in the log", [len(life) > 1 for life in own])
    split = [len({one.case.customer for one in life}) > 1 for life in own]
    book.share("identity.split", "people under two ids", split, 0.03)


def alike(book: Book, own: list[list[Seen]]) -> None:
    """How alike are the journeys of one customer? One-way ANOVA after each kind's mean is taken away."""
    base = "people with at least two journeys; the kind's mean is taken away"
    calls = icc(own, lambda one: float(contacts(one)))
    book.enter(
        "icc.calls",
        "intraclass correlation of calls per journey",
        calls,
        0.06,
        unit="ICC",
        target=[0.2, 0.3],
        estimand=base + "; phone events of customers and the front stage",
    )
    ended = [[one for one in life if one.row["outcome"] != "open"] for life in own]
    good = icc(ended, lambda one: float(one.row["outcome"] == "good"))
    book.enter(
        "icc.outcome",
        "intraclass correlation of reaching the goal",
        good,
        0.06,
        unit="ICC",
        target=[0.2, 0.3],
        estimand=base + "; ended journeys",
    )


def contacts(one: Seen) -> int:
    """How many times did they speak on the phone?"""
    lanes = (CUSTOMER, FRONT)
    return sum(event.channel == "phone" and ACTIVITIES[event.activity].lane in lanes for event in one.case.events)


def icc(own: list[list[Seen]], value: Callable[[Seen], float]) -> float:
    """Which share of the variance lies between customers?"""
    of_kind: dict[str, list[float]] = defaultdict(list)
    for life in own:
        for one in life:
            of_kind[one.row["kind"]].append(value(one))
    means = {kind: mean(values) for kind, values in of_kind.items()}
    return anova([[value(one) - means[one.row["kind"]] for one in life] for life in own if len(life) > 1])


def anova(groups: Sequence[Sequence[float]]) -> float:
    """Which share of the variance lies between groups? Groups may differ in size."""
    n = sum(map(len, groups))
    total = math.fsum(value for group in groups for value in group) / n
    between = math.fsum(len(group) * (mean(group) - total) ** 2 for group in groups) / (len(groups) - 1)
    within = math.fsum(len(group) * variance(group) for group in groups) / (n - len(groups))
    size = (n - sum(len(group) ** 2 for group in groups) / n) / (len(groups) - 1)
    part = (between - within) / size
    return part / (part + within)


def personas(book: Book, own: list[list[Seen]]) -> None:
    """Who are they, what marks them, and how well could anybody tell?"""
    world, who = book.world, [life[0].row["persona"] for life in own]
    bands = Counter(age_band(life[0].case.journey.customer.age) for life in own)
    for persona, slug in SLUGS.items():
        planted = sum(PERSONA_BY_AGE[BANDS[band]][persona] * count for band, count in bands.items()) / len(own)
        book.share(f"persona.share.{slug}", f"people who are '{persona}'", [found == persona for found in who], planted)
    counts = [Counter(event.activity for one in life for event in one.case.events) for life in own]
    pairs = list(zip(counts, who, strict=True))
    seen = mean([life[0].row["seen"] for life in own])
    own_means = [count[marker] for count, persona in pairs for marker in PERSONAS[persona].markers]
    others = [
        count[marker] for count, persona in pairs for marker in MARKERS if marker not in PERSONAS[persona].markers
    ]
    says = "events of each marker activity per person"
    book.enter(
        "persona.marker.own",
        f"{says}, of the own persona",
        mean(own_means),
        0.03,
        parameter=world.own_marker * seen,
        unit="events",
        estimand="the rate times the share of lives before the log's end",
    )
    book.enter(
        "persona.marker.other",
        f"{says}, of other personas",
        mean(others),
        0.01,
        parameter=world.other_marker * seen,
        unit="events",
    )
    book.enter(
        "persona.discretionary",
        "events of their own accord per person",
        mean([sum(count[marker] for marker in MARKERS) for count in counts]),
        0.1,
        unit="events",
    )
    guesses = [guess(life[0].case.journey.customer) for life in own]
    book.enter(
        "persona.bayes_ari",
        "adjusted Rand index of the best possible guess",
        adjusted_rand(guesses, who),
        unit="ARI",
        estimand="the likelihood by the world's rates: markers, channels, reschedules, repeated calls; prior by age",
    )
    columns = {
        name: [min(count[name], 4) for count in counts] for name in sorted({name for count in counts for name in count})
    }
    for channel in ("web", "app", "phone", "shop"):
        columns[f"channel {channel}"] = [
            min(sum(event.channel == channel for one in life for event in one.case.events), 8) for life in own
        ]
    best = max(columns, key=lambda name: adjusted_rand(columns[name], who))
    book.enter(
        "persona.single_ari",
        "the best that a single column can do",
        adjusted_rand(columns[best], who),
        unit="ARI",
        column=best,
        limit=0.4,
    )
    ages = [age_band(life[0].case.journey.customer.age) for life in own]
    book.enter(
        "persona.age_ami",
        "adjusted mutual information of age band and persona",
        mutual(ages, who),
        0.01,
        unit="AMI",
        target=[0.02, 0.05],
    )


def decoys(book: Book, own: list[list[Seen]]) -> None:
    """What looks like structure and has nothing to do with personas?"""
    entries = [(one.row["entry"], one.row["persona"]) for life in own for one in life if one.row["entry"]]
    book.enter(
        "decoy.entry_ami",
        "adjusted mutual information of entry channel and persona",
        mutual(*zip(*entries, strict=True)),
        0.005,
        parameter=0.0,
        unit="AMI",
        n=len(entries),
    )
    hard = [(life[0].case.journey.customer.hardness, life[0].row["persona"]) for life in own]
    book.enter(
        "decoy.hardness_eta",
        "share of the variance of hardness that lies between personas",
        eta(hard),
        0.005,
        parameter=0.0,
        unit="share",
        n=len(hard),
    )
    checks = [
        (math.log(event.worked), one.row["persona"])
        for life in own
        for one in life
        for _, event in one.of("Identity check")
        if event.channel == "phone" and event.worked
    ]
    book.enter(
        "decoy.check_length_eta",
        "the same for the length of identity checks on the phone",
        eta(checks),
        0.01,
        parameter=0.0,
        unit="share",
        n=len(checks),
    )


def eta(pairs: Sequence[tuple[float, str]]) -> float:
    """Which share of the variance lies between groups?"""
    groups: dict[str, list[float]] = defaultdict(list)
    for value, group in pairs:
        groups[group].append(value)
    within = sum(len(values) * variance(values) for values in groups.values()) / len(pairs)
    return 1 - within / variance([value for value, _ in pairs])


def table(left: Sequence[Hashable], right: Sequence[Hashable]) -> np.ndarray:
    """How often does each pair occur?"""
    rows = {value: code for code, value in enumerate(dict.fromkeys(left))}
    columns = {value: code for code, value in enumerate(dict.fromkeys(right))}
    counts = np.zeros((len(rows), len(columns)))
    for (a, b), n in Counter(zip(left, right, strict=True)).items():
        counts[rows[a], columns[b]] = n
    return counts


def adjusted_rand(left: Sequence[Hashable], right: Sequence[Hashable]) -> float:
    """How alike are two groupings? Hubert and Arabie's adjusted Rand index."""
    counts = table(left, right)
    both, a, b, n = (float((x * (x - 1) / 2).sum()) for x in (counts, counts.sum(1), counts.sum(0), counts.sum()))
    expected = a * b / n
    return (both - expected) / ((a + b) / 2 - expected)


def mutual(left: Sequence[Hashable], right: Sequence[Hashable]) -> float:
    """How much does one say about the other? Adjusted mutual information; the expected part in large-sample form."""
    counts = table(left, right)
    n = counts.sum()
    joint, a, b = counts / n, counts.sum(1) / n, counts.sum(0) / n
    some = joint > 0
    shared = float((joint[some] * np.log(joint[some] / np.outer(a, b)[some])).sum())
    expected = (len(a) - 1) * (len(b) - 1) / (2 * n)
    largest = float(-(a * np.log(a)).sum() - (b * np.log(b)).sum()) / 2
    return float((shared - expected) / (largest - expected))


def understood(book: Book, seen: list[Seen]) -> None:
    """Where do people do what their record lets expect?"""
    cells = (("understood", KNOW, "install", "Appointment confirmed"), ("misunderstood", TALK, "use", "Fault reported"))
    for key, persona, stage, activity in cells:
        choices = [
            (event.channel == one.case.journey.customer.declared, one.row["persona"] == persona)
            for one in seen
            for _, event in one.of(activity)
        ]
        says = f"'{activity}' happens in the channel that the customer declared"
        rest = mean([float(hit) for hit, inside in choices if not inside])
        book.share(
            f"cell.{key}.predictable",
            f"{says}, '{persona}'",
            [hit for hit, inside in choices if inside],
            others=rest,
            cell=[persona, stage],
        )


def needs(book: Book, customers: list[Customer]) -> None:
    """What do people need, and what does the company believe?"""
    place = list(SLUGS).index
    weights = {
        name: mean([card.weights[place(customer.persona)] for customer in customers]) for name, card in NEEDS.items()
    }
    believed = {name: card.firm_share for name, card in NEEDS.items() if card.registered}
    register = {name: weights[name] / sum(weights[known] for known in believed) for name in believed}
    true, firm = (sorted(shares, key=lambda name: -shares[name]) for shares in (register, believed))
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
        n=2,
    )
    book.enter(
        "need.firm_tv",
        "distance between the company's shares and the true ones",
        sum(abs(register[name] - believed[name]) for name in believed) / 2,
        0.02,
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
