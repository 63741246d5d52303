"""Checks of clocks: do all systems keep the same one, and do the rows stand in the order of their times?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from math import log

from cxkit.readiness.check import Found
from cxkit.readiness.ground import DAY, Ground
from cxkit.shaping.columns import filled
from cxkit.shaping.mending.repairs import InZone
from cxkit.times import zone_of
from cxkit.words import listed

MOST_SYSTEMS = 8  # different values of a column whose clocks are compared
BINS = 48  # half hours of a day
HOUR = BINS // 24
ENOUGH = 100  # days of journeys in summer, and in winter, from which a daily profile is known
FEW = 3  # values in a sentence
FEWEST = 8  # of one activity, below which it tells nothing
BROAD = 4  # half hours with events, below which it is a nightly run rather than a habit
CERTAIN = 15.0  # logarithm of how much likelier one clock is than the other: three million to 1
SUMMER, WINTER = [4, 5, 6, 7, 8, 9], [11, 12, 1, 2]  # months in which the clocks of the north are all on one time
OFFSET = "(Z|[+-][0-9]{2}(:?[0-9]{2})?)$"
UTC = "UTC"
Days = dict[str, tuple[list[int], list[int]]]


def clocks(ground: Ground) -> Iterator[Found]:
    """Times of one system that keep their hours in summer and winter, while those of another move by an hour.

    People keep their hours by the local clock. Where the hours of a system move when the clocks are changed, it writes
    UTC; where they stay, it writes local time. A log that holds both at once has two clocks; systems that follow each
    other in time are not compared, for habits change too. Times that carry their offset cannot be misread and are not
    looked at.
    """
    if not ground.timed or ground.grain == "days" or _has_offsets(ground):
        return
    texts = [
        n for n in ground.others if ground.source.kinds[n] == "text" and 1 < ground.distinct[n] <= 2 * MOST_SYSTEMS
    ]
    south = _is_southern(ground.roles.zone)
    by_column = {n: {system: moves(days, south) for system, days in _profiles(ground, n).items()} for n in texts}
    told = [n for n in texts if _certainty(by_column[n]) >= CERTAIN]
    by_column = {n: _at_once(ground, n, by_column[n]) for n in told}
    surest = max(told, key=lambda n: _certainty(by_column[n]), default=None)
    if surest is not None and _certainty(by_column[surest]) >= CERTAIN:
        yield _two_clocks(ground, surest, by_column[surest])


def _certainty(by_system: dict[str, float]) -> float:
    """How certain it is that one system moves and another stays: the lesser of the two."""
    return min(max(by_system.values(), default=0), -min(by_system.values(), default=0))


def _at_once(ground: Ground, column: int, by_system: dict[str, float]) -> dict[str, float]:
    """The systems that were in use together with one that keeps the other clock, for half of the time of either."""
    spans = {
        system: (first, last)
        for system, first, last in ground.ask(
            f"""SELECT c{column}, quantile_disc(time, 0.02), quantile_disc(time, 0.98)
            FROM ready_events JOIN {ground.source.rows} USING (row) WHERE {filled(f"c{column}")} GROUP BY 1"""
        )
    }

    def together(a: str, b: str) -> bool:
        (a_first, a_last), (b_first, b_last) = spans[a], spans[b]
        longer = max(a_last - a_first, b_last - b_first)
        return by_system[a] * by_system[b] < 0 and 2 * (min(a_last, b_last) - max(a_first, b_first)) >= longer

    return {a: sure for a, sure in by_system.items() if any(together(a, b) for b in by_system)}


def _is_southern(zone: str) -> bool:
    """Whether the clocks of this zone are ahead in the months that are winter in the north."""
    january, july = (datetime(2024, month, 1, tzinfo=zone_of(zone)).utcoffset() for month in (1, 7))
    return january is not None and july is not None and january > july


def _two_clocks(ground: Ground, column: int, by_system: dict[str, float]) -> Found:
    """The rows of the clock that the log's zone is not of."""
    moving = [system for system, sure in by_system.items() if sure >= CERTAIN]
    staying = [system for system, sure in by_system.items() if sure <= -CERTAIN]
    name, zone = ground.name(column), ground.roles.zone
    odd, usual, here, there = (
        (staying, moving, "local time", UTC) if zone == UTC else (moving, staying, UTC, "local time")
    )
    repair = None if zone == UTC else InZone(ground.name(ground.roles.time), name, tuple(odd), UTC)
    return Found(
        f'seem to be in {here} ("{name}" {listed(odd, FEW)}), while those of {listed(usual, FEW)} are in {there}',
        f"SELECT row FROM {ground.source.rows} WHERE c{column} IN (SELECT unnest($odd::VARCHAR[]))",
        {"odd": odd},
        ground.roles.time,
        examples=(
            f"the hours of {listed(staying, FEW)} are the same in summer and winter",
            f"those of {listed(moving, FEW)} move by an hour when the clocks are changed",
            *(() if repair else ("say where the local times are from with .roles(zone=); then this can be mended",)),
        ),
        repair=repair,
    )


def _has_offsets(ground: Ground) -> bool:
    """Whether some times say their offset, or are of a kind that knows it."""
    typed = f"SELECT 1 FROM {ground.source.rows} WHERE typeof(c{ground.roles.time}) LIKE '%TIME ZONE' LIMIT 1"
    written = f"SELECT 1 FROM ready_rows WHERE time IS NOT NULL AND regexp_matches(stamp, '{OFFSET}') LIMIT 1"
    text = ground.source.kinds[ground.roles.time or 0] == "text"
    return bool(ground.ask(written if text else typed))


def _profiles(ground: Ground, column: int) -> dict[str, Days]:
    """For each value and activity its half hours of the day in summer and winter, one event of a journey and day."""
    clock = ground.clock
    counts = ground.ask(
        f"""SELECT system, activity, warm, half, count(*) FROM (
            SELECT c{column} AS system, activity, month(make_timestamp({clock})) IN (SELECT unnest($summer::INTEGER[]))
                AS warm, min({clock} % {DAY} // {DAY // BINS}) AS half
            FROM ready_events JOIN {ground.source.rows} USING (row)
            WHERE {filled(f"c{column}")} AND month(make_timestamp({clock})) IN (SELECT unnest($months::INTEGER[]))
            GROUP BY 1, 2, 3, journey, {clock} // {DAY}) GROUP BY ALL""",
        summer=SUMMER,
        months=[*SUMMER, *WINTER],
    )
    profiles: dict[str, Days] = defaultdict(lambda: defaultdict(lambda: ([0] * BINS, [0] * BINS)))
    for system, activity, warm, half, count in counts:
        profiles[system][activity][0 if warm else 1][half] = count
    return profiles if len(profiles) <= MOST_SYSTEMS else {}


def moves(days: Days, south: bool = False) -> float:
    """How certain it is that the hours of these activities move with the clocks: in summer an hour earlier, by UTC.

    It is the logarithm of how much likelier that is than that they stay; below 0, they stay. Where they move the other
    way, no clock did it, and nothing is certain. In the south it is the other way round.

    >>> office = [0] * 16 + [9, 30, 30, 30, 30, 30, 20, 20, 30, 30, 30, 30, 30, 30, 20, 9] + [0] * 16
    >>> moves({"Pay": (office, office)}) < -CERTAIN, moves({"Pay": (office[2:] + office[:2], office)}) > CERTAIN
    (True, True)
    >>> moves({"Pay": (office, office[2:] + office[:2])}), moves({"Pay": ([9] * BINS, [9] * BINS)})
    (0.0, 0.0)
    """
    told = [(summer, winter) for summer, winter in days.values() if _has_hours(summer) and _has_hours(winter)]
    if min(sum(sum(day[season]) for day in told) for season in (0, 1)) < ENOUGH:
        return 0.0
    way = -HOUR if south else HOUR
    same, ahead, back = (sum(_likeness(summer, winter, by) for summer, winter in told) for by in (0, way, -way))
    return 0.0 if back > max(same, ahead) else max(ahead, back) - same


def _has_hours(season: Sequence[int]) -> bool:
    return sum(season) >= FEWEST and sum(count > 0 for count in season) >= BROAD


def _likeness(summer: Sequence[int], winter: Sequence[int], by: int) -> float:
    """The logarithm of how likely each season is under the profile of the other, moved by so many half hours."""
    moved = [*summer[-by:], *summer[:-by]] if by else summer
    return (_log_likelihood(moved, winter) + _log_likelihood(winter, moved)) / 2


def _log_likelihood(counts: Sequence[int], model: Sequence[int]) -> float:
    smooth = [model[n - 1] + 2 * model[n] + model[(n + 1) % BINS] + 1 for n in range(BINS)]
    total = sum(smooth)
    return sum(count * log(weight / total) for count, weight in zip(counts, smooth, strict=True))


def unsorted(ground: Ground) -> Iterator[Found]:
    """Journeys whose rows do not stand in the order of their times: they are put in order, but ties are by chance."""
    if ground.timed:
        back = "SELECT row, time < lag(time) OVER (PARTITION BY journey ORDER BY row) AS back FROM ready_events"
        yield Found(
            "do not stand in the order of their times; they are put in order", f"SELECT row FROM ({back}) WHERE back"
        )
