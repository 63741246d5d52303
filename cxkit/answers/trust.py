"""How far can a figure be trusted? What is known against it, in one line that unfolds; the same for every answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from cxkit.words import NO_CUSTOMERS, many, percent

FEW = 30  # customers, below which a share says little
MANY_TIED, MANY_OPEN, MUCH_LOST, WELL_COVERED = 0.05, 0.25, 0.01, 0.8
CARE, FINE = "Read with care", "Good to know"
NOTHING = "Nothing is known against these figures"
WHOLE_WAYS = ("variants", "families", "representatives", "log_coverage")  # answers about whole ways


class Doubt(NamedTuple):
    """Something that may be held against a figure: in a few words, in full, and whether it weighs."""

    brief: str
    full: str
    weighs: bool


@dataclass(frozen=True)
class Trust:
    """What is known against the figures of a selection.

    `customers`, and whether the log names them; `events`, and how many of them have the time of the one before;
    `journeys`, and how many are still open (None: nobody said what ends them); how many `rows` of the source there
    were, and how many are `lost`; `coverage` finds out how likely the next customer goes a way that was seen.
    `subjects` are the fields that an answer rests on, and "ways" for whole ways; None where it may rest on any.
    """

    journeys: int
    customers: int
    known: bool
    events: int
    tied: int
    open: int | None
    rows: int
    lost: int
    coverage: Callable[[], float | None]
    subjects: frozenset[str] | None = None

    def about(self, fields: Collection[str], name: str) -> Trust:
        """What concerns an answer that needs these fields of a log."""
        ways = {"ways"} if name in WHOLE_WAYS else set()
        return replace(self, subjects=frozenset({*fields, *ways}))

    @property
    def doubts(self) -> list[Doubt]:
        """What is known against the figures, what weighs first."""
        if not self.journeys:
            return []
        told = [doubt for subject, doubt in self._told() if self.subjects is None or subject in self.subjects | {""}]
        return sorted(told, key=lambda doubt: not doubt.weighs)

    @property
    def line(self) -> str:
        """All of it in one line."""
        doubts = self.doubts
        if not doubts:
            return f"{NOTHING}." if self.journeys else ""
        head = CARE if doubts[0].weighs else FINE
        return f"{head}: {'; '.join(doubt.brief for doubt in doubts)}."

    def _told(self) -> Iterator[tuple[str, Doubt]]:
        yield from self._people()
        if self.tied:
            yield "time", self._ties()
        if self.open is None:
            yield "goals", Doubt("nobody said what ends a journey", UNSAID, False)
        elif self.open:
            yield "time", self._still_open(self.open)
        if self.lost:
            share = self.lost / max(self.rows, 1)
            brief = f"{many(self.lost)} of {many(self.rows, 'row')} lost at reading"
            yield (
                "",
                Doubt(
                    brief, f"{percent(share)} of the source's rows could not be used. {REJECTED}", share >= MUCH_LOST
                ),
            )
        covered = self.coverage() if self.subjects is None or "ways" in self.subjects else None
        if covered is not None and covered < WELL_COVERED:
            yield "ways", Doubt(f"{percent(1 - covered)} go ways not seen yet", UNSEEN, covered < WELL_COVERED / 2)

    def _people(self) -> Iterator[tuple[str, Doubt]]:
        if not self.known:
            yield (
                "",
                Doubt("customers unknown", f"{NO_CUSTOMERS[0].upper()}{NO_CUSTOMERS[1:]}. {UNKNOWN_PEOPLE}", False),
            )
        if self.customers < FEW:
            noun = "customer" if self.known else "journey"
            yield "", Doubt(f"only {many(self.customers, noun)}", f"Below {many(FEW, noun)} {SMALL}", True)

    def _ties(self) -> Doubt:
        share = self.tied / max(self.events, 1)
        brief = f"{percent(share)} of events at the same time as the one before"
        return Doubt(brief, f"{many(self.tied)} of {many(self.events, 'event')}. {TIES}", share >= MANY_TIED)

    def _still_open(self, count: int) -> Doubt:
        share = count / self.journeys
        return Doubt(
            f"{percent(share)} of journeys still open", f"{many(count, 'journey')}. {OPEN}", share >= MANY_OPEN
        )


TIES = "Which of them came first is not known: steps, ways and short waits between them may be the other way round."
OPEN = "Nobody knows yet how they end or how long they take: young journeys look shorter than they will be."
UNSAID = "Name goals and cancels in the engagement file; until then every journey counts as it stands."
REJECTED = "See them with j.rejected()."
UNSEEN = "So likely is it that the next customer goes a way that nobody of this log went: there are many rare ways."
UNKNOWN_PEOPLE = "Intervals are too narrow where customers have several journeys."
SMALL = "a share is a guess: a few more would change it."
