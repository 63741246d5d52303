"""How do our pictures look? One set of colours for light and dark, one type face.

Every colour is a CSS custom property with its light value as fallback, so that one SVG serves both themes and still
has its colours where no style sheet is read.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

# Where a Linux has none of the usual ones, DejaVu is next, which is far wider than its condensed cut.
FONT = (
    "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Noto Sans', "
    "'DejaVu Sans Condensed', sans-serif"
)

# name -> (light, dark). Contrast on paper is held by a test: 4.5 for text, 3 for marks.
TOKENS: dict[str, tuple[str, str]] = {
    "paper": ("#ffffff", "#141b23"),
    "ink": ("#17212b", "#e6ecf2"),
    "muted": ("#566373", "#9fadbc"),
    "grid": ("#e3e8ee", "#2b3642"),
    "line-1": ("#8793a1", "#66768a"),
    "line-2": ("#64748b", "#8fa1b5"),
    "line-3": ("#3d4d60", "#c3d0de"),
    "accent": ("#1d63a8", "#6db3f0"),
    "long": ("#9a4f00", "#f0b45b"),
    "ended": ("#64717f", "#93a1b0"),
    "ended-ink": ("#ffffff", "#141b23"),
    "box": ("#5b87b5", "#5f8fc0"),
    "many-1": ("#eef5fc", "#1a2836"),
    "many-2": ("#d3e5f6", "#1d3a57"),
    "many-3": ("#a6cbec", "#22537f"),
    "many-4": ("#5f9fd8", "#5aa2dd"),
    "many-5": ("#2a70b5", "#a5d0f5"),
    "many-ink-4": ("#17212b", "#141b23"),
    "many-ink-5": ("#ffffff", "#141b23"),
    "long-1": ("#fdf3e3", "#2e261a"),
    "long-2": ("#fadfb4", "#4d3a1c"),
    "long-3": ("#f2bd73", "#7a5518"),
    "long-4": ("#cf7a1f", "#dc9a3e"),
    "long-5": ("#8f4a06", "#f8d08e"),
    "long-ink-4": ("#17212b", "#141b23"),
    "long-ink-5": ("#ffffff", "#141b23"),
}

# (light, its ink, dark). The first eight stay apart under protanopia, deuteranopia and tritanopia (held by a test); the
# rest only for those who see all colours, so a mark with a category colour carries a label too. From the 25th on each
# is the one that was farthest from all before it, in both themes.
PALETTE = (
    ("#155993", "#ffffff", "#7cc2fe"),
    ("#dc7537", "#17212b", "#e49a4d"),
    ("#589d86", "#17212b", "#a5f0e6"),
    ("#8a2a5a", "#ffffff", "#d66a80"),
    ("#566bd4", "#ffffff", "#479eb6"),
    ("#976344", "#ffffff", "#fec0b0"),
    ("#2c4606", "#ffffff", "#a37e15"),
    ("#540f79", "#ffffff", "#9c82f6"),
    ("#ac850f", "#17212b", "#e8d06a"),
    ("#3096ac", "#17212b", "#b9e06f"),
    ("#b06fc4", "#17212b", "#f0a6e0"),
    ("#76922f", "#17212b", "#b8c4d4"),
    ("#d26c81", "#17212b", "#ffafbe"),
    ("#953a1c", "#ffffff", "#e2947c"),
    ("#c48026", "#17212b", "#f6be82"),
    ("#6f5900", "#ffffff", "#bbac5e"),
    ("#799f41", "#17212b", "#b8d790"),
    ("#006f3d", "#ffffff", "#71be93"),
    ("#18a69d", "#17212b", "#75e0d7"),
    ("#006a8b", "#ffffff", "#56bad5"),
    ("#4796dc", "#17212b", "#96d1ff"),
    ("#4c50a2", "#ffffff", "#9ca5ea"),
    ("#a779cd", "#17212b", "#ddb9fd"),
    ("#873974", "#ffffff", "#d492c1"),
    ("#3e1935", "#ffffff", "#9c7a92"),
    ("#0032a5", "#ffffff", "#5383e1"),
    ("#9c8a9a", "#17212b", "#f1e3ef"),
    ("#063215", "#ffffff", "#708f76"),
    ("#c42f6e", "#ffffff", "#fc75a5"),
    ("#9b46bd", "#ffffff", "#d184f2"),
    ("#4f2b08", "#ffffff", "#ae8e75"),
    ("#7c249d", "#ffffff", "#b165d1"),
    ("#229c1e", "#17212b", "#71d46a"),
    ("#c1291b", "#ffffff", "#fa715e"),
    ("#30046a", "#ffffff", "#8879c4"),
    ("#737746", "#ffffff", "#dce1b9"),
    ("#134abe", "#ffffff", "#689afa"),
    ("#7f4c56", "#ffffff", "#c8a7ac"),
    ("#765295", "#ffffff", "#aa89ca"),
    ("#bc41a1", "#ffffff", "#f482d7"),
    ("#a3278a", "#ffffff", "#da6bbf"),
    ("#3f5a03", "#ffffff", "#86a064"),
    ("#0e294a", "#ffffff", "#7188a6"),
    ("#0f5c57", "#ffffff", "#8ec0ba"),
    ("#975a91", "#ffffff", "#fcc9f7"),
    ("#681b31", "#ffffff", "#ca8793"),
    ("#6f2a00", "#ffffff", "#b37559"),
    ("#7e85b4", "#17212b", "#cbd2fa"),
    ("#721f6e", "#ffffff", "#b671b0"),
    ("#427e0b", "#ffffff", "#7cb45a"),
    ("#307266", "#ffffff", "#6da79b"),
    ("#202e6d", "#ffffff", "#8193c9"),
    ("#b74f13", "#ffffff", "#fca37a"),
    ("#958a58", "#17212b", "#ccc293"),
    ("#c24d5d", "#ffffff", "#fa8b95"),
    ("#8962c5", "#ffffff", "#be9cfa"),
    ("#4e5c86", "#ffffff", "#a7b0ca"),
    ("#526539", "#ffffff", "#9bac86"),
    ("#6d69b0", "#ffffff", "#b6b5f3"),
    ("#2d8659", "#ffffff", "#a9d5ba"),
    ("#716253", "#ffffff", "#d6cabd"),
    ("#4f3f32", "#ffffff", "#918378"),
    ("#98066e", "#ffffff", "#cf58a2"),
    ("#2f70a8", "#ffffff", "#6da7dc"),
    ("#7c9699", "#17212b", "#cbe1e3"),
    ("#543558", "#ffffff", "#b59ab8"),
    ("#a1376d", "#ffffff", "#e3a3be"),
    ("#7c5678", "#ffffff", "#e1c0dd"),
    ("#af7b6b", "#17212b", "#e6b3a4"),
    ("#32a155", "#17212b", "#b1fec0"),
    ("#792a35", "#ffffff", "#bd777c"),
    ("#495443", "#ffffff", "#8f998a"),
)
for _number, (_light, _ink, _dark) in enumerate(PALETTE, 1):
    TOKENS[f"cat-{_number}"] = (_light, _dark)
    TOKENS[f"cat-ink-{_number}"] = (_ink, "#141b23")


def _var(name: str) -> str:
    return f"var(--cx-{name}, {TOKENS[name][0]})"


PAPER, INK, MUTED, GRID, ACCENT, LONG, ENDED, BOX = map(
    _var, ("paper", "ink", "muted", "grid", "accent", "long", "ended", "box")
)
LINES = tuple(_var(f"line-{step}") for step in (1, 2, 3))


def _ramp(name: str) -> tuple[tuple[str, str], ...]:
    """Five (fill, ink on it) pairs, few to many."""
    return tuple((_var(f"{name}-{step}"), _var(f"{name}-ink-{step}") if step > 3 else INK) for step in range(1, 6))


MANY = _ramp("many")
LONGER = _ramp("long")
CATEGORIES = tuple((_var(f"cat-{n}"), _var(f"cat-ink-{n}")) for n in range(1, len(PALETTE) + 1))
OTHER = (ENDED, _var("ended-ink"))


def activity_colour(rank: int | None) -> tuple[str, str]:
    """The colour of an activity in every picture of its store, and the ink on it, by its rank there (0: most frequent).

    As many as the palette holds have one of their own; the rest, and what has no rank, is grey. `Journeys.ranks` says
    the ranks by name.
    """
    return CATEGORIES[rank] if rank is not None and rank < len(CATEGORIES) else OTHER


def style(names: Iterable[str]) -> str:
    """The style sheet that gives these tokens their dark values where the page, or else the system, is dark."""
    names = list(names)
    light, dark = (";".join(f"--cx-{name}:{TOKENS[name][side]}" for name in names) for side in (0, 1))
    return (
        f"@media screen and (prefers-color-scheme: dark) {{:root {{{dark}}}}}\n"
        f'[data-theme="light"], body[data-jp-theme-light="true"] {{{light}}}\n'
        f'[data-theme="dark"], body[data-jp-theme-light="false"] {{{dark}}}'
    )


STYLE = style(TOKENS)


def used(svg: str) -> list[str]:
    """Which tokens does this drawing name?"""
    return sorted(set(re.findall(r"var\(--cx-([\w-]+)", svg)) & TOKENS.keys())


def flat(svg: str) -> str:
    """The drawing with its light colours written out, for readers that know no custom properties."""
    return re.sub(r"var\(--cx-[\w-]+, (#\w+)\)", r"\1", svg)


def altair_config() -> dict[str, object]:
    """Vega-Lite `config` from the same tokens; Vega hands `var()` through to the SVG untouched."""
    text = {"labelColor": MUTED, "titleColor": MUTED, "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": 400}
    return {
        "background": PAPER,
        "font": FONT,
        "padding": 24,
        "view": {"stroke": None},
        "axis": text | {"gridColor": GRID, "domainColor": LINES[0], "tickColor": LINES[0], "labelPadding": 6},
        "legend": text
        | {"symbolType": "square", "orient": "top", "titleOrient": "left", "titlePadding": 12, "offset": 14},
        "header": text | {"labelFontWeight": 600, "labelColor": INK, "labelAnchor": "start"},
        "title": {
            "anchor": "start", "frame": "bounds", "color": INK, "fontSize": 16, "fontWeight": 600, "offset": 18,
            "subtitleColor": MUTED, "subtitleFontSize": 13, "subtitleLineHeight": 19, "subtitlePadding": 9,
        },
        "range": {"category": [fill for fill, _ in CATEGORIES]},
    }  # fmt: skip


# ---- type ----------------------------------------------------------------------------------------------------------

# Advance widths of the usual grotesques in thousandths of the size, taken a little wide.
WIDTHS = {
    char: width
    for width, chars in (
        (200, "'"), (235, "ijl"), (275, "|"), (295, " !,./:;I[\\]ft"), (350, '()-`r{}"'), (410, "*"), (490, "^"),
        (530, "Jcksvxyz"), (590, "#$0123456789?L_abdeghnopqu"), (620, "+<=>~FTZ"), (700, "&ABEKPSVXY"),
        (755, "CDHNRUw"), (810, "GOQ"), (870, "Mm"), (930, "%"), (980, "W"), (1040, "@"),
    )
    for char in chars
}  # fmt: skip


@cache
def _advance(char: str) -> int:
    if char in WIDTHS:
        return WIDTHS[char]
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    if ord(char) >= 0x1F000:
        return 1300
    if unicodedata.east_asian_width(char) in "WF":
        return 1020
    return 760 if char.isupper() else 620


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """How wide is this text in pixels, about?"""
    return sum(map(_advance, text)) * size / 1000 * (1.07 if bold else 1)


TEXTS_KEPT = 4_096
OVERRIDES = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


NO_MATH = "mathjax_ignore tex2jax_ignore"  # classes that keep a notebook's typesetter away: a log's "$" is a dollar


def clean(text: object) -> str:
    """One line of visible text: no control characters, no characters XML forbids, no bidirectional overrides."""
    return _cleaned(str(text))


@lru_cache(TEXTS_KEPT)
def _cleaned(text: str) -> str:
    visible = text.translate(OVERRIDES)
    forbidden = "\ufffe\uffff"
    kept = (" " if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") or c in forbidden else c for c in visible)
    return " ".join("".join(kept).split()) or "(no name)"


@lru_cache(TEXTS_KEPT)
def isolated(text: str) -> str:
    """A name that keeps its own writing direction inside a sentence."""
    mixed = any(unicodedata.bidirectional(char) in ("R", "AL") for char in text)
    return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}" if mixed else text


def fit(text: str, width: float, size: float, *, bold: bool = False) -> str:
    """The text, cut with an ellipsis where it is wider than `width` pixels."""
    if text_width(text, size, bold=bold) <= width:
        return text
    room = width - text_width("\N{HORIZONTAL ELLIPSIS}", size, bold=bold)
    end = 0
    while end < len(text) and (room := room - text_width(text[end], size, bold=bold)) >= 0:
        end += 1
    while end and unicodedata.category(text[end : end + 1] or "a") in ("Mn", "Me", "Cf"):
        end -= 1
    return text[:end].rstrip() + "\N{HORIZONTAL ELLIPSIS}"


def wrap(text: str, width: float, size: float, *, lines: int = 2, bold: bool = False) -> list[str]:
    """The text on at most so many lines of `width` pixels; what does not fit ends in an ellipsis."""
    rows: list[str] = []
    words = text.split(" ")
    while words and len(rows) < lines - 1:
        taken = 1
        while taken < len(words) and text_width(" ".join(words[: taken + 1]), size, bold=bold) <= width:
            taken += 1
        if taken == 1 and text_width(words[0], size, bold=bold) > width:
            cut = len(fit(words[0], width, size, bold=bold)) - 1
            words[:1] = [words[0][:cut] or words[0][:1], words[0][cut or 1 :]]
        rows.append(" ".join(words[:taken]))
        words = [word for word in words[taken:] if word]
    return [*rows, fit(" ".join(words), width, size, bold=bold)] if words else rows
