"""Checks of order: is it known, is it plausible, and are the journeys whole?"""

from __future__ import annotations

from collections.abc import Iterator

from cxkit.readiness.check import Found
from cxkit.readiness.ground import Ground
from cxkit.schema import SECOND
from cxkit.words import lasting, many, quoted

TOGETHER = 10  # journeys in which the same activities share a moment: a habit of the system rather than a chance
MOSTLY = 0.5  # of the journeys with one of these activities have them at one moment
FIRM = 30  # journeys with both activities, below which no order is firm
SELDOM = 0.02  # of these journeys at most have the order reversed, so that it is the exception
NEEDED = 0.95  # of the journeys with the later activity also have the earlier one: it depends on it
ONCE = 1.5  # times in a journey that has it, on average, at most
MOST_ACTIVITIES = 50  # the most frequent ones, whose pairs are compared
AGREES = 0.95  # of the moves follow the order key, so that the others contradict it
USUAL_WAIT = 0.95  # of the waits are shorter than the margin at the log's ends
GOES_ON = 0.5  # of an activity's events are followed by another, so that ending with it looks unfinished
PRECEDED = 0.95  # of an activity's events are preceded by another, so that beginning with it looks cut off
FEW = 3  # activities in a sentence
FEWEST = 30  # journeys below which nothing is said of usual beginnings and endings

TIED = """
    SELECT journey, time, count(*) AS events, list_sort(list(DISTINCT activity)) AS names
    FROM ready_events GROUP BY journey, time, key_text HAVING count(DISTINCT activity) > 1"""


def ties(ground: Ground) -> Iterator[Found]:
    """Different activities of one journey at the same time: which came first is the row order's word."""
    if not ground.timed:
        return
    moves = ground.one(f"SELECT coalesce(sum(events - 1), 0)::BIGINT FROM ({TIED})")
    yield Found(
        "join different activities of the same time: their order is the order of the rows",
        f"""SELECT e.row FROM ready_events e
            JOIN (SELECT journey, time, key_text FROM ({_tied("key_text")})) t
            ON e.journey = t.journey AND e.time = t.time AND e.key_text IS NOT DISTINCT FROM t.key_text""",
        count=moves,
        of=ground.sizes["moves"],
    )


def _tied(*columns: str) -> str:
    return TIED.replace("SELECT journey, time,", f"SELECT journey, time, {', '.join(columns)},")


def forms(ground: Ground) -> Iterator[Found]:
    """The same activities at one moment in journey after journey: a form that is saved as a whole.

    Where rows say start and complete, one step ends as the next begins, which is no form.
    """
    if not ground.timed or ground.lifecycle is not None:
        return
    sets = ground.ask(f"""
        WITH together AS (SELECT names, count(DISTINCT journey) AS journeys FROM ({TIED}) GROUP BY 1
                HAVING count(DISTINCT journey) >= {TOGETHER}),
            visited AS (SELECT DISTINCT journey, activity FROM ready_events),
            reach AS (SELECT names, count(DISTINCT visited.journey) AS able FROM together, visited
                WHERE list_contains(names, activity) GROUP BY 1)
        SELECT names, journeys, able FROM together JOIN reach USING (names)
        WHERE journeys >= {MOSTLY} * able ORDER BY 2 DESC, 1 LIMIT 1000""")
    if sets:
        yield Found(
            "are recorded at one moment as a set, in most journeys that have them: a form saved as a whole",
            f"""SELECT e.row FROM ready_events e JOIN ({TIED}) t ON e.journey = t.journey AND e.time = t.time
                WHERE t.names IN (SELECT unnest($sets::VARCHAR[][])) AND list_contains(t.names, e.activity)""",
            {"sets": [names for names, _, _ in sets]},
            examples=tuple(
                f"{' + '.join(names)}: {many(count)} of {many(able)} journeys" for names, count, able in sets
            ),
        )


def backwards(ground: Ground) -> Iterator[Found]:
    """An activity that another depends on and nearly always follows, in the journeys where it comes after it.

    Compared are the first times of two activities in a journey. The later one depends on the earlier one where
    nearly all journeys that have it have the earlier one too. An activity that comes again and again is left out: it
    is early because it is frequent.
    """
    if not ground.timed:
        return
    firsts = f"""
        SELECT journey, activity, min(time) AS time FROM ready_events WHERE activity IN (
            SELECT activity FROM ready_events GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT {MOST_ACTIVITIES})
        GROUP BY 1, 2"""
    ground.ask(f"CREATE OR REPLACE TEMP TABLE ready_firsts AS {firsts}")
    pairs = ground.ask(f"""
        WITH alone AS (SELECT activity, count(*) AS journeys FROM ready_firsts GROUP BY 1),
            once AS (SELECT activity FROM ready_events GROUP BY 1 HAVING count(*) <= {ONCE} * count(DISTINCT journey))
        SELECT a.activity, b.activity, count_if(a.time < b.time) AS ahead, count_if(a.time > b.time) AS late
        FROM ready_firsts a JOIN ready_firsts b ON a.journey = b.journey AND a.activity <> b.activity
        JOIN alone ON alone.activity = b.activity SEMI JOIN once ON once.activity = a.activity
        GROUP BY 1, 2, alone.journeys
        HAVING late > 0 AND late <= {SELDOM} * (ahead + late) AND ahead >= {FIRM}
            AND count(*) >= {NEEDED} * alone.journeys
        ORDER BY late DESC, 1, 2""")
    if pairs:
        yield Found(
            "come after an activity that nearly always follows them: a time may be wrong",
            """SELECT e.row FROM ready_events e WHERE (e.journey, e.activity, e.time) IN (
                SELECT a.journey, a.activity, a.time FROM ready_firsts a
                JOIN ready_firsts b ON a.journey = b.journey AND a.time > b.time
                JOIN (SELECT unnest($causes::VARCHAR[]) AS cause, unnest($followers::VARCHAR[]) AS follower)
                ON a.activity = cause AND b.activity = follower)""",
            {"causes": [pair[0] for pair in pairs], "followers": [pair[1] for pair in pairs]},
            examples=tuple(
                f"{cause} after {follower}: {many(late)} of {many(ahead + late)} journeys"
                for cause, follower, ahead, late in pairs
            ),
        )


def against_key(ground: Ground) -> Iterator[Found]:
    """Times that go against the column of order, where nearly all agree with it."""
    if ground.timed and ground.roles.order is not None:
        [(moves, wrong)] = ground.ask(
            """SELECT count(*), count(*) FILTER (key < before_key)
            FROM ready_events WHERE time > before_time AND key <> before_key"""
        )
        if wrong <= (1 - AGREES) * moves:
            yield Found(
                f'go against "{ground.name(ground.roles.order)}", with which the other times agree',
                "SELECT row FROM ready_events WHERE time > before_time AND key < before_key",
                column=ground.roles.order,
                of=moves,
            )


def open_journeys(ground: Ground) -> Iterator[Found]:
    """Journeys that end shortly before the log does, with an activity that is usually followed by another."""
    for since, until, margin in _ends(ground):
        names = _edging(ground, "after", GOES_ON, f"time > {until - margin}")
        if names:
            yield Found(
                f"end within {_days(margin)} of the log's end with {quoted(names, FEW)}, "
                f"which usually {'goes' if len(names) == 1 else 'go'} on: perhaps still open",
                "SELECT row FROM ready_events WHERE after IS NULL AND time > $late AND list_contains($names, activity)",
                {"late": until - margin, "names": names},
                examples=(f"the log goes from {_moment(ground, since)} to {_moment(ground, until)}",),
            )


def cut_off(ground: Ground) -> Iterator[Found]:
    """Journeys that begin shortly after the log does, with an activity that usually has one before it."""
    for since, until, margin in _ends(ground):
        names = _edging(ground, "before", PRECEDED, f"time < {since + margin}")
        if names:
            yield Found(
                f"begin within {_days(margin)} of the log's start with {quoted(names, FEW)}, "
                f"which usually {'comes' if len(names) == 1 else 'come'} later: cut off",
                """SELECT row FROM ready_events
                    WHERE before IS NULL AND time < $early AND list_contains($names, activity)""",
                {"early": since + margin, "names": names},
                examples=(f"the log goes from {_moment(ground, since)} to {_moment(ground, until)}",),
            )


def _edging(ground: Ground, side: str, share: float, where: str) -> list[str]:
    """The activities that stand at this edge of journeys, although elsewhere they usually have a neighbour there.

    The share is taken over all events of the log. An activity that is the edge of most journeys that have it ends, or
    begins, them: also where it comes several times in those that were opened again. Where most other journeys, too,
    stand at such an activity, they have no usual edge, and nothing can be said.
    """
    counts = ground.ask(f"""
        SELECT activity, count_if({side} IS NULL AND {where}) AS here, count_if({side} IS NULL AND NOT ({where})),
            count({side}) >= {share} * count(*) AND count_if({side} IS NULL) < {MOSTLY} * count(DISTINCT journey)
        FROM ready_events GROUP BY 1 ORDER BY here DESC, 1""")
    elsewhere = [(others, usual) for _, _, others, usual in counts]
    if sum(others for others, usual in elsewhere if usual) >= MOSTLY * sum(others for others, _ in elsewhere):
        return []
    return [name for name, here, _, usual in counts if usual and here]


def _ends(ground: Ground) -> Iterator[tuple[int, int, int]]:
    """The log's first and last moment (without the outermost thousandth, which may be slips) and a long wait."""
    if not ground.timed or ground.sizes["journeys"] < FEWEST:
        return
    [(since, until, margin)] = ground.ask(f"""
        SELECT quantile_disc(time, 0.001), quantile_disc(time, 0.999), quantile_disc(
            time - before_time, {USUAL_WAIT}) FILTER (before_time IS NOT NULL) FROM ready_events""")
    if margin and 0 < 4 * margin < until - since:
        yield since, until, margin


def _days(microseconds: int) -> str:
    return lasting(microseconds / SECOND)


def _moment(ground: Ground, time: int) -> str:
    return ground.one("SELECT strftime(make_timestamp($time), '%Y-%m-%d')", time=time)
