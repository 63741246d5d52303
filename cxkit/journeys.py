"""Journeys, the one object: a prepared log and the selection made on it. The class body is the table of contents."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.cached import cached_property
from cxkit.errors import StoreError
from cxkit.measures.data.data_plan import data_plan
from cxkit.measures.ways.activities import activities
from cxkit.measures.ways.durations import durations
from cxkit.measures.ways.log_coverage import log_coverage
from cxkit.measures.ways.outcomes import outcomes
from cxkit.measures.ways.process_map import process_map
from cxkit.measures.ways.rows import events, journeys, rejected
from cxkit.measures.ways.segments import segments
from cxkit.measures.ways.summary import summary
from cxkit.measures.ways.variants import variants
from cxkit.measures.ways.waiting import waiting
from cxkit.result import Population
from cxkit.schema import CUSTOMER
from cxkit.selection import selection as selecting
from cxkit.selection.recipe import Recipe
from cxkit.selection.steps import Drop, Keep, Sample, Step, Tag, Trim
from cxkit.store.changes import Changes
from cxkit.store.manifest import Manifest
from cxkit.store.publish import PICTURE
from cxkit.store.star import Star
from cxkit.where.filter import Filter, all_of

if TYPE_CHECKING:
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

    def tag(self, name: str, filter: Filter) -> Journeys:
        """Which journeys match, as an attribute? The same journeys with one that is true or false."""
        return self._then(Tag(name, filter))

    def sample(self, share: float, *, seed: int = 0) -> Journeys:
        """A share of the journeys, chosen by their ids: the same ones in every run and on every engine."""
        return self._then(Sample(share, seed))

    def trim(self, *, since: str | None = None, until: str | None = None) -> Journeys:
        """The journeys with only their events from `since` (included) to `until` (not included)."""
        return self._then(Trim(since, until))

    def apply(self, recipe: Recipe) -> Journeys:
        """The selection after all steps of a recipe."""
        return replace(self, recipe=Recipe((*self.recipe, *recipe)))._checked()

    summary = summary
    activities = activities
    process_map = process_map
    variants = variants
    durations = durations
    waiting = waiting
    outcomes = outcomes
    segments = segments
    log_coverage = log_coverage
    data_plan = data_plan

    journeys = journeys
    events = events
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
        """The log that these journeys come from, as it was before repairs, splits and stitches.

        None if its file is gone, has changed, or was one of several parts.
        """
        from cxkit.log import reopened

        return reopened(self.manifest)

    @property
    def changes(self) -> Changes:
        """How the newest part of the log differs from the parts before it; see `append=` of `cx.prepare`."""
        return self.manifest.changes

    @property
    def attributes(self) -> dict[str, str]:
        """The attributes of events, journeys and customers and their kinds of value; derived ones are among them."""
        star = self.selection.star
        tags = {step.name for step in self.recipe if isinstance(step, Tag)}

        def origin(name: str) -> str:
            return "tag: " if name in tags else "derived: " if name in star.columns else ""

        return {name: f"{origin(name)}{known.kind} of each {known.level}" for name, known in star.by_name.items()}

    @property
    def selection(self) -> selecting.Selection:
        """The selected tables, for measures."""
        return selecting.select(self.base, self.recipe)

    @cached_property
    def _population(self) -> Population:
        with self.base.engine.lock:
            self.base.engine.make_room()
            chosen = self.selection.outlines.select(
                nw.len().alias("journeys"), nw.col(CUSTOMER).n_unique().fill_null(0).alias("customers")
            )
            return Population(**self.base.engine.collect(chosen).to_pylist()[0])

    @cached_property
    def geometry(self) -> dict[str, Any]:
        """Where the process map of the whole log places its activities; a selection moves nothing."""
        try:
            return json.loads((self.folder / self.manifest.version / PICTURE).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise StoreError(f"The map's geometry cannot be read ({error}). Prepare the log again.") from None

    def collect(self, question: Callable[[selecting.Selection], Frame]) -> pa.Table:
        """The rows of a measure's table over the selection; one question runs at a time."""
        engine = self.base.engine
        with engine.lock:
            engine.make_room()
            return engine.collect(question(self.selection))

    def _then(self, step: Step) -> Journeys:
        return replace(self, recipe=self.recipe.then(step))._checked()

    def _checked(self) -> Journeys:
        selecting.check(self.base, self.recipe)
        return self

    def __repr__(self) -> str:
        return f"cx.open({str(self.folder)!r}){self.recipe!r}  # {self.n}"

    def _repr_html_(self) -> str:
        return f"<code>{escape(repr(self))}</code>"


class About(str):
    """A few lines of plain text, which a notebook shows as paragraphs."""

    def _repr_html_(self) -> str:
        lines = [line for line in self.splitlines() if line.strip()] or ["Nothing is said about this log."]
        return "".join(f"<p>{escape(line)}</p>" for line in lines)


def _all(filters: tuple[Filter, ...]) -> Filter:
    return filters[0] if len(filters) == 1 else all_of(filters)
