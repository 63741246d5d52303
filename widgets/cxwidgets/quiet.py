"""In the app, what fails in a kernel tells a page its name and never where things are installed."""

from __future__ import annotations

import logging
import os

from cxkit.places import IN_APP


def keep_quiet() -> None:
    """Send no tracebacks to the app's pages: neither for cells nor for messages of widgets."""
    if not os.environ.get(IN_APP):
        return
    from IPython import get_ipython

    logging.getLogger("Comm").setLevel(logging.CRITICAL)
    if (shell := get_ipython()) is not None:
        shell.InteractiveTB.set_mode("Minimal")
