"""The forms in which an answer leaves the command line: text, CSV, JSON, SVG, and a workbook."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

import cxkit as cx
from cxkit.words import cell

if TYPE_CHECKING:
    import pandas as pd

# A workbook's cells are texts and numbers: nothing of a log is a formula or a link.
CELLS = {"strings_to_formulas": False, "strings_to_urls": False}


def as_table(result: cx.Result) -> str:
    """The answer as lines for people."""
    return result.text("--format csv has them all")


def as_csv(result: cx.Result) -> str:
    """Every row, lists as paths; no cell that a spreadsheet would take for a formula."""
    table = _flat(result)
    for name in table.select_dtypes(["object", "string"]):
        table[name] = table[name].map(lambda value: cell(value) if isinstance(value, str) else value)
    return table.rename(columns=cell).to_csv(index=False).rstrip("\n")


def as_json(result: cx.Result) -> str:
    """Every row, with question, unit, n and the steps that chose the journeys."""
    rows = json.loads(result.df().to_json(orient="records", date_format="iso", date_unit="us"))
    n = {"journeys": result.n.journeys, "customers": result.n.customers}
    steps = {"recipe": result.recipe.to_json(), "engagement": result.engagement and result.engagement.fingerprint}
    answer = {"question": result.question, "unit": result.unit, "n": n, **steps, "rows": rows}
    return json.dumps(answer, ensure_ascii=False, indent=1)


def as_svg(result: cx.Result) -> str:
    """The answer's picture."""
    picture = result.chart()
    if picture is None:
        raise click.UsageError(f"{result.name} has no picture. Ask for a table, csv, json or xlsx.")
    return picture.svg


def as_xlsx(result: cx.Result) -> bytes:
    """A workbook: the rows on one sheet, and on another what they answer, of how many, and by which steps."""
    import pandas as pd

    about = {
        "question": result.question,
        "n": str(result.n),
        "unit": result.unit,
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


def _flat(result: cx.Result) -> pd.DataFrame:
    """The rows with lists as paths."""
    table = result.df()
    for name, kind in zip(table.columns, result.table.schema.types, strict=True):
        if str(kind).startswith("list"):
            table[name] = table[name].map(" > ".join)
    return table


def _without_zones(table: pd.DataFrame) -> pd.DataFrame:
    """The rows with times as a sheet can hold them: in UTC, without saying so."""
    zoned = table.select_dtypes("datetimetz").columns
    return table.assign(**{name: table[name].dt.tz_convert("UTC").dt.tz_localize(None) for name in zoned})


FORMS: dict[str, Callable[[cx.Result], str | bytes]] = {
    "table": as_table,
    "csv": as_csv,
    "json": as_json,
    "svg": as_svg,
    "xlsx": as_xlsx,
}
