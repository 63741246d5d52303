"""Repairs applied: the same source, read with some of its faults mended. The source itself stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cxkit.errors import InputError, not_found
from cxkit.reading import stamps
from cxkit.reading.known import Known
from cxkit.reading.source import Source
from cxkit.schema import ROW, SECOND
from cxkit.shaping.columns import TIDY, as_number
from cxkit.shaping.derived import Derived
from cxkit.shaping.mending.offers import Offer
from cxkit.shaping.mending.repairs import (
    AsMissing,
    AsNumbers,
    DropCopies,
    DropEchoes,
    InZone,
    MergeValues,
    Repair,
    Rescale,
    Restamp,
    Tidy,
)

if TYPE_CHECKING:
    from cxkit.log import Log
    from cxkit.shaping.roles import Roles

Values = dict[str, Any]
ISO_STAMP = "%Y-%m-%d %H:%M:%S.%fZ"


def mend(log: Log, repairs: Sequence[Repair | Offer]) -> Log:
    """The log as it would be without these faults.

    Parameters
    ----------
    log : what `cx.read` gave, with its roles if they were set; they are kept.
    repairs : what to mend, in this order. `readiness(log).repairs` offers what can be mended: of the offers only those
        that are to be applied count, which are the certain ones unless a file says otherwise; `offer.repair` is the
        repair itself, which always counts.

    Returns a Log with the same columns and roles. Its rows lead back to their lines in the source, its reading names
    the repairs, and the given log is as it was: to undo a repair, mend without it.

    Errors: a repair of a column that does not exist, or something that is no repair.

    >>> import cxkit as cx
    >>> from cxkit.shaping.mending.repairs import MergeValues
    >>> log = cx.read(cx.toy_table()).roles(journey="order", activity="step", time="when")
    >>> mend(log, [MergeValues("channel", (("shop", "desk"),))]).head(12)["channel"].tolist()[8:10]
    ['desk', 'desk']
    """
    chosen = [repair.repair if isinstance(repair, Offer) else repair for repair in repairs if _is_meant(repair)]
    for repair in chosen:
        if not isinstance(repair, Repair):
            raise InputError(f"{repair!r} is no repair. See readiness(log).repairs.")
        for column in (getattr(repair, part, None) for part in ("column", "by")):
            if column is not None and column not in log.source.columns:
                raise not_found("column", column, log.source.columns)
    return replace(log, source=Mended(log.source, log.settled, tuple(chosen)), mapping=log.settled)


def _is_meant(repair: Repair | Offer) -> bool:
    return not isinstance(repair, Offer) or repair.apply


class Mended(Derived):
    """Another source's rows with repairs applied."""

    def __init__(self, original: Source, roles: Roles, repairs: tuple[Repair, ...]) -> None:
        super().__init__(original, roles.zone)
        self._mine, self._roles = repairs, roles
        self.repairs = (*original.repairs, *repairs)
        self.reading = {**original.reading, "repairs": "; ".join(repair.says for repair in self.repairs) or "none"}

    @property
    def knows(self) -> Known | None:
        """What the original knows of its columns holds for the mended ones."""
        return self.original.knows

    def rows_of(self) -> tuple[str, Values]:
        values: Values = {}
        asked = f"SELECT * FROM {self.original.rows}"
        for number, repair in enumerate(self._mine):
            asked, bound = applied(self.original, self._roles, repair, asked, f"r{number}")
            values |= bound
        return asked, values


def applied(source: Source, roles: Roles, repair: Repair, asked: str, key: str) -> tuple[str, Values]:
    """The statement of the repaired rows of a statement, with its values bound under the key."""
    if isinstance(repair, DropCopies):
        every = ", ".join(f"c{number}" for number in range(len(source.columns)))
        once = f"row_number() OVER (PARTITION BY {every} ORDER BY {ROW}) = 1"
        return f"SELECT * FROM ({asked}) QUALIFY {once}", {}
    if isinstance(repair, DropEchoes):
        return _without_echoes(source, roles, repair, asked, key)
    mended: list[str] = []
    values: Values = {}
    for number in mended_columns(source, roles, repair):
        read = replace(roles, writing=roles.start_writing) if number == roles.start else roles
        value, bound = _value(source, read, repair, f"c{number}", f"{key}_{number}")
        mended.append(f"{value} AS c{number}")
        values |= bound
    return f"SELECT * REPLACE ({', '.join(mended)}) FROM ({asked})", values


def mended_columns(source: Source, roles: Roles, repair: Repair) -> list[int]:
    """The columns that a repair mends: with the times of events those of their starts, which the same clock wrote."""
    column = source.columns.index(repair.column)  # type: ignore[attr-defined]
    with_start = isinstance(repair, InZone | Restamp) and column == roles.time and roles.start is not None
    return [column, roles.start] if with_start else [column]  # type: ignore[list-item]


def _without_echoes(source: Source, roles: Roles, repair: DropEchoes, asked: str, key: str) -> tuple[str, Values]:
    if roles.time is None:
        raise InputError("This log has no times, so that nothing comes again within a time. Leave out the repair.")
    time = stamps.sql(roles.writing, f"c{roles.time}", source.kinds[roles.time])
    parts = [roles.journey, roles.activity, *([] if repair.by is None else [source.columns.index(repair.by)])]
    among = ", ".join(f"c{number}" for number in parts)
    wait = f"{time} - lag({time}) OVER (PARTITION BY {among} ORDER BY {time}, {ROW})"
    values = stamps.values(roles.writing, wait) | {key: repair.seconds * SECOND}
    return f"SELECT * FROM ({asked}) QUALIFY NOT coalesce({wait} <= ${key}, false)", values


def _value(source: Source, roles: Roles, repair: Repair, column: str, key: str) -> tuple[str, Values]:
    """The SQL of a repaired value and its bound values."""
    match repair:
        case AsMissing(values=values):
            return f"CASE WHEN NOT list_contains(${key}::VARCHAR[], {column}::VARCHAR) THEN {column} END", {
                key: [*values]
            }
        case Tidy():
            return TIDY.format(c=column), {}
        case MergeValues(pairs=pairs):
            written, meant = ([pair[side] for pair in pairs] for side in (0, 1))
            place = f"list_position(${key}a::VARCHAR[], {column}::VARCHAR)"
            return f"coalesce((${key}b::VARCHAR[])[{place}], {column}::VARCHAR)", {f"{key}a": written, f"{key}b": meant}
        case Rescale(factor=factor, spans=spans):
            number = f"TRY_CAST({column}::VARCHAR AS DOUBLE)"
            within = f"""EXISTS (FROM (SELECT unnest(${key}a::VARCHAR[]) AS label, unnest(${key}b::DOUBLE[]) AS low,
                unnest(${key}c::DOUBLE[]) AS high) WHERE label = coalesce(c{roles.activity}::VARCHAR, '')
                AND {number} BETWEEN low AND high)"""
            kind = "VARCHAR" if source.kinds[int(column[1:])] == "text" else "DOUBLE"
            scaled = f"CASE WHEN {within} THEN ({number} / ${key}d)::{kind} ELSE {column}::{kind} END"
            names = {f"{key}{letter}": [span[place] for span in spans] for place, letter in enumerate("abc")}
            return scaled, {**names, f"{key}d": factor}
        case AsNumbers(decimal=decimal):
            return f"coalesce({as_number(f'{column}::VARCHAR', decimal)}::VARCHAR, {column}::VARCHAR)", {}
        case Restamp(shapes=shapes, patterns=patterns):
            wall = f"try_strptime(trim({column}::VARCHAR), ${key}b::VARCHAR[])"
            like = f"list_contains(${key}a::VARCHAR[], {stamps.shape(f'{column}::VARCHAR')})"
            return _uniform(source, roles, column, like, wall, roles.zone, key, {"a": [*shapes], "b": [*patterns]})
        case InZone(by=by, values=values, zone=zone):
            moment = stamps.sql(roles.writing, column, source.kinds[int(column[1:])], f"{key}p")
            wall = f"timezone(${key}l, make_timestamptz({moment}))"
            like = f"list_contains(${key}a::VARCHAR[], c{source.columns.index(by)}::VARCHAR)"
            return _uniform(source, roles, column, like, wall, zone, key, {"a": [*values], "l": roles.zone})
    raise InputError(f"{repair!r} is no repair of a column.")


def _uniform(
    source: Source, roles: Roles, column: str, like: str, wall: str, zone: str, key: str, values: Values
) -> tuple[str, Values]:
    """The SQL of times that are all written in UTC, those of some rows by another clock on the wall."""
    moment = stamps.sql(roles.writing, column, source.kinds[int(column[1:])], f"{key}p")
    there = f"timezone('UTC', timezone(${key}z, {wall}))"
    here = f"make_timestamp({moment})"
    written = f"strftime(CASE WHEN {like} THEN coalesce({there}, {here}) ELSE {here} END, '{ISO_STAMP}')"
    named = {f"{key}{letter}": value for letter, value in values.items()} | {f"{key}z": zone}
    return f"coalesce({written}, {column}::VARCHAR)", named | stamps.values(roles.writing, moment, f"{key}p")
