"""XES (IEEE 1849): a trace for each journey, an event for each row, every value with its type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

from cxkit.schema import ACTIVITY, CUSTOMER, JOURNEY, TIME

if TYPE_CHECKING:
    import pyarrow as pa

CASE, NAMED, STAMP = "case:", "concept:name", "time:timestamp"
FORBIDDEN = "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"  # what XML cannot hold
ESCAPES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("\n", "&#10;"), ("\r", "&#13;"),
           ("\t", "&#9;"))  # fmt: skip
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1849-2016" xes.features="">\n'
    '<classifier name="Activity" keys="concept:name"/>\n'
)
AT_ONCE = 5_000  # journeys


def write(table: pa.Table, roles: Mapping[str, str], of_journeys: Sequence[str], stream: IO[bytes]) -> None:
    """Write the events, which stand journey by journey in order."""
    import numpy as np

    own = {roles[JOURNEY]: NAMED, **{roles[role]: roles[role] for role in (CUSTOMER,) if role in roles}}
    own |= {name: name.removeprefix(CASE) for name in of_journeys}
    standard = {roles[role]: key for role, key in ((ACTIVITY, NAMED), (TIME, STAMP)) if role in roles}
    rest = {name: standard.get(name, name) for name in table.column_names if name not in own}
    ids = table[roles[JOURNEY]].combine_chunks()
    numbers = ids.dictionary_encode().indices.to_numpy(zero_copy_only=False)
    begins = np.flatnonzero(np.diff(numbers, prepend=-1)).tolist()
    traces = _elements(table.take(begins), own).to_pylist()
    lines = _elements(table, rest).to_pylist()
    stream.write(HEAD.encode())
    ends = [*begins[1:], len(lines)]
    for first in range(0, len(begins), AT_ONCE):
        part = zip(traces[first : first + AT_ONCE], begins[first:], ends[first:], strict=False)
        written = "".join(_trace(trace, lines[begin:end]) for trace, begin, end in part)
        stream.write(written.encode())
    stream.write(b"</log>\n")


def _trace(own: str, events: Sequence[str]) -> str:
    """A journey's own values, and its events below each other."""
    below = "</event>\n<event>".join(events)
    return f"<trace>{own}\n<event>{below}</event>\n</trace>\n"


def _elements(table: pa.Table, keys: Mapping[str, str]) -> Any:
    """For each row its values as elements, in the order of the keys; what has no value has none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    parts = [_element(table[name].combine_chunks(), key) for name, key in keys.items()]
    empty = pa.scalar("", pa.string())
    return pc.binary_join_element_wise(*parts, empty, null_handling="replace", null_replacement="")


def _element(values: Any, key: str) -> Any:
    """A column's values as elements of their type."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    types = ((pa.types.is_timestamp, "date"), (pa.types.is_boolean, "boolean"), (pa.types.is_integer, "int"),
             (pa.types.is_floating, "float"))  # fmt: skip
    tag = next((word for fits, word in types if fits(kind)), "string")
    texts = stamped(values) if tag == "date" else values.cast(pa.string())
    if tag == "float":
        texts = pc.if_else(pc.is_finite(values), texts, None)
    if tag == "string":
        texts = _escaped(texts)
    opening = pa.scalar(f'<{tag} key={quoteattr(key)} value="', pa.string())
    return pc.binary_join_element_wise(opening, texts, pa.scalar('"/>', pa.string()), "")


def _escaped(texts: Any) -> Any:
    import pyarrow.compute as pc

    texts = pc.replace_substring_regex(texts, FORBIDDEN, " ")
    for sign, entity in ESCAPES:
        texts = pc.replace_substring(texts, sign, entity)
    return texts


def stamped(moments: Any) -> Any:
    """Times as texts of ISO 8601 in UTC, to the microsecond."""
    import pyarrow as pa
    import pyarrow.compute as pc

    plain = moments.cast(pa.int64()).cast(pa.timestamp("us"))
    return pc.binary_join_element_wise(pc.strftime(plain, format="%Y-%m-%dT%H:%M:%S"), "+00:00", "")
