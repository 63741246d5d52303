"""What every panel is: a picture that Python drew, a line on how it is doing, and messages that are not believed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets as t

import cxkit as cx
from cxwidgets.board import Board

STATIC = Path(__file__).parent / "static"
READY, BUSY, FAILED = "ready", "busy", "failed"


def script(*names: str) -> str:
    """Plain JavaScript files as one module."""
    return "\n".join((STATIC / name).read_text(encoding="utf-8") for name in names)


class Panel(anywidget.AnyWidget):
    """One view of a board.

    Python draws (`markup`), the browser asks (messages). No trait can be set from the browser; a message that is not
    one of the panel's `actions` with arguments that hold is refused in plain words.
    """

    _esm = script("panel.js")
    _css = STATIC / "panel.css"
    markup = t.Unicode("").tag(sync=True)
    status = t.Unicode(READY).tag(sync=True)
    said = t.Unicode("").tag(sync=True)
    marks = t.List(t.Unicode()).tag(sync=True)
    label = t.Unicode("").tag(sync=True)
    name: ClassVar[str] = ""

    def __init__(self, board: Board) -> None:
        super().__init__(label=self.name.replace("_", " ").capitalize())
        self.board = board
        self.on_msg(lambda _, content, __: self.hear(content))

    @property
    def actions(self) -> Mapping[str, Callable[..., None]]:
        """What the browser may ask for, by name."""
        return {}

    def draw(self) -> str:
        """The picture of the board as it stands, as markup in which everything from the log is escaped."""
        raise NotImplementedError

    def chosen(self) -> Iterable[str]:
        """The keys of what this panel's own clause has chosen."""
        return ()

    def hear(self, content: object) -> None:
        """Do what the browser asks, if it may."""
        asked = dict(content) if isinstance(content, dict) else {}
        action = self.actions.get(str(asked.pop("do", "")))
        try:
            if action is None:
                raise cx.CxError("This panel does not know what was asked of it.")
            action(**{str(word): value for word, value in asked.items()})
        except cx.CxError as error:
            self.said = str(error)
        except (TypeError, ValueError, KeyError, IndexError):
            self.said = "That could not be understood. Nothing was changed."

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Traits flow from Python to the browser only."""
