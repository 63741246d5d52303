"""A funnel: a bar for each step, cut into those who went on, are still open, and fell out."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from cxkit.views import theme
from cxkit.views.picture import MARGIN, WIDTH, Picture, area, drawing, empty, heading, keyed, number, text
from cxkit.words import many, percent, timed

Row = Mapping[str, Any]
NAME, FIGURES, BAR, LINE, GAP, SIZE = 200, 290, 22, 30, 14, 13
FELL, STILL = theme.GRID, theme.LINES[0]
END = 'text-anchor="end"'
MOST_STEPS = 20


def funnel(rows: Sequence[Row], *, title: str, population: object, note: str = "") -> Picture:
    """A block for each step, and in it a bar for each segment; the figures of all stand beside them.

    Several segments are each drawn as shares of their own first step, with the 95 % interval of each share.

    `rows` has one row a segment and step: `segment`, `step`, `name`, `count`, `went_on`, `fell_out`, `open`,
    `customers`, `share`, `previous_share`, their ends, `median_seconds`, `instead` and `instead_count`.
    """
    if not rows:
        return empty(title, population, note)
    groups = list(dict.fromkeys(row["segment"] for row in rows))
    steps = sorted({row["step"] for row in rows})
    shown = [[row for row in rows if row["step"] == step] for step in steps[:MOST_STEPS]]
    left = f"{many(len(steps) - MOST_STEPS, 'later step')} left out." if len(steps) > MOST_STEPS else ""
    head, y = heading(title, [str(population), f"{note} {left}".strip()], WIDTH)
    most = {group: max(row["count"] for row in rows if row["segment"] == group) or 1 for group in groups}
    body, y = head + _legend(groups, y + 20), y + 36
    for part in shown:
        block, y = _block(part, groups, most, y)
        body += block
    spoken = ". ".join(_spoken(row) for part in shown for row in part)
    return Picture(title, drawing(title, spoken, body, WIDTH + 2 * MARGIN, y + 2 * MARGIN - GAP))


def _colours(groups: Sequence[str]) -> dict[str, str]:
    if len(groups) == 1:
        return {groups[0]: theme.BOX}
    return {group: theme.CATEGORIES[place][0] for place, group in enumerate(groups)}


def _legend(groups: Sequence[str], y: float) -> str:
    colours = _colours(groups)
    named = [(theme.clean(group), colours[group]) for group in groups] if len(groups) > 1 else []
    words = [*(named or [("went on", theme.BOX)]), ("still open", STILL), ("fell out", FELL)]
    drawn, x = [], float(NAME)
    for label, colour in words:
        shown = theme.fit(label, 120, 12)
        look = f'fill="{colour}"' + (f' stroke="{theme.LINES[0]}"' if colour == FELL else "")
        drawn.append(f'<rect x="{number(x)}" y="{number(y - 10)}" width="12" height="12" rx="2" {look}/>')
        drawn.append(text(x + 18, y, shown, fill=theme.MUTED))
        x += 36 + theme.text_width(shown, 12)
    return "".join(drawn)


def _block(part: Sequence[Row], groups: Sequence[str], most: Mapping[str, int], y: float) -> tuple[str, float]:
    """One step: its name, a bar for each segment, and for one segment alone what the others did instead."""
    single, step = len(groups) == 1, part[0]
    lines = theme.wrap(f"{step['step']}  {theme.clean(step['name'])}", NAME - 16, SIZE, lines=2 if single else 3)
    label = "".join(
        text(NAME - 12, y + 17 + place * 17, line, size=SIZE, more=f'{END} font-weight="600"')
        for place, line in enumerate(lines)
    )
    bars, colours = "", _colours(groups)
    top = y
    for row in sorted(part, key=lambda row: groups.index(row["segment"])):
        bars += _bar(row, most[row["segment"]], y, colours[row["segment"]], single)
        y += LINE - 4
    if single:
        bars += text(NAME, y + 13, theme.fit(_instead(step), WIDTH - NAME, 12), fill=theme.MUTED)
        y += 18
    return label + bars, max(y, top + 17 * len(lines) + 4) + GAP


def _bar(row: Row, most: int, y: float, colour: str, single: bool) -> str:
    """The bar of a step; beside others of its step with the interval in which its length may lie."""
    scale = (WIDTH - NAME - FIGURES) / most
    ahead = row["count"] if row["went_on"] is None else row["went_on"]
    still, fell = row["open"] or 0, row["fell_out"]
    x, drawn = float(NAME), ""
    for count, fill in ((ahead, colour), (still, STILL)):
        drawn += _stretch(x, y, count * scale, fill)
        x += count * scale
    tip = html.escape(_spoken(row))
    out = _stretch(x, y, fell * scale, FELL, f' stroke="{theme.LINES[0]}" stroke-width="1"')
    if out:
        words = html.escape(f"{theme.clean(row['name'])}: {_fell(row)}")
        out = f'<g class="cx-bar"{keyed(row.get("fell_key"))}><title>{words}</title>{out}</g>'
    beside = text(WIDTH - FIGURES + 12, y + 16, _figures(row) if single else _compared(row))
    sure = "" if single else _interval(row, y, WIDTH - NAME - FIGURES)
    return (
        f'<g class="cx-bar" data-step="{row["step"]}"{keyed(row.get("key"))}><title>{tip}</title>'
        f"{area(y, LINE - 4)}{drawn}{beside}</g>{out}{sure}"
    )


def _stretch(x: float, y: float, width: float, fill: str, more: str = "") -> str:
    if not width:
        return ""
    wide = number(max(1.5, width))
    return f'<rect x="{number(x)}" y="{number(y)}" width="{wide}" height="{BAR}" rx="2" fill="{fill}"{more}/>'


def _figures(row: Row) -> str:
    before = percent(row["previous_share"])
    if row["step"] == 1:
        return f"{many(row['count'])} · {before} of all journeys"
    return f"{many(row['count'])} · {percent(row['share'])} of first · {before} of before"


def _interval(row: Row, y: float, width: float) -> str:
    """From where to where a bar may reach: the interval of its share of the first step."""
    if row["share_low"] is None or row["share"] in (0, 1):
        return ""
    low, high = (number(NAME + row[end] * width) for end in ("share_low", "share_high"))
    middle, top, foot = (number(y + BAR * part) for part in (0.5, 0.25, 0.75))
    path = f"M{low},{middle}H{high}M{low},{top}V{foot}M{high},{top}V{foot}"
    lines = ((theme.PAPER, 3.5), (theme.INK, 1.5))
    drawn = (f'<path d="{path}" stroke="{ink}" stroke-width="{wide}" fill="none"/>' for ink, wide in lines)
    return f'<g class="cx-sure" pointer-events="none">{"".join(drawn)}</g>'


def _compared(row: Row) -> str:
    """What stands beside the bar of one group among several."""
    if not row["count"]:
        return "nobody"
    if row["step"] == 1:
        return many(row["count"], "journey")
    if row["share_low"] is None:
        return f"{many(row['count'])} · {percent(row['share'])} of first"
    sure = f"{percent(row['share_low'])} to {percent(row['share_high'])}"
    return f"{many(row['count'])} · {percent(row['share'])} of first ({sure})"


def _fell(row: Row) -> str:
    """How many fell out after a step, and what most of them did instead."""
    if not row["fell_out"]:
        return "nobody fell out"
    share = percent(row["fell_out"] / row["count"]) if row["count"] else percent(None)
    did = f"most then “{theme.clean(row['instead'])}”" if row["instead"] else "most then did nothing more"
    return f"{many(row['fell_out'])} ({share}) fell out; {did} ({many(row['instead_count'])})"


def _instead(row: Row) -> str:
    if not row["count"]:
        return "nobody came so far"
    since = "" if row["median_seconds"] is None else f"median {timed(row, 'median_seconds')} since the step before"
    if row["went_on"] is None:
        return since
    still = f"{many(row['open'])} still open" if row["open"] else ""
    return " · ".join(filter(None, (_fell(row), still, since)))


def _spoken(row: Row) -> str:
    who = "" if row["segment"] == "all" else f" ({theme.clean(row['segment'])})"
    sure = "" if row["share_low"] is None else f", {percent(row['share_low'])} to {percent(row['share_high'])}"
    return (
        f"{theme.clean(row['name'])}{who}: {many(row['count'], 'journey')} of {many(row['customers'], 'customer')}, "
        f"{percent(row['share'])} of those at the first step{sure}; {_instead(row) or 'the last step'}"
    )
