"""What an item is, and the table of journeys and items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from cxkit.cached import cached_property

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

Kind = Literal["activity", "move", "start", "end", "stage", "variant", "outcome", "attribute", "duration"]
ARROW = " \N{RIGHTWARDS ARROW} "


@dataclass(frozen=True)
class Item:
    """Something that a journey has or has not, or that takes time in it.

    `name` is the activity, stage, outcome or value; of a move its activities in order. `parts` are the activities that
    it touches: that of a visit, both of a move, all of a variant. `attribute` is the name of a value's attribute, `low`
    (included) and `high` (not included) the ends of a value that is a range; `number` is that of a variant.
    """

    kind: Kind
    name: str
    parts: tuple[str, ...] = ()
    attribute: str | None = None
    low: float | None = None
    high: float | None = None
    number: int | None = None


@dataclass(frozen=True)
class Entries:
    """Which rows have which items of one kind: a row, and a place among its items, for each entry."""

    listed: Sequence[Item]
    row: Array
    item: Array


@dataclass(frozen=True)
class Items:
    """Journeys by items. Rows are journeys, customer by customer; all arrays of rows are in that order.

    `journeys` are the store's numbers, `customers` numbers from 0 up, `begun` microseconds. `listed` are the items, one
    for each column of `has`, a sparse matrix (scipy's csr) of 1 where the journey has the item. `ended` says which
    journeys have ended, all of them where nobody said what an end is. `timed` are items that take time, `lasting` their
    entries in the order of items and rows: the row, the place of the item and the seconds, each pair at most once.
    `within` is how many microseconds each journey is followed, None for all of it.
    """

    journeys: Array
    customers: Array
    begun: Array
    ended: Array
    listed: Sequence[Item]
    has: Any
    timed: Sequence[Item]
    lasting: tuple[Array, Array, Array]
    within: int | None = None

    @cached_property
    def by_customer(self) -> Any:
        """The table of customers and items: how many of their journeys have each (sparse); `customers` are its rows."""
        import numpy as np

        return self.summed(np.ones(len(self.journeys), bool))

    def summed(self, chosen: Array) -> Any:
        """The table of customers and items over some of the journeys; customers without any have no row."""
        import numpy as np
        from scipy.sparse import csr_array

        rows = chosen.nonzero()[0]
        starts = (np.diff(self.customers[rows], prepend=-1) != 0).nonzero()[0]
        sums = csr_array((np.ones(len(rows)), rows, np.r_[starts, len(rows)]), shape=(len(starts), len(self.journeys)))
        return sums @ self.has

    @property
    def cells(self) -> int:
        """How much room it takes."""
        return int(self.has.nnz) * 2 + 4 * len(self.journeys) + 3 * len(self.lasting[0])
