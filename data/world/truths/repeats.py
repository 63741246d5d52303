"""What is true of repeated calls? How often they come, what an action changed, weeks that differ, agents and teams."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from world.company import CALLS
from world.needs import TALK, personas_of
from world.parameters import WEEK, World
from world.planted import TIMES, repeated_again
from world.truths.book import LEAST, WIDE, Book, Seen, clustered, mean
from world.truths.people import anova

AGAIN, MOVED = "Call: same question again", "Call transferred"


@dataclass
class Call:
    """A call: when, by whom, served by whom, and whether the same question came again within a week."""

    day: float
    one: Seen
    agent: str
    repeated: bool
    moved: bool
    followed: bool = False  # by any contact with a person within a week


def calls_of(one: Seen, world: World) -> Iterator[Call]:
    """Which calls are in a journey? A repeat or a transfer belongs to the latest call before it."""
    found: list[Call] = []
    pairs = list(zip(one.case.seconds, one.case.events, strict=True))
    for second, event in pairs:
        if event.activity in CALLS:
            found.append(Call(world.day(second), one, str(event.agent), repeated=False, moved=False))
        elif found and event.activity == AGAIN:
            found[-1].repeated |= world.day(second) - found[-1].day <= 7
        elif found and event.activity == MOVED:
            found[-1].moved = True
    contacts = [world.day(second) for second, event in pairs if event.channel in ("phone", "shop")]
    for call in found:
        call.followed = any(call.day < day <= call.day + 7 for day in contacts)
    yield from found


def repeats(book: Book, made: list[Call]) -> None:
    """Did the action against repeated calls work, for the persona that it was for?"""
    world = book.world
    early = [call for call in made if call.day < world.repeat_day]
    late = [call for call in made if call.day >= world.repeat_day + world.repeat_ramp]
    own = {
        name: [call.repeated for call in part if call.one.row["persona"] == TALK]
        for name, part in (("before", early), ("after", late))
    }
    rest = {
        name: [call.repeated for call in part if call.one.row["persona"] != TALK]
        for name, part in (("before", early), ("after", late))
    }
    base = (
        "calls seven days or more before the log's end, not on the ramp; a repeat belongs to the latest call before it"
    )
    weeks = {"before": world.repeat_day / 7, "after": (world.end - world.begin) / WEEK - world.repeat_day / 7}
    shocks = {name: (world.week_shock * world.repeat) ** 2 / max(of, 1) for name, of in weeks.items()}
    for name, parameter, period in (("before", world.repeat, early), ("after", world.repeat_after, late)):
        part = mean(own[name])
        naive = mean([call.followed for call in period if call.one.row["persona"] == TALK])
        book.enter(
            f"action.repeat.{name}",
            f"calls of 'likes to talk' that are repeated, {name} the action",
            part,
            WIDE * math.sqrt(unsure(period, own=True) + shocks[name]) + LEAST,
            parameter=parameter,
            unit="share",
            n=len(own[name]),
            naive=naive,
            naive_method="any contact by phone or in a shop within seven days",
            estimand=base,
        )
    effect = mean(own["after"]) - mean(own["before"])
    control = mean(rest["after"]) - mean(rest["before"])
    squares = sum(unsure(period, own=is_own) for period in (early, late) for is_own in (True, False))
    width = WIDE * math.sqrt(squares + sum(shocks.values()) * (1 + 1 / (len(personas_of(world)) - 1)))
    everybody = mean(own["after"] + rest["after"]) - mean(own["before"] + rest["before"])
    book.enter(
        "action.repeat.effect",
        "and what the action changed",
        effect - control,
        width,
        parameter=world.repeat_after - world.repeat,
        unit="difference of shares",
        n=len(early) + len(late),
        all_personas=everybody,
        estimand=base + "; difference in differences against the other personas",
    )
    others = [call.repeated for call in made if call.one.row["persona"] != TALK]
    shock = (world.week_shock * world.repeat) ** 2 / sum(weeks.values()) / (len(personas_of(world)) - 1)
    book.enter(
        "friction.repeat",
        "calls of the other personas that are repeated",
        mean(others),
        WIDE * math.sqrt(unsure(made, own=False) + shock) + LEAST,
        parameter=world.repeat,
        unit="share",
        n=len(others),
        estimand=base,
    )


def unsure(made: Sequence[Call], own: bool) -> float:
    """What is the squared standard error of a share of repeated calls? One customer's calls are alike."""
    some = [call for call in made if (call.one.row["persona"] == TALK) == own]
    return clustered([call.repeated for call in some], [call.one.case.journey.customer.number for call in some]) ** 2


def weeks_apart(book: Book, made: list[Call]) -> None:
    """How much do the weeks of a persona differ, beyond chance? The method of moments, within teams and periods."""
    world = book.world
    on_ramp = (world.repeat_day, world.repeat_day + world.repeat_ramp)
    some = [call for call in made if not on_ramp[0] <= call.day < on_ramp[1]]
    usual: dict[object, list[float]] = defaultdict(list)
    for call in some:
        usual[kind_of(world, call)].append(float(call.repeated))
    means = {kind: mean(values) for kind, values in usual.items()}
    cells: dict[tuple[str, int], list[tuple[bool, float]]] = defaultdict(list)
    for call in some:
        cells[call.one.row["persona"], int(call.day // 7)].append((call.repeated, means[kind_of(world, call)]))
    sums = [
        (sum(hit - rate for hit, rate in own), sum(rate * (1 - rate) for _, rate in own), sum(rate for _, rate in own))
        for own in cells.values()
    ]
    total, planted = sum(due**2 for *_, due in sums), math.exp(world.week_shock**2) - 1
    book.enter(
        "action.repeat.weeks",
        "variance of the factor by which a week of a persona has more or fewer repeated calls than usual",
        sum(gap**2 - chance for gap, chance, _ in sums) / total,
        WIDE * math.sqrt(sum(2 * (chance + planted * due**2) ** 2 for _, chance, due in sums)) / total,
        parameter=planted,
        unit="squared share of the rate",
        n=len(sums),
        estimand="weeks of the log by persona, against the mean of persona, team and period; not on the ramp",
    )


def kind_of(world: World, call: Call) -> tuple[str, str, bool]:
    """Which calls are alike but for the week and the agent?"""
    return call.one.row["persona"], call.agent[:-3], call.day >= world.repeat_day


def agents(book: Book, made: list[Call]) -> None:
    """How much of the variance of repeated calls is due to agents, and how much only to their teams?"""
    hits = [call.repeated for call in made]
    told_again = repeated_again(book.world, [(call.one, call.day, call.agent) for call in made])
    planted = mean([due_to_agents(made, again) for again in told_again])
    sizes: dict[str, int] = defaultdict(int)
    for call in made:
        sizes[call.agent] += 1
    free, usual = len(sizes) - 1, len(made) - sum(size**2 for size in sizes.values()) / len(made)
    weight = max(planted, 0.001) / (1 - planted) * usual
    unsure = planted * (1 - planted) * math.sqrt(2 * (free + 2 * weight) * (1 + 1 / TIMES)) / weight
    book.enter(
        "people.agent_share",
        "share of the variance of repeated calls that is due to agents, teams apart",
        due_to_agents(made, hits),
        WIDE * unsure,
        parameter=planted,
        unit="share",
        n=len(sizes),
        naive=due_to_agents(made, hits, apart=False),
        naive_method="without a term for the team",
        estimand="one-way ANOVA on the probability scale, calls by agent",
        calls=len(made),
    )


def due_to_agents(made: Sequence[Call], hits: Sequence[bool], apart: bool = True) -> float:
    """Which share of the variance lies between agents, with the teams' means taken away or not?"""
    teams: dict[str, list[float]] = defaultdict(list)
    for call, hit in zip(made, hits, strict=True):
        teams[call.agent[:-3]].append(float(hit))
    means = {team: mean(values) if apart else 0.0 for team, values in teams.items()}
    own: dict[str, list[float]] = defaultdict(list)
    for call, hit in zip(made, hits, strict=True):
        own[call.agent].append(hit - means[call.agent[:-3]])
    return anova(list(own.values()))
