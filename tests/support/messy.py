"""The messy export of the sample world, line by line, and without its faults."""

from __future__ import annotations

import csv
import io
from typing import Any

import pyarrow as pa

Messy = tuple[str, pa.Table, dict[str, dict[str, Any]]]


def lines_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";"))


def mended(messy: Messy, but: str = "") -> dict[int, dict[str, str]]:
    """The rows by line, the faults undone from the last to the first, all but one kind."""
    text, found, _ = messy
    rows = dict(enumerate(lines_of(text), 2))
    for fault in reversed(found.to_pylist()):
        if fault["column"] is None:
            del rows[fault["line"]]
        elif fault["fault"] != but:
            rows[fault["line"]][fault["column"]] = fault["was"]
    return rows
