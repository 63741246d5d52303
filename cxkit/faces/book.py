"""The book: the curated notebooks in reading order, and the parameters that each of them takes."""

from __future__ import annotations

from pathlib import Path

from cxkit import places
from cxkit.journeys import Journeys

EXPLORER = "04_explore"  # the page of pictures, which a report tells in the chapter before it
REPORTED = ("00_start_here", "01_bring_your_data", "02_is_it_ready", "03_see_the_journey", "05_what_differs")
CHAPTERS = (*REPORTED[:-1], EXPLORER, REPORTED[-1], "06_who_travels")

INTAKE = ("01_bring_your_data",)  # chapters that bring a log in


def whole_book() -> list[Path]:
    """The notebooks of the book, in reading order."""
    return sorted(places.notebooks().glob("*.ipynb"))


def parameters(notebook: Path, journeys: Journeys, **more: object) -> dict[str, str]:
    """The words that set a notebook to these journeys: only those of its parameters, and only what is known."""
    from papermill import inspect_notebook

    known = inspect_notebook(str(notebook))
    words = {"store": journeys.folder.resolve(), **more}
    return {name: str(word) for name, word in words.items() if name in known and word}


def engagement_in(folder: Path, journeys: Journeys) -> Path | None:
    """The engagement of these journeys, as a file in that folder that a notebook can open; None if there is none."""
    said = journeys.engagement
    return None if said is None else said.save(folder / "engagement.toml").resolve()
