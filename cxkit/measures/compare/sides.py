"""The sides of a comparison: what was asked for as filters, and which journeys are on which side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit import times
from cxkit.errors import InputError, not_found
from cxkit.facts import outcome
from cxkit.schema import FIRST, JOURNEY, LAST, SECOND
from cxkit.selection import segment
from cxkit.selection.segment import MISSING, OTHER, SEGMENT
from cxkit.selection.selection import matching
from cxkit.store.columns import VALUE
from cxkit.where.filter import Filter
from cxkit.where.moments import during

if TYPE_CHECKING:
    import numpy as np

    from cxkit.facts.item import Items
    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Frame

    Array = np.ndarray[Any, Any]

Side = Filter | str | int | float | bool | None
REST = "the rest"
KIND = "kind"  # the attribute by which periods are held equal, where a log has one
MOST_ENDED = 0.9  # of the ended journeys, that are over when they are judged
WAYS = (
    'Say what to compare: left=w.contains("Call"), or by="plan" with left="basic" and right="plus", or '
    'before="2026-04-01".'
)


@dataclass(frozen=True)
class Pair:
    """Two sides: what each is called, and the filter that keeps it; None on the right for all others."""

    left_name: str
    right_name: str
    left: Filter
    right: Filter | None
    segment: str | None = None

    @property
    def both(self) -> Filter | None:
        """The filter that keeps the journeys of either side; None where that is all of them."""
        return None if self.right is None else self.left | self.right


@dataclass(frozen=True)
class Asked:
    """What a comparison was asked with, checked."""

    left: Side
    right: Side
    by: str | None
    before: str | None

    def check(self, journeys: Journeys) -> None:
        """Raise unless it is one of the three ways to compare."""
        segment.check(journeys, self.by)
        if self.before is not None:
            if self.by is not None or self.left is not None or self.right is not None:
                raise InputError(f"before= makes both sides; leave out left=, right= and by=. {WAYS}")
            times.instant(times.check_period(self.before), "UTC")
        elif self.by is None:
            filters = (Filter,) if self.right is None else (Filter, Filter)
            given = (self.left,) if self.right is None else (self.left, self.right)
            if not all(isinstance(side, kind) for side, kind in zip(given, filters, strict=True)):
                raise InputError(f"left={self.left!r} and right={self.right!r} are no two filters. {WAYS}")
        elif self.left is None and self.right is not None:
            raise InputError(f"right={self.right!r} needs left= too. {WAYS}")

    def pairs(self, journeys: Journeys) -> list[Pair]:
        """The sides; with `by` and without `left` each of the largest segments against all others."""
        if self.before is not None:
            since = during(self.before, "..", how="started")
            return [Pair(f"before {self.before}", f"since {self.before}", ~since, since)]
        if self.by is None:
            return [self._filters(journeys)]
        if self.left is None:
            every = segment.largest(journeys, self.by)
            return [Pair(text, REST, segment.clause(text, journeys, self.by), None, text) for text in every]
        return [self._values(journeys, self.by)]

    def _filters(self, journeys: Journeys) -> Pair:
        left, right = self.left, self.right
        assert isinstance(left, Filter)
        for side in (left, right):
            for leaf in side.leaves() if isinstance(side, Filter) else ():
                leaf.check(journeys.selection.star)
        if not isinstance(right, Filter):
            return Pair(left.says, REST, left, None)
        overlap = journeys.keep(left & right).n.journeys
        own = (left & ~right, right & ~left) if overlap else (left, right)
        return Pair(left.says, right.says, *own)

    def _values(self, journeys: Journeys, by: str) -> Pair:
        values = journeys.selection.star.texts(by) if journeys.selection.star.attribute(by).kind == "text" else None
        texts = [self._text(side) for side in (self.left, self.right) if side is not None]
        for text in texts:
            if values is not None and text not in (*values, MISSING):
                raise not_found(f"value of {by}", text, values)
        left, right = texts[0], texts[1] if len(texts) > 1 else None
        clauses = [segment.clause(text, journeys, by) for text in texts]
        return Pair(left, right or REST, clauses[0], clauses[1] if right is not None else None)

    @staticmethod
    def _text(side: Side) -> str:
        if isinstance(side, Filter):
            raise InputError(f"With by= the sides are values, not filters: {side!r}. {WAYS}")
        return str(side).lower() if isinstance(side, bool) else str(side)


def placed(journeys: Journeys, pair: Pair, kept: Items) -> Array:
    """Of each row of the items 1 for the left side, -1 for the right, 0 for neither; on both is neither."""
    import numpy as np

    left = _rows(journeys, pair.left, kept)
    right = ~left if pair.right is None else _rows(journeys, pair.right, kept)
    return np.where(left & ~right, 1, np.where(right & ~left, -1, 0))


def _rows(journeys: Journeys, wanted: Filter, kept: Items) -> Array:
    import numpy as np

    table = journeys.collect(lambda selection: matching(selection.star, wanted).select(JOURNEY))
    ids = table[JOURNEY].to_numpy()
    among = np.zeros(int(max(kept.journeys.max(initial=0), ids.max(initial=0))) + 1, bool)
    among[ids] = True
    mask: Array = among[kept.journeys]
    return mask


# ---- strata, and how long journeys are followed ----------------------------------------------------------------------


def check_held(journeys: Journeys, holding: str | None, before: str | None) -> str | None:
    """The attribute by which the sides are held equal: what is asked for, or kinds of journeys for periods."""
    segment.check(journeys, holding)
    star = journeys.selection.star
    has_kinds = KIND in star.by_name and star.attribute(KIND).level != "event"
    return KIND if holding is None and before is not None and has_kinds else holding


def strata(journeys: Journeys, holding: str | None, kept: Items) -> Array | None:
    """The stratum of each row: the place of its segment among the largest ones, or the next one for all others."""
    import numpy as np

    if holding is None:
        return None
    shown = segment.largest(journeys, holding)
    table = journeys.collect(
        lambda chosen: segment.gathered(chosen, holding, shown).select(JOURNEY, SEGMENT).sort(JOURNEY)
    )
    place = {text: number for number, text in enumerate([*shown, OTHER])}
    codes = np.array([place[text] for text in table[SEGMENT].to_pylist()], np.int64)
    stratum: Array = codes[np.searchsorted(table[JOURNEY].to_numpy(), kept.journeys)]
    return stratum


def followed(journeys: Journeys, before: str, within: str | None) -> int:
    """For how many microseconds journeys are followed: as asked; or as nine of ten ended ones last, if there is time.

    Half of the time from the date to the end of the log is the most, so that half of the later journeys are followed.
    """
    if within is not None:
        return times.duration(within, "within")
    since = times.instant(before, journeys.base.zone)
    name = outcome.name_in(journeys.selection.star)
    rows = journeys.collect(lambda selection: _longest(selection, name)).to_pylist()
    last = journeys.collect(lambda selection: selection.star.outlines.select(nw.col(LAST).max()))[LAST].to_pylist()[0]
    most = round(rows[0]["p90"] or 0) if rows else 0
    return max(min(most, ((last or since) - since) // 2), SECOND)


def _longest(selection: Selection, name: str | None) -> Frame:
    """How long nine of ten journeys last that have ended."""
    table = selection.outlines.select(JOURNEY, FIRST, LAST)
    if name is not None:
        ended = selection.star.of_journeys(name).filter(nw.col(VALUE) != outcome.OPEN).select(JOURNEY)
        table = table.join(ended, on=JOURNEY, how="inner")
    lasting = table.with_columns((nw.col(LAST) - nw.col(FIRST)).alias("lasting"), nw.lit(0).alias(SEGMENT))
    return selection.star.engine.quantiles(lasting, [SEGMENT], "lasting", {"p90": MOST_ENDED})
