"""One pair of sides: the differences of all items, and what the sides look like as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cxkit.facts.item import Item, Items
from cxkit.measures.compare.construction import touched
from cxkit.measures.compare.sides import Pair, placed
from cxkit.selection.segment import SEGMENT
from cxkit.statistics.discoveries import FALSE
from cxkit.statistics.families import Apart, Differences, Sides, apart, shares, sides
from cxkit.statistics.lengths import Values, means

if TYPE_CHECKING:
    import numpy as np

    from cxkit.journeys import Journeys

    Array = np.ndarray[Any, Any]

Row = dict[str, Any]
FEW, CONSTRUCTED, CONSTANT = "too few customers", "by construction", "nothing varies"
OF_ENDED = ("end", "outcome")
STEPS = ("activity", "move")
FIGURES = ("left", "right", "difference", "low", "high", "n_left", "n_right", "customers_left", "customers_right")
BINS, CUT = 32, 0.005  # of the durations that are shown, and which share of them is not at either end


@dataclass(frozen=True)
class Whole:
    """Two sides as they are: their sizes, how far they are apart, and how long their ended journeys last.

    `edges` are seconds, the borders of bins; `lasting` is the share of each side's journeys in each of them.
    `still_open` is the share of each side's journeys that have not ended.
    """

    pair: Pair
    journeys: tuple[int, int]
    customers: tuple[int, int]
    apart: Apart | None
    medians: tuple[float | None, float | None]
    edges: Sequence[float]
    lasting: tuple[Sequence[float], Sequence[float]]
    still_open: tuple[float, float]


def differences(kept: Items, side: Array, strata: Array | None = None) -> tuple[Sides, Differences]:
    """Who is compared, and the differences of all items: of journeys, of ended ones, and of logarithms of times.

    side : of each row of the items 1 for the left, -1 for the right, 0 for neither.
    strata : of each row the code of its stratum, within which the sides are compared.

    Items are in the order of `kept.listed` and then of `kept.timed`.
    """
    import numpy as np

    of = sides(kept.customers, side, strata)
    of_all = shares(kept.has, of)
    if not kept.ended.all():
        columns = np.array([place for place, item in enumerate(kept.listed) if item.kind in OF_ENDED], np.int64)
        ended = sides(kept.customers, np.where(kept.ended, side, 0), strata)
        of_all = of_all.replaced(columns, shares(kept.has[:, columns], ended))
    row, item, seconds = kept.lasting
    held = kept.ended[row] | (item > 0)
    values = Values(row[held], item[held], np.log1p(seconds[held]), len(kept.timed))
    return of, of_all.joined(means(values, of))


class Part:
    """One pair of sides: all items of it, tested alone."""

    def __init__(self, journeys: Journeys, pair: Pair, kept: Items, strata: Array | None) -> None:
        import numpy as np

        self.pair, self.kept = pair, kept
        self.side = placed(journeys, pair, kept)
        self.of, self.differences = differences(kept, self.side, strata)
        self.listed: Sequence[Item] = [*kept.listed, *kept.timed]
        filters = [side for side in (pair.left, pair.right) if side is not None]
        self.own = np.array(touched(journeys, filters).own(self.listed), bool)
        self.tested = self.differences.enough & self.differences.varies & ~self.own
        self.z, self.p = self.differences.z, self.differences.p

    @property
    def errors(self) -> list[float]:
        """The standard errors of the shares that are tested."""
        n = len(self.kept.listed)
        errors: list[float] = self.differences.error[:n][self.tested[:n]].tolist()
        return errors

    def rows(self, q_values: Mapping[int, float]) -> Iterator[Row]:
        """A row per item that a journey of either side has."""
        import numpy as np

        told, n = self.differences, len(self.kept.listed)
        columns = [np.array(column, float) for column in (told.left, told.right, told.difference, *told.ends)]
        for column in columns:
            column[:n], column[n:] = np.clip(column[:n], -1, 1), np.expm1(column[n:])
        numbers = [column.tolist() for column in (*columns, *told.journeys, *told.customers)]
        counts, people = self._counted()
        for place, item in enumerate(self.listed):
            if counts[place]:
                figures = dict(zip(FIGURES, (column[place] for column in numbers), strict=True))
                yield self._row(place, item, figures, q_values.get(place)) | {
                    "count": counts[place] if self.kept.within is None else None,
                    "customers": people[place] if self.kept.within is None else None,
                }

    def _row(self, place: int, item: Item, figures: Row, q_value: float | None) -> Row:
        moved = item.kind == "move" or (item.kind == "duration" and item.parts)
        first, then = item.parts if moved else (None, None)
        return figures | {
            SEGMENT: self.pair.segment,
            "kind": item.kind,
            "item": f"{item.attribute}: {item.name}" if item.kind == "attribute" else item.name,
            "q_value": q_value,
            "significant": q_value is not None and q_value <= FALSE,
            "why_not": self._why_not(place),
            "activity": first,
            "next_activity": then,
            "attribute": item.attribute,
            "value": item.name,
            "bin_low": item.low,
            "bin_high": item.high,
            "variant": item.number,
            "z": float(self.z[place]),
        }

    def _why_not(self, place: int) -> str | None:
        if self.own[place]:
            return CONSTRUCTED
        if not self.differences.varies[place]:
            return CONSTANT
        return None if self.differences.enough[place] else FEW

    def _counted(self) -> tuple[list[int], list[int]]:
        """How many journeys of both sides, and of how many customers, have each item."""
        import numpy as np

        kept, chosen = self.kept, self.side != 0
        sums = kept.by_customer if chosen.all() else kept.summed(chosen)
        row, item, _ = kept.lasting
        row, item = row[chosen[row]], item[chosen[row]]
        other = (np.diff(item, prepend=-1) != 0) | (np.diff(kept.customers[row], prepend=-1) != 0)
        journeys, people = (np.bincount(places, minlength=len(kept.timed)) for places in (item, item[other]))
        counts = np.r_[np.asarray(sums.sum(axis=0)).astype(int), journeys]
        return counts.tolist(), np.r_[np.bincount(sums.tocoo().coords[1], minlength=sums.shape[1]), people].tolist()

    # ---- as a whole --------------------------------------------------------------------------------------------------

    def whole(self) -> Whole:
        """The sides as they are."""
        kept, of = self.kept, self.of
        steps = [place for place, item in enumerate(kept.listed) if item.kind in STEPS]
        sizes, people = of.cells, (of.people(0), of.people(1))
        edges, lasting, medians = self._lasting()
        distance = apart(kept.has[:, steps], of)
        still = [float(1 - kept.ended[self.side == word].mean()) for word in (1, -1)]
        journeys = (int(sizes[0::2].sum()), int(sizes[1::2].sum()))
        facts = (distance, medians, edges, lasting, (still[0], still[1]))
        return Whole(self.pair, journeys, people, *facts)

    def _lasting(self) -> tuple[list[float], tuple[list[float], list[float]], tuple[float | None, float | None]]:
        """Bins of equal width on the scale of logarithms, the shares of both sides in them, and the medians."""
        import numpy as np

        row, item, seconds = self.kept.lasting
        whole = (item == 0) & self.kept.ended[row]
        sides_of = self.side[row]
        both = [seconds[whole & (sides_of == word)] for word in (1, -1)]
        if not self.kept.timed or not all(map(len, both)):
            return [], ([], []), (None, None)
        low, high = np.quantile(np.concatenate(both), [CUT, 1 - CUT])
        edges = np.expm1(np.linspace(np.log1p(low), np.log1p(max(high, low + 1)), BINS + 1))
        counts = [np.histogram(np.clip(part, edges[0], edges[-1]), edges)[0] / len(part) for part in both]
        medians = tuple(float(np.median(part)) for part in both)
        return edges.tolist(), (counts[0].tolist(), counts[1].tolist()), (medians[0], medians[1])
