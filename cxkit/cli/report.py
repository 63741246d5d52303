"""`cxkit report`: the book as one page."""

from __future__ import annotations

from pathlib import Path

import click

from cxkit.cli.options import SAMPLE, opened, speaking
from cxkit.faces.book import REPORTED
from cxkit.progress import stepping


@click.command()
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
    from cxkit.faces import report as reports

    journeys = opened(source, recipe, engagement)
    page = out or Path(f"{Path(source).resolve().name.split('.')[0]}-report.html")
    with stepping("Running", REPORTED) as step:
        reports.report(journeys, page, progress=step)
    click.echo(f"{page}: {journeys.n}")
    if show:
        click.launch(str(page.resolve()))
