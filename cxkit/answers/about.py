"""What the client says of a log."""

from __future__ import annotations


class About(str):
    """A few lines of plain text, which a notebook shows under a heading of their own; nothing where nothing is said."""

    def _repr_html_(self) -> str:
        from cxkit.views.sheet import headed

        blocks = [" ".join(block.split()) for block in self.split("\n\n")]
        return headed("Whose journeys are these?", [block for block in blocks if block])
