"""Which ways do journeys take? Variants, drawn as rows of chevrons."""

import html
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from cxkit.views import theme
from cxkit.views.picture import MARGIN, WIDTH, Picture, area, drawing, empty, escape, heading, keyed, number, text
from cxkit.words import many, percent, timed

Row = Mapping[str, Any]
Path = list[tuple[str, int]]

LEFT, RIGHT = 196, WIDTH - 74
ACROSS = range(11, 4, -1)  # steps on a line
CUT = 7  # steps on a line where some names have to be cut
SIZE, LEADING, NOTCH, GAP, LINE_GAP = 11, 12, 6, 2, 4
FOLDED = "\N{HORIZONTAL ELLIPSIS} +"


class Style(NamedTuple):
    """How all chevrons of one picture look."""

    across: int
    lines: int  # of text
    colours: Mapping[str, str]

    @property
    def wide(self) -> float:
        return (RIGHT - LEFT) / self.across

    @property
    def inside(self) -> float:
        return self.wide - GAP - NOTCH

    @property
    def tall(self) -> float:
        return self.lines * LEADING + 7

    @property
    def room(self) -> int:
        """Steps on two lines, the second of which is indented."""
        return 2 * self.across - 1


def variants(
    rows: Sequence[Row], *, title: str, population: object, note: str = "", top: int = 20, of: int | None = None
) -> Picture:
    """Which ways do journeys take, and how often each?

    `rows` has one row a variant, the most frequent first: `rank`, `count`, `share`, `cumulative_share`, `length`,
    `median_seconds` and `activities` (its names in order). The first `top` are drawn; `of` says how many variants
    there are where `rows` has not all of them.
    """
    if not rows:
        return empty(title, population, note)
    shown = rows[:top]
    paths = [_counted([theme.clean(name) for name in row["activities"]]) for row in shown]
    look, most = _style(paths), max(row["share"] for row in shown)
    words = (
        f"Shows {'the' if len(shown) > 1 else 'the only'} {_these(len(shown), of or len(rows))}: "
        f"{percent(shown[-1]['cumulative_share'])} of the journeys."
    )
    head, y = heading(title, [str(population), words, note], WIDTH)
    y += 24
    parts = [head, _column_heads(y)]
    y += 9
    for row, path in zip(shown, paths, strict=True):
        drawn, tall = _variant_row(row, path, y, most, look)
        parts.append(drawn)
        y += tall
    size = WIDTH + 2 * MARGIN, y + 2 * MARGIN
    return Picture(title, drawing(title, f"{population}. {words}", "".join(parts), *size))


def _these(shown: int, every: int) -> str:
    if shown == every:
        return "variant" if every == 1 else f"{many(every)} variants"
    return f"{many(shown)} most frequent of {many(every)} variants"


def _counted(names: Sequence[str]) -> Path:
    """The steps with their repeats in a row counted."""
    return [(name, len(list(same))) for name, same in groupby(names)]


# ---- style -----------------------------------------------------------------------------------------------------------


def _style(paths: Sequence[Path]) -> Style:
    """Chevrons in which every name can be read; of those the ones that fold least and take least height."""
    steps, colours = {step for path in paths for step in path}, _colours(paths)
    styles = [Style(across, lines, colours) for lines in (1, 2, 3) for across in ACROSS]

    def cost(style: Style) -> tuple[int, float, float]:
        folded = sum(len(path) > style.room for path in paths)
        height = sum(min(2, -(-len(path) // style.across)) * (style.tall + LINE_GAP) for path in paths)
        return folded, height, style.across

    fitting = (style for style in styles if all(_fits(step, style) for step in steps))
    return min(fitting, key=cost, default=Style(CUT, 3, colours))


def _fits(step: tuple[str, int], style: Style) -> bool:
    return "\N{HORIZONTAL ELLIPSIS}" not in "".join(_label(step, style)) and all(
        theme.text_width(word, SIZE) <= style.inside for word in step[0].split(" ")
    )


def _label(step: tuple[str, int], style: Style) -> list[str]:
    name, times = step
    repeat = f" \N{MULTIPLICATION SIGN}{times}" if times > 1 else ""
    lines = theme.wrap(name + repeat, style.inside, SIZE, lines=style.lines)
    if lines[-1].endswith("\N{HORIZONTAL ELLIPSIS}") and repeat:
        lines[-1] = theme.fit(lines[-1][:-1], style.inside - theme.text_width(repeat, SIZE) - 8, SIZE) + repeat
    return lines


def _colours(paths: Sequence[Path]) -> dict[str, str]:
    """A colour a name, the same in every picture as far as twelve colours go; the rest is grey.

    The name's checksum says which; where two want the same colour, the more frequent name has it.
    """
    often = Counter(name for path in paths for name, _ in path)
    free = list(range(len(theme.CATEGORIES)))
    chosen: dict[str, str] = {}
    for name in sorted(often, key=lambda name: (-often[name], name)):
        wish = zlib.crc32(name.encode()) % len(theme.CATEGORIES)
        slot = min(free, key=lambda slot: (slot - wish) % len(theme.CATEGORIES), default=None)
        chosen[name] = theme.ENDED if slot is None else theme.CATEGORIES[slot][0]
        if slot is not None:
            free.remove(slot)
    return chosen


# ---- rows ------------------------------------------------------------------------------------------------------------


def _column_heads(y: float) -> str:
    heads = ((76, "share", "end"), (LEFT - 12, "journeys", "end"), (LEFT, "steps", "start"))
    parts = [text(x, y, word, size=12, fill=theme.MUTED, more=f'text-anchor="{side}"') for x, word, side in heads]
    parts.append(text(WIDTH, y, "median time", size=12, fill=theme.MUTED, more='text-anchor="end"'))
    return "".join(parts)


def _variant_row(row: Row, path: Path, y: float, most: float, look: Style) -> tuple[str, float]:
    """The row of one variant, and its height."""
    drawn, lines = _steps(path, y + 5, look)
    tall, base, end = lines * (look.tall + LINE_GAP) + 5, y + 9 + look.tall / 2, 'text-anchor="end"'
    bar = 48 * row["share"] / most if most else 0
    tip = (
        f"Variant {row['rank']}: {many(row['count'], 'journey')} ({percent(row['share'])}), "
        f"{percent(row['cumulative_share'])} with all above\n{many(row['length'], 'step')}, median "
        f"{timed(row, 'median_seconds')}"
    )
    parts = [
        area(y, tall),
        f'<path d="M0,{number(y)}H{WIDTH}" stroke="{theme.GRID}"/>',
        text(18, base, many(row["rank"]), fill=theme.MUTED, more=end),
        text(76, base, percent(row["share"]), size=13, more=f'{end} font-weight="600"'),
        f'<rect x="84" y="{number(base - 9)}" width="{number(max(bar, 1))}" height="10" rx="2" fill="{theme.BOX}"/>',
        text(LEFT - 12, base, many(row["count"]), more=end),
        text(WIDTH, base, timed(row, "median_seconds"), size=13, fill=theme.LONG, more=end),
        drawn,
    ]
    keys = f'data-rank="{row["rank"]}" data-variant="{row["variant"]}"{keyed(row.get("key"))}'
    group = f'<g class="cx-variant" {keys}><title>{html.escape(tip)}</title>{"".join(parts)}</g>'
    return group, tall


def _steps(path: Path, top: float, look: Style) -> tuple[str, int]:
    """The steps on one line or two, and how many; what does not fit is folded and counted in its middle."""
    hidden = path[look.room - 4 : -3] if len(path) > look.room else []
    pieces: list[tuple[str, int] | None] = [*path[: look.room - 4], None, *path[-3:]] if hidden else [*path]
    parts = []
    for place, step in enumerate(pieces):
        line, column = divmod(place, look.across) if place < look.across else (1, place - look.across)
        x, y = LEFT + column * look.wide + 18 * line, top + line * (look.tall + LINE_GAP)
        if step:
            parts.append(_chevron(x, y, step, look))
        else:
            words = f"{FOLDED}{many(sum(times for _, times in hidden))} steps"
            where = x + look.wide / 2, y + look.tall / 2 + 4
            parts.append(text(*where, words, size=SIZE, fill=theme.MUTED, more='text-anchor="middle"'))
    lines = 2 if len(pieces) > look.across else 1
    return "".join(parts) + (_onward(top + look.tall + LINE_GAP, look) if lines > 1 else ""), lines


def _onward(y: float, look: Style) -> str:
    """The little arrow ahead of a second line."""
    middle = number(y + look.tall / 2)
    return (
        f'<path d="M{LEFT + 3},{number(y - 1)}V{middle}H{LEFT + 13}m-4,-3.5l4,3.5l-4,3.5" fill="none" '
        f'stroke="{theme.LINES[0]}" stroke-width="1.2"/>'
    )


def _chevron(x: float, top: float, step: tuple[str, int], look: Style) -> str:
    right, middle, bottom = x + look.wide - GAP, top + look.tall / 2, top + look.tall
    corners = (
        (x, top), (right - NOTCH, top), (right, middle), (right - NOTCH, bottom), (x, bottom), (x + NOTCH, middle)
    )  # fmt: skip
    points = " ".join(f"{number(px)},{number(py)}" for px, py in corners)
    name, times = step
    tip = f"{escape(name)}{f', {times} times in a row' if times > 1 else ''}"
    colour, lines = look.colours[name], _label(step, look)
    first = middle + 3.5 - (len(lines) - 1) * LEADING / 2
    words = (
        text((x + right) / 2 + 1, first + i * LEADING, line, size=SIZE, more='text-anchor="middle"')
        for i, line in enumerate(lines)
    )
    return (
        f'<g class="cx-step"><title>{tip}</title><polygon points="{points}" fill="{colour}" fill-opacity=".22" '
        f'stroke="{colour}" stroke-opacity=".55"/>{"".join(words)}</g>'
    )
