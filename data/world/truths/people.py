"""What is true of the people? How many, how alike their own journeys are, their personas, decoys and needs."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence

import numpy as np

from world.company import ACTIVITIES, CUSTOMER, FRONT
from world.customers import age_band
from world.hidden import guess
from world.needs import KNOW, MARKERS, PERSONAS, SLUGS, TALK, personas_at, personas_of
from world.planted import as_declared
from world.truths.book import WIDE, Book, Seen, doubt, mean, variance

FOLDS = 20
FINE = 0.0002  # two formulas of one index may differ by so much


def people(book: Book, seen: list[Seen]) -> None:
    """What is true of customers?"""
    lives: dict[int, list[Seen]] = defaultdict(list)
    for one in seen:
        lives[one.case.journey.customer.number].append(one)
    own = list(lives.values())
    book.count(sizes, seen, own)
    for count in (alike, personas, decoys):
        book.count(count, own)
    book.count(understood, seen)


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
    split = [len({one.case.system_id for one in life}) > 1 for life in own]
    several = mean([float(len(life) > 1) for life in own])
    book.share("identity.split", "people under two ids", split, book.world.split_identity * several)


def alike(book: Book, own: list[list[Seen]]) -> None:
    """How alike are the journeys of one customer? One-way ANOVA after each kind's mean is taken away."""
    base = "people with at least two journeys; the kind's mean is taken away"
    more = {"unit": "ICC", "target": [0.2, 0.3]}
    book.enter(
        "icc.calls",
        "intraclass correlation of calls per journey",
        *icc(own, lambda one: float(contacts(one))),
        **more,
        estimand=base + "; phone events of customers and the front stage",
    )
    ended = [[one for one in life if one.row["outcome"] != "open"] for life in own]
    book.enter(
        "icc.outcome",
        "intraclass correlation of reaching the goal",
        *icc(ended, lambda one: float(one.row["outcome"] == "good")),
        **more,
        estimand=base + "; ended journeys",
    )


def contacts(one: Seen) -> int:
    """How many times did they speak on the phone?"""
    lanes = (CUSTOMER, FRONT)
    return sum(event.channel == "phone" and ACTIVITIES[event.activity].lane in lanes for event in one.case.events)


def icc(own: list[list[Seen]], value: Callable[[Seen], float]) -> tuple[float, float]:
    """Which share of the variance lies between customers? With a half-width, by a jackknife over parts of them."""
    of_kind: dict[str, list[float]] = defaultdict(list)
    for life in own:
        for one in life:
            of_kind[one.row["kind"]].append(value(one))
    means = {kind: mean(values) for kind, values in of_kind.items()}
    groups = [[value(one) - means[one.row["kind"]] for one in life] for life in own if len(life) > 1]
    parts = [anova([group for place, group in enumerate(groups) if place % FOLDS != fold]) for fold in range(FOLDS)]
    return anova(groups), WIDE * math.sqrt((FOLDS - 1) * variance(parts))


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
    for persona in personas_of(world):
        planted = sum(personas_at(world, band)[persona] * count for band, count in bands.items()) / len(own)
        them = [found == persona for found in who]
        book.share(f"persona.share.{SLUGS[persona]}", f"people who are '{persona}'", them, planted)
    counts = [Counter(event.activity for one in life for event in one.case.events) for life in own]
    pairs = list(zip(counts, who, strict=True))
    seen = mean([life[0].row["seen"] for life in own])
    own_means = [count[marker] for count, persona in pairs for marker in PERSONAS[persona].markers]
    others = [
        count[marker] for count, persona in pairs for marker in MARKERS if marker not in PERSONAS[persona].markers
    ]
    all_of = [sum(count[marker] for marker in MARKERS) for count in counts]
    says = "events of each marker activity per person"
    book.enter(
        "persona.marker.own",
        f"{says}, of the own persona",
        mean(own_means),
        WIDE * math.sqrt(doubt(own_means)),
        parameter=world.own_marker * seen,
        unit="events",
        estimand="the rate times the share of lives before the log's end",
    )
    book.enter(
        "persona.marker.other",
        f"{says}, of other personas",
        mean(others),
        WIDE * math.sqrt(doubt(others)),
        parameter=world.other_marker * seen,
        unit="events",
    )
    book.enter(
        "persona.discretionary",
        "events of their own accord per person",
        mean(all_of),
        WIDE * math.sqrt(doubt(all_of)),
        parameter=(3 * world.own_marker + 9 * world.other_marker) * seen,
        unit="events",
    )
    guesses = [guess(world, life[0].case.journey.customer) for life in own]
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
        *mutual(ages, who),
        unit="AMI",
        target=[0.02, 0.05],
    )


def decoys(book: Book, own: list[list[Seen]]) -> None:
    """What looks like structure and has nothing to do with personas?"""
    parameter = None if book.world.decoys_tell else 0.0
    entries = [(one.row["entry"], one.row["persona"]) for life in own for one in life if one.row["entry"]]
    book.enter(
        "decoy.entry_ami",
        "adjusted mutual information of entry channel and persona",
        *mutual([entry for entry, _ in entries], [persona for _, persona in entries]),
        parameter=parameter,
        unit="AMI",
        n=len(entries),
    )
    hard = [(life[0].case.journey.customer.hardness, life[0].row["persona"]) for life in own]
    book.enter(
        "decoy.hardness_eta",
        "share of the variance of hardness that lies between personas",
        *eta(hard),
        parameter=parameter,
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
        *eta(checks),
        parameter=parameter,
        unit="share",
        n=len(checks),
    )


def eta(pairs: Sequence[tuple[float, str]]) -> tuple[float, float]:
    """Which share of the variance lies between groups? With a half-width, as if none did."""
    groups: dict[str, list[float]] = defaultdict(list)
    for value, group in pairs:
        groups[group].append(value)
    within = sum(len(values) * variance(values) for values in groups.values()) / len(pairs)
    free = len(groups) - 1
    return 1 - within / variance([value for value, _ in pairs]), (free + WIDE * math.sqrt(2 * free)) / len(pairs) + FINE


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


def mutual(left: Sequence[Hashable], right: Sequence[Hashable]) -> tuple[float, float]:
    """How much does one say about the other? Adjusted mutual information; the expected part in large-sample form.

    With a half-width: the variance of the pointwise information, and that of a chi-square where there is none.
    """
    counts = table(left, right)
    n = counts.sum()
    joint, a, b = counts / n, counts.sum(1) / n, counts.sum(0) / n
    some = joint > 0
    points = np.log(joint[some] / np.outer(a, b)[some])
    shared = float((joint[some] * points).sum())
    free = (len(a) - 1) * (len(b) - 1)
    expected = free / (2 * n)
    largest = float(-(a * np.log(a)).sum() - (b * np.log(b)).sum()) / 2
    spread = float((joint[some] * points**2).sum()) - shared**2
    width = WIDE * math.sqrt(spread / n + free / (2 * n**2)) / (largest - expected) + FINE
    return float((shared - expected) / (largest - expected)), width


def understood(book: Book, seen: list[Seen]) -> None:
    """Where do people do what their record lets expect?"""
    cells = (("understood", KNOW, "install", "Appointment confirmed"), ("misunderstood", TALK, "use", "Fault reported"))
    for key, persona, stage, activity in cells:
        choices = [
            (event.channel == one.case.journey.customer.declared, one.row["persona"] == persona, one)
            for one in seen
            for _, event in one.of(activity)
        ]
        says = f"'{activity}' happens in the channel that the customer declared"
        rest = mean([float(hit) for hit, inside, _ in choices if not inside])
        book.share(
            f"cell.{key}.predictable",
            f"{says}, '{persona}'",
            [hit for hit, inside, _ in choices if inside],
            mean([as_declared(one, activity) for _, inside, one in choices if inside]),
            others=rest,
            cell=[persona, stage],
        )
