"""A board that can be left and come back to: as a document, in the address of a page, as a view with a name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import cxkit as cx
from cxkit.shelf import Shelf
from cxkit.where.filter import Filter
from cxwidgets.keeping import documents
from cxwidgets.keeping.saved import Saved
from cxwidgets.panels import names_of_panels

if TYPE_CHECKING:
    from cxwidgets.keeping.address import Address
    from cxwidgets.panel import View

Clauses = Mapping[str, Filter]
NONE: Clauses = MappingProxyType({})
LOOKING = "diary"  # the panel that shows the journey that is looked at
ALL = "All journeys are shown."


class Lasting(ABC):
    """What a board shows, and how it is said and shown again.

    `first` are the journeys it was made of, `base` those it shows now, `opened` the id of the journey that is looked
    at, `note` a sentence on the last change; `elsewhere` is what panels show that are not on this page.
    """

    linked = True  # whether the address of an app's page says what is shown

    def __init__(self, journeys: cx.Journeys, shelf: Shelf) -> None:
        self.first = self.base = journeys
        self.shelf = shelf
        self.panels: list[View] = []
        self.opened: str | None = None
        self.note = self._coming = ""
        self.elsewhere: dict[str, Mapping[str, Any]] = {}
        self._address: Address | None = None

    @property
    @abstractmethod
    def clauses(self) -> Clauses: ...

    @property
    @abstractmethod
    def recipe(self) -> cx.Recipe: ...

    @abstractmethod
    def redraw(self, panels: Sequence[View]) -> None: ...

    @abstractmethod
    def go_to(self, clauses: Clauses, note: str = "") -> None: ...

    @abstractmethod
    def found(self, journeys: cx.Journeys) -> None: ...

    @property
    def shows(self) -> dict[str, Mapping[str, Any]]:
        """What panels show that is not as it was at first, by their names; also of those that other pages have."""
        here = {panel.name for panel in self.panels}
        others = {name: kept for name, kept in self.elsewhere.items() if name not in here}
        return others | {panel.name: panel.kept for panel in self.panels if panel.kept}

    @property
    def document(self) -> dict[str, Any]:
        """What is shown, as a JSON document: clauses by owner, what panels show, the journey that is looked at."""
        clauses = {owner: clause.to_json() for owner, clause in self.clauses.items()}
        return documents.written(clauses, self.shows, self.opened)

    def restore(self, document: object) -> None:
        """Show what a document says; one that cannot be followed shows all journeys, and `note` says why."""
        try:
            self.take(documents.read(document, self.base, names_of_panels()))
        except documents.Misfit as misfit:
            self.take(documents.State(), f"This link does not fit: {misfit} {ALL}")

    def take(self, state: documents.State, note: str = "") -> None:
        """Show what a document says that was checked."""
        self.opened, self.elsewhere = state.opened, dict(state.panels)
        for panel in self.panels:
            panel.take(state.panels.get(panel.name, {}))
        self.go_to(state.clauses, note)

    def look(self, journey: str | None) -> None:
        """Look at one journey, by its id; None looks at none.

        Errors: a journey that is not there.
        """
        if journey is not None:
            self.base.events(journey=str(journey), rows=1)
        self.opened = None if journey is None else str(journey)
        self.redraw([panel for panel in self.panels if panel.name == LOOKING])
        self.tell()

    # ---- other journeys ----

    def switch(self, journeys: cx.Journeys) -> None:
        """Show other journeys in all panels, with the clauses that hold there; `note` says which were left behind."""
        kept, note = documents.moved(self.clauses, journeys)
        self.found(journeys)
        self.go_to(kept, note)

    # ---- the address of the page ----

    @property
    def address(self) -> tuple[str, str]:
        """The store's name and the choices, as the address of a page says them; nothing where all is as at first."""
        document = self.document
        choices = documents.packed(document) if len(document) > 1 else ""
        return ("" if self.base is self.first and not choices else self.shelf.name_of(self.base)), choices

    def follow(self, store: str, choices: object) -> None:
        """Show what the address of a page says; what cannot be followed shows all journeys, and `note` says why."""
        try:
            journeys = self._named(store)
            document = documents.unpacked(choices) if choices else documents.NOTHING
        except cx.CxError as error:
            why = error if isinstance(error, documents.Misfit) else "There is no such store here."
            self.take(documents.State(), f"This link does not fit: {why} {ALL}")
            return
        if journeys is not self.base:
            self.found(journeys)
        self.restore(document)

    def _named(self, store: str) -> cx.Journeys:
        if store and store == self.shelf.name_of(self.base):
            return self.base
        return self.shelf.open(store) if store else self.first

    def tell(self) -> None:
        """Let the address of the page say what is shown."""
        if self._address:
            self._address.tell()

    # ---- views with a name ----

    @property
    def saved(self) -> Saved:
        """The views with a name that lie in the store's folder."""
        return Saved(self.base)

    @property
    def views(self) -> list[str]:
        """The names of the views that were saved with this store."""
        return self.saved.names

    def save(self, name: str, *, replace: bool = False) -> Path:
        """Save what is shown under a name, as a recipe in the folder of the store; returns its file.

        Errors: a name that is no name, or is taken while `replace` is false; a store that cannot be written.
        """
        return self.saved.write(name, self.recipe, self.document, replace=replace)

    def open(self, name: str) -> None:
        """Show a view that was saved.

        Errors: no such view, or one that does not fit these journeys any more.
        """
        self.take(self.saved.read(name, names_of_panels()))
