"""How long, how often? Distributions and counts as Vega-Lite charts, made with Altair."""

import json
import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from cxkit.views import theme
from cxkit.views.picture import WIDTH, Picture, chart, empty

Row = Mapping[str, Any]
Spec = dict[str, Any]

_NAME, _LABELS = 175, 380
_MOST_SEGMENTS, _MOST_MOVES, _MOST_ACTIVITIES = 8, 25, 30
_TINY = 20  # journeys
_BETWEEN, _RULE_WORDS = 28, 76  # pixels between panels, and what "P90 120 min" takes
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_TICKS = (
    0.001, 0.01, 0.1, 1, 10, _MINUTE, 10 * _MINUTE, _HOUR, 6 * _HOUR, _DAY, 7 * _DAY, 30 * _DAY, 90 * _DAY,
    365.25 * _DAY, 3652.5 * _DAY, 36525 * _DAY,
)  # fmt: skip


def durations(rows: Sequence[Row], *, title: str, population: object, note: str = "") -> Picture:
    """How long does it take?

    Either a histogram (`low_seconds`, `high_seconds`, `count`, `share`, `cumulative_share`, and for all together
    `median_seconds`, `p90_seconds`, `mean_seconds`, `journeys`; with `segment`, one panel each) or one row a move
    (`activity`, `next_activity`, `count`, `journeys`, `mean_seconds`, `p25_seconds`, `median_seconds`, `p75_seconds`,
    `p90_seconds`; `segment` colours).
    """
    known = [row for row in rows if row["count"] and theme.known(row["median_seconds"]) is not None]
    if not known:
        return empty(title, population, note, **_why_none(str(population)))
    if "low_seconds" in known[0]:
        return _histogram(known, _edges(rows, known), title, population, note)
    return _ranges(known, title, population, note)


def _why_none(population: str) -> dict[str, tuple[str, str]]:
    """Why nothing could be timed, where it is not for want of journeys."""
    why = ("No time is known that could be measured here.", "These are single events, or the log does not say when.")
    return {} if population.startswith("0 ") else {"why": why}


def _altair() -> Any:
    from cxkit.views.altair import altair

    return altair


def _finished(drawn: Spec, title: str, population: object, words: str, note: str) -> Picture:
    """The chart with its heading, in our colours, as a picture."""
    said = [theme.clean(line) for line in (population, words, note) if line]
    lines = [row for line in said for row in theme.wrap(line, WIDTH, 13, lines=3)]
    description = " \N{MIDDLE DOT} ".join(said)
    heading = {"title": {"text": theme.clean(title), "subtitle": lines}, "description": description}
    whole = {"$schema": _altair().SCHEMA_URL, "config": theme.altair_config()}
    return chart(title, description, whole | heading | drawn)


def _of(rows: Iterable[Mapping[str, Any]]) -> Spec:
    """Inline data, given beside the views that Altair has made: it would copy the rows again and again."""
    return {"data": {"values": list(rows)}}


def _layered(*views: Spec) -> Spec:
    """Views over each other; Altair's own layers would copy all that they hold."""
    return {"layer": list(views)}


def _view(drawn: Any) -> Spec:
    """What Altair says of a view, without its word for missing data."""
    spec = drawn.to_dict(validate=False, context={"top_level": False})
    return {key: value for key, value in spec.items() if key != "data"}


def _tooltips(**titles: str) -> list[Any]:
    """What to say on hover: field -> its words; every value is text already."""
    return [_altair().Tooltip(field=field, type="nominal", title=words) for field, words in titles.items()]


def _more(left_out: int, one: str, many: str = "") -> str:
    return f" {theme.plural(left_out, one, many)} left out." if left_out else ""


# ---- histogram -------------------------------------------------------------------------------------------------------


def _histogram(rows: Sequence[Row], edges: list[float], title: str, population: object, note: str) -> Picture:
    segments: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        segments[theme.clean(row["segment"]) if "segment" in row else ""].append(row)
    ranked = sorted(segments, key=lambda name: (-sum(row["count"] for row in segments[name]), name))
    shown = ranked[:_MOST_SEGMENTS]
    large = [name for name in shown if not _is_tiny(segments[name])] or shown
    tallest = max(row["share"] for name in large for row in segments[name])
    if "segment" not in rows[0]:
        panel = _panel(rows, edges, tallest, WIDTH - 44, 280)
        words = f"Half take up to {theme.duration(rows[0]['median_seconds'])}, nine in ten up to "
        return _finished(panel, title, population, words + f"{theme.duration(rows[0]['p90_seconds'])}.", note)
    panels = [
        _panel(segments[name], edges, tallest, 414, 150)
        | {"title": {"text": theme.fit(name, 300, 13), "subtitle": _n(segments[name]), "fontSize": 13, "offset": 8}}
        for name in shown
    ]
    words = "Half take up to P50, nine in ten up to P90." + _more(len(ranked) - len(shown), "smaller group")
    if len(large) < len(shown):
        words += f" Grey: fewer than {_TINY} journeys, too few to compare; tall bars are cut."
    return _finished({"concat": panels, "columns": 2, "spacing": _BETWEEN}, title, population, words, note)


def _n(rows: Sequence[Row]) -> str:
    return f"n = {theme.count(rows[0]['journeys'])}"


def _is_tiny(rows: Sequence[Row]) -> bool:
    return bool(rows[0]["journeys"] < _TINY)


def _edges(rows: Sequence[Row], filled: Sequence[Row]) -> list[float]:
    """The borders of all bins from the first to the last that is filled; infinity where that is open."""
    first, last = min(row["low_seconds"] for row in filled), max(map(_high, filled))
    return sorted({edge for row in rows for edge in (float(row["low_seconds"]), _high(row)) if first <= edge <= last})


def _high(row: Row) -> float:
    high = theme.known(row["high_seconds"])
    return math.inf if high is None else high


def _place(seconds: float, edges: Sequence[float]) -> float:
    """Where a duration stands on an axis on which every bin is one unit wide."""
    index = max(0, min(bisect_right(edges, seconds) - 1, len(edges) - 2))
    low, high = edges[index], edges[index + 1]
    return index + (0.5 if math.isinf(high) else min(1.0, max(0.0, (seconds - low) / (high - low))))


def _panel(rows: Sequence[Row], edges: list[float], tallest: float, width: int, height: int) -> Spec:
    alt = _altair()
    x = alt.X("from:Q", axis=_bin_axis(edges), scale=alt.Scale(domain=[0, len(edges) - 1], nice=False, zero=False))
    y = alt.Y("share:Q", axis=_share_axis(tallest), scale=alt.Scale(domain=[0, tallest * 1.22], nice=False, clamp=True))
    bars = (
        alt.Chart()
        .mark_rect(color=theme.LINES[0] if _is_tiny(rows) else theme.LONGER[3][0], stroke=theme.PAPER, strokeWidth=1.5)
        .encode(x=x, x2=alt.X2("to:Q"), y=y, y2=alt.Y2Datum(0))
        .encode(tooltip=_tooltips(takes="takes", times="how often", part="share", sum="up to here"))
        .encode(description=alt.Description("said:N"))
    )
    drawn = _view(bars) | _of(_bar(row, edges) for row in rows)
    return _layered(drawn, *_rules(rows[0], edges, width)) | {"width": width, "height": height}


def _bar(row: Row, edges: Sequence[float]) -> dict[str, Any]:
    takes = f"{theme.duration(row['low_seconds'])} to {theme.duration(_high(row))}"
    part = theme.share(row["share"])
    return {
        "from": edges.index(row["low_seconds"]), "to": edges.index(_high(row)), "share": row["share"],
        "takes": takes, "times": theme.count(row["count"]), "part": part, "sum": theme.share(row["cumulative_share"]),
        "said": f"{takes}, {theme.plural(row['count'], 'journey')}, {part}",
    }  # fmt: skip


def _bin_axis(edges: Sequence[float]) -> Any:
    labels = json.dumps([theme.duration(edge) for edge in edges], ensure_ascii=False)
    return _altair().Axis(
        values=list(range(len(edges))), labelExpr=f"{labels}[datum.value]", title=None, grid=False,
        labelOverlap="greedy", labelFlush=False, tickSize=4, zindex=1,
    )  # fmt: skip


def _share_axis(tallest: float) -> Any:
    step = next((step for step in (0.01, 0.02, 0.05, 0.1, 0.2) if tallest <= 5 * step), 0.25)
    marks = [round(step * n, 2) for n in range(int(min(1.0, tallest * 1.2) / step + 1e-9) + 1)]
    percent = "format(datum.value * 100, '~g') + ' %'"
    return _altair().Axis(title=None, values=marks, domain=False, ticks=False, labelExpr=percent)


def _rules(row: Row, edges: Sequence[float], width: float) -> list[Spec]:
    """P50 and P90, each with its words, in the room above the bars."""
    lines, words = [], []
    for name, key, top, dash in (("P50", "median_seconds", 8, 0), ("P90", "p90_seconds", 25, 3)):
        seconds = theme.known(row.get(key))
        if seconds is None:
            continue
        place = _place(seconds, edges)
        left = place / (len(edges) - 1) * width
        right_of_it = left < _RULE_WORDS or (name == "P90" and width - left > _RULE_WORDS - _BETWEEN)
        data = _of([{"at": place, "words": f"{name} {theme.duration(seconds)}"}])
        line, *label = (view | data for view in _rule(top, dash, right_of_it))
        lines.append(line)
        words += label
    return lines + words


@cache
def _rule(top: int, dash: int, right_of_it: bool) -> tuple[Spec, Spec, Spec]:
    """A line, and its words with a rim of paper, to be given their place."""
    alt = _altair()
    base = alt.Chart().encode(x=alt.X("at:Q"))
    label = base.encode(text=alt.Text("words:N"), y=alt.YValue(top))
    side = {"align": "left", "dx": 6} if right_of_it else {"align": "right", "dx": -6}
    rim, inside = {"color": theme.PAPER, "stroke": theme.PAPER, "strokeWidth": 4}, {"color": theme.INK}
    return (
        _view(base.mark_rule(color=theme.INK, strokeDash=[dash or 1, dash])),
        _view(label.mark_text(**side, fontSize=12, fontWeight=600, **rim)),
        _view(label.mark_text(**side, fontSize=12, fontWeight=600, **inside)),
    )


# ---- dots and ranges -------------------------------------------------------------------------------------------------


def _ranges(rows: Sequence[Row], title: str, population: object, note: str) -> Picture:
    alt = _altair()
    totals: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        totals[_move(row)] += row["count"]
    order = sorted(totals, key=lambda move: (-totals[move], move))
    labels = _distinct(order[:_MOST_MOVES])
    shown = [row for row in rows if _move(row) in labels]
    segments = list(dict.fromkeys(theme.clean(row["segment"]) for row in shown if "segment" in row))
    low, high = _limits(shown)
    y = alt.Y(
        "label:N", sort=list(labels.values()), title=None,
        axis=alt.Axis(labelLimit=_LABELS, domain=False, ticks=False, labelColor=theme.INK, grid=True),
    )  # fmt: skip
    base = alt.Chart().encode(y=y, tooltip=_range_tooltips(bool(segments)))
    if segments:
        scale = alt.Scale(domain=segments, range=[fill for fill, _ in theme.CATEGORIES])
        colour = alt.Color("segment:N", scale=scale, title=None)
        base = base.encode(yOffset=alt.YOffset("segment:N", sort=segments), color=colour)
    drawn = _layered(*map(_view, _marks(base, _time_axis(shown, low, high), bool(segments))))
    drawn |= _of(_range(row, low, labels) for row in shown)
    drawn |= {"width": WIDTH - _LABELS - 20, "height": {"step": 16 if segments else 26}}
    words = "Dot: median. Thick: the middle half. Thin: up to nine in ten."
    return _finished(drawn, title, population, words + _more(len(order) - len(labels), "rarer move"), note)


def _marks(base: Any, x: Any, grouped: bool) -> list[Any]:
    alt = _altair()
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
    return _tooltips(move="move", **group, times="how often", **times)


def _time_axis(rows: Sequence[Row], low: float, high: float) -> Any:
    alt = _altair()
    names = {tick: theme.duration(tick) for tick in _TICKS if low <= tick <= high}
    if any(_low(row) < low for row in rows):
        names[low] = f"up to {theme.duration(low)}"
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
        label = _arrow(theme.fit(name, _NAME, 12) for name in move)
        same = sum(known.startswith(label) for known in labels.values())
        labels[move] = f"{label} ({same + 1})" if same else label
    return labels


def _low(row: Row) -> float:
    quarter = theme.known(row.get("p25_seconds"))
    return float(row["median_seconds"]) if quarter is None else quarter


def _limits(rows: Sequence[Row]) -> tuple[float, float]:
    """The axis from one round duration to another around all that is drawn."""
    values = [value for row in rows for value in (_low(row), _or(row, "p90_seconds"))]
    least, most = min((value for value in values if value > 0), default=1.0), max(*values, 1.0)
    low = max((tick for tick in _TICKS[:-1] if tick <= least), default=_TICKS[0])
    low = min(low, 1.0) if any(value <= 0 for value in values) else low
    return min(low, _TICKS[-2]), min((tick for tick in _TICKS if tick >= most and tick > low), default=most)


def _or(row: Row, key: str) -> float:
    """A quantile, or the median where it is not known."""
    value = theme.known(row.get(key))
    return float(row["median_seconds"]) if value is None else value


def _range(row: Row, low: float, labels: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    quantiles = {f"p{n}": max(_or(row, f"p{n}_seconds"), low) for n in (25, 75, 90)}
    say = {key: theme.duration(row.get(f"{key}_seconds")) for key in ("p25", "p75", "p90", "mean", "median")}
    return {
        "move": _arrow(_move(row)), "label": labels[_move(row)],
        **({"segment": theme.clean(row["segment"])} if "segment" in row else {}),
        "p50": max(float(row["median_seconds"]), low), **quantiles,
        "times": f"{theme.count(row['count'])} in {theme.plural(row['journeys'], 'journey')}",
        "median": say["median"], "quarter": f"{say['p25']} to {say['p75']}", "ninth": say["p90"], "mean": say["mean"],
    }  # fmt: skip


# ---- activities ------------------------------------------------------------------------------------------------------


def activities(rows: Sequence[Row], *, title: str, population: object, note: str = "") -> Picture:
    """In how many journeys does each activity happen, and in how many more than once?

    `rows` has one row an activity: `activity`, `count` of visits, `journeys`, `revisit_share` of those journeys,
    `starts`, `ends`.
    """
    if not rows:
        return empty(title, population, note)
    alt = _altair()
    ranked = sorted(rows, key=lambda row: (-row["journeys"], str(row["activity"])))
    shown = ranked[:_MOST_ACTIVITIES]
    values = [piece for row in shown for piece in _pieces(row)]
    kinds = ["once", "more than once"]
    y = alt.Y(
        "activity:N", sort=[theme.clean(row["activity"]) for row in shown], title=None,
        axis=alt.Axis(labelLimit=_LABELS, domain=False, ticks=False, labelColor=theme.INK),
    )  # fmt: skip
    x = alt.X("journeys:Q", stack=True, axis=None)
    colour = alt.Color(
        "kind:N", title="journeys that visit", sort=kinds,
        scale=alt.Scale(domain=kinds, range=[theme.BOX, theme.CATEGORIES[1][0]]),
    )  # fmt: skip
    said = {"activity": "activity", "times": "journeys", "again": "more than once", "visits": "visits"}
    tips = _tooltips(**said, starts="start here", ends="end here")
    bars = alt.Chart().mark_bar(height=16)
    bars = bars.encode(y=y, x=x, color=colour, order=alt.Order("rank:Q"), tooltip=tips)
    numbers = (
        alt.Chart()
        .mark_text(align="left", dx=6, color=theme.MUTED, fontSize=12)
        .encode(y=y, x=alt.X("all:Q"), text=alt.Text("words:N"))
    )
    ends = _of(value for value in values if value["rank"] == 0)
    drawn = _layered(_view(bars) | _of(values), _view(numbers) | ends)
    drawn |= {"width": WIDTH - _LABELS - 20, "height": {"step": 26}}
    words = "Journeys in which each activity happens." + _more(len(ranked) - len(shown), "rarer one")
    return _finished(drawn, title, population, words, note)


def _pieces(row: Row) -> list[dict[str, Any]]:
    """The two parts of an activity's bar."""
    again = row["journeys"] * (theme.known(row.get("revisit_share")) or 0.0)
    shared = {
        "activity": theme.clean(row["activity"]), "all": row["journeys"], "times": theme.count(row["journeys"]),
        "again": theme.share(row.get("revisit_share")), "visits": theme.count(row["count"]),
        "starts": theme.count(row.get("starts")), "ends": theme.count(row.get("ends")),
        "words": theme.count(row["journeys"]) + (f", {theme.share(row['revisit_share'])} again" if again else ""),
    }  # fmt: skip
    parts = (("once", row["journeys"] - again), ("more than once", again))
    return [shared | {"kind": kind, "journeys": part, "rank": rank} for rank, (kind, part) in enumerate(parts)]
