"""What customers say that they need: the rows of a table beside the log that speak of the needs of the register.

The table is the first with a column of texts of which half or more are names of needs in the engagement file. Its
columns of numbers say how important a need is and how well it is met: those that are called so, or else the first and
the second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from cxkit.schema import CUSTOMER, Table

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Frame

NEED, IMPORTANCE, SATISFACTION = "need", "importance", "satisfaction"
MOST_TEXTS, HALF = 500, 0.5


@dataclass(frozen=True)
class Answers:
    """Where the answers are: the table, and its columns of needs, of their importance, and of satisfaction."""

    table: str
    need: str
    importance: str
    satisfaction: str | None


def answers_in(journeys: Journeys, needs: Sequence[str]) -> Answers | None:
    """The table that holds answers about needs; None where there is none."""
    for table in journeys.manifest.tables:
        if CUSTOMER not in table.keys and "journey" not in table.keys:
            continue
        numbers = [name for name, kind in table.columns.items() if kind in ("integer", "number")]
        for name, kind in table.columns.items():
            if kind == "text" and name not in table.keys.values() and numbers and _speaks(journeys, table, name, needs):
                first = _called(IMPORTANCE, numbers) or numbers[0]
                rest = [number for number in numbers if number != first]
                return Answers(table.name, name, first, _called(SATISFACTION, rest) or (rest[0] if rest else None))
    return None


def answers(journeys: Journeys, held: Answers) -> pa.Table:
    """The answers of the customers of the selected journeys: customer, need, importance, satisfaction."""
    columns = list(next(table for table in journeys.manifest.tables if table.name == held.table).columns)

    def question(selection: Selection) -> Frame:
        own = [nw.col(f"y{columns.index(held.need)}").alias(NEED), _number(columns, held.importance, IMPORTANCE)]
        own.append(_number(columns, held.satisfaction, SATISFACTION))
        people = selection.outlines.select(CUSTOMER).unique()
        rows = selection.star.tables[held.table].join(people, on=CUSTOMER, how="inner")
        return rows.select(CUSTOMER, *own).sort(CUSTOMER, NEED, IMPORTANCE)

    return journeys.collect(question)


def _number(columns: list[str], name: str | None, as_: str) -> nw.Expr:
    value = nw.lit(None) if name is None else nw.col(f"y{columns.index(name)}")
    return value.cast(nw.Float64).alias(as_)


def _speaks(journeys: Journeys, table: Table, name: str, needs: Sequence[str]) -> bool:
    """Whether half or more of the column's texts are needs of the register."""
    column = nw.col(f"y{list(table.columns).index(name)}").alias(NEED)
    texts = journeys.collect(
        lambda chosen: chosen.star.tables[table.name].select(column).unique().sort(NEED).head(MOST_TEXTS)
    )[NEED].to_pylist()
    named = {text for text in texts if text is not None}
    return bool(named) and len(named & set(needs)) >= HALF * len(named)


def _called(word: str, names: Sequence[str]) -> str | None:
    return next((name for name in names if word in name.casefold()), None)
