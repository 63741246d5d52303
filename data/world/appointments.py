"""How does a customer get a technician? Offered, agreed, moved, kept; or never heard of again."""

from __future__ import annotations

from .clock import FIELD, local_date
from .contact import cancel_between, wait_out
from .journey import Journey
from .needs import PERSONAS
from .parameters import DAY, HOUR
from .scene import success_after

NEAR, FAR = (2.5, 8), (12, 24)  # days to the date that is offered
FAR_AWAY = 10  # days; more is far away
DISTURBANCES = ("Sent to the phone", "Date moved by Lindenfunk", "Case handed over")
AT_MOST = 0.8  # chance that a visit fails: sooner or later everybody is at home


def appointment(j: Journey, since: float, again: bool = False) -> bool:
    """Is offered a date; some are never heard of again, some answer weeks later."""
    offered = j.plan("Appointment offered", j.world.offer, since)
    visit = date_for(j, offered)
    days = days_between(offered, visit)
    offered = j.note("Appointment offered", offered, offer_days=days)
    if j.kind == "order" and not again:
        j.facts["offer_days"] = days
        if falls_silent(j, days, offered):
            return False
        j.facts["late_return"] = j.chance(j.world.late_return)
    if j.facts.get("late_return") and not again:
        agreed = j.do("Appointment confirmed", j.world.comes_back_late, offered)
        visit = j.plan("Technician visit", j.world.new_date)
    else:
        agreed = j.do("Appointment confirmed", j.world.answer, offered)
    return keep_date(j, agreed, max(visit, agreed + HOUR))


def date_for(j: Journey, offered: float) -> float:
    """Which date is offered?"""
    if j.kind == "fault":
        return days_later(j, j.plan("Technician visit", j.world.repair_date, offered))
    if j.kind == "move":
        return j.plan("Technician visit", j.world.move_date, offered)
    far = j.chance(j.world.far_offer)
    first, last = FAR if far else NEAR
    while True:
        visit = FIELD.settle(j.rng, offered + DAY * (first + (last - first) * j.rng.random()))
        if (days_between(offered, visit) > FAR_AWAY) == far:
            return visit


def days_between(offered: float, visit: float) -> int:
    """How many days away is the date, on the calendar?"""
    return (local_date(visit) - local_date(offered)).days


def falls_silent(j: Journey, days: int, offered: float) -> bool:
    """Is never heard of again, but for those who take their number elsewhere."""
    j.facts["leaked"] = j.chance(j.world.leak_far if days > FAR_AWAY else j.world.leak_near)
    j.facts["port_out"] = j.facts["leaked"] and j.chance(j.world.port_out)
    if j.facts["port_out"]:
        j.do("Number ported out", j.world.port_out_after, offered)
    return bool(j.facts["leaked"])


def keep_date(j: Journey, agreed: float, visit: float) -> bool:
    """Waits for the day; dates are moved, people are out, one visit is not always enough."""
    if j.kind == "order" and not j.facts.get("confirmed"):
        j.facts["confirmed"] = True
        for step in DISTURBANCES:
            if j.chance(j.world.disturbance):
                agreed = disturb(j, step, agreed, visit)
                if gives_up(j, step):
                    return False
                visit = (
                    j.plan("Technician visit", j.world.new_date, max(agreed, visit - DAY)) if "moved" in step else visit
                )
                visit = max(visit, agreed + HOUR)
    rates = j.world.reschedule_again if j.count("Reschedule appointment") else j.world.reschedule
    each = {persona: min(rates * card.reschedules, 0.95) for persona, card in PERSONAS.items()}
    if j.weigh(each, j.chance(each[j.customer.persona])):
        return move_date(j, agreed, agreed + (visit - agreed) * j.rng.uniform(0.1, 0.8))
    if j.kind == "order" and thinks_better(j):
        cancel_between(j, agreed, visit, surely=True)
        return False
    if not wait_out(j, agreed, visit, patience=j.kind != "move"):
        return False
    return receive(j, visit)


def thinks_better(j: Journey) -> bool:
    """Is it given up although nothing special happened? Once for each order, when its day stands."""
    settled = j.facts.get("settled")
    j.facts["settled"] = True
    return not settled and j.chance(1 - j.world.decisive_before)


def receive(j: Journey, visit: float) -> bool:
    """Is at home, mostly; and it works, mostly."""
    if j.chance(min(j.scene.not_at_home_rate(j.customer.region, visit) * j.hard, AT_MOST)):
        return appointment(j, j.note("Customer not at home", visit), again=True)
    j.note("Technician visit", visit, slower=j.hard)
    return appointment(j, visit, again=True) if j.chance(min(j.world.second_visit * j.hard, AT_MOST)) else True


def disturb(j: Journey, step: str, agreed: float, visit: float) -> float:
    """Something comes in between that some customers do not forgive."""
    channel = "web" if step == "Sent to the phone" else None
    moment = j.meanwhile(step, agreed, agreed + 0.6 * (visit - agreed), channel)
    return j.note(step, moment or agreed + 0.3 * (visit - agreed), channel)


def move_date(j: Journey, agreed: float, doubt: float) -> bool:
    """Asks for another day; some give up when it happens again."""
    if not wait_out(j, agreed, doubt, patience=j.kind != "move"):
        return False
    moved = j.do("Reschedule appointment", j.world.next_page, doubt)
    if j.kind == "order" and j.count("Reschedule appointment") == 2 and gives_up(j, "Reschedule appointment"):
        return False
    return keep_date(j, moved, j.plan("Technician visit", j.world.new_date, moved))


def gives_up(j: Journey, step: str) -> bool:
    """Was that the one step too many? For one persona it often is."""
    if j.persona.decisive != step:
        return False
    j.facts["decisive"] = True
    if not j.chance(1 - min(success_after(j.world, j.customer.persona) / j.world.decisive_before, 1.0)):
        return False
    j.do("Order cancelled", j.world.reaction)
    return True


def days_later(j: Journey, planned: float) -> float:
    """The same for a visit: at the same time of a later day, on average as much later."""
    days = int((later(j, planned) - planned) / DAY + j.rng.random())
    moved = planned + days * DAY
    return moved if FIELD.weight(moved) else FIELD.settle(j.rng, moved)


def later(j: Journey, planned: float) -> float:
    """When does a repair really happen? Later, since handling a test became quicker."""
    begun = j.last("Fault reported").time
    factor = j.world.end_to_end_factor if j.scene.since(j.world.local_day, begun) else 1.0
    return begun + (planned - begun) * factor
