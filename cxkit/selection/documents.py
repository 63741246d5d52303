"""From a JSON document back to a step: anything that is not exactly one is refused."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from cxkit import where
from cxkit.errors import InputError, not_found
from cxkit.selection.activities import Collapse, Hide, Merge, Rename, Split
from cxkit.selection.steps import Drop, Extract, Keep, Sample, Step, Trim
from cxkit.selection.tags import Asked, Tag

KINDS: tuple[type[Step], ...] = (Keep, Drop, Tag, Sample, Trim, Extract, Rename, Merge, Split, Hide, Collapse)
STEPS: dict[str, type[Step]] = {kind.word: kind for kind in KINDS}
MOST_STEPS = 200
DEEPEST = 20  # tags of tables that were asked on tags of tables ...


def steps_from_json(document: object) -> tuple[Step, ...]:
    """The steps of a list of JSON documents."""
    return _steps(document, DEEPEST)


def _steps(document: object, depth: int) -> tuple[Step, ...]:
    if not isinstance(document, list) or len(document) > MOST_STEPS:
        raise InputError(f'"steps" is a list of at most {MOST_STEPS} steps.')
    return tuple(_read(step, depth) for step in document)


def _read(document: object, depth: int) -> Step:
    if not isinstance(document, dict) or len(document) != 1:
        raise InputError(f"A step is a JSON object with one word: {', '.join(STEPS)}.")
    word, said = next(iter(document.items()))
    if word not in STEPS:
        raise not_found("step", word, STEPS)
    kind = STEPS[word]
    if issubclass(kind, Keep):
        return kind(where.from_json(said))
    known = ["name", "filter", "of"] if kind is Tag else [entry.name for entry in fields(kind)]
    if not isinstance(said, dict) or not set(said) <= set(known):
        raise InputError(f'The step "{word}" is a JSON object with {", ".join(known)}.')
    if kind is Tag:
        said = _tag(said, depth)
    try:
        return kind(**said)
    except TypeError:
        raise InputError(f'The step "{word}" is not complete: it has {", ".join(known)}.') from None


def _tag(said: dict[str, Any], depth: int) -> dict[str, Any]:
    """The words of a tag: it is made of a filter, or of a table that is asked for."""
    if "filter" in said and "of" in said:
        raise InputError('A tag is made of a "filter" or "of" a table, not of both.')
    words = {name: value for name, value in said.items() if name == "name"}
    if "filter" in said:
        words["of"] = where.from_json(said["filter"])
    if "of" in said:
        words["of"] = _asked(said["of"], depth - 1)
    return words


def _asked(document: object, depth: int) -> Asked:
    known = [entry.name for entry in fields(Asked)]
    if not isinstance(document, dict) or set(document) != set(known) or depth == 0:
        raise InputError(f"A table that is asked for is a JSON object with {', '.join(known)}.")
    return Asked(**{**document, "steps": _steps(document["steps"], depth)})
