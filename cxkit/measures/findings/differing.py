"""Where the goal is reached less or more often: groups that really differ, and episodes in which one fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from cxkit.facts import outcome as outcomes
from cxkit.facts.outcome import GOAL
from cxkit.measures.findings.candidates import Candidate, values
from cxkit.measures.findings.finding import CHANGE, EPISODE, GROUP, Finding
from cxkit.measures.findings.landmark import Landmark, plain
from cxkit.selection import segment
from cxkit.statistics.discoveries import FALSE, discoveries
from cxkit.statistics.drivers import Effect, effect
from cxkit.statistics.episodes import Episode, episode
from cxkit.where.attributes import attribute
from cxkit.where.filter import Filter
from cxkit.where.moments import during
from cxkit.words import lasting, many, percent, precise, safe, spanned

if TYPE_CHECKING:
    from cxkit.journeys import Journeys

Row = Mapping[str, Any]
SMALLEST = 0.001
LEAST, WEEKS = 5, 12  # judged journeys of a week; whole weeks with as many
SERIES = {"started": "journeys that start", "goals": "the goal rate", "median": "the median time"}


def differing(journeys: Journeys) -> Iterator[Finding]:
    """Episodes, groups and changes, each judged in a family of its own."""
    if outcomes.name_in(journeys.selection.star) is not None:
        episodes = list(_episodes(journeys))
        told = frozenset[str]().union(*(finding.about for finding in episodes))
        yield from episodes
        yield from (finding for finding in _groups(journeys) if not finding.about & told)
    yield from _changes(journeys)


def _chance(q: float) -> str:
    """How sure a difference is, as a q."""
    return f"q {precise(q)}" if q >= SMALLEST else f"q below {precise(SMALLEST)}"


# ---- groups ----------------------------------------------------------------------------------------------------------


def _groups(journeys: Journeys) -> Iterator[Finding]:
    """Values of attributes with which the goal is reached in another share than without."""
    land = plain(journeys, GOAL)
    pairs = [(candidate, effect(land.customer, land.outcome, candidate.side)) for candidate in values(land, set())]
    tested = [(candidate, told) for candidate, told in pairs if told is not None]
    for (candidate, told), q in zip(tested, discoveries([told.p for _, told in tested]), strict=True):
        if q <= FALSE and told.has not in (0.0, 1.0) and told.lacks not in (0.0, 1.0):
            yield _group(journeys, land, candidate, told, q)


def _group(journeys: Journeys, land: Landmark, candidate: Candidate, told: Effect, q: float) -> Finding:
    less = "only " if told.difference < 0 else ""
    sentence = (
        f"With {safe(candidate.words)} {less}{percent(told.has)} of {many(told.n_has, 'journey')} reach the goal, "
        f"{percent(told.lacks)} of all others."
    )
    ends = sorted((abs(told.low), abs(told.high)))
    sure = f"a difference of {percent(ends[0])} to {percent(ends[1])}, {_chance(q)}"
    reach, size = told.n_has / max(len(land.outcome), 1), abs(told.difference) / max(told.has, told.lacks)
    clause = chosen(candidate.column or "", candidate.value, candidate.above, journeys)
    about = frozenset({f"attribute {candidate.column}"})
    look = f"j.outcomes(by={candidate.column!r})"
    return Finding(GROUP, sentence, sure, about, reach, size, 1 - q, look, clause)


def chosen(name: str, value: str | None, above: float | None, journeys: Journeys) -> Filter:
    """The journeys with a value, or with a number that is at least so much."""
    if above is None:
        return segment.clause(value or "", journeys, name)
    return attribute(name, at_least=int(above) if journeys.selection.star.attribute(name).kind == "integer" else above)


# ---- episodes --------------------------------------------------------------------------------------------------------


class Series(NamedTuple):
    """The weeks of a value, by which its goal rate is compared with that of all other journeys of the same weeks."""

    name: str
    text: str
    weeks: Sequence[Row]
    rests: Sequence[float]

    @property
    def gaps(self) -> list[float]:
        """How far its goal rate is from that of the others, week by week."""
        return [row["goal_share"] - rest for row, rest in zip(self.weeks, self.rests, strict=True)]


def _episodes(journeys: Journeys) -> Iterator[Finding]:
    """Stretches of weeks in which journeys with a value did better or worse, beside all others, than in other weeks."""
    star = journeys.selection.star
    names = [name for name, kept in star.by_name.items() if kept.level != "event" and kept.kind in ("text", "boolean")]
    ended = {outcomes.NAME, outcomes.TAKEN} & set(star.columns)
    every = [series for name in names if name not in ended for series in _series(journeys, name)]
    pairs = [(series, told) for series in every if (told := episode(series.gaps)) is not None]
    for (series, told), q in zip(pairs, judged([told.p for _, told in pairs], len(every)), strict=True):
        if q <= FALSE:
            yield _episode(journeys, series, told, q)


def judged(ps: Sequence[float], looked_at: int) -> list[float]:
    """The q of these, in a family of so many, of which the others showed nothing."""
    return discoveries([*ps, *[1.0] * (looked_at - len(ps))])[: len(ps)]


def _series(journeys: Journeys, name: str) -> Iterator[Series]:
    rows = journeys.over_time(per="week", by=name).table.to_pylist()
    texts = list(dict.fromkeys(row["segment"] for row in rows if row["besides"] is None))
    by_week: dict[str, list[Row]] = {}
    for row in rows:
        by_week.setdefault(row["period"], []).append(row)
    for text in texts if len(texts) > 1 else []:
        weeks, rests = [], []
        for parts in by_week.values():
            own = next(row for row in parts if row["segment"] == text)
            others = [row for row in parts if row is not own and row["ended"]]
            n = sum(row["ended"] for row in others)
            if own["complete"] and own["ended"] >= LEAST and n >= LEAST:
                weeks.append(own)
                rests.append(sum(row["goal_share"] * row["ended"] for row in others) / n)
        if len(weeks) >= WEEKS:
            yield Series(name, text, weeks, rests)


def _episode(journeys: Journeys, series: Series, told: Episode, q: float) -> Finding:
    """The stretch in which a value did better or worse than in all other weeks."""
    inside, outside = series.weeks[told.start : told.end], [*series.weeks[: told.start], *series.weeks[told.end :]]
    rate, usual, n = _rate(inside), _rate(outside), sum(row["ended"] for row in inside)
    since, until = inside[0]["first_day"], inside[-1]["last_day"]
    less = "only " if rate < usual else ""
    sentence = (
        f"From {spanned(since, until)}, {less}{percent(rate)} of {many(n, 'journey')} with {safe(series.name)} "
        f"{safe(series.text)} reached the goal; in all other weeks {percent(usual)}."
    )
    of = sum(row["ended"] for row in series.weeks)
    reach = n / max(journeys.n.journeys, 1)
    clause = segment.clause(series.text, journeys, series.name) & during(
        since.isoformat(), until.isoformat(), how="started"
    )
    about = frozenset({f"attribute {series.name}", "change of goals"})
    sure = f"{many(len(inside), 'week')} of {many(len(series.weeks))}, {many(of, 'journey')} in all; {_chance(q)}"
    size = abs(rate - usual) / max(rate, usual)
    look = f'j.over_time(per="week", by={series.name!r})'
    return Finding(EPISODE, sentence, sure, about, reach, size, 1 - q, look, clause, since, until)


def _rate(weeks: Sequence[Row]) -> float:
    return sum(row["goal_share"] * row["ended"] for row in weeks) / max(sum(row["ended"] for row in weeks), 1)


# ---- changes ---------------------------------------------------------------------------------------------------------


def _changes(journeys: Journeys) -> Iterator[Finding]:
    """Changes of the whole log in time: how many start, how many reach the goal, how long it takes."""
    say = {"journeys": lambda value: f"{many(value)} a week", "share": percent, "seconds": lasting}
    for row in journeys.change_points(per="week").table.to_pylist() if journeys.n.journeys else []:
        before, after = (say[row["unit"]](row[name]) for name in ("before", "after"))
        first, last = row["first_day"], row["last_day"]
        sentence = f"From {spanned(first, last)}, {SERIES[row['figure']]} went from {before} to {after}."
        size = abs(row["after"] - row["before"]) / max(abs(row["after"]), abs(row["before"]), 1e-9)
        since = f"{many(row['count'], 'journey')} of {many(row['customers'], 'customer')} started then"
        reach = row["count"] / journeys.n.journeys
        clause, q = during(first.isoformat(), last.isoformat(), how="started"), row["q"]
        about, sure = frozenset({f"change of {row['figure']}"}), f"{since}; {_chance(q)}"
        yield Finding(CHANGE, sentence, sure, about, reach, size, 1 - q, "j.change_points()", clause, first, last)
