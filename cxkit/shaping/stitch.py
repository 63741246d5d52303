"""Identity stitching: a key table says which ids are one person's, and the log is read as if they were one id."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxkit.cached import cached_property
from cxkit.errors import InputError
from cxkit.schema import ROW
from cxkit.shaping.columns import text_of
from cxkit.shaping.derived import Derived
from cxkit.shaping.identities import Identities, Pairs
from cxkit.shaping.regrouped import Regrouped
from cxkit.shaping.roles import number_of

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.log import Log
    from cxkit.reading.source import Source
    from cxkit.shaping.roles import Roles


def stitch(
    log: Log,
    keys: Source,
    *,
    id: str | None = None,
    same_as: str | None = None,
    column: str | None = None,
    address: str | None = None,
) -> Log:
    """Which ids are one customer? The log with each customer under one id, as a key table says.

    Parameters
    ----------
    log : what `cx.read` gave, with its roles if they were set; they stay.
    keys : the key table, a row for each pair of ids that are one; `log.stitch` takes a path, a data frame or a log.
    id, same_as : its two columns; the first two when not given. Which is which plays no part.
    column : the column of the log whose ids are made one; that of the customer when not given.
    address : where the key table is, for an engagement file.

    Pairs are followed on: if A is B and B is C, all three are one. Of ids that are one, the shortest is kept, and of
    those the first in the alphabet. Ids are compared as texts, letter by letter.

    Returns a Log with the same columns and rows; `log.identities()` tells what was merged and what looks wrong. The
    source and the given log stay as they are.

    Errors: a key table that cannot be read or has one column, a column that is not there.

    >>> import cxkit as cx
    >>> import pandas as pd
    >>> log = cx.read(cx.toy_table()).roles(journey="order", activity="step", time="when", customer="client")
    >>> keys = pd.DataFrame({"web": ["C01", "C11"], "shop": ["C02", "C03"]})
    >>> stitched = log.stitch(keys, id="web", same_as="shop")
    >>> cx.prepare(stitched, getfixture("tmp_path") / "shop").n
    Population(journeys=12, customers=9)
    >>> stitched.identities().note
    'Stitched "client": 10 ids became 9; 2 pairs of "web" and "shop" join 4 ids into 2 groups.'
    >>> stitched.identities().orphans()["only_in"].value_counts().to_dict()
    {'log': 7, 'keys': 1}
    """
    names = [_column(keys, named, place) for place, named in enumerate((id, same_as))]
    if names[0] == names[1]:
        raise InputError(f'"{names[0]}" cannot be both id= and same_as=.')
    roles = log.settled
    number = roles.customer if column is None else number_of(log.source, column)
    source = Stitched(log.source, roles, number, Keys(keys, names[0], names[1], address))
    return replace(log, source=source, mapping=None)


def identities(log: Log) -> Identities:
    """What did the last stitching of this log's ids do?"""
    source: Source | None = log.source
    while source is not None and not isinstance(source, Stitched):
        source = source.original if isinstance(source, Derived) else None
    if source is None:
        raise InputError('No ids of this log were stitched. Write log.stitch(keys, id="web id", same_as="shop id").')
    return source.identities


def _column(keys: Source, name: str | None, place: int) -> str:
    """The column of the key table that is meant."""
    if len(keys.columns) < 2:
        raise InputError(f'"{keys.name}" has one column. A key table has two: an id, and the id that is the same.')
    return keys.columns[place if name is None else number_of(keys, name)]


class Keys:
    """A key table: where it is, and which two columns hold ids that are the same."""

    def __init__(self, source: Source, id: str, same_as: str, address: str | None) -> None:
        self.source, self.id, self.same_as, self.address = source, id, same_as, address

    def pairs(self) -> pa.Table:
        """The pairs as texts, as they are in the table."""
        source = self.source
        with source.lock, source.guarded():
            a, b = (text_of(source, source.columns.index(name)) for name in (self.id, self.same_as))
            return source.connection.execute(f"SELECT {a} AS a, {b} AS b FROM {source.rows}").to_arrow_table()


class Stitched(Regrouped):
    """Another source's rows with the ids of a column made one where a key table says so."""

    def __init__(self, original: Source, roles: Roles, column: int, keys: Keys) -> None:
        how = f'"{original.columns[column]}" by "{keys.id}" and "{keys.same_as}" of {keys.source.name}'
        super().__init__(original, roles, "stitched", how)
        self.column, self.keys = column, keys
        named = {"id": keys.id, "same_as": keys.same_as, "column": original.columns[column]}
        self.words = {"identities": {"path": keys.address, **named}}

    @cached_property
    def fingerprint(self) -> str:
        keys = self.keys
        return self.printed(self.column, keys.source.fingerprint, keys.id, keys.same_as)

    @cached_property
    def identities(self) -> Identities:
        """What was merged, and what looks wrong."""
        pairs, source = Pairs(self.keys.pairs()), self.original
        with source.lock, source.guarded():
            text = text_of(source, self.column)
            seen = source.connection.execute(
                f"SELECT {text} AS id, count(*) AS rows FROM {source.rows} WHERE trim(id) <> '' GROUP BY 1 ORDER BY 1"
            ).to_arrow_table()
        return Identities.of(source.columns[self.column], self.keys.id, self.keys.same_as, pairs, seen)

    def rows_of(self) -> tuple[str, dict[str, Any]]:
        source, text = self.original, text_of(self.original, self.column)
        run = source.connection.execute
        run("DROP TABLE IF EXISTS kept_ids")
        source.connection.from_arrow(self.identities.kept).create("kept_ids")
        every = [f"c{number}" for number in range(len(self.columns))]
        every[self.column] = f"coalesce(kept_ids.kept, {text}) AS c{self.column}"
        joined = f"{source.rows} LEFT JOIN kept_ids ON kept_ids.id = {text}"
        return f"SELECT {', '.join(every)}, {ROW} FROM {joined}", {}

    def stage(self) -> Path:
        staged = super().stage()
        with self.original.lock:
            self.original.connection.execute("DROP TABLE IF EXISTS kept_ids")
        return staged

    def noted(self) -> Iterator[str]:
        yield self.identities.note
