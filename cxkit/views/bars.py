"""Bars: how many journeys have which value, drawn by us so that each can be chosen; and do what, as a chart."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from cxkit.views import theme
from cxkit.views.picture import MARGIN, WIDTH, Picture, area, drawing, empty, heading, keyed, number, text
from cxkit.views.specs import LABELS, altair, finished, inline, layered, left_out, tooltips, view
from cxkit.words import given, many, percent, timed

Row = Mapping[str, Any]
MOST, ROW_HEIGHT, NAME, FIGURES, SIZE = 20, 28, 260, 250, 13
MOST_ACTIVITIES = 30


def segments(rows: Sequence[Row], *, title: str, population: object, note: str = "", top: int = MOST) -> Picture:
    """A bar for each value, the most frequent first; `top` of them are drawn and the others are counted.

    Bins of numbers (`low` and `high`) stand in their order.
    """
    if not rows:
        return empty(title, population, note)
    shown, rest = rows[:top], rows[top:]
    words = f"{note} {_left_out(rest)}".strip()
    head, height = heading(title, [str(population), words], WIDTH)
    most = max(row["count"] for row in shown)
    bars = "".join(_bar(row, rank, height + 12 + rank * ROW_HEIGHT, most) for rank, row in enumerate(shown))
    description = ", ".join(f"{theme.clean(row['segment'])}: {many(row['count'])}" for row in shown)
    size = WIDTH + 2 * MARGIN, height + 12 + len(shown) * ROW_HEIGHT + 2 * MARGIN
    return Picture(title, drawing(title, description, head + bars, *size))


def _left_out(rest: Sequence[Row]) -> str:
    if not rest:
        return ""
    journeys = many(sum(row["count"] for row in rest), "journey")
    return f"{many(len(rest), 'rarer value')} with {journeys} left out."


def _bar(row: Row, rank: int, y: float, most: int) -> str:
    name, base = theme.clean(row["segment"]), y + 18
    width = max(1.0, (WIDTH - NAME - FIGURES) * row["count"] / most)
    figures = f"{many(row['count'])} · {percent(row['share'])} · median {timed(row, 'median_seconds')}"
    tip = f"{name}: {figures}, {many(row['customers'], 'customer')}"
    label = theme.fit(name, NAME - 20, SIZE)
    return (
        f'<g class="cx-bar" data-rank="{rank}"{keyed(row.get("key"))}><title>{html.escape(tip)}</title>'
        + area(y, ROW_HEIGHT)
        + text(NAME - 12, base, label, size=SIZE, more='text-anchor="end"')
        + f'<rect x="{NAME}" y="{number(y + 5)}" width="{number(width)}" height="18" rx="2" fill="{theme.BOX}"/>'
        + text(NAME + width + 8, base, figures, fill=theme.MUTED)
        + "</g>"
    )


def activities(
    rows: Sequence[Row], *, title: str, population: object, note: str = "", parts: Mapping[str, str] | None = None
) -> Picture:
    """In how many journeys does each activity happen, and in how many more than once?

    `rows` has one row an activity: `activity`, `count` of visits, `journeys`, `revisit_share` of those journeys,
    `starts`, `ends`. `parts` are segments and the columns that have their journeys: bars are cut into these instead.
    """
    if not rows:
        return empty(title, population, note)
    alt = altair()
    ranked = sorted(rows, key=lambda row: (-row["journeys"], str(row["activity"])))
    shown = ranked[:MOST_ACTIVITIES]
    values = [piece for row in shown for piece in _pieces(row, parts or {})]
    kinds = [theme.clean(part) for part in parts] if parts else ["once", "more than once"]
    colours = [theme.CATEGORIES[place][0] for place in range(len(kinds))]
    y = alt.Y(
        "activity:N", sort=[theme.clean(row["activity"]) for row in shown], title=None,
        axis=alt.Axis(labelLimit=LABELS, domain=False, ticks=False, labelColor=theme.INK),
    )  # fmt: skip
    x = alt.X("journeys:Q", stack=True, axis=None)
    colour = alt.Color(
        "kind:N", title="journeys that visit", sort=kinds,
        scale=alt.Scale(domain=kinds, range=colours if parts else [theme.BOX, theme.CATEGORIES[1][0]]),
    )  # fmt: skip
    titles = {"activity": "activity", "times": "journeys", "again": "more than once", "visits": "visits"}
    titles |= {"own": "of this group"} if parts else {}
    tips = tooltips(**titles, starts="start here", ends="end here")
    bars = alt.Chart().mark_bar(height=16)
    bars = bars.encode(y=y, x=x, color=colour, order=alt.Order("rank:Q"), tooltip=tips)
    numbers = (
        alt.Chart()
        .mark_text(align="left", dx=6, color=theme.MUTED, fontSize=12)
        .encode(y=y, x=alt.X("all:Q"), text=alt.Text("words:N"))
    )
    ends = inline(value for value in values if value["rank"] == 0)
    drawn = layered(view(bars) | inline(values), view(numbers) | ends)
    drawn |= {"width": WIDTH - LABELS - 20, "height": {"step": 26}}
    words = "Journeys in which each activity happens." + left_out(len(ranked) - len(shown), "rarer one")
    return finished(drawn, title, population, words, note, (row for row in shown for _ in kinds))


def _pieces(row: Row, parts: Mapping[str, str]) -> list[dict[str, Any]]:
    """The parts of an activity's bar: by segments, or the two of once and more than once."""
    again = row["journeys"] * (given(row.get("revisit_share")) or 0.0)
    shared = {
        "activity": theme.clean(row["activity"]), "all": row["journeys"], "times": many(row["journeys"]),
        "again": percent(row.get("revisit_share")), "visits": many(row["count"]),
        "starts": many(row.get("starts")), "ends": many(row.get("ends")),
        "words": many(row["journeys"]) + (f", {percent(row['revisit_share'])} again" if again else ""),
    }  # fmt: skip
    cut = [(theme.clean(part), row[column]) for part, column in parts.items()]
    cut = cut or [("once", row["journeys"] - again), ("more than once", again)]
    return [
        shared | {"kind": kind, "journeys": part, "rank": rank, "own": many(part)}
        for rank, (kind, part) in enumerate(cut)
    ]
