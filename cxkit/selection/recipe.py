"""A recipe: the ordered steps that lead from a store to a selection. Clicks, code, links and parameters are the same.

A step sees the journeys as the steps before it have left them: after a `trim` or `hide` without what was cut away,
after a `rename` or `merge` under the new names.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from cxkit.errors import InputError
from cxkit.selection.documents import steps_from_json
from cxkit.selection.steps import Step

FORMAT = 1
BOARD = "board"  # where a saved view says which panel made which step


@dataclass(frozen=True, repr=False)
class Recipe:
    """The steps of a selection, in order; the same recipe on the same store gives the same numbers."""

    steps: tuple[Step, ...] = ()

    def then(self, step: Step) -> Recipe:
        """This recipe with one more step."""
        return Recipe((*self.steps, step))

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def to_json(self) -> dict[str, Any]:
        """The recipe as a JSON document; `Recipe.from_json` reads it back."""
        return {"recipe": FORMAT, "steps": [step.to_json() for step in self.steps]}

    @property
    def hash(self) -> str:
        """Eight hexadecimal digits that name this recipe; they are printed beside every number."""
        text = json.dumps(self.to_json(), ensure_ascii=False, sort_keys=True)
        return sha256(text.encode()).hexdigest()[:8]

    def __repr__(self) -> str:
        return "".join(repr(step) for step in self.steps)

    def save(self, path: str | Path) -> Path:
        """Write the recipe as a JSON file."""
        target = Path(path)
        target.write_text(json.dumps(self.to_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return target

    @classmethod
    def load(cls, path: str | Path) -> Recipe:
        """Read a recipe from a JSON file."""
        try:
            return cls.from_json(json.loads(Path(path).read_text(encoding="utf-8")))
        except OSError as error:
            raise InputError(f'The recipe "{path}" cannot be read: {error.strerror}.') from None
        except (ValueError, RecursionError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(f'"{path}" is no recipe: it is not valid JSON.') from None

    @classmethod
    def from_json(cls, document: object) -> Recipe:
        """The recipe of a JSON document; anything that is not exactly one is refused, but a board's notes beside it."""
        words = set(document) - {BOARD} if isinstance(document, dict) else set()
        if not isinstance(document, dict) or words != {"recipe", "steps"} or document["recipe"] != FORMAT:
            raise InputError(f'A recipe is a JSON object with "recipe": {FORMAT} and "steps": [...].')
        return cls(steps_from_json(document["steps"]))
