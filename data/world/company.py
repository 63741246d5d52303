"""What is the company like? Lindenfunk Broadband: its tariffs, people, activities and customers, as data."""

from __future__ import annotations

from dataclasses import dataclass

from . import clock
from .clock import Hours
from .parameters import World

FIRM = "Lindenfunk Broadband"
KINDS = {"order": "ORD", "move": "MOV", "fault": "FLT", "renewal": "REN"}  # kind of journey: prefix of its number
CHANNELS = ("shop", "web", "app", "phone", "technician", "system")
CONTACT_CHANNELS = ("web", "app", "phone", "shop")
LANES = ("customer action", "front-stage", "back-stage", "support", "physical evidence")
STAGES = ("discover", "order", "install", "use", "move", "renew", "leave")
TEAMS = {"shop": 6, "sales": 11, "service": 15, "field": 5, "office": 3}  # team: number of agents
REGIONS = {"Capital": 0.31, "Coast": 0.24, "Rivers": 0.19, "Lakeland": 0.15, "Highlands": 0.11}
SEGMENTS = {  # declared marketing segment: share among those under 30, under 50, under 65, older
    "Starter": (0.55, 0.15, 0.08, 0.04),
    "Family": (0.15, 0.45, 0.27, 0.06),
    "Home office": (0.22, 0.28, 0.25, 0.1),
    "Comfort": (0.08, 0.12, 0.4, 0.8),
}
CONTACT_COST = {"phone": 6.4, "shop": 9.8, "technician": 78.0}  # euro, median
COST_SPREAD = 0.35


def contact_costs(world: World) -> dict[str, float]:
    """What does a contact cost in each channel that somebody serves?"""
    return {channel: round(cost * world.contact_costs, 2) for channel, cost in CONTACT_COST.items()}


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
class Activity:
    """One step: where it stands on the blueprint, where it can happen, who does it, its cost and its length."""

    lane: str
    stage: str
    channels: tuple[str, ...] = ("system",)
    hours: Hours = clock.MACHINE  # of the system channel
    team: str | None = None
    cost: float | None = None  # euro where CONTACT_COST does not name the channel
    minutes: float = 6.0  # of work, median; only front-stage and back-stage steps are stamped at their start

    def team_in(self, channel: str) -> str | None:
        """Which team does it? None where no agent takes part."""
        return {"web": None, "app": None, "shop": "shop"}.get(channel, self.team)

    def hours_in(self, channel: str) -> Hours:
        """When can it happen?"""
        return HOURS.get(channel, self.hours)


def margin(world: World, product: str) -> float:
    """How many euro a month does a contract bring?"""
    return round(TARIFFS[product].margin * world.margins, 2)


CUSTOMER, FRONT, BACK, SUPPORT, EVIDENCE = LANES
STAMPED = (FRONT, BACK)  # lanes whose system writes down when a step began
ONLINE, EVERYWHERE = ("web", "app"), CONTACT_CHANNELS
REMOTE, PHONE, SHOP, FIELD = ("web", "app", "phone"), ("phone",), ("shop",), ("technician",)
DESK, NIGHT = clock.DESK, clock.NIGHT_RUN

ACTIVITIES = {
    # discover
    "Compare tariffs": Activity(CUSTOMER, "discover", ONLINE),
    "Check availability": Activity(CUSTOMER, "discover", ONLINE),
    "Read reviews": Activity(CUSTOMER, "discover", ONLINE),
    "Look at routers": Activity(CUSTOMER, "discover", ONLINE),
    "Share offer": Activity(CUSTOMER, "discover", ONLINE),
    "Shop consultation": Activity(FRONT, "discover", SHOP, minutes=16),
    "Call: tariff advice": Activity(FRONT, "discover", PHONE, team="sales", minutes=9),
    # order
    "Order placed": Activity(CUSTOMER, "order", EVERYWHERE, team="sales"),
    "Add-on chosen": Activity(CUSTOMER, "order", EVERYWHERE, team="sales"),
    "Add-on dropped": Activity(CUSTOMER, "order", REMOTE, team="service"),
    "Order confirmation sent": Activity(EVIDENCE, "order", cost=0.04),
    "Identity check": Activity(BACK, "order", EVERYWHERE, team="sales", cost=2.9, minutes=5),
    "Documents requested": Activity(EVIDENCE, "order", cost=0.6),
    "Documents sent": Activity(CUSTOMER, "order", ONLINE),
    "Deposit asked": Activity(EVIDENCE, "order", ("shop", "app")),
    "Credit system down": Activity(SUPPORT, "order"),
    "Order care call": Activity(FRONT, "order", PHONE, team="service", minutes=10),
    "Credit approved": Activity(SUPPORT, "order", hours=DESK, team="office", cost=2.1),
    "Credit declined": Activity(SUPPORT, "order", hours=DESK, team="office", cost=2.1),
    # install
    "Router shipped": Activity(SUPPORT, "install", hours=clock.WAREHOUSE, cost=46.5),
    "Delivery notice sent": Activity(EVIDENCE, "install", cost=0.05),
    "Router delivered": Activity(EVIDENCE, "install", hours=clock.PARCEL, cost=5.2),
    "Building work announced": Activity(EVIDENCE, "install", hours=DESK, cost=0.9),
    "Building work done": Activity(SUPPORT, "install", hours=clock.FIELD, cost=310.0),
    "Appointment offered": Activity(FRONT, "install", hours=DESK, team="office", cost=1.8),
    "Appointment confirmed": Activity(CUSTOMER, "install", REMOTE, team="service"),
    "Reschedule appointment": Activity(CUSTOMER, "install", REMOTE, team="service"),
    "Date moved by Lindenfunk": Activity(FRONT, "install", hours=DESK, team="office", cost=1.8),
    "Sent to the phone": Activity(EVIDENCE, "install", ONLINE),
    "Case handed over": Activity(BACK, "install", hours=DESK, team="office", cost=3.1),
    "Proactive message sent": Activity(EVIDENCE, "install", hours=DESK, cost=0.05),
    "Community answer read": Activity(CUSTOMER, "install", ONLINE),
    "Call: where is my order": Activity(FRONT, "install", PHONE, team="service"),
    "Technician visit": Activity(FRONT, "install", FIELD, team="field", minutes=55),
    "Customer not at home": Activity(FRONT, "install", FIELD, team="field", minutes=10),
    "Line activated": Activity(BACK, "install", cost=0.9, minutes=3),
    # use
    "First bill sent": Activity(EVIDENCE, "use", hours=NIGHT, cost=0.3),
    "Call: question about bill": Activity(FRONT, "use", PHONE, team="service"),
    "Self-help page": Activity(CUSTOMER, "use", ONLINE),
    "Fault reported": Activity(CUSTOMER, "use", REMOTE, team="service"),
    "Line test": Activity(BACK, "use", cost=0.6, minutes=12),
    "Call: fault still there": Activity(FRONT, "use", PHONE, team="service"),
    "Fault fixed": Activity(BACK, "use", hours=DESK, team="office", cost=4.5, minutes=15),
    "Follow-up sent": Activity(EVIDENCE, "use", hours=DESK, cost=0.05),
    # what customers do of their own accord: the markers of the personas
    "Read how-to page": Activity(CUSTOMER, "use", ONLINE),
    "Change details online": Activity(CUSTOMER, "use", ONLINE),
    "Chat with assistant": Activity(CUSTOMER, "use", ONLINE),
    "Check status": Activity(CUSTOMER, "use", ONLINE),
    "Check price details": Activity(CUSTOMER, "use", ONLINE),
    "Ask for written confirmation": Activity(CUSTOMER, "use", REMOTE, team="service"),
    "Look up free slots": Activity(CUSTOMER, "use", ONLINE),
    "Ask for evening slot": Activity(CUSTOMER, "use", REMOTE, team="service"),
    "Ask to speed up": Activity(CUSTOMER, "use", REMOTE, team="service"),
    "Call: talk it through": Activity(FRONT, "use", PHONE, team="service", minutes=8),
    "Visit shop with question": Activity(FRONT, "use", SHOP, minutes=11),
    "Ask for call back": Activity(CUSTOMER, "use", REMOTE, team="service"),
    # what follows a call
    "Call: same question again": Activity(FRONT, "use", PHONE, team="service", minutes=7),
    "Call transferred": Activity(FRONT, "use", PHONE, team="service", cost=2.4, minutes=5),
    "Call-back promised": Activity(FRONT, "use", PHONE, team="service", cost=0.5, minutes=1),
    "Call-back made": Activity(FRONT, "use", PHONE, team="service", minutes=5),
    # move, renew, leave
    "Move announced": Activity(CUSTOMER, "move", EVERYWHERE, team="service"),
    "Move withdrawn": Activity(CUSTOMER, "move", REMOTE, team="service"),
    "Old line switched off": Activity(SUPPORT, "move", hours=NIGHT, cost=0.9),
    "Renewal offer sent": Activity(EVIDENCE, "renew", hours=DESK, cost=0.85),
    "Look at new tariffs": Activity(CUSTOMER, "renew", ONLINE),
    "Call: better offer wanted": Activity(FRONT, "renew", PHONE, team="sales", minutes=9),
    "Contract renewed": Activity(CUSTOMER, "renew", EVERYWHERE, team="sales"),
    "Order cancelled": Activity(CUSTOMER, "leave", EVERYWHERE, team="service"),
    "Contract terminated": Activity(CUSTOMER, "leave", EVERYWHERE, team="service"),
    "Number ported out": Activity(CUSTOMER, "leave"),
}
INFORMS = {  # after these the customer knows what comes next and when
    "Appointment confirmed",
    "Reschedule appointment",
    "Date moved by Lindenfunk",
    "Building work announced",
}
ASKS = {  # after these it is the customer's turn
    "Compare tariffs",
    "Check availability",
    "Read reviews",
    "Look at routers",
    "Share offer",
    "Shop consultation",
    "Call: tariff advice",
    "Documents requested",
    "Appointment offered",
    "Self-help page",
    "Renewal offer sent",
    "Look at new tariffs",
    "Call: better offer wanted",
}
KEEPS = {  # these change nothing about whose turn it is
    "Order confirmation sent",
    "Credit system down",
    "Order care call",
    "Sent to the phone",
    "Case handed over",
}
REOPENS = {"Call: fault still there"}
NOTICES = {"Delivery notice sent", "Proactive message sent"}
GOALS = {"order": "Line activated", "move": "Line activated", "fault": "Fault fixed", "renewal": "Contract renewed"}
CANCELS = {
    "Order cancelled": "cancelled",
    "Credit declined": "declined",
    "Move withdrawn": "cancelled",
    "Contract terminated": "terminated",
    "Number ported out": "port-out",
}
CALLS = (  # calls about a question, that may have to be made again
    "Call: tariff advice",
    "Call: where is my order",
    "Call: question about bill",
    "Call: fault still there",
    "Call: better offer wanted",
    "Call: talk it through",
)
FORMS = {  # what a step asks for
    "Order placed": ("birth date", "address", "e-mail", "phone", "bank account"),
    "Identity check": ("birth date", "address"),
    "Documents sent": ("birth date", "address"),
    "Fault reported": ("phone", "e-mail"),
    "Move announced": ("address", "phone"),
    "Contract renewed": ("bank account", "e-mail"),
}

STARTS = {  # how a journey of each kind may begin, but for what customers do of their own accord
    "order": ("Compare tariffs", "Check availability"),
    "move": ("Check availability", "Move announced"),
    "fault": ("Self-help page", "Fault reported"),
    "renewal": ("Renewal offer sent", "Look at new tariffs", "Call: better offer wanted"),
}

FIRST_PAGE = {"Compare tariffs": 0.75, "Check availability": 0.25}
NEXT_PAGE = {  # how people look around: a first-order chain
    "Compare tariffs": {"Check availability": 0.44, "Read reviews": 0.2, "Look at routers": 0.12, "Share offer": 0.24},
    "Check availability": {"Compare tariffs": 0.57, "Read reviews": 0.13, "Look at routers": 0.1, "Share offer": 0.2},
    "Read reviews": {"Compare tariffs": 0.55, "Check availability": 0.2, "Look at routers": 0.1, "Share offer": 0.15},
    "Look at routers": {"Compare tariffs": 0.57, "Check availability": 0.3, "Read reviews": 0.11, "Share offer": 0.02},
    "Share offer": {"Compare tariffs": 0.52, "Check availability": 0.34, "Read reviews": 0.12, "Look at routers": 0.02},
}


CALL_WHILE_WAITING = {
    "order": "Call: where is my order",
    "move": "Call: where is my order",
    "fault": "Call: fault still there",
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
