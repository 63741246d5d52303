"""What is the company like? Lindenfunk Broadband: its tariffs, people, activities and customers, as data."""

from __future__ import annotations

from dataclasses import dataclass

from . import clock
from .clock import Hours

KINDS = {"order": "ORD", "move": "MOV", "fault": "FLT", "renewal": "REN"}  # kind of journey: prefix of its number
CHANNELS = ("shop", "web", "app", "phone", "technician", "system")
LANES = ("customer action", "front-stage", "back-stage", "support", "physical evidence")
STAGES = ("discover", "order", "install", "use", "move", "renew", "leave")
TEAMS = {"shop": 9, "sales": 6, "service": 11, "field": 9, "office": 5}  # team: number of agents
REGIONS = {"Capital": 0.31, "Coast": 0.24, "Rivers": 0.19, "Lakeland": 0.15, "Highlands": 0.11}
SEGMENTS = {  # declared marketing segment: share among those under 30, under 50, under 65, older
    "Starter": (0.55, 0.15, 0.08, 0.04),
    "Family": (0.15, 0.45, 0.27, 0.06),
    "Home office": (0.22, 0.28, 0.25, 0.1),
    "Comfort": (0.08, 0.12, 0.4, 0.8),
}
CONTACT_COST = {"phone": 6.4, "shop": 9.8, "technician": 78.0}  # euro, median
COST_SPREAD = 0.35
HOURS = {
    "web": clock.ONLINE,
    "app": clock.ONLINE,
    "phone": clock.PHONE,
    "shop": clock.SHOP,
    "technician": clock.FIELD,
}


@dataclass(frozen=True)
class Tariff:
    """What is sold: its share of contracts, margin in euro a month, and whether a technician must come."""

    share: float
    margin: float
    technician: bool


TARIFFS = {
    "Home 50": Tariff(0.08, 7.9, technician=False),
    "Home 100": Tariff(0.11, 10.4, technician=False),
    "Home 250": Tariff(0.31, 13.9, technician=True),
    "Fibre 500": Tariff(0.32, 17.2, technician=True),
    "Fibre 1000": Tariff(0.18, 23.5, technician=True),
}


@dataclass(frozen=True)
class Contract:
    """What a journey can win: by which activity, and for how many months of margin."""

    won_by: str
    months: int


CONTRACTS = {"order": Contract("Line activated", 24), "renewal": Contract("Contract renewed", 12)}


@dataclass(frozen=True)
class Persona:
    """How a customer behaves: share of customers, liking for each channel, factors on the world's rates."""

    share: float
    channels: dict[str, float]
    look_ups: float
    calls: float
    reschedules: float


PERSONAS = {
    "does it alone": Persona(0.34, {"web": 0.55, "app": 0.4, "phone": 0.03, "shop": 0.02}, 0.45, 0.5, 0.8),
    "wants to know": Persona(0.24, {"web": 0.5, "app": 0.3, "phone": 0.18, "shop": 0.02}, 4.0, 1.6, 0.7),
    "short of time": Persona(0.22, {"web": 0.3, "app": 0.55, "phone": 0.13, "shop": 0.02}, 0.45, 0.7, 2.0),
    "likes to talk": Persona(0.20, {"web": 0.2, "app": 0.05, "phone": 0.45, "shop": 0.3}, 0.25, 1.9, 0.8),
}


@dataclass(frozen=True)
class Policy:
    """A rule of the company: repeat the activity for a share of the journeys ordered in a channel."""

    repeat: str
    channel: str
    share: float


POLICIES = (Policy(repeat="Identity check", channel="phone", share=0.6),)


@dataclass(frozen=True)
class Activity:
    """One step: where it stands on the blueprint, where it can happen, who does it and what it costs."""

    lane: str
    stage: str
    channels: tuple[str, ...] = ("system",)
    hours: Hours = clock.MACHINE  # of the system channel
    team: str | None = None
    cost: float | None = None  # euro where CONTACT_COST does not name the channel

    def team_in(self, channel: str) -> str | None:
        """Which team does it? None where no agent takes part."""
        return {"web": None, "app": None, "shop": "shop"}.get(channel, self.team)

    def hours_in(self, channel: str) -> Hours:
        """When can it happen?"""
        return HOURS.get(channel, self.hours)


EVERYWHERE = ("web", "app", "phone", "shop")
CUSTOMER, FRONT, BACK, SUPPORT, EVIDENCE = LANES

ACTIVITIES = {
    "Compare tariffs": Activity(CUSTOMER, "discover", ("web", "app")),
    "Check availability": Activity(CUSTOMER, "discover", ("web", "app")),
    "Shop consultation": Activity(FRONT, "discover", ("shop",)),
    "Call: tariff advice": Activity(FRONT, "discover", ("phone",), team="sales"),
    "Order placed": Activity(CUSTOMER, "order", EVERYWHERE, team="sales"),
    "Order confirmation sent": Activity(EVIDENCE, "order", cost=0.04),
    "Identity check": Activity(BACK, "order", EVERYWHERE, team="sales", cost=2.9),
    "Credit approved": Activity(SUPPORT, "order", hours=clock.DESK, team="office", cost=2.1),
    "Credit declined": Activity(SUPPORT, "order", hours=clock.DESK, team="office", cost=2.1),
    "Order cancelled": Activity(CUSTOMER, "leave", EVERYWHERE, team="service"),
    "Router shipped": Activity(SUPPORT, "install", hours=clock.WAREHOUSE, cost=46.5),
    "Router delivered": Activity(EVIDENCE, "install", hours=clock.PARCEL, cost=5.2),
    "Appointment offered": Activity(FRONT, "install", hours=clock.DESK, team="office", cost=1.8),
    "Appointment confirmed": Activity(CUSTOMER, "install", ("web", "app", "phone"), team="service"),
    "Reschedule appointment": Activity(CUSTOMER, "install", ("web", "app", "phone"), team="service"),
    "Technician visit": Activity(FRONT, "install", ("technician",), team="field"),
    "Customer not at home": Activity(FRONT, "install", ("technician",), team="field"),
    "Line activated": Activity(BACK, "install", cost=0.9),
    "Check order status": Activity(CUSTOMER, "install", ("web", "app")),
    "Call: where is my order": Activity(FRONT, "install", ("phone",), team="service"),
    "First bill sent": Activity(EVIDENCE, "use", hours=clock.NIGHT_RUN, cost=0.3),
    "Call: question about bill": Activity(FRONT, "use", ("phone",), team="service"),
    "Self-help page": Activity(CUSTOMER, "use", ("web", "app")),
    "Fault reported": Activity(CUSTOMER, "use", ("web", "app", "phone"), team="service"),
    "Line test": Activity(BACK, "use", cost=0.6),
    "Call: fault still there": Activity(FRONT, "use", ("phone",), team="service"),
    "Fault fixed": Activity(BACK, "use", hours=clock.DESK, team="office", cost=4.5),
    "Move announced": Activity(CUSTOMER, "move", EVERYWHERE, team="service"),
    "Old line switched off": Activity(SUPPORT, "move", hours=clock.NIGHT_RUN, cost=0.9),
    "Renewal offer sent": Activity(EVIDENCE, "renew", hours=clock.DESK, cost=0.85),
    "Call: better offer wanted": Activity(FRONT, "renew", ("phone",), team="sales"),
    "Contract renewed": Activity(CUSTOMER, "renew", EVERYWHERE, team="sales"),
    "Contract terminated": Activity(CUSTOMER, "leave", EVERYWHERE, team="service"),
}

STARTS = {  # how a journey of each kind may begin
    "order": ("Compare tariffs", "Check availability", "Shop consultation", "Call: tariff advice"),
    "move": ("Check availability", "Move announced"),
    "fault": ("Self-help page", "Fault reported"),
    "renewal": ("Renewal offer sent", "Compare tariffs", "Call: better offer wanted"),
}

BROWSING = {  # how people look around before they order: share of journeys
    ("Compare tariffs", "Check availability"): 0.62,
    ("Check availability", "Compare tariffs"): 0.1,
    ("Compare tariffs", "Check availability", "Compare tariffs"): 0.08,
    ("Shop consultation", "Check availability"): 0.08,
    ("Call: tariff advice", "Check availability"): 0.07,
    ("Compare tariffs", "Check availability", "Call: tariff advice"): 0.05,
}


@dataclass(frozen=True)
class Question:
    """What a waiting customer wants to know: the page looked up and the call made."""

    look_up: str
    call: str


QUESTIONS = {
    "order": Question("Check order status", "Call: where is my order"),
    "move": Question("Check order status", "Call: where is my order"),
    "fault": Question("Self-help page", "Call: fault still there"),
}

NEXT_KIND = {  # the journeys that somebody in each standing makes next: shares
    "prospect": {"order": 1.0},
    "new": {"fault": 0.72, "move": 0.16, "order": 0.12},
    "established": {"fault": 0.45, "renewal": 0.29, "move": 0.14, "order": 0.12},
    "renewed": {"fault": 0.68, "move": 0.18, "order": 0.14},
    "gone": {},
}

STANDING_AFTER = {  # activities that change a customer's standing
    "Line activated": {"prospect": "new"},
    "Contract renewed": {"established": "renewed"},
    "Contract terminated": {"new": "gone", "established": "gone", "renewed": "gone"},
}
