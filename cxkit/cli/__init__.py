"""The command line: cxkit ready | prepare | check | ask | export | report | lab | app | clean."""

from __future__ import annotations

import io
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, redirect_stdout
from pathlib import Path
from typing import Any, TextIO

import click

import cxkit as cx
from cxkit.cli.ask import ask
from cxkit.cli.check import check
from cxkit.cli.clean import clean
from cxkit.cli.export import export
from cxkit.cli.prepare import prepare, ready
from cxkit.cli.report import report
from cxkit.cli.serve import app, lab
from cxkit.duck import FULL, is_full
from cxkit.progress import LOGGER
from cxkit.words import inert

COMPLETION = """For completion by the Tab key, put this into your shell's start file (bash; zsh and fish likewise):

eval "$(_CXKIT_COMPLETE=bash_source cxkit)\""""


class Terminal:
    """A terminal to which nothing is written that cannot be seen: what stands in a log gives it no orders."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(inert(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class Group(click.Group):
    """A command group whose errors are sentences: no traceback reaches the terminal."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper) and not stream.isatty():
                stream.reconfigure(encoding="utf-8")
        seen = redirect_stdout(Terminal(sys.stdout)) if sys.stdout.isatty() else nullcontext()
        try:
            with seen:
                return super().main(*args, **kwargs)
        except cx.CxError as error:
            click.echo(f"Error: {error}", err=True)
        except MemoryError:
            click.echo("Error: there is not enough memory for this log.", err=True)
        except Exception as error:
            if is_full(error):
                click.echo(f"Error: {FULL}", err=True)
                sys.exit(1)
            if os.environ.get("CXKIT_DEBUG"):
                raise
            sentence = inert(f"Error: {type(error).__name__}: {error}")
            click.echo(f"{sentence}\nSet CXKIT_DEBUG=1 to see where it comes from.", err=True)
        sys.exit(1)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]}, epilog=COMPLETION)
@click.option("--log", "file", type=click.Path(path_type=Path), help="File to which each step is written as it begins.")
@click.version_option(package_name="cxkit")
@click.pass_context
def main(context: click.Context, file: Path | None) -> None:
    """See the journeys that customers really make.

    \b
    cxkit report                                  the report on the sample
    cxkit ready export.csv                        what is wrong with it, and what would mend it
    cxkit prepare export.csv --store stores/shop  a log becomes a journey store
    cxkit check engagement.toml                   what the log cannot know, and what of it is used
    cxkit ask stores/shop process_map             a question, answered as a table
    cxkit export stores/shop shop.xes.gz          its events, for other tools
    cxkit report stores/shop                      the report on your own data
    cxkit lab stores/shop                         the notebooks, in JupyterLab
    cxkit app stores/shop                         the same, as an app in the browser
    cxkit clean                                   what is kept on this machine, and how to remove it
    """
    context.with_resource(_told(file))


@contextmanager
def _told(file: Path | None) -> Iterator[None]:
    """Each step as a line: in the file, and on a standard error that is no terminal and so shows no bar."""
    handlers: list[logging.Handler] = [] if sys.stderr.isatty() else [logging.StreamHandler()]
    if file is not None:
        handlers.append(_to_file(file))
    level = LOGGER.level
    LOGGER.setLevel(logging.INFO)
    for handler in handlers:
        LOGGER.addHandler(handler)
    try:
        yield
    finally:
        LOGGER.setLevel(level)
        for handler in handlers:
            LOGGER.removeHandler(handler)
            handler.close()


def _to_file(file: Path) -> logging.Handler:
    try:
        handler = logging.FileHandler(file, encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f'"{file}" cannot be written: {error.strerror}.') from None
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    return handler


for command in (ready, prepare, check, ask, export, report, lab, app, clean):
    main.add_command(command)
