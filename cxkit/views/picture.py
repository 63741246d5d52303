"""What is a picture? A title, a drawing that stands alone, and for a chart the specification that brings it to life."""

import hashlib
import html
import json
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cxkit.cached import cached_property
from cxkit.errors import InputError
from cxkit.views import theme

WIDTH, MARGIN = 944, 24  # of what is drawn, and the paper around it
TITLE_SIZE, TEXT_SIZE, LEADING = 16, 13, 19
NOTHING = "No journeys in this selection."
ADVICE = "Widen the period, or take away the filter that you added last."
PAGE_STYLE = (
    "body{margin:0;padding:24px;background:var(--cx-paper, #ffffff);color:var(--cx-ink, #17212b)}"
    ".cx-figure{margin:0}.cx-picture{overflow-x:auto}"
)


@dataclass(frozen=True)
class Picture:
    """A drawing with its title, or the way to make it; `spec` is the Vega-Lite specification of a chart.

    `keys` are those of a chart's marks, in the order in which they are drawn: they cannot carry them.
    """

    title: str
    drawn: str | Callable[[], str]
    spec: dict[str, Any] | None = None
    keys: tuple[str, ...] = ()

    @cached_property
    def svg(self) -> str:
        """The drawing."""
        return self.drawn() if callable(self.drawn) else self.drawn

    def _repr_html_(self) -> str:
        return (
            f'<figure class="cx-figure {theme.NO_MATH}" style="margin:0">'
            f'<div class="cx-picture" style="overflow-x:auto">{self.svg}</div>{self._live()}</figure>'
        )

    def _live(self) -> str:
        """What a page with Vega replaces the drawing with, and the colours that would go with the drawing."""
        if self.spec is None:
            return ""
        data = json.dumps(self.spec, ensure_ascii=False).replace("<", "\\u003c")
        return (
            f"<style>{theme.style(theme.used(data))}</style>"
            f'<script type="application/json" class="cx-spec">{data}</script>'
        )

    def save(self, path: str | Path) -> Path:
        """Write the picture as the path ends: .svg, .html (a page that needs nothing else), .png or .json (charts)."""
        path = Path(path)
        writers = {".svg": self._as_svg, ".html": self._as_page, ".json": self._as_json, ".png": self._as_png}
        writer = writers.get(path.suffix.lower())
        if writer is None:
            raise InputError(f'No picture format "{path.suffix}". Choose one of {", ".join(writers)}.')
        path.write_bytes(writer())
        return path

    def _as_svg(self) -> bytes:
        return self.svg.encode()

    def _as_page(self) -> bytes:
        return (
            f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{html.escape(self.title)}</title>'
            f'<meta name="viewport" content="width=device-width"><style>{theme.STYLE}\n{PAGE_STYLE}</style></head>'
            f"<body>{self._repr_html_()}</body></html>\n"
        ).encode()

    def _as_json(self) -> bytes:
        if self.spec is None:
            raise InputError(f'"{self.title}" is no Vega chart, so it has no specification. Save it as .svg or .html.')
        return (json.dumps(self.spec, indent=1, ensure_ascii=False) + "\n").encode()

    def _as_png(self) -> bytes:
        converter = _vl_convert()
        if converter is None:
            raise InputError("A PNG needs vl-convert-python: pip install 'cxkit[static]'. Or save as .svg.")
        return bytes(converter.svg_to_png(theme.flat(self.svg), scale=2))


def _vl_convert() -> Any:
    try:
        import vl_convert
    except ImportError:
        return None
    return vl_convert


# ---- drawing ---------------------------------------------------------------------------------------------------------


def escape(text: object) -> str:
    """Text as it may stand in an SVG, between tags or in an attribute."""
    return html.escape(theme.clean(text))


def number(value: float) -> str:
    """A coordinate: one decimal at most, so that drawings can be compared as text."""
    return f"{round(value, 1) + 0:.1f}".removesuffix(".0")


def text(x: float, y: float, content: str, *, size: float = 12, fill: str = theme.INK, more: str = "") -> str:
    """One line of text; `more` holds further attributes."""
    return (
        f'<text x="{number(x)}" y="{number(y)}" font-size="{number(size)}" fill="{fill}"{more and " " + more}>'
        f"{html.escape(content)}</text>"
    )


def area(y: float, height: float) -> str:
    """A whole row of a picture as something that the pointer can touch."""
    return f'<rect y="{number(y)}" width="{WIDTH}" height="{number(height)}" fill="none" pointer-events="all"/>'


def heading(title: str, lines: list[str], width: float) -> tuple[str, float]:
    """Title and the lines under it (empty ones left out), wrapped to this width; the drawing and its height."""
    rows = theme.wrap(theme.clean(title), width, TITLE_SIZE, bold=True)
    parts, y = [], 0.0
    for row in rows:
        y += 24
        parts.append(text(0, y - 5, row, size=TITLE_SIZE, more='font-weight="600" class="cx-title"'))
    for line in filter(None, lines):
        for row in theme.wrap(theme.clean(line), width, TEXT_SIZE, lines=3):
            y += LEADING
            parts.append(text(0, y, row, size=TEXT_SIZE, fill=theme.MUTED))
    return "".join(parts), y + 8


def drawing(
    title: str, description: str, body: str, width: float, height: float, style: str = "", *, margin: int = MARGIN
) -> str:
    """A complete SVG of this size around `body`, with its own style sheet, on paper of its own."""
    width, height = math.ceil(width), math.ceil(height)
    inner = (
        f'<rect class="cx-paper" width="{width}" height="{height}" rx="6" fill="{theme.PAPER}"/>'
        f'<g transform="translate({margin} {margin})">{body}</g>'
    )
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="cx-svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="{theme.FONT}"'
    )
    return completed(opening, title, description, inner, width, style)


def completed(opening: str, title: str, description: str, inner: str, width: float, style: str) -> str:
    """The SVG with its name, its tokens and a size that shrinks with the page, but never below what can be read."""
    key = hashlib.blake2s((title + description + inner).encode(), digest_size=5).hexdigest()
    return (
        f'{opening} role="graphics-document document" aria-labelledby="cx-t-{key} cx-d-{key}" '
        f'style="width:100%;max-width:{width}px;min-width:{min(width, max(600, round(width * 0.7)))}px;height:auto">'
        f'<title id="cx-t-{key}">{escape(title)}</title><desc id="cx-d-{key}">{escape(description)}</desc>'
        f"<style>{theme.style(theme.used(inner + style))}{style}</style>{inner}</svg>"
    )


def empty(title: str, population: object, note: str = "", *, why: tuple[str, str] = (NOTHING, ADVICE)) -> Picture:
    """The picture of nothing: why there is nothing, and what to do."""
    head, top = heading(title, [str(population), note], WIDTH)
    reason, advice = why
    body = (
        head
        + text(WIDTH / 2, top + 52, reason, size=15, more='font-weight="600" text-anchor="middle"')
        + text(WIDTH / 2, top + 76, advice, size=13, fill=theme.MUTED, more='text-anchor="middle"')
    )
    return Picture(title, drawing(title, f"{reason} {advice}", body, WIDTH + 2 * MARGIN, top + 110 + 2 * MARGIN))


def keyed(key: str | None) -> str:
    """The attribute by which a panel knows a mark; nothing where nobody asked for keys."""
    return "" if key is None else f' data-key="{html.escape(key)}"'


# ---- charts ----------------------------------------------------------------------------------------------------------


def chart(title: str, description: str, spec: dict[str, Any], keys: Iterable[str] = ()) -> Picture:
    """A Vega-Lite chart with its drawing; where nothing can draw it here, the figure says so in words."""
    return Picture(title, lambda: _charted(title, description, spec), spec, tuple(keys))


def _charted(title: str, description: str, spec: dict[str, Any]) -> str:
    converter = _vl_convert()
    if converter is None:
        words = "The drawing needs vl-convert-python (pip install 'cxkit[static]'); a report page draws it by itself."
        head, height = heading(title, [description, words], 560)
        return drawing(title, description, head, 560 + 2 * MARGIN, height + 2 * MARGIN)
    plain = converter.vegalite_to_svg(spec, vl_version="6.4")
    opening, inner = plain.removesuffix("</svg>").split(">", 1)
    width = float(opening.split('width="', 1)[1].split('"', 1)[0])
    return completed(opening, title, description, inner, math.ceil(width), "")
