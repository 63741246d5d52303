"""The loop of the kernel, beside which long things are done."""

from __future__ import annotations

import asyncio


def running_loop() -> asyncio.AbstractEventLoop | None:
    """The loop of the kernel; a plain program has none and waits."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
