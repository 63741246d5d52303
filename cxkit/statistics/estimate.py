"""What an estimate is: a value, how sure it is, what it rests on, and how it was found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Estimate:
    """A value and its interval.

    value : None where nothing can be said.
    low, high : the ends of the interval, which `method` names; it holds in 95 of 100 logs unless `method` says
        otherwise. None where nobody knows how sure the value is.
    n : how many independent units the value rests on.
    unit : what n counts: "customers" for what customers do, "periods" for a count per period.
    method : how value and interval were found, in words.
    seed : of what was drawn at random on the way; None where nothing was.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    unit: str
    method: str
    seed: int | None = None

    @property
    def half_width(self) -> float | None:
        """Half of what lies between the ends; None where they are unknown."""
        return None if self.low is None or self.high is None else (self.high - self.low) / 2

    def distance(self, other: float) -> float:
        """How far another value lies from this one, by the part of the interval on its side: above 1 it is outside.

        Where the interval is unknown nothing is outside: 0.

        >>> usual = Estimate(100, 90, 120, n=12, unit="periods", method="")
        >>> usual.distance(85), usual.distance(110), usual.distance(130)
        (1.5, 0.5, 1.5)
        """
        end = self.low if self.value is not None and other < self.value else self.high
        if self.value is None or end is None or other == self.value:
            return 0.0
        return (other - self.value) / (end - self.value) if end != self.value else float("inf")
