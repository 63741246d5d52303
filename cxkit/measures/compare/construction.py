"""What is different by construction: the items that a comparison's own sides are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cxkit.facts import accord, outcome
from cxkit.facts.stages import SECTIONS
from cxkit.selection.tags import Asked, Tag

if TYPE_CHECKING:
    from cxkit.facts.item import Item
    from cxkit.journeys import Journeys
    from cxkit.where.filter import Filter

EXCLUSIVE = ("start", "end", "variant", "outcome")  # a journey has one of each: where one differs others must
OF_ALL = ("length", "variant_rank", "variant_size", "alike", "way")  # filters that speak of all events
OF_LENGTH = ("lasts", "takes")
PERSONAS = "personas"  # groups by what customers do of their own accord
WRITTEN = "pattern"  # a filter whose text has names of activities in it
LENGTHS, COUNTS = ("seconds",), ("events", "variant", "family")  # columns of answers that a tag may be made of


@dataclass(frozen=True)
class Touched:
    """What filters look at: these activities and attributes, lengths of journeys, or everything that happens."""

    activities: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()
    lengths: bool = False
    everything: bool = False

    def __or__(self, other: Touched) -> Touched:
        return Touched(
            self.activities | other.activities,
            self.attributes | other.attributes,
            self.lengths or other.lengths,
            self.everything or other.everything,
        )

    def own(self, items: Sequence[Item]) -> list[bool]:
        """Of each item whether it differs by construction."""
        marks = [self._has(item) for item in items]
        kinds = {item.kind for item, mark in zip(items, marks, strict=True) if mark} & {*EXCLUSIVE}
        return [mark or item.kind in kinds for item, mark in zip(items, marks, strict=True)]

    def _has(self, item: Item) -> bool:
        if item.kind == "attribute":
            return item.attribute in self.attributes
        if item.kind == "outcome" and item.attribute in self.attributes:
            return True
        if item.kind == "duration" and not item.parts:
            return self.lengths or self.everything
        return self.everything or not self.activities.isdisjoint(item.parts)


def touched(journeys: Journeys, filters: Iterable[Filter]) -> Touched:
    """What do these filters look at, of the selected journeys?"""
    reading = _Reading(journeys)
    whole = Touched()
    for filter_ in filters:
        for leaf in filter_.leaves():
            whole |= reading.leaf(leaf.to_json())
    return whole


class _Reading:
    """What filters of a selection look at: names of its activities, attributes, tags, and what those are made of."""

    def __init__(self, journeys: Journeys) -> None:
        self.journeys, star = journeys, journeys.selection.star
        self.activities, self.outcome = frozenset(star.codes), outcome.name_in(star)
        self.tags = {step.name: step.of for step in journeys.recipe if isinstance(step, Tag)}

    def leaf(self, document: dict[str, Any]) -> Touched:
        """What a condition looks at."""
        kind = document["filter"]
        if kind == "attribute":
            return self.attribute(document["name"], document.get("values", ()))
        texts = set(_texts(list(document.values())))
        names = self.activities & texts
        if kind == WRITTEN:
            names = frozenset(name for name in self.activities if any(name in text for text in texts))
        named = frozenset(document[word] for word in ("same", "other") if document.get(word))
        return Touched(names, named, kind in OF_LENGTH, kind in OF_ALL)

    def attribute(self, name: str, values: Sequence[Any]) -> Touched:
        """What an attribute is made of, besides itself."""
        own = Touched(attributes=frozenset([name]))
        engagement, of = self.journeys.engagement, self.tags.get(name)
        if name == self.outcome and engagement is not None:
            goals, cancels = engagement.goals, engagement.cancels
            names = [*(goal.activity for goal in goals), *(cancel.activity for cancel in cancels)]
            return own | Touched(frozenset(names))
        if name in SECTIONS and engagement is not None:
            groups = getattr(engagement, SECTIONS[name])
            inside = (groups[value].activities for value in values if value in groups)
            return own | Touched(frozenset(activity for group in inside for activity in group))
        if isinstance(of, Asked):
            return own | self.asked(of)
        return own if of is None else own | touched(self.journeys, [of])

    def asked(self, of: Asked) -> Touched:
        """What an answer looks at: of personas their evidence, else by what it was asked with and by its column."""
        if of.measure == PERSONAS:
            return Touched(frozenset(accord.activities(self.journeys.whole).names))
        texts = set(_texts(list(of.parameters.values())))
        attributes = frozenset(self.journeys.selection.star.by_name) & texts
        return Touched(self.activities & texts, attributes, of.value in LENGTHS, of.value in COUNTS)


def _texts(values: Iterable[Any]) -> Iterable[str]:
    """All texts in a document."""
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, list | tuple):
            yield from _texts(value)
