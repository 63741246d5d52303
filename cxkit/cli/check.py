"""`cxkit check`: what an engagement file says, what is wrong with it, and what of it nothing uses yet."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

import cxkit as cx
from cxkit.cli.options import SAMPLE, opened
from cxkit.engagement.used import said_for_later
from cxkit.store import digests
from cxkit.words import many, sized

COUNTED = ("goals", "cancels", "stages", "lanes", "channels", "offerings", "needs", "policies", "actions")


@click.command()
@click.argument("source", default=SAMPLE)
@click.option("--store", help="Store of the log that the file speaks of.")
def check(source: str, store: str | None) -> None:
    """Say what an engagement says, whether its log fits, and whether a store is as it was written.

    SOURCE is an engagement's FILE, a store's folder, or the sample.

    \b
    cxkit check engagement.toml
    cxkit check engagement.toml --store stores/shop
    cxkit check stores/shop
    """
    file = Path(source) if source.lower().endswith(".toml") else None
    journeys = opened(store or source, None, file) if store or file is None else None
    engagement = journeys.engagement if journeys is not None else cx.Engagement.load(source)
    if journeys is not None:
        held = sized(digests.weight(journeys.folder / journeys.manifest.version))
        files = many(len(journeys.manifest.files), "file")
        click.echo(f"The store is as it was written: {files}, {held}.")
    if engagement is None:
        click.echo("It has no engagement file. To add what the log cannot know, keep it there as engagement.toml.")
        return
    click.echo("\n".join(_told(engagement)))
    faults = [] if journeys is None else [*engagement.check(journeys), *_other_zone(engagement, journeys)]
    for fault in faults:
        click.echo(fault)
    if journeys is not None and not faults:
        click.echo("Its log has every activity, column and value that it names.")
    click.echo("\n".join(_for_later(engagement)) or "Everything that it says is used.")
    sys.exit(1 if faults else 0)


def _told(engagement: cx.Engagement) -> Iterator[str]:
    """The file in a few lines: its name, its sections with the number of their entries, how long silence may be."""
    name = engagement.name or "An engagement without a name"
    yield f"{name}, engagement {engagement.fingerprint[:8]}, zone {engagement.zone}"
    counts = [(len(getattr(engagement, section)), section) for section in COUNTED]
    lists = [f"{count} {_noun(section, count)}" for count, section in counts if count]
    yield f"It holds {', '.join(lists) or 'no list'}"
    stages = [f"{stage.silence} in {name}" for name, stage in engagement.stages.items() if stage.silence]
    silences = [*filter(None, [engagement.silence]), *stages]
    yield f"Silence: {', '.join(silences)}" if silences else "Silence: not declared, so no journey counts as silent"
    yield ""


def _noun(section: str, count: int) -> str:
    return section if count != 1 else "policy" if section == "policies" else section.removesuffix("s")


def _other_zone(engagement: cx.Engagement, journeys: cx.Journeys) -> Iterator[str]:
    if "zone" in engagement.model_fields_set and engagement.zone != journeys.manifest.zone:
        yield f'Zone: the store was prepared in "{journeys.manifest.zone}". Prepare it again for "{engagement.zone}".'


def _for_later(engagement: cx.Engagement) -> Iterator[str]:
    planned, unused = said_for_later(engagement)
    if planned:
        yield f"Only the data plan looks at: {', '.join(planned)}."
    if unused:
        yield f"Not used yet: {', '.join(unused)}."
