"""The app: the notebooks, alive in the browser, served by Voila on this machine alone.

Every tab has its own kernel, which ends with it. Nothing but the pages is served: no source, no file; and those only to
browsers that were opened at the address with the token.
"""

from __future__ import annotations

import json
import os
import re
import secrets
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
from cxkit.faces.book import INTAKE, engagement_in, parameters, whole_book
from cxkit.faces.serving import end
from cxkit.journeys import Journeys
from cxkit.shelf import facts

HOST = "127.0.0.1"
FIRST_PORT = 8866
READY_KERNELS = 1
BOOK = "book"
LEFT_SECONDS = 60
KERNEL_BYTES = 250 * 2**20
SPARED = 0.2  # of the memory that is free when the app starts
FEWEST_KERNELS, MOST_KERNELS = 12, 80
FREE = re.compile(r"^MemAvailable:\s+(\d+) kB$", re.MULTILINE)
ERROR = re.compile(r"\[\w+\] (ERROR|CRITICAL)")
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
            "disable_check_xsrf": True,  # the door looks at each request's cookie and origin
            "headers": {
                "Content-Security-Policy": POLICY,
                "Referrer-Policy": "same-origin",  # with none at all, browsers do not say which page writes
                "Cross-Origin-Opener-Policy": "same-origin",
            },
        },
    },
    "VoilaConfiguration": {
        "template": "cx",
        "multi_kernel_manager_class": "cxkit.faces.kernels.Kernels",
        "allow_template_override": "NO",
        "allow_theme_override": "NO",
        "file_allowlist": [],
        "show_tracebacks": False,
        "strip_sources": True,
    },
    "TagRemovePreprocessor": {"remove_cell_tags": ["no-app"]},  # the report's template of the same name has other tags
    "MappingKernelManager": {  # a kernel that no page holds, such as a crashed browser's, ends after a while
        "cull_interval": 10,
        "cull_idle_timeout": LEFT_SECONDS,
        "cull_connected": False,
    },
    "KernelManager": {"autorestart": False},  # a kernel that came back under its name would know nothing of its page
}


@dataclass(frozen=True)
class Server:
    """A running app: where it is, the token that opens it, the process that serves it, and a file that leads there.

    Who opens the file instead of the address does not write the token into the command line of a browser, which other
    users of the machine can read.
    """

    place: str
    token: str
    process: subprocess.Popen[str]
    leading: Path

    @property
    def address(self) -> str:
        """The address that opens the app."""
        return self.at("")

    def at(self, path: str) -> str:
        """The address that opens one of its pages, such as `voila/render/03_see_the_journey.ipynb`."""
        return f"{self.place}{path}?token={self.token}"


@contextmanager
def serving(
    journeys: Journeys,
    *,
    port: int | None = None,
    notebooks: Sequence[Path] | None = None,
    ready_kernels: int = READY_KERNELS,
    most_kernels: int | None = None,
    view_only: bool = False,
) -> Iterator[Server]:
    """Where can these journeys be explored? A server for as long as the `with` block lasts.

    Parameters
    ----------
    journeys : the store to open, with its engagement; its recipe stays behind.
    port : the port to listen on; a free one when not given.
    notebooks : the notebooks to serve, with a `store` among their parameters; the whole book when not given.
    ready_kernels : how many kernels of each notebook wait, already run, for the next tab.
    most_kernels : how many there are at most, those that wait among them; by the free memory when not given.
    view_only : whether pages only show this store: without the page that brings data in, other stores, or saving.

    Yields the server. Afterwards its kernels and its files are gone.

    Errors: CxError when Voila is missing or the port is taken.
    """
    if find_spec("voila") is None:
        raise CxError('Voila is missing. Install it with: pip install "cxkit[app]"')
    with scratch.folder() as space:
        folder = Path(space)
        book = notebooks or [page for page in whole_book() if not (view_only and page.stem in INTAKE)]
        said = engagement_in(folder, journeys)
        _lay_out(journeys, said, book, folder)
        _settle(folder, port, ready_kernels, most_kernels or _room())
        process = subprocess.Popen(
            [sys.executable, "-m", "cxkit.faces.server", str(folder / BOOK)],
            cwd=folder,
            env=_environment(folder) | ({places.VIEW_ONLY: "1"} if view_only else {}),
            stdin=subprocess.PIPE,  # stays open for as long as this process is there, and no longer
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,  # Ctrl-C is for this process; it ends the server in good order
        )
        try:
            token = _hand_over(process)
            server = Server(_address(process, port), token, process, folder / "open.html")
            with places.private(server.leading) as page:
                page.write(f'<meta http-equiv="refresh" content="0; url={server.address}">\n')
            yield server
        finally:
            end(process)
            if process.stdin:
                process.stdin.close()


def _hand_over(process: subprocess.Popen[str]) -> str:
    """Give the server a token where nobody else can read it: no command line, no file."""
    assert process.stdin
    token = secrets.token_urlsafe(24)
    process.stdin.write(f"{token}\n")
    process.stdin.flush()
    return token


def _room() -> int:
    """How many kernels fit into the memory that is free, as far as this system says how much that is."""
    try:
        free = FREE.search(Path("/proc/meminfo").read_text(encoding="ascii"))
    except OSError:
        free = None
    fitting = int(int(free.group(1)) * 1024 * (1 - SPARED) / KERNEL_BYTES) if free else FEWEST_KERNELS
    return min(max(fitting, FEWEST_KERNELS), MOST_KERNELS)


def _lay_out(journeys: Journeys, engagement: Path | None, book: Sequence[Path], folder: Path) -> None:
    """Write the notebooks, set to these journeys, into the folder."""
    import nbformat

    from cxkit.views.page import title

    served = folder / BOOK
    served.mkdir()
    pages = {original.name: _set_to(journeys, engagement, original) for original in book}
    contents = [{"file": name, "title": title(page)} for name, page in pages.items()]
    for name, page in pages.items():
        # as a list, for a notebook's own mappings are written in another order
        page.metadata["cx"] = list(facts(journeys.manifest).items())
        page.metadata["cx_contents"] = contents if len(contents) > 1 else []
        nbformat.write(page, served / name)


def _settle(folder: Path, port: int | None, ready_kernels: int, most_kernels: int) -> None:
    """Write the server's settings where it looks for them."""
    place = {"port": port or FIRST_PORT, "port_retries": 0 if port else 50, "connection_dir_root": str(folder)}
    heated = {"preheat_kernel": ready_kernels > 0, "default_pool_size": ready_kernels}
    settings = SETTINGS | {
        "Voila": SETTINGS["Voila"] | place,
        "VoilaConfiguration": SETTINGS["VoilaConfiguration"] | heated,
        "Kernels": {"most": most_kernels},
    }
    (folder / "voila.json").write_text(json.dumps(settings), encoding="utf-8")


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
        if place := ADDRESS.match(line):
            threading.Thread(target=_relay, args=(process.stderr,), daemon=True).start()
            return place.group()
        said.append(line)
    if port and "no available port" in "".join(said):
        raise CxError(f"Port {port} is taken. Choose another one, or none.")
    raise CxError("Voila did not start. It said:\n" + "".join(said[-8:]).strip())


def _relay(log: IO[str]) -> None:
    error = False
    with log:
        for line in log:
            if line.startswith("["):
                error = bool(ERROR.match(line))
            if error:
                print(line, end="", file=sys.stderr)
