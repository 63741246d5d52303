"""Days that stand for no day: where systems begin or end to count."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

BEGINNINGS = ("1753-01-01", "1899-12-30", "1899-12-31", "1900-01-01", "1901-01-01", "1904-01-01", "1969-12-31")
LATER = ("1970-01-01", "1980-01-01", "2000-01-01", "2001-01-01", "2099-12-31", "2999-12-31", "3000-01-01")
DAYS = [(date.fromisoformat(text) - date(1970, 1, 1)).days for text in (*BEGINNINGS, *LATER)]
NO_MOMENT = r"(^|\D)(9999|0001|0000)(\D|$)"
NEAR = 30  # days: a default day with other events this near may be a true one


def lonely(days: Iterable[int]) -> list[int]:
    """The default days (since 1970) that have no other day near them among those given; none if there is no other."""
    true_days = set(days) - set(DAYS)
    return [day for day in DAYS if true_days and not true_days & set(range(day - NEAR, day + NEAR + 1))]
