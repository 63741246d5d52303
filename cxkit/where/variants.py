"""Filters by the variant of a journey."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from cxkit.schema import VARIANT
from cxkit.where.amounts import between
from cxkit.where.filter import Frame

if TYPE_CHECKING:
    from cxkit.store.star import Star


class variant_rank(between):
    """Journeys by the rank of their variant in the whole store: 1 is the most frequent."""

    @property
    def says(self) -> str:
        same = self.at_least == self.at_most
        return f"is variant {self.at_least}" if same else f"has a variant of rank {self.range}"

    def journeys(self, star: Star) -> Frame:
        return self._journeys(star, nw.col(VARIANT))
