"""Filters: which journeys? Each filter is a value - a predicate, a line of Python and a JSON document at once.

Compose filters with `&`, `|` and `~`. They choose whole journeys. A journey whose value is missing does not match a
condition on that value, so `~` matches it; `attribute(name, missing=True)` finds it.

>>> from cxkit import where as w
>>> w.contains("Cancel") & ~w.lasts(at_most="2d")
w.contains('Cancel') & ~w.lasts(at_most='2d')
"""

from __future__ import annotations

from cxkit.where.amounts import lasts, length
from cxkit.where.attributes import attribute
from cxkit.where.cohorts import comes_back
from cxkit.where.documents import from_json
from cxkit.where.leanings import inclined, resembles
from cxkit.where.moments import during, in_week
from cxkit.where.order import follows, takes, waits
from cxkit.where.patterns.pattern import pattern
from cxkit.where.variants import alike, variant_rank, variant_size
from cxkit.where.visits import contains, endpoints, ends_with, repeats, starts_with
from cxkit.where.ways import at_step, goes, passes

__all__ = [
    "alike",
    "at_step",
    "attribute",
    "comes_back",
    "contains",
    "during",
    "endpoints",
    "ends_with",
    "follows",
    "from_json",
    "goes",
    "in_week",
    "inclined",
    "lasts",
    "length",
    "passes",
    "pattern",
    "repeats",
    "resembles",
    "starts_with",
    "takes",
    "variant_rank",
    "variant_size",
    "waits",
]


def __dir__() -> list[str]:
    return __all__
