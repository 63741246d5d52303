"""The book: the curated notebooks in reading order, and the parameters that each of them takes."""

from __future__ import annotations

from pathlib import Path

from cxkit import places
from cxkit.engagement.engagement import Engagement
from cxkit.journeys import Journeys

CHAPTERS = ("00_start_here", "01_bring_your_data", "02_is_it_ready", "03_see_the_journey")


def parameters(notebook: Path, journeys: Journeys, **more: object) -> dict[str, str]:
    """The words that set a notebook to these journeys: only those of its parameters, and only what is known."""
    from papermill import inspect_notebook

    known = inspect_notebook(str(notebook))
    words = {"store": journeys.folder.resolve(), **more}
    return {name: str(word) for name, word in words.items() if name in known and word}


def engagement_of(journeys: Journeys, given: str | Path | None) -> Path | None:
    """The engagement file that speaks of these journeys: the one given or their own. It must hold."""
    own = journeys.folder / "engagement.toml"
    if given is not None or own.is_file():
        file = Path(given or own).expanduser().resolve()
        Engagement.load(file)
        return file
    is_sample = journeys.folder == places.cache() / "sample"
    return places.sample() / "engagement.toml" if is_sample else None
