"""What does the company write down about itself? Its cost sheet, its survey of needs, its engagement file."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from .clock import local_date
from .company import (
    ACTIVITIES,
    CANCELS,
    FIRM,
    GOALS,
    INFORMS,
    LANES,
    NOTICES,
    STAGES,
    TARIFFS,
    contact_costs,
    margin,
)
from .journey import Customer
from .needs import NEEDS, believed, weights_of
from .parameters import DAY, World
from .scene import HARMED, PLACEBO

LANE_RATES = dict(zip(LANES, (0.0, 46.0, 41.0, 38.0, 0.0), strict=True))  # euro an hour
PRICE_FACTOR = 2.6  # price a month over the usual margin a month
UNSTATED = (2.1, 1.0)  # mean importance and spread of a need that nobody names
STATED = (2.6, 12.5, 1.4)  # mean importance = first + second * weight; spread
ASKED_AT = 0.8  # of the log
ROLES = ("journey", "activity", "time", "start", "customer", "agent", "channel", "lane", "stage", "cost", "value")
SIDES = ("customer", "front", "back", "support", "evidence")  # of the lanes
OFFERINGS: dict[str, tuple[tuple[str, ...], str | None]] = {  # where customers use it, how soon it is to help
    "customer portal": (("Change details online",), "7d"),
    "chat assistant": (("Chat with assistant",), "1h"),
    "status page": (("Check status", "Check price details"), "2d"),
    "evening visits": (("Appointment confirmed", "Reschedule appointment"), "7d"),
    "express order": (("Line activated", "Fault fixed"), "5d"),
    "shops and hotline": (("Call: talk it through", "Visit shop with question", "Call-back made"), "2d"),
    "green tariff": ((), None),
}
DECIDED_BY = {"second identity check": ["credit_risk"], "deposit": ["judgement"]}


def price(product: str) -> float:
    """How many euro a month does a contract cost the customer?"""
    return round(TARIFFS[product].margin * PRICE_FACTOR, 2)


def costs_table(world: World) -> pa.Table:
    """What does it all cost?"""
    rows = [("product", name, "price a month", price(name)) for name in TARIFFS]
    rows += [("product", name, "margin a month", margin(world, name)) for name in TARIFFS]
    rows += [("contact", channel, "cost of a contact", cost) for channel, cost in contact_costs(world).items()]
    rows += [("lane", lane, "euro an hour", rate) for lane, rate in LANE_RATES.items()]
    names = ("item", "name", "measure", "euro")
    return pa.table({name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)})


def needs_table(world: World, customers: list[Customer]) -> pa.Table:
    """What do two thousand customers say? How important each need is, and how well it is met."""
    begun = world.begin + ASKED_AT * (world.end - world.extra * 30 * DAY - world.begin)
    schema = pa.schema(
        [
            ("customer", pa.string()),
            ("date", pa.date32()),
            ("need", pa.string()),
            ("importance", pa.int8()),
            ("satisfaction", pa.int8()),
        ]
    )
    rows = []
    for customer in customers:
        rng = np.random.default_rng([world.seed, customer.number, 5])
        if customer.since >= begun or rng.random() >= world.needs_survey / world.customers:
            continue
        day, weights = local_date(begun + 20 * DAY * rng.random()), weights_of(world, customer.persona)
        for (name, card), mean in zip(NEEDS.items(), world.satisfaction, strict=True):
            if not card.registered:
                continue
            first, slope, spread = STATED if card.stated else (UNSTATED[0], 0.0, UNSTATED[1])
            importance = grade(first + slope * weights[name] + spread * rng.standard_normal())
            satisfaction = grade(mean + 1.7 * rng.standard_normal())
            rows.append(
                {
                    "customer": customer.name,
                    "date": day,
                    "need": name,
                    "importance": importance,
                    "satisfaction": satisfaction,
                }
            )
    return pa.Table.from_pylist(rows, schema=schema)


def grade(value: float) -> int:
    """Which grade from 1 to 10?"""
    return min(max(round(value), 1), 10)


def date_of(world: World, day: int) -> dt.date:
    """On which date is this day of the log?"""
    return local_date(world.begin + day * DAY)


POLICIES = (  # name, perspective, rule, from, to, days (a field of `World`), where, reason
    (
        "ship in five days",
        "customer",
        "response",
        "Credit approved",
        "Router shipped",
        "shipping_promise",
        "",
        "Nobody should wait without knowing.",
    ),
    (
        "follow up after a fault",
        "customer",
        "response",
        "Fault fixed",
        "Follow-up sent",
        "follow_up_days",
        "",
        "We ask whether it still works.",
    ),
    (
        "second identity check",
        "firm",
        "response",
        "Documents requested",
        "Identity check",
        None,
        {"channel": "phone"},
        "Against fraud on the phone.",
    ),
    (
        "deposit",
        "firm",
        "response",
        "Deposit asked",
        "Credit approved",
        None,
        {"channel": ["shop", "app"]},
        "Against bad debts.",
    ),
    (
        "credit before shipping",
        "firm",
        "precedence",
        "Credit approved",
        "Router shipped",
        None,
        "",
        "No router without credit.",
    ),
    ("self-service first", "customer", "", "", "", None, "", "Whoever can do it alone may."),
    ("chat always on", "customer", "", "", "", None, "", "Somebody answers at night."),
    ("offer two dates", "customer", "", "", "", None, "", "People work."),
    ("green power", "customer", "", "", "", None, "", "All our power is green."),
)


def actions(world: World) -> tuple[dict[str, object], ...]:
    """What has the company done, and what did it expect?"""
    return (
        {
            "name": "One agent to the end",
            "since": date_of(world, world.repeat_day),
            "metric": "repeated calls per call",
            "who": "customers who call often",
            "expected": -0.1,
            "lag": f"{world.repeat_ramp}d",
            "smallest_effect": 0.05,
        },
        {
            "name": "New phone menu",
            "since": date_of(world, world.harm_day),
            "metric": "transfers per call",
            "where": {"region": HARMED},
            "expected": -0.05,
            "smallest_effect": 0.03,
        },
        {
            "name": "New reminder text",
            "since": date_of(world, world.placebo_day),
            "metric": "customer not at home per visit",
            "where": {"region": PLACEBO},
            "expected": -0.03,
            "smallest_effect": 0.03,
        },
        {
            "name": "Faster line test",
            "since": date_of(world, world.local_day),
            "metric": "minutes worked on a line test",
            "where": {"kind": "fault"},
            "expected": -2.0,
            "smallest_effect": 1.0,
        },
    )


ABOUT = """
{firm} brings internet lines to homes in five regions; nobody here is real.
The log covers {months} months, from {first} on, and then simply stops: what was going on stays open.
People compare tariffs, ask whether their address has a line, and order on the web, in a shop or on the phone.
Who orders shows who they are, has their credit checked, and waits for a router.
Larger tariffs need a technician: a date is offered, confirmed, sometimes moved, sometimes missed.
While they wait, people look things up, chat, call, and call again.
Some cancel, some fall silent, and some take their number to another provider.
A fault begins with a report or a help page; half are mended from afar, and some come back.
Who moves house takes the line along if the new address has one; who renews is asked by letter.
The company keeps surveys, tickets, forms, costs and a file on itself beside the log: see data/README.md.
"""


def engagement(world: World) -> str:
    """What does the company say that no log can know? A TOML file."""
    begin = local_date(world.begin)
    lines = [
        "# What a log cannot know about the sample: the company in its own words.",
        f'name = "{FIRM}"',
        f'about = """{ABOUT.format(firm=FIRM, months=world.months, first=begin.strftime("%B %Y"))}"""',
        'zone = "Europe/Berlin"',
        'silence = "30d"  # nobody who comes back was away for longer, as a rule',
        *assign({"informs": [name for name in ACTIVITIES if name in INFORMS | NOTICES]}),
        "",
    ]
    lines += [
        "[roles]",
        *assign({role: role for role in ROLES}),
        "",
    ]
    for goal in dict.fromkeys(GOALS.values()):
        lines += table("goals", {"activity": goal, "where": {"kind": [kind for kind in GOALS if GOALS[kind] == goal]}})
    for cancel, why in CANCELS.items():
        lines += table("cancels", {"activity": cancel, "reason": why})
    lines += ["[stages]", *assign({stage: steps_of("stage", stage) for stage in STAGES}, True), ""]
    for lane, side in zip(LANES, SIDES, strict=True):
        lines += [f'[lanes."{lane}"]', *assign({"side": side, "activities": steps_of("lane", lane)}), ""]
    for offering, (used, within) in OFFERINGS.items():
        lines += table("offerings", {"name": offering, "activities": list(used) or None, "within": within})
    for name, card in NEEDS.items():
        if card.registered:
            lines += table(
                "needs",
                {
                    "name": name,
                    "firm_share": believed(world)[name],
                    "evidence": list(card.evidence),
                    "offerings": [card.offering] if card.offering else None,
                    "policies": [card.policy] if card.policy else None,
                },
            )
    for name, perspective, rule, first, then, days, where, reason in POLICIES:
        lines += table(
            "policies",
            {
                "name": name,
                "perspective": perspective,
                "rule": rule or None,
                "activity": first or None,
                "then": then or None,
                "within": f"{getattr(world, days)}d" if days else None,
                "where": where or None,
                "decided_by": DECIDED_BY.get(name),
                "reason": reason,
            },
        )
    for action in actions(world):
        lines += table("actions", action)
    lines += ["[costs]", 'currency = "EUR"', 'sheet = "costs.parquet"', ""]
    lines += [
        "[costs.contacts]",
        *assign(contact_costs(world), True),
        "",
        "[costs.hours]",
        *assign(LANE_RATES, True),
        "",
    ]
    return "\n".join([*lines, "[disclosure]", "k = 10  # smallest group that may be shown", ""])


def steps_of(key: str, group: str) -> list[str]:
    """Which activities are of this stage or lane?"""
    return [name for name, card in ACTIVITIES.items() if getattr(card, key) == group]


def table(title: str, values: dict[str, object]) -> list[str]:
    """How is one entry of a list written?"""
    return [f"[[{title}]]", *assign({name: value for name, value in values.items() if value is not None}), ""]


def assign(values: Mapping[str, object], quoted: bool = False) -> list[str]:
    """How are values written? Keys that are names of the log in quotes."""
    return [f"{json.dumps(name) if quoted else name} = {shown(value)}" for name, value in values.items()]


def shown(value: object) -> str:
    """How is one value written? As JSON, but for dates and tables."""
    if isinstance(value, dict):
        return f"{{{', '.join(assign(value, True))}}}"
    return str(value) if isinstance(value, dt.date) else json.dumps(value, ensure_ascii=False)
