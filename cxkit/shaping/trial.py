"""What would these roles give? Counted on the source, before anything is prepared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cxkit.reading import stamps
from cxkit.reading.names import parts_of_date, says
from cxkit.schema import MOST_ACTIVITIES, ROW
from cxkit.shaping import unpivot
from cxkit.shaping.columns import by_column, by_text, odd_keys
from cxkit.shaping.lifecycle import beginning, stepping
from cxkit.shaping.roles import Roles
from cxkit.shaping.spread import offered
from cxkit.words import many, percent, quoted

if TYPE_CHECKING:
    from cxkit.log import Log

MANY_ACTIVITIES = 200
ALONE = 0.9
USUAL = ("utf", "ascii", "cp1252")  # encodings that are sure or common
CALLED = 0.5  # of the values of a column that is called after times look like one
DIGITS = r"[0-9].*[0-9].*[0-9].*[0-9]"
STAMP_LIKE = r"(19|20)[0-9]{2}.*[0-9]{2}|[0-9].*(19|20)[0-9]{2}|[0-9]{1,2}[:.][0-9]{2}"
NAMED = 5


@dataclass(frozen=True)
class Trial:
    """Figures of a log with roles, and what they make doubtful or impossible, in sentences.

    `activities` holds the most frequent ones with their number of rows; `kinds` says how many there are in all.
    `readable` is the share of a sample of time stamps that can be read; `moving` and `changing` say whether the time
    and the activity take several values in some journey; `steps` is a column that says start and complete; `odd` are
    values that are no numbers in a column of numbers that puts events in order.
    """

    rows: int
    unfit: int
    journeys: int
    customers: int
    activities: tuple[tuple[str, int], ...]
    kinds: int
    readable: float
    moving: bool
    changing: bool
    steps: str | None = None
    odd: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def trial(log: Log, most: int = 500) -> Trial:
    """What do the roles of this log give? Figures of its source, with at most so many activities.

    >>> import cxkit as cx
    >>> figures = trial(cx.read(cx.toy_table()).roles(journey="order", activity="step", time="when"))
    >>> figures.rows, figures.journeys, figures.activities[:2]
    (40, 12, (('Order', 12), ('Pay', 9)))
    >>> figures.faults, figures.doubts
    ((), ())
    """
    with log.source.lock, log.source.guarded():
        roles, run = log.settled, log.source.connection.execute
        table, journey, activity = log.source.rows, f"c{roles.journey}", f"c{roles.activity}"
        counts = run(f"""
            SELECT count(*), {_different(journey)}, {_different(f"c{roles.customer}")}, {_different(activity)}
            FROM {table}""").fetchone() or (0, 0, 0, 0)
        named = run(f"""
            SELECT {activity}::VARCHAR AS name, count(*) AS rows FROM {table} WHERE trim(name) <> ''
            GROUP BY name ORDER BY rows DESC, name LIMIT {int(most)}""").fetchall()
        readable = _readable(log, roles, counts[0])
        moving = roles.time is None or _varies(log, roles.time)
        changing = _varies(log, roles.activity)
        unfit = len(log.source.unfit)
        steps = None if roles.start is not None else stepping(log.source, roles.taken)
        odd = () if roles.order is None else odd_keys(log.source, roles.order)
        rows, journeys, customers, kinds = counts
        figures = Trial(rows, unfit, journeys, customers, tuple(named), kinds, readable, moving, changing, steps, odd)
        return replace(figures, faults=tuple(_faults(log, figures)), doubts=tuple(_doubts(log, figures)))


def _different(column: str) -> str:
    return f"count(DISTINCT nullif(trim({column}::VARCHAR), ''))"


def _readable(log: Log, roles: Roles, rows: int) -> float:
    """The share of a sample of the stamps that is read as the roles say."""
    if roles.time is None:
        return 1.0
    source, time = log.source, f"c{roles.time}"
    moment = stamps.sql(roles.writing, "stamp", source.kinds[roles.time])
    statement = f"""
        SELECT count({moment}), count(*) FROM (
            SELECT {time} AS stamp FROM {source.rows}
            WHERE {ROW} % {max(1, rows // stamps.SAMPLE)} = 0 AND trim({time}::VARCHAR) <> '')"""
    read, of = source.connection.execute(statement, stamps.values(roles.writing, statement)).fetchone() or (0, 0)
    return read / max(of, 1)


def _varies(log: Log, column: int) -> bool:
    """Whether the column takes several values in some journey."""
    spans = (
        f"SELECT min(c{column}) AS low, max(c{column}) AS high FROM {log.source.rows} GROUP BY c{log.settled.journey}"
    )
    answer = log.source.connection.execute(f"SELECT coalesce(bool_or(low <> high), false) FROM ({spans})").fetchone()
    return bool(answer and answer[0])


def _things(log: Log) -> str | None:
    """A column called after journeys or customers of which each row has its own, where times are not found."""
    source, roles = log.source, log.settled
    if roles.time is not None or {"journey", "activity"} <= roles.given:
        return None
    named = [n for n, name in enumerate(source.columns) if n != roles.journey and _says_whose(name)]
    alone = by_column(source, "count(DISTINCT c{n}) = count(*)", named)
    return next((source.columns[n] for n, answer in zip(named, alone, strict=True) if answer), None)


def _unsure(log: Log) -> Iterator[str]:
    """What of the source may be read wrongly, or not at all."""
    if (guess := _encoding(log)) is not None:
        encoding, value = guess
        yield f'The file is read as {encoding}, which is a guess: does "{value}" read right? If not, say encoding=.'
    if log.settled.time is None and (parts := parts_of_date(log.columns)):
        yield f"{quoted(parts, NAMED)} are parts of a date, and the log has no times: make one column of them first."
    if (unread := _unread(log)) is not None:
        name, value = unread
        yield (
            f'"{name}" looks like times, written in a way that is not known ("{value}"), so the log has none: say how '
            'they are written with time_format=, such as "%d.%m.%Y %H:%M".'
        )


def _encoding(log: Log) -> tuple[str, str] | None:
    """The encoding of a text file if it is a rare one that was guessed, and an activity that it may have changed."""
    encoding = log.source.reading.get("encoding", "")
    if encoding.startswith(USUAL) or "encoding" in log.source.asked or not encoding:
        return None
    activity = f"c{log.settled.activity}::VARCHAR"
    odd = f"SELECT min({activity}) FROM {log.source.rows} WHERE regexp_matches({activity}, '[^ -~]')"
    [value] = log.source.connection.execute(odd).fetchone() or (None,)
    return (encoding, value) if value else None


def _unread(log: Log) -> tuple[str, str] | None:
    """A free column that looks like times and is not read as such, in a log without times, with one of its values."""
    source, roles = log.source, log.settled
    if roles.time is not None or "time" in roles.given or source.knows is not None:
        return None
    texts = [n for n, kind in enumerate(source.kinds) if kind == "text" and n not in roles.taken]
    asked = [f"avg(regexp_matches(v, '{form}')::INT)" for form in (STAMP_LIKE, DIGITS)]
    for number, (share, digits, value) in by_text(source, [*asked, "min(v)"], texts, source.rows).items():
        called = says(source.columns[number], "time") and digits > CALLED
        if (called or share > ALONE) and _varies(log, number):
            return source.columns[number], value
    return None


def _says_whose(name: str) -> bool:
    """Whether a column is called after journeys or customers."""
    return says(name, "journey") > 0 or says(name, "customer") > 0


def _faults(log: Log, figures: Trial) -> Iterator[str]:
    """What makes it impossible to prepare the log."""
    roles = log.settled
    if roles.time is not None and not figures.readable:
        yield f'"{log.columns[roles.time]}" does not read as a time. Choose another column.'
    if figures.kinds > MOST_ACTIVITIES:
        name, most = log.columns[roles.activity], many(MOST_ACTIVITIES)
        yield f'"{name}" has {many(figures.kinds)} different values; a log has at most {most} activities.'


def _doubts(log: Log, figures: Trial) -> Iterator[str]:
    """What can be prepared but is hardly meant."""
    if log.source.unread.loud:
        yield log.source.unread.says
    yield from _unsure(log)
    roles = log.settled
    yield from roles.doubts
    journey, activity = log.columns[roles.journey], log.columns[roles.activity]
    time = "" if roles.time is None else log.columns[roles.time]
    if figures.journeys > ALONE * figures.rows:
        which = "Every" if figures.journeys == figures.rows else "Almost every"
        yield f'{which} row has a "{journey}" of its own, so there would hardly be a journey of two events.'
    elif (things := _things(log)) is not None:
        yield f'Every row has a "{things}" of its own and no column has times: is this a log of events, or a table?'
    elif not figures.moving and figures.readable:
        yield f'"{time}" never changes within a journey, so nothing would take any time.'
    elif not figures.changing:
        yield f'"{activity}" never changes within a journey. Does it say what happened?'
    if roles.writing.doubt and stamps.AMBIGUOUS not in roles.writing.doubt:
        yield f'"{time}": {roles.writing.doubt}'
    offers = offered(log.source, roles), unpivot.offered(log.source, figures.journeys > ALONE * figures.rows)
    yield from (offer for offer in offers if offer)
    if 0 < figures.readable < 1:
        yield f'About {percent(1 - figures.readable)} of "{time}" does not read as a time; such rows are left out.'
    if pair := beginning(log.source, roles):
        begin, end = pair
        yield (
            f'"{begin}" looks like when events start and "{end}" like when they end: start="{begin}", time="{end}" '
            "tells service and waiting time apart."
        )
    if figures.steps and roles.time is not None:
        yield f'"{figures.steps}" says start and complete: each row is an event until it is named as the lifecycle.'
    if figures.odd and roles.order is not None:
        order = log.columns[roles.order]
        odd = quoted(figures.odd, NAMED)
        yield f'"{order}" has numbers, but not only: {odd}. Such a value counts as the number it begins with.'
    declared = log.source.knows is not None and activity in log.source.knows.named.values()
    if figures.kinds > MANY_ACTIVITIES and not declared:
        yield f'"{activity}" has {many(figures.kinds)} different values; is it a text or a number rather than a step?'
