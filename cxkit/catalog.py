"""The catalog: every measure by name, with all that others need to know of it; functions as dotted strings.

Menus, the command line, the data plan, the panels, the documentation and one contract test suite read this list, and
nothing else has to be told of a measure. Its question is the first line of its docstring.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from cxkit.errors import not_found

if TYPE_CHECKING:
    from cxkit.journeys import Journeys
    from cxkit.where.filter import Filter

WAYS, NEEDS, DATA, ROWS = THEMES = ("ways", "needs", "data", "rows")
PLAIN: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Entry:
    """One measure: its name, its function, and the view that draws it, if any; `small` draws it for a narrow column.

    `theme` is where it stands in menus. `needs` names the fields without which it has no answer, and `sharper` those
    that make the answer sharper, as the register of questions names them. `calls` are examples, for a log whose
    journeys have an attribute "plan". `row` turns a row of the answer into the filter that keeps the journeys which
    that row speaks of: `row(row, journeys, parameters of the answer)`, None for a row that is no set of journeys.
    `marks` are further such functions for views whose rows have several marks, by what their keys are called there.
    """

    name: str
    measure: str
    view: str | None = None
    theme: str = WAYS
    needs: tuple[str, ...] = ()
    sharper: tuple[str, ...] = ()
    calls: tuple[Mapping[str, Any], ...] = (PLAIN,)
    row: str | None = None
    small: str | None = None
    marks: Mapping[str, str] = field(default_factory=dict)

    @property
    def function(self) -> Callable[..., Any]:
        """The measure itself."""
        return _resolve(self.measure)

    @property
    def draw(self) -> Callable[..., Any] | None:
        """The view that turns the measure's table into a picture."""
        return _resolve(self.view) if self.view else None

    @property
    def shrink(self) -> Callable[..., Any] | None:
        """The view that draws it small; that of the whole picture where there is no other."""
        return _resolve(self.small) if self.small else self.draw

    @property
    def question(self) -> str:
        """The question that the measure answers."""
        return (self.function.__doc__ or "").strip().splitlines()[0]

    def keeps(self, row: Mapping[str, Any], journeys: Journeys, parameters: Mapping[str, Any]) -> Filter | None:
        """The filter that keeps the journeys which a row of the answer speaks of; None where it is no set of them."""
        return _resolve(self.row)(row, journeys, parameters) if self.row else None

    def filters(self, row: Mapping[str, Any], journeys: Journeys, parameters: Mapping[str, Any]) -> dict[str, Filter]:
        """The filters that the marks of a row stand for, by what their keys are called in the view."""
        clauses = {name: _resolve(keeping)(row, journeys, parameters) for name, keeping in self.marks.items()}
        clauses = {"key": self.keeps(row, journeys, parameters), **clauses}
        return {name: clause for name, clause in clauses.items() if clause is not None}


BY_PLAN: Mapping[str, Any] = {"by": "plan"}
WITH_AND_WITHOUT = (PLAIN, BY_PLAN)

CATALOG = (
    Entry(
        "summary",
        "cxkit.measures.ways.summary:summary",
        "cxkit.views.cards:summary",
        sharper=("time", "customer"),
    ),
    Entry(
        "activities",
        "cxkit.measures.ways.activities:activities",
        "cxkit.views.bars:activities",
        calls=WITH_AND_WITHOUT,
        row="cxkit.measures.ways.activities:visiting",
    ),
    Entry(
        "process_map",
        "cxkit.measures.ways.process_map:process_map",
        "cxkit.views.map:process_map",
        sharper=("time",),
        calls=(PLAIN, {"quantiles": False}, BY_PLAN),
        row="cxkit.measures.ways.process_map:taking",
    ),
    Entry(
        "variants",
        "cxkit.measures.ways.variants:variants",
        "cxkit.views.chevrons:variants",
        sharper=("time", "goals"),
        calls=(PLAIN, {"top": 2}, {"folded": True}, {"folded": True, "top": 2, "by": "plan"}),
        row="cxkit.measures.ways.variants:going",
    ),
    Entry(
        "families",
        "cxkit.measures.ways.families:families",
        "cxkit.views.chevrons:families",
        sharper=("time",),
        calls=(PLAIN, {"top": 2, "radius": 0.4}),
        row="cxkit.measures.ways.families:belonging",
    ),
    Entry(
        "representatives",
        "cxkit.measures.ways.representatives:representatives",
        "cxkit.views.chevrons:representatives",
        sharper=("time",),
        calls=(PLAIN, {"k": 2, "radius": 0.4}),
        row="cxkit.measures.ways.representatives:like",
    ),
    Entry(
        "durations",
        "cxkit.measures.ways.durations:durations",
        "cxkit.views.histogram:durations",
        needs=("time",),
        sharper=("start", "calendar"),
        calls=(*WITH_AND_WITHOUT, {"scale": "log"}, {"per": "move"}, {"per": "move", "by": "plan"}),
        row="cxkit.measures.ways.durations:lasting",
        small="cxkit.views.small.histogram:durations",
    ),
    Entry(
        "waiting",
        "cxkit.measures.ways.waiting:waiting",
        "cxkit.views.stacked:waiting",
        needs=("time", "start"),
        sharper=("lane", "calendar"),
        calls=WITH_AND_WITHOUT,
        row="cxkit.measures.ways.waiting:visiting",
    ),
    Entry(
        "outcomes",
        "cxkit.measures.ways.outcomes:outcomes",
        "cxkit.views.stacked:outcomes",
        needs=("time", "goals"),
        sharper=("cancels", "silence", "customer"),
        calls=WITH_AND_WITHOUT,
        row="cxkit.measures.ways.outcomes:ending",
    ),
    Entry(
        "over_time",
        "cxkit.measures.times.over_time:over_time",
        "cxkit.views.times.periods:over_time",
        needs=("time",),
        sharper=("goals", "cancels", "customer"),
        calls=(PLAIN, {"per": "day"}, {"per": "month", "by": "plan"}),
        row="cxkit.measures.times.over_time:starting",
        small="cxkit.views.times.periods:over_time_small",
    ),
    Entry(
        "change_points",
        "cxkit.measures.times.change_points:change_points",
        "cxkit.views.times.changes:change_points",
        needs=("time",),
        sharper=("goals", "customer"),
        calls=(PLAIN, {"per": "day"}, BY_PLAN),
        row="cxkit.measures.times.change_points:since_then",
        small="cxkit.views.times.changes:change_points_small",
    ),
    Entry(
        "time_of_week",
        "cxkit.measures.times.time_of_week:time_of_week",
        "cxkit.views.times.week:time_of_week",
        needs=("time",),
        sharper=("customer",),
        calls=(PLAIN, {"of": "starts"}),
        row="cxkit.measures.times.time_of_week:happening",
        marks={"day_key": "cxkit.measures.times.time_of_week:on_the_day"},
        small="cxkit.views.times.week:time_of_week_small",
    ),
    Entry(
        "dotted_chart",
        "cxkit.measures.times.dotted_chart:dotted_chart",
        "cxkit.views.times.dots:dotted_chart",
        needs=("time",),
        calls=(PLAIN, {"order": "duration"}),
        row="cxkit.measures.times.dotted_chart:visiting",
        small="cxkit.views.times.dots:dotted_chart_small",
    ),
    Entry(
        "performance_spectrum",
        "cxkit.measures.times.performance_spectrum:performance_spectrum",
        "cxkit.views.times.spectrum:performance_spectrum",
        needs=("time",),
        sharper=("start",),
        row="cxkit.measures.times.performance_spectrum:waiting",
        small="cxkit.views.times.spectrum:performance_spectrum_small",
    ),
    Entry(
        "segments",
        "cxkit.measures.ways.segments:segments",
        "cxkit.views.bars:segments",
        needs=("attributes",),
        sharper=("customer",),
        calls=(BY_PLAN,),
        row="cxkit.measures.ways.segments:having",
        small="cxkit.views.small.bars:segments",
    ),
    Entry(
        "values",
        "cxkit.measures.ways.values:values",
        needs=("attributes",),
        sharper=("customer",),
        calls=({"of": "plan"},),
        row="cxkit.measures.ways.values:holding",
    ),
    Entry(
        "compare",
        "cxkit.measures.compare.compare:compare",
        "cxkit.views.compared.sides:compare",
        sharper=("customer", "attributes", "time", "goals"),
        calls=(BY_PLAN, {"before": "2025-06-03"}),
        row="cxkit.measures.compare.compare:having",
        marks={
            "left_key": "cxkit.measures.compare.compare:on_the_left",
            "right_key": "cxkit.measures.compare.compare:on_the_right",
        },
    ),
    Entry(
        "attrition",
        "cxkit.measures.ways.attrition:attrition",
        "cxkit.views.waterfall:attrition",
        sharper=("attributes", "customer"),
        calls=(PLAIN, {"per": "attribute"}),
    ),
    Entry(
        "funnel",
        "cxkit.measures.paths.funnel:funnel",
        "cxkit.views.paths.funnel:funnel",
        sharper=("stage", "time", "goals", "customer"),
        calls=WITH_AND_WITHOUT,
        row="cxkit.measures.paths.funnel:reaching",
        marks={"fell_key": "cxkit.measures.paths.funnel:falling"},
    ),
    Entry(
        "path_tree",
        "cxkit.measures.paths.path_tree:path_tree",
        "cxkit.views.paths.tree:path_tree",
        sharper=("time", "customer"),
        calls=(PLAIN, {"direction": "backward", "depth": 2, "top": 1}),
        row="cxkit.measures.paths.path_tree:along",
    ),
    Entry(
        "step_matrix",
        "cxkit.measures.paths.step_matrix:step_matrix",
        "cxkit.views.paths.matrix:step_matrix",
        sharper=("time", "customer"),
        calls=(PLAIN, {"steps": 3, "top": 1}),
        row="cxkit.measures.paths.step_matrix:being",
    ),
    Entry(
        "follow_matrix",
        "cxkit.measures.paths.follow_matrix:follow_matrix",
        "cxkit.views.paths.matrix:follow_matrix",
        sharper=("time", "customer"),
        calls=(PLAIN, {"top": 1}),
        row="cxkit.measures.paths.follow_matrix:following",
    ),
    Entry(
        "rework",
        "cxkit.measures.paths.rework:rework",
        "cxkit.views.paths.again:rework",
        sharper=("time", "customer"),
        row="cxkit.measures.paths.rework:repeating",
        marks={"row_key": "cxkit.measures.paths.rework:in_a_row"},
    ),
    Entry(
        "retention",
        "cxkit.measures.paths.retention:retention",
        "cxkit.views.paths.matrix:retention",
        needs=("time", "customer"),
        calls=(PLAIN, {"per": "week"}, {"per": "week", "by": "plan"}),
        row="cxkit.measures.paths.retention:returning",
    ),
    Entry(
        "time_to_goal",
        "cxkit.measures.paths.time_to_goal:time_to_goal",
        "cxkit.views.paths.curves:time_to_goal",
        needs=("time", "goals"),
        sharper=("silence", "cancels", "lane", "customer"),
        calls=WITH_AND_WITHOUT,
        row="cxkit.measures.paths.time_to_goal:ending",
    ),
    Entry(
        "personas",
        "cxkit.measures.needs.personas:personas",
        "cxkit.views.needs.personas:personas",
        theme=NEEDS,
        needs=("customer",),
        sharper=("needs", "keys", "attributes", "lane"),
        calls=(PLAIN, {"k": 2}),
        row="cxkit.measures.needs.personas:belonging",
    ),
    Entry(
        "needs",
        "cxkit.measures.needs.needs:needs",
        theme=NEEDS,
        needs=("needs",),
        sharper=("customer", "answers", "stated", "ranking", "keys", "lane"),
        calls=(PLAIN, {"per": "pattern"}),
        row="cxkit.measures.needs.needs:showing",
    ),
    Entry(
        "value_zone",
        "cxkit.measures.needs.value_zone:value_zone",
        "cxkit.views.needs.zone:value_zone",
        theme=NEEDS,
        needs=("time", "needs"),
        sharper=("customer", "offerings"),
        calls=(PLAIN, {"target": 0.5, "k": 2}),
    ),
    Entry(
        "turns",
        "cxkit.measures.needs.turns:turns",
        theme=NEEDS,
        needs=("time",),
        sharper=("lane", "goals", "cancels", "start"),
    ),
    Entry(
        "log_coverage",
        "cxkit.measures.ways.log_coverage:log_coverage",
        "cxkit.views.cards:log_coverage",
        sharper=("customer", "time"),
    ),
    Entry(
        "drivers",
        "cxkit.measures.findings.drivers:drivers",
        "cxkit.views.findings.drivers:drivers",
        sharper=("goals", "time", "attributes", "customer", "stage"),
        calls=({"outcome": ". -> ."},),
        row="cxkit.measures.findings.drivers:having",
    ),
    Entry(
        "memo",
        "cxkit.measures.findings.memo:memo",
        "cxkit.views.findings.memo:memo",
        sharper=("goals", "time", "attributes", "customer", "lane"),
        row="cxkit.measures.findings.memo:opening",
    ),
    Entry("bets", "cxkit.measures.findings.bets:bets", sharper=("goals",)),
    Entry(
        "data_plan",
        "cxkit.measures.data.data_plan:data_plan",
        "cxkit.views.plan:data_plan",
        theme=DATA,
        sharper=("time", "customer"),
        calls=(PLAIN, {"per": "field"}),
    ),
    Entry(
        "journeys",
        "cxkit.measures.ways.rows:journeys",
        theme=ROWS,
        sharper=("customer", "time"),
        calls=(PLAIN, {"page": 2, "rows": 5}, {"search": "a1", "order": "seconds", "falling": True}),
    ),
    Entry(
        "events",
        "cxkit.measures.ways.rows:events",
        theme=ROWS,
        sharper=("time",),
        calls=(PLAIN, {"page": 3, "rows": 13}),
    ),
    Entry("diary", "cxkit.measures.ways.diary:diary", "cxkit.views.lanes:diary", theme=ROWS, sharper=("time", "lane")),
    Entry("table", "cxkit.measures.ways.tables:table", theme=ROWS),
    Entry("rejected", "cxkit.measures.ways.rows:rejected", theme=ROWS),
)


def entry(name: str) -> Entry:
    """The catalog's entry of that name."""
    by_name = {listed.name: listed for listed in CATALOG}
    if name not in by_name:
        raise not_found("measure", name, by_name)
    return by_name[name]


def _resolve(dotted: str) -> Callable[..., Any]:
    module, name = dotted.split(":")
    return getattr(import_module(module), name)
