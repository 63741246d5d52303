"""`cxkit export`: the events of a store's journeys as a file that others, or cxkit again, can read."""

from __future__ import annotations

from pathlib import Path

import click

from cxkit.cli.options import opened, speaking


@click.command()
@click.argument("store")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--recipe", type=click.Path(path_type=Path), help="JSON file of a recipe that selects journeys.")
@speaking
def export(store: str, file: Path, recipe: Path | None, engagement: Path | None) -> None:
    """Write the events of STORE (a store's folder, or "sample") into FILE: .xes, .xes.gz, .parquet, .csv or .xlsx.

    \b
    cxkit export sample sample.xes.gz
    cxkit export stores/shop late.parquet --recipe late.json

    """
    journeys = opened(store, recipe, engagement)
    click.echo(f"{journeys.write(file)}: {journeys.n}")
