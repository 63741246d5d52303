"""Journeys, the one object: a prepared log and the selection made on it. The class body is the table of contents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.answers.about import About
from cxkit.answers.answer import Extent
from cxkit.answers.store import Changes, Provenance
from cxkit.answers.tagged import answered, asked_anew
from cxkit.answers.wagers import bet
from cxkit.cached import cached_property
from cxkit.errors import InputError
from cxkit.measures.compare.compare import compare
from cxkit.measures.data.data_plan import data_plan
from cxkit.measures.findings.bets import bets
from cxkit.measures.findings.drivers import drivers
from cxkit.measures.findings.memo import memo
from cxkit.measures.needs.needs import needs
from cxkit.measures.needs.personas import personas
from cxkit.measures.needs.turns import turns
from cxkit.measures.needs.value_zone import value_zone
from cxkit.measures.paths.follow_matrix import follow_matrix
from cxkit.measures.paths.funnel import funnel
from cxkit.measures.paths.path_tree import path_tree
from cxkit.measures.paths.retention import retention
from cxkit.measures.paths.rework import rework
from cxkit.measures.paths.step_matrix import step_matrix
from cxkit.measures.paths.time_to_goal import time_to_goal
from cxkit.measures.times.change_points import change_points
from cxkit.measures.times.dotted_chart import dotted_chart
from cxkit.measures.times.over_time import over_time
from cxkit.measures.times.performance_spectrum import performance_spectrum
from cxkit.measures.times.time_of_week import time_of_week
from cxkit.measures.ways.activities import activities
from cxkit.measures.ways.attrition import attrition
from cxkit.measures.ways.diary import diary
from cxkit.measures.ways.durations import durations
from cxkit.measures.ways.families import families
from cxkit.measures.ways.log_coverage import log_coverage
from cxkit.measures.ways.outcomes import outcomes
from cxkit.measures.ways.process_map import process_map
from cxkit.measures.ways.representatives import representatives
from cxkit.measures.ways.rows import events, journeys, rejected
from cxkit.measures.ways.segments import segments
from cxkit.measures.ways.summary import summary
from cxkit.measures.ways.tables import table
from cxkit.measures.ways.trust import trust
from cxkit.measures.ways.values import values
from cxkit.measures.ways.variants import variants
from cxkit.measures.ways.waiting import waiting
from cxkit.result import Population, Result
from cxkit.schema import CUSTOMER, Attribute
from cxkit.selection import selection as selecting
from cxkit.selection.activities import Collapse, Hide, Merge, Rename, Split, values_of
from cxkit.selection.recipe import Recipe
from cxkit.selection.steps import Drop, Extract, Keep, Sample, Step, Trim, Which
from cxkit.selection.tags import Tag
from cxkit.store import geometry
from cxkit.store.manifest import Manifest
from cxkit.store.recut import DERIVED
from cxkit.store.star import Star
from cxkit.where.filter import Filter, all_of

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from cxkit.engagement.engagement import Engagement
    from cxkit.log import Log
    from cxkit.where.filter import Frame


WHOLE = Recipe()


@dataclass(frozen=True, repr=False, eq=False)
class Journeys:
    """A prepared log, a selection of its journeys, and the engagement: what the log cannot know, if somebody said it.

    Every method returns a new value; nothing is changed.
    """

    folder: Path
    manifest: Manifest
    base: Star
    recipe: Recipe = WHOLE
    engagement: Engagement | None = None

    def keep(self, *filters: Filter) -> Journeys:
        """Which journeys match all of these filters? The selection of them."""
        return self._then(Keep(_all(filters)))

    def drop(self, *filters: Filter) -> Journeys:
        """Which journeys are left without those that match all of these filters? The selection of them."""
        return self._then(Drop(_all(filters)))

    def tag(
        self, name: str, of: Filter | Result | Callable[[Journeys], Result], *, value: str | None = None
    ) -> Journeys:
        """Which journeys match, or what does an answer say of each, as an attribute? The same journeys with it.

        Parameters
        ----------
        of : a filter, for an attribute that is true or false; or an answer that says something of each "journey" or
            "customer", for an attribute of that level; or a function of the whole log that gives such an answer. The
            recipe keeps how the answer was asked, never its table. What it does not name has no value.
        value : the answer's column that holds the values. Not needed where it has the tag's name, or is the only one
            besides the ids.

        >>> import cxkit as cx
        >>> toy = cx.toy_journeys()
        >>> toy.tag("size", toy.journeys(), value="events").segments(by="size").df()["segment"].tolist()
        ['2', '4', '3', '5']
        """
        if isinstance(of, Filter):
            if value is not None:
                raise InputError("value= names a column of an answer; a filter has none.")
            return self._then(Tag(name, of))
        return self._then(Tag(name, asked_anew(self, of(self.whole) if callable(of) else of, name, value)))

    def sample(self, share: float, *, seed: int = 0) -> Journeys:
        """A share of the journeys, chosen by their ids: the same ones in every run and on every engine."""
        return self._then(Sample(share, seed))

    def trim(self, *, since: str | None = None, until: str | None = None) -> Journeys:
        """The journeys with only their events from `since` (included) to `until` (not included)."""
        return self._then(Trim(since, until))

    def extract(
        self,
        start: str | None = None,
        end: str | None = None,
        *,
        start_at: Which = "first",
        end_at: Which = "last",
        included: bool = True,
    ) -> Journeys:
        """The journeys with only their events from one activity to another; those without them are gone.

        Parameters
        ----------
        start : from the activity's first event on, or its last one (`start_at="last"`).
        end : up to the activity's last event, or its first one (`end_at="first"`), of those after `start`.
        included : False leaves out these two events themselves.

        >>> import cxkit as cx
        >>> cx.toy_journeys().extract("Pay", "Ship").variants().df()["activities"].map(list).tolist()
        [['Pay', 'Ship'], ['Pay', 'Call', 'Call', 'Ship']]
        """
        return self._then(Extract(start, end, start_at, end_at, included))

    def rename(self, activity: str, name: str) -> Journeys:
        """The journeys with another name for an activity."""
        return self._then(Rename(activity, name))

    def merge(self, name: str, *activities: str) -> Journeys:
        """The journeys with several activities taken as one of this name; "Call: *" are all that are called so."""
        return self._then(Merge(activities, name))

    def split(self, activity: str, *, by: str, values: Sequence[str] | None = None) -> Journeys:
        """The journeys with the events of an activity taken as several, by the value of an attribute: "Call (phone)".

        Parameters
        ----------
        by : an attribute of events, journeys or customers that holds texts, whole numbers or truth values.
        values : the values, as texts, that become activities of their own; where none are given the twelve most
            frequent ones here. Events of other values, or of none, keep the activity's name.

        >>> import cxkit as cx
        >>> split = cx.toy_journeys().split("Order", by="channel").activities().df()
        >>> split[["activity", "count"]].values.tolist()[1:3]
        [['Order (web)', 8], ['Ship', 6]]
        """
        if values is None:
            self._then(Split(activity, by, ("",)))
            values = self.ask(lambda selection: values_of(selection, activity, by))["value"].to_pylist()
        return self._then(Split(activity, by, values))

    def hide(self, *activities: str) -> Journeys:
        """The journeys without the events of these activities; those that have no others are gone."""
        return self._then(Hide(activities))

    def collapse(self, *activities: str) -> Journeys:
        """The journeys with immediate repeats of these activities, or of any, taken as one event: the first."""
        return self._then(Collapse(activities))

    @property
    def whole(self) -> Journeys:
        """The whole log, without the steps of the recipe."""
        return replace(self, recipe=WHOLE)

    def apply(self, recipe: Recipe) -> Journeys:
        """The selection after all steps of a recipe."""
        return replace(self, recipe=Recipe((*self.recipe, *recipe)))._checked()

    summary = summary
    activities = activities
    process_map = process_map
    variants = variants
    families = families
    representatives = representatives
    durations = durations
    waiting = waiting
    outcomes = outcomes
    over_time = over_time
    change_points = change_points
    time_of_week = time_of_week
    dotted_chart = dotted_chart
    performance_spectrum = performance_spectrum
    segments = segments
    compare = compare
    values = values
    attrition = attrition
    funnel = funnel
    path_tree = path_tree
    step_matrix = step_matrix
    follow_matrix = follow_matrix
    rework = rework
    retention = retention
    time_to_goal = time_to_goal
    personas = personas
    needs = needs
    value_zone = value_zone
    turns = turns
    log_coverage = log_coverage
    drivers = drivers
    memo = memo
    bets = bets
    bet = bet
    data_plan = data_plan

    journeys = journeys
    events = events
    diary = diary
    table = table
    rejected = rejected

    @property
    def n(self) -> Population:
        """How many journeys, of how many customers, are selected."""
        return self._population

    @property
    def about(self) -> About:
        """What is said of this log, in the words given to `cx.read`."""
        return About(self.manifest.about)

    @cached_property
    def log(self) -> Log | None:
        """The log as read, before repairs, splits and stitches; None if its file is gone, changed, or one of many."""
        from cxkit.log import reopened

        return reopened(self.manifest, self.folder)

    @property
    def changes(self) -> Changes:
        """How does the newest part of the log differ from the parts before it? See `append=` of `cx.prepare`."""
        facts = self.manifest.changes
        return Changes.about(facts, lambda: Extent(self.manifest.newest.events, noun="event"))

    @property
    def provenance(self) -> Provenance:
        """What was this store prepared from, how was it read, and what was left out?"""
        counts = self.manifest.counts
        return Provenance.about(self.manifest, lambda: Extent(counts["events"], counts["journeys"], "event"))

    @property
    def attributes(self) -> dict[str, str]:
        """The attributes of events, journeys and customers and their kinds of value; derived ones are among them."""
        star = self.selection.star
        tags = {step.name for step in self.recipe if isinstance(step, Tag)}

        def origin(name: str) -> str:
            return "tag: " if name in tags else "derived: " if name in star.columns else ""

        return {
            name: f"{origin(name)}{attribute.kind} of each {attribute.level}"
            for name, attribute in star.by_name.items()
        }

    @property
    def known_activities(self) -> list[str]:
        """The names of the activities, in order, after all steps of the recipe."""
        return sorted(self.selection.star.codes)

    @property
    def known_attributes(self) -> dict[str, Attribute]:
        """The attributes by name, each with its kind of value and its level; derived ones are among them."""
        return dict(self.selection.star.by_name)

    @property
    def selection(self) -> selecting.Selection:
        """The selected tables, for measures."""
        return selecting.select(self.base, self.recipe, partial(answered, self))

    @cached_property
    def _population(self) -> Population:
        with self.base.engine.question():
            chosen = self.selection.outlines.select(
                nw.len().alias("journeys"), nw.col(CUSTOMER).n_unique().fill_null(0).alias("customers")
            )
            counted = self.base.engine.collect(chosen).to_pylist()[0]
            return Population(**counted, known=not self.manifest.anonymous, doubted=cache(lambda: trust(self)))

    @cached_property
    def geometry(self) -> dict[str, Any]:
        """Where the process map of the whole log places its activities; a selection moves nothing."""
        return geometry.kept(self.folder / self.manifest.version)

    @property
    def ranks(self) -> dict[str, int]:
        """The activities by how often the whole store has them, 0 the most frequent: what their colours go by.

        No filter changes them. Activities beyond the 120 most frequent have none. Those that a split has made come
        after all others.
        """
        nodes = [node for node in self.geometry["nodes"] if node["code"] >= 0]
        ranked = sorted(nodes, key=lambda node: (node.get("rank", 0), node["code"]))
        names = self.selection.star.names
        codes = [node["code"] for node in ranked] + sorted(code for code in names if code >= DERIVED)
        return {names[code]: rank for rank, code in enumerate(codes) if code in names}

    def collect(self, question: Callable[[selecting.Selection], Frame]) -> pa.Table:
        """The rows of a measure's table over the selection; one question runs at a time."""
        return self.ask(lambda selection: self.base.engine.collect(question(selection)))

    def ask(self, question: Callable[[selecting.Selection], pa.Table]) -> pa.Table:
        """What a question finds out about the selection by itself; one question runs at a time."""
        with self.base.engine.question():
            return question(self.selection)

    def write(self, path: str | Path) -> Path:
        """Write the events of the selected journeys into a file, and give its path.

        path : what its name ends in says what it is: .xes, .xes.gz, .parquet, .csv, .csv.gz or .xlsx.

        Columns have the names of the log that was read, in XES those of the standard, with customer and attributes of
        journeys at the trace ("case:..."); times are in UTC, tags are attributes. It reads back to an equal store, but
        for CSV, which has no kinds, and workbooks, which have no zone. In CSV a text that a spreadsheet would take
        for a formula has a ' before it.

        Errors: another ending, a place that cannot be written to, more events than a sheet has rows.

        >>> import cxkit as cx
        >>> from cxkit import where as w
        >>> path = cx.toy_journeys().keep(w.contains("Cancel")).write(getfixture("tmp_path") / "late.xes.gz")
        >>> cx.read(path).source.size
        10
        """
        from cxkit.writing.write import write

        return write(self, path)

    def to_pm4py(self) -> pd.DataFrame:
        """The events of the selected journeys as pandas, under the names that pm4py knows: `case:concept:name`,
        `concept:name`, `time:timestamp`, `start_timestamp` where starts are known, and attributes of journeys as
        `case:...`. pm4py itself is not needed.

        >>> import cxkit as cx
        >>> cx.toy_journeys().to_pm4py()[["case:concept:name", "concept:name"]].head(2).values.tolist()
        [['A01', 'Order'], ['A01', 'Pay']]
        """
        from cxkit.writing.write import as_pm4py

        return as_pm4py(self)

    def interrupt(self) -> None:
        """Stop the question that is being answered, so that a later one need not wait for it."""
        self.base.engine.interrupt()

    def _then(self, step: Step) -> Journeys:
        return replace(self, recipe=self.recipe.then(step))._checked()

    def _checked(self) -> Journeys:
        with self.base.engine.telling():
            selecting.check(self.base, self.recipe, partial(answered, self))
        return self

    def __repr__(self) -> str:
        return f"cx.open({str(self.folder)!r}){self.recipe!r}  # {self.n}"

    def _repr_html_(self) -> str:
        from cxkit.views.sheet import code

        return code(repr(self))


def _all(filters: tuple[Filter, ...]) -> Filter:
    return filters[0] if len(filters) == 1 else all_of(filters)
