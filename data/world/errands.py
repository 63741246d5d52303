"""How do the other journeys go? Fault, move and renewal, step by step."""

from __future__ import annotations

from collections.abc import Callable

from .appointments import appointment, later
from .contact import call, wait_out
from .journey import Journey, pick
from .orders import ORDER, PATIENCE
from .parameters import DAY

Step = Callable[[Journey], bool]


def report_fault(j: Journey) -> bool:
    """Tries to help themselves or reports it at once; since some day the company asks for the first."""
    changed = j.scene.since(j.world.unregistered_day, j.moment)
    if j.chance(j.world.self_help_later if changed else j.world.self_help_first):
        j.do("Self-help page", j.world.next_page)
    j.do("Fault reported", j.world.report)
    return True


def diagnose(j: Journey) -> bool:
    """The line is tested and the customer asked to try something; some never answer."""
    test(j)
    j.facts["gave_up"] = j.leans(j.world.gives_up, "outcome", j.world.same_outcome)
    return not j.facts["gave_up"]


def test(j: Journey) -> float:
    """The line is tested, since some day more quickly; the end is not."""
    quicker = j.scene.since(j.world.local_day, j.last("Fault reported").time)
    slower = j.world.handle_time_factor if quicker else 1.0
    return j.do("Line test", j.world.line_test, slower=slower)


def repair(j: Journey) -> bool:
    """A fix from afar, or a visit."""
    tested = j.moment
    if j.chance(j.world.fixed_remotely):
        fixed = max(later(j, j.plan("Fault fixed", j.world.remote_fix)), tested)
        wait_out(j, tested, fixed, patience=True)
        j.note("Fault fixed", fixed)
        return True
    j.facts["visited"] = True
    appointment(j, since=tested)
    j.do("Fault fixed", j.world.activation)
    return True


def follow_up(j: Journey) -> bool:
    """Is it really fixed? The company promised to ask within four weeks."""
    fixed = j.last("Fault fixed").time
    while j.chance(min(j.world.fault_comes_back * j.hard, 0.5)):
        call(j, "Call: fault still there", j.plan("Call: fault still there", j.world.comes_back_after), main=True)
        test(j)
        repair(j)
    asked = when_asked(j, fixed)
    j.facts["follow_up_broken"] = asked is None
    if asked is not None:
        j.note("Follow-up sent", asked, main=False)
    return True


def when_asked(j: Journey, fixed: float) -> float | None:
    """When does the company ask? Within the days it promised, or never."""
    promised = j.world.follow_up_days * DAY
    if j.chance(j.cell("use").promise_broken):
        return None
    for _ in range(PATIENCE):
        asked = j.plan("Follow-up sent", j.world.follow_up, fixed)
        if asked < fixed + promised:
            return asked
    return fixed + 0.9 * promised


def announce_move(j: Journey) -> bool:
    """Says where the new home is; not every address has a line, not every move is made."""
    if j.chance(j.world.availability_first):
        j.do("Check availability", j.world.next_page)
    j.do("Move announced", j.world.next_page)
    if j.chance(j.world.not_available):
        j.do("Contract terminated", j.world.reaction)
        return False
    j.do("Order confirmation sent", j.world.confirmation)
    if j.leans(j.world.move_withdrawn, "outcome", j.world.same_outcome):
        j.do("Move withdrawn", j.world.reaction)
        return False
    return True


def move_line(j: Journey) -> bool:
    """Gets the new line, loses the old one."""
    if not appointment(j, since=j.moment):
        return False
    j.do("Line activated", j.world.activation)
    j.do("Old line switched off", j.world.switch_off)
    j.do("First bill sent", j.world.first_bill)
    return True


def approach(j: Journey) -> bool:
    """The company writes, and writes again; or the customer comes first."""
    if not j.chance(j.world.offer_by_company):
        first = pick(j.rng, {"Look at new tariffs": 0.6, "Call: better offer wanted": 0.4})
        if first.startswith("Call"):
            call(j, first, j.plan(first, j.world.next_page), main=True)
        else:
            j.do(first, j.world.next_page)
        return True
    j.do("Renewal offer sent", j.world.next_page)
    if j.chance(j.world.reminder):
        j.do("Renewal offer sent", j.world.reminder_after)
    return not j.leans(j.world.silent_renewal, "outcome", j.world.same_outcome)


def haggle(j: Journey) -> bool:
    """Compares, and asks for more."""
    while j.chance(j.world.compares_before_renewal):
        j.do("Look at new tariffs", j.world.thinks_it_over)
    if j.leans(j.world.haggles, "calls", j.world.same_calls):
        call(j, "Call: better offer wanted", j.plan("Call: better offer wanted", j.world.thinks_it_over), main=True)
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
    "order": ORDER,
    "move": (announce_move, move_line),
    "fault": (report_fault, diagnose, repair, follow_up),
    "renewal": (approach, haggle, decide),
}


def tell(journey: Journey) -> Journey:
    """What happens? Plays the steps of the journey's kind, then puts the events in order."""
    for step in STORIES[journey.kind]:
        if not step(journey):
            break
    journey.events.sort(key=lambda event: event.time)
    return journey
