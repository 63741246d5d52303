"""What every answer about a log is: a Result whose facts stay values, shown as a sheet by one view."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

from cxkit.cached import cached_property
from cxkit.result import Result
from cxkit.selection.recipe import Recipe
from cxkit.words import many

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


@dataclass(frozen=True)
class Extent:
    """How many rows, and where they are known of how many journeys, an answer about a log speaks of."""

    rows: int
    journeys: int | None = None
    noun: str = "row"

    def __str__(self) -> str:
        rows = many(self.rows, self.noun)
        return rows if self.journeys is None else f"{rows}, {many(self.journeys, 'journey')}"


@dataclass(frozen=True)
class Part:
    """A table of an answer: rows under heads, and the columns that plain text has.

    A part with a title is folded under it, and plain text leaves it out. Rows at the places of `strong` are bold; the
    numbers in the column `bar` are drawn as bars too. In plain text the cells of `under` stand below their row.
    """

    heads: Sequence[str]
    rows: Sequence[Mapping[str, Any]]
    brief: Sequence[str] = ()
    under: Sequence[str] = ()
    title: str = ""
    bar: str = ""
    strong: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Sheet:
    """What an answer shows: sentences, what looks wrong, tables, and a note on the method."""

    sentences: Sequence[str] = ()
    warnings: Sequence[str] = ()
    parts: Sequence[Part] = ()
    note: str = ""


@dataclass(frozen=True, repr=False, eq=False)
class LogAnswer(Result, ABC):
    """An answer about a log: `.df()` is its table, `.facts` the value behind it, `.n` the rows that it speaks of.

    The first line of what a kind of answer says of itself is its question.
    """

    facts: Any = None
    of: ClassVar[str] = ""  # the unit

    @classmethod
    def about(cls, facts: Any, count: Callable[[], Extent], note: str = "") -> Self:
        """The answer that these facts are."""
        name = cls.__name__.lower()
        answer = cls(name, cls.of, Recipe(), lambda: _arrow(answer.df()), count, note=note, facts=facts)  # type: ignore[arg-type]
        return answer

    @property
    def question(self) -> str:
        return (type(self).__doc__ or "").splitlines()[0]

    @cached_property
    def n(self) -> Extent:  # type: ignore[override]
        """The rows and journeys that the answer speaks of."""
        return self.count()  # type: ignore[return-value]

    @property
    @abstractmethod
    def sheet(self) -> Sheet:
        """What is shown."""

    @abstractmethod
    def df(self) -> pd.DataFrame:
        """The answer as a pandas data frame."""

    def chart(self, **options: Any) -> None:
        """Nothing: these answers are tables."""

    def __repr__(self) -> str:
        from cxkit.views.sheet import as_text

        return as_text(f"{self.question} n = {self.n}", self.sheet)

    def _repr_html_(self) -> str:
        from cxkit.views.sheet import page

        return page(f"{self.question} n = {self.n}", self.sheet)


def _arrow(table: pd.DataFrame) -> pa.Table:
    import pyarrow as pa

    return pa.Table.from_pandas(table, preserve_index=False)
