"""`cxkit clean`: what cxkit has kept on this machine that can be made again, listed or taken away."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple

import click

import cxkit as cx
from cxkit import places, scratch
from cxkit.store import digests, publish
from cxkit.words import safe, sized


class Kept(NamedTuple):
    """Something that can be taken away: what it is, and where it lies; for what lies in a store, its folder."""

    what: str
    path: Path
    store: Path | None = None


@click.command()
@click.argument("stores", nargs=-1, type=click.Path(path_type=Path))
@click.option("--remove", is_flag=True, help="Take it away; without this it is listed only.")
def clean(stores: Sequence[Path], remove: bool) -> None:
    """List what is kept on this machine and can be made again; with --remove, take it away.

    Without STORES that is the stores that ask, report and app made of a file, the sample and public logs, and the
    scratch space of runs that were killed; else, of each of them, the version before the present one and what
    interrupted runs left in it.

    \b
    cxkit clean
    cxkit clean stores/shop stores/web
    cxkit clean stores/shop --remove
    """
    kept = [part for store in stores for part in _of_store(store)] if stores else [*_cached(), *_left()]
    for part in kept:
        click.echo(f"{sized(digests.weight(part.path)):>8}  {safe(part.what)}: {safe(str(part.path))}")
    whole = sized(sum(digests.weight(part.path) for part in kept))
    if not kept:
        click.echo("Nothing is kept.")
    elif remove:
        for part in kept:
            _remove(part)
        click.echo(f"Removed: {whole}.")
    else:
        click.echo(f"Together: {whole}. To take it away: {' '.join(['cxkit clean', *map(str, stores), '--remove'])}")


def _cached() -> Iterator[Kept]:
    """What lies in the user's cache."""
    for path in sorted(places.cache().iterdir()):
        if path.name != "files":
            yield Kept("kept for the next time", path)
            continue
        for store in sorted(path.iterdir()):
            yield Kept(f'store of "{_source(store)}", made by ask, report, app or lab', store)


def _left() -> Iterator[Kept]:
    for path in scratch.left():
        yield Kept("scratch space of a run that was killed", path)


def _source(store: Path) -> str:
    try:
        return cx.open(store).manifest.source
    except cx.CxError:
        return "a file"


def _of_store(folder: Path) -> Iterator[Kept]:
    cx.open(folder)
    for path in publish.unused(folder):
        what = "version before the present one" if path.name.startswith("v-") else "left by a run that was interrupted"
        yield Kept(what, path, folder)


def _remove(part: Kept) -> None:
    """Take it away; nothing that a process works on in a store."""
    with publish.alone(part.store) if part.store else nullcontext():
        if part.path.is_dir():
            shutil.rmtree(part.path, ignore_errors=True)
        else:
            part.path.unlink(missing_ok=True)
    if part.path.exists():
        raise cx.CxError(f'"{part.path}" cannot be removed. It may be in use, or not be yours.')
