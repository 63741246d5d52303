"""How long does it take? Journeys counted by how long they last, in bins."""

from __future__ import annotations

import json
import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from cxkit.views import theme
from cxkit.views.picture import WIDTH, Picture, empty
from cxkit.views.ranges import ranges
from cxkit.views.specs import PERCENT, Spec, altair, finished, inline, layered, left_out, tooltips, view
from cxkit.words import given, in_days, lasting, many, percent, timed

Row = Mapping[str, Any]

MOST_SEGMENTS = 8
TINY = 20  # journeys
BETWEEN, RULE_WORDS = 28, 76  # pixels between panels, and what "P90 120 min" takes


def durations(rows: Sequence[Row], *, title: str, population: object, note: str = "", of: int | None = None) -> Picture:
    """How long do so many journeys take?

    Either a histogram (`low_seconds`, `high_seconds`, `count`, `share`, `cumulative_share`, and for all together
    `median_seconds`, `p90_seconds`, `mean_seconds`, `journeys`; with `segment`, one panel each) or one row a move
    (`activity`, `next_activity`, `count`, `journeys`, `mean_seconds`, `p25_seconds`, `median_seconds`, `p75_seconds`,
    `p90_seconds`; `segment` colours).
    """
    timed = [row for row in rows if row["count"] and given(row["median_seconds"]) is not None]
    if not timed:
        return empty(title, population, note, **_why_none(of))
    if "low_seconds" in timed[0]:
        return _histogram(timed, _edges(rows, timed), title, population, note)
    return ranges(timed, title, population, note)


def _why_none(of: int | None) -> dict[str, tuple[str, str]]:
    """Why nothing could be timed, where it is not for want of journeys."""
    why = ("No time is known that could be measured here.", "These are single events, or the log does not say when.")
    return {} if of == 0 else {"why": why}


def _histogram(rows: Sequence[Row], edges: list[float], title: str, population: object, note: str) -> Picture:
    segments: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        segments[theme.clean(row["segment"]) if "segment" in row else ""].append(row)
    ranked = sorted(segments, key=lambda name: (-sum(row["count"] for row in segments[name]), name))
    shown = ranked[:MOST_SEGMENTS]
    large = [name for name in shown if not _is_tiny(segments[name])] or shown
    tallest = max(row["share"] for name in large for row in segments[name])
    if "segment" not in rows[0]:
        panel = _panel(rows, edges, tallest, WIDTH - 44, 280)
        words = f"Half take up to {timed(rows[0], 'median_seconds')}, nine in ten up to "
        return finished(panel, title, population, words + f"{timed(rows[0], 'p90_seconds')}.", note, rows)
    panels = [
        _panel(segments[name], edges, tallest, 414, 150)
        | {"title": {"text": theme.fit(name, 300, 13), "subtitle": _n(segments[name]), "fontSize": 13, "offset": 8}}
        for name in shown
    ]
    words = "Half take up to P50, nine in ten up to P90." + left_out(len(ranked) - len(shown), "smaller group")
    if len(large) < len(shown):
        words += f" Grey: fewer than {TINY} journeys, too few to compare; tall bars are cut."
    drawn = {"concat": panels, "columns": 2, "spacing": BETWEEN}
    return finished(drawn, title, population, words, note, (row for name in shown for row in segments[name]))


def _n(rows: Sequence[Row]) -> str:
    return f"n = {many(rows[0]['journeys'])}"


def _is_tiny(rows: Sequence[Row]) -> bool:
    return bool(rows[0]["journeys"] < TINY)


def _edges(rows: Sequence[Row], filled: Sequence[Row]) -> list[float]:
    """The borders of all bins from the first to the last that is filled; infinity where that is open."""
    first, last = min(row["low_seconds"] for row in filled), max(map(_high, filled))
    return sorted({edge for row in rows for edge in (float(row["low_seconds"]), _high(row)) if first <= edge <= last})


def _high(row: Row) -> float:
    high = given(row["high_seconds"])
    return math.inf if high is None else high


def _place(seconds: float, edges: Sequence[float]) -> float:
    """Where a duration stands on an axis on which every bin is one unit wide."""
    index = max(0, min(bisect_right(edges, seconds) - 1, len(edges) - 2))
    low, high = edges[index], edges[index + 1]
    return index + (0.5 if math.isinf(high) else min(1.0, max(0.0, (seconds - low) / (high - low))))


def _panel(rows: Sequence[Row], edges: list[float], tallest: float, width: int, height: int) -> Spec:
    alt = altair()
    x = alt.X(
        "from:Q",
        axis=_bin_axis(edges, in_days(rows[0])),
        scale=alt.Scale(domain=[0, len(edges) - 1], nice=False, zero=False),
    )
    y = alt.Y("share:Q", axis=_share_axis(tallest), scale=alt.Scale(domain=[0, tallest * 1.22], nice=False, clamp=True))
    bars = (
        alt.Chart()
        .mark_rect(color=theme.LINES[0] if _is_tiny(rows) else theme.LONGER[3][0], stroke=theme.PAPER, strokeWidth=1.5)
        .encode(x=x, x2=alt.X2("to:Q"), y=y, y2=alt.Y2Datum(0))
        .encode(tooltip=tooltips(takes="takes", times="how often", part="share", sum="up to here"))
        .encode(description=alt.Description("said:N"))
    )
    drawn = view(bars) | inline(_bar(row, edges) for row in rows)
    return layered(drawn, *_rules(rows[0], edges, width)) | {"width": width, "height": height}


def _bar(row: Row, edges: Sequence[float]) -> dict[str, Any]:
    takes = f"{timed(row, 'low_seconds')} to {lasting(_high(row), in_days(row))}"
    part = percent(row["share"])
    return {
        "from": edges.index(row["low_seconds"]), "to": edges.index(_high(row)), "share": row["share"],
        "takes": takes, "times": many(row["count"]), "part": part, "sum": percent(row["cumulative_share"]),
        "said": f"{takes}, {many(row['count'], 'journey')}, {part}",
    }  # fmt: skip


def _bin_axis(edges: Sequence[float], days: bool) -> Any:
    labels = json.dumps([lasting(edge, days) for edge in edges], ensure_ascii=False)
    return altair().Axis(
        values=list(range(len(edges))), labelExpr=f"{labels}[datum.value]", title=None, grid=False,
        labelOverlap="greedy", labelFlush=False, tickSize=4, zindex=1,
    )  # fmt: skip


def _share_axis(tallest: float) -> Any:
    step = next((step for step in (0.01, 0.02, 0.05, 0.1, 0.2) if tallest <= 5 * step), 0.25)
    marks = [round(step * n, 2) for n in range(int(min(1.0, tallest * 1.2) / step + 1e-9) + 1)]
    return altair().Axis(title=None, values=marks, domain=False, ticks=False, labelExpr=PERCENT)


def _rules(row: Row, edges: Sequence[float], width: float) -> list[Spec]:
    """P50 and P90, each with its words, in the room above the bars."""
    lines, words = [], []
    for name, key, top, dash in (("P50", "median_seconds", 8, 0), ("P90", "p90_seconds", 25, 3)):
        seconds = given(row.get(key))
        if seconds is None:
            continue
        place = _place(seconds, edges)
        left = place / (len(edges) - 1) * width
        right_of_it = left < RULE_WORDS or (name == "P90" and width - left > RULE_WORDS - BETWEEN)
        data = inline([{"at": place, "words": f"{name} {timed(row, key)}"}])
        line, *label = (view | data for view in _rule(top, dash, right_of_it))
        lines.append(line)
        words += label
    return lines + words


@cache
def _rule(top: int, dash: int, right_of_it: bool) -> tuple[Spec, Spec, Spec]:
    """A line, and its words with a rim of paper, to be given their place."""
    alt = altair()
    base = alt.Chart().encode(x=alt.X("at:Q"))
    label = base.encode(text=alt.Text("words:N"), y=alt.YValue(top))
    side = {"align": "left", "dx": 6} if right_of_it else {"align": "right", "dx": -6}
    rim, inside = {"color": theme.PAPER, "stroke": theme.PAPER, "strokeWidth": 4}, {"color": theme.INK}
    return (
        view(base.mark_rule(color=theme.INK, strokeDash=[dash or 1, dash])),
        view(label.mark_text(**side, fontSize=12, fontWeight=600, **rim)),
        view(label.mark_text(**side, fontSize=12, fontWeight=600, **inside)),
    )
