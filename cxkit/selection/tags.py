"""The step that adds a column: true where a filter matches, or what a measure says of each journey or customer."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.errors import InputError, not_found
from cxkit.schema import CUSTOMER, ID, JOURNEY, Kind, Level
from cxkit.selection.selection import Ask, Selection, matching
from cxkit.selection.steps import Step
from cxkit.store.columns import VALUE, Column
from cxkit.where.filter import Filter, Frame, is_text

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.store.star import Star

LEVELS: tuple[Level, ...] = ("journey", "customer")


@dataclass(frozen=True, eq=False)
class Asked:
    """How a table was made that has one row for each journey or customer: the measure, and what it was asked on.

    Parameters
    ----------
    measure : its name in the catalog.
    parameters : what it was asked with: texts, numbers, True, False, None, and lists of them.
    steps : the recipe that it was asked on, from the whole log on.
    value : the column of its table that holds the values.
    """

    measure: str
    parameters: Mapping[str, Any]
    steps: tuple[Step, ...]
    value: str

    def __post_init__(self) -> None:
        if not _is_word(self.measure):
            raise InputError(f"{self.measure!r} is no name of a measure.")
        if not isinstance(self.parameters, Mapping) or not all(map(_is_word, self.parameters)):
            raise InputError(f"The parameters of {self.measure} are names with their values.")
        plain = {name: _plain(name, value) for name, value in self.parameters.items()}
        object.__setattr__(self, "parameters", plain)
        if not is_text(self.value):
            raise InputError(f"value={self.value!r} is not a text.")

    def to_json(self) -> dict[str, Any]:
        """How it was made, as a JSON document."""
        steps = [step.to_json() for step in self.steps]
        return {"measure": self.measure, "parameters": {**self.parameters}, "steps": steps, "value": self.value}

    @property
    def key(self) -> str:
        """The canonical text: what is asked equally has equal keys."""
        return json.dumps(self.to_json(), ensure_ascii=False, sort_keys=True)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Asked) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        said = ", ".join(f"{name}={value!r}" for name, value in self.parameters.items())
        return f"lambda whole: whole{''.join(map(repr, self.steps))}.{self.measure}({said})"


@dataclass(frozen=True, repr=False)
class Tag(Step):
    """Give each journey or customer a new attribute: whether a filter matches, or a column of a measure's table."""

    name: str
    of: Filter | Asked
    word = "tag"

    def __post_init__(self) -> None:
        if not is_text(self.name) or not self.name.strip():
            raise InputError(f"A tag needs a name, not {self.name!r}.")
        if not isinstance(self.of, Filter | Asked):
            raise InputError(f"{self.of!r} is not a filter. Write for example w.contains(...).")

    def to_json(self) -> dict[str, Any]:
        kind = "filter" if isinstance(self.of, Filter) else "of"
        return {self.word: {"name": self.name, kind: self.of.to_json()}}

    def check(self, star: Star, ask: Ask) -> Star:
        if isinstance(self.of, Filter):
            for leaf in self.of.leaves():
                leaf.check(star)
        if self.name in star.by_name:
            raise InputError(f'There is an attribute "{self.name}" already. Give the tag another name.')
        return star.with_column(self._column(star, ask))

    def follow(self, selection: Selection, key: str) -> Selection:
        star = selection.star
        return replace(selection, star=star.with_column(self._column(star, selection.ask)))

    def _column(self, star: Star, ask: Ask) -> Column:
        of = self.of
        if isinstance(of, Filter):
            return Column("journey", self.name, f"{star.marks}{of.key}", lambda made_on: _holds(made_on, of), "boolean")
        values = ask(of)
        names = values.collect_schema().names()
        level: Level = next(level for level in LEVELS if level in names)
        return Column(level, self.name, of.key, lambda _: values, _kind(values))

    def __repr__(self) -> str:
        value = f", value={self.of.value!r}" if isinstance(self.of, Asked) and self.of.value != self.name else ""
        return f".tag({self.name!r}, {self.of!r}{value})"


def value_of(names: Sequence[str], tag: str, value: str | None) -> str:
    """The column of a table that a tag is made of: the one that is named, or has the tag's name, or is the only one."""
    if not {*LEVELS} & {*names}:
        raise InputError(
            f'A tag needs a table with a row for each "journey" or "customer"; this one has {_listed(names)}.'
        )
    others = [name for name in names if name not in LEVELS]
    if value is not None and value not in others:
        raise not_found("column of this table", value, others)
    chosen = value if value is not None else tag if tag in others else others[0] if len(others) == 1 else None
    if chosen is None:
        raise InputError(f"Which column makes the tag? Name it: value= one of {_listed(others)}.")
    return chosen


def keyed(star: Star, table: pa.Table, value: str) -> Frame:
    """The values of a table's column under the numbers of its journeys, or else of its customers.

    Errors: several rows for one of them, values that are neither texts nor numbers nor truth values, a table without
    such rows or without the column.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    value_of(table.column_names, value, value)
    level = next(level for level in LEVELS if level in table.column_names)
    known = table.filter(pc.and_(pc.is_valid(table[level]), pc.is_valid(table[value])))
    ids = known[level].cast(pa.string())
    if len(ids.unique()) < len(ids):
        twice = max(ids.value_counts().to_pylist(), key=lambda count: count["counts"])["values"]
        raise InputError(f'The table has several rows for the {level} "{twice}"; a tag is one value of each.')
    rows = pa.table({ID: ids, VALUE: known[value].cast(_type(value, known[value].type))})
    named = {JOURNEY: star.journeys, CUSTOMER: star.customers}[level].select(level, ID)
    return named.join(star.engine.frame(rows), on=ID, how="inner").select(level, VALUE)


def _holds(star: Star, filter_: Filter) -> Frame:
    """For each journey whether the filter matches."""
    hits = matching(star, filter_).with_columns(nw.lit(True).alias(VALUE))
    every = star.outlines.select(JOURNEY).join(hits, on=JOURNEY, how="left")
    return every.with_columns(nw.col(VALUE).fill_null(False))


def _type(name: str, type_: pa.DataType) -> pa.DataType:
    """The plain type of a column that a tag can be made of."""
    import pyarrow as pa
    from pyarrow import types

    if types.is_dictionary(type_):
        type_ = type_.value_type
    plain = (
        (types.is_boolean, pa.bool_()),
        (types.is_integer, pa.int64()),
        (types.is_floating, pa.float64()),
        (types.is_string, pa.string()),
        (types.is_large_string, pa.string()),
    )
    for fits, found in plain:
        if fits(type_):
            return found
    raise InputError(f'"{name}" holds neither texts nor numbers nor truth values, so it makes no tag.')


def _kind(values: Frame) -> Kind:
    kinds: tuple[tuple[Any, Kind], ...] = ((nw.Boolean, "boolean"), (nw.Int64, "integer"), (nw.Float64, "number"))
    return next((kind for type_, kind in kinds if values.collect_schema()[VALUE] == type_), "text")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _is_word(name: object) -> bool:
    return isinstance(name, str) and name.isidentifier() and not name.startswith("_") and not iskeyword(name)


def _plain(name: str, value: Any) -> Any:
    """A value as JSON can hold it: a text, a number, True, False, None, or a list of them."""
    if isinstance(value, list | tuple) and not any(isinstance(part, list | tuple) for part in value):
        return [_plain(name, part) for part in value]
    is_number = isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
    if value is None or is_number or is_text(value):
        return value
    raise InputError(f"{name}={value!r} cannot be kept in a recipe: it is no text, number, True, False or None.")
