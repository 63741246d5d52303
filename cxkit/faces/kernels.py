"""The app's kernels: as many as there is memory for, none for long that no page holds, none that came back empty."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from math import inf
from time import monotonic
from typing import Any

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.web import HTTPError
from traitlets import Integer

from cxkit.words import many

PAUSE = 0.5  # seconds between two looks whether there is room for a kernel that waits


class Kernels(AsyncMappingKernelManager):
    """What Voila builds its pools of waiting kernels on."""

    most = Integer(20, config=True, help="How many kernels there are at most.")
    patience = Integer(300, config=True, help="Seconds until a page must have come for its kernel.")

    def __init__(self, **words: Any) -> None:
        self._begun = 0
        self._given: dict[str, float] = {}  # kernels that no page has connected to, and since when one is on its way
        self._ending: set[str] = set()
        self.closing = False
        super().__init__(**words)

    @property
    def is_full(self) -> bool:
        """Whether there is no room for one more."""
        return len(self._kernels) + self._begun >= self.most

    @property
    def crowd(self) -> str:
        """How many pages hold a kernel, in words."""
        return many(sum(count > 0 for count in self._kernel_connections.values()), "person is", "people are")

    async def start_kernel(self, **words: Any) -> str:
        """Start a kernel if there is room; one that is to wait in a pool waits for room first."""
        while self.is_full:
            if self.closing or (words.get("env") or {}).get("VOILA_PREHEAT") != "True":
                raise HTTPError(503, "%s", self.crowd)
            await asyncio.sleep(PAUSE)
        self._begun += 1
        try:
            kernel_id = str(await super().start_kernel(**words))
        finally:
            self._begun -= 1
        self._given[kernel_id] = monotonic()
        return kernel_id

    async def shutdown_kernel(self, kernel_id: str, *args: Any, **words: Any) -> None:
        """End a kernel once, however many ask for it."""
        if kernel_id in self._ending:
            return
        self._ending.add(kernel_id)
        try:
            await super().shutdown_kernel(kernel_id, *args, **words)
        finally:
            self._ending.discard(kernel_id)
            self._given.pop(kernel_id, None)

    def notify_connect(self, kernel_id: str) -> None:
        """A page holds its kernel now."""
        self._given.pop(kernel_id, None)
        super().notify_connect(kernel_id)

    async def held(self, kernel_id: str) -> None:
        """A page asks for its kernel, and so holds it. Errors: 404 when it is gone; one that died is gone, too."""
        self._check_kernel_id(kernel_id)
        if not await self._lives(kernel_id):
            raise HTTPError(404)
        self._kernels[kernel_id].last_activity = datetime.now(UTC)

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """End a kernel that no page holds, or that died; one that ends meanwhile by itself is no mistake."""
        is_awaited = monotonic() - self._given.get(kernel_id, -inf) < self.patience  # a busy machine is slow
        with suppress(KeyError, HTTPError):
            if await self._lives(kernel_id) and not is_awaited:
                await super().cull_kernel_if_idle(kernel_id)

    async def waiting(self, notebook: str) -> bool:
        """Whether a kernel waits for the next page of this notebook. Those that died waiting make room for others."""
        pool = self._pools.get(notebook, [])
        for task in list(pool):
            if task.done() and not await self._waits(task):
                with suppress(ValueError):
                    pool.remove(task)
        self.fill_if_needed(notebook_name=notebook)
        ready = [task.result()["kernel_id"] for task in pool if task.done()]
        self._given |= dict.fromkeys(ready, monotonic())
        return bool(ready)

    async def _waits(self, task: asyncio.Task) -> bool:
        return not task.cancelled() and not task.exception() and await self._lives(task.result()["kernel_id"])

    async def _lives(self, kernel_id: str) -> bool:
        if kernel_id in self and await self._kernels[kernel_id].is_alive():
            return True
        with suppress(KeyError, HTTPError):
            await self.shutdown_kernel(kernel_id, now=True)
        return False
