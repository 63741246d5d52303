"""Which of many items do two sides of journeys have in different shares? Customers are the unit throughout.

For each side R is the share of its journeys that have an item, and D the difference of the two. Two variances of D are
asked, and the larger counts. The first is the sandwich by customer: what each customer adds to D, squared and summed,
so that journeys of one customer may be alike, and customers may be on both sides. The second is what D would vary by if
the sides did not differ: the pooled variance of an item, and the pooled covariance of two journeys of one customer.
z = D by the root of the larger variance; it is normal. (A cluster-robust score test beside the Wald test; Rao and Scott
1992 for the variance, Benjamini and Hochberg 1995 for the family.)

With strata D is the sum of the differences within each stratum, weighted by its journeys on both sides together (direct
standardisation); strata that one side lacks say nothing, and all is centred within strata.

An item is tested where 20 customers have it in some journey and 20 lack it in some, and where 5 of each are expected on
the smaller side. What does not vary (within a stratum) is not looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

NORMAL = 1.959963984540054  # of a 95 % interval
CUSTOMERS, EXPECTED = 20, 5.0
TINY = 1e-9  # a variance below this, of what it could be, is that of rounding
DRAWN, SEED, BAND = 40, 0, 2.0  # samples of no difference, and how many standard deviations they reach


class Differences(NamedTuple):
    """For each item the level on both sides, their difference, and how sure it is.

    Levels are shares, or means of logarithms. `enough` says whether the item is tested; `varies` whether it could
    differ at all. `journeys` and `customers` are how many a level rests on: a row for the left, a row for the right.
    """

    left: Array
    right: Array
    difference: Array
    error: Array
    enough: Array
    varies: Array
    journeys: Array
    customers: Array

    @property
    def z(self) -> Array:
        """The difference by its standard error; 0 where nothing varies."""
        import numpy as np

        return np.divide(self.difference, self.error, out=np.zeros_like(self.difference), where=self.error > 0)

    @property
    def p(self) -> Array:
        """How likely so large a z is by chance."""
        from scipy.stats import norm

        return 2 * norm.sf(abs(self.z))

    @property
    def ends(self) -> tuple[Array, Array]:
        """The 95 % interval of each difference."""
        return self.difference - NORMAL * self.error, self.difference + NORMAL * self.error

    def joined(self, others: Differences) -> Differences:
        """These items and then the others."""
        import numpy as np

        return Differences(*(np.concatenate(pair, axis=-1) for pair in zip(self, others, strict=True)))

    def replaced(self, places: Array, others: Differences) -> Differences:
        """These items, but the others at their places."""
        import numpy as np

        columns = [np.array(column) for column in self]
        for column, other in zip(columns, others, strict=True):
            column[..., places] = other
        return Differences(*columns)


class Sides(NamedTuple):
    """The journeys of two sides, customer by customer: `place` says which they are among those that were given.

    `customer` numbers customers from 0, `stratum` strata, `cell` is two times the stratum, and one more on the right.
    """

    place: Array
    customer: Array
    stratum: Array
    cell: Array
    strata: int

    @property
    def cells(self) -> Array:
        """How many journeys each cell has."""
        import numpy as np

        return np.bincount(self.cell, minlength=2 * self.strata)

    @property
    def sign(self) -> Array:
        """1 for a journey on the left, -1 on the right."""
        return 1.0 - 2.0 * (self.cell % 2)

    def people(self, part: int) -> int:
        """How many customers are on the left (0) or the right (1)."""
        import numpy as np

        return int((np.diff(self.customer[self.cell % 2 == part], prepend=-1) != 0).sum())

    def by_customer(self, weights: Array) -> Any:
        """The matrix that sums journeys up to customers, with these weights."""
        import numpy as np
        from scipy.sparse import csr_array

        n = int(self.customer[-1]) + 1 if len(self.customer) else 0
        starts = np.searchsorted(self.customer, np.arange(n + 1))
        return csr_array((weights, np.arange(len(weights)), starts), shape=(n, len(weights)))

    def spread(self, codes: Array, count: int, weights: Array | None = None) -> Array:
        """For each customer the (weighted) number of journeys of each code."""
        import numpy as np

        n = int(self.customer[-1]) + 1 if len(self.customer) else 0
        return np.bincount(self.customer * count + codes, weights, n * count).reshape(n, count)


def sides(customers: Array, side: Array, strata: Array | None = None) -> Sides:
    """The journeys that are compared: those of either side, in strata that both sides have.

    customers : whose each journey is, as codes that never fall.
    side : 1 for the left, -1 for the right, 0 for neither.
    strata : the stratum of each journey as a code from 0; one for all where it is left out.
    """
    import numpy as np

    codes = np.zeros(len(customers), np.int64) if strata is None else np.asarray(strata, np.int64)
    count = int(codes.max(initial=-1)) + 1
    both = [np.bincount(codes[side == word], minlength=count) > 0 for word in (1, -1)]
    shared = both[0] & both[1]
    place = np.flatnonzero((side != 0) & shared[codes])
    number = np.cumsum(shared) - 1
    stratum = number[codes[place]]
    customer = np.cumsum(np.diff(customers[place], prepend=-1) != 0) - 1
    return Sides(place, customer, stratum, 2 * stratum + (side[place] < 0), int(shared.sum()))


def shares(has: Any, of: Sides) -> Differences:
    """In which share of their journeys do both sides have each item?

    has : a sparse matrix of all journeys by items (scipy), 1 where the journey has the item.
    of : which journeys are compared.

    >>> import numpy as np
    >>> from scipy.sparse import csr_array
    >>> two = sides(np.arange(80), np.repeat([1, -1], 40))
    >>> told = shares(csr_array(np.r_[np.arange(40) < 30, np.arange(40) < 10][:, None] * 1.0), two)
    >>> told.left, told.right, np.round(told.z, 1), told.enough
    (array([0.75]), array([0.25]), array([4.5]), array([ True]))
    """
    import numpy as np

    has = has[of.place]
    sizes = of.cells
    cells = _one_hot(of.cell, 2 * of.strata) @ has
    counts = cells.toarray() if of.strata else np.zeros((0, has.shape[1]))
    whole = sizes.reshape(-1, 2).sum(axis=1)
    weight = whole / max(whole.sum(), 1)
    rates = counts / np.maximum(sizes, 1)[:, None]
    pooled = (counts[0::2] + counts[1::2]) / np.maximum(whole, 1)[:, None]
    levels = [(weight[:, None] * rates[part::2]).sum(axis=0) for part in (0, 1)]
    constant = of.sign * weight[of.stratum] / np.maximum(sizes, 1)[of.cell]
    by_customer = of.by_customer(np.ones(len(of.place))) @ has
    variance = np.maximum(
        _sandwich(has, of, constant, rates),
        _null(by_customer, of, constant, pooled, whole, weight[:, None] ** 2 * _harmonic(sizes)[:, None]),
    )
    varies = ((pooled > 0) & (pooled < 1)).any(axis=0)
    enough, people = _support(by_customer, has, of, (pooled > 0) & (pooled < 1))
    journeys = np.stack([np.full(has.shape[1], sizes[part::2].sum()) for part in (0, 1)])
    error = np.sqrt(np.where(varies, np.maximum(variance, 0), 0))
    return Differences(levels[0], levels[1], levels[0] - levels[1], error, enough, varies, journeys, people)


def _one_hot(codes: Array, count: int) -> Any:
    """The matrix that sums journeys up to their codes."""
    import numpy as np
    from scipy.sparse import csr_array

    return csr_array((np.ones(len(codes)), (codes, np.arange(len(codes)))), shape=(count, len(codes)))


def _harmonic(sizes: Array) -> Array:
    """For each stratum the sum of one by the sizes of its two cells."""
    import numpy as np

    inverse = 1 / np.maximum(sizes, 1)
    both: Array = inverse[0::2] + inverse[1::2]
    return both


def _scaled(of: Sides, constant: Array) -> Array:
    """What journeys add, corrected for the number of customers on each side: n by n - 1."""
    import numpy as np

    factor = np.ones(2)
    for part in (0, 1):
        n = of.people(part)
        factor[part] = np.sqrt(n / (n - 1)) if n > 1 else 1.0
    scaled: Array = constant * factor[of.cell % 2]
    return scaled


def _sandwich(has: Any, of: Sides, constant: Array, rates: Array) -> Array:
    """The variance of D by customer: the squares of what each of them adds to it."""
    scaled = _scaled(of, constant)
    return _squares(of.by_customer(scaled) @ has, of.spread(of.cell, 2 * of.strata, scaled), rates)


def _null(sums: Any, of: Sides, constant: Array, pooled: Array, whole: Array, weights: Array) -> Array:
    """The variance of D if the sides did not differ."""
    import numpy as np

    spread = pooled * (1 - pooled)
    sizes = of.spread(of.stratum, of.strata).astype(float)
    pairs = float((sizes.sum(axis=1) * (sizes.sum(axis=1) - 1)).sum())
    alike = (_squares(sums, sizes, pooled) - whole @ spread) / max(pairs, 1.0)
    together = np.bincount(of.customer, constant) ** 2
    variance: Array = (weights * spread).sum(axis=0) + alike * float(together.sum() - (constant**2).sum())
    return variance


def _squares(sums: Any, sizes: Array, rates: Array) -> Array:
    """The sum over customers of (sums - sizes @ rates) squared, for each item; `sums` is sparse."""
    import numpy as np

    entries = sums.tocoo()
    rows, columns = entries.coords
    expected = np.zeros(len(entries.data))
    for size, rate in zip(sizes.T, rates, strict=True):
        expected += size[rows] * rate[columns]
    rest = np.einsum("qi,qp,pi->i", rates, sizes.T @ sizes, rates)
    squares: Array = rest + np.bincount(columns, entries.data * (entries.data - 2 * expected), sums.shape[1])
    return squares


def _support(sums: Any, has: Any, of: Sides, varied: Array) -> tuple[Array, Array]:
    """Which items enough customers have, and lack, where they vary; and how many customers each side has."""
    import numpy as np

    items = has.shape[1]
    by_cell = of.spread(of.cell, 2 * of.strata)
    inside = _inside(sums, has, of, varied) if of.strata > 1 else sums
    entries = inside.tocoo()
    rows, columns = entries.coords
    by_stratum = by_cell[:, 0::2] + by_cell[:, 1::2]
    whole = np.zeros(len(rows))
    for stratum in range(of.strata):
        whole += by_stratum[rows, stratum] * varied[stratum, columns]
    have = np.bincount(columns[entries.data > 0], minlength=items)
    full = np.bincount(columns[(entries.data >= whole) & (entries.data > 0)], minlength=items)
    people, smaller = np.zeros(items), np.zeros(items)
    kinds, which = np.unique(varied, axis=1, return_inverse=True)
    for kind in range(kinds.shape[1]):
        chosen = by_cell[:, np.repeat(kinds[:, kind], 2)]
        left, right = (int((chosen[:, part::2].sum(axis=1) > 0).sum()) for part in (0, 1))
        people[which.ravel() == kind] = int((chosen.sum(axis=1) > 0).sum())
        smaller[which.ravel() == kind] = min(left, right)
    lack = people - full
    least = np.minimum(have, lack)
    enough = (least >= CUSTOMERS) & (least * smaller >= EXPECTED * np.maximum(people, 1))
    both = [np.full(items, int((by_cell[:, part::2].sum(axis=1) > 0).sum())) for part in (0, 1)]
    return enough, np.stack(both)


def _inside(sums: Any, has: Any, of: Sides, varied: Array) -> Any:
    """How many journeys of each customer have an item, of those in strata where it varies."""
    from scipy.sparse import csr_array

    entries = has.tocoo()
    rows, columns = entries.coords
    held = varied[of.stratum[rows], columns]
    shape = sums.shape
    return csr_array((entries.data[held], (of.customer[rows[held]], columns[held])), shape=shape)


class Apart(NamedTuple):
    """How far two sides are apart: the share of what their journeys have that they do not have in common.

    `chance` is how far as many customers drawn without regard to their side would be apart, `most` how far at most.
    """

    value: float
    chance: float
    most: float


def apart(has: Any, of: Sides, seed: int = SEED) -> Apart | None:
    """How far are two sides apart over these items? None where a side has nothing.

    The distance of Bray and Curtis (1957): the sum of all differences of shares, by the sum of all shares; 0 where the
    shares are the same, 1 where nothing is in common. What would come of chance is drawn: what each customer adds to a
    difference keeps its size and is given a sign by a coin (wild bootstrap, 40 draws); the most is the mean and two
    standard deviations.
    """
    import numpy as np

    has, sizes = has[of.place], of.cells
    counts = (_one_hot(of.cell, 2 * of.strata) @ has).toarray()
    whole = sizes.reshape(-1, 2).sum(axis=1)
    weight = whole / max(whole.sum(), 1)
    rates = counts / np.maximum(sizes, 1)[:, None]
    left, right = ((weight[:, None] * rates[part::2]).sum(axis=0) for part in (0, 1))
    size = float((left + right).sum())
    if not size:
        return None
    pooled = (counts[0::2] + counts[1::2]) / np.maximum(whole, 1)[:, None]
    constant = of.sign * weight[of.stratum] / np.maximum(sizes, 1)[of.cell]
    people = int(of.customer[-1]) + 1
    coins = 2 * np.random.default_rng(seed).integers(0, 2, (people, DRAWN), np.int8).astype(np.float32) - 1
    adds = of.by_customer(constant) @ has
    centre = of.spread(of.stratum, of.strata, constant).T @ coins
    drawn = abs(adds.T @ coins - pooled.T @ centre).sum(axis=0) / size
    most = float(drawn.mean() + BAND * drawn.std())
    return Apart(float(abs(left - right).sum()) / size, float(drawn.mean()), most)
