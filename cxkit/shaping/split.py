"""The journey notion: where does one journey end and the next begin? The same rows, under other journeys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxkit.cached import cached_property
from cxkit.errors import InputError, not_found
from cxkit.reading.known import Known
from cxkit.schema import ROW
from cxkit.shaping.derived import free_name
from cxkit.shaping.regrouped import PLACES, Regrouped, silence_before, steps
from cxkit.times import duration
from cxkit.words import many, quoted

if TYPE_CHECKING:
    from cxkit.log import Log
    from cxkit.reading.source import Source
    from cxkit.shaping.roles import Roles

    Names = str | Sequence[str]

FEW = 3


@dataclass(frozen=True)
class Cuts:
    """Where journeys are cut: after a silence, before a start, after an end; and the column whose values part them."""

    silence: str | None = None
    after: tuple[str, ...] = ()
    start: tuple[str, ...] = ()
    end: tuple[str, ...] = ()
    by: str | None = None

    @property
    def says(self) -> str:
        """The cuts in words."""
        following = f" following {quoted(self.after, FEW)}" if self.after else ""
        phrases = {
            f"after more than {self.silence} of silence{following}": self.silence,
            f"before {quoted(self.start, FEW)}": self.start,
            f"after {quoted(self.end, FEW)}": self.end,
            f'by "{self.by}"': self.by,
        }
        return "; ".join(phrase for phrase, is_cut in phrases.items() if is_cut)

    @property
    def words(self) -> dict[str, Any]:
        """The cuts as `log.split` takes them."""
        options = {name: getattr(self, name) for name in ("silence", "after", "start", "end", "by")}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in options.items() if value}


def split(
    log: Log,
    *,
    silence: str | None = None,
    after: Names = (),
    start: Names = (),
    end: Names = (),
    by: str | None = None,
) -> Log:
    """What are the journeys, if they are cut after a silence, at certain activities, or by a column?

    Parameters
    ----------
    log : what `cx.read` gave, with its roles if they were set.
    silence : a duration such as "30min" or "30d": a longer time without an event ends a journey. `log.silences()`
        shows what each threshold would do.
    after : only the silence after these activities ends a journey: those after which it is the customer's turn.
    start : activities that open a journey; what comes before the first is a journey of its own.
    end : activities that close a journey; the next event opens another.
    by : a column, such as a session's number: a journey is what has one value within a journey there was.

    Several of them cut wherever one does, and a log that is split can be split again.

    Returns a Log whose journeys are a new column, "journey" or "journey 2": "C12/1" is the first part of "C12". The
    customer is the one there was, or else the old journey. Events are taken in the order of the store: by time, order
    column and row. No row is lost: one that is no event stays with its journey, and `cx.prepare` counts it. A further
    column that does not vary within the new journeys describes them, unless attributes were chosen. `.roles()` turns
    to another grain at any time; roles that it does not name stay.

    Errors: nothing to split by, a duration without a unit, a silence in a log without times, an activity or a column
    that the log does not have.

    >>> import cxkit as cx
    >>> log = cx.read(cx.toy_table()).roles(journey="client", activity="step", time="when")
    >>> parts = log.split(silence="4d")
    >>> parts.head(40)[["client", "step", "journey"]].iloc[[4, 37]].values.tolist()
    [['C02', 'Order', 'C02/1'], ['C02', 'Order', 'C02/2']]
    >>> folder = getfixture("tmp_path")
    >>> grains = {"client": log, "silence": parts, "order": parts.roles(journey="order"), "end": log.split(end="Pay")}
    >>> {grain: str(cx.prepare(cut, folder / grain).n) for grain, cut in grains.items()}
    {'client': '10 journeys of 10 customers', 'silence': '11 journeys of 10 customers',
     'order': '12 journeys of 10 customers', 'end': '17 journeys of 10 customers'}
    """
    cuts = Cuts(silence, activities_of(after, "after"), activities_of(start, "start"), activities_of(end, "end"), by)
    with log.source.lock, log.source.guarded():
        _check(log, cuts)
        return replace(log, source=Split(log.source, log.settled, cuts), mapping=None)


def check_activities(log: Log, names: Sequence[str]) -> None:
    """Raise if the log does not have one of these activities."""
    if not names:
        return
    asked = f"SELECT DISTINCT c{log.settled.activity}::VARCHAR AS name FROM {log.source.rows} ORDER BY name"
    activities = [name for (name,) in log.source.connection.execute(asked).fetchall() if name is not None]
    for name in names:
        if name not in activities:
            raise not_found("activity", name, activities)


def _check(log: Log, cuts: Cuts) -> None:
    if not cuts.words or (cuts.after and not cuts.silence):
        raise InputError(
            'Say where journeys end: with silence="30d" (perhaps after= certain activities), start= or end= '
            "activities, or by= a column."
        )
    if cuts.silence is not None:
        duration(cuts.silence, "silence")
        if log.settled.time is None:
            raise InputError("This log has no times, so nothing shows a silence. Split with start=, end= or by=.")
    check_activities(log, (*cuts.after, *cuts.start, *cuts.end))
    if cuts.by is not None and cuts.by not in log.columns:
        raise not_found("column", cuts.by, log.columns)


def activities_of(names: Names, word: str) -> tuple[str, ...]:
    """The activities given as one name or as a list, each once."""
    listed = (names,) if isinstance(names, str) else names
    if not isinstance(listed, list | tuple) or not all(isinstance(name, str) for name in listed):
        raise InputError(
            f'{word}={names!r:.200} is no activity or list of activities. Write for example ["Delivered"].'
        )
    return tuple(dict.fromkeys(listed))


class Split(Regrouped):
    """Another source's rows with a further column: the journeys after the cuts."""

    def __init__(self, original: Source, roles: Roles, cuts: Cuts) -> None:
        super().__init__(original, roles, "split", cuts.says)
        self.cuts, self.words = cuts, {"split": cuts.words}
        self.columns = (*original.columns, free_name("journey", original.columns))
        self._counts = (0, 0, 0)

    @cached_property
    def fingerprint(self) -> str:
        return self.printed(self.cuts)

    @property
    def knows(self) -> Known:
        """The roles that the columns had, but for the journey; the journey there was is the customer, or describes."""
        before, old = super().knows, self.original.columns[self.roles.journey]
        named = {**before.named, "journey": self.columns[-1]}
        why = {**before.why, "journey": f'made by splitting "{old}" ({self.cuts.says})'}
        if self.roles.customer == self.roles.journey:
            named["customer"], why["customer"] = old, "the journey before it was split"
        if before.levels is None:
            return replace(before, named=named, why=why)
        constant = [name for name in (old, self.cuts.by) if name is not None and name not in named.values()]
        of_journeys = tuple(dict.fromkeys((*before.levels[0], *constant)))
        of_events = tuple(name for name in before.levels[1] if name not in of_journeys)
        return replace(before, named=named, why=why, levels=(of_journeys, of_events))

    def rows_of(self) -> tuple[str, dict[str, Any]]:
        by = None if self.cuts.by is None else self.original.columns.index(self.cuts.by)
        run = self.original.connection.execute
        rows, values = steps(self.original, self.roles, by)
        asked, bound = _parts(rows, self.cuts)
        run(f"CREATE OR REPLACE TEMP TABLE parts AS {asked}", (values | bound) or None)
        counted = "count(DISTINCT journey), count(DISTINCT (journey, part)), count(*) FILTER (value = '')"
        self._counts = run(f"SELECT {counted} FROM parts WHERE good").fetchone() or self._counts
        number = len(self.original.columns)
        part = f"CASE WHEN coalesce(trim(journey), '') <> '' THEN concat(journey, '/', part) END AS c{number}"
        every = ", ".join(f"c{n}" for n in range(number))
        return f"SELECT {every}, {part}, {ROW} FROM {self.original.rows} JOIN parts USING ({ROW})", {}

    def stage(self) -> Path:
        staged = super().stage()
        with self.original.lock:
            self.original.connection.execute("DROP TABLE IF EXISTS parts")
        return staged

    def noted(self) -> Iterator[str]:
        self.stage()
        before, after, without = self._counts
        yield f"Split {self.cuts.says}: {many(before, 'journey')} became {many(after)}."
        if self.cuts.by is not None and without:
            yield f'{many(without, "event")} without "{self.cuts.by}": those of a journey are one of their own.'


def _parts(rows: str, cuts: Cuts) -> tuple[str, dict[str, Any]]:
    """The statement of all rows with the number of their part of the journey, and its bound values."""
    order = f"PARTITION BY journey, value, good ORDER BY {PLACES}"
    where, values = [], {}
    if cuts.silence:
        long = f"{silence_before(order)} > $silence"
        where.append(f"{long} AND list_contains($after, lag(activity) OVER before)" if cuts.after else long)
        values = {"silence": duration(cuts.silence)} | ({"after": [*cuts.after]} if cuts.after else {})
    if cuts.start:
        where.append("list_contains($start, activity) AND lag(row) OVER before IS NOT NULL")
    if cuts.end:
        where.append("list_contains($end, lag(activity) OVER before)")
    values |= {word: [*names] for word, names in (("start", cuts.start), ("end", cuts.end)) if names}
    cut = " OR ".join(f"coalesce({condition}, false)" for condition in where) or "false"
    counted = f"""
        SELECT *, sum(cut::INTEGER) OVER (PARTITION BY journey, value ORDER BY {PLACES}) AS piece
        FROM (SELECT *, good AND ({cut}) AS cut FROM ({rows}) WINDOW before AS ({order}))"""
    if cuts.by is None:
        return f"SELECT row, journey, value, good, piece + 1 AS part FROM ({counted})", values
    first = f"""
        SELECT *, min(place) OVER (PARTITION BY journey, value, piece) AS first
        FROM (SELECT *, row_number() OVER (PARTITION BY journey ORDER BY good DESC, {PLACES}) AS place
            FROM ({counted}))"""
    numbered = "dense_rank() OVER (PARTITION BY journey ORDER BY first)"
    return f"SELECT row, journey, value, good, {numbered} AS part FROM ({first})", values
