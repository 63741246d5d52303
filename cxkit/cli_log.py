"""How the command line says which log is meant: the options that every command on a log shares."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

import cxkit as cx


def mapped(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say how a file is written and which column is what."""
    options = (
        click.option("--journey", help="Column that names the journey (case, order, ticket ...)."),
        click.option("--activity", help="Column that names the activity."),
        click.option("--time", help="Column of time stamps."),
        click.option("--customer", help="Column that names the customer; the journey where there is none."),
        click.option("--order", help="Column that orders events with the same time."),
        click.option("--zone", default="UTC", show_default=True, help="Time zone of stamps without an offset."),
        click.option("--time-format", help='How stamps are written, such as "%d.%m.%Y %H:%M".'),
        click.option("--name", help="What reports call it; the file's name when not given."),
        click.option("--delimiter", help="What separates the columns of a text file."),
        click.option("--encoding", help="Encoding of a text file."),
        click.option("--object-type", help="For OCEL: the type of the objects that are the journeys."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def named(file: Path, words: dict[str, Any]) -> cx.Log:
    """The log of a file, with the roles that the options give."""
    said = {name: words.pop(name) for name in ("name", "delimiter", "encoding", "object_type")}
    log = cx.read(file, **said)
    return log.roles(**words) if set(words.values()) - {None, "UTC"} else log
