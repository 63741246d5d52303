"""Checks of times: are they read rightly, do they mean a moment, and does the log have its days?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median

from cxkit.readiness.check import Found
from cxkit.readiness.defaults import NO_MOMENT, lonely
from cxkit.readiness.ground import DAY, Ground
from cxkit.reading import stamps as writings
from cxkit.schema import SECOND
from cxkit.shaping.columns import filled
from cxkit.shaping.mending.repairs import MOST_VALUES, AsMissing, Restamp
from cxkit.words import lasting, many, percent

FAR = 90  # days: the least silence that sets stray times apart from the log
TIMES_LONGER = 2  # than any silence within the log
FIRST_YEAR = (-1, 364)  # days since 1970
STRAY = 0.01  # of the events at most: more are a second period, not a slip
FEWEST = 20  # events, below which their precision cannot be told
NEARLY = 0.95  # of an activity's times at midnight, while of the others as few
QUIET_DAYS = 4  # as long as Easter or a holiday with a bridge day: longer is unusual
EXPECTED = 20  # events expected in them, so that chance would leave them empty once in e^20
AROUND, WEEK = 28, 7  # days before and after a silence that say what is expected, and at least
BATCH = 20  # journeys that share one moment: more than meet by chance
TIMES_MORE = 10  # than 99% of the log's moments
SAME_DAYS = 10  # days on which two offsets meet: more than a change of the clocks
NO_DEFAULT = f"NOT list_contains($default::BIGINT[], time // {DAY})"
OFFSET = r"[0-9]{2}:[0-9.,:]+\s*(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)$"
FORMS = {
    "the year first": "^[0-9]{4}[-/.]",
    "a time of day": "[0-9]{1,2}:[0-9]{2}",
    "an offset from UTC": OFFSET,
    "AM or PM": r"[0-9]\s*[AaPp]\.?[Mm]\.?$",
    "strokes in the date": "^[0-9]{1,4}/",
}
MOST_SHAPES = 20  # ways of writing times of which a repair is offered


def unreadable(ground: Ground) -> Iterator[Found]:
    """Times that cannot be read in the way found for their column, and the way that would read them, if any.

    The repair reads every time that is written like them in that way: their days and months have been mixed up too.
    """
    if not ground.timed:
        return
    bad = f"ready_rows WHERE time IS NULL AND {filled('stamp')} AND NOT regexp_matches(stamp, '{NO_MOMENT}')"
    sample = ground.ask(f"SELECT DISTINCT stamp FROM {bad} ORDER BY 1 LIMIT {writings.SAMPLE}")
    if sample:
        hint, repair = _otherwise(ground, bad)
        yield Found(
            f"have a time that cannot be read as {ground.roles.writing.name}{hint}",
            f"SELECT row FROM {bad}",
            column=ground.roles.time,
            examples=tuple(stamp for (stamp,) in sample),
            repair=repair,
        )


def _otherwise(ground: Ground, bad: str) -> tuple[str, Restamp | None]:
    """The way that reads most of the bad stamps, in words and as a repair."""
    connection = ground.source.connection
    connection.execute(f"CREATE OR REPLACE TEMP TABLE ready_bad AS SELECT row, stamp FROM {bad}")
    writing, share = writings.find(connection, "ready_bad", "stamp", "text")
    connection.execute("DROP TABLE ready_bad")
    if share <= 0.5:
        return "", None
    hint = f"; {percent(share)} of them read as {writing.name}, so that others may be read wrongly"
    like = writings.shape("stamp")
    mixed = f"SELECT DISTINCT {like} AS shape FROM {bad} LIMIT {MOST_SHAPES + 1}"
    usual = f"SELECT {like} FROM ready_rows WHERE time IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
    shapes = {shape for (shape,) in ground.ask(mixed)} - {shape for (shape,) in ground.ask(usual)}
    if not writing.patterns or not 0 < len(shapes) <= MOST_SHAPES:
        return hint, None
    return hint, Restamp(ground.name(ground.roles.time), tuple(sorted(shapes)), writing.patterns)


def ambiguous(ground: Ground) -> Iterator[Found]:
    """Dates in which day and month cannot be told apart."""
    if ground.timed and writings.AMBIGUOUS in ground.roles.writing.doubt:
        read = ground.one("SELECT count(time) FROM ready_rows")
        what = "have days and months that cannot be told apart; the days are read first"
        yield Found(what, column=ground.roles.time, count=read)


def mixed_forms(ground: Ground) -> Iterator[Found]:
    """Times written in several ways: with and without an offset, a time of day, or in another order."""
    column = ground.roles.time
    if column is None or ground.source.kinds[column] != "text":
        return
    told: list[str] = []
    for part, pattern in FORMS.items():
        has = f"regexp_matches(trim(stamp), '{pattern}')"
        [(rows, some)] = ground.ask(f"SELECT count(*), count(*) FILTER ({has}) FROM ready_rows WHERE time IS NOT NULL")
        verb, fewer = ("have", has) if 2 * some < rows else ("do not have", f"NOT {has}")
        odd = f"ready_rows WHERE time IS NOT NULL AND {fewer}"
        if 0 < some < rows and ground.one(f"SELECT count(*) FROM {odd}{''.join(told)}"):
            told.append(f" AND NOT {fewer}")
            shown = ground.ask(f"SELECT DISTINCT stamp FROM {odd} ORDER BY 1 LIMIT 10")
            what = f"{verb} {part}, unlike the other times"
            yield Found(what, f"SELECT row FROM {odd}", column=column, examples=tuple(stamp for (stamp,) in shown))


def several_zones(ground: Ground) -> Iterator[Found]:
    """Offsets of several zones on the same days: the moments are right, the local hours cannot be compared."""
    column = ground.roles.time
    if column is None or ground.source.kinds[column] != "text":
        return
    offset = f"regexp_extract(trim(stamp), '{OFFSET}', 1)"
    days = f"""SELECT time // {DAY} AS day, list_sort(list(DISTINCT {offset})) AS offsets
        FROM ready_rows WHERE time IS NOT NULL AND {offset} <> '' GROUP BY 1"""
    count, shown = ground.ask(f"""
        SELECT count(*), first(offsets ORDER BY len(offsets) DESC, offsets) FROM ({days})
        WHERE len(offsets) > 1""")[0]
    if count > SAME_DAYS:
        yield Found("have times with several offsets from UTC", count=count, of=len(ground.days), examples=tuple(shown))


def default_times(ground: Ground) -> Iterator[Found]:
    """Times that stand for no time: where systems begin or end to count, with no other events near."""
    if not ground.timed:
        return
    rows = f"""SELECT row FROM ready_rows WHERE time // {DAY} IN (SELECT unnest($days::BIGINT[]))
        OR (time IS NULL AND regexp_matches(stamp, '{NO_MOMENT}'))"""
    written = f"SELECT DISTINCT stamp FROM ready_rows WHERE row IN ({rows}) ORDER BY 1 LIMIT {MOST_VALUES + 1}"
    stamps = tuple(stamp for (stamp,) in ground.ask(written, days=ground.default_days))
    if ground.days and FIRST_YEAR[0] <= ground.days[0][0] <= ground.days[-1][0] <= FIRST_YEAR[1]:
        count = sum(count for _, count in ground.days)
        what = "lie in 1970, where clocks begin to count: they may be lengths of time, not dates"
        yield Found(what, count=count, of=ground.sizes["rows"], column=ground.roles.time)
        return
    repair = AsMissing(ground.name(ground.roles.time), stamps) if len(stamps) <= MOST_VALUES else None
    what = "have a time that systems write where they have none"
    yield Found(what, rows, {"days": ground.default_days}, ground.roles.time, examples=stamps, repair=repair)


def default_dates(ground: Ground) -> Iterator[Found]:
    """Dates in other columns that stand for none: a birth or an end of 1900-01-01, with no other near."""
    for column, moment, writing in ground.dated:
        days = f"SELECT row, {moment} // {DAY} AS day FROM {ground.source.rows} q"
        values = writings.values(writing, moment)
        default = lonely(
            day for (day,) in ground.ask(f"SELECT DISTINCT day FROM ({days}) WHERE day IS NOT NULL", **values)
        )
        text = f"trim(q.c{column}::VARCHAR)"
        none = f"regexp_matches({text}, '{NO_MOMENT}')"
        rows = f"""SELECT row FROM ({days}) WHERE day IN (SELECT unnest($default::BIGINT[]))
            UNION ALL SELECT row FROM {ground.source.rows} q WHERE {none}"""
        named = values | {"default": default}
        written = f"SELECT DISTINCT c{column}::VARCHAR FROM {ground.source.rows} WHERE row IN ({rows}) ORDER BY 1"
        shown = tuple(stamp for (stamp,) in ground.ask(f"{written} LIMIT {MOST_VALUES + 1}", **named))
        yield Found(
            f'have a date in "{ground.name(column)}" that systems write where they have none',
            rows,
            named,
            column,
            of=ground.filled[column],
            examples=shown,
            repair=AsMissing(ground.name(column), shown) if len(shown) <= MOST_VALUES else None,
        )


def future(ground: Ground) -> Iterator[Found]:
    """Times that are still to come, by more than a day."""
    if ground.timed:
        late = f"SELECT row FROM ready_rows WHERE time > $latest AND {NO_DEFAULT}"
        values = {"latest": ground.now + DAY, "default": ground.default_days}
        yield Found("have a time that is still to come", late, values, ground.roles.time)


def stray(ground: Ground) -> Iterator[Found]:
    """A few times set apart from the log by a silence longer than any within it: a slip in the year, perhaps."""
    days = ground.days if ground.timed else []
    total = sum(count for _, count in days)
    log = _whole(_heaps(days), total)
    silence = max([FAR, *(TIMES_LONGER * (b - a) for (a, _), (b, _) in pairwise(log))])
    for side, edge in (("before", log[0][0]), ("after", log[-1][0])) if log else ():
        far = [(day, count) for day, count in days if (edge - day if side == "before" else day - edge) > silence]
        if far and sum(count for _, count in far) <= STRAY * total:
            heaps = _heaps(far)
            nearest = min(abs(edge - day) for day, _ in far)
            yield Found(
                f"lie far {side} all others, by {lasting(nearest * DAY / SECOND)} or more",
                f"SELECT row FROM ready_events WHERE time // {DAY} IN (SELECT unnest($days::BIGINT[]))",
                {"days": [day for day, _ in far]},
                ground.roles.time,
                examples=tuple(
                    f"{_day(heap[0][0])}: {many(sum(count for _, count in heap), 'event')}" for heap in heaps
                ),
            )


def _heaps(days: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """The days in heaps with long silences between them."""
    heaps: list[list[tuple[int, int]]] = []
    for day, count in days:
        if not heaps or day - heaps[-1][-1][0] > FAR:
            heaps.append([])
        heaps[-1].append((day, count))
    return heaps


def _whole(heaps: list[list[tuple[int, int]]], total: int) -> list[tuple[int, int]]:
    """The days from the first to the last heap that is too large for a slip: the log itself."""
    large = [place for place, heap in enumerate(heaps) if sum(count for _, count in heap) > STRAY * total]
    return [day for heap in heaps[large[0] : large[-1] + 1] for day in heap] if large else []


def whole_days(ground: Ground) -> Iterator[Found]:
    """Times that are all whole days or hours: shorter waits cannot be seen, and events of one day have no order."""
    rows = ground.sizes["events"]
    if not ground.timed or not ground.grain or rows < FEWEST:
        return
    hours = ground.ask(
        f"SELECT DISTINCT strftime(make_timestamp({ground.clock}), '%H:%M') FROM ready_events ORDER BY 1"
    )
    at = [hour for (hour,) in hours]
    moved = ground.grain == "days" and at != ["00:00"]
    where = f", at {' and '.join(at)} by this clock: midnight in another zone, perhaps" if moved else ""
    yield Found(f"have times in whole {ground.grain}{where}", count=rows, of=rows, column=ground.roles.time)


def mixed_precision(ground: Ground) -> Iterator[Found]:
    """Activities that are known by the day only, in a log that knows the time of the others."""
    by_day = ground.by_day if ground.timed and not ground.grain else {}
    if not by_day:
        return
    midnight, values = ground.at_midnight
    rest = "ready_events WHERE NOT list_contains($by_day::VARCHAR[], activity)"
    at_day = f"list_contains($midnights::BIGINT[], {ground.clock} % {DAY})"
    [(timed, at)] = ground.ask(f"SELECT count(*), count_if({at_day}) FROM {rest}", **values)
    if timed >= FEWEST and at <= (1 - NEARLY) * timed:
        rows = f"SELECT row FROM ready_events WHERE {midnight}"
        what = "are known by the day only, while others have a time: their order within the day is not known"
        yield Found(what, rows, values, ground.roles.time, examples=tuple(by_day))


def quiet_days(ground: Ground) -> Iterator[Found]:
    """Days without any event where many were to be expected: data may be missing, or the shop was shut."""
    days = ground.days if ground.timed else []
    quiet = [(a + 1, b - 1) for (a, _), (b, _) in pairwise(days) if b - a > QUIET_DAYS + 1]
    gaps = [(a, b) for a, b in quiet if (b - a + 1) * _expected(days, a, b) >= EXPECTED]
    if gaps:
        span = days[-1][0] - days[0][0] + 1
        shown = tuple(f"{_day(a)} to {_day(b)}" for a, b in gaps)
        yield Found("have no event at all", count=sum(b - a + 1 for a, b in gaps), of=span, examples=shown)


def _expected(days: list[tuple[int, int]], first: int, last: int) -> float:
    """The usual number of events a day in the weeks before or after, whichever had fewer; 0 where they are too few."""
    counts = dict(days)
    before = range(max(first - AROUND, days[0][0]), first)
    after = range(last + 1, min(last + AROUND, days[-1][0]) + 1)
    return min(median([counts.get(day, 0) for day in side]) if len(side) >= WEEK else 0 for side in (before, after))


def _day(number: int) -> str:
    return str((datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=number)).date())


def batches(ground: Ground) -> Iterator[Found]:
    """Moments that events of many journeys share: the stamp of a nightly run rather than of the event."""
    if not ground.timed:
        return
    days = [] if ground.grain else [*ground.by_day]  # a midnight of these is a day, not a moment
    timed = "FROM ready_events WHERE activity NOT IN (SELECT unnest($days::VARCHAR[]))"
    moments = f"SELECT time, count(*) AS events, count(DISTINCT journey) AS journeys {timed} GROUP BY 1"
    usual = ground.one(f"SELECT quantile_disc(events, 0.99) FROM ({moments})", days=days)
    limit = max(BATCH, TIMES_MORE * (usual or 0))
    shared = f"SELECT time FROM ({moments}) WHERE journeys >= {limit}"
    yield Found(
        f"share one exact moment with {many(limit - 1)} or more other journeys: the stamp may be of a batch run",
        f"SELECT row {timed} AND time IN ({shared})",
        {"days": days},
        column=ground.roles.time,
    )
