"""A log under an engagement: what both say together stands among the attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cxkit.facts import outcome, stages

if TYPE_CHECKING:
    from cxkit.engagement.engagement import Engagement
    from cxkit.store.star import Star


def bound(star: Star, said: Engagement) -> Star:
    """The star with the columns that the engagement makes of it: how journeys ended, and where events belong."""
    for column in (*stages.columns(star, said), *outcome.columns(star, said)):
        star = star.with_column(column)
    return star
