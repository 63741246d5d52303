"""How long does each move take? A dot for the median, and lines for the middle half and up to nine in ten."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cxkit.views import theme
from cxkit.views.picture import WIDTH, Picture
from cxkit.views.specs import LABELS, altair, finished, inline, layered, left_out, tooltips, view
from cxkit.words import given, in_days, lasting, many, timed

Row = Mapping[str, Any]

NAME = 175
MOST_MOVES = 25
MINUTE, HOUR, DAY = 60, 3600, 86400
TICKS = (
    0.001, 0.01, 0.1, 1, 10, MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, DAY, 7 * DAY, 30 * DAY, 90 * DAY,
    365.25 * DAY, 3652.5 * DAY, 36525 * DAY,
)  # fmt: skip


def ranges(rows: Sequence[Row], title: str, population: object, note: str) -> Picture:
    """The moves on which all journeys together wait longest, on one axis of time; segments share a line by colour."""
    alt = altair()
    totals: dict[tuple[str, str], float] = defaultdict(float)
    for row in rows:
        totals[_move(row)] += row["count"] * (given(row.get("mean_seconds")) or 0.0)
    order = sorted(totals, key=lambda move: (-totals[move], move))
    labels = _distinct(order[:MOST_MOVES])
    shown = [row for row in rows if _move(row) in labels]
    segments = list(dict.fromkeys(theme.clean(row["segment"]) for row in shown if "segment" in row))
    low, high = _limits(shown)
    y = alt.Y(
        "label:N", sort=list(labels.values()), title=None,
        axis=alt.Axis(labelLimit=LABELS, domain=False, ticks=False, labelColor=theme.INK, grid=True),
    )  # fmt: skip
    base = alt.Chart().encode(y=y, tooltip=_range_tooltips(bool(segments)))
    if segments:
        scale = alt.Scale(domain=segments, range=[fill for fill, _ in theme.CATEGORIES])
        colour = alt.Color("segment:N", scale=scale, title=None)
        base = base.encode(yOffset=alt.YOffset("segment:N", sort=segments), color=colour)
    drawn = layered(*map(view, _marks(base, _time_axis(shown, low, high), bool(segments))))
    drawn |= inline(_range(row, low, labels) for row in shown)
    drawn |= {"width": WIDTH - LABELS - 20, "height": {"step": 16 if segments else 26}}
    words = "Sorted by total waiting. Dot: median. Thick: the middle half. Thin: up to nine in ten."
    return finished(drawn, title, population, words + left_out(len(order) - len(labels), "lesser move"), note, shown)


def _marks(base: Any, x: Any, grouped: bool) -> list[Any]:
    alt = altair()
    hue, dot = ({}, {}) if grouped else ({"color": theme.LONGER[3][0]}, {"color": theme.LONGER[4][0]})
    thick, size = (4, 60) if grouped else (8, 90)
    middle = base.mark_rule(strokeWidth=thick, strokeCap="round", opacity=0.6, **hue)
    return [
        base.mark_rule(strokeWidth=1.5, **hue).encode(x=alt.X("p75:Q"), x2=alt.X2("p90:Q")),
        middle.encode(x=alt.X("p25:Q"), x2=alt.X2("p75:Q")),
        base.mark_circle(size=size, opacity=1, stroke=theme.PAPER, strokeWidth=1.5, **dot).encode(x=x),
    ]


def _range_tooltips(grouped: bool) -> list[Any]:
    group = {"segment": "group"} if grouped else {}
    times = {"median": "median", "quarter": "middle half", "ninth": "nine in ten up to", "mean": "mean"}
    return tooltips(move="move", **group, times="how often", **times)


def _time_axis(rows: Sequence[Row], low: float, high: float) -> Any:
    alt = altair()
    days = all(map(in_days, rows))
    names = {tick: lasting(tick, days) for tick in TICKS if low <= tick <= high}
    if any(_low(row) < low for row in rows):
        names[low] = f"up to {lasting(low, days)}"
    axis = alt.Axis(values=list(names), labelExpr=_worded(names), title=None, orient="top", labelOverlap=True)
    return alt.X("p50:Q", axis=axis, scale=alt.Scale(type="log", domain=[low, high], nice=False, clamp=True))


def _worded(names: Mapping[float, str]) -> str:
    """A Vega expression that says a tick in words of ours."""
    return json.dumps({f"{tick:.12g}": words for tick, words in names.items()}) + "[toString(datum.value)]"


def _move(row: Row) -> tuple[str, str]:
    return theme.clean(row["activity"]), theme.clean(row["next_activity"])


def _arrow(names: Iterable[str]) -> str:
    return " \N{RIGHTWARDS ARROW} ".join(map(theme.isolated, names))


def _distinct(moves: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """A label for each move, cut to fit, no two alike."""
    labels: dict[tuple[str, str], str] = {}
    for move in moves:
        label = _arrow(theme.fit(name, NAME, 12) for name in move)
        same = sum(other.startswith(label) for other in labels.values())
        labels[move] = f"{label} ({same + 1})" if same else label
    return labels


def _low(row: Row) -> float:
    quarter = given(row.get("p25_seconds"))
    return float(row["median_seconds"]) if quarter is None else quarter


def _limits(rows: Sequence[Row]) -> tuple[float, float]:
    """The axis from one round duration to another around all that is drawn."""
    values = [value for row in rows for value in (_low(row), _or(row, "p90_seconds"))]
    least, most = min((value for value in values if value > 0), default=1.0), max(*values, 1.0)
    low = max((tick for tick in TICKS[:-1] if tick <= least), default=TICKS[0])
    low = min(low, 1.0) if any(value <= 0 for value in values) else low
    return min(low, TICKS[-2]), min((tick for tick in TICKS if tick >= most and tick > low), default=most)


def _or(row: Row, key: str) -> float:
    """A quantile, or the median where it is not known."""
    value = given(row.get(key))
    return float(row["median_seconds"]) if value is None else value


def _range(row: Row, low: float, labels: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    quantiles = {f"p{n}": max(_or(row, f"p{n}_seconds"), low) for n in (25, 75, 90)}
    say = {key: timed(row, f"{key}_seconds") for key in ("p25", "p75", "p90", "mean", "median")}
    return {
        "move": _arrow(_move(row)), "label": labels[_move(row)],
        **({"segment": theme.clean(row["segment"])} if "segment" in row else {}),
        "p50": max(float(row["median_seconds"]), low), **quantiles,
        "times": f"{many(row['count'])} in {many(row['journeys'], 'journey')}",
        "median": say["median"], "quarter": f"{say['p25']} to {say['p75']}", "ninth": say["p90"], "mean": say["mean"],
    }  # fmt: skip
