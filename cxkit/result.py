"""Result: the one form of every answer - a small table that knows its question, its n and its picture."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from cxkit import catalog
from cxkit.cached import cached_property
from cxkit.errors import not_found
from cxkit.selection.recipe import Recipe
from cxkit.words import NO_CUSTOMERS, inert, many

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from cxkit.answers.trust import Trust
    from cxkit.engagement.engagement import Engagement
    from cxkit.views.picture import Picture

Row = Mapping[str, Any]

ROWS_SHOWN = 200
LINES_SHOWN = 25
NOT_OPTIONS = (
    "rows",
    "title",
    "population",
    "note",
    "geometry",
    "ranks",
    "of",
    "known",
    "parts",
    "backward",
    "per",
    "why",
)


@dataclass(frozen=True)
class Population:
    """How many journeys, of how many customers, an answer speaks of."""

    journeys: int
    customers: int
    known: bool = field(default=True, compare=False, repr=False)  # whether the log says who the customers are
    doubted: Callable[[], Trust] | None = field(default=None, compare=False, repr=False)  # what is known against it

    def of(self, journeys: int, customers: int) -> Population:
        """So many of these, against which the same is known."""
        return replace(self, journeys=journeys, customers=customers)

    def __str__(self) -> str:
        journeys = many(self.journeys, "journey")
        return f"{journeys} of {many(self.customers, 'customer')}" if self.known else f"{journeys}; {NO_CUSTOMERS}"


@dataclass(frozen=True)
class Result:
    """An answer that is computed when it is first looked at.

    `.df()` is the table (and so is the answer itself, to libraries that take Arrow), `.chart()` the picture, `.n` the
    journeys and customers it speaks of, `.assigned` what it says of each of them, `.recipe` the steps that selected
    them, `.parameters` what else was asked for, `.engagement` what was said beside the log;
    displaying it shows picture, n and table together.
    """

    name: str
    unit: str
    recipe: Recipe
    ask: Callable[[], pa.Table]
    count: Callable[[], Population]
    shown: Callable[[], Mapping[str, Any]] = dict
    note: str = ""
    empty: str = "No journeys in this selection."
    hidden: tuple[str, ...] = ()
    prose: tuple[str, ...] = ()  # columns of sentences, which plain text has uncut below their row
    engagement: Engagement | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    assign: Callable[[], pa.Table] | None = None

    @property
    def question(self) -> str:
        """The question that this answers."""
        return catalog.entry(self.name).question

    @cached_property
    def table(self) -> pa.Table:
        """The answer as an Arrow table."""
        return self.ask()

    @cached_property
    def assigned(self) -> pa.Table:
        """What the answer says of each journey or customer, which a tag is made of; the answer itself where that is it.

        >>> import cxkit as cx
        >>> cx.toy_journeys().journeys().assigned.num_rows
        12
        """
        return self.table if self.assign is None else self.assign()

    @cached_property
    def n(self) -> Population:
        """The journeys and customers that the answer speaks of."""
        return self.count()

    def df(self) -> pd.DataFrame:
        """The answer as a pandas data frame."""
        return self.table.to_pandas()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The table as a stream of Arrow, for every library that takes one (the Arrow PyCapsule interface)."""
        return self.table.__arrow_c_stream__(requested_schema)

    def chart(
        self, *, keyed: Callable[[Row], Row] | None = None, small: bool = False, **options: Any
    ) -> Picture | None:
        """The answer as a picture; None for answers that are tables only.

        Options are those of the view: `coverage=` for a process map, `top=` for variants. `small=True` draws it for a
        narrow column, without its heading, where there is such a drawing. `keyed` is for panels: it says by which
        `key` the mark of a row is to be known; what is chosen stands beside them, and not in the picture.
        """
        entry = catalog.entry(self.name)
        draw = entry.shrink if small else entry.draw
        if draw is None:
            return None
        offered = [name for name in inspect.signature(draw).parameters if name not in NOT_OPTIONS]
        for option in options:
            if option not in offered:
                raise not_found(f"option of this picture ({self.name})", option, offered)
        population = f"{self.n} · {self._steps}" if keyed is None else str(self.n)
        words = {"title": self.question, "population": population, "note": self.note}
        rows = self.table.to_pylist()
        if keyed is not None:
            rows = [{**row, **keyed(row)} for row in rows]
        return draw(rows, **words, **{**self.shown(), **options})

    @cached_property
    def trust(self) -> Trust | None:
        """What is known against this answer: `.line` says it in one; None where it has rows of the log only."""
        entry, doubted = catalog.entry(self.name), getattr(self.n, "doubted", None)
        if doubted is None or entry.theme == catalog.ROWS:
            return None
        return doubted().about((*entry.needs, *entry.sharper), entry.name)

    @property
    def _steps(self) -> str:
        steps = f"recipe {self.recipe.hash}" if len(self.recipe) else "whole log"
        return steps if self.engagement is None else f"{steps}, engagement {self.engagement.fingerprint[:8]}"

    def __repr__(self) -> str:
        return self.text()

    def text(self, rest: str = ".df() has them all") -> str:
        """The answer as lines of text; `rest` says where rows are that it leaves out."""
        from cxkit.views.table import as_text

        facts = " · ".join(text for text in (f"n = {self.n}", f"unit: {self.unit}", self._steps, self.note) if text)
        facts = f"{facts}\n{self.trust.line}" if self.trust else facts
        rows = self.table.slice(0, LINES_SHOWN).to_pylist()
        left_out = len(self.table) - len(rows)
        more = f"\n... {many(left_out)} more rows; {rest}" if left_out else ""
        table = as_text(rows, self._columns, prose=self.prose) if rows else self.empty
        return inert(f"{self.question}\n{facts}\n\n{table}{more}")

    @property
    def _columns(self) -> list[str]:
        """The columns that people read; the others are for programs."""
        return [name for name in self.table.column_names if name not in self.hidden]

    def _repr_html_(self) -> str:
        from cxkit.views.table import captioned, under
        from cxkit.views.trust import unfolding

        picture = self.chart()
        rows = captioned(
            self.table.slice(0, ROWS_SHOWN).to_pylist(),
            self._columns,
            caption=f"{self.question} n = {self.n}, {self._steps}",
            left_out=len(self.table) - ROWS_SHOWN,
            empty=self.empty,
        )
        return under(picture, rows, unfolding(self.trust) if self.trust else "")
