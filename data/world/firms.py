"""What if two firms deliver equally badly, and one of them understands its customers? Twins of the sample."""

from __future__ import annotations

import dataclasses
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from .levers import with_levers
from .make import Made, make
from .parameters import World
from .truths.book import Book

CUSTOMERS = 250
DELIVERY_LOW: dict[str, Any] = {
    "understood_score": -1.5,
    "misunderstood_score": -1.5,
    "repeat": 0.5,
    "repeat_after": 0.5,
    "imposed": 0.6,
    "transfer": 0.3,
    "transfer_harmed": 0.3,
    "asked_again": 0.8,
    "cancel_while_waiting": 0.1,
}
FOLLOWS = ("prefers_declared", "understood_follows", "misunderstood_follows")
BROKEN = ("shipping_broken", "follow_up_broken", "understood_broken", "misunderstood_broken")
ASKS: dict[str, dict[str, Any]] = {
    "low": {"survey_share": 0.7, "response_good": 0.06, "response_bad": 0.06},
    "high": {"survey_share": 0.95, "response_good": 0.6, "response_bad": 0.6},
}
FIRMS = {"low_low": "low", "high_low": "high"}  # understanding_delivery: understanding
CHOICES = ("Appointment confirmed", "Reschedule appointment")  # done on the web, in the app or on the phone
DELIVERY = {  # what is as bad in both: truth of the world, its name here
    "policy.shipping.broken": "shipping_broken",
    "policy.promise.broken": "follow_up_broken",
    "friction.asked_again": "asked_again",
    "survey.journey.mean": "score",
}


def firms(world: World) -> tuple[dict[str, Made], dict[str, dict[str, Any]]]:
    """Which are the twins, and what is planted in each?

    `low_low` understands little and delivers badly, `high_low` understands well and delivers as badly. The same seed,
    the same kinds of people. Understanding is planted as definitions B1 look for it: what is on record tells what
    customers choose; the firm's shares of needs are the true ones; fresh answers; identities resolved. The other firm
    has not stitched its log: it takes every id of its systems for a customer, and has no key table.
    """
    book, found = Book(world), {}
    for name, understanding in FIRMS.items():
        follows = getattr(world, f"twin_follows_{understanding}")
        its = ASKS[understanding] | dict.fromkeys(FOLLOWS, follows) | dict.fromkeys(BROKEN, world.twin_broken)
        twin = dataclasses.replace(world, customers=CUSTOMERS, **DELIVERY_LOW, **its)
        made = make(twin, stitched=understanding == "high")
        book.enter(f"firm.{name}", "understanding and delivery", [understanding, "low"], unit="words")
        found[name] = understand(made, understanding, name, book)
        choices(found[name], name, follows, book)
        answers(found[name], name, book)
        for key, short in DELIVERY.items():
            book[f"firm.{name}.{short}"] = made.truth[key]
    return found, with_levers(book)


def understand(made: Made, understanding: str, name: str, book: Book) -> Made:
    """What does the firm believe of its customers' needs, and whom does it know again?"""
    true = made.truth["need.register"]["shares"]
    registered = {need: true[need] for need in made.truth["need.true_ranking"]["realised"]}
    total, ranked = sum(registered.values()), sorted(registered, key=lambda need: -registered[need])
    shares = [round(registered[need] / total, 3) for need in ranked]
    believed = dict(zip(ranked, shares if understanding == "high" else shares[::-1], strict=True))
    distance = sum(abs(believed[need] - registered[need] / total) for need in ranked) / 2
    says = "distance between the firm's shares of the registered needs and the true ones"
    book.enter(f"firm.{name}.need_tv", says, distance, 0.01, unit="total variation", n=len(ranked), shares=believed)
    known = set(made.tables["identities"]["system_id"].to_pylist())
    second = made.hidden["customers"]["alias"].drop_null().to_pylist()
    says = "people under two ids whom the firm knows again: those in its key table"
    book.share(f"firm.{name}.identity", says, [alias in known for alias in second])
    engagement = rewritten(made.engagement, believed)
    return dataclasses.replace(made, hidden={}, truth={}, engagement=engagement)


def rewritten(engagement: str, believed: dict[str, float]) -> str:
    """What does the engagement file say if the firm believes this of its customers?"""
    need, lines = "", []
    for line in engagement.splitlines():
        key, _, value = line.partition(" = ")
        need = value.strip('"') if key == "name" else need
        lines.append(f"{key} = {believed[need]}" if key == "firm_share" else line)
    return "\n".join(lines) + "\n"


def choices(made: Made, name: str, parameter: float, book: Book) -> None:
    """How often do customers choose the channel that is on record as the one they like?"""
    events, people = made.tables["events"], made.tables["customers"]
    likes = dict(zip(people["customer"].to_pylist(), people["preferred_channel"].to_pylist(), strict=True))
    rows = events.filter(pc.is_in(events["activity"], pa.array(CHOICES)))
    pairs = zip(rows["customer"].to_pylist(), rows["channel"].to_pylist(), strict=True)
    taken = [likes[customer] == channel for customer, channel in pairs]
    says = "dates are confirmed and changed in the channel that the customer declared"
    book.share(f"firm.{name}.choice", says, taken, follows=parameter, estimand=f"events {' and '.join(CHOICES)}")


def answers(made: Made, name: str, book: Book) -> None:
    """Of how many journeys has the firm an answer?"""
    surveys = made.tables["surveys"]
    heard = set(surveys.filter(pc.is_valid(surveys["answered"]))["journey"].to_pylist())
    journeys = sorted(set(made.tables["events"]["journey"].to_pylist()))
    book.share(f"firm.{name}.answers", "journeys with an answered survey", [one in heard for one in journeys])
