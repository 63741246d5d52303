"""Receiving a file from the browser, piece by piece: nothing that it says about itself is believed."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from cxkit import scratch
from cxkit.errors import InputError
from cxkit.reading.find import READABLE, SQLITE_FILES

ENDINGS = tuple(ending for ending in READABLE if ending not in SQLITE_FILES)
LARGEST = 2 << 30
PIECE = 1 << 20
LONGEST_NAME = 120
BROKEN = "The file did not arrive whole. Choose it again."
NUMBERS = count(1)


class Upload:
    """One file on its way: it goes to a private folder under a name of ours; its own name is only ever text.

    Parameters
    ----------
    name, size : what the browser says the file is called, and how many bytes it has.
    """

    def __init__(self, name: object, size: object) -> None:
        self.name = plain(name)
        self.size = _size(size, self.name)
        self.number = next(NUMBERS)
        self.received = 0
        self._pieces = 0
        self._folder = scratch.folder()
        self.path = Path(self._folder.name) / f"upload{ending(self.name)}"
        self.path.touch()

    @property
    def whole(self) -> bool:
        """Whether every byte is here."""
        return self.received == self.size

    def take(self, piece: object, chunk: bytes) -> None:
        """Add the next piece; one that is not the next, too large or too much breaks the file off."""
        if piece != self._pieces or not 0 < len(chunk) <= PIECE or self.received + len(chunk) > self.size:
            raise InputError(BROKEN)
        try:
            with self.path.open("ab") as file:
                file.write(chunk)
        except OSError as error:
            raise InputError(f'"{self.name}" cannot be kept: {error.strerror}.') from None
        self._pieces += 1
        self.received += len(chunk)

    def drop(self) -> None:
        """Remove what has arrived."""
        self._folder.cleanup()


def plain(name: object) -> str:
    """The last part of a file's name, without anything that could not be printed."""
    if not isinstance(name, str):
        raise InputError("The file has no name. Choose another one.")
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(character if character.isprintable() else "\ufffd" for character in last).strip()
    kind = ending(shown)
    return shown[: -len(kind)][:LONGEST_NAME] + kind


def ending(name: str) -> str:
    """The ending that says of which kind the file is, in small letters; a kind that cannot be read is refused."""
    known = [kind for kind in ENDINGS if name.lower().endswith(kind)]
    if not known:
        kinds = f"{', '.join(ENDINGS[:-1])} and {ENDINGS[-1]}"
        raise InputError(f'"{name[:LONGEST_NAME]}" is of no kind that can be read here. These are: {kinds}.')
    return max(known, key=len)


def _size(size: object, name: str) -> int:
    if isinstance(size, bool) or not isinstance(size, int) or size < 0:
        raise InputError(BROKEN)
    if size == 0:
        raise InputError(f'"{name}" is empty. Export the log again, with one row per event.')
    if size > LARGEST:
        raise InputError(f'"{name}" is larger than {LARGEST >> 30} GB. Put it beside the notebook: Intake({name!r}).')
    return size
