"""`cxkit app` and `cxkit lab`: the book alive, in the browser and in JupyterLab."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from cxkit.cli.options import SAMPLE, opened, speaking
from cxkit.faces.serving import until_told


@click.command()
@click.argument("source", default=SAMPLE)
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path("cxkit-notebooks"),
    show_default=True,
    help="Where your copies go.",
)
@click.option("--no-browser", is_flag=True, help="Start JupyterLab without opening the browser.")
@click.argument("more", metavar="[-- OPTIONS OF JUPYTERLAB]", nargs=-1, type=click.UNPROCESSED)
def lab(source: str, folder: Path, no_browser: bool, more: Sequence[str]) -> None:
    """Open the notebooks in JupyterLab: copies of them, set to SOURCE. Copies that are there are kept.

    \b
    cxkit lab
    cxkit lab stores/shop --folder work/shop
    cxkit lab -- --ServerApp.port=8890
    """
    from cxkit.faces import lab as labs

    source, more = (SAMPLE, (source, *more)) if source.startswith("-") else (source, more)
    for copy, is_new in labs.copies(opened(source, None), folder, of_sample=source == SAMPLE):
        if not is_new:
            click.echo(f"{copy} is there already and stays as it is.")
    sys.exit(labs.run(folder, browser=not no_browser, more=more))


@click.command()
@click.argument("source", default=SAMPLE)
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on.  [default: a free one]")
@speaking
@click.option("--view-only", is_flag=True, help="Show this store and no other: nothing is brought in, nothing saved.")
@click.option("--no-browser", is_flag=True, help="Start the app without opening the browser.")
def app(source: str, port: int | None, engagement: Path | None, view_only: bool, no_browser: bool) -> None:
    """Explore SOURCE in the browser: a file, a store's folder, or the sample.

    Only who has the address that is printed, with its token, can open the app, and only on this machine.

    \b
    cxkit app
    cxkit app stores/shop --port 8900
    cxkit app stores/shop --view-only
    """
    from cxkit.faces import app as apps

    journeys = opened(source, None, engagement)
    try:
        with until_told(), apps.serving(journeys, port=port, view_only=view_only) as server:
            click.echo(f"{server.address}\nCtrl-C ends the app.")
            if not no_browser:
                click.launch(server.leading.as_uri())
            sys.exit(server.process.wait())
    except KeyboardInterrupt:
        click.echo("The app has ended.")
