"""Checks of completeness and identity: is every row there once, and does every id mean one journey?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import exp

from cxkit.readiness.check import Found
from cxkit.readiness.ground import Ground
from cxkit.readiness.values import NO_VALUES
from cxkit.schema import SECOND
from cxkit.shaping.columns import TIDY, by_column, filled
from cxkit.shaping.mending.repairs import MOST_VALUES, DropCopies, DropEchoes, MergeValues, Tidy
from cxkit.statistics.intervals import most_by_chance
from cxkit.words import many

ECHO = 1.0  # seconds: nobody does the same step twice as fast, a double click or a second record does
NEAR = 60.0  # seconds after that, which say how often an activity comes again soon by chance
USUAL = 0.9  # of an activity's rows have a value, so that the others lack it
MANY_LABELS = 500  # activities, the most frequent ones, whose attributes are looked at
ALONE = 0.9  # of journeys have one event: the id names events rather than journeys
FEWEST = 30  # journeys or gaps below which nothing can be called unusual
DENSE = 0.9  # of the numbers in a row are ids, so that the others are missed
WAVERS = 0.01  # of the journeys that could have a second value: below it that is the exception
UNUSUAL = 0.05  # of the journeys at most: what more of them do is their way
TIMES_LONGER = 10  # than the median, and far out on the logarithm: too long for one journey
LOW_HIGH = {"low": "min({c}) FILTER ({full})", "high": "max({c}) FILTER ({full})"}
ROWS = "FROM {ground.source.rows} q JOIN ready_rows r USING (row)"


def unread(ground: Ground) -> Iterator[Found]:
    """Lines of the source that its reader could not use."""
    loss = ground.source.unread
    if loss.count:
        texts = tuple(text for _, _, text in ground.source.unfit)
        what = f"cannot be read and are left out ({', '.join(loss.reasons)})"
        yield Found(what, count=loss.count, of=loss.of, examples=texts)


def without_journey(_: Ground) -> Iterator[Found]:
    """Rows that name no journey."""
    yield Found("name no journey and are left out", f"SELECT row FROM ready_rows WHERE NOT {filled('journey')}")


def without_activity(_: Ground) -> Iterator[Found]:
    """Rows that name a journey, but no activity."""
    lacking = f"{filled('journey')} AND NOT {filled('activity')}"
    yield Found("name no activity and are left out", f"SELECT row FROM ready_rows WHERE {lacking}")


def without_time(ground: Ground) -> Iterator[Found]:
    """Rows of a journey and an activity without a time, where the log has times."""
    if ground.timed:
        lacking = f"{filled('journey')} AND {filled('activity')} AND NOT {filled('stamp')}"
        yield Found("have no time and are left out", f"SELECT row FROM ready_rows WHERE {lacking}")


def missing_values(ground: Ground) -> Iterator[Found]:
    """Attributes that are nearly always there, where they are not.

    An attribute of the journey is asked for in every row, if nearly all journeys have it; in the other rows of a
    journey that has it, if not. One of the event is asked for where its activity nearly always has it. What an
    activity never carries is not missing.
    """
    columns = [n for n in ground.others if 0 < ground.filled[n] < ground.sizes["rows"]]
    by_journey = per_journey(ground, columns, {"t": "count_if({full})"})
    asked = "count(*), count_if(t{n} > 0), sum(t{n})::BIGINT, sum(rows) FILTER (t{n} > 0)"
    counts = list(by_column(ground.source, asked, columns, by_journey))
    for place, column in enumerate(columns):
        journeys, having, values, rows = counts[4 * place : 4 * place + 4]
        full, what = ground.full(column), f'have no "{ground.name(column)}", which'
        carried = f"SELECT activity {ROWS.format(ground=ground)} GROUP BY 1 HAVING count_if({full}) > 0"
        lacking = f"{ROWS.format(ground=ground)} WHERE NOT {full} AND activity IN ({carried})"
        if values < USUAL * rows:
            yield from _missing_by_activity(ground, column, lacking, what)
            continue
        whole = having >= USUAL * journeys
        where = "" if whole else f"AND journey IN (SELECT journey FROM {by_journey} WHERE t{column} > 0)"
        kept = "nearly every journey has" if whole else "the other rows of their journey have"
        yield Found(f"{what} {kept}", f"SELECT row {lacking} {where}", {}, column, of=ground.sizes["rows"])


def per_journey(ground: Ground, columns: Sequence[int], asked: Mapping[str, str], each: str = "journey") -> str:
    """The SQL of a table with a row per journey: its rows, and for each column what is asked of it, as t0, t1, ..."""
    answers = [
        f"{question.format(c=f'c{n}', full=ground.full(n))} AS {name}{n}"
        for n in columns
        for name, question in asked.items()
    ]
    return f"(SELECT {', '.join([each, 'count(*) AS rows', *answers])} {ROWS.format(ground=ground)} GROUP BY 1)"


def _missing_by_activity(ground: Ground, column: int, lacking: str, what: str) -> Iterator[Found]:
    full = ground.full(column)
    counts = ground.ask(f"""
        SELECT activity, count(*), count_if({full}) FROM {ground.source.rows} JOIN ready_rows USING (row)
        WHERE activity IS NOT NULL GROUP BY 1 HAVING count_if({full}) BETWEEN {USUAL} * count(*) AND count(*) - 1
        ORDER BY 2 DESC, 1 LIMIT {MANY_LABELS}""")
    if counts:
        yield Found(
            f"{what} their activity nearly always has",
            f"SELECT row {lacking} AND activity IN (SELECT unnest($wanted::VARCHAR[]))",
            {"wanted": [label for label, _, _ in counts]},
            column,
            of=sum(rows for _, rows, _ in counts),
            examples=tuple(f"{label}: {many(rows - having)} of {many(rows)}" for label, rows, having in counts),
        )


def empty_columns(ground: Ground) -> Iterator[Found]:
    """Columns without any value."""
    for column in (n for n in ground.others if ground.filled[n] == 0):
        yield Found(f'without any value: "{ground.name(column)}"', column=column, count=1)


def constant_columns(ground: Ground) -> Iterator[Found]:
    """Columns whose value never changes: they tell nothing apart."""
    if ground.sizes["rows"] < 2:
        return
    for column in (n for n in ground.others if ground.filled[n] == ground.sizes["rows"] and ground.distinct[n] < 3):
        values = ground.counted(column, 2)
        if len(values) == 1:
            what = f'with one value in every row: "{ground.name(column)}"'
            yield Found(what, column=column, count=1, examples=(values[0][0],))


def copies(ground: Ground) -> Iterator[Found]:
    """Rows equal to another in every column; without a time they may well be true, and are let be.

    Where no column but those with a role tells events of a journey apart, two that were done at one time look like one
    that was written twice: then nothing is known, and nothing is offered.
    """
    rows = "SELECT row FROM ready_rows WHERE again"
    if _telling(ground):
        yield Found("repeat another row in every column, so that an event may count twice", rows, repair=DropCopies())
        return
    what = "equal another row, but cannot be told apart: the log keeps nothing of an event but its name and time"
    yield Found(what, rows, at_most="note")


def _telling(ground: Ground) -> bool:
    """Whether a column without a role tells events apart: it changes within a journey, and within an activity."""
    by_journey = per_journey(ground, ground.others, LOW_HIGH)
    by_activity = per_journey(ground, ground.others, LOW_HIGH, "activity")
    changing = (
        by_column(ground.source, "coalesce(bool_or(low{n} <> high{n}), false)", ground.others, table)
        for table in (by_journey, by_activity)
    )
    return any(within and across for within, across in zip(*changing, strict=True))


def echoes(ground: Ground) -> Iterator[Found]:
    """The same activity again within a second, in a row that differs somewhere: one step recorded more than once.

    Times in whole days or hours, of whatever zone, cannot say so, and those in whole minutes hardly; rows that say
    start and complete are no echoes. Where the same step comes again within a minute often enough, some come within a
    second by chance; as many as chance brings in 99 of 100 logs (exact Poisson limit) are no finding.
    """
    if not ground.timed or ground.grain:
        return
    steps, (midnight, values) = ground.lifecycle, ground.at_midnight
    among = "" if steps is None else f", c{steps}"
    wait = f"time - lag(time) OVER (PARTITION BY journey, activity{among} ORDER BY time, key, key_text, row)"
    waits = f"""SELECT row, {wait} AS wait FROM ready_events JOIN {ground.source.rows} USING (row)
        WHERE row NOT IN (SELECT row FROM ready_rows WHERE again) AND NOT {midnight}"""
    [(soon, later)] = ground.ask(
        f"""SELECT count(*) FILTER (wait <= $echo), count(*) FILTER (wait > $echo AND wait <= $near) FROM ({waits})""",
        echo=ECHO * SECOND,
        near=(ECHO + NEAR) * SECOND,
        **values,
    )
    if soon > most_by_chance(later * ECHO / NEAR):
        [(minutes,)] = ground.ask(f"SELECT bool_and(time % {60 * SECOND} = 0) FROM ready_events")
        soon_after = "in the same minute, and the times say no more" if minutes else f"within {ECHO:g} s"
        yield Found(
            f"repeat an activity {soon_after}: one step may be recorded several times",
            f"SELECT row FROM ({waits}) WHERE wait <= {ECHO * SECOND}",
            values,
            repair=DropEchoes(ECHO, None if steps is None else ground.name(steps)),
        )


def near_ids(ground: Ground) -> Iterator[Found]:
    """Ids that differ only in spaces, capitals or Unicode form from a more frequent one: one journey, two names."""
    roles = ground.roles
    for column in dict.fromkeys([roles.journey, roles.customer]):
        if ground.source.kinds[column] == "text":
            yield from _near(ground, column, "=", "spaces or Unicode form")
            yield from _near(ground, column, "<>", "capitals, and perhaps in spaces")


def _near(ground: Ground, column: int, tidied: str, what: str) -> Iterator[Found]:
    """The ids that are equal to another, or are not, once both are tidied."""
    spellings = f"""
        SELECT value, first(value) OVER (PARTITION BY form ORDER BY rows DESC, value) AS meant,
            count(*) OVER (PARTITION BY form) AS ways
        FROM (SELECT c{column} AS value, lower({TIDY.format(c=f"c{column}")}) AS form, count(*) AS rows
            FROM {ground.source.rows} WHERE {filled(f"c{column}")} GROUP BY 1)"""
    same = f"{TIDY.format(c='value')} {tidied} {TIDY.format(c='meant')}"
    other = f"FROM ({spellings}) WHERE ways > 1 AND value <> meant AND {same}"
    pairs = ground.ask(f"SELECT value, meant {other} ORDER BY 1 LIMIT {MOST_VALUES + 1}")
    if pairs:
        name = ground.name(column)
        merged = MergeValues(name, tuple(pairs)) if len(pairs) <= MOST_VALUES else None
        yield Found(
            f'have an id in "{name}" that differs from another only in {what}',
            f"SELECT row FROM {ground.source.rows} WHERE c{column} IN (SELECT value {other})",
            column=column,
            examples=tuple(f"{value!r} for {meant!r}" for value, meant in pairs),
            repair=Tidy(name) if tidied == "=" else merged,
        )


def shared_ids(ground: Ground) -> Iterator[Found]:
    """Journeys that several customers share."""
    if ground.roles.customer != ground.roles.journey:
        yield Found(
            "belong to several customers",
            f"""SELECT row FROM ready_events WHERE journey IN (
                SELECT journey FROM ready_events
                WHERE {filled("customer")} AND lower(trim(customer)) NOT IN (SELECT unnest($none::VARCHAR[]))
                GROUP BY 1 HAVING count(DISTINCT customer) > 1)""",
            {"none": [*NO_VALUES]},
        )


def single_events(ground: Ground) -> Iterator[Found]:
    """Nearly all journeys have one event: the column names events, or the journeys' other events lie elsewhere."""
    journeys, moves = ground.sizes["journeys"], ground.sizes["moves"]
    if journeys < 2:
        return
    alone = ground.one("SELECT count(*) FROM (SELECT 1 FROM ready_events GROUP BY journey HAVING count(*) = 1)")
    if alone >= ALONE * journeys:
        what = f'have one event: "{ground.name(ground.roles.journey)}" may not be what names a journey'
        yield Found(what, count=alone, of=journeys, examples=(f"{many(moves)} moves in all",))


def id_gaps(ground: Ground) -> Iterator[Found]:
    """Numbers that are missing from ids that else count on: their journeys may be missing too."""
    number = "TRY_CAST(regexp_extract(journey, '([0-9]{1,15})$', 1) AS BIGINT)"
    ids = f"SELECT DISTINCT regexp_replace(journey, '[0-9]+$', '') AS head, {number} AS number FROM ready_events"
    runs = ground.ask(f"""
        SELECT head, count(*)::BIGINT, max(number) - min(number) + 1, min(number), max(number) FROM ({ids})
        WHERE number IS NOT NULL GROUP BY 1 HAVING count(*) >= {FEWEST} ORDER BY 1 LIMIT {MANY_LABELS}""")
    dense = [entry for entry in runs if DENSE * entry[2] <= entry[1] < entry[2]]
    if dense:
        count, of = (sum(places) for places in zip(*((span - ids, span) for _, ids, span, *_ in dense), strict=True))
        examples = tuple(
            f"{head}{low} to {head}{high}: {many(span - ids)} missing" for head, ids, span, low, high in dense
        )
        yield Found("in a row are of no journey: journeys may be missing", count=count, of=of, examples=examples)


def long_journeys(ground: Ground) -> Iterator[Found]:
    """Journeys with far more events than others: an id used for testing, by a robot, or for many journeys."""
    yield from _far_out(
        ground,
        "SELECT journey, count(*)::DOUBLE AS size FROM ready_events GROUP BY 1",
        "SELECT row FROM ready_events WHERE journey IN (SELECT journey FROM ({sizes}) WHERE size > $limit)",
        "have more events than {limit}, far out of the ordinary: the id may stand for several journeys",
    )


def long_silences(ground: Ground) -> Iterator[Found]:
    """Journeys that go on after a silence far longer than others, within the log: an id that is used again."""
    if ground.timed:
        yield from _far_out(
            ground,
            """SELECT journey, row, (time - before_time)::DOUBLE AS size FROM ready_events WHERE time > before_time
                AND time - before_time <= (SELECT quantile_disc(time, 0.99) - quantile_disc(time, 0.01)
                FROM ready_events)""",
            "SELECT row FROM ({sizes}) WHERE size > $limit",
            "go on after a silence far out of the ordinary: the id may have been used again",
        )


def _far_out(ground: Ground, sizes: str, rows: str, what: str) -> Iterator[Found]:
    """What lies beyond Tukey's far fence on the logarithm and beyond ten medians."""
    [(count, middle, low, high)] = ground.ask(f"""
        SELECT count(*), median(size), quantile_cont(ln(size), 0.25), quantile_cont(ln(size), 0.75) FROM ({sizes})""")
    if count < FEWEST:
        return
    limit = max(exp(high + 3 * (high - low)), TIMES_LONGER * middle)
    beyond = ground.one(f"SELECT count(DISTINCT journey) FROM ({sizes}) WHERE size > $limit", limit=limit)
    if beyond <= UNUSUAL * ground.sizes["journeys"]:
        yield Found(what.format(limit=many(limit)), rows.format(sizes=sizes), {"limit": limit})


def wavering(ground: Ground) -> Iterator[Found]:
    """Attributes that have one value in nearly every journey, in those where they have several: which is meant?"""
    columns = [n for n in ground.others if ground.distinct[n] > 1 and ground.filled[n] >= 2 * FEWEST]
    by_journey = per_journey(ground, columns, {"t": "count_if({full})", **LOW_HIGH})
    counts = list(by_column(ground.source, "count_if(t{n} > 1), count_if(low{n} <> high{n})", columns, by_journey))
    for column, able, split in zip(columns, counts[::2], counts[1::2], strict=True):
        if able >= FEWEST and 0 < split <= WAVERS * able:
            yield Found(
                f'have several values of "{ground.name(column)}", of which nearly every journey has one',
                f"""SELECT row FROM ready_events WHERE journey IN (
                    SELECT journey FROM {by_journey} WHERE low{column} <> high{column})""",
                column=column,
                of=able,
            )
