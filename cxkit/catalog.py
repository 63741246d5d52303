"""The catalog: every measure by name, with its function and its picture as dotted strings, resolved on use.

Menus, the command line, the documentation and one contract test suite read this list. A measure's question is the
first line of its docstring.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from cxkit.errors import not_found


@dataclass(frozen=True)
class Entry:
    """One measure: its name, its function, and the view that draws it, if any."""

    name: str
    measure: str
    view: str | None = None

    @property
    def function(self) -> Callable[..., Any]:
        """The measure itself."""
        return _resolve(self.measure)

    @property
    def draw(self) -> Callable[..., Any] | None:
        """The view that turns the measure's table into a picture."""
        return _resolve(self.view) if self.view else None

    @property
    def question(self) -> str:
        """The question that the measure answers."""
        return (self.function.__doc__ or "").strip().splitlines()[0]


CATALOG = (
    Entry("summary", "cxkit.measures.ways.summary:summary", "cxkit.views.cards:summary"),
    Entry("activities", "cxkit.measures.ways.activities:activities", "cxkit.views.bars:activities"),
    Entry("process_map", "cxkit.measures.ways.process_map:process_map", "cxkit.views.map:process_map"),
    Entry("variants", "cxkit.measures.ways.variants:variants", "cxkit.views.chevrons:variants"),
    Entry("durations", "cxkit.measures.ways.durations:durations", "cxkit.views.histogram:durations"),
    Entry("waiting", "cxkit.measures.ways.waiting:waiting", "cxkit.views.stacked:waiting"),
    Entry("outcomes", "cxkit.measures.ways.outcomes:outcomes", "cxkit.views.stacked:outcomes"),
    Entry("segments", "cxkit.measures.ways.segments:segments", "cxkit.views.bars:segments"),
    Entry("log_coverage", "cxkit.measures.ways.log_coverage:log_coverage", "cxkit.views.cards:log_coverage"),
    Entry("data_plan", "cxkit.measures.data.data_plan:data_plan", "cxkit.views.plan:data_plan"),
    Entry("journeys", "cxkit.measures.ways.rows:journeys"),
    Entry("events", "cxkit.measures.ways.rows:events"),
    Entry("table", "cxkit.measures.ways.tables:table"),
    Entry("rejected", "cxkit.measures.ways.rows:rejected"),
)


def entry(name: str) -> Entry:
    """The catalog's entry of that name."""
    by_name = {known.name: known for known in CATALOG}
    if name not in by_name:
        raise not_found("measure", name, by_name)
    return by_name[name]


def _resolve(dotted: str) -> Callable[..., Any]:
    module, name = dotted.split(":")
    return getattr(import_module(module), name)
