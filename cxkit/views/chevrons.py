"""Which ways do journeys take? Variants, drawn as rows of chevrons."""

import html
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from cxkit.views import theme
from cxkit.views.picture import MARGIN, WIDTH, Picture, area, drawing, empty, escape, heading, keyed, number, text
from cxkit.words import many, percent, timed

Row = Mapping[str, Any]
Path = list[tuple[str, int]]
Ranks = Mapping[str, int]

LEFT, RIGHT = 196, WIDTH - 74
ACROSS = range(11, 4, -1)  # steps on a line
CUT = 7  # steps on a line where some names have to be cut
SIZE, LEADING, NOTCH, GAP, LINE_GAP, BELOW = 11, 12, 6, 2, 4, 16
SIDES, DOT = ("with", "without"), "\N{MIDDLE DOT}"
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


class Line(NamedTuple):
    """What a row of the picture says: of one way, or of all others together, which have no steps."""

    label: str
    row: Row
    names: Sequence[str]
    tip: str
    below: str = ""
    keys: str = ""
    mark: str = "cx-way"


def variants(
    rows: Sequence[Row],
    *,
    title: str,
    population: object,
    note: str = "",
    ranks: Ranks | None = None,
    top: int = 20,
    of: int | None = None,
) -> Picture:
    """Which ways do journeys take, and how often each?

    `rows` has one row a variant, the most frequent first: `rank`, `count`, `share`, `cumulative_share`, `length`,
    `median_seconds` and `activities` (its names in order). The first `top` are drawn, the others counted; `of` says how
    many variants there are where `rows` has not all of them. `ranks` says by its name which colour an activity has.
    """
    if not rows:
        return empty(title, population, note)
    shown, every = rows[:top], of or len(rows)
    words = (
        f"Shows {'the' if len(shown) > 1 else 'the only'} {_these(len(shown), every)}: "
        f"{percent(shown[-1]['cumulative_share'])} of the journeys."
    )
    lines = [_line_of_variant(row) for row in shown]
    if every > len(shown):
        lines.append(_rest(shown, every - len(shown)))
    return _picture(lines, title, population, [words, note], ranks or {})


def families(
    rows: Sequence[Row], *, title: str, population: object, note: str = "", ranks: Ranks | None = None
) -> Picture:
    """Which few ways do most journeys take, give or take some steps?

    `rows` has one row a family, the largest first: `family`, `count`, `share`, `cumulative_share`, `variants`,
    `radius`, `within`, `median_seconds`, `activities` (of its typical way, in order) and `differs`; the one called
    "other" is of the journeys that belong to none.
    """
    if not rows:
        return empty(title, population, note)
    return _picture(
        [_line_of_family(row) for row in rows],
        title,
        population,
        [_held(rows, "family", "families"), note],
        ranks or {},
    )


def representatives(
    rows: Sequence[Row], *, title: str, population: object, note: str = "", ranks: Ranks | None = None
) -> Picture:
    """Which few journeys stand for most?

    `rows` has one row a journey, that which stands for most first: `journey`, `stands_for`, `share`, `distance`,
    `within`, `activities`; the one without a journey is of all that none stands for.
    """
    if not rows:
        return empty(title, population, note)
    lines = [_line_of_journey(place, row) for place, row in enumerate(rows, 1)]
    return _picture(lines, title, population, [_held(rows, "journey", "journeys"), note], ranks or {})


def _picture(lines: Sequence[Line], title: str, population: object, notes: Sequence[str], ranks: Ranks) -> Picture:
    cleaned = {theme.clean(name): rank for name, rank in ranks.items()}
    paths = [_counted([theme.clean(name) for name in line.names]) for line in lines]
    look, most = _style(paths, cleaned), max(line.row["share"] for line in lines if line.names or len(lines) == 1)
    head, y = heading(title, [str(population), *notes], WIDTH)
    y += 24
    parts = [head, _column_heads(y, any("median_seconds" in line.row for line in lines))]
    y += 9
    for line, path in zip(lines, paths, strict=True):
        drawn, tall = _row(line, path, y, most, look)
        parts.append(drawn)
        y += tall
    size = WIDTH + 2 * MARGIN, y + 2 * MARGIN
    return Picture(title, drawing(title, f"{population}. {notes[0]}", "".join(parts), *size))


def _these(shown: int, every: int) -> str:
    if shown == every:
        return "variant" if every == 1 else f"{many(every)} variants"
    return f"{many(shown)} most frequent of {many(every)} variants"


def _rest(shown: Sequence[Row], others: int) -> Line:
    """The line of all variants that are not drawn."""
    total = round(shown[0]["count"] / shown[0]["share"])
    count = total - sum(row["count"] for row in shown)
    row = {"count": count, "share": count / total, "cumulative_share": 1.0}
    return Line("", row, (), f"{many(count, 'journey')} on all other variants", f"{many(others)} other variants")


def _held(rows: Sequence[Row], noun: str, nouns: str) -> str:
    """How much the rows but that of the others hold, and how near they are to it."""
    own = [row for row in rows if row["activities"]]
    held = percent(sum(row["share"] for row in own))
    near = percent(1 - rows[0]["within"])
    return f"{many(len(own), noun, nouns)} for {held} of the journeys, with at least {near} of the steps in common."


def _line_of_variant(row: Row) -> Line:
    tip = (
        f"Variant {row['rank']}: {many(row['count'], 'journey')} ({percent(row['share'])}), "
        f"{percent(row['cumulative_share'])} with all above\n{many(row['length'], 'step')}, median "
        f"{timed(row, 'median_seconds')}"
    )
    keys = f'data-rank="{row["rank"]}" data-variant="{row["variant"]}"{keyed(row.get("key"))}'
    return Line(many(row["rank"]), row, row["activities"], tip, keys=keys, mark="cx-variant")


def _line_of_family(row: Row) -> Line:
    count, keys = many(row["count"], "journey"), keyed(row.get("key"))
    if not row["activities"]:
        return Line("", row, (), f"{count} near to no family", f"{many(row['variants'])} other variants", keys)
    tip = (
        f"Family {row['family']}: {count} ({percent(row['share'])}) on {many(row['variants'], 'variant')}\n"
        f"9 of 10 have at least {percent(1 - row['radius'])} of the steps in common with the way that is drawn"
    )
    return Line(row["family"], row, row["activities"], tip, _telling(row["differs"]), keys)


def _telling(differs: Sequence[str]) -> str:
    """What a family has or lacks more often than others, the word of each side once."""
    sides = {word: [text.removeprefix(f"{word} ") for text in differs if text.startswith(f"{word} ")] for word in SIDES}
    return f" {DOT} ".join(f"{word} {', '.join(names)}" for word, names in sides.items() if names)


def _line_of_journey(place: int, row: Row) -> Line:
    counted = {**row, "count": row["stands_for"]}
    count, keys = many(row["stands_for"], "journey"), keyed(row.get("key"))
    if row["journey"] is None:
        return Line("", counted, (), f"{count} that none stands for", "all other journeys", keys)
    tip = f"{row['journey']} stands for {count}; 9 of 10 have {percent(1 - row['distance'])} of the steps in common"
    return Line(str(place), counted, row["activities"], tip, row["journey"], keys)


def _counted(names: Sequence[str]) -> Path:
    """The steps with their repeats in a row counted."""
    return [(name, len(list(same))) for name, same in groupby(names)]


# ---- style -----------------------------------------------------------------------------------------------------------


def _style(paths: Sequence[Path], ranks: Ranks) -> Style:
    """Chevrons in which every name can be read; of those the ones that fold least and take least height."""
    steps = {step for path in paths for step in path}
    colours = {name: theme.activity_colour(ranks.get(name))[0] for name, _ in steps}
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


# ---- rows ------------------------------------------------------------------------------------------------------------


def _column_heads(y: float, timed_: bool) -> str:
    heads = ((76, "share", "end"), (LEFT - 12, "journeys", "end"), (LEFT, "steps", "start"))
    parts = [text(x, y, word, size=12, fill=theme.MUTED, more=f'text-anchor="{side}"') for x, word, side in heads]
    if timed_:
        parts.append(text(WIDTH, y, "median time", size=12, fill=theme.MUTED, more='text-anchor="end"'))
    return "".join(parts)


def _row(line: Line, path: Path, y: float, most: float, look: Style) -> tuple[str, float]:
    """The row of one way, and its height."""
    row = line.row
    drawn, lines = _steps(path, y + 5, look) if path else ("", 0)
    steps = lines * (look.tall + LINE_GAP) + 5
    tall, base, end = steps + BELOW * bool(line.below), y + 9 + look.tall / 2, 'text-anchor="end"'
    tall = max(tall, look.tall + 10)
    bar = min(48 * row["share"] / most if most else 0, 48)
    below = y + steps + 9 if path else base
    parts = [
        area(y, tall),
        f'<path d="M0,{number(y)}H{WIDTH}" stroke="{theme.GRID}"/>',
        text(18, base, line.label, fill=theme.MUTED, more=end),
        text(76, base, percent(row["share"]), size=13, more=f'{end} font-weight="600"'),
        f'<rect x="84" y="{number(base - 9)}" width="{number(max(bar, 1))}" height="10" rx="2" fill="{theme.BOX}"/>',
        text(LEFT - 12, base, many(row["count"]), more=end),
        _time(row, base),
        drawn,
        text(LEFT, below, theme.fit(line.below, RIGHT - LEFT, SIZE), size=SIZE, fill=theme.MUTED) if line.below else "",
    ]
    group = f'<g class="{line.mark}" {line.keys}><title>{html.escape(line.tip)}</title>{"".join(parts)}</g>'
    return group, tall


def _time(row: Row, base: float) -> str:
    if "median_seconds" not in row:
        return ""
    return text(WIDTH, base, timed(row, "median_seconds"), size=13, fill=theme.LONG, more='text-anchor="end"')


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
