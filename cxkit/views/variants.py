"""Which ways do journeys take? Variants, drawn as rows of chevrons."""

import html
import math
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from cxkit.views import theme
from cxkit.views.picture import MARGIN, Picture, drawing, empty, escape, heading, number, text

Row = Mapping[str, Any]

_WIDTH, _ROW_HEIGHT, _CHEVRON = 1000, 34, 24
_PATH_LEFT, _PATH_RIGHT, _NOTCH = 196, 912, 8
_NARROW, _NAMED, _WIDE, _GAP = 40, 66, 120, 3
_KEYS = 30


def variants(rows: Sequence[Row], *, title: str, population: object, note: str = "", top: int = 20) -> Picture:
    """Which ways do journeys take, and how often each?

    `rows` has one row a variant, the most frequent first: `rank`, `count`, `share`, `cumulative_share`, `length`,
    `median_seconds` and `activities` (its names in order). The first `top` are drawn.
    """
    if not rows:
        return empty(title, population, note)
    shown = rows[:top]
    paths = [_folded([theme.clean(name) for name in row["activities"]]) for row in shown]
    colours, short = _colours(paths), _abbreviations(paths)
    words = (
        f"Shows {'the' if len(shown) > 1 else 'the only'} {_these(shown, rows)}: "
        f"{theme.share(shown[-1]['cumulative_share'])} of the journeys."
    )
    head, y = heading(title, [str(population), words, note], _WIDTH)
    key, tall = _variant_key(colours, short)
    y += 14
    parts = [head, f'<g transform="translate(0 {number(y)})">{key}</g>']
    y += tall + 26
    parts.append(_column_heads(y))
    y += 10
    most, wide = max(row["share"] for row in shown), _chevron_width(paths)
    for row, path in zip(shown, paths, strict=True):
        parts.append(_variant_row(row, path, y, most, wide, colours, short))
        y += _ROW_HEIGHT
    size = _WIDTH + 2 * MARGIN, y + 4 + 2 * MARGIN
    return Picture(title, drawing(title, f"{population}. {words}", "".join(parts), *size))


def _these(shown: Sequence[Row], rows: Sequence[Row]) -> str:
    if len(shown) == len(rows):
        return "variant" if len(rows) == 1 else f"{len(rows):,} variants"
    return f"{len(shown):,} most frequent of {len(rows):,} variants"


def _folded(names: Sequence[str]) -> list[tuple[str, int]]:
    """The steps with their repeats in a row counted."""
    return [(name, len(list(same))) for name, same in groupby(names)]


def _colours(paths: Sequence[list[tuple[str, int]]]) -> dict[str, tuple[str, str]]:
    """A colour a name, the same in every picture as far as twelve colours go; the rest is grey.

    The name's checksum says which; where two want the same colour, the more frequent name has it.
    """
    often = Counter(name for path in paths for name, _ in path)
    free = list(range(len(theme.CATEGORIES)))
    chosen: dict[str, tuple[str, str]] = {}
    for name in sorted(often, key=lambda name: (-often[name], name)):
        wish = zlib.crc32(name.encode()) % len(theme.CATEGORIES)
        slot = min(free, key=lambda slot: (slot - wish) % len(theme.CATEGORIES), default=None)
        chosen[name] = theme.OTHER if slot is None else theme.CATEGORIES[slot]
        if slot is not None:
            free.remove(slot)
    return chosen


def _abbreviations(paths: Sequence[list[tuple[str, int]]]) -> dict[str, str]:
    """Two to four characters a name, different for each: a code it starts with, its initials, or its first letters."""
    taken: dict[str, str] = {}
    for name in dict.fromkeys(name for path in paths for name, _ in path):
        words = [word for word in name.replace("_", " ").replace("-", " ").split() if word] or [name]
        initials = "".join(word[0] for word in words[:3]).upper()
        wishes = [words[0][:4]] if any(map(str.isdigit, words[0])) else []
        wishes += [initials] if len(initials) > 1 else []
        wishes += [words[0][:length] for length in (3, 4)] + [f"{words[0][:2]}{n}" for n in range(2, 1000)]
        taken[name] = next(wish for wish in wishes if wish not in taken.values())
    return taken


def _chevron_width(paths: Sequence[list[tuple[str, int]]]) -> float:
    """As wide as lets four rows in five stand unfolded."""
    lengths, room = sorted(map(len, paths)), _PATH_RIGHT - _PATH_LEFT
    usual = lengths[-1] if room / lengths[-1] >= _NAMED else lengths[int(0.8 * (len(lengths) - 1))]
    return max(_NARROW, min(_WIDE, room / usual))


def _variant_key(colours: Mapping[str, tuple[str, str]], short: Mapping[str, str]) -> tuple[str, float]:
    """Which colour and letters stand for which activity; and the height of that."""
    names = list(colours)[:_KEYS]
    words = [theme.fit(name, 206, 12) for name in names]
    column = max(theme.text_width(word, 12) for word in words) + 58
    across = min(len(names), int((_WIDTH + 22) // column))
    parts, y = [], 0.0
    for index, (name, word) in enumerate(zip(names, words, strict=True)):
        x, y = index % across * column, index // across * 24.0
        fill, ink = colours[name]
        size = min(10, 250 / max(theme.text_width(short[name], 10), 25))
        parts.append(
            f'<g class="cx-key"><title>{escape(name)}</title>'
            f'<rect x="{number(x)}" y="{number(y)}" width="30" height="17" rx="3" fill="{fill}"/>'
            + text(x + 15, y + 12.5, short[name], size=size, fill=ink, more='text-anchor="middle"')
            + text(x + 36, y + 13, word)
            + "</g>"
        )
    if len(colours) > _KEYS:
        y += 24
        parts.append(text(0, y + 13, f"and {len(colours) - _KEYS:,} rarer ones", fill=theme.MUTED))
    return "".join(parts), y + 20


def _column_heads(y: float) -> str:
    heads = ((84, "share", "end"), (188, "journeys", "end"), (_PATH_LEFT + 6, "steps", "start"))
    parts = [text(x, y, word, size=11.5, fill=theme.MUTED, more=f'text-anchor="{side}"') for x, word, side in heads]
    parts.append(text(_WIDTH, y, "median time", size=11.5, fill=theme.MUTED, more='text-anchor="end"'))
    return "".join(parts)


def _variant_row(
    row: Row,
    path: list[tuple[str, int]],
    y: float,
    most: float,
    wide: float,
    colours: Mapping[str, tuple[str, str]],
    short: Mapping[str, str],
) -> str:
    base, end = y + _ROW_HEIGHT / 2 + 4, 'text-anchor="end"'
    bar = 48 * row["share"] / most if most else 0
    tip = (
        f"Variant {row['rank']}: {theme.plural(row['count'], 'journey')} ({theme.share(row['share'])}), "
        f"{theme.share(row['cumulative_share'])} with all above\n{theme.plural(row['length'], 'step')}, median "
        f"{theme.duration(row.get('median_seconds'))}"
    )
    parts = [
        text(22, base, theme.count(row["rank"]), fill=theme.MUTED, more=end),
        text(84, base, theme.share(row["share"]), more=f'{end} font-weight="600"'),
        f'<rect x="92" y="{number(base - 9)}" width="{number(max(bar, 1))}" height="10" rx="2" fill="{theme.BOX}"/>',
        text(188, base, theme.count(row["count"]), more=end),
        text(_WIDTH, base, theme.duration(row.get("median_seconds")), fill=theme.LONG, more=end),
        _chevrons(path, base - 4, wide, colours, short),
    ]
    return f'<g class="cx-variant" data-rank="{row["rank"]}"><title>{html.escape(tip)}</title>{"".join(parts)}</g>'


def _chevrons(
    path: list[tuple[str, int]],
    middle: float,
    wide: float,
    colours: Mapping[str, tuple[str, str]],
    short: Mapping[str, str],
) -> str:
    """The steps from left to right; what does not fit is folded into one piece that says how many steps it holds."""
    room = int((_PATH_RIGHT - _PATH_LEFT) // wide)
    first, hidden, last = path, [], []
    if len(path) > room:
        tail = min(3, room // 3)
        kept = room - tail - math.ceil(96 / wide)
        first, hidden, last = path[:kept], path[kept : len(path) - tail], path[len(path) - tail :]
    x, parts = float(_PATH_LEFT), []
    for name, times in first:
        parts.append(_chevron(x, middle, wide, name, times, colours[name], short[name]))
        x += wide
    if hidden:
        steps = sum(times for _, times in hidden)
        words = f"\N{HORIZONTAL ELLIPSIS} +{theme.plural(steps, 'step')}"
        parts.append(text(x + 50, middle + 4, words, size=11, fill=theme.MUTED, more='text-anchor="middle"'))
        x += 96
    for name, times in last:
        parts.append(_chevron(x, middle, wide, name, times, colours[name], short[name]))
        x += wide
    return "".join(parts)


def _chevron(x: float, middle: float, wide: float, name: str, times: int, colour: tuple[str, str], short: str) -> str:
    right, top, bottom = x + wide - _GAP, middle - _CHEVRON / 2, middle + _CHEVRON / 2
    corners = (
        (x, top), (right - _NOTCH, top), (right, middle), (right - _NOTCH, bottom), (x, bottom), (x + _NOTCH, middle)
    )  # fmt: skip
    points = " ".join(f"{number(px)},{number(py)}" for px, py in corners)
    repeat = f" \N{MULTIPLICATION SIGN}{times}" if times > 1 else ""
    inside = wide - _GAP - 2 * _NOTCH - 3
    label = theme.fit(name, inside - theme.text_width(repeat, 11), 11) if wide >= _NAMED else short
    size = min(11, 11 * (inside + 8) / theme.text_width(label + repeat, 11))
    tip = f"{escape(name)}{f', {times} times in a row' if times > 1 else ''}"
    return (
        f'<g class="cx-step"><title>{tip}</title><polygon points="{points}" fill="{colour[0]}"/>'
        + text((x + right) / 2 + 1, middle + 4, label + repeat, size=size, fill=colour[1], more='text-anchor="middle"')
        + "</g>"
    )
