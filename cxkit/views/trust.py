"""How far a figure can be trusted, as one line that unfolds."""

from __future__ import annotations

from cxkit.answers.trust import Trust
from cxkit.views import theme
from cxkit.views.picture import escape
from cxkit.words import safe


def unfolding(trust: Trust) -> str:
    """The line, and under it what each part of it means; nothing where there is nothing to be said."""
    if not trust.doubts:
        return f'<p class="cx-note cx-trust {theme.NO_MATH}">{escape(trust.line)}</p>' if trust.line else ""
    told = "".join(f"<li><b>{_said(doubt.brief)}</b>: {_said(doubt.full)}</li>" for doubt in trust.doubts)
    return (
        f'<details class="cx-table cx-trust {theme.NO_MATH}"><summary>{_said(trust.line)}</summary>'
        f"<ul>{told}</ul></details>"
    )


def _said(text: str) -> str:
    return escape(safe(text))
