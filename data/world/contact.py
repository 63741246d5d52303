"""What happens while a customer waits, and after a call?"""

from __future__ import annotations

import math

from .clock import PHONE
from .company import CALL_WHILE_WAITING
from .journey import Journey
from .needs import PERSONAS
from .parameters import DAY, HOUR

REPEATED_WITHIN = 4 * DAY  # of the seven days in which it counts as the same question


def wait_out(j: Journey, start: float, end: float, patience: bool = False) -> bool:
    """Asks, or gives up before the wait is over; somebody with patience does not."""
    asked = None
    if j.leans(j.world.call_while_waiting, "calls", j.world.same_calls):
        asked = ask(j, start, end)
    if not patience and j.chance(j.world.cancel_while_waiting):
        return not cancel_between(j, asked or start, end)
    return True


def ask(j: Journey, start: float, end: float) -> float | None:
    """Wants to know how it stands: others answer, the company is first, or they call."""
    how = j.rng.random() - j.world.answered_by_peers
    if how < 0:
        return aside(j, "Community answer read", start, end)
    if how < j.world.answered_before:
        return aside(j, "Proactive message sent", start, end)
    name = CALL_WHILE_WAITING[j.kind]
    moment = j.meanwhile(name, start, end)
    return moment and call(j, name, moment)


def aside(j: Journey, name: str, start: float, end: float) -> float | None:
    """It happens in between, and the story goes on."""
    channel = j.channel(name)
    moment = j.meanwhile(name, start, end, channel)
    return moment and j.note(name, moment, channel, main=False)


def cancel_between(j: Journey, start: float, end: float, surely: bool = False) -> bool:
    """Gives up while waiting, unless no moment suits; online, at any hour, who surely does."""
    name = "Move withdrawn" if j.kind == "move" else "Order cancelled"
    channel = j.channel(name)
    moment = j.meanwhile(name, start, end, channel)
    if surely and not moment:
        moment, channel = (start + end) / 2, "web"
    if moment:
        j.note(name, moment, channel)
    return moment is not None


def call(j: Journey, name: str, moment: float, until: float = math.inf, main: bool = False) -> float:
    """Calls; is handed on, is promised a call back, has to call again. Says when the call is over."""
    moment = j.note(name, moment, main=main)
    agent = j.events[-1].agent
    assert agent is not None
    if j.chance(j.scene.transfer_rate(j.customer.region, moment)):
        j.note("Call transferred", moment + j.rng.uniform(20, 120), main=False)
    rates = {persona: j.scene.repeat_rate(persona, moment, agent) for persona in PERSONAS}
    if j.weigh(rates, j.chance(rates[j.customer.persona]), moment):
        if j.chance(j.world.imposed):
            j.note("Call-back promised", moment + j.rng.uniform(5, 40), main=False, agent=agent)
        j.note("Call: same question again", soon(j, moment, min(moment + REPEATED_WITHIN, until)), main=False)
    elif j.chance(j.world.call_back_kept):
        j.note("Call-back promised", moment + j.rng.uniform(5, 40), main=False, agent=agent)
        j.note("Call-back made", soon(j, moment, min(moment + 2 * DAY, until)), main=False)
    return moment


def soon(j: Journey, start: float, end: float) -> float:
    """When in between is the phone open?"""
    for _ in range(8):
        moment = PHONE.settle(j.rng, start + (end - start) * (0.03 + 0.92 * j.rng.random() ** 8))
        if start < moment < end:
            return moment
    return min(start + HOUR * j.rng.uniform(0.2, 0.9), (start + end) / 2)
