"""Which column is most likely what? Every candidate for every role, with how much speaks for it, and why.

The first candidate of a role is the one that `log.roles()` takes. Confidence is a house figure from the same points by
which the candidates are ranked: exp(2 points), as a part of the sum over all candidates for the role and over "none of
them", which has one point. So a runner-up takes from the first one, and a lone weak candidate stays below a half.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from math import exp
from typing import TYPE_CHECKING

from cxkit.reading import stamps
from cxkit.schema import ROW
from cxkit.shaping.guess import Guesses, Profile
from cxkit.shaping.lifecycle import stepping
from cxkit.words import plain

if TYPE_CHECKING:
    import pandas as pd

    from cxkit.log import Log
    from cxkit.reading.source import Source

GUESSED = ("journey", "time", "activity", "customer")
SHARPNESS, NONE_OF_THEM = 2.0, 1.0
SHOWN = 3  # candidates per role in the display; .df() has them all
COLUMNS = ("role", "column", "confidence", "taken", "evidence")


@dataclass(frozen=True)
class Candidate:
    """A column that may have a role: how sure that is, 0 to 1, whether `log.roles()` takes it, and why."""

    role: str
    column: str
    confidence: float
    taken: bool
    evidence: str

    @property
    def said(self) -> str:
        """The evidence, and whether the column is taken."""
        return f"taken: {self.evidence}" if self.taken else self.evidence


@dataclass(frozen=True)
class Guessed:
    """What was guessed about the columns of a log; `.df()` is the table, `doubts` what is hardly meant by it."""

    source: str
    candidates: tuple[Candidate, ...]
    doubts: tuple[str, ...] = ()

    def df(self) -> pd.DataFrame:
        """A row per role and candidate, the best first: role, column, confidence (0 to 1), taken, evidence."""
        import pandas as pd

        rows = [[getattr(one, name) for name in COLUMNS] for one in self.candidates]
        return pd.DataFrame(rows, columns=list(COLUMNS))

    @property
    def shown(self) -> list[tuple[str, Candidate]]:
        """The first few candidates of each role, each first one with the role."""
        roles = list(dict.fromkeys(one.role for one in self.candidates))
        few = [[one for one in self.candidates if one.role == role][:SHOWN] for role in roles]
        return [("" if place else one.role, one) for group in few for place, one in enumerate(group)]

    def __repr__(self) -> str:
        lines = [f"{self.source}: what its columns may be"]
        lines += [f"  {role:<9} {one.column:<28} {one.confidence:>4.0%}  {one.said}" for role, one in self.shown]
        lines += [f"  doubt     {doubt}" for doubt in self.doubts]
        return "\n".join(map(plain, lines))

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{role}</th><td>{'<b>' * one.taken}{escape(one.column)}{'</b>' * one.taken}</td>"
            f'<td style="text-align:right">{one.confidence:.0%}</td><td>{escape(one.said)}</td></tr>'
            for role, one in self.shown
        )
        rows += "".join(f'<tr><th>doubt</th><td colspan="3">{escape(doubt)}</td></tr>' for doubt in self.doubts)
        head = "<tr><th>role</th><th>column</th><th>confidence</th><th>evidence</th></tr>"
        caption = f"<caption>{escape(self.source)}: what its columns may be; those taken in bold</caption>"
        return f'<table class="cx-words">{caption}<thead>{head}</thead><tbody>{rows}</tbody></table>'


def guess(log: Log) -> Guessed:
    """Which column is most likely what, which one comes next, and what speaks for each?

    Journey, time, activity and customer are guessed in this order, each among the columns that are left; roles that
    were given to the log play no part. A format that names its own roles is not guessed at. A column that says start
    and complete is named as a lifecycle.

    >>> import cxkit as cx
    >>> cx.read(cx.toy_table()).guess().df().query("taken")[["role", "column"]].values.tolist()
    [['journey', 'order'], ['time', 'when'], ['activity', 'step'], ['customer', 'client']]
    """
    source = log.source
    with source.lock, source.guarded():
        if knows := source.knows:
            named = [entry for entry in log.roles().settled.evidence if entry[0] in knows.named]
            return Guessed(source.name, tuple(Candidate(role, str(name), 1.0, True, why) for role, name, why in named))
        found, taken = _ranked(source)
        steps = stepping(source, list(taken.values())) if "time" in taken else None
    if steps:
        found.append(Candidate("lifecycle", steps, 0.5, False, "its rows say start and complete"))
    return Guessed(source.name, tuple(found), _doubts(log, taken))


def _doubts(log: Log, taken: dict[str, int]) -> tuple[str, ...]:
    """What is hardly meant by the columns that are taken."""
    if not {"journey", "activity"} <= taken.keys():
        role = "activity" if "journey" in taken else "journey"
        return (f"No column looks like the {role}. Name it with log.roles({role}=...).",)
    words = {role: log.columns[number] for role, number in taken.items()}
    return log.roles(**{"time": "", "customer": "", **words}, journey_attributes=[], event_attributes=[]).doubts


def _ranked(source: Source) -> tuple[list[Candidate], dict[str, int]]:
    """The candidates for every role, and the column that each role takes."""
    taken: dict[str, int] = {}
    guesses, found = Guesses(source, taken), list[Candidate]()
    for role in GUESSED:
        if role != "journey" and "journey" not in taken:
            break
        ranked = guesses.ranked(role)
        weights = [exp(SHARPNESS * points) for points, _, _ in ranked]
        total = sum(weights) + exp(SHARPNESS * NONE_OF_THEM)
        for place, ((_, profile, why), weight) in enumerate(zip(ranked, weights, strict=True)):
            evidence = "; ".join([_name(profile, role), why, *_behaviour(guesses, role, profile)])
            found.append(Candidate(role, profile.name, weight / total, place == 0, evidence))
        if role == "customer":
            found += _doubtful(guesses, {profile.number for _, profile, _ in ranked}, total)
        if ranked:
            taken[role] = ranked[0][1].number
    return found, taken


def _doubtful(guesses: Guesses, ranked: set[int], total: float) -> Iterator[Candidate]:
    """The columns that are called after customers, but do not behave like them: not taken, yet worth a look."""
    for profile in guesses.profiles:
        if profile.says("customer") and profile.number not in ranked | set(guesses.taken.values()):
            changing = ["changing within a journey"] if profile.number in guesses.varying else []
            why = [f"about {profile.distinct:,} values", *changing, *_behaviour(guesses, "customer", profile)]
            evidence = "; ".join([_name(profile, "customer"), *why])
            yield Candidate("customer", profile.name, 1 / (total + 1), False, evidence)


def _name(profile: Profile, role: str) -> str:
    said = profile.says(role)
    return "the name says so" if said >= 1.5 else "the name may say so" if said else "the name does not say so"


def _behaviour(guesses: Guesses, role: str, profile: Profile) -> Iterator[str]:
    """What the values do, beside how many there are: gaps, and whether times go forward within a journey."""
    if profile.filled < profile.rows:
        yield f"empty in {max(0.01, 1 - profile.filled / profile.rows):.0%} of the rows"
    if role == "time":
        yield f"goes forward in {_forward(guesses, profile):.0%} of the steps within journeys"


def _forward(guesses: Guesses, profile: Profile) -> float:
    """The share of neighbouring rows of a journey, in a sample of journeys, whose times do not go back."""
    source, column, journey = guesses.source, f"c{profile.number}", guesses.taken["journey"]
    assert guesses.varying is not None  # the sample of journeys is there
    writing = stamps.find(source.connection, source.rows, column, profile.kind)[0]
    moment = stamps.sql(writing, column, profile.kind)
    statement = f"""
        SELECT coalesce(avg((moment >= before)::INT), 1) FROM (
            SELECT moment, lag(moment) OVER (PARTITION BY journey ORDER BY {ROW}) AS before
            FROM (SELECT c{journey} AS journey, {ROW}, {moment} AS moment FROM sampled))
        WHERE before IS NOT NULL AND moment IS NOT NULL"""
    [share] = source.connection.execute(statement, stamps.values(writing, statement)).fetchone() or (1.0,)
    return float(share)
