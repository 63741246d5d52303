"""A panel that does long things beside the kernel's loop: the browser is answered meanwhile, in plain words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import traitlets as t

import cxkit as cx
from cxwidgets.loop import running_loop
from cxwidgets.panel import Panel

Found = TypeVar("Found")
Tell = Callable[[str, float], None]


class Stopped(cx.CxError):
    """The user wants no more of it."""


class Working(Panel):
    """A panel with one long job at a time; a later job overtakes an earlier one that still runs."""

    doing = t.Unicode("").tag(sync=True)
    share = t.Float(0.0).tag(sync=True)

    def __init__(self) -> None:
        super().__init__()
        self._turn = 0
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    def work(self, job: Callable[[Tell], Found], then: Callable[[Found], None]) -> None:
        """Do the job, which may tell how far it is, then go on with what it found."""
        self.overtake()
        self.wait()
        loop = running_loop()
        if loop:
            self._task = loop.create_task(self._in_turn(loop, self._turn, job, then))
        else:
            self._go_on(_outcome(job, self._teller(None, self._turn)), then)

    def overtake(self) -> None:
        """Let what still runs play no part any more."""
        self._turn += 1
        self._stopping = False
        self.doing, self.share = "", 0.0

    def stop(self) -> None:
        """Go no further than the step that is running."""
        self._stopping = True

    def fail(self, said: str) -> None:
        """Show that a job has failed, and why."""
        self.show(replace(self.drawn(), said=said))

    async def _in_turn(
        self,
        loop: asyncio.AbstractEventLoop,
        turn: int,
        job: Callable[[Tell], Found],
        then: Callable[[Found], None],
    ) -> None:
        found = await asyncio.to_thread(_outcome, job, self._teller(loop, turn))
        if turn == self._turn:
            self._go_on(found, then)

    def _go_on(self, found: Found | Exception, then: Callable[[Found], None]) -> None:
        try:
            if isinstance(found, Exception):
                raise found
            then(found)
        except cx.CxError as error:
            self.fail(str(error))
        except Exception as error:
            self.fail(f"That could not be done ({type(error).__name__}).")

    def _teller(self, loop: asyncio.AbstractEventLoop | None, turn: int) -> Tell:
        def tell(doing: str, share: float) -> None:
            if self._stopping or turn != self._turn:
                raise Stopped("Stopped. Nothing was changed.")
            if loop:
                loop.call_soon_threadsafe(self._tell, turn, doing, share)
            else:
                self._tell(turn, doing, share)

        return tell

    def _tell(self, turn: int, doing: str, share: float) -> None:
        if turn == self._turn:
            self.doing, self.share = doing, share


def _outcome(job: Callable[[Tell], Found], tell: Tell) -> Found | Exception:
    try:
        return job(tell)
    except Exception as error:
        return error
