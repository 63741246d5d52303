"""Where the things that come with the project lie: in the installed package, else in the repository beside it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TextIO

from cxkit import scratch
from cxkit.errors import StoreError

IN_APP = "CXKIT_APP"  # a variable of the environment of the app's kernels: who sees their pages has no other business
VIEW_ONLY = "CXKIT_VIEW_ONLY"  # another: who sees them looks at this store, brings nothing in and leaves nothing behind
PACKAGE = Path(__file__).parent
REPOSITORY = PACKAGE.parent


def is_address(place: str | Path) -> bool:
    """Whether this names a database rather than a file: its address, or the variable that holds it."""
    return bool(re.match(r"\s*(env:|(jdbc:)?[a-zA-Z][\w+.-]+:/)", str(place)))


def shipped(name: str, in_repository: str) -> Path:
    """The folder of that name inside the package, else the given folder of the repository."""
    for folder in (PACKAGE / name, REPOSITORY / in_repository):
        if folder.is_dir():
            return folder
    raise StoreError(f'The folder "{name}" did not come with this installation. Install cxkit again.')


def notebooks() -> Path:
    """The folder of the curated notebooks."""
    return shipped("notebooks", "notebooks")


def sample() -> Path:
    """The folder of the sample log."""
    return shipped("sample", "data/sample")


def cache() -> Path:
    """The folder for what can be made again, in the user's cache or else in the system's scratch space."""
    import platformdirs

    folder = platformdirs.user_cache_path("cxkit", appauthor=False)
    try:
        make(folder)
        folder.chmod(0o700)
    except OSError:
        folder = scratch.own() / "cache"
        make(folder)
    return folder


def called(place: str | Path) -> str:
    """How a page names a place: whole for who runs its kernel, but in the app by its last name only."""
    return Path(place).name if os.environ.get(IN_APP) else Path(place).as_posix()


def is_view_only() -> bool:
    """Whether pages show the store that they were opened on and no other: nothing is brought in or saved beside it."""
    return bool(os.environ.get(VIEW_ONLY))


def unplaced(text: str, *folders: Path) -> str:
    """A sentence for a page, in which these folders are named as pages name them."""
    for folder in folders:
        text = text.replace(str(folder), called(folder)).replace(folder.as_posix(), called(folder))
    return text


def make(folder: Path) -> None:
    """Make the folder, and those that it lies in, for its user alone; one that is there stays as it is."""
    if not folder.is_dir():
        make(folder.parent)
        folder.mkdir(0o700, exist_ok=True)


def keep_private(folder: Path) -> None:
    """Let nobody but their user read the folder and all that is in it."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)


def private(path: Path) -> TextIO:
    """A new text file that nobody but its user may read, to write into."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline="\n")


def templates() -> list[str]:
    """The repository's report templates, if this is one; an installed package has them where Jupyter looks."""
    folder = REPOSITORY / "reports" / "templates" / "nbconvert"
    return [str(folder)] if folder.is_dir() else []


def template_folders() -> list[Path]:
    """The repository's template folders, one for each program that reads them; none where Jupyter has them already."""
    folder = REPOSITORY / "reports" / "templates"
    return sorted(filter(Path.is_dir, folder.iterdir())) if folder.is_dir() else []
