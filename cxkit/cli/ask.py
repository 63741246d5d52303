"""`cxkit ask`: a question about a store, answered as a table, a file or a picture."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

import cxkit as cx
from cxkit import catalog
from cxkit.cli.forms import FORMS
from cxkit.cli.options import opened, speaking
from cxkit.words import quoted

MOST_NAMED = 10
PYTHON_WORDS = {"true": True, "false": False}


def _menu() -> str:
    """The measures by theme, a paragraph each."""
    names = {theme: [entry.name for entry in catalog.CATALOG if entry.theme == theme] for theme in catalog.THEMES}
    return "\n\n".join(f"Measures of {theme}: {', '.join(names[theme])}." for theme in catalog.THEMES)


def _questions() -> str:
    """Every measure with its question, by theme."""
    width = max(len(entry.name) for entry in catalog.CATALOG)
    themes = [
        "\n".join(
            [
                theme,
                *(f"  {entry.name:<{width}}  {entry.question}" for entry in catalog.CATALOG if entry.theme == theme),
            ]
        )
        for theme in catalog.THEMES
    ]
    return "\n\n".join(
        [*themes, "Ask one: cxkit ask STORE MEASURE. What your data can answer: cxkit ask STORE data_plan"]
    )


def _completed(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """The measures that begin so, for a shell that completes."""
    return [entry.name for entry in catalog.CATALOG if entry.name.startswith(incomplete)]


@click.command(epilog=_menu())
@click.argument("store")
@click.argument("measure", required=False, shell_complete=_completed)
@click.option("--recipe", type=click.Path(path_type=Path), help="JSON file of a recipe that selects journeys.")
@click.option(
    "--format", "form", type=click.Choice(tuple(FORMS)), help="How to answer.  [default: table, or as --out ends]"
)
@click.option(
    "--with", "words", multiple=True, metavar="NAME=VALUE", help="A parameter of the measure; may be repeated."
)
@speaking
@click.option("--out", type=click.Path(path_type=Path), help="File to write instead of the terminal.")
def ask(
    store: str,
    measure: str | None,
    recipe: Path | None,
    form: str | None,
    words: Sequence[str],
    engagement: Path | None,
    out: Path | None,
) -> None:
    """Answer a question about STORE (a store's folder, or "sample"). Without a MEASURE: the questions there are.

    \b
    cxkit ask sample
    cxkit ask sample summary
    cxkit ask sample process_map --with coverage=0.9 --out map.svg
    cxkit ask sample durations --with per=move --with by=kind --format csv
    cxkit ask sample journeys --out journeys.xlsx
    cxkit ask stores/shop journeys --recipe late.json --with rows=1000 --format json
    cxkit ask stores/shop data_plan --engagement engagement.toml

    """
    if measure is None:
        opened(store, recipe, engagement)
        click.echo(_questions())
        return
    function = catalog.entry(measure).function
    given = _parameters(function, measure, words)
    form = form or _form(out)
    if form == "xlsx" and out is None:
        raise click.UsageError("A workbook is no text. Say where it goes with --out answer.xlsx.")
    journeys = opened(store, recipe, engagement)
    _check_needed(function, measure, given, journeys)
    result = function(journeys, **given)
    answer = FORMS[form](result)
    if out is not None:
        _write(out, answer)
        click.echo(f"{out}: {result.n}")
    else:
        click.echo(answer)


def _parameters(function: Any, measure: str, words: Sequence[str]) -> dict[str, Any]:
    types = {
        name: str(word.annotation)
        for name, word in inspect.signature(function).parameters.items()
        if name != "journeys"
    }
    given: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or name not in types:
            options = ", ".join(types) or "no parameters"
            raise click.UsageError(f'"{word}" is no parameter of {measure}, written NAME=VALUE. It has {options}.')
        given[name] = value if "str" in types[name] else _value(value)
    return given


def _check_needed(function: Any, measure: str, given: dict[str, Any], journeys: cx.Journeys) -> None:
    """Raise unless every parameter is said that the measure cannot do without."""
    parameters = list(inspect.signature(function).parameters.values())[1:]
    for word in (word.name for word in parameters if word.default is word.empty and word.name not in given):
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
    if ending not in FORMS:
        raise click.UsageError(f'"{out}" ends in no form of answer. End it in .csv, .xlsx, .json, .svg or .txt.')
    return ending


def _write(out: Path, answer: str | bytes) -> None:
    content = answer if isinstance(answer, bytes) else f"{answer}\n".encode()
    try:
        out.write_bytes(content)
    except OSError as error:
        raise click.UsageError(f'"{out}" cannot be written: {error.strerror}.') from None
