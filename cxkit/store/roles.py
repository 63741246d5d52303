"""Which column is journey, activity, time, customer: guessed with evidence, decided by the user.

A guess adds up what the column's name says and what its values do: a journey id repeats, an activity takes few
values and varies within a journey, a time reads as a time and moves.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cxkit.errors import InputError, not_found
from cxkit.store import stamps
from cxkit.store.stamps import Writing
from cxkit.times import zone_of

if TYPE_CHECKING:
    from cxkit.store.read import Source

SAMPLED_JOURNEYS = 2_000
COLUMNS_AT_ONCE = 40
MOST_JOURNEYS_PER_CUSTOMER = 500
WORDS = {
    "journey": "journey case trace process session visit ticket incident order claim application request number id nr",
    "activity": "activity event action step task touchpoint handling status state concept operation page name type",
    "time": "timestamp time datetime date when at updated occurred created start complete",
    "customer": "customer client user account household patient person member subscriber citizen",
}
XES = {"case:concept:name": "journey", "concept:name": "activity", "time:timestamp": "time"}


@dataclass(frozen=True)
class Given:
    """What the user has said about the columns; None means: guess."""

    journey: str | None = None
    activity: str | None = None
    time: str | None = None
    customer: str | None = None
    order: str | None = None
    journey_attributes: Sequence[str] | None = None
    event_attributes: Sequence[str] | None = None
    zone: str = "UTC"
    time_format: str | None = None

    def check(self) -> None:
        """Raise unless names are texts, lists are lists, and the zone exists."""
        zone_of(self.zone)
        for role in ("journey", "activity", "time", "customer", "order"):
            if not isinstance(getattr(self, role), str | int | None):
                raise InputError(f"{role}={getattr(self, role)!r} is no column name.")
        for level in ("journey_attributes", "event_attributes"):
            names = getattr(self, level)
            if names is not None and (isinstance(names, str) or not isinstance(names, Sequence)):
                raise InputError(f'{level}={names!r} is no list of column names. Write for example ["plan"].')


@dataclass(frozen=True)
class Roles:
    """Settled roles: column numbers in the source, how stamps are written, and why."""

    journey: int
    activity: int
    time: int | None
    customer: int
    order: int | None
    journey_attributes: tuple[int, ...]
    event_attributes: tuple[int, ...]
    zone: str
    writing: Writing
    evidence: tuple[tuple[str, str | None, str], ...]


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
        if XES.get(self.name.lower()):
            return 3.0 if XES[self.name.lower()] == role else 0.0
        tokens = re.findall(r"[a-z]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", self.name).lower())
        words = WORDS[role].split()
        ranks = [words.index(token) for token in tokens if token in words]
        return 2.0 - min(ranks) / len(words) if ranks else 0.0

    @property
    def repeats(self) -> float:
        """Rows per distinct value."""
        return self.filled / max(self.distinct, 1)


def settle(source: Source, given: Given) -> Roles:
    """Check what is given, guess what is not."""
    given.check()
    taken = dict(_named(source, given))
    profiles = _profiles(source)
    if not profiles[0].rows:
        reasons = Counter(reason for _, reason, _ in source.unfit)
        why = "".join(f" ({reason}: {count:,})" for reason, count in reasons.items())
        raise InputError(f'"{source.name}" has a header but no rows that can be read{why}. It needs one row per event.')
    why = dict.fromkeys(taken, "given")

    def choose(role: str, ranked: list[tuple[float, Profile, str]]) -> int | None:
        free = [entry for entry in ranked if entry[1].number not in taken.values() and entry[0] > 0]
        if role in taken or not free:
            return taken.get(role)
        _, best, reason = max(free, key=lambda entry: entry[0])
        taken[role], why[role] = best.number, reason
        return best.number

    journey = _needed(source, "journey", choose("journey", _journeys(profiles, source)))
    varying = _varying(source, journey)
    moving = [p for p in profiles if p.number in varying] or profiles
    time = choose("time", [] if "time" in taken else _times(source, moving) or _times(source, profiles))
    activity = _needed(source, "activity", choose("activity", _activities(profiles, varying)))
    customer = choose("customer", _customers(profiles, journey, varying))
    writing = _writing(source, given, time)
    journey_level, event_level = _attributes(source, given, set(taken.values()), varying)
    evidence: list[tuple[str, str | None, str]] = [
        (role, source.columns[taken[role]], why[role]) for role in ("journey", "activity") if role in taken
    ]
    stamped = f"{why.get('time')}; {writing.name}. {writing.doubt}".strip()
    evidence.append(("time", source.columns[time], stamped) if time is not None else ("time", None, NO_TIME))
    evidence.append(
        ("customer", source.columns[customer], why["customer"])
        if customer is not None
        else ("customer", source.columns[journey], "no customer column found: each journey counts as a customer")
    )
    return Roles(
        journey,
        activity,
        time,
        journey if customer is None else customer,
        taken.get("order"),
        journey_level,
        event_level,
        given.zone,
        writing,
        tuple(evidence),
    )


NO_TIME = "no time column found: the order is the row order and every duration is unknown"


def _named(source: Source, given: Given) -> Iterator[tuple[str, int]]:
    seen: dict[str, str] = {}
    for role in ("journey", "activity", "time", "customer", "order"):
        name = getattr(given, role)
        if name is None:
            continue
        if name in seen and {role, seen[name]} != {"journey", "customer"}:
            raise InputError(f'Column "{name}" cannot be both {seen[name]} and {role}.')
        seen[name] = role
        yield role, _number(source, name)


def _number(source: Source, name: str | int) -> int:
    name = str(name)
    if name not in source.columns:
        raise not_found("column", name, source.columns)
    return source.columns.index(name)


def _needed(source: Source, role: str, number: int | None) -> int:
    if number is None:
        columns = ", ".join(f'"{name}"' for name in source.columns[:12])
        raise InputError(f"No column looks like the {role}. Name it with {role}=. The columns are {columns}.")
    return number


def _profiles(source: Source) -> list[Profile]:
    rows = source.connection.execute(f"SELECT count(*) FROM {source.rows}").fetchone()[0]  # type: ignore[index]
    asked = "approx_count_distinct(c{n}), count(nullif(trim(c{n}::VARCHAR), ''))"
    found = list(by_column(source, asked, range(len(source.columns))))
    counts = zip(found[::2], found[1::2], strict=True)
    names = enumerate(source.columns)
    return [Profile(n, name, source.kinds[n], *count, rows) for (n, name), count in zip(names, counts, strict=True)]


def by_column(source: Source, asked: str, columns: Sequence[int], table: str | None = None) -> Iterator[Any]:
    """The answers to a question about each column, a few columns at a time so that wide logs stay small."""
    for start in range(0, len(columns), COLUMNS_AT_ONCE):
        part = ", ".join(asked.format(n=n) for n in columns[start : start + COLUMNS_AT_ONCE])
        yield from source.connection.execute(f"SELECT {part} FROM {table or source.rows}").fetchone() or ()


def _journeys(profiles: list[Profile], source: Source) -> list[tuple[float, Profile, str]]:
    ranked = []
    for p in profiles:
        if p.kind in ("time", "date", "boolean", "number") or not p.filled:
            continue
        repeated = 1.0 if 1.2 < p.repeats <= 200 else 0.3 if p.repeats > 200 else -1.0
        said = max(p.says("journey"), 0.8 * p.says("customer"))
        if said == 0 and (p.distinct < 2 or p.repeats > 200 or _reads_as_time(source, p)):
            continue
        score = said + repeated + 0.5 * (p.filled == p.rows)
        ranked.append((score, p, f"about {p.distinct:,} values, {p.repeats:.1f} rows each"))
    return ranked


def _reads_as_time(source: Source, profile: Profile) -> bool:
    return profile.kind == "text" and stamps.find(source.connection, source.rows, f"c{profile.number}", "text")[1] > 0.9


def _varying(source: Source, journey: int) -> set[int]:
    """The columns that take several values within a journey, looked for in a sample of whole journeys."""
    others = [n for n in range(len(source.columns)) if n != journey]
    source.connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE sampled AS SELECT * FROM {source.rows} WHERE c{journey} IN (
            SELECT c{journey} FROM {source.rows} GROUP BY 1 ORDER BY hash(c{journey}) LIMIT {SAMPLED_JOURNEYS})""")
    extremes = f"SELECT min(c{{n}}) AS low, max(c{{n}}) AS high FROM sampled GROUP BY c{journey}"
    several = f"(SELECT bool_or(low <> high) FROM ({extremes}))"
    found = by_column(source, several, others, "(SELECT 1)")
    return {n for n, varies in zip(others, found, strict=True) if varies}


def _times(source: Source, profiles: list[Profile]) -> list[tuple[float, Profile, str]]:
    ranked = []
    for p in profiles:
        if p.kind == "boolean" or (p.kind in ("integer", "number") and not p.says("time")):
            continue
        share = stamps.find(source.connection, source.rows, f"c{p.number}", p.kind)[1]
        if share > (0.5 if p.says("time") else 0.8):
            rows = max(p.rows, 1)
            ranked.append(
                (p.says("time") + (p.distinct + p.filled) / rows, p, f"{share:.0%} of a sample read as times")
            )
    return ranked


def _activities(profiles: list[Profile], varying: set[int]) -> list[tuple[float, Profile, str]]:
    return [
        (
            p.says("activity") + (p.number in varying) + 0.5 * (p.kind == "text") + 0.5 * (p.filled == p.rows),
            p,
            f"about {p.distinct:,} values{', changing within a journey' if p.number in varying else ''}",
        )
        for p in profiles
        if p.kind in ("text", "integer") and p.filled and p.distinct <= max(50, p.rows / 4)
    ]


def _customers(profiles: list[Profile], journey: int, varying: set[int]) -> list[tuple[float, Profile, str]]:
    journeys = next((p for p in profiles if p.number == journey), None)
    if journeys is None or journeys.says("customer"):
        return []
    return [
        (p.says("customer"), p, f"about {p.distinct:,} values, one per journey")
        for p in profiles
        if p.kind in ("text", "integer") and p.filled == p.rows and p.number not in varying
        if p.says("customer") and p.distinct * MOST_JOURNEYS_PER_CUSTOMER >= journeys.distinct
    ]


def _writing(source: Source, given: Given, time: int | None) -> Writing:
    if time is None:
        return Writing(stamps.ISO)
    if given.time_format:
        return stamps.given(source.connection, given.time_format)
    return stamps.find(source.connection, source.rows, f"c{time}", source.kinds[time])[0]


def _attributes(
    source: Source, given: Given, taken: set[int], varying: set[int]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    named = [given.journey_attributes, given.event_attributes]
    if any(names is not None for names in named):
        journeys, events = ([_number(source, name) for name in names or ()] for names in named)
        both = set(journeys) & set(events)
        if both:
            name = source.columns[both.pop()]
            raise InputError(f'Column "{name}" cannot be an attribute of both journeys and events.')
        return tuple(dict.fromkeys(journeys)), tuple(dict.fromkeys(events))
    rest = [n for n in range(len(source.columns)) if n not in taken]
    return tuple(n for n in rest if n not in varying), tuple(n for n in rest if n in varying)
