"""The forms in which an answer leaves the command line: text, CSV, JSON, SVG, and a workbook."""

from __future__ import annotations

import json
from collections.abc import Callable

import click

import cxkit as cx
from cxkit.answers.forms import as_csv, as_xlsx


def as_table(result: cx.Result) -> str:
    """The answer as lines for people."""
    return result.text("--format csv has them all")


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


FORMS: dict[str, Callable[[cx.Result], str | bytes]] = {
    "table": as_table,
    "csv": as_csv,
    "json": as_json,
    "svg": as_svg,
    "xlsx": as_xlsx,
}
