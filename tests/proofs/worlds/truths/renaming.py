"""What were the names before the world was renamed? The proofs are written in the names of the shipped world."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

FREE_TEXT = "text"


def first_names(names: dict[str, Any]) -> dict[str, str]:
    """Which old word does each new one stand for?"""
    found: dict[str, str] = {}
    for kind, pairs in names.items():
        for old, new in pairs.items() if kind != "column" else ():
            assert found.setdefault(new, old) == old, f"{new} stands for {old} and for {found[new]}"
    return found


def spoken(cell: Any, words: dict[str, str]) -> Any:
    """What was this called? Whole cells, or what stands before the first hyphen of an id."""
    if not isinstance(cell, str):
        return cell
    start, hyphen, rest = cell.partition("-")
    return words.get(cell) or words.get(start, start) + hyphen + rest


def in_first_names(table: pa.Table, columns: dict[str, str], words: dict[str, str]) -> pa.Table:
    """The table with the columns and the words that it had."""
    earlier = {new: old for old, new in columns.items()}
    table = table.rename_columns([earlier.get(name, name) for name in table.column_names])
    for place, column in enumerate(table.schema):
        if column.type == pa.string() and column.name != FREE_TEXT:
            coded = table.column(place).combine_chunks().dictionary_encode()
            old = pa.array([spoken(cell, words) for cell in coded.dictionary.to_pylist()], pa.string())
            table = table.set_column(place, column.name, old.take(coded.indices))
    return table


def retold(value: Any, words: dict[str, str]) -> Any:
    """The same in the first words, lists and dictionaries inside and out."""
    if isinstance(value, dict):
        return {words.get(key, key): retold(part, words) for key, part in value.items()}
    if isinstance(value, list):
        return [retold(part, words) for part in value]
    if not isinstance(value, str):
        return value
    return words.get(value) or " = ".join(words.get(part, part) for part in value.split(" = "))
