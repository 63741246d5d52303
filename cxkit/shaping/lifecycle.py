"""Rows that say when an event starts and rows that say when it ends become one event each.

A start belongs to the first end after it of the same activity in the same journey that no earlier start has taken
(first in, first out, as in PM4Py's interval logs); of the same instance, where the log names instances. An end
without a start and a start without an end are events whose other stamp is unknown. A row whose stamp cannot be read
has its turn where it stands among the rows, so that it shifts no others; it and the row it belongs to stay apart, and
`prepare` puts it aside and counts it. Rows that say anything else, such as "schedule" or "suspend", are no events of
their own; they are among the rejected. An activity or a journey that has no other rows is named. Time for which an
event is suspended stays in its service time, which is said.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

from cxkit.cached import cached_property
from cxkit.errors import InputError
from cxkit.reading import stamps
from cxkit.reading.names import words_of
from cxkit.reading.source import Source, line_of
from cxkit.reading.xes import UNJOINED
from cxkit.schema import ROW
from cxkit.shaping.columns import by_column, filled
from cxkit.shaping.derived import Derived, free_name
from cxkit.shaping.roles import Given, Roles, number_of, settle
from cxkit.words import many, quoted

STARTS = (
    *("start", "started", "begin", "began", "beginn", "begonnen", "anfang", "gestartet", "début", "debut", "commencé"),
    *("inicio", "iniciado", "inizio", "iniziato", "aanvang", "gestart", "início"),
)
ENDS = (
    *("complete", "completed", "end", "ended", "finish", "finished", "ende", "beendet", "abgeschlossen", "fin"),
    *("terminé", "final", "finalizado", "terminado", "fine", "finito", "terminato", "einde", "voltooid", "fim"),
)
OTHERS = (
    *("schedule", "scheduled", "assign", "assigned", "reassign", "reassigned", "suspend", "suspended", "resume"),
    *("resumed", "withdraw", "withdrawn", "autoskip", "manualskip", "skip", "skipped", "abort", "aborted"),
    *("ate_abort", "pi_abort", "abort_activity", "abort_case", "unknown", "closed", "enabled"),
)
SUSPENDS = ("suspend", "suspended", "pause", "paused")
STEPS = 0.9  # of a column's values say a step of a life cycle
NO_STEP = "neither starts nor ends an event"
BEGINNINGS = "start started begin began beginning beginn anfang von from debut début inicio inizio ab since seit opened"
MOST_NAMED, LOOKED_AT = 5, 20_000


def paired(source: Source, given: Given, lifecycle: str, instance: str | None) -> Instances:
    """The source whose rows are events with a start and an end, under these roles."""
    original = source.original if isinstance(source, Instances) else source
    if given.start is not None:
        raise InputError("Give start= for a column of stamps, or lifecycle= for rows of starts and ends, not both.")
    roles = settle(original, given)
    if roles.time is None:
        raise InputError("lifecycle= needs the stamps of the starts and ends. Name their column with time=.")
    return Instances(original, roles, lifecycle, instance)


def stepping(source: Source, taken: Collection[int | None]) -> str | None:
    """The first free column that says both start and end, if the rows of this source are steps of events."""
    free = [number for number, kind in enumerate(source.kinds) if kind == "text" and number not in taken]
    says = _said("{n}")
    steps = f"avg(({says} IN {STARTS + ENDS + OTHERS})::INT) FILTER ({says} <> '') > {STEPS}"
    answers = by_column(source, f"bool_or({says} IN {STARTS}) AND bool_or({says} IN {ENDS}) AND {steps}", free)
    return next((source.columns[number] for number, stepped in zip(free, answers, strict=True) if stepped), None)


class Instances(Derived):
    """The events of a source whose rows are starts and ends: the columns of the end, and the stamp of the start."""

    def __init__(self, original: Source, roles: Roles, lifecycle: str, instance: str | None) -> None:
        super().__init__(original, roles.zone)
        self._given = roles
        self._says = number_of(original, lifecycle)
        self._instance = None if instance is None else number_of(original, instance)
        self.start = free_name("start", original.columns)
        self.columns = (*original.columns, self.start)
        self.joined_by = {"lifecycle": lifecycle} | ({} if instance is None else {"instance": instance})
        self.reading = {**original.reading, "events": f'starts and ends joined by "{lifecycle}"'}
        before = (note for note in original.notes if UNJOINED not in note)
        self.notes = (*before, *self._found(lifecycle), *self._vanished())

    @property
    def roles(self) -> Roles:
        """The roles of the original, with the start; the column that said start or end says nothing more."""
        given = self._given
        return replace(
            given,
            start=len(self.columns) - 1,
            start_writing=given.writing,
            journey_attributes=tuple(n for n in given.journey_attributes if n != self._says),
            event_attributes=tuple(n for n in given.event_attributes if n != self._says),
            evidence=(*given.evidence, ("start", self.start, "the stamp of the row that says start")),
        )

    def rows_of(self) -> tuple[str, dict[str, Any]]:
        roles, count = self._given, len(self.original.columns)
        queue = ", ".join(f"c{n}" for n in (roles.journey, roles.activity, self._instance) if n is not None)
        so_far = f"OVER (PARTITION BY {queue} ORDER BY turn, step DESC, {ROW})"
        time, of_event = f"c{roles.time}", f"OVER (PARTITION BY {queue}, event)"
        ended = f"CASE WHEN step = -1 THEN {time} END AS {time}"
        columns = ", ".join(ended if number == roles.time else f"c{number}" for number in range(count))
        steps, values = self._steps()
        asked = f"""
            WITH stepped AS ({steps}),
            placed AS (SELECT *, coalesce(moment, last_value(moment IGNORE NULLS) OVER before,
                first_value(moment IGNORE NULLS) OVER after) AS turn FROM stepped WINDOW
                before AS (PARTITION BY {queue} ORDER BY {ROW} ROWS UNBOUNDED PRECEDING),
                after AS (PARTITION BY {queue} ORDER BY {ROW} ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)),
            weighed AS (SELECT *, sum(step) {so_far} AS open FROM placed),
            lowest AS (SELECT *, least(0, min(open) {so_far}) AS low FROM weighed),
            known AS (SELECT *, step = -1 AND low < coalesce(lag(low) {so_far}, 0) AS alone FROM lowest),
            queued AS (SELECT *, CASE WHEN step = 1 THEN sum((step = 1)::BIGINT) {so_far} WHEN alone THEN -{ROW} - 1
                ELSE sum((step = -1 AND NOT alone)::BIGINT) {so_far} END AS event FROM known),
            parted AS (SELECT * REPLACE (CASE WHEN bool_or(moment IS NULL) {of_event} THEN -{ROW} - 1 ELSE event END
                AS event) FROM queued),
            joined AS (SELECT *, max({time}) FILTER (step = 1) {of_event} AS began, min({ROW}) {of_event} AS place
                FROM parted QUALIFY step = -1 OR count(*) {of_event} = 1)
            SELECT {columns}, began AS c{count}, {ROW}, place FROM joined"""
        return asked, values

    def _steps(self) -> tuple[str, dict[str, Any]]:
        """The rows that start or end an event, each with its moment."""
        roles, source = self._given, self.original
        moment = stamps.sql(roles.writing, f"c{roles.time}", source.kinds[roles.time])  # type: ignore[index]
        says = _said(self._says)
        step = f"CASE WHEN {says} IN {STARTS} THEN 1 WHEN {says} IN {ENDS} THEN -1 END"
        asked = f"SELECT *, {moment} AS moment, {step} AS step FROM {source.rows} WHERE {says} IN {STARTS + ENDS}"
        return asked, stamps.values(roles.writing, asked)

    def _found(self, lifecycle: str) -> Iterator[str]:
        """What the column says besides start and end, or why it cannot be used."""
        with self.original.lock, self.original.guarded():
            asked = f"SELECT coalesce({_said(self._says)}, '') AS said, count(*) FROM {self.original.rows} GROUP BY 1"
            counts = dict(self.original.connection.execute(f"{asked} ORDER BY 2 DESC, 1").fetchall())
        if not any(word in counts for word in STARTS) or not any(word in counts for word in ENDS):
            says = ", ".join(f'"{word}"' for word in list(counts)[:MOST_NAMED])
            raise InputError(f'"{lifecycle}" does not say both "start" and "complete". It says {says}.')
        others = {word: count for word, count in counts.items() if word not in STARTS + ENDS}
        suspended = sum(count for word, count in others.items() if word in SUSPENDS)
        if suspended:
            rows = "1 row suspends" if suspended == 1 else f"{many(suspended)} rows suspend"
            yield f"Suspended time stays in the service time of events; {rows} one."
        if others:
            named = ", ".join(f'"{word}"' for word in list(others)[:MOST_NAMED])
            yield f"{many(sum(others.values()), 'row')} neither starting nor ending an event ({named}) left out."

    def _vanished(self) -> Iterator[str]:
        """The activities and journeys that have neither starts nor ends, by name."""
        roles, says = self._given, _said(self._says)
        for noun, number in (("activity", roles.activity), ("journey", roles.journey)):
            named = f"SELECT c{number}::VARCHAR AS name FROM {self.original.rows} WHERE {filled(f'c{number}')}"
            asked = f"{named} GROUP BY 1 HAVING NOT coalesce(bool_or({says} IN {STARTS + ENDS}), false) ORDER BY 1"
            with self.original.lock, self.original.guarded():
                names = [name for (name,) in self.original.connection.execute(asked).fetchall()]
            if names:
                lost = "has neither starts nor ends and vanishes" if len(names) == 1 else "have neither and vanish"
                yield f"{many(len(names), noun)} {lost}: {quoted(names, MOST_NAMED)}."

    @cached_property
    def unfit(self) -> list[tuple[int, str, str]]:
        """With the rows that neither start nor end an event."""
        source, says = self.original, _said(self._says)
        fields = ", ".join(f"c{number}::VARCHAR" for number in source.fields)
        asked = f"SELECT {ROW}, [{fields}] FROM {source.rows} WHERE {says} IS NULL OR {says} NOT IN {STARTS + ENDS}"
        with source.lock, source.guarded():
            rows = source.connection.execute(f"{asked} ORDER BY {ROW}").fetchall()
            lines = source.lines([row for row, _ in rows])
        texts = (line_of(values, source.delimiter) for _, values in rows)
        ours = [(line, NO_STEP, text) for line, text in zip(lines, texts, strict=True)]
        return [*source.unfit, *ours]  # type: ignore[list-item]


def beginning(source: Source, roles: Roles) -> tuple[str, str] | None:
    """A column of stamps that are when events start, and the one of when they end; None where there is none.

    One of the two is the time. The start is called so, is never later than the end, and in some rows earlier.
    """
    if roles.time is None or roles.start is not None or source.knows is not None:
        return None
    early = _begins(source.columns[roles.time])
    for number, name in enumerate(source.columns):
        if number in roles.taken or _begins(name) == early:
            continue
        start, end = (roles.time, number) if early else (number, roles.time)
        if _never_later(source, roles, start, end):
            return source.columns[start], source.columns[end]
    return None


def _begins(name: str) -> bool:
    return bool(set(words_of(name)) & set(BEGINNINGS.split()))


def _never_later(source: Source, roles: Roles, start: int, end: int) -> bool:
    """Whether the stamps of one column are never later than those of the other, sometimes earlier, and of events."""
    ways = []
    for number in (start, end):
        writing, share = stamps.find(source.connection, source.rows, f"c{number}", source.kinds[number])
        if share < STEPS:
            return False
        ways.append((stamps.sql(writing, f"c{number}", source.kinds[number], f"p{number}"), writing, f"p{number}"))
    (began, *_), (ended, *_) = ways
    asked = f"""
        SELECT coalesce(bool_and(began <= ended) AND bool_or(began < ended), false)
            AND count(began) * 2 > count(*) AND count(DISTINCT (journey, began)) > count(DISTINCT journey)
            AND count(DISTINCT (journey, ended)) > count(DISTINCT journey)
        FROM (SELECT c{roles.journey} AS journey, {began} AS began, {ended} AS ended FROM {source.rows}
            WHERE {ROW} < {LOOKED_AT})"""
    values = {word: v for _, writing, key in ways for word, v in stamps.values(writing, asked, key).items()}
    return bool((source.connection.execute(asked, values or None).fetchone() or (False,))[0])


def _said(number: int | str) -> str:
    return f"lower(trim(c{number}::VARCHAR))"
