"""From a recipe to the journeys and events it selects: each condition is computed once and kept by the engine."""

from __future__ import annotations

from dataclasses import dataclass, replace

import narwhals as nw

from cxkit.errors import InputError
from cxkit.schema import HASH, HASH_PRIME, JOURNEY
from cxkit.selection.recipe import Recipe
from cxkit.selection.steps import Drop, Keep, Sample, Tag, Trim
from cxkit.store import star as stars
from cxkit.store.columns import VALUE, Column
from cxkit.store.star import Star
from cxkit.where.filter import Filter, Frame, Leaf

MULTIPLIER = 1_103_515_245


@dataclass(frozen=True)
class Selection:
    """What a recipe selects: the star it ended on, and the chosen journeys, each once (None: all of them)."""

    star: Star
    chosen: Frame | None = None

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
        """The chosen journeys without their ids and the client's columns."""
        return self._of(self.star.outlines)

    def _of(self, table: Frame) -> Frame:
        return table if self.chosen is None else table.join(self.chosen, on=JOURNEY, how="inner")


def select(star: Star, recipe: Recipe) -> Selection:
    """Follow the recipe, step by step."""
    selection = Selection(star)
    done = Recipe()
    for step in recipe:
        done = done.then(step)
        selection = _follow(selection, step, f"{star.key}|{done!r}")
    return selection


def check(star: Star, recipe: Recipe) -> None:
    """Raise if a step speaks of something that this log, or the steps before, do not have."""
    known = star
    for step in recipe:
        if isinstance(step, Keep | Tag):
            for leaf in step.filter.leaves():
                leaf.check(known)
        if isinstance(step, Tag):
            if step.name in known.by_name:
                raise InputError(f'There is an attribute "{step.name}" already. Give the tag another name.')
            known = known.with_column(_tagged(known, step))
        if isinstance(step, Trim) and not star.timed:
            raise InputError("This log has no time, so there is nothing to trim by.")


def _follow(selection: Selection, step: object, key: str) -> Selection:
    star = selection.star
    if isinstance(step, Keep):
        wanted = ~step.filter if isinstance(step, Drop) else step.filter
        return replace(selection, chosen=_narrowed(selection, matching(star, wanted), key))
    if isinstance(step, Tag):
        return replace(selection, star=star.with_column(_tagged(star, step)))
    if isinstance(step, Sample):
        return replace(selection, chosen=_narrowed(selection, _sampled(star, step), key))
    assert isinstance(step, Trim)
    return replace(selection, star=stars.trimmed(star, *step.span(star.zone)))


def _tagged(star: Star, step: Tag) -> Column:
    """The column that is true where the filter matches and false elsewhere."""

    def build(made_on: Star) -> Frame:
        hits = matching(made_on, step.filter).with_columns(nw.lit(True).alias(VALUE))
        return (
            made_on.outlines.select(JOURNEY)
            .join(hits, on=JOURNEY, how="left")
            .with_columns(nw.col(VALUE).fill_null(False))
        )

    return Column("journey", step.name, f"{star.marks}{step.filter.key}", build, "boolean")


def _narrowed(selection: Selection, found: Frame, key: str) -> Frame:
    chosen = selection.chosen
    if chosen is None:
        return found
    return selection.star.engine.materialise(key, lambda: chosen.join(found, on=JOURNEY, how="inner"))


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
    table = star.journeys.select(JOURNEY)
    for key, leaf in leaves.items():
        table = table.join(_leaf(star, leaf).with_columns(nw.lit(True).alias(flags[key])), on=JOURNEY, how="left")
    two_valued = [nw.col(flag).fill_null(False).alias(flag) for flag in flags.values()]
    return table.with_columns(*two_valued).filter(wanted.expression(flags)).select(JOURNEY)


def _sampled(star: Star, step: Sample) -> Frame:
    factor = pow(MULTIPLIER, step.seed + 1, HASH_PRIME)
    place = (nw.col(HASH) * factor + step.seed) % HASH_PRIME
    return star.journeys.filter(place < round(step.share * HASH_PRIME)).select(JOURNEY)
