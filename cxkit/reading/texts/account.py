"""What has become of the lines of a source, as counts that add up, and how a loss of lines is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from cxkit.errors import InputError
from cxkit.words import are, many, percent

MOST_LOST = 0.01  # of the lines: what is more is told loudly
NEXT = {
    "line": "Look at that line. If the file is read wrongly, say how with delimiter=, quote=, escape=, skip= or "
    "encoding=; if a role is wrong, name its column.",
    "row": "Look at that row. If a role is wrong, name its column.",
}


@dataclass(frozen=True)
class Tally:
    """The lines of a source: those of the header and above it, blank ones, those with which a row goes on, and all."""

    lines: int
    header: int
    blank: int
    continued: int = 0

    def __add__(self, other: Tally) -> Tally:
        sums = {part: count + asdict(other)[part] for part, count in asdict(self).items()}
        return Tally(**sums)

    def check(self, name: str, rows: int, aside: int) -> None:
        """Raise unless every line is a row, goes on with one, is blank or of the header, or is put aside."""
        told = rows + aside + self.header + self.blank + self.continued
        if told != self.lines:
            raise InputError(
                f'"{name}" has {many(self.lines)} lines, but what was read of it comes to {many(told)}. '
                "Nothing was prepared. Please report this, with the file if you can."
            )


@dataclass(frozen=True)
class Loss:
    """How many lines or rows of a source are left out, of how many, for which reasons, and on which line it begins."""

    of: int
    reasons: Mapping[str, int]
    first: int | None
    noun: str = "row"

    @property
    def count(self) -> int:
        """How many are left out."""
        return sum(self.reasons.values())

    @property
    def share(self) -> float:
        """Which part of all that is."""
        return self.count / self.of if self.of else 0.0

    @property
    def loud(self) -> bool:
        """Whether it is too much to be told by the way."""
        return self.share > MOST_LOST

    @property
    def says(self) -> str:
        """The loss in a sentence or two, with what to do next."""
        reasons = ", ".join(f"{reason} ({many(count)})" for reason, count in self.reasons.items())
        where = "" if self.first is None else f"; the first is {self.noun} {many(self.first)}"
        return (
            f"{many(self.count)} of {many(self.of, self.noun)} ({percent(self.share)}) {are(self.count)} left out: "
            f"{reasons}{where}. {NEXT[self.noun]}"
        )


def unread(of: int, noun: str, aside: Iterable[tuple[int, str, str]]) -> Loss:
    """What the reader of a source had to leave out, of so many lines with something in them."""
    entries = list(aside)
    first = min((line for line, *_ in entries), default=None)
    return Loss(of, Counter(reason for _, reason, _ in entries), first, noun)
