"""What are the journeys' stories? Steps in order; a step that returns False ends the journey."""

from __future__ import annotations

from collections.abc import Callable

from .company import BROWSING, POLICIES, QUESTIONS, TARIFFS
from .journey import Journey, pick

Step = Callable[[Journey], bool]


def browse(j: Journey) -> bool:
    """Looks around; some come back to it, some never order."""
    for name in pick(j.rng, BROWSING):
        j.do(name, j.world.next_page)
    for _ in range(j.rng.poisson(j.world.browse_again * j.persona.look_ups)):
        j.do("Compare tariffs", j.world.browse_again_after)
    return not j.chance(j.world.browse_only)


def place_order(j: Journey) -> bool:
    """Orders and gets it confirmed."""
    j.do("Order placed", j.world.decision)
    j.do("Order confirmation sent", j.world.confirmation)
    return True


def vet(j: Journey) -> bool:
    """Shows who they are, and the company looks up whether they pay."""
    ordered_in = j.last("Order placed").channel
    j.do("Identity check", j.world.identity, channel=ordered_in)
    while j.chance(j.world.identity_retry):
        j.do("Identity check", j.world.identity)
    for policy in POLICIES:
        if policy.channel == ordered_in and j.chance(policy.share):
            j.do(policy.repeat, j.world.identity, channel=ordered_in)
    declined = j.chance(j.world.credit_declined)
    j.do("Credit declined" if declined else "Credit approved", j.world.credit)
    return not declined


def ship(j: Journey) -> bool:
    """Waits for the router."""
    approved, shipped = j.moment, j.plan("Router shipped", j.world.shipping)
    if not wait_out(j, approved, shipped):
        return False
    j.note("Router shipped", shipped)
    look_up(j, shipped, j.do("Router delivered", j.world.delivery))
    return True


def install(j: Journey) -> bool:
    """Lets the technician in, or plugs the router in alone; then the line works."""
    if not TARIFFS[j.product].technician:
        j.do("Line activated", j.world.self_install)
        return True
    if not appointment(j, since=j.last("Router shipped").time):
        return False
    j.do("Line activated", j.world.activation)
    return True


def first_bill(j: Journey) -> bool:
    """Gets the first bill, and some do not understand it."""
    j.do("First bill sent", j.world.first_bill)
    if j.chance(j.world.question_about_bill * j.persona.calls):
        j.do("Call: question about bill", j.world.reaction)
    return True


def appointment(j: Journey, since: float) -> bool:
    """Is offered a date; some are never heard of again."""
    offered = j.do("Appointment offered", j.world.offer, since)
    if j.kind != "fault" and j.chance(j.world.silent_after_offer):
        return False
    return keep_date(j, j.do("Appointment confirmed", j.world.answer, offered))


def keep_date(j: Journey, agreed: float) -> bool:
    """Waits for the day; dates are moved, people are out, one visit is not always enough."""
    wait = {"order": j.world.technician, "move": j.world.move_date, "fault": j.world.repair_date}[j.kind]
    visit = j.plan("Technician visit", wait, agreed)
    rate = j.world.reschedule_again if j.count("Reschedule appointment") else j.world.reschedule
    if j.chance(rate * j.persona.reschedules):
        return move_date(j, agreed, agreed + (visit - agreed) * j.rng.uniform(0.1, 0.8))
    if not wait_out(j, agreed, visit):
        return False
    if j.chance(j.world.not_at_home):
        return appointment(j, since=j.note("Customer not at home", visit))
    j.note("Technician visit", visit)
    return appointment(j, since=visit) if j.chance(j.world.second_visit) else True


def move_date(j: Journey, agreed: float, doubt: float) -> bool:
    """Asks for another day, and gives up when it happens again."""
    if not wait_out(j, agreed, doubt):
        return False
    moved = j.do("Reschedule appointment", j.world.next_page, doubt)
    if j.kind != "fault" and j.count("Reschedule appointment") > 1 and j.chance(j.world.cancel_after_second_reschedule):
        return cancel(j)
    return keep_date(j, moved)


def wait_out(j: Journey, start: float, end: float) -> bool:
    """Looks up how it stands, calls, or gives up before the wait is over."""
    call = QUESTIONS[j.kind].call
    called = j.meanwhile(call, start, end) if j.chance(j.world.call_while_waiting * j.persona.calls) else None
    rate = j.world.cancel_after_call if called else j.world.cancel_while_waiting
    gives_up = j.kind != "fault" and j.chance(rate)
    gave_up = j.meanwhile("Order cancelled", called or start, end) if gives_up else None
    look_up(j, start, gave_up or end)
    return gave_up is None


def look_up(j: Journey, start: float, end: float) -> None:
    """Looks up how it stands, as often as the persona does."""
    for _ in range(j.rng.poisson(j.world.look_ups * j.persona.look_ups)):
        j.meanwhile(QUESTIONS[j.kind].look_up, start, end)


def cancel(j: Journey) -> bool:
    """Has had enough."""
    j.do("Order cancelled", j.world.reaction)
    return False


def announce_move(j: Journey) -> bool:
    """Says where the new home is; not every address has a line."""
    if j.chance(j.world.availability_first):
        j.do("Check availability", j.world.next_page)
    j.do("Move announced", j.world.next_page)
    if j.chance(j.world.not_available):
        j.do("Contract terminated", j.world.reaction)
        return False
    j.do("Order confirmation sent", j.world.confirmation)
    return True


def move_line(j: Journey) -> bool:
    """Gets the new line, loses the old one."""
    if not appointment(j, since=j.moment):
        return False
    j.do("Line activated", j.world.activation)
    j.do("Old line switched off", j.world.switch_off)
    j.do("First bill sent", j.world.first_bill)
    return True


def report_fault(j: Journey) -> bool:
    """Tries to help themselves or reports it at once."""
    if j.chance(j.world.self_help_first):
        j.do("Self-help page", j.world.next_page)
        if j.chance(j.world.solved_by_self_help):
            return False
    j.do("Fault reported", j.world.report)
    return True


def repair(j: Journey) -> bool:
    """Line test, then a remote fix or a visit."""
    tested = j.do("Line test", j.world.line_test)
    if j.chance(j.world.fixed_remotely):
        fixed = j.plan("Fault fixed", j.world.remote_fix)
        wait_out(j, tested, fixed)
        j.note("Fault fixed", fixed)
        return True
    appointment(j, since=j.moment)
    j.do("Fault fixed", j.world.activation)
    return True


def comes_back(j: Journey) -> bool:
    """Is it really fixed?"""
    while j.chance(j.world.fault_comes_back):
        j.do("Call: fault still there", j.world.comes_back_after)
        repair(j)
    return True


def approach(j: Journey) -> bool:
    """The company writes, and writes again; or the customer comes first."""
    if not j.chance(j.world.offer_by_company):
        first = pick(j.rng, {"Compare tariffs": 0.6, "Call: better offer wanted": 0.4})
        j.do(first, j.world.next_page)
        return True
    j.do("Renewal offer sent", j.world.next_page)
    if j.chance(j.world.reminder):
        j.do("Renewal offer sent", j.world.reminder_after)
    return not j.chance(j.world.silent_renewal)


def haggle(j: Journey) -> bool:
    """Compares, and asks for more."""
    while j.chance(j.world.compares_before_renewal):
        j.do("Compare tariffs", j.world.thinks_it_over)
    if j.chance(j.world.haggles * j.persona.calls):
        j.do("Call: better offer wanted", j.world.thinks_it_over)
    if j.count("Call: better offer wanted") and j.chance(j.world.new_offer_after_haggling):
        j.do("Renewal offer sent", j.world.new_offer)
    return True


def decide(j: Journey) -> bool:
    """Stays or goes."""
    if j.chance(j.world.terminates):
        j.do("Contract terminated", j.world.thinks_it_over)
        return False
    j.do("Contract renewed", j.world.thinks_it_over)
    j.do("Order confirmation sent", j.world.confirmation)
    return True


STORIES: dict[str, tuple[Step, ...]] = {
    "order": (browse, place_order, vet, ship, install, first_bill),
    "move": (announce_move, move_line),
    "fault": (report_fault, repair, comes_back),
    "renewal": (approach, haggle, decide),
}


def tell(journey: Journey) -> Journey:
    """What happens? Plays the steps of the journey's kind, then puts the events in order."""
    for step in STORIES[journey.kind]:
        if not step(journey):
            break
    journey.events.sort(key=lambda event: event.time)
    return journey
