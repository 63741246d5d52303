"""From a JSON document back to a filter: anything that is not exactly one is refused."""

from __future__ import annotations

from dataclasses import fields

from cxkit.errors import CxError, InputError, not_found
from cxkit.where.amounts import lasts, length
from cxkit.where.attributes import attribute
from cxkit.where.cohorts import comes_back
from cxkit.where.filter import DEEPEST, Compound, Filter, all_of, any_of, none_of
from cxkit.where.leanings import inclined, resembles
from cxkit.where.moments import during, in_week
from cxkit.where.order import follows, takes, waits
from cxkit.where.patterns.pattern import pattern
from cxkit.where.variants import alike, variant_rank, variant_size
from cxkit.where.visits import contains, endpoints, ends_with, repeats, starts_with
from cxkit.where.ways import at_step, goes, passes

FILTERS: tuple[type[Filter], ...] = (
    contains,
    starts_with,
    ends_with,
    endpoints,
    repeats,
    follows,
    takes,
    waits,
    during,
    in_week,
    attribute,
    lasts,
    length,
    variant_rank,
    variant_size,
    alike,
    pattern,
    passes,
    goes,
    at_step,
    comes_back,
    inclined,
    resembles,
    all_of,
    any_of,
    none_of,
)


def from_json(document: object) -> Filter:
    """The filter of a JSON document; anything that is not exactly one is refused."""
    return _read(document, DEEPEST + 1)


def _read(document: object, depth: int) -> Filter:
    if not isinstance(document, dict) or depth == 0:
        raise InputError("A filter is a JSON object such as {...}.".replace("{...}", str(contains("Pay").to_json())))
    words = dict(document)
    kinds = {kind.__name__: kind for kind in FILTERS}
    kind = kinds.get(name) if isinstance(name := words.pop("filter", None), str) else None
    if kind is None:
        raise not_found("filter", name, kinds)
    fields_of = [entry.name for entry in fields(kind)]  # type: ignore[arg-type]
    for word in words:
        if word not in fields_of:
            raise not_found(f"word in the filter {name}", word, fields_of)
    if issubclass(kind, Compound):
        parts = words.get("of")
        if not isinstance(parts, list) or not parts:
            raise InputError(f'"of" in {name} is a list of filters.')
        read = [_read(part, depth - 1) for part in parts]
        if len(read) > 1:
            return kind(tuple(read))
        return ~read[0] if kind is none_of else read[0]
    values = words.pop("values", [])
    if not isinstance(values, list):
        raise InputError('"values" is a list.')
    try:
        return kind(words.pop("name"), *values, **words) if kind is attribute else kind(**words)
    except CxError:
        raise
    except (TypeError, KeyError):
        raise InputError(f"The filter {name} is not complete: it has {', '.join(fields_of)}.") from None
