"""Episodes of needs: from the first sign that a customer has a need until an offering meets it, or nothing does.

An episode opens with an event that shows the need; evidence that comes within the need's `within` (a week where nobody
said it) of the one before is of the same episode. It is routed to one of the need's offerings that have activities: the
one that the customer uses first from then on, else the first that is named; to none where there is none. It ends
*fulfilled* when the customer uses that offering within its promise (`within`; the time in which evidence is of one
episode where there is none), over all their journeys; else it is *open* while the promise still runs at the end of the
log, and *abandoned* after that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.schema import ACTIVITY, CUSTOMER, JOURNEY, LAST, TIME
from cxkit.times import duration

if TYPE_CHECKING:
    import numpy as np

    from cxkit.engagement.engagement import Engagement
    from cxkit.engagement.sections import Need
    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Frame

    Array = np.ndarray[Any, Any]

FULFILLED, ABANDONED, OPEN = "fulfilled", "abandoned", "open"
USUAL = "7d"
NO_OFFERING = "no offering"


@dataclass(frozen=True)
class Episodes:
    """The episodes of one need that are routed to one offering: whose each is, and how it ends."""

    need: str
    offering: str
    customers: Array
    ends: Array


def episodes(journeys: Journeys) -> list[Episodes]:
    """The episodes of all needs that a log can show, of the customers of the selected journeys."""
    import numpy as np

    engagement, star = journeys.engagement, journeys.selection.star
    if engagement is None or not star.timed:
        return []
    names = {name for need in engagement.needs for name in need.evidence}
    names |= {name for offering in engagement.offerings for name in offering.activities}
    codes = [star.codes[name] for name in sorted(names) if name in star.codes]
    rows = journeys.collect(lambda chosen: _events(chosen, codes))
    columns = {name: rows[name].to_numpy() for name in (CUSTOMER, TIME, ACTIVITY)}
    last = journeys.collect(lambda chosen: chosen.star.outlines.select(nw.col(LAST).max()))[LAST].to_pylist()[0] or 0
    _, columns["rank"] = np.unique(columns[CUSTOMER], return_inverse=True)
    return [part for need in engagement.needs for part in _of_need(need, engagement, star.codes, columns, last)]


def _events(selection: Selection, codes: list[int]) -> Frame:
    """The events of these activities of the selected customers, over all their journeys, in order."""
    people = selection.outlines.select(CUSTOMER).unique()
    owned = selection.star.outlines.select(JOURNEY, CUSTOMER).join(people, on=CUSTOMER, how="inner")
    events = selection.star.moves.filter(nw.col(ACTIVITY).is_in(codes)).select(JOURNEY, ACTIVITY, TIME)
    return events.join(owned, on=JOURNEY, how="inner").select(CUSTOMER, TIME, ACTIVITY).sort(CUSTOMER, TIME, ACTIVITY)


def _of_need(
    need: Need, engagement: Engagement, codes: dict[str, int], columns: dict[str, Array], last: int
) -> Iterator[Episodes]:
    import numpy as np

    shown = np.isin(columns[ACTIVITY], [codes[name] for name in need.evidence if name in codes])
    if not shown.any():
        return
    merged = duration(need.within or USUAL)
    customer, time, rank = (columns[name][shown] for name in (CUSTOMER, TIME, "rank"))
    begins = np.r_[True, (rank[1:] != rank[:-1]) | (time[1:] - time[:-1] > merged)]
    customer, time, rank = customer[begins], time[begins], rank[begins]
    offerings = [offered for offered in engagement.offerings if offered.name in need.offerings]
    offerings = [offered for offered in offerings if any(name in codes for name in offered.activities)]
    if not offerings:
        yield Episodes(need.name, NO_OFFERING, customer, np.full(len(customer), ABANDONED, dtype=object))
        return
    used = [_next_use([codes[name] for name in offered.activities if name in codes], columns, rank, time)
            for offered in offerings]  # fmt: skip
    routed = np.argmin(used, axis=0)
    for place, offered in enumerate(offerings):
        own = routed == place
        promise = duration(offered.within) if offered.within else merged
        waited = used[place][own] - time[own]
        late = np.where(time[own] + promise > last, OPEN, ABANDONED).astype(object)
        yield Episodes(need.name, offered.name, customer[own], np.where(waited <= promise, FULFILLED, late))


def _next_use(used: list[int], columns: dict[str, Array], rank: Array, time: Array) -> Array:
    """When each customer uses an offering first from a moment on; infinite where they never do."""
    import numpy as np

    chosen = np.isin(columns[ACTIVITY], used)
    at, whose = columns[TIME][chosen], columns["rank"][chosen]
    low = int(columns[TIME].min())
    span = int(columns[TIME].max()) - low + 1
    keys = whose.astype(np.float64) * span + (at - low)
    place = np.searchsorted(keys, rank.astype(np.float64) * span + (time - low))
    inside = place < len(keys)
    place = np.minimum(place, max(len(keys) - 1, 0))
    same = inside & (whose[place] == rank) if len(keys) else np.zeros(len(rank), bool)
    return np.where(same, at[place] if len(at) else 0, np.inf)
