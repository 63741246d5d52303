"""How a server runs beside us: in a session of its own, and never longer than whoever started it."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

ENDING_SECONDS = 15


@contextmanager
def until_told() -> Iterator[None]:
    """Within it, Ctrl-C, a request to end from the system and a closed terminal are the same: KeyboardInterrupt."""
    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), signal.default_int_handler) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


def end(process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> None:
    """Ask the server to end, and end it if it does not; a second Ctrl-C does not keep it alive."""
    process.terminate()
    try:
        process.wait(ENDING_SECONDS)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        process.kill()
        process.wait()
