"""Views with a name: recipes in the store's folder, which only their user may read."""

from __future__ import annotations

import errno
import json
import os
import secrets
from collections.abc import Container, Mapping
from pathlib import Path
from typing import Any

import cxkit as cx
from cxkit import places
from cxkit.errors import InputError, not_found
from cxkit.selection.recipe import BOARD
from cxwidgets.intake.naming import NAME
from cxwidgets.keeping.documents import FORMAT, STEPS, Misfit, State, read

FOLDER, ENDING = "views", ".json"
MOST_VIEWS = 200
LARGEST = 1_000_000  # bytes
NO_NAME = "A name has up to 60 letters, digits, spaces, - and _; it begins with a letter or a digit."


class Saved:
    """The views of a store, each a recipe that `cx.Recipe.load` reads, with a board's notes beside it.

    Parameters
    ----------
    journeys : the journeys whose store holds them; the steps of their recipe come before every choice of a view.
    """

    def __init__(self, journeys: cx.Journeys) -> None:
        self.journeys = journeys
        self.folder = journeys.folder / FOLDER

    @property
    def names(self) -> list[str]:
        """The names of the views, in order."""
        try:
            files = [path.name for path in self.folder.iterdir() if path.suffix == ENDING]
        except OSError:
            return []
        names = [name.removesuffix(ENDING) for name in files]
        return sorted((name for name in names if NAME.fullmatch(name)), key=str.casefold)[:MOST_VIEWS]

    def write(self, name: str, recipe: cx.Recipe, document: Mapping[str, Any], *, replace: bool) -> Path:
        """Save a recipe and what the board showed with it; returns the file."""
        _check_writable()
        path = self._free(name, taken=replace)
        if len(self.names) >= MOST_VIEWS and not path.exists():
            raise InputError(f"There are {MOST_VIEWS} views already. Delete one first.")
        text = json.dumps({**recipe.to_json(), BOARD: dict(document)}, ensure_ascii=False, indent=1)
        making = self.folder / f".{secrets.token_hex(8)}"
        try:
            places.make(self.folder)
            with places.private(making) as file:
                file.write(f"{text}\n")
            making.replace(path)
        except OSError as error:
            making.unlink(missing_ok=True)
            raise _unwritten(error) from None
        return path

    def read(self, name: str, owners: Container[str]) -> State:
        """What the board showed when the view was saved, or what the recipe says if there is no more.

        Errors: no such view; one that does not fit these journeys.
        """
        path = self._path(name)
        try:
            if path.stat().st_size > LARGEST:
                raise Misfit("It cannot be read.")
            return read(self._document(path), self.journeys, owners)
        except (OSError, Misfit) as error:
            why = "It cannot be read." if isinstance(error, OSError) else error
            raise InputError(f'The view "{name}" cannot be shown. {why} Nothing was changed.') from None

    def rename(self, name: str, other: str) -> None:
        """Give a view another name.

        Errors: a name that is no name, or is taken; a store that cannot be written.
        """
        _check_writable()
        path, target = self._path(name), self._free(other, taken=False)
        try:
            path.rename(target)
        except OSError as error:
            raise _unwritten(error) from None

    def delete(self, name: str) -> None:
        """Delete a view."""
        _check_writable()
        path = self._path(name)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise _unwritten(error) from None

    def _document(self, path: Path) -> dict[str, Any]:
        """The document of a view: the steps say what is selected, the notes which panel selected it."""
        steps = cx.Recipe.load(path).to_json()["steps"]
        notes = json.loads(path.read_text(encoding="utf-8")).get(BOARD)
        notes = notes if isinstance(notes, dict) else {}
        first = self.journeys.recipe.to_json()["steps"]
        own = steps[len(first) :] if steps[: len(first)] == first else steps
        place = next((n for n, step in enumerate(own) if set(step) == {"keep"}), len(own))
        before, kept = own[:place], own[place:]
        if not all(set(step) == {"keep"} for step in kept) or not all(set(step) <= set(STEPS) for step in before):
            raise Misfit("It has steps that are no choices; cx.Recipe.load reads it.")
        filters = [step["keep"] for step in kept]
        owned = notes.get("clauses")
        if not isinstance(owned, dict) or list(owned.values()) != filters:
            owned = {f"view {number}": filter_ for number, filter_ in enumerate(filters, 1)}
        more = {word: notes[word] for word in ("panels", "opened") if word in notes}
        return {"board": FORMAT, "steps": before, "clauses": owned, **more}

    def _path(self, name: str) -> Path:
        if name not in self.names:
            raise not_found("view", str(name), self.names)
        return self.folder / f"{name}{ENDING}"

    def _free(self, name: object, *, taken: bool) -> Path:
        """The file for a view of this name; a name that differs in capitals only is the same to some systems."""
        text = str(name).strip()
        if not NAME.fullmatch(text):
            raise InputError(NO_NAME)
        same = next((other for other in self.names if other.casefold() == text.casefold()), None)
        if same is not None and not taken:
            raise InputError(f'There is a view "{same}" already. Choose another name, or replace it.')
        return self.folder / f"{same or text}{ENDING}"


def _check_writable() -> None:
    """Raise where the app only shows a store."""
    if places.is_view_only():
        raise InputError("This app only shows: nothing is saved or deleted here. Copy the link instead.")


def _unwritten(error: OSError) -> cx.CxError:
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return InputError("This store can only be read, so its views stay as they are.")
    return InputError(f"The view cannot be written: {os.strerror(error.errno or 0)}.")
