"""`cxkit ready` and `cxkit prepare`: from an export to a journey store."""

from __future__ import annotations

import os
import shlex
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

import cxkit as cx
from cxkit.answers.answer import Extent
from cxkit.answers.store import Changes
from cxkit.cli.options import READING, mapped, named
from cxkit.shaping.mending import offers
from cxkit.store.changes import Refused
from cxkit.words import many, safe

MOST_TOLD = 20


@click.command()
@mapped
@click.option("--repairs", "out", type=click.Path(path_type=Path), help="JSON file to write: what would mend it.")
def ready(source: str | None, out: Path | None, **words: Any) -> None:
    """Say what is wrong with FILE before it is prepared, how much it matters, and what would mend it.

    \b
    cxkit ready export.csv
    cxkit ready export.csv --journey order --activity step --time when --zone Europe/Berlin
    cxkit ready --engagement engagement.toml
    cxkit ready export.csv --repairs repairs.json
    """
    log, _ = named(source, words)
    click.echo(log)
    answer = log.readiness()
    click.echo(f"\n{answer!r}\n")
    if out is not None:
        offers.save(answer.repairs, out)
    click.echo("\n".join(next_steps(answer.repairs, out, log.source.name)))


def next_steps(repairs: Sequence[offers.Offer], out: Path | None, name: str) -> Iterator[str]:
    """What to type now: to have the repairs written, to look at the questions, or to prepare."""
    certain = sum(offer.certain for offer in repairs)
    counted = f"{many(certain, 'certain repair')} and {many(len(repairs) - certain, 'question')}"
    store = f"--store stores/{Path(name).name.split('.')[0] or 'log'}"
    if out is None and repairs:
        yield f"Next: {_typed('ready')} --repairs repairs.json writes {counted}, one on a line."
    elif out is None or not repairs:
        yield f"Next: {_typed('prepare')} {store}"
    else:
        yield f'{out}: {counted}. A question is applied only if you write "apply": true in its line.'
        yield f"Next: {_typed('prepare')} --mend {out} {store}"


def _typed(command: str) -> str:
    """The command with the options of the present one that say what is meant; an address may hold a password."""
    context = click.get_current_context()
    words = ["cxkit", command]
    for option in context.command.params:
        values = context.params.get(str(option.name))
        if values is None or option.name == "out":
            continue
        for value in values if isinstance(values, tuple) else [values]:
            text = "FILE" if "://" in str(value) else str(value)
            words += [text] if isinstance(option, click.Argument) else [option.opts[-1], text]
    return safe(shlex.join(words))


@click.command()
@mapped
@click.option("--store", "folder", required=True, type=click.Path(path_type=Path), help="Folder of the store to make.")
@click.option(
    "--save-engagement",
    "target",
    type=click.Path(path_type=Path),
    help="Write what was settled to this engagement file; what else it says stays.",
)
@click.option("--append", is_flag=True, help="FILE is a later part of the log whose store is there.")
def prepare(source: str | None, folder: Path, target: Path | None, append: bool, **words: Any) -> None:
    """Make a journey store from FILE: CSV, XLSX, Parquet, XES, OCEL, a folder of files, or a database's address.

    Roles that are not given are guessed and shown; XES and OCEL name their own. An engagement file says where the log
    is and what is what, so that FILE and options can be left out.

    \b
    cxkit prepare export.csv --store stores/shop
    cxkit prepare export.csv --journey order --activity step --time when --store stores/shop
    cxkit prepare clicks.csv --journey visitor --split silence=30min --keys same_people.csv --store stores/visits
    cxkit prepare export.csv --store stores/shop --save-engagement engagement.toml
    cxkit prepare --engagement engagement.toml --store stores/shop
    cxkit prepare july.csv --store stores/shop --append --engagement engagement.toml
    cxkit prepare export.csv --mend repairs.json --store stores/shop
    """
    if append and target:
        raise click.UsageError("--save-engagement keeps what was settled of the whole log. Leave it out with --append.")
    log, engagement = named(source, words, append)
    if not append:
        click.echo(log)
    keeping = kept(log, source, words, engagement, target) if target else None
    journeys = appended(log, folder, engagement) if append else cx.prepare(log, folder)
    facts = journeys.manifest
    click.echo(f"\n{many(facts.counts['events'])} events in {journeys.n}; {many(facts.counts['variants'])} variants.")
    for loss in facts.losses:
        click.echo(f"Warning: {loss}")
    for note in facts.notes:
        click.echo(f"Note: {note}")
    for reason, count in facts.dropped.items():
        click.echo(f"Left out: {many(count)} {'row' if count == 1 else 'rows'} ({reason}).")
    if facts.dropped:
        click.echo(f"See them: cxkit ask {folder} rejected")
    tell_absent(keeping or engagement, journeys)
    if keeping and target:
        click.echo(f"Saved: {keeping.save(target)}, with its schema beside it for editors.")
    click.echo(
        f"Next: cxkit ask {folder} memo says what stands out; cxkit ask {folder} process_map, or cxkit report {folder}"
    )


def appended(log: cx.Log, folder: Path, engagement: cx.Engagement | None) -> cx.Journeys:
    """The store with a later part of its log, as the engagement's contract allows; tells what differs."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        try:
            journeys = cx.prepare(log, folder, append=True, contract=engagement.contract_words if engagement else None)
        except Refused as refused:
            click.echo(Changes.about(refused.changes, lambda: Extent(log.source.size)))
            raise
    click.echo("\n".join(str(warning.message) for warning in caught) if caught else journeys.changes)
    return journeys


def kept(
    log: cx.Log, source: str | None, words: dict[str, Any], engagement: cx.Engagement | None, target: Path
) -> cx.Engagement:
    """The engagement that says of this log what was settled, beside all that was said before."""
    if not target.parent.is_dir():
        raise cx.CxError(f'There is no folder "{target.parent}" for "{target.name}". Make it first.')
    old = cx.Engagement.load(target) if target.exists() else engagement
    new = cx.Engagement.of_log(log, path=_from(source, target.parent))
    if source is None and engagement is not None:
        new = new.amended(source=_moved(engagement, words["engagement"].parent, target.parent))
    if new.identities:
        table = new.written()["identities"] | {"path": _from(new.identities.path, target.parent)}
        new = new.amended(identities=table)
    new = new.amended(**_beside(new, target.parent))
    if new.source:
        explicit = {word: words[word] for word in READING[1:] if words[word] is not None}
        new = new.amended(source=new.written()["source"] | explicit)
    return new if old is None else _merged(old, new)


def tell_absent(engagement: cx.Engagement | None, journeys: cx.Journeys) -> None:
    """Say what the engagement file names and the log does not have."""
    absent = engagement.check(journeys) if engagement else []
    for sentence in absent[:MOST_TOLD]:
        click.echo(f"Not in this log: {sentence}")
    if len(absent) > MOST_TOLD:
        click.echo(f"... and {many(len(absent) - MOST_TOLD)} more that the engagement file names.")


def _merged(old: cx.Engagement, new: cx.Engagement) -> cx.Engagement:
    """The old engagement with source, zone, ids, journeys, tables and the roles of reading as the new one has them."""
    before, after = old.written(), new.written()
    parts = {part: after.get(part) for part in ("identities", "split", "customers")}
    parts["tables"] = after.get("tables", {})
    source = after.get("source", before.get("source"))
    return old.amended(**parts, source=source, zone=new.zone, roles=old.other_roles | after["roles"])


def _beside(engagement: cx.Engagement, folder: Path) -> dict[str, Any]:
    """What lies beside the log, its paths as they are written in a file of that folder."""
    words = engagement.written()
    tables = {name: table | {"path": _from(table["path"], folder)} for name, table in words.get("tables", {}).items()}
    customers = words.get("customers")
    return {"customers": customers and customers | {"path": _from(customers["path"], folder)}, "tables": tables}


def _moved(engagement: cx.Engagement, folder: Path, target: Path) -> dict[str, Any]:
    """Where the engagement says that the log is, for a file in another folder; only a path from the file changes."""
    table: dict[str, Any] = engagement.written()["source"]
    path = table.get("path")
    if path is None or Path(path).expanduser().is_absolute():
        return table
    return table | {"path": _from(path if "://" in path else engagement.address(folder), target)}


def _from(address: str | None, folder: Path) -> str | None:
    """The address as it is written in a file of that folder: a path from there, or what it was."""
    if address is None or "://" in address or address.startswith("env:"):
        return address
    try:
        return Path(os.path.relpath(Path(address).expanduser(), folder)).as_posix()
    except ValueError:  # on another drive
        return Path(address).expanduser().resolve().as_posix()
