"""From a recipe to the journeys and events it selects: each condition is computed once and kept by the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.schema import JOURNEY, OUTLINE_COLUMNS
from cxkit.store.engine import Kept
from cxkit.store.star import Star
from cxkit.where.filter import Filter, Frame, Leaf

if TYPE_CHECKING:
    from cxkit.selection.recipe import Recipe
    from cxkit.selection.tags import Asked

OUTLINES = "outlines"
Ask = Callable[["Asked"], Frame]


@dataclass(frozen=True)
class Selection:
    """What a recipe selects: the star it ended on, and the chosen journeys, each once (None: all of them).

    `ask` answers what a tag was made from: a value for each journey or customer. `key` names the chosen journeys.
    """

    star: Star
    ask: Ask
    chosen: Frame | None = None
    key: str = ""

    @property
    def journeys(self) -> Frame:
        """The rows of the chosen journeys."""
        return self._of(self.star.journeys)

    @property
    def events(self) -> Frame:
        """The events of the chosen journeys."""
        return self._of(self.star.events)

    @property
    def moves(self) -> Frame:
        """The events of the chosen journeys, without the client's columns."""
        return self._of(self.star.moves)

    @property
    def outlines(self) -> Frame:
        """The chosen journeys without their ids and the client's columns, looked up once for all questions."""
        if self.chosen is None:
            return self.star.outlines
        return self.kept(OUTLINES, lambda: self._of(self.star.outlines.select(*OUTLINE_COLUMNS)))

    def kept(self, name: str, build: Callable[[], Frame]) -> Frame:
        """What several questions ask of the chosen journeys, computed once."""
        return self.star.engine.materialise(f"{self.star.key}|{name} of {self.key}", build)

    def held(self, name: str, find: Callable[[], Any]) -> Any:
        """What several measures find out about the chosen journeys that is no table, found once."""
        key = f"{self.star.key}{self.star.marks}|{name} of {self.key}"
        return self.star.engine.hold(key, lambda: Kept(find(), 1, lambda: None))

    def _of(self, table: Frame) -> Frame:
        return table if self.chosen is None else table.join(self.chosen, on=JOURNEY, how="inner")

    def narrowed(self, found: Frame, key: str) -> Selection:
        """Of the chosen journeys those that are found; `key` names them in the engine's memory."""
        chosen = self.chosen
        if chosen is None:
            return replace(self, chosen=found, key=key)
        both = self.star.engine.materialise(key, lambda: chosen.join(found, on=JOURNEY, how="inner"))
        return replace(self, chosen=both, key=key)


def select(star: Star, recipe: Recipe, ask: Ask) -> Selection:
    """Follow the recipe, step by step."""
    selection, key = Selection(star, ask), f"{star.key}{star.marks}|"
    for step in recipe:
        key = f"{key}{step.line}"
        selection = step.follow(selection, key)
    return selection


def check(star: Star, recipe: Recipe, ask: Ask) -> None:
    """Raise if a step speaks of something that this log, or the steps before, do not have."""
    for step in recipe:
        star = step.check(star, ask)


def matching(star: Star, wanted: Filter) -> Frame:
    """The journeys that match a filter, computed once for each star."""
    if isinstance(wanted, Leaf):
        return _leaf(star, wanted)
    return star.engine.materialise(f"{star.key}{star.marks}|{wanted.key}", lambda: _combined(star, wanted))


def _leaf(star: Star, leaf: Leaf) -> Frame:
    return star.engine.materialise(f"{star.key}{star.marks}|{leaf.key}", lambda: leaf.journeys(star))


def _combined(star: Star, wanted: Filter) -> Frame:
    leaves = {leaf.key: leaf for leaf in wanted.leaves()}
    flags = {key: f"flag_{number}" for number, key in enumerate(leaves)}
    table = star.outlines.select(JOURNEY)
    for key, leaf in leaves.items():
        table = table.join(_leaf(star, leaf).with_columns(nw.lit(True).alias(flags[key])), on=JOURNEY, how="left")
    two_valued = [nw.col(flag).fill_null(False).alias(flag) for flag in flags.values()]
    return table.with_columns(*two_valued).filter(wanted.expression(flags)).select(JOURNEY)
