"""Which column is most likely what? Every candidate for every role, with how much speaks for it, and why.

The first candidate of a role is the one that `log.roles()` takes. Confidence is a house figure from the same points by
which the candidates are ranked: exp(2 points), as a part of the sum over all candidates for the role and over "none of
them", which has one point. So a runner-up takes from the first one, and a lone weak candidate stays below a half.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cxkit.shaping.guess import Guesses, Profile, confidences
from cxkit.shaping.lifecycle import stepping
from cxkit.words import percent

if TYPE_CHECKING:
    import pandas as pd

    from cxkit.log import Log
    from cxkit.reading.source import Source

GUESSED = ("journey", "time", "activity", "customer")
NO_CUSTOMER_LIKE = 0.1  # the confidence of a column that is called after customers and does not behave like one
COLUMNS = ("role", "column", "confidence", "taken", "evidence")


@dataclass(frozen=True)
class Candidate:
    """A column that may have a role: how sure that is, 0 to 1, whether `log.roles()` takes it, and why."""

    role: str
    column: str
    confidence: float
    taken: bool
    evidence: str


@dataclass(frozen=True)
class Guessed:
    """What was guessed about the columns of a log; `.df()` is the table, `doubts` what is hardly meant by it."""

    source: str
    candidates: tuple[Candidate, ...]
    doubts: tuple[str, ...] = ()

    def df(self) -> pd.DataFrame:
        """A row per role and candidate, the best first: role, column, confidence (0 to 1), taken, evidence."""
        import pandas as pd

        rows = [[getattr(candidate, name) for name in COLUMNS] for candidate in self.candidates]
        return pd.DataFrame(rows, columns=list(COLUMNS))


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
            named = [entry for entry in log.roles().settled.explained if entry[0] in knows.named]
            return Guessed(source.name, tuple(Candidate(role, str(name), 1.0, True, why) for role, name, why in named))
        candidates, taken, unsure = _ranked(source)
        steps = stepping(source, list(taken.values())) if "time" in taken else None
    if steps:
        candidates.append(Candidate("lifecycle", steps, 0.5, False, "its rows say start and complete"))
    return Guessed(source.name, tuple(candidates), (*unsure, *_doubts(log, taken)))


def _doubts(log: Log, taken: dict[str, int]) -> tuple[str, ...]:
    """What is hardly meant by the columns that are taken."""
    if not {"journey", "activity"} <= taken.keys():
        role = "activity" if "journey" in taken else "journey"
        return (f"No column looks like the {role}. Name it with log.roles({role}=...).",)
    words = {role: log.columns[number] for role, number in taken.items()}
    return log.roles(**{"time": "", "customer": "", **words}, journey_attributes=[], event_attributes=[]).doubts


def _ranked(source: Source) -> tuple[list[Candidate], dict[str, int], tuple[str, ...]]:
    """The candidates for every role, the column that each role takes, and which of these are hardly sure."""
    taken: dict[str, int] = {}
    guesses, candidates, unsure = Guesses(source, taken), list[Candidate](), list[str]()
    for role in GUESSED:
        if role != "journey" and "journey" not in taken:
            break
        ranked = guesses.ranked(role)
        for place, ((_, profile, why), sure) in enumerate(zip(ranked, confidences(ranked), strict=True)):
            evidence = "; ".join([_name(profile, role), why, *_behaviour(guesses, role, profile)])
            candidates.append(Candidate(role, profile.name, sure, place == 0, evidence))
        if role == "customer":
            candidates += _doubtful(guesses, {profile.number for _, profile, _ in ranked})
        if ranked:
            unsure.append(guesses.doubt(role, ranked))
            taken[role] = ranked[0][1].number
    return candidates, taken, tuple(filter(None, unsure))


def _doubtful(guesses: Guesses, ranked: set[int]) -> Iterator[Candidate]:
    """The columns that are called after customers, but do not behave like them: not taken, yet worth a look."""
    for profile in guesses.profiles:
        if profile.says("customer") and profile.number not in ranked | set(guesses.taken.values()):
            changing = ["changing within a journey"] if profile.number in guesses.varying else []
            why = [profile.counted, *changing, *_behaviour(guesses, "customer", profile)]
            evidence = "; ".join([_name(profile, "customer"), *why])
            yield Candidate("customer", profile.name, NO_CUSTOMER_LIKE, False, evidence)


def _name(profile: Profile, role: str) -> str:
    points = profile.says(role)
    return "the name says so" if points >= 1.5 else "the name may say so" if points else "the name does not say so"


def _behaviour(guesses: Guesses, role: str, profile: Profile) -> Iterator[str]:
    """What the values do, beside how many there are: gaps, and whether times go forward within a journey."""
    if profile.filled < profile.rows:
        yield f"empty in {percent(1 - profile.filled / profile.rows)} of the rows"
    if role == "time":
        yield f"goes forward in {percent(guesses.forward(profile))} of the steps within journeys"
