"""Two sides as a page: who they are, what else differs, what they do differently, how they end, how long they take."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cxkit.views import theme
from cxkit.views.compared import words
from cxkit.views.compared.map import difference_map
from cxkit.views.compared.words import Names
from cxkit.views.picture import MARGIN, WIDTH, Picture, area, drawing, empty, heading, keyed, number, text
from cxkit.words import lasting, many

Row = Mapping[str, Any]
LEFT, RIGHT = theme.CATEGORIES[0][0], theme.CATEGORIES[1][0]
LINE, TEXT, SCALE = 43, 610, 300  # of one difference, its words, and the line on which its two levels lie
START = WIDTH - SCALE - 8
MOST, MOST_MIXED, MOST_RAW, MOST_EACH = 12, 5, 6, 3
SMALL, SIZE = 12, 13
WAYS = ("stage", "outcome")
PLOT = 140
MIDDLE = 'text-anchor="middle"'


def compare(
    rows: Sequence[Row],
    *,
    title: str,
    population: object,
    of: Any,
    note: str = "",
    why: tuple[str, str] = ("There is nothing to compare.", "A side has no journeys, or the log has no dates."),
    show: str = "list",
    top: int = MOST,
    size: tuple[float, float] | None = None,
) -> Picture:
    """What two sides of journeys do differently, most certain first; `show="map"` draws it as a map.

    `rows` are those of the measure; `of` knows the sides as a whole (`sides`, each with `pair`, `journeys`,
    `customers`, `medians`, `edges`, `lasting` and `still_open`; `asked`, whether there were journeys). `top`
    differences are told, the others counted. `size` is for a map that fills a panel.
    """
    if not rows:
        return empty(title, population, note, why=why) if of.asked else empty(title, population, note)
    if show == "map" and len(of.sides) == 1:
        return difference_map(rows, title=title, population=population, of=of, note=note, size=size)
    page = _Page(title, [str(population), note])
    if len(of.sides) > 1:
        for side in of.sides:
            _each(page, [row for row in rows if row["segment"] == side.pair.segment], side)
    else:
        _single(page, rows, of.sides[0], top)
    return page.picture()


class _Page:
    """A picture that grows downward."""

    def __init__(self, title: str, lines: list[str]) -> None:
        self.title, self.lines = title, lines
        self.body, self.y = heading(title, lines, WIDTH)
        self.said: list[str] = []

    def add(self, drawn: str, height: float) -> None:
        """Something drawn from y = 0 down, and how much it takes."""
        self.body += f'<g transform="translate(0 {number(self.y)})">{drawn}</g>'
        self.y += height

    def section(self, name: str, beside: str = "", scaled: bool = True) -> None:
        """A heading within the page, and from what to what the lines of shares go below it."""
        drawn, x = text(0, 28, name, size=14, more='font-weight="600"'), theme.text_width(name, 14, bold=True) + 28
        if beside:
            drawn += text(x, 28, theme.fit(beside, START - x - 20, SMALL), size=SMALL, fill=theme.MUTED)
        if scaled:
            drawn += text(START, 30, "0%", size=11, fill=theme.MUTED)
            drawn += text(START + SCALE, 30, "100%", size=11, fill=theme.MUTED, more='text-anchor="end"')
        self.add(drawn, 40)

    def picture(self) -> Picture:
        """The whole."""
        spoken = ". ".join(self.said) or self.lines[0]
        return Picture(self.title, drawing(self.title, spoken, self.body, WIDTH + 2 * MARGIN, self.y + 2 * MARGIN))


def _names(side: Any) -> Names:
    return Names(theme.clean(side.pair.left_name), theme.clean(side.pair.right_name))


def _single(page: _Page, rows: Sequence[Row], side: Any, top: int) -> None:
    names = _names(side)
    page.add(*_legend(side, names))
    mixed = [row for row in rows if row["kind"] == "attribute" and row["significant"]]
    mix = list(dict.fromkeys(theme.clean(row["attribute"]) for row in mixed))
    is_open = any(share > 0 for share in side.still_open)
    beside = "so that a difference below may come of it" if mixed else "nothing that could be told"
    page.section("What else differs", beside, scaled=bool(mixed))
    _rows(page, mixed, MOST_MIXED, _nothing)
    differing = _different([row for row in rows if row["significant"] and row["kind"] != "attribute"])
    if differing:
        page.section("What they do differently", "most certain first")
        _rows(page, differing, top, lambda row: words.wrong(row, mix, is_open, names))
    else:
        page.section("Nothing that they do differs by more than chance", "the largest differences, in grey")
        raw = _different([row for row in rows if not row["why_not"] and row["kind"] not in ("attribute", "duration")])
        raw.sort(key=lambda row: -abs(row["difference"]))
        _rows(page, raw, MOST_RAW, words.why_not)
    ways = [row for row in rows if row["kind"] in WAYS]
    if ways:
        page.section("How far they come, and how they end")
        _rows(page, sorted(ways, key=lambda row: WAYS.index(row["kind"])), len(ways), _said_of_way)
    if side.edges:
        page.section("How long they take", "ended journeys, from first to last step", scaled=False)
        page.add(_durations(side, names), PLOT + 24)


def _each(page: _Page, rows: Sequence[Row], side: Any) -> None:
    """One value against all others, in a few lines."""
    names = _names(side)
    differing = _different([row for row in rows if row["significant"]])
    beside = f"{many(side.journeys[0], 'journey')} of {many(side.customers[0], 'customer')}, against the rest"
    page.section(names.left, beside, scaled=bool(differing))
    if differing:
        _rows(page, differing, MOST_EACH, _nothing)
    else:
        page.add(text(0, 14, "Nothing differs by more than chance.", size=SIZE, fill=theme.MUTED), 26)


def _different(rows: Sequence[Row]) -> list[Row]:
    """The rows that do not say the same as one before: of the same journeys, with the same shares."""
    kept, told = list[Row](), set[Any]()
    for row in rows:
        figures = (row.get("segment"), row["n_left"], row["left"], row["right"])
        if figures not in told:
            kept.append(row)
            told.add(figures)
    return kept


def _nothing(_row: Row) -> str:
    return ""


def _said_of_way(row: Row) -> str:
    return "" if row["significant"] else words.why_not(row)


# ---- one difference --------------------------------------------------------------------------------------------------


def _rows(page: _Page, rows: Sequence[Row], most: int, doubt: Callable[[Row], str]) -> None:
    for row in rows[:most]:
        page.add(_difference(row, doubt(row)), LINE if doubt(row) else LINE - 8)
        page.said.append(words.spoken(row))
    if len(rows) > most:
        page.add(text(0, 16, f"and {many(len(rows) - most)} more, in the table", size=SMALL, fill=theme.MUTED), 26)


def _difference(row: Row, doubt: str) -> str:
    alive = row["significant"]
    levels = words.levels(row)
    name = theme.fit(words.headline(row), TEXT - theme.text_width(levels, SIZE, bold=alive) - 10, SIZE, bold=alive)
    title, below = f"{name}: {levels}", " \N{MIDDLE DOT} ".join(filter(None, (words.apart(row), doubt)))
    parts = [
        text(0, 15, title, size=SIZE, more='font-weight="600"' if alive else ""),
        text(0, 31, theme.fit(below, TEXT, SMALL), size=SMALL, fill=theme.MUTED),
        _time(row) if row["kind"] == "duration" else _levels(row),
    ]
    tip = "\n".join(filter(None, (words.spoken(row), doubt)))
    return (
        f'<g class="cx-bar" data-kind="{row["kind"]}"{keyed(row.get("key"))}><title>{html.escape(tip)}</title>'
        f"{area(0, LINE - 6)}{''.join(parts)}</g>{_sides(row)}"
    )


def _levels(row: Row) -> str:
    """Two dots on a line from 0 to 100 %, which the heading of the section says."""
    return _dots(row, row["left"], row["right"])


def _time(row: Row) -> str:
    """Two dots on a line from nothing to the longer of both."""
    most = max(row["left"], row["right"]) * 1.15 or 1.0
    return _dots(row, row["left"] / most, row["right"] / most, f"0 to {lasting(most)}")


def _dots(row: Row, left: float, right: float, scale: str = "") -> str:
    hues = (LEFT, RIGHT) if row["significant"] else (theme.LINES[0], theme.LINES[0])
    at = [START + SCALE * min(max(share, 0.0), 1.0) for share in (left, right)]
    axis = f'<path d="M{number(START)},14H{number(START + SCALE)}" stroke="{theme.GRID}" stroke-width="6"/>'
    stretch = f'<path d="M{number(min(at))},14H{number(max(at))}" stroke="{theme.LINES[0]}" stroke-width="2"/>'
    ring = f'<circle cx="{number(at[1])}" cy="14" r="5" fill="{theme.PAPER}" stroke="{hues[1]}" stroke-width="3"/>'
    dot = f'<circle cx="{number(at[0])}" cy="14" r="6" fill="{hues[0]}"/>'
    ends = text(START, 34, scale, size=11, fill=theme.MUTED) if scale else ""
    return axis + stretch + ring + dot + ends


def _sides(row: Row) -> str:
    """What opens the journeys of either side; only where a panel listens."""
    parts = []
    if not row["significant"] and row["kind"] not in WAYS:
        return ""
    for word, key, hue, x in (("left", "left_key", LEFT, 0), ("right", "right_key", RIGHT, 58)):
        if row.get(key):
            at = START + SCALE - 118 + x
            label = "those on the left" if word == "left" else "those on the right"
            parts.append(
                f'<g class="cx-bar"{keyed(row[key])}><title>Only {label} that have it</title><rect x="{number(at)}" '
                f'y="24" width="52" height="16" rx="8" fill="{theme.PAPER}" stroke="{hue}"/>'
                f"{text(at + 26, 36, word, size=11, more=MIDDLE)}</g>"
            )
    return "".join(parts)


# ---- the sides as a whole --------------------------------------------------------------------------------------------


def _legend(side: Any, names: Names) -> tuple[str, float]:
    parts, y = [], 10.0
    signs = (f'<circle cx="7" cy="0" r="6" fill="{LEFT}"/>',
             f'<circle cx="7" cy="0" r="5" fill="{theme.PAPER}" stroke="{RIGHT}" stroke-width="3"/>')  # fmt: skip
    for sign, name, n, people in zip(signs, (names.left, names.right), side.journeys, side.customers, strict=True):
        facts = f"{many(n, 'journey')} of {many(people, 'customer')}"
        shown = theme.fit(name, WIDTH - 300, SIZE, bold=True)
        parts.append(f'<g transform="translate(0 {number(y)})">{sign}</g>')
        parts.append(text(22, y + 5, shown, size=SIZE, more='font-weight="600"'))
        parts.append(text(34 + theme.text_width(shown, SIZE, bold=True), y + 5, facts, size=SMALL, fill=theme.MUTED))
        y += 22
    return "".join(parts), y - 2


def _durations(side: Any, names: Names) -> str:
    """Both distributions on one scale, as lines, with their medians."""
    left, right = side.lasting
    most, wide = max(*left, *right), WIDTH - 40
    step = wide / len(left)
    parts = [f'<path d="M0,{PLOT}H{number(wide)}" stroke="{theme.LINES[0]}"/>']
    hues, dashes = (LEFT, RIGHT), ("", ' stroke-dasharray="6 3"')
    for shares, hue, dash in zip(side.lasting, hues, dashes, strict=True):
        way = f"M0,{PLOT}" + "".join(f"V{number(PLOT - share / most * (PLOT - 36))}h{number(step)}" for share in shares)
        parts.append(f'<path d="{way}V{PLOT}" fill="{hue}" fill-opacity=".1" stroke="{hue}" stroke-width="2"{dash}/>')
    ticks = range(0, len(side.edges), max(1, len(side.edges) // 6))
    parts += [text(at * step, PLOT + 16, lasting(side.edges[at]), size=11, fill=theme.MUTED) for at in ticks]
    for median, name, hue, y in zip(side.medians, (names.left, names.right), hues, (10, 26), strict=True):
        label = f"median {lasting(median)} \N{MIDDLE DOT} {theme.fit(name, 360, SMALL)}"
        parts.append(f'<path d="M0,{y - 4}h18" stroke="{hue}" stroke-width="3"/>')
        parts.append(text(24, y, label, size=SMALL))
    tip = f"Median {lasting(side.medians[0])} against {lasting(side.medians[1])} in ended journeys"
    return f"<g><title>{html.escape(tip)}</title>{''.join(parts)}</g>"
