"""Result: the one form of every answer - a small table that knows its question, its n and its picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

from cxkit import catalog
from cxkit.recipe import Recipe

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from cxkit.views.picture import Picture

ROWS_SHOWN = 200


@dataclass(frozen=True)
class Population:
    """How many journeys, of how many customers, an answer speaks of."""

    journeys: int
    customers: int

    def __str__(self) -> str:
        return f"{_many(self.journeys, 'journey')} of {_many(self.customers, 'customer')}"


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


@dataclass(frozen=True)
class Result:
    """An answer that is computed when it is first looked at.

    `.df()` is the table, `.chart()` the picture, `.n` the journeys and customers it speaks of, `.recipe` the steps
    that selected them; displaying it shows picture, n and table together.
    """

    name: str
    unit: str
    recipe: Recipe
    ask: Callable[[], pa.Table]
    count: Callable[[], Population]
    shown: Callable[[], Mapping[str, Any]] = dict
    note: str = ""

    @property
    def question(self) -> str:
        """The question that this answers."""
        return catalog.entry(self.name).question

    @cached_property
    def table(self) -> pa.Table:
        """The answer as an Arrow table."""
        return self.ask()

    @cached_property
    def n(self) -> Population:
        """The journeys and customers that the answer speaks of."""
        return self.count()

    def df(self) -> pd.DataFrame:
        """The answer as a pandas data frame."""
        return self.table.to_pandas()

    def chart(self, **options: Any) -> Picture | None:
        """The answer as a picture; None for answers that are tables only."""
        draw = catalog.entry(self.name).draw
        if draw is None:
            return None
        words = {"title": self.question, "population": str(self.n), "note": self._small_print}
        return draw(self.table.to_pylist(), **words, **{**self.shown(), **options})

    @property
    def _small_print(self) -> str:
        steps = f"recipe {self.recipe.hash}" if len(self.recipe) else "whole log"
        return " · ".join(text for text in (self.note, steps) if text)

    def __repr__(self) -> str:
        table = self.df()
        rows = table.to_string(max_rows=20, max_cols=12) if len(table) else "No journeys in this selection."
        return f"{self.question}\nn = {self.n} · unit: {self.unit} · {self._small_print}\n\n{rows}"

    def _repr_html_(self) -> str:
        picture = self.chart()
        shown = picture._repr_html_() if picture else ""
        caption = f"<caption>{escape(self.question)} n = {self.n}. {escape(self._small_print)}</caption>"
        table = self.df().head(ROWS_SHOWN).to_html(index=False, border=0, classes="cx-rows", na_rep="", notebook=False)
        table = table.replace("<thead>", caption + "<thead>", 1)
        more = len(self.table) - ROWS_SHOWN
        left_out = f'<p class="cx-note">{more:,} more rows in .df()</p>' if more > 0 else ""
        if picture is None:
            return f'<div class="cx-result">{table}{left_out}</div>'
        return f'<div class="cx-result">{shown}<details class="cx-table"><summary>Table</summary>{table}{left_out}</details></div>'
