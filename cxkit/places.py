"""Where the things that come with the project lie: in the installed package, else in the repository beside it."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from cxkit.errors import StoreError

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
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="cxkit-"))
    return folder


def templates() -> list[str]:
    """The repository's report templates, if this is one; an installed package has them where Jupyter looks."""
    folder = REPOSITORY / "reports" / "templates" / "nbconvert"
    return [str(folder)] if folder.is_dir() else []


def template_folders() -> list[Path]:
    """The repository's template folders, one for each program that reads them; none where Jupyter has them already."""
    folder = REPOSITORY / "reports" / "templates"
    return sorted(filter(Path.is_dir, folder.iterdir())) if folder.is_dir() else []
