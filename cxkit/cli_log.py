"""How the command line says which log is meant: a file, an engagement file, and options that say what is what."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

import cxkit as cx
from cxkit.store import repairs
from cxkit.store.changes import Refused

READING = ("name", "delimiter", "encoding", "sheet", "table", "query", "object_type")
ITS_OWN = ("name", "sheet", "table", "query")
MOST_TOLD = 20
NO_LOG = "Name a FILE, or with --engagement a file that says under [source] where the log is."
HOW = "Where journeys end: silence=30d, after=, start=, end= an activity, by= a column; may be repeated."
NOTION = ("keys", "cuts")
ONCE, SEVERAL = ("silence", "by"), ("after", "start", "end")


def mapped(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say where a log is, how it is written and which column is what."""
    options = (
        click.argument("source", metavar="[FILE]", required=False),
        click.option(
            "--engagement",
            type=click.Path(path_type=Path),
            help="File (TOML) that says where the log is and what is what; FILE and options count before it.",
        ),
        click.option("--journey", help="Column that names the journey (case, order, ticket ...)."),
        click.option("--activity", help="Column that names the activity."),
        click.option("--time", help='Column of time stamps; "" where there is none.'),
        click.option("--customer", help='Column that names the customer; "" where there is none.'),
        click.option("--order", help="Column that orders events with the same time."),
        click.option("--start", help="Column of the stamps at which events start, where --time is when they end."),
        click.option("--lifecycle", help="Column that says whether a row is the start or the end of an event."),
        click.option("--instance", help="Column that says which start and which end are of one event."),
        click.option(
            "--journey-attribute",
            "journey_attributes",
            multiple=True,
            help="Column to keep, with one value per journey; may be repeated. Without these two, all are kept.",
        ),
        click.option(
            "--event-attribute",
            "event_attributes",
            multiple=True,
            help="Column to keep, with one value per event; may be repeated.",
        ),
        click.option("--zone", help="Time zone of stamps without an offset.  [default: UTC]"),
        click.option("--time-format", help='How stamps are written, such as "%d.%m.%Y %H:%M".'),
        click.option("--name", help="What reports call it; the file's name when not given."),
        click.option("--delimiter", help="What separates the columns of a text file."),
        click.option("--encoding", help="Encoding of a text file."),
        click.option("--sheet", help="For XLSX: the sheet to read."),
        click.option("--table", help="For databases: the table to read."),
        click.option("--query", help="For databases: a SELECT to read, in place of a table."),
        click.option("--object-type", help="For OCEL: the type of the objects that are the journeys."),
        click.option("--keys", metavar="FILE", help="Table of ids that are one customer, by its first two columns."),
        click.option("--split", "cuts", multiple=True, metavar="HOW=VALUE", help=HOW),
        click.option("--mend", type=click.Path(path_type=Path), help="JSON file of repairs that come first."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def named(source: str | None, words: dict[str, Any], append: bool = False) -> tuple[cx.Log, cx.Engagement | None]:
    """The log that the options mean, and the engagement file that says more of it, if there is one.

    What a later part's columns mean is said by its store; options alone count before it.
    """
    path = words["engagement"]
    if source is not None and source.lower().endswith(".toml"):
        raise click.UsageError(f'"{source}" is no log. If it is an engagement file, write --engagement {source}.')
    said = cx.Engagement.load(path) if path else None
    if source is None and (said is None or said.source is None):
        raise click.UsageError(NO_LOG)
    reading = {} if said is None else _reading(said, later=append and source is not None)
    log = cx.read(
        said.address(path.parent) if source is None and said else source,
        **reading | {word: words[word] for word in READING if words[word] is not None},
    )
    roles = {} if said is None or append else said.roles_words
    given = {word: value for word, value in words.items() if word not in (*READING, *NOTION, "engagement", "mend")}
    roles |= {
        word: list(value) if isinstance(value, tuple) else value
        for word, value in given.items()
        if value not in (None, ())
    }
    log = log.roles(**roles) if roles else log
    log = log.mend(*repairs.load(words["mend"])) if words["mend"] else log
    return _regrouped(log, words, said), said


def _reading(said: cx.Engagement, later: bool) -> dict[str, Any]:
    """How the engagement has its log read; another file that is a later part has a name and sheets of its own."""
    words = {"name": said.name, "about": said.about or "", **said.source_words}
    return {word: value for word, value in words.items() if not (later and word in ITS_OWN)}


def _regrouped(log: cx.Log, words: dict[str, Any], said: cx.Engagement | None) -> cx.Log:
    """The log with ids made one and journeys split, as the options, or else the engagement file, say."""
    keys, cuts = words["keys"], _cuts(words["cuts"])
    log = log.stitch(keys) if keys else log
    if said is not None:
        ours = {"identities": keys, "split": cuts}
        rest = said.amended(**{part: None for part, given in ours.items() if given})
        log = rest.regrouped(log, words["engagement"].parent)
    return log.split(**cuts) if cuts else log


def _cuts(said: Sequence[str]) -> dict[str, Any]:
    """The words of `log.split` from HOW=VALUE, of which activities may be several."""
    found: dict[str, list[str]] = {}
    for part in said:
        how, equals, value = part.partition("=")
        if not equals or not value or how not in ONCE + SEVERAL or (how in ONCE and how in found):
            raise click.UsageError(f'"{part}" is no way to split. {HOW}')
        found.setdefault(how, []).append(value)
    return {how: values[0] if how in ONCE else values for how, values in found.items()}


def appended(log: cx.Log, folder: Path, said: cx.Engagement | None) -> cx.Journeys:
    """The store with a later part of its log, as the engagement's contract allows; tells what differs."""
    with warnings.catch_warnings(record=True) as known:
        warnings.simplefilter("always", UserWarning)
        try:
            journeys = cx.prepare(log, folder, append=True, contract=said.contract_words if said else None)
        except Refused as refused:
            click.echo(refused.changes)
            raise
    click.echo("\n".join(str(one.message) for one in known) if known else journeys.changes)
    return journeys


def kept(
    log: cx.Log, source: str | None, words: dict[str, Any], said: cx.Engagement | None, target: Path
) -> cx.Engagement:
    """The engagement that says of this log what was settled, beside all that was said before."""
    if not target.parent.is_dir():
        raise cx.CxError(f'There is no folder "{target.parent}" for "{target.name}". Make it first.')
    old = cx.Engagement.load(target) if target.exists() else said
    new = cx.Engagement.of_log(log, path=_from(source, target.parent))
    if source is None and said is not None:
        new = new.amended(source=_moved(said, words["engagement"].parent, target.parent))
    if new.identities:
        table = new.written()["identities"] | {"path": _from(new.identities.path, target.parent)}
        new = new.amended(identities=table)
    if new.source:
        explicit = {word: words[word] for word in READING[1:] if words[word] is not None}
        new = new.amended(source=new.written()["source"] | explicit)
    return new if old is None else _merged(old, new)


def tell_absent(said: cx.Engagement | None, journeys: cx.Journeys) -> None:
    """Say what the engagement file names and the log does not have."""
    absent = said.check(journeys) if said else []
    for sentence in absent[:MOST_TOLD]:
        click.echo(f"Not in this log: {sentence}")
    if len(absent) > MOST_TOLD:
        click.echo(f"... and {len(absent) - MOST_TOLD:,} more that the engagement file names.")


def _merged(old: cx.Engagement, new: cx.Engagement) -> cx.Engagement:
    """The old engagement with source, zone, ids, journeys and the roles of reading as the new one has them."""
    before, after = old.written(), new.written()
    parts = {part: after.get(part) for part in ("identities", "split")}
    source = after.get("source", before.get("source"))
    return old.amended(**parts, source=source, zone=new.zone, roles=old.other_roles | after["roles"])


def _moved(said: cx.Engagement, folder: Path, target: Path) -> dict[str, Any]:
    """Where the engagement says that the log is, for a file in another folder; only a path from the file changes."""
    table: dict[str, Any] = said.written()["source"]
    path = table.get("path")
    if path is None or Path(path).expanduser().is_absolute():
        return table
    return table | {"path": _from(path if "://" in path else said.address(folder), target)}


def _from(address: str | None, folder: Path) -> str | None:
    """The address as it is written in a file of that folder: a path from there, or what it was."""
    if address is None or "://" in address or address.startswith("env:"):
        return address
    try:
        return Path(os.path.relpath(Path(address).expanduser(), folder)).as_posix()
    except ValueError:  # on another drive
        return Path(address).expanduser().resolve().as_posix()
