"""What every panel is: a picture that Python drew, a line on how it is doing, and messages that are not believed."""

from __future__ import annotations

import os
import sys
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import anywidget
import traitlets as t

import cxkit as cx
from cxkit import scratch
from cxkit.errors import Interrupted
from cxkit.places import unplaced
from cxkit.views.page import failed_panel
from cxkit.views.theme import NO_MATH
from cxwidgets.keeping.exports import exporting
from cxwidgets.modules import script, style

if TYPE_CHECKING:
    from cxkit.where.filter import Filter
    from cxwidgets.board import Board

READY, BUSY, FAILED = "ready", "busy", "failed"
NEAR, FAR, AWAY = "near", "far", "away"  # on the screen or nearly; elsewhere on the page; in no page at all
MOST_PAGES = 50
MOST_LETTERS = 40  # of a beat
NOT_UNDERSTOOD = "That could not be understood. Nothing was changed."
Action = Callable[..., None]


@dataclass(frozen=True)
class Drawn:
    """What a panel shows: markup in which everything from the log is escaped, what is chosen, and other facts.

    `choices` are the filters that the marks stand for, by their keys: what is not among them cannot be chosen.
    """

    markup: str = ""
    marks: tuple[str, ...] = ()
    said: str = ""
    failed: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)
    choices: Mapping[str, Filter] = field(default_factory=dict)


class Panel(anywidget.AnyWidget):
    """A picture with a hand: Python draws, the browser asks.

    No trait can be set from the browser; a message that is not one of the panel's `actions` with arguments that hold
    is refused in plain words.
    """

    _esm = script("shared/panel.js")
    _css = style("panel.css")
    markup = t.Unicode("").tag(sync=True)
    status = t.Unicode(READY).tag(sync=True)
    said = t.Unicode("").tag(sync=True)
    marks = t.List(t.Unicode()).tag(sync=True)
    facts = t.Dict().tag(sync=True)
    label = t.Unicode("").tag(sync=True)
    beat = t.Unicode("").tag(sync=True)
    exports = t.List(t.Unicode()).tag(sync=True)
    name: str = ""

    def __init__(self) -> None:
        super().__init__(label=self.name.replace("_", " ").capitalize())
        self.on_msg(lambda _, content, buffers: self.hear(content, buffers))

    @property
    def actions(self) -> Mapping[str, Action]:
        """What the browser may ask for, by name."""
        return {}

    @property
    def folders(self) -> Sequence[Path]:
        """The folders that sentences may name; where they lie is nothing for a page."""
        return ()

    @abstractmethod
    def draw(self) -> Drawn:
        """What there is to show now."""

    def answer(self) -> cx.Result | None:
        """The answer that is shown, for files to take away; None where a panel shows none."""
        return None

    @property
    def store(self) -> str:
        """The name of the store that is shown, for the names of files."""
        return ""

    def drawn(self) -> Drawn:
        """What `draw` gives, or why it failed, in plain words: an error stays in its panel."""
        try:
            return self.draw()
        except Interrupted:
            raise
        except cx.CxError as error:
            return Drawn(said=str(error), failed=True)
        except Exception as error:
            return Drawn(said=f"This panel could not be drawn ({type(error).__name__}). The others go on.", failed=True)

    def show(self, drawn: Drawn) -> None:
        """Send what was drawn to the browser."""
        with self.hold_sync():
            self.markup, self.marks, self.said = drawn.markup, list(drawn.marks), unplaced(drawn.said, *self.folders)
            self.facts = dict(drawn.facts)
            self.status = FAILED if drawn.failed else READY

    def wait(self) -> None:
        """Say that something is being computed."""
        self.status = BUSY

    def rest(self) -> None:
        """Say that nothing is computed any more: what was begun for it is not wanted now."""
        if self.status == BUSY:
            self.status = READY

    def still(self) -> str:
        """The panel as it looks where there is no kernel."""
        return f'<div class="cx-output {NO_MATH}">{self.markup}</div>' if self.markup else ""

    def _repr_mimebundle_(self, **words: Any) -> Any:
        still = {"text/html": self.standing()}
        if not answerable():
            return still, {}
        shown = super()._repr_mimebundle_(**words)
        data, metadata = shown if isinstance(shown, tuple) else (shown or {}, {})
        return {**data, **still}, {**metadata, scratch.MADE_BY: scratch.own().name}

    def standing(self) -> str:
        """What stands where there is no kernel, or why nothing does: an error stays in its panel."""
        try:
            return self.still()
        except Exception as error:
            why = unplaced(str(error), *self.folders) if isinstance(error, cx.CxError) else type(error).__name__
            return failed_panel(f"{self.label} could not be drawn: {why}")

    def hear(self, content: object, buffers: Sequence[memoryview] = ()) -> None:
        """Do what the browser asks, if it may; bytes that came along are passed on as `chunk`, a beat is given back."""
        asked = dict(content) if isinstance(content, dict) else {}
        if asked.get("do") == "beat":
            self.beat = str(asked.get("beat"))[:MOST_LETTERS]
            return
        if asked.get("do") == "export":
            self.said = ""
            exporting(self, asked.get("form"), asked.get("page"))
            return
        action = self.actions.get(str(asked.pop("do", "")))
        self.said = ""
        try:
            if action is None:
                raise cx.CxError(NOT_UNDERSTOOD)
            self.act(action, asked | {"chunk": bytes(buffers[0])} if buffers else asked)
        except cx.CxError as error:
            self.said = unplaced(str(error), *self.folders)
        except (TypeError, ValueError, KeyError, IndexError, AttributeError):
            self.said = NOT_UNDERSTOOD

    def act(self, action: Action, words: Mapping[str, Any]) -> None:
        """Do what was asked; what goes wrong becomes a sentence."""
        action(**words)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Traits flow from Python to the browser only."""


def answerable() -> bool:
    """Whether a page may answer: not where a notebook runs without one, as Papermill and `nbconvert --execute` run it.

    Nothing there can be asked for input either, which a kernel knows; only Voila shows a page without that.
    """
    python = sys.modules.get("IPython")
    shell = python.get_ipython() if python else None
    kernel = getattr(shell, "kernel", None)
    return kernel is None or kernel._allow_stdin or "VOILA_BASE_URL" in os.environ


class View(Panel):
    """A panel that shows one side of a board; the browser says whether anybody can see it."""

    def __init__(self, board: Board, name: str = "") -> None:
        self.name = name or self.name
        super().__init__()
        self.board = board
        self.stale = False
        self._sights: dict[str, str] = {}

    @property
    def folders(self) -> Sequence[Path]:
        return (self.board.base.folder,)

    @property
    def store(self) -> str:
        return self.board.shelf.name_of(self.board.base) or self.board.base.folder.name

    @property
    def journeys(self) -> cx.Journeys:
        """The journeys that this panel speaks of: those under every clause but its own."""
        return self.board.journeys_for(self.name)

    @property
    def sight(self) -> str:
        """Where the panel is in the pages that show it; near until a page says otherwise."""
        return next((sight for sight in (NEAR, FAR, AWAY) if sight in self._sights.values()), NEAR)

    def put_away(self) -> Self:
        """In no page until one says otherwise: it is drawn only then."""
        self.stale, self._sights = True, {self.name: AWAY}
        return self

    def hear(self, content: object, buffers: Sequence[memoryview] = ()) -> None:
        if isinstance(content, dict) and content.get("do") == "seen":
            self.seen(str(content.get("page")), content.get("sight"))
        else:
            super().hear(content, buffers)

    @property
    def kept(self) -> dict[str, Any]:
        """What a link has to carry of this panel besides its journeys; nothing while it is as it was at first."""
        return {}

    def keep(self, kept: Mapping[str, Any]) -> None:
        """Show what `kept` said, once it is checked; nothing is as it was at first."""

    def take(self, kept: Mapping[str, Any]) -> None:
        """Show what a link says of this panel, as far as it can be shown."""
        with suppress(cx.CxError, TypeError, ValueError, KeyError, IndexError, AttributeError):
            self.keep(kept)

    def switched(self) -> None:
        """Forget what was known of the journeys that the board had before."""

    def seen(self, page: str, sight: object) -> None:
        """A page tells where it has the panel."""
        if sight not in (NEAR, FAR, AWAY) or (page not in self._sights and len(self._sights) >= MOST_PAGES):
            return
        self._sights[page] = str(sight)
        if self.stale and self.sight != AWAY:
            with self.board.answering():
                self.board.redraw([self])

    def show(self, drawn: Drawn) -> None:
        self.stale = False
        super().show(drawn)

    def act(self, action: Action, words: Mapping[str, Any]) -> None:
        with self.board.answering():
            action(**words)
        self.board.tell()
