"""What is true of surveys, forms and money? What was measured, against what was answered."""

from __future__ import annotations

import math
from collections import defaultdict

import pyarrow as pa

from world.company import CONTACT_COST, CONTRACTS
from world.forms import Asked
from world.needs import KNOW, TALK
from world.papers import SPREADS, Survey, mean_score, whole_score
from world.parameters import World
from world.register import POLICIES, price
from world.scene import NORMAL, cell_of
from world.tables import value
from world.truths.book import WIDE, Book, Seen, doubt, mean, variance

FINE = 0.01


def papers(book: Book, seen: list[Seen], answers: list[Survey], asked: Asked, comments: pa.Table) -> None:
    """What is true of what customers write?"""
    book.count(repairable, [row for row in answers if row.survey == "after journey"])
    book.count(not_repairable, [row for row in answers if row.survey == "after contact"])
    book.count(cells, seen, answers)
    book.count(forms, asked)
    book.count(praise, comments)
    book.count(money, seen)


def repairable(book: Book, rows: list[Survey]) -> None:
    """Who answers depends on how the journey ended, and on nothing else: so weights can mend it."""
    world = book.world
    for end, rate in (("bad", world.response_bad), ("good", world.response_good)):
        hits = [row.answered is not None for row in rows if row.outcome == end and row.sent < world.end - 14 * 86_400]
        book.share(
            f"survey.journey.response_{end}",
            f"answers after a journey that ended {end}",
            hits,
            rate,
            estimand="sent at least 14 days before the log's end",
        )
    answered = [row for row in rows if row.answered is not None]
    weighted = sum(
        mean([row.score for row in answered if row.outcome == end])
        * sum(row.outcome == end for row in rows)
        / len(rows)
        for end in ("good", "bad")
    )
    raw, all_of = mean([row.score for row in answered]), mean([row.score for row in rows])
    width = WIDE * math.sqrt(variance([row.score for row in answered]) / len(answered)) + 0.05
    more = {"unit": "points, 0 to 10", "n": len(rows), "naive": raw, "naive_method": "the mean of the answers"}
    book.enter(
        "survey.journey.mean",
        "mean score of all who were asked after a journey; weighting by outcome finds it",
        all_of,
        width,
        weighted=weighted,
        repairable=True,
        **more,
    )


def not_repairable(book: Book, rows: list[Survey]) -> None:
    """Who answers depends on the answer: no weights can mend it, only bounds can be given."""
    answered = [row.score for row in rows if row.answered is not None]
    open_share = 1 - len(answered) / len(rows)
    low = mean(answered) * (1 - open_share)
    bounds = [round(low, 4), round(low + 10 * open_share, 4)]
    book.enter(
        "survey.contact.mean",
        "mean score of all who were asked after a call; no weighting finds it",
        mean([row.score for row in rows]),
        WIDE * math.sqrt(doubt([row.score for row in rows])),
        unit="points, 0 to 10",
        n=len(rows),
        naive=mean(answered),
        repairable=False,
        worst_case=bounds,
    )


def cells(book: Book, seen: list[Seen], answers: list[Survey]) -> None:
    """How are the two cells served, in points? Of all asked, within outcome, against the other personas."""
    who = {one.case.number: (one.row["persona"], one.row["kind"]) for one in seen}
    for key, persona, stage, kind in (
        ("understood", KNOW, "install", "order"),
        ("misunderstood", TALK, "use", "fault"),
    ):
        groups: dict[tuple[bool, str], list[int]] = defaultdict(list)
        for row in answers:
            if row.survey == "after journey" and who[row.journey][1] == kind:
                groups[who[row.journey][0] == persona, row.outcome].append(row.score)
        inside = {end: values for (own, end), values in groups.items() if own}
        n = sum(map(len, inside.values()))
        score = cell_of(book.world, persona, stage).score
        planted = sum(len(values) / n * moved(book.world, end, score) for end, values in inside.items())
        shift = sum(len(values) / n * (mean(values) - mean(groups[False, end])) for end, values in inside.items())
        chance = sum(
            (len(values) / n) ** 2 * (doubt(values) + doubt(groups[False, end])) for end, values in inside.items()
        )
        width = WIDE * math.sqrt(chance) + FINE
        book.enter(
            f"cell.{key}.score",
            f"points by which '{persona}' judge a journey of kind {kind} better than others",
            shift,
            width,
            parameter=planted,
            uncut=score,
            unit="points, 0 to 10; those below 0 and above 10 are cut",
            n=n,
            estimand="hidden scores of all asked",
        )


def moved(world: World, end: str, score: float) -> float:
    """By how much do the scores move, when those below 0 and above 10 are cut and all are whole numbers?"""
    centre, spread = mean_score(world, end), SPREADS[end]
    steps = [NORMAL.inv_cdf((2 * place + 1) / 2000) * spread + centre for place in range(1000)]
    return mean([float(whole_score(step + score) - whole_score(step)) for step in steps])


def forms(book: Book, asked: Asked) -> None:
    """How often is a customer asked for what the company has?"""
    book.enter(
        "friction.reask",
        "captured values that the company already held for that person",
        asked.same / asked.captured,
        unit="share",
        n=asked.captured,
        estimand="the latest value held of that field is the same; people resolved by the key table",
    )
    hits = [True] * asked.known_asked + [False] * (asked.known - asked.known_asked)
    book.share(
        "friction.asked_again",
        "fields that a form asks for although the company has a value",
        hits,
        book.world.asked_again,
        estimand="forms and fields as in data/README.md",
    )


def praise(book: Book, comments: pa.Table) -> None:
    """How many comments praise a person, unasked?"""
    unasked = sum(source == "web" for source in comments["source"].to_pylist())
    book.enter(
        "comment.unasked_praise",
        "comments that nobody asked for; each praises a human step",
        unasked,
        unit="comments",
        n=comments.num_rows,
    )


def money(book: Book, seen: list[Seen]) -> None:
    """What is earned, what do contacts cost, and whose rules take the customers' time?"""
    won = [value(book.world, one.case.journey) or 0.0 for one in seen]
    book.enter(
        "money.margin",
        "margin of all contracts won in the log",
        math.fsum(won),
        unit="euro",
        n=sum(amount > 0 for amount in won),
    )
    paid = [months_of(one) * price(one.case.journey.product) for one, amount in zip(seen, won, strict=True) if amount]
    book.enter("money.revenue", "what those contracts cost the customers", math.fsum(paid), unit="euro", n=len(paid))
    spent = [sum(event.cost or 0.0 for event in one.case.events if event.channel in CONTACT_COST) for one in seen]
    book.enter(
        "money.contact_cost",
        "cost of contacts by phone, shop and technician per journey",
        mean(spent),
        unit="euro a journey",
        n=len(spent),
    )
    hours: dict[str, float] = defaultdict(float)
    for _, perspective, rule, first, then, *_ in POLICIES:
        if rule == "response" and then != "Follow-up sent":
            hours[perspective] += sum(imposed(one, first, then) for one in seen) / 3600
    book.enter(
        "policy.firm_only_hours",
        "share of the imposed hours that rules for the company alone cause",
        hours["firm"] / sum(hours.values()),
        unit="share of hours",
        hours={name: round(amount, 1) for name, amount in hours.items()},
        estimand="response rules in engagement.toml but the follow-up: from the first 'from' to the next 'to'",
    )


def months_of(one: Seen) -> int:
    """For how many months is the contract that it won?"""
    return CONTRACTS[one.row["kind"]].months


def imposed(one: Seen, first: str, then: str) -> float:
    """How many seconds does a rule take of one journey?"""
    begun = one.first(first)
    return min((second - begun for second in one.times.get(then, ()) if second > begun), default=0.0)
