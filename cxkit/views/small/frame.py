"""What small pictures share: one size of frame, rows with a bar, and a last line that counts what is not shown."""

from __future__ import annotations

import html

from cxkit.views import theme
from cxkit.views.picture import Picture, completed, keyed, number, text

WIDTH, HEIGHT = 428, 172
ROW, SIZE = 21, 12
ROWS = 7
END = 'text-anchor="end"'
NOTHING = "No journeys in this selection."


def framed(title: str, description: str, body: str, *, wide: int = WIDTH, tall: int = HEIGHT) -> Picture:
    """A small picture of one size, on the paper of its panel."""
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="cx-svg cx-small" width="{wide}" height="{tall}" '
        f'viewBox="0 0 {wide} {tall}" preserveAspectRatio="xMidYMin meet" font-family="{theme.FONT}"'
    )
    return Picture(title, completed(opening, title, description, body, wide, ""))


def nothing(title: str, why: str = NOTHING, *, wide: int = WIDTH, tall: int = HEIGHT) -> Picture:
    """The small picture of nothing."""
    words = text(wide / 2, tall / 2, why, size=13, more='text-anchor="middle"')
    return framed(title, why, words, wide=wide, tall=tall)


def line(place: int, key: str | None, tip: str, drawn: str, kind: str) -> str:
    """One row that the pointer can touch as a whole, with what it says on hover."""
    y = place * ROW
    touch = f'<rect y="{y}" width="{WIDTH}" height="{ROW}" rx="3" fill="none" pointer-events="all"/>'
    return f'<g class="{kind}"{keyed(key)}><title>{html.escape(tip)}</title>{touch}{drawn}</g>'


def bar(x: float, place: int, wide: float, fill: str = theme.BOX) -> str:
    """The bar of a row."""
    return (
        f'<rect x="{number(x)}" y="{place * ROW + 5}" width="{number(max(wide, 1))}" height="11" rx="2" fill="{fill}"/>'
    )


def word(x: float, place: int, words: str, *, fill: str = theme.INK, more: str = "") -> str:
    """A text on a row."""
    return text(x, place * ROW + 15, words, size=SIZE, fill=fill, more=more)


def last(words: str) -> str:
    """The line below all rows."""
    return text(0, HEIGHT - 5, theme.fit(words, WIDTH, SIZE), size=SIZE, fill=theme.MUTED)
