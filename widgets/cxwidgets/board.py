"""The board: one cross-filtering state that all panels share.

Each panel may own one clause. A panel is shown under every clause but its own, so that it offers what else could be
chosen; everything else speaks of the journeys under all clauses. The board is undone and redone as a whole, repeats
itself as Python (`board.code`) and as a recipe (`board.recipe`).
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import cxkit as cx
from cxkit import scratch
from cxkit.errors import Interrupted
from cxkit.places import IN_APP
from cxkit.shelf import Shelf
from cxkit.where.filter import Filter
from cxwidgets.keeping import history
from cxwidgets.keeping.address import Address
from cxwidgets.keeping.lasting import NONE, Clauses, Lasting
from cxwidgets.loop import running_loop
from cxwidgets.panel import AWAY, FAR, View, answerable
from cxwidgets.panels import SHOWN, panel_of

if TYPE_CHECKING:
    from cxkit.selection.steps import Step

EXPLORER = "explorer"
NO_STEPS = cx.Recipe()
MOST_KEPT = 64  # selections, each with its n


@dataclass(frozen=True)
class Cost:
    """What a clause takes away: journeys and customers that the other clauses would keep."""

    journeys: int
    customers: int


class Board(Lasting):
    """Clauses by owner over a store's journeys, their history, and the panels that show them.

    Parameters
    ----------
    journeys : the journeys to explore; the steps of their recipe come before every clause.
    stores : a folder whose stores may be shown in place of these journeys, and the sample; none when not given.

    >>> import cxkit as cx
    >>> from cxkit import where as w
    >>> board = Board(cx.toy_journeys())
    >>> board.put("process_map", w.contains("Call"))
    >>> board.journeys.n.journeys, board.journeys_for("process_map").n.journeys
    (3, 12)
    """

    def __init__(self, journeys: cx.Journeys, *, stores: str | Path | None = None) -> None:
        super().__init__(journeys, Shelf(journeys, stores))
        self._past: list[Clauses] = []
        self._future: list[Clauses] = []
        self._clauses: Clauses = NONE
        self._layout = ""
        self._page: Any = None
        self._generation = 0
        self._answering = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._kept = lru_cache(MOST_KEPT)(self._keep)
        self._bases: list[tuple[int, cx.Journeys]] = [(0, journeys)]  # each since so many changes

    @property
    def clauses(self) -> Clauses:
        """The clauses by their owner, in the order in which they were made."""
        return self._clauses

    def put(self, owner: str, clause: Filter | None, *, instead_of: str = "") -> None:
        """Give an owner this clause instead of the one it has, or that another has; None takes it away."""
        others = {name: filter_ for name, filter_ in self._clauses.items() if name != instead_of}
        if clause is None:
            others.pop(owner, None)
            self._move(others)
        else:
            self.base.keep(clause)
            self._move({**others, owner: clause})

    def clear(self) -> None:
        """Take all clauses away."""
        self._move(NONE)

    def step(self, step: Step) -> None:
        """Take a step before all clauses, such as to hide an activity; clauses that then mean nothing are dropped."""
        base, kept = self.base.apply(cx.Recipe((step,))), dict[str, Filter]()
        for owner, clause in self._clauses.items():
            with suppress(cx.CxError):
                base.keep(clause)
                kept[owner] = clause
        self._remember()
        self._bases.append((len(self._past), base))
        self._set(kept)

    def undo(self, steps: int = 1) -> None:
        """Go back to the clauses before the last change, or before so many."""
        self._walk(self._past, self._future, steps)

    def redo(self, steps: int = 1) -> None:
        """Go forward to the clauses before the last undo, or before so many."""
        self._walk(self._future, self._past, steps)

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to undo."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether there is an undone change."""
        return bool(self._future)

    @property
    def journeys(self) -> cx.Journeys:
        """The journeys under all clauses."""
        return self._under(self._clauses)

    def journeys_for(self, owner: str) -> cx.Journeys:
        """The journeys under every clause but the owner's."""
        return self._under({name: clause for name, clause in self._clauses.items() if name != owner})

    def cost(self, owner: str) -> Cost:
        """How many journeys and customers the owner's clause takes away from what the others keep."""
        without, with_it = self.journeys_for(owner).n, self.journeys.n
        return Cost(without.journeys - with_it.journeys, without.customers - with_it.customers)

    def alone(self, owner: str) -> Cost:
        """How many journeys and customers the owner's clause would take away from the base if it were the only one."""
        base, kept = self.base.n, self._under({owner: self._clauses[owner]}).n
        return Cost(base.journeys - kept.journeys, base.customers - kept.customers)

    @property
    def history(self) -> list[history.Change]:
        """The last changes in words, the latest first, each with how many steps back it lies."""
        return history.changes([*self._past, self._clauses])

    @property
    def recipe(self) -> cx.Recipe:
        """The steps that select what the board shows."""
        return self.journeys.recipe

    @property
    def code(self) -> str:
        """The Python that repeats the clicks."""
        return self.code_of(str(self.base.folder))

    def code_of(self, place: str) -> str:
        """The Python that repeats the clicks, with the store at this place."""
        steps = "".join(f"\nj = j{step!r}" for step in self.recipe)
        imports = "import cxkit as cx\nfrom cxkit import where as w\n\n"
        return f"{imports}j = cx.open({place!r}){steps}\n"

    def panel(self, name: str) -> View:
        """The panel of that name, on its own: "filters", "journeys", "moves", or any measure that has a picture."""
        shown = next((known for known in self.panels if known.name == name), None)
        if shown is None:
            self._follow_page()
            shown = panel_of(name, self)
            shown.take(self.elsewhere.get(name, {}))
            self.panels.append(shown)
            shown.show(shown.drawn())
        return shown

    def _follow_page(self) -> None:
        """In the app, let the address of the page say what is shown from now on."""
        if self.linked and self._address is None and os.environ.get(IN_APP):
            self._address = Address(self)

    def show(self, *names: str, layout: str = "") -> Board:
        """Show these panels, with the filters above them; without names, the usual ones. Returns the board.

        `layout="explorer"` lays the usual ones out as one page that never scrolls.
        """
        if layout:
            if layout != EXPLORER or names:
                raise cx.CxError(f'There is one layout, "{EXPLORER}", and it has panels of its own.')
            self._layout = layout
            return self
        for name in ("filters", *(names or SHOWN)):
            self.panel(name)
        return self

    @property
    def drawing(self) -> bool:
        """Whether panels are still being drawn in the background."""
        return bool(self._tasks)

    @contextmanager
    def answering(self) -> Iterator[None]:
        """While the browser waits: changes are drawn in the background, and a later one overtakes an earlier one."""
        self._answering = True
        try:
            yield
        finally:
            self._answering = False

    def _under(self, clauses: Clauses) -> cx.Journeys:
        return self._kept(self.base, *clauses.values())

    def _keep(self, base: cx.Journeys, *clauses: Filter) -> cx.Journeys:
        chosen = base
        for clause in clauses:
            chosen = chosen.keep(clause)
        return chosen

    def _move(self, clauses: Clauses) -> None:
        if dict(clauses) != dict(self._clauses):
            self._remember()
            self._set(clauses)

    def _walk(self, way: list[Clauses], other: list[Clauses], steps: int) -> None:
        steps = min(steps, len(way))
        for _ in range(steps):
            other.append(self._clauses)
            self._clauses = way.pop()
        if steps:
            self._set(self._clauses)

    def _remember(self) -> None:
        self._bases = [(since, base) for since, base in self._bases if since <= len(self._past)]
        self._past.append(self._clauses)
        self._future.clear()

    def _set(self, clauses: Clauses) -> None:
        self._clauses = MappingProxyType(dict(clauses))
        self.base = next(base for since, base in reversed(self._bases) if since <= len(self._past))
        self._generation += 1
        if self.drawing:
            self.base.interrupt()
        self.note, self._coming = self._coming, ""
        self.redraw(self.panels)
        self.tell()

    def go_to(self, clauses: Clauses, note: str = "") -> None:
        """Show these clauses, which were checked: as an undo or a redo where they lie next, else as a change."""
        self._coming = note
        if self._past and dict(self._past[-1]) == dict(clauses):
            self.undo()
        elif self._future and dict(self._future[-1]) == dict(clauses):
            self.redo()
        elif dict(clauses) != dict(self._clauses):
            self._move(clauses)
        else:
            self._set(clauses)

    def found(self, journeys: cx.Journeys, steps: cx.Recipe = NO_STEPS) -> None:
        """Build on other journeys and these steps, without a clause and without a past; `_set` shows them."""
        if self.drawing:
            self.base.interrupt()
        self._generation += 1
        self.root, self.base = journeys, journeys.apply(steps) if len(steps) else journeys
        self.opened, self._clauses = None, NONE
        self._bases = [(0, self.base)]
        self._past.clear()
        self._future.clear()
        self._kept = lru_cache(MOST_KEPT)(self._keep)
        for panel in self.panels:
            panel.switched()

    def redraw(self, panels: Sequence[View]) -> None:
        """Bring panels up to date, those on the screen first; one that is in no page waits until it is."""
        for panel in panels:
            panel.stale = True
            if panel.sight == AWAY:
                panel.rest()
        due = sorted((panel for panel in panels if panel.sight != AWAY), key=lambda panel: panel.sight == FAR)
        loop = running_loop() if self._answering else None
        if loop is None:
            for panel in due:
                panel.show(panel.drawn())
            return
        task = loop.create_task(self._draw_in_turn(self._generation, due))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _draw_in_turn(self, generation: int, panels: Sequence[View]) -> None:
        for panel in panels:
            panel.wait()
        for panel in panels:
            drawn = None
            while drawn is None and generation == self._generation:
                with suppress(Interrupted):
                    drawn = await asyncio.to_thread(panel.drawn)
            if drawn is None or generation != self._generation:
                return
            panel.show(drawn)

    def box(self) -> Any:
        """The panels below each other, as one widget; where none was asked for, the explorer."""
        import ipywidgets

        if self._layout or not self.panels:
            from cxwidgets.explorer import explorer

            self._page = self._page or explorer(self)
            return self._page
        return ipywidgets.VBox(self.panels).add_class("cxw-board")

    def _repr_mimebundle_(self, **words: Any) -> Any:
        """The panels where there is a kernel, and the pictures they hold where there is none."""
        if not self.panels:
            self._layout = EXPLORER
        if not answerable():
            return {"text/html": self._standing()}
        bundle = {**self.box()._repr_mimebundle_(**words), "text/html": self._standing()}
        return bundle, {scratch.MADE_BY: scratch.own().name}

    def _standing(self) -> str:
        """What stands where there is no kernel, or until it answers."""
        if self._layout:
            from cxwidgets.explorer import laid_out, told

            return laid_out(self) if answerable() else told(self)
        return "".join(panel.standing() for panel in self.panels)
