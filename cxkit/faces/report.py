"""Reports: the notebooks, executed for a store and a recipe, as one self-contained page.

Papermill runs each notebook with typed parameters; nbconvert turns what came out into HTML with the template `cx`.
The page is put in its place only when every notebook has run; a notebook that failed is kept beside it.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxkit import places, scratch
from cxkit.duck import FULL, is_full
from cxkit.errors import CxError, InputError
from cxkit.faces.book import REPORTED, engagement_in, parameters
from cxkit.journeys import Journeys
from cxkit.words import lasting

if TYPE_CHECKING:
    from nbformat import NotebookNode

CELL_SECONDS = 1_800
FIRST_PAGE = """# What stands out

The findings of these journeys that concern most of them, and are large and sure enough to be told. A difference is told
only where a test by customer finds it."""


class ReportFailed(CxError, RuntimeError):
    """A notebook of the report raised an error; the executed notebook up to there is kept."""


def report(journeys: Journeys, target: str | Path, *, progress: Callable[[str], None] = lambda _: None) -> Path:
    """Write the report of these journeys: every notebook of the book in one HTML file that opens anywhere.

    Parameters
    ----------
    journeys : the store and the selection; every notebook applies its recipe and is bound to its engagement.
    target : the HTML file to write.
    progress : told the name of each notebook before it runs.

    Returns the path of the page. Needs no kernel and no network to be read.

    Errors: ReportFailed with the failing cell's message and the path of the executed notebook.
    """
    page = Path(target).expanduser()
    if page.suffix.lower() not in (".html", ".htm"):
        raise InputError(f'"{page.name}" is no page. Write a name that ends in .html.')
    if not page.parent.is_dir():
        raise InputError(f'There is no folder "{page.parent}".')
    with scratch.folder() as space:
        recipe = journeys.recipe.save(Path(space) / "recipe.json")
        more = {"recipe": recipe, "engagement": engagement_in(Path(space), journeys)}
        executed = []
        for name in REPORTED:
            progress(name)
            words = parameters(places.notebooks() / f"{name}.ipynb", journeys, **more)
            executed.append(_execute(name, words, Path(space), page))
        html = _page(_bound(executed, journeys), _facts(journeys))
    _publish(html, page)
    return page


def _execute(name: str, words: dict[str, str], space: Path, page: Path) -> NotebookNode:
    import papermill

    from cxkit.views.page import failed_panels

    output = space / f"{name}.ipynb"
    try:
        executed = papermill.execute_notebook(
            places.notebooks() / f"{name}.ipynb",
            output,
            parameters=words,
            cwd=space,
            kernel_name="python3",
            progress_bar=False,
            extra_arguments=["--IPKernelApp.log_level=ERROR"],
            execution_timeout=CELL_SECONDS,
        )
    except papermill.PapermillExecutionError as error:
        raise _failed(name, f"{error.ename}: {error.evalue}", output, page) from None
    except (RuntimeError, OSError) as error:
        raise _ended(name, error) from None
    if panels := failed_panels(executed):
        raise _failed(name, panels[0], output, page)
    return executed


def _ended(name: str, error: Exception) -> ReportFailed:
    """The error for a notebook that did not come to its end: nothing of it is kept."""
    if is_full(error):
        return ReportFailed(FULL)
    if type(error).__name__ == "DeadKernelError":
        return ReportFailed(f'The notebook "{name}" failed: its kernel has ended. Most often memory was short.')
    if type(error).__name__ == "CellTimeoutError":
        return ReportFailed(f'The notebook "{name}" failed: a cell took longer than {lasting(CELL_SECONDS)}.')
    return ReportFailed(f'The notebook "{name}" failed: {type(error).__name__}: {error}')


def _failed(name: str, why: str, output: Path, page: Path) -> ReportFailed:
    """The error that says so; the notebook is kept beside the page."""
    kept = page.with_name(f"{page.stem}.{name}.failed.ipynb")
    output.chmod(0o600)
    shutil.move(output, kept)
    return ReportFailed(f'The notebook "{name}" failed: {why} It is kept as "{kept}".')


def _bound(notebooks: Sequence[NotebookNode], journeys: Journeys) -> NotebookNode:
    """The cells of all notebooks as one notebook, after a first page with what stands out."""
    import nbformat

    book = nbformat.v4.new_notebook(metadata=notebooks[0].metadata)
    book.cells = [*_first_page(journeys), *(cell for notebook in notebooks for cell in notebook.cells)]
    return book


def _first_page(journeys: Journeys) -> list[NotebookNode]:
    """What stands out, ahead of all chapters."""
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

    shown = new_output("display_data", {"text/html": journeys.memo()._repr_html_()})
    return [new_markdown_cell(FIRST_PAGE), new_code_cell("j.memo()", outputs=[shown])]


def _facts(journeys: Journeys) -> dict[str, str]:
    manifest = journeys.manifest
    facts = {
        "Source": manifest.source,
        "Journeys": str(journeys.n),
        "Written": datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z"),
    }
    said = journeys.engagement
    return facts | {
        "Recipe": f"{journeys.recipe.hash} {journeys.recipe!r}" if len(journeys.recipe) else "none: the whole log",
        "Engagement": "none" if said is None else " ".join(filter(None, (said.fingerprint[:8], said.name))),
    }


def _page(notebook: NotebookNode, facts: dict[str, Any]) -> str:
    from nbconvert import HTMLExporter

    notebook.metadata["cx"] = facts
    notebook.metadata["title"] = f"Customer journeys: {facts['Source']}"
    exporter = HTMLExporter(
        template_name="cx",
        extra_template_basedirs=places.templates(),
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        embed_images=True,
    )
    html, _ = exporter.from_notebook_node(notebook)
    return html


def _publish(html: str, page: Path) -> None:
    new = page.with_name(f".{page.stem}-{secrets.token_hex(8)}.html")
    try:
        with places.private(new) as file:
            file.write(html)
        new.replace(page)
    except OSError as error:
        raise CxError(FULL if is_full(error) else f'"{page}" cannot be written: {error.strerror}.') from None
    finally:
        new.unlink(missing_ok=True)
