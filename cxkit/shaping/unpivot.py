"""Milestones: a table with one row per order and a column of stamps per milestone, made a log of an event each.

An event is a milestone that is filled. What the other columns say, they say of the journey.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from cxkit.cached import cached_property
from cxkit.errors import InputError, not_found
from cxkit.reading import stamps
from cxkit.reading.known import Known
from cxkit.reading.source import Source
from cxkit.schema import ROW
from cxkit.shaping.columns import by_column, by_text, filled
from cxkit.shaping.derived import Derived, free_name
from cxkit.shaping.spread import Spread
from cxkit.words import are, many, quoted

if TYPE_CHECKING:
    from cxkit.log import Log

FEWEST, SURE, MOST_COLUMNS, FEW = 2, 3, 200, 6
SAMPLE = 5_000  # rows at the beginning that are looked at
ALONE = 0.9  # of the rows have a value of their own
READABLE = 0.8  # of the stamps of a milestone
FORWARD = 0.5  # of the rows have a last stamp that is later than the first
EVENT, STAMP = "milestone", "time"


def unpivot(log: Log, milestones: Sequence[str]) -> Log:
    """What happened, if each of these columns is the stamp of a milestone?

    Parameters
    ----------
    log : what `cx.read` gave: one row per journey.
    milestones : the columns of stamps, each called after what happened then; two at least.

    Returns a Log with an event for each milestone that is filled: "milestone" says which, "time" when. The other
    columns have one value per journey. Rows lead back to their lines; a row without any milestone is counted.

    Errors: fewer than two columns, a column that does not exist or does not read as a time.

    >>> import cxkit as cx
    >>> import pandas as pd
    >>> orders = pd.DataFrame({"order": ["A", "B"], "paid": ["2024-03-01", "2024-03-02"], "sent": ["2024-03-04", None]})
    >>> cx.prepare(cx.read(orders).unpivot(["paid", "sent"]), getfixture("tmp_path") / "shop").variants().df()["count"]
    0    1
    1    1
    Name: count, dtype: int64
    """
    if not isinstance(milestones, list | tuple) or len(set(milestones)) < FEWEST:
        raise InputError(f'unpivot({milestones!r:.200}) needs two columns of stamps or more, such as ["paid", "sent"].')
    source = log.source.original if isinstance(log.source, Spread) else log.source
    for name in milestones:
        if name not in source.columns:
            raise not_found("column", name, source.columns)
    with source.lock, source.guarded():
        return replace(log, source=Unpivoted(source, tuple(dict.fromkeys(milestones))), mapping=None)


class Unpivoted(Derived):
    """A row for each milestone of each row of another source: its other columns, which milestone, and when."""

    def __init__(self, original: Source, milestones: tuple[str, ...]) -> None:
        super().__init__(original, "UTC")
        self.unpivoted = milestones
        self._others = [n for n, name in enumerate(original.columns) if name not in milestones]
        others = [original.columns[n] for n in self._others]
        if not others:
            raise InputError("All columns are milestones, so that none names the journey. Leave one out.")
        self._of_events = free_name(EVENT, others), free_name(STAMP, others)
        self.columns = (*others, *self._of_events)
        self.reading = {**original.reading, "milestones": "; ".join(milestones)}
        self._check()

    def _check(self) -> None:
        for name in self.unpivoted:
            _, share = _written(self.original, name)
            if not share:
                raise InputError(f'"{name}" does not read as a time, so that it is no milestone.')

    @cached_property
    def fingerprint(self) -> str:
        return sha256(repr((self.original.fingerprint, self.unpivoted)).encode()).hexdigest()

    @property
    def knows(self) -> Known:
        """Which column says what happened and when; the journey is a column whose values are its rows' own."""
        event, stamp = self._of_events
        names = [self.original.columns[n] for n in own(self.original) if n in self._others]
        named = {"activity": event, "time": stamp} | ({"journey": names[0]} if names else {})
        why = {"journey": "a row each", "activity": "which milestone", "time": "its stamp"}
        return Known(named, {role: why[role] for role in named})

    @cached_property
    def notes(self) -> tuple[str, ...]:
        none = " AND ".join(f"NOT {filled(f'c{self.original.columns.index(name)}')}" for name in self.unpivoted)
        asked = f"SELECT count(*) FILTER ({none}) FROM {self.original.rows}"
        with self.original.lock, self.original.guarded():
            [empty] = self.original.connection.execute(asked).fetchone() or (0,)
        made = f"{many(self.original.size, 'row')} with {many(len(self.unpivoted), 'milestone')} became events."
        lost = [f"{many(empty, 'row')} {are(empty)} without any milestone and left out."] if empty else []
        return (*self.original.notes, made, *lost)

    def rows_of(self) -> tuple[str, dict[str, Any]]:
        kept = ", ".join(f"c{n} AS c{place}" for place, n in enumerate(self._others))
        width, parts = len(self._others), list[str]()
        values: dict[str, Any] = {}
        alike = len({_written(self.original, name)[0].name for name in self.unpivoted}) == 1
        for place, name in enumerate(self.unpivoted):
            text, bound = _text(self.original, name, f"p{place}", alike)
            values |= {f"m{place}": name} | bound
            order = f"{ROW} * {len(self.unpivoted)} + {place} AS place"
            full = filled(f"c{self.original.columns.index(name)}")
            parts.append(
                f"SELECT {kept}, $m{place} AS c{width}, {text} AS c{width + 1}, {ROW}, {order} "
                f"FROM {self.original.rows} WHERE {full}"
            )
        return " UNION ALL ".join(parts), values

    @property
    def fields(self) -> Sequence[int]:
        return range(len(self.columns))


def _written(source: Source, name: str) -> tuple[stamps.Writing, float]:
    number = source.columns.index(name)
    return stamps.find(source.connection, source.rows, f"c{number}", source.kinds[number], name)


def _text(source: Source, name: str, key: str, alike: bool) -> tuple[str, dict[str, Any]]:
    """The SQL of a stamp as it is written, or in ISO 8601 where not all are written alike, and its bound values."""
    number = source.columns.index(name)
    writing, _ = _written(source, name)
    if alike or writing.name == stamps.ISO or source.kinds[number] in ("time", "date"):
        return f"c{number}::VARCHAR", {}
    moment = stamps.sql(writing, f"c{number}", source.kinds[number], key)
    offset = "+00:00" if writing.name in stamps.EPOCHS else ""
    text = f"coalesce(strftime(make_timestamp({moment}), '%Y-%m-%d %H:%M:%S.%f{offset}'), c{number}::VARCHAR)"
    return text, stamps.values(writing, moment, key)


def _head(source: Source) -> str:
    return f"(SELECT * FROM {source.rows} WHERE {ROW} < {SAMPLE})"


def own(source: Source) -> list[int]:
    """The columns that have a value in nearly every row, and each row its own, among the first ones."""
    numbers = [n for n, kind in enumerate(source.kinds) if kind in ("text", "integer")]
    asked = "count(DISTINCT nullif(trim(c{n}::VARCHAR), '')) > " + f"{ALONE} * count(*)"
    return [n for n, each in zip(numbers, by_column(source, asked, numbers, _head(source)), strict=True) if each]


def milestones(source: Source) -> list[str]:
    """The columns that look like milestones: a row each has an id of its own, and stamps that follow each other."""
    if not FEWEST < len(source.columns) <= MOST_COLUMNS or source.size < FEWEST:
        return []
    dates = _dates(source)
    if len(dates) < FEWEST or not set(own(source)) - set(dates):
        return []
    return [source.columns[n] for n in dates] if _follow(source, dates) else []


def _dates(source: Source) -> list[int]:
    """The columns of whole stamps or days, in their order."""
    texts = [n for n, kind in enumerate(source.kinds) if kind == "text"]
    shares = by_text(source, [f"avg(regexp_matches(v, '{stamps.DATE_LIKE}')::INT)"], texts, _head(source))
    dated = {n for n, [share] in shares.items() if share > READABLE}
    alike = [n for n, kind in enumerate(source.kinds) if kind in ("date", "time") or n in dated]
    return [n for n in alike if stamps.find(source.connection, source.rows, f"c{n}", source.kinds[n])[1] > READABLE]


def _follow(source: Source, dates: Sequence[int]) -> bool:
    """Whether stamps of neighbouring columns go one way in nearly all rows that have both, and most rows take time."""
    moments: dict[int, str] = {}
    values: dict[str, Any] = {}
    for n in dates:
        writing = stamps.find(source.connection, source.rows, f"c{n}", source.kinds[n])[0]
        moments[n] = stamps.sql(writing, f"c{n}", source.kinds[n], f"p{n}")
        values |= stamps.values(writing, moments[n], f"p{n}")

    def of_all(extreme: str) -> str:
        return f"{extreme}({', '.join(f't{n}' for n in dates)})"

    pairs = [
        *(f"avg((t{b} >= t{a})::INT) >= {READABLE}" for a, b in pairwise(dates)),
        f"avg(({of_all('greatest')} > {of_all('least')})::INT) > {FORWARD}",
    ]
    named = ", ".join(f"{moment} AS t{n}" for n, moment in moments.items())
    asked = f"SELECT {', '.join(pairs)} FROM (SELECT {named} FROM {_head(source)})"
    return all(source.connection.execute(asked, values or None).fetchone() or (False,))


def offered(source: Source, alone: bool = True) -> str | None:
    """The offer to make an event of each milestone, in a sentence; None where there are none.

    `alone` says that no row shares its journey with another; else two columns of stamps may be of one event.
    """
    names = [] if source.knows is not None else milestones(source)
    if len(names) < (FEWEST if alone else SURE):
        return None
    listed = ", ".join(f'"{name}"' for name in names)
    return (
        f"Each row is a journey with {many(len(names), 'column')} of stamps ({quoted(names, FEW)}): milestones rather "
        f"than events. Make an event of each: log.unpivot([{listed}])."
    )
