"""The command line: cxkit ready | prepare | ask | report | lab | app."""

from __future__ import annotations

import inspect
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

import cxkit as cx
from cxkit import catalog, places
from cxkit.book import CHAPTERS
from cxkit.cli_log import appended, kept, mapped, named, tell_absent
from cxkit.store import repairs
from cxkit.store.sources import READABLE

FORMATS = ("table", "csv", "json", "svg")
SAMPLE = "sample"
speaking = click.option(
    "--engagement", type=click.Path(path_type=Path), help="Engagement file, for the pages that need what it says."
)
PYTHON_WORDS = {"true": True, "false": False}


class Group(click.Group):
    """A command group whose errors are sentences: no traceback reaches the terminal."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper) and not stream.isatty():
                stream.reconfigure(encoding="utf-8")
        try:
            return super().main(*args, **kwargs)
        except cx.CxError as error:
            click.echo(f"Error: {error}", err=True)
        except MemoryError:
            click.echo("Error: there is not enough memory for this log.", err=True)
        except Exception as error:
            if os.environ.get("CXKIT_DEBUG"):
                raise
            click.echo(
                f"Error: {type(error).__name__}: {error}\nSet CXKIT_DEBUG=1 to see where it comes from.", err=True
            )
        sys.exit(1)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cxkit")
def main() -> None:
    """See the journeys that customers really make.

    \b
    cxkit report                                  the report on the sample
    cxkit ready export.csv                        what is wrong with it, and what would mend it
    cxkit prepare export.csv --store stores/shop  a log becomes a journey store
    cxkit ask stores/shop process_map             a question, answered as a table
    cxkit report stores/shop                      the report on your own data
    cxkit lab stores/shop                         the notebooks, in JupyterLab
    cxkit app stores/shop                         the same, as an app in the browser
    """


@main.command()
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
    click.echo(f"\n{answer!r}")
    if out is not None:
        repairs.save(answer.repairs, out)
        click.echo(f"\n{out}: {len(answer.repairs)} repairs. Take out what you do not want, then use --mend {out}.")


@main.command()
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
    log, said = named(source, words, append)
    if not append:
        click.echo(log)
    keeping = kept(log, source, words, said, target) if target else None
    journeys = appended(log, folder, said) if append else cx.prepare(log, folder)
    facts = journeys.manifest
    click.echo(f"\n{facts.counts['events']:,} events in {journeys.n}; {facts.counts['variants']:,} variants.")
    for note in facts.notes:
        click.echo(f"Note: {note}")
    for reason, count in facts.dropped.items():
        click.echo(f"Left out: {count:,} {'row' if count == 1 else 'rows'} ({reason}).")
    if facts.dropped:
        click.echo(f"See them: cxkit ask {folder} rejected")
    tell_absent(keeping or said, journeys)
    if keeping and target:
        click.echo(f"Saved: {keeping.save(target)}, with its schema beside it for editors.")
    click.echo(f"Next: cxkit ask {folder} process_map, or cxkit report {folder}")


@main.command(epilog=f"Measures: {', '.join(known.name for known in catalog.CATALOG)}.")
@click.argument("store")
@click.argument("measure")
@click.option("--recipe", type=click.Path(path_type=Path), help="JSON file of a recipe that selects journeys.")
@click.option("--format", "form", type=click.Choice(FORMATS), help="How to answer.  [default: table, or as --out ends]")
@click.option(
    "--with", "words", multiple=True, metavar="NAME=VALUE", help="A parameter of the measure; may be repeated."
)
@click.option(
    "--engagement", type=click.Path(path_type=Path), help="Engagement file, for the measures that need what it says."
)
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
    journeys = _open(store, recipe)
    said = _parameters(function, measure, words)
    if engagement is not None:
        said |= _said(function, measure, engagement)
    result = function(journeys, **said)
    text = _answer(result, form or _form(out))
    if out is None:
        click.echo(text)
    else:
        _write(out, text)
        click.echo(f"{out}: {result.n}")


@main.command()
@click.argument("source", default=SAMPLE)
@click.option("--recipe", type=click.Path(path_type=Path), help="JSON file of a recipe that selects journeys.")
@click.option("--out", type=click.Path(path_type=Path), help="HTML file to write.  [default: NAME-report.html]")
@speaking
@click.option("--open", "show", is_flag=True, help="Open the report in the browser when it is done.")
def report(source: str, recipe: Path | None, out: Path | None, engagement: Path | None, show: bool) -> None:
    """Write the report on SOURCE: a file, a store's folder, or the sample. One HTML file that opens anywhere.

    \b
    cxkit report --open
    cxkit report stores/shop --out shop.html --recipe late.json
    cxkit report export.csv
    """
    from tqdm import tqdm

    from cxkit import report as reports

    journeys = _open(source, recipe)
    page = out or Path(f"{Path(source).resolve().name.split('.')[0]}-report.html")
    with tqdm(total=len(CHAPTERS), unit="notebook", leave=False, desc="Report") as bar:

        def running(name: str) -> None:
            bar.set_description(f"Running {name}")
            bar.update(name != CHAPTERS[0])

        reports.report(journeys, page, engagement=engagement, progress=running)
    click.echo(f"{page}: {journeys.n}")
    if show:
        click.launch(str(page.resolve()))


@main.command()
@click.argument("source", default=SAMPLE)
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path("cxkit-notebooks"),
    show_default=True,
    help="Where your copies go.",
)
@click.option("--no-browser", is_flag=True, help="Start JupyterLab without opening the browser.")
def lab(source: str, folder: Path, no_browser: bool) -> None:
    """Open the notebooks in JupyterLab: copies of them, set to SOURCE. Copies that are there are kept.

    \b
    cxkit lab
    cxkit lab stores/shop --folder work/shop
    """
    if find_spec("jupyterlab") is None:
        raise cx.CxError('JupyterLab is missing. Install it with: pip install "cxkit[lab]"')
    _copy_notebooks(_open(source, None), folder, SAMPLE if source == SAMPLE else "")
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder.resolve()}", *QUIET]
    start = f"--LabApp.default_url=/lab/tree/{sorted(places.notebooks().glob('*.ipynb'))[0].name}"
    with tempfile.TemporaryDirectory(prefix="cxkit-lab-", ignore_cleanup_errors=True) as settings:
        Path(settings, "overrides.json").write_text(json.dumps(NO_QUESTIONS), encoding="utf-8")
        place = f"--LabApp.app_settings_dir={settings}"
        try:
            code = subprocess.call([*command, place, start, *(["--no-browser"] if no_browser else [])])
        except KeyboardInterrupt:
            code = 0
    sys.exit(code)


@main.command()
@click.argument("source", default=SAMPLE)
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on.  [default: a free one]")
@speaking
@click.option("--no-browser", is_flag=True, help="Start the app without opening the browser.")
def app(source: str, port: int | None, engagement: Path | None, no_browser: bool) -> None:
    """Explore SOURCE in the browser: a file, a store's folder, or the sample. Only this machine can reach the app.

    \b
    cxkit app
    cxkit app stores/shop --port 8900
    """
    from cxkit import app as apps

    journeys = _open(source, None)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with apps.serving(journeys, engagement=engagement, port=port) as server:
            click.echo(f"{server.address}\nCtrl-C ends the app.")
            if not no_browser:
                click.launch(server.address)
            sys.exit(server.process.wait())
    except KeyboardInterrupt:
        click.echo("The app has ended.")


NO_QUESTIONS = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}
QUIET = (
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
)


def _copy_notebooks(journeys: cx.Journeys, folder: Path, source: str) -> None:
    import nbformat

    folder.mkdir(parents=True, exist_ok=True)
    for original in sorted(places.notebooks().glob("*.ipynb")):
        copy = folder / original.name
        store = "" if source == SAMPLE else str(journeys.folder.resolve())
        if copy.exists():
            if not _is_set_to(nbformat.read(copy, as_version=4), store):
                raise cx.CxError(f'"{copy}" is set to another store. Choose another folder with --folder.')
            click.echo(f"{copy} is there already and stays as it is.")
            continue
        notebook = nbformat.read(original, as_version=4)
        for cell in notebook.cells:
            if "parameters" in cell.metadata.get("tags", ()):
                cell.source = cell.source.replace('store = ""', f"store = {store!r}", 1)
        nbformat.write(notebook, copy)


def _is_set_to(notebook: Any, store: str) -> bool:
    said = [cell.source for cell in notebook.cells if "parameters" in cell.metadata.get("tags", ())]
    return any(f"store = {store!r}" in source or (not store and 'store = ""' in source) for source in said)


def _open(source: str, recipe: Path | None) -> cx.Journeys:
    """The journeys of a store's folder, of a file (prepared into the cache), or of the sample."""
    path = Path(source).expanduser()
    if source == SAMPLE and not path.exists():
        journeys = cx.sample_journeys()
    elif path.is_file():
        key = sha256(str(path.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
        log = cx.read(path)
        click.echo(log, err=True)
        journeys = cx.prepare(log, places.cache() / "files" / key)
    elif path.name.lower().endswith(READABLE):
        raise cx.CxError(f'There is no file "{path}".')
    else:
        journeys = cx.open(path)
    return journeys.apply(cx.Recipe.load(recipe)) if recipe else journeys


def _parameters(function: Any, measure: str, words: Sequence[str]) -> dict[str, Any]:
    known = {
        name: str(word.annotation)
        for name, word in inspect.signature(function).parameters.items()
        if name not in ("journeys", "engagement")
    }
    said: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or name not in known:
            options = ", ".join(known) or "no parameters"
            raise click.UsageError(f'"{word}" is no parameter of {measure}, written NAME=VALUE. It has {options}.')
        said[name] = value if "str" in known[name] else _value(value)
    return said


def _said(function: Any, measure: str, path: Path) -> dict[str, cx.Engagement]:
    if "engagement" not in inspect.signature(function).parameters:
        raise click.UsageError(f"{measure} needs no engagement file. Leave --engagement out.")
    return {"engagement": cx.Engagement.load(path)}


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
        return repr(result).replace("; .df() has them all", "; --format csv has them all")
    table = result.df()
    if form == "csv":
        lists = [
            name
            for name, kind in zip(table.columns, result.table.schema.types, strict=True)
            if str(kind).startswith("list")
        ]
        for name in lists:
            table[name] = table[name].map(" > ".join)
        return table.to_csv(index=False).rstrip("\n")
    rows = json.loads(table.to_json(orient="records", date_format="iso", date_unit="us"))
    n = {"journeys": result.n.journeys, "customers": result.n.customers}
    answer = {"question": result.question, "unit": result.unit, "n": n, "recipe": result.recipe.to_json(), "rows": rows}
    return json.dumps(answer, ensure_ascii=False, indent=1)


def _write(out: Path, text: str) -> None:
    try:
        out.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f'"{out}" cannot be written: {error.strerror}.') from None
