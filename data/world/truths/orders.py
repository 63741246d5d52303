"""What is true of orders? Silence, waits, the decisive steps, the policies, the credit system."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Hashable
from itertools import pairwise

from world.hidden import turns
from world.needs import KNOW, SLUGS, TIME, personas_of
from world.orders import DEPOSIT_CHANNELS, entries
from world.parameters import DAY
from world.planted import TIMES, check_days, pending, silent_wait, vacuous
from world.scene import success_after
from world.truths.book import WIDE, Book, Seen, doubt, early, half, mean, median

FOLLOWED = 60  # days after an offer in which somebody may still come back
NAIVE_SILENCE = 21 * DAY


def leaks(book: Book, seen: list[Seen]) -> None:
    """Who falls silent after an offer?"""
    world = book.world
    offered = [one for one in seen if one.row["offer_days"] is not None]
    offered = [one for one in offered if early(world, one.first("Appointment offered"), FOLLOWED)]
    near = [one.row["leaked"] for one in offered if one.row["offer_days"] <= 10]
    far = [one.row["leaked"] for one in offered if one.row["offer_days"] > 10]
    base = "first offers in orders, made at least 60 days before the log's end"
    book.share("leak.near", "fall silent after an offer of at most ten days away", near, world.leak_near, estimand=base)
    book.share("leak.far", "fall silent after an offer of more than ten days away", far, world.leak_far, estimand=base)
    naive = [silent_for(one, world.end) > NAIVE_SILENCE for one in offered]
    book.share(
        "leak.total",
        "fall silent after their first offer",
        near + far,
        estimand=base,
        naive=sum(naive) / max(len(naive), 1),
        naive_method="a gap of more than 21 days anywhere, or before the log's end without the goal",
    )
    book.share(
        "leak.far_share",
        "offers more than ten days away",
        [one.row["offer_days"] > 10 for one in offered],
        world.far_offer,
    )
    lost = [one for one in offered if one.row["leaked"]]
    book.share(
        "leak.port_out",
        "of those who fell silent, take their number elsewhere",
        [one.row["port_out"] for one in lost],
        world.port_out,
    )
    stayed = [one for one in offered if not one.row["leaked"]]
    book.share(
        "leak.late_return",
        "of those who came back, answer only after weeks",
        [one.row["late_return"] for one in stayed],
        world.late_return,
    )
    dated = [
        one for one in seen if one.row["long_wait"] is not None and early(world, one.first("Router delivered"), 14)
    ]
    book.share(
        "leak.long_wait",
        "must wait for building work before a date can be offered",
        [one.row["long_wait"] for one in dated],
        world.long_wait,
        estimand="orders that need a technician, the router delivered at least 14 days before the log's end",
    )


def silent_for(one: Seen, end: float) -> float:
    """What is the longest time without an event?"""
    seconds = [*one.case.seconds, *([] if one.row["outcome"] == "good" else [end])]
    return max((b - a for a, b in pairwise(seconds)), default=0.0)


def waits(book: Book, seen: list[Seen]) -> None:
    """How long is the silence before the router ships, and how often is a delivery announced?"""
    world = book.world
    shipped = [one for one in seen if "Router shipped" in one.times]
    days = [one.between("Credit approved", "Router shipped") / DAY for one in shipped]
    width = WIDE * 1.25 * math.sqrt(doubt(days) * (1 + 1 / TIMES))
    book.enter(
        "wait.silent",
        "median days from credit approved to router shipped, of which nobody is told",
        median(days),
        width,
        parameter=silent_wait(world, shipped),
        unit="days",
        n=len(days),
    )
    base = [one for one in shipped if "Router delivered" in one.times]
    book.share(
        "wait.notice",
        "deliveries that are announced by a notice",
        ["Delivery notice sent" in one.times for one in base],
        world.delivery_notice,
    )
    late = [value > world.shipping_promise for value in days]
    know = [one.row["persona"] == KNOW for one in shipped]
    book.share(
        "policy.shipping.broken",
        f"routers shipped later than {world.shipping_promise} days after the credit was approved",
        late,
        mean([one.case.journey.cell("install").promise_broken for one in shipped]),
        estimand="of those that shipped",
    )
    book.share(
        "cell.understood.broken",
        "the same for 'wants to know', who are well understood and badly served",
        [value for value, of in zip(late, know, strict=True) if of],
        world.understood_broken,
    )


def informed(book: Book, seen: list[Seen]) -> None:
    """How much of the time in which the company must act does the customer know what comes next?"""
    known: dict[str, float] = defaultdict(float)
    for one in seen:
        until = [*one.case.seconds[1:], one.case.seconds[-1]]
        for (turn, state), start, end in zip(turns(one.case), one.case.seconds, until, strict=True):
            known[state if turn == "company" else turn] += end - start
    told = known["visible"] + known["silent"]
    book.enter(
        "wait.visible",
        "part of the time in which it is the company's turn, and the customer knows what comes next",
        known["visible"] / told,
        unit="share of hours",
        estimand="between two events of a journey; whose turn each gap is stands in gaps.parquet",
        hours={name: round(seconds / 3600, 1) for name, seconds in sorted(known.items())},
    )


def reschedules(book: Book, seen: list[Seen]) -> None:
    """Who asks for another day? One persona's need is a date that suits."""
    made = {own: [0, 0] for own in (True, False)}
    for one in seen:
        counts = made[one.row["persona"] == TIME]
        counts[0] += bool(one.times.get("Reschedule appointment"))
        counts[1] += "Appointment confirmed" in one.times
    (own, of_own), (others, of_others) = made[True], made[False]
    likes = {persona: card.reschedules for persona, card in personas_of(book.world).items()}
    book.enter(
        "persona.reschedule",
        "'short of time' ask so many times more often for another day than others, per journey with a date",
        own / of_own / (others / of_others),
        WIDE * own / of_own / (others / of_others) * math.sqrt(1 / own + 1 / others),
        unit="ratio of shares",
        n=of_own + of_others,
        parameter=likes.pop(TIME) / mean(list(likes.values())),
    )


def decisive(book: Book, seen: list[Seen]) -> None:
    """After which step is an order as good as lost?"""
    for persona, card in personas_of(book.world).items():
        base = [
            one
            for one in seen
            if one.row["confirmed"] and one.row["persona"] == persona and one.row["outcome"] != "open"
        ]
        more = {"estimand": "orders that reached 'Appointment confirmed' and ended", "step": card.decisive}
        for name, happened, parameter in (
            ("before", False, book.world.decisive_before),
            ("after", True, success_after(book.world, persona)),
        ):
            good = [one.row["outcome"] == "good" for one in base if one.row["decisive"] == happened]
            says = f"'{persona}' succeed {'after' if happened else 'without'} the step that decides"
            book.share(f"decisive.{SLUGS[persona]}.{name}", says, good, parameter, **more)


def second_check(book: Book, seen: list[Seen]) -> None:
    """What does the second identity check cost the customer? Compared within equal credit risk."""
    world = book.world
    placed = [one for one in seen if one.row["checked"] is not None and early(world, one.first("Identity check"), 14)]
    phone = [one for one in placed if one.row["entry"] == "phone"]
    book.share(
        "policy.check.phone_share",
        "orders made on the phone",
        [one.row["entry"] == "phone" for one in placed],
        mean([entries(one.case.journey)["phone"] for one in placed]),
    )
    planned = [world.check_high if one.case.journey.customer.risk == "high" else world.check_low for one in phone]
    book.share(
        "policy.check.share",
        "phone orders that are checked twice",
        [one.row["checked"] for one in phone],
        mean(planned),
    )
    effect, naive, width = adjusted(phone, "checked", lambda one: one.case.journey.customer.risk)
    book.enter(
        "policy.check.cancel",
        "the second identity check makes so many more cancel before the credit is decided",
        effect,
        width,
        parameter=world.check_cancel,
        unit="difference of shares",
        n=len(phone),
        naive=naive,
        estimand="average over the checked, within credit risk (logged); identified 14 days before the log's end",
    )
    decided = [one for one in phone if decision(one) < math.inf]
    days = {
        checked: [(decision(one) - one.first("Order placed")) / DAY for one in decided if one.row["checked"] == checked]
        for checked in (True, False)
    }
    planted = check_days(world, decided)
    width = WIDE * math.sqrt(sum(doubt(values) for values in days.values()) + doubt(planted))
    book.enter(
        "policy.check.days",
        "and makes the decision come so many days later",
        mean(days[True]) - mean(days[False]),
        width,
        unit="days, difference of means",
        n=len(decided),
        parameter=mean(planted),
    )
    steps = {
        checked: [main_steps(one) for one in decided if one.row["checked"] == checked] for checked in (True, False)
    }
    book.enter(
        "policy.check.steps",
        "and needs so many steps more",
        mean(steps[True]) - mean(steps[False]),
        WIDE * math.sqrt(sum(doubt(values) for values in steps.values())),
        parameter=3,
        unit="events, difference of means",
        n=len(decided),
        estimand="steps of the story between order and credit decision, not what customers do of their own accord",
    )


def decision(one: Seen) -> float:
    """When was the credit decided?"""
    return min(one.first("Credit approved"), one.first("Credit declined"))


def main_steps(one: Seen) -> int:
    """How many steps lie between order and decision?"""
    first, last = one.first("Order placed"), decision(one)
    pairs = zip(one.case.seconds, one.case.events, strict=True)
    return sum(first < second < last and event.main and event.activity != "Order care call" for second, event in pairs)


def adjusted(base: list[Seen], treated: str, stratum: Callable[[Seen], Hashable]) -> tuple[float, float, float]:
    """What does a treatment do to those who got it? Within strata; beside it the naive difference and a half-width."""
    cancelled = {id(one): decision(one) == math.inf and "Order cancelled" in one.times for one in base}
    groups: dict[tuple[object, bool], list[bool]] = {}
    for one in base:
        groups.setdefault((stratum(one), one.row[treated]), []).append(cancelled[id(one)])
    given = sum(len(hits) for (_, treated), hits in groups.items() if treated)
    effect, squares = 0.0, 0.0
    for (name, was), hits in groups.items():
        others = groups.get((name, False), [])
        if was and others:
            weight = len(hits) / given
            effect += weight * (mean(hits) - mean(others))
            squares += weight**2 * (half(mean(hits), len(hits), 0) ** 2 + half(mean(others), len(others), 0) ** 2)
    all_of = {was: [hit for (_, got), hits in groups.items() if got == was for hit in hits] for was in (True, False)}
    return effect, mean(all_of[True]) - mean(all_of[False]), math.sqrt(squares)


def deposit(book: Book, seen: list[Seen]) -> None:
    """What does the deposit cost? The log cannot say: who hesitates is asked for it, and hesitation is not logged."""
    shop = [
        one
        for one in seen
        if one.row["entry"] in DEPOSIT_CHANNELS
        and one.row["deposit"] is not None
        and early(book.world, one.first("Identity check"), 14)
    ]
    effect, naive, width = adjusted(shop, "deposit", lambda one: one.row["hesitant"])
    logged, _, _ = adjusted(shop, "deposit", lambda one: one.case.journey.customer.risk)
    book.enter(
        "policy.deposit.cancel",
        "the deposit makes so many more cancel; the confounder is not logged: 'not identifiable' is right",
        effect,
        width,
        parameter=book.world.deposit_cancel,
        unit="difference of shares",
        n=len(shop),
        naive=naive,
        naive_adjusted=logged,
        identifiable=False,
        estimand="average over those asked, within hesitation (hidden)",
    )


def shelter(book: Book, seen: list[Seen]) -> None:
    """What does a person help when the credit system fails?"""
    world = book.world
    failed = [one for one in seen if one.row["system_failed"] and early(world, one.first("Credit system down"), 30)]
    failed = [one for one in failed if "Credit system down" in one.times]
    good = {
        helped: ["Router shipped" in one.times for one in failed if one.row["sheltered"] == helped]
        for helped in (True, False)
    }
    base = "orders whose credit system failed; success = the router ships"
    placed = [one for one in seen if decision(one) < math.inf or "Credit system down" in one.times]
    book.share(
        "people.shelter.fails",
        "orders whose credit system fails",
        ["Credit system down" in one.times for one in placed],
        world.system_fails,
    )
    book.share("people.shelter.none", "survive a failure alone", good[False], world.success_alone, estimand=base)
    book.share(
        "people.shelter.human",
        "survive a failure with somebody's help",
        good[True],
        world.success_sheltered,
        estimand=base,
    )
    says = "a person's help saves so many more orders"
    book.difference(
        "people.shelter.effect",
        says,
        good[True],
        good[False],
        world.success_sheltered - world.success_alone,
        estimand=base,
    )
    handled = {
        failed: [
            math.log(event.worked or 1)
            for one in seen
            for _, event in one.of("Order care call")
            if ("Credit system down" in one.times) == failed
        ]
        for failed in (True, False)
    }
    ratio = math.exp(mean(handled[True]) - mean(handled[False]))
    width = WIDE * ratio * math.sqrt(sum(doubt(logs) for logs in handled.values()))
    book.enter(
        "people.shelter.handle_time",
        "and takes so many times the usual care call",
        ratio,
        width,
        parameter=world.care_factor,
        unit="ratio of geometric means",
        n=len(handled[True]),
    )


def promises(book: Book, seen: list[Seen]) -> None:
    """Is the promise to ask after a fault kept?"""
    world = book.world
    window = world.follow_up_days * DAY
    faults = [one for one in seen if one.row["kind"] == "fault"]
    fixed = [one for one in faults if "Fault fixed" in one.times]
    open_ones = [one.first("Fault fixed") + window >= world.end and "Follow-up sent" not in one.times for one in fixed]
    judged = [one for one, wait in zip(fixed, open_ones, strict=True) if not wait]
    broken = [one.between("Fault fixed", "Follow-up sent") > window for one in judged]
    within = f"within {world.follow_up_days} days; per journey, from its first fix"
    rule = f"'Fault fixed' is followed by 'Follow-up sent' {within}"
    book.share(
        "policy.promise.broken",
        "of the promises that can be judged, are broken",
        broken,
        mean([one.case.journey.cell("use").promise_broken for one in judged]),
        estimand=rule,
    )
    planted = pending(world, fixed)
    book.share(
        "policy.promise.pending", "of the promises made, cannot be judged yet", open_ones, planted, estimand=rule
    )
    book.share(
        "policy.promise.vacuous",
        "of the fault journeys, never come to it",
        ["Fault fixed" not in one.times for one in faults],
        vacuous(world, faults),
        estimand=rule,
    )
    talk = [hit for one, hit in zip(judged, broken, strict=True) if one.row["persona"] == "likes to talk"]
    book.share(
        "cell.misunderstood.broken",
        "the same for 'likes to talk', who are badly understood and well served",
        talk,
        world.misunderstood_broken,
    )
    placed = [one for one in seen if one.row["placed"]]
    dropped = ["Add-on dropped" in one.times for one in placed]
    book.share("addon.dropped", "orders whose add-on is dropped while the order goes on", dropped, world.addon_dropped)


def orders(book: Book, seen: list[Seen]) -> None:
    """What is true of orders, waits, policies and promises?"""
    for count in (leaks, waits, informed, reschedules, decisive, second_check, deposit, shelter, promises):
        book.count(count, seen)
