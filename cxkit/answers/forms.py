"""The forms in which an answer is taken away: CSV and a workbook, in which nothing of a log is ever a formula."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cxkit.words import cell, many, sentences

if TYPE_CHECKING:
    import pandas as pd

    from cxkit.result import Result
    from cxkit.selection.recipe import Recipe

# A workbook's cells are texts and numbers: nothing of a log is a formula or a link.
CELLS = {"strings_to_formulas": False, "strings_to_urls": False}
NOTHING_MORE: Mapping[str, str] = {}


def as_csv(result: Result) -> str:
    """Every row, lists as paths; no cell that a spreadsheet would take for a formula."""
    table = _flat(result)
    for name in table.select_dtypes(["object", "string"]):
        table[name] = table[name].map(lambda value: cell(value) if isinstance(value, str) else value)
    return table.rename(columns=cell).to_csv(index=False).rstrip("\n")


def as_xlsx(result: Result, more: Mapping[str, str] = NOTHING_MORE) -> bytes:
    """A workbook: the rows on one sheet, and on another what they answer, of how many, by which steps, and more."""
    import pandas as pd

    about = {
        "question": result.question,
        "n": str(result.n),
        "unit": result.unit,
        **more,
        "steps": json.dumps(result.recipe.to_json(), ensure_ascii=False),
        "note": result.note,
        "times": "UTC",
    }
    book = io.BytesIO()
    with pd.ExcelWriter(book, engine="xlsxwriter", engine_kwargs={"options": CELLS}) as writer:
        _without_zones(_flat(result)).to_excel(writer, sheet_name="answer", index=False, freeze_panes=(1, 0))
        pd.DataFrame(about.items(), columns=["about", ""]).to_excel(writer, sheet_name="about", index=False)
        for sheet in writer.sheets.values():
            sheet.autofit()
    return book.getvalue()


def chosen(recipe: Recipe) -> str:
    """Which journeys a recipe selects, in words.

    >>> import cxkit as cx
    >>> from cxkit import where as w
    >>> chosen(cx.toy_journeys().keep(w.contains("Call")).drop(w.contains("Cancel")).recipe)
    'Each journey visits "Call". None visits "Cancel".'
    """
    if not len(recipe):
        return "All journeys."
    documents = [(step, next(iter(step.to_json()))) for step in recipe]
    verbs = {"keep": "Each journey", "drop": "None"}
    filters = [f"{verbs[word]} {step.filter.says}" for step, word in documents if word in verbs]  # type: ignore[attr-defined]
    others = len(documents) - len(filters)
    return sentences(*filters, f"And {many(others, 'more step')}" if others else "")


def _flat(result: Result) -> pd.DataFrame:
    """The rows with lists as paths."""
    table = result.df()
    for name, kind in zip(table.columns, result.table.schema.types, strict=True):
        if str(kind).startswith("list"):
            table[name] = table[name].map(_path)
    return table


def _path(names: Any) -> str | None:
    """A list of names or numbers as one text; nothing stays nothing."""
    return None if names is None else " > ".join(map(str, names))


def _without_zones(table: pd.DataFrame) -> pd.DataFrame:
    """The rows with times as a sheet can hold them: in UTC, without saying so."""
    zoned = table.select_dtypes("datetimetz").columns
    return table.assign(**{name: table[name].dt.tz_convert("UTC").dt.tz_localize(None) for name in zoned})
