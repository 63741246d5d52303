"""What is true of calls, actions and agents? Repeats and transfers, what changed them, what only seemed to change."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from world.clock import local_date
from world.company import CONTACT_CHANNELS, TARIFFS
from world.journey import Event
from world.parameters import DAY, WEEK
from world.scene import HARMED, PLACEBO
from world.truths.book import WIDE, Book, Seen, clustered, doubt, mean, variance
from world.truths.repeats import AGAIN, Call, agents, calls_of, repeats, weeks_apart

NAIVE_WINDOW = 120  # days before and after, for who compares without a comparison


def calls(book: Book, seen: list[Seen]) -> None:
    """What is true of calls, actions and agents?"""
    last = (book.world.end - book.world.begin) / DAY - 7
    made = [call for one in seen for call in calls_of(one, book.world) if call.day < last]
    for count in (repeats, weeks_apart, transfers, agents):
        book.count(count, made)
    for story in (frictions, homes, faults, mix):
        book.count(story, seen)


def transfers(book: Book, made: list[Call]) -> None:
    """Which share of calls is handed on, and what did the harmful action do?"""
    world = book.world
    usual = [call.moved for call in made if call.one.case.journey.customer.region != HARMED]
    book.share(
        "friction.transfer", "calls that are handed on, outside the region of the harmful action", usual, world.transfer
    )
    people = [call.one.case.journey.customer for call in made]
    rows = [
        (call.day >= world.harm_day, one.region == HARMED, call.moved, one.number)
        for call, one in zip(made, people, strict=True)
    ]
    in_differences(
        book,
        "action.harmful",
        f"the new phone menu in {HARMED} made more calls be handed on",
        rows,
        world.transfer_harmed - world.transfer,
    )


def in_differences(
    book: Book, key: str, says: str, rows: Sequence[tuple[bool, bool, bool, int]], parameter: float, **more: object
) -> None:
    """What did it change? (after, treated, hit, customer): difference in differences, customers as units."""
    both = {
        (after, treated): [(hit, who) for a, t, hit, who in rows if (a, t) == (after, treated)]
        for after in (False, True)
        for treated in (False, True)
    }
    part = {cell: [hit for hit, _ in own] for cell, own in both.items()}
    effect = mean(part[True, True]) - mean(part[False, True]) - mean(part[True, False]) + mean(part[False, False])
    squares = [clustered(part[cell], [who for _, who in own]) ** 2 for cell, own in both.items()]
    width = WIDE * math.sqrt(sum(squares))
    book.enter(
        f"{key}.effect", says, effect, width, parameter=parameter, unit="difference of shares", n=len(rows), **more
    )


def frictions(book: Book, seen: list[Seen]) -> None:
    """Who has to call again because the company did not, who is sent elsewhere, who changes the channel?"""
    counts = {
        name: sum(len(one.times.get(name, ())) for one in seen)
        for name in ("Call-back promised", "Call-back made", AGAIN)
    }
    missed = counts["Call-back promised"] - counts["Call-back made"]
    again = [True] * missed + [False] * (counts[AGAIN] - missed)
    book.share(
        "friction.repeat_imposed",
        "repeated calls that the company imposed by not calling back as promised",
        again,
        book.world.imposed,
    )
    confirmed = [one for one in seen if one.row["confirmed"]]
    book.share(
        "friction.sent_to_phone",
        "orders with a date that are sent to the phone",
        ["Sent to the phone" in one.times for one in confirmed],
        book.world.disturbance,
    )
    hops = [a.channel != b.channel for one in seen for a, b in neighbours(one)]
    book.share(
        "friction.hop",
        "consecutive contacts of a journey in different channels",
        hops,
        estimand="events in web, app, phone and shop",
    )


def neighbours(one: Seen) -> Iterator[tuple[Event, Event]]:
    """Which contacts of a journey follow each other?"""
    own = [event for event in one.case.events if event.channel in CONTACT_CHANNELS]
    return pairwise(own)


def homes(book: Book, seen: list[Seen]) -> None:
    """How often does nobody open? A season, and an action that changed nothing."""
    world = book.world
    visits = [
        (second, one, event.activity.startswith("Customer"))
        for one in seen
        for name in ("Customer not at home", "Technician visit")
        for second, event in one.of(name)
    ]
    waves = [math.cos(2 * math.pi * (local_date(second).timetuple().tm_yday - 196) / 365) for second, _, _ in visits]
    rate, centre = mean([float(out) for _, _, out in visits]), mean(waves)
    slope = mean([(out - rate) * (wave - centre) for (_, _, out), wave in zip(visits, waves, strict=True)]) / variance(
        waves
    )
    level = rate - slope * centre
    width = WIDE * math.sqrt(rate * (1 - rate) / variance(waves) / len(visits)) / level
    book.enter(
        "action.season.amplitude",
        "nobody is at home: highest in mid July, by this part of the mean",
        slope / level,
        width,
        parameter=world.season_amplitude,
        unit="share of the mean",
        n=len(visits),
    )
    rows = [
        (world.day(second) >= world.placebo_day, who.region == PLACEBO, out, who.number)
        for (second, _, out), who in zip(visits, [one.case.journey.customer for _, one, _ in visits], strict=True)
    ]
    near = [
        (after, out)
        for (second, _, _), (after, treated, out, _) in zip(visits, rows, strict=True)
        if treated and abs(world.day(second) - world.placebo_day) < NAIVE_WINDOW
    ]
    naive = mean([float(out) for after, out in near if after]) - mean([float(out) for after, out in near if not after])
    says = f"the new reminder in {PLACEBO} changed how often nobody is at home"
    in_differences(
        book,
        "action.placebo",
        says,
        rows,
        world.placebo_effect,
        naive=naive,
        naive_method="120 days before and after, in the region alone",
    )


def faults(book: Book, seen: list[Seen]) -> None:
    """What changed in repairs? Each test is quicker, the whole is slower; and a change that nobody registered."""
    world = book.world
    own = [one for one in seen if one.row["kind"] == "fault" and "Fault reported" in one.times]
    helped = {
        late: [
            "Self-help page" in one.times
            for one in own
            if (one.case.seconds[0] >= world.begin + world.unregistered_day * DAY) == late
        ]
        for late in (False, True)
    }
    for name, late, parameter in (("before", False, world.self_help_first), ("after", True, world.self_help_later)):
        book.share(
            f"action.unregistered.{name}",
            f"faults that begin with self-help, {name} day {world.unregistered_day}",
            helped[late],
            parameter,
        )
    start = world.begin + world.local_day * DAY
    tests = [
        ("", one.first("Fault reported") >= start, math.log(event.worked or 1))
        for one in own
        for _, event in one.of("Line test")
    ]
    ratio(
        book, "local.handle_time", "time worked on a line test, after against before", tests, world.handle_time_factor
    )
    ends = [
        (
            one.row["visited"],
            one.first("Fault reported") >= start,
            math.log(one.between("Fault reported", "Fault fixed")),
        )
        for one in own
        if "Fault fixed" in one.times and one.first("Fault reported") < world.end - 3 * WEEK
    ]
    ratio(
        book,
        "local.end_to_end",
        "time from report to first fix, after against before, equally visited",
        ends,
        world.end_to_end_factor,
    )


def mix(book: Book, seen: list[Seen]) -> None:
    """Did ordering become quicker? No: only more people buy what needs no technician."""
    world = book.world
    start, window = world.begin + world.mix_day * DAY, 75 * DAY
    own = [one for one in seen if one.row["placed"] and one.first("Order placed") < world.end - window]
    rows = [
        (
            TARIFFS[one.case.journey.product].technician,
            one.first("Order placed") >= start,
            one.between("Order placed", "Line activated"),
        )
        for one in own
    ]
    done = [(product, late, math.log(length)) for product, late, length in rows if length < window]
    base = "orders activated within 75 days, placed at least so long before the log's end"
    ratio(
        book,
        "mix.within",
        "time of an order, after against before, within products that need a technician or do not",
        done,
        1.0,
        base,
    )
    ratio(
        book,
        "mix.overall",
        "the same over all products, whose mix has shifted",
        [("", late, value) for _, late, value in done],
        None,
        base,
    )


def ratio(
    book: Book,
    key: str,
    says: str,
    rows: Sequence[tuple[object, bool, float]],
    parameter: float | None,
    estimand: str = "",
) -> None:
    """By which factor did it change? (stratum, after, log value): geometric means in strata, weighted by 'after'."""
    groups: dict[tuple[object, bool], list[float]] = defaultdict(list)
    for stratum, late, value in rows:
        groups[stratum, late].append(value)
    after = sum(late for _, late, _ in rows)
    change, squares = 0.0 if after else math.nan, 0.0
    for (stratum, late), values in groups.items():
        if late:
            others = groups[stratum, False]
            weight = len(values) / after
            change += weight * (mean(values) - mean(others))
            squares += weight**2 * (doubt(values) + doubt(others))
    book.enter(
        key,
        says,
        math.exp(change),
        WIDE * math.exp(change) * math.sqrt(squares) + 0.01,
        parameter=parameter,
        unit="ratio of geometric means",
        n=len(rows),
        estimand=estimand,
    )
