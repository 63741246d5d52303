"""How the command line says which log or store is meant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import click

import cxkit as cx
from cxkit import places
from cxkit.reading.find import READABLE
from cxkit.shaping.mending import offers
from cxkit.words import many

SAMPLE = "sample"
speaking = click.option(
    "--engagement",
    type=click.Path(path_type=Path),
    help="File of what the log cannot know.  [default: engagement.toml in the store's folder]",
)
READING = (
    "name",
    "delimiter",
    "encoding",
    "skip",
    "header",
    "quote",
    "escape",
    "sheet",
    "table",
    "query",
    "object_type",
)
ITS_OWN = ("name", "sheet", "table", "query")
NO_LOG = "Name a FILE, or with --engagement a file that says under [source] where the log is."
HOW = "Where journeys end: silence=30d, after=, start=, end= an activity, by= a column; may be repeated."
MEANT = 'the certain ones, and questions whose line says "apply": true.'
NOTION = ("keys", "cuts", "unpivot")
ONCE, SEVERAL = ("silence", "by"), ("after", "start", "end")

MAPPING = (
    click.argument("source", metavar="[FILE]", required=False),
    click.option(
        "--engagement",
        type=click.Path(path_type=Path),
        help="File (TOML) that says where the log is and what is what; FILE and options count before it.",
    ),
    click.option("--unpivot", multiple=True, help="Column of stamps that becomes an event each; may be repeated."),
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
    click.option("--skip", type=int, help="How many lines of a text file or sheet stand above its header."),
    click.option("--header/--no-header", default=None, help="Whether a text file or sheet has a header at all."),
    click.option("--quote", help='What encloses values of a text file; "" where quotes are letters.'),
    click.option("--escape", help="What makes a quote within quotes a letter, such as a backslash."),
    click.option("--sheet", help="For XLSX: the sheet to read."),
    click.option("--table", help="For databases: the table to read."),
    click.option("--query", help="For databases: a SELECT to read, in place of a table."),
    click.option("--object-type", help="For OCEL: the type of the objects that are the journeys."),
    click.option("--keys", metavar="FILE", help="Table of ids that are one customer, by its first two columns."),
    click.option("--split", "cuts", multiple=True, metavar="HOW=VALUE", help=HOW),
    click.option("--mend", type=click.Path(path_type=Path), help=f"JSON file of repairs that come first: {MEANT}"),
)


def mapped(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say where a log is, how it is written and which column is what."""
    for option in reversed(MAPPING):
        command = option(command)
    return command


def named(source: str | None, words: dict[str, Any], append: bool = False) -> tuple[cx.Log, cx.Engagement | None]:
    """The log that the options mean, and the engagement file that says more of it, if there is one.

    What a later part's columns mean is said by its store; options alone count before it.
    """
    path = words["engagement"]
    if source is not None and source.lower().endswith(".toml"):
        raise click.UsageError(f'"{source}" is no log. If it is an engagement file, write --engagement {source}.')
    engagement = cx.Engagement.load(path) if path else None
    if source is None and (engagement is None or engagement.source is None):
        raise click.UsageError(NO_LOG)
    reading = {} if engagement is None else _reading(engagement, later=append and source is not None)
    log = cx.read(
        engagement.address(path.parent) if source is None and engagement else source,
        **reading | {word: words[word] for word in READING if words[word] is not None},
    )
    log = log.unpivot(words["unpivot"]) if words["unpivot"] else engagement.unpivoted(log) if engagement else log
    roles = {} if engagement is None or append else engagement.roles_words
    given = {word: value for word, value in words.items() if word not in (*READING, *NOTION, "engagement", "mend")}
    roles |= {
        word: list(value) if isinstance(value, tuple) else value
        for word, value in given.items()
        if value not in (None, ())
    }
    log = log.roles(**roles) if roles else log
    log = _mended(log, words["mend"]) if words["mend"] else log
    log = _regrouped(log, words, engagement)
    return (engagement.accompanied(log, path.parent) if engagement else log), engagement


def _mended(log: cx.Log, path: Path) -> cx.Log:
    """The log with what a file of repairs has to be applied; tells how many it leaves alone."""
    listed = offers.load(path)
    left = sum(not offer.apply for offer in listed)
    if left:
        click.echo(f'{path}: {many(left, "repair")} left alone; a question needs "apply": true in its line.', err=True)
    return log.mend(*listed)


def _reading(engagement: cx.Engagement, later: bool) -> dict[str, Any]:
    """How the engagement has its log read; another file that is a later part has a name and sheets of its own."""
    words = {"name": engagement.name, "about": engagement.about or "", **engagement.source_words}
    return {word: value for word, value in words.items() if not (later and word in ITS_OWN)}


def _regrouped(log: cx.Log, words: dict[str, Any], engagement: cx.Engagement | None) -> cx.Log:
    """The log with ids made one and journeys split, as the options, or else the engagement file, say."""
    keys, cuts = words["keys"], _cuts(words["cuts"])
    log = log.stitch(keys) if keys else log
    if engagement is not None:
        ours = {"identities": keys, "split": cuts}
        rest = engagement.amended(**{part: None for part, given in ours.items() if given})
        log = rest.regrouped(log, words["engagement"].parent)
    return log.split(**cuts) if cuts else log


def _cuts(parts: Sequence[str]) -> dict[str, Any]:
    """The words of `log.split` from HOW=VALUE, of which activities may be several."""
    cuts: dict[str, list[str]] = {}
    for part in parts:
        how, equals, value = part.partition("=")
        if not equals or not value or how not in ONCE + SEVERAL or (how in ONCE and how in cuts):
            raise click.UsageError(f'"{part}" is no way to split. {HOW}')
        cuts.setdefault(how, []).append(value)
    return {how: values[0] if how in ONCE else values for how, values in cuts.items()}


def opened(source: str, recipe: Path | None, engagement: Path | None = None) -> cx.Journeys:
    """The journeys of a store's folder, of a file (prepared into the cache), or of the sample, bound to the file."""
    path = Path(source).expanduser()
    if places.is_address(source):
        return cx.open(source)  # says what to do instead
    if source == SAMPLE and not path.exists():
        journeys = cx.sample_journeys()
    elif path.is_file():
        key = sha256(str(path.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
        log = cx.read(path)
        click.echo(log, err=True)
        journeys = cx.prepare(log, places.cache() / "files" / key)
        click.echo("Kept as a store in the cache, for the next time. `cxkit clean` lists what is kept.", err=True)
    elif path.name.lower().endswith(READABLE):
        raise cx.CxError(f'There is no file "{path}".')
    else:
        return _chosen(cx.open(path, engagement=engagement), recipe)
    return _chosen(journeys if engagement is None else cx.open(journeys.folder, engagement=engagement), recipe)


def _chosen(journeys: cx.Journeys, recipe: Path | None) -> cx.Journeys:
    return journeys.apply(cx.Recipe.load(recipe)) if recipe else journeys
