"""What a tag keeps of an answer: how it was asked, never its table; asked anew of the whole log when it is needed."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from cxkit import catalog
from cxkit.errors import InputError
from cxkit.result import Result
from cxkit.selection.recipe import Recipe
from cxkit.selection.tags import Asked, keyed, value_of

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.where.filter import Frame


def asked_anew(journeys: Journeys, result: Result, tag: str, value: str | None) -> Asked:
    """How an answer was made, asked anew on this log; the value is the column that makes the tag."""
    if not isinstance(result, Result):
        raise InputError(f"{result!r} is neither a filter nor an answer. Write for example w.contains(...).")
    asked = Asked(result.name, result.parameters, result.recipe.steps, value or "")
    table = _table(journeys, asked)
    asked = replace(asked, value=value_of(table.column_names, tag, value))
    _kept(journeys, asked, lambda: table)
    return asked


def answered(journeys: Journeys, asked: Asked) -> Frame:
    """What was asked for each journey or customer, by its number; kept by the engine."""
    return _kept(journeys, asked, lambda: _table(journeys, asked))


def _kept(journeys: Journeys, asked: Asked, table: Callable[[], pa.Table]) -> Frame:
    base, engagement = journeys.base, journeys.engagement.fingerprint if journeys.engagement else ""
    key = f"{base.key}{base.marks}|asked {engagement} {asked.key}"
    return base.engine.materialise(key, lambda: keyed(base, table(), asked.value))


def _table(journeys: Journeys, asked: Asked) -> pa.Table:
    measure = catalog.entry(asked.measure).function
    whole = journeys.whole.apply(Recipe(asked.steps))
    try:
        inspect.signature(measure).bind(whole, **asked.parameters)
    except TypeError as error:
        raise InputError(f"{asked.measure} cannot be asked so: {error}.") from None
    assigned: pa.Table = measure(whole, **asked.parameters).assigned
    return assigned
