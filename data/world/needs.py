"""What do customers need? Four personas or five, eight needs, what shows them, and what the company believes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .parameters import World

ALONE, KNOW, TIME, TALK = "does it alone", "wants to know", "short of time", "likes to talk"
NOW = "wants help now"  # nobody in the shipped world: their factor is the fifth of `World.personas`
SLUGS = {ALONE: "alone", KNOW: "know", TIME: "time", TALK: "talk", NOW: "now"}

PERSONA_BY_AGE = {  # first age of a band: share of each persona
    18: {ALONE: 0.42, KNOW: 0.21, TIME: 0.24, TALK: 0.13, NOW: 0.28},
    30: {ALONE: 0.33, KNOW: 0.22, TIME: 0.27, TALK: 0.18, NOW: 0.27},
    50: {ALONE: 0.24, KNOW: 0.28, TIME: 0.17, TALK: 0.31, NOW: 0.24},
    65: {ALONE: 0.16, KNOW: 0.25, TIME: 0.11, TALK: 0.48, NOW: 0.21},
}


def personas_at(world: World, band: int) -> dict[str, float]:
    """Which share of an age band has each persona?"""
    rows, told = list(PERSONA_BY_AGE.values()), world.age_tells
    usual = {persona: math.fsum(row[persona] for row in rows) / len(rows) for persona in SLUGS}
    factors = zip(SLUGS, world.personas, strict=False)
    shares = {name: factor * (told * rows[band][name] + (1 - told) * usual[name]) for name, factor in factors if factor}
    return {name: share / math.fsum(shares.values()) for name, share in shares.items()}


ENTRY_BUT_PHONE = {"web": 0.36, "app": 0.19, "shop": 0.15}  # where people of every persona begin, not on the phone
DECLARED = {"web": 0.45, "app": 0.35, "phone": 0.2}  # preferred channel on record, of every persona


@dataclass(frozen=True)
class Persona:
    """How a customer behaves: liking for each channel, a factor on reschedules, the step that decides, the markers.

    What succeeds after that step is a field of `World`.
    """

    channels: dict[str, float]
    reschedules: float
    decisive: str
    markers: tuple[str, str, str]


PERSONAS = {
    ALONE: Persona(
        {"web": 0.54, "app": 0.38, "phone": 0.05, "shop": 0.03},
        0.75,
        "Sent to the phone",
        ("Read how-to page", "Change details online", "Chat with assistant"),
    ),
    KNOW: Persona(
        {"web": 0.48, "app": 0.28, "phone": 0.19, "shop": 0.05},
        0.75,
        "Date moved by Lindenfunk",
        ("Check status", "Check price details", "Ask for written confirmation"),
    ),
    TIME: Persona(
        {"web": 0.24, "app": 0.58, "phone": 0.14, "shop": 0.04},
        2.0,
        "Reschedule appointment",
        ("Look up free slots", "Ask for evening slot", "Ask to speed up"),
    ),
    TALK: Persona(
        {"web": 0.2, "app": 0.07, "phone": 0.47, "shop": 0.26},
        0.75,
        "Case handed over",
        ("Call: talk it through", "Visit shop with question", "Ask for call back"),
    ),
    NOW: Persona(
        {"web": 0.3, "app": 0.4, "phone": 0.2, "shop": 0.1},
        0.75,
        "Sent to the phone",
        ("Chat with assistant", "Ask to speed up", "Visit shop with question"),
    ),
}
MARKERS = tuple(dict.fromkeys(marker for card in PERSONAS.values() for marker in card.markers))


def personas_of(world: World) -> dict[str, Persona]:
    """Which personas are there in this world?"""
    factors = zip(PERSONAS.items(), world.personas, strict=False)
    return {name: card for (name, card), factor in factors if factor}


CELLS = {(KNOW, "install"): "understood", (TALK, "use"): "misunderstood"}  # served badly and well: fields of `World`


@dataclass(frozen=True)
class Need:
    """A need: how much it weighs for each persona, what shows it, how it is answered.

    How satisfied people are and what the company believes are fields of `World`, in the order of the table.
    """

    weights: tuple[float, float, float, float, float]  # alone, know, time, talk, now
    evidence: tuple[str, ...]  # activities
    offering: str | None
    stated: bool = True
    registered: bool = True
    policy: str | None = None


NEEDS = {
    "do it on my own": Need(
        (0.40, 0.12, 0.12, 0.05, 0.06),
        ("Read how-to page", "Change details online"),
        "customer portal",
        policy="self-service first",
    ),
    "help at any hour": Need(
        (0.25, 0.04, 0.06, 0.03, 0.31),
        ("Chat with assistant",),
        "chat assistant",
        stated=False,
        policy="chat always on",
    ),
    "know where it stands": Need(
        (0.10, 0.45, 0.14, 0.15, 0.10),
        ("Check status", "Check price details", "Ask for written confirmation"),
        "status page",
        policy="ship in five days",
    ),
    "a date that suits me": Need(
        (0.06, 0.07, 0.33, 0.05, 0.06),
        ("Look up free slots", "Ask for evening slot"),
        "evening visits",
        policy="offer two dates",
    ),
    "get it done fast": Need((0.04, 0.06, 0.17, 0.02, 0.20), ("Ask to speed up",), "express order"),
    "talk to a person": Need(
        (0.03, 0.10, 0.05, 0.52, 0.17),
        ("Call: talk it through", "Visit shop with question", "Ask for call back"),
        "shops and hotline",
        policy="follow up after a fault",
    ),
    "a green provider": Need((0.07, 0.09, 0.08, 0.11, 0.06), (), "green tariff", policy="green power"),
    "show it at home first": Need(
        (0.05, 0.07, 0.05, 0.07, 0.04), ("Look at routers", "Share offer"), None, registered=False
    ),
}


def weights_of(world: World, persona: str) -> dict[str, float]:
    """How much does each need weigh for a persona?"""
    place = list(SLUGS).index(persona)
    factors = zip(NEEDS.items(), world.need_weights, strict=True)
    weights = {name: card.weights[place] * factor for (name, card), factor in factors}
    return {name: weight / math.fsum(weights.values()) for name, weight in weights.items()}


def believed(world: World) -> dict[str, float]:
    """Which share has each registered need, as the company sees it?"""
    registered = [name for name, card in NEEDS.items() if card.registered]
    return dict(zip(registered, world.firm_shares, strict=True))


PATTERN = ("Look at routers", "Share offer", "Look at routers")  # shows the need that is in no register
DECOYS = (  # frequent, and no more than a first-order chain makes them
    ("Compare tariffs", "Check availability", "Compare tariffs"),
    ("Check availability", "Compare tariffs", "Check availability"),
    ("Compare tariffs", "Read reviews", "Compare tariffs"),
    ("Check availability", "Compare tariffs", "Share offer"),
)
