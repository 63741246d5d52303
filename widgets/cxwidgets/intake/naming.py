"""What a new store is called, and whether it may be called so."""

from __future__ import annotations

import re
from pathlib import Path

from cxwidgets.intake.upload import ENDINGS

NAME = re.compile(r"[^\W_](?:[\w -]{0,58}\w)?")
LONGEST = 60
NO_NAME = "A name has letters, digits, spaces, - and _; it begins with a letter or a digit."
TAKEN = "A file or folder of this name is there already. Choose another name."
REPLACED = "A store of this name is there already; it will be replaced."


def suggested(file: str) -> str:
    """A name for the store of this file."""
    kind = max((kind for kind in ENDINGS if file.lower().endswith(kind)), key=len, default="")
    words = re.sub(r"[^\w-]+", " ", file[: len(file) - len(kind)]).strip(" -_")
    return words[:LONGEST].strip(" -_") or "log"


def fault(folder: Path, name: str) -> str:
    """Why the store cannot have this name; nothing when it can."""
    if not NAME.fullmatch(name):
        return NO_NAME
    return TAKEN if _holds_other_things(folder / name) else ""


def note(folder: Path, name: str) -> str:
    """What should be known about a name that the store can have."""
    return REPLACED if not fault(folder, name) and _is_store(folder / name) else ""


def _is_store(folder: Path) -> bool:
    return (folder / "manifest.json").is_file()


def _holds_other_things(place: Path) -> bool:
    """Whether something other than a store, or than what an interrupted preparation has left, is there."""
    if not place.is_dir():
        return place.exists()
    return not _is_store(place) and any(not entry.name.startswith(".") for entry in place.iterdir())
