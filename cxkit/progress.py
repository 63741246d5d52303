"""How a long work tells of its steps: by a bar where a person sees it, and by a line each in the log `cxkit`."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic

from cxkit.words import lasting

LOGGER = logging.getLogger("cxkit")
LOGGER.addHandler(logging.NullHandler())


@contextmanager
def stepping(work: str, steps: Sequence[str], shown: bool = True) -> Iterator[Callable[[str], None]]:
    """A function to be called with the name of each of the steps as it begins.

    The bar shows after a second, and never where lines of text are read by a program or a file.
    """
    from tqdm.auto import tqdm

    since = monotonic()
    with tqdm(total=len(steps), delay=1, disable=not (shown and _seen()), unit="step", leave=False) as bar:

        def step(name: str) -> None:
            LOGGER.info("%s: %s", work, name)
            bar.set_description(f"{work}: {name}", refresh=False)
            if name != steps[0]:
                bar.update()

        yield step
    LOGGER.info("%s: done in %s", work, lasting(monotonic() - since))


def _seen() -> bool:
    """Whether a person looks on as a bar moves: at a terminal, or in a notebook."""
    return sys.stderr.isatty() or "ipykernel" in sys.modules
