"""Which column is most likely what? A guess adds up what a column's name says and what its values do.

A journey id repeats, an activity takes few values and varies within a journey, a time reads as a time and moves, a
customer has few journeys and does not change within one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cxkit.cached import cached_property
from cxkit.reading import stamps
from cxkit.reading.names import says
from cxkit.schema import ROW
from cxkit.shaping.columns import braced, by_column
from cxkit.words import many, percent, rounded

if TYPE_CHECKING:
    from cxkit.reading.source import Source

SAMPLED_JOURNEYS = 2_000
DATES = 0.9  # of a column's values: it holds dates
FORWARD = 0.95  # of the steps within journeys: numbers that count the time since a beginning
MOST_JOURNEYS_PER_CUSTOMER = 500
Ranked = Iterator[tuple[float, "Profile", str]]


@dataclass(frozen=True)
class Profile:
    """What the values of one column do."""

    number: int
    name: str
    kind: str
    distinct: int
    filled: int
    rows: int

    def says(self, role: str) -> float:
        """How much the name speaks for the role, 0 to 3."""
        return says(self.name, role)

    @property
    def repeats(self) -> float:
        """Rows per distinct value."""
        return self.filled / max(self.distinct, 1)


class Guesses:
    """The best guess for each role, given the columns that are taken; what is not asked for is not looked at."""

    def __init__(self, source: Source, taken: Mapping[str, int]) -> None:
        self.source, self.taken = source, taken

    def best(self, role: str) -> tuple[int, str] | None:
        """The most likely free column for the role and why, or None when none will do."""
        for _, profile, reason in self.ranked(role):
            return profile.number, reason
        return None

    def ranked(self, role: str) -> list[tuple[float, Profile, str]]:
        """Every free column that may have the role, the most likely first: how much speaks for it, and why."""
        ways: dict[str, Callable[[], Ranked]] = {
            "journey": self._journeys,
            "time": self._times,
            "activity": self._activities,
            "customer": self._customers,
        }
        free = [entry for entry in ways[role]() if entry[0] > 0 and entry[1].number not in self.taken.values()]
        return sorted(free, key=lambda entry: -entry[0])

    @cached_property
    def profiles(self) -> list[Profile]:
        """The profile of every column."""
        source = self.source
        rows = source.connection.execute(f"SELECT count(*) FROM {source.rows}").fetchone()[0]  # type: ignore[index]
        asked = "approx_count_distinct(c{n}), count(nullif(trim(c{n}::VARCHAR), ''))"
        figures = list(by_column(source, asked, range(len(source.columns))))
        counts = zip(figures[::2], figures[1::2], strict=True)
        named = enumerate(source.columns)
        return [Profile(n, name, source.kinds[n], *count, rows) for (n, name), count in zip(named, counts, strict=True)]

    @cached_property
    def varying(self) -> set[int]:
        """The columns that take several values within a journey, looked for in a sample of whole journeys."""
        source, journey = self.source, self.taken["journey"]
        others = [n for n in range(len(source.columns)) if n != journey]
        source.connection.execute(f"""
            CREATE OR REPLACE TEMP TABLE sampled AS SELECT * FROM {source.rows} WHERE c{journey} IN (
                SELECT c{journey} FROM {source.rows} GROUP BY 1 ORDER BY hash(c{journey}) LIMIT {SAMPLED_JOURNEYS})""")
        extremes = f"SELECT min(c{{n}}) AS low, max(c{{n}}) AS high FROM sampled GROUP BY c{journey}"
        answers = by_column(source, f"(SELECT bool_or(low <> high) FROM ({extremes}))", others, "(SELECT 1)")
        return {n for n, varies in zip(others, answers, strict=True) if varies}

    def _journeys(self) -> Ranked:
        for p in self.profiles:
            if p.kind in ("time", "date", "boolean", "number") or not p.filled:
                continue
            repeated = 1.0 if 1.2 < p.repeats <= 200 else 0.3 if p.repeats > 200 else -1.0
            by_name = max(p.says("journey"), 0.8 * p.says("customer"))
            few = by_name == 0 and (p.distinct < 2 or p.repeats > 200)
            if few or ((by_name == 0 or p.says("time")) and self._read_as_times(p) > 0.9):
                continue
            reason = f"about {many(p.distinct)} values, {rounded(p.repeats)} rows each"
            yield by_name + repeated + 0.5 * (p.filled == p.rows), p, reason

    def _times(self) -> Ranked:
        moving = [p for p in self.profiles if p.number in self.varying]
        times = list(self._times_among(moving)) or list(self._clocks(moving))
        yield from times or self._times_among([p for p in self.profiles if p not in moving])

    def _times_among(self, profiles: list[Profile]) -> Ranked:
        for p in profiles:
            if p.kind == "boolean" or (p.kind in ("integer", "number") and not p.says("time")):
                continue
            share = self._read_as_times(p)
            if share > (0.5 if p.says("time") else 0.8):
                score = p.says("time") + (p.distinct + p.filled) / p.rows
                yield score, p, f"{percent(share)} of a sample read as times"

    def _clocks(self, profiles: list[Profile]) -> Ranked:
        """Plain numbers that are called like times and never go back: hours since a beginning, or a sheet's days."""
        for p in profiles:
            if p.kind in ("text", *stamps.NUMERIC) and (p.says("time") or stamps.unit_of(p.name)):
                writing, share = self._written(p, p.name)
                counted = writing.relative or writing.name == stamps.SHEET
                if counted and share == 1 and p.distinct > 2 and self.forward(p) >= FORWARD:
                    yield p.says("time") + 1, p, "numbers that go forward within journeys"

    def forward(self, p: Profile) -> float:
        """The share of neighbouring rows of a journey, in a sample of journeys, whose times do not go back."""
        assert self.varying is not None  # the sample of journeys is there
        writing, _ = self._written(p, p.name)
        moment = stamps.sql(writing, f"c{p.number}", p.kind)
        statement = f"""
            SELECT coalesce(avg((moment >= before)::INT), 1) FROM (
                SELECT moment, lag(moment) OVER (PARTITION BY journey ORDER BY {ROW}) AS before
                FROM (SELECT c{self.taken["journey"]} AS journey, {ROW}, {moment} AS moment FROM sampled))
            WHERE before IS NOT NULL AND moment IS NOT NULL"""
        [share] = self.source.connection.execute(statement, stamps.values(writing, statement)).fetchone() or (1.0,)
        return float(share)

    def _written(self, p: Profile, name: str | None = None) -> tuple[stamps.Writing, float]:
        return stamps.find(self.source.connection, self.source.rows, f"c{p.number}", p.kind, name)

    @cached_property
    def _dates(self) -> set[int]:
        """The columns whose values are dates, whatever they are called: none of them says what happened."""
        texts = [p for p in self.profiles if p.kind in ("text", "integer") and p.filled]
        asked = (
            f"avg(regexp_matches(c{{n}}::VARCHAR, '{braced(stamps.DATE_LIKE)}')::INT) FILTER (c{{n}}::VARCHAR <> '')"
        )
        shares = by_column(self.source, asked, [p.number for p in texts], "sampled" if self.varying else None)
        alike = [p for p, share in zip(texts, shares, strict=True) if share is not None and share > DATES]
        return {p.number for p in alike if self._written(p)[1] > DATES}

    def _read_as_times(self, p: Profile) -> float:
        return self._written(p)[1]

    def _activities(self) -> Ranked:
        for p in self.profiles:
            named = p.kind in ("text", "integer") and p.filled and p.distinct <= max(50, p.rows / 4)
            if named and p.number not in self._dates:
                varies = p.number in self.varying
                score = p.says("activity") + varies + 0.5 * (p.kind == "text") + 0.5 * (p.filled == p.rows)
                yield score, p, f"about {many(p.distinct)} values{', changing within a journey' if varies else ''}"

    def _customers(self) -> Ranked:
        journey = self.taken["journey"]
        named = [n for n, name in enumerate(self.source.columns) if says(name, "customer")]
        if not set(named) - set(self.taken.values()) or journey in named:
            return
        for p in (self.profiles[n] for n in named):
            few_journeys = p.distinct * MOST_JOURNEYS_PER_CUSTOMER >= self.profiles[journey].distinct
            steady = p.filled == p.rows and p.number not in self.varying
            if p.kind in ("text", "integer") and few_journeys and steady:
                yield p.says("customer"), p, f"about {many(p.distinct)} values, one per journey"
