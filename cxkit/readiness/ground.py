"""The ground that readiness checks stand on: a source's rows under their roles, and what a check may find there.

Everything is computed by DuckDB over the staged rows. Columns are named by number and values are bound.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cxkit.cached import cached_property
from cxkit.readiness.defaults import lonely
from cxkit.reading import stamps
from cxkit.schema import SECOND
from cxkit.shaping.columns import WRITTEN, as_number, braced, by_column, filled
from cxkit.shaping.events import in_zone, judged
from cxkit.shaping.lifecycle import stepping

if TYPE_CHECKING:
    from cxkit.reading.source import Source
    from cxkit.reading.stamps import Writing
    from cxkit.shaping.roles import Roles

DAY, HOUR = 86_400 * SECOND, 3_600 * SECOND
KNOWN = 20  # events of an activity, below which its precision cannot be told
LIFECYCLE = re.compile(r"life.?cycle|transition", re.IGNORECASE)
MOST_PARTS = 20  # values of a column that says which part of an event a row is
STEADY = 0.9  # of what begins and ends does so with the same two values
SEASON = 0.02  # of an activity's events at least stand at the rarer of two midnights
NAMES_THINGS = re.compile(
    r"(?i:(?<![a-z])(ids?|nr|no|number|code|key|zip|plz|postcode|phone)(?![a-z]))|(?<=[a-z])I[Dd](?![a-z])"
)
NAMES = re.compile(  # whole numbers that name people, machines or things, in the languages of the exports that we saw
    r"(?i)(?<![^\W_])(org|resource|user|agent|employee|staff|operator|clerk|worker|person|owner|assignee|team|group|role|"
    r"customer|client|account|contract|case|order|ticket|item|product|article|machine|device|index|idx|row|line|seq|"
    r"sequence|version|phone|tel|mobile|fax|nummer|mitarbeiter|bearbeiter|sachbearbeiter|kunde|auftrag|beleg|vertrag|"
    r"numero|numéro|número|utilisateur|agente?|employé|client|commande|usuario|empleado|cliente|pedido|operador|"
    r"medewerker|gebruiker|klant|behandelaar|utente|operatore|ordine|responsible)s?(?![^\W_])"
)
AMOUNT = re.compile(
    r"(?i)amount|value|price|cost|total|sum|paid|pay|fee|qty|quantity|count|size|weight|length|duration|hours|minutes|"
    r"days|seconds|age|rate|score|betrag|wert|preis|kosten|menge|summe|montant|prix|coût|valeur|importe|precio|coste|"
    r"bedrag|prijs|aantal"
)
NEARLY = 0.95  # of a column's values
LIKE_TIMES = 0.5  # of a column's values read as dates
DATE = "^[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|^[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4}"


class Ground:
    """The rows of a source under settled roles, in tables that every check may ask.

    `ready_rows` has every row: row, journey, customer, activity, stamp (as written; of the start where there is no
    end), time (microseconds; when it started where that is known, as in the store), key, good (whether it has all that
    an event needs) and again (whether an equal row comes before it). `ready_events` has the good rows whose time is
    believable, with their place and neighbours in the order of the store.
    """

    def __init__(self, source: Source, roles: Roles, now: int) -> None:
        self.source, self.roles, self.now = source, roles, now
        self.timed = roles.time is not None
        self._lay_rows()
        self._lay_events()

    def ask(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        """The rows that answer a statement, with its values bound."""
        return self.source.connection.execute(statement, values or None).fetchall()

    def one(self, statement: str, **values: Any) -> Any:
        """The single value that answers a statement."""
        return self.ask(statement, **values)[0][0]

    def clear(self) -> None:
        """Free the tables."""
        for table in ("ready_rows", "ready_events"):
            self.source.connection.execute(f"DROP TABLE IF EXISTS {table}")

    def _lay_rows(self) -> None:
        roles, source = self.roles, self.source
        written = [f"c{n}::VARCHAR" for n in (roles.time, roles.start) if n is not None] or ["NULL::VARCHAR"]
        key = "NULL" if roles.order is None else f"c{roles.order}"
        every = ", ".join(f"c{number}" for number in range(len(source.columns)))
        columns = [
            f"CASE WHEN {filled(written[0])} THEN {written[0]} ELSE {written[-1]} END AS stamp",
            f"TRY_CAST({key} AS DOUBLE) AS key",
            f"{key}::VARCHAR AS key_text",
            f"hash({every}) AS copy",
        ]
        statement, values = judged(source, roles, columns)
        repeated = "row_number() OVER (PARTITION BY copy ORDER BY row) > 1" if self.timed else "false"
        laid = f"""
            CREATE OR REPLACE TEMP TABLE ready_rows AS
            SELECT * EXCLUDE (journey_id, customer_id, activity_name, reason), journey_id AS journey,
                customer_id AS customer, activity_name AS activity, reason IS NULL AS good, {repeated} AS again
            FROM ({statement})"""
        with in_zone(source, roles.zone) as run:
            run(laid, values or None)

    def _lay_events(self) -> None:
        self.ask(
            """
            CREATE OR REPLACE TEMP TABLE ready_events AS
            SELECT row, journey, customer, activity, time, key, key_text,
                row_number() OVER steps AS position, lag(row) OVER steps AS before_row,
                lag(activity) OVER steps AS before, lead(activity) OVER steps AS after,
                lag(time) OVER steps AS before_time, lag(key) OVER steps AS before_key
            FROM ready_rows WHERE good AND (time IS NULL
                OR time <= $latest AND time // $day NOT IN (SELECT unnest($default::BIGINT[])))
            WINDOW steps AS (PARTITION BY journey ORDER BY time, key, key_text, row)""",
            latest=self.now + DAY,
            day=DAY,
            default=self.default_days,
        )

    @cached_property
    def default_days(self) -> list[int]:
        """The days (since 1970) that stand for no day in this log; a relative clock has no dates."""
        if self.roles.writing.relative:
            return []
        days = self.ask(f"SELECT DISTINCT time // {DAY} FROM ready_rows WHERE time IS NOT NULL")
        return lonely(day for (day,) in days)

    @cached_property
    def sizes(self) -> dict[str, int]:
        """How many rows, events, journeys, moves and columns there are."""
        rows = self.one("SELECT count(*) FROM ready_rows")
        [(events, journeys)] = self.ask("SELECT count(*), count(DISTINCT journey) FROM ready_events")
        columns = len(self.source.columns)
        return {"rows": rows, "events": events, "journeys": journeys, "moves": events - journeys, "columns": columns}

    @cached_property
    def others(self) -> list[int]:
        """The columns that have no role."""
        return [number for number in range(len(self.source.columns)) if number not in self.roles.taken]

    @cached_property
    def texts(self) -> list[int]:
        """The columns of text."""
        return [number for number, kind in enumerate(self.source.kinds) if kind == "text"]

    @cached_property
    def filled(self) -> list[int]:
        """How many rows have a value, for each column."""
        texts = dict(zip(self.texts, by_column(self.source, f"count_if({filled('c{n}')})", self.texts), strict=True))
        others = [n for n in range(len(self.source.columns)) if n not in texts]
        counts = texts | dict(zip(others, by_column(self.source, "count(c{n})", others), strict=True))
        return [counts[n] for n in range(len(self.source.columns))]

    @cached_property
    def distinct(self) -> list[int]:
        """How many different values each column has."""
        return list(by_column(self.source, "count(DISTINCT c{n})", range(len(self.source.columns))))

    @cached_property
    def numeric(self) -> list[int]:
        """The columns without a role whose values are nearly all numbers, and whose name does not say id."""
        named = [n for n in self.others if not NAMES_THINGS.search(self.source.columns[n])]
        counts = by_column(self.source, "count(TRY_CAST(c{n}::VARCHAR AS DOUBLE))", named)
        plain = {n for n, count in zip(named, counts, strict=True) if NEARLY * self.filled[n] < count}
        return [n for n in named if self.source.kinds[n] != "time" and (n in plain or n in self.written)]

    @cached_property
    def measured(self) -> list[int]:
        """The columns of numbers that are quantities: not whole numbers whose name says that they are names."""
        called = [n for n in self.numeric if NAMES.search(self.name(n)) and not AMOUNT.search(self.name(n))]
        broken = by_column(self.source, "count_if(TRY_CAST(c{n}::VARCHAR AS DOUBLE) % 1 <> 0)", called)
        names = {n for n, count in zip(called, broken, strict=True) if not count}
        return [n for n in self.numeric if n not in names]

    @cached_property
    def dated(self) -> list[tuple[int, str, Writing]]:
        """The columns of dates or times without a role, each with the SQL of its moment and how it is written."""
        kinds, columns = self.source.kinds, []
        texts = [n for n in self.others if kinds[n] == "text" and self.filled[n]]
        counts = by_column(self.source, f"count_if(regexp_matches(trim(c{{n}}), '{braced(DATE)}'))", texts)
        like = dict(zip(texts, counts, strict=True))
        for n in self.others:
            typed = kinds[n] in ("time", "date") and self.filled[n] > 0
            if typed or like.get(n, 0) >= LIKE_TIMES * max(self.filled[n], 1):
                writing, _ = stamps.find(self.source.connection, self.source.rows, f"c{n}", kinds[n])
                columns.append((n, stamps.sql(writing, f"q.c{n}", kinds[n]), writing))
        return columns

    @cached_property
    def written(self) -> dict[int, str]:
        """The columns of numbers that are written for people, such as "1.234,50 €", each with its decimal sign."""
        texts = [n for n in self.texts if n in self.others and self.filled[n]]
        asked = ", ".join(f"count_if(regexp_full_match(trim(c{{n}}), '{braced(form)}'))" for form in WRITTEN.values())
        counts = list(by_column(self.source, f"count(TRY_CAST(c{{n}} AS DOUBLE)), {asked}", texts))
        width, decimals = 1 + len(WRITTEN), {}
        for place, column in enumerate(texts):
            plain, *written = counts[width * place : width * (place + 1)]
            best = max(zip(written, WRITTEN, strict=True))
            if plain <= NEARLY * self.filled[column] < best[0]:
                decimals[column] = best[1]
        return decimals

    @cached_property
    def days(self) -> list[tuple[int, int]]:
        """The days (since 1970, UTC) that have events, in order, with how many."""
        return self.ask(f"SELECT time // {DAY} AS day, count(*) FROM ready_events GROUP BY 1 ORDER BY 1")

    @cached_property
    def clock(self) -> str:
        """The SQL of an event's local time, in microseconds."""
        zone = self.roles.zone.replace("'", "")
        return f"epoch_us(timezone('{zone}', make_timestamptz(time)))"

    @cached_property
    def grain(self) -> str:
        """ "days" or "hours" where the times are whole ones, in whatever zone; else nothing.

        A day that was written as midnight of another zone stands here at one hour, or at two that follow each other:
        in summer and in winter.
        """
        hours = self.ask(f"SELECT DISTINCT time % {HOUR} FROM ready_events LIMIT 2")
        if len(hours) != 1:
            return ""
        at = sorted(hour for (hour,) in self.ask(f"SELECT DISTINCT {self.clock} % {DAY} // {HOUR} FROM ready_events"))
        return "days" if len(at) == 1 or (len(at) == 2 and at[1] - at[0] in (1, 23)) else "hours"

    @cached_property
    def by_day(self) -> dict[str, list[int]]:
        """The activities that are known by the day only, each with the times of day at which midnight stands.

        That is 0, or two that follow each other within an hour: a midnight of another zone, in summer and in winter.
        """
        counts: dict[str, dict[int, int]] = defaultdict(dict)
        at = f"{self.clock} % {DAY}"
        for label, moment, count in self.ask(f"""
            SELECT activity, {at}, count(*) FROM ready_events WHERE {at} % {HOUR // 4} = 0 GROUP BY 1, 2"""):
            counts[label][moment] = count
        midnights = {label: _midnights(counts[label], events) for label, events, *_ in self.labels if events >= KNOWN}
        return {label: moments for label, moments in midnights.items() if moments}

    @property
    def at_midnight(self) -> tuple[str, dict[str, list[Any]]]:
        """The SQL that says whether an event is known by its day only, in a log that knows the time of others."""
        moments = {moment for moments in self.by_day.values() for moment in moments}
        hour = f"list_contains($midnights::BIGINT[], {self.clock} % {DAY})"
        return f"(list_contains($by_day::VARCHAR[], activity) AND {hour})", {
            "by_day": [*self.by_day],
            "midnights": sorted(moments),
        }

    @cached_property
    def lifecycle(self) -> int | None:
        """The column that says which part of an event a row is, such as start or complete, if one does.

        Its words say so, its name, or how it is used: what a journey does of one activity begins with one value and
        ends with another.
        """
        named = stepping(self.source, self.roles.taken)
        if named is not None:
            return self.source.columns.index(named)
        few = [n for n in self.others if self.source.kinds[n] == "text" and 1 < self.distinct[n] <= MOST_PARTS]
        return next((n for n in few if LIFECYCLE.search(self.name(n)) or self._begins_and_ends(n)), None)

    def _begins_and_ends(self, column: int) -> bool:
        """Whether in most of what a journey does of one activity the first row has one value, the last another."""
        place = "ORDER BY time, key, key_text, row"
        [(events, paired, several, first, first_rows, last, last_rows)] = self.ask(f"""
            WITH parts AS (SELECT count(*) AS rows, first(c{column} {place}) AS a, last(c{column} {place}) AS b
                FROM ready_events JOIN {self.source.rows} USING (row) GROUP BY journey, activity),
                several AS (FROM parts WHERE rows > 1)
            SELECT (SELECT sum(rows) FROM parts), sum(rows), count(*),
                mode(a), count(*) FILTER (a = (SELECT mode(a) FROM several)),
                mode(b), count(*) FILTER (b = (SELECT mode(b) FROM several)) FROM several""")
        steady = min(first_rows, last_rows) >= STEADY * several > 0
        return first != last and steady and 2 * paired >= events

    @cached_property
    def labels(self) -> list[tuple[str, int, int, int, int]]:
        """Each activity with its events, its journeys, and the journeys that begin and that end with it."""
        return self.ask("""
            SELECT activity, count(*), count(DISTINCT journey), count_if(before IS NULL), count_if(after IS NULL)
            FROM ready_events GROUP BY 1 ORDER BY 2 DESC, 1""")

    def full(self, column: int) -> str:
        """The SQL that says whether a column has a value."""
        return filled(f"c{column}") if self.source.kinds[column] == "text" else f"(c{column} IS NOT NULL)"

    def number(self, column: int) -> str:
        """The SQL of a column's value as a number; null where it is none."""
        if column in self.written:
            return as_number(f"c{column}", self.written[column])
        text = "" if self.source.kinds[column] in ("integer", "number") else "::VARCHAR"
        return f"TRY_CAST(c{column}{text} AS DOUBLE)"

    def name(self, column: int | None) -> str:
        """What the source calls the column."""
        return "" if column is None else self.source.columns[column]

    def counted(self, column: int, most: int) -> list[tuple[str, int]]:
        """The different values of a column with their counts, the most frequent first; none if there are too many."""
        if self.distinct[column] > 2 * most:
            return []
        counts = self.ask(f"""
            SELECT c{column}::VARCHAR AS value, count(*) FROM {self.source.rows} WHERE {filled(f"c{column}")}
            GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {most + 1}""")
        return counts if len(counts) <= most else []


def _midnights(counts: Mapping[int, int], events: int) -> list[int]:
    """The times of day at which nearly all of so many events stand, if these are a midnight."""
    ways = [[0], *([moment, (moment + HOUR) % DAY] for moment in counts)]
    usual = max(ways, key=lambda way: sum(counts.get(moment, 0) for moment in way))
    shares = [counts.get(moment, 0) / events for moment in usual]
    return usual if sum(shares) >= NEARLY and min(shares) >= SEASON else [0] * (counts.get(0, 0) >= NEARLY * events)


def among(ground: Ground, column: int) -> str:
    """The SQL of the rows whose value in the column is one of the bound `wanted`."""
    return f"SELECT row FROM {ground.source.rows} WHERE c{column}::VARCHAR IN (SELECT unnest($wanted::VARCHAR[]))"
