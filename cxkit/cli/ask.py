"""`cxkit ask`: a question about a store, answered as a table, a file or a picture."""

from __future__ import annotations

import inspect
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

import cxkit as cx
from cxkit import catalog
from cxkit.cli.options import opened, speaking
from cxkit.words import cell, quoted

FORMATS = ("table", "csv", "json", "svg")
MOST_NAMED = 10
PYTHON_WORDS = {"true": True, "false": False}


def _menu() -> str:
    """The measures by theme, a paragraph each."""
    names = {theme: [known.name for known in catalog.CATALOG if known.theme == theme] for theme in catalog.THEMES}
    return "\n\n".join(f"Measures of {theme}: {', '.join(names[theme])}." for theme in catalog.THEMES)


@click.command(epilog=_menu())
@click.argument("store")
@click.argument("measure")
@click.option("--recipe", type=click.Path(path_type=Path), help="JSON file of a recipe that selects journeys.")
@click.option("--format", "form", type=click.Choice(FORMATS), help="How to answer.  [default: table, or as --out ends]")
@click.option(
    "--with", "words", multiple=True, metavar="NAME=VALUE", help="A parameter of the measure; may be repeated."
)
@speaking
@click.option("--out", type=click.Path(path_type=Path), help="File to write instead of the terminal.")
def ask(
    store: str,
    measure: str,
    recipe: Path | None,
    form: str | None,
    words: Sequence[str],
    engagement: Path | None,
    out: Path | None,
) -> None:
    """Answer a question about STORE (a store's folder, or "sample").

    \b
    cxkit ask sample summary
    cxkit ask sample process_map --with coverage=0.9 --out map.svg
    cxkit ask sample durations --with per=move --with by=kind --format csv
    cxkit ask stores/shop journeys --recipe late.json --with rows=1000 --format json
    cxkit ask stores/shop data_plan --engagement engagement.toml

    """
    function = catalog.entry(measure).function
    said = _parameters(function, measure, words)
    journeys = opened(store, recipe, engagement)
    _check_needed(function, measure, said, journeys)
    result = function(journeys, **said)
    text = _answer(result, form or _form(out))
    if out is None:
        click.echo(text)
    else:
        _write(out, text)
        click.echo(f"{out}: {result.n}")


def _parameters(function: Any, measure: str, words: Sequence[str]) -> dict[str, Any]:
    known = {
        name: str(word.annotation)
        for name, word in inspect.signature(function).parameters.items()
        if name != "journeys"
    }
    said: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or name not in known:
            options = ", ".join(known) or "no parameters"
            raise click.UsageError(f'"{word}" is no parameter of {measure}, written NAME=VALUE. It has {options}.')
        said[name] = value if "str" in known[name] else _value(value)
    return said


def _check_needed(function: Any, measure: str, said: dict[str, Any], journeys: cx.Journeys) -> None:
    """Raise unless every parameter is said that the measure cannot do without."""
    parameters = list(inspect.signature(function).parameters.values())[1:]
    for word in (word.name for word in parameters if word.default is word.empty and word.name not in said):
        names = journeys.known_attributes if word == "by" else ()
        of = f" Attributes: {quoted(list(names), MOST_NAMED)}." if names else ""
        raise click.UsageError(f"{measure} needs {word}=. Write --with {word}=NAME.{of}")


def _value(text: str) -> Any:
    if text.lower() in PYTHON_WORDS:
        return PYTHON_WORDS[text.lower()]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _form(out: Path | None) -> str:
    """The form that a file's ending asks for; a table on the terminal."""
    ending = "table" if out is None else out.suffix.lower().removeprefix(".").replace("txt", "table")
    if ending not in FORMATS:
        raise click.UsageError(f'"{out}" ends in no form of answer. End it in .csv, .json, .svg or .txt.')
    return ending


def _answer(result: cx.Result, form: str) -> str:
    if form == "svg":
        picture = result.chart()
        if picture is None:
            raise click.UsageError(f"{result.name} has no picture. Ask for a table, csv or json.")
        return picture.svg
    if form == "table":
        return result.text("--format csv has them all")
    table = result.df()
    if form == "csv":
        lists = [
            name
            for name, kind in zip(table.columns, result.table.schema.types, strict=True)
            if str(kind).startswith("list")
        ]
        for name in lists:
            table[name] = table[name].map(" > ".join)
        for name in table.select_dtypes(["object", "string"]):
            table[name] = table[name].map(lambda value: cell(value) if isinstance(value, str) else value)
        return table.rename(columns=cell).to_csv(index=False).rstrip("\n")
    rows = json.loads(table.to_json(orient="records", date_format="iso", date_unit="us"))
    n = {"journeys": result.n.journeys, "customers": result.n.customers}
    said = {"recipe": result.recipe.to_json(), "engagement": result.engagement and result.engagement.fingerprint}
    answer = {"question": result.question, "unit": result.unit, "n": n, **said, "rows": rows}
    return json.dumps(answer, ensure_ascii=False, indent=1)


def _write(out: Path, text: str) -> None:
    try:
        out.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f'"{out}" cannot be written: {error.strerror}.') from None
