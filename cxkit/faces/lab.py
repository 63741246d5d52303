"""The book in JupyterLab: copies of the notebooks, set to a store."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cxkit import places, scratch
from cxkit.errors import CxError
from cxkit.faces.serving import end, until_told
from cxkit.journeys import Journeys

NO_QUESTIONS = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}
QUIET = (
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
    "--ServerApp.contents_manager_class=cxkit.faces.stored.Contents",
)
ALLOWED = "--allow-root"
AS_ROOT = (
    "JupyterLab does not start for root, as in many containers. Start it as another user, or, where nobody else can "
    f"reach this machine, with: cxkit lab -- {ALLOWED}"
)


def copies(journeys: Journeys, folder: Path, *, of_sample: bool) -> Iterator[tuple[Path, bool]]:
    """Copy the notebooks into the folder, set to these journeys; yields each copy and whether it is new."""
    import nbformat

    if find_spec("jupyterlab") is None:
        raise CxError('JupyterLab is missing. Install it with: pip install "cxkit[lab]"')
    folder.mkdir(parents=True, exist_ok=True)
    store = "" if of_sample else str(journeys.folder.resolve())
    for original in sorted(places.notebooks().glob("*.ipynb")):
        copy = folder / original.name
        if copy.exists():
            if not _is_set_to(nbformat.read(copy, as_version=4), store):
                raise CxError(f'"{copy}" is set to another store. Choose another folder with --folder.')
            yield copy, False
            continue
        notebook = nbformat.read(original, as_version=4)
        for cell in notebook.cells:
            if "parameters" in cell.metadata.get("tags", ()):
                cell.source = cell.source.replace('store = ""', f"store = {store!r}", 1)
        nbformat.write(notebook, copy)
        yield copy, True


def _is_set_to(notebook: Any, store: str) -> bool:
    said = [cell.source for cell in notebook.cells if "parameters" in cell.metadata.get("tags", ())]
    return any(f"store = {store!r}" in source or (not store and 'store = ""' in source) for source in said)


def run(folder: Path, *, browser: bool, more: Sequence[str] = ()) -> int:
    """Start JupyterLab on the folder, with more of its own options, and wait for its end; gives its exit code.

    Errors: CxError when JupyterLab refuses to run for root.
    """
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder.resolve()}", *QUIET]
    start = f"--LabApp.default_url=/lab/tree/{sorted(places.notebooks().glob('*.ipynb'))[0].name}"
    with scratch.folder() as settings:
        Path(settings, "overrides.json").write_text(json.dumps(NO_QUESTIONS), encoding="utf-8")
        place = f"--LabApp.app_settings_dir={settings}"
        words = [*command, place, start, *([] if browser else ["--no-browser"]), *more]
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            with until_told():
                code = process.wait()
        except KeyboardInterrupt:
            return 0
        finally:
            end(process)
    if code and _is_root() and ALLOWED not in more:
        raise CxError(AS_ROOT)
    return code


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
