"""Which column is most likely what? A guess adds up what a column's name says and what its values do.

A journey id repeats, an activity takes few values and varies within a journey, a time reads as a time and moves, a
customer has few journeys and does not change within one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING

from cxkit.cached import cached_property
from cxkit.reading import stamps
from cxkit.reading.names import COUNTED, parts_of_date, says
from cxkit.schema import ROW
from cxkit.shaping.columns import by_column, by_text, filled
from cxkit.words import many, percent, rounded

if TYPE_CHECKING:
    from cxkit.reading.source import Source

SAMPLED_JOURNEYS = 2_000
DATES = 0.9  # of a column's values: it holds dates
PLAIN_NUMBER = r"^\s*[0-9][0-9.eE+]{3,}\s*$"  # which may be an epoch
FORWARD = 0.95  # of the steps within journeys: numbers that count the time since a beginning
MOST_JOURNEYS_PER_CUSTOMER = 500
MOST_COUNTED = 5_000_000  # rows up to which different values are counted one by one
SHARPNESS, NONE_OF_THEM = 2.0, 1.0
TRIED, FEW_ROWS = 3, 1.2  # columns that may be finer journeys, and rows that each of these has at least
UNSURE = 0.5  # confidence below which a guess is doubted
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
    def counted(self) -> str:
        """How many different values there are, in words; about so many where the rows are too many to count them."""
        return f"{'about ' * (self.rows > MOST_COUNTED)}{many(self.distinct, 'value')}"

    @property
    def repeats(self) -> float:
        """Rows per distinct value."""
        return self.filled / max(self.distinct, 1)


def confidences(ranked: Sequence[tuple[float, Profile, str]]) -> list[float]:
    """How sure each candidate for a role is, 0 to 1: what speaks for it, beside the others and none of them."""
    weights = [exp(SHARPNESS * points) for points, _, _ in ranked]
    total = sum(weights) + exp(SHARPNESS * NONE_OF_THEM)
    return [weight / total for weight in weights]


def doubt(role: str, ranked: Sequence[tuple[float, Profile, str]]) -> str:
    """The sentence that doubts the first candidate, where it is not surer than everything else; else empty."""
    if not ranked or confidences(ranked)[0] >= UNSURE:
        return ""
    first, *others = [f'"{profile.name}"' for _, profile, _ in ranked[:3]]
    instead = f", and not {' or '.join(others)}" if others else ""
    return f"Is {first} the {role}{instead}? It is a guess that little speaks for. Name the column with {role}=."


class Guesses:
    """The best guess for each role, given the columns that are taken; what is not asked for is not looked at."""

    def __init__(self, source: Source, taken: Mapping[str, int]) -> None:
        self.source, self.taken = source, taken
        self._writings: dict[tuple[int, str | None], tuple[stamps.Writing, float]] = {}

    def best(self, role: str) -> tuple[int, str, str] | None:
        """The most likely free column for the role, why, and what makes it doubtful; None when none will do."""
        ranked = self.ranked(role)
        return (ranked[0][1].number, ranked[0][2], self.doubt(role, ranked)) if ranked else None

    def doubt(self, role: str, ranked: Sequence[tuple[float, Profile, str]]) -> str:
        """The sentence that doubts the first candidate for a role, or empty."""
        return doubt(role, ranked) or (self._customers_of(ranked) if role == "journey" else "")

    def _customers_of(self, ranked: Sequence[tuple[float, Profile, str]]) -> str:
        """The doubt that what is called after customers is the customer of finer journeys, which each have one."""
        if not ranked or not ranked[0][1].says("customer") or ranked[0][1].says("journey") > COUNTED:
            return ""
        first = ranked[0][1]
        for _, p, _ in ranked[1 : 1 + TRIED]:
            if p.distinct > first.distinct and p.repeats > FEW_ROWS and not self._varies(first.number, p.number):
                return f'Is "{first.name}" the journey, or is it the customer of the journeys in "{p.name}"?'
        return ""

    def _varies(self, column: int, within: int) -> bool:
        """Whether a column takes several values with the same value of another."""
        groups = f"SELECT min(c{column}) <> max(c{column}) AS v FROM {self.source.rows} GROUP BY c{within}"
        [answer] = self.source.connection.execute(f"SELECT coalesce(bool_or(v), false) FROM ({groups})").fetchone() or (
            False,
        )
        return bool(answer)

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
        counted = "count(DISTINCT c{n})" if rows <= MOST_COUNTED else "approx_count_distinct(c{n})"
        asked = f"{counted}, count(nullif(trim(c{{n}}::VARCHAR), ''))"
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
            repeated = 1.0 if FEW_ROWS < p.repeats <= 200 else 0.3 if p.repeats > 200 else -1.0
            by_name = max(p.says("journey"), 0.8 * p.says("customer"))
            few = by_name == 0 and (p.distinct < 2 or p.repeats > 200)
            if few or ((by_name == 0 or p.says("time")) and self._read_as_times(p) > 0.9):
                continue
            reason = f"{p.counted}, {rounded(p.repeats)} rows each"
            yield by_name + repeated + 0.5 * (p.filled == p.rows), p, reason

    def _times(self) -> Ranked:
        moving = [p for p in self.profiles if p.number in self.varying]
        times = list(self._times_among(moving)) or list(self._clocks(moving))
        yield from times or self._times_among([p for p in self.profiles if p not in moving])

    def _times_among(self, profiles: list[Profile]) -> Ranked:
        for p in profiles:
            counts = p.kind in ("integer", "number")
            if p.kind == "boolean" or (counts and (not p.says("time") or p.name in parts_of_date(self.source.columns))):
                continue
            share = self._read_as_times(p)
            if share > (0.5 if p.says("time") else 0.8):
                score = p.says("time") + (p.distinct + p.filled) / p.rows
                yield score, p, f"{percent(share)} of a sample read as times"

    def _clocks(self, profiles: list[Profile]) -> Ranked:
        """Plain numbers that are called like times and never go back: hours since a beginning, or a sheet's days."""
        parts = parts_of_date(self.source.columns)
        for p in profiles:
            if (
                p.name not in parts
                and p.kind in ("text", *stamps.NUMERIC)
                and (p.says("time") or stamps.unit_of(p.name))
            ):
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
        if name is None and p.kind == "text" and p.number not in self._perhaps_stamped:
            return stamps.Writing(stamps.ISO), 0.0
        if (p.number, name) not in self._writings:
            place = self.source.connection, self.source.rows, f"c{p.number}"
            self._writings[p.number, name] = stamps.find(*place, p.kind, name)
        return self._writings[p.number, name]

    @cached_property
    def _perhaps_stamped(self) -> set[int]:
        """The columns of texts of which some, in a sample, may be stamps; a wide log has few, and each is looked at."""
        texts = [p.number for p in self.profiles if p.kind == "text" and p.filled]
        step = max(1, self.source.size // stamps.SAMPLE)
        sample = f"(SELECT * FROM {self.source.rows} WHERE {ROW} % {step} = 0)"
        asked = [f"bool_or(regexp_matches(v, '{stamps.DATE_LIKE}|{PLAIN_NUMBER}'))"]
        return {n for n, [some] in by_text(self.source, asked, texts, sample).items() if some}

    @cached_property
    def _dates(self) -> set[int]:
        """The columns whose values are dates, whatever they are called: none of them says what happened."""
        texts = [p for p in self.profiles if p.kind in ("text", "integer") and p.filled]
        asked = [f"avg(regexp_matches(v, '{stamps.DATE_LIKE}')::INT)"]
        table = "sampled" if self.varying else self.source.rows
        shares = by_text(self.source, asked, [p.number for p in texts], table)
        return {p.number for p in texts if shares.get(p.number, (0,))[0] > DATES and self._written(p)[1] > DATES}

    def _read_as_times(self, p: Profile) -> float:
        return self._written(p)[1]

    def _activities(self) -> Ranked:
        for p in self.profiles:
            named = p.kind in ("text", "integer") and p.filled and p.distinct <= max(50, p.rows / 4)
            if named and p.number not in self._dates:
                varies = p.number in self.varying
                score = p.says("activity") + varies + 0.5 * (p.kind == "text") + 0.5 * (p.filled == p.rows)
                yield score, p, f"{p.counted}{', changing within a journey' if varies else ''}"

    def _always_there(self, p: Profile) -> bool:
        """Whether a column is filled wherever the journey is."""
        if p.filled == p.rows:
            return True
        journey = f"c{self.taken['journey']}"
        lacking = f"{filled(journey)} AND NOT {filled(f'c{p.number}')}"
        asked = f"SELECT 1 FROM {self.source.rows} WHERE {lacking} LIMIT 1"
        return self.source.connection.execute(asked).fetchone() is None

    def _customers(self) -> Ranked:
        journey = self.taken["journey"]
        named = [n for n, name in enumerate(self.source.columns) if says(name, "customer")]
        if not set(named) - set(self.taken.values()) or journey in named:
            return
        for p in (self.profiles[n] for n in named):
            few_journeys = p.distinct * MOST_JOURNEYS_PER_CUSTOMER >= self.profiles[journey].distinct
            steady = self._always_there(p) and p.number not in self.varying
            if p.kind in ("text", "integer") and few_journeys and steady:
                yield p.says("customer"), p, f"{p.counted}, one per journey"
