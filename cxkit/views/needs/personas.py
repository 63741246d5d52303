"""Personas: how many customers each has, what they do more than others, and how sure that is."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from cxkit.views import theme
from cxkit.views.picture import MARGIN, WIDTH, Picture, area, drawing, empty, heading, keyed, number, text
from cxkit.words import given, many, percent, rounded, sentences

Row = Mapping[str, Any]
HEAD, LINE, BETWEEN = 48, 24, 18
NAME, BARS, SHARE, BAR = 300, 300, 8, 14
MOST, SIZE, LARGE = 5, 13, 15
VERDICTS = {
    "holds": "The groups hold",
    "unsure": "The groups are doubtful: they are not stable enough to build on",
    "none": "No groups hold: what customers do differs by degrees, not by kind",
}
UNSTABLE = "These groups do not hold: another sample would be cut otherwise"
NOTHING_MORE = "does none of these clearly more often than the others"


def personas(rows: Sequence[Row], *, title: str, population: object, note: str = "") -> Picture:
    """A block for each persona: its size, and a bar for each activity that it does more than others do.

    `rows` has one row a persona: `persona`, `customers`, `share` with its interval, `trend` with its interval,
    `verdict`, `z`, `jaccard`, `strength`, `evidence`, `times`, `others`. Groups that do not hold are grey.
    """
    if not rows:
        return empty(title, population, note)
    head, height = heading(title, [str(population), sentences(note, _gate(rows[0]))], WIDTH)
    most = max((value for row in rows for value in (row["times"] or ())), default=1.0)
    body, y = head, height + 14.0
    for place, row in enumerate(rows):
        tall = HEAD + LINE * max(len(_shown(row)) - 2, 0)
        body += _block(row, place, y, tall, most)
        y += tall + BETWEEN
    size = WIDTH + 2 * MARGIN, y + 2 * MARGIN
    return Picture(title, drawing(title, ". ".join(map(_spoken, rows)), body, *size))


def _gate(row: Row) -> str:
    """What the gate says, with its figures."""
    z, jaccard, strength = (given(row[name]) or 0.0 for name in ("z", "jaccard", "strength"))
    figures = f"{rounded(z)} deviations above data without groups (3 are needed)"
    if jaccard:
        stable = f"{percent(jaccard)} alike when drawn again (75% are needed)"
        figures += f", {stable}, {percent(strength)} foretold by the other half (80% are needed)"
    verdict = UNSTABLE if row["verdict"] == "none" and jaccard else VERDICTS[row["verdict"]]
    return f"{verdict}: {figures}" if z or jaccard else verdict


def _shown(row: Row) -> list[tuple[str, float, float]]:
    """The activities that a persona does most beyond others, with the times of both."""
    return list(zip(row["evidence"] or (), row["times"] or (), row["others"] or (), strict=True))[:MOST]


def _block(row: Row, place: int, y: float, tall: float, most: float) -> str:
    colour = theme.CATEGORIES[place % len(theme.CATEGORIES)][0] if row["verdict"] == "holds" else theme.ENDED
    lines = "".join(_line(act, y + rank * LINE, most, colour) for rank, act in enumerate(_shown(row)))
    if not lines and row["times"] is not None:
        lines = text(NAME + BARS, y + 16, NOTHING_MORE, size=SIZE, fill=theme.MUTED)
    wide = max(1.0, (NAME - 24) * (given(row["share"]) or 0.0))
    return (
        f'<g class="cx-bar"{keyed(row.get("key"))}><title>{html.escape(_spoken(row))}</title>{area(y, tall)}'
        + text(
            0, y + 16, theme.fit(theme.clean(row["persona"]), NAME - 20, LARGE), size=LARGE, more='font-weight="600"'
        )
        + text(0, y + 34, f"{many(row['customers'], 'customer')} · {_share(row)}", size=SIZE, fill=theme.MUTED)
        + f'<rect x="0" y="{number(y + 40)}" width="{NAME - 24}" height="{SHARE}" rx="2" fill="{theme.GRID}"/>'
        + f'<rect x="0" y="{number(y + 40)}" width="{number(wide)}" height="{SHARE}" rx="2" fill="{colour}"/>'
        + lines
        + "</g>"
    )


def _line(act: tuple[str, float, float], y: float, most: float, colour: str) -> str:
    """One activity: a bar for the persona, a mark for all others."""
    name, times, others = act
    scale, left = (WIDTH - NAME - BARS - 160) / most, NAME + BARS
    mark = number(left + others * scale)
    return (
        text(left - 12, y + 15, theme.fit(theme.clean(name), BARS - 30, SIZE), size=SIZE, more='text-anchor="end"')
        + f'<rect x="{left}" y="{number(y + 3)}" width="{number(max(1.0, times * scale))}" height="{BAR}" rx="2" '
        f'fill="{colour}"/><line x1="{mark}" x2="{mark}" y1="{number(y)}" y2="{number(y + BAR + 6)}" '
        f'stroke="{theme.INK}" stroke-width="2"/>'
        + text(
            left + most * scale + 8, y + 15, f"{_times(times)} a customer, others {_times(others)}", fill=theme.MUTED
        )
    )


def _times(times: float) -> str:
    return rounded(times) if times >= 0.1 or not times else "<0.1"


def _share(row: Row) -> str:
    return f"{percent(row['share'])} ({percent(row['share_low'])} to {percent(row['share_high'])}){_trend(row)}"


def _trend(row: Row) -> str:
    """Whether its share grows, where the interval says so."""
    low, high = given(row["trend_low"]), given(row["trend_high"])
    if low is None or high is None or row["verdict"] != "holds":
        return ""
    return ", growing" if low > 0 else ", shrinking" if high < 0 else ""


def _spoken(row: Row) -> str:
    shown = [f"{theme.clean(name)} {_times(times)} (others {_times(others)})" for name, times, others in _shown(row)]
    does = f"; a customer does {', '.join(shown)}" if shown else ""
    return f"{theme.clean(row['persona'])}: {many(row['customers'], 'customer')}, {_share(row)}{does}"
