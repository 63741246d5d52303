"""The ways that journeys take, as rows of colours: all variants, of which a page asks for those in sight; families."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

import traitlets as t

import cxkit as cx
from cxkit.views import theme
from cxkit.where.filter import Filter
from cxkit.words import listed, many, percent, timed
from cxwidgets.keeping.exports import PICTURES, TABLES
from cxwidgets.listing import Listing
from cxwidgets.modules import script
from cxwidgets.panel import Action, Drawn
from cxwidgets.picture import Choosing, Row

if TYPE_CHECKING:
    import pyarrow as pa

    from cxwidgets.board import Board

FIRST, MOST_ROWS, MOST_WAYS = 60, 200, 100_000
MOST_STEPS = 150  # that are drawn of one way
MOST_CHOICES = 5_000
KEPT = 4


class Ways(Choosing):
    """Rows of ways, each a strip of colours: a click keeps the journeys of one, with Shift of several.

    `sorts` are the columns by which they can stand, with the words for them. Python answers with the rows that the page
    has room for; what it asks for is a place and a number.
    """

    _esm = script("panels/variants.js")
    window = t.Dict().tag(sync=True)
    mark: ClassVar[str] = "cx-way"  # what a row is called in the page
    sorts: ClassVar[Mapping[str, str]] = {"count": "journeys", "median_seconds": "median time"}

    def __init__(self, board: Board, name: str = "") -> None:
        super().__init__(board, name)
        self.exports = [*PICTURES, *TABLES]
        self._sort, self._descends = next(iter(self.sorts)), True
        self._answered = lru_cache(KEPT)(super().result)
        self._stood = lru_cache(KEPT)(self._ordered)

    @property
    def actions(self) -> Mapping[str, Action]:
        return {**super().actions, "rows": self.scrolled, "sort": self.sort}

    def result(self, journeys: cx.Journeys, by: str = "") -> cx.Result:
        return self._answered(journeys, by)

    def whole(self, journeys: cx.Journeys, by: str) -> pa.Table:
        """All rows, in the order of the answer."""
        return self.result(journeys, by).table

    def drawing(self) -> str:
        """The rows as a picture, for a file: the page itself shows none."""
        answer = self.answer()
        picture = answer.chart() if answer else None
        if picture is None:
            raise cx.CxError("This is a table. Take it away as CSV or Excel.")
        return picture.svg

    def how_many(self, journeys: cx.Journeys, by: str) -> int:
        """How many rows there are."""
        return self.whole(journeys, by).num_rows

    def said_of(self, row: Row) -> tuple[str, str]:
        """What stands at a row for those who point at it, and what below its steps: nothing, unless it is said."""
        return "", ""

    def sketch(self, journeys: cx.Journeys, how: tuple[bool, str]) -> Drawn:
        """Nothing is drawn ahead: the page makes the rows that it shows."""
        by = how[1]
        facts = {"by": by, "attributes": self._attributes} if self._attributes else {}
        return Drawn(facts={**facts, "of": self.how_many(journeys, by), "sorts": self._sorts(journeys, by)})

    def draw(self) -> Drawn:
        drawn = super().draw()
        if not drawn.facts:
            return drawn
        window, choices = self._rows(0, FIRST)
        facts = {"window": window, "sort": self._sort, "falling": self._descends}
        choices = {**self._recent(), **choices}
        marks = tuple(clause.key for clause in self._chosen() if clause.key in choices)
        return replace(drawn, facts={**drawn.facts, **facts}, choices=choices, marks=marks)

    def scrolled(self, first: int, rows: int) -> None:
        """Send the rows from this place on."""
        if not _counted(first, 0, MOST_WAYS) or not _counted(rows, 1, MOST_ROWS):
            raise ValueError(first, rows)
        self.window, choices = self._rows(first, rows)
        self.choices = {**self._recent(), **choices}

    def sort(self, column: str) -> None:
        """Stand by another column, or the other way round."""
        if column not in self.sorts:
            raise ValueError(column)
        self._descends = not self._descends if column == self._sort else True
        self._sort = column
        self.show(self.drawn())

    def _recent(self) -> dict[str, Filter]:
        return dict(list(self.choices.items())[-MOST_CHOICES:])

    def _sorts(self, journeys: cx.Journeys, by: str) -> dict[str, str]:
        """The columns that hold anything, with their words."""
        table = self.result(journeys, by).table
        return {
            name: word
            for name, word in self.sorts.items()
            if name in table.column_names and table[name].null_count < max(table.num_rows, 1)
        }

    def _ordered(self, journeys: cx.Journeys, by: str, column: str, falling: bool) -> pa.Table:
        """All rows as they are to stand, each with the share of all up to it; what has no value comes last."""
        import pyarrow as pa
        import pyarrow.compute as pc

        table = self.whole(journeys, by)
        place = pa.array(range(table.num_rows), pa.int64())
        keys = [(column, "descending" if falling else "ascending"), ("place", "ascending")]
        order = pc.sort_indices(table.select([column]).append_column("place", place), sort_keys=keys)
        table = table.take(order)
        shares = pc.cumulative_sum(table["share"])
        return table.set_column(table.column_names.index("cumulative_share"), "cumulative_share", shares)

    def _rows(self, first: int, rows: int) -> tuple[dict[str, Any], dict[str, Filter]]:
        """These rows for the page, and the filters that they stand for."""
        journeys, by = self.board.journeys_for(self.name), self.by
        answer = self.result(journeys, by)
        usual = self._sort == next(iter(self.sorts)) and self._descends
        table = answer.table if usual else self._stood(journeys, by, self._sort, self._descends)
        if usual and first + rows > table.num_rows:
            table = self.whole(journeys, by)
        names, choices, told = dict[str, int](), dict[str, Filter](), []
        for row in table.slice(first, rows).to_pylist():
            clause = self.entry.keeps(row, journeys, answer.parameters)
            choices |= {} if clause is None else {clause.key: clause}
            path = [names.setdefault(name, len(names)) for name in row["activities"][:MOST_STEPS]]
            told.append({"key": "" if clause is None else clause.key, "path": path, **self._figures(row)})
        ranks = answer.shown().get("ranks", {}) if told else {}
        colours = [theme.activity_colour(ranks.get(name)) for name in names]
        window = {"first": first, "names": list(names), "colours": colours, "rows": told, "mark": self.mark}
        return window, choices

    def _figures(self, row: Row) -> dict[str, Any]:
        tip, below = self.said_of(row)
        texts: dict[str, Any] = {
            "share": percent(row["share"]),
            "count": many(row["count"]),
            "tip": tip,
            "below": below,
        }
        texts |= {"median_seconds": timed(row, "median_seconds"), "steps": len(row["activities"])}
        parts = {"own": row["share"], "all": row["cumulative_share"], "variant": row["variant"]}
        more = {"goal_share": percent(row.get("goal_share")), "variants": many(row.get("variants"))}
        return texts | parts | more


class Variants(Ways, Listing):
    """The variants: a click keeps the journeys of one, with Shift of several; then they can be listed in its place.

    They are counted step by step, or with repeats and swaps that do not matter as one, or by stages.
    """

    name, mark = "variants", "cx-variant"
    call: ClassVar[Mapping[str, Any]] = {"top": FIRST}
    sorts: ClassVar[Mapping[str, str]] = {
        "count": "journeys", "length": "steps", "median_seconds": "median time", "goal_share": "goal",
    }  # fmt: skip
    grains: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "every step": {}, "repeats as one": {"folded": True}, "stages": {"level": "stage"},
    }  # fmt: skip
    _listing = False

    def __init__(self, board: Board, name: str = "") -> None:
        super().__init__(board, name)
        self._answered = lru_cache(KEPT)(self._asked)
        self._entire = lru_cache(KEPT)(self._all)
        self._counted = lru_cache(KEPT)(self._different)

    @property
    def actions(self) -> Mapping[str, Action]:
        return {**super().actions, **self.steps, "list": self.list_, "leave": self.leave}

    def _breakdowns(self) -> list[str]:
        return [grain for grain in self.grains if grain != "stages" or self._staged]

    @property
    def _staged(self) -> bool:
        try:
            return bool(self.board.base.variants(level="stage"))
        except cx.CxError:
            return False

    def _asked(self, journeys: cx.Journeys, by: str) -> cx.Result:
        return journeys.variants(**self.call, **self.grains[by or "every step"])

    def _all(self, journeys: cx.Journeys, by: str) -> pa.Table:
        return journeys.variants(top=MOST_WAYS, **self.grains[by or "every step"]).table

    def _different(self, journeys: cx.Journeys, by: str) -> int:
        answer = self.result(journeys, by)
        few = answer.table.num_rows
        return few if few < FIRST else min(int(answer.shown()["of"]), MOST_WAYS)

    def whole(self, journeys: cx.Journeys, by: str) -> pa.Table:
        few = self.result(journeys, by).table
        return few if few.num_rows < FIRST else self._entire(journeys, by)

    def how_many(self, journeys: cx.Journeys, by: str) -> int:
        return self._counted(journeys, by)

    def said_of(self, row: Row) -> tuple[str, str]:
        return (
            f"Variant {row['rank']}: {many(row['count'], 'journey')} ({percent(row['share'])}), "
            f"{percent(row['cumulative_share'])} with all above\n{many(row['length'], 'step')}, median "
            f"{timed(row, 'median_seconds')}"
        ), ""

    def draw(self) -> Drawn:
        drawn = self.listed() if self._listing else super().draw()
        facts = {"listing": self._listing, "n": self.board.journeys.n.journeys}
        return replace(drawn, facts={**drawn.facts, **facts})

    def switched(self) -> None:
        Ways.switched(self)
        Listing.switched(self)
        self._listing = False

    def answer(self) -> cx.Result | None:
        return self.entries() if self._listing else Ways.answer(self)

    def list_(self) -> None:
        """Show the journeys under all clauses in the place of the variants."""
        self._listing = True
        self.show(self.drawn())

    def leave(self) -> None:
        """Back to the variants."""
        self._listing = False
        self.show(self.drawn())


class Families(Ways):
    """The families of near variants: a click keeps the journeys of one, with Shift of several."""

    name, mark = "families", "cx-family"
    sorts: ClassVar[Mapping[str, str]] = {
        "count": "journeys", "variants": "variants", "median_seconds": "median time",
    }  # fmt: skip

    def said_of(self, row: Row) -> tuple[str, str]:
        if not row["activities"]:
            return f"{many(row['count'], 'journey')} near to no family", f"{many(row['variants'])} other variants"
        near = percent(1 - row["radius"])
        tip = (
            f"Family {row['family']}: {many(row['count'], 'journey')} ({percent(row['share'])}) on "
            f"{many(row['variants'], 'variant')}; 9 of 10 have at least {near} of the steps in common with this way"
        )
        sides = (_told(row["differs"], word) for word in ("with", "without"))
        return tip, " \N{MIDDLE DOT} ".join(side for side in sides if side)


def _told(differs: Sequence[str], word: str) -> str:
    names = list(_after(differs, f"{word} "))
    return f"{word} {listed(names, len(names))}" if names else ""


def _after(texts: Sequence[str], start: str) -> Iterator[str]:
    return (text.removeprefix(start) for text in texts if text.startswith(start))


def _counted(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
