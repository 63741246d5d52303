"""What each journey has, of all that can be compared: the kept table of journeys and items of a selection.

An item is something that a journey has or has not: an activity, a move, a start, an end, a stage, a variant, an
outcome, a value of an attribute. It is a column of `Items.has`, whose rows are journeys in the order of their
customers. Any two sides of journeys, any strata, and customers are then sums of rows, and the engine is asked once for
all of them. Beside it stand lengths of time: of the whole journey, and of each move where a journey takes it first.

With `within` journeys are looked at for so long after they began, and those that began later than that before the end
of the log are left out: all are then followed equally long. What happened later is not seen: an end is the last event
until then, an outcome the first goal or cancel until then. A variant would be that of a part, and is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.facts import outcome, stages, values
from cxkit.facts import working as clocks
from cxkit.facts.item import ARROW, Entries, Item, Items
from cxkit.facts.stages import Grain
from cxkit.facts.taken import Taken
from cxkit.schema import (
    ACTIVITY,
    CUSTOMER,
    END,
    FIRST,
    FIRST_MOVE,
    FIRST_VISIT,
    GAP,
    JOURNEY,
    LAST,
    NEXT,
    PATH,
    POSITION,
    SECOND,
    TIME,
    VARIANT,
    codes,
)
from cxkit.store.columns import VALUE
from cxkit.store.engine import Kept

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from cxkit.engagement.engagement import Engagement
    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection

    Array = np.ndarray[Any, Any]

MOST_VARIANTS = 200


def items(journeys: Journeys, level: Grain = "activity", within: int | None = None) -> Items:
    """The items of the selected journeys, worked out once for a selection.

    level : "activity", or "stage" for visits to the engagement's stages in the place of activities.
    within : how many microseconds each journey is followed; where nothing is given, all of it.

    >>> import cxkit as cx
    >>> from cxkit.facts.items import items
    >>> kept = items(cx.toy_journeys())
    >>> kept.has.shape[0], [item.name for item in kept.listed if item.kind == "start"]
    (12, ['Order'])
    """
    clock, engagement = clocks.clock(journeys, None), journeys.engagement
    asked = f"items {level} {clock.key} {within} {engagement.fingerprint if engagement else ''}"

    def made(selection: Selection) -> Kept:
        table = _Making(journeys, selection, level, within).items()
        return Kept(table, table.cells, lambda: None)

    with journeys.base.engine.question():
        selection = journeys.selection
        key = f"{selection.star.key}{selection.star.marks}|{asked} of {selection.key}"
        table: Items = journeys.base.engine.hold(key, lambda: made(selection))
    return table


class _Making:
    """The items of a selection, kind by kind; rows are its journeys, customer by customer."""

    def __init__(self, journeys: Journeys, selection: Selection, level: Grain, within: int | None) -> None:
        self.of, self.selection, self.level, self.within = journeys, selection, level, within
        self.taken = stages.at_level(journeys, level)(selection)
        self.star = self.taken.star
        self.clock = clocks.clock(journeys, None)
        self._order()

    def _order(self) -> None:
        import numpy as np

        chosen = self.selection.outlines.select(JOURNEY, CUSTOMER, FIRST, LAST)
        if self.within is not None:
            chosen = chosen.filter(nw.col(FIRST) <= self._end() - self.within)
        ids, owners, begun, last = _read(self.star.engine.collect(chosen), JOURNEY, CUSTOMER, FIRST, LAST)
        order = np.lexsort((ids, owners))
        self.ids, self.begun, self.last = ids[order], begun[order], last[order]
        self.customers = np.unique(owners[order], return_inverse=True)[1]
        self.sorted = np.argsort(self.ids)

    def _end(self) -> int:
        star = self.selection.star
        return star.engine.collect(star.outlines.select(nw.col(LAST).max()))[LAST].to_pylist()[0] or 0

    def rows(self, ids: Array) -> tuple[Array, Array]:
        """The rows of these journeys, and which of them have one."""
        import numpy as np

        if not len(self.ids):
            return np.zeros(0, np.int64), np.zeros(len(ids), bool)
        near = np.searchsorted(self.ids, ids, sorter=self.sorted)
        place = self.sorted[np.minimum(near, len(self.ids) - 1)]
        held = self.ids[place] == ids
        return place[held], held

    def items(self) -> Items:
        """The whole table."""
        import numpy as np
        from scipy.sparse import csr_array

        ended, ways = self._outcomes()
        taken = self._taken()
        row, activity, until = self._latest()
        kinds = [*taken.kinds(), taken.single("end", row, activity), *self._stages(taken), *self._variants(), *ways]
        kinds += [self._values(told) for told in values.told(self.of, self.selection)]
        starts = np.cumsum([0, *(len(kind.listed) for kind in kinds)])
        rows = np.concatenate([kind.row for kind in kinds])
        columns = np.concatenate([kind.item + start for kind, start in zip(kinds, starts, strict=False)])
        has = csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(self.ids), int(starts[-1])))
        has.sort_indices()
        timed, lasting = taken.times(self._lasting(row, until)) if self.star.timed else ([], _no_times())
        listed = [item for kind in kinds for item in kind.listed]
        facts = (self.ids, self.customers, self.begun, ended, listed, has, timed, lasting)
        return Items(*facts, within=self.within)

    # ---- events ------------------------------------------------------------------------------------------------------

    def _taken(self) -> Taken:
        """The first use of each move in each journey, in one pass over the events."""
        import numpy as np

        columns = (JOURNEY, ACTIVITY, NEXT, POSITION, GAP, TIME, FIRST_VISIT)
        first = self.taken.moves.filter(nw.col(FIRST_MOVE) == 1).select(*columns)
        filled = first.with_columns(nw.col(NEXT).cast(nw.Int32).fill_null(END), nw.col(GAP).fill_null(0))
        ids, *read = _read(self.star.engine.collect(filled), *columns)
        row, held = self.rows(ids)
        activity, then, position, gap, time, visit = (column[held] for column in read)
        seen, reached = np.ones(len(row), bool), then != END
        if self.within is not None:
            since = time - self.begun[row]
            seen, reached = since < self.within, reached & (since + gap < self.within)
        gap = self._by_clock(row, position, gap)
        return Taken(self.star.names, row, activity, then, position, gap, visit == 1, seen, reached)

    def _by_clock(self, row: Array, position: Array, gap: Array) -> Array:
        """The gaps as the engagement's clock counts them, and from end to start where both are known."""
        import numpy as np

        if self.clock.hours is None and not self.clock.stamps:
            return gap
        first = self.clock.at(self.taken).moves.filter(nw.col(FIRST_MOVE) == 1)
        table = self.star.engine.collect(first.select(JOURNEY, POSITION, nw.col(GAP).fill_null(0)))
        ids, places, gaps = _read(table, JOURNEY, POSITION, GAP)
        rows, held = self.rows(ids)
        ours, theirs = np.lexsort((position, row)), np.lexsort((places[held], rows))
        counted = np.empty_like(gap)
        counted[ours] = gaps[held][theirs]
        return counted

    def _latest(self) -> tuple[Array, Array, Array]:
        """The last event that is looked at: its row, activity and time."""
        events = self.taken.moves
        if self.within is None:
            last = events.filter(nw.col(NEXT).is_null())
        else:
            since = nw.col(TIME) - nw.col(FIRST)
            events = events.join(self.selection.outlines.select(JOURNEY, FIRST), on=JOURNEY, how="inner")
            over = nw.col(NEXT).is_null() | (since + nw.col(GAP) >= self.within)
            last = events.filter(since < self.within, over)
        ids, activity, time = _read(
            self.star.engine.collect(last.select(JOURNEY, ACTIVITY, TIME)), JOURNEY, ACTIVITY, TIME
        )
        row, held = self.rows(ids)
        return row, activity[held], time[held]

    def _lasting(self, row: Array, until: Array) -> Array:
        """How many seconds each journey took, or until the last event that is looked at."""
        import numpy as np

        if self.within is not None:
            lasting = np.zeros(len(self.ids))
            lasting[row] = (until - self.begun[row]) / SECOND
            return lasting
        if self.clock.hours is None:
            return np.asarray((self.last - self.begun) / SECOND)
        outlines = self.clock.at(self.selection).outlines.select(JOURNEY, FIRST, LAST)
        ids, first, last = _read(self.star.engine.collect(outlines), JOURNEY, FIRST, LAST)
        rows, held = self.rows(ids)
        lasting = np.zeros(len(self.ids))
        lasting[rows] = (last - first)[held] / SECOND
        return lasting

    def _stages(self, taken: Taken) -> Iterator[Entries]:
        """Which journeys visit which stage of the engagement; at the level of stages the activities are stages."""
        import numpy as np

        engagement = self.of.engagement
        placed = stages.stage_of(engagement) if engagement and self.level == "activity" else {}
        listed = list(dict.fromkeys(placed[name] for name in self.star.names.values() if name in placed))
        if not listed:
            return
        place = np.full(max(self.star.names) + 1, -1)
        for code, name in self.star.names.items():
            place[code] = listed.index(placed[name]) if name in placed else -1
        visited = taken.visit & taken.seen & (place[taken.activity] >= 0)
        pairs = np.unique(taken.row[visited] * len(listed) + place[taken.activity[visited]])
        parts = [tuple(name for name in placed if placed[name] == stage) for stage in listed]
        shown = [Item("stage", stage, names) for stage, names in zip(listed, parts, strict=True)]
        yield Entries(shown, pairs // len(listed), pairs % len(listed))

    def _variants(self) -> Iterator[Entries]:
        """The most frequent variants."""
        import numpy as np

        if self.within is not None:
            return
        star, outlines = self.star, self.taken.outlines
        counted = outlines.group_by(VARIANT).agg(nw.len().alias("count"))
        most = counted.sort("count", VARIANT, descending=[True, False]).head(MOST_VARIANTS)
        paths = star.variants.select(VARIANT, PATH).join(most, on=VARIANT, how="inner").sort(VARIANT)
        table = star.engine.collect(paths.select(VARIANT, PATH))
        numbers = table[VARIANT].to_pylist()
        ways = [tuple(star.names[code] for code in codes(path)) for path in table[PATH].to_pylist()]
        ids, variant = _read(star.engine.collect(outlines.select(JOURNEY, VARIANT)), JOURNEY, VARIANT)
        row, held = self.rows(ids)
        frequent = np.isin(variant[held], numbers)
        place = np.searchsorted(np.array(numbers, np.int64), variant[held][frequent])
        shown = [Item("variant", ARROW.join(way), way, number=n) for way, n in zip(ways, numbers, strict=True)]
        yield Entries(shown, row[frequent], place)

    # ---- journeys ----------------------------------------------------------------------------------------------------

    def _outcomes(self) -> tuple[Array, list[Entries]]:
        """Which journeys have ended, and how each of them did."""
        import numpy as np

        engagement, star = self.of.engagement, self.selection.star
        column, ended = outcome.name_in(star), np.ones(len(self.ids), bool)
        if column is None or engagement is None:
            return ended, []
        words, frame = [word for word in outcome.OUTCOMES if word != outcome.OPEN], star.of_journeys(column)
        if self.within is not None:
            words = [outcome.GOAL, outcome.CANCEL]
            frame = outcome.endings(star, engagement).filter(nw.col(outcome.AT) < self.within)
        table = star.engine.collect(frame.select(JOURNEY, VALUE))
        row, held = self.rows(table[JOURNEY].to_numpy())
        word = np.array(table[VALUE].to_pylist(), object)[held]
        if self.within is None:
            ended[row[word == outcome.OPEN]] = False
        place = np.select([word == name for name in words], list(range(len(words))), -1) if len(word) else row
        parts = [_activities(engagement, name) for name in words]
        listed = [Item("outcome", name, names, column) for name, names in zip(words, parts, strict=True)]
        return ended, [Entries(listed, row[place >= 0], place[place >= 0])]

    def _values(self, told: values.Told) -> Entries:
        """Which journeys have which value of an attribute."""
        row, held = self.rows(told.journey)
        place = told.place[held]
        both = zip(told.texts, told.ranges, strict=True)
        listed = [Item("attribute", text, (), told.attribute, low, high) for text, (low, high) in both]
        return Entries(listed, row[place >= 0], place[place >= 0])


def _read(table: pa.Table, *columns: str) -> list[Array]:
    """Columns of whole numbers as arrays; 0 where there is none."""
    return [table[column].fill_null(0).to_numpy().astype("int64", copy=False) for column in columns]


def _activities(engagement: Engagement, word: str) -> tuple[str, ...]:
    """The activities by which the engagement knows an outcome."""
    if word == outcome.GOAL:
        return tuple(goal.activity for goal in engagement.goals)
    return tuple(cancel.activity for cancel in engagement.cancels) if word == outcome.CANCEL else ()


def _no_times() -> tuple[Array, Array, Array]:
    import numpy as np

    nothing = np.zeros(0, np.int64)
    return nothing, nothing, nothing.astype(float)
