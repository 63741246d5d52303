"""The app: the notebooks, alive in the browser, served by Voila on this machine alone.

Every tab has its own kernel, which ends with it. Nothing but the pages is served: no source, no file.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from cxkit import places, scratch
from cxkit.errors import CxError
from cxkit.faces.book import engagement_in, parameters
from cxkit.faces.serving import end
from cxkit.journeys import Journeys
from cxkit.shelf import facts

HOST = "127.0.0.1"
FIRST_PORT = 8866
READY_KERNELS = 1
LEFT_SECONDS = 600
ADDRESS = re.compile(r"^http://127\.0\.0\.1:\d+/")
POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; form-action 'none'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
SETTINGS: dict[str, dict[str, Any]] = {
    "Voila": {
        "ip": HOST,
        "open_browser": False,
        "tornado_settings": {
            "allow_remote_access": False,  # only a Host header that names this machine
            "disable_check_xsrf": True,  # else the page cannot end its kernel; that takes the kernel's secret id
            "headers": {"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer"},
        },
    },
    "VoilaConfiguration": {
        "template": "cx",
        "allow_template_override": "NO",
        "allow_theme_override": "NO",
        "file_allowlist": [],
        "show_tracebacks": False,
        "strip_sources": True,
    },
    "TagRemovePreprocessor": {"remove_cell_tags": ["no-app"]},  # the report's template of the same name has other tags
    "MappingKernelManager": {  # a kernel that no page holds, such as a crashed browser's, ends after a while
        "cull_interval": 60,
        "cull_idle_timeout": LEFT_SECONDS,
        "cull_connected": False,
    },
}


@dataclass(frozen=True)
class Server:
    """A running app: its address and the process that serves it."""

    address: str
    process: subprocess.Popen[str]


@contextmanager
def serving(
    journeys: Journeys,
    *,
    port: int | None = None,
    notebooks: Sequence[Path] | None = None,
    ready_kernels: int = READY_KERNELS,
) -> Iterator[Server]:
    """Where can these journeys be explored? A server for as long as the `with` block lasts.

    Parameters
    ----------
    journeys : the store to open, with its engagement; its recipe stays behind.
    port : the port to listen on; a free one when not given.
    notebooks : the notebooks to serve, with a `store` among their parameters; the whole book when not given.
    ready_kernels : how many kernels of each notebook wait, already run, for the next tab.

    Yields the server. Afterwards its kernels and its files are gone.

    Errors: CxError when Voila is missing or the port is taken.
    """
    if find_spec("voila") is None:
        raise CxError('Voila is missing. Install it with: pip install "cxkit[app]"')
    with scratch.folder() as space:
        folder = Path(space)
        book = notebooks or sorted(places.notebooks().glob("*.ipynb"))
        said = engagement_in(folder, journeys)
        command = _lay_out(journeys, said, book, port, folder, ready_kernels)
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,  # Ctrl-C is for this process; it ends the server in good order
        )
        try:
            yield Server(_address(process, port), process)
        finally:
            end(process)


def _lay_out(
    journeys: Journeys,
    engagement: Path | None,
    book: Sequence[Path],
    port: int | None,
    folder: Path,
    ready_kernels: int,
) -> list[str]:
    """Write the notebooks and the settings into the folder; the command that serves them."""
    import nbformat

    from cxkit.views.page import title

    served = folder / "book"
    served.mkdir()
    pages = {original.name: _set_to(journeys, engagement, original) for original in book}
    contents = [{"file": name, "title": title(page)} for name, page in pages.items()]
    for name, page in pages.items():
        # as a list, for a notebook's own mappings are written in another order
        page.metadata["cx"] = list(facts(journeys.manifest).items())
        page.metadata["cx_contents"] = contents if len(contents) > 1 else []
        nbformat.write(page, served / name)
    place = {"port": port or FIRST_PORT, "port_retries": 0 if port else 50, "connection_dir_root": str(folder)}
    heated = {"preheat_kernel": ready_kernels > 0, "default_pool_size": ready_kernels}
    settings = SETTINGS | {
        "Voila": SETTINGS["Voila"] | place,
        "VoilaConfiguration": SETTINGS["VoilaConfiguration"] | heated,
    }
    (folder / "voila.json").write_text(json.dumps(settings), encoding="utf-8")
    return [sys.executable, "-m", "voila", str(served)]


def _set_to(journeys: Journeys, engagement: Path | None, original: Path) -> Any:
    """The notebook with its parameters set to this store, and new stores kept where the app was started."""
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    words = parameters(original, journeys, stores=Path("stores").absolute(), engagement=engagement)
    return parameterize_notebook(load_notebook_node(str(original)), words, kernel_name="python3")


def _environment(folder: Path) -> dict[str, str]:
    """The server's environment: our templates first, and no trace outside the folder."""
    data = folder / "jupyter"
    for templates in places.template_folders():
        shutil.copytree(templates / "cx", data / templates.name / "templates" / "cx")
    paths = filter(None, (str(data), os.environ.get("JUPYTER_PATH")))
    own = {"JUPYTER_PATH": os.pathsep.join(paths), "JUPYTER_RUNTIME_DIR": str(folder / "runtime")}
    return os.environ | own | {places.IN_APP: "1"}


def _address(process: subprocess.Popen[str], port: int | None) -> str:
    """The address that the server says it listens on; what it complains about later goes to the terminal."""
    assert process.stderr
    said = []
    for line in process.stderr:
        if found := ADDRESS.match(line):
            threading.Thread(target=_relay, args=(process.stderr,), daemon=True).start()
            return found.group()
        said.append(line)
    if port and "no available port" in "".join(said):
        raise CxError(f"Port {port} is taken. Choose another one, or none.")
    raise CxError("Voila did not start. It said:\n" + "".join(said[-8:]).strip())


def _relay(log: IO[str]) -> None:
    error = False
    for line in log:
        if line.startswith("["):
            error = line.startswith("[Voila] ERROR")
        if error:
            print(line, end="", file=sys.stderr)
