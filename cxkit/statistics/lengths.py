"""Do two sides of journeys take different times? As for shares, but with the journeys that have an item only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from cxkit.statistics.families import CUSTOMERS, EXPECTED, TINY, Differences, Sides

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]


class Values(NamedTuple):
    """Numbers, such as logarithms of seconds: which journey has which item with which value, each pair once.

    In the order of items, and for each of them in that of journeys.
    """

    journey: Array
    item: Array
    value: Array
    items: int


class Cells(NamedTuple):
    """Values with their `part` (the cell of the journey); at `starts` those of another item or customer begin."""

    value: Array
    part: Array
    item: Array
    starts: Array
    items: int

    def by_cell(self, cells: int, weights: Array | None = None) -> Array:
        """For each cell and item the number of values, or the sum of weights."""
        import numpy as np

        codes, size = self.part * self.items + self.item, cells * self.items
        return np.bincount(codes, weights, size).reshape(cells, self.items)

    def by_customer(self, weights: Array) -> Array:
        """For each customer and item the sum of their weights."""
        import numpy as np

        return np.add.reduceat(weights, self.starts) if len(self.starts) else np.zeros(0)

    def by_item(self, sums: Array) -> Array:
        """For each item the sum of what its customers have."""
        import numpy as np

        return np.bincount(self.item[self.starts], sums, self.items)


def means(values: Values, of: Sides) -> Differences:
    """What is the mean of each item's values on both sides, over the journeys that have it?

    A stratum counts for an item where both sides have it there. An item is tested where at least 20 customers have it,
    5 of them on the smaller side.

    >>> import numpy as np
    >>> from cxkit.statistics.families import sides
    >>> values = Values(np.arange(40), np.zeros(40, int), np.r_[np.arange(20.0), np.arange(20.0) + 9], 1)
    >>> told = means(values, sides(np.arange(40), np.repeat([1, -1], 20)))
    >>> told.left, told.right, np.round(told.z, 1)
    (array([9.5]), array([18.5]), array([-3.9]))
    """
    import numpy as np

    cells = _placed(values, of)
    part, item = cells.part, cells.item
    counts, sums = cells.by_cell(2 * of.strata), cells.by_cell(2 * of.strata, cells.value)
    both = (counts[0::2] > 0) & (counts[1::2] > 0)
    whole = np.where(both, counts[0::2] + counts[1::2], 0)
    weight = whole / np.maximum(whole.sum(axis=0), 1)
    rates = sums / np.maximum(counts, 1)
    levels = [(weight * rates[side::2]).sum(axis=0) for side in (0, 1)]
    held = both[part // 2, item]
    people = [cells.by_item(cells.by_customer(held & (part % 2 == side)) > 0) for side in (0, 1)]
    everybody = cells.by_item(cells.by_customer(held) > 0)
    constant = (1.0 - 2.0 * (part % 2)) * weight[part // 2, item] / counts[part, item]
    factor = np.stack([np.sqrt(np.where(n > 1, n / np.maximum(n - 1, 1), 1.0)) for n in people])
    adds = constant * factor[part % 2, item] * (cells.value - rates[part, item])
    null, varies = _null(cells, held, constant, sums, counts, weight)
    variance = np.maximum(cells.by_item(cells.by_customer(adds) ** 2), null)
    enough = varies & (everybody >= CUSTOMERS) & (np.minimum(*people) >= EXPECTED)
    journeys = np.stack([np.where(both, counts[side::2], 0).sum(axis=0) for side in (0, 1)])
    error = np.sqrt(np.where(varies, np.maximum(variance, 0), 0))
    shown = (levels[0], levels[1], levels[0] - levels[1], error, enough, varies)
    return Differences(*shown, journeys, np.stack(people))


def _placed(values: Values, of: Sides) -> Cells:
    """The values of the journeys that are compared."""
    import numpy as np

    last = int(max(values.journey.max(initial=-1), of.place.max(initial=-1))) + 1
    index = np.full(last, -1, np.int64)
    index[of.place] = np.arange(len(of.place))
    place = index[values.journey]
    held = place >= 0
    place, item = place[held], values.item[held]
    owner = of.customer[place]
    other = (np.diff(item, prepend=-1) != 0) | (np.diff(owner, prepend=-1) != 0)
    return Cells(values.value[held], of.cell[place], item, other.nonzero()[0], values.items)


def _null(cells: Cells, held: Array, constant: Array, sums: Array, counts: Array, weight: Array) -> tuple[Array, Array]:
    """The variance of D if the sides did not differ, and which items vary at all."""
    import numpy as np

    strata, item, stratum = len(weight), cells.item, cells.part // 2
    whole = counts[0::2] + counts[1::2]
    pooled = (sums[0::2] + sums[1::2]) / np.maximum(whole, 1)
    rest = np.where(held, cells.value - pooled[stratum, item], 0.0)
    squares = cells._replace(part=stratum).by_cell(strata, rest**2)
    ones = cells.by_customer(held.astype(float))
    pairs = cells.by_item(ones**2 - ones)
    alike = (cells.by_item(cells.by_customer(rest) ** 2) - squares.sum(axis=0)) / np.maximum(pairs, 1)
    inverse = 1 / np.maximum(counts, 1)
    variance = (weight**2 * (inverse[0::2] + inverse[1::2]) * squares / np.maximum(whole, 1)).sum(axis=0)
    together = cells.by_item(cells.by_customer(constant) ** 2)
    variance = variance + alike * (together - np.bincount(item, constant**2, cells.items))
    largest = np.bincount(item, cells.value**2, cells.items)
    return variance, squares.sum(axis=0) > TINY * np.maximum(largest, TINY)
