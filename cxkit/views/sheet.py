"""A sheet: sentences, warnings and tables, as HTML or as text; the face of answers about a log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from cxkit.views import theme
from cxkit.views.picture import escape
from cxkit.views.table import lines, table
from cxkit.words import inert, safe

if TYPE_CHECKING:
    from cxkit.answers.answer import Part, Sheet

WARNED = f"margin:.5em 0;padding:.4em .8em;border-left:4px solid {theme.LONG}"


def page(caption: str, sheet: Sheet) -> str:
    """The sheet under its caption, as HTML; everything is escaped."""
    warned = "".join(f'<p class="cx-warning" style="{WARNED}">{escape(safe(text))}</p>' for text in sheet.warnings)
    parts = "".join(_part(part, caption) for part in sheet.parts)
    note = f'<p class="cx-note">{escape(sheet.note)}</p>' if sheet.note else ""
    head = f'<p class="cx-note">{escape(caption)}</p>{_paragraphs(sheet.sentences)}'
    return f'<div class="cx-result {theme.NO_MATH}">{head}{warned}{parts}{note}</div>'


def as_text(caption: str, sheet: Sheet) -> str:
    """The sheet under its caption, as lines of text without its folded tables."""
    sentences = [safe(text) for text in (caption, *sheet.sentences, *(f"Warning: {text}" for text in sheet.warnings))]
    tables = [lines(part.rows, part.brief or part.heads, under=part.under) for part in sheet.parts if not part.title]
    return inert("\n".join([*sentences, *(f"\n{text}" for text in tables)]))


def paragraphs(texts: Iterable[str]) -> str:
    """Plain text as paragraphs."""
    return "".join(f'<p class="{theme.NO_MATH}">{escape(text)}</p>' for text in texts)


def headed(title: str, texts: Sequence[str]) -> str:
    """Paragraphs under a heading; nothing where there are none."""
    return f'<h2 class="{theme.NO_MATH}">{escape(title)}</h2>{paragraphs(texts)}' if texts else ""


def code(text: str) -> str:
    """A line of code."""
    return f'<code class="{theme.NO_MATH}">{escape(text)}</code>'


def _paragraphs(texts: Iterable[str]) -> str:
    return paragraphs(map(safe, texts))


def _part(part: Part, caption: str) -> str:
    drawn = table(part.rows, part.heads, label=part.title or caption, bar=part.bar, strong=part.strong)
    if not part.title:
        return drawn
    return f'<details class="cx-table"><summary>{escape(part.title)}</summary>{drawn}</details>'
